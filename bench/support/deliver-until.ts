import { setTimeout as wait } from 'node:timers/promises'

import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'

/** Milliseconds of each delivery until it is stored, with a pause in between. */
export async function deliverUntil(database: Database, signal: AbortSignal): Promise<number[]> {
  const waits: number[] = []
  const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
  for (let n = 0; !signal.aborted; n += 1) {
    const since = performance.now()
    await ingestAll(deps, [{ provider: 'sendgrid', receivedAt: Date.now(), events: [opened(n)], unreadable: [] }])
    waits.push(performance.now() - since)
    await wait(10)
  }
  return waits
}

function opened(n: number): EngagementEvent {
  return {
    ...{ provider: 'sendgrid', id: `bench-${n}`, type: 'opened', class: null, recipient: `r${n % 50}@bench.example` },
    ...{ occurredAt: Date.now(), receivedAt: Date.now(), messageId: null, rfcMessageId: null, campaign: null },
    ...{ tags: [], metadata: {}, url: null, ip: null, userAgent: null, geo: null, machine: null, suspected: null },
    ...{ bounce: null, reply: null, raw: null },
  }
}
