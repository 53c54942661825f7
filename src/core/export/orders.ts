import { z } from 'zod'

import { InvalidInputError } from '../errors.ts'
import type { NewJob } from '../job.ts'
import { exportsSince, insertChange } from '../store/changes.ts'
import type { Database } from '../store/database.ts'
import { enqueue } from '../store/jobs.ts'
import { FORMATS, type Format } from './file.ts'

/** Writes a file and sends it to whoever asked. */
export const EXPORT = 'export'

/** What one person wants to have. */
export interface ExportOrder {
  /** Words and filters (`search/filter.ts`); everybody where there are none. */
  readonly text: string
  readonly format: Format
  /** A Slack user id, or `COMMAND_LINE`. */
  readonly by: string
}

const Payload = z.object({
  /** Another one for every order. */
  id: z.string().regex(/^[\w-]+$/),
  text: z.string(),
  format: z.enum(FORMATS),
  by: z.string(),
})

export function readOrder(payload: unknown): ExportOrder & { readonly id: string } {
  return Payload.parse(payload)
}

/** One person's exports go one after the other. */
function exportJob(order: ExportOrder, id: string): NewJob {
  return { id: `${EXPORT}:${id}`, kind: EXPORT, payload: { ...order, id }, key: `${EXPORT}:${order.by}`, runAt: 0 }
}

const HOUR_MS = 60 * 60_000

interface Ordering {
  /** How many contacts are meant. */
  readonly contacts: number
  /** Names the order. */
  readonly id: string
  /** UTC milliseconds. */
  readonly now: number
  /** How many exports one person may order within an hour. */
  readonly mostAnHour: number
}

/** Queues an export, with a word in the history on who gets what. Throws `InvalidInputError` for one too many. */
export async function orderExport(
  database: Database,
  order: ExportOrder,
  { contacts, id, now, mostAnHour }: Ordering,
): Promise<void> {
  await database.transaction(async (tx) => {
    if ((await exportsSince(tx, order.by, now - HOUR_MS)) >= mostAnHour)
      throw new InvalidInputError(
        `You exported ${mostAnHour} times within the last hour, which is as often as can be. Please wait a little.`,
      )
    await recordExport(tx, order, { contacts, now })
    await enqueue(tx, [exportJob(order, id)], now)
  })
}

/** Stands in the history of nobody in particular. */
export async function recordExport(
  tx: Database,
  { text, format, by }: ExportOrder,
  { contacts, now }: Pick<Ordering, 'contacts' | 'now'>,
): Promise<void> {
  const exported = { text, format, contacts }
  await insertChange(tx, {
    ...{ contactId: 0, at: now, actor: by, action: 'export' },
    ...{ before: {}, after: { exported }, undoes: null },
  })
}
