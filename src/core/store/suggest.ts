import type { SQL } from 'drizzle-orm'

import { decodeRows, selectList } from './bulk.ts'
import type { Database, Dialect } from './database.ts'
import { inArray, sql } from './drizzle.ts'
import { FOUND, type FoundRow } from './search.ts'

/** What an index of contacts is ordered by. */
const COLUMNS = { name: 'name_key', surname: 'surname_key', address: 'email_key', domain: 'domain' } as const

export interface Beginning {
  readonly of: keyof typeof COLUMNS
  /** As the column has it; not empty. */
  readonly is: string
}

/** The ids of contacts with one of `beginnings`: at most `each` of every one, in the order of its index, so that nothing is sorted. */
export async function idsBeginning(
  database: Database,
  beginnings: readonly Beginning[],
  each: number,
): Promise<number[]> {
  if (beginnings.length === 0) return []
  const parts = beginnings.map((beginning, n) => range(database.dialect, beginning, each, n))
  return idsIn(await database.all(sql.join(parts, sql` union all `)))
}

function range({ bytewise }: Dialect, { of, is }: Beginning, limit: number, n: number): SQL {
  const column = sql`${sql.raw(COLUMNS[of])} ${bytewise}`
  return sql`select id from (
    select id from contacts where ${column} >= ${is} and ${column} < ${`${is}\u{10ffff}`}
    order by ${column} limit ${limit}) as ${sql.raw(`part${n}`)}`
}

/** How many contacts with one of the words are looked through for the others. */
const LOOKED_THROUGH = 500
/** With more words than these nobody is meant who is not found by some of them. */
const MOST_WORDS = 6
/** Postgres gathers everybody with a beginning before it gives the first one, and with fewer letters that is half of all. */
const ENOUGH_LETTERS = 3

/**
 * The ids of contacts that have words with all the beginnings `words`, at most `limit` for each of
 * them. On SQLite each word in turn is what the others are looked for behind, so that a rare one
 * finds its contacts however common its neighbours are.
 */
export async function idsWithWords(database: Database, words: readonly string[], limit: number): Promise<number[]> {
  const considered = words.slice(0, MOST_WORDS)
  const queries =
    database.dialect.name === 'sqlite'
      ? drivers(considered).map((word) => behindOne(word, considered.toSpliced(considered.indexOf(word), 1), limit))
      : behindAll(considered, limit)
  const found: number[] = []
  for (const query of queries) found.push(...idsIn(await database.all(query)))
  return found
}

/** A single letter begins too many words to find a rare one behind it. */
function drivers(words: readonly string[]): readonly string[] {
  const longer = words.filter((word) => word.length > 1)
  return longer.length > 0 ? longer : words
}

/** Reads the words of the index in their order and stops: a search of FTS5 would first gather everybody with the beginning. */
function behindOne(word: string, others: readonly string[], limit: number): SQL {
  return sql`select distinct t.doc as id from (
      select doc from contact_terms where term >= ${word} and term < ${`${word}\u{10ffff}`} limit ${LOOKED_THROUGH}) t
    cross join contact_words w where w.contact_id = t.doc ${having(others)} limit ${limit}`
}

function behindAll(words: readonly string[], limit: number): SQL[] {
  const asked = words.filter((word) => word.length >= ENOUGH_LETTERS)
  if (asked.length === 0) return []
  const others = words.filter((word) => !asked.includes(word))
  // Of letters and numbers alone, so nothing is escaped.
  const query = asked.map((word) => `'${word}':*`).join(' & ')
  return [
    sql`select w.contact_id as id from contact_words w where w.tokens @@ ${query}::tsquery ${having(others)} limit ${limit}`,
  ]
}

function having(words: readonly string[]): SQL {
  // Both databases have `replace`, and no other search in a text in common; words are separated by one space.
  const each = words.map((word) => sql` and replace(' ' || w.words, ${` ${word}`}, '') <> ' ' || w.words`)
  return sql.join(each, sql``)
}

function idsIn(rows: readonly { readonly id?: unknown }[]): number[] {
  return rows.map(({ id }) => Number(id))
}

export async function foundByIds(database: Database, ids: readonly number[]): Promise<FoundRow[]> {
  const { contacts } = database.tables
  if (ids.length === 0) return []
  const rows = await database.all(
    sql`select ${selectList(contacts, FOUND)} from ${contacts} where ${inArray(contacts.id, [...ids])}`,
  )
  return decodeRows(contacts, FOUND, rows)
}
