import BetterSqlite3 from 'better-sqlite3'
import { getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'

import { addContact } from '../../../src/core/add-contact.ts'
import { cardById } from '../../../src/core/contact-card.ts'
import { exportContacts } from '../../../src/core/export/contacts.ts'
import { parseQuery } from '../../../src/core/search/filter.ts'
import { searchContacts } from '../../../src/core/search/search.ts'
import { statistics } from '../../../src/core/statistics.ts'
import { copyDatabase, countRows, isEmpty } from '../../../src/core/store/copy.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { getTableName, sql } from '../../../src/core/store/drizzle.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import * as tables from '../../../src/core/store/schema.sqlite.ts'
import { databases, openSqlite, sqlitePlace } from '../../support/databases.ts'
import { aCrowd, byEve, dayOf, NOW, SECRET } from '../erasure/support.ts'

const quietly = { onProgress() {}, signal: new AbortController().signal }

const openPostgres = databases.find(({ name }) => name === 'Postgres')?.open ?? openSqlite

/** More than two pages. */
const ROWS = 401

const HOSTILE = 'a "b" \'c\' \\ \t\n😀 שלום {} \\u0000 é ß % _ ;--'
const DEEP = { zz: [1, 0.1, -0, 1e300, null, true], a: { 'k"': HOSTILE, '': {} } }
/** That sort otherwise from one database to the next. */
const SPELLINGS = ['a', 'B', 'é', 'ß', '_', 'A b', '–']

test.each(databases)('every table of $name is copied, but what it keeps by itself', async ({ open }) => {
  await using database = await open()
  const found = await database.all(
    database.dialect.name === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table'`
      : sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  const itsOwn = /^(sqlite_|contact_search|__drizzle)/
  const names = found.map(({ name }) => String(name)).filter((name) => !itsOwn.test(name))
  expect(Object.keys(await countRows(database)).toSorted()).toEqual(names.toSorted())
})

test.each(databases)('a new database of $name is empty, whatever the migrations made', async ({ open }) => {
  await using database = await open()
  expect(await isEmpty(database)).toBe(true)
  const filled = Object.entries(await countRows(database)).filter(([, count]) => count > 0)
  expect(filled).toEqual([['erasure', 1]])
})

test('there and back, every value of every table is what it was', async () => {
  await using place = sqlitePlace()
  await (await openDatabase(place.url))[Symbol.asyncDispose]()
  fillEveryTable(place.url)
  await using first = await openDatabase(place.url)
  const before = await everything(first)
  expect(Object.entries(before).filter(([, rows]) => rows.length < ROWS)).toEqual([])

  await using second = await openPostgres()
  const counts = await copyDatabase(first, second, quietly)
  expect(counts).toEqual(Object.fromEntries(Object.entries(before).map(([name, rows]) => [name, rows.length])))
  expect(await everything(second)).toEqual(before)

  await using third = await openSqlite()
  await copyDatabase(second, third, quietly)
  expect(await everything(third)).toEqual(before)
})

test('there and back, cards, searches, figures and exports say the same', async () => {
  const words = ['wkva', 'wkvb', 'wkvc']
  await using first = await openSqlite({ erasureSecret: SECRET })
  await aCrowd(first, words)
  const before = await shown(first)
  expect(before.found.map((found) => found.length)).toEqual([3, 1, 1, 3])

  await using second = await openPostgres({ erasureSecret: SECRET })
  await copyDatabase(first, second, quietly)
  expect(await shown(second)).toEqual(before)
  await using third = await openSqlite({ erasureSecret: SECRET })
  await copyDatabase(second, third, quietly)
  expect(await shown(third)).toEqual(before)
})

test('numbers go on behind the highest that was ever given away', async () => {
  await using first = await openSqlite()
  const ada = await added(first, 'ada@example.com')
  const gone = await added(first, 'gone@example.com')
  await first.transaction(async (tx) => tx.run(sql`delete from contacts where id = ${gone}`))
  for (const open of [openPostgres, openSqlite]) {
    await using other = await open()
    await copyDatabase(first, other, quietly)
    const next = await added(other, 'next@example.com')
    expect([ada, gone, next]).toEqual([1, 2, 3])
    await using back = await openSqlite()
    await other.transaction(async (tx) => tx.run(sql`delete from contacts where id = ${next}`))
    await copyDatabase(other, back, quietly)
    expect(await added(back, 'after@example.com')).toBe(4)
  }
})

test.each(databases)(
  'a database of $name in which something is takes nothing more, and stays as it is',
  async ({ open }) => {
    await using source = await openSqlite()
    await added(source, 'ada@example.com')
    await using target = await open()
    await added(target, 'bob@example.com')
    const before = await everything(target)
    await expect(copyDatabase(source, target, quietly)).rejects.toThrow(/not empty \(it has rows in contacts, /)
    expect(await everything(target)).toEqual(before)
  },
)

test.each(databases)(
  'what is written to the old database meanwhile is not lost: nothing comes into $name',
  async ({ open }) => {
    await using source = await openSqlite()
    await added(source, 'ada@example.com')
    await using target = await open()
    let writing: Promise<number> | undefined
    const onProgress = () => {
      writing ??= added(source, 'late@example.com')
    }
    await expect(copyDatabase(source, target, { ...quietly, onProgress })).rejects.toThrow(
      /somebody wrote .* stop the server/,
    )
    await writing
    expect(await isEmpty(target)).toBe(true)
    await copyDatabase(source, target, quietly)
    expect(await countRows(target)).toMatchObject({ contacts: 2 })
  },
)

test.each(databases)('a copy that is stopped leaves $name empty', async ({ open }) => {
  await using source = await openSqlite({ erasureSecret: SECRET })
  await aCrowd(source, ['wkva', 'wkvb'])
  await using target = await open()
  const stopping = new AbortController()
  let done = 0
  const onProgress = (progress: { readonly done: number }) => {
    done = progress.done
    if (done > 5) stopping.abort()
  }
  await expect(copyDatabase(source, target, { onProgress, signal: stopping.signal })).rejects.toThrow()
  expect(done).toBeGreaterThan(5)
  expect(await isEmpty(target)).toBe(true)
})

test('what cannot be copied exactly is not copied at all, and no row is told', async () => {
  await using place = sqlitePlace()
  await using source = await openDatabase(place.url)
  await added(source, 'ada@example.com')
  await using target = await openPostgres()
  await source.transaction(async (tx) => tx.run(sql`update contacts set revision = 9007199254740993`))
  await expect(copyDatabase(source, target, quietly)).rejects.toThrow(
    /^Nothing was moved: a number in revision is larger/,
  )
  await source.transaction(async (tx) => tx.run(sql`update contacts set revision = 1, title = char(97, 0, 98)`))
  await expect(copyDatabase(source, target, quietly)).rejects.toThrow(
    /^Nothing was moved: a row cannot be copied \(22P05\)$/,
  )
  expect(await isEmpty(target)).toBe(true)
})

async function added(database: Database, email: string): Promise<number> {
  return (await database.transaction((tx) => addContact(tx, email, byEve))).id
}

async function shown(database: Database) {
  const now = NOW + 60_000
  const queries = ['', 'tag:"later wkvb"', 'FirstWkvc', 'compan']
  return {
    cards: [await cardById(database, 1, now), await cardById(database, 2, now), await cardById(database, 3, now)],
    found: await Promise.all(
      queries.map(async (text) => {
        const result = await searchContacts(database, parseQuery(text, { now, dayOf }), { limit: 10, now })
        return result.contacts
      }),
    ),
    statistics: await statistics(database, 30, '2026-03-02'),
    exported: await Array.fromAsync(exportContacts(database, now)),
  }
}

/** All rows of all tables, in the order of their keys. */
async function everything(database: Database): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {}
  for (const table of Object.values(database.tables)) {
    const rows = await database.db.select().from(table)
    all[getTableName(table)] = rows
      .map((row) => [JSON.stringify(row, ordered), row] as const)
      .sort(byText)
      .map(([, row]) => row)
  }
  return all
}

/** Postgres gives the properties of its JSON in another order. */
function ordered(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(byText))
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function fillEveryTable(url: string): void {
  const db = new BetterSqlite3(url.replace('sqlite:', ''))
  db.pragma('foreign_keys = OFF')
  for (const table of Object.values(tables)) {
    const { name, columns, primaryKeys, foreignKeys } = getTableConfig(table)
    const keys = (primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)).map((column) => column.name)
    const numbers = foreignKeys.flatMap(({ reference }) => reference().columns.map((column) => column.name))
    const marks = columns.map(() => '?').join(', ')
    const insertion = db.prepare(
      `insert into "${name}" (${columns.map((column) => `"${column.name}"`).join(', ')}) values (${marks})`,
    )
    db.transaction(() => {
      for (let n = 1; n <= ROWS; n += 1) {
        insertion.run(
          columns.map((column) => madeUp(column, n, { keys, isNumber: numbers.includes(column.name), name })),
        )
      }
    })()
  }
  db.exec("update erasure set people = 7, key_mark = 'mark' where id = 'all'")
  expect(db.pragma('foreign_key_check')).toEqual([])
  db.close()
}

interface Part {
  readonly keys: readonly string[]
  readonly isNumber: boolean
  readonly name: string
}

function madeUp(column: SQLiteColumn, n: number, { keys, isNumber, name }: Part): unknown {
  if (isNumber) return n
  if (keys.includes(column.name)) {
    if (column.dataType === 'number') return n
    return column.name === keys.at(-1) ? `${SPELLINGS[n % 7]} ${n}` : SPELLINGS[n % 7]
  }
  if (!column.notNull && n % 3 === 0) return null
  if (column.dataType === 'json') return JSON.stringify(n % 2 === 0 ? DEEP : [HOSTILE, n])
  if (column.dataType === 'boolean') return n % 2
  if (column.dataType === 'buffer') return Buffer.from(Array.from({ length: 256 + n }, (_, byte) => byte % 256))
  if (column.getSQLType() === 'real') return n % 2 === 0 ? 0.1 + n : 1.7e308 / n
  if (column.getSQLType() === 'integer') return Number.MAX_SAFE_INTEGER - n
  return name === 'contact_words' ? `ada lovelace w${n}` : `${HOSTILE} ${n}`
}
