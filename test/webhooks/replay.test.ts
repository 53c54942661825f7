import { createHash } from 'node:crypto'

import { beforeAll, describe, expect, test } from 'vitest'

import { SECRETS } from '../../practice/email/sign.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { keptParts } from '../../src/core/quarantine.ts'
import { type ReplayDeps, replay } from '../../src/core/quarantine-replay.ts'
import { contactsAfter } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { eventOf, latestEvents } from '../../src/core/store/events.ts'
import { createDayOf } from '../../src/core/time.ts'
import { createAdapters } from '../../src/webhooks/adapters.ts'
import type { WebhookProvider } from '../../src/webhooks/provider.ts'
import { databases } from '../support/databases.ts'
import { anEvent, REPLIES_ALERT } from '../support/events.ts'
import { aReceiver, fixturesOf, NOW, patched, providers, requestOf, signed, type Unsigned } from './harness.ts'

const dayOf = createDayOf('UTC')

/** An adapter of yesterday: what it was not able to do yet. */
type Yesterday = (today: WebhookProvider) => WebhookProvider

const noBody: Yesterday = (today) => ({
  ...today,
  elements() {
    throw new Error('this shape is new')
  },
})

const noElement: Yesterday = (today) => ({
  ...today,
  toEvents() {
    throw new Error('this shape is new')
  },
})

/** Had no word for anything, and read the rest as it does today. */
const noName: Yesterday = (today) => ({
  ...today,
  async toEvents(element, request) {
    const events = await today.toEvents(element, request)
    return events.map((event) =>
      event.type === 'unknown' ? event : { ...event, type: 'unknown', class: null, bounce: null, reply: null },
    )
  },
})

/** The fixtures of a provider share their ids; here each of its elements has its own, as in life. */
function withOwnIds(provider: WebhookProvider): WebhookProvider {
  return {
    ...provider,
    async toEvents(element, request) {
      const own = createHash('sha256').update(JSON.stringify(element)).digest('base64url')
      return (await provider.toEvents(element, request)).map((event) => ({ ...event, id: `${event.id}/${own}` }))
    },
  }
}

function requestsOf(provider: WebhookProvider): Unsigned[] {
  return fixturesOf(provider.id).flatMap((fixture) => {
    const { base, batch, cases, headers = {} } = fixture
    if (!cases) return [requestOf(fixture)]
    const elements = cases.map(({ patch }) => patched(base, patch))
    return elements.map((element) => requestOf({ headers, body: batch ? [element] : element }))
  })
}

/** What `requests` are to an adapter. */
async function deliveriesOf(adapter: WebhookProvider, requests: readonly Unsigned[]): Promise<Delivery[]> {
  const { id } = adapter
  const { post, deliveries } = aReceiver({ providers: [adapter], secrets: { [id]: [SECRETS[id] ?? ''] } })
  for (const unsigned of requests) await post(id, signed(id, unsigned))
  return deliveries
}

function replaying(database: Database): ReplayDeps {
  return { ...createAdapters(providers.map(withOwnIds)), database, dayOf, ...REPLIES_ALERT, rest: async () => {} }
}

async function record(database: Database, deliveries: readonly Delivery[]): Promise<void> {
  await database.transaction(async (tx) => {
    for (const delivery of deliveries) await ingestAll({ database: tx, dayOf, ...REPLIES_ALERT }, [delivery])
  })
}

async function replayAll(database: Database, dryRun = false) {
  const parts = await Array.fromAsync(keptParts(database, {}))
  return await replay(replaying(database), parts, { dryRun, onStill: () => {}, onProgress: () => {} })
}

/** Everything that may be observed, in an order of its own. */
async function contents(database: Database) {
  const { db, tables } = database
  const events = await latestEvents(database, {}, 10_000)
  const counted = <Row extends { readonly count: number }>(rows: Row[]) => rows.filter(({ count }) => count !== 0)
  const kept = await db.select().from(tables.quarantine)
  return {
    contacts: inOrder(
      (await contactsAfter(database, 0, 10_000)).map(({ id: _, revision: _revision, heat, ...contact }) => ({
        ...contact,
        heat: heat.toPrecision(9),
      })),
    ),
    events: inOrder(events.map(({ event, recipient }) => eventOf(event, recipient))),
    eventDays: inOrder(counted(await db.select().from(tables.eventDays))),
    sourceDays: inOrder(counted(await db.select().from(tables.sourceDays))),
    totals: inOrder(counted(await db.select().from(tables.totals))),
    jobs: inOrder((await db.select().from(tables.jobs)).map(({ id, payload }) => ({ id, payload }))),
    kept: inOrder(kept.map(({ id: _, raw, ...row }) => ({ ...row, raw: raw.toString('base64') }))),
  }
}

function inOrder(rows: readonly unknown[]): unknown[] {
  return rows
    .map((row) => JSON.stringify(row, (_key, value) => sorted(value)))
    .sort()
    .map((row) => JSON.parse(row))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const cases = databases.flatMap(({ name, open }) =>
  providers.filter(({ id }) => name === 'SQLite' || id === 'postmark').map((provider) => ({ name, open, provider })),
)

describe.each(cases)('what $provider.id sent before its adapter was mended, on $name', ({ open, provider }) => {
  const today = withOwnIds(provider)
  const requests = requestsOf(provider)
  let atOnce: Awaited<ReturnType<typeof contents>>

  beforeAll(async () => {
    await using database = await open()
    await record(database, await deliveriesOf(today, requests))
    atOnce = await contents(database)
    expect(atOnce.events.length).toBeGreaterThan(10)
  })

  test.each<[what: string, yesterday: Yesterday]>([
    ['whole bodies', noBody],
    ['elements', noElement],
    ['events without a name', noName],
  ])('%s: replay leaves what reading at once would have left', async (_what, yesterday) => {
    await using database = await open()
    await record(database, await deliveriesOf(yesterday(today), requests))
    expect(await contents(database)).not.toEqual(atOnce)
    await replayAll(database)
    expect(await contents(database)).toEqual(atOnce)
    expect(await replayAll(database)).toMatchObject({ read: 0, named: 0, accepted: 0 })
    expect(await contents(database)).toEqual(atOnce)
  })
})

describe.each(databases)('a dry run on $name', ({ open }) => {
  const provider = providers.find(({ id }) => id === 'postmark') ?? missing()

  test.each<[what: string, yesterday: Yesterday]>([
    ['elements', noElement],
    ['events without a name', noName],
  ])('counts what a replay of %s will do, and changes nothing', async (_what, yesterday) => {
    await using database = await open()
    await record(database, await deliveriesOf(yesterday(withOwnIds(provider)), requestsOf(provider)))
    const before = await contents(database)
    const rehearsed = await replayAll(database, true)
    expect(await contents(database)).toEqual(before)
    expect(rehearsed.read + rehearsed.named).toBeGreaterThan(10)
    expect(await replayAll(database)).toEqual(rehearsed)
  })
})

describe('an event that was read and could not be stored', () => {
  const { readAgain } = createAdapters(providers)
  const kept = (event: object) => ({
    part: 'event' as const,
    raw: Buffer.from(JSON.stringify(event)),
    headers: {},
    problem: 'could not be stored: TypeError',
  })

  test('is read as it was kept, without its adapter', async () => {
    const reply = { ...NO_REPLY, text: 'Yes', references: ['m1@example.org'] }
    const event = anEvent({
      type: 'replied',
      reply,
      campaign: { id: null, name: 'Q1', step: '2' },
      metadata: { a: [1] },
    })
    const { events, unreadable } = await readAgain('sendgrid', kept(event), event.receivedAt)
    expect([events, unreadable]).toEqual([[event], []])
  })

  test('is read as an earlier version kept it, without what came later', async () => {
    const { suspected: _, ...earlier } = anEvent()
    expect((await readAgain('sendgrid', kept(earlier), NOW)).events).toEqual([{ ...earlier, suspected: null }])
  })

  test('that no version could store stays unread', async () => {
    const { unreadable } = await readAgain('sendgrid', kept(anEvent({ occurredAt: Number.NaN })), NOW)
    expect(unreadable).toMatchObject([{ problem: expect.stringContaining('occurredAt') }])
  })
})

test('what came from a provider that this version does not have cannot be read', async () => {
  const { readAgain, nameAgain } = createAdapters(providers)
  const part = { part: 'body' as const, raw: Buffer.from('{}'), headers: {}, problem: '' }
  await expect(readAgain('mailchimp', part, NOW)).rejects.toThrow('this version cannot read mailchimp')
  await expect(nameAgain(anEvent({ provider: 'mailchimp' }))).rejects.toThrow('this version cannot read mailchimp')
})

const NO_REPLY = {
  from: null,
  to: null,
  subject: null,
  text: null,
  html: null,
  excerpt: null,
  inReplyTo: null,
  references: [],
  auto: false,
}

function missing(): never {
  throw new Error('there is no such provider')
}
