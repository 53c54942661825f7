import { Command } from 'commander'

import { digestSettings } from '../core/digest/choose.ts'
import { type Digest, readDigest } from '../core/digest/digest.ts'
import { healthSettings } from '../core/health.ts'
import { LIFECYCLE } from '../core/lifecycle.ts'
import { MOST_COUNTED } from '../core/replies-waiting.ts'
import { counted, figure } from '../core/text.ts'
import { createDayOf } from '../core/time.ts'
import { providers } from '../webhooks/providers/index.ts'
import { day, plain, print, withDatabase } from './context.ts'

export function digestCommand(): Command {
  return new Command('digest')
    .description('show the digest of today; it is posted in Slack by the server, and never from here')
    .requiredOption('--print', 'print it')
    .option('--json', 'print one JSON object')
    .action(({ json }: { print: true; json?: true }) =>
      withDatabase(async ({ config, database, now }) => {
        const { timeZone, days } = await digestSettings(database, config)
        const { sources } = healthSettings(config, providers)
        const dayOf = createDayOf(timeZone)
        const digest = await readDigest(database, { now, dayOf, timeZone, days, sources })
        print(json ? JSON.stringify(digestJson(digest), null, 2) : digestText(digest).join('\n'))
      }),
    )
}

function digestText(digest: Digest): string[] {
  const { from, to, timeZone, isEmpty } = digest
  const period = `${from === to ? from : `${from} to ${to}`} (${timeZone})`
  if (isEmpty) return [`Nothing to report for ${period}.`]
  return [`Digest for ${period}`, ...figures(digest), ...people(digest), ...troubles(digest), ...work(digest)]
}

function figures({ figures: happened, newContacts }: Digest): string[] {
  const { weeks } = newContacts
  const rows = [['new contacts', newContacts] as const, ...happened.map((one) => [one.tally, one] as const)]
  const cells = rows.map(([name, { count, usual }]) => [
    name.replaceAll('_', ' '),
    figure(count),
    ...(usual === null ? [] : [`usually ${figure(usual)}`]),
  ])
  const basis = weeks > 0 ? [`  usually: the average of the same days of ${counted(weeks, 'week')} before`] : []
  return [...columns(cells), ...basis]
}

function people({ people: { contacts, byStatus }, hottest, waiting: { replies, total } }: Digest): string[] {
  const held = LIFECYCLE.map((status) => [status, `${figure(byStatus[status])} of ${figure(contacts)}`])
  const hot = hottest.map((contact) => [contact.email, nameOf(contact), `score ${figure(contact.score)}`])
  const waits = replies.map((reply) => [day(reply.since), reply.email, nameOf(reply)])
  const most = total < MOST_COUNTED ? figure(total) : `${figure(MOST_COUNTED)} or more`
  return [
    ...titled('contacts by status', held),
    ...titled('hottest', hot),
    ...titled(`waiting for an answer: ${most}`, waits),
  ]
}

const TROUBLES = { bounced: 'bounced for good', complained: 'marked as spam' } as const

function troubles({ warnings, silences }: Digest): string[] {
  const mails = warnings.map(({ kind, campaign, count, sent }) => [
    campaign,
    `${figure(count)} of ${figure(sent)} ${TROUBLES[kind]}`,
  ])
  const sources = silences.map(({ name, lastDeliveryAt }) => [name, `nothing since ${day(lastDeliveryAt)}`])
  return [...titled('deliverability', mails), ...titled('silent sources', sources)]
}

function work({ imports, enrichment }: Digest): string[] {
  const lists = imports.map(({ name, counts: { created, changed } }) => [
    name,
    `${figure(created)} new, ${figure(changed)} changed`,
  ])
  const enriched = enrichment && [
    [`${figure(enrichment.hits)} of ${figure(enrichment.asked)} known`, counted(enrichment.credits, 'credit')],
  ]
  return [...titled('imported', lists), ...titled('enrichment', enriched ?? [])]
}

function nameOf({ firstName, lastName }: { readonly firstName: string | null; readonly lastName: string | null }) {
  return [firstName, lastName].filter(Boolean).join(' ')
}

function titled(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length > 0 ? [title, ...columns(rows)] : []
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map(plain))
  const widths = (safe[0] ?? []).map((_, nth) => Math.max(...safe.map((row) => row[nth]?.length ?? 0)))
  return safe.map((row) => `  ${row.map((cell, nth) => cell.padEnd(widths[nth] ?? 0)).join('  ')}`.trimEnd())
}

function digestJson(digest: Digest) {
  const { newContacts, timeZone, isEmpty, people: held, waiting } = digest
  return {
    day: digest.day,
    from: digest.from,
    to: digest.to,
    time_zone: timeZone,
    is_empty: isEmpty,
    figures: digest.figures,
    new_contacts: newContacts,
    contacts: held.contacts,
    by_status: held.byStatus,
    enriched: held.enriched,
    verified: held.verified,
    suppressed: held.suppressed,
    hottest: digest.hottest.map(personJson),
    waiting: { total: waiting.total, recent: waiting.recent, replies: waiting.replies.map(personJson) },
    campaigns: digest.campaigns,
    warnings: digest.warnings,
    silences: digest.silences.map(({ source, name, lastDeliveryAt, silence }) => ({
      ...{ source, name, last_delivery_at: lastDeliveryAt, days: silence.days, missed: silence.missed },
    })),
    daily: digest.chart.daily,
    imports: digest.imports.map(({ endedAt, ...list }) => ({ ...list, ended_at: endedAt })),
    enrichment: digest.enrichment,
  }
}

function personJson<Person extends { readonly firstName: string | null; readonly lastName: string | null }>({
  firstName,
  lastName,
  ...person
}: Person) {
  return { ...person, first_name: firstName, last_name: lastName }
}
