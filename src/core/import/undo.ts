import type { ContactState } from '../contact.ts'
import { lastSaidAt } from '../enrichment/claims.ts'
import { countedEvent, moveCreated, savePeople, uncountContact } from '../ingest.ts'
import { People } from '../people.ts'
import { searchKeys } from '../shown.ts'
import { changesOf } from '../store/changes.ts'
import { type ContactRow, contactsById, type HeldContact, holdContactsById, saveProfiles } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { deleteContacts, deleteEmptyGroups } from '../store/erasure.ts'
import { deleteEventsOf, type EventRow, eventKey, eventOf, eventsOf } from '../store/events.ts'
import { type ImportedRow, type ImportRow, markKept, namedByLater, notTakenBack } from '../store/imports.ts'
import { RollUps } from '../store/roll-ups.ts'
import type { DayOf } from '../time.ts'
import { IMPRINT_WORDS, takeBack } from './imprint.ts'
import { NOTHING_UNDONE, type UndoCounts } from './report.ts'

/** Contacts in one transaction: others wait no longer than this takes. */
const A_GROUP = 100

interface UndoOptions {
  readonly now: number
  readonly dayOf: DayOf
  /** Whose contacts up to this id are done: what was passed over once is not looked through again. */
  readonly afterId: number
}

export interface UndoneGroup extends UndoCounts {
  readonly lastId: number
}

/**
 * Takes back what an import did with the next few of its contacts; null where none are left. Whatever
 * people, events, other imports or enrichment touched since stays as it is.
 */
export async function undoNext(tx: Database, row: ImportRow, options: UndoOptions): Promise<UndoneGroup | null> {
  const imported = await notTakenBack(tx, row.id, options.afterId, A_GROUP)
  const last = imported.at(-1)
  if (!last) {
    await deleteEmptyGroups(tx)
    return null
  }
  const ids = imported.map(({ contactId }) => contactId)
  const held = new Map((await holdContactsById(tx, ids)).map((contact) => [contact.id, contact]))
  const rows = new Map((await contactsById(tx, ids)).map((contact) => [contact.id, contact]))
  const changes = Map.groupBy(await changesOf(tx, ids), ({ contactId }) => contactId)
  const later = await namedByLater(tx, row.id, ids)
  const rollUps = new RollUps()
  const counts = { ...NOTHING_UNDONE }
  const marked: ImportedRow[] = []
  const unwanted: One[] = []
  for (const each of imported) {
    const [contact, now] = [held.get(each.contactId), rows.get(each.contactId)]
    if (!contact || !now) continue
    const one = { ...options, each, contact, row: now, rollUps }
    // What that one would have written is what is there already, so nobody can tell whose it is.
    if (later.has(each.contactId)) {
      marked.push({ ...each, kept: 'a later import names them, too' })
      counts.kept += 1
    } else if (each.outcome === 'created') {
      const told = changes.get(each.contactId) ?? []
      const reason = await whyKept(tx, one, {
        isChanged: told.length > 0 || now.asserted.addedBy !== undefined,
        isEnriched: row.enrich,
      })
      if (reason === null) unwanted.push(one)
      else marked.push({ ...each, kept: reason })
      counts[reason === null ? 'removed' : 'kept'] += 1
    } else {
      const kept = await restore(tx, one)
      marked.push({ ...each, kept })
      counts[kept === '' ? 'restored' : 'kept'] += 1
    }
  }
  await remove(tx, unwanted, options, rollUps)
  await markKept(tx, marked)
  await rollUps.save(tx)
  return { ...counts, lastId: last.contactId }
}

interface One extends UndoOptions {
  readonly each: ImportedRow
  readonly contact: HeldContact
  readonly row: ContactRow
  readonly rollUps: RollUps
}

interface Since {
  readonly isChanged: boolean
  /** The import itself asked for it. */
  readonly isEnriched: boolean
}

/** Why somebody whom the import made stays; null where nothing touched them since. */
async function whyKept(tx: Database, { each, row }: One, { isChanged, isEnriched }: Since): Promise<string | null> {
  if (isChanged) return 'somebody changed it since'
  if (row.revision === each.revision) return null
  const own = new Set(each.events)
  if ((await eventsOf(tx, [row.id])).some((event) => !own.has(eventKey(event)))) return 'something happened since'
  return !isEnriched && lastSaidAt(row.claims) >= each.doneAt ? 'it was enriched since' : null
}

/** All at once: one after the other each would be written into the index of words by itself. */
async function remove(tx: Database, unwanted: readonly One[], { dayOf }: UndoOptions, rollUps: RollUps): Promise<void> {
  if (unwanted.length === 0) return
  const ids = unwanted.map(({ row }) => row.id)
  const events = Map.groupBy(await eventsOf(tx, ids), ({ contactId }) => contactId)
  await deleteContacts(tx, ids)
  for (const { contact, row } of unwanted) {
    for (const event of events.get(row.id) ?? []) uncount(rollUps, event, row.email, dayOf)
    uncountContact(rollUps, contact.state, dayOf(row.createdAt))
  }
}

/** Why not all of it was restored; '' where it was. */
async function restore(tx: Database, one: One): Promise<string> {
  const { each, contact, row, rollUps, dayOf, now } = one
  const { profile, kept } = takeBack(row, { before: each.before ?? {}, after: each.after ?? {} })
  const gone = each.events ? await deleteEventsOf(tx, row.id, each.events) : []
  for (const event of gone) uncount(rollUps, event, row.email, dayOf)
  const next = { ...profile, ...searchKeys(profile), updatedAt: now }
  const people = new People([contact])
  people.set(contact, await retold(tx, contact, next))
  await savePeople(tx, people, { now, dayOf, rollUps })
  moveCreated(rollUps, dayOf(row.createdAt), dayOf(next.createdAt))
  await saveProfiles(tx, [next])
  return kept.length > 0 ? `the ${listOf(kept.map((field) => IMPRINT_WORDS[field]))} changed since` : ''
}

/** What the contact is by `profile` and the events that are left. */
async function retold(tx: Database, contact: HeldContact, profile: ContactRow): Promise<ContactState> {
  const { tags, enrichedAt, floor, decision, decidedAt, asserted } = profile
  const restored = { ...contact, asserted, state: { ...contact.state, tags, enrichedAt, floor, decision, decidedAt } }
  const people = new People([restored])
  const events = await eventsOf(tx, [contact.id])
  people.retell(
    restored,
    events.map((event) => eventOf(event, contact.email)),
  )
  return people.stateOf(restored)
}

function uncount(rollUps: RollUps, event: EventRow, email: string, dayOf: DayOf): void {
  rollUps.countEvent(countedEvent(eventOf(event, email), dayOf), -1)
}

function listOf(words: readonly string[]): string {
  return new Intl.ListFormat('en').format([...new Set(words)])
}
