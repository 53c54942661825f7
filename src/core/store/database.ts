import type { InferInsertModel, InferSelectModel, SQL, Table } from 'drizzle-orm'
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'

import type { ErasureKey } from '../erasure/key.ts'
import type { RawRow, Row, RowColumn, RowStatement } from './bulk.ts'
import type * as postgres from './schema.postgres.ts'
import type * as sqlite from './schema.sqlite.ts'

export type Tables = typeof sqlite

/**
 * A handle that queries run on. Queries are written once, against the SQLite types, and only
 * ever awaited; Postgres satisfies the same calls at run time.
 */
export interface Database {
  readonly db: BaseSQLiteDatabase<'async', unknown>
  readonly tables: Tables
  readonly dialect: Dialect
  /** What those who were erased are recognised by. */
  readonly erasureKey: ErasureKey
  /** Runs a query that the query builder has no words for; the rows are as the driver gives them. */
  all(query: SQL): Promise<readonly RawRow[]>
  /** Runs a statement that gives no rows. */
  run(statement: SQL): Promise<void>
  /** Runs `statement` for each of `rows`, in their order. */
  write(statement: RowStatement, rows: readonly Row[]): Promise<Written>
  /**
   * Runs `work` in one transaction; a call inside another joins it. No network call belongs in it,
   * and it may run again from the start, so it must not change anything outside the database.
   * Throws `StorageError` when the database cannot take writes.
   */
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>
  /**
   * Makes what was deleted from `names` unreadable in the files too, outside of any transaction. False
   * where the files are too large to do so unasked, or others stand in the way: a later call may succeed.
   */
  scrub(names: readonly string[], options: { readonly atAnySize: boolean }): Promise<boolean>
  /**
   * A handle that reads everything as it is at this moment, whatever is written meanwhile, and writes
   * nothing. To be closed soon: until then SQLite cannot begin its log anew, and Postgres keeps what
   * was deleted.
   */
  snapshot(): Promise<Database>
  [Symbol.asyncDispose](): Promise<void>
}

export interface Written {
  /** Those of the given rows that were written: all but what an insert passed over. */
  readonly written: readonly Row[]
  /** What the statement gives back, as the driver gives it. */
  readonly rows: readonly RawRow[]
}

/** The places where the two databases have no words in common. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres'
  /** The objects of a JSON array as a table expression named `r`, with a column for each key. */
  rowsOf(columns: readonly RowColumn[], json: string): SQL
  /** The collation that compares bytes, so that a range of prefixes can use an index. */
  readonly bytewise: SQL
  /** Ends a select that must hold its rows until the transaction ends. */
  readonly forUpdate: SQL
  /** The same; others may hold them so at the same time, and nobody changes them. */
  readonly forShare: SQL
  /** As `forUpdate`, passing over rows that others hold. */
  readonly skipLocked: SQL
}

type Rows<S> = { [K in keyof S]: S[K] extends Table ? [InferSelectModel<S[K]>, InferInsertModel<S[K]>] : never }
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never

/** Fails to compile when the two schemas' rows drift apart. */
export const schemasMatch: Same<Rows<Tables>, Rows<typeof postgres>> = true
