import fc from 'fast-check'
import { expect, test } from 'vitest'

import { UncertainError } from '../../src/core/errors.ts'
import { createLogger } from '../../src/core/logger.ts'
import { claimJobs, enqueue, jobCounts } from '../../src/core/store/jobs.ts'
import { takeBack, Worker } from '../../src/core/worker.ts'
import { openSqlite } from '../support/databases.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const KEYS = ['ada', 'bob'] as const

type Step =
  | { readonly do: 'queue'; readonly key: (typeof KEYS)[number] }
  /** What becomes of the first, the second, … that is done by this round of the worker. */
  | { readonly do: 'run'; readonly answers: readonly Answer[] }
  /** A worker takes what is due, does so many of it, and dies; the process starts anew, or another one waits for the lease. */
  | { readonly do: 'die'; readonly done: number; readonly starts: boolean }
  | { readonly do: 'wait'; readonly ms: number }

type Answer = 'taken' | 'lost before' | 'lost after'

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('queue'), key: fc.constantFrom(...KEYS) }),
  fc.record({
    do: fc.constant('run'),
    answers: fc.array(fc.constantFrom<Answer>('taken', 'lost before', 'lost after'), { maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('die'), done: fc.integer({ min: 0, max: 3 }), starts: fc.boolean() }),
  fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1000, 10_000, 61_000) }),
)

/** What takes messages, and knows one that it has by its name. */
function aRecipient() {
  const seen: { readonly key: string; readonly id: string }[] = []
  return {
    seen,
    take(key: string, id: string): void {
      if (!seen.some((one) => one.id === id)) seen.push({ key, id })
    },
  }
}

const RUNS = Number(process.env.OUTBOX_RUNS ?? 60)

test(`whatever is lost and whoever dies, each effect is seen once and in its order (${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using database = await openSqlite()
      const recipient = aRecipient()
      const queued: { key: string; id: string }[] = []
      const log = createLogger('silent')
      let now = START
      let answers: Answer[] = []
      const read = (payload: unknown): string => String(Object.values(payload ?? {})[0])
      const worker = new Worker({
        ...{ database, owner: 'alive', now: () => now, random: () => 0.5, sends: ['say'], log },
        handlers: {
          async say(payload, { id }) {
            const answer = answers.shift() ?? 'taken'
            if (answer !== 'lost before') recipient.take(read(payload), id)
            if (answer !== 'taken') throw new UncertainError('no answer')
          },
        },
      })
      for (const one of steps) {
        if (one.do === 'wait') now += one.ms
        if (one.do === 'queue') {
          const job = { key: one.key, id: `${queued.length}` }
          queued.push(job)
          const { key, id } = job
          await database.transaction((tx) => enqueue(tx, [{ id, kind: 'say', payload: { key }, key, runAt: 0 }], now))
        }
        if (one.do === 'run') {
          answers = [...one.answers]
          await worker.runDue()
        }
        if (one.do === 'die') {
          const claim = { kinds: ['say'], owner: 'dies', now, leaseUntil: now + 60_000, limit: 8 }
          const held = await database.transaction((tx) => claimJobs(tx, claim))
          for (const { id, payload } of held.slice(0, one.done)) recipient.take(read(payload), id)
          if (one.starts) await takeBack(database, ['say'], now)
        }
      }
      answers = []
      for (let round = 0; round < 60; round += 1) {
        now += 61 * 60_000
        await worker.runDue()
      }
      const dead = (await jobCounts(database)).reduce((sum, { count }) => sum + count, 0)
      const inOrder = (key: string, all: readonly { key: string; id: string }[]) =>
        all.filter((one) => one.key === key).map(({ id }) => id)
      // What takes too many with it is given up, and said to be so: nothing else is missing.
      expect(recipient.seen.length + dead).toBeGreaterThanOrEqual(queued.length)
      for (const key of KEYS) {
        const seen = inOrder(key, recipient.seen)
        const wanted = inOrder(key, queued)
        expect(new Set(seen).size).toBe(seen.length)
        expect(seen).toEqual(wanted.filter((id) => seen.includes(id)))
        if (dead === 0) expect(seen).toEqual(wanted)
      }
    }),
    { numRuns: RUNS },
  )
}, 120_000)
