const HOUR_MS = 60 * 60 * 1000
const MINUTE_MS = 60 * 1000

/** What clocks on the wall show somewhere, and when they show it. Throws `RangeError` for a zone that is none. */
export class LocalClock {
  readonly #calendar: Intl.DateTimeFormat

  constructor(timeZone: string) {
    this.#calendar = calendarOf(timeZone)
  }

  /** The local day (`YYYY-MM-DD`) of a moment (UTC milliseconds). */
  dayOf(at: number): string {
    return new Date(this.#shown(at)).toISOString().slice(0, 10)
  }

  /** What the clock shows at a moment (UTC milliseconds): `HH:MM`. */
  timeOf(at: number): string {
    return new Date(this.#shown(at)).toISOString().slice(11, 16)
  }

  /**
   * The first moment (UTC milliseconds) of a local day at which the clock shows `time` (`HH:MM`), or
   * later where it passes that over. No clock is more than 15 hours from UTC, and none is set twice within two days.
   */
  momentOf(day: string, time: string): number {
    const wanted = Date.parse(`${day}T${time}:00Z`)
    const [early, late] = [wanted - 15 * HOUR_MS, wanted + 15 * HOUR_MS]
    const offsets = [this.#offset(early), this.#offset(late)]
    const exact = offsets.map((offset) => wanted - offset).filter((at) => this.#shown(at) === wanted)
    if (exact.length > 0) return Math.min(...exact)
    return this.#firstFrom(wanted, wanted - Math.max(...offsets), wanted - Math.min(...offsets))
  }

  /** The first minute after `before` and up to `after` at which the clock shows `wanted` or later. */
  #firstFrom(wanted: number, before: number, after: number): number {
    let [early, late] = [before, after]
    while (late - early > MINUTE_MS) {
      const middle = early + Math.floor((late - early) / 2 / MINUTE_MS) * MINUTE_MS
      if (this.#shown(middle) < wanted) early = middle
      else late = middle
    }
    return late
  }

  #offset(at: number): number {
    return this.#shown(at) - Math.floor(at / 1000) * 1000
  }

  /** What the clock shows, as if it were UTC. */
  #shown(at: number): number {
    const parts = Object.fromEntries(this.#calendar.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second)
  }
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/** Made once for each zone: that costs more than all that is asked of it. */
function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = calendars.get(timeZone)
  if (known) return known
  const calendar = new Intl.DateTimeFormat('en-US', {
    timeZone,
    ...{ hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  calendars.set(timeZone, calendar)
  return calendar
}
