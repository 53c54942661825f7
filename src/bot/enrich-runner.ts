import { z } from 'zod'

import type { EnrichOptions, Estimate } from '../core/enrichment/enrich.ts'
import type { BatchOutcome } from '../core/enrichment/outcome.ts'
import { CrmError, InvalidInputError } from '../core/errors.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Message } from './blocks.ts'
import { createDirectMessage, type DirectMessageDeps } from './direct-message.ts'
import { createPacedMessage, type PacedDeps, type PacedMessage } from './paced-message.ts'
import {
  enrichingView,
  enrichReportView,
  interruptedView,
  type RunProgress,
  runFailedView,
  runRefusedView,
} from './views/enrich-run.ts'
import { BUG } from './views/problem.ts'

/** Whom `by` (a Slack user id) wants to be enriched. */
export interface EnrichOrder {
  readonly filter: string
  readonly by: string
}

export interface EnrichRunnerDeps extends DirectMessageDeps, Pick<PacedDeps, 'pace'> {
  /** Throws `InvalidInputError` for what is no filter. */
  readonly estimate: (order: EnrichOrder) => Promise<Pick<Estimate, 'contacts'>>
  /** Ends early when the signal says so. Throws `InvalidInputError`, and `StorageError` where the database fails. */
  readonly enrich: (
    order: EnrichOrder,
    options: Required<Pick<EnrichOptions, 'onProgress' | 'signal'>>,
  ) => Promise<BatchOutcome>
  /** Queues another try for those who may be worth it; queueing the same twice queues it once. */
  readonly tryLater: (later: NonNullable<BatchOutcome['later']>) => Promise<void>
  /** UTC milliseconds. */
  readonly now: () => number
}

const Order = z.object({
  /** Another one for every order. */
  id: z.string().min(1),
  filter: z.string(),
  /** A Slack user id. */
  by: z.string(),
})

/**
 * Does what an `enrich_run` job asks for, and tells the person who ordered it in a direct message.
 * A run that was interrupted begins anew, and whoever is complete by then costs nothing.
 */
export function createEnrichRunner(deps: EnrichRunnerDeps): JobHandler {
  const { estimate, enrich, tryLater, log } = deps

  async function carryOut(order: EnrichOrder, teller: Teller, signal: AbortSignal): Promise<Message> {
    const { contacts } = await estimate(order)
    teller.begin(contacts)
    const outcome = await enrich(order, { signal, onProgress: (done, credits) => teller.progress(done, credits) })
    signal.throwIfAborted()
    if (outcome.later) await tryLater(outcome.later)
    return enrichReportView(order.filter, outcome)
  }

  return async (payload, { signal }) => {
    const { id, filter, by } = Order.parse(payload)
    const message = createDirectMessage(deps, { to: by, key: `enrich:${id}`, about: 'an enrichment' })
    const paced = createPacedMessage(message, 'an enrichment', deps)
    // Once more would ask the providers once more.
    const end = (last: Message) =>
      paced.end(last).catch((error: unknown) => log.error('nobody could be told of an enrichment', { error }))
    const teller = new Teller({ ...paced, end }, filter)
    try {
      await teller.end(await carryOut({ filter, by }, teller, signal))
    } catch (error) {
      if (error instanceof InvalidInputError) return await teller.end(runRefusedView(filter, error.message))
      const why = error instanceof CrmError ? error.message : BUG
      await teller.end(signal.aborted ? interruptedView(filter, teller.reached) : runFailedView(filter, why))
      // The worker logs it, and runs the job again.
      throw error
    }
  }
}

/** Says how a run goes on. */
class Teller {
  readonly #message: PacedMessage
  readonly #filter: string
  #reached: RunProgress = { done: 0, total: 0, credits: 0 }

  constructor(message: PacedMessage, filter: string) {
    this.#message = message
    this.#filter = filter
  }

  get reached(): RunProgress {
    return this.#reached
  }

  begin(total: number): void {
    this.#reached = { ...this.#reached, total }
    this.#message.begin(enrichingView(this.#filter, this.#reached))
  }

  progress(done: number, credits: number): void {
    this.#reached = { done, credits, total: Math.max(done, this.#reached.total) }
    this.#message.show(() => enrichingView(this.#filter, this.#reached))
  }

  async end(message: Message): Promise<void> {
    await this.#message.end(message)
  }
}
