import type { SQL } from 'drizzle-orm'

import { decodeRows, selectList } from './bulk.ts'
import type { ContactRow } from './contacts.ts'
import type { Database } from './database.ts'
import { sql } from './drizzle.ts'
import { type Asked, meeting } from './routes.ts'

/** Contacts by their ids: those after `after`, up to `upTo`. */
export interface Span {
  readonly after: number
  readonly upTo: number
}

/**
 * Who is asked for among the contacts of a span, in the order of their ids. A span bounds the work
 * however few are meant, so that nothing waits long for one query.
 */
export async function contactsIn<K extends keyof ContactRow>(
  database: Database,
  asked: Asked,
  span: Span,
  keys: readonly K[],
): Promise<Pick<ContactRow, K>[]> {
  const { contacts } = database.tables
  const rows = await database.all(sql`
    select ${selectList(contacts, keys)} from ${among(database, asked, span)} order by contacts.id`)
  return decodeRows(contacts, keys, rows)
}

export async function countIn(database: Database, asked: Asked, span: Span): Promise<number> {
  const [row] = await database.all(sql`select count(*) as n from ${among(database, asked, span)}`)
  return Number(row?.n ?? 0)
}

/** From the table in its own order: another index would be read anew for every span. */
function among(database: Database, asked: Asked, { after, upTo }: Span): SQL {
  const table = database.dialect.name === 'sqlite' ? sql`contacts not indexed` : sql`contacts`
  const words = asked.text ? sql`cross join contact_words w` : sql``
  return sql`${table} ${words}
    where contacts.id > ${after} and contacts.id <= ${upTo} and ${meeting(database, asked)}`
}

/** The id of the newest contact; 0 where there is none. */
export async function newestId(database: Database): Promise<number> {
  const [row] = await database.all(sql`select max(id) as id from contacts`)
  return Number(row?.id ?? 0)
}
