import type { EmailEvidence } from '../email-status.ts'
import type { RefusalReason } from '../errors.ts'
import type { EngagementEvent, Tally } from '../event.ts'
import type { LifecycleStatus } from '../lifecycle.ts'
import type { SuppressionRecord } from '../suppression.ts'

/** What imports and enrichment said of a contact, kept apart from what its events say. */
export interface Assertions {
  /** The Slack user who added the contact. */
  readonly addedBy?: string
  readonly emailEvidence?: EmailEvidence
  readonly verifiedAt?: number
  readonly suppression?: SuppressionRecord
}

/** `misdirected_mailgun`: it looked like a request of Mailgun's at another provider's URL; it may have been refused too. */
export type SourceOutcome =
  | 'accepted'
  | 'duplicate'
  | 'quarantined'
  /** About somebody who was erased: not kept. */
  | 'erased'
  | `refused_${RefusalReason}`
  | `misdirected_${string}`

export type ErasureReason = 'requested'

/** What a message in Slack is about. */
export type PostKind = 'alert' | 'alert_entry' | 'alert_reminder' | 'digest'

/** What a provider is asked for: the person behind an address, or whether the address works. */
export type EnrichmentTask = 'find' | 'verify'

export type LookupOutcome =
  /** The call is under way, or its process died. */
  | 'asking'
  /** The provider took it and answers later. */
  | 'waiting'
  | 'hit'
  | 'miss'
  /** The answer was lost and may have been billed. */
  | 'uncertain'
  | 'opted_out'

export type TotalName = LifecycleStatus | 'created' | 'suppressed' | 'has_enrichment' | 'has_valid_address'

/** What is counted of a group of people; of the totals all but `created`. */
export type GroupName = TotalName | Tally

/** The parts of an event that have no column of their own; what is empty is left out. */
export type EventDetail = Partial<
  Pick<EngagementEvent, 'tags' | 'metadata' | 'url' | 'ip' | 'userAgent' | 'geo' | 'bounce' | 'reply' | 'raw'>
> & {
  readonly campaignId?: string
  readonly step?: string
}
