import { domainOf } from './address.ts'
import type { Counters } from './contact.ts'
import type { EmailEvidence } from './email-status.ts'
import type { Claims } from './enrichment/claims.ts'
import type { Enrichment } from './enrichment/flat.ts'
import type { EngagementEvent, EventType } from './event.ts'
import { isoTime } from './iso-time.ts'
import type { LifecycleStatus } from './lifecycle.ts'
import type { Suppression } from './suppression.ts'

/** One contact with its history, in our own words; times are UTC milliseconds. */
export interface InterchangeContact {
  readonly email: string
  readonly status: LifecycleStatus
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  readonly owner: string | null
  readonly tags: readonly string[]
  readonly customFields: Readonly<Record<string, unknown>>
  readonly sourceCampaign: string | null
  readonly enrichment: Enrichment | null
  /** The same with the provenance of every value, where it is known. */
  readonly claims: Claims
  readonly emailEvidence: EmailEvidence | null
  readonly suppression: Suppression | null
  readonly createdAt: number | null
  readonly updatedAt: number | null
  readonly events: readonly EngagementEvent[]
}

/** What is written beside a contact and not read back, because it follows from the history. */
export interface Derived {
  readonly score: number
  readonly counters: Counters
}

/** The format's words for our event types; types that are not listed are `email_<type>`. */
const ENGAGEMENT_TYPES: Readonly<Partial<Record<EventType, string>>> = {
  clicked: 'link_clicked',
  replied: 'reply_received',
  website_visit: 'website_visit',
  form_submission: 'form_submission',
  call_scheduled: 'call_scheduled',
  call_completed: 'call_completed',
  demo_attended: 'demo_attended',
}

export function engagementType(type: EventType): string {
  return ENGAGEMENT_TYPES[type] ?? `email_${type}`
}

/** Where an event keeps, inside `metadata`, what the format has no place for. */
export const EXTRAS = 'touchpoint'

/** The interchange form of one contact (product page, section 8). */
export function toInterchange(contact: InterchangeContact, { score, counters }: Derived): Record<string, unknown> {
  return {
    email: contact.email,
    domain: domainOf(contact.email),
    status: contact.status,
    first_name: contact.firstName,
    last_name: contact.lastName,
    company: contact.company,
    title: contact.title,
    enrichment: contact.enrichment && enrichmentOut(contact.enrichment),
    enrichment_claims: claimsOut(contact.claims),
    engagements: contact.events.map(engagementOut),
    created_at: iso(contact.createdAt),
    updated_at: iso(contact.updatedAt),
    imported_from_campaign: contact.sourceCampaign,
    tags: contact.tags,
    custom_fields: contact.customFields,
    owner: contact.owner,
    email_status: contact.emailEvidence?.status ?? 'unknown',
    email_status_source: contact.emailEvidence?.source ?? null,
    email_status_at: iso(contact.emailEvidence?.at ?? null),
    suppression: contact.suppression && {
      reason: contact.suppression.reason,
      since: iso(contact.suppression.since),
      source_event: contact.suppression.event,
    },
    score,
    counters: Object.fromEntries(
      Object.entries(counters).map(([tally, { count, first, last }]) => [
        tally,
        { count, first: iso(first), last: iso(last) },
      ]),
    ),
  }
}

function enrichmentOut(enrichment: Enrichment) {
  return {
    company_name: enrichment.companyName,
    job_title: enrichment.jobTitle,
    linkedin_url: enrichment.linkedinUrl,
    phone: enrichment.phone,
    industry: enrichment.industry,
    seniority_level: enrichment.seniorityLevel,
    company_size: enrichment.companySize,
    email_verified: enrichment.emailVerified,
    verification_timestamp: iso(enrichment.verifiedAt),
    enriched_at: iso(enrichment.enrichedAt),
    enrichment_source: enrichment.source,
  }
}

/** `{field: [{source, value, at, …}]}`: everything that every source said, so that each value can be answered for. */
function claimsOut(claims: Claims) {
  return Object.fromEntries(
    Object.entries(claims).map(([field, voices = {}]) => [
      snake(field),
      Object.entries(voices)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([source, { at, ...claim }]) => ({ source, ...claim, at: iso(at) })),
    ]),
  )
}

export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function engagementOut(event: EngagementEvent) {
  const { type, occurredAt, recipient: _recipient, metadata, ...extras } = event
  const { receivedAt, ...rest } = extras
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => !isEmpty(value)))
  return {
    engagement_type: engagementType(type),
    timestamp: iso(occurredAt),
    metadata: { ...metadata, [EXTRAS]: { ...kept, receivedAt: iso(receivedAt) } },
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

function iso(at: number | null): string | null {
  return at === null ? null : isoTime(at)
}
