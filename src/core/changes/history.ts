import { type Page, type PageOptions, readPage } from '../page.ts'
import { notesById, undoneAmong } from '../store/changes.ts'
import type { Database } from '../store/database.ts'
import { changesBeside } from '../store/pages.ts'
import type { Change } from './change.ts'

/** A change as people look back at it. */
export interface Told extends Change {
  readonly isUndone: boolean
  /** Of the note that it is about, while there is one. */
  readonly noteText: string | null
}

/** What was changed of a contact, newest first. */
export async function history(database: Database, contactId: number, limit: number): Promise<readonly Told[]> {
  return (await historyPage(database, contactId, { place: null, limit })).rows
}

export async function historyPage(database: Database, contactId: number, options: PageOptions): Promise<Page<Told>> {
  const page = await readPage(
    (place, limit) => changesBeside(database, contactId, place, limit),
    ({ at, id }) => ({ at, id }),
    options,
  )
  return { ...page, rows: await told(database, page.rows) }
}

async function told(database: Database, changes: readonly Change[]): Promise<Told[]> {
  const undone = await undoneAmong(
    database,
    changes.map(({ id }) => id),
  )
  const notes = await notesById(
    database,
    changes.flatMap(({ after }) => after.note ?? []),
  )
  const textOf = new Map(notes.map(({ id, text }) => [id, text]))
  return changes.map((change) => ({
    ...change,
    isUndone: undone.has(change.id),
    noteText: (change.after.note !== undefined && textOf.get(change.after.note)) || null,
  }))
}
