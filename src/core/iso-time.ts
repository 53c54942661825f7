const DAY_MS = 24 * 60 * 60_000
const MOST_DAYS = 10_000

/** The days that were asked for, as far as `T`: nearly all of the work, and the same again and again. */
const days = new Map<number, string>()

/**
 * A moment (whole UTC milliseconds) as `Date.prototype.toISOString` writes it, in a fraction of the time:
 * a file of everybody has millions of them.
 */
export function isoTime(at: number): string {
  const day = Math.floor(at / DAY_MS)
  const ms = at - day * DAY_MS
  const [hour, minute, second] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60]
  return `${isoDay(day)}${two(hour)}:${two(minute)}:${two(second)}.${two(Math.floor((ms % 1000) / 10))}${ms % 10}Z`
}

function isoDay(day: number): string {
  const known = days.get(day)
  if (known !== undefined) return known
  if (days.size >= MOST_DAYS) days.clear()
  const [date = ''] = new Date(day * DAY_MS).toISOString().split('T')
  days.set(day, `${date}T`)
  return `${date}T`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
