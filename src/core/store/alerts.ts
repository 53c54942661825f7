import type { AlertEventKind } from '../alerts/conversation.ts'
import { CONTACT_ALERT_KINDS } from '../alerts/kinds.ts'
import { valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, gt, gte, inArray, isNotNull, lt, lte, sql } from './drizzle.ts'
import type { EventRow } from './events.ts'

export type ConversationRow = Tables['alertConversations']['$inferSelect']
export type AlertEventRow = Tables['alertEvents']['$inferSelect']
export type RollUpRow = Tables['alertRollUps']['$inferSelect']

/** Nobody else plans anything for `target` until the transaction ends. */
export async function holdTarget(tx: Database, target: string, now: number): Promise<void> {
  const { alertTargets } = tx.tables
  await tx.db
    .insert(alertTargets)
    .values({ target, lastAt: now })
    .onConflictDoUpdate({ target: alertTargets.target, set: { lastAt: now } })
}

export type NewConversation = Pick<ConversationRow, 'contactId' | 'target' | 'rollUpId' | 'openedAt' | 'lastAt'>

export async function insertConversation(tx: Database, conversation: NewConversation): Promise<ConversationRow> {
  const { alertConversations } = tx.tables
  const [row] = await tx.db
    .insert(alertConversations)
    .values({ ...conversation, revision: 1 })
    .returning()
  if (!row) throw new Error('a conversation was not kept')
  return row
}

export async function conversationById(database: Database, id: number): Promise<ConversationRow | undefined> {
  const { alertConversations } = database.tables
  const [row] = await database.db.select().from(alertConversations).where(eq(alertConversations.id, id)).limit(1)
  return row
}

/** Of one contact in one place, the latest. */
export async function latestConversation(
  tx: Database,
  contactId: number,
  target: string,
): Promise<ConversationRow | undefined> {
  const { alertConversations: table } = tx.tables
  const [row] = await tx.db
    .select()
    .from(table)
    .where(and(eq(table.contactId, contactId), eq(table.target, target)))
    .orderBy(desc(table.id))
    .limit(1)
  return row
}

/** Of one contact in all places, those that were told something since. */
export async function conversationsSince(tx: Database, contactId: number, since: number): Promise<ConversationRow[]> {
  const { alertConversations: table } = tx.tables
  return await tx.db
    .select()
    .from(table)
    .where(and(eq(table.contactId, contactId), gte(table.lastAt, since)))
    .orderBy(table.id)
}

/** Those of `contactIds` of whom something was told since. */
export async function inConversation(
  database: Database,
  contactIds: readonly number[],
  since: number,
): Promise<ReadonlySet<number>> {
  if (contactIds.length === 0) return new Set()
  const { alertConversations: table } = database.tables
  const rows = await database.all(sql`
    select distinct ${table.contactId} as id from ${valuesOf(database, 'bigint', contactIds)}
    join ${table} on ${table.contactId} = r.v
    where ${table.lastAt} >= ${since}`)
  return new Set(rows.map(({ id }) => Number(id)))
}

export async function openedSince(tx: Database, target: string, since: number): Promise<number> {
  const { alertConversations: table } = tx.tables
  return await tx.db.$count(table, and(eq(table.target, target), gt(table.openedAt, since)))
}

type Changes = Partial<Pick<ConversationRow, 'contactId' | 'lastAt' | 'triage'>>

/** Something else is to be shown: gives the row as it is then. */
export async function reviseConversation(tx: Database, id: number, changes: Changes = {}): Promise<ConversationRow> {
  const { alertConversations: table } = tx.tables
  const [row] = await tx.db
    .update(table)
    .set({ ...changes, revision: sql`${table.revision} + 1` })
    .where(eq(table.id, id))
    .returning()
  if (!row) throw new Error('a conversation that is held is gone')
  return row
}

/** The conversations of which somebody made something by the change `id`. */
export async function conversationsOfChange(
  tx: Database,
  contactId: number,
  change: number,
): Promise<ConversationRow[]> {
  const { alertConversations: table } = tx.tables
  const rows = await tx.db
    .select()
    .from(table)
    .where(and(eq(table.contactId, contactId), isNotNull(table.triage)))
    .orderBy(table.id)
  return rows.filter(({ triage }) => triage?.change === change)
}

export interface Shown {
  readonly channel: string
  readonly ts: string
  readonly revision: number
}

/** What stands in Slack; an older revision never takes the place of a newer one. */
export async function markShown(tx: Database, id: number, { revision, ...place }: Shown): Promise<void> {
  const { alertConversations: table } = tx.tables
  await tx.db
    .update(table)
    .set({ ...place, shownRevision: revision })
    .where(and(eq(table.id, id), lte(table.shownRevision, revision)))
}

export async function insertAlertEvent(tx: Database, event: Omit<AlertEventRow, 'threadTs'>): Promise<void> {
  await tx.db.insert(tx.tables.alertEvents).values(event)
}

export type AlertEventKey = Pick<AlertEventRow, 'target' | 'kind' | 'provider' | 'eventId'>

export async function alertEvent(database: Database, key: AlertEventKey): Promise<AlertEventRow | undefined> {
  const [row] = await database.db.select().from(database.tables.alertEvents).where(is(database, key)).limit(1)
  return row
}

/** Whether an event has its place there, for whatever reason. */
export async function isTold(
  tx: Database,
  { target, provider, eventId }: Omit<AlertEventKey, 'kind'>,
): Promise<boolean> {
  const { alertEvents: table } = tx.tables
  const kinds = [...CONTACT_ALERT_KINDS, 'followed'] as const
  const key = and(eq(table.target, target), inArray(table.kind, kinds), eq(table.provider, provider))
  return (await tx.db.$count(table, and(key, eq(table.eventId, eventId)))) > 0
}

/** How much was told in a conversation since. */
export async function toldSince(tx: Database, conversationId: number, since: number): Promise<number> {
  const { alertEvents: table } = tx.tables
  return await tx.db.$count(table, and(eq(table.conversationId, conversationId), gt(table.at, since)))
}

export async function markEntered(tx: Database, key: AlertEventKey, threadTs: string): Promise<void> {
  await tx.db.update(tx.tables.alertEvents).set({ threadTs }).where(is(tx, key))
}

function is({ tables: { alertEvents: table } }: Database, { target, kind, provider, eventId }: AlertEventKey) {
  return and(eq(table.target, target), eq(table.kind, kind), eq(table.provider, provider), eq(table.eventId, eventId))
}

/** What a conversation tells, with its events, as far as they are still about the same contact. */
export interface ToldEvent {
  readonly conversationId: number
  readonly kind: AlertEventKind
  readonly figure: number | null
  readonly event: EventRow
}

/** In the order in which it happened. */
export async function toldEvents(database: Database, conversationIds: readonly number[]): Promise<ToldEvent[]> {
  if (conversationIds.length === 0) return []
  const { alertEvents: told, alertConversations: conversations, events } = database.tables
  return await database.db
    .select({ conversationId: told.conversationId, kind: told.kind, figure: told.figure, event: events })
    .from(told)
    .innerJoin(conversations, eq(conversations.id, told.conversationId))
    .innerJoin(
      events,
      and(
        eq(events.provider, told.provider),
        eq(events.id, told.eventId),
        eq(events.contactId, conversations.contactId),
      ),
    )
    .where(inArray(told.conversationId, [...conversationIds]))
    .orderBy(events.occurredAt, events.seq)
}

/** What a conversation told, whoever it is about now. */
export interface Told {
  readonly key: AlertEventKey
  readonly threadTs: string | null
  readonly conversation: Pick<ConversationRow, 'id' | 'contactId' | 'channel' | 'ts'>
  /** The contact of the event. */
  readonly owner: number
}

/** All that the conversations about `contactIds` told, in the order of the conversations and of what happened. */
export async function toldAbout(tx: Database, contactIds: readonly number[]): Promise<Told[]> {
  if (contactIds.length === 0) return []
  const { alertEvents: told, alertConversations, events } = tx.tables
  const { id, contactId, channel, ts } = alertConversations
  const { target, kind, provider, eventId, threadTs } = told
  return await tx.db
    .select({
      key: { target, kind, provider, eventId },
      threadTs,
      conversation: { id, contactId, channel, ts },
      owner: events.contactId,
    })
    .from(alertConversations)
    .innerJoin(told, eq(told.conversationId, id))
    .innerJoin(events, and(eq(events.provider, provider), eq(events.id, eventId)))
    .where(inArray(contactId, [...contactIds]))
    .orderBy(id, events.occurredAt, events.seq)
}

export async function untell(tx: Database, key: AlertEventKey): Promise<void> {
  await tx.db.delete(tx.tables.alertEvents).where(is(tx, key))
}

/** The conversations in `target`, opened since, that stand nowhere, with nothing told about the same contact where messages are taken. */
export async function toldNowhere(database: Database, target: string, since: number): Promise<number[]> {
  const { alertConversations: table, alertRollUps: rollUps, channelTroubles: troubles } = database.tables
  const rows = await database.all(sql`
    select c.id from ${table} as c left join ${rollUps} as r on r.id = c.roll_up_id
    where c.target = ${target} and c.opened_at >= ${since} and c.channel is null and r.channel is null
      and not exists (
        select 1 from ${table} as o where o.contact_id = c.contact_id and o.last_at >= c.last_at and o.target <> c.target
          and not exists (select 1 from ${troubles} as t where t.target = o.target))
    order by c.id`)
  return rows.map(({ id }) => Number(id))
}

/** The conversation that tells an event of `conversation` somewhere else than in `target`, where messages are taken. */
export async function toldElsewhere(
  database: Database,
  target: string,
  { conversation, kind, provider, id }: Readonly<Record<'kind' | 'provider' | 'id', string> & { conversation: number }>,
): Promise<number | undefined> {
  const { alertConversations: table, alertEvents: told, channelTroubles: troubles } = database.tables
  const [row] = await database.all(sql`
    select o.id from ${table} as c join ${table} as o on o.contact_id = c.contact_id join ${told} as e on e.conversation_id = o.id
    where c.id = ${conversation} and e.target <> ${target}
      and e.kind = ${kind} and e.provider = ${provider} and e.event_id = ${id}
      and not exists (select 1 from ${troubles} as t where t.target = e.target)
    order by o.id desc limit 1`)
  return row && Number(row.id)
}

/** How something is counted, and when it happened. */
export type Counted = Pick<EventRow, 'type' | 'class' | 'machine' | 'suspected' | 'occurredAt'>

const MOST_COUNTED = 500

/** What a contact did since `from` (UTC milliseconds), the first of it. */
export async function eventsFrom(database: Database, contactId: number, from: number): Promise<Counted[]> {
  const { events } = database.tables
  return await countedEvents(database)
    .where(and(eq(events.contactId, contactId), gte(events.occurredAt, from)))
    .orderBy(events.occurredAt)
    .limit(MOST_COUNTED)
}

/** What a contact did before, the last of it, newest first. */
export async function eventsBefore(database: Database, contactId: number, before: number): Promise<Counted[]> {
  const { events } = database.tables
  return await countedEvents(database)
    .where(and(eq(events.contactId, contactId), lt(events.occurredAt, before)))
    .orderBy(desc(events.occurredAt))
    .limit(MOST_COUNTED)
}

function countedEvents({ db, tables: { events } }: Database) {
  const { type, machine, suspected, occurredAt } = events
  return db.select({ type, class: events.class, machine, suspected, occurredAt }).from(events)
}

export async function insertRollUp(tx: Database, target: string, openedAt: number): Promise<RollUpRow> {
  const [row] = await tx.db.insert(tx.tables.alertRollUps).values({ target, openedAt, revision: 0 }).returning()
  if (!row) throw new Error('a roll-up was not kept')
  return row
}

export async function rollUpById(database: Database, id: number): Promise<RollUpRow | undefined> {
  const { alertRollUps: table } = database.tables
  const [row] = await database.db.select().from(table).where(eq(table.id, id)).limit(1)
  return row
}

/** The latest roll-up of a place that was opened since, and how many rows it has. */
export async function latestRollUp(
  tx: Database,
  target: string,
  since: number,
): Promise<{ readonly rollUp: RollUpRow; readonly rows: number } | undefined> {
  const { alertRollUps: table, alertConversations: conversations } = tx.tables
  const [rollUp] = await tx.db
    .select()
    .from(table)
    .where(and(eq(table.target, target), gt(table.openedAt, since)))
    .orderBy(desc(table.id))
    .limit(1)
  return rollUp && { rollUp, rows: await tx.db.$count(conversations, eq(conversations.rollUpId, rollUp.id)) }
}

export async function rowsOfRollUp(database: Database, rollUpId: number): Promise<ConversationRow[]> {
  const { alertConversations: table } = database.tables
  return await database.db.select().from(table).where(eq(table.rollUpId, rollUpId)).orderBy(table.id)
}

export async function reviseRollUp(tx: Database, id: number): Promise<RollUpRow> {
  const { alertRollUps: table } = tx.tables
  const [row] = await tx.db
    .update(table)
    .set({ revision: sql`${table.revision} + 1` })
    .where(eq(table.id, id))
    .returning()
  if (!row) throw new Error('a roll-up is gone')
  return row
}

export async function markRollUpShown(tx: Database, id: number, { revision, ...place }: Shown): Promise<void> {
  const { alertRollUps: table } = tx.tables
  await tx.db
    .update(table)
    .set({ ...place, shownRevision: revision })
    .where(and(eq(table.id, id), lte(table.shownRevision, revision)))
}

/** The roll-ups in which a contact has a row. */
export async function rollUpsAbout(tx: Database, contactId: number): Promise<number[]> {
  const { alertConversations: table } = tx.tables
  const rows = await tx.db
    .selectDistinct({ id: table.rollUpId })
    .from(table)
    .where(and(eq(table.contactId, contactId), isNotNull(table.rollUpId)))
  return rows.flatMap(({ id }) => id ?? []).sort((a, b) => a - b)
}
