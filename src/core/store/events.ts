import { and, desc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm'

import type { Campaign, EngagementEvent } from '../event.ts'
import { insertReturning, updateRows } from './bulk.ts'
import type { Database, Tables } from './database.ts'

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
  'campaignId',
  'campaign',
  'step',
  'tags',
  'metadata',
  'url',
  'ip',
  'userAgent',
  'geo',
  'machine',
  'bounce',
  'reply',
  'answers',
  'raw',
] as const satisfies readonly (keyof EventRow)[]

/** An event on its way in: whose it is, and which message it answers where that is not yet known here. */
export interface NewEvent {
  readonly event: EngagementEvent
  readonly contactId: number
  readonly answers: string | null
}

/** Records the events that are new; the answer holds their keys (`eventKey`). */
export async function insertEvents(tx: Database, fresh: readonly NewEvent[]): Promise<Set<string>> {
  const inserted = await insertReturning(
    tx,
    tx.tables.events,
    WRITTEN,
    fresh.map(columnsOf),
    sql`on conflict (provider, id) do nothing`,
    ['provider', 'id'],
  )
  return new Set(inserted.map(eventKey))
}

export function eventKey({ provider, id }: { readonly provider: string; readonly id: string }): string {
  return `${provider}:${id}`
}

function columnsOf({ event, contactId, answers }: NewEvent) {
  const { campaign, tags, metadata, ...same } = event
  return {
    ...same,
    contactId,
    answers,
    campaignId: campaign?.id,
    campaign: campaign?.name,
    step: campaign?.step,
    tags: tags.length > 0 ? tags : null,
    metadata: isEmpty(metadata) ? null : metadata,
  }
}

function isEmpty(object: Readonly<Record<string, unknown>>): boolean {
  for (const _ in object) return false
  return true
}

/** A stored event as its provider reported it, about the person at `recipient`. */
export function eventOf(row: EventRow, recipient: string): EngagementEvent {
  const { seq: _seq, contactId: _contactId, answers: _answers, campaignId, campaign, step, ...same } = row
  return { ...same, recipient, campaign: campaignOf(row), tags: row.tags ?? [], metadata: row.metadata ?? {} }
}

export function campaignOf(row: Pick<EventRow, 'campaignId' | 'campaign' | 'step'>): Campaign | null {
  if (row.campaignId === null && row.campaign === null && row.step === null) return null
  return { id: row.campaignId, name: row.campaign, step: row.step }
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
      campaignId: events.campaignId,
      campaign: events.campaign,
      step: events.step,
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

/** One parameter for any number of values. */
function isIn(
  { dialect }: Database,
  column: Tables['events']['answers'] | Tables['events']['rfcMessageId'],
  values: readonly string[],
): SQL {
  const source = dialect.rowsOf(
    [{ key: 'v', sqlType: 'text', isJson: false }],
    JSON.stringify(values.map((v) => ({ v }))),
  )
  return sql`${column} in (select r.v from ${source})`
}

export async function inboundOf(tx: Database, contactIds: readonly number[]): Promise<EventRow[]> {
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

/** Writes what a later arrival taught about earlier events. */
export async function rewriteEvents(
  tx: Database,
  rows: readonly Pick<EventRow, 'seq' | 'contactId' | 'type' | 'campaignId' | 'campaign' | 'step' | 'answers'>[],
): Promise<void> {
  await updateRows(
    tx,
    tx.tables.events,
    'seq',
    ['contactId', 'type', 'campaignId', 'campaign', 'step', 'answers'],
    rows,
  )
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
