import type { Database, Tables } from './database.ts'
import { asc, eq, gte, lt } from './drizzle.ts'

export type ChannelTrouble = Tables['channelTroubles']['$inferSelect']

export async function troubleOf(database: Database, target: string): Promise<ChannelTrouble | undefined> {
  const { channelTroubles } = database.tables
  const [row] = await database.db.select().from(channelTroubles).where(eq(channelTroubles.target, target)).limit(1)
  return row
}

/** Those that somebody ran into at `from` (UTC milliseconds) or later, the longest first. */
export async function troublesSince(database: Database, from: number): Promise<ChannelTrouble[]> {
  const { channelTroubles } = database.tables
  return await database.db
    .select()
    .from(channelTroubles)
    .where(gte(channelTroubles.triedAt, from))
    .orderBy(asc(channelTroubles.since), asc(channelTroubles.target))
}

export interface Refusal {
  readonly target: string
  readonly code: string
  readonly now: number
  /** Trouble that nobody has run into since then (UTC milliseconds) is forgotten. */
  readonly forgottenBefore: number
}

/** Keeps since when there is trouble, and is true where there was none, or none that is remembered. */
export async function beginTrouble(tx: Database, { target, code, now, forgottenBefore }: Refusal): Promise<boolean> {
  const { channelTroubles } = tx.tables
  const anew = { code, since: now, triedAt: now, toldAt: null }
  const begun = await tx.db
    .insert(channelTroubles)
    .values({ target, ...anew })
    .onConflictDoUpdate({
      target: channelTroubles.target,
      set: anew,
      setWhere: lt(channelTroubles.triedAt, forgottenBefore),
    })
    .returning()
  if (begun.length > 0) return true
  await tx.db.update(channelTroubles).set({ code, triedAt: now }).where(eq(channelTroubles.target, target))
  return false
}

export async function endTrouble(tx: Database, target: string): Promise<void> {
  const { channelTroubles } = tx.tables
  await tx.db.delete(channelTroubles).where(eq(channelTroubles.target, target))
}

export async function setTold(tx: Database, target: string, toldAt: number): Promise<void> {
  const { channelTroubles } = tx.tables
  await tx.db.update(channelTroubles).set({ toldAt }).where(eq(channelTroubles.target, target))
}
