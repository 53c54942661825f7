import { afterEach, describe, expect, test, vi } from 'vitest'

import { readSubjects } from '../../../src/core/enrichment/ledger.ts'
import { type Enricher, ProviderError } from '../../../src/core/enrichment/provider.ts'
import { apollo } from '../../../src/core/enrichment/providers/apollo.ts'
import { dropcontact } from '../../../src/core/enrichment/providers/dropcontact.ts'
import { hunter } from '../../../src/core/enrichment/providers/hunter.ts'
import { zerobounce } from '../../../src/core/enrichment/providers/zerobounce.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { clearTroubles, providerRows } from '../../../src/core/store/enrichment.ts'
import { databases, openSqlite } from '../../support/databases.ts'
import {
  addPeople,
  addresses,
  anEngine,
  anEnricher,
  aVerifier,
  books,
  DAY_MS,
  everybody,
  hit,
  lookups,
  MINUTE_MS,
  MISS,
  rowOf,
  START,
} from './engine.ts'
import { type Answering, type Asked, aVendor, connected, type Vendor } from './vendor.ts'

const COMPANY = ['companyName'] as const

afterEach(() => {
  vi.useRealTimers()
})

/** Apollo's answer in bulk or alone, about whoever was asked about. */
function matches({ body, query }: Asked): Answering {
  const details: readonly { readonly email: string }[] = body ? JSON.parse(body).details : [{ email: query.email }]
  const people = details.map(({ email }) => ({
    email,
    email_status: 'verified',
    title: 'Head of Sales',
    linkedin_url: `http://www.linkedin.com/in/${email.split('@')[0]}`,
    organization: { name: 'Acme Ltd', primary_domain: email.split('@')[1] },
  }))
  if (!body) return { body: { person: people[0], request_id: '-7204471120033315841' } }
  return { body: { matches: people, credits_consumed: people.length } }
}

/** Apollo without its rate, which is of a minute. */
function fastApollo(vendor: Vendor): Enricher {
  const { enricher } = connected(apollo, vendor)
  if (enricher?.kind !== 'enricher') throw new Error('Apollo looks people up')
  return { ...enricher, terms: { ...enricher.terms, rate: { limit: 100_000, intervalMs: 1000 } } }
}

function fault(trouble: ProviderError['trouble'], retryAfterMs?: number): never {
  throw new ProviderError(trouble, 'it has a fault', retryAfterMs === undefined ? {} : { retryAfterMs })
}

describe('gathering', () => {
  test.each([
    [100, 10],
    [1_000, 100],
  ])(
    '%d contacts are exactly %d calls of Apollo, and each answer reaches its own contact',
    {
      timeout: 120_000,
    },
    async (people, calls) => {
      await using database = await openSqlite()
      await using vendor = await aVendor(matches)
      const ids = await addPeople(database, addresses(people))
      const { enrichment } = anEngine(database, [fastApollo(vendor)])
      expect(await enrichment.enrichBatch(ids)).toMatchObject({ contacts: people, counts: { enriched: people } })
      expect(vendor.asked.length).toBe(calls)
      const rows = await everybody(database)
      expect(
        rows.every(({ email, claims }) => claims.linkedinUrl?.apollo?.value.endsWith(`/${email.split('@')[0]}`)),
      ).toBe(true)
      expect(await books(database)).toEqual({ spent: people, open: 0 })
    },
  )

  test('200 who ask about one contact at the same time are one call, and all get its answer', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(matches)
    const [id = 0] = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => enrichment.enrichContact(id)))
    expect(vendor.asked.length).toBe(1)
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['enriched']))
  })

  test('one who wants a new answer does not make another be asked about again', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, ['ada@acme.example', 'bob@acme.example'])
    const [ada = 0, bob = 0] = ids
    const enricher = anEnricher('apollo', (clue) => hit(clue, { companyName: 'Acme' }))
    const { enrichment, desks } = anEngine(database, [enricher])
    const before = await subjectsOf(database, ids)
    await enrichment.enrichBatch(ids, { wants: COMPANY })
    expect(enricher.calls.length).toBe(1)
    // As another process sees Bob, which read him before the answer came.
    const [desk] = desks
    const ask = (id: number, again: boolean) => desk?.ask({ subject: before(id), again, patienceMs: 0 })
    const steps = await Promise.all([ask(ada, true), ask(bob, false)])
    expect(steps.map((step) => step?.kind)).toEqual(['answered', 'skipped'])
    expect(
      enricher.calls
        .slice(1)
        .flat()
        .map(({ email }) => email),
    ).toEqual(['ada@acme.example'])
  })

  test('never has more calls under way than the provider allows, also where a call is refused', async () => {
    await using database = await openSqlite()
    let [underWay, most] = [0, 0]
    const enricher = anEnricher(
      'apollo',
      async (clue) => {
        underWay += 1
        most = Math.max(most, underWay)
        await new Promise(setImmediate)
        underWay -= 1
        return hit(clue)
      },
      { batchSize: 1, inFlight: 3 },
    )
    const ids = await addPeople(database, addresses(30))
    await anEngine(database, [enricher]).enrichment.enrichBatch(ids)
    expect(most).toBe(3)
  })
})

async function subjectsOf(database: Database, ids: readonly number[]) {
  const subjects = await readSubjects(database, ids)
  return (id: number) => {
    const subject = subjects.get(id)
    if (!subject) throw new Error(`there is no subject ${id}`)
    return subject
  }
}

describe('a provider with faults', () => {
  test('is left for the next, which serves everybody, after at most ten calls', async () => {
    await using database = await openSqlite()
    const broken = anEnricher('apollo', () => fault('unavailable'), { batchSize: 1 })
    const hunter = anEnricher('hunter', undefined, { batchSize: 1 })
    const ids = await addPeople(database, addresses(60))
    const { enrichment } = anEngine(database, [broken, hunter])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ counts: { enriched: 60 } })
    expect(broken.calls.length).toBeLessThanOrEqual(10)
    expect(await books(database)).toEqual({ spent: 60, open: 0 })
  })

  test('is tried with one call after 30 s, then after a minute, and serves again when that goes well', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: START })
    await using database = await openSqlite()
    let isWell = false
    const apollo = anEnricher('apollo', (clue) => (isWell ? hit(clue) : fault('unavailable')), { batchSize: 1 })
    const clock = { now: START }
    const { enrichment } = anEngine(database, [apollo], { clock, wait: async () => {} })
    const ids = await addPeople(database, addresses(60))
    const later = (ms: number) => {
      clock.now += ms
      vi.setSystemTime(clock.now)
    }
    const callsIn = async (contacts: readonly number[]) => {
      const before = apollo.calls.length
      const outcome = await enrichment.enrichBatch(contacts, { wants: COMPANY })
      return { calls: apollo.calls.length - before, later: outcome.later && outcome.later.at - clock.now }
    }
    await enrichment.enrichBatch(ids.slice(0, 10), { wants: COMPANY })
    later(29_999)
    expect(await callsIn(ids)).toEqual({ calls: 0, later: 1 })
    later(1)
    expect(await callsIn(ids)).toEqual({ calls: 1, later: MINUTE_MS })
    later(MINUTE_MS - 1)
    expect(await callsIn(ids)).toEqual({ calls: 0, later: 1 })
    later(1)
    isWell = true
    expect(await callsIn(ids)).toEqual({ calls: 60, later: null })
  })

  test('is asked three times about a contact at most', async () => {
    await using database = await openSqlite()
    const apollo = anEnricher('apollo', () => fault('unavailable'))
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, waits } = anEngine(database, [apollo])
    const outcome = await enrichment.enrichBatch(ids, { wants: COMPANY })
    expect(apollo.calls.length).toBe(3)
    // Half of the jitter between half a second and 1.5, then 2.5 s.
    expect(waits).toEqual([1000, 1500])
    expect(outcome).toMatchObject({ credits: 0, lacking: { unavailable: 1 } })
    expect(outcome.later?.ids).toEqual(ids)
    expect(await lookups(database)).toEqual([])
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
  })

  test('that cannot be reached bills nothing, and is asked again in the next run', async () => {
    await using database = await openSqlite()
    const vendor = await aVendor(matches)
    await vendor[Symbol.asyncDispose]()
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 0, lacking: { unavailable: 1 } })
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
    expect(await lookups(database)).toEqual([])
  })
})

describe('a provider that asks us to wait', () => {
  function storm(retryAfter: string | null): Promise<Vendor> {
    const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
    return aVendor(() => ({ status: 429, headers, body: { message: 'slow down' } }))
  }

  test('is waited for exactly as long as it says, and asked no more than three times about a contact', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('7')
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, waits, clock } = anEngine(database, [fastApollo(vendor)])
    const outcome = await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(3)
    expect(waits).toEqual([7000, 7000])
    expect(outcome).toMatchObject({ lacking: { rate_limited: 1 }, later: { ids, at: clock.now + 7000 } })
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
  })

  test('is not waited for beyond what there is patience for in all', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('40')
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, waits } = anEngine(database, [fastApollo(vendor)])
    await enrichment.enrichBatch(ids, { patienceMs: 65_000 })
    expect(waits).toEqual([40_000])
    expect(vendor.asked.length).toBe(2)
  })

  test('for longer than there is patience is left for the next one, and asked again when it said', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('120')
    const hunter = anEnricher('hunter', (clue) => (clue.email.startsWith('ada0@') ? MISS : hit(clue)))
    const ids = await addPeople(database, addresses(25))
    const { enrichment, waits } = anEngine(database, [fastApollo(vendor), hunter])
    const outcome = await enrichment.enrichBatch(ids, { wants: COMPANY })
    expect(waits).toEqual([])
    expect(vendor.asked.length).toBeLessThanOrEqual(3)
    expect(outcome.counts).toMatchObject({ enriched: 24 })
    expect(outcome.later).toEqual({ ids: ids.slice(0, 1), at: START + 120_000 })
    // Another process does not ask it either.
    const other = anEngine(database, [fastApollo(vendor)], { clock: { now: START + 119_999 } })
    const before = vendor.asked.length
    await other.enrichment.enrichBatch(ids.slice(0, 1), { wants: COMPANY })
    expect(vendor.asked.length).toBe(before)
    other.clock.now += 1
    await other.enrichment.enrichBatch(ids.slice(0, 1), { wants: COMPANY })
    expect(vendor.asked.length).toBe(before + 1)
  })

  test('for hours is asked again when they are over, however much patience there is', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('20000')
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, waits, clock } = anEngine(database, [fastApollo(vendor)])
    const outcome = await enrichment.enrichBatch(ids, { patienceMs: DAY_MS })
    expect(waits).toEqual([])
    expect(outcome.later).toEqual({ ids, at: START + 20_000_000 })
    clock.now += 20_000_000 - 1
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(1)
    clock.now += 1
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(2)
  })

  test('for hours is asked a quarter of an hour later where a person wants it to be tried again', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('20000')
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, clock } = anEngine(database, [fastApollo(vendor)])
    await enrichment.enrichBatch(ids)
    clock.now += 15 * MINUTE_MS - 1
    await database.transaction(clearTroubles)
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(1)
    expect(await providerRows(database)).toMatchObject([{ trouble: 'rate_limited', until: START + 20_000_000 }])
    clock.now += 1
    await database.transaction(clearTroubles)
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(2)
  })

  test('asks for the minute that windows have where it does not say how long', async () => {
    await using database = await openSqlite()
    await using vendor = await storm(null)
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment, waits } = anEngine(database, [fastApollo(vendor)])
    await enrichment.enrichBatch(ids)
    expect(waits).toEqual([60_000])
  })

  test('gives back what was set aside when the program stops meanwhile', async () => {
    await using database = await openSqlite()
    await using vendor = await storm('7')
    const ids = await addPeople(database, ['ada@acme.example'])
    const logged: string[] = []
    const log = { debug() {}, info() {}, warn() {}, error: (message: string) => void logged.push(message) }
    const engine = anEngine(database, [fastApollo(vendor)], {
      log,
      wait: async (_ms, signal) => {
        engine.stop()
        signal.throwIfAborted()
      },
    })
    await engine.enrichment.enrichBatch(ids)
    expect(await lookups(database)).toEqual([])
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
    expect(logged).toEqual([])
  })
})

test('calls begun within any interval are never more than the provider allows', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: START })
  await using database = await openSqlite()
  const begun: number[] = []
  const enricher = anEnricher(
    'apollo',
    (clue) => {
      begun.push(Date.now())
      return hit(clue)
    },
    { batchSize: 1, inFlight: 50, rate: { limit: 50, intervalMs: MINUTE_MS } },
  )
  const ids = await addPeople(database, addresses(300))
  const { enrichment } = anEngine(database, [enricher])
  const first = enrichment.enrichBatch(ids.slice(0, 40), { wants: COMPANY })
  await advanceUntil(first)
  await vi.advanceTimersByTimeAsync(50_000)
  await advanceUntil(enrichment.enrichBatch(ids, { wants: COMPANY }))
  expect(begun.length).toBe(300)
  const within = begun.map((at) => begun.filter((other) => other >= at && other < at + MINUTE_MS).length)
  expect(Math.max(...within)).toBeLessThanOrEqual(50)
})

/** Lets the clock run until `work` is done: queries take turns of the event loop in between. */
async function advanceUntil(work: Promise<unknown>): Promise<void> {
  let isDone = false
  void work.finally(() => {
    isDone = true
  })
  while (!isDone) {
    await new Promise(setImmediate)
    await vi.advanceTimersByTimeAsync(100)
  }
  await work
}

describe('a provider that needs a person', () => {
  test.each([
    ['auth_failed', 401],
    ['misconfigured', 403],
  ])('(%s) is not asked again until its key changes', async (trouble, status) => {
    await using database = await openSqlite()
    let isRight = false
    await using vendor = await aVendor((asked) => (isRight ? matches(asked) : { status, body: 'no' }))
    const ids = await addPeople(database, addresses(25))
    const { enrichment, clock } = anEngine(database, [fastApollo(vendor)])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ lacking: { unavailable: 25 }, later: null })
    const calls = vendor.asked.length
    expect(calls).toBeLessThanOrEqual(3)
    expect(await providerRows(database)).toMatchObject([{ provider: 'apollo', trouble, until: null }])
    isRight = true
    clock.now += 400 * DAY_MS
    await enrichment.enrichBatch(ids)
    await anEngine(database, [fastApollo(vendor)], { clock }).enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(calls)
    const renewed = anEngine(database, [fastApollo(vendor)], { key: 'key-2', clock })
    expect(await renewed.enrichment.enrichBatch(ids)).toMatchObject({ counts: { enriched: 25 } })
    expect(await providerRows(database)).toMatchObject([{ provider: 'apollo', trouble: null }])
  })

  test('(out of credits) is left alone for an hour', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => ({ status: 402, body: 'no' }))
    const ids = await addPeople(database, addresses(2))
    const { enrichment, clock } = anEngine(database, [fastApollo(vendor)])
    const outcome = await enrichment.enrichBatch(ids)
    expect(outcome.later).toEqual({ ids, at: START + 60 * MINUTE_MS })
    expect(await providerRows(database)).toMatchObject([{ trouble: 'out_of_credits' }])
    clock.now += 60 * MINUTE_MS - 1
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(1)
    clock.now += 1
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(2)
  })

  test('(out of credits) has none left where one look-up is too dear, and who knows how many where several are', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => ({ status: 402, body: 'no' }))
    const ids = await addPeople(database, addresses(2))
    const { enrichment, clock } = anEngine(database, [fastApollo(vendor)])
    await enrichment.enrichBatch(ids)
    expect(await providerRows(database)).toMatchObject([{ trouble: 'out_of_credits', creditsLeft: null }])
    clock.now += 60 * MINUTE_MS
    await enrichment.enrichBatch(ids.slice(0, 1))
    expect(await providerRows(database)).toMatchObject([{ trouble: 'out_of_credits', creditsLeft: 0 }])
  })
})

describe.each(databases)('a batch that the credits do not cover, on $name', ({ open }) => {
  interface Purse {
    left: number
    /** Where it tells what is left. */
    readonly told: 'with its refusal' | 'when asked' | 'nowhere'
    /** What it says is left, if that is not true. */
    readonly said?: number
  }

  /** Dropcontact with so many credits; it refuses what they do not cover as a whole. */
  async function paidFrom(purse: Purse) {
    const batches: number[] = []
    const vendor = await aVendor(({ path, body }) => {
      const said = purse.said ?? purse.left
      if (path === '/v1/account/credits')
        return purse.told === 'when asked'
          ? { body: { credits: said } }
          : { status: 404, body: { detail: 'Not Found' } }
      const { data } = JSON.parse(body)
      batches.push(data.length)
      if (data.length > purse.left) {
        const refusal = { error: true, success: false, reason: 'Not enough credits' }
        return { status: 403, body: purse.told === 'with its refusal' ? { ...refusal, credits_left: said } : refusal }
      }
      purse.left -= data.length
      const name = `b-${batches.length}`
      return { body: { error: false, success: true, request_id: name, credits_left: purse.left } }
    })
    const { enricher } = connected(dropcontact, vendor)
    if (!enricher) throw new Error('Dropcontact looks people up')
    return { enricher, batches, [Symbol.asyncDispose]: () => vendor[Symbol.asyncDispose]() }
  }

  test.each(['with its refusal', 'when asked'] as const)(
    'is made as small as they are, where their number is told %s; the others are asked about an hour later',
    async (told) => {
      await using database = await open()
      const purse: Purse = { left: 3, told }
      await using vendor = await paidFrom(purse)
      const { enricher, batches } = vendor
      const ids = await addPeople(database, addresses(5))
      const { enrichment, clock } = anEngine(database, [enricher])
      const outcome = await enrichment.enrichBatch(ids)
      expect(batches).toEqual([5, 3])
      expect(outcome).toMatchObject({ counts: { waiting: 3 }, lacking: { waiting: 3, unavailable: 2 } })
      expect(outcome.later).toEqual({ ids: ids.slice(3), at: START + 60 * MINUTE_MS })
      expect(await books(database)).toEqual({ spent: 3, open: 1 })
      const asked = await lookups(database)
      expect(asked.map((lookup) => [lookup.contactId, lookup.outcome])).toEqual(
        ids.slice(0, 3).map((id) => [id, 'waiting']),
      )
      expect(await providerRows(database)).toMatchObject([{ trouble: null, until: null, creditsLeft: 0 }])

      purse.left = 10
      clock.now += 60 * MINUTE_MS
      expect(await enrichment.enrichBatch(ids)).toMatchObject({ counts: { waiting: 5 }, later: null })
      expect(batches).toEqual([5, 3, 2])
      expect(await books(database)).toEqual({ spent: 5, open: 2 })
      expect(await providerRows(database)).toMatchObject([{ trouble: null, creditsLeft: 8 }])
    },
  )

  test.each<[what: string, purse: Purse, creditsLeft: number | null]>([
    ['there are none', { left: 0, told: 'with its refusal' }, 0],
    ['there are none when it asks', { left: 0, told: 'when asked' }, 0],
    ['nobody says how many there are', { left: 3, told: 'nowhere' }, null],
    ['they should have covered it', { left: 0, told: 'with its refusal', said: 5 }, 5],
  ])('is not repeated where %s: the provider is left alone for an hour', async (_what, purse, creditsLeft) => {
    await using database = await open()
    await using vendor = await paidFrom(purse)
    const { enricher, batches } = vendor
    const ids = await addPeople(database, addresses(5))
    const { enrichment } = anEngine(database, [enricher])
    const until = START + 60 * MINUTE_MS
    expect((await enrichment.enrichBatch(ids)).later).toEqual({ ids, at: until })
    await enrichment.enrichBatch(ids)
    expect(batches).toEqual([5])
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
    expect(await lookups(database)).toEqual([])
    expect(await providerRows(database)).toMatchObject([{ trouble: 'out_of_credits', until, creditsLeft }])
  })

  test('shares them with another at the same time', { timeout: 60_000 }, async () => {
    await using database = await open()
    await using vendor = await paidFrom({ left: 3, told: 'with its refusal' })
    const ids = await addPeople(database, addresses(300))
    const outcome = await anEngine(database, [vendor.enricher]).enrichment.enrichBatch(ids)
    // Who comes second may be told that nothing is left now.
    expect(vendor.batches.filter((size) => size > 3).length).toBe(2)
    expect([1, 2]).toContain(vendor.batches.filter((size) => size === 3).length)
    expect(outcome.counts).toMatchObject({ waiting: 3 })
    expect(outcome.later?.ids.length).toBe(297)
    expect(await books(database)).toEqual({ spent: 3, open: 1 })
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'waiting'])
  })

  test('and that is lost when it is smaller is not submitted a third time, and what is left stays known', async () => {
    await using database = await open()
    const batches: number[] = []
    await using vendor = await aVendor(({ body }) => {
      batches.push(JSON.parse(body).data.length)
      return batches.length > 1 ? { cutAfter: 0 } : { status: 403, body: { credits_left: 3 } }
    })
    const { enricher } = connected(dropcontact, vendor)
    if (!enricher) throw new Error('Dropcontact looks people up')
    const ids = await addPeople(database, addresses(5))
    const { enrichment } = anEngine(database, [enricher])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 3, later: { ids: ids.slice(3) } })
    expect(batches).toEqual([5, 3])
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
    expect(await providerRows(database)).toMatchObject([{ trouble: null, creditsLeft: 3 }])
  })
})

test('ZeroBounce checks as many addresses as it says there are credits for', async () => {
  await using database = await openSqlite()
  const error = 'Invalid API Key or your account ran out of credits'
  const batches: number[] = []
  await using vendor = await aVendor(({ path, body }) => {
    if (path === '/getcredits') return { body: { Credits: '3' } }
    const asked: readonly { readonly email_address: string }[] = JSON.parse(body).email_batch
    batches.push(asked.length)
    if (asked.length > 3) return { body: { email_batch: [], errors: [{ error, email_address: 'all' }] } }
    const email_batch = asked.map(({ email_address }) => ({ address: email_address, status: 'valid', sub_status: '' }))
    return { body: { email_batch, errors: [] } }
  })
  const { verifier } = connected(zerobounce, vendor)
  if (!verifier) throw new Error('ZeroBounce verifies')
  const ids = await addPeople(database, addresses(5))
  const { enrichment } = anEngine(database, [verifier])
  const outcome = await enrichment.enrichBatch(ids, { wants: ['emailStatus'] })
  expect(batches).toEqual([5, 3])
  expect(outcome).toMatchObject({ credits: 3, counts: { enriched: 3 } })
  expect(outcome.later).toEqual({ ids: ids.slice(3), at: START + 60 * MINUTE_MS })
  expect(await books(database)).toEqual({ spent: 3, open: 0 })
})

describe('a fault that is answered', () => {
  const FAULTS: readonly (readonly [what: string, answer: Answering])[] = [
    ['500', { status: 500, body: { detail: 'internal error' } }],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '7' }, body: { detail: 'busy' } }],
    ['503 as a page', { status: 503, body: '<html>503</html>' }],
  ]
  const PROVIDERS = [dropcontact, zerobounce]

  test.each(
    PROVIDERS.flatMap((provider) => FAULTS.map(([what, answer]) => ({ id: provider.id, what, provider, answer }))),
  )('by $id ($what) may have been billed: nobody asks again by themselves', async ({ provider, answer }) => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => answer)
    const { enricher, verifier } = connected(provider, vendor)
    const asked = enricher ?? verifier
    if (!asked) throw new Error(`${provider.id} cannot be asked`)
    const ids = await addPeople(database, addresses(3))
    const { enrichment } = anEngine(database, [asked])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 3, lacking: { uncertain: 3 }, later: null })
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(1)
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain', 'uncertain'])
  })

  test.each<[what: string, answer: Answering]>([
    ['500', { status: 500, body: { errors: [] } }],
    ['502', { status: 502, body: '<html>502</html>' }],
    ['half an answer', { body: '{"data": {"person"', cutAfter: 9 }],
  ])('(%s) by one that does not bill twice is repeated, and costs nothing', async (_what, answer) => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => answer)
    const { enricher } = connected(hunter, vendor)
    if (enricher?.kind !== 'enricher') throw new Error('Hunter looks people up')
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [enricher])
    const outcome = await enrichment.enrichBatch(ids)
    expect(outcome).toMatchObject({ credits: 0, lacking: { unavailable: 1 }, later: { ids } })
    expect(vendor.asked.length).toBe(3)
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
    expect(await lookups(database)).toEqual([])
  })

  test('by one that bills what it finds and no more is repeated, and costs nothing', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => ({ status: 500, body: { message: 'internal error' } }))
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 0, later: { ids } })
    expect(vendor.asked.length).toBe(3)
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
  })

  test('by something else than the API was never heard there: it is repeated, and costs nothing', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => ({ status: 302, headers: { location: '/' }, body: '' }))
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 0, later: { ids } })
    expect(vendor.asked.length).toBe(3)
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
  })

  test('with a time to come back leaves the others alone until then', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor(() => ({ status: 503, headers: { 'retry-after': '600' }, body: {} }))
    const ids = await addPeople(database, addresses(2))
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    await enrichment.enrichBatch(ids.slice(0, 1))
    const outcome = await enrichment.enrichBatch(ids.slice(1))
    expect(outcome).toMatchObject({ credits: 0, later: { at: START + 10 * MINUTE_MS } })
    expect(vendor.asked.length).toBe(1)
    expect(await books(database)).toEqual({ spent: 0, open: 0 })
  })
})

describe('an answer that is lost', () => {
  test('may have been billed: nobody asks again by themselves, and what it cost stays spent', async () => {
    await using database = await openSqlite()
    let isLost = true
    await using vendor = await aVendor((asked) => (isLost ? { cutAfter: 0 } : matches(asked)))
    const ids = await addPeople(database, addresses(3))
    const { enrichment, clock } = anEngine(database, [fastApollo(vendor)])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 3, lacking: { uncertain: 3 }, later: null })
    expect(vendor.asked.length).toBe(1)
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain', 'uncertain'])

    isLost = false
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 0, lacking: { uncertain: 3 } })
    clock.now += 29 * DAY_MS
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(1)
    clock.now = START
    expect(await enrichment.enrichBatch(ids, { again: true })).toMatchObject({ credits: 3, counts: { enriched: 3 } })
    expect(await books(database)).toEqual({ spent: 6, open: 0 })
  })

  test('is asked for again at once where that is not billed twice', async () => {
    await using database = await openSqlite()
    const hunter = anEnricher('hunter', (clue, nth) => (nth === 1 ? fault('lost') : hit(clue)), { isRepeatable: true })
    const ids = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [hunter])
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 1, counts: { enriched: 1 } })
    expect(hunter.calls.length).toBe(2)
  })
})

describe('a call that is refused', () => {
  test('is made one by one, and who is refused alone is remembered like a miss', async () => {
    await using database = await openSqlite()
    await using vendor = await aVendor((asked) => {
      return /ada7@|ada7%40/.test(asked.body + asked.query.email) ? { status: 400, body: {} } : matches(asked)
    })
    const ids = await addPeople(database, addresses(10))
    const { enrichment } = anEngine(database, [fastApollo(vendor)])
    const outcome = await enrichment.enrichBatch(ids)
    expect(outcome.counts).toMatchObject({ enriched: 9, nothing: 1 })
    expect(vendor.asked.length).toBe(11)
    expect(await books(database)).toEqual({ spent: 9, open: 0 })
    await enrichment.enrichBatch(ids)
    expect(vendor.asked.length).toBe(11)
    expect((await lookups(database)).filter(({ outcome }) => outcome === 'miss')).toMatchObject([{ contactId: ids[7] }])
  })

  test('keeps to the number of calls that the provider allows at a time', async () => {
    await using database = await openSqlite()
    let [underWay, most] = [0, 0]
    const base = anEnricher('pdl', undefined, { batchSize: 50, inFlight: 2 })
    const picky: Enricher = {
      ...base,
      async lookUp(clues, signal) {
        most = Math.max(most, ++underWay)
        await new Promise(setImmediate)
        underWay -= 1
        return clues.length > 1 ? fault('refused') : await base.lookUp(clues, signal)
      },
    }
    const ids = await addPeople(database, addresses(100))
    const outcome = await anEngine(database, [picky]).enrichment.enrichBatch(ids)
    expect(outcome.counts).toMatchObject({ enriched: 100 })
    expect(most).toBeLessThanOrEqual(2)
  })
})

describe('a run that is ended early', () => {
  test('keeps what was asked already, and asks nobody else', async () => {
    await using database = await openSqlite()
    const ending = new AbortController()
    const apollo = anEnricher(
      'apollo',
      (clue) => {
        ending.abort()
        return hit(clue)
      },
      { batchSize: 1, inFlight: 2 },
    )
    const ids = await addPeople(database, addresses(40))
    const { enrichment } = anEngine(database, [apollo])
    await enrichment.enrichBatch(ids, { signal: ending.signal })
    expect(apollo.calls.length).toBeLessThanOrEqual(2)
    const enriched = (await everybody(database)).filter(({ claims }) => claims.jobTitle?.apollo)
    expect(enriched.length).toBe(apollo.calls.length)
    expect(await books(database)).toEqual({ spent: apollo.calls.length, open: 0 })
  })
})

test('a provider without credits is asked although the budget is spent', async () => {
  await using database = await openSqlite()
  const ids = await addPeople(database, addresses(3))
  const apollo = anEnricher('apollo')
  const reacher = aVerifier('reacher', 'valid', { credits: 0 })
  const { enrichment } = anEngine(database, [apollo, reacher], { dailyCredits: 0 })
  const outcome = await enrichment.enrichBatch(ids)
  expect(apollo.calls).toEqual([])
  expect(reacher.calls.flat().length).toBe(3)
  expect(outcome).toMatchObject({ credits: 0, lacking: { budget: 3 } })
  expect(outcome.later).toEqual({ ids, at: Date.parse('2026-03-03T00:00:00Z') })
  expect(await rowOf(database, ids[0] ?? 0)).toMatchObject({ emailStatus: 'valid', emailStatusSource: 'reacher' })
})
