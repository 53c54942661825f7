/**
 * The tokens of Slack's `<!date^…>` (Slack sheet, section 12), in the zone and language of whoever
 * looks. `now` decides what is today.
 */
export function formatDate(seconds: number, format: string, now = Date.now()): string {
  const at = new Date(seconds * 1000)
  if (Number.isNaN(at.getTime())) return format
  return format.replace(/\{([a-z_]+)\}/g, (token, name: string) => {
    const plain = name.replace(/_pretty$/, '')
    const near = plain === name ? undefined : nearDay(at, new Date(now))
    return near ?? TOKENS[plain]?.(at, new Date(now)) ?? token
  })
}

type Format = (at: Date, now: Date) => string

const TOKENS: Readonly<Record<string, Format>> = {
  date_num: (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  date_slash: as({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  date: as({ year: 'numeric', month: 'long', day: 'numeric' }),
  date_short: as({ year: 'numeric', month: 'short', day: 'numeric' }),
  date_long: as({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  date_long_full: as({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  day_divider: (at, now) => day(at, now),
  time: as({ hour: 'numeric', minute: '2-digit' }),
  time_secs: as({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago: (at, now) => ago(at.getTime() - now.getTime()),
}

function as(options: Intl.DateTimeFormatOptions): Format {
  return (at) => at.toLocaleString(undefined, options)
}

/** "Monday, 3 November", with the year where it is another one. */
export function day(at: Date, now: Date): string {
  const near = nearDay(at, now)
  if (near) return near
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return at.toLocaleDateString(undefined, { weekday: 'long', month: 'long', day: 'numeric', ...year })
}

export function time(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
}

/** "Mon, Nov 23, 9:00 AM". */
export function dayAndTime(at: number): string {
  return new Date(at).toLocaleString(undefined, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  })
}

export function longTime(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'medium' })
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString()
}

function nearDay(at: Date, now: Date): string | undefined {
  const days = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000)
  return days === 0 ? 'Today' : days === -1 ? 'Yesterday' : days === 1 ? 'Tomorrow' : undefined
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

export function ago(ms: number): string {
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })
  for (const [unit, length] of STEPS) if (Math.abs(ms) >= length) return relative.format(Math.round(ms / length), unit)
  return relative.format(Math.round(ms / 1000), 'second')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
