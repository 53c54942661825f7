import type { Database } from '../store/database.ts'
import { deletePiece } from '../store/imports.ts'

/** Deletes the bytes of a list that nobody will read any more, in turns: all at once a long one would stop every other writer for seconds. */
export async function dropBytes(database: Database, importId: number): Promise<void> {
  while (await database.transaction((tx) => deletePiece(tx, importId))) await new Promise(setImmediate)
}
