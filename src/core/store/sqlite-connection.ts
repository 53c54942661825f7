import BetterSqlite3 from 'better-sqlite3'

import { ConfigError } from '../errors.ts'

/** "tpcr", so that a file of another program is recognised before it is written to. */
export const APPLICATION_ID = 0x74706372

/** Opens the file with what every connection of this program needs. */
export function connect(path: string, options: BetterSqlite3.Options = {}): BetterSqlite3.Database {
  const connection = new BetterSqlite3(path, { timeout: 5000, ...options })
  assertSafe(String(connection.prepare('select sqlite_version()').pluck().get()))
  // better-sqlite3 is built to fall back to NORMAL under WAL, which forgets acknowledged events when the power fails.
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma('secure_delete = ON')
  // The index of words, read word by word in their order; of this connection alone, so it needs no migration.
  connection.exec("create virtual table temp.contact_terms using fts5vocab('main', 'contact_search', 'instance')")
  rememberStatements(connection)
  return connection
}

const REMEMBERED = 200

/** Preparing a statement costs more than running it, and the same few are prepared again and again. */
function rememberStatements(connection: BetterSqlite3.Database): void {
  const known = new Map<string, BetterSqlite3.Statement>()
  const prepare = connection.prepare.bind(connection)
  Object.defineProperty(connection, 'prepare', {
    value(text: string) {
      const statement = known.get(text) ?? prepare(text)
      if (known.size >= REMEMBERED) known.clear()
      known.set(text, statement)
      return statement
    },
  })
}

/**
 * Throws below 3.51.3: earlier versions can lose committed data when two connections write and
 * checkpoint at unlucky moments (reliability sheet, section 3).
 */
export function assertSafe(version: string): void {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const number = major * 1_000_000 + minor * 1000 + patch
  if (number < 3_051_003)
    throw new ConfigError(`SQLite ${version} can lose data; 3.51.3 or newer is needed: run npm ci`)
}
