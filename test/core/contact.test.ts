import { describe, expect, test } from 'vitest'

import { applyEvent, type ContactState, newContact, statusOf } from '../../src/core/contact.ts'
import { type EngagementEvent, type EventType, tallyOf } from '../../src/core/event.ts'
import type { LifecycleFacts, LifecycleStatus } from '../../src/core/lifecycle.ts'
import { scoreAt } from '../../src/core/score.ts'
import { type SuppressionReason, suppressionOf } from '../../src/core/suppression.ts'
import { anEvent } from '../support/events.ts'

const noon = Date.parse('2026-03-02T12:00:00Z')
const DAY = 24 * 60 * 60 * 1000

function stateAfter(...events: Partial<EngagementEvent>[]): ContactState {
  return events.map((event) => anEvent({ occurredAt: noon, ...event })).reduce(applyEvent, newContact)
}

describe('lifecycle', () => {
  test.each<[facts: Partial<LifecycleFacts>, status: LifecycleStatus]>([
    [{}, 'new'],
    [{ verifiedAt: noon }, 'new'],
    [{ enrichedAt: noon }, 'enriched'],
    [{ enrichedAt: noon, verifiedAt: noon }, 'verified'],
    [{ engagedAt: noon }, 'engaged'],
    [{ enrichedAt: noon, engagedAt: noon }, 'engaged'],
    [{ floor: 'verified' }, 'verified'],
    [{ floor: 'enriched', engagedAt: noon }, 'engaged'],
    [{ engagedAt: noon, decision: 'converted' }, 'converted'],
    [{ decision: 'disqualified' }, 'disqualified'],
    [{ engagedAt: noon, decision: null }, 'engaged'],
  ])('%j is %s', (facts, status) => {
    expect(statusOf({ ...newContact, ...facts })).toBe(status)
  })

  test.each<[type: EventType, status: LifecycleStatus]>([
    ['queued', 'new'],
    ['sent', 'new'],
    ['delivered', 'new'],
    ['deferred', 'new'],
    ['bounced', 'new'],
    ['rejected', 'new'],
    ['failed', 'new'],
    ['opened', 'engaged'],
    ['clicked', 'engaged'],
    ['complained', 'new'],
    ['unsubscribed', 'new'],
    ['resubscribed', 'new'],
    ['replied', 'engaged'],
    ['auto_replied', 'new'],
    ['inbound', 'new'],
    ['lead_status', 'new'],
    ['website_visit', 'engaged'],
    ['form_submission', 'engaged'],
    ['call_scheduled', 'engaged'],
    ['call_completed', 'engaged'],
    ['demo_attended', 'engaged'],
    ['unknown', 'new'],
  ])('%s leaves a new contact %s', (type, status) => {
    expect(statusOf(stateAfter({ type }))).toBe(status)
  })

  test.each<[type: EventType]>([['opened'], ['clicked']])('%s by a machine moves nothing', (type) => {
    expect(statusOf(stateAfter({ type, machine: true }))).toBe('new')
    expect(statusOf(stateAfter({ type, machine: null }))).toBe('engaged')
  })
})

describe('counters', () => {
  test.each<[event: Partial<EngagementEvent>, tally: string]>([
    [{ type: 'opened', machine: true }, 'machine_opened'],
    [{ type: 'opened', machine: false }, 'opened'],
    [{ type: 'clicked', machine: true }, 'machine_clicked'],
    [{ type: 'clicked', machine: null }, 'clicked'],
    [{ type: 'clicked', suspected: 'link_burst' }, 'machine_clicked'],
    [{ type: 'opened', suspected: 'prefetch' }, 'machine_opened'],
    [{ type: 'opened', suspected: 'prefetch', machine: false }, 'opened'],
    [{ type: 'bounced', class: 'hard' }, 'bounced'],
    [{ type: 'bounced', class: 'block' }, 'soft_bounced'],
    [{ type: 'bounced', class: null }, 'soft_bounced'],
  ])('%j is counted as %s', (event, tally) => {
    expect(tallyOf(anEvent(event))).toBe(tally)
  })

  test('know the first and the last time, whichever arrived first', () => {
    const early = { type: 'opened', occurredAt: noon - DAY } as const
    const late = { type: 'opened', occurredAt: noon } as const
    expect(stateAfter(late, early).counters.opened).toEqual({ count: 2, first: noon - DAY, last: noon })
  })
})

describe('score', () => {
  test.each<[type: EventType, points: number]>([
    ['opened', 1],
    ['website_visit', 2],
    ['clicked', 5],
    ['form_submission', 15],
    ['replied', 20],
    ['call_scheduled', 25],
    ['call_completed', 25],
    ['demo_attended', 25],
    ['delivered', 0],
    ['auto_replied', 0],
  ])('%s is worth %i on its day', (type, points) => {
    expect(scoreAt(stateAfter({ type }).heat, noon)).toBe(points)
  })

  test('halves every 14 days', () => {
    const { heat } = stateAfter({ type: 'replied' })
    expect([0, 14, 28, 42].map((days) => scoreAt(heat, noon + days * DAY))).toEqual([20, 10, 5, 2.5])
  })

  test('stays a number for events of the next thirty years', () => {
    const occurredAt = Date.UTC(2055, 0, 1)
    expect(scoreAt(stateAfter({ type: 'replied', occurredAt }).heat, occurredAt)).toBe(20)
  })
})

describe('suppression', () => {
  test.each<[events: Partial<EngagementEvent>[], reason: SuppressionReason | undefined]>([
    [[{ type: 'delivered' }], undefined],
    [[{ type: 'bounced', class: 'hard' }], 'hard_bounce'],
    [[{ type: 'bounced', class: 'soft' }], undefined],
    [[{ type: 'bounced', class: 'block' }], undefined],
    [[{ type: 'complained' }], 'complained'],
    [[{ type: 'unsubscribed' }], 'unsubscribed'],
    [[{ type: 'unsubscribed' }, { type: 'resubscribed', occurredAt: noon + 1 }], undefined],
    [[{ type: 'resubscribed' }, { type: 'unsubscribed', occurredAt: noon + 1 }], 'unsubscribed'],
    [[{ type: 'unsubscribed' }, { type: 'resubscribed' }], 'unsubscribed'],
    [[{ type: 'complained' }, { type: 'resubscribed', occurredAt: noon + 1 }], 'complained'],
    [
      [
        { type: 'bounced', class: 'hard' },
        { type: 'resubscribed', occurredAt: noon + 1 },
      ],
      'hard_bounce',
    ],
    [
      [
        { type: 'bounced', class: 'hard' },
        { type: 'delivered', occurredAt: noon + 1 },
      ],
      'hard_bounce',
    ],
    [[{ type: 'unsubscribed' }, { type: 'replied', occurredAt: noon + 1 }], 'unsubscribed'],
    [[{ type: 'bounced', class: 'hard' }, { type: 'complained' }], 'complained'],
  ])('%j: %s, in either order', (events, reason) => {
    expect(suppressionOf(stateAfter(...events).suppression)?.reason).toBe(reason)
    expect(suppressionOf(stateAfter(...events.toReversed()).suppression)?.reason).toBe(reason)
  })

  test('names the event that set it, and when', () => {
    const state = stateAfter({ type: 'unsubscribed', provider: 'postmark', id: 'e1' })
    expect(suppressionOf(state.suppression)).toEqual({ reason: 'unsubscribed', since: noon, event: 'postmark:e1' })
  })
})

describe('e-mail status', () => {
  test.each<[events: Partial<EngagementEvent>[], status: string | undefined]>([
    [[{ type: 'delivered' }], undefined],
    [[{ type: 'opened' }], undefined],
    [[{ type: 'auto_replied' }], undefined],
    [[{ type: 'replied' }], 'valid'],
    [[{ type: 'bounced', class: 'hard' }], 'invalid'],
    [[{ type: 'bounced', class: 'soft' }], undefined],
    [[{ type: 'replied' }, { type: 'bounced', class: 'hard', occurredAt: noon + 1 }], 'invalid'],
    [
      [
        { type: 'bounced', class: 'hard' },
        { type: 'replied', occurredAt: noon + 1 },
      ],
      'valid',
    ],
    [[{ type: 'replied' }, { type: 'bounced', class: 'hard' }], 'invalid'],
  ])('%j: %s, in either order', (events, status) => {
    expect(stateAfter(...events).emailEvidence?.status).toBe(status)
    expect(stateAfter(...events.toReversed()).emailEvidence?.status).toBe(status)
  })

  test('a doubt that comes later takes back no step of the lifecycle', () => {
    const verified = stateAfter({ type: 'replied' }, { type: 'bounced', class: 'hard', occurredAt: noon + 1 })
    expect(statusOf({ ...verified, enrichedAt: noon, engagedAt: null })).toBe('verified')
  })
})
