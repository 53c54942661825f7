import { addressKey } from '../address.ts'
import { addressHash } from '../erasure/key.ts'
import { mentionedIn } from '../erasure/mentions.ts'
import { decodeRows, insertOf, perBackend, selectList, valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, eq, gt, inArray, lte, ne, or, sql } from './drizzle.ts'
import type { QuarantineRow } from './quarantine.ts'
import type { ErasureReason } from './rows.ts'

export type PostRow = Tables['posts']['$inferSelect']
export type ErasedRow = Tables['erased']['$inferSelect']

/** What the database says of those who were erased. */
export interface ErasureState {
  /** How many. */
  readonly people: number
  /** Of the key that their hashes are made with; null before the first. */
  readonly keyMark: string | null
}

/** `hold` keeps everybody else from letting in or erasing anybody until the transaction ends. */
export async function erasureState(tx: Database, { hold }: { readonly hold: boolean }): Promise<ErasureState> {
  const { erasure } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(erasure, ['people', 'keyMark'])} from ${erasure} where id = 'all'
      ${hold ? tx.dialect.forUpdate : tx.dialect.forShare}`,
  )
  const [row] = decodeRows(erasure, ['people', 'keyMark'], rows)
  if (!row) throw new Error('the row of the erasures is gone')
  return row
}

/**
 * Those of `addresses` whose owners were erased. Within a transaction nobody is erased from here on
 * until it ends, so that what follows cannot bring back somebody who is being erased beside it.
 */
export async function erasedAmong(tx: Database, addresses: () => Iterable<string>): Promise<ReadonlySet<string>> {
  const { people } = await erasureState(tx, { hold: false })
  const key = people === 0 ? undefined : tx.erasureKey.known()
  if (key === undefined) return NOBODY
  const byHash = Map.groupBy(new Set(addresses()), (address) => addressHash(key, address))
  const { erased } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(erased, ['hash'])} from ${erased}
      where ${erased.hash} in (select r.v from ${valuesOf(tx, 'text', [...byHash.keys()])})`,
  )
  return new Set(decodeRows(erased, ['hash'], rows).flatMap(({ hash }) => byHash.get(hash) ?? []))
}

const NOBODY: ReadonlySet<string> = new Set()

/** How many of them were not there yet. */
export async function insertErased(tx: Database, rows: readonly ErasedRow[], mark: string): Promise<number> {
  const { erasure } = tx.tables
  const { written } = await tx.write(insertion(tx), rows)
  await tx.db
    .update(erasure)
    .set({ people: sql`${erasure.people} + ${written.length}`, keyMark: mark })
    .where(eq(erasure.id, 'all'))
  return written.length
}

/** False where it was not there. */
export async function deleteErased(tx: Database, hash: string): Promise<boolean> {
  const { erased, erasure } = tx.tables
  const gone = await tx.db.delete(erased).where(eq(erased.hash, hash)).returning({ hash: erased.hash })
  await tx.db
    .update(erasure)
    .set({ people: sql`${erasure.people} - ${gone.length}` })
    .where(eq(erasure.id, 'all'))
  return gone.length > 0
}

const insertion = perBackend(({ erased }) => insertOf(erased, ['hash', 'at', 'reason'], { ignore: ['hash'] }))

export function erasedRow(key: string, address: string, at: number, reason: ErasureReason): ErasedRow {
  return { hash: addressHash(key, address), at, reason }
}

/** A page of `erased`, in the order of the hashes. */
export async function erasedAfter(database: Database, hash: string, limit: number): Promise<ErasedRow[]> {
  const { erased } = database.tables
  return await database.db.select().from(erased).where(gt(erased.hash, hash)).orderBy(erased.hash).limit(limit)
}

/** How many erasures people asked for since `since` whose name is not `except`. */
export async function erasuresSince(database: Database, since: number, except: string): Promise<number> {
  const { changes } = database.tables
  const [row] = await database.db
    .select({ n: sql<number>`count(*)` })
    .from(changes)
    .where(and(eq(changes.action, 'erase'), gt(changes.at, since), ne(changes.actor, except)))
  return Number(row?.n ?? 0)
}

export interface Belongings {
  readonly events: number
  readonly notes: number
}

export async function belongingsOf(database: Database, contactId: number): Promise<Belongings> {
  const { events, notes } = database.tables
  const [ofEvents] = await database.db
    .select({ n: sql<number>`count(*)` })
    .from(events)
    .where(eq(events.contactId, contactId))
  const [ofNotes] = await database.db
    .select({ n: sql<number>`count(*)` })
    .from(notes)
    .where(eq(notes.contactId, contactId))
  return { events: Number(ofEvents?.n ?? 0), notes: Number(ofNotes?.n ?? 0) }
}

export async function deleteContact(tx: Database, id: number): Promise<void> {
  await deleteContacts(tx, [id])
}

/** Deletes contacts and what hangs on them: words, notes and look-ups go with their contact by themselves. */
export async function deleteContacts(tx: Database, ids: readonly number[]): Promise<void> {
  const { contacts, events } = tx.tables
  await tx.db.delete(events).where(inArray(events.contactId, [...ids]))
  await tx.db.delete(contacts).where(inArray(contacts.id, [...ids]))
}

export interface ClickedLink {
  readonly campaign: string
  readonly link: string
  readonly clicks: number
}

/** Links that nobody else clicked may have been made for one person. */
export async function deleteOwnLinks(tx: Database, clicked: readonly ClickedLink[]): Promise<void> {
  const { campaignLinks: links } = tx.tables
  for (const { campaign, link, clicks } of clicked) {
    await tx.db.delete(links).where(and(eq(links.campaign, campaign), eq(links.link, link), lte(links.count, clicks)))
  }
}

/** A tag may have named one person alone. */
export async function deleteEmptyGroups(tx: Database): Promise<void> {
  const { contactGroups } = tx.tables
  await tx.db.delete(contactGroups).where(lte(contactGroups.count, 0))
}

/** Who changed the contact, when and in what way stays; what they wrote does not. */
export async function blankChanges(tx: Database, contactId: number): Promise<void> {
  const { changes } = tx.tables
  await tx.db.update(changes).set({ before: {}, after: {} }).where(eq(changes.contactId, contactId))
}

/** Whom somebody wanted to export may have been this person by name. */
export async function blankExportsAbout(tx: Database, address: string): Promise<void> {
  const { changes } = tx.tables
  const ofMany = and(eq(changes.contactId, 0), eq(changes.action, 'export'))
  const rows = await tx.db.select({ id: changes.id, after: changes.after }).from(changes).where(ofMany)
  const naming = rows.filter(({ after }) => after.exported && mentionedIn(after.exported.text).has(addressKey(address)))
  if (naming.length === 0) return
  const ids = naming.map(({ id }) => id)
  await tx.db.update(changes).set({ after: {} }).where(inArray(changes.id, ids))
}

/** Deletes queued work that names `address`, and the enriching of the contact. */
export async function deleteJobsAbout(tx: Database, address: string, jobIds: readonly string[]): Promise<number> {
  const { jobs } = tx.tables
  const key = addressKey(address)
  const pattern = `%${key.replace(/[\\%_]/g, '\\$&')}%`
  const texts = sql<string>`lower(jobs.id || ' ' || cast(jobs.payload as text) || ' ' || coalesce(jobs.key, '') || ' ' || coalesce(jobs.last_error, ''))`
  const found = await tx.db
    .select({ seq: jobs.seq, id: jobs.id, texts })
    .from(jobs)
    .where(or(sql`${texts} like ${pattern} escape '\\'`, inArray(jobs.id, [...jobIds])))
  const about = found.filter((job) => jobIds.includes(job.id) || namesWhole(job.texts, key))
  const seqs = about.map(({ seq }) => seq)
  const gone = await tx.db.delete(jobs).where(inArray(jobs.seq, seqs)).returning({ seq: jobs.seq })
  return gone.length
}

/** An address may stand within a longer one, which is somebody else's; some cannot be told from what is around them. */
function namesWhole(json: string, key: string): boolean {
  return mentionedIn(json.replace(/\\[bfnrt]/g, ' ')).has(key) || !mentionedIn(key).has(key)
}

/** What a provider said last may quote the address that it was asked about. */
export async function blankMessagesAbout(tx: Database, address: string): Promise<void> {
  const { enrichmentProviders: providers } = tx.tables
  const rows = await tx.db.select({ provider: providers.provider, message: providers.message }).from(providers)
  const quoting = rows.filter(({ message }) => message !== null && mentionedIn(message).has(addressKey(address)))
  if (quoting.length === 0) return
  await tx.db
    .update(providers)
    .set({ message: null })
    .where(
      inArray(
        providers.provider,
        quoting.map(({ provider }) => provider),
      ),
    )
}

const KEPT_A_PAGE = 100

export type KeptAbout = Pick<QuarantineRow, 'id' | 'provider' | 'receivedAt'>

export interface KeptSearch {
  readonly found: readonly KeptAbout[]
  /** The id of the last one that was looked at. */
  readonly upTo: number
}

/** Kept parts after `afterId` that name `address`. */
export async function keptAbout(database: Database, address: string, afterId = 0): Promise<KeptSearch> {
  const key = addressKey(address)
  const found: KeptAbout[] = []
  let upTo = afterId
  for await (const row of keptAfter(database, afterId)) {
    upTo = row.id
    if (textsOf(row).some((text) => mentionedIn(text).has(key))) found.push(row)
  }
  return { found, upTo }
}

/** The keys of all addresses that kept parts name. */
export async function mentionedInQuarantine(database: Database): Promise<ReadonlySet<string>> {
  const mentioned = new Set<string>()
  for await (const row of keptAfter(database, 0)) {
    for (const key of textsOf(row).flatMap((text) => [...mentionedIn(text)])) mentioned.add(key)
  }
  return mentioned
}

async function* keptAfter(database: Database, afterId: number): AsyncGenerator<QuarantineRow> {
  const { quarantine } = database.tables
  let upTo = afterId
  for (;;) {
    const rows = await database.db
      .select()
      .from(quarantine)
      .where(gt(quarantine.id, upTo))
      .orderBy(quarantine.id)
      .limit(KEPT_A_PAGE)
    yield* rows
    upTo = rows.at(-1)?.id ?? upTo
    if (rows.length < KEPT_A_PAGE) return
  }
}

function textsOf({ raw, headers, problem }: QuarantineRow): (Uint8Array | string)[] {
  return [raw, JSON.stringify(headers), problem]
}

/** Remembers a message of ours about a contact; false where there is no such contact any more. */
export async function insertPost(tx: Database, post: PostRow): Promise<boolean> {
  const { posts, contacts } = tx.tables
  const held = await tx.all(
    sql`select id from ${contacts} where ${contacts.id} = ${post.contactId} ${tx.dialect.forShare}`,
  )
  if (held.length === 0) return false
  await tx.db.insert(posts).values(post).onConflictDoNothing()
  return true
}

/** Messages about one contact are about another. */
export async function handPosts(
  tx: Database,
  places: readonly Pick<PostRow, 'channel' | 'ts'>[],
  from: number,
  to: number,
): Promise<void> {
  const { posts } = tx.tables
  for (const { channel, ts } of places) {
    const held = and(eq(posts.channel, channel), eq(posts.ts, ts), eq(posts.contactId, from))
    const taken = await tx.db.delete(posts).where(held).returning({ kind: posts.kind })
    const rows = taken.map(({ kind }) => ({ channel, ts, contactId: to, kind }))
    if (rows.length > 0) await tx.db.insert(posts).values(rows).onConflictDoNothing()
  }
}

/** Takes the messages about a contact out of memory. */
export async function takePosts(tx: Database, contactId: number): Promise<Pick<PostRow, 'channel' | 'ts'>[]> {
  const { posts } = tx.tables
  return await tx.db
    .delete(posts)
    .where(eq(posts.contactId, contactId))
    .returning({ channel: posts.channel, ts: posts.ts })
}
