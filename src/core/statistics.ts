import type { Tally } from './event.ts'
import type { LifecycleStatus } from './lifecycle.ts'

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
  readonly enriched: number
  readonly verified: number
  readonly newContacts: number
  readonly newContactsBefore: number
  readonly events: TallyCounts
  readonly eventsBefore: TallyCounts
}
