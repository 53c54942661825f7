import { ConfigError } from '../errors.ts'
import { contactsAfter } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import type { ErasedList } from '../store/erased-list.ts'
import { deleteErased, erasedAfter, erasureState, insertErased, mentionedInQuarantine } from '../store/erasure.ts'
import {
  ANOTHER_KEY,
  type EraseOptions,
  eraseWithoutScrub,
  holdErasure,
  type Scrubbed,
  scrub,
} from './erase-contact.ts'
import { addressHash, keyMark } from './key.ts'

const A_PAGE = 500

/** What `reapply` takes elsewhere. */
export async function erasedList(database: Database): Promise<ErasedList> {
  const { keyMark: key_mark } = await erasureState(database, { hold: false })
  const erased: ErasedList['erased'] = []
  for (;;) {
    const page = await erasedAfter(database, erased.at(-1)?.hash ?? '', A_PAGE)
    erased.push(...page)
    if (page.length < A_PAGE) return { key_mark, erased }
  }
}

export interface Reapplied extends Scrubbed {
  /** Those of the list that this database did not keep out yet. */
  readonly added: number
  /** Those of whom this database held something. */
  readonly erased: number
}

/**
 * Erases everybody of `list` from a database that is older than their erasure. From the first step
 * on they are kept out. Throws `ConfigError` where the key is not the one of the list.
 */
export async function reapply(database: Database, list: ErasedList, options: EraseOptions): Promise<Reapplied> {
  const key = database.erasureKey.needed()
  if (list.key_mark !== null && list.key_mark !== keyMark(key)) throw new ConfigError(ANOTHER_KEY)
  const added = await database.transaction(async (tx) => {
    await holdErasure(tx, key)
    return await insertErased(tx, list.erased, keyMark(key))
  })
  const hashes = new Set(list.erased.map(({ hash }) => hash))
  let erased = 0
  for await (const address of addressesOf(database)) {
    if (!hashes.has(addressHash(key, address))) continue
    await eraseWithoutScrub(database, address, options)
    erased += 1
  }
  return { added, erased, filesCleared: await scrub(database) }
}

/** Of every contact, and of whatever waits unread. */
async function* addressesOf(database: Database): AsyncGenerator<string> {
  let afterId = 0
  for (;;) {
    const page = await contactsAfter(database, afterId, A_PAGE)
    for (const { email } of page) yield email
    afterId = page.at(-1)?.id ?? afterId
    if (page.length < A_PAGE) break
  }
  yield* await mentionedInQuarantine(database)
}

/** Lets somebody in again who was erased and asks for it; false where they were not kept out. */
export async function liftErasure(database: Database, address: string): Promise<boolean> {
  const key = database.erasureKey.needed()
  return await database.transaction(async (tx) => {
    await holdErasure(tx, key)
    return await deleteErased(tx, addressHash(key, address))
  })
}

/** How many were erased, and whether they can be recognised. */
export async function erasureHealth(
  database: Database,
): Promise<{ readonly people: number; readonly isKnown: boolean }> {
  const { people, keyMark: mark } = await erasureState(database, { hold: false })
  if (people === 0) return { people, isKnown: true }
  const key = database.erasureKey.known()
  return { people, isKnown: key !== undefined && keyMark(key) === mark }
}
