import { bestEvidence, type EmailEvidence, evidenceOf } from './email-status.ts'
import { campaignKey, type EngagementEvent, type Tally, tallyOf } from './event.ts'
import { type LifecycleFacts, type LifecycleStatus, lifecycleStatus } from './lifecycle.ts'
import { type CampaignMarks, marked } from './reach.ts'
import { heatOf, POINTS } from './score.ts'
import { noSuppression, recordSuppression, type SuppressionRecord } from './suppression.ts'

/** Times are UTC milliseconds, of the events themselves and not of their arrival. */
export interface TallyCount {
  readonly count: number
  readonly first: number
  readonly last: number
}

export type Counters = { readonly [T in Tally]?: TallyCount }

/**
 * What events make of a contact. It is a function of the set of its events: every field is a sum,
 * a first, a last or a best, so that order, repetition and the split into deliveries never matter.
 */
export interface ContactState extends LifecycleFacts {
  readonly counters: Counters
  readonly heat: number
  readonly lastEngagedAt: number | null
  readonly emailEvidence: EmailEvidence | null
  readonly suppression: SuppressionRecord
  readonly campaigns: CampaignMarks
  /** People's, like a decision: no event touches them. */
  readonly tags: readonly string[]
  /** Whatever they wrote until then is answered, as somebody said. */
  readonly answeredUntil: number | null
}

export const newContact: ContactState = {
  counters: {},
  heat: 0,
  lastEngagedAt: null,
  emailEvidence: null,
  suppression: noSuppression,
  campaigns: {},
  tags: [],
  answeredUntil: null,
  enrichedAt: null,
  verifiedAt: null,
  engagedAt: null,
  floor: 'new',
  decision: null,
  decidedAt: null,
}

/** The contact's state after `event`, which must be one that it has not seen. */
export function applyEvent(contact: ContactState, event: EngagementEvent): ContactState {
  const tally = tallyOf(event)
  const points = POINTS[tally] ?? 0
  const evidence = evidenceOf(event)
  const campaign = campaignKey(event.campaign)
  return {
    ...contact,
    counters: { ...contact.counters, [tally]: counted(contact.counters[tally], event.occurredAt) },
    heat: contact.heat + heatOf(points, event.occurredAt),
    lastEngagedAt: points > 0 ? latest(contact.lastEngagedAt, event.occurredAt) : contact.lastEngagedAt,
    engagedAt: points > 0 ? earliest(contact.engagedAt, event.occurredAt) : contact.engagedAt,
    emailEvidence: bestEvidence(contact.emailEvidence, evidence),
    verifiedAt: evidence?.status === 'valid' ? earliest(contact.verifiedAt, evidence.at) : contact.verifiedAt,
    suppression: recordSuppression(contact.suppression, event),
    campaigns: campaign === '' ? contact.campaigns : marked(contact.campaigns, campaign, tally),
  }
}

export function statusOf(contact: LifecycleFacts): LifecycleStatus {
  return lifecycleStatus(contact)
}

function counted(before: TallyCount | undefined, at: number): TallyCount {
  if (!before) return { count: 1, first: at, last: at }
  return { count: before.count + 1, first: Math.min(before.first, at), last: Math.max(before.last, at) }
}

export function earliest(a: number | null, b: number): number {
  return a === null ? b : Math.min(a, b)
}

export function latest(a: number | null, b: number): number {
  return a === null ? b : Math.max(a, b)
}
