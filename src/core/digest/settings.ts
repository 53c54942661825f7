/** When and where the digest is posted. */
export interface DigestSchedule {
  /** Where it goes, as Slack names it (`C…`, `#name`); null switches it off. */
  readonly channel: string | null
  /** Local, `HH:MM`. */
  readonly at: string
  /** On which days, from Monday; never empty. */
  readonly days: readonly Weekday[]
}

/** The schedule that holds now. */
export interface DigestSettings extends DigestSchedule {
  readonly timeZone: string
  /** Who chose it in Slack (a Slack user id) and when (UTC milliseconds); null where the environment says it. */
  readonly saved: { readonly by: string; readonly at: number } | null
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export type Weekday = (typeof WEEKDAYS)[number]

/** The day of the week of a local day (`YYYY-MM-DD`). */
export function weekdayOf(day: string): Weekday {
  return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'mon'
}

/** Reads `mon-fri`, `mon,wed,fri`, `daily` and mixtures; undefined where it is none of them. */
export function readDays(text: string): readonly Weekday[] | undefined {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => daysIn(part.trim()))
  const known = parts.flatMap((part) => part ?? [])
  return known.length > 0 && !parts.includes(undefined) ? WEEKDAYS.filter((day) => known.includes(day)) : undefined
}

function daysIn(part: string): readonly Weekday[] | undefined {
  if (part === 'daily') return WEEKDAYS
  const [first, last, ...others] = part.split('-').map((word) => DAY_NAMES.get(word.trim()))
  if (first === undefined || others.length > 0) return undefined
  if (!part.includes('-')) return WEEKDAYS.slice(first, first + 1)
  if (last === undefined) return undefined
  // `sat-mon` goes on over the end of the week.
  return WEEKDAYS.filter((_, nth) => (first <= last ? nth >= first && nth <= last : nth >= first || nth <= last))
}

const DAY_NAMES: ReadonlyMap<string, number> = new Map(
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].flatMap((name, nth) => [
    [name, nth],
    [name.slice(0, 3), nth],
  ]),
)

/** Reads `9:00` and `09:00` as `09:00`; undefined where it is no time of a day. */
export function readAt(text: string): string | undefined {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d\d)$/.exec(text.trim()) ?? []
  return hour !== '' && Number(hour) < 24 && Number(minute) < 60 ? `${hour.padStart(2, '0')}:${minute}` : undefined
}

/** `mon-fri`, `mon,wed,fri`, `daily`: what `readDays` reads. */
export function writeDays(days: readonly Weekday[]): string {
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return ''
  if (days.length === WEEKDAYS.length) return 'daily'
  const isRow = WEEKDAYS.indexOf(last) - WEEKDAYS.indexOf(first) === days.length - 1
  return isRow && days.length > 2 ? `${first}-${last}` : days.join(',')
}
