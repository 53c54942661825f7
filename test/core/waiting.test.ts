import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { createContactChanges } from '../../src/core/changes/contact-changes.ts'
import { applyEvent, type ContactState, newContact } from '../../src/core/contact.ts'
import { type EngagementEvent, EVENT_TYPES, type EventType } from '../../src/core/event.ts'
import { homeNumbers } from '../../src/core/home.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { justAnswered, repliesWaiting } from '../../src/core/replies-waiting.ts'
import { filteredIds, parseFilter } from '../../src/core/search/filter.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { createDayOf } from '../../src/core/time.ts'
import { waitingSince } from '../../src/core/waiting.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const DAY = 24 * 60 * 60 * 1000
const now = Date.parse('2026-11-22T10:00:00Z')
const dayOf = createDayOf('UTC')

/** What people did, day by day: the first of them a week ago. */
function life(...types: readonly (EventType | readonly [EventType, day: number])[]): ContactState {
  return types
    .map((each, index) => (typeof each === 'string' ? ([each, index] as const) : each))
    .map(([type, day]) => anEvent({ type, class: type === 'bounced' ? 'hard' : null, occurredAt: at(day) }))
    .reduce(applyEvent, newContact)
}

function at(day: number): number {
  return now - (7 - day) * DAY
}

describe('somebody waits for an answer', () => {
  test.each<[what: string, state: ContactState, since: number | null]>([
    ['who replied', life('sent', 'replied'), at(1)],
    ['who wrote without being asked', life('inbound'), at(0)],
    ['since their last words', life('replied', 'opened', 'replied', 'clicked'), at(2)],
    ['who replied to what was sent on the same day', life(['sent', 3], ['replied', 3]), at(3)],
    ['who became a customer and wrote', { ...life('replied'), decision: 'converted' }, at(0)],
    ['not who was written to since', life('sent', 'replied', 'sent'), null],
    ['not who was called since', life('replied', 'call_completed'), null],
    ['not who saw a demo since', life('replied', 'demo_attended'), null],
    ['not who only opened and clicked', life('sent', 'opened', 'clicked'), null],
    ['not whose machine replied', life('sent', 'auto_replied'), null],
    ['also after mail was delivered that was under way', life('replied', 'queued', 'delivered'), at(0)],
    ['not where somebody said that it is answered', { ...life('replied'), answeredUntil: at(0) }, null],
    ['who wrote again after that', { ...life('replied', 'replied'), answeredUntil: at(0) }, at(1)],
    ['not who unsubscribed', life('replied', 'unsubscribed'), null],
    ['who subscribed again', life('replied', 'unsubscribed', 'resubscribed'), at(0)],
    ['not who cannot be reached', life('replied', 'bounced'), null],
    ['not who was given up', { ...life('replied'), decision: 'disqualified' }, null],
  ])('%s', (_what, state, since) => {
    expect(waitingSince(state)).toBe(since)
  })

  test('in any order of arrival alike', () => {
    const history = fc.array(
      fc.record({ type: fc.constantFrom(...EVENT_TYPES), occurredAt: fc.integer({ min: 0, max: 6 }).map(at) }),
      { minLength: 2, maxLength: 12 },
    )
    const arrivals = history.chain((list) => {
      const events = list.map((each) => anEvent({ ...each, class: 'hard' }))
      return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))
    })
    const answered = fc.option(fc.integer({ min: 0, max: 6 }).map(at))
    fc.assert(
      fc.property(arrivals, answered, ([events, shuffled], answeredUntil) => {
        const told = (list: readonly EngagementEvent[]) =>
          waitingSince(list.reduce(applyEvent, { ...newContact, answeredUntil }))
        expect(told(shuffled)).toBe(told(events))
      }),
    )
  })
})

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]) {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

const aReply = {
  ...{ from: null, to: null, html: null, inReplyTo: null, references: [], auto: false },
  ...{ subject: 'Re: Hello', text: 'Sounds good.\n> quoted', excerpt: 'Sounds good.' },
}

async function idOf(database: Database, email: string): Promise<number> {
  const row = await contactByAddress(database, email)
  if (!row) throw new Error(`there is no ${email}`)
  return row.id
}

const HISTORIES: readonly EventType[][] = [
  ['sent', 'opened'],
  ['sent', 'replied'],
  ['sent', 'replied', 'sent'],
  ['inbound', 'delivered'],
  ['replied', 'demo_attended'],
  ['replied', 'unsubscribed'],
  ['auto_replied'],
  ['replied', 'inbound'],
]

describe.each(databases)('replies waiting on $name', ({ open }) => {
  async function waiting(database: Database, limit = 5) {
    const { replies, recent, total } = await repliesWaiting(database, limit, now)
    return { who: replies.map(({ email }) => email), recent, total }
  }

  test('are told with their words, the longest waiting first', async () => {
    await using database = await open()
    await happen(
      database,
      { type: 'replied', recipient: 'new@example.com', occurredAt: at(6) },
      { type: 'replied', recipient: 'old@example.com', occurredAt: at(1), reply: aReply },
      { type: 'replied', recipient: 'done@example.com', occurredAt: at(0) },
      { type: 'sent', recipient: 'done@example.com', occurredAt: at(2) },
    )
    expect(await waiting(database)).toEqual({
      who: ['old@example.com', 'new@example.com'],
      ...{ recent: 2, total: 2 },
    })
    const { replies } = await repliesWaiting(database, 1, now)
    expect(replies).toEqual([
      {
        id: await idOf(database, 'old@example.com'),
        email: 'old@example.com',
        ...{ firstName: null, lastName: null, company: null, title: null, owner: null },
        since: at(1),
        subject: 'Re: Hello',
        excerpt: 'Sounds good.',
      },
    ])
  })

  test('are counted, but not shown, when a month is over', async () => {
    await using database = await open()
    await happen(
      database,
      { type: 'replied', recipient: 'new@example.com', occurredAt: now - 29 * DAY },
      { type: 'replied', recipient: 'old@example.com', occurredAt: now - 31 * DAY },
    )
    expect(await waiting(database)).toEqual({ who: ['new@example.com'], recent: 1, total: 2 })
  })

  test('wait no more when a mail turns out to have been sent since', async () => {
    await using database = await open()
    await happen(database, { type: 'replied', occurredAt: at(1) })
    expect((await waiting(database)).total).toBe(1)
    await happen(database, { type: 'sent', occurredAt: at(2) })
    expect((await waiting(database)).total).toBe(0)
  })

  test('are answered by whoever says so, which can be taken back', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    await happen(database, { type: 'replied', occurredAt: at(1) })
    const id = await idOf(database, 'ada@example.com')
    const outcome = await changes.markAnswered(id, at(1), 'U0ADA')
    expect(outcome).toMatchObject({
      kind: 'changed',
      change: { action: 'answered', actor: 'U0ADA', before: { answeredUntil: null }, after: { answeredUntil: at(1) } },
    })
    expect((await waiting(database)).total).toBe(0)
    const [mine] = await justAnswered(database, 'U0ADA', 3, now)
    expect(mine).toMatchObject({ id, email: 'ada@example.com' })
    expect(await justAnswered(database, 'U0GRACE', 3, now)).toEqual([])
    expect(await justAnswered(database, 'U0ADA', 3, now + 11 * 60 * 1000)).toEqual([])

    expect(await changes.undo(mine?.change ?? 0, 'U0ADA')).toMatchObject({ kind: 'changed' })
    expect((await waiting(database)).total).toBe(1)
    expect(await justAnswered(database, 'U0ADA', 3, now)).toEqual([])
  })

  test('go on waiting where they wrote again after what somebody saw', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    await happen(database, { type: 'replied', occurredAt: at(1) }, { type: 'replied', occurredAt: at(2) })
    const id = await idOf(database, 'ada@example.com')
    expect(await changes.markAnswered(id, at(1), 'U0ADA')).toEqual({ kind: 'same' })
    expect((await waiting(database)).total).toBe(1)
  })

  test('wait again after what is written next, whatever moment a forged button names', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    await happen(database, { type: 'replied', occurredAt: at(1) })
    await changes.markAnswered(await idOf(database, 'ada@example.com'), 999_999_999_999_999, 'U0ADA')
    await happen(database, { type: 'replied', occurredAt: at(2) })
    expect((await waiting(database)).total).toBe(1)
  })

  test('stay answered when their history is told again', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    const reply = { ...aReply, inReplyTo: 'late@example.org' }
    await happen(database, { type: 'inbound', occurredAt: at(1), reply })
    await changes.markAnswered(await idOf(database, 'ada@example.com'), at(1), 'U0ADA')
    // The message that it answers comes late, which makes a reply of it.
    await happen(database, { type: 'delivered', occurredAt: at(0), rfcMessageId: 'late@example.org' })
    expect((await contactByAddress(database, 'ada@example.com'))?.counters.replied?.count).toBe(1)
    expect((await waiting(database)).total).toBe(0)
  })

  test('follow what people decide of the contact', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    await happen(database, { type: 'replied', occurredAt: at(1) })
    const id = await idOf(database, 'ada@example.com')
    await changes.setStatus(id, 'disqualified', 'U0ADA')
    expect((await waiting(database)).total).toBe(0)
    await changes.setStatus(id, null, 'U0ADA')
    expect((await waiting(database)).total).toBe(1)
  })

  test('are found by the migration where they wait already', async () => {
    await using database = await open()
    for (const [index, types] of HISTORIES.entries())
      await happen(
        database,
        ...types.map((type, day) => ({
          type,
          class: 'hard' as const,
          recipient: `${index}@example.com`,
          occurredAt: at(day),
        })),
      )
    const waiters = () => database.all(sql.raw('select id, waiting_since from contacts order by id'))
    const before = await waiters()
    expect(before.filter(({ waiting_since }) => waiting_since !== null)).toHaveLength(3)
    await database.transaction((tx) => tx.run(sql.raw('update contacts set waiting_since = null')))
    const migration = readFileSync(`drizzle/${database.dialect.name}/0009_home.sql`, 'utf8')
    const fill = migration.split('--> statement-breakpoint').find((statement) => statement.includes('UPDATE'))
    await database.transaction((tx) => tx.run(sql.raw(fill ?? '')))
    expect(await waiters()).toEqual(before)
  })

  test('can be listed', async () => {
    await using database = await open()
    await happen(database, { type: 'replied', occurredAt: at(1) }, { type: 'opened', recipient: 'bob@example.com' })
    const listed = async (filter: string) =>
      (await Array.fromAsync(filteredIds(database, parseFilter(filter, { now, dayOf })))).length
    expect(await listed('waiting:yes')).toBe(1)
    expect(await listed('waiting:no')).toBe(1)
  })

  test('stand on the Home tab beside whom somebody owns, the hottest first', async () => {
    await using database = await open()
    const changes = createContactChanges({ database, dayOf, now: () => now })
    for (const email of ['cold@example.com', 'warm@example.com', 'out@example.com', 'other@example.com'])
      await addContact(database, email, { by: 'U0ADA', now, dayOf })
    for (const [email, owner] of [
      ['cold@example.com', 'U0ADA'],
      ['warm@example.com', 'U0ADA'],
      ['out@example.com', 'U0ADA'],
      ['other@example.com', 'U0GRACE'],
    ] as const)
      await changes.assign(await idOf(database, email), owner, 'U0ADA')
    await happen(
      database,
      { type: 'clicked', recipient: 'warm@example.com', occurredAt: at(6) },
      { type: 'replied', recipient: 'other@example.com', occurredAt: at(6) },
      { type: 'unsubscribed', recipient: 'out@example.com', occurredAt: at(6) },
    )
    const { mine, hottest, waiting, answered } = await homeNumbers(database, 'U0ADA', { now, dayOf })
    const who = (some: readonly { readonly email: string }[]) => some.map(({ email }) => email)
    expect(who(mine)).toEqual(['warm@example.com', 'cold@example.com'])
    expect(who(hottest)).toEqual(['other@example.com', 'warm@example.com'])
    expect(who(waiting.replies)).toEqual(['other@example.com'])
    expect(answered).toEqual([])
  })
})
