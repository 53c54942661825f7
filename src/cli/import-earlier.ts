import { InvalidInputError } from '../core/errors.ts'
import type { ImportState, Imports } from '../core/import/imports.ts'
import type { ImportStage, UndoReport } from '../core/import/report.ts'
import { type Context, ctrlC, failed, plain, print, progress, say } from './context.ts'
import { NOTHING } from './import-words.ts'
import { checkOutput, databaseIn, writeOutput } from './output.ts'

interface Telling {
  readonly json?: true
}

const OPEN: ReadonlySet<ImportStage> = new Set(['keeping', 'ready', 'running'])

/** Whoever carries it out sees that at the next rows. */
export async function stop(imports: Imports, id: number, { json }: Telling): Promise<void> {
  const wasOpen = OPEN.has((await known(imports, id)).stage)
  const { stage, done, total, counts } = await imports.cancel(id)
  if (!wasOpen || stage !== 'cancelled') throw new InvalidInputError(`Import ${id} is over already.`)
  if (json) print(JSON.stringify({ ...counts, dry_run: false, import: id }))
  else if (done === 0) print(NOTHING)
  else print(`Stopped after ${done} of ${total} rows; crm import --undo ${id} takes them back.`)
}

export async function undo(imports: Imports, id: number, { json }: Telling): Promise<void> {
  if (OPEN.has((await known(imports, id)).stage))
    throw new InvalidInputError(`Import ${id} is not over. crm import --stop ${id} stops it; then it can be undone.`)
  const signal = ctrlC()
  const report = await undone(imports, id, signal)
  if (!report)
    return failed(
      `Stopped in the middle; crm import --undo ${id} goes on with it, and by itself so does a server, within a day.`,
    )
  for await (const { email, reason } of imports.kept(id)) say(plain(`kept ${email}: ${reason}`))
  if (json) print(JSON.stringify({ ...countsOf(report), import: id }))
  else print(`${report.removed} removed, ${report.restored} restored, ${report.kept} kept`)
}

/** Undefined where `signal` ended it. */
async function undone(imports: Imports, id: number, signal: AbortSignal): Promise<UndoReport | undefined> {
  try {
    return await imports.undo(id, null, { onProgress: progress('contacts'), signal })
  } catch (error) {
    if (!signal.aborted) throw error
    return undefined
  }
}

function countsOf({ removed, restored, kept }: UndoReport) {
  return { removed, restored, kept }
}

/** Writes the rows that the import left out to `path`. */
export async function handOut({ config }: Context, imports: Imports, id: number, path: string): Promise<void> {
  await known(imports, id)
  await checkOutput(path, [await databaseIn(config)])
  await writeOutput(path, imports.rejectedCsv(id))
}

async function known(imports: Imports, id: number): Promise<ImportState> {
  const state = await imports.state(id)
  if (!state) throw new InvalidInputError(`There is no import ${id}.`)
  return state
}
