import { createHash } from 'node:crypto'

import { InvalidInputError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import {
  deleteImport,
  deletePiece,
  holdImport,
  type ImportRow,
  insertImport,
  insertPiece,
  pieceOf,
  updateImport,
} from '../store/imports.ts'
import type { ImportId, NewImport } from './imports.ts'
import { NO_COUNTS, NOTHING_UNDONE } from './report.ts'
import { type ImportSource, inPieces } from './source.ts'

/** More would fill a small disk twice. */
const MAX_BYTES = 1024 * 1024 * 1024
const A_PIECE = 512 * 1024

/** Keeps the bytes and what was asked for; of a list that does not come in whole nothing. Throws `InvalidInputError` where it is too large. */
export async function keepList(
  database: Database,
  { bytes, ...order }: NewImport,
  now: () => number,
): Promise<ImportId> {
  const { by, name, campaign, tags, overwrite, enrich } = order
  const asked = { by, name, campaign, tags, overwrite, enrich }
  const blank = { columns: null, header: null, total: null, place: 0, channel: null, ts: null, endedAt: null }
  const counts = { counts: NO_COUNTS, undone: NOTHING_UNDONE }
  const times = { createdAt: now(), touchedAt: now() }
  const row = { ...asked, ...blank, ...counts, ...times, state: 'keeping', size: 0, hash: '' } as const
  const id = await database.transaction((tx) => insertImport(tx, row))
  try {
    const hash = createHash('sha256')
    let [nth, size] = [0, 0]
    for await (const piece of gathered(bytes)) {
      size += piece.length
      if (size > MAX_BYTES)
        throw new InvalidInputError(
          `${name} is larger than a gigabyte. Import it in several parts, each with its header.`,
        )
      hash.update(piece)
      const here = nth
      await whileKeeping(async (tx) => {
        await insertPiece(tx, id, here, piece)
        await updateImport(tx, id, { touchedAt: now() })
      })
      nth += 1
    }
    const digest = hash.digest('hex')
    await whileKeeping((tx) => updateImport(tx, id, { state: 'ready', size, hash: digest }))
    return id
  } catch (error) {
    await forgetList(database, id).catch(() => {})
    throw error
  }

  async function whileKeeping(work: (tx: Database) => Promise<void>): Promise<void> {
    await database.transaction(async (tx) => {
      if ((await holdImport(tx, id))?.state !== 'keeping')
        throw new InvalidInputError(`${name} was given up while it came in. Import it again.`)
      await work(tx)
    })
  }
}

export async function forgetList(database: Database, id: ImportId): Promise<void> {
  await dropBytes(database, id)
  await database.transaction((tx) => deleteImport(tx, id))
}

/** The bytes in pieces that are worth a transaction. */
async function* gathered(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const part of inPieces(bytes)) {
    parts.push(part)
    size += part.length
    if (size < A_PIECE) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(parts)
}

/** A list that was kept. */
export function keptList(database: Database, { id, name }: Pick<ImportRow, 'id' | 'name'>): ImportSource {
  return {
    name,
    async *bytes() {
      for (let nth = 0; ; nth += 1) {
        const piece = await pieceOf(database, id, nth)
        if (!piece) return
        yield piece
      }
    },
  }
}

/** Deletes the bytes of a list that nobody will read any more, in turns: all at once a long one would stop every other writer for seconds. */
export async function dropBytes(database: Database, importId: number): Promise<void> {
  while (await database.transaction((tx) => deletePiece(tx, importId))) await new Promise(setImmediate)
}
