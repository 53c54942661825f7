import { addDays } from './time.ts'

/** How long a source has said nothing, held against its own weeks before. */
export interface Silence {
  /** Since its last delivery, without the day of it: whole days, today not included. */
  readonly days: number
  /** How many of them were days of the week on which it usually delivers. */
  readonly missed: number
  /** By its rhythm where it has one, it never missed as many in the weeks before, by far. */
  readonly isUnusual: boolean
  /** It delivered often enough for days of the week to be usual. */
  readonly hasRhythm: boolean
}

/** How much of the past says what is usual. */
const WEEKS = 4
/** With less than this nothing is usual, and only a month of nothing is a silence. */
const MIN_SPAN_DAYS = 14
const MIN_ACTIVE_DAYS = 8
const QUIET_DAYS = 30

/**
 * The silence of a source that delivered on `activeDays` (local days, in order), as of `today`.
 *
 * A day of the week counts by how often the source delivered on it in the four weeks before its last
 * delivery; one on which it mostly did not counts nothing, so that weekends are no silence. Unusual
 * is three times what it missed in a row in those weeks, and never as little as a single day, which
 * may be a holiday.
 */
export function silenceOf(activeDays: readonly string[], today: string): Silence | null {
  const [first, last] = [activeDays[0], activeDays.at(-1)]
  if (first === undefined || last === undefined) return null
  const from = [first, addDays(last, 1 - 7 * WEEKS)].toSorted().at(-1) ?? first
  const span = daysBetween(addDays(from, -1), addDays(last, 1))
  const active = new Set(activeDays.filter((day) => day >= from))

  const weights = weekdayWeights(span, active)
  const since = daysBetween(last, today)
  const missed = since.reduce((sum, day) => sum + weightOf(weights, day), 0)
  const hasRhythm = span.length >= MIN_SPAN_DAYS && active.size >= MIN_ACTIVE_DAYS
  const isUnusual = hasRhythm
    ? missed > Math.max(1, 3 * longestMissed(span, active, weights))
    : since.length >= QUIET_DAYS
  return { days: since.length, missed: Math.round(missed), isUnusual, hasRhythm }
}

/** For each day of the week from Sunday, how often it was active, from 0.5 to 1; else 0. */
function weekdayWeights(span: readonly string[], active: ReadonlySet<string>): number[] {
  return Array.from({ length: 7 }, (_, weekday) => {
    const days = span.filter((day) => weekdayOf(day) === weekday)
    const share = days.filter((day) => active.has(day)).length / Math.max(1, days.length)
    return share < 0.5 ? 0 : share
  })
}

function longestMissed(span: readonly string[], active: ReadonlySet<string>, weights: readonly number[]): number {
  let longest = 0
  let missed = 0
  for (const day of span) {
    missed = active.has(day) ? 0 : missed + weightOf(weights, day)
    longest = Math.max(longest, missed)
  }
  return longest
}

function weightOf(weights: readonly number[], day: string): number {
  return weights[weekdayOf(day)] ?? 0
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

/** The days after `before` and before `end`. */
function daysBetween(before: string, end: string): string[] {
  const days: string[] = []
  for (let day = addDays(before, 1); day < end; day = addDays(day, 1)) days.push(day)
  return days
}
