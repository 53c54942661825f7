import type { Delivery } from '../delivery.ts'
import type { Database } from './database.ts'

/** Keeps what could not be read, byte for byte. */
export async function quarantineAll(tx: Database, { provider, receivedAt, unreadable }: Delivery): Promise<void> {
  if (unreadable.length === 0) return
  const rows = unreadable.map((part) => ({ ...part, provider, receivedAt, raw: Buffer.from(part.raw) }))
  await tx.db.insert(tx.tables.quarantine).values(rows)
}
