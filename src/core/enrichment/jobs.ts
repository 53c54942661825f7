import { z } from 'zod'

import { UpstreamError } from '../errors.ts'
import { type EngagementEvent, tallyOf } from '../event.ts'
import type { NewJob } from '../job.ts'
import { POINTS } from '../score.ts'
import type { Database } from '../store/database.ts'
import type { CallRow } from '../store/enrichment.ts'
import { enqueue } from '../store/jobs.ts'
import type { JobHandler } from '../worker.ts'
import type { Enrichment } from './enrich.ts'
import type { EnrichmentSettings } from './settings.ts'

export const ENRICH = 'enrich'
export const COLLECT = 'enrich_collect'
/** What a person asked for; whoever tells them carries it out. */
export const ENRICH_RUN = 'enrich_run'

const EnrichPayload = z.object({ ids: z.array(z.number()) })
const CollectPayload = z.object({ call: z.string() })

/** Enriches one contact; queueing it twice queues it once. */
function enrichJob(id: number): NewJob {
  return { id: enrichJobId(id), kind: ENRICH, payload: { ids: [id] }, key: null, runAt: 0 }
}

export function enrichJobId(contactId: number): string {
  return `${ENRICH}:${contactId}`
}

/** Enriches what one group of an import brought; imports one after the other. */
export function importedJobs(ids: readonly number[], now: number): readonly NewJob[] {
  const [first] = ids
  if (first === undefined) return []
  return [{ id: `${ENRICH}:import:${first}:${now}`, kind: ENRICH, payload: { ids }, key: ENRICH, runAt: 0 }]
}

/** What one person wants to be enriched, told to them as it goes on. */
export interface EnrichOrder {
  /** Another one for every order. */
  readonly id: string
  /** As in `filter.ts`. */
  readonly filter: string
  /** A Slack user id. */
  readonly by: string
}

/** The same order by the same person is carried out once at a time. */
export function enrichRunJob(order: EnrichOrder): NewJob {
  const { by, filter } = order
  return { id: `${ENRICH_RUN}:${by}:${filter}`, kind: ENRICH_RUN, payload: order, key: ENRICH, runAt: 0 }
}

/** Another try for those of whom something is still missing, at `at` (UTC milliseconds). */
export function laterJob({ ids, at }: { readonly ids: readonly number[]; readonly at: number }): NewJob {
  return { id: `${ENRICH}:later:${ids[0]}:${at}`, kind: ENRICH, payload: { ids }, key: ENRICH, runAt: at }
}

/** What enrichment follows from an event, by what `ENRICH_ON` says. */
export function enrichmentJobs(
  event: EngagementEvent,
  contact: { readonly id: number; readonly isNew: boolean },
  on: EnrichmentSettings['on'],
): readonly NewJob[] {
  const isReply = on.has('reply') && event.type === 'replied'
  const isDoing = on.has('event') && (contact.isNew || (POINTS[tallyOf(event)] ?? 0) > 0)
  return isReply || isDoing ? [enrichJob(contact.id)] : []
}

export function collectJob({ id }: Pick<CallRow, 'id'>, runAt: number): NewJob {
  return { id: collectJobId(id), kind: COLLECT, payload: { call: id }, key: null, runAt }
}

export function collectJobId(callId: string): string {
  return `${COLLECT}:${callId}`
}

/** How long to wait where a provider that holds a batch of ours cannot be asked for it. */
const COLLECT_AGAIN_MS = 5 * 60_000

/** Does what enrichment jobs ask for. */
export function enrichmentHandlers({
  database,
  enrichment,
  now,
}: {
  readonly database: Database
  readonly enrichment: Pick<Enrichment, 'enrichBatch' | 'collect'>
  readonly now: () => number
}): Readonly<Record<string, JobHandler>> {
  return {
    [ENRICH]: async (payload, { signal }) => {
      const { ids } = EnrichPayload.parse(payload)
      const { later } = await enrichment.enrichBatch(ids, { signal })
      signal.throwIfAborted()
      // Whoever is complete costs nothing when the others are tried again.
      if (later) throw new UpstreamError('some are to be tried again', { retryAfterMs: Math.max(0, later.at - now()) })
    },
    [COLLECT]: async (payload) => {
      const ids = await collected(enrichment, CollectPayload.parse(payload).call)
      await database.transaction((tx) => enqueue(tx, ids.map(enrichJob), now()))
    },
  }
}

async function collected(enrichment: Pick<Enrichment, 'collect'>, call: string): Promise<readonly number[]> {
  try {
    return await enrichment.collect(call)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const { message, retryAfterMs = COLLECT_AGAIN_MS } = error
    throw new UpstreamError(message, { cause: error, retryAfterMs })
  }
}
