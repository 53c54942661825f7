import { everyClaim, flatten } from './enrichment/flat.ts'
import { type InterchangeContact, toInterchange } from './interchange.ts'
import { scoreAt } from './score.ts'
import { type ContactRow, contactsAfter, evidenceIn } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { type EventRow, eventOf, eventsOf } from './store/events.ts'
import { suppressionOf } from './suppression.ts'

/** Contacts read at a time: memory stays the same however many there are. */
const PAGE = 200

/** All contacts in the interchange format, as pairs of lower-case address and value; scores are of `now` (UTC milliseconds). */
export async function* exportContacts(database: Database, now: number): AsyncGenerator<readonly [string, unknown]> {
  let afterId = 0
  for (;;) {
    const rows = await contactsAfter(database, afterId, PAGE)
    const last = rows.at(-1)
    if (!last) return
    const histories = Map.groupBy(
      await eventsOf(
        database,
        rows.map(({ id }) => id),
      ),
      ({ contactId }) => contactId,
    )
    for (const row of rows) yield [row.emailKey, exportedContact(row, histories.get(row.id) ?? [], now)]
    afterId = last.id
  }
}

/** The interchange value of one contact. */
export async function exportContact(
  database: Database,
  row: ContactRow,
  now: number,
): Promise<Record<string, unknown>> {
  return exportedContact(row, await eventsOf(database, [row.id]), now)
}

/** The same of a contact whose history was read. */
export function exportedContact(row: ContactRow, history: readonly EventRow[], now: number): Record<string, unknown> {
  const emailEvidence = evidenceIn(row)
  // What an import said alone goes out as it came in.
  const isEnriched = Object.keys(row.claims).length > 0
  const claims = isEnriched ? everyClaim(row) : {}
  const contact: InterchangeContact = {
    ...row,
    enrichment: isEnriched ? flatten(claims, emailEvidence, now) : row.enrichment,
    claims,
    emailEvidence,
    suppression: suppressionOf(row.suppression),
    events: history.map((event) => eventOf(event, row.email)),
  }
  return toInterchange(contact, { score: scoreAt(row.heat, now), counters: row.counters })
}
