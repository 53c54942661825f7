import type { Delivery } from '../delivery.ts'
import { insertOf, perBackend } from './bulk.ts'
import type { Database } from './database.ts'

const insertion = perBackend(({ quarantine }) =>
  insertOf(quarantine, ['provider', 'receivedAt', 'part', 'headers', 'raw', 'problem'], {}),
)

/** Keeps what could not be read, byte for byte. */
export async function quarantineAll(tx: Database, { provider, receivedAt, unreadable }: Delivery): Promise<void> {
  const rows = unreadable.map((part) => ({ ...part, provider, receivedAt, raw: Buffer.from(part.raw) }))
  await tx.write(insertion(tx), rows)
}
