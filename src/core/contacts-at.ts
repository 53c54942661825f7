import { addressKey } from './address.ts'
import { type FoundContact, foundContact } from './search/search.ts'
import { contactIdsByKey } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { foundByIds } from './store/suggest.ts'

/** An address, and whose it is in the CRM. */
export interface Holder {
  readonly address: string
  readonly contact: FoundContact | null
}

/** Who of the CRM is at `addresses`, in their order. */
export async function contactsAt(database: Database, addresses: readonly string[], now: number): Promise<Holder[]> {
  const rows = await foundByIds(database, await contactIdsByKey(database, addresses.map(addressKey)))
  const byKey = new Map(rows.map((row) => [addressKey(row.email), row]))
  return addresses.map((address) => {
    const row = byKey.get(addressKey(address))
    return { address, contact: row ? foundContact(row, now) : null }
  })
}
