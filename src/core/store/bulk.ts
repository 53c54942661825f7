import type { InferInsertModel, InferSelectModel, SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database, JsonColumn } from './database.ts'
import { getTableColumns, getTableName, sql } from './drizzle.ts'

type Keys<T extends SQLiteTable> = readonly (keyof InferInsertModel<T> & string)[]

/**
 * Inserts any number of rows with one statement and one parameter; building a query for each row
 * costs twenty times the work itself (performance sheet).
 */
export async function insertRows<T extends SQLiteTable>(
  database: Database,
  table: T,
  keys: Keys<T>,
  rows: readonly Partial<InferInsertModel<T>>[],
  conflict: SQL = sql``,
): Promise<void> {
  if (rows.length > 0) await database.run(insertOf(database, table, keys, rows, conflict))
}

/** As `insertRows`, and gives `returned` of the rows that were written. */
export async function insertReturning<T extends SQLiteTable, K extends keyof InferSelectModel<T> & string>(
  database: Database,
  table: T,
  keys: Keys<T>,
  rows: readonly Partial<InferInsertModel<T>>[],
  conflict: SQL,
  returned: readonly K[],
): Promise<Pick<InferSelectModel<T>, K>[]> {
  if (rows.length === 0) return []
  const insert = insertOf(database, table, keys, rows, conflict)
  return decodeRows(table, returned, await database.all(sql`${insert} returning ${selectList(table, returned)}`))
}

function insertOf<T extends SQLiteTable>(
  database: Database,
  table: T,
  keys: Keys<T>,
  rows: readonly Partial<InferInsertModel<T>>[],
  conflict: SQL,
): SQL {
  const columns = columnsOf(table, keys)
  const names = columns.map(({ column }) => `"${column.name}"`).join(', ')
  const values = columns.map(({ json }) => `r."${json.key}"`).join(', ')
  const source = database.dialect.rowsOf(jsonOf(columns), JSON.stringify(rows))
  // The condition keeps SQLite from reading the conflict clause as part of a join.
  const insert = sql.raw(`insert into "${getTableName(table)}" (${names}) select ${values} from `)
  return sql`${insert}${source} where true ${conflict}`
}

/** Writes `keys` of many rows, each found by its `by`, with one statement. */
export async function updateRows<T extends SQLiteTable>(
  database: Database,
  table: T,
  by: keyof InferInsertModel<T> & string,
  keys: Keys<T>,
  rows: readonly Partial<InferInsertModel<T>>[],
  alsoSet: SQL = sql``,
): Promise<void> {
  if (rows.length === 0) return
  const name = getTableName(table)
  const columns = columnsOf(table, [by, ...keys])
  const [found, ...written] = columns
  const assignments = written.map(({ column, json }) => `"${column.name}" = r."${json.key}"`).join(', ')
  const source = database.dialect.rowsOf(jsonOf(columns), JSON.stringify(rows))
  await database.run(
    sql`${sql.raw(`update "${name}" set ${assignments}`)}${alsoSet} from ${source} where ${sql.raw(`"${name}"."${found?.column.name}" = r."${found?.json.key}"`)}`,
  )
}

/** Rows of `returning` or `select`, as the table's own types. */
export function decodeRows<T extends SQLiteTable, K extends keyof InferSelectModel<T> & string>(
  table: T,
  keys: readonly K[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Pick<InferSelectModel<T>, K>[] {
  const columns = columnsOf(table, keys)
  return rows.map((row) => {
    const decoded: Record<string, unknown> = {}
    for (const { column, json } of columns) {
      const value = row[column.name]
      decoded[json.key] = value === null || value === undefined ? null : column.mapFromDriverValue(value)
    }
    return asRow<Pick<InferSelectModel<T>, K>>(decoded)
  })
}

/** The names of `keys` for a select or returning list. */
export function selectList<T extends SQLiteTable>(
  table: T,
  keys: readonly (keyof InferSelectModel<T> & string)[],
): SQL {
  return sql.raw(
    columnsOf(table, keys)
      .map(({ column }) => `"${getTableName(table)}"."${column.name}"`)
      .join(', '),
  )
}

interface Bound {
  readonly column: SQLiteColumn
  readonly json: JsonColumn
}

function columnsOf(table: SQLiteTable, keys: readonly string[]): Bound[] {
  const known = getTableColumns(table)
  return keys.map((key) => {
    const column = known[key]
    if (!column) throw new Error(`table ${getTableName(table)} has no column ${key}`)
    return { column, json: { key, sqlType: column.getSQLType(), isJson: column.dataType === 'json' } }
  })
}

function jsonOf(columns: readonly Bound[]): JsonColumn[] {
  return columns.map(({ json }) => json)
}

/** Sound because every key was decoded by the column that declares its type. */
function asRow<Row>(decoded: Record<string, unknown>): Row {
  return decoded as Row
}
