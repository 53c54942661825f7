import { isAddress } from './address.ts'
import { InvalidInputError } from './errors.ts'
import { savePeople } from './ingest.ts'
import { People } from './people.ts'
import { holdContacts, markAsAdded } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { RollUps } from './store/roll-ups.ts'
import type { DayOf } from './time.ts'

export interface AddOptions {
  /** A Slack user id. */
  readonly by: string
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
}

/** The id of the contact at `address`, made if there was none. */
export async function addContact(database: Database, address: string, { by, now, dayOf }: AddOptions): Promise<number> {
  if (!isAddress(address)) throw new InvalidInputError('That is not an e-mail address.')
  return await database.transaction(async (tx) => {
    const rollUps = new RollUps()
    const people = new People(await holdContacts(tx, [address], now))
    await savePeople(tx, people, { now, dayOf, rollUps })
    await rollUps.save(tx)
    const { id, asserted } = people.at(address)
    await markAsAdded(tx, id, { addedBy: by, ...asserted })
    return id
  })
}
