import type BetterSqlite3 from 'better-sqlite3'

import { connect } from '../../src/core/store/sqlite-connection.ts'

/** In the order in which they refer to one another; those of one contact stand together in each. */
const TABLES = [
  { table: 'contacts', order: 'id' },
  { table: 'contact_words', order: 'contact_id' },
  { table: 'contact_tags', order: 'contact_id' },
] as const
const A_GROUP = 250

/**
 * What SQLite can do with nothing in the way: the rows that an import made, as they stand in `from`,
 * into the same tables of the empty `into`, with all their indexes, the index of words among them, on
 * a connection that is set as the program sets its own. Groups are of the largest size that an import
 * takes, and words are written a group at a time, since the index of words takes a third as long then.
 * What an import writes for itself is not among it: its list, what it did with each, and its counts.
 */
export function rawContactsPerSecond(from: string, into: string): number {
  using source = opened(from)
  using target = opened(into)
  const writers = TABLES.map(({ table, order }) => {
    const names = columnsOf(source.db, table)
    const rows = asRows(source.db.prepare(`select ${names} from ${table} order by ${order}`).raw().all())
    return { rows, write: table === 'contact_words' ? together(target.db, table) : oneByOne(target.db, table, names) }
  })
  const people = writers[0]?.rows.length ?? 0
  const started = performance.now()
  for (let first = 0; first < people; first += A_GROUP) {
    target.db.exec('begin immediate')
    for (const { rows, write } of writers) {
      const share = rows.length / people
      write(rows.slice(Math.round(first * share), Math.round((first + A_GROUP) * share)))
    }
    target.db.exec('commit')
  }
  return people / ((performance.now() - started) / 1000)
}

type Rows = readonly (readonly unknown[])[]

function oneByOne(db: BetterSqlite3.Database, table: string, names: string) {
  const statement = db.prepare(`insert into ${table} (${names}) values (${names.replace(/"[^"]+"/g, '?')})`)
  return (rows: Rows) => {
    for (const row of rows) statement.run(row)
  }
}

function together(db: BetterSqlite3.Database, table: string) {
  const statement = db.prepare(`insert into ${table} select value ->> 0, value ->> 1 from json_each(?)`)
  return (rows: Rows) => void statement.run(JSON.stringify(rows))
}

function columnsOf(db: BetterSqlite3.Database, table: string): string {
  const columns = db.pragma(`table_info(${table})`)
  return Array.isArray(columns) ? columns.map(({ name }) => `"${name}"`).join(', ') : ''
}

/** Sound for a statement in raw mode: better-sqlite3 makes a list of each row. */
function asRows(rows: unknown[]): Rows {
  return rows as Rows
}

function opened(path: string) {
  const db = connect(path)
  db.pragma('wal_autocheckpoint = 4000')
  db.pragma('cache_size = -16384')
  return { db, [Symbol.dispose]: () => void db.close() }
}
