import pLimit from 'p-limit'

import { InvalidInputError, UpstreamError } from '../core/errors.ts'
import type { Column } from '../core/import/columns.ts'
import type { ImportState, Imports } from '../core/import/imports.ts'
import type { Inspection } from '../core/import/inspection.ts'
import type { ImportCounts, ImportStage, UndoCounts } from '../core/import/report.ts'
import type { NewJob } from '../core/job.ts'
import type { Actor } from './actor.ts'
import type { Message } from './blocks.ts'
import type { SlackFile } from './download.ts'
import { checkJob, fetchJob, type ImportOrder, runJob, undoJob } from './import-jobs.ts'
import type { ImportMessages } from './import-messages.ts'
import { importEndedView, isUndoable } from './views/import-report.ts'

/**
 * What people can do with imports. Those that are about one import throw `InvalidInputError` with a
 * sentence on why it cannot be done, or not by them; what takes long is done by the jobs of `import-runner.ts`.
 */
export interface Importing {
  /** `view` is the id of the form, which shows how it goes on. */
  file(file: SlackFile, order: ImportOrder, view: string): Promise<void>
  pasted(text: string, order: ImportOrder, view: string): Promise<void>
  /** What is known of a list that is not brought in yet. */
  toCheck(id: number, actor: Actor): Promise<{ readonly name: string; readonly inspection: Inspection }>
  /** Somebody has said what the columns hold. */
  chosen(id: number, columns: readonly Column[], view: string): Promise<void>
  start(id: number, actor: Actor): Promise<void>
  /** Before anything is written it ends the import; later it stops it where it is. Gives what it could not say in its message. */
  cancel(id: number, actor: Actor): Promise<Message | undefined>
  toUndo(id: number, actor: Actor): Promise<ImportToUndo>
  undo(id: number, actor: Actor): Promise<void>
}

export interface ImportToUndo {
  readonly id: number
  readonly name: string
  readonly counts: ImportCounts
  /** What an undo before took back, and what it kept. */
  readonly undone: UndoCounts
}

export interface ImportingDeps {
  readonly imports: Pick<Imports, 'begin' | 'state' | 'inspection' | 'setColumns' | 'cancel'>
  readonly messages: ImportMessages
  /** Queueing the same job twice queues it once, and says so by false. */
  readonly queue: (job: NewJob) => Promise<boolean>
  /** Whether the job with this id is there. */
  readonly isQueued: (jobId: string) => Promise<boolean>
}

/** What people call a list without a file. */
export const PASTED = 'Pasted list'

const NO_LONGER: Readonly<Record<ImportStage, string>> = {
  keeping: 'This list is still being read. Please wait a moment.',
  ready: 'This list is not imported yet. Press Import first.',
  running: 'This import is under way already.',
  done: 'This list is imported already.',
  cancelled: 'This import was cancelled. To import the list after all, give it once more: /crm import',
  undoing: 'This import is being undone.',
  undone: 'This import was undone. To import the list again, give it once more: /crm import',
}

const FORGOTTEN = 'This import is no longer kept. To import the list, give it once more: /crm import'
const NOT_YOURS = 'Only who asked for this import can do that, or an admin of the CRM.'
const QUEUED = 'You have asked for that already. It begins by itself, as soon as no other import is under way.'
const NOTHING = 'This import brought nobody in, so there is nothing to undo.'
const NOT_CHECKED = 'This list is being checked. Press Import once you see what it would do.'
const PRESSED =
  'Import was pressed already, so the columns stay as they are. If they are not right, cancel the import and give the list once more: /crm import'

export function createImporting({ imports, messages, queue, isQueued }: ImportingDeps): Importing {
  /** Who says yes and who says otherwise what the columns hold do not come between each other. */
  const inOrder = pLimit(1)

  /** The import, where `actor` may touch it and it is in one of `stages`. */
  async function theirs(id: number, { userId, role }: Actor, stages: readonly ImportStage[]) {
    const found = await imports.state(id)
    if (!found) throw new InvalidInputError(FORGOTTEN)
    if (found.by !== userId && role !== 'admin') throw new InvalidInputError(NOT_YOURS)
    if (!stages.includes(found.stage)) throw new InvalidInputError(NO_LONGER[found.stage])
    return found
  }

  async function undoable(id: number, actor: Actor): Promise<ImportState> {
    const found = await theirs(id, actor, ['done', 'cancelled', 'undone'])
    if (found.stage === 'undone' && found.undone.kept === 0) throw new InvalidInputError(NO_LONGER.undone)
    if (!isUndoable(found.counts)) throw new InvalidInputError(NOTHING)
    return found
  }

  /** What comes in is what somebody said yes to. */
  async function checkNotPressed(id: number): Promise<void> {
    if (await isQueued(runJob(id).id)) throw new InvalidInputError(PRESSED)
  }

  async function queueOnce(job: NewJob): Promise<void> {
    if (!(await queue(job))) throw new InvalidInputError(QUEUED)
  }

  return {
    async file(file, order, view) {
      await queue(fetchJob({ ...order, file, view }))
    },
    async pasted(text, order, view) {
      const id = await imports.begin({ ...order, name: PASTED, bytes: bytesOf(text) })
      await queue(checkJob({ id, view, isChosen: false }))
    },
    async toCheck(id, actor) {
      const { name } = await theirs(id, actor, ['ready'])
      await checkNotPressed(id)
      return { name, inspection: await imports.inspection(id) }
    },
    async chosen(id, columns, view) {
      await inOrder(async () => {
        await checkNotPressed(id)
        await imports.setColumns(id, columns)
      })
      await queue(checkJob({ id, view, isChosen: true }))
    },
    async start(id, actor) {
      await inOrder(async () => {
        const { total } = await theirs(id, actor, ['ready'])
        if (total === null) throw new InvalidInputError(NOT_CHECKED)
        await queueOnce(runJob(id))
      })
    },
    async cancel(id, actor) {
      // A message that still has the button was perhaps not told how its import ended.
      const found = await theirs(id, actor, ['ready', 'running', 'done', 'cancelled'])
      const ended = importEndedView(await imports.cancel(id))
      try {
        await messages.of(found).say('end', ended)
        return undefined
      } catch (error) {
        if (error instanceof UpstreamError) return ended
        throw error
      }
    },
    toUndo: undoable,
    async undo(id, actor) {
      const { stage, touchedAt } = await undoable(id, actor)
      await queueOnce(undoJob({ id, by: actor.userId, after: stage === 'undone' ? touchedAt : null }))
    },
  }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
