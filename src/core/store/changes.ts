import type { Change } from '../changes/change.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, gt, gte, inArray, isNotNull, sql } from './drizzle.ts'

export type NoteRow = Tables['notes']['$inferSelect']

export async function insertChange(tx: Database, change: Omit<Change, 'id'>): Promise<Change> {
  const [row] = await tx.db.insert(tx.tables.changes).values(change).returning()
  if (!row) throw new Error('a change was not kept')
  return row
}

export async function changeById(database: Database, id: number): Promise<Change | undefined> {
  const { changes } = database.tables
  const [row] = await database.db.select().from(changes).where(eq(changes.id, id)).limit(1)
  return row
}

/** What was changed of a contact after the change `id`. */
export async function changesSince(database: Database, contactId: number, id: number): Promise<Change[]> {
  const { changes } = database.tables
  return await database.db
    .select()
    .from(changes)
    .where(and(eq(changes.contactId, contactId), gt(changes.id, id)))
}

/** All that was changed of the contacts with `contactIds`. */
export async function changesOf(database: Database, contactIds: readonly number[]): Promise<Change[]> {
  if (contactIds.length === 0) return []
  const { changes } = database.tables
  return await database.db
    .select()
    .from(changes)
    .where(inArray(changes.contactId, [...contactIds]))
}

/** Newest first. */
export async function latestChanges(database: Database, contactId: number, limit: number): Promise<Change[]> {
  const { changes } = database.tables
  return await database.db
    .select()
    .from(changes)
    .where(eq(changes.contactId, contactId))
    .orderBy(desc(changes.id))
    .limit(limit)
}

/** What somebody (a Slack user id) marked as answered, newest first. */
export async function latestAnswered(database: Database, actor: string, limit: number): Promise<Change[]> {
  const { changes } = database.tables
  return await database.db
    .select()
    .from(changes)
    // Written out, because a partial index is used only where the query repeats its condition.
    .where(and(eq(changes.actor, actor), sql`${changes.action} = 'answered'`))
    .orderBy(desc(changes.id))
    .limit(limit)
}

/** How many times somebody (a Slack user id) exported contacts at `from` (UTC milliseconds) or later. */
export async function exportsSince(database: Database, actor: string, from: number): Promise<number> {
  const { changes } = database.tables
  const ofMany = and(eq(changes.contactId, 0), eq(changes.action, 'export'))
  return await database.db.$count(changes, and(ofMany, eq(changes.actor, actor), gte(changes.at, from)))
}

/** Those of `ids` that were taken back. */
export async function undoneAmong(database: Database, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const { changes } = database.tables
  const rows = await database.db
    .select({ undoes: changes.undoes })
    .from(changes)
    .where(and(isNotNull(changes.undoes), inArray(changes.undoes, [...ids])))
  return new Set(rows.flatMap(({ undoes }) => undoes ?? []))
}

export async function insertNote(tx: Database, note: Omit<NoteRow, 'id'>): Promise<number> {
  const { notes } = tx.tables
  const [row] = await tx.db.insert(notes).values(note).returning({ id: notes.id })
  if (!row) throw new Error('a note was not kept')
  return row.id
}

export async function deleteNote(tx: Database, id: number): Promise<void> {
  const { notes } = tx.tables
  await tx.db.delete(notes).where(eq(notes.id, id))
}

export async function notesById(database: Database, ids: readonly number[]): Promise<NoteRow[]> {
  const { notes } = database.tables
  return await database.db
    .select()
    .from(notes)
    .where(inArray(notes.id, [...ids]))
}

export async function noteCount(database: Database, contactId: number): Promise<number> {
  const { notes } = database.tables
  return await database.db.$count(notes, eq(notes.contactId, contactId))
}

/** Newest first. */
export async function latestNotes(database: Database, contactId: number, limit: number): Promise<NoteRow[]> {
  const { notes } = database.tables
  return await database.db
    .select()
    .from(notes)
    .where(eq(notes.contactId, contactId))
    .orderBy(desc(notes.id))
    .limit(limit)
}
