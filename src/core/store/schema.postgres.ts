import type { Counters } from '../contact.ts'
import type { EmailStatus } from '../email-status.ts'
import type { Enrichment } from '../enrichment.ts'
import type { BounceClass, EventType, Tally } from '../event.ts'
import type { JobState } from '../job.ts'
import type { DataStatus, Decision, LifecycleStatus } from '../lifecycle.ts'
import type { SuppressionReason, SuppressionRecord } from '../suppression.ts'
import type { Suspicion } from '../suspicion.ts'
import { sql } from './drizzle.ts'
import {
  bigint,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from './drizzle-postgres.ts'
import type { Assertions, EventDetail, SourceOutcome, TotalName } from './rows.ts'

// All times are UTC milliseconds.

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const contacts = pgTable(
  'contacts',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    domain: text().notNull(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    nameKey: text('name_key'),
    surnameKey: text('surname_key'),
    company: text(),
    title: text(),
    status: text().$type<LifecycleStatus>().notNull().default('new'),
    floor: text().$type<DataStatus>().notNull().default('new'),
    decision: text().$type<Decision>(),
    decidedAt: bigint('decided_at', { mode: 'number' }),
    enrichedAt: bigint('enriched_at', { mode: 'number' }),
    verifiedAt: bigint('verified_at', { mode: 'number' }),
    engagedAt: bigint('engaged_at', { mode: 'number' }),
    lastEngagedAt: bigint('last_engaged_at', { mode: 'number' }),
    owner: text(),
    tags: jsonb().$type<readonly string[]>().notNull().default([]),
    customFields: jsonb('custom_fields').$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    sourceCampaign: text('source_campaign'),
    enrichment: jsonb().$type<Enrichment>(),
    emailStatus: text('email_status').$type<EmailStatus>().notNull().default('unknown'),
    emailStatusSource: text('email_status_source'),
    emailStatusAt: bigint('email_status_at', { mode: 'number' }),
    suppressed: text().$type<SuppressionReason>(),
    suppression: jsonb().$type<SuppressionRecord>().notNull().default({}),
    asserted: jsonb().$type<Assertions>().notNull().default({}),
    counters: jsonb().$type<Counters>().notNull().default({}),
    heat: doublePrecision().notNull().default(0),
    revision: bigint({ mode: 'number' }).notNull().default(0),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
  },
  (t) => [
    uniqueIndex('contacts_email_key').on(t.emailKey),
    index('contacts_domain').on(t.domain),
    index('contacts_name_key').on(t.nameKey),
    index('contacts_surname_key').on(t.surnameKey),
    index('contacts_heat').on(t.heat).where(sql`heat > 0`),
  ],
)

export const events = pgTable(
  'events',
  {
    seq: bigserial({ mode: 'number' }).primaryKey(),
    provider: text().notNull(),
    id: text().notNull(),
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id),
    type: text().$type<EventType>().notNull(),
    class: text().$type<BounceClass>(),
    occurredAt: bigint('occurred_at', { mode: 'number' }).notNull(),
    receivedAt: bigint('received_at', { mode: 'number' }).notNull(),
    messageId: text('message_id'),
    rfcMessageId: text('rfc_message_id'),
    /** The campaign's name, or its id where it has no name. */
    campaign: text(),
    machine: boolean(),
    suspected: text().$type<Suspicion>(),
    /** The message that a reply answers, while no event of that message is known. */
    answers: text(),
    /** What is shown and never searched. */
    detail: jsonb().$type<EventDetail>(),
  },
  (t) => [
    uniqueIndex('events_provider_id').on(t.provider, t.id),
    index('events_contact').on(t.contactId, t.occurredAt),
    index('events_message').on(t.rfcMessageId).where(sql`rfc_message_id is not null`),
    index('events_answers').on(t.answers).where(sql`answers is not null`),
  ],
)

/** What happened, per local day of the event, source and campaign ('' is none): statistics read this and never events. */
export const eventDays = pgTable(
  'event_days',
  {
    day: text().notNull(),
    provider: text().notNull(),
    campaign: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.provider, t.campaign, t.tally] })],
)

/** What each source delivered, per local day of arrival. */
export const sourceDays = pgTable(
  'source_days',
  {
    provider: text().notNull(),
    day: text().notNull(),
    outcome: text().$type<SourceOutcome>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
    lastAt: bigint('last_at', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.day, t.outcome] })],
)

/** Running counts of contacts; `day` is '' for the whole CRM. */
export const totals = pgTable(
  'totals',
  {
    day: text().notNull(),
    name: text().$type<TotalName>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.name] })],
)

export const jobs = pgTable(
  'jobs',
  {
    seq: bigserial({ mode: 'number' }).primaryKey(),
    id: text().notNull(),
    kind: text().notNull(),
    payload: jsonb().$type<unknown>().notNull(),
    /** Jobs with the same key run one after the other, in the order they were queued. */
    key: text(),
    state: text().$type<JobState>().notNull().default('waiting'),
    attempts: bigint({ mode: 'number' }).notNull().default(0),
    runAt: bigint('run_at', { mode: 'number' }).notNull(),
    leaseOwner: text('lease_owner'),
    leaseUntil: bigint('lease_until', { mode: 'number' }),
    lastError: text('last_error'),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  },
  (t) => [
    uniqueIndex('jobs_id').on(t.id),
    index('jobs_due').on(t.state, t.runAt),
    index('jobs_key').on(t.key, t.seq).where(sql`key is not null`),
  ],
)

export const quarantine = pgTable('quarantine', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  provider: text().notNull(),
  receivedAt: bigint('received_at', { mode: 'number' }).notNull(),
  part: text().$type<'body' | 'element' | 'event'>().notNull(),
  headers: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
  raw: bytea().notNull(),
  problem: text().notNull(),
})
