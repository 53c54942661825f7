import { isAddress } from './address.ts'
import { InvalidInputError } from './errors.ts'
import { savePeople } from './ingest.ts'
import { nameKeys, type PersonName } from './name.ts'
import { People } from './people.ts'
import { holdContacts, markAsAdded, saveProfiles } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { erasedAmong } from './store/erasure.ts'
import { RollUps } from './store/roll-ups.ts'
import type { DayOf } from './time.ts'

/** What people may say of somebody whom they add. */
export interface NewContact extends PersonName {
  readonly company: string | null
  readonly title: string | null
  readonly tags: readonly string[]
}

export interface AddOptions {
  /** A Slack user id. */
  readonly by: string
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
  readonly profile?: NewContact
}

export interface Addition {
  readonly id: number
  /** False where the contact was there already: then its profile stays as it is. */
  readonly isNew: boolean
}

const ERASED =
  'Whoever has this address asked to be erased, so it is kept out. If they want to come back, whoever runs the server lets them in: crm forget --lift <address>'

const NOTHING_SAID: NewContact = { firstName: null, lastName: null, company: null, title: null, tags: [] }

/** The contact at `address`, made if there was none. Throws `InvalidInputError` where that is no address. */
export async function addContact(
  database: Database,
  address: string,
  { by, now, dayOf, profile = NOTHING_SAID }: AddOptions,
): Promise<Addition> {
  if (!isAddress(address)) throw new InvalidInputError('That is not an e-mail address.')
  return await database.transaction(async (tx) => {
    if ((await erasedAmong(tx, () => [address])).size > 0) throw new InvalidInputError(ERASED)
    const rollUps = new RollUps()
    const people = new People(await holdContacts(tx, [address], now))
    const contact = people.at(address)
    if (contact.isNew) people.set(contact, { ...contact.state, tags: profile.tags })
    await savePeople(tx, people, { now, dayOf, rollUps })
    await rollUps.save(tx)
    const { id, isNew, asserted } = contact
    if (isNew) await saveProfiles(tx, [{ id, ...profileOf(profile, by, now) }])
    else await markAsAdded(tx, id, { addedBy: by, ...asserted })
    return { id, isNew }
  })
}

function profileOf({ firstName, lastName, company, title, tags }: NewContact, by: string, now: number) {
  return {
    firstName,
    lastName,
    ...nameKeys(firstName, lastName),
    company,
    title,
    owner: null,
    tags,
    customFields: {},
    sourceCampaign: null,
    enrichment: null,
    claims: {},
    enrichedAt: null,
    floor: 'new',
    decision: null,
    decidedAt: null,
    asserted: { addedBy: by },
    createdAt: now,
    updatedAt: now,
  } as const
}
