/** The local day (`YYYY-MM-DD`) that a moment (UTC milliseconds) falls on. */
export type DayOf = (at: number) => string

/** No zone changes its offset within a quarter of an hour of UTC. */
const QUARTER_HOUR = 15 * 60 * 1000

/** Remembers what the calendar said for each quarter of an hour, since asking it costs more than storing an event. */
export function createDayOf(timeZone: string): DayOf {
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const days = new Map<number, string>()
  return (at) => {
    const quarter = Math.floor(at / QUARTER_HOUR)
    const known = days.get(quarter)
    if (known !== undefined) return known
    if (days.size > 10_000) days.clear()
    const day = calendar.format(quarter * QUARTER_HOUR)
    days.set(quarter, day)
    return day
  }
}

/** What the clock on a wall shows: the local day, and the time as `HH:MM`. */
export interface WallTime {
  readonly day: string
  readonly time: string
}

/** What the clock on the wall shows at a moment (UTC milliseconds). */
export type WallClock = (at: number) => WallTime

export function createWallClock(timeZone: string): WallClock {
  // Swedes write dates as ISO 8601 does.
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return (at) => {
    const [day = '', time = ''] = calendar.format(at).split(' ')
    return { day, time }
  }
}

/** The day `count` days after `day`, both `YYYY-MM-DD`; a negative count goes back. */
export function addDays(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1, date + count)).toISOString().slice(0, 10)
}

/** The first moment (UTC milliseconds) of a local day. No zone is more than 14 hours ahead of UTC. */
export function startOfDay(dayOf: DayOf, day: string): number {
  let at = Date.parse(`${day}T00:00:00Z`) - 14 * 60 * 60 * 1000
  while (dayOf(at) < day) at += QUARTER_HOUR
  return at
}
