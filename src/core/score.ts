import type { Tally } from './event.ts'

/** What human engagement is worth on the day it happens. Whatever has points also makes a contact engaged. */
export const POINTS: Readonly<Partial<Record<Tally, number>>> = {
  opened: 1,
  website_visit: 2,
  clicked: 5,
  form_submission: 15,
  replied: 20,
  call_scheduled: 25,
  call_completed: 25,
  demo_attended: 25,
}

export const HALF_LIFE_DAYS = 14

const HALF_LIFE_MS = HALF_LIFE_DAYS * 24 * 60 * 60 * 1000
const EPOCH = Date.UTC(2020, 0, 1)

/**
 * Points as they would have been worth on 1 January 2020. All points fade at the same rate, so the
 * sum of these numbers orders contacts for ever and never has to be rewritten as time passes. The
 * largest double is reached after the year 2059.
 */
export function heatOf(points: number, at: number): number {
  return points === 0 ? 0 : points * 2 ** ((at - EPOCH) / HALF_LIFE_MS)
}

/** What `points` of the moment `at` are worth at `now`, both UTC milliseconds. */
export function worthAt(points: number, at: number, now: number): number {
  return points * 2 ** ((at - now) / HALF_LIFE_MS)
}

/** What `heat` is worth at `now` (UTC milliseconds), to one decimal. */
export function scoreAt(heat: number, now: number): number {
  return Math.round(heat * 2 ** ((EPOCH - now) / HALF_LIFE_MS) * 10) / 10
}
