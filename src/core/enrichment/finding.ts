import type { Fact, Finding } from '../finding.ts'
import type { Database } from '../store/database.ts'
import { dayCounts, type EnrichmentDayRow, openCalls, type ProviderRow, providerRows } from '../store/enrichment.ts'
import { counted, figure } from '../text.ts'
import { CATALOGUE, CATALOGUED } from './catalogue.ts'
import { blockedBy } from './ledger.ts'
import type { ProviderInfo } from './provider.ts'
import { type EnrichmentSettings, keyHashOf, type ProviderSettings } from './settings.ts'

export interface EnrichmentHealthDeps {
  readonly database: Database
  readonly settings: EnrichmentSettings
  /** The local day (`YYYY-MM-DD`). */
  readonly today: string
  /** UTC milliseconds. */
  readonly now: number
}

/** How enrichment is: the budget of today, then every provider that is switched on. */
export async function enrichmentFindings({ database, settings, today, now }: EnrichmentHealthDeps): Promise<Finding[]> {
  const days = new Map((await dayCounts(database, today, today)).map((row) => [row.provider, row]))
  const rows = new Map((await providerRows(database)).map((row) => [row.provider, row]))
  const waiting = Map.groupBy(await openCalls(database), ({ provider }) => provider)
  const providers = settings.providers.map((configured) => {
    const { id } = configured
    return providerFinding(configured, rows.get(id), days.get(id), waiting.get(id)?.length ?? 0, now)
  })
  return [budget(settings, days.get('')), ...providers]
}

/** From four fifths of the day's credits on. */
const NEARLY = 0.8

function budget({ providers, dailyCredits, on }: EnrichmentSettings, day: EnrichmentDayRow | undefined): Finding {
  const name = 'enrichment'
  if (providers.length === 0) {
    const variables = CATALOGUED.map(({ variable }) => variable)
    const fixes = [`set one of ${variables.join(', ')} to ask providers; what costs nothing is known without them`]
    return { name, state: 'off', facts: [], fixes }
  }
  const spent = day?.credits ?? 0
  const facts = [
    `${figure(spent)} of ${counted(dailyCredits, 'credit')} spent today`,
    on.size > 0 ? `by itself on ${[...on].join(' and ')}` : 'only when somebody asks',
  ]
  if (spent < dailyCredits * NEARLY) return { name, state: 'ok', facts, fixes: [] }
  const fixes = ['raise ENRICH_DAILY_CREDITS, or wait for tomorrow: what is queued goes on then']
  return { name, state: spent >= dailyCredits ? 'problem' : 'ok', facts, fixes }
}

function providerFinding(
  configured: ProviderSettings,
  row: ProviderRow | undefined,
  day: EnrichmentDayRow | undefined,
  open: number,
  now: number,
): Finding {
  const provider = CATALOGUE[configured.id]
  const blocked = blockedBy(row, keyHashOf(configured), now)
  const name = `${provider.name} (enrichment)`
  const state = blocked ? 'problem' : 'ok'
  return {
    name,
    state,
    facts: factsOf(row, day, open, blocked !== null),
    fixes: blocked ? [fixFor(blocked.trouble, provider)] : [],
  }
}

function factsOf(
  row: ProviderRow | undefined,
  day: EnrichmentDayRow | undefined,
  open: number,
  isBlocked: boolean,
): Fact[] {
  const { hits = 0, misses = 0, mismatches = 0, uncertain = 0, failed = 0, credits: spent = 0 } = day ?? {}
  const asked = hits + misses + mismatches
  return [
    ...(isBlocked && row?.message ? [{ words: `${row.message} since`, at: row.since }] : []),
    ...(isBlocked && row?.until ? [{ words: 'asked again from', at: row.until }] : []),
    asked > 0 ? `${hits} of ${asked} known today, ${counted(spent, 'credit')}` : 'not asked today',
    ...(mismatches > 0
      ? [`${counted(mismatches, 'answer was', 'answers were')} about somebody else and not kept`]
      : []),
    ...(uncertain > 0
      ? [
          `${counted(uncertain, 'answer was', 'answers were')} lost; lost ones may have been billed and are not asked for again by themselves`,
        ]
      : []),
    ...(failed > 0 ? [`${counted(failed, 'look-up')} failed and cost nothing`] : []),
    ...(open > 0 ? [`${open} under way`] : []),
    ...(row?.creditsLeft == null ? [] : [`${counted(row.creditsLeft, 'credit')} left there`]),
  ]
}

function fixFor(
  trouble: NonNullable<ProviderRow['trouble']>,
  { name, variable, account, holds }: ProviderInfo,
): string {
  switch (trouble) {
    case 'auth_failed':
      return `make a new key (${account}) and set ${variable}; with the same key: npm run -s crm -- enrich --retry`
    case 'misconfigured':
      return `give the key the right to do this, or change the plan (${account}), then: npm run -s crm -- enrich --retry`
    case 'out_of_credits':
      return `buy credits (${account}); it is asked again by itself`
    case 'rate_limited':
      return 'nothing: it is asked again by itself'
    default:
      return holds === 'url'
        ? `see whether the server at ${variable} runs`
        : `nothing, unless it lasts: see the status page of ${name}`
  }
}
