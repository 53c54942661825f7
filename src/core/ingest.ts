import type { Happening } from './alerts/triggers.ts'
import type { ContactState } from './contact.ts'
import { type Attributed, attribute, tellAgain } from './correlation.ts'
import type { Delivery, IngestResult } from './delivery.ts'
import { type Admitted, withoutErased } from './erasure/keep-out.ts'
import { campaignKey, type EngagementEvent, tallyOf } from './event.ts'
import type { NewJob } from './job.ts'
import { linkOf } from './link.ts'
import { markMachines } from './mark-machines.ts'
import { People } from './people.ts'
import { countStanding } from './standing.ts'
import { type HeldContact, holdContacts, saveStates } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { eventKey, insertEvents } from './store/events.ts'
import { enqueue } from './store/jobs.ts'
import { quarantineAll } from './store/quarantine.ts'
import { type CountedEvent, RollUps } from './store/roll-ups.ts'
import { indexContacts } from './store/search.ts'
import type { DayOf } from './time.ts'

export interface IngestDeps {
  readonly database: Database
  /** The local day of a moment, for the roll-ups. */
  readonly dayOf: DayOf
  /** What follows from an event that was new. */
  readonly jobsFor: (event: EngagementEvent, contact: Pick<HeldContact, 'id' | 'isNew'>) => readonly NewJob[]
  /** What people are told of what happened, which may depend on what was saved until `now`; nothing without it. */
  readonly alertsFor?: (tx: Database, happenings: readonly Happening[], now: number) => Promise<readonly NewJob[]>
}

/**
 * Records a group of deliveries, all of them or none, with one result for each. Jobs are queued
 * in the same transaction and run after it, so a redelivery repeats neither an event nor its
 * effects. Throws `StorageError` when nothing could be written.
 */
export async function ingestAll(
  { database, dayOf, jobsFor, alertsFor = nobodyIsTold }: IngestDeps,
  deliveries: readonly Delivery[],
): Promise<IngestResult[]> {
  const now = Math.max(...deliveries.map(({ receivedAt }) => receivedAt))
  return await database.transaction(async (tx) => {
    const rollUps = new RollUps()
    const admitted = await withoutErased(tx, deliveries)
    const kept = admitted.map(({ delivery }) => delivery)
    for (const delivery of kept) await quarantineAll(tx, delivery)
    const { people, inserted, happened } = await recordEvents(tx, eachOnce(kept), { now, dayOf, rollUps })
    await savePeople(tx, people, { now, dayOf, rollUps })
    await indexContacts(tx, people.made())
    const results = countDeliveries(rollUps, admitted, inserted, dayOf)
    await rollUps.save(tx)
    const jobs = happened.flatMap((event) => jobsFor(event, people.at(event.recipient)))
    const alerts = await alertsFor(tx, happeningsOf(people, happened), now)
    await enqueue(tx, [...alerts, ...jobs], now)
    return results
  })
}

async function nobodyIsTold(): Promise<readonly NewJob[]> {
  return []
}

/** What happened, by the person it happened to. */
function happeningsOf(people: People, happened: readonly EngagementEvent[]): Happening[] {
  return [...Map.groupBy(happened, (event) => people.at(event.recipient))].map(([contact, events]) => ({
    contact,
    before: contact.state,
    after: people.stateOf(contact),
    events,
  }))
}

interface Bookkeeping {
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
  readonly rollUps: RollUps
}

export interface Recorded {
  readonly people: People
  /** The keys of the events that were new. */
  readonly inserted: ReadonlySet<string>
  /** The new events, and earlier ones that turned out to be replies. */
  readonly happened: readonly EngagementEvent[]
}

/**
 * Stores the events that are new and folds them into the contacts they are about, which it holds
 * together with those at `alsoHold`. Nobody who was erased may be among them. `savePeople` and `rollUps.save` have to follow.
 */
export async function recordEvents(
  tx: Database,
  events: readonly EngagementEvent[],
  { now, dayOf, rollUps }: Bookkeeping,
  alsoHold: readonly string[] = [],
): Promise<Recorded> {
  const attributed = await attribute(tx, events)
  const people = new People(await holdContacts(tx, [...attributed.map(recipientOf), ...alsoHold], now))
  const { marked, changes } = await markMachines(tx, people, attributed)
  const accepted = await insertEvents(
    tx,
    marked.map(({ event, answers }) => ({ event, answers, contactId: people.at(event.recipient).id })),
  )
  for (const event of accepted) {
    people.apply(event)
    rollUps.countEvent(countedEvent(event, dayOf), 1)
  }
  const spared = new Set(alsoHold.map((address) => people.at(address).id))
  const { retold, gone } = await tellAgain(tx, people, accepted, spared, changes, now)
  for (const { before, after } of retold) {
    rollUps.countEvent(countedEvent(before, dayOf), -1)
    rollUps.countEvent(countedEvent(after, dayOf), 1)
  }
  for (const { contact, createdAt } of gone) {
    // One that this transaction made was never counted.
    if (!contact.isNew) uncountContact(rollUps, contact.state, dayOf(createdAt))
  }
  // What was a reply before has had its effects; only its person or campaign is another.
  const becameReplies = retold.filter(({ before, after }) => before.type !== after.type)
  const happened = [...accepted, ...becameReplies.map(({ after }) => after)]
  return { people, inserted: new Set(accepted.map(eventKey)), happened }
}

export async function savePeople(tx: Database, people: People, { now, dayOf, rollUps }: Bookkeeping): Promise<void> {
  const changed = people.changed()
  await saveStates(tx, changed, now)
  for (const { contact, state } of changed) {
    countContact(rollUps, contact.isNew ? null : contact.state, state, dayOf(now))
  }
}

function eachOnce(deliveries: readonly Delivery[]): EngagementEvent[] {
  const byKey = new Map<string, EngagementEvent>()
  for (const { events } of deliveries) {
    for (const event of events) {
      const key = eventKey(event)
      if (!byKey.has(key)) byKey.set(key, event)
    }
  }
  return [...byKey.values()]
}

function recipientOf({ event }: Attributed): string {
  return event.recipient
}

export function countedEvent(event: EngagementEvent, dayOf: DayOf): CountedEvent {
  const { provider, campaign, url } = event
  const tally = tallyOf(event)
  return {
    day: dayOf(event.occurredAt),
    provider,
    campaign: campaignKey(campaign),
    step: campaign?.step ? stepOf(campaign.step) : '',
    link: tally === 'clicked' && url !== null && campaign ? (linkOf(url) ?? '') : '',
    tally,
  }
}

/** A step is a number or a short name; more than this would not fit into the key of a roll-up. */
const LONGEST_STEP = 100

function stepOf(step: string): string {
  return step.length <= LONGEST_STEP ? step : [...step].slice(0, LONGEST_STEP).join('')
}

/** Moves a contact from the running counts it stood in to those it stands in now; a new one, `before` null, stood in none. */
export function countContact(rollUps: RollUps, before: ContactState | null, after: ContactState, today: string): void {
  if (!before) rollUps.countTotal({ day: today, name: 'created' }, 1)
  countStanding(rollUps, before, after)
}

/** For a contact that turns out to be older, or younger, than was thought; days are local ones. */
export function moveCreated(rollUps: RollUps, from: string, to: string): void {
  if (from === to) return
  rollUps.countTotal({ day: from, name: 'created' }, -1)
  rollUps.countTotal({ day: to, name: 'created' }, 1)
}

export function uncountContact(rollUps: RollUps, before: ContactState, day: string): void {
  rollUps.countTotal({ day, name: 'created' }, -1)
  countStanding(rollUps, before, null)
}

function countDeliveries(
  rollUps: RollUps,
  admitted: readonly Admitted[],
  inserted: ReadonlySet<string>,
  dayOf: DayOf,
): IngestResult[] {
  const uncounted = new Set(inserted)
  return admitted.map(({ delivery: { provider, receivedAt, events, unreadable }, erased }) => {
    // Of two deliveries of the same event in one group, only the first finds it here.
    const accepted = events.filter((event) => uncounted.delete(eventKey(event))).length
    const result = { accepted, duplicates: events.length - accepted, unreadable: unreadable.length }
    const day = dayOf(receivedAt)
    rollUps.countSource({ provider, day, outcome: 'accepted' }, receivedAt, result.accepted)
    rollUps.countSource({ provider, day, outcome: 'duplicate' }, receivedAt, result.duplicates)
    rollUps.countSource({ provider, day, outcome: 'quarantined' }, receivedAt, result.unreadable)
    rollUps.countSource({ provider, day, outcome: 'erased' }, receivedAt, erased)
    return erased > 0 ? { ...result, erased } : result
  })
}
