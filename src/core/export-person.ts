import { exportedContact } from './export/contacts.ts'
import { personFields } from './person-fields.ts'
import { insertChange, latestChanges, latestNotes } from './store/changes.ts'
import { contactById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { lookupsOf } from './store/enrichment.ts'
import { eventsOf } from './store/events.ts'

export interface PersonExport {
  readonly email: string
  /** A file in the interchange format, with more in it than that knows. */
  readonly json: string
  readonly counts: Readonly<Record<'fields' | 'events' | 'notes' | 'changes', number>>
}

/**
 * Everything that is kept of one person, for the person who asks for it (reliability sheet, section
 * 16): the interchange form with, beside it, every field with its source and date, the notes, who
 * changed what, and which providers were asked. That `by`, a Slack user id, was given it stands in the
 * contact's history before anybody has it. Undefined where there is no such contact any more.
 */
export async function exportPerson(
  database: Database,
  id: number,
  { by, now }: { readonly by: string; readonly now: number },
): Promise<PersonExport | undefined> {
  const isThere = await database.transaction(async (tx) => {
    if (!(await contactById(tx, id))) return false
    await insertChange(tx, { contactId: id, at: now, actor: by, action: 'export', before: {}, after: {}, undoes: null })
    return true
  })
  const row = isThere ? await contactById(database, id) : undefined
  if (!row) return undefined
  const events = await eventsOf(database, [id])
  const changes = await latestChanges(database, id, ALL)
  const notes = await latestNotes(database, id, ALL)
  const fields = personFields({ row, events, changes, now })
  const person = {
    ...exportedContact(row, events, now),
    exported_at: iso(now),
    exported_by: by,
    fields,
    notes: notes.map(({ author, at, text }) => ({ author, at: iso(at), text })),
    changes: changes.map(({ at, actor, action, before, after, undoes }) => {
      return { at: iso(at), by: actor, action, before, after, takes_back: undoes !== null }
    }),
    lookups: (await lookupsOf(database, [id])).map(({ provider, task, outcome, clue, at, expiresAt }) => {
      return { provider, task, outcome, told_them: clue, at: iso(at), asked_again_after: iso(expiresAt) }
    }),
  }
  const counts = { fields: fields.length, events: events.length, notes: notes.length, changes: changes.length }
  return { email: row.email, counts, json: `${JSON.stringify({ [row.emailKey]: person }, null, 2)}\n` }
}

/** More than people write about anybody. */
const ALL = 100_000

function iso(at: number): string {
  return new Date(at).toISOString()
}
