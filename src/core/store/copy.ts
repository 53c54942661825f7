import { setImmediate } from 'node:timers/promises'

import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'

import { CrmError, InvalidInputError } from '../errors.ts'
import { insertOf, type Row, type RowStatement } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { getTableColumns, getTableName, sql } from './drizzle.ts'
import { getTableConfig } from './drizzle-sqlite.ts'
import { erasureState } from './erasure.ts'
import * as schema from './schema.sqlite.ts'

export interface CopyOptions {
  /** In rows. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal: AbortSignal
}

/** How many rows each table has, by its name. */
export type Counts = Readonly<Record<string, number>>

interface Copied {
  readonly name: string
  readonly of: (database: Database) => SQLiteTable
  /** The properties that its pages are ordered by. */
  readonly key: readonly string[]
  readonly rowsAtOnce: number
}

/** The migrations make its one row; whoever holds that lets in and erases nobody beside us. */
const MADE_WITH_ITS_ROW = 'erasure'

const ROWS_AT_ONCE = 200

/**
 * Copies every row of `source`, as they all are at one moment, into `target`, which is of either kind:
 * in one transaction, so that a target is whole or as empty as it was. Throws `InvalidInputError` where
 * something is in it, and `CrmError` where something was written to `source` meanwhile.
 */
export async function copyDatabase(source: Database, target: Database, options: CopyOptions): Promise<Counts> {
  await using snapshot = await source.snapshot()
  const counts = await countRows(snapshot)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  await explained(() =>
    target.transaction(async (tx) => {
      await erasureState(tx, { hold: true })
      await assertEmpty(tx)
      let done = 0
      for (const table of TABLES) {
        const insertion = insertionInto(tx, table)
        for await (const rows of pagesOf(snapshot, table)) {
          // A Ctrl-C is heard between two turns alone, and two files give no turn away.
          await setImmediate()
          options.signal.throwIfAborted()
          await tx.write(insertion, rows)
          done += rows.length
          options.onProgress({ done, total })
        }
        await goOnCounting(snapshot, tx, table)
      }
      assertSame(counts, await countRows(tx), 'the copy has another number of rows')
      assertSame(counts, await countRows(source), 'somebody wrote to the old database meanwhile; stop the server first')
      options.signal.throwIfAborted()
    }),
  )
  // Its plans are made from figures that it would gather later.
  if (target.dialect.name === 'postgres') await target.run(sql`analyze`)
  return counts
}

/** Whether nobody ever wrote to it. */
export async function isEmpty(database: Database): Promise<boolean> {
  return (await filled(database)).length === 0
}

async function assertEmpty(target: Database): Promise<void> {
  const names = await filled(target)
  if (names.length > 0)
    throw new InvalidInputError(`That database is not empty (it has rows in ${names.join(', ')}): give an empty one.`)
}

async function filled(database: Database): Promise<string[]> {
  const { people, keyMark } = await erasureState(database, { hold: false })
  const names = people > 0 || keyMark !== null ? [MADE_WITH_ITS_ROW] : []
  for (const { name } of TABLES) {
    if (name === MADE_WITH_ITS_ROW) continue
    const rows = await database.all(sql.raw(`select 1 from "${name}" limit 1`))
    if (rows.length > 0) names.push(name)
  }
  return names
}

export async function countRows(database: Database): Promise<Counts> {
  const counts: Record<string, number> = {}
  for (const { name } of TABLES) {
    const [row] = await database.all(sql.raw(`select count(*) as n from "${name}"`))
    counts[name] = Number(row?.n)
  }
  return counts
}

function assertSame(before: Counts, after: Counts, problem: string): void {
  const other = Object.keys(before).filter((name) => before[name] !== after[name])
  if (other.length > 0) throw new CrmError(`Nothing was moved: ${problem} (${other.join(', ')}).`)
}

async function* pagesOf(source: Database, { name, of, key, rowsAtOnce }: Copied): AsyncGenerator<Row[]> {
  const columns = Object.entries(getTableColumns(of(source)))
  const names = sql.raw(columns.map(([, column]) => `"${column.name}"`).join(', '))
  const order = key.map((property) => getTableColumns(of(source))[property]?.name)
  const ordered = sql.raw(order.map((column) => `"${column}"`).join(', '))
  let last: Row | undefined
  for (;;) {
    const values = key.map((property) => sql`${last?.[property]}`)
    const after = last ? sql`where (${ordered}) > (${sql.join(values, sql`, `)})` : sql``
    const raw = await source.all(
      sql`select ${names} from ${sql.raw(`"${name}"`)} ${after} order by ${ordered} limit ${rowsAtOnce}`,
    )
    const rows = raw.map((row) =>
      Object.fromEntries(columns.map(([property, column]) => [property, decoded(column, row[column.name])])),
    )
    if (rows.length > 0) yield rows
    if (rows.length < rowsAtOnce) return
    last = rows.at(-1)
  }
}

const INTEGERS: ReadonlySet<string> = new Set(['integer', 'bigint', 'bigserial'])

function decoded(column: SQLiteColumn, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const known = column.mapFromDriverValue(value)
  // No counter gets there; a number that was rounded on its way must not pass for one that was copied.
  if (INTEGERS.has(column.getSQLType()) && typeof known === 'number' && !Number.isSafeInteger(known))
    throw new CrmError(`Nothing was moved: a number in ${column.name} is larger than can be copied`)
  return known
}

function insertionInto(tx: Database, { name, of }: Copied): RowStatement {
  const conflict =
    name === MADE_WITH_ITS_ROW
      ? 'on conflict (id) do update set people = excluded.people, key_mark = excluded.key_mark'
      : ''
  // The index of words, which follows this table by itself, takes no rows one by one (`RowStatement`).
  return insertOf(of(tx), Object.keys(getTableColumns(of(tx))), { conflict, together: name === 'contact_words' })
}

/** Numbers that were given away are not given again, whatever became of their rows: the history of changes names them. */
async function goOnCounting(source: Database, tx: Database, table: Copied): Promise<void> {
  const column = numbered(table.of(tx))
  if (column === undefined) return
  const [row] = await tx.all(sql.raw(`select max("${column}") as n from "${table.name}"`))
  const last = Math.max(Number(row?.n ?? 0), await lastNumber(source, table))
  if (last === 0) return
  if (tx.dialect.name === 'postgres') {
    await tx.all(sql`select setval(pg_get_serial_sequence(${table.name}, ${column}), ${last})`)
  } else {
    await tx.run(sql`delete from sqlite_sequence where name = ${table.name}`)
    await tx.run(sql`insert into sqlite_sequence (name, seq) values (${table.name}, ${last})`)
  }
}

async function lastNumber(source: Database, { name, of }: Copied): Promise<number> {
  const column = numbered(of(source))
  if (column === undefined) return 0
  const [row] = await source.all(
    source.dialect.name === 'postgres'
      ? sql`select pg_sequence_last_value(pg_get_serial_sequence(${name}, ${column})::regclass) as n`
      : sql`select seq as n from sqlite_sequence where name = ${name}`,
  )
  return Number(row?.n ?? 0)
}

/** The column that the database counts up, where it remembers how far it got. */
function numbered(table: SQLiteTable): string | undefined {
  const columns = Object.values(getTableColumns(table))
  return columns.find(
    (column) => column.getSQLType() === 'bigserial' || ('autoIncrement' in column && column.autoIncrement),
  )?.name
}

const SCHEMA: Tables = schema

/** Each after those that it refers to. */
const TABLES: readonly Copied[] = inOrder(Object.keys(schema).filter(isTable))

function isTable(name: string): name is keyof Tables {
  return Object.hasOwn(schema, name)
}

function inOrder(keys: readonly (keyof Tables)[]): Copied[] {
  const placed = new Map<string, Copied>()
  const place = (key: keyof Tables) => {
    const { name, foreignKeys, columns, primaryKeys } = getTableConfig(SCHEMA[key])
    if (placed.has(name)) return
    for (const { reference } of foreignKeys) {
      const other = getTableName(reference().foreignTable)
      const before = keys.find((one) => getTableName(SCHEMA[one]) === other)
      if (before && before !== key) place(before)
    }
    const parts = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
    const properties = Object.entries(getTableColumns(SCHEMA[key]))
    placed.set(name, {
      name,
      of: ({ tables }) => tables[key],
      key: parts.map((part) => properties.find(([, column]) => column.name === part.name)?.[0] ?? part.name),
      // One can be as large as a mail with what is attached to it.
      rowsAtOnce: columns.some((column) => column.getSQLType() === 'blob') ? 1 : ROWS_AT_ONCE,
    })
  }
  for (const key of keys) place(key)
  return [...placed.values()]
}

/** What a database says about a row holds the row itself. */
async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const code = error instanceof CrmError ? undefined : codeOf(error)
    if (code === undefined) throw error
    throw new CrmError(`Nothing was moved: a row cannot be copied (${code})`, { cause: error })
  }
}

/** Drizzle wraps what the driver throws, so the code may stand on a cause. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}
