export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Midnight (UTC milliseconds) of the working day `count` working days before the day of `now`. */
export function workingDaysBefore(now: number, count: number): number {
  let day = Math.floor(now / DAY_MS) * DAY_MS
  for (let left = count; left > 0; ) {
    day -= DAY_MS
    if (isWorkingDay(day)) left -= 1
  }
  return day
}

function isWorkingDay(day: number): boolean {
  const weekday = new Date(day).getUTCDay()
  return weekday !== 0 && weekday !== 6
}
