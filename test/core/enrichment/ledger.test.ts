import process from 'node:process'

import { describe, expect, test } from 'vitest'

import { Ledger, readSubjects } from '../../../src/core/enrichment/ledger.ts'
import { ProviderError, type Terms, type Trouble } from '../../../src/core/enrichment/provider.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { Database } from '../../../src/core/store/database.ts'
import {
  type CallRow,
  clearTroubles,
  dayCounts,
  insertCall,
  providerRows,
  takeLookups,
} from '../../../src/core/store/enrichment.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { databases, openSqlite, postgresPlace, sqlitePlace } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import {
  addPeople,
  addresses,
  anEngine,
  anEnricher,
  aVerifier,
  books,
  counts,
  DAY_MS,
  dayOf,
  everybody,
  hit,
  lookups,
  MINUTE_MS,
  MISS,
  OPTED_OUT,
  rowOf,
  START,
  TODAY,
} from './engine.ts'

const TERMS: Terms = {
  provider: 'apollo',
  batchSize: 10,
  inFlight: 5,
  rate: { limit: 1000, intervalMs: 1000 },
  credits: 1,
  isRepeatable: false,
}
const DESK = { terms: TERMS, task: 'find', keyHash: 'key' } as const
const COMPANY = ['companyName'] as const

async function tell(database: Database, ...events: ReturnType<typeof anEvent>[]) {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
}

async function remove(database: Database, id: number) {
  const { contacts } = database.tables
  const { eq } = await import('../../../src/core/store/drizzle.ts')
  await database.transaction(async (tx) => void (await tx.db.delete(contacts).where(eq(contacts.id, id))))
}

/** A call whose process died after it had written down what it was about to ask. */
async function abandoned(database: Database, contactIds: readonly number[], overrides: Partial<CallRow> = {}) {
  const { provider, credits } = TERMS
  const call: CallRow = {
    ...{ id: 'call-1', provider, task: 'find', contactIds, credits: contactIds.length * credits, day: TODAY },
    ...{ startedAt: START, requestId: null, deadlineAt: null, callbackHash: null },
    ...overrides,
  }
  const until = START + 10 * MINUTE_MS
  const asking = { provider: call.provider, task: call.task, callId: call.id, now: START, until, again: false }
  await database.transaction(async (tx) => {
    await insertCall(tx, call)
    await takeLookups(
      tx,
      contactIds.map((id) => ({ id, clue: 'email' })),
      asking,
    )
    await tx.db.insert(tx.tables.enrichmentDays).values(
      ['', provider].map((name) => ({
        ...{ day: TODAY, provider: name as '' | typeof provider, credits: call.credits, calls: 1 },
        ...{ hits: 0, misses: 0, mismatches: 0, failed: 0, uncertain: 0 },
      })),
    )
  })
}

/** Enough to meet what matters; `BUDGET_ROUNDS=500` for the figure that was measured. */
const ROUNDS = Number(process.env.BUDGET_ROUNDS ?? 40)

describe.each(databases)('the budget on $name', ({ name, open }) => {
  test('20 runs at the same time spend exactly what there is', { timeout: 120_000 }, async () => {
    for (let nth = 0; nth < (name === 'SQLite' ? 4 : 2); nth += 1) {
      await using database = await open()
      const ids = await addPeople(database, addresses(160))
      const asked = { calls: 0 }
      const runs = Array.from({ length: 20 }, (_, run) => {
        const enricher = anEnricher('apollo', (clue) => {
          asked.calls += 1
          return hit(clue)
        })
        const { enrichment } = anEngine(database, [enricher], { dailyCredits: 100 })
        return enrichment.enrichBatch(ids.slice(run * 8, run * 8 + 8))
      })
      const outcomes = await Promise.all(runs)
      expect(await books(database)).toEqual({ spent: 100, open: 0 })
      expect(asked.calls).toBe(100)
      expect(outcomes.reduce((sum, { credits }) => sum + credits, 0)).toBe(100)
    }
  })

  test('many calls at the same time never set more aside than there is, and use it up', {
    timeout: 120_000,
  }, async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(40))
    const clues = ids.map((id) => ({ id, clue: 'email' }))
    const dear = { ...DESK, terms: { ...TERMS, credits: 5 } }
    for (let nth = 0; nth < (name === 'SQLite' ? ROUNDS : 8); nth += 1) {
      const now = START + nth * DAY_MS
      const ledger = new Ledger({ database, dayOf, now: () => now, dailyCredits: 100 })
      const begun = await Promise.all(
        Array.from({ length: 20 }, (_, run) => ledger.begin(dear, clues.slice(run * 2, run * 2 + 2), { again: true })),
      )
      const taken = begun.map(({ call }) => call?.contactIds.length ?? 0)
      expect(taken.reduce((sum, count) => sum + count, 0)).toBe(20)
      const [sum] = await dayCounts(database, dayOf(now), dayOf(now))
      expect(sum).toMatchObject({ provider: '', credits: 100 })
      for (const { call } of begun) if (call) await ledger.release(call, dear, null)
      expect((await dayCounts(database, dayOf(now), dayOf(now)))[0]).toMatchObject({ credits: 0 })
    }
  })

  test('is held against what the provider says a call cost', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(12))
    const half = anEnricher('apollo', undefined, {}, { credits: 5 })
    const { enrichment } = anEngine(database, [half], { dailyCredits: 10 })
    expect(await enrichment.enrichBatch(ids.slice(0, 10), { wants: COMPANY })).toMatchObject({ credits: 5 })
    expect(await books(database)).toEqual({ spent: 5, open: 0 })
    await enrichment.enrichBatch(ids, { wants: COMPANY })
    expect(half.calls.map((clues) => clues.length)).toEqual([10, 2])
  })

  test('is new on the next local day', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(4))
    const enricher = anEnricher('apollo')
    const { enrichment, clock } = anEngine(database, [enricher], { dailyCredits: 2 })
    const { later } = await enrichment.enrichBatch(ids, { wants: COMPANY })
    expect(later).toEqual({ ids: ids.slice(2), at: Date.parse('2026-03-03T00:00:00Z') })
    clock.now = later?.at ?? 0
    expect(await enrichment.enrichBatch(ids, { wants: COMPANY })).toMatchObject({ credits: 2, later: null })
    expect(enricher.calls.map((clues) => clues.length)).toEqual([2, 2])
  })
})

describe('two processes on one database', () => {
  /** Two connections of one process to SQLite would wait for each other: there the engines share one. */
  test.each(['SQLite', 'Postgres'])(
    'never ask about the same contact twice (%s)',
    { timeout: 120_000 },
    async (name) => {
      await using at = name === 'SQLite' ? sqlitePlace() : await postgresPlace()
      await using one = await openDatabase(at.url)
      await using other = name === 'SQLite' ? null : await openDatabase(at.url)
      const two = other ?? one
      const ids = await addPeople(one, addresses(120))
      const enrichers = [anEnricher('apollo'), anEnricher('apollo')]
      const runs = [one, two].map((database, nth) => {
        const inOrder = nth === 0 ? ids : ids.toReversed()
        return anEngine(database, enrichers.slice(nth, nth + 1)).enrichment.enrichBatch(inOrder)
      })
      await Promise.all(runs)
      const asked = enrichers.flatMap(({ calls }) => calls.flat().map(({ email }) => email))
      expect(asked.length).toBe(120)
      expect(new Set(asked).size).toBe(120)
      expect(await books(one)).toEqual({ spent: 120, open: 0 })
      expect((await everybody(one)).every(({ claims }) => claims.jobTitle?.apollo)).toBe(true)
    },
  )
})

describe.each(databases)('a process that died while it asked, on $name', ({ open }) => {
  test.each([
    ['a batch', 'enrichBatch'],
    ['one contact', 'enrichContact'],
  ] as const)(
    'is found by %s after ten minutes; what may have been billed stays spent, and nobody asks again',
    async (_what, verb) => {
      await using database = await open()
      const ids = await addPeople(database, addresses(2))
      const [id = 0] = ids
      await abandoned(database, ids)
      const enricher = anEnricher('apollo')
      const { enrichment, clock } = anEngine(database, [enricher])
      const run = () => (verb === 'enrichBatch' ? enrichment.enrichBatch(ids) : enrichment.enrichContact(id))
      clock.now += 10 * MINUTE_MS - 1
      await run()
      expect(await books(database)).toEqual({ spent: 2, open: 1 })
      clock.now += 1
      await run()
      expect(enricher.calls).toEqual([])
      expect(await books(database)).toEqual({ spent: 2, open: 0 })
      expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain'])
      expect((await dayCounts(database, TODAY, TODAY))[0]).toMatchObject({ uncertain: 2 })
    },
  )

  test('has its contacts taken by nobody before it is found, however long that takes', async () => {
    await using database = await open()
    const [id = 0] = await addPeople(database, addresses(1))
    await abandoned(database, [id])
    for (const again of [false, true]) {
      const { ledger } = anEngine(database, [], { clock: { now: START + DAY_MS } })
      const { call, left } = await ledger.begin(DESK, [{ id, clue: 'email+name' }], { again })
      expect([call, left]).toEqual([null, new Map([[id, 'asked']])])
    }
  })

  test('is found, and its contacts are asked about again where that is not billed twice', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(2))
    await abandoned(database, ids)
    const enricher = anEnricher('apollo', undefined, { isRepeatable: true })
    const { enrichment, clock } = anEngine(database, [enricher])
    expect(await enrichment.estimate(ids)).toMatchObject({ toAsk: 0 })
    clock.now += 10 * MINUTE_MS
    expect(await enrichment.estimate(ids)).toMatchObject({ toAsk: 2 })
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ counts: { enriched: 2 } })
    expect(await books(database)).toEqual({ spent: 2, open: 0 })
  })

  test('with a batch that nobody collected is found a day after it should have been done', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(2))
    await abandoned(database, ids, { requestId: 'batch-1', deadlineAt: START + MINUTE_MS })
    const enricher = anEnricher('apollo')
    const { enrichment, clock } = anEngine(database, [enricher])
    clock.now += DAY_MS
    await enrichment.enrichBatch(ids)
    expect(await books(database)).toEqual({ spent: 2, open: 1 })
    clock.now += MINUTE_MS
    await enrichment.enrichBatch(ids)
    expect(await books(database)).toEqual({ spent: 2, open: 0 })
    expect(enricher.calls).toEqual([])
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain'])
  })
})

describe.each(databases)('people who are not to be written to, on $name', ({ open }) => {
  test('are never asked about', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(4))
    const [, complained, left, bounced] = (await everybody(database)).map(({ email }) => email)
    await tell(
      database,
      anEvent({ recipient: complained ?? '', type: 'complained' }),
      anEvent({ recipient: left ?? '', type: 'unsubscribed' }),
      anEvent({ recipient: bounced ?? '', type: 'bounced', class: 'hard' }),
    )
    const [apollo, zerobounce] = [anEnricher('apollo'), aVerifier('zerobounce', 'valid')]
    const { enrichment } = anEngine(database, [apollo, zerobounce])
    expect(await enrichment.estimate(ids)).toMatchObject({ contacts: 4, toAsk: 1, most: 2 })
    for (const again of [false, true]) {
      const outcome = await enrichment.enrichBatch(ids, { again })
      expect(outcome.counts).toMatchObject({ suppressed: 3, [again ? 'complete' : 'enriched']: 1 })
    }
    for (const id of ids.slice(1)) expect(await enrichment.enrichContact(id)).toMatchObject({ kind: 'suppressed' })
    const about = [...apollo.calls.flat().map(({ email }) => email), ...zerobounce.calls.flat()]
    expect(new Set(about)).toEqual(new Set(['ada0@acme0.example']))
  })

  test('include those who opt out in the middle, and whoever is not asked about yet is not', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    const apollo = anEnricher(
      'apollo',
      async ({ email }) => {
        if (!email.startsWith('ada0@')) return MISS
        await tell(
          database,
          anEvent({ recipient: 'ada0@acme0.example', type: 'unsubscribed' }),
          anEvent({ recipient: 'ada2@acme2.example', type: 'unsubscribed' }),
        )
        return MISS
      },
      { batchSize: 1, inFlight: 1 },
    )
    const hunter = anEnricher('hunter')
    const { enrichment } = anEngine(database, [apollo, hunter])
    const outcome = await enrichment.enrichBatch(ids)
    expect(outcome.counts).toMatchObject({ suppressed: 2, enriched: 1 })
    expect(apollo.calls.flat().map(({ email }) => email)).toEqual(['ada0@acme0.example', 'ada1@acme1.example'])
    expect(hunter.calls.flat().map(({ email }) => email)).toEqual(['ada1@acme1.example'])
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
  })

  test.each([
    ['an enricher', () => anEnricher('hunter', () => OPTED_OUT)],
    ['a verifier', () => aVerifier('zerobounce', 'opted_out' as never)],
  ])('include those who told %s so; that holds against everything that comes later', async (_who, provider) => {
    await using database = await open()
    const [id = 0] = await addPeople(database, ['ada@acme.example'])
    const asked = provider()
    const next = anEnricher('pdl')
    const wants = asked.kind === 'verifier' ? (['emailStatus'] as const) : (['jobTitle', 'emailStatus'] as const)
    const { enrichment } = anEngine(database, [asked, next, aVerifier('reacher', 'valid')])
    expect(await enrichment.enrichContact(id, { wants })).toMatchObject({ kind: 'suppressed' })
    expect(next.calls).toEqual([])
    expect(await rowOf(database, id)).toMatchObject({ suppressed: 'opted_out', emailStatus: 'unknown' })

    // The last two make the reply a known one, by which its history is told again.
    const common = { recipient: 'ada@acme.example' } as const
    await tell(database, anEvent({ ...common, type: 'resubscribed' }), anEvent({ ...common, type: 'opened' }))
    const reply = { from: 'ada@acme.example', to: null, subject: null, text: null, html: null, excerpt: null }
    await tell(
      database,
      anEvent({
        ...{ ...common, type: 'inbound', occurredAt: START + 1 },
        reply: { ...reply, inReplyTo: 'm1@acme.example', references: [], auto: false },
      }),
    )
    await tell(database, anEvent({ ...common, type: 'sent', rfcMessageId: 'm1@acme.example' }))
    await addPeople(database, [{ email: 'ada@acme.example', firstName: 'Ada' }])
    expect(await rowOf(database, id)).toMatchObject({
      suppressed: 'opted_out',
      firstName: 'Ada',
      counters: { replied: { count: 1 } },
    })
    await enrichment.enrichContact(id, { again: true })
    expect(asked.calls.length).toBe(1)
    expect(await counts(database)).toMatchObject({ running: { suppressed: 1 }, recount: { suppressed: 1 } })
  })
})

describe.each(databases)('a contact that is deleted on $name', ({ open }) => {
  test('while its call is under way takes nothing from the others', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    const [first = 0, gone = 0, last = 0] = ids
    const enricher = anEnricher('apollo', async (clue) => {
      if (clue.email.startsWith('ada1@')) await remove(database, gone)
      return hit(clue, { jobTitle: `title of ${clue.email}` })
    })
    const { enrichment } = anEngine(database, [enricher])
    const outcome = await enrichment.enrichBatch(ids, { wants: ['jobTitle'] })
    expect(outcome.counts).toMatchObject({ enriched: 2 })
    for (const [id, email] of [
      [first, 'ada0@acme0.example'],
      [last, 'ada2@acme2.example'],
    ] as const) {
      const { claims } = await rowOf(database, id)
      expect(claims.jobTitle?.apollo?.value).toBe(`title of ${email}`)
    }
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
  })

  test('before it is asked about takes nothing from the others either, and costs nothing', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    const before = await readSubjects(database, ids)
    await remove(database, ids[1] ?? 0)
    const [desk] = anEngine(database, [anEnricher('apollo')]).desks
    const steps = await Promise.all(
      [...before.values()].map((subject) => desk?.ask({ subject, again: false, patienceMs: 0 })),
    )
    expect(steps.map((step) => (step?.kind === 'skipped' ? step.why : step?.kind))).toEqual([
      'answered',
      'gone',
      'answered',
    ])
    expect(await books(database)).toEqual({ spent: 2, open: 0 })
  })
})

/** A database whose writes to contacts fail while `isBroken` says so, inside a transaction that has written already. */
function failing(database: Database, isBroken: () => boolean): Database {
  return {
    ...database,
    transaction: (work) =>
      database.transaction((tx) =>
        work({
          ...tx,
          write: async (statement, rows) => {
            const written = await tx.write(statement, rows)
            if (isBroken() && statement.table === 'totals') throw new Error('the disk is gone')
            return written
          },
        }),
      ),
  }
}

test.each(databases)('an answer that cannot be written is not half written, on $name', async ({ open }) => {
  await using database = await open()
  const ids = await addPeople(database, addresses(2))
  let isBroken = false
  const enricher = anEnricher('apollo', (clue) => {
    isBroken = true
    return hit(clue)
  })
  const broken = failing(database, () => isBroken)
  const { enrichment, clock } = anEngine(broken, [enricher])
  const before = (await everybody(database)).map(({ claims: _, ...row }) => row)
  expect(await enrichment.enrichBatch(ids)).toMatchObject({ counts: { failed: 2 } })
  const after = await everybody(database)
  expect(after.every(({ claims }) => !claims.jobTitle)).toBe(true)
  expect(after.map(({ status, suppressed }) => ({ status, suppressed }))).toEqual(
    before.map(({ status, suppressed }) => ({ status, suppressed })),
  )
  expect(await books(database)).toEqual({ spent: 2, open: 1 })
  expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['asking', 'asking'])
  expect((await dayCounts(database, TODAY, TODAY))[0]).toMatchObject({ hits: 0, credits: 2 })

  isBroken = false
  clock.now += 10 * MINUTE_MS
  await enrichment.enrichBatch(ids)
  expect(enricher.calls.length).toBe(1)
  expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain'])
})

describe.each(databases)('what is left at a provider, on $name', ({ open }) => {
  /** A provider that fails while `trouble` says how, and tells its balance only where `tells` does. */
  function aDesk(trouble: () => Trouble | null, tells: () => number | null, creditsLeft: number | null = null) {
    const whole = anEnricher('hunter')
    return {
      ...whole,
      lookUp: async (...asked: Parameters<typeof whole.lookUp>) => {
        const how = trouble()
        if (how) throw new ProviderError(how, 'it does not work', { creditsLeft })
        return { ...(await whole.lookUp(...asked)), creditsLeft: tells() }
      },
    }
  }

  const retry = (database: Database) => database.transaction(clearTroubles)

  test.each<[credits: number, when: string, clear: (database: Database) => Promise<void>]>([
    [0, 'an hour later', async () => {}],
    [0, 'when a person wants it to be tried again', retry],
    [5, 'an hour later', async () => {}],
  ])(
    'is not known any more where one whose %d credits were too few answers %s, and does not say',
    async (credits, _when, clear) => {
      await using database = await open()
      const ids = await addPeople(database, addresses(2))
      let trouble: Trouble | null = 'out_of_credits'
      const desk = aDesk(
        () => trouble,
        () => null,
        credits || null,
      )
      const { enrichment, clock } = anEngine(database, [desk])
      await enrichment.enrichBatch(ids.slice(0, 1), { wants: COMPANY })
      expect(await providerRows(database)).toMatchObject([{ trouble: 'out_of_credits', creditsLeft: credits }])
      trouble = null
      clock.now += 60 * MINUTE_MS
      await clear(database)
      await enrichment.enrichBatch(ids, { wants: COMPANY })
      expect(await providerRows(database)).toMatchObject([{ trouble: null, creditsLeft: null }])
    },
  )

  test('stays known where an answer does not say, until the key is another', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    let left: number | null = 93
    const desk = aDesk(
      () => null,
      () => left,
    )
    const asking = async (key: string, nth: number) => {
      await anEngine(database, [desk], { key }).enrichment.enrichBatch(ids.slice(nth, nth + 1), { wants: COMPANY })
      return (await providerRows(database)).map(({ creditsLeft }) => creditsLeft)
    }
    expect(await asking('key-1', 0)).toEqual([93])
    left = null
    expect(await asking('key-1', 1)).toEqual([93])
    expect(await asking('key-2', 2)).toEqual([null])
  })

  test.each<[what: string, trouble: Trouble, key: string, creditsLeft: number | null]>([
    ['stays known where it asks to wait', 'rate_limited', 'key-1', 93],
    ['is not that of another key', 'auth_failed', 'key-2', null],
    ['is not known where it was not enough for several', 'out_of_credits', 'key-1', null],
  ])('%s', async (_what, kind, key, creditsLeft) => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    let trouble: Trouble | null = null
    const desk = aDesk(
      () => trouble,
      () => 93,
    )
    await anEngine(database, [desk]).enrichment.enrichBatch(ids.slice(0, 1), { wants: COMPANY })
    trouble = kind
    await anEngine(database, [desk], { key }).enrichment.enrichBatch(ids, { wants: COMPANY, patienceMs: 0 })
    expect(await providerRows(database)).toMatchObject([{ trouble, creditsLeft }])
  })
})

test('an answer about fewer people than were asked about leaves nobody waiting for the rest', async () => {
  await using database = await openSqlite()
  const ids = await addPeople(database, addresses(3))
  const whole = anEnricher('apollo')
  const short = {
    ...whole,
    lookUp: async (...asked: Parameters<typeof whole.lookUp>) => {
      const { answers, ...rest } = await whole.lookUp(...asked)
      return { ...rest, answers: answers.slice(0, 2) }
    },
  }
  await anEngine(database, [short]).enrichment.enrichBatch(ids)
  expect((await lookups(database)).map(({ outcome, callId }) => [outcome, callId])).toEqual([
    ['hit', null],
    ['hit', null],
    ['uncertain', null],
  ])
})

test('counts what became of every look-up', async () => {
  await using database = await openSqlite()
  const ids = await addPeople(database, addresses(4))
  const enricher = anEnricher('apollo', (clue) => {
    if (clue.email.startsWith('ada0@')) return hit(clue)
    if (clue.email.startsWith('ada1@')) return hit({ email: 'somebody@else.example' })
    return MISS
  })
  await anEngine(database, [enricher]).enrichment.enrichBatch(ids)
  const [sum, own] = await dayCounts(database, TODAY, TODAY)
  expect(sum).toMatchObject({ provider: '', calls: 1, hits: 1, misses: 2, mismatches: 1, failed: 0, credits: 4 })
  expect(own).toEqual({ ...sum, provider: 'apollo' })
})
