import BetterSqlite3 from 'better-sqlite3'
import { z } from 'zod'

import { InvalidInputError } from '../errors.ts'

/** Who was erased from some database, as hashes, and which key those are made with. */
const ErasedList = z.object({
  key_mark: z.string().nullable(),
  erased: z.array(z.object({ hash: z.string().regex(/^[\da-f]{64}$/), at: z.int(), reason: z.literal('requested') })),
})

export type ErasedList = z.infer<typeof ErasedList>

const HEAD = Buffer.from('SQLite format 3\0')

/** From another database, which is only read, or from what `crm forget --hashes` wrote. */
export function readErasedList(path: string, bytes: Buffer): ErasedList {
  const list = ErasedList.safeParse(bytes.subarray(0, HEAD.length).equals(HEAD) ? fromDatabase(path) : fromText(bytes))
  if (list.success) return list.data
  throw new InvalidInputError(
    `${path} does not say who was erased: give a database of Touchpoint, or what crm forget --hashes wrote`,
  )
}

function fromDatabase(path: string): unknown {
  const database = new BetterSqlite3(path, { readonly: true })
  try {
    return {
      key_mark: database.prepare('select key_mark from erasure').pluck().get(),
      erased: database.prepare('select hash, at, reason from erased').all(),
    }
  } catch (error) {
    if (error instanceof BetterSqlite3.SqliteError) return undefined
    throw error
  } finally {
    database.close()
  }
}

function fromText(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
