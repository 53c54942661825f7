import { describe, expect, test } from 'vitest'

import { createEnrichment } from '../../../src/core/enrichment/create.ts'
import {
  COLLECT,
  collectJob,
  ENRICH,
  enrichmentHandlers,
  enrichmentJobs,
  importedJobs,
} from '../../../src/core/enrichment/jobs.ts'
import { type BatchEnricher, type Clue, ProviderError } from '../../../src/core/enrichment/provider.ts'
import type { EnrichmentSettings } from '../../../src/core/enrichment/settings.ts'
import { UpstreamError } from '../../../src/core/errors.ts'
import { EVENT_TYPES, type EventType } from '../../../src/core/event.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { dayCounts, openCalls } from '../../../src/core/store/enrichment.ts'
import { enqueue, nextRunAt } from '../../../src/core/store/jobs.ts'
import { Worker } from '../../../src/core/worker.ts'
import { databases, openSqlite } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import {
  aBatchEnricher,
  addPeople,
  addresses,
  anEngine,
  anEnricher,
  books,
  DAY_MS,
  dayOf,
  dns,
  type Engine,
  FULL,
  hit,
  lookups,
  MINUTE_MS,
  rowOf,
  START,
  silent,
  TODAY,
} from './engine.ts'
import { type Asked, aVendor } from './vendor.ts'

const JOB = { id: 'job', signal: new AbortController().signal }

function handlersOf({ enrichment, clock }: Engine, database: Database) {
  return enrichmentHandlers({ database, enrichment, now: () => clock.now })
}

async function jobs(database: Database) {
  const { jobs: table } = database.tables
  const rows = await database.db.select().from(table).orderBy(table.seq)
  return rows.map(({ id, kind, payload, runAt }) => ({ id, kind, payload, runAt }))
}

describe('what follows from an event', () => {
  const doing: ReadonlySet<EventType> = new Set([
    ...(['opened', 'clicked', 'replied', 'website_visit', 'form_submission'] as const),
    ...(['call_scheduled', 'call_completed', 'demo_attended'] as const),
  ])
  const all = (on: EnrichmentSettings['on'], isNew: boolean) =>
    EVENT_TYPES.filter((type) => enrichmentJobs(anEvent({ type, class: null }), { id: 7, isNew }, on).length > 0)

  test('with "reply" only a reply enriches', () => {
    for (const isNew of [true, false]) expect(all(new Set(['reply']), isNew)).toEqual(['replied'])
  })

  test('with "event" whoever does something is enriched, and whoever is new', () => {
    expect(new Set(all(new Set(['event']), false))).toEqual(doing)
    expect(all(new Set(['event']), true)).toEqual(EVENT_TYPES)
  })

  test('without either nothing does', () => {
    expect(all(new Set(['import']), true)).toEqual([])
    expect(all(new Set(), true)).toEqual([])
  })

  test('what a machine did enriches nobody', () => {
    const opened = anEvent({ type: 'opened', machine: true })
    expect(enrichmentJobs(opened, { id: 7, isNew: false }, new Set(['event']))).toEqual([])
  })

  test.each(databases)('a contact that does several things is queued once, on $name', async ({ open }) => {
    await using database = await open()
    const on = new Set(['event', 'reply'] as const)
    const jobsFor = (event: ReturnType<typeof anEvent>) => enrichmentJobs(event, { id: 7, isNew: false }, on)
    const events = (['clicked', 'replied', 'clicked'] as const).map((type) => anEvent({ type }))
    await ingestAll({ database, dayOf, jobsFor }, [aDelivery(...events)])
    await ingestAll({ database, dayOf, jobsFor }, [aDelivery(...events, anEvent({ type: 'clicked' }))])
    expect((await jobs(database)).map(({ id, payload }) => [id, payload])).toEqual([['enrich:7', { ids: [7] }]])
  })
})

test('an import enriches each of its groups, one after the other', () => {
  expect(importedJobs([], START)).toEqual([])
  expect(importedJobs([3, 4], START)).toMatchObject([{ kind: ENRICH, payload: { ids: [3, 4] }, key: ENRICH, runAt: 0 }])
})

describe('a job that enriches', () => {
  test('is done once, and is done where there is nothing left to do', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(3))
    const apollo = anEnricher('apollo')
    const engine = anEngine(database, [apollo])
    const worker = aWorker(engine, database)
    await database.transaction((tx) => enqueue(tx, importedJobs(ids, START), START))
    expect(await worker.runDue()).toBe(1)
    expect(await jobs(database)).toEqual([])
    await handlersOf(engine, database)[ENRICH]?.({ ids }, JOB)
    expect(apollo.calls.length).toBe(1)
  })

  test('is put off until it is worth trying again, and that does not count as a failure', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(2))
    const slow = anEnricher('apollo', (clue, nth) => {
      if (nth === 1) throw new ProviderError('rate_limited', 'it asks us to wait', { retryAfterMs: 5 * MINUTE_MS })
      return hit(clue)
    })
    const engine = anEngine(database, [slow])
    const worker = aWorker(engine, database)
    await database.transaction((tx) => enqueue(tx, importedJobs(ids, START), START))
    await worker.runDue()
    expect(await nextRunAt(database, [ENRICH])).toBe(START + 5 * MINUTE_MS)
    engine.clock.now += 5 * MINUTE_MS
    await worker.runDue()
    expect(await jobs(database)).toEqual([])
    expect(slow.calls.length).toBe(2)
  })

  test('is given back where the program stops before it is done', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(2))
    const stopping = new AbortController()
    const engine = anEngine(database, [anEnricher('apollo')])
    stopping.abort(new Error('the program stops'))
    const run = handlersOf(engine, database)[ENRICH]?.({ ids }, { ...JOB, signal: stopping.signal })
    await expect(run).rejects.toThrow('the program stops')
  })
})

function aWorker(engine: Engine, database: Database) {
  const now = () => engine.clock.now
  return new Worker({
    ...{ database, owner: 'worker-1', now, random: () => 0.5, log: silent },
    handlers: handlersOf(engine, database),
  })
}

/** Is done when `isReady` says so. */
function aBatch(isReady: () => boolean, says = (clue: Clue) => hit(clue)) {
  return aBatchEnricher('dropcontact', async (requestId, clues) => {
    return isReady() ? { answers: clues.map(says), credits: null, creditsLeft: 7, requestId } : null
  })
}

describe.each(databases)('a batch that is answered later, on $name', ({ open }) => {
  test('is collected after the program was ended, and never submitted twice', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(40))
    const before = aBatch(() => false)
    const first = anEngine(database, [before])
    expect(await first.enrichment.enrichBatch(ids)).toMatchObject({ counts: { waiting: 40 }, lacking: { waiting: 40 } })
    expect(before.calls.map((clues) => clues.length)).toEqual([40])
    expect(await books(database)).toEqual({ spent: 40, open: 1 })
    first.stop()

    const after = aBatch(() => true)
    const second = anEngine(database, [after], { clock: { now: START + 30_000 } })
    expect(await second.enrichment.enrichBatch(ids)).toMatchObject({
      counts: { waiting: 40 },
      lacking: { waiting: 40 },
    })
    const worker = aWorker(second, database)
    expect(await worker.runDue()).toBe(1)
    expect(after.calls).toEqual([])
    for (const id of ids) expect((await rowOf(database, id)).claims.jobTitle?.dropcontact?.value).toBe(FULL.jobTitle)
    expect(await books(database)).toEqual({ spent: 40, open: 0 })
    // What others may know beside it is asked for next.
    expect((await jobs(database)).map(({ id }) => id)).toEqual(ids.map((id) => `enrich:${id}`))
    while ((await worker.runDue()) > 0);
    expect(after.calls).toEqual([])
  })

  test('is looked for again while it is not ready, and given up after its deadline', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(2))
    const batch = aBatch(() => false)
    const engine = anEngine(database, [batch])
    await engine.enrichment.enrichBatch(ids)
    const [call] = await openCalls(database)
    const collect = () => engine.enrichment.collect(call?.id ?? '')
    await expect(collect()).rejects.toMatchObject({ retryAfterMs: 30_000 })
    engine.clock.now += 5 * MINUTE_MS - 1
    await expect(collect()).rejects.toBeInstanceOf(ProviderError)
    engine.clock.now += 1
    expect(await collect()).toEqual(ids)
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain'])
    expect(await books(database)).toEqual({ spent: 2, open: 0 })
    expect(await collect()).toEqual([])
    await engine.enrichment.enrichBatch(ids)
    expect(batch.calls.length).toBe(1)
  })

  test.each([
    ['does not know it any more', 'refused', 5 * MINUTE_MS],
    ['has a fault', 'unavailable', DAY_MS + 5 * MINUTE_MS],
    ['has another key', 'auth_failed', DAY_MS + 5 * MINUTE_MS],
  ] as const)('is given up where the provider %s (%s, after %d ms)', async (_what, trouble, ms) => {
    await using database = await open()
    const ids = await addPeople(database, addresses(2))
    const batch = aBatchEnricher('dropcontact', () => Promise.reject(new ProviderError(trouble, 'no such batch')))
    const engine = anEngine(database, [batch])
    await engine.enrichment.enrichBatch(ids)
    const worker = aWorker(engine, database)
    engine.clock.now += 30_000
    await worker.runDue()
    expect(await nextRunAt(database, [COLLECT])).toBe(engine.clock.now + 5 * MINUTE_MS)
    engine.clock.now = START + ms - 1
    await worker.runDue()
    expect(await nextRunAt(database, [COLLECT])).not.toBeNull()
    engine.clock.now = START + ms + 5 * MINUTE_MS
    await worker.runDue()
    expect(await nextRunAt(database, [COLLECT])).toBeNull()
    expect((await lookups(database)).map(({ outcome }) => outcome)).toEqual(['uncertain', 'uncertain'])
  })

  test('is settled once where two collect it at the same time', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    const engine = anEngine(database, [aBatch(() => true)])
    await engine.enrichment.enrichBatch(ids)
    const [call] = await openCalls(database)
    await Promise.all([1, 2, 3].map(() => engine.enrichment.collect(call?.id ?? '')))
    expect((await dayCounts(database, TODAY, TODAY))[0]).toMatchObject({ hits: 3, calls: 1, credits: 3 })
  })

  test('of which a submission was lost is not submitted again by itself', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(3))
    const lost = aBatchEnricher(
      'dropcontact',
      async () => null,
      () => {
        throw new ProviderError('lost', 'no answer')
      },
    )
    const engine = anEngine(database, [lost])
    expect(await engine.enrichment.enrichBatch(ids)).toMatchObject({ credits: 3, lacking: { uncertain: 3 } })
    await engine.enrichment.enrichBatch(ids)
    expect(lost.calls.length).toBe(1)
    expect(await books(database)).toEqual({ spent: 3, open: 0 })
    expect(await jobs(database)).toEqual([])
  })
})

test('a batch of a provider that is not set up any more is left to be swept', async () => {
  await using database = await openSqlite()
  const ids = await addPeople(database, addresses(1))
  await anEngine(database, [aBatch(() => false)]).enrichment.enrichBatch(ids)
  const [call] = await openCalls(database)
  const without = anEngine(database, [], { clock: { now: START + 2 * DAY_MS } })
  expect(await without.enrichment.collect(call?.id ?? '')).toEqual([])
  await without.enrichment.enrichBatch(ids)
  expect(await books(database)).toEqual({ spent: 1, open: 0 })
})

test('a handler says when to come back, whatever fails', async () => {
  await using database = await openSqlite()
  const failing: Pick<Engine['enrichment'], 'enrichBatch' | 'collect'> = {
    enrichBatch: () => Promise.reject(new Error('not asked for')),
    collect: () => Promise.reject(new ProviderError('unavailable', 'it has a fault')),
  }
  const handlers = enrichmentHandlers({ database, enrichment: failing, now: () => START })
  const collecting = handlers[COLLECT]?.({ call: 'call-1' }, JOB)
  await expect(collecting).rejects.toBeInstanceOf(UpstreamError)
  await expect(collecting).rejects.toMatchObject({ retryAfterMs: 5 * MINUTE_MS })
  expect(collectJob({ id: 'call-1' }, START).payload).toEqual({ call: 'call-1' })
})

/** Dropcontact, which answers with its rows in another order. */
function dropcontactVendor() {
  let submitted: { readonly data: readonly { readonly email: string }[]; readonly custom_callback_url?: string }
  return {
    callbackUrl: () => submitted.custom_callback_url,
    answer({ method, body }: Asked) {
      if (method === 'POST') {
        submitted = JSON.parse(body)
        return { body: { success: true, error: false, request_id: 'req-1', credits_left: 90 } }
      }
      const data = submitted.data.map((record) => ({
        ...record,
        job: `title of ${record.email}`,
        email: [{ email: record.email, qualification: 'nominative@pro' }],
      }))
      return { body: { success: true, error: false, data: data.toReversed(), credits_left: 80 } }
    },
  }
}

describe('a provider that calls back', () => {
  function running(database: Database, origin: string, clock: { now: number }) {
    return createEnrichment({
      settings: {
        providers: [{ id: 'dropcontact', key: 'key-1', baseUrl: origin }],
        ...{ dailyCredits: 100, on: new Set() },
      },
      ...{ database, publicUrl: 'https://crm.example', dayOf, now: () => clock.now, random: () => 0.5, fetch },
      ...{ resolver: dns, log: silent },
    })
  }

  test('has its batch collected at once, each row by its own name; an unknown secret does nothing', async () => {
    await using database = await openSqlite()
    const dropcontact = dropcontactVendor()
    await using vendor = await aVendor(dropcontact.answer)
    const clock = { now: START }
    const ids = await addPeople(database, addresses(10))
    {
      await using first = running(database, vendor.origin, clock)
      expect(await first.enrichment.enrichBatch(ids)).toMatchObject({ counts: { waiting: 10 } })
    }
    const url = dropcontact.callbackUrl() ?? ''
    expect(url).toMatch(/^https:\/\/crm\.example\/enrichment\/dropcontact\/[\w-]{32}$/)
    await using second = running(database, vendor.origin, clock)
    expect(await second.called('not-a-secret-of-ours')).toBe(false)
    expect(await nextRunAt(database, [COLLECT])).toBe(START + 30_000)
    clock.now += 4000
    expect(await second.called(url.split('/').at(-1) ?? '')).toBe(true)
    expect(await nextRunAt(database, [COLLECT])).toBe(START + 4000)

    const handlers = enrichmentHandlers({ database, enrichment: second.enrichment, now: () => clock.now })
    const worker = new Worker({
      ...{ database, handlers, owner: 'worker-1', now: () => clock.now, random: () => 0.5, log: silent },
    })
    expect(await worker.runDue()).toBe(1)
    for (const id of ids) {
      const { email, claims, emailStatus } = await rowOf(database, id)
      expect(claims.jobTitle?.dropcontact?.value).toBe(`title of ${email}`)
      expect(emailStatus).toBe('valid')
    }
    expect(vendor.asked.filter(({ method }) => method === 'POST').length).toBe(1)
    // It is called back twice.
    expect(await second.called(url.split('/').at(-1) ?? '')).toBe(false)
  })
})

test('a batch keeps to the order of its contacts although some are deleted before it is collected', async () => {
  await using database = await openSqlite()
  const ids = await addPeople(database, addresses(3))
  const answered: (readonly string[])[] = []
  const batch: BatchEnricher = aBatchEnricher('dropcontact', async (requestId, clues) => {
    answered.push(clues.map(({ email }) => email))
    const answers = clues.map((_clue, nth) =>
      hit({ email: `ada${nth}@acme${nth}.example` }, { jobTitle: `title ${nth}` }),
    )
    return { answers, credits: null, creditsLeft: null, requestId }
  })
  const { enrichment } = anEngine(database, [batch])
  await enrichment.enrichBatch(ids)
  const { contacts } = database.tables
  const { eq } = await import('../../../src/core/store/drizzle.ts')
  await database.transaction(async (tx) => void (await tx.db.delete(contacts).where(eq(contacts.id, ids[1] ?? 0))))
  const [call] = await openCalls(database)
  await enrichment.collect(call?.id ?? '')
  expect(answered).toEqual([['ada0@acme0.example', '', 'ada2@acme2.example']])
  expect((await rowOf(database, ids[2] ?? 0)).claims.jobTitle?.dropcontact?.value).toBe('title 2')
})
