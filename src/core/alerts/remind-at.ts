import { LocalClock } from '../local-clock.ts'
import { addDays } from '../time.ts'

const AT = '09:00'

/** Nobody remembers what a reminder of two years ago was about. */
const MOST_DAYS = 365

/** Nine in the morning of a local day (`YYYY-MM-DD`), UTC milliseconds. */
export function remindAt(day: string, timeZone: string): number {
  return new LocalClock(timeZone).momentOf(day, AT)
}

/** Whether somebody can be reminded on `day`: from tomorrow on, for a year. */
export function isReminderDay(day: string, now: number, timeZone: string): boolean {
  const today = new LocalClock(timeZone).dayOf(now)
  return /^\d{4}-\d\d-\d\d$/.test(day) && day > today && day <= addDays(today, MOST_DAYS)
}

/** The zone where Slack or somebody named one that there is. */
export function zoneOr(timeZone: string | null, otherwise: string): string {
  try {
    return timeZone === null ? otherwise : new Intl.DateTimeFormat('en-GB', { timeZone }).resolvedOptions().timeZone
  } catch {
    return otherwise
  }
}
