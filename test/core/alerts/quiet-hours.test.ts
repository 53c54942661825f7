import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { endOfQuiet, isClockTime, type QuietHours } from '../../../src/core/alerts/quiet-hours.ts'
import { LocalClock } from '../../../src/core/local-clock.ts'

const night = { from: '22:00', until: '07:00' }

function end({ from, until, timeZone }: QuietHours, now: string): string {
  return new Date(endOfQuiet({ from, until, timeZone }, Date.parse(now))).toISOString().replace(':00.000Z', 'Z')
}

describe('quiet hours', () => {
  test.each<[zone: string, hours: { from: string; until: string }, now: string, until: string]>([
    ['UTC', night, '2026-03-02T21:59Z', '2026-03-02T21:59Z'],
    ['UTC', night, '2026-03-02T22:00Z', '2026-03-03T07:00Z'],
    ['UTC', night, '2026-03-03T06:59Z', '2026-03-03T07:00Z'],
    ['UTC', night, '2026-03-03T07:00Z', '2026-03-03T07:00Z'],
    ['UTC', { from: '12:00', until: '13:30' }, '2026-03-03T12:10Z', '2026-03-03T13:30Z'],
    ['UTC', { from: '12:00', until: '13:30' }, '2026-03-03T11:59Z', '2026-03-03T11:59Z'],
    ['UTC', { from: '00:00', until: '23:59' }, '2026-03-03T23:59Z', '2026-03-03T23:59Z'],
    ['UTC', { from: '20:00', until: '00:00' }, '2026-03-03T23:00Z', '2026-03-04T00:00Z'],
    ['America/New_York', night, '2026-01-15T02:30Z', '2026-01-15T02:30Z'],
    ['America/New_York', night, '2026-01-15T03:30Z', '2026-01-15T12:00Z'],
    ['Asia/Kathmandu', night, '2026-01-15T17:00Z', '2026-01-16T01:15Z'],
    ['Pacific/Kiritimati', night, '2026-01-15T09:00Z', '2026-01-15T17:00Z'],
  ])('in %s by %o: what comes at %s waits until %s', (timeZone, hours, now, until) => {
    expect(end({ ...hours, timeZone }, now)).toBe(until)
  })

  test.each<[what: string, zone: string, hours: { from: string; until: string }, now: string, until: string]>([
    ['a short night ends by the new time', 'Europe/Berlin', night, '2026-03-28T22:00Z', '2026-03-29T05:00Z'],
    ['a long night ends by the new time', 'Europe/Berlin', night, '2026-10-24T21:00Z', '2026-10-25T06:00Z'],
    [
      'an end that the clock passes over comes with the next moment there is',
      'Europe/Berlin',
      { from: '22:00', until: '02:30' },
      '2026-03-28T23:00Z',
      '2026-03-29T01:00Z',
    ],
    [
      'a beginning that the clock passes over does, too',
      'Europe/Berlin',
      { from: '02:30', until: '07:00' },
      '2026-03-29T01:00Z',
      '2026-03-29T05:00Z',
    ],
    [
      'an end that comes twice is the first one',
      'Europe/Berlin',
      { from: '22:00', until: '02:30' },
      '2026-10-24T23:00Z',
      '2026-10-25T00:30Z',
    ],
    [
      'and the second one is not quiet any more',
      'Europe/Berlin',
      { from: '22:00', until: '02:30' },
      '2026-10-25T01:15Z',
      '2026-10-25T01:15Z',
    ],
    [
      'hours that began before the clock goes back go on when it comes back',
      'Europe/Berlin',
      { from: '02:30', until: '07:00' },
      '2026-10-25T01:10Z',
      '2026-10-25T06:00Z',
    ],
    ['half an hour is enough of a switch', 'Australia/Lord_Howe', night, '2026-04-04T12:00Z', '2026-04-04T20:30Z'],
    [
      'a switch at midnight leaves no day without its hours',
      'America/Santiago',
      { from: '00:00', until: '06:00' },
      '2026-09-06T04:00Z',
      '2026-09-06T09:00Z',
    ],
  ])('%s (%s)', (_, timeZone, hours, now, until) => {
    expect(end({ ...hours, timeZone }, now)).toBe(until)
  })
})

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
]

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const times = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((minute) => {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60]
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
})
const hours = fc
  .record({ from: times, until: times, timeZone: fc.constantFrom(...ZONES) })
  .filter(({ from, until }) => from !== until)
const moments = fc.integer({ min: Date.parse('2026-01-01T00:00Z'), max: Date.parse('2027-01-01T00:00Z') })

describe('at any moment of a year, in any zone', () => {
  test('nobody waits for longer than a day and a switch of the clock, and what waited waits no more', () => {
    fc.assert(
      fc.property(hours, moments, (quiet, now) => {
        const until = endOfQuiet(quiet, now)
        expect(until).toBeGreaterThanOrEqual(now)
        expect(until - now).toBeLessThanOrEqual(DAY + 60 * MINUTE)
        expect(endOfQuiet(quiet, until)).toBe(until)
      }),
      { numRuns: 1000 },
    )
  })

  test('what comes later does not arrive earlier', () => {
    fc.assert(
      fc.property(hours, moments, fc.integer({ min: 0, max: DAY }), (quiet, now, later) => {
        expect(endOfQuiet(quiet, now + later)).toBeGreaterThanOrEqual(endOfQuiet(quiet, now))
      }),
      { numRuns: 1000 },
    )
  })

  test('away from the switches of the clock, quiet is what the clock on the wall says', () => {
    fc.assert(
      fc.property(hours, moments, (quiet, now) => {
        const clock = new LocalClock(quiet.timeZone)
        const offsets = new Set([now - DAY, now, now + DAY].map((at) => shownAt(clock, at) - Math.floor(at / MINUTE)))
        fc.pre(offsets.size === 1)
        const { from, until } = quiet
        const time = clock.timeOf(now)
        const isQuiet = from < until ? from <= time && time < until : from <= time || time < until
        const end = endOfQuiet(quiet, now)
        expect(end > now).toBe(isQuiet)
        if (isQuiet) expect(clock.timeOf(end)).toBe(until)
      }),
      { numRuns: 1000 },
    )
  })
})

function shownAt(clock: LocalClock, at: number): number {
  return Date.parse(`${clock.dayOf(at)}T${clock.timeOf(at)}:00Z`) / MINUTE
}

test.each<[text: string, isTime: boolean]>([
  ['00:00', true],
  ['23:59', true],
  ['24:00', false],
  ['7:00', false],
  ['07:60', false],
  ['', false],
])('%j is a time of the day: %s', (text, isTime) => {
  expect(isClockTime(text)).toBe(isTime)
})
