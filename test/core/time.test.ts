import { describe, expect, test } from 'vitest'

import { addDays, createDayOf } from '../../src/core/time.ts'

describe('the local day of a moment', () => {
  test.each([
    ['UTC', '2026-03-01T23:59:59.999Z', '2026-03-01'],
    ['UTC', '2026-03-02T00:00:00.000Z', '2026-03-02'],
    ['America/New_York', '2026-01-02T04:59:59.999Z', '2026-01-01'],
    ['America/New_York', '2026-01-02T05:00:00.000Z', '2026-01-02'],
    // The day that is an hour short, and the one that is an hour long.
    ['America/New_York', '2026-03-08T04:59:59.999Z', '2026-03-07'],
    ['America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-08'],
    ['America/New_York', '2026-03-09T03:59:59.999Z', '2026-03-08'],
    ['America/New_York', '2026-03-09T04:00:00.000Z', '2026-03-09'],
    ['Europe/Warsaw', '2026-10-24T22:00:00.000Z', '2026-10-25'],
    ['Europe/Warsaw', '2026-10-25T22:59:59.999Z', '2026-10-25'],
    ['Europe/Warsaw', '2026-10-25T23:00:00.000Z', '2026-10-26'],
    ['Asia/Kathmandu', '2026-03-01T18:14:59.999Z', '2026-03-01'],
    ['Asia/Kathmandu', '2026-03-01T18:15:00.000Z', '2026-03-02'],
    ['Pacific/Kiritimati', '2026-03-01T10:00:00.000Z', '2026-03-02'],
    ['Pacific/Pago_Pago', '2026-03-01T10:59:59.999Z', '2026-02-28'],
  ])('in %s, %s is on %s', (timeZone, at, day) => {
    expect(createDayOf(timeZone)(Date.parse(at))).toBe(day)
  })

  test('is the same when asked again, in any order', () => {
    const dayOf = createDayOf('Asia/Kathmandu')
    const moments = ['2026-03-01T18:14:59.999Z', '2026-03-01T18:15:00Z', '2026-03-01T18:10:00Z'].map(Date.parse)
    expect([...moments, ...moments.toReversed()].map(dayOf)).toEqual(
      ['2026-03-01', '2026-03-02', '2026-03-01', '2026-03-01', '2026-03-02', '2026-03-01'], // There and back.
    )
  })
})

test.each([
  ['2026-03-02', 0, '2026-03-02'],
  ['2026-01-31', 1, '2026-02-01'],
  ['2026-03-01', -1, '2026-02-28'],
  ['2028-03-01', -1, '2028-02-29'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2100-02-28', 1, '2100-03-01'],
  ['2026-12-31', 1, '2027-01-01'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-03-07', 2, '2026-03-09'],
  ['2026-03-02', -90, '2025-12-02'],
])('%s and %i days is %s', (day, count, then) => {
  expect(addDays(day, count)).toBe(then)
  expect(addDays(then, -count)).toBe(day)
})
