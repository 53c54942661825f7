import fc from 'fast-check'
import { expect, test } from 'vitest'

import { isoTime } from '../../src/core/iso-time.ts'

test('any moment is written as the language itself writes it', () => {
  const moment = fc.oneof(
    fc.integer({ min: -62_198_755_200_000, max: 253_402_300_800_000 + 86_400_000 }),
    fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
  )
  fc.assert(fc.property(moment, (at) => isoTime(at) === new Date(at).toISOString()))
})

test.each([0, -1, 999, 86_399_999, 86_400_000, 8.64e15])('%d is written so, too', (at) => {
  expect(isoTime(at)).toBe(new Date(at).toISOString())
})

test('what is no moment is refused', () => {
  expect(() => isoTime(Number.NaN)).toThrow(RangeError)
  expect(() => isoTime(8.64e15 + 86_400_000)).toThrow(RangeError)
})
