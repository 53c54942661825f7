import type { Database } from './database.ts'

/** Opens `sqlite:<path>` or `postgres://…` and brings its tables up to date. Only the driver in use is loaded. */
export async function openDatabase(url: string): Promise<Database> {
  if (/^postgres(ql)?:/.test(url)) return (await import('./postgres.ts')).openPostgres(url)
  return (await import('./sqlite.ts')).openSqlite(url.replace(/^sqlite:/, ''))
}
