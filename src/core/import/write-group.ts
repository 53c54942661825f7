import { isDeepStrictEqual } from 'node:util'

import { addressKey, domainOf } from '../address.ts'
import { type ContactState, newContact } from '../contact.ts'
import { countContact, moveCreated, recordEvents, savePeople } from '../ingest.ts'
import type { InterchangeContact } from '../interchange.ts'
import { changesOf } from '../store/changes.ts'
import {
  type ContactRow,
  contactsById,
  insertWhole,
  type Profile,
  revisionsOf,
  saveProfiles,
  stateColumns,
} from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { eventKey } from '../store/events.ts'
import { RollUps } from '../store/roll-ups.ts'
import { suppressionOf } from '../suppression.ts'
import type { DayOf } from '../time.ts'
import { type Imprints, imprintsOf } from './imprint.ts'
import { type MergeOptions, merge, profileOf, told } from './merge.ts'
import { sparing } from './own-edits.ts'
import type { ImportOutcome } from './report.ts'

/** Contacts and their events in one transaction: a server beside us waits no longer than this takes. */
export const MAX_GROUP_CONTACTS = 250
export const MAX_GROUP_EVENTS = 1_000

export interface GroupOptions extends MergeOptions {
  readonly dayOf: DayOf
  /** Whether what people entered gives way, too. */
  readonly overwrite: boolean
  /** Whether there is a contact at an address key; looked up in the same transaction. */
  readonly known: Pick<ReadonlySet<string>, 'has'>
}

/** What became of one contact of a group. */
export interface WrittenContact {
  readonly imported: InterchangeContact
  readonly id: number
  readonly outcome: ImportOutcome
  /** Null where nothing of it changed, or all of it is new. */
  readonly imprints: Imprints | null
  /** The keys of the events that are new with it. */
  readonly events: readonly string[]
  readonly revision: number
  readonly isSuppressed: boolean
  /** What people entered and the list would have replaced. */
  readonly spared: readonly string[]
}

export interface WrittenGroup {
  /** In the order of the group. */
  readonly written: readonly WrittenContact[]
  /** How many events were new. */
  readonly events: number
}

interface Bookkeeping {
  readonly now: number
  readonly dayOf: DayOf
  readonly rollUps: RollUps
}

/** Writes a group with its events; belongs into a transaction of its own, and knows nothing of who was erased. */
export async function writeGroup(
  tx: Database,
  group: readonly InterchangeContact[],
  options: GroupOptions,
): Promise<WrittenGroup> {
  const bookkeeping = { dayOf: options.dayOf, now: options.now, rollUps: new RollUps() }
  const made = await writeNew(tx, group, options, bookkeeping)
  const others = group.filter((imported) => !made.has(imported))
  const { written, events } = await writeOthers(tx, others, options, bookkeeping)
  await bookkeeping.rollUps.save(tx)
  return { written: group.flatMap((imported) => made.get(imported) ?? written.get(imported) ?? []), events }
}

const NOBODY: Profile = {
  firstName: null,
  lastName: null,
  nameKey: null,
  surnameKey: null,
  company: null,
  title: null,
  owner: null,
  tags: [],
  customFields: {},
  sourceCampaign: null,
  enrichment: null,
  claims: {},
  enrichedAt: null,
  floor: 'new',
  decision: null,
  decidedAt: null,
  asserted: {},
  createdAt: 0,
  updatedAt: 0,
}

/**
 * Writes those who are not here yet and bring no events, each with one statement; whoever came
 * meanwhile is not among the result. Most lists hold nobody else.
 */
async function writeNew(
  tx: Database,
  group: readonly InterchangeContact[],
  options: GroupOptions,
  { now, dayOf, rollUps }: Bookkeeping,
): Promise<Map<InterchangeContact, WrittenContact>> {
  const byKey = Map.groupBy(group, ({ email }) => addressKey(email))
  const fresh = [...byKey]
    .filter(([key, entries]) => !options.known.has(key) && entries.length === 1 && entries[0]?.events.length === 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const blank = { ...NOBODY, createdAt: now, updatedAt: now }
  const rows = fresh.flatMap(([emailKey, [imported]]) => {
    if (!imported) return []
    const profile = merge(blank, newContact, imported, true, options)
    const state = told(newContact, imported, profile)
    const { email } = imported
    const row = { ...stateColumns(state), ...profile, email, emailKey, domain: domainOf(emailKey), revision: 1 }
    return [{ imported, state, row }]
  })
  const ids = await insertWhole(
    tx,
    rows.map(({ row }) => row),
  )
  const made = new Map<InterchangeContact, WrittenContact>()
  for (const { imported, state, row } of rows) {
    const id = ids.get(row.emailKey)
    if (id === undefined) continue
    countContact(rollUps, null, state, dayOf(row.createdAt))
    const isSuppressed = suppressionOf(state.suppression) !== null
    made.set(imported, { ...UNTOUCHED, imported, id, outcome: 'created', revision: row.revision, isSuppressed })
  }
  return made
}

const UNTOUCHED = { imprints: null, events: [], spared: [] } as const

async function writeOthers(
  tx: Database,
  group: readonly InterchangeContact[],
  options: GroupOptions,
  bookkeeping: Bookkeeping,
): Promise<{ readonly written: ReadonlyMap<InterchangeContact, WrittenContact>; readonly events: number }> {
  if (group.length === 0) return { written: new Map(), events: 0 }
  // Each once, as nothing else tells two new ones apart that are written together.
  const byKey = Map.groupBy(
    group.flatMap((contact) => contact.events),
    eventKey,
  )
  const events = byKey.values().flatMap(([event]) => (event ? [event] : []))
  const { people, inserted } = await recordEvents(
    tx,
    [...events],
    bookkeeping,
    group.map(({ email }) => email),
  )
  const held = [...new Set(group.map(({ email }) => people.at(email)))]
  const ids = held.map(({ id }) => id)
  const rows = new Map((await contactsById(tx, ids)).map((row) => [row.id, row]))
  const own = options.overwrite ? [] : held.flatMap(({ id, isNew }) => (isNew ? [] : [id]))
  const changes = Map.groupBy(await changesOf(tx, own), ({ contactId }) => contactId)

  const profiles = new Map<number, Profile & { readonly id: number }>()
  const outcomes = new Map<InterchangeContact, Omit<WrittenContact, 'imported' | 'revision' | 'isSuppressed'>>()
  for (const given of group) {
    const contact = people.at(given.email)
    const row = rows.get(contact.id)
    if (!row) throw new Error('a contact that is held cannot be read')
    const before = { ...row, ...profiles.get(row.id) }
    const { contact: imported, fields: spared } = options.overwrite
      ? { contact: given, fields: [] }
      : ownOf(given, before, changes.get(row.id) ?? [])
    const state = people.stateOf(contact)
    const profile = merge(before, state, imported, contact.isNew, options)
    const isChanged = !isDeepStrictEqual(profile, profileOf(before)) || state !== contact.state
    const outcome = contact.isNew && !profiles.has(row.id) ? 'created' : isChanged ? 'changed' : 'unchanged'
    const fresh = given.events.map(eventKey).filter((key) => inserted.has(key))
    const imprints = outcome === 'changed' ? imprintsOf(before, profile) : null
    outcomes.set(given, { id: row.id, outcome, imprints, events: fresh, spared })
    if (!contact.isNew && !isChanged) continue
    people.set(contact, told(state, imported, profile))
    moveCreated(bookkeeping.rollUps, bookkeeping.dayOf(before.createdAt), bookkeeping.dayOf(profile.createdAt))
    profiles.set(row.id, { ...profile, id: row.id, updatedAt: contact.isNew ? profile.updatedAt : options.now })
  }
  await savePeople(tx, people, bookkeeping)
  await saveProfiles(tx, [...profiles.values()])
  const revisions = await revisionsOf(tx, ids)
  const written = new Map<InterchangeContact, WrittenContact>()
  for (const [imported, outcome] of outcomes) {
    const isSuppressed = isSuppressedNow(people.stateOf(people.withId(outcome.id)))
    written.set(imported, { ...outcome, imported, revision: revisions.get(outcome.id) ?? 0, isSuppressed })
  }
  return { written, events: inserted.size }
}

function ownOf(given: InterchangeContact, row: ContactRow, changes: Parameters<typeof sparing>[2]) {
  const isPeoples = changes.length > 0 || row.asserted.addedBy !== undefined
  return isPeoples ? sparing(given, row, changes) : { contact: given, fields: [] }
}

function isSuppressedNow({ suppression }: ContactState): boolean {
  return suppressionOf(suppression) !== null
}
