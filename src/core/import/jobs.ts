import { z } from 'zod'

import { UpstreamError } from '../errors.ts'
import type { NewJob } from '../job.ts'
import type { Database } from '../store/database.ts'
import { enqueue, reviveJobs } from '../store/jobs.ts'
import type { JobHandler } from '../worker.ts'
import type { ImportState, Imports } from './imports.ts'

/** The steps of an import in Slack, each a job of its own, so that none is lost or done twice when the process ends. */
export const IMPORT_FETCH = 'import_fetch'
export const IMPORT_CHECK = 'import_check'
export const IMPORT_RUN = 'import_run'
export const IMPORT_UNDO = 'import_undo'

/** Goes on with an import whose process ended in the middle, where no message tells how far it is. */
export const IMPORT_GO_ON = 'import_go_on'

const Payload = z.object({ id: z.number().int() })

/** So long nobody has to hear of an import that a command line still carries out. */
const SILENCE_MS = 60_000

interface GoingOn {
  readonly database: Database
  readonly imports: Pick<Imports, 'unfinished' | 'state'>
  /** UTC milliseconds. */
  readonly now: number
}

/**
 * Sees that each import that is not over has a job, also where that was given up, but for one that took its
 * workers with it. `inSlack` makes those of what was asked for there, whose messages tell how far it is.
 */
export async function goOnWithImports(
  { database, imports, now }: GoingOn,
  inSlack: ((state: ImportState) => NewJob) | undefined,
): Promise<void> {
  const states = await Promise.all((await imports.unfinished()).map((id) => imports.state(id)))
  const jobs = states.flatMap((state) =>
    state ? [state.by !== null && inSlack ? inSlack(state) : goOnJob(state)] : [],
  )
  const kinds = inSlack ? [IMPORT_CHECK, IMPORT_RUN, IMPORT_UNDO, IMPORT_GO_ON] : [IMPORT_GO_ON]
  await database.transaction(async (tx) => {
    await enqueue(tx, jobs, now)
    await reviveJobs(tx, kinds, now, { evenDeadly: false })
  })
}

function goOnJob({ id, touchedAt }: ImportState): NewJob {
  const order = { id: `${IMPORT_GO_ON}:${id}`, kind: IMPORT_GO_ON, payload: { id } }
  return { ...order, key: IMPORT_GO_ON, runAt: touchedAt + SILENCE_MS }
}

export function goOnHandler(imports: Pick<Imports, 'state' | 'run' | 'undo'>, now: () => number): JobHandler {
  return async (payload, { signal }) => {
    const { id } = Payload.parse(payload)
    const state = await imports.state(id)
    if (state?.stage !== 'running' && state?.stage !== 'undoing') return
    const quietAt = state.touchedAt + SILENCE_MS
    if (quietAt > now()) throw new UpstreamError('somebody still works on it', { retryAfterMs: quietAt - now() })
    if (state.stage === 'running') await imports.run(id, { signal })
    else await imports.undo(id, state.by, { signal })
  }
}
