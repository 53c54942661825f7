import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import type BetterSqlite3 from 'better-sqlite3'
import pLimit from 'p-limit'
import type { ErasureKey } from '../erasure/key.ts'
import { ConfigError, StorageError } from '../errors.ts'
import { keyColumns, type RawRow, type Row, type RowColumn, type RowStatement, writtenOf } from './bulk.ts'
import type { Database, Dialect, Written } from './database.ts'
import { sql } from './drizzle.ts'
import { drizzle, migrate } from './drizzle-sqlite.ts'
import * as tables from './schema.sqlite.ts'
import { APPLICATION_ID, connect } from './sqlite-connection.ts'

const MIGRATIONS = join(import.meta.dirname, '../../../drizzle/sqlite')

export async function openSqlite(path: string, erasureKey: ErasureKey): Promise<Database> {
  makeFile(path)
  const { writer, reader } = connections(path)
  const oneAtATime = pLimit(1)
  const tx: Database = {
    ...handle(writer),
    erasureKey,
    transaction: (work) => work(tx),
    scrub: async () => false,
    snapshot: async () => snapshotOf(path, erasureKey),
    async [Symbol.asyncDispose]() {},
  }

  return {
    ...handle(reader),
    erasureKey,
    transaction: (work) => oneAtATime(() => inTransaction(writer, () => work(tx))),
    async scrub(_names, { atAnySize }) {
      if (!atAnySize && statSync(path).size > QUICKLY_REWRITTEN) return false
      // Writers wait, and find no lock that others hold.
      if (!(await oneAtATime(() => rewritten(path)))) return false
      return await emptied(() => oneAtATime(async () => emptyLog(writer)))
    },
    snapshot: async () => snapshotOf(path, erasureKey),
    async [Symbol.asyncDispose]() {
      reader.close()
      try {
        writer.pragma(`busy_timeout = ${PATIENCE_MS}`)
        writer.pragma('optimize')
        writer.pragma('wal_checkpoint(TRUNCATE)')
      } catch (error) {
        // Only tidies up, for which a full disk has no room.
        if (!storageProblem(error)) throw error
      } finally {
        writer.close()
      }
    },
  }
}

/** Made here, so that nobody else may read it; SQLite gives its other files the same permissions. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new ConfigError(`DATABASE_URL: ${path} cannot be opened (${why}): ${NAME_A_FILE}`, { cause: error })
  }
}

const NAME_A_FILE = 'name a file that this program may write, in a folder that it may write'

/** The one that writes and the one that reads, with every table made. */
function connections(path: string) {
  using opened = new DisposableStack()
  const opening = (options?: BetterSqlite3.Options) => opened.adopt(connect(path, options), (it) => it.close())
  try {
    const writer = opening()
    claim(writer, path)
    writer.pragma('journal_mode = WAL')
    // 16 MiB of log before it is moved into the database: a page that changes often is moved once.
    writer.pragma('wal_autocheckpoint = 4000')
    // 16 MiB, where the unique index of event ids is read at random places; the rest is in the system's own cache.
    writer.pragma('cache_size = -16384')
    migrate(drizzle({ client: writer }), { migrationsFolder: MIGRATIONS })
    // From here on a lock that another process holds is waited for between turns (`begin`).
    writer.pragma('busy_timeout = 0')

    // Read-only on purpose: a write outside `transaction` fails instead of racing one.
    const reader = opening({ readonly: true })
    // 32 MiB: pages of lists are found among the hottest contacts and the newest, again and again.
    reader.pragma('cache_size = -32768')
    opened.move()
    return { writer, reader }
  } catch (error) {
    throw openingProblem(error, path) ?? error
  }
}

/** What SQLite says of a file that it cannot open, by how its code begins, and what is to be done. */
const OPENING_PROBLEMS: readonly (readonly [
  code: RegExp,
  what: string,
  kind: typeof ConfigError | typeof StorageError,
])[] = [
  [/^SQLITE_NOTADB/, 'is a file of another kind, not a database: name another file', ConfigError],
  [/^SQLITE_CORRUPT/, 'is damaged: put a back-up in its place', ConfigError],
  [/^SQLITE_(READONLY|CANTOPEN|PERM)/, `cannot be written: ${NAME_A_FILE}`, ConfigError],
  [/^SQLITE_(BUSY|LOCKED)/, 'is kept by another program: end that, or try again', StorageError],
  [/^SQLITE_(FULL|IOERR|NOMEM)/, 'cannot be written: make room on its disk, or find out what ails it', StorageError],
]

function openingProblem(error: unknown, path: string): ConfigError | StorageError | undefined {
  const code = codeOf(error)
  const [, what, Kind] = OPENING_PROBLEMS.find(([known]) => known.test(code)) ?? []
  return Kind && new Kind(`DATABASE_URL: ${path} ${what} (${code})`, { cause: error })
}

/** A connection of its own, since a transaction holds all that its connection reads. */
function snapshotOf(path: string, erasureKey: ErasureKey): Database {
  const reader = connect(path, { readonly: true })
  // What is read is fixed by the first that is read, and not by the beginning.
  reader.exec('begin; select 1 from sqlite_master')
  return {
    ...handle(reader),
    erasureKey,
    transaction: async () => {
      throw new Error('a snapshot is only read')
    },
    scrub: async () => false,
    snapshot: async () => snapshotOf(path, erasureKey),
    async [Symbol.asyncDispose]() {
      reader.close()
    },
  }
}

function claim(writer: BetterSqlite3.Database, path: string): void {
  const id = writer.pragma('application_id', { simple: true })
  const isEmpty = writer.prepare('select count(*) from sqlite_master').pluck().get() === 0
  if (id === APPLICATION_ID) return
  if (!isEmpty) throw new ConfigError(`DATABASE_URL: ${path} is a database of another program`)
  writer.pragma(`application_id = ${APPLICATION_ID}`)
}

async function inTransaction<T>(writer: BetterSqlite3.Database, work: () => Promise<T>): Promise<T> {
  try {
    await begin(writer)
    const result = await work()
    writer.exec('commit')
    return result
  } catch (error) {
    // A full disk rolls back by itself.
    if (writer.inTransaction) writer.exec('rollback')
    throw storageProblem(error) ?? error
  }
}

const PATIENCE_MS = 5000
/** SQLite itself pauses up to 100 ms, and would miss the moment between two groups of an import. */
const BUSY_PAUSE_MS = 2
const BUSY_ATTEMPTS = PATIENCE_MS / BUSY_PAUSE_MS

/** Waits where another process writes: left to itself SQLite would stop everything else meanwhile. */
async function begin(writer: BetterSqlite3.Database): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      writer.exec('begin immediate')
      return
    } catch (error) {
      if (!isBusy(error) || attempt === BUSY_ATTEMPTS) throw error
      await setTimeout(BUSY_PAUSE_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

const SCRUB_ATTEMPTS = 20
const SCRUB_PAUSE_MS = 100

/** Others may be reading what is in the log; most are done within a moment. */
async function emptied(empty: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 1; attempt < SCRUB_ATTEMPTS; attempt += 1) {
    if (await empty()) return true
    await setTimeout(SCRUB_PAUSE_MS)
  }
  return await empty()
}

/** Larger files take more than a few seconds, for which nobody should wait unasked. */
const QUICKLY_REWRITTEN = 256 * 1024 * 1024

/**
 * Writes the file anew, without what was deleted. `secure_delete` overwrites a row where it stands,
 * but not where it stood before its page was split or merged. False where somebody else writes.
 */
async function rewritten(path: string): Promise<boolean> {
  const thread = new Worker(new URL('./sqlite-vacuum.ts', import.meta.url), { workerData: path })
  try {
    await once(thread, 'exit')
    return true
  } catch (error) {
    const problem = storageProblem(error)
    if (problem) return false
    throw error
  }
}

/** The log still holds the pages as they were. */
function emptyLog(writer: BetterSqlite3.Database): boolean {
  return writer.prepare('pragma wal_checkpoint(TRUNCATE)').pluck().get() === 0
}

const CANNOT_WRITE = /^SQLITE_(FULL|IOERR|READONLY|BUSY|CANTOPEN|NOMEM)/

function storageProblem(error: unknown): StorageError | undefined {
  const code = codeOf(error)
  return CANNOT_WRITE.test(code)
    ? new StorageError(`the database cannot be written (${code})`, { cause: error })
    : undefined
}

/** Drizzle wraps what the driver throws, so the code may stand on a cause. */
function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return ''
}

const dialect: Dialect = {
  name: 'sqlite',
  rowsOf(columns: readonly RowColumn[], json: string) {
    return sql`(select ${sql.raw(listOf(columns))} from jsonb_each(${json})) as r`
  },
  bytewise: sql`collate binary`,
  // A writing transaction holds everything.
  forUpdate: sql``,
  forShare: sql``,
  skipLocked: sql``,
}

function listOf(columns: readonly RowColumn[]): string {
  return columns.map(({ key, isJson }) => `value ${isJson ? '->' : '->>'} '${key}' as "${key}"`).join(', ')
}

function handle(client: BetterSqlite3.Database): Pick<Database, 'db' | 'tables' | 'dialect' | 'all' | 'run' | 'write'> {
  const db = drizzle({ client })
  return {
    db: asAwaitable(db),
    tables,
    dialect,
    all: async (query) => db.all(query),
    run: async (statement) => void db.run(statement),
    write: rowWriter(client),
  }
}

/** A prepared statement that is run row by row: with no server in between, that is faster than one large statement. */
function rowWriter(client: BetterSqlite3.Database): Database['write'] {
  const texts = new Map<RowStatement, string>()
  return async (statement, rows) => {
    const text = texts.get(statement) ?? rowSql(statement)
    texts.set(statement, text)
    const prepared = client.prepare(text)
    return await (statement.together ? writeTogether : writeRows)(prepared, statement, rows)
  }
}

function rowSql(statement: RowStatement): string {
  const { table, columns, does, together } = statement
  const keys = together ? keyColumns(statement).map(({ name }) => name) : []
  const returning = isNumberEnough(statement) ? [] : [...statement.returning, ...keys]
  const back = returning.length > 0 ? ` returning ${returning.map((name) => `"${name}"`).join(', ')}` : ''
  if (does.kind === 'insert') {
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    const values = together
      ? `select ${listOf(columns)} from jsonb_each(?) where true`
      : `values (${columns.map(() => '?').join(', ')})`
    return `insert into "${table}" (${names}) ${values} ${does.conflict}${back}`
  }
  const [by, ...written] = columns
  const assignments = written.map(({ name }) => `"${name}" = ?`).join(', ')
  return `update "${table}" set ${assignments}${does.alsoSet} where "${by?.name}" = ?${back}`
}

/** SQLite takes half as long again for a row that it has to give back, and tells the number of a new one anyway. */
function isNumberEnough({ together, does, returning, rowId }: RowStatement): boolean {
  return !together && does.kind === 'insert' && does.key.length > 0 && returning.length === 1 && returning[0] === rowId
}

async function writeRows(
  prepared: BetterSqlite3.Statement,
  statement: RowStatement,
  rows: readonly Row[],
): Promise<Written> {
  const { columns, does, rowId } = statement
  // Parameters stand in the order of the statement, where an update finds its row last.
  const order = does.kind === 'update' ? [...columns.slice(1), ...columns.slice(0, 1)] : columns
  const numbered = isNumberEnough(statement) ? rowId : null
  const keys = keyColumns(statement)
  const written: Row[] = []
  const back: Record<string, unknown>[] = []
  const values: unknown[] = new Array(order.length)
  for (const [n, row] of rows.entries()) {
    for (let index = 0; index < order.length; index += 1) {
      const column = order[index]
      if (column) values[index] = bindable(row[column.key], column.isJson)
    }
    if (prepared.reader) {
      back.push(...asRows(prepared.all(values)))
    } else {
      const { changes, lastInsertRowid } = prepared.run(values)
      if (changes > 0) written.push(row)
      if (changes > 0 && numbered) {
        back.push({ [numbered]: lastInsertRowid, ...Object.fromEntries(keys.map(({ key, name }) => [name, row[key]])) })
      }
    }
    if (n % ROWS_A_TURN === ROWS_A_TURN - 1) await new Promise(setImmediate)
  }
  return { written: prepared.reader ? rows : written, rows: back }
}

async function writeTogether(
  prepared: BetterSqlite3.Statement,
  statement: RowStatement,
  rows: readonly Row[],
): Promise<Written> {
  const back: RawRow[] = []
  for (let first = 0; first < rows.length; first += ROWS_A_TURN) {
    const json = JSON.stringify(rows.slice(first, first + ROWS_A_TURN))
    if (prepared.reader) back.push(...asRows(prepared.all(json)))
    else prepared.run(json)
    if (first + ROWS_A_TURN < rows.length) await new Promise(setImmediate)
  }
  return { written: writtenOf(statement, rows, back), rows: back }
}

/** A large transaction lets other requests be read and answered in between: a few milliseconds of writing at a time. */
const ROWS_A_TURN = 250

function bindable(value: unknown, isJson: boolean): unknown {
  if (value === undefined || value === null) return null
  if (isJson) return JSON.stringify(value)
  return typeof value === 'boolean' ? Number(value) : value
}

/** Sound for a statement that returns rows: better-sqlite3 makes an object of each. */
function asRows(rows: unknown[]): Record<string, unknown>[] {
  return rows as Record<string, unknown>[]
}

/** Sound while queries are awaited: every Drizzle builder is a thenable, whatever its driver. */
function asAwaitable(db: ReturnType<typeof drizzle>): Database['db'] {
  return db as unknown as Database['db']
}
