import type { Counters } from './contact.ts'
import type { EmailEvidence } from './email-status.ts'
import type { BounceClass, Campaign, EventType } from './event.ts'
import type { LifecycleStatus } from './lifecycle.ts'
import type { Suppression } from './suppression.ts'

/** What a person wants to know of a contact at one glance. Times are UTC milliseconds. */
export interface ContactCard {
  readonly id: number
  readonly email: string
  readonly domain: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  readonly status: LifecycleStatus
  /** A Slack user id. */
  readonly owner: string | null
  readonly tags: readonly string[]
  readonly sourceCampaign: string | null
  readonly emailEvidence: EmailEvidence | null
  readonly suppression: Suppression | null
  readonly score: number
  readonly counters: Counters
  readonly createdAt: number
  readonly updatedAt: number
  /** Newest first. */
  readonly recent: readonly CardEvent[]
}

export interface CardEvent {
  readonly type: EventType
  readonly class: BounceClass | null
  readonly machine: boolean | null
  readonly occurredAt: number
  readonly provider: string
  readonly campaign: Campaign | null
  readonly url: string | null
  readonly subject: string | null
  readonly excerpt: string | null
  readonly reason: string | null
}

/** A contact that somebody may have meant. */
export interface NearMiss {
  readonly id: number
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly status: LifecycleStatus
}

/** What `who` (an address, a name or a domain) led to. */
export type LookupResult =
  | { readonly kind: 'found'; readonly card: ContactCard }
  /** Several match, or none does and these come close; best first. */
  | { readonly kind: 'choose'; readonly exact: boolean; readonly matches: readonly NearMiss[] }
  /** `address` is set where `who` was one, and could be added. */
  | { readonly kind: 'none'; readonly address: string | null }
