import { describe, expect, test } from 'vitest'

import type { Counters } from '../../src/core/contact.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { isConcerned, rangesToSearch, type Suspicion, suspicionsAmong } from '../../src/core/suspicion.ts'
import { anEvent } from '../support/events.ts'

const noon = Date.parse('2026-03-02T12:00:00Z')
const at = (seconds: number) => noon + seconds * 1000

type Saw = Partial<EngagementEvent>

/** Seconds after noon. */
const opened = (seconds: number, rest: Saw = {}): Saw => ({ type: 'opened', occurredAt: at(seconds), ...rest })
const delivered = (seconds: number, rest: Saw = {}): Saw => ({ type: 'delivered', occurredAt: at(seconds), ...rest })
const sent = (seconds: number, rest: Saw = {}): Saw => ({ type: 'sent', occurredAt: at(seconds), ...rest })
const clicked = (seconds: number, page: string | null, rest: Saw = {}): Saw => ({
  type: 'clicked',
  occurredAt: at(seconds),
  url: page && `https://example.org/${page}`,
  ...rest,
})

/** What the first of `saw` is suspected of, in whichever order they are told. */
function suspicionOf(saw: readonly Saw[]): Suspicion | null {
  const events = saw.map((each) => anEvent({ provider: 'ses', messageId: 'm1', ...each }))
  const [event] = events
  const told = [events, events.toReversed()].map((order) => {
    const among = suspicionsAmong(order)
    return (event && among.get(event)) ?? null
  })
  expect(told[1]).toBe(told[0])
  return told[0] ?? null
}

describe('an open or click', () => {
  test.each<[what: string, saw: readonly Saw[], suspicion: Suspicion | null]>([
    ['of which nothing is known', [opened(0)], null],
    ['on a link, and on another in the same moment', [clicked(0, 'a'), clicked(0, 'b')], 'link_burst'],
    ['on a link, and on another two seconds later', [clicked(0, 'a'), clicked(2, 'b')], 'link_burst'],
    ['on a link, and on another two seconds before', [clicked(2, 'a'), clicked(0, 'b')], 'link_burst'],
    ['on a link, and on another later than that', [clicked(0, 'a'), clicked(2.001, 'b')], null],
    ['on a link, and on another earlier than that', [clicked(2.001, 'a'), clicked(0, 'b')], null],
    ['on the same link twice', [clicked(0, 'a'), clicked(1, 'a')], null],
    ['on the same link twice, and on another', [clicked(0, 'a'), clicked(1, 'a'), clicked(2, 'b')], 'link_burst'],
    ['on a link, and on another before the same', [clicked(2, 'a'), clicked(0, 'b'), clicked(1, 'a')], 'link_burst'],
    ['on a link, and on one that nobody named', [clicked(0, 'a'), clicked(1, null)], null],
    [
      'on a link, and on another that a machine followed',
      [clicked(0, 'a'), clicked(1, 'b', { machine: true })],
      'link_burst',
    ],
    ['on a link, and an open', [clicked(0, 'a'), opened(1, { url: 'https://example.org/b' })], null],
    ['before the delivery', [opened(0), delivered(0.001)], 'before_delivery'],
    ['on a link before the delivery', [clicked(0, 'a'), delivered(1)], 'before_delivery'],
    ['a minute before the delivery', [clicked(0, 'a'), delivered(60)], 'before_delivery'],
    ['longer before the delivery', [clicked(0, 'a'), delivered(60.001)], null],
    ['before the delivery, which came twice', [opened(0), delivered(0), delivered(30)], 'before_delivery'],
    ['long before it was sent on', [opened(0), sent(5)], null],
    ['together with the delivery', [opened(0), delivered(0)], 'after_delivery'],
    ['ten seconds after the delivery', [opened(10), delivered(0)], 'after_delivery'],
    ['later than that', [opened(10.001), delivered(0)], null],
    ['ten seconds after it was sent', [opened(10), sent(0)], 'after_delivery'],
    ['soon after it was sent, and before its delivery', [opened(5), sent(0), delivered(8)], 'before_delivery'],
    ['soon after one delivery of two', [opened(10), delivered(9), delivered(-100)], 'after_delivery'],
    ['on a link, with the delivery', [clicked(0, 'a'), delivered(0)], null],
    ['on a link, right after the delivery', [clicked(1, 'a'), delivered(0)], null],
    ['right after it was delayed', [opened(1), { type: 'deferred', occurredAt: at(0) }], null],
    ['by what says no more than Mozilla/5.0', [opened(0, { userAgent: 'Mozilla/5.0' })], 'prefetch'],
    ['by a browser', [opened(0, { userAgent: 'Mozilla/5.0 (Macintosh)' })], null],
    ['by Gmail’s image proxy', [opened(0, { userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' })], null],
    ['on a link, by what says no more than Mozilla/5.0', [clicked(0, 'a', { userAgent: 'Mozilla/5.0' })], null],
    [
      'right after the delivery, by a prefetch',
      [opened(1, { userAgent: 'Mozilla/5.0' }), delivered(0)],
      'after_delivery',
    ],
    ['on two links before the delivery', [clicked(0, 'a'), delivered(2), clicked(1, 'b')], 'link_burst'],
    ['that the provider calls a person’s', [clicked(0, 'a', { machine: false }), clicked(0, 'b')], null],
    ['that the provider calls a machine’s', [opened(0, { machine: true }), delivered(0)], null],
    ['of another message', [opened(1), delivered(0, { messageId: 'm2' })], null],
    ['of a message that the delivery does not name', [opened(1), delivered(0, { messageId: null })], 'after_delivery'],
    ['that names no message', [opened(1, { messageId: null }), delivered(0)], 'after_delivery'],
    [
      'that names no message, among several',
      [clicked(0, 'a', { messageId: null }), clicked(1, 'b'), clicked(2, 'c', { messageId: 'm2' })],
      'link_burst',
    ],
    ['that another tool reports', [opened(1), delivered(0, { provider: 'brevo' })], null],
    ['without a time of its own', [opened(1, { receivedAt: at(1) }), delivered(0)], null],
    ['beside a delivery without a time of its own', [opened(1), delivered(0, { receivedAt: at(0) })], null],
    ['without a time, by a prefetch', [opened(1, { receivedAt: at(1), userAgent: 'Mozilla/5.0' })], 'prefetch'],
    ['that is suspected of as much already', [opened(1, { suspected: 'after_delivery' }), delivered(0)], null],
    ['that is suspected of more already', [opened(1, { suspected: 'before_delivery' }), delivered(0)], null],
    ['that is suspected of less so far', [opened(1, { suspected: 'prefetch' }), delivered(0)], 'after_delivery'],
  ])('%s', (_what, saw, suspicion) => {
    expect(suspicionOf(saw)).toBe(suspicion)
  })

  test('is told from a hundred thousand others in a time that grows with their number', () => {
    const events = Array.from({ length: 100_000 }, (_, n) =>
      anEvent({ ...clicked(n / 100_000, 'a'), messageId: `m${n % 3}` }),
    )
    expect(suspicionsAmong(events).size).toBe(0)
    expect(suspicionsAmong([...events, anEvent({ ...clicked(1, 'b'), messageId: null })]).size).toBe(100_001)
  })
})

describe('earlier events', () => {
  const from = (
    type: 'delivered' | 'opened' | 'machine_opened' | 'machine_clicked' | 'sent',
    seconds: number,
  ): Counters => ({
    [type]: { count: 2, first: at(seconds), last: at(seconds + 100) },
  })

  test.each<[what: string, counters: Counters, saw: readonly Saw[], ranges: readonly (readonly [number, number])[]]>([
    ['are nowhere where there are none', {}, [opened(0)], []],
    ['are not looked for minutes after the delivery', from('delivered', -700), [opened(0)], []],
    ['are looked for soon after the delivery', from('delivered', -110), [opened(0)], [[-10, 60]]],
    ['are looked for where the delivery is still to come', from('delivered', 60), [clicked(0, 'a')], [[-2, 60]]],
    ['are not looked for where it comes too late', from('delivered', 61), [clicked(0, 'a')], []],
    ['are looked for at a delivery that comes late', from('opened', 10), [delivered(0)], [[-60, 10]]],
    [
      'are looked for at one, whatever they are suspected of',
      from('machine_opened', -160),
      [delivered(0)],
      [[-60, 10]],
    ],
    ['are looked for at the second link', from('machine_clicked', -102), [clicked(0, 'b')], [[-2, 60]]],
    ['are looked for where the sending comes late', from('machine_opened', 10), [sent(0)], [[0, 10]]],
    ['are not looked for before it was sent', from('machine_opened', -101), [sent(0)], []],
    [
      'are looked for once',
      from('delivered', 40),
      [opened(70), opened(0), opened(141)],
      [
        [-10, 130],
        [131, 201],
      ],
    ],
    ['are not looked for at a time that is none', from('delivered', 0), [opened(0, { receivedAt: at(0) })], []],
  ])('%s', (_what, counters, saw, ranges) => {
    expect(rangesToSearch(counters, saw.map(anEvent))).toEqual(ranges.map(([a, b]) => ({ from: at(a), to: at(b) })))
  })

  test('do not concern an open of which the provider says who it was', () => {
    expect([null, true, false].map((machine) => isConcerned(anEvent({ type: 'opened', machine })))).toEqual([
      true,
      false,
      false,
    ])
    expect([null, true, false].map((machine) => isConcerned(anEvent({ type: 'clicked', machine })))).toEqual([
      true,
      true,
      true,
    ])
  })
})
