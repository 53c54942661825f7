import type { SQL } from 'drizzle-orm'
import type { Campaign, EngagementEvent } from '../event.ts'
import type { TimeRange } from '../suspicion.ts'
import { WRITTEN as WRITTEN_TO_US } from '../waiting.ts'
import { decodeRows, insertOf, perBackend, type Row, selectList, updateOf, valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, inArray, isNotNull, sql } from './drizzle.ts'
import type { EventDetail } from './rows.ts'

export type EventRow = Tables['events']['$inferSelect']

const WRITTEN = [
  'provider',
  'id',
  'contactId',
  'type',
  'class',
  'occurredAt',
  'receivedAt',
  'messageId',
  'rfcMessageId',
  'campaign',
  'machine',
  'suspected',
  'answers',
  'detail',
] as const satisfies readonly (keyof EventRow)[]

/** An event on its way in: whose it is, and which message it answers where that is not yet known here. */
export interface NewEvent {
  readonly event: EngagementEvent
  readonly contactId: number
  readonly answers: string | null
}

const insertion = perBackend(({ events }) => insertOf(events, WRITTEN, { ignore: ['provider', 'id'] }))

/** Records the events that are new, and gives those. */
export async function insertEvents(tx: Database, fresh: readonly NewEvent[]): Promise<EngagementEvent[]> {
  const events = new Map<Row, EngagementEvent>(fresh.map((each) => [columnsOf(each), each.event]))
  const { written } = await tx.write(insertion(tx), [...events.keys()])
  return written.flatMap((row) => events.get(row) ?? [])
}

export function eventKey({ provider, id }: { readonly provider: string; readonly id: string }): string {
  return `${provider}:${id}`
}

function columnsOf({ event, contactId, answers }: NewEvent) {
  const { provider, id, type, occurredAt, receivedAt, messageId, rfcMessageId, machine, suspected } = event
  return {
    provider,
    id,
    contactId,
    type,
    class: event.class,
    occurredAt,
    receivedAt,
    messageId,
    rfcMessageId,
    machine,
    suspected,
    answers,
    ...campaignColumns(event.campaign, detailOf(event)),
  }
}

/** The columns that hold `campaign`, the latter in addition to what `detail` holds. */
export function campaignColumns(campaign: Campaign | null, detail: EventDetail | null) {
  if (!campaign) return { campaign: null, detail }
  const { id, name, step } = campaign
  const inDetail = { ...detail, ...(id !== null && { campaignId: id }), ...(step !== null && { step }) }
  return { campaign: name ?? id, detail: inDetail }
}

function detailOf(event: EngagementEvent): EventDetail | null {
  const { tags, metadata, url, ip, userAgent, geo, bounce, reply, raw } = event
  const detail: Writable<EventDetail> = {}
  if (tags.length > 0) detail.tags = tags
  for (const _key in metadata) {
    detail.metadata = metadata
    break
  }
  if (url !== null) detail.url = url
  if (ip !== null) detail.ip = ip
  if (userAgent !== null) detail.userAgent = userAgent
  if (geo !== null) detail.geo = geo
  if (bounce !== null) detail.bounce = bounce
  if (reply !== null) detail.reply = reply
  if (raw !== null) detail.raw = raw
  for (const _key in detail) return detail
  return null
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A stored event as its provider reported it, about the person at `recipient`. */
export function eventOf(row: EventRow, recipient: string): EngagementEvent {
  const { seq: _seq, contactId: _contactId, answers: _answers, campaign: _campaign, detail, ...columns } = row
  const { campaignId: _campaignId, step: _step, ...rest } = detail ?? {}
  return { ...NOTHING_MORE, ...rest, ...columns, recipient, campaign: campaignOf(row) }
}

const NOTHING_MORE = {
  tags: [],
  metadata: {},
  url: null,
  ip: null,
  userAgent: null,
  geo: null,
  bounce: null,
  reply: null,
  raw: null,
} as const

export function campaignOf({ campaign, detail }: Pick<EventRow, 'campaign' | 'detail'>): Campaign | null {
  const { campaignId = null, step = null } = detail ?? {}
  if (campaign === null && campaignId === null && step === null) return null
  return { id: campaignId, name: campaign === campaignId ? null : campaign, step }
}

export interface SentMessage {
  readonly rfcMessageId: string
  /** Of the contact it went to. */
  readonly email: string
  readonly campaign: Campaign | null
}

/** Whom messages went to, for those of `rfcMessageIds` that an event named. */
export async function messagesById(tx: Database, rfcMessageIds: readonly string[]): Promise<SentMessage[]> {
  if (rfcMessageIds.length === 0) return []
  const { events, contacts } = tx.tables
  const rows = await tx.db
    .select({
      rfcMessageId: events.rfcMessageId,
      email: contacts.email,
      campaign: events.campaign,
      detail: events.detail,
    })
    .from(events)
    .innerJoin(contacts, eq(contacts.id, events.contactId))
    .where(and(isNotNull(events.rfcMessageId), isIn(tx, events.rfcMessageId, rfcMessageIds)))
    .orderBy(events.seq)
  return rows.map((row) => ({
    rfcMessageId: row.rfcMessageId ?? '',
    email: row.email,
    campaign: campaignOf(row),
  }))
}

/** Replies that wait for the message they answer, for those of `rfcMessageIds`. */
export async function repliesWaitingFor(tx: Database, rfcMessageIds: readonly string[]): Promise<EventRow[]> {
  if (rfcMessageIds.length === 0) return []
  const { events } = tx.tables
  return await tx.db
    .select()
    .from(events)
    .where(and(isNotNull(events.answers), isIn(tx, events.answers, rfcMessageIds)))
}

function isIn(database: Database, column: TextColumn, values: readonly string[]): SQL {
  return sql`${column} in (select r.v from ${valuesOf(database, 'text', values)})`
}

type TextColumn = Tables['events']['answers'] | Tables['events']['rfcMessageId']

export async function inboundOf(tx: Database, contactIds: readonly number[]): Promise<EventRow[]> {
  if (contactIds.length === 0) return []
  const { events } = tx.tables
  return await tx.db
    .select()
    .from(events)
    .where(and(inArray(events.contactId, contactIds), eq(events.type, 'inbound')))
}

export async function eventsOf(tx: Database, contactIds: readonly number[]): Promise<EventRow[]> {
  const { events } = tx.tables
  return await tx.db.select().from(events).where(inArray(events.contactId, contactIds)).orderBy(events.seq)
}

export interface SearchRange extends TimeRange {
  readonly contactId: number
}

/** Deliveries, opens and clicks of contacts, each within a range of time. */
export async function deliveriesAndReactions(tx: Database, ranges: readonly SearchRange[]): Promise<EventRow[]> {
  if (ranges.length === 0) return []
  const { events } = tx.tables
  const source = tx.dialect.rowsOf(SEARCH_RANGE, JSON.stringify(ranges))
  // A cross join, so that SQLite goes from the ranges to the index and never the other way round.
  const rows = await tx.all(
    sql`select ${selectList(events, EVENT)} from ${source} cross join ${events}
      where ${events.contactId} = r."contactId" and ${events.occurredAt} between r."from" and r."to"
        and ${events.type} in ('sent', 'delivered', 'opened', 'clicked')`,
  )
  return decodeRows(events, EVENT, rows)
}

const EVENT = ['seq', ...WRITTEN] as const

const SEARCH_RANGE = ['contactId', 'from', 'to'].map((key) => ({ key, name: key, sqlType: 'bigint', isJson: false }))

const REWRITTEN = [
  'contactId',
  'type',
  'campaign',
  'suspected',
  'answers',
  'detail',
] as const satisfies readonly (keyof EventRow)[]

const rewriting = perBackend(({ events }) => updateOf(events, 'seq', REWRITTEN))

/** Writes what a later arrival taught about earlier events. */
export async function rewriteEvents(
  tx: Database,
  rows: readonly Pick<EventRow, 'seq' | (typeof REWRITTEN)[number]>[],
): Promise<void> {
  await tx.write(rewriting(tx), rows)
}

export async function eventByKey(
  database: Database,
  { provider, id }: { readonly provider: string; readonly id: string },
): Promise<EventRow | undefined> {
  const { events } = database.tables
  const [row] = await database.db
    .select()
    .from(events)
    .where(and(eq(events.provider, provider), eq(events.id, id)))
    .limit(1)
  return row
}

/** Newest first, by when they happened. */
export async function recentEvents(database: Database, contactId: number, limit: number): Promise<EventRow[]> {
  const { events } = database.tables
  return await database.db
    .select()
    .from(events)
    .where(eq(events.contactId, contactId))
    .orderBy(desc(events.occurredAt), desc(events.seq))
    .limit(limit)
}

export interface EventFilter {
  readonly contactId?: number | undefined
  readonly provider?: string | undefined
  /** Only events recorded before this one, for the next page. */
  readonly beforeSeq?: number | undefined
}

/** Newest first, by when they were recorded, each with the address of its contact. */
export async function latestEvents(
  database: Database,
  { contactId, provider, beforeSeq }: EventFilter,
  limit: number,
): Promise<{ readonly event: EventRow; readonly recipient: string }[]> {
  const { events, contacts } = database.tables
  return await database.db
    .select({ event: events, recipient: contacts.email })
    .from(events)
    .innerJoin(contacts, eq(contacts.id, events.contactId))
    .where(
      and(
        contactId === undefined ? undefined : eq(events.contactId, contactId),
        provider === undefined ? undefined : eq(events.provider, provider),
        beforeSeq === undefined ? undefined : sql`${events.seq} < ${beforeSeq}`,
      ),
    )
    .orderBy(desc(events.seq))
    .limit(limit)
}

/** Of each of `contactIds` the words that it waits for an answer to. */
export async function unansweredWords(database: Database, contactIds: readonly number[]): Promise<EventRow[]> {
  if (contactIds.length === 0) return []
  const { events, contacts } = database.tables
  const rows = await database.db
    .select({ event: events })
    .from(events)
    .innerJoin(contacts, and(eq(contacts.id, events.contactId), eq(events.occurredAt, contacts.waitingSince)))
    .where(and(inArray(contacts.id, [...contactIds]), inArray(events.type, [...WRITTEN_TO_US])))
    .orderBy(events.seq)
  return rows.map(({ event }) => event)
}

/** Deletes those of a contact's events that `keys` name, and gives them. */
export async function deleteEventsOf(tx: Database, contactId: number, keys: readonly string[]): Promise<EventRow[]> {
  const { events } = tx.tables
  const wanted = new Set(keys)
  const rows = (await eventsOf(tx, [contactId])).filter((row) => wanted.has(eventKey(row)))
  for (const { seq } of rows) await tx.db.delete(events).where(eq(events.seq, seq))
  return rows
}
