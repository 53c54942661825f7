import type { AlertEventKind, Triage } from '../alerts/conversation.ts'
import type { AlertKind, ContactAlertKind, NoticeKind } from '../alerts/kinds.ts'
import type { ChangeAction, ChangeValues } from '../changes/change.ts'
import type { Counters } from '../contact.ts'
import type { KeptDigest } from '../digest/posting.ts'
import type { Weekday } from '../digest/settings.ts'
import type { EmailStatus } from '../email-status.ts'
import type { Claims } from '../enrichment/claims.ts'
import type { Enrichment } from '../enrichment/flat.ts'
import type { ProviderId, Trouble } from '../enrichment/provider.ts'
import type { BounceClass, EventType, Tally } from '../event.ts'
import type { Column } from '../import/columns.ts'
import type { Imprint } from '../import/imprint.ts'
import type { ImportCounts, ImportOutcome, ImportStage, UndoCounts } from '../import/report.ts'
import type { JobState } from '../job.ts'
import type { DataStatus, Decision, LifecycleStatus } from '../lifecycle.ts'
import type { CampaignMarks } from '../reach.ts'
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
import type {
  Assertions,
  EnrichmentTask,
  ErasureReason,
  EventDetail,
  GroupName,
  LookupOutcome,
  PostKind,
  SourceOutcome,
  TotalName,
} from './rows.ts'

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
    /** When they wrote what nobody has answered; null where nobody waits. */
    waitingSince: bigint('waiting_since', { mode: 'number' }),
    /** Whatever they wrote until then is answered, as somebody said. */
    answeredUntil: bigint('answered_until', { mode: 'number' }),
    owner: text(),
    tags: jsonb().$type<readonly string[]>().notNull().default([]),
    customFields: jsonb('custom_fields').$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    sourceCampaign: text('source_campaign'),
    enrichment: jsonb().$type<Enrichment>(),
    claims: jsonb().$type<Claims>().notNull().default({}),
    emailStatus: text('email_status').$type<EmailStatus>().notNull().default('unknown'),
    emailStatusSource: text('email_status_source'),
    emailStatusAt: bigint('email_status_at', { mode: 'number' }),
    suppressed: text().$type<SuppressionReason>(),
    suppression: jsonb().$type<SuppressionRecord>().notNull().default({}),
    asserted: jsonb().$type<Assertions>().notNull().default({}),
    counters: jsonb().$type<Counters>().notNull().default({}),
    /** What happened in each campaign, as bits. */
    campaigns: jsonb().$type<CampaignMarks>().notNull().default({}),
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
    index('contacts_owner').on(t.owner, t.heat).where(sql`owner is not null`),
    index('contacts_waiting').on(t.waitingSince).where(sql`waiting_since is not null`),
    index('contacts_campaign').on(sql`lower(source_campaign)`).where(sql`source_campaign is not null`),
    index('contacts_suppressed').on(t.suppressed).where(sql`suppressed is not null`),
    index('contacts_created').on(t.createdAt),
    index('contacts_status').on(t.status),
    index('contacts_engaged').on(t.lastEngagedAt).where(sql`last_engaged_at is not null`),
  ],
)

/**
 * What each contact is searched by: its words, folded and separated by spaces; '' where they were
 * not read yet. Apart from `contacts`, so that events never touch the index of the words, which the
 * migration alone describes.
 */
export const contactWords = pgTable(
  'contact_words',
  {
    contactId: bigint('contact_id', { mode: 'number' })
      .primaryKey()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    words: text().notNull(),
  },
  (t) => [index('contact_words_unread').on(t.contactId).where(sql`words = ''`)],
)

/** The tags of each contact as `tagKey` writes them: `contacts.tags` the other way round, for who has one. */
export const contactTags = pgTable(
  'contact_tags',
  {
    tag: text().notNull(),
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.tag, t.contactId] }), index('contact_tags_contact').on(t.contactId)],
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
  (t) => [
    primaryKey({ columns: [t.day, t.provider, t.campaign, t.tally] }),
    index('event_days_campaign').on(t.campaign, t.day),
  ],
)

/** The same of all sources and campaigns together, so that a long period with many campaigns is quickly read. */
export const tallyDays = pgTable(
  'tally_days',
  {
    day: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.tally] })],
)

/** What happened in each campaign by its steps ('' is none), of all days. */
export const campaignSteps = pgTable(
  'campaign_steps',
  {
    campaign: text().notNull(),
    step: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.step, t.tally] })],
)

/** What people clicked in each campaign, without what may tell who they are. */
export const campaignLinks = pgTable(
  'campaign_links',
  {
    campaign: text().notNull(),
    link: text().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.link] })],
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

/** How many people each campaign has reached, each tag is on, or both; '' is any. `name` is what they are, or did there. */
export const contactGroups = pgTable(
  'contact_groups',
  {
    campaign: text().notNull(),
    /** As people spell it. */
    tag: text().notNull(),
    name: text().$type<GroupName>().notNull(),
    count: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.tag, t.name] })],
)

/** Newer blocks that a workspace does not take, so that it gets the classic ones at once. */
export const refusedBlocks = pgTable(
  'refused_blocks',
  {
    team: text().notNull(),
    block: text().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    /** The version of the program that tried. */
    version: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.team, t.block] })],
)

/** Where Slack takes no messages for a reason that does not pass by itself. */
export const channelTroubles = pgTable('channel_troubles', {
  /** A channel or a person, as messages name it. */
  target: text().primaryKey(),
  /** Slack's own word for the reason. */
  code: text().notNull(),
  since: bigint({ mode: 'number' }).notNull(),
  /** When it was tried last. */
  triedAt: bigint('tried_at', { mode: 'number' }).notNull(),
  /** When an admin was told. */
  toldAt: bigint('told_at', { mode: 'number' }),
})

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
    /** Slack may have done what it was asked for: the answer was lost, or the process that waited for it. */
    uncertain: boolean().notNull().default(false),
  },
  (t) => [
    uniqueIndex('jobs_id').on(t.id),
    index('jobs_due').on(t.state, t.runAt),
    index('jobs_key').on(t.key, t.seq).where(sql`key is not null and state <> 'dead'`),
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

/** Calls of enrichment providers that are under way; one that is settled is gone. */
export const enrichmentCalls = pgTable('enrichment_calls', {
  id: text().primaryKey(),
  provider: text().$type<ProviderId>().notNull(),
  task: text().$type<EnrichmentTask>().notNull(),
  /** The contacts that it asks about, in their order. */
  contactIds: jsonb('contact_ids').$type<readonly number[]>().notNull(),
  /** What was set aside for it, on that local day. */
  credits: doublePrecision().notNull(),
  day: text().notNull(),
  startedAt: bigint('started_at', { mode: 'number' }).notNull(),
  /** Set where the provider took a batch and answers later. */
  requestId: text('request_id'),
  deadlineAt: bigint('deadline_at', { mode: 'number' }),
  /** SHA-256 of the secret part of the address that the provider calls back. */
  callbackHash: text('callback_hash'),
})

/** What became of asking a provider about a contact; it is not asked again before `expiresAt`. */
export const enrichmentLookups = pgTable(
  'enrichment_lookups',
  {
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    provider: text().$type<ProviderId>().notNull(),
    task: text().$type<EnrichmentTask>().notNull(),
    outcome: text().$type<LookupOutcome>().notNull(),
    /** What of the person was told to it: with more it may know them. */
    clue: text().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    expiresAt: bigint('expires_at', { mode: 'number' }).notNull(),
    callId: text('call_id'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.provider, t.task] }),
    index('enrichment_lookups_call').on(t.callId).where(sql`call_id is not null`),
  ],
)

/** What each provider did and cost, per local day; the provider '' is the sum that the budget is held against. */
export const enrichmentDays = pgTable(
  'enrichment_days',
  {
    day: text().notNull(),
    provider: text().$type<ProviderId | ''>().notNull(),
    calls: bigint({ mode: 'number' }).notNull(),
    hits: bigint({ mode: 'number' }).notNull(),
    misses: bigint({ mode: 'number' }).notNull(),
    /** Answers about somebody else, which are not kept. */
    mismatches: bigint({ mode: 'number' }).notNull(),
    /** Look-ups that came to nothing and cost nothing. */
    failed: bigint({ mode: 'number' }).notNull(),
    /** Look-ups whose answer was lost: they may have been billed. */
    uncertain: bigint({ mode: 'number' }).notNull(),
    credits: doublePrecision().notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.provider] })],
)

/** What is wrong with a provider, and until when it is left alone. */
export const enrichmentProviders = pgTable('enrichment_providers', {
  provider: text().$type<ProviderId>().primaryKey(),
  /** SHA-256 of its key: with another key it is asked again. */
  keyHash: text('key_hash').notNull(),
  trouble: text().$type<Trouble>(),
  message: text(),
  /** Since when, and until when if time helps. */
  since: bigint({ mode: 'number' }).notNull(),
  until: bigint({ mode: 'number' }),
  /** What it said is left. */
  creditsLeft: doublePrecision('credits_left'),
})

/** Who changed what of a contact; outlives the contact. */
export const changes = pgTable(
  'changes',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    contactId: bigint('contact_id', { mode: 'number' }).notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    /** A Slack user id. */
    actor: text().notNull(),
    action: text().$type<ChangeAction>().notNull(),
    before: jsonb().$type<ChangeValues>().notNull(),
    after: jsonb().$type<ChangeValues>().notNull(),
    /** The change that this one takes back: each can be taken back once. */
    undoes: bigint({ mode: 'number' }),
  },
  (t) => [
    index('changes_contact').on(t.contactId, t.id),
    index('changes_answered').on(t.actor, t.id).where(sql`action = 'answered'`),
    uniqueIndex('changes_undoes').on(t.undoes).where(sql`undoes is not null`),
  ],
)

export const notes = pgTable(
  'notes',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** A Slack user id. */
    author: text().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    text: text().notNull(),
  },
  (t) => [index('notes_contact').on(t.contactId, t.id)],
)

/** Who asked to be erased, as keyed hashes of their addresses: nobody can read from them whom they mean. */
export const erased = pgTable('erased', {
  /** `addressHash`, in hexadecimal. */
  hash: text().primaryKey(),
  at: bigint({ mode: 'number' }).notNull(),
  reason: text().$type<ErasureReason>().notNull(),
})

/** One row: how many `erased` holds, and which key its hashes are made with. Whoever erases holds it. */
export const erasure = pgTable('erasure', {
  id: text().primaryKey(),
  people: bigint({ mode: 'number' }).notNull(),
  /** `keyMark` of the key; null before the first. */
  keyMark: text('key_mark'),
})

/** Messages in Slack and whom they are about, so that they can be changed when somebody is erased. */
export const posts = pgTable(
  'posts',
  {
    channel: text().notNull(),
    ts: text().notNull(),
    contactId: bigint('contact_id', { mode: 'number' }).notNull(),
    kind: text().$type<PostKind>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.channel, t.ts, t.contactId] }), index('posts_contact').on(t.contactId)],
)

/** What somebody brings in as one list, and how far that is. */
export const imports = pgTable(
  'imports',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    /** Who asked: a Slack user id; null where it was the command line. */
    by: text(),
    /** What the list is called. */
    name: text().notNull(),
    campaign: text(),
    tags: jsonb().$type<readonly string[]>().notNull(),
    /** Whether it replaces what people entered. */
    overwrite: boolean().notNull(),
    /** Whether who comes in is enriched. */
    enrich: boolean().notNull(),
    state: text().$type<ImportStage>().notNull(),
    /** In bytes. */
    size: bigint({ mode: 'number' }).notNull(),
    /** SHA-256 of its bytes; '' until all of them are there. */
    hash: text().notNull(),
    /** What its columns hold, where somebody chose; null where that is guessed. */
    columns: jsonb().$type<readonly Column[]>(),
    header: jsonb().$type<readonly string[]>(),
    /** How many rows there are; null until they were counted. */
    total: bigint({ mode: 'number' }),
    /** How many of them were dealt with. */
    place: bigint({ mode: 'number' }).notNull(),
    counts: jsonb().$type<ImportCounts>().notNull(),
    /** What was taken back. */
    undone: jsonb().$type<UndoCounts>().notNull(),
    /** The message that tells the one who asked. */
    channel: text(),
    ts: text(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    /** When something was last done for it. */
    touchedAt: bigint('touched_at', { mode: 'number' }).notNull(),
    endedAt: bigint('ended_at', { mode: 'number' }),
  },
  (t) => [index('imports_ended').on(t.endedAt).where(sql`ended_at is not null`)],
)

/** The bytes of lists that are not brought in yet. */
export const importPieces = pgTable(
  'import_pieces',
  {
    importId: bigint('import_id', { mode: 'number' })
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    nth: bigint({ mode: 'number' }).notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.nth] })],
)

/** What an import did with each contact of its list, so that it can be taken back. */
export const importContacts = pgTable(
  'import_contacts',
  {
    importId: bigint('import_id', { mode: 'number' })
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** Where in the list, as `ReadRow.at` counts. */
    at: bigint({ mode: 'number' }).notNull(),
    outcome: text().$type<ImportOutcome>().notNull(),
    /** What was changed, as `imprintOf` writes it; null where nothing was, or all of it is new. */
    before: jsonb().$type<Imprint>(),
    after: jsonb().$type<Imprint>(),
    /** The events that came with it, as `eventKey` names them. */
    events: jsonb().$type<readonly string[]>(),
    /** The contact's revision afterwards. */
    revision: bigint({ mode: 'number' }).notNull(),
    doneAt: bigint('done_at', { mode: 'number' }).notNull(),
    /** Why it was not taken back, or not all of it; '' where it was. */
    kept: text(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.contactId] }), index('import_contacts_contact').on(t.contactId)],
)

/** Rows of a list that made no contact. */
export const importRejects = pgTable(
  'import_rejects',
  {
    importId: bigint('import_id', { mode: 'number' })
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    /** Which row it is of all, counted from 0. */
    nth: bigint({ mode: 'number' }).notNull(),
    /** Where in the list, as `ReadRow.at` counts. */
    at: bigint({ mode: 'number' }).notNull(),
    value: text().notNull(),
    reason: text().notNull(),
    cells: jsonb().$type<readonly string[]>(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.nth] })],
)

/** What the columns of a list hold whose header somebody explained once. */
export const importColumns = pgTable('import_columns', {
  /** SHA-256 of the header. */
  header: text().primaryKey(),
  columns: jsonb().$type<readonly Column[]>().notNull(),
  at: bigint({ mode: 'number' }).notNull(),
})

/** One row where somebody chose in Slack when and where the digest is posted; without it the environment says. */
export const digestSettings = pgTable('digest_settings', {
  id: text().primaryKey(),
  channel: text(),
  at: text().notNull(),
  days: jsonb().$type<readonly Weekday[]>().notNull(),
  /** A Slack user id. */
  savedBy: text('saved_by').notNull(),
  savedAt: bigint('saved_at', { mode: 'number' }).notNull(),
})

/** The local days whose digest was taken on, so that none has two. */
export const digests = pgTable('digests', {
  day: text().primaryKey(),
  claimedAt: bigint('claimed_at', { mode: 'number' }).notNull(),
})

/** Digests that are posted or are about to be: what they say, where they stand, and how many messages are in their threads. */
export const digestPosts = pgTable(
  'digest_posts',
  {
    /** Of the job that posts it. */
    id: text().primaryKey(),
    /** The local day that it is for. */
    day: text().notNull(),
    content: jsonb().$type<KeptDigest>().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    channel: text(),
    ts: text(),
    replies: bigint({ mode: 'number' }).notNull().default(0),
  },
  (t) => [index('digest_posts_at').on(t.at)],
)

/** Which kinds of alert somebody switched on or off, and where their lines are; without a row the program's own (`KINDS`). */
export const alertKinds = pgTable('alert_kinds', {
  kind: text().$type<AlertKind>().primaryKey(),
  isOn: boolean('is_on').notNull(),
  threshold: doublePrecision(),
  /** A Slack user id. */
  by: text().notNull(),
  at: bigint({ mode: 'number' }).notNull(),
})

/** Where which alerts go. */
export const alertRules = pgTable('alert_rules', {
  id: bigserial({ mode: 'number' }).primaryKey(),
  /** Empty for all of them. */
  kinds: jsonb().$type<readonly AlertKind[]>().notNull(),
  campaign: text(),
  tag: text(),
  /** A Slack user id, and so below. */
  owner: text(),
  /** The id of a channel or a person, or `owner` for whoever owns the contact. */
  target: text().notNull(),
  by: text().notNull(),
  at: bigint({ mode: 'number' }).notNull(),
})

/** When people want to be left alone. */
export const alertPeople = pgTable('alert_people', {
  user: text().primaryKey(),
  quietFrom: text('quiet_from').notNull(),
  quietUntil: text('quiet_until').notNull(),
  timeZone: text('time_zone').notNull(),
  at: bigint({ mode: 'number' }).notNull(),
})

/** When there was last an alert about a contact, of kinds that do not come again soon. */
export const alertMarks = pgTable(
  'alert_marks',
  {
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    kind: text().$type<ContactAlertKind>().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.kind] })],
)

/** What was last told about each campaign or source. */
export const alertNotices = pgTable(
  'alert_notices',
  {
    kind: text().$type<NoticeKind>().notNull(),
    about: text().notNull(),
    /** What is told once only: since when a source is silent; '' where time alone decides. */
    period: text().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.about] })],
)

/** Where alerts went: the id of a channel or a person, or `#name`. Whoever plans an alert holds its row. */
export const alertTargets = pgTable('alert_targets', {
  target: text().primaryKey(),
  lastAt: bigint('last_at', { mode: 'number' }).notNull(),
})

/** Many conversations of a few minutes in one message. */
export const alertRollUps = pgTable(
  'alert_roll_ups',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    target: text().notNull(),
    /** Where the message stands; null until it was posted. */
    channel: text(),
    ts: text(),
    openedAt: bigint('opened_at', { mode: 'number' }).notNull(),
    /** Raised by whatever the message has to show. */
    revision: bigint({ mode: 'number' }).notNull(),
    /** The one that the message shows. */
    shownRevision: bigint('shown_revision', { mode: 'number' }).notNull().default(0),
  },
  (t) => [index('alert_roll_ups_target').on(t.target, t.openedAt)],
)

/** The alerts about one contact in one place: a message of its own, or a row of a roll-up. */
export const alertConversations = pgTable(
  'alert_conversations',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    contactId: bigint('contact_id', { mode: 'number' })
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    target: text().notNull(),
    rollUpId: bigint('roll_up_id', { mode: 'number' }).references(() => alertRollUps.id),
    /** Where the message stands; null until it was posted, and for a row of a roll-up. */
    channel: text(),
    ts: text(),
    openedAt: bigint('opened_at', { mode: 'number' }).notNull(),
    lastAt: bigint('last_at', { mode: 'number' }).notNull(),
    revision: bigint({ mode: 'number' }).notNull(),
    shownRevision: bigint('shown_revision', { mode: 'number' }).notNull().default(0),
    /** What somebody made of it. */
    triage: jsonb().$type<Triage>(),
  },
  (t) => [
    index('alert_conversations_contact').on(t.contactId, t.lastAt),
    index('alert_conversations_target').on(t.target, t.openedAt),
    index('alert_conversations_roll_up').on(t.rollUpId).where(sql`roll_up_id is not null`),
  ],
)

/** What a conversation tells: each event once in each place, for each reason. */
export const alertEvents = pgTable(
  'alert_events',
  {
    target: text().notNull(),
    kind: text().$type<AlertEventKind>().notNull(),
    provider: text().notNull(),
    eventId: text('event_id').notNull(),
    conversationId: bigint('conversation_id', { mode: 'number' })
      .notNull()
      .references(() => alertConversations.id, { onDelete: 'cascade' }),
    at: bigint({ mode: 'number' }).notNull(),
    /** What it is about: a score, or days. */
    figure: doublePrecision(),
    /** Of its entry in the thread. */
    threadTs: text('thread_ts'),
  },
  (t) => [
    primaryKey({ columns: [t.target, t.kind, t.provider, t.eventId] }),
    index('alert_events_conversation').on(t.conversationId),
  ],
)
