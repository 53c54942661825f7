const DAY_MS = 24 * 60 * 60 * 1000
const EARLIEST = Date.UTC(2000, 0, 1)
/** Numbers above this are milliseconds: as seconds it would be the year 5138. */
const MILLISECONDS_ABOVE = 1e11

/** When something happened, as far as the provider said so. */
export interface Occurred {
  /** UTC milliseconds. */
  readonly at: number
  /** The same on every redelivery, which the time of receipt is not. */
  readonly key: number | string
  /** What the provider wrote, when it is no time or cannot be true; null when `at` is the provider's. */
  readonly unreadable: unknown
}

/** Reads a provider's time; what cannot be right gives way to the time of receipt (e-mail sheet, section 2, rule 10). */
export function occurred(value: unknown, receivedAt: number): Occurred {
  const at = parseTime(value)
  if (at !== undefined && at >= EARLIEST && at <= receivedAt + DAY_MS) return { at, key: at, unreadable: null }
  return { at: receivedAt, key: JSON.stringify(value ?? null), unreadable: value ?? null }
}

/** `metadata` with the time that could not be read, when there is one. */
export function withUnreadableTime(
  metadata: Readonly<Record<string, unknown>>,
  { unreadable }: Occurred,
): Readonly<Record<string, unknown>> {
  return unreadable === null ? metadata : { ...metadata, occurred_at_unreadable: unreadable }
}

/**
 * UTC milliseconds of whatever providers call a time: seconds or milliseconds, as a number or its
 * digits, ISO 8601 with any fraction and offset, RFC 2822. Without an offset it is UTC.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string' || value.length > 100) return undefined
  const text = value.trim()
  return /^\d+(\.\d+)?$/.test(text) ? fromNumber(Number(text)) : (fromIso(text) ?? fromRfc2822(text))
}

function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined
  return Math.round(value > MILLISECONDS_ABOVE ? value : value * 1000)
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(?:([Zz]|UTC|GMT)|([+-]\d\d):?(\d\d)?)?$/

function fromIso(text: string): number | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', , offsetHours, offsetMinutes] = match
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  const local = utc(Number(year), Number(month), Number(day), hour, minute, second)
  return local === undefined ? undefined : local + milliseconds - offsetMs(offsetHours, offsetMinutes)
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const RFC_2822 =
  /^(?:[a-z]{3,9},? +)?(\d{1,2}) +([a-z]{3})[a-z]* +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))? *(?:([+-]\d\d)(\d\d)|([a-z]{1,5}))?(?: *\(.*\))?$/i
/** The named zones of RFC 2822, section 4.3, in hours; any other counts as UTC, as it says. */
const ZONES: ReadonlyMap<string, number> = new Map([
  ['EDT', -4],
  ['EST', -5],
  ['CDT', -5],
  ['CST', -6],
  ['MDT', -6],
  ['MST', -7],
  ['PDT', -7],
  ['PST', -8],
])

function fromRfc2822(text: string): number | undefined {
  const match = RFC_2822.exec(text)
  if (!match) return undefined
  const [, day, month = '', year, hour, minute, second, offsetHours, offsetMinutes, zone = ''] = match
  const local = utc(Number(year), MONTHS.indexOf(month.toLowerCase()) + 1, Number(day), hour, minute, second)
  if (local === undefined) return undefined
  return local - offsetMs(offsetHours, offsetMinutes) - (ZONES.get(zone.toUpperCase()) ?? 0) * 60 * 60 * 1000
}

function offsetMs(hours = '0', minutes = '0'): number {
  const sign = hours.startsWith('-') ? -1 : 1
  return sign * (Math.abs(Number(hours)) * 60 + Number(minutes)) * 60 * 1000
}

/** `Date.UTC` that refuses the 31st of February instead of moving it to March. */
function utc(year: number, month: number, day: number, hour = '0', minute = '0', second = '0'): number | undefined {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  if (h > 24 || m > 59 || s > 60) return undefined
  const midnight = new Date(Date.UTC(year, month - 1, day))
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
  return midnight.getTime() + ((h * 60 + m) * 60 + s) * 1000
}
