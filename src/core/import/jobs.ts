import { z } from 'zod'

import { UpstreamError } from '../errors.ts'
import type { NewJob } from '../job.ts'
import type { JobHandler } from '../worker.ts'
import type { Imports } from './imports.ts'

/** Goes on with an import of the command line whose process ended in the middle. */
export const IMPORT_GO_ON = 'import_go_on'

const Payload = z.object({ id: z.number().int() })

/** So long nobody has to hear of an import that a command line still carries out. */
const SILENCE_MS = 60_000

/** Those that nobody else goes on with: what was asked for in Slack has jobs of its own. */
export async function goOnJobs(imports: Pick<Imports, 'unfinished' | 'state'>): Promise<NewJob[]> {
  const states = await Promise.all((await imports.unfinished()).map((id) => imports.state(id)))
  return states.flatMap((state) =>
    state && state.by === null
      ? [
          {
            ...{ id: `${IMPORT_GO_ON}:${state.id}`, kind: IMPORT_GO_ON, payload: { id: state.id } },
            ...{ key: IMPORT_GO_ON, runAt: state.touchedAt + SILENCE_MS },
          },
        ]
      : [],
  )
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
