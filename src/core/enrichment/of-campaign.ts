import { addressKey, isAddress } from '../address.ts'
import { InvalidInputError } from '../errors.ts'
import { bareContact } from '../import/bare-contact.ts'
import { importContacts } from '../import-contacts.ts'
import { contactIdsByKey } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import type { DayOf } from '../time.ts'

export interface OfCampaignDeps {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: number
}

/**
 * The ids of the contacts at `emails`, made where there are none, with the campaign that they come
 * from. Throws `InvalidInputError` that names the first that are no addresses; nothing is made then.
 */
export async function contactsOfCampaign(
  { database, dayOf, now }: OfCampaignDeps,
  emails: readonly string[],
  campaign: string,
): Promise<number[]> {
  const wrong = emails.filter((email) => !isAddress(email))
  if (wrong.length > 0) {
    const first = wrong.slice(0, 3).join(', ')
    throw new InvalidInputError(`${wrong.length} of ${emails.length} are not e-mail addresses: ${first}`)
  }
  const how = { dayOf, now, dryRun: false, campaign, tags: [], onProgress: () => {} }
  await importContacts(database, emails.map(bareContact), how)
  return await contactIdsByKey(database, emails.map(addressKey))
}
