import type { ClockMove } from './contract.ts'

const HOUR_MS = 60 * 60_000
/** When the digest comes, unless somebody chose another time. */
const MORNING_HOUR = 9

/** The time of the practice workspace: that of this computer until somebody moves it forward. */
export class Clock {
  readonly #now: () => number
  #aheadMs = 0

  /** `now` is the time of this computer, UTC milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How far it is ahead of this computer, in milliseconds. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  /** UTC milliseconds. */
  now(): number {
    return this.#now() + this.#aheadMs
  }

  move(move: ClockMove): void {
    const before = this.now()
    this.#aheadMs += momentAfter(move, before) - before
  }
}

/** Days are those of this computer's time zone, which is the program's too. */
function momentAfter(move: ClockMove, now: number): number {
  if (move === 'hour') return now + HOUR_MS
  const morning = new Date(now)
  morning.setHours(MORNING_HOUR, 0, 0, 0)
  if (morning.getTime() <= now) morning.setDate(morning.getDate() + 1)
  return morning.getTime()
}
