import type { Database, Tables } from './database.ts'
import { and, eq } from './drizzle.ts'

export type Refusal = Tables['refusedBlocks']['$inferSelect']

export async function refusalOf(database: Database, team: string, block: string): Promise<Refusal | undefined> {
  const { refusedBlocks } = database.tables
  const [row] = await database.db
    .select()
    .from(refusedBlocks)
    .where(and(eq(refusedBlocks.team, team), eq(refusedBlocks.block, block)))
    .limit(1)
  return row
}

export async function saveRefusal(tx: Database, refusal: Refusal): Promise<void> {
  const { refusedBlocks } = tx.tables
  const { at, version } = refusal
  await tx.db
    .insert(refusedBlocks)
    .values(refusal)
    .onConflictDoUpdate({ target: [refusedBlocks.team, refusedBlocks.block], set: { at, version } })
}
