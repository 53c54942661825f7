import type { KeptDigest } from '../digest/posting.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, isNotNull } from './drizzle.ts'

export type DigestPostRow = Tables['digestPosts']['$inferSelect']

/** The post of that name: the one that is there, or else a new one that stands nowhere yet. */
export async function beginDigestPost(
  tx: Database,
  post: { readonly id: string; readonly day: string; readonly content: KeptDigest; readonly at: number },
): Promise<DigestPostRow> {
  const { digestPosts } = tx.tables
  await tx.db.insert(digestPosts).values(post).onConflictDoNothing()
  const [row] = await tx.db.select().from(digestPosts).where(eq(digestPosts.id, post.id))
  if (!row) throw new Error('a digest that was just written down is gone')
  return row
}

export async function digestPost(database: Database, id: string): Promise<DigestPostRow | undefined> {
  const { digestPosts } = database.tables
  const [row] = await database.db.select().from(digestPosts).where(eq(digestPosts.id, id))
  return row
}

export async function placeDigestPost(
  tx: Database,
  id: string,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): Promise<void> {
  const { digestPosts } = tx.tables
  await tx.db.update(digestPosts).set({ channel, ts }).where(eq(digestPosts.id, id))
}

/** So many messages stand in its thread. */
export async function repliedToDigestPost(tx: Database, id: string, replies: number): Promise<void> {
  const { digestPosts } = tx.tables
  await tx.db.update(digestPosts).set({ replies }).where(eq(digestPosts.id, id))
}

export async function digestPostAt(
  database: Database,
  channel: string,
  ts: string,
): Promise<DigestPostRow | undefined> {
  const { digestPosts } = database.tables
  const [row] = await database.db
    .select()
    .from(digestPosts)
    .where(and(eq(digestPosts.channel, channel), eq(digestPosts.ts, ts)))
    .limit(1)
  return row
}

/** The latest that stands somewhere. */
export async function lastDigestPost(database: Database): Promise<DigestPostRow | undefined> {
  const { digestPosts } = database.tables
  const [row] = await database.db
    .select()
    .from(digestPosts)
    .where(isNotNull(digestPosts.ts))
    .orderBy(desc(digestPosts.at))
    .limit(1)
  return row
}
