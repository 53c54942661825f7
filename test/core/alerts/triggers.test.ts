import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type AlertKind, type KindSettings, kindSettings } from '../../../src/core/alerts/kinds.ts'
import { alertJobs, triggered } from '../../../src/core/alerts/triggers.ts'
import { applyEvent, type ContactState, newContact } from '../../../src/core/contact.ts'
import { eraseContact } from '../../../src/core/erasure/erase-contact.ts'
import { type EngagementEvent, EVENT_TYPES, type EventType } from '../../../src/core/event.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { insertRule, saveKind } from '../../../src/core/store/alert-settings.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const DAY = 24 * 60 * 60 * 1000
const now = Date.parse('2026-03-02T10:00:00Z')

function switchedOn(...kinds: AlertKind[]): KindSettings {
  const all: AlertKind[] = ['replied', 'hot', 'reopened', 'unsubscribed', 'complained']
  return kindSettings(all.map((kind) => ({ kind, isOn: kinds.includes(kind), threshold: null })))
}

const allOn = switchedOn('replied', 'hot', 'reopened', 'unsubscribed', 'complained')

function daysAgo(days: number, type: EventType, overrides: Partial<EngagementEvent> = {}): EngagementEvent {
  return anEvent({ type, occurredAt: now - days * DAY, ...overrides })
}

function after(state: ContactState, events: readonly EngagementEvent[]): ContactState {
  return events.reduce(applyEvent, state)
}

/** What of `events` is told about somebody with that history. */
function told(history: readonly EngagementEvent[], events: readonly EngagementEvent[], settings = allOn) {
  const before = after(newContact, history)
  const happening = { contact: { id: 1, emailKey: 'ada@example.com' }, before, after: after(before, events), events }
  return triggered(happening, settings, now).map(({ kind, event }) => `${kind} ${event.id}`)
}

describe('an event is worth an alert', () => {
  test.each(EVENT_TYPES.map((type): [EventType, readonly string[]] => [type, ALONE[type] ?? []]))(
    '%s of somebody new: %j',
    (type, kinds) => {
      expect(told([], [daysAgo(0, type, { id: 'e' })])).toEqual(kinds.map((kind) => `${kind} e`))
    },
  )

  test('when its kind is switched on, and replies are from the start', () => {
    const reply = daysAgo(0, 'replied', { id: 'e' })
    expect(told([], [reply], switchedOn('hot'))).toEqual([])
    expect(told([], [reply], kindSettings([]))).toEqual(['replied e'])
    expect(told([], [daysAgo(0, 'complained')], kindSettings([]))).toEqual([])
  })

  test('when it makes a contact hot, and that is the last event of those that did', () => {
    const before = [daysAgo(0, 'replied')]
    const events = [daysAgo(0, 'clicked', { id: 'c1' }), daysAgo(0, 'clicked', { id: 'c2' }), daysAgo(0, 'delivered')]
    expect(told(before, events, switchedOn('hot'))).toEqual(['hot c2'])
    expect(told(before, events.slice(0, 1), switchedOn('hot'))).toEqual([])
  })

  test('by the score of this day: what was long ago is worth little', () => {
    const long = daysAgo(60, 'demo_attended')
    expect(told([daysAgo(0, 'clicked')], [long], switchedOn('hot'))).toEqual([])
    expect(told([daysAgo(42, 'demo_attended')], [daysAgo(0, 'demo_attended')], switchedOn('hot'))).toEqual([])
    expect(told([daysAgo(14, 'demo_attended')], [daysAgo(0, 'demo_attended')], switchedOn('hot'))).toHaveLength(1)
  })

  test('not when a contact that is hot becomes hotter', () => {
    const before = [daysAgo(0, 'demo_attended'), daysAgo(0, 'clicked')]
    expect(told(before, [daysAgo(0, 'demo_attended')], switchedOn('hot'))).toEqual([])
  })

  test.each<[days: number, type: EventType, overrides: Partial<EngagementEvent>, isTold: boolean]>([
    [30, 'opened', {}, true],
    [30, 'clicked', {}, true],
    [29.9, 'opened', {}, false],
    [40, 'opened', { machine: true }, false],
    [40, 'opened', { suspected: 'before_delivery' }, false],
    [40, 'delivered', {}, false],
  ])('after %d days of silence, %s %o: %s', (days, type, overrides, isTold) => {
    const event = daysAgo(0, type, { id: 'e', ...overrides })
    expect(told([daysAgo(days, 'clicked')], [event], switchedOn('reopened'))).toEqual(isTold ? ['reopened e'] : [])
  })

  test('the first after a silence alone, in whatever order they come', () => {
    const [open, click] = [daysAgo(0.1, 'opened', { id: 'open' }), daysAgo(0, 'clicked', { id: 'click' })]
    const before = [daysAgo(50, 'replied')]
    expect(told(before, [click, open], switchedOn('reopened'))).toEqual(['reopened open'])
    expect(told([...before, click], [open], switchedOn('reopened'))).toEqual([])
  })

  test('not the first that somebody does at all, nor one after they replied', () => {
    expect(told([daysAgo(90, 'sent')], [daysAgo(0, 'opened')], switchedOn('reopened'))).toEqual([])
    const replied = [daysAgo(0.2, 'replied'), daysAgo(0.1, 'opened')]
    expect(told([daysAgo(50, 'clicked')], replied, switchedOn('reopened'))).toEqual([])
  })

  test('once for each time somebody unsubscribes, whichever tools say so', () => {
    const [first, again] = [daysAgo(0.2, 'unsubscribed', { id: 'e1' }), daysAgo(0.1, 'unsubscribed', { id: 'e2' })]
    const on = switchedOn('unsubscribed')
    expect(told([], [again, first], on)).toEqual(['unsubscribed e1'])
    expect(told([first], [again], on)).toEqual([])
    expect(told([first, daysAgo(0.15, 'resubscribed')], [again], on)).toEqual(['unsubscribed e2'])
    expect(told([daysAgo(0.15, 'resubscribed')], [first], on)).toEqual([])
  })

  test('once for the first complaint', () => {
    const [first, again] = [daysAgo(2, 'complained', { id: 'e1' }), daysAgo(0, 'complained', { id: 'e2' })]
    expect(told([], [again, first], switchedOn('complained'))).toEqual(['complained e1'])
    expect(told([first], [again], switchedOn('complained'))).toEqual([])
  })
})

const ALONE: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  replied: ['replied'],
  unsubscribed: ['unsubscribed'],
  complained: ['complained'],
}

async function record(database: Database, events: readonly EngagementEvent[], at = now): Promise<void> {
  const alertsFor = (tx: Database, ...[happenings, moment]: [Parameters<typeof alertJobs>[1], number]) =>
    alertJobs(tx, happenings, { now: moment, hasChannel: true })
  const delivery = { ...aDelivery(...events), receivedAt: at }
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [], alertsFor }, [delivery])
}

async function alerts(database: Database): Promise<string[]> {
  const { jobs } = database.tables
  const rows = await database.db.select().from(jobs).orderBy(jobs.seq)
  return rows.map(({ id }) => id)
}

async function switchOn(database: Database, kind: AlertKind, threshold: number | null = null): Promise<void> {
  await database.transaction((tx) => saveKind(tx, { kind, isOn: true, threshold, by: 'UADA', at: now }))
}

describe.each(databases)('alerts on $name', ({ open }) => {
  test('are named after their event, and those about one person stay in order', async () => {
    await using database = await open()
    const reply = daysAgo(0, 'replied', { provider: 'mailgun', id: 'e1', recipient: 'Ada@Example.com' })
    await record(database, [reply])
    const [job] = await database.db.select().from(database.tables.jobs)
    expect(job).toMatchObject({
      id: 'alert:replied:mailgun:e1',
      kind: 'alert',
      payload: { kind: 'replied', provider: 'mailgun', id: 'e1' },
      key: 'alert:ada@example.com',
    })
  })

  test('are queued once, however often an event is delivered', async () => {
    await using database = await open()
    await switchOn(database, 'unsubscribed')
    const events = [daysAgo(0, 'replied', { id: 'e1' }), daysAgo(0, 'unsubscribed', { id: 'e2' })]
    await record(database, [...events, ...events])
    await database.transaction((tx) => tx.db.delete(tx.tables.jobs))
    await record(database, events)
    expect(await alerts(database)).toEqual([])
  })

  test('are queued when nobody set a channel but somebody made a rule, and not where nobody did either', async () => {
    await using database = await open()
    const alertsFor = (tx: Database, ...[happenings, moment]: [Parameters<typeof alertJobs>[1], number]) =>
      alertJobs(tx, happenings, { now: moment, hasChannel: false })
    const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [], alertsFor }
    await ingestAll(deps, [aDelivery(daysAgo(0, 'replied', { id: 'e1' }))])
    expect(await alerts(database)).toEqual([])
    const rule = { kinds: [], campaign: null, tag: null, owner: null, target: 'CSALES', by: 'UADA', at: now }
    await database.transaction((tx) => insertRule(tx, rule))
    await ingestAll(deps, [aDelivery(daysAgo(0, 'replied', { id: 'e2' }))])
    expect(await alerts(database)).toEqual(['alert:replied:sendgrid:e2'])
  })

  test('about somebody who is hot come once in 14 days, though they cool down and become hot again', async () => {
    await using database = await open()
    await switchOn(database, 'hot', 24)
    const demo = (day: number, id: string) => daysAgo(-day, 'demo_attended', { id })
    await record(database, [demo(0, 'e1')], now)
    await record(database, [demo(8, 'e2')], now + 8 * DAY)
    expect(await alerts(database)).toEqual(['alert:hot:sendgrid:e1'])
    await record(database, [demo(60, 'e3')], now + 60 * DAY)
    expect(await alerts(database)).toEqual(['alert:hot:sendgrid:e1', 'alert:hot:sendgrid:e3'])
  })

  test('of what was switched on by another process come with the next delivery', async () => {
    await using database = await open()
    const complaint = (id: string, recipient: string) => daysAgo(0, 'complained', { id, recipient })
    await record(database, [complaint('e1', 'ada@example.com')])
    await switchOn(database, 'complained')
    await record(database, [complaint('e2', 'bob@example.com')])
    expect(await alerts(database)).toEqual(['alert:complained:sendgrid:e2'])
  })

  test('are forgotten with the person', async () => {
    await using database = await open({ erasureSecret: 'ab'.repeat(32) })
    await switchOn(database, 'hot', 20)
    await record(database, [daysAgo(0, 'replied')])
    expect(await database.db.$count(database.tables.alertMarks)).toBe(1)
    await eraseContact(database, 'ada@example.com', { by: 'UADA', now, dayOf: createDayOf('UTC'), mostAnHour: 5 })
    expect(await database.db.$count(database.tables.alertMarks)).toBe(0)
  })
})

const engagement = fc.record({
  id: fc.uuid(),
  type: fc.constantFrom<EventType>('opened', 'clicked', 'replied', 'form_submission', 'complained', 'unsubscribed'),
  occurredAt: fc.integer({ min: 0, max: 6 * 60 }).map((minutes) => now - minutes * 60_000),
  recipient: fc.constantFrom('ada@example.com', 'bob@example.com'),
})

describe.each(databases)('in any order and split into any deliveries on $name', ({ name, open }) => {
  test('each person is hot once, complains once and unsubscribes once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(engagement, { selector: ({ id }) => id, minLength: 1, maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 10, maxLength: 10 }),
        async (events, sizes) => {
          await using database = await open()
          for (const kind of ['hot', 'complained', 'unsubscribed'] as const) await switchOn(database, kind)
          const left = events.map(anEvent)
          const again = [...left]
          for (const size of sizes) {
            const some = left.splice(0, size)
            if (some.length > 0) await record(database, [...some, ...again.slice(0, size)])
          }
          const queued = await database.db.select().from(database.tables.jobs)
          const keys = queued
            .filter(({ id }) => !id.startsWith('alert:replied'))
            .map(({ id, key }) => `${id.split(':')[1]} ${key}`)
          expect(keys.toSorted()).toEqual(expected(events.map(anEvent)))
        },
      ),
      { numRuns: name === 'SQLite' ? 25 : 8 },
    )
  })
})

/** The kinds that a set of events of one day has to lead to, for each person. */
function expected(events: readonly EngagementEvent[]): string[] {
  const byPerson = Map.groupBy(events, ({ recipient }) => recipient)
  const found = [...byPerson].flatMap(([recipient, own]) => {
    const has = (type: EventType) => own.some((event) => event.type === type)
    const points = { opened: 1, clicked: 5, replied: 20, form_submission: 15 }
    const worth = own.map((event) => {
      const full = Object.entries(points).find(([type]) => type === event.type)?.[1] ?? 0
      return full * 2 ** ((event.occurredAt - now) / (14 * DAY))
    })
    const score = Math.round(worth.reduce((sum, value) => sum + value, 0) * 10) / 10
    return [
      ...(score >= 30 ? ['hot'] : []),
      ...(has('complained') ? ['complained'] : []),
      ...(has('unsubscribed') ? ['unsubscribed'] : []),
    ].map((kind) => `${kind} alert:${recipient}`)
  })
  return found.toSorted()
}
