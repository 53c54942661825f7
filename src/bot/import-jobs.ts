import { z } from 'zod'

import type { ImportState } from '../core/import/imports.ts'
import { IMPORT_CHECK, IMPORT_FETCH, IMPORT_RUN, IMPORT_UNDO } from '../core/import/jobs.ts'
import type { NewJob } from '../core/job.ts'
import { SlackFile } from './download.ts'

/** What one person wants to be imported. */
export const ImportOrder = z.object({
  /** A Slack user id. */
  by: z.string().min(1),
  campaign: z.string().nullable(),
  tags: z.array(z.string()),
  /** Whether it replaces what people entered. */
  overwrite: z.boolean(),
  /** Whether who comes in is enriched. */
  enrich: z.boolean(),
})

export type ImportOrder = z.infer<typeof ImportOrder>

/** The form that waits for what comes of it, by the id of its view. */
const view = z.string().min(1)
const importId = z.number().int()

export const FetchOrder = ImportOrder.extend({ view, file: SlackFile })
export const CheckOrder = z.object({
  id: importId,
  view,
  /** Somebody has said what the columns hold. */
  isChosen: z.boolean(),
})
export const RunOrder = z.object({ id: importId })
export const UndoOrder = z.object({
  id: importId,
  /** A Slack user id. */
  by: z.string().min(1),
  /** Of one that was undone before, when that was (UTC milliseconds): those who were kept then are looked at anew. */
  after: z.number().nullable().default(null),
})

/** Each form is sent off once, whatever Slack repeats. */
export function fetchJob(order: z.infer<typeof FetchOrder>): NewJob {
  return { id: `${IMPORT_FETCH}:${order.view}`, kind: IMPORT_FETCH, payload: order, key: null, runAt: 0 }
}

/** Whoever says again what the columns hold, in a form of its own, wants another check; they go one after the other. */
export function checkJob(order: z.infer<typeof CheckOrder>): NewJob {
  return {
    id: `${IMPORT_CHECK}:${order.id}:${order.view}:${order.isChosen}`,
    kind: IMPORT_CHECK,
    payload: order,
    key: `${IMPORT_CHECK}:${order.id}`,
    runAt: 0,
  }
}

/** Without a key, so that one that fails holds up no other: the runner takes them one after the other. */
export function runJob(id: number): NewJob {
  return { id: `${IMPORT_RUN}:${id}`, kind: IMPORT_RUN, payload: { id }, key: null, runAt: 0 }
}

export function undoJob(order: z.input<typeof UndoOrder>): NewJob {
  return { id: `${IMPORT_UNDO}:${order.id}`, kind: IMPORT_UNDO, payload: order, key: null, runAt: 0 }
}

/** For one that is under way and may have lost its job: it was given up, or a command line took it over and died. */
export function goOnJob({ id, by, stage }: Pick<ImportState, 'id' | 'by' | 'stage'>): NewJob {
  return stage === 'undoing' && by !== null ? undoJob({ id, by }) : runJob(id)
}
