import type { LifecycleStatus } from './lifecycle.ts'
import { scoreAt } from './score.ts'
import { shown } from './shown.ts'
import { type ContactRow, contactsByHeat, contactsOfOwner } from './store/contacts.ts'
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
  return (await contactsByHeat(database, limit)).map((row) => hotContact(row, now))
}

/** The same of those whom `owner` (a Slack user id) has, also where nothing has happened yet. */
export async function hottestOf(
  database: Database,
  owner: string,
  limit: number,
  now: number,
): Promise<readonly HotContact[]> {
  return (await contactsOfOwner(database, owner, limit)).map((row) => hotContact(row, now))
}

function hotContact(row: ContactRow, now: number): HotContact {
  const { id, email, status, heat } = row
  return { id, email, status, ...shown(row, now), score: scoreAt(heat, now) }
}
