import { LIFECYCLE } from '../lifecycle.ts'
import type { Database } from '../store/database.ts'
import { type DayCounts, dayCounts } from '../store/enrichment.ts'
import { totalCounts } from '../store/roll-ups.ts'
import { addDays } from '../time.ts'
import type { ProviderId } from './provider.ts'

export interface EnrichmentStatistics {
  /** The first and the last local day, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  readonly contacts: number
  /** Contacts with enrichment data, and with an address that is known to work. */
  readonly enriched: number
  readonly verified: number
  readonly spentToday: number
  readonly dailyCredits: number
  /** Of the whole period, by provider; who was not asked is not there. */
  readonly providers: readonly ({ readonly provider: ProviderId } & Required<DayCounts>)[]
}

/** What enrichment did in the `days` local days that end with `today` (`YYYY-MM-DD`). */
export async function enrichmentStatistics(
  database: Database,
  { days, today, dailyCredits }: { readonly days: number; readonly today: string; readonly dailyCredits: number },
): Promise<EnrichmentStatistics> {
  const from = addDays(today, 1 - days)
  const rows = await dayCounts(database, from, today)
  const totals = await totalCounts(database)
  const byProvider = Map.groupBy(rows, ({ provider }) => provider)
  return {
    from,
    to: today,
    contacts: LIFECYCLE.reduce((sum, status) => sum + (totals.get(status) ?? 0), 0),
    enriched: totals.get('has_enrichment') ?? 0,
    verified: totals.get('has_valid_address') ?? 0,
    spentToday: rows.find(({ day, provider }) => day === today && provider === '')?.credits ?? 0,
    dailyCredits,
    providers: [...byProvider].flatMap(([provider, counts]) =>
      provider === '' ? [] : [{ provider, ...sumOf(counts) }],
    ),
  }
}

const NAMES = ['calls', 'hits', 'misses', 'mismatches', 'failed', 'uncertain', 'credits'] as const

function sumOf(rows: readonly Required<DayCounts>[]): Required<DayCounts> {
  const sum = { calls: 0, hits: 0, misses: 0, mismatches: 0, failed: 0, uncertain: 0, credits: 0 }
  for (const row of rows) for (const name of NAMES) sum[name] += row[name]
  return sum
}
