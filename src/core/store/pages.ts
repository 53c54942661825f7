import type { Column, SQL } from 'drizzle-orm'

import type { Change } from '../changes/change.ts'
import type { Place } from '../page.ts'
import { POINTS } from '../score.ts'
import type { NoteRow } from './changes.ts'
import type { Database } from './database.ts'
import { and, asc, desc, eq, inArray, sql } from './drizzle.ts'
import type { EventRow } from './events.ts'

/** Of one contact, by when they happened; those next to `place` first. */
export async function eventsBeside(
  database: Database,
  contactId: number,
  place: Place | null,
  limit: number,
): Promise<EventRow[]> {
  const { events } = database.tables
  const order = [events.occurredAt, events.seq]
  return await database.db
    .select()
    .from(events)
    .where(and(eq(events.contactId, contactId), beside(order, place && { ...place, key: [place.at, place.id] })))
    .orderBy(...awayFrom(order, place))
    .limit(limit)
}

/** Of one contact, in the order in which they were written; those next to `place` first. */
export async function notesBeside(
  database: Database,
  contactId: number,
  place: Place | null,
  limit: number,
): Promise<NoteRow[]> {
  const { notes } = database.tables
  return await database.db
    .select()
    .from(notes)
    .where(and(eq(notes.contactId, contactId), beside([notes.id], place && { ...place, key: [place.id] })))
    .orderBy(...awayFrom([notes.id], place))
    .limit(limit)
}

/** Of one contact, in the order in which they were made; those next to `place` first. */
export async function changesBeside(
  database: Database,
  contactId: number,
  place: Place | null,
  limit: number,
): Promise<Change[]> {
  const { changes } = database.tables
  return await database.db
    .select()
    .from(changes)
    .where(and(eq(changes.contactId, contactId), beside([changes.id], place && { ...place, key: [place.id] })))
    .orderBy(...awayFrom([changes.id], place))
    .limit(limit)
}

/** What may have points: no more of it than its worth depends on, since there may be very many. */
export async function scoringEvents(database: Database, contactId: number) {
  const { events } = database.tables
  const { seq, type, class: bounceClass, machine, suspected, occurredAt } = events
  return await database.db
    .select({ seq, type, class: bounceClass, machine, suspected, occurredAt })
    .from(events)
    .where(and(eq(events.contactId, contactId), inArray(sql`${type}`, Object.keys(POINTS))))
}

export async function eventsBySeq(database: Database, seqs: readonly number[]): Promise<EventRow[]> {
  if (seqs.length === 0) return []
  const { events } = database.tables
  return await database.db
    .select()
    .from(events)
    .where(inArray(events.seq, [...seqs]))
}

interface Beside {
  readonly direction: Place['direction']
  readonly key: readonly number[]
}

function beside(order: readonly Column[], place: Beside | null): SQL | undefined {
  if (!place) return undefined
  const columns = sql.join([...order], sql`, `)
  const key = sql.join(
    place.key.map((part) => sql`${part}`),
    sql`, `,
  )
  return place.direction === 'newer' ? sql`(${columns}) > (${key})` : sql`(${columns}) < (${key})`
}

function awayFrom(order: readonly Column[], place: Place | null): SQL[] {
  return order.map((column) => (place?.direction === 'newer' ? asc(column) : desc(column)))
}
