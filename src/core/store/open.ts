import { createErasureKey, type ErasureKey } from '../erasure/key.ts'
import type { Database } from './database.ts'
import { indexUnread } from './search.ts'

export interface OpenOptions {
  /** `CRM_ERASURE_KEY`. */
  readonly erasureSecret?: string | undefined
}

/**
 * Opens `sqlite:<path>` or `postgres://…` and brings its tables up to date, with the words that
 * contacts are searched by, so that nobody is missing from a search. Only the driver in use is loaded.
 */
export async function openDatabase(url: string, { erasureSecret }: OpenOptions = {}): Promise<Database> {
  await using resources = new AsyncDisposableStack()
  const key = createErasureKey(url, erasureSecret)
  const database = resources.use(await connected(url, key))
  await indexUnread(database)
  resources.move()
  return database
}

async function connected(url: string, key: ErasureKey): Promise<Database> {
  if (/^postgres(ql)?:/.test(url)) return (await import('./postgres.ts')).openPostgres(url, key)
  return (await import('./sqlite.ts')).openSqlite(url.replace(/^sqlite:/, ''), key)
}
