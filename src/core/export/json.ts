import type { Query } from '../search/filter.ts'
import type { Database } from '../store/database.ts'
import { exportContacts } from './contacts.ts'
import type { Exporting } from './file.ts'

/** So many characters are written at a time. */
const CHUNK = 64 * 1024

/** One object in the interchange format, an entry a line, in pieces. */
export async function* exportJson(
  database: Database,
  query: Query,
  { now, onProgress }: Exporting,
): AsyncGenerator<string> {
  let piece = '{'
  let done = 0
  for await (const [key, value] of exportContacts(database, now, query)) {
    piece += `${done === 0 ? '' : ','}\n${JSON.stringify(key)}: ${JSON.stringify(value)}`
    done += 1
    if (piece.length < CHUNK) continue
    yield piece
    piece = ''
    onProgress?.(done)
  }
  yield done === 0 ? '{}\n' : `${piece}\n}\n`
  onProgress?.(done)
}
