import type { NewJob } from './job.ts'
import type { Database } from './store/database.ts'
import { enqueue } from './store/jobs.ts'
import type { JobHandler } from './worker.ts'

/** Once a day, beside what is done at every start: a server that runs for months forgets as it promised. */
export const HOUSEKEEPING = 'housekeeping'

const DAY_MS = 24 * 60 * 60_000

/** One for each day: queueing it twice queues it once, and in several processes there is one chain of them. */
export function housekeepingJob(at: number): NewJob {
  const day = Math.floor(at / DAY_MS) + 1
  return { id: `${HOUSEKEEPING}:${day}`, kind: HOUSEKEEPING, payload: {}, key: null, runAt: day * DAY_MS }
}

interface HousekeepingDeps {
  readonly database: Database
  readonly keepHouse: () => Promise<void>
  readonly now: () => number
}

/** Queues the next one before this one, which may fail. */
export function housekeepingHandler({ database, keepHouse, now }: HousekeepingDeps): JobHandler {
  return async () => {
    await database.transaction((tx) => enqueue(tx, [housekeepingJob(now())], now()))
    await keepHouse()
  }
}
