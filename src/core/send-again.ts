import { REVIVED_KINDS } from './job-kinds.ts'
import { insertChange } from './store/changes.ts'
import type { Database } from './store/database.ts'
import { deleteDead, reviveJobs } from './store/jobs.ts'

/**
 * Begins anew what was to be said in Slack and was given up, with a word in the history on who wanted it.
 * What was said after all is not said twice: its key is the same. Says how many that were.
 */
export async function sendAgain(
  database: Database,
  { by, now }: { /** A Slack user id. */ readonly by: string; readonly now: number },
): Promise<number> {
  return await database.transaction(async (tx) => {
    const sentAgain = await reviveJobs(tx, REVIVED_KINDS, now)
    if (sentAgain === 0) return 0
    // In the history of nobody in particular.
    await insertChange(tx, {
      ...{ contactId: 0, at: now, actor: by, action: 'send_again' },
      ...{ before: {}, after: { sentAgain }, undoes: null },
    })
    return sentAgain
  })
}

/** Whoever has not mended it by then does not want what is so old. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60_000

/** Deletes what was given up a month ago and nobody began anew. Says how many that were. */
export async function forgetGivenUp(database: Database, now: number): Promise<number> {
  return await database.transaction((tx) => deleteDead(tx, now - FORGOTTEN_MS))
}
