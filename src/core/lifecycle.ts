export const LIFECYCLE = ['new', 'enriched', 'verified', 'engaged', 'converted', 'disqualified'] as const

export type LifecycleStatus = (typeof LIFECYCLE)[number]

/** The statuses that follow from data; the other two are people's decisions. */
export type DataStatus = Exclude<LifecycleStatus, Decision>

export type Decision = 'converted' | 'disqualified'

/** Everything that decides a contact's status. Times are UTC milliseconds; null is "never". */
export interface LifecycleFacts {
  /** Since when there is enrichment data. */
  readonly enrichedAt: number | null
  /** Since when the address is known to work. A later doubt is told by the e-mail status, not here. */
  readonly verifiedAt: number | null
  /** Since when the person has done something. */
  readonly engagedAt: number | null
  /** The least that an import said. */
  readonly floor: DataStatus
  readonly decision: Decision | null
  readonly decidedAt: number | null
}

/** A contact moves forward by itself and never back by itself; a decision holds until it is taken back. */
export function lifecycleStatus(facts: LifecycleFacts): LifecycleStatus {
  return facts.decision ?? further(facts.floor, dataStatus(facts))
}

function dataStatus({ enrichedAt, verifiedAt, engagedAt }: LifecycleFacts): DataStatus {
  if (engagedAt !== null) return 'engaged'
  if (enrichedAt === null) return 'new'
  return verifiedAt === null ? 'enriched' : 'verified'
}

export function further(a: DataStatus, b: DataStatus): DataStatus {
  return LIFECYCLE.indexOf(a) >= LIFECYCLE.indexOf(b) ? a : b
}
