import { readFileSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { setTimeout as delay } from 'node:timers/promises'

import { Command } from 'commander'

import { parseAddress } from '../core/address.ts'
import { createEnrichment } from '../core/enrichment/create.ts'
import type { Enrichment, Estimate } from '../core/enrichment/enrich.ts'
import { WANTS, type Want } from '../core/enrichment/fields.ts'
import { contactsOfCampaign } from '../core/enrichment/of-campaign.ts'
import type { BatchOutcome } from '../core/enrichment/outcome.ts'
import { InvalidInputError, UpstreamError } from '../core/errors.ts'
import { snake } from '../core/interchange.ts'
import { createLogger } from '../core/logger.ts'
import { lookup } from '../core/lookup.ts'
import { filteredIds, parseFilter } from '../core/search/filter.ts'
import { hasKey } from '../core/search/terms.ts'
import { clearTroubles, openCalls } from '../core/store/enrichment.ts'
import { counted, figure } from '../core/text.ts'
import { createDayOf } from '../core/time.ts'
import { type Context, failed, print, progressLine, say, withDatabase } from './context.ts'

interface Options {
  readonly campaign?: string
  readonly field: readonly Want[]
  readonly again?: true
  readonly dryRun?: true
  readonly yes?: true
  readonly retry?: true
  readonly json?: true
}

export function enrichCommand(): Command {
  return new Command('enrich')
    .description('find out what is missing of contacts; says what it costs first')
    .argument(
      '[who...]',
      'an address, a name or a domain; or filters: status: domain: tag: owner: campaign: since: score: suppressed:; with --campaign addresses, - for standard input',
    )
    .option('--campaign <name>', 'make contacts of the addresses, with this campaign, where there are none')
    .option('--field <name>', `what is looked for, may be repeated: ${WANTS.map(snake).join(', ')}`, addField, [])
    .option('--again', 'also ask who has answered already, or whose answer was lost; it may be billed again')
    .option('--dry-run', 'say what it would cost and ask nobody')
    .option('-y, --yes', 'do not ask before it costs anything')
    .option('--retry', 'first forget that providers refused the key or the plan')
    .option('--json', 'print the outcome as JSON')
    .action((who: readonly string[], options: Options) => withDatabase((context) => enrich(context, who, options)))
}

function addField(name: string, fields: readonly Want[]): readonly Want[] {
  const want = WANTS.find((known) => snake(known) === name || known === name)
  if (!want) throw new InvalidInputError(`${name} is not a field: use ${WANTS.map(snake).join(', ')}`)
  return [...fields, want]
}

async function enrich(context: Context, who: readonly string[], options: Options): Promise<void> {
  const { config, database } = context
  const stopping = new AbortController()
  // The first Ctrl-C lets those end who are being asked, since they are paid for.
  process.once('SIGINT', () => stopping.abort())
  await using running = createEnrichment({
    ...{ database, settings: config.enrichment, publicUrl: config.publicUrl },
    ...{ dayOf: createDayOf(config.timeZone), now: context.clock, random: context.random, fetch },
    log: createLogger('error'),
  })
  const { enrichment } = running
  if (options.retry) await database.transaction(clearTroubles)
  if (options.retry && who.length === 0) return say('Every provider is asked again from now on.')

  const wants = options.field.length > 0 ? { wants: options.field } : {}
  const asking = { ...wants, again: options.again ?? false, signal: stopping.signal }
  const ids = await meant(context, who, options)
  const estimate = await enrichment.estimate(ids, asking)
  const cost = costOf(estimate, config.enrichment.providers.length)
  if (options.dryRun) return print(options.json ? JSON.stringify(estimateJson(estimate)) : cost)
  say(cost)
  if (!(await isWanted(estimate, options))) return failed('Nobody was asked.')

  const progress = progressLine(ids.length)
  const onProgress = (done: number, credits: number) => progress(done, counted(credits, 'credit'))
  let outcome = await enrichment.enrichBatch(ids, { ...asking, onProgress })
  if (outcome.counts.waiting > 0 && !stopping.signal.aborted) {
    say(`${outcome.counts.waiting} wait for an answer that takes minutes; Ctrl-C leaves it to the server.`)
    await collectAll(context, enrichment, new Set(ids), stopping.signal)
    const rest = await enrichment.enrichBatch(ids, asking)
    outcome = { ...rest, credits: outcome.credits + rest.credits }
  }
  print(options.json ? JSON.stringify(outcomeJson(outcome)) : summary(outcome))
  if (outcome.counts.failed > 0) failed('Some could not be enriched; the lines above say why.')
}

/** The contacts that are meant; addresses become contacts where a campaign is named. */
async function meant(context: Context, who: readonly string[], { campaign }: Options): Promise<number[]> {
  const { config, database, now } = context
  const text = who.join(' ').trim()
  if (!text)
    throw new InvalidInputError('Who? An address, a name, a domain, or filters such as campaign:"Spring launch"')
  if (campaign !== undefined) return await ofCampaign(context, who, campaign)
  if (hasKey(text)) {
    const filter = parseFilter(text, { now, dayOf: createDayOf(config.timeZone) })
    return await Array.fromAsync(filteredIds(database, filter))
  }
  const result = await lookup(database, text, now)
  if (result.kind === 'found') return [result.card.id]
  if (result.kind === 'choose' && result.exact) return result.matches.map(({ id }) => id)
  throw new InvalidInputError(
    result.kind === 'none' && result.address
      ? `No contact has the address ${text}; add --campaign to make one`
      : `No contact matches ${text}`,
  )
}

async function ofCampaign(
  { config, database, now }: Context,
  who: readonly string[],
  campaign: string,
): Promise<number[]> {
  const lines = who.length === 1 && who[0] === '-' ? readFileSync(0, 'utf8').split(/[\n,;]/) : who
  const emails = lines.flatMap((line) => (line.trim() ? [parseAddress(line) ?? line.trim()] : []))
  return await contactsOfCampaign({ database, dayOf: createDayOf(config.timeZone), now }, emails, campaign)
}

/** Fetches what providers hold of these contacts, as soon as they have it. */
async function collectAll(
  { database }: Context,
  enrichment: Enrichment,
  ids: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<void> {
  for (const call of await openCalls(database)) {
    if (call.requestId === null || !call.contactIds.some((id) => ids.has(id))) continue
    while (!signal.aborted) {
      const wait = await enrichment.collect(call.id).then(
        () => null,
        (error: unknown) => waitAfter(error),
      )
      if (wait === null) break
      await delay(wait, undefined, { signal }).catch(() => {})
    }
  }
}

function waitAfter(error: unknown): number {
  if (error instanceof UpstreamError && error.retryAfterMs !== undefined) return error.retryAfterMs
  throw error
}

async function isWanted({ contacts, most }: Estimate, { yes }: Options): Promise<boolean> {
  if (yes || contacts <= 1 || most === 0 || !process.stdin.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Go on? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

function costOf({ contacts, toAsk, least, most, spentToday, dailyCredits }: Estimate, providers: number): string {
  const who = counted(contacts, 'contact')
  if (providers === 0) return `${who}; no provider is set up, so only what costs nothing is looked at`
  if (toAsk === 0) return `${who}; nothing to ask for, 0 credits`
  const range = least === most ? counted(most, 'credit') : `${figure(least)} to ${counted(most, 'credit')}`
  return `${who}, ${figure(toAsk)} to ask about: ${range} (${figure(spentToday)} of ${figure(dailyCredits)} spent today)`
}

function summary({ contacts, counts, credits, lacking, later }: BatchOutcome): string {
  const parts = Object.entries(counts).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []))
  const why = Object.entries(lacking).map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`)
  return [
    `${counted(contacts, 'contact')}: ${parts.join(', ') || 'none'}; ${counted(credits, 'credit')}`,
    ...(why.length > 0 ? [`still missing something: ${why.join(', ')}`] : []),
    ...(later ? [`${later.ids.length} are worth another try after ${new Date(later.at).toISOString()}`] : []),
  ].join('\n')
}

function estimateJson({ toAsk, spentToday, dailyCredits, ...rest }: Estimate) {
  return { ...rest, to_ask: toAsk, spent_today: spentToday, daily_credits: dailyCredits }
}

function outcomeJson({ later, ...rest }: BatchOutcome) {
  return { ...rest, later: later && { contacts: later.ids.length, at: new Date(later.at).toISOString() } }
}
