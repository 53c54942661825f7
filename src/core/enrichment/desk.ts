import { createHash, randomBytes } from 'node:crypto'

import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  noJitterGenerator,
} from 'cockatiel'
import DataLoader from 'dataloader'
import pLimit, { type LimitFunction } from 'p-limit'
import pThrottle from 'p-throttle'

import type { NewJob } from '../job.ts'
import type { Logger } from '../logger.ts'
import type { CallRow } from '../store/enrichment.ts'
import type { EnrichmentTask } from '../store/rows.ts'
import { MEANING } from './client.ts'
import type { Blocked, Ledger, Settlement } from './ledger.ts'
import {
  type Answers,
  type BatchEnricher,
  type Clue,
  type Enricher,
  ProviderError,
  type Terms,
  type Trouble,
  type Verifier,
} from './provider.ts'
import { clueOf, cluePrint, type Subject } from './subject.ts'

export interface DeskDeps {
  readonly ledger: Ledger
  readonly name: string
  readonly keyHash: string
  readonly answering: Enricher | BatchEnricher | Verifier
  /** The address is of the company's own domain, and not of a mail service for everybody. */
  readonly isCompanyAddress: (subject: Pick<Subject, 'domain'>) => boolean
  /** The address that a provider calls back with the secret `token`; null where there is none. */
  readonly callbackUrl: (token: string) => string | null
  /** What collects a batch later. */
  readonly collectJob: (call: CallRow, runAt: number) => NewJob
  /** UTC milliseconds. */
  readonly now: () => number
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** Resolves after so many milliseconds, or rejects when `signal` is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** Aborted when the program is asked to stop: nobody waits any more. */
  readonly stopping: AbortSignal
  /** Aborted when it ends: until then a call that may be billed is waited for. */
  readonly signal: AbortSignal
  readonly log: Logger
}

export interface Asking {
  readonly subject: Subject
  /** True where a person wants it to be asked although an answer is there. */
  readonly again: boolean
  /** How long to wait in all for a provider that asks us to or has a fault, in milliseconds. */
  readonly patienceMs: number
  /** Whoever is not being asked yet when it is aborted is not asked. */
  readonly signal?: AbortSignal | undefined
}

/** What came of asking one provider about one contact. */
export type Step =
  | ({ readonly kind: 'answered' } & Settlement)
  /** The answer comes later. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'skipped'; readonly why: Why /** UTC milliseconds. */; readonly retryAt: number | null }

export type Why = Trouble | 'budget' | 'asked' | 'suppressed' | 'gone' | 'stopped'

/** Single look-ups that come this close together become one call. */
const GATHER_MS = 10
const ATTEMPTS = 3
const FAULTS_IN_A_ROW = 5
const OPEN_MS = 30_000
const LONGEST_OPEN_MS = 15 * 60_000
/** Where a provider does not say how long: its windows are of a minute. */
const USUAL_WAIT_MS = 60_000
/** How long anybody waits in place, and how long a pause is kept to without a look at the ledger. */
const LONGEST_WAIT_MS = 15 * 60_000
/** How long after its deadline a batch is asked for that could not be asked for before. */
const LATEST_MS = 24 * 60 * 60_000
/** How long a provider without credits is left alone. */
const BROKE_MS = 60 * 60_000

/**
 * Where one provider is asked: gathers look-ups into calls, keeps to its limits, waits where it
 * asks us to, and leaves it alone while it is broken.
 */
export class ProviderDesk {
  readonly terms: Terms
  readonly task: EnrichmentTask
  readonly #deps: DeskDeps
  readonly #loader: DataLoader<Asking, Step>
  readonly #limit: LimitFunction
  readonly #breaker: CircuitBreakerPolicy
  readonly #throttled: <T>(call: () => Promise<T>) => Promise<T>
  #pausedUntil = 0
  /** Until when that is kept to here: the ledger knows it as well, and there a person can clear it. */
  #pauseCountsUntil = 0
  #openings = 0
  #lastFailed = false

  constructor(deps: DeskDeps) {
    const { terms, kind } = deps.answering
    this.terms = terms
    this.task = kind === 'verifier' ? 'verify' : 'find'
    this.#deps = deps
    this.#loader = new DataLoader((askings) => this.#gathered(askings), {
      maxBatchSize: terms.batchSize,
      batchScheduleFn: (dispatch) => setTimeout(dispatch, GATHER_MS),
      // An answer is kept in the database, and what is asked now wants a new one.
      cache: false,
    })
    this.#limit = pLimit(terms.inFlight)
    this.#breaker = circuitBreaker(
      handleWhen((error) => error instanceof ProviderError && IS_FAULT.has(error.trouble)),
      {
        breaker: new ConsecutiveBreaker(FAULTS_IN_A_ROW),
        // Without jitter: when it opens again is told to those who come back for it.
        halfOpenAfter: new ExponentialBackoff({
          initialDelay: OPEN_MS,
          maxDelay: LONGEST_OPEN_MS,
          generator: noJitterGenerator,
        }),
      },
    )
    this.#breaker.onBreak(() => {
      this.#openings += 1
    })
    this.#breaker.onReset(() => {
      this.#openings = 0
    })
    const { limit, intervalMs: interval } = terms.rate
    // Strict: nobody knows where the provider's own windows begin.
    const throttle = pThrottle({ limit, interval, strict: true })
    const inTurn = throttle(async (call: () => Promise<unknown>) => await call())
    this.#throttled = async <T>(call: () => Promise<T>): Promise<T> => {
      let result: { readonly value: T } | undefined
      await inTurn(async () => {
        result = { value: await call() }
      })
      if (!result) throw new Error('a call ended without a result')
      return result.value
    }
  }

  /** Never rejects but for a fault of the database or of this program. */
  ask(asking: Asking): Promise<Step> {
    return this.#loader.load(asking)
  }

  /** False after a failure, until the next call succeeds. */
  get isWell(): boolean {
    return !this.#lastFailed
  }

  /**
   * Fetches a batch that was submitted. Throws `ProviderError` with `retryAfterMs` while it is not
   * ready; null where somebody else had it already, or where it never became ready.
   */
  async collect(
    call: CallRow,
    subjects: ReadonlyMap<number, Subject>,
  ): Promise<ReadonlyMap<number, Settlement> | null> {
    const { answering, ledger, signal, name } = this.#deps
    if (answering.kind !== 'batch enricher' || call.requestId === null) return null
    const clues = call.contactIds.map((id) => this.#clue(subjects.get(id)))
    const { requestId } = call
    try {
      const answers = await this.#attempts(() => answering.collect(requestId, clues, signal), 0)
      if (answers) return await this.#settle(call, answers)
      const { pollMs } = answering.patience
      throw new ProviderError('pending', `${name} is still working on it`, { retryAfterMs: pollMs })
    } catch (error) {
      if (!(error instanceof ProviderError) || !this.#isTooLate(call, error)) throw error
      await ledger.lose(call)
      return null
    }
  }

  /** A batch that is paid for is worth waiting for where the provider only has a fault. */
  #isTooLate({ deadlineAt }: CallRow, { trouble }: ProviderError): boolean {
    const isTheirs = trouble === 'pending' || trouble === 'refused'
    return this.#deps.now() >= (deadlineAt ?? 0) + (isTheirs ? 0 : LATEST_MS)
  }

  async #gathered(askings: readonly Asking[]): Promise<(Step | Error)[]> {
    try {
      const steps = await this.#limit(() => this.#askInTurn(askings))
      return askings.map(({ subject }) => steps.get(subject.id) ?? skipped('gone'))
    } catch (error) {
      const failure = error instanceof Error ? error : new Error('asking failed', { cause: error })
      return askings.map(() => failure)
    }
  }

  /** Those who want a new answer apart from those who take the one that is there. */
  async #askInTurn(askings: readonly Asking[]): Promise<ReadonlyMap<number, Step>> {
    const [stopped, open] = partition(askings, ({ signal }) => signal?.aborted ?? false)
    const steps = everybody(stopped, skipped('stopped'))
    for (const together of partition(open, ({ again }) => again)) {
      if (together.length === 0) continue
      for (const [id, step] of await this.#askTogether(together)) steps.set(id, step)
    }
    return steps
  }

  async #askTogether(askings: readonly Asking[]): Promise<ReadonlyMap<number, Step>> {
    const { ledger } = this.#deps
    const contacts = askings.map(({ subject }) => ({ id: subject.id, clue: this.#print(subject) }))
    const again = askings.some((asking) => asking.again)
    const { call, left, blocked } = await ledger.begin(this.#ledgerDesk, contacts, { again })
    if (blocked) return everybody(askings, { kind: 'skipped', why: blocked.trouble, retryAt: blocked.until })
    const steps = new Map<number, Step>()
    for (const [id, why] of left) steps.set(id, skipped(why))
    if (!call) return steps
    const taken = new Set(call.contactIds)
    const asked = askings.filter(({ subject }) => taken.has(subject.id))
    for (const [id, step] of await this.#carryOut(call, asked)) steps.set(id, step)
    return steps
  }

  async #carryOut(call: CallRow, asked: readonly Asking[]): Promise<ReadonlyMap<number, Step>> {
    const patienceMs = Math.min(...asked.map((asking) => asking.patienceMs))
    const subjects = asked.map(({ subject }) => subject)
    try {
      return await this.#call(call, subjects, patienceMs)
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      return await this.#failed(call, asked, error)
    }
  }

  async #call(call: CallRow, subjects: readonly Subject[], patienceMs: number): Promise<ReadonlyMap<number, Step>> {
    const { answering, signal } = this.#deps
    const clues = subjects.map((subject) => this.#clue(subject))
    if (answering.kind === 'batch enricher') return await this.#submit(answering, call, clues, patienceMs)
    const answers = await this.#attempts(
      () => (answering.kind === 'verifier' ? verified(answering, clues, signal) : answering.lookUp(clues, signal)),
      patienceMs,
    )
    const settlements = await this.#settle(call, answers)
    return new Map([...(settlements ?? [])].map(([id, settlement]) => [id, { kind: 'answered', ...settlement }]))
  }

  async #submit(
    enricher: BatchEnricher,
    call: CallRow,
    clues: readonly Clue[],
    patienceMs: number,
  ): Promise<ReadonlyMap<number, Step>> {
    const { ledger, signal, callbackUrl, collectJob, now } = this.#deps
    const token = randomBytes(24).toString('base64url')
    const url = callbackUrl(token)
    const { requestId, creditsLeft } = await this.#attempts(() => enricher.submit(clues, url, signal), patienceMs)
    const { pollMs, deadlineMs } = enricher.patience
    const later = {
      requestId,
      deadlineAt: now() + deadlineMs,
      callbackHash: url === null ? null : hashOf(token),
      job: collectJob(call, now() + pollMs),
    }
    await ledger.submitted(call, later, { desk: this.#ledgerDesk, creditsLeft })
    return new Map(call.contactIds.map((id) => [id, { kind: 'waiting' }]))
  }

  async #failed(call: CallRow, asked: readonly Asking[], error: ProviderError): Promise<ReadonlyMap<number, Step>> {
    const { ledger, name, log } = this.#deps
    const trouble = this.#mayBeBilled(error) ? 'lost' : error.trouble
    log.warn('an enrichment provider failed', { provider: this.terms.provider, trouble, contacts: asked.length, error })
    if (this.#mayBeBilled(error)) {
      await ledger.lose(call)
      return everybody(asked, skipped('lost'))
    }
    if (trouble === 'refused' && asked.length === 1) {
      // It never takes this input: as good as an answer that it knows nobody.
      return await this.#refused(call)
    }
    const affordable = this.#affordable(asked, error)
    if (affordable > 0) {
      await ledger.release(call, this.#ledgerDesk, null, error.creditsLeft)
      const steps = everybody(asked.slice(affordable), skipped('out_of_credits', this.#deps.now() + BROKE_MS))
      for (const [id, step] of await this.#askInTurn(asked.slice(0, affordable))) steps.set(id, step)
      return steps
    }
    const blocked = this.#blockedBy(error)
    const told = blocked && { ...blocked, message: `${name}: ${MEANING[trouble]}` }
    await ledger.release(call, this.#ledgerDesk, told, leftAfter(error, asked.length))
    const retryAt = IS_FAULT.has(trouble) ? this.#deps.now() + OPEN_MS : null
    // What is lost here is asked for again, and billed once.
    const why = trouble === 'lost' ? 'unavailable' : trouble
    if (why !== 'refused') return everybody(asked, skipped(why, blocked ? blocked.until : retryAt))
    // One of them may be what it does not take. One after the other, since this is one call of those allowed at a time.
    const steps = new Map<number, Step>()
    for (const asking of asked) for (const [id, step] of await this.#askInTurn([asking])) steps.set(id, step)
    return steps
  }

  /** How many of those that were too many at once the credits are enough for; none where they should have been. */
  #affordable(asked: readonly Asking[], { trouble, creditsLeft }: ProviderError): number {
    if (trouble !== 'out_of_credits' || creditsLeft === null) return 0
    const count = Math.floor(creditsLeft / this.terms.credits)
    return count < asked.length ? count : 0
  }

  async #refused(call: CallRow): Promise<ReadonlyMap<number, Step>> {
    const answers = { answers: [{ kind: 'miss' }], credits: 0, creditsLeft: null, requestId: null } as const
    const settlements = await this.#settle(call, answers)
    return new Map([...(settlements ?? [])].map(([id, settlement]) => [id, { kind: 'answered', ...settlement }]))
  }

  #settle(call: CallRow, answers: Answers): Promise<ReadonlyMap<number, Settlement> | null> {
    const { ledger, isCompanyAddress } = this.#deps
    return ledger.settle(call, this.#ledgerDesk, answers, isCompanyAddress)
  }

  /** Tries up to three times, and waits no longer in all than `patienceMs` allows, nor than a quarter of an hour. */
  async #attempts<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
    const { now, name } = this.#deps
    let patience = Math.min(patienceMs, LONGEST_WAIT_MS)
    for (let attempt = 1; ; attempt += 1) {
      const pause = now() < this.#pauseCountsUntil ? this.#pausedUntil - now() : 0
      if (pause > patience) throw new ProviderError('rate_limited', `${name} asks us to wait`, { retryAfterMs: pause })
      if (pause > 0) patience -= await this.#wait(pause)
      try {
        const result = await this.#breaker.execute(() => this.#throttled(call))
        this.#lastFailed = false
        return result
      } catch (error) {
        this.#lastFailed = true
        const problem = this.#problem(error)
        const pauseMs = this.#pauseAfter(problem, attempt)
        if (asksToWait(problem)) this.#pauseFor(pauseMs)
        if (attempt === ATTEMPTS || !this.#mayRepeat(problem) || pauseMs > patience) throw problem
        if (problem.trouble !== 'rate_limited') patience -= await this.#wait(pauseMs)
      }
    }
  }

  #pauseFor(ms: number): void {
    const now = this.#deps.now()
    this.#pausedUntil = now + ms
    this.#pauseCountsUntil = now + Math.min(ms, LONGEST_WAIT_MS)
  }

  /** Whoever waits has nothing under way, so that nothing is lost when the program stops meanwhile. */
  async #wait(ms: number): Promise<number> {
    const { wait, stopping, name } = this.#deps
    try {
      await wait(ms, stopping)
    } catch (cause) {
      if (!stopping.aborted) throw cause
      throw new ProviderError('unavailable', `${name} was not asked again`, { cause })
    }
    return ms
  }

  #problem(error: unknown): ProviderError {
    if (error instanceof ProviderError) return error
    if (error instanceof BrokenCircuitError) {
      const retryAfterMs = this.#openMs()
      return new ProviderError('unavailable', `${this.#deps.name} is left alone after several faults`, { retryAfterMs })
    }
    throw error
  }

  #mayRepeat(problem: ProviderError): boolean {
    if (this.#isOpen || this.#mayBeBilled(problem)) return false
    const { trouble } = problem
    return trouble === 'rate_limited' || trouble === 'pending' || IS_FAULT.has(trouble)
  }

  /** What was asked may have been done, and would be billed again (enrichment sheet, section 8.7). */
  #mayBeBilled({ trouble, wasHeard }: ProviderError): boolean {
    if (trouble === 'lost') return !this.terms.isRepeatable
    return trouble === 'unavailable' && wasHeard && this.terms.billsFaults === true
  }

  get #isOpen(): boolean {
    return this.#openings > 0
  }

  #openMs(): number {
    return Math.min(OPEN_MS * 2 ** Math.max(0, this.#openings - 1), LONGEST_OPEN_MS)
  }

  #pauseAfter({ trouble, retryAfterMs }: ProviderError, attempt: number): number {
    if (trouble === 'rate_limited') return retryAfterMs ?? USUAL_WAIT_MS
    // Full jitter from half a second on.
    return retryAfterMs ?? 500 + this.#deps.random() * Math.min(8000, 1000 * 2 ** (attempt - 1))
  }

  /** How long everybody leaves the provider alone after `error`; null where the next may ask. */
  #blockedBy({ trouble, retryAfterMs }: ProviderError): Blocked | null {
    const now = this.#deps.now()
    switch (trouble) {
      case 'auth_failed':
      case 'misconfigured':
        return { trouble, until: null }
      case 'out_of_credits':
        return { trouble, until: now + BROKE_MS }
      case 'rate_limited':
        return { trouble, until: now + (retryAfterMs ?? USUAL_WAIT_MS) }
      case 'unavailable':
      case 'lost':
        return this.#isOpen ? { trouble, until: now + this.#openMs() } : null
      case 'pending':
      case 'refused':
        return null
    }
  }

  #clue(subject: Subject | undefined): Clue {
    if (!subject) return { email: '', firstName: null, lastName: null, companyName: null, linkedinUrl: null }
    return clueOf(subject, this.#deps.now())
  }

  #print(subject: Subject): string {
    return this.task === 'verify' ? 'email' : cluePrint(this.#clue(subject))
  }

  get #ledgerDesk() {
    return { terms: this.terms, task: this.task, keyHash: this.#deps.keyHash }
  }
}

const IS_FAULT: ReadonlySet<Trouble> = new Set<Trouble>(['unavailable', 'lost'])

/** True also of a fault that comes with a time to come back: others would only be lost as well. */
function asksToWait({ trouble, wasHeard, retryAfterMs }: ProviderError): boolean {
  return trouble === 'rate_limited' || (wasHeard && retryAfterMs !== undefined)
}

/** What is left at a provider after it failed; of many that were too dear nobody knows how many would not be. */
function leftAfter({ trouble, creditsLeft }: ProviderError, asked: number): number | null {
  return creditsLeft ?? (trouble === 'out_of_credits' && asked === 1 ? 0 : null)
}

function skipped(why: Why, retryAt: number | null = null): Step {
  return { kind: 'skipped', why, retryAt }
}

/** Those that `is` holds for, and the others. */
function partition<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}

function everybody(askings: readonly Asking[], step: Step): Map<number, Step> {
  return new Map(askings.map(({ subject }) => [subject.id, step]))
}

async function verified(verifier: Verifier, clues: readonly Clue[], signal: AbortSignal): Promise<Answers> {
  const addresses = clues.map(({ email }) => email)
  const { verdicts, ...rest } = await verifier.verify(addresses, signal)
  return {
    ...rest,
    answers: verdicts.map((emailStatus, nth) => {
      if (emailStatus === 'opted_out') return { kind: 'opted_out' }
      return { kind: 'hit', person: { email: addresses[nth] ?? null, companyDomain: null, fields: {}, emailStatus } }
    }),
  }
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
