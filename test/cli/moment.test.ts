import { expect, test } from 'vitest'

import { momentOf } from '../../src/cli/moment.ts'
import { InvalidInputError } from '../../src/core/errors.ts'

const NOW = Date.parse('2026-03-02T12:00:00Z')

test.each([
  ['2026-03-01', '2026-03-01T00:00:00Z'],
  ['2026-03-01T09:00', '2026-03-01T09:00:00Z'],
  ['2026-03-01T09:00:30.5', '2026-03-01T09:00:30.500Z'],
  ['2026-03-01T09:00Z', '2026-03-01T09:00:00Z'],
  ['2026-03-01T09:00:00+02:00', '2026-03-01T07:00:00Z'],
  ['7d', '2026-02-23T12:00:00Z'],
  ['12h', '2026-03-02T00:00:00Z'],
])('%s is %s', (text, moment) => {
  expect(momentOf('--since', text, NOW)).toBe(Date.parse(moment))
})

test.each(['', 'lately', '7', '-7d', '2026-02-30', '2026-3-1', '1767225600', '09:00'])('%j is no time', (text) => {
  expect(() => momentOf('--since', text, NOW)).toThrow(InvalidInputError)
})
