import type { Database } from './database.ts'
import { indexUnread } from './search.ts'

/**
 * Opens `sqlite:<path>` or `postgres://…` and brings its tables up to date, with the words that
 * contacts are searched by, so that nobody is missing from a search. Only the driver in use is loaded.
 */
export async function openDatabase(url: string): Promise<Database> {
  await using resources = new AsyncDisposableStack()
  const database = resources.use(await connected(url))
  await indexUnread(database)
  resources.move()
  return database
}

async function connected(url: string): Promise<Database> {
  if (/^postgres(ql)?:/.test(url)) return (await import('./postgres.ts')).openPostgres(url)
  return (await import('./sqlite.ts')).openSqlite(url.replace(/^sqlite:/, ''))
}
