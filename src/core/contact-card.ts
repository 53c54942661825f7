import type { Counters } from './contact.ts'
import type { EmailEvidence } from './email-status.ts'
import { type ContactFact, contactFacts, emailDetail } from './enrichment/facts.ts'
import type { BounceClass, Campaign, EventType } from './event.ts'
import type { LifecycleStatus } from './lifecycle.ts'
import { scoreAt } from './score.ts'
import { shown } from './shown.ts'
import { latestNotes, noteCount } from './store/changes.ts'
import { type ContactRow, contactById, evidenceIn } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { campaignOf, type EventRow, recentEvents } from './store/events.ts'
import { type Suppression, suppressionOf } from './suppression.ts'
import type { Suspicion } from './suspicion.ts'

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
  /** Why the address is what it is, as its source says: `catch_all`. */
  readonly emailDetail: string | null
  /** What is known from elsewhere, with its provenance. */
  readonly facts: readonly ContactFact[]
  /** The Slack user who added the contact; null where an import or an event did. */
  readonly addedBy: string | null
  readonly suppression: Suppression | null
  readonly score: number
  readonly counters: Counters
  readonly createdAt: number
  readonly updatedAt: number
  /** Newest first. */
  readonly recent: readonly CardEvent[]
  /** The latest few, newest first. */
  readonly notes: readonly CardNote[]
  /** Of all of them. */
  readonly noteCount: number
}

export interface CardNote {
  /** A Slack user id. */
  readonly author: string
  readonly at: number
  readonly text: string
}

export interface CardEvent {
  readonly type: EventType
  readonly class: BounceClass | null
  readonly machine: boolean | null
  readonly suspected: Suspicion | null
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

/** What an address, a name or a domain led to. */
export type LookupResult =
  | { readonly kind: 'found'; readonly card: ContactCard }
  /** Several match (`exact`), or none does and these come close; best first. */
  | {
      readonly kind: 'choose'
      readonly exact: boolean
      /** Set where what was looked for is an address, which could be added. */
      readonly address: string | null
      readonly matches: readonly NearMiss[]
    }
  | { readonly kind: 'none'; readonly address: string | null }

const RECENT = 8
const NOTES = 3

/** The card of the contact with `id` as it is at `now` (UTC milliseconds); undefined when there is none any more. */
export async function cardById(database: Database, id: number, now: number): Promise<ContactCard | undefined> {
  const row = await contactById(database, id)
  return row && (await cardOf(database, row, now))
}

export async function cardOf(database: Database, row: ContactRow, now: number): Promise<ContactCard> {
  const emailEvidence = evidenceIn(row)
  return {
    ...row,
    ...shown(row, now),
    emailEvidence,
    emailDetail: emailDetail(row, emailEvidence),
    facts: contactFacts(row, now),
    addedBy: row.asserted.addedBy ?? null,
    suppression: suppressionOf(row.suppression),
    score: scoreAt(row.heat, now),
    recent: (await recentEvents(database, row.id, RECENT)).map(cardEvent),
    notes: await latestNotes(database, row.id, NOTES),
    noteCount: await noteCount(database, row.id),
  }
}

export function cardEvent(row: EventRow): CardEvent {
  const { type, class: bounceClass, machine, suspected, occurredAt, provider, detail } = row
  return {
    type,
    class: bounceClass,
    machine,
    suspected,
    occurredAt,
    provider,
    campaign: campaignOf(row),
    url: detail?.url ?? null,
    subject: detail?.reply?.subject ?? null,
    excerpt: detail?.reply?.excerpt ?? null,
    reason: detail?.bounce?.reason ?? null,
  }
}
