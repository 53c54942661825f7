import { insertOf, perBackend } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { eq } from './drizzle.ts'

export type DigestSettingsRow = Omit<Tables['digestSettings']['$inferSelect'], 'id'>

const claim = perBackend(({ digests }) => insertOf(digests, ['day', 'claimedAt'], { ignore: ['day'] }))

/** Takes on the digest of local day `day`: true for the one caller ever who does. */
export async function claimDigest(tx: Database, day: string, claimedAt: number): Promise<boolean> {
  const { written } = await tx.write(claim(tx), [{ day, claimedAt }])
  return written.length > 0
}

/** Whether the digest of `day` was taken on. */
export async function isDigestClaimed(database: Database, day: string): Promise<boolean> {
  const { digests } = database.tables
  const rows = await database.db.select().from(digests).where(eq(digests.day, day)).limit(1)
  return rows.length > 0
}

/** The one row there is. */
const ALL = 'all'

export async function savedDigestSettings(database: Database): Promise<DigestSettingsRow | undefined> {
  const { digestSettings } = database.tables
  const [row] = await database.db.select().from(digestSettings).where(eq(digestSettings.id, ALL)).limit(1)
  return row
}

/** `null` takes back what was saved. */
export async function saveDigestSettings(tx: Database, row: DigestSettingsRow | null): Promise<void> {
  const { digestSettings } = tx.tables
  if (row === null) {
    await tx.db.delete(digestSettings).where(eq(digestSettings.id, ALL))
    return
  }
  await tx.db
    .insert(digestSettings)
    .values({ ...row, id: ALL })
    .onConflictDoUpdate({ target: digestSettings.id, set: row })
}
