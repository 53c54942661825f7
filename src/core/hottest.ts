import type { LifecycleStatus } from './lifecycle.ts'
import { scoreAt } from './score.ts'
import { contactsByHeat } from './store/contacts.ts'
import type { Database } from './store/database.ts'

/** A contact among those that people should look at first. */
export interface HotContact {
  readonly id: number
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  readonly status: LifecycleStatus
  readonly score: number
}

/**
 * The contacts with the highest score at `now` (UTC milliseconds), hottest first. Who must not be
 * written to or was disqualified is left out.
 */
export async function hottestContacts(database: Database, limit: number, now: number): Promise<readonly HotContact[]> {
  const rows = await contactsByHeat(database, limit)
  return rows.map(({ id, email, firstName, lastName, company, title, status, heat }) => ({
    ...{ id, email, firstName, lastName, company, title, status },
    score: scoreAt(heat, now),
  }))
}
