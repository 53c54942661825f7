import { createHash, timingSafeEqual } from 'node:crypto'

import { Hono } from 'hono'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

import type { IngestResult } from './core/delivery.ts'
import type { RefusalReason } from './core/errors.ts'

export interface MetricsDeps {
  /** The bearer token that reads them. */
  readonly token: string
  readonly jobCounts: () => Promise<
    readonly { readonly kind: string; readonly state: string; readonly count: number }[]
  >
}

export interface Metrics {
  readonly app: Hono
  ingested(provider: string, result: IngestResult): void
  refused(provider: string, reason: RefusalReason): void
}

/** `GET /metrics` in the Prometheus form. No label holds anything that a sender chose. */
export function createMetrics({ token, jobCounts }: MetricsDeps): Metrics {
  const registers = [new Registry()]
  const [registry = new Registry()] = registers
  collectDefaultMetrics({ register: registry })

  const deliveries = new Counter({
    name: 'touchpoint_deliveries_total',
    help: 'Webhook requests that were stored',
    labelNames: ['provider'],
    registers,
  })
  const events = new Counter({
    name: 'touchpoint_events_total',
    help: 'Events by what became of them',
    labelNames: ['provider', 'outcome'],
    registers,
  })
  const refusals = new Counter({
    name: 'touchpoint_refused_total',
    help: 'Webhook requests that did not prove who sent them',
    labelNames: ['provider', 'reason'],
    registers,
  })
  new Gauge({
    name: 'touchpoint_jobs',
    help: 'Queued work by kind and state',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      this.reset()
      for (const { kind, state, count } of await jobCounts()) this.set({ kind, state }, count)
    },
  })

  const app = new Hono()
  app.get('/metrics', async (c) => {
    // The scheme may be written in any case, and the token in its own alone.
    const given = /^bearer +(.*)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    if (!isSame(given, token)) {
      return c.text('a bearer token is needed', 401, { 'WWW-Authenticate': 'Bearer' })
    }
    return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
  })

  return {
    app,
    ingested(provider, { accepted, duplicates, unreadable, erased = 0 }) {
      deliveries.inc({ provider })
      events.inc({ provider, outcome: 'accepted' }, accepted)
      events.inc({ provider, outcome: 'duplicate' }, duplicates)
      events.inc({ provider, outcome: 'quarantined' }, unreadable)
      events.inc({ provider, outcome: 'erased' }, erased)
    },
    refused: (provider, reason) => refusals.inc({ provider, reason }),
  }
}

/** In constant time, by digests of equal length. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
