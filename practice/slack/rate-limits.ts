import { string, type Thing } from './wire.ts'

/** Calls in a minute, by tier (Slack sheet, section 7). */
const PER_MINUTE = { 1: 1, 2: 20, 3: 50, 4: 100, special: 1000 } as const

export type Tier = keyof typeof PER_MINUTE | 'per-channel'

/** Messages that may come at once into a channel before the rate counts. */
const BURST = 10

interface Bucket {
  left: number
  at: number
}

/** Slack's limits of each method, and of the messages in each channel. */
export class RateLimits {
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  /** `now` is in UTC milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Seconds to wait before this call would be taken; 0 where it is taken. */
  wait(method: string, tier: Tier, args: Thing): number {
    const isPerChannel = tier === 'per-channel'
    const perSecond = isPerChannel ? 1 : PER_MINUTE[tier] / 60
    const most = isPerChannel ? BURST : PER_MINUTE[tier]
    const key = isPerChannel ? `${method} ${string(args.channel)}` : method
    const now = this.#now()
    const before = this.#buckets.get(key) ?? { left: most, at: now }
    const left = Math.min(most, before.left + ((now - before.at) / 1000) * perSecond)
    const isTaken = left >= 1
    this.#buckets.set(key, { left: isTaken ? left - 1 : left, at: now })
    return isTaken ? 0 : Math.ceil((1 - left) / perSecond)
  }
}
