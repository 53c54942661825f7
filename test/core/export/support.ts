import { type ImportOptions, importContacts } from '../../../src/core/import-contacts.ts'
import { fromInterchange } from '../../../src/core/read-interchange.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'

export const NOW = Date.parse('2026-06-01T09:00:00Z')
export const dayOf = createDayOf('UTC')

/** Puts contacts in, as the interchange format writes them. */
export async function bringIn(
  database: Database,
  entries: Readonly<Record<string, unknown>>,
  options: Partial<ImportOptions> = {},
): Promise<void> {
  const contacts = Object.entries(entries).map(([key, value]) => {
    const entry = fromInterchange(key, value)
    if ('problem' in entry) throw new Error(`${key}: ${entry.problem}`)
    return entry.contact
  })
  const defaults = { dayOf, now: NOW, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, { ...defaults, ...options })
}

export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  return (await Array.fromAsync(pieces)).join('')
}
