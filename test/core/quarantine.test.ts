import { describe, expect, test } from 'vitest'

import type { Delivery, Unreadable } from '../../src/core/delivery.ts'
import { InvalidInputError, StorageError } from '../../src/core/errors.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { type KeptSelection, keptParts } from '../../src/core/quarantine.ts'
import { type ReplayDeps, replay } from '../../src/core/quarantine-replay.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { eventByKey } from '../../src/core/store/events.ts'
import { eventCounts, keptCounts, sourceCounts, totalCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent, REPLIES_ALERT } from '../support/events.ts'

const RECEIVED = aDelivery().receivedAt
const dayOf = createDayOf('UTC')

function aPart(holds: unknown, overrides: Partial<Unreadable> = {}): Unreadable {
  return { raw: Buffer.from(JSON.stringify(holds)), part: 'element', headers: {}, problem: 'too new', ...overrides }
}

async function keep(database: Database, delivery: Partial<Delivery>): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [{ ...aDelivery(), ...delivery }])
}

/** An adapter of today: a part is the events it holds, or says why it cannot be read. */
async function readToday(provider: string, { raw }: Unreadable, receivedAt: number): Promise<Delivery> {
  const holds: unknown = JSON.parse(Buffer.from(raw).toString())
  if (typeof holds === 'string') throw new InvalidInputError(holds)
  if (!Array.isArray(holds)) throw new TypeError('no list')
  const unreadable = holds.filter((each) => typeof each === 'string').map((each) => aPart(each, { problem: each }))
  return { provider, receivedAt, events: holds.filter((each) => typeof each === 'object'), unreadable }
}

async function replayed(
  database: Database,
  selection: KeptSelection = {},
  deps: Partial<ReplayDeps> = {},
  dryRun = false,
) {
  const still: string[] = []
  const parts = await Array.fromAsync(keptParts(database, selection))
  const result = await replay(
    {
      database,
      dayOf,
      ...REPLIES_ALERT,
      readAgain: readToday,
      nameAgain: async () => ({ ...aDelivery() }),
      rest: async () => {},
      ...deps,
    },
    parts,
    { dryRun, onStill: ({ id }, problem) => still.push(`${id} ${problem}`), onProgress: () => {} },
  )
  return { result, still }
}

async function listed(database: Database, selection: KeptSelection = {}): Promise<string[]> {
  const parts = await Array.fromAsync(keptParts(database, selection))
  return parts.map(({ id, provider, part, problem }) => `${id} ${provider} ${part} ${problem}`)
}

const nothing = { read: 0, unreadable: 0, named: 0, unnamed: 0, accepted: 0, duplicates: 0 }

describe.each(databases)('what is kept on $name', ({ open }) => {
  test('is listed and selected by id, provider, time and words of its problem', async () => {
    await using database = await open()
    await keep(database, { unreadable: [aPart('x', { problem: 'No Recipient' }), aPart('y', { part: 'body' })] })
    await keep(database, { provider: 'mailgun', receivedAt: RECEIVED + 1000, unreadable: [aPart('z')] })
    await keep(database, { events: [anEvent({ type: 'unknown', raw: { name: 'teleported' } })] })
    const noName = expect.stringMatching(/^e\d+ sendgrid unnamed .*no word/)
    const all = ['1 sendgrid element No Recipient', '2 sendgrid body too new', '3 mailgun element too new', noName]
    expect(await listed(database)).toEqual(all)
    expect(await listed(database, { ids: ['2', '9'] })).toEqual([all[1]])
    expect(await listed(database, { provider: 'mailgun' })).toEqual([all[2]])
    expect(await listed(database, { since: RECEIVED + 1 })).toEqual([all[2]])
    expect(await listed(database, { problem: 'no recipient' })).toEqual([all[0]])
    const [first] = await Array.fromAsync(keptParts(database, {}))
    expect(first).toMatchObject({ receivedAt: RECEIVED, bytes: 3 })
  })

  test('leaves quarantine and its counts when it was read, as of the day it came', async () => {
    await using database = await open()
    await keep(database, { unreadable: [aPart([anEvent(), anEvent({ recipient: 'bob@example.com' })])] })
    const { result, still } = await replayed(database)
    expect(result).toEqual({ ...nothing, read: 1, accepted: 2 })
    expect([still, await listed(database), (await keptCounts(database)).get('sendgrid')]).toEqual([[], [], 0])
    expect(await sourceCounts(database, ['sendgrid'], '2026-03-02')).toMatchObject([
      { outcome: 'accepted', day: '2026-03-02', count: 2, lastAt: RECEIVED },
      { outcome: 'quarantined', day: '2026-03-02', count: 0, lastAt: RECEIVED },
    ])
    expect(await contactByAddress(database, 'bob@example.com')).toMatchObject({ createdAt: RECEIVED })
  })

  test('stays byte for byte, with the problem it has now, when it still cannot be read', async () => {
    await using database = await open()
    await keep(database, { unreadable: [aPart('no recipient'), aPart({}), aPart([anEvent()])] })
    const { result, still } = await replayed(database)
    expect(result).toEqual({ ...nothing, read: 1, unreadable: 2, accepted: 1 })
    expect(still).toEqual(['1 no recipient', '2 TypeError: no list'])
    expect(await listed(database)).toEqual(['1 sendgrid element no recipient', '2 sendgrid element TypeError: no list'])
    const [row] = await database.db.select().from(database.tables.quarantine)
    expect(row?.raw.toString()).toBe('"no recipient"')
    expect((await keptCounts(database)).get('sendgrid')).toBe(2)
  })

  test('of a body is the elements that cannot be read, once the others can', async () => {
    await using database = await open()
    const body = [anEvent(), 'no recipient', anEvent()]
    await keep(database, { unreadable: [aPart(body, { part: 'body' })] })
    expect((await replayed(database)).result).toEqual({ ...nothing, read: 1, accepted: 2 })
    expect(await listed(database)).toEqual(['2 sendgrid element no recipient'])
    expect((await keptCounts(database)).get('sendgrid')).toBe(1)
  })

  test('of an element goes in as far as it can be read, again and again without effect', async () => {
    await using database = await open()
    await keep(database, { unreadable: [aPart([anEvent(), 'one recipient is no address'])] })
    for (const accepted of [1, 0, 0])
      expect((await replayed(database)).result).toMatchObject({ unreadable: 1, accepted })
    expect((await sourceCounts(database, ['sendgrid'], '2026-03-02')).filter(({ count }) => count > 0)).toMatchObject([
      { outcome: 'accepted', count: 1 },
      { outcome: 'quarantined', count: 1 },
    ])
  })

  test('costs only itself when it can be read and not stored', async () => {
    await using database = await open()
    const poison = anEvent({ occurredAt: Number.NaN, recipient: 'eve@example.com' })
    await keep(database, { unreadable: [aPart([anEvent()]), aPart([poison]), aPart([anEvent()])] })
    const { result, still } = await replayed(database)
    expect(result).toEqual({ ...nothing, read: 2, unreadable: 1, accepted: 2 })
    expect(still).toEqual([expect.stringMatching(/^2 could not be stored: /)])
    expect(await listed(database)).toEqual([expect.stringMatching(/^2 sendgrid element could not be stored: /)])
    expect(await contactByAddress(database, 'eve@example.com')).toBeUndefined()
  })

  test('counts once when two people replay it at the same time, and what comes again meanwhile too', async () => {
    await using database = await open()
    const events = Array.from({ length: 30 }, () => anEvent())
    await keep(database, { unreadable: events.map((event) => aPart([event])) })
    const [a, b] = await Promise.all([
      replayed(database),
      replayed(database),
      ...events.map((event) => keep(database, { events: [event] })),
    ])
    expect(a.result.read + b.result.read).toBe(30)
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ counters: { opened: { count: 30 } } })
    expect(await eventCounts(database, '2026-03-01', '2026-03-03')).toEqual(new Map([['opened', 30]]))
    expect([await listed(database), (await keptCounts(database)).get('sendgrid')]).toEqual([[], 0])
  })

  test('has its effects when it was a reply', async () => {
    await using database = await open()
    const reply = anEvent({ type: 'replied' })
    await keep(database, { unreadable: [aPart([reply])] })
    await replayed(database)
    const jobs = await database.db.select().from(database.tables.jobs)
    expect(jobs).toMatchObject([{ id: `alert:replied:sendgrid:${reply.id}`, state: 'waiting' }])
  })

  test('is as it was after a dry run, which counts the same', async () => {
    await using database = await open()
    await keep(database, { unreadable: [aPart([anEvent()]), aPart('another problem')] })
    const before = await listed(database)
    expect((await replayed(database, {}, {}, true)).result).toEqual({ ...nothing, read: 1, unreadable: 1, accepted: 1 })
    expect(await listed(database)).toEqual(before)
    expect(await contactByAddress(database, 'ada@example.com')).toBeUndefined()
  })
})

describe.each(databases)('an event that had no name here, on $name', ({ open }) => {
  const unnamed = anEvent({ type: 'unknown', raw: { name: 'teleported' } })

  /** Today's name for it. */
  const named = (overrides: Partial<EngagementEvent>) => async (before: EngagementEvent) =>
    aDelivery({ ...before, raw: null, ...overrides })

  test('is counted as what it is once there is a name, with the id it had', async () => {
    await using database = await open()
    await keep(database, { events: [anEvent({ type: 'sent' }), unnamed] })
    const nameAgain = named({ type: 'clicked', id: 'derived without its header', url: 'https://example.org/' })
    expect((await replayed(database, {}, { nameAgain })).result).toEqual({ ...nothing, named: 1, accepted: 1 })
    const contact = await contactByAddress(database, 'ada@example.com')
    expect(contact?.status).toBe('engaged')
    expect(
      Object.entries(contact?.counters ?? {})
        .map(([tally, { count }]) => `${count} ${tally}`)
        .sort(),
    ).toEqual(['1 clicked', '1 sent'])
    expect(await eventByKey(database, unnamed)).toMatchObject({ type: 'clicked', receivedAt: RECEIVED })
    const counts = await eventCounts(database, '2026-03-01', '2026-03-03')
    expect(Object.fromEntries(counts)).toEqual({ sent: 1, clicked: 1 })
    expect(await sourceCounts(database, ['sendgrid'], '2026-03-02')).toMatchObject([{ outcome: 'accepted', count: 2 }])
    expect(Object.fromEntries(await totalCounts(database))).toEqual({ engaged: 1 })
    await keep(database, { events: [{ ...unnamed, type: 'clicked' }] })
    expect(Object.fromEntries(await eventCounts(database, '2026-03-01', '2026-03-03'))).toEqual({ sent: 1, clicked: 1 })
  })

  test.each<[what: string, nameAgain: ReplayDeps['nameAgain']]>([
    ['has none still', named({ type: 'unknown' })],
    ['is about somebody else now', named({ type: 'clicked', recipient: 'bob@example.com' })],
    ['is none any more', async () => aDelivery()],
    ['cannot be read any more', () => Promise.reject(new InvalidInputError('no'))],
    [
      'is one of several of that person',
      async (e) => aDelivery({ ...e, type: 'sent', id: 'a' }, { ...e, type: 'opened', id: 'b' }),
    ],
  ])('stays what it was when it %s', async (_what, nameAgain) => {
    await using database = await open()
    await keep(database, { events: [unnamed] })
    const { result, still } = await replayed(database, {}, { nameAgain })
    expect(result).toEqual({ ...nothing, unnamed: 1 })
    expect(still).toEqual([expect.stringContaining('no word')])
    expect(await eventByKey(database, unnamed)).toMatchObject({ type: 'unknown' })
    expect(await eventCounts(database, '2026-03-01', '2026-03-03')).toEqual(new Map([['unknown', 1]]))
  })

  test('finds its person when it was a reply from another address, and leaves nobody behind', async () => {
    await using database = await open()
    const home = { ...unnamed, recipient: 'ada@home.example' }
    await keep(database, { events: [anEvent({ type: 'sent', rfcMessageId: 'm1@example.org' }), home] })
    const reply = { from: 'ada@home.example', to: null, subject: null, text: 'Yes', html: null, excerpt: 'Yes' }
    const nameAgain = named({
      type: 'inbound',
      reply: { ...reply, inReplyTo: 'm1@example.org', references: [], auto: false },
    })
    await replayed(database, {}, { nameAgain })
    expect(await contactByAddress(database, 'ada@home.example')).toBeUndefined()
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ counters: { replied: { count: 1 } } })
    expect(Object.fromEntries(await totalCounts(database))).toEqual({ engaged: 1, has_valid_address: 1 })
    expect(await database.db.select().from(database.tables.jobs)).toHaveLength(1)
  })

  test('gets its name once when two people replay it at the same time', async () => {
    await using database = await open()
    await keep(database, { events: [unnamed, { ...unnamed, id: 'another' }] })
    const nameAgain = named({ type: 'clicked' })
    const both = await Promise.all([replayed(database, {}, { nameAgain }), replayed(database, {}, { nameAgain })])
    expect(both[0].result.named + both[1].result.named).toBe(2)
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ counters: { clicked: { count: 2 } } })
    expect(Object.fromEntries(await eventCounts(database, '2026-03-01', '2026-03-03'))).toEqual({ clicked: 2 })
    expect(await sourceCounts(database, ['sendgrid'], '2026-03-02')).toMatchObject([{ outcome: 'accepted', count: 2 }])
  })

  test('is not listed when nothing of it was kept', async () => {
    await using database = await open()
    await keep(database, { events: [{ ...unnamed, raw: null }] })
    expect(await listed(database)).toEqual([])
  })
})

test('a database that cannot be written ends the replay and keeps everything', async () => {
  await using database = await openSqlite()
  await keep(database, { unreadable: [aPart([anEvent()]), aPart([anEvent()])] })
  const full: Database = { ...database, transaction: () => Promise.reject(new StorageError('disk full')) }
  await expect(replayed(full)).rejects.toThrow(StorageError)
  expect(await listed(database)).toHaveLength(2)
})

test('large parts are read one after the other, and a server may write in between', async () => {
  await using database = await openSqlite()
  const large = () => aPart([anEvent({ metadata: { text: 'x'.repeat(700_000) } })])
  await keep(database, { unreadable: [large(), large(), large()] })
  let rests = 0
  await replayed(database, {}, { rest: async () => void rests++ })
  expect(rests).toBe(3)
})
