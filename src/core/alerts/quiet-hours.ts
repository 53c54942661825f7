import { LocalClock } from '../local-clock.ts'
import { addDays } from '../time.ts'

/** When somebody wants to be left alone, every day, by the clock where they are; over midnight where `until` comes first. */
export interface QuietHours {
  /** `HH:MM`, and never the same. */
  readonly from: string
  readonly until: string
  /** An IANA zone. */
  readonly timeZone: string
}

const CLOCK_TIME = /^([01]\d|2[0-3]):[0-5]\d$/

export function isClockTime(text: string): boolean {
  return CLOCK_TIME.test(text)
}

/**
 * When the quiet hours end that `now` falls into, or `now` (both UTC milliseconds). They last from the
 * first moment at which the clock shows `from` to the first at which it shows `until` or later, so that an hour which
 * comes twice is as quiet the second time, and one that is left out ends nothing late.
 */
export function endOfQuiet({ from, until, timeZone }: QuietHours, now: number): number {
  const clock = new LocalClock(timeZone)
  const today = clock.dayOf(now)
  const nights = until <= from ? 1 : 0
  for (const day of [addDays(today, -1), today]) {
    const [start, end] = [clock.momentOf(day, from), clock.momentOf(addDays(day, nights), until)]
    if (start <= now && now < end) return end
  }
  return now
}
