import { alertJobs, type Happening } from '../../src/core/alerts/triggers.ts'
import type { Delivery } from '../../src/core/delivery.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import type { Database } from '../../src/core/store/database.ts'

let count = 0

/** A valid event; say only what the test is about. */
export function anEvent(overrides: Partial<EngagementEvent> = {}): EngagementEvent {
  count += 1
  return {
    provider: 'sendgrid',
    id: `evt_${count}`,
    type: 'opened',
    class: null,
    occurredAt: Date.parse('2026-03-02T09:00:00Z'),
    receivedAt: Date.parse('2026-03-02T10:00:00Z'),
    recipient: 'ada@example.com',
    messageId: null,
    rfcMessageId: null,
    campaign: null,
    tags: [],
    metadata: {},
    url: null,
    ip: null,
    userAgent: null,
    geo: null,
    machine: null,
    suspected: null,
    bounce: null,
    reply: null,
    raw: null,
    ...overrides,
  }
}

export function aDelivery(...events: EngagementEvent[]): Delivery {
  return { provider: 'sendgrid', receivedAt: Date.parse('2026-03-02T10:00:00Z'), events, unreadable: [] }
}

/** What follows from events where replies are told and nobody is enriched. */
export const REPLIES_ALERT = {
  jobsFor: () => [],
  alertsFor: (tx: Database, happenings: readonly Happening[], now: number) =>
    alertJobs(tx, happenings, { now, hasChannel: true, kinds: ['replied'] }),
} as const
