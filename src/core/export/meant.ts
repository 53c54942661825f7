import { NO_FILTER, type Query } from '../search/filter.ts'
import type { ContactRow } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { contactsIn, countIn, newestId, type Span } from '../store/export.ts'
import type { Asked } from '../store/routes.ts'

export const EVERYBODY: Query = { filter: NO_FILTER, words: [] }

/** A few milliseconds of work each. */
const READ_AT_ONCE = 200
const COUNTED_AT_ONCE = 5000

/**
 * The contacts that `query` means, in pages in the order of their ids. Between two pages the rest of
 * the process has its turn; memory stays the same however many there are.
 */
export async function* pagesOf<K extends keyof ContactRow>(
  database: Database,
  query: Query,
  keys: readonly K[],
): AsyncGenerator<Pick<ContactRow, K>[]> {
  const asked = askedBy(query)
  for await (const span of spans(database, READ_AT_ONCE)) {
    const rows = await contactsIn(database, asked, span, keys)
    if (rows.length > 0) yield rows
  }
}

/** How many contacts `query` means. */
export async function countMeant(database: Database, query: Query): Promise<number> {
  const asked = askedBy(query)
  let count = 0
  for await (const span of spans(database, COUNTED_AT_ONCE)) count += await countIn(database, asked, span)
  return count
}

async function* spans(database: Database, length: number): AsyncGenerator<Span> {
  const last = await newestId(database)
  for (let after = 0; after < last; after += length) {
    yield { after, upTo: after + length }
    await new Promise(setImmediate)
  }
}

/** As a search means it: each word is the beginning of one. */
function askedBy({ filter, words }: Query): Asked {
  return { filter, text: words.length === 0 ? null : { groups: words.map((word) => [word]), as: 'beginning' } }
}
