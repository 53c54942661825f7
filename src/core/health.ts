import { type Config, howToSwitchOn, type ProviderSettings, variableOf } from './config.ts'
import { enrichmentFindings } from './enrichment/finding.ts'
import type { EnrichmentSettings } from './enrichment/settings.ts'
import { erasureFindings } from './erasure/finding.ts'
import { CrmError } from './errors.ts'
import type { Finding } from './finding.ts'
import { jobFindings } from './jobs-finding.ts'
import { COUNTED_DAYS, KNOWN_DAYS, sourceState } from './sources.ts'
import { type Source, sourceFinding } from './sources-finding.ts'
import type { Database } from './store/database.ts'
import { checkWrite, keptCounts, sourceCounts, unnamedCounts } from './store/roll-ups.ts'
import { addDays, type DayOf } from './time.ts'

export interface HealthDeps extends HealthSettings {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: number
  /** How the way to people is, which the core knows nothing of. */
  readonly slack: () => Promise<Finding[]>
}

export interface HealthSettings {
  /** Those that are switched on. */
  readonly sources: readonly Source[]
  /** What people call the provider with an id. */
  readonly nameOf: (id: string) => string
  /** What switches a source on, in a sentence. */
  readonly howToSwitchOn: string
  /** Settings that have no effect, each in a sentence. */
  readonly warnings: readonly string[]
  readonly enrichment: EnrichmentSettings
}

export function healthSettings(
  {
    webhookSecrets,
    warnings,
    publicUrl = '',
    enrichment,
  }: Pick<Config, 'webhookSecrets' | 'warnings' | 'publicUrl' | 'enrichment'>,
  providers: readonly KnownProvider[],
): HealthSettings {
  const on = providers.filter(({ id }) => Object.hasOwn(webhookSecrets, id))
  return {
    sources: on.map((provider) => ({
      id: provider.id,
      name: provider.name,
      variable: variableOf(provider),
      signsUrl: provider.signs.url ?? false,
      url: `${publicUrl}/webhooks/${provider.id}`,
      urlToken: !provider.proof.includes('url') ? 'never' : provider.proof.length > 1 ? 'possible' : 'always',
    })),
    nameOf: (id) => providers.find((provider) => provider.id === id)?.name ?? id,
    howToSwitchOn: howToSwitchOn(providers),
    warnings,
    enrichment,
  }
}

interface KnownProvider extends Pick<ProviderSettings, 'id' | 'variable' | 'signs'> {
  readonly name: string
  /** Where the proof of a request may stand. */
  readonly proof: readonly string[]
}

/** How the program is, for `crm doctor` and `/crm health` alike. What cannot be looked at is a finding and no error. */
export async function health(deps: HealthDeps): Promise<Finding[]> {
  const found = await Promise.all([
    looking('Slack', deps.slack, 'see the log of the program'),
    looking('database', () => storage(deps.database)),
    looking('sources', () => receiving(deps)),
    looking('enrichment', () => enrichment(deps)),
    looking('jobs', () => jobFindings(deps.database, deps.now)),
    looking('erased people', () => erasureFindings(deps.database, deps.dayOf(deps.now))),
  ])
  return [...deps.warnings.map(warning), ...found.flat()]
}

const STORAGE_FIX = 'see whether the disk is full or the database out of reach'

async function looking(name: string, look: () => Promise<Finding[]>, fix = STORAGE_FIX): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const fact = error instanceof CrmError ? error.message : String(error)
    return [{ name, state: 'problem', facts: [fact], fixes: [fix] }]
  }
}

function warning(fact: string): Finding {
  return { name: 'configuration', state: 'problem', facts: [fact], fixes: ['take it out of .env or the environment'] }
}

async function storage(database: Database): Promise<Finding[]> {
  await database.transaction(checkWrite)
  return [{ name: 'database', state: 'ok', facts: [`${database.dialect.name}, can be written`], fixes: [] }]
}

async function receiving({ database, dayOf, now, sources, nameOf, howToSwitchOn }: HealthDeps): Promise<Finding[]> {
  if (sources.length === 0) return [{ name: 'sources', state: 'off', facts: [], fixes: [howToSwitchOn] }]
  const today = dayOf(now)
  const ids = sources.map(({ id }) => id)
  const reports = Map.groupBy(
    await sourceCounts(database, ids, addDays(today, -KNOWN_DAYS)),
    ({ provider }) => provider,
  )
  const kept = await keptCounts(database)
  const unnamed = await unnamedCounts(database, addDays(today, 1 - COUNTED_DAYS))
  return sources.map((source) =>
    sourceFinding(
      {
        ...sourceState(reports.get(source.id) ?? [], today),
        source,
        kept: kept.get(source.id) ?? 0,
        unnamed: unnamed.get(source.id) ?? 0,
      },
      nameOf,
    ),
  )
}

async function enrichment({ database, dayOf, now, enrichment: settings }: HealthDeps): Promise<Finding[]> {
  return await enrichmentFindings({ database, settings, today: dayOf(now), now })
}
