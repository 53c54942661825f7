import { isAddress } from './address.ts'
import { InvalidInputError } from './errors.ts'
import { savePeople } from './ingest.ts'
import { People } from './people.ts'
import { holdContacts } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { RollUps } from './store/roll-ups.ts'
import type { DayOf } from './time.ts'

/** The id of the contact at `address`, made if there was none. `now` is UTC milliseconds. */
export async function addContact(database: Database, address: string, now: number, dayOf: DayOf): Promise<number> {
  if (!isAddress(address)) throw new InvalidInputError('That is not an e-mail address.')
  return await database.transaction(async (tx) => {
    const rollUps = new RollUps()
    const people = new People(await holdContacts(tx, [address], now))
    await savePeople(tx, people, { now, dayOf, rollUps })
    await rollUps.save(tx)
    return people.at(address).id
  })
}
