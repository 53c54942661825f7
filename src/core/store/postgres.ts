import { join } from 'node:path'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import pg from 'pg'
import type { ErasureKey } from '../erasure/key.ts'
import { StorageError } from '../errors.ts'
import { keyColumns, type Row, type RowColumn, type RowStatement, writtenOf } from './bulk.ts'
import type { Database, Dialect, Tables } from './database.ts'
import { sql } from './drizzle.ts'
import { drizzle, migrate } from './drizzle-postgres.ts'
import { postgresProblem } from './postgres-problems.ts'
import * as tables from './schema.postgres.ts'

const MIGRATIONS = join(import.meta.dirname, '../../../drizzle/postgres')

/** Any number that no other program takes: one process migrates, the others wait. */
const MIGRATION_LOCK = 0x74706372

const INT8 = 20

const ATTEMPTS = 6

/** A pool ends by itself only the connections that it knows to be idle. */
export async function openPostgres(url: string, erasureKey: ErasureKey): Promise<Database> {
  await using resources = new AsyncDisposableStack()
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  })
  // Without a listener, a server that restarts would end this process; the next query reports it.
  pool.on('error', () => {})
  resources.defer(() => pool.end())
  try {
    await migrateOnce(pool)
  } catch (error) {
    throw postgresProblem(error, url) ?? error
  }
  resources.move()
  const db = drizzle({ client: pool })
  return {
    ...handle(db),
    erasureKey,
    transaction: (work) => retried(() => db.transaction((tx) => work(joined(tx, pool, erasureKey)))),
    scrub: (names) => vacuumed(pool, names),
    snapshot: () => snapshotOf(pool, erasureKey),
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

async function migrateOnce(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS })
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
  } finally {
    client.release()
  }
}

function joined(tx: PgDatabase<PgQueryResultHKT>, pool: pg.Pool, erasureKey: ErasureKey): Database {
  const database: Database = {
    ...handle(tx),
    erasureKey,
    transaction: (work) => work(database),
    scrub: async () => false,
    snapshot: () => snapshotOf(pool, erasureKey),
    async [Symbol.asyncDispose]() {},
  }
  return database
}

async function snapshotOf(pool: pg.Pool, erasureKey: ErasureKey): Promise<Database> {
  const client = await pool.connect()
  // Without a listener, a connection that is lost would end this process; the next query reports it.
  const ignore = () => {}
  client.on('error', ignore)
  const release = (error?: Error) => {
    client.off('error', ignore)
    client.release(error)
  }
  try {
    await client.query('begin transaction isolation level repeatable read, read only')
    // What is read is fixed by the first query, and not by the beginning.
    await client.query('select 1')
  } catch (error) {
    release(error instanceof Error ? error : undefined)
    throw error
  }
  return {
    ...handle(drizzle({ client })),
    erasureKey,
    transaction: async () => {
      throw new Error('a snapshot is only read')
    },
    scrub: async () => false,
    snapshot: () => snapshotOf(pool, erasureKey),
    async [Symbol.asyncDispose]() {
      await client.query('rollback').then(() => release(), release)
    },
  }
}

/** Takes deleted rows out of their tables, unless whoever reads still sees them or the tables are another's. */
async function vacuumed(pool: pg.Pool, names: readonly string[]): Promise<boolean> {
  try {
    await pool.query(`vacuum ${names.map((name) => `"${name}"`).join(', ')}`)
    return true
  } catch (error) {
    if (error instanceof pg.DatabaseError) return false
    throw new StorageError('the database cannot be cleaned up', { cause: error })
  }
}

/** Runs again what Postgres undid because two transactions stood in each other's way. */
async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction()
    } catch (error) {
      const code = codeOf(error)
      if ((code === '40001' || code === '40P01') && attempt < ATTEMPTS) continue
      if (CANNOT_WRITE.test(code) || isLost(error))
        throw new StorageError(`the database cannot be written (${code})`, { cause: error })
      throw error
    }
  }
}

/** Connection, resources, operator intervention, read-only (Postgres manual, appendix A), and the socket's own. */
const CANNOT_WRITE = /^(08...|53...|57...|58...|25006|40001|40P01|E[A-Z]+)$/

/** The driver gives no code to what happens to its own connections. */
function isLost(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/.test(cause.message))
      return true
  }
  return false
}

/** Drizzle wraps what the driver throws, so the code may stand on a cause. */
function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return ''
}

const dialect: Dialect = {
  name: 'postgres',
  rowsOf(columns: readonly RowColumn[], json: string) {
    const list = columns.map(({ key, sqlType }) => `"${key}" ${sqlType.replace('bigserial', 'bigint')}`).join(', ')
    return sql`jsonb_to_recordset(${json}::jsonb) as r(${sql.raw(list)})`
  },
  bytewise: sql`collate "C"`,
  forUpdate: sql`for update`,
  forShare: sql`for share`,
  skipLocked: sql`for update skip locked`,
}

function handle(
  db: PgDatabase<PgQueryResultHKT>,
): Pick<Database, 'db' | 'tables' | 'dialect' | 'all' | 'run' | 'write'> {
  const { execute } = asNodePostgres(db)
  return {
    db: asSqliteTyped(db),
    tables: asSqliteTables(),
    dialect,
    all: async (query) => (await execute(query)).rows,
    run: async (statement) => void (await execute(statement)),
    async write(statement, rows) {
      if (rows.length === 0) return { written: [], rows: [] }
      const result = await execute(setSql(statement, rows))
      return { written: writtenOf(statement, rows, result.rows), rows: result.rows }
    },
  }
}

/** One statement for all rows: the way to the server costs more than anything else. */
function setSql(statement: RowStatement, rows: readonly Row[]) {
  const { table, columns, does } = statement
  const source = dialect.rowsOf(columns, JSON.stringify(rows.map(jsonRow)))
  const returned = [...statement.returning, ...keyColumns(statement).map(({ name }) => name)]
  const back = returned.length > 0 ? ` returning ${returned.map((name) => `"${table}"."${name}"`).join(', ')}` : ''
  if (does.kind === 'insert') {
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    const values = columns.map(({ key }) => `r."${key}"`).join(', ')
    const head = `insert into "${table}" (${names}) select ${values} from `
    return sql`${sql.raw(head)}${source}${sql.raw(` ${does.conflict}${back}`)}`
  }
  const [by, ...written] = columns
  const assignments = written.map(({ name, key }) => `"${name}" = r."${key}"`).join(', ')
  const head = `update "${table}" set ${assignments}${does.alsoSet} from `
  return sql`${sql.raw(head)}${source}${sql.raw(` where "${table}"."${by?.name}" = r."${by?.key}"${back}`)}`
}

/** JSON has no bytes; Postgres reads them in hexadecimal. */
function jsonRow(row: Row): Row {
  const bytes = Object.entries(row).filter(([, value]) => Buffer.isBuffer(value))
  if (bytes.length === 0) return row
  return {
    ...row,
    ...Object.fromEntries(bytes.map(([key, value]) => [key, `\\x${Buffer.from(value as Buffer).toString('hex')}`])),
  }
}

/** Sound because this file makes every handle from node-postgres. */
function asNodePostgres(db: PgDatabase<PgQueryResultHKT>) {
  const known = db as unknown as NodePgDatabase
  return { execute: (query: Parameters<NodePgDatabase['execute']>[0]) => known.execute(query) }
}

/** Sound because `schemasMatch` proves equal rows and queries use only what both dialects share. */
function asSqliteTyped(db: PgDatabase<PgQueryResultHKT>): Database['db'] {
  return db as unknown as Database['db']
}

function asSqliteTables(): Tables {
  return tables as unknown as Tables
}
