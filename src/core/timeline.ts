import { type CardEvent, type CardNote, cardEvent } from './contact-card.ts'
import { type Page, type PageOptions, readPage } from './page.ts'
import type { Database } from './store/database.ts'
import { eventsBeside, notesBeside } from './store/pages.ts'

/** What happened with a contact, by when it happened, which is not when it was told. */
export async function timeline(database: Database, contactId: number, options: PageOptions): Promise<Page<CardEvent>> {
  const page = await readPage(
    (place, limit) => eventsBeside(database, contactId, place, limit),
    ({ occurredAt, seq }) => ({ at: occurredAt, id: seq }),
    options,
  )
  return { ...page, rows: page.rows.map(cardEvent) }
}

/** What people wrote about a contact, in the order in which they did. */
export async function notesOf(database: Database, contactId: number, options: PageOptions): Promise<Page<CardNote>> {
  return await readPage(
    (place, limit) => notesBeside(database, contactId, place, limit),
    ({ at, id }) => ({ at, id }),
    options,
  )
}
