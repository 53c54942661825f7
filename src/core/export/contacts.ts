import type { Claims } from '../enrichment/claims.ts'
import { everyClaim, flatten } from '../enrichment/flat.ts'
import { type InterchangeContact, toInterchange } from '../interchange.ts'
import { scoreAt } from '../score.ts'
import type { Query } from '../search/filter.ts'
import { type ContactRow, evidenceIn } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { getTableColumns } from '../store/drizzle.ts'
import { type EventRow, eventOf, eventsOf } from '../store/events.ts'
import { suppressionOf } from '../suppression.ts'
import { EVERYBODY, pagesOf } from './meant.ts'

/** Contacts whose histories are read together. */
const HISTORIES = 100

/**
 * The contacts that `query` means in the interchange format, as they are at this moment, as pairs of
 * lower-case address and value; scores are of `now` (UTC milliseconds).
 */
export async function* exportContacts(
  database: Database,
  now: number,
  query: Query = EVERYBODY,
): AsyncGenerator<readonly [string, Record<string, unknown>]> {
  await using snapshot = await database.snapshot()
  for await (const rows of pagesOf(snapshot, query, everyColumn(snapshot))) {
    for (let from = 0; from < rows.length; from += HISTORIES) {
      const some = rows.slice(from, from + HISTORIES)
      const ids = some.map(({ id }) => id)
      const histories = Map.groupBy(await eventsOf(snapshot, ids), ({ contactId }) => contactId)
      for (const row of some) yield [row.emailKey, exportedContact(row, histories.get(row.id) ?? [], now)]
      await new Promise(setImmediate)
    }
  }
}

function everyColumn({ tables }: Database): readonly (keyof ContactRow)[] {
  const { contacts } = tables
  return Object.keys(getTableColumns(contacts)).filter((key): key is keyof ContactRow => key in contacts)
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
  const claims = everyClaim(row)
  const contact: InterchangeContact = {
    ...row,
    enrichment: exportedEnrichment(row, claims, now),
    claims: isEnriched(row) ? claims : {},
    emailEvidence: evidenceIn(row),
    suppression: suppressionOf(row.suppression),
    events: history.map((event) => eventOf(event, row.email)),
  }
  return toInterchange(contact, { score: scoreAt(row.heat, now), counters: row.counters })
}

type Enriched = Pick<ContactRow, 'claims' | 'enrichment' | 'emailStatus' | 'emailStatusSource' | 'emailStatusAt'>

/** One value of each kind out of all `claims`. What an import said alone goes out as it came in. */
export function exportedEnrichment(row: Enriched, claims: Claims, now: number): ContactRow['enrichment'] {
  return isEnriched(row) ? flatten(claims, evidenceIn(row), now) : row.enrichment
}

function isEnriched({ claims }: Pick<ContactRow, 'claims'>): boolean {
  return Object.keys(claims).length > 0
}
