import { describe, expect, test } from 'vitest'

import { createPace } from '../../src/bot/pace.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const HOUR_MS = 60 * 60_000

function aPace() {
  const clock = { now: START }
  return { clock, pace: createPace(() => clock.now) }
}

describe('a clock that is set back', () => {
  test('holds up nobody for as long as it jumped', () => {
    const { clock, pace } = aPace()
    for (let time = 0; time < 5; time += 1) pace.wait('C1')
    clock.now -= HOUR_MS
    expect(pace.wait('C1')).toBe(1000)
    clock.now += 1000
    expect(pace.wait('C1')).toBe(0)
  })

  test('keeps a channel closed for no longer than was asked for', () => {
    const { clock, pace } = aPace()
    pace.close('C1', 10 * 60_000)
    clock.now += 60_000
    expect(pace.wait('C1')).toBe(9 * 60_000)
    clock.now -= HOUR_MS
    expect(pace.wait('C1')).toBe(10 * 60_000)
    clock.now += 10 * 60_000
    expect(pace.wait('C1')).toBe(0)
  })
})

test('a pause is kept however long it is, and a shorter one does not end it', () => {
  const { clock, pace } = aPace()
  pace.close('C1', 2 * HOUR_MS)
  pace.close('C1', 1000)
  clock.now += 2 * HOUR_MS - 1
  expect(pace.wait('C1')).toBe(1)
})

test('after a pause there is one turn a second', () => {
  const { clock, pace } = aPace()
  pace.close('C1', 30_000)
  clock.now += 30_000
  expect([pace.wait('C1'), pace.wait('C1'), pace.wait('C2')]).toEqual([0, 1000, 0])
})
