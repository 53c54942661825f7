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
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from './drizzle-sqlite.ts'
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

export const contacts = sqliteTable(
  'contacts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
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
    decidedAt: integer('decided_at'),
    enrichedAt: integer('enriched_at'),
    verifiedAt: integer('verified_at'),
    engagedAt: integer('engaged_at'),
    lastEngagedAt: integer('last_engaged_at'),
    /** When they wrote what nobody has answered; null where nobody waits. */
    waitingSince: integer('waiting_since'),
    /** Whatever they wrote until then is answered, as somebody said. */
    answeredUntil: integer('answered_until'),
    owner: text(),
    tags: text({ mode: 'json' }).$type<readonly string[]>().notNull().default([]),
    customFields: text('custom_fields', { mode: 'json' })
      .$type<Readonly<Record<string, unknown>>>()
      .notNull()
      .default({}),
    sourceCampaign: text('source_campaign'),
    enrichment: text({ mode: 'json' }).$type<Enrichment>(),
    claims: text({ mode: 'json' }).$type<Claims>().notNull().default({}),
    emailStatus: text('email_status').$type<EmailStatus>().notNull().default('unknown'),
    emailStatusSource: text('email_status_source'),
    emailStatusAt: integer('email_status_at'),
    suppressed: text().$type<SuppressionReason>(),
    suppression: text({ mode: 'json' }).$type<SuppressionRecord>().notNull().default({}),
    asserted: text({ mode: 'json' }).$type<Assertions>().notNull().default({}),
    counters: text({ mode: 'json' }).$type<Counters>().notNull().default({}),
    /** What happened in each campaign, as bits. */
    campaigns: text({ mode: 'json' }).$type<CampaignMarks>().notNull().default({}),
    heat: real().notNull().default(0),
    revision: integer().notNull().default(0),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
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
export const contactWords = sqliteTable(
  'contact_words',
  {
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    words: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId] }), index('contact_words_unread').on(t.contactId).where(sql`words = ''`)],
)

/** The tags of each contact as `tagKey` writes them: `contacts.tags` the other way round, for who has one. */
export const contactTags = sqliteTable(
  'contact_tags',
  {
    tag: text().notNull(),
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.tag, t.contactId] }), index('contact_tags_contact').on(t.contactId)],
)

export const events = sqliteTable(
  'events',
  {
    seq: integer().primaryKey(),
    provider: text().notNull(),
    id: text().notNull(),
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id),
    type: text().$type<EventType>().notNull(),
    class: text().$type<BounceClass>(),
    occurredAt: integer('occurred_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    messageId: text('message_id'),
    rfcMessageId: text('rfc_message_id'),
    /** The campaign's name, or its id where it has no name. */
    campaign: text(),
    machine: integer({ mode: 'boolean' }),
    suspected: text().$type<Suspicion>(),
    /** The message that a reply answers, while no event of that message is known. */
    answers: text(),
    /** What is shown and never searched. */
    detail: text({ mode: 'json' }).$type<EventDetail>(),
  },
  (t) => [
    uniqueIndex('events_provider_id').on(t.provider, t.id),
    index('events_contact').on(t.contactId, t.occurredAt),
    index('events_message').on(t.rfcMessageId).where(sql`rfc_message_id is not null`),
    index('events_answers').on(t.answers).where(sql`answers is not null`),
  ],
)

/** What happened, per local day of the event, source and campaign ('' is none): statistics read this and never events. */
export const eventDays = sqliteTable(
  'event_days',
  {
    day: text().notNull(),
    provider: text().notNull(),
    campaign: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.day, t.provider, t.campaign, t.tally] }),
    index('event_days_campaign').on(t.campaign, t.day),
  ],
)

/** The same of all sources and campaigns together, so that a long period with many campaigns is quickly read. */
export const tallyDays = sqliteTable(
  'tally_days',
  {
    day: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.tally] })],
)

/** What happened in each campaign by its steps ('' is none), of all days. */
export const campaignSteps = sqliteTable(
  'campaign_steps',
  {
    campaign: text().notNull(),
    step: text().notNull(),
    tally: text().$type<Tally>().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.step, t.tally] })],
)

/** What people clicked in each campaign, without what may tell who they are. */
export const campaignLinks = sqliteTable(
  'campaign_links',
  {
    campaign: text().notNull(),
    link: text().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.link] })],
)

/** What each source delivered, per local day of arrival. */
export const sourceDays = sqliteTable(
  'source_days',
  {
    provider: text().notNull(),
    day: text().notNull(),
    outcome: text().$type<SourceOutcome>().notNull(),
    count: integer().notNull(),
    lastAt: integer('last_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.provider, t.day, t.outcome] })],
)

/** Running counts of contacts; `day` is '' for the whole CRM. */
export const totals = sqliteTable(
  'totals',
  {
    day: text().notNull(),
    name: text().$type<TotalName>().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.name] })],
)

/** How many people each campaign has reached, each tag is on, or both; '' is any. `name` is what they are, or did there. */
export const contactGroups = sqliteTable(
  'contact_groups',
  {
    campaign: text().notNull(),
    /** As people spell it. */
    tag: text().notNull(),
    name: text().$type<GroupName>().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.tag, t.name] })],
)

/** Newer blocks that a workspace does not take, so that it gets the classic ones at once. */
export const refusedBlocks = sqliteTable(
  'refused_blocks',
  {
    team: text().notNull(),
    block: text().notNull(),
    at: integer().notNull(),
    /** The version of the program that tried. */
    version: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.team, t.block] })],
)

/** Where Slack takes no messages for a reason that does not pass by itself. */
export const channelTroubles = sqliteTable('channel_troubles', {
  /** A channel or a person, as messages name it. */
  target: text().primaryKey(),
  /** Slack's own word for the reason. */
  code: text().notNull(),
  since: integer().notNull(),
  /** When it was tried last. */
  triedAt: integer('tried_at').notNull(),
  /** When an admin was told. */
  toldAt: integer('told_at'),
})

export const jobs = sqliteTable(
  'jobs',
  {
    seq: integer().primaryKey(),
    id: text().notNull(),
    kind: text().notNull(),
    payload: text({ mode: 'json' }).$type<unknown>().notNull(),
    /** Jobs with the same key run one after the other, in the order they were queued. */
    key: text(),
    state: text().$type<JobState>().notNull().default('waiting'),
    attempts: integer().notNull().default(0),
    runAt: integer('run_at').notNull(),
    leaseOwner: text('lease_owner'),
    leaseUntil: integer('lease_until'),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    /** Slack may have done what it was asked for: the answer was lost, or the process that waited for it. */
    uncertain: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    uniqueIndex('jobs_id').on(t.id),
    index('jobs_due').on(t.state, t.runAt),
    index('jobs_key').on(t.key, t.seq).where(sql`key is not null and state <> 'dead'`),
  ],
)

export const quarantine = sqliteTable('quarantine', {
  id: integer().primaryKey({ autoIncrement: true }),
  provider: text().notNull(),
  receivedAt: integer('received_at').notNull(),
  part: text().$type<'body' | 'element' | 'event'>().notNull(),
  headers: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
  raw: blob({ mode: 'buffer' }).notNull(),
  problem: text().notNull(),
})

/** Calls of enrichment providers that are under way; one that is settled is gone. */
export const enrichmentCalls = sqliteTable('enrichment_calls', {
  id: text().primaryKey(),
  provider: text().$type<ProviderId>().notNull(),
  task: text().$type<EnrichmentTask>().notNull(),
  /** The contacts that it asks about, in their order. */
  contactIds: text('contact_ids', { mode: 'json' }).$type<readonly number[]>().notNull(),
  /** What was set aside for it, on that local day. */
  credits: real().notNull(),
  day: text().notNull(),
  startedAt: integer('started_at').notNull(),
  /** Set where the provider took a batch and answers later. */
  requestId: text('request_id'),
  deadlineAt: integer('deadline_at'),
  /** SHA-256 of the secret part of the address that the provider calls back. */
  callbackHash: text('callback_hash'),
})

/** What became of asking a provider about a contact; it is not asked again before `expiresAt`. */
export const enrichmentLookups = sqliteTable(
  'enrichment_lookups',
  {
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    provider: text().$type<ProviderId>().notNull(),
    task: text().$type<EnrichmentTask>().notNull(),
    outcome: text().$type<LookupOutcome>().notNull(),
    /** What of the person was told to it: with more it may know them. */
    clue: text().notNull(),
    at: integer().notNull(),
    expiresAt: integer('expires_at').notNull(),
    callId: text('call_id'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.provider, t.task] }),
    index('enrichment_lookups_call').on(t.callId).where(sql`call_id is not null`),
  ],
)

/** What each provider did and cost, per local day; the provider '' is the sum that the budget is held against. */
export const enrichmentDays = sqliteTable(
  'enrichment_days',
  {
    day: text().notNull(),
    provider: text().$type<ProviderId | ''>().notNull(),
    calls: integer().notNull(),
    hits: integer().notNull(),
    misses: integer().notNull(),
    /** Answers about somebody else, which are not kept. */
    mismatches: integer().notNull(),
    /** Look-ups that came to nothing and cost nothing. */
    failed: integer().notNull(),
    /** Look-ups whose answer was lost: they may have been billed. */
    uncertain: integer().notNull(),
    credits: real().notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.provider] })],
)

/** What is wrong with a provider, and until when it is left alone. */
export const enrichmentProviders = sqliteTable('enrichment_providers', {
  provider: text().$type<ProviderId>().primaryKey(),
  /** SHA-256 of its key: with another key it is asked again. */
  keyHash: text('key_hash').notNull(),
  trouble: text().$type<Trouble>(),
  message: text(),
  /** Since when, and until when if time helps. */
  since: integer().notNull(),
  until: integer(),
  /** What it said is left. */
  creditsLeft: real('credits_left'),
})

/** Who changed what of a contact; outlives the contact. */
export const changes = sqliteTable(
  'changes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    contactId: integer('contact_id').notNull(),
    at: integer().notNull(),
    /** A Slack user id. */
    actor: text().notNull(),
    action: text().$type<ChangeAction>().notNull(),
    before: text({ mode: 'json' }).$type<ChangeValues>().notNull(),
    after: text({ mode: 'json' }).$type<ChangeValues>().notNull(),
    /** The change that this one takes back: each can be taken back once. */
    undoes: integer(),
  },
  (t) => [
    index('changes_contact').on(t.contactId, t.id),
    index('changes_answered').on(t.actor, t.id).where(sql`action = 'answered'`),
    uniqueIndex('changes_undoes').on(t.undoes).where(sql`undoes is not null`),
  ],
)

export const notes = sqliteTable(
  'notes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** A Slack user id. */
    author: text().notNull(),
    at: integer().notNull(),
    text: text().notNull(),
  },
  (t) => [index('notes_contact').on(t.contactId, t.id)],
)

/** Who asked to be erased, as keyed hashes of their addresses: nobody can read from them whom they mean. */
export const erased = sqliteTable('erased', {
  /** `addressHash`, in hexadecimal. */
  hash: text().primaryKey(),
  at: integer().notNull(),
  reason: text().$type<ErasureReason>().notNull(),
})

/** One row: how many `erased` holds, and which key its hashes are made with. Whoever erases holds it. */
export const erasure = sqliteTable('erasure', {
  id: text().primaryKey(),
  people: integer().notNull(),
  /** `keyMark` of the key; null before the first. */
  keyMark: text('key_mark'),
})

/** Messages in Slack and whom they are about, so that they can be changed when somebody is erased. */
export const posts = sqliteTable(
  'posts',
  {
    channel: text().notNull(),
    ts: text().notNull(),
    contactId: integer('contact_id').notNull(),
    kind: text().$type<PostKind>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.channel, t.ts, t.contactId] }), index('posts_contact').on(t.contactId)],
)

/** What somebody brings in as one list, and how far that is. */
export const imports = sqliteTable(
  'imports',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Who asked: a Slack user id; null where it was the command line. */
    by: text(),
    /** What the list is called. */
    name: text().notNull(),
    campaign: text(),
    tags: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    /** Whether it replaces what people entered. */
    overwrite: integer({ mode: 'boolean' }).notNull(),
    /** Whether who comes in is enriched. */
    enrich: integer({ mode: 'boolean' }).notNull(),
    state: text().$type<ImportStage>().notNull(),
    /** In bytes. */
    size: integer().notNull(),
    /** SHA-256 of its bytes; '' until all of them are there. */
    hash: text().notNull(),
    /** What its columns hold, where somebody chose; null where that is guessed. */
    columns: text({ mode: 'json' }).$type<readonly Column[]>(),
    header: text({ mode: 'json' }).$type<readonly string[]>(),
    /** How many rows there are; null until they were counted. */
    total: integer(),
    /** How many of them were dealt with. */
    place: integer().notNull(),
    counts: text({ mode: 'json' }).$type<ImportCounts>().notNull(),
    /** What was taken back. */
    undone: text({ mode: 'json' }).$type<UndoCounts>().notNull(),
    /** The message that tells the one who asked. */
    channel: text(),
    ts: text(),
    createdAt: integer('created_at').notNull(),
    /** When something was last done for it. */
    touchedAt: integer('touched_at').notNull(),
    endedAt: integer('ended_at'),
  },
  (t) => [index('imports_ended').on(t.endedAt).where(sql`ended_at is not null`)],
)

/** The bytes of lists that are not brought in yet. */
export const importPieces = sqliteTable(
  'import_pieces',
  {
    importId: integer('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    nth: integer().notNull(),
    bytes: blob({ mode: 'buffer' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.nth] })],
)

/** What an import did with each contact of its list, so that it can be taken back. */
export const importContacts = sqliteTable(
  'import_contacts',
  {
    importId: integer('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    /** Where in the list, as `ReadRow.at` counts. */
    at: integer().notNull(),
    outcome: text().$type<ImportOutcome>().notNull(),
    /** What was changed, as `imprintOf` writes it; null where nothing was, or all of it is new. */
    before: text({ mode: 'json' }).$type<Imprint>(),
    after: text({ mode: 'json' }).$type<Imprint>(),
    /** The events that came with it, as `eventKey` names them. */
    events: text({ mode: 'json' }).$type<readonly string[]>(),
    /** The contact's revision afterwards. */
    revision: integer().notNull(),
    doneAt: integer('done_at').notNull(),
    /** Why it was not taken back, or not all of it; '' where it was. */
    kept: text(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.contactId] }), index('import_contacts_contact').on(t.contactId)],
)

/** Rows of a list that made no contact. */
export const importRejects = sqliteTable(
  'import_rejects',
  {
    importId: integer('import_id')
      .notNull()
      .references(() => imports.id, { onDelete: 'cascade' }),
    /** Which row it is of all, counted from 0. */
    nth: integer().notNull(),
    /** Where in the list, as `ReadRow.at` counts. */
    at: integer().notNull(),
    value: text().notNull(),
    reason: text().notNull(),
    cells: text({ mode: 'json' }).$type<readonly string[]>(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.nth] })],
)

/** What the columns of a list hold whose header somebody explained once. */
export const importColumns = sqliteTable('import_columns', {
  /** SHA-256 of the header. */
  header: text().primaryKey(),
  columns: text({ mode: 'json' }).$type<readonly Column[]>().notNull(),
  at: integer().notNull(),
})

/** One row where somebody chose in Slack when and where the digest is posted; without it the environment says. */
export const digestSettings = sqliteTable('digest_settings', {
  id: text().primaryKey(),
  channel: text(),
  at: text().notNull(),
  days: text({ mode: 'json' }).$type<readonly Weekday[]>().notNull(),
  /** A Slack user id. */
  savedBy: text('saved_by').notNull(),
  savedAt: integer('saved_at').notNull(),
})

/** The local days whose digest was taken on, so that none has two. */
export const digests = sqliteTable('digests', {
  day: text().primaryKey(),
  claimedAt: integer('claimed_at').notNull(),
})

/** Digests that are posted or are about to be: what they say, where they stand, and how many messages are in their threads. */
export const digestPosts = sqliteTable(
  'digest_posts',
  {
    /** Of the job that posts it. */
    id: text().primaryKey(),
    /** The local day that it is for. */
    day: text().notNull(),
    content: text({ mode: 'json' }).$type<KeptDigest>().notNull(),
    at: integer().notNull(),
    channel: text(),
    ts: text(),
    replies: integer().notNull().default(0),
  },
  (t) => [index('digest_posts_at').on(t.at)],
)

/** Which kinds of alert somebody switched on or off, and where their lines are; without a row the program's own (`KINDS`). */
export const alertKinds = sqliteTable('alert_kinds', {
  kind: text().$type<AlertKind>().primaryKey(),
  isOn: integer('is_on', { mode: 'boolean' }).notNull(),
  threshold: real(),
  /** A Slack user id. */
  by: text().notNull(),
  at: integer().notNull(),
})

/** Where which alerts go. */
export const alertRules = sqliteTable('alert_rules', {
  id: integer().primaryKey({ autoIncrement: true }),
  /** Empty for all of them. */
  kinds: text({ mode: 'json' }).$type<readonly AlertKind[]>().notNull(),
  campaign: text(),
  tag: text(),
  /** A Slack user id, and so below. */
  owner: text(),
  /** The id of a channel or a person, or `owner` for whoever owns the contact. */
  target: text().notNull(),
  by: text().notNull(),
  at: integer().notNull(),
})

/** When people want to be left alone. */
export const alertPeople = sqliteTable('alert_people', {
  user: text().primaryKey(),
  quietFrom: text('quiet_from').notNull(),
  quietUntil: text('quiet_until').notNull(),
  timeZone: text('time_zone').notNull(),
  at: integer().notNull(),
})

/** When there was last an alert about a contact, of kinds that do not come again soon. */
export const alertMarks = sqliteTable(
  'alert_marks',
  {
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    kind: text().$type<ContactAlertKind>().notNull(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.kind] })],
)

/** What was last told about each campaign or source. */
export const alertNotices = sqliteTable(
  'alert_notices',
  {
    kind: text().$type<NoticeKind>().notNull(),
    about: text().notNull(),
    /** What is told once only: since when a source is silent; '' where time alone decides. */
    period: text().notNull(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.about] })],
)

/** Where alerts went: the id of a channel or a person, or `#name`. Whoever plans an alert holds its row. */
export const alertTargets = sqliteTable('alert_targets', {
  target: text().primaryKey(),
  lastAt: integer('last_at').notNull(),
})

/** Many conversations of a few minutes in one message. */
export const alertRollUps = sqliteTable(
  'alert_roll_ups',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    target: text().notNull(),
    /** Where the message stands; null until it was posted. */
    channel: text(),
    ts: text(),
    openedAt: integer('opened_at').notNull(),
    /** Raised by whatever the message has to show. */
    revision: integer().notNull(),
    /** The one that the message shows. */
    shownRevision: integer('shown_revision').notNull().default(0),
  },
  (t) => [index('alert_roll_ups_target').on(t.target, t.openedAt)],
)

/** The alerts about one contact in one place: a message of its own, or a row of a roll-up. */
export const alertConversations = sqliteTable(
  'alert_conversations',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    contactId: integer('contact_id')
      .notNull()
      .references(() => contacts.id, { onDelete: 'cascade' }),
    target: text().notNull(),
    rollUpId: integer('roll_up_id').references(() => alertRollUps.id),
    /** Where the message stands; null until it was posted, and for a row of a roll-up. */
    channel: text(),
    ts: text(),
    openedAt: integer('opened_at').notNull(),
    lastAt: integer('last_at').notNull(),
    revision: integer().notNull(),
    shownRevision: integer('shown_revision').notNull().default(0),
    /** What somebody made of it. */
    triage: text({ mode: 'json' }).$type<Triage>(),
  },
  (t) => [
    index('alert_conversations_contact').on(t.contactId, t.lastAt),
    index('alert_conversations_target').on(t.target, t.openedAt),
    index('alert_conversations_roll_up').on(t.rollUpId).where(sql`roll_up_id is not null`),
  ],
)

/** What a conversation tells: each event once in each place, for each reason. */
export const alertEvents = sqliteTable(
  'alert_events',
  {
    target: text().notNull(),
    kind: text().$type<AlertEventKind>().notNull(),
    provider: text().notNull(),
    eventId: text('event_id').notNull(),
    conversationId: integer('conversation_id')
      .notNull()
      .references(() => alertConversations.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    /** What it is about: a score, or days. */
    figure: real(),
    /** Of its entry in the thread. */
    threadTs: text('thread_ts'),
  },
  (t) => [
    primaryKey({ columns: [t.target, t.kind, t.provider, t.eventId] }),
    index('alert_events_conversation').on(t.conversationId),
  ],
)
