import { z } from 'zod'

import { InvalidInputError } from '../core/errors.ts'

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000 }

const Moment = z.union([
  z.iso.date(),
  z.iso.datetime({ offset: true, local: true }),
  z.iso.datetime({ offset: true, local: true, precision: -1 }),
])

/** UTC milliseconds of a date, a moment, or how long ago; without a zone it is UTC. Throws `InvalidInputError`. */
export function momentOf(option: string, text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,4})([dh])$/.exec(text) ?? []
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0)
  if (!Moment.safeParse(text).success) {
    throw new InvalidInputError(`${option} ${text} is no time: use 2026-03-01, 2026-03-01T09:00Z, 7d or 12h`)
  }
  return Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text)
}
