import type { Delivery, IngestResult } from './delivery.ts'
import { StorageError } from './errors.ts'
import { GroupCommit } from './group-commit.ts'
import { type IngestDeps, ingestAll } from './ingest.ts'
import type { NewJob } from './job.ts'
import type { Logger } from './logger.ts'

export interface IngestQueue {
  /**
   * Resolves once the delivery is on stable storage. Rejects with `OverloadError` when too much
   * waits, and with `StorageError` when the database cannot be written; nothing is kept then.
   */
  add(delivery: Delivery): Promise<IngestResult>
  settled(): Promise<void>
}

export interface IngestQueueDeps extends IngestDeps {
  readonly log: Logger
  /** Called after a commit that queued jobs. */
  readonly jobsQueued: () => void
}

/** Deliveries in one transaction: enough to share the flush, few enough that nobody waits long. */
const MAX_GROUP_EVENTS = 1_000
const MAX_WAITING_EVENTS = 50_000

export function createIngestQueue(deps: IngestQueueDeps): IngestQueue {
  const { log, jobsQueued } = deps

  async function commit(deliveries: readonly Delivery[]): Promise<readonly IngestResult[]> {
    let queued = false
    const noting = (jobs: readonly NewJob[]) => {
      queued ||= jobs.length > 0
      return jobs
    }
    const { jobsFor, alertsFor = async () => [] } = deps
    const noted: IngestDeps = {
      ...deps,
      jobsFor: (...happened) => noting(jobsFor(...happened)),
      alertsFor: async (...happened) => noting(await alertsFor(...happened)),
    }
    const results = await ingestAll(noted, deliveries)
    if (queued) jobsQueued()
    return results
  }

  /** Finds the event that a group failed for, so that it costs only itself; that one is quarantined. */
  async function commitAlone(delivery: Delivery, cause: unknown): Promise<IngestResult> {
    if (cause instanceof StorageError) throw cause
    try {
      const [result] = await commit([delivery])
      if (result) return result
      throw new Error('a commit gave no result')
    } catch (error) {
      if (error instanceof StorageError) throw error
      log.error('delivery could not be stored whole', { provider: delivery.provider, error })
      return await commitEventByEvent(delivery)
    }
  }

  async function commitEventByEvent({ events, unreadable, ...delivery }: Delivery): Promise<IngestResult> {
    const results = [...(await commit([{ ...delivery, events: [], unreadable }]))]
    for (const event of events) {
      try {
        results.push(...(await commit([{ ...delivery, events: [event], unreadable: [] }])))
      } catch (error) {
        if (error instanceof StorageError) throw error
        const raw = Buffer.from(JSON.stringify(event))
        const kept = { raw, part: 'event', headers: {}, problem: `could not be stored: ${nameOf(error)}` } as const
        results.push(...(await commit([{ ...delivery, events: [], unreadable: [kept] }])))
      }
    }
    return results.reduce(sum)
  }

  const queue = new GroupCommit<Delivery, IngestResult>({
    commit,
    commitAlone,
    weigh: ({ events, unreadable }) => Math.max(1, events.length + unreadable.length),
    maxGroupWeight: MAX_GROUP_EVENTS,
    maxWaitingWeight: MAX_WAITING_EVENTS,
  })
  return { add: (delivery) => queue.add(delivery), settled: () => queue.settled() }
}

function sum(a: IngestResult, b: IngestResult): IngestResult {
  const erased = (a.erased ?? 0) + (b.erased ?? 0)
  return {
    ...(erased > 0 ? { erased } : {}),
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    unreadable: a.unreadable + b.unreadable,
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
