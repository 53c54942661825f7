import type { Tally } from './event.ts'
import { LIFECYCLE, type LifecycleStatus } from './lifecycle.ts'
import type { Database } from './store/database.ts'
import { createdBetween, eventCounts, totalCounts } from './store/roll-ups.ts'
import { addDays } from './time.ts'

export type TallyCounts = { readonly [T in Tally]?: number }

/** The whole CRM now, and its engagement in the last `days` local days beside the `days` before them. */
export interface Statistics {
  readonly days: number
  /** The first and the last local day of the period, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
  readonly contacts: number
  readonly byStatus: Readonly<Record<LifecycleStatus, number>>
  readonly suppressed: number
  /** Contacts with enrichment data, and with an address that is known to work. */
  readonly enriched: number
  readonly verified: number
  readonly newContacts: number
  readonly newContactsBefore: number
  readonly events: TallyCounts
  readonly eventsBefore: TallyCounts
}

/** `today` is the local day (`YYYY-MM-DD`) that the period ends with. */
export async function statistics(database: Database, days: number, today: string): Promise<Statistics> {
  const from = addDays(today, 1 - days)
  const [fromBefore, toBefore] = [addDays(from, -days), addDays(from, -1)]
  const totals = await totalCounts(database)
  const statuses = LIFECYCLE.map((status) => [status, totals.get(status) ?? 0] as const)
  return {
    days,
    from,
    to: today,
    contacts: statuses.reduce((sum, [, count]) => sum + count, 0),
    byStatus: countsByStatus(statuses),
    suppressed: totals.get('suppressed') ?? 0,
    enriched: totals.get('has_enrichment') ?? 0,
    verified: totals.get('has_valid_address') ?? 0,
    newContacts: await createdBetween(database, from, today),
    newContactsBefore: await createdBetween(database, fromBefore, toBefore),
    events: Object.fromEntries(await eventCounts(database, from, today)),
    eventsBefore: Object.fromEntries(await eventCounts(database, fromBefore, toBefore)),
  }
}

function countsByStatus(counts: readonly (readonly [LifecycleStatus, number])[]): Record<LifecycleStatus, number> {
  const none = { new: 0, enriched: 0, verified: 0, engaged: 0, converted: 0, disqualified: 0 }
  return { ...none, ...Object.fromEntries(counts) }
}
