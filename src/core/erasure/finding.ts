import type { Finding } from '../finding.ts'
import { COUNTED_DAYS } from '../sources.ts'
import type { Database } from '../store/database.ts'
import { erasedParts } from '../store/roll-ups.ts'
import { addDays } from '../time.ts'
import { erasureHealth } from './erased-list.ts'

const NO_KEY = 'bring back the key that they were erased with: CRM_ERASURE_KEY, or the .key file beside the database'

/** Whether those who were erased can be told from others; nothing where nobody was. `today` is a local day. */
export async function erasureFindings(database: Database, today: string): Promise<Finding[]> {
  const { people, isKnown } = await erasureHealth(database)
  if (people === 0) return []
  const parts = await erasedParts(database, addDays(today, 1 - COUNTED_DAYS))
  const facts = [`${people} kept out`, `${parts} parts of deliveries about them dropped in ${COUNTED_DAYS} days`]
  const name = 'erased people'
  return isKnown
    ? [{ name, state: 'ok', facts, fixes: [] }]
    : [{ name, state: 'problem', facts: [...facts, 'not recognised: events bring them back'], fixes: [NO_KEY] }]
}
