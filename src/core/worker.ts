import { CrmError, StorageError, UncertainError, UpstreamError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Database } from './store/database.ts'
import { type ClaimedJob, claimJobs, extendLease, finishJob, nextRunAt, returnHeld, returnJob } from './store/jobs.ts'

/** Does what a job asks for. Runs at least once, so doing it twice must be harmless. Aborted at shutdown. */
export type JobHandler = (payload: unknown, job: RunningJob) => Promise<void>

export interface RunningJob {
  readonly id: string
  readonly signal: AbortSignal
  /** It may have been done before, with what was true then. */
  readonly uncertain?: boolean
}

export interface WorkerDeps {
  readonly database: Database
  readonly handlers: Readonly<Record<string, JobHandler>>
  /** Names this process in leases. */
  readonly owner: string
  readonly now: () => number
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** The kinds, of this worker or another, of which others may have seen something when a worker dies. */
  readonly sends?: readonly string[]
  readonly log: Logger
}

/** As many are under way at a time. What takes long shares a key or has a worker of its own, so that it never holds them all. */
const CONCURRENCY = 8
const LEASE_MS = 60_000
const HEARTBEAT_MS = 20_000
/** How often other processes' jobs and expired leases are looked for when nothing else wakes the worker. */
const POLL_MS = 30_000
/** With the pauses in between, some five hours: what is away comes back by itself. */
export const MAX_ATTEMPTS = 12
/** Ten minutes, where somebody has to mend something first: all that has its key waits behind it. */
const MAX_ATTEMPTS_UNMENDED = 6
const FIRST_BACKOFF_MS = 5_000
const MAX_BACKOFF_MS = 60 * 60_000

/**
 * Carries queued jobs: leases them, tries again with growing pauses, and lays a job down as dead when
 * that was of no use, or at once where no other attempt can go better. What a dead process held is due again when its lease ends.
 */
export class Worker {
  readonly #deps: WorkerDeps
  readonly #stop = new AbortController()
  /** What is under way, by its `seq`. */
  readonly #running = new Map<number, Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #again = false

  constructor(deps: WorkerDeps) {
    this.#deps = deps
  }

  /** Looks for due jobs now; called at start and after each commit that may have queued some. */
  wake(): void {
    if (this.#stop.signal.aborted) return
    clearTimeout(this.#timer)
    this.#again = true
    this.#round ??= this.#rounds()
  }

  /** Takes no more jobs, tells the running ones to end, and waits for them. */
  async stop(): Promise<void> {
    this.#stop.abort()
    clearTimeout(this.#timer)
    await this.#round
    await Promise.all(this.#running.values())
  }

  /** Runs what is due now and says how many jobs that were. */
  async runDue(): Promise<number> {
    const runs = await this.#begin()
    await Promise.all(runs)
    return runs.length
  }

  /** Takes as many due jobs as there is room for. */
  async #begin(): Promise<readonly Promise<void>[]> {
    const { database, owner, now, sends = [] } = this.#deps
    const kinds = this.#kinds
    const limit = this.#room
    if (kinds.length === 0 || limit === 0) return []
    const jobs = await database.transaction(async (tx) => {
      await returnHeld(tx, { now: now(), leaseEndedBy: now(), maxAttempts: MAX_ATTEMPTS, sends })
      return await claimJobs(tx, { kinds, owner, now: now(), leaseUntil: now() + LEASE_MS, limit })
    })
    // One whose lease ended though it is under way here is held again, and not begun twice.
    const others = jobs.filter(({ seq }) => !this.#running.has(seq))
    return others.map((job) => {
      const run = this.#run(job).finally(() => this.#running.delete(job.seq))
      this.#running.set(job.seq, run)
      return run
    })
  }

  get #kinds(): string[] {
    return Object.keys(this.#deps.handlers)
  }

  get #room(): number {
    return CONCURRENCY - this.#running.size
  }

  async #rounds(): Promise<void> {
    try {
      while (this.#again && !this.#stop.signal.aborted) {
        this.#again = false
        // Whatever is over makes room for the next, and may have been what others with its key waited for.
        for (const run of await this.#begin()) void run.then(() => this.wake())
      }
      // Where there is no room, the first that is over looks again.
      if (this.#room > 0) this.#sleep((await nextRunAt(this.#deps.database, this.#kinds)) ?? Number.POSITIVE_INFINITY)
    } catch (error) {
      this.#deps.log.error('jobs could not be looked for', { error })
      this.#sleep(this.#deps.now() + FIRST_BACKOFF_MS)
    } finally {
      this.#round = undefined
    }
    if (this.#again) this.wake()
  }

  #sleep(until: number): void {
    if (this.#stop.signal.aborted) return
    const wait = Math.min(Math.max(until - this.#deps.now(), 50), POLL_MS)
    this.#timer = setTimeout(() => this.wake(), wait)
    this.#timer.unref()
  }

  async #run(job: ClaimedJob): Promise<void> {
    const { database, handlers, owner, now, log } = this.#deps
    const started = now()
    const lost = new AbortController()
    const heartbeat = setInterval(() => {
      database
        .transaction((tx) => extendLease(tx, job.seq, owner, now() + LEASE_MS))
        .then((held) => held || lost.abort())
        .catch((error: unknown) => log.warn('lease could not be extended', { job: job.id, error }))
    }, HEARTBEAT_MS)
    try {
      await handlers[job.kind]?.(job.payload, {
        id: job.id,
        uncertain: job.uncertain,
        signal: AbortSignal.any([this.#stop.signal, lost.signal]),
      })
      await database.transaction((tx) => finishJob(tx, job.seq, owner))
      log.info('effect done', { job: job.id, kind: job.kind, attempts: job.attempts, ms: now() - started })
    } catch (error) {
      await this.#return(job, error).catch((problem: unknown) => {
        // Its lease ends by itself, and then it is due again.
        log.error('a job could not be given back', { job: job.id, error: problem })
      })
    } finally {
      clearInterval(heartbeat)
    }
  }

  async #return(job: ClaimedJob, error: unknown): Promise<void> {
    const { database, owner, now, random, log } = this.#deps
    const outcome = outcomeOf(job.attempts, error, this.#stop.signal.aborted, now(), random())
    const fields = { job: job.id, kind: job.kind, attempts: job.attempts, error }
    if (outcome.state === 'dead') log.error('effect given up', fields)
    else if (outcome.attempts < job.attempts) log.debug('effect put off', fields)
    else log.warn('effect failed', fields)
    await database.transaction((tx) => returnJob(tx, job.seq, owner, outcome))
  }
}

/** What becomes of a job that failed for the `attempts`th time. */
export function outcomeOf(attempts: number, error: unknown, isStopping: boolean, now: number, random: number) {
  const lastError = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'unknown'
  const said = { lastError, ...(error instanceof UncertainError ? { uncertain: true } : {}) } as const
  // Neither a shutdown nor a request to come back later says anything against the job.
  if (isStopping) return { state: 'waiting', attempts: attempts - 1, runAt: now, ...said } as const
  if (error instanceof UpstreamError && error.retryAfterMs !== undefined) {
    return { state: 'waiting', attempts: attempts - 1, runAt: now + error.retryAfterMs, ...said } as const
  }
  const isAway = error instanceof UpstreamError || error instanceof StorageError
  const enough = isAway ? MAX_ATTEMPTS : MAX_ATTEMPTS_UNMENDED
  const isHopeless = attempts >= enough || (error instanceof CrmError && error.isFinal)
  if (isHopeless) return { state: 'dead', attempts, runAt: now, ...said } as const
  return { state: 'waiting', attempts, runAt: now + backoff(attempts, random), ...said } as const
}

/**
 * Makes everything due again that was under way when the process died, instead of when its leases end: for
 * the start of a process where nobody else can hold any, which is SQLite's one process.
 */
export async function takeBack(database: Database, sends: readonly string[], now: number): Promise<void> {
  if (database.dialect.name !== 'sqlite') return
  await database.transaction((tx) => returnHeld(tx, { now, maxAttempts: MAX_ATTEMPTS, sends }))
}

/** 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 1 h …, a fifth more or less, and never more than an hour. */
export function backoff(attempts: number, random: number): number {
  const pause = Math.min(FIRST_BACKOFF_MS * 3 ** (attempts - 1), MAX_BACKOFF_MS)
  return Math.round(Math.min(pause * (0.8 + 0.4 * random), MAX_BACKOFF_MS))
}
