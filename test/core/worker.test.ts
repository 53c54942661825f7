import type { SQL } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'

import { CrmError, StorageError, UncertainError, UpstreamError } from '../../src/core/errors.ts'
import type { NewJob } from '../../src/core/job.ts'
import { createLogger } from '../../src/core/logger.ts'
import { forgetGivenUp } from '../../src/core/send-again.ts'
import type { Database } from '../../src/core/store/database.ts'
import { eq, sql } from '../../src/core/store/drizzle.ts'
import {
  claimJobs,
  enqueue,
  extendLease,
  givenUp,
  jobCounts,
  nextRunAt,
  returnHeld,
  reviveJobs,
  uncertainCounts,
} from '../../src/core/store/jobs.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { backoff, MAX_ATTEMPTS, outcomeOf, takeBack, Worker, type WorkerDeps } from '../../src/core/worker.ts'
import { databases, postgresPlace } from '../support/databases.ts'

const start = Date.parse('2026-03-02T10:00:00Z')

function aJob(id: string, overrides: Partial<NewJob> = {}): NewJob {
  return { id, kind: 'alert', payload: { id }, key: null, runAt: start, ...overrides }
}

function aWorker(database: Database, handler: WorkerDeps['handlers'][string], overrides: Partial<WorkerDeps> = {}) {
  const clock = { now: start }
  const worker = new Worker({
    database,
    handlers: { alert: handler },
    owner: 'worker-1',
    now: () => clock.now,
    random: () => 0.5,
    log: createLogger('silent'),
    ...overrides,
  })
  return { worker, clock }
}

async function queue(database: Database, ...jobs: NewJob[]) {
  await database.transaction((tx) => enqueue(tx, jobs, start))
}

describe.each(databases)('jobs on $name', ({ open }) => {
  test('run once, with what they were queued with', async () => {
    await using database = await open()
    const ran: unknown[] = []
    const { worker } = aWorker(database, async (payload) => void ran.push(payload))
    await queue(database, aJob('a'), aJob('a'), aJob('b'))
    expect(await worker.runDue()).toBe(2)
    expect(await worker.runDue()).toBe(0)
    expect(ran).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(await jobCounts(database)).toEqual([])
  })

  test('wait for their time', async () => {
    await using database = await open()
    const { worker, clock } = aWorker(database, async () => {})
    await queue(database, aJob('a', { runAt: start + 1000 }))
    expect(await nextRunAt(database, ['alert'])).toBe(start + 1000)
    expect(await worker.runDue()).toBe(0)
    clock.now += 1000
    expect(await worker.runDue()).toBe(1)
  })

  test('are tried again later while others are away, and laid down as dead after some five hours', async () => {
    await using database = await open()
    const { worker, clock } = aWorker(database, () => Promise.reject(new UpstreamError('away')))
    await queue(database, aJob('a'))
    const pauses: number[] = []
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      expect(await worker.runDue()).toBe(1)
      expect(await worker.runDue()).toBe(0)
      const next = (await nextRunAt(database, ['alert'])) ?? 0
      pauses.push((next - clock.now) / 1000)
      clock.now = next
    }
    expect(pauses).toEqual([5, 15, 45, 135, 405, 1215, ...Array(5).fill(3600)])
    expect(await worker.runDue()).toBe(1)
    expect(await jobCounts(database)).toEqual([{ kind: 'alert', state: 'dead', count: 1 }])
    expect(await nextRunAt(database, ['alert'])).toBeNull()
  })

  test('with the same key run in order, and the second waits while the first is tried again', async () => {
    await using database = await open()
    const ran: unknown[] = []
    let fails = true
    const { worker, clock } = aWorker(database, async (payload) => {
      if (fails) throw new Error('no')
      ran.push(payload)
    })
    await queue(database, aJob('first', { key: 'ada' }), aJob('second', { key: 'ada' }), aJob('other', { key: 'bob' }))
    expect(await worker.runDue()).toBe(2)
    fails = false
    expect(await worker.runDue()).toBe(0)
    expect(await nextRunAt(database, ['alert'])).toBe(start + 5000)
    clock.now += 5000
    while ((await worker.runDue()) > 0);
    expect(ran).toContainEqual({ id: 'other' })
    expect(ran.filter((payload) => payload !== ran.find((other) => JSON.stringify(other).includes('other')))).toEqual([
      { id: 'first' },
      { id: 'second' },
    ])
  })

  test('of a worker that died are due again when its lease ends', async () => {
    await using database = await open()
    await queue(database, aJob('a'))
    const claim = { kinds: ['alert'], owner: 'dead', now: start, leaseUntil: start + 60_000, limit: 5 }
    await database.transaction((tx) => claimJobs(tx, claim))
    const ran: unknown[] = []
    const { worker, clock } = aWorker(database, async (payload) => void ran.push(payload))
    expect(await worker.runDue()).toBe(0)
    clock.now += 60_001
    expect(await worker.runDue()).toBe(1)
    expect(ran).toEqual([{ id: 'a' }])
  })

  test('stay with a worker that extends its lease, and are lost to one that comes too late', async () => {
    await using database = await open()
    await queue(database, aJob('a'))
    const claim = { kinds: ['alert'], owner: 'slow', now: start, leaseUntil: start + 60_000, limit: 5 }
    const [job] = await database.transaction((tx) => claimJobs(tx, claim))
    const extend = (until: number) =>
      database.transaction((tx) => extendLease(tx, job?.seq ?? 0, 'slow', start + until))
    expect(await extend(120_000)).toBe(true)
    const { worker, clock } = aWorker(database, async () => {})
    clock.now += 60_001
    expect(await worker.runDue()).toBe(0)
    clock.now += 60_000
    expect(await worker.runDue()).toBe(1)
    expect(await extend(300_000)).toBe(false)
  })

  test('that take every worker with them are laid down as dead, too', async () => {
    await using database = await open()
    await queue(database, { ...aJob('a'), runAt: 0 })
    const { worker, clock } = aWorker(database, async () => {})
    const claim = () =>
      database.transaction(async (tx) => {
        await returnHeld(tx, { now: clock.now, leaseEndedBy: clock.now, maxAttempts: MAX_ATTEMPTS, sends: [] })
        const lease = { kinds: ['alert'], owner: 'dies', now: clock.now, leaseUntil: clock.now + 1, limit: 1 }
        return (await claimJobs(tx, lease)).length
      })
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      expect(await claim()).toBe(1)
      clock.now += 1000
    }
    expect(await worker.runDue()).toBe(0)
    expect(await forgetGivenUp(database, clock.now)).toBe(0)
    expect(await jobCounts(database)).toEqual([{ kind: 'alert', state: 'dead', count: 1 }])
  })

  test('are marked where the answer of others was lost, until they are done', async () => {
    await using database = await open()
    let answers = false
    const { worker, clock } = aWorker(database, async () => {
      if (!answers) throw new UncertainError('no answer')
    })
    await queue(database, aJob('a'))
    await worker.runDue()
    expect(await uncertainCounts(database)).toEqual(new Map([['alert', 1]]))
    answers = true
    clock.now += 10_000
    await worker.runDue()
    expect(await uncertainCounts(database)).toEqual(new Map())
  })

  test('of a worker that died are marked where others may have seen something', async () => {
    await using database = await open()
    await queue(database, aJob('a'), aJob('b', { kind: 'quiet' }))
    const claim = { kinds: ['alert', 'quiet'], owner: 'dead', now: start, leaseUntil: start + 60_000, limit: 5 }
    await database.transaction((tx) => claimJobs(tx, claim))
    const { worker, clock } = aWorker(database, () => Promise.reject(new UpstreamError('later', { retryAfterMs: 1 })), {
      sends: ['alert'],
    })
    clock.now += 60_001
    await worker.runDue()
    expect(await uncertainCounts(database)).toEqual(new Map([['alert', 1]]))
  })

  test('that were given up can be begun anew, with as many attempts', async () => {
    await using database = await open()
    const { worker, clock } = aWorker(database, () => Promise.reject(new UncertainError('no answer')))
    await queue(database, aJob('a'))
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await worker.runDue()
      clock.now += 60 * 60_000
    }
    const dead = { kind: 'alert', lastError: 'UncertainError: no answer', count: 1, uncertain: 1 }
    expect(await givenUp(database)).toEqual([dead])
    const revive = (...kinds: string[]) => database.transaction((tx) => reviveJobs(tx, kinds, clock.now))
    expect(await revive('other')).toBe(0)
    expect(await revive('alert')).toBe(1)
    expect(await revive('alert')).toBe(0)
    await worker.runDue()
    expect(await jobCounts(database)).toEqual([{ kind: 'alert', state: 'waiting', count: 1 }])
  })

  test('are left alone by a worker that handles nothing', async () => {
    await using database = await open()
    await queue(database, aJob('a'))
    const { worker } = aWorker(database, async () => {}, { handlers: {} })
    expect(await worker.runDue()).toBe(0)
    expect(await nextRunAt(database, [])).toBeNull()
  })

  test('of a kind that nobody here handles stay for somebody else', async () => {
    await using database = await open()
    const { worker } = aWorker(database, async () => {})
    await queue(database, aJob('a', { kind: 'other' }))
    expect(await worker.runDue()).toBe(0)
    expect(await jobCounts(database)).toEqual([{ kind: 'other', state: 'waiting', count: 1 }])
  })

  test('are given back when the worker stops, and that is not counted against them', async () => {
    await using database = await open()
    const begun = Promise.withResolvers<void>()
    const { worker } = aWorker(database, async (_payload, { signal }) => {
      begun.resolve()
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    })
    await queue(database, aJob('a'))
    worker.wake()
    await begun.promise
    await worker.stop()
    expect(await database.db.select().from(database.tables.jobs)).toMatchObject([
      { state: 'waiting', attempts: 0, leaseOwner: null },
    ])
  })

  test('wait for none that takes long: each that is over makes room for the next', async () => {
    await using database = await open()
    const release = Promise.withResolvers<void>()
    const others = Promise.withResolvers<void>()
    const ran: string[] = []
    const atOnce = { now: 0, most: 0 }
    const { worker } = aWorker(database, async (_payload, { id }) => {
      atOnce.now += 1
      atOnce.most = Math.max(atOnce.most, atOnce.now)
      await (id === 'long' ? release.promise : new Promise(setImmediate))
      atOnce.now -= 1
      ran.push(id)
      if (ran.length === 30) others.resolve()
    })
    const names = Array.from({ length: 30 }, (_, n) => `quick-${n}`)
    await queue(
      database,
      aJob('long'),
      ...names.map((name) => aJob(name, { key: Number(name.at(-1)) < 5 ? 'ada' : null })),
    )
    worker.wake()
    await others.promise
    expect(ran.toSorted()).toEqual(names.toSorted())
    const inOrder = names.filter((name) => Number(name.at(-1)) < 5)
    expect(ran.filter((name) => inOrder.includes(name))).toEqual(inOrder)
    expect(atOnce).toEqual({ now: 1, most: 8 })
    release.resolve()
    await worker.stop()
    expect(await jobCounts(database)).toEqual([])
  })

  test('wait where eight are under way, and stopping waits for those', async () => {
    await using database = await open()
    const release = Promise.withResolvers<void>()
    const full = Promise.withResolvers<void>()
    let begun = 0
    const { worker } = aWorker(database, async () => {
      begun += 1
      if (begun === 8) full.resolve()
      await release.promise
    })
    await queue(database, ...Array.from({ length: 9 }, (_, n) => aJob(`job-${n}`)))
    worker.wake()
    await full.promise
    expect(await worker.runDue()).toBe(0)
    let isStopped = false
    const stopped = worker.stop().then(() => {
      isStopped = true
    })
    await new Promise(setImmediate)
    expect(isStopped).toBe(false)
    release.resolve()
    await stopped
    expect(begun).toBe(8)
    expect(await jobCounts(database)).toEqual([{ kind: 'alert', state: 'waiting', count: 1 }])
  })

  test('are not begun a second time where their lease ended while they are under way here', async () => {
    await using database = await open()
    const release = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const ran: string[] = []
    const { worker, clock } = aWorker(database, async (_payload, { id }) => {
      ran.push(id)
      begun.resolve()
      if (id === 'long') await release.promise
    })
    await queue(database, aJob('long'))
    worker.wake()
    await begun.promise
    clock.now += 60_001
    await queue(database, aJob('other'))
    expect(await worker.runDue()).toBe(1)
    expect(ran).toEqual(['long', 'other'])
    release.resolve()
    await worker.stop()
    expect(await jobCounts(database)).toEqual([])
  })

  test('are taken as many at a time as there is room for', async () => {
    await using database = await open()
    await queue(database, ...Array.from({ length: 20 }, (_, n) => aJob(`job-${n}`)))
    const claim = { kinds: ['alert'], owner: 'one', now: start, leaseUntil: start + 1, limit: 8 }
    for (const many of [8, 8, 4, 0]) {
      expect(await database.transaction((tx) => claimJobs(tx, claim))).toHaveLength(many)
    }
  })

  test('are taken by an index that the dead are not in', async () => {
    await using database = await open()
    const { jobs } = database.tables
    const many = (name: string) => Array.from({ length: 500 }, (_, n) => `${name}-${n}`)
    await queue(database, ...many('dead').map((id) => aJob(id, { key: 'ada' })))
    await database.transaction((tx) => tx.db.update(jobs).set({ state: 'dead' }))
    await queue(
      database,
      ...many('waiting').map((id) => aJob(id, { key: id })),
      aJob('behind the dead', { key: 'ada' }),
    )
    const claim = { kinds: ['alert'], owner: 'one', now: start, leaseUntil: start + 1, limit: 1 }
    const asked: SQL[] = []
    const all = async (query: SQL) => {
      asked.push(query)
      return []
    }
    await claimJobs({ ...database, all }, claim)
    await nextRunAt({ ...database, all }, ['alert'])
    expect(asked).toHaveLength(2)
    for (const query of asked) expect(await planOf(database, query)).toMatch(INDEX_OF_KEYS)
    expect(await indexed(database)).toContain("state <> 'dead'")
    await database.transaction((tx) => tx.db.delete(jobs).where(eq(jobs.key, 'waiting-0')))
    const taken = await database.transaction((tx) => claimJobs(tx, { ...claim, limit: 1000 }))
    expect(taken).toHaveLength(500)
    expect(taken.at(-1)?.id).toBe('behind the dead')
  })

  test('run when the worker is woken, also while it is at work', async () => {
    await using database = await open()
    const done = Promise.withResolvers<void>()
    const { worker } = aWorker(database, async (payload) => {
      if (JSON.stringify(payload).includes('first')) {
        await queue(database, aJob('second'))
        worker.wake()
      } else done.resolve()
    })
    await queue(database, aJob('first'))
    worker.wake()
    await done.promise
    await worker.stop()
    expect(await jobCounts(database)).toEqual([])
  })
})

/** Whether others with the key are looked for there, as each database says it. */
const INDEX_OF_KEYS =
  /SEARCH earlier USING (?:COVERING )?INDEX jobs_key|Index (?:Only )?Scan using jobs_key on jobs earlier/

/** How the database would go about it. */
async function planOf(database: Database, query: SQL): Promise<string> {
  return await database.transaction(async (tx) => {
    await tx.run(sql`analyze`)
    const explained = tx.dialect.name === 'sqlite' ? sql`explain query plan ${query}` : sql`explain ${query}`
    return JSON.stringify(await tx.all(explained))
  })
}

async function indexed(database: Database): Promise<string> {
  const of =
    database.dialect.name === 'sqlite'
      ? sql`select sql as it from sqlite_master where name = 'jobs_key'`
      : sql`select indexdef as it from pg_indexes where indexname = 'jobs_key'`
  const [row] = await database.all(of)
  return String(row?.it).replaceAll(/[()]|::text/g, '')
}

test('two workers on Postgres never run the same job', async () => {
  await using at = await postgresPlace()
  await using one = await openDatabase(at.url)
  await using two = await openDatabase(at.url)
  await queue(one, ...Array.from({ length: 60 }, (_, n) => aJob(`job-${n}`)))
  const ran: string[] = []
  const drain = async (database: Database, owner: string) => {
    const { worker } = aWorker(database, async (_payload, { id }) => void ran.push(id), { owner })
    while ((await worker.runDue()) > 0);
  }
  await Promise.all([drain(one, 'one'), drain(two, 'two')])
  expect(ran).toHaveLength(60)
  expect(new Set(ran).size).toBe(60)
})

test('a request to come back later is not counted as an attempt', () => {
  const error = new UpstreamError('slow down', { retryAfterMs: 30_000 })
  expect(outcomeOf(3, error, false, start, 0.5)).toMatchObject({ state: 'waiting', attempts: 2, runAt: start + 30_000 })
})

test('what cannot go better is given up at once, and a shutdown says nothing against it', () => {
  class Final extends CrmError {
    override get isFinal() {
      return true
    }
  }
  const outcome = (error: Error, isStopping = false) => outcomeOf(1, error, isStopping, start, 0.5)
  expect(outcome(new Final('too long'))).toMatchObject({ state: 'dead', attempts: 1 })
  expect(outcome(new Final('too long'), true)).toMatchObject({ state: 'waiting', attempts: 0 })
  expect(outcome(new CrmError('not now'))).toMatchObject({ state: 'waiting', attempts: 1 })
})

test('what is away is waited for; what somebody has to mend is given up after ten minutes, for the sake of what waits behind', () => {
  const stateAfter = (attempts: number, error: Error) => outcomeOf(attempts, error, false, start, 0.5).state
  for (const error of [
    new UpstreamError('away'),
    new UncertainError('no answer'),
    new StorageError('the disk is full'),
  ])
    expect([6, 11, 12].map((attempts) => stateAfter(attempts, error))).toEqual(['waiting', 'waiting', 'dead'])
  for (const error of [new CrmError('not in the channel'), new TypeError('a mistake')])
    expect([1, 5, 6].map((attempts) => stateAfter(attempts, error))).toEqual(['waiting', 'waiting', 'dead'])
})

test('pauses grow to an hour and vary by a fifth, and are four hours together at the least', () => {
  expect([1, 2, 6, 7, 20].map((attempts) => backoff(attempts, 0.5))).toEqual([
    ...[5_000, 15_000, 1_215_000, 3_600_000, 3_600_000],
  ])
  expect([0, 1].map((random) => backoff(1, random))).toEqual([4_000, 6_000])
  expect(backoff(20, 1)).toBe(3_600_000)
  const pauses = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, n) => backoff(n + 1, 0))
  expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(4 * 60 * 60_000)
})

test.each(databases)(
  'what a process left when it died is due at once where it was the only one: $name',
  async ({ name, open }) => {
    await using database = await open()
    await queue(database, aJob('a'))
    const claim = { kinds: ['alert'], owner: 'dead', now: start, leaseUntil: start + 60_000, limit: 5 }
    await database.transaction((tx) => claimJobs(tx, claim))
    await takeBack(database, ['alert'], start)
    const { worker } = aWorker(database, async () => {})
    const isOnlyOne = name === 'SQLite'
    expect(await uncertainCounts(database)).toEqual(new Map(isOnlyOne ? [['alert', 1]] : []))
    expect(await worker.runDue()).toBe(isOnlyOne ? 1 : 0)
  },
)
