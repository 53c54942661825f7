import type { Suspicion } from './suspicion.ts'

/**
 * What providers report, in one vocabulary. The words and the mistakes they prevent are in the
 * e-mail sheet, section 1.1: `queued` is not `delivered`, a vacation notice is not a reply.
 */
export const EVENT_TYPES = [
  'queued',
  'sent',
  'delivered',
  'deferred',
  'bounced',
  'rejected',
  'failed',
  'opened',
  'clicked',
  'complained',
  'unsubscribed',
  'resubscribed',
  'replied',
  'auto_replied',
  'inbound',
  'lead_status',
  'website_visit',
  'form_submission',
  'call_scheduled',
  'call_completed',
  'demo_attended',
  'unknown',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

export type BounceClass = 'hard' | 'soft' | 'block' | 'undetermined'

/** How an event is counted: as its type, with machines apart from people and lasting failures apart from passing ones. */
export type Tally = EventType | 'machine_opened' | 'machine_clicked' | 'soft_bounced'

export interface Campaign {
  readonly id: string | null
  readonly name: string | null
  readonly step: string | null
}

/** What a campaign is counted under: its name, or its id where it has no name; '' is none. */
export function campaignKey(campaign: Campaign | null): string {
  return campaign?.name ?? campaign?.id ?? ''
}

export interface Bounce {
  readonly smtpCode: string | null
  readonly enhancedCode: string | null
  readonly reason: string | null
  /** The provider's own class, for people to read and never for code to match. */
  readonly providerClass: string | null
}

export interface Reply {
  readonly from: string | null
  readonly to: string | null
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  /** The new words only: `text` without what it quotes and without its signature. */
  readonly excerpt: string | null
  /** Message ids without angle brackets. */
  readonly inReplyTo: string | null
  readonly references: readonly string[]
  /** Written by a machine: vacation notice, challenge, read receipt. */
  readonly auto: boolean
}

export interface Geo {
  readonly country: string | null
  readonly region: string | null
  readonly city: string | null
}

/** One thing that a provider reported. Times are UTC milliseconds. */
export interface EngagementEvent {
  readonly provider: string
  /** Unique per provider and the same on every redelivery: the provider's event id, or a hash (`dedupeKey`). */
  readonly id: string
  readonly type: EventType
  readonly class: BounceClass | null
  readonly occurredAt: number
  readonly receivedAt: number
  /** The address of the person it is about, as the provider wrote it, without a display name. */
  readonly recipient: string
  /** The provider's own id of the message. */
  readonly messageId: string | null
  /** The Message-ID header without angle brackets: what a reply refers to. */
  readonly rfcMessageId: string | null
  readonly campaign: Campaign | null
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly url: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly geo: Geo | null
  /** Opened or clicked by software rather than a person; null where the provider says nothing. */
  readonly machine: boolean | null
  /** Why it was probably software, where the provider says nothing; ours, and never the provider's. */
  readonly suspected: Suspicion | null
  readonly bounce: Bounce | null
  readonly reply: Reply | null
  /** The element before mapping, kept where the mapping did not understand it. */
  readonly raw: unknown
}

/** How `event` is counted. An open of which nothing is known or suspected counts as a person's. */
export function tallyOf(event: Pick<EngagementEvent, 'type' | 'class' | 'machine' | 'suspected'>): Tally {
  const isByMachine = event.machine ?? event.suspected !== null
  if (isByMachine && event.type === 'opened') return 'machine_opened'
  if (isByMachine && event.type === 'clicked') return 'machine_clicked'
  if (event.type === 'bounced' && event.class !== 'hard') return 'soft_bounced'
  return event.type
}
