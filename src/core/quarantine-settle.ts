import { countedEvent, type IngestDeps, ingestAll, savePeople, uncountContact } from './ingest.ts'
import { People } from './people.ts'
import { NO_NAME } from './quarantine.ts'
import type { Reread, RereadEvent, RereadPart } from './quarantine-reread.ts'
import { deleteBare, holdContactsById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { eventOf, eventsOf } from './store/events.ts'
import { deleteEvent, release, rewriteProblem, unnamedEvent } from './store/quarantine.ts'
import { RollUps } from './store/roll-ups.ts'

export type SettleDeps = Pick<IngestDeps, 'dayOf' | 'jobsFor' | 'alertsFor'>

export interface Outcome {
  readonly accepted: number
  readonly duplicates: number
  /** Why it stays as it is. */
  readonly problem?: string
}

/** Records what reading once more gave; undefined where somebody else has done so meanwhile. */
export async function settle(tx: Database, deps: SettleDeps, reread: Reread): Promise<Outcome | undefined> {
  return reread.kind === 'part' ? await settlePart(tx, deps, reread) : await settleEvent(tx, deps, reread)
}

async function settlePart(tx: Database, deps: SettleDeps, { row, delivery, problem }: RereadPart): Promise<Outcome> {
  const [result] = await ingestAll({ ...deps, database: tx }, [delivery])
  const { accepted = 0, duplicates = 0 } = result ?? {}
  const { provider, receivedAt } = row
  const day = deps.dayOf(receivedAt)
  const rollUps = new RollUps()
  if (problem === undefined) {
    await release(tx, row.id)
    rollUps.countSource({ provider, day, outcome: 'quarantined' }, receivedAt, -1)
  } else {
    if (problem !== row.problem) await rewriteProblem(tx, row.id, problem)
    // The source did not send again what we looked at again.
    rollUps.countSource({ provider, day, outcome: 'duplicate' }, receivedAt, -duplicates)
  }
  await rollUps.save(tx)
  return { accepted, duplicates, ...(problem === undefined ? {} : { problem }) }
}

/**
 * Takes the event without a name out of its contact's history, counts and state, and lets its reading of
 * today in as any other: so a reply finds its person, and what follows from it is queued.
 */
async function settleEvent(
  tx: Database,
  deps: SettleDeps,
  { row, recipient, named }: RereadEvent,
): Promise<Outcome | undefined> {
  if (!named) return { accepted: 0, duplicates: 0, problem: NO_NAME }
  const { provider, receivedAt, contactId, seq } = row
  const people = new People(await holdContactsById(tx, [contactId]))
  const found = await unnamedEvent(tx, seq)
  if (found?.event.id !== row.id || found.event.provider !== provider) return undefined

  const bookkeeping = { now: receivedAt, dayOf: deps.dayOf, rollUps: new RollUps() }
  await deleteEvent(tx, seq)
  const contact = people.withId(contactId)
  const history = await eventsOf(tx, [contactId])
  people.retell(
    contact,
    history.map((other) => eventOf(other, recipient)),
  )
  const without = people.stateOf(contact)
  await savePeople(tx, people, bookkeeping)
  bookkeeping.rollUps.countEvent(countedEvent(eventOf(row, recipient), deps.dayOf), -1)
  bookkeeping.rollUps.countSource({ provider, day: deps.dayOf(receivedAt), outcome: 'accepted' }, receivedAt, -1)

  const [result] = await ingestAll({ ...deps, database: tx }, [
    { provider, receivedAt, events: [named], unreadable: [] },
  ])
  // A reply may belong to somebody else, and leave a contact that only it had made.
  for (const gone of await deleteBare(tx, [contactId])) {
    uncountContact(bookkeeping.rollUps, without, deps.dayOf(gone.createdAt))
  }
  await bookkeeping.rollUps.save(tx)
  return { accepted: result?.accepted ?? 0, duplicates: result?.duplicates ?? 0 }
}
