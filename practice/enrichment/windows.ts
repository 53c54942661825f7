/** Requests in a fixed window of time that opens with the first of them. */
export class FixedWindow {
  readonly #lengthMs: number
  readonly #limit: number | undefined
  #opensAt = Number.NEGATIVE_INFINITY
  #used = 0

  /** Without a limit it only counts. */
  constructor(lengthMs: number, limit?: number) {
    this.#lengthMs = lengthMs
    this.#limit = limit
  }

  /** Counts one request; false when there was no room for it. */
  take(at: number): boolean {
    if (at >= this.#opensAt + this.#lengthMs) {
      this.#opensAt = at
      this.#used = 0
    }
    if (this.#limit !== undefined && this.#used >= this.#limit) return false
    this.#used += 1
    return true
  }

  /** Whole seconds until the window closes, or a new one would. */
  secondsLeft(at: number): number {
    const closesIn = this.#opensAt + this.#lengthMs - at
    return Math.ceil((closesIn > 0 ? closesIn : this.#lengthMs) / 1000)
  }

  get limit(): number | undefined {
    return this.#limit
  }

  get used(): number {
    return this.#used
  }
}
