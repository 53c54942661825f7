import type { InferInsertModel, InferSelectModel, SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'

import type { Database, Tables } from './database.ts'
import { getTableColumns, getTableName, sql } from './drizzle.ts'

/**
 * A statement that is run for many rows at once. It is described once and written down by each
 * backend in the form that it is fastest in; building a query for each row would cost twenty times
 * the work itself (performance sheet).
 */
export interface RowStatement {
  readonly table: string
  readonly columns: readonly RowColumn[]
  readonly does: /** `key` names the rows that are passed over where they are there already; empty where none are. */
    | { readonly kind: 'insert'; readonly conflict: string; readonly key: readonly string[] }
    /** The first column finds the row, the others are written. */
    | { readonly kind: 'update'; readonly alsoSet: string }
  /** Columns to give back of each row that was written, beside `key`. */
  readonly returning: readonly string[]
  /** The column that SQLite numbers rows by; null where the table has none of its own. */
  readonly rowId: string | null
  /** Never row by row: between two statements the index of words writes down what it was told before. */
  readonly together: boolean
}

export interface RowColumn {
  /** The property of a row. */
  readonly key: string
  /** The column in the database. */
  readonly name: string
  readonly sqlType: string
  readonly isJson: boolean
}

/** A row on its way in, by the properties of its table. */
export type Row = Readonly<Record<string, unknown>>

/** A row as the driver gives it, by the names of the columns. */
export type RawRow = Readonly<Record<string, unknown>>

type InsertKey<T extends SQLiteTable> = keyof InferInsertModel<T> & string
type SelectKey<T extends SQLiteTable> = keyof InferSelectModel<T> & string

export interface InsertOptions<T extends SQLiteTable> {
  /** Passes over rows whose `ignore` is there already. */
  readonly ignore?: readonly InsertKey<T>[]
  /** What to do instead with rows that are there already, in SQL. */
  readonly conflict?: string
  readonly returning?: readonly SelectKey<T>[]
  readonly together?: boolean
}

export function insertOf<T extends SQLiteTable>(
  table: T,
  keys: readonly InsertKey<T>[],
  { ignore = [], conflict = '', returning = [], together = false }: InsertOptions<T>,
): RowStatement {
  const columns = columnsOf(table, ignore).map(({ column }) => column.name)
  const passOver = ignore.length > 0 ? `on conflict (${columns.join(', ')}) do nothing` : conflict
  return {
    table: getTableName(table),
    columns: rowColumns(table, keys),
    does: { kind: 'insert', conflict: passOver, key: ignore },
    returning: columnsOf(table, returning).map(({ column }) => column.name),
    rowId: rowIdOf(table),
    together,
  }
}

/** Writes `keys` of the rows that `by` finds, and what `alsoSet` says. */
export function updateOf<T extends SQLiteTable>(
  table: T,
  by: InsertKey<T>,
  keys: readonly InsertKey<T>[],
  alsoSet = '',
): RowStatement {
  return {
    table: getTableName(table),
    columns: rowColumns(table, [by, ...keys]),
    does: { kind: 'update', alsoSet },
    returning: [],
    rowId: rowIdOf(table),
    together: false,
  }
}

/** One description for each backend, made when it is first used. */
export function perBackend(describe: (tables: Tables) => RowStatement): (database: Database) => RowStatement {
  const known = new WeakMap<Tables, RowStatement>()
  return ({ tables }) => {
    const statement = known.get(tables) ?? describe(tables)
    known.set(tables, statement)
    return statement
  }
}

/**
 * Those of `rows` that a statement for all of them wrote: what was passed over is known only by the keys
 * of what it gave back.
 */
export function writtenOf(statement: RowStatement, rows: readonly Row[], returned: readonly RawRow[]): readonly Row[] {
  const key = keyColumns(statement)
  if (key.length === 0) return rows
  const written = new Set(returned.map((row) => JSON.stringify(key.map(({ name }) => row[name]))))
  return rows.filter((row) => written.has(JSON.stringify(key.map((column) => row[column.key]))))
}

/** What tells rows apart that were written from those that were passed over. */
export function keyColumns({ columns, does }: RowStatement): readonly RowColumn[] {
  return does.kind === 'insert' ? columns.filter(({ key }) => does.key.includes(key)) : []
}

/** Rows as the driver gave them, as the table's own types. */
export function decodeRows<T extends SQLiteTable, K extends SelectKey<T>>(
  table: T,
  keys: readonly K[],
  rows: readonly RawRow[],
): Pick<InferSelectModel<T>, K>[] {
  const columns = columnsOf(table, keys)
  return rows.map((row) => {
    const decoded: Record<string, unknown> = {}
    for (const { key, column } of columns) {
      const value = row[column.name]
      decoded[key] = value === null || value === undefined ? null : column.mapFromDriverValue(value)
    }
    return asRow<Pick<InferSelectModel<T>, K>>(decoded)
  })
}

/** The names of `keys` for a select or returning list. */
export function selectList<T extends SQLiteTable>(table: T, keys: readonly SelectKey<T>[]): SQL {
  const names = columnsOf(table, keys).map(({ column }) => `"${getTableName(table)}"."${column.name}"`)
  return sql.raw(names.join(', '))
}

/** `values` as a table expression named `r` with the one column `v`: one parameter for any number of them. */
export function valuesOf({ dialect }: Database, sqlType: 'text' | 'bigint', values: readonly unknown[]): SQL {
  const list = JSON.stringify(values.map((v) => ({ v })))
  return dialect.rowsOf([{ key: 'v', name: 'v', sqlType, isJson: false }], list)
}

function rowColumns(table: SQLiteTable, keys: readonly string[]): RowColumn[] {
  return columnsOf(table, keys).map(({ key, column }) => ({
    key,
    name: column.name,
    sqlType: column.getSQLType(),
    isJson: column.dataType === 'json',
  }))
}

function rowIdOf(table: SQLiteTable): string | null {
  const column = Object.values(getTableColumns(table)).find(({ primary }) => primary)
  return column?.getSQLType() === 'integer' ? column.name : null
}

function columnsOf(table: SQLiteTable, keys: readonly string[]): { key: string; column: SQLiteColumn }[] {
  const known = getTableColumns(table)
  return keys.map((key) => {
    const column = known[key]
    if (!column) throw new Error(`table ${getTableName(table)} has no column ${key}`)
    return { key, column }
  })
}

/** Sound because every key was decoded by the column that declares its type. */
function asRow<Row>(decoded: Record<string, unknown>): Row {
  return decoded as Row
}
