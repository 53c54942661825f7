import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { applyEvent, type ContactState, newContact, statusOf } from '../../src/core/contact.ts'
import { type EngagementEvent, EVENT_TYPES, type EventType } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { LIFECYCLE } from '../../src/core/lifecycle.ts'
import { contactsAfter } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { latestEvents } from '../../src/core/store/events.ts'
import { eventCounts, totalCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const start = Date.parse('2026-03-02T09:00:00Z')
const HOUR = 3_600_000
const PEOPLE = ['ada@example.com', 'bob@example.com', 'eve@other.example']

function campaignNamed(name: string) {
  return { id: null, name, step: null }
}

const someEvent = fc
  .record({
    id: fc.uuid(),
    type: fc.constantFrom<EventType>(...EVENT_TYPES),
    class: fc.constantFrom('hard' as const, 'soft' as const, 'block' as const, null),
    machine: fc.constantFrom(true, false, null),
    occurredAt: fc.integer({ min: 0, max: 40 * 24 * 3600 }).map((seconds) => start + seconds * 1000),
    recipient: fc.constantFrom(...PEOPLE),
    campaign: fc.constantFrom(null, campaignNamed('Spring launch'), campaignNamed('constructor')),
  })
  .map(anEvent)

const history = fc.uniqueArray(someEvent, { selector: ({ id }) => id, maxLength: 25 })

const times = <T>(count: number, value: T): T[] => Array(count).fill(value)

/** A minute and a half of mail, mostly one message to one person, and few opens and clicks that are surely a person's. */
const hurried = fc.uniqueArray(
  fc
    .record({
      id: fc.uuid(),
      provider: fc.constantFrom(...times(9, 'ses'), 'brevo'),
      type: fc.constantFrom<EventType>('sent', 'delivered', 'delivered', 'opened', 'opened', 'clicked', 'clicked'),
      machine: fc.constantFrom(...times(8, null), true, false),
      occurredAt: fc.constantFrom(0, 1, 2, 3, 9, 12, 30, 61, 70, 90).map((seconds) => start + seconds * 1000),
      hasTime: fc.constantFrom(...times(9, true), false),
      recipient: fc.constantFrom(...times(5, 'ada@example.com'), 'bob@example.com'),
      messageId: fc.constantFrom(...times(5, 'm1'), 'm2', null),
      url: fc.constantFrom('https://example.org/a', 'https://example.org/b', 'https://example.org/c'),
      userAgent: fc.constantFrom('Mozilla/5.0', null),
    })
    .map(({ hasTime, ...event }) => anEvent({ ...event, receivedAt: hasTime ? start + HOUR : event.occurredAt })),
  { selector: ({ id }) => id, minLength: 2, maxLength: 6 },
)

/** Sums of doubles differ in the last digit with their order; nothing that is shown does. */
function comparable<T extends { readonly heat: number }>(contact: T) {
  return { ...contact, heat: contact.heat === 0 ? 0 : Number(Math.log2(contact.heat).toFixed(6)) }
}

describe('the state of a contact', () => {
  test('is the same in any order of its events', () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          const fold = (list: EngagementEvent[]) => comparable(list.reduce(applyEvent, newContact))
          expect(fold(shuffled)).toEqual(fold(events))
        },
      ),
    )
  })

  test('never moves back by itself', () => {
    const facts = fc.record({
      enrichedAt: fc.constantFrom(null, start),
      floor: fc.constantFrom('new' as const, 'enriched' as const, 'verified' as const, 'engaged' as const),
      decision: fc.constantFrom(null, 'converted' as const, 'disqualified' as const),
    })
    fc.assert(
      fc.property(facts, history, (given, events) => {
        let state: ContactState = { ...newContact, ...given }
        for (const event of events) {
          const next = applyEvent(state, event)
          if (given.decision) expect(statusOf(next)).toBe(given.decision)
          else expect(LIFECYCLE.indexOf(statusOf(next))).toBeGreaterThanOrEqual(LIFECYCLE.indexOf(statusOf(state)))
          state = next
        }
      }),
    )
  })
})

/** The same events, each once or again and again, in any order; and how many come at a time. */
function arrivalsOf(histories: fc.Arbitrary<EngagementEvent[]>, largest: number) {
  return histories.chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.oneof(
        // What comes again could hide what the first time left wrong.
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc
          .shuffledSubarray([...events, ...events, ...events], { minLength: events.length * 2 })
          .map((some) => [...some, ...events]),
      ),
      fc.infiniteStream(fc.integer({ min: 1, max: largest })),
    ),
  )
}

const ARRIVALS = [
  ['events', arrivalsOf(history, 6)],
  ['events that follow fast on each other', arrivalsOf(hurried, 2)],
] as const

describe.each(databases)('what $name holds', ({ name, open }) => {
  const runs = name === 'SQLite' ? 60 : 8

  test.each(ARRIVALS)(
    'is the same for any order, duplication and split into deliveries of the same %s',
    { timeout: 60_000 },
    async (_what, arrivals) => {
      await fc.assert(
        fc.asyncProperty(arrivals, async ([events, scattered, sizes]) => {
          await using once = await open()
          await using often = await open()
          await ingestAll(deps(once), [aDelivery(...events)])
          for (const [size] of zip(sizes)) {
            if (scattered.length === 0) break
            const [first, ...rest] = [scattered.splice(0, size), scattered.splice(0, size)]
            await ingestAll(deps(often), [aDelivery(...(first ?? [])), ...rest.map((list) => aDelivery(...list))])
          }
          expect(await contents(often)).toEqual(await contents(once))
        }),
        { numRuns: runs },
      )
    },
  )
})

function* zip(sizes: Iterable<number>): Generator<[number]> {
  for (const size of sizes) yield [size]
}

function deps(database: Database) {
  return { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
}

/** What is counted of the people of campaigns, without the zeros that something taken back leaves. */
async function groupsIn(database: Database) {
  const rows = await database.db.select().from(database.tables.contactGroups)
  const counted = rows.map(({ campaign, tag, name, count }) => [`${campaign}/${tag}/${name}`, count] as const)
  return Object.fromEntries(counted.filter(([, count]) => count !== 0).sort())
}

/** Everything that may be observed, in an order of its own. */
async function contents(database: Database) {
  const contacts = await contactsAfter(database, 0, 100)
  return {
    contacts: contacts
      .map(({ id: _id, revision: _revision, ...contact }) => comparable(contact))
      .sort((a, b) => (a.emailKey < b.emailKey ? -1 : 1)),
    days: await eventCounts(database, '2000-01-01', '2100-01-01'),
    totals: Object.fromEntries([...(await totalCounts(database))].sort()),
    groups: await groupsIn(database),
    suspected: (await latestEvents(database, {}, 100))
      .map(({ event: { id, suspected } }) => [id, suspected] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  }
}
