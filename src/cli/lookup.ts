import { Command } from 'commander'
import type { Counters } from '../core/contact.ts'
import { type CardEvent, type ContactCard, cardOf } from '../core/contact-card.ts'
import { exportContact } from '../core/export/contacts.ts'
import { lookup } from '../core/lookup.ts'
import { contactById } from '../core/store/contacts.ts'
import { day, failed, plain, print, withDatabase } from './context.ts'
import { typeText } from './events.ts'

export function lookupCommand(): Command {
  return new Command('lookup')
    .description('show one contact')
    .argument('<who>', 'an address, a name or a domain')
    .option('--json', 'print the contact in the interchange format')
    .action((who: string, options: { json?: true }) =>
      withDatabase(async ({ database, now }) => {
        const result = await lookup(database, who, now)
        if (result.kind === 'none') return failed(`No contact matches ${who}.`)
        if (result.kind === 'choose') {
          const close = result.matches.map(({ email }) => `  ${email}`).join('\n')
          return failed(
            `${result.exact ? 'Several contacts match' : 'No contact matches'} ${who}. Did you mean\n${close}`,
          )
        }
        const row = await contactById(database, result.card.id)
        if (!row) return failed(`No contact matches ${who}.`)
        if (options.json) print(JSON.stringify(await exportContact(database, row, now), null, 2))
        else print(cardText(await cardOf(database, row, now)))
      }),
    )
}

function cardText(card: ContactCard): string {
  const name = [card.firstName, card.lastName].filter(Boolean).join(' ')
  const lines = [
    plain(name ? `${name} <${card.email}>` : card.email),
    ...(card.suppression ? [`DO NOT WRITE: ${card.suppression.reason}, since ${day(card.suppression.since)}`] : []),
    `${card.status}, score ${card.score}`,
    ...[plain([card.title, card.company].filter(Boolean).join(' at '))].filter(Boolean),
    `e-mail ${card.emailEvidence ? `${card.emailEvidence.status} (${card.emailEvidence.source})` : 'unknown'}`,
    ...(card.tags.length > 0 ? [`tags ${plain(card.tags.join(', '))}`] : []),
    countersText(card.counters),
    ...card.recent.map((event) => `  ${eventText(event)}`),
  ]
  return lines.join('\n')
}

function countersText(counters: Counters): string {
  const counts = Object.entries(counters).map(([tally, { count }]) => `${count} ${tally.replace('_', ' ')}`)
  return counts.length > 0 ? counts.join(', ') : 'nothing has happened yet'
}

function eventText({ occurredAt, provider, campaign, url, subject, excerpt, ...what }: CardEvent): string {
  const details = [campaign?.name ?? campaign?.id, url, subject, excerpt].filter((detail) => detail != null)
  return plain(
    [day(occurredAt), `${typeText(what)} via ${provider}`, ...details.map((detail) => detail.slice(0, 120))].join('  '),
  )
}
