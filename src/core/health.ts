import { type Config, howToSwitchOn, type ProviderSettings, variableOf } from './config.ts'
import { enrichmentFindings } from './enrichment/finding.ts'
import type { EnrichmentSettings } from './enrichment/settings.ts'
import { CrmError } from './errors.ts'
import type { Finding } from './finding.ts'
import { COUNTED_DAYS, KNOWN_DAYS, sourceState } from './sources.ts'
import { type Source, sourceFinding } from './sources-finding.ts'
import type { Database } from './store/database.ts'
import { jobCounts } from './store/jobs.ts'
import { checkWrite, keptCounts, sourceCounts, unnamedCounts } from './store/roll-ups.ts'
import { addDays, type DayOf } from './time.ts'
import { MAX_ATTEMPTS } from './worker.ts'

export interface HealthDeps extends HealthSettings {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: number
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
  readonly alertChannel: string | undefined
  readonly enrichment: EnrichmentSettings
}

export function healthSettings(
  {
    webhookSecrets,
    warnings,
    alertChannel,
    enrichment,
  }: Pick<Config, 'webhookSecrets' | 'warnings' | 'alertChannel' | 'enrichment'>,
  providers: readonly (Pick<ProviderSettings, 'id' | 'variable' | 'signs'> & { readonly name: string })[],
): HealthSettings {
  const on = providers.filter(({ id }) => Object.hasOwn(webhookSecrets, id))
  return {
    sources: on.map((provider) => ({
      id: provider.id,
      name: provider.name,
      variable: variableOf(provider),
      signsUrl: provider.signs.url ?? false,
    })),
    nameOf: (id) => providers.find((provider) => provider.id === id)?.name ?? id,
    howToSwitchOn: howToSwitchOn(providers),
    warnings,
    alertChannel,
    enrichment,
  }
}

/** How the program is, for `crm doctor` and `/crm health` alike. What cannot be looked at is a finding and no error. */
export async function health(deps: HealthDeps): Promise<Finding[]> {
  return [
    ...deps.warnings.map(warning),
    alerts(deps.alertChannel),
    ...(await looking('database', () => storage(deps.database))),
    ...(await looking('sources', () => receiving(deps))),
    ...(await looking('enrichment', () => enrichment(deps))),
    ...(await looking('jobs', () => jobs(deps.database))),
  ]
}

async function looking(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const fact = error instanceof CrmError ? error.message : String(error)
    return [
      { name, state: 'problem', facts: [fact], fixes: ['see whether the disk is full or the database out of reach'] },
    ]
  }
}

function warning(fact: string): Finding {
  return { name: 'configuration', state: 'problem', facts: [fact], fixes: ['take it out of .env or the environment'] }
}

function alerts(channel: string | undefined): Finding {
  const name = 'reply alerts'
  return channel === undefined
    ? { name, state: 'off', facts: [], fixes: ['set CRM_ALERT_CHANNEL to the id of a channel'] }
    : { name, state: 'ok', facts: [`go to ${channel}`], fixes: [] }
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

async function jobs(database: Database): Promise<Finding[]> {
  const counts = await jobCounts(database)
  const dead = counts.filter(({ state }) => state === 'dead')
  const queued = counts.filter(({ state }) => state !== 'dead').reduce((sum, { count }) => sum + count, 0)
  return [
    ...(dead.length === 0 || queued > 0
      ? [{ name: 'jobs', state: 'ok', facts: [`${queued} queued`], fixes: [] } as const]
      : []),
    ...dead.map(
      ({ kind, count }): Finding => ({
        name: 'jobs',
        state: 'problem',
        facts: [`${count} of kind ${kind} given up after ${MAX_ATTEMPTS} attempts`],
        fixes: ['look for "effect given up" in the log, which says why'],
      }),
    ),
  ]
}
