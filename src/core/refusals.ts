import type { RefusalReason } from './errors.ts'
import type { Logger } from './logger.ts'
import type { Database } from './store/database.ts'
import { RollUps } from './store/roll-ups.ts'
import type { SourceOutcome } from './store/rows.ts'
import type { DayOf } from './time.ts'

export interface RefusalsDeps {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/**
 * Counts refused and misdirected requests in memory and writes the counts now and then: whoever cannot prove who
 * they are must not be able to make us write to disk.
 */
export class Refusals {
  readonly #deps: RefusalsDeps
  #rollUps: RollUps | undefined
  readonly #timer: NodeJS.Timeout
  #written = Promise.resolve()

  constructor(deps: RefusalsDeps, flushEveryMs = 10_000) {
    this.#deps = deps
    this.#timer = setInterval(() => void this.flush(), flushEveryMs)
    this.#timer.unref()
  }

  count(provider: string, reason: RefusalReason): void {
    this.#count(provider, `refused_${reason}`)
  }

  /** `sender` is the id of the provider whose request it looked like. */
  countMisdirected(provider: string, sender: string): void {
    this.#count(provider, `misdirected_${sender}`)
  }

  #count(provider: string, outcome: SourceOutcome): void {
    const { now, dayOf } = this.#deps
    this.#rollUps ??= new RollUps()
    this.#rollUps.countSource({ provider, day: dayOf(now()), outcome }, now(), 1)
  }

  /** Writes what was counted, after what an earlier call is still writing. */
  async flush(): Promise<void> {
    this.#written = this.#written.then(() => this.#write())
    await this.#written
  }

  async #write(): Promise<void> {
    const rollUps = this.#rollUps
    if (!rollUps) return
    this.#rollUps = undefined
    try {
      await this.#deps.database.transaction((tx) => rollUps.save(tx))
    } catch (error) {
      this.#deps.log.warn('counts of refused requests could not be written', { error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
  }
}
