import { isDeepStrictEqual } from 'node:util'

import type { types } from '@slack/bolt'
import pLimit from 'p-limit'

import { CrmError, InvalidInputError, UpstreamError } from '../core/errors.ts'
import type { DryRun } from '../core/import/dry-run.ts'
import type { ImportState, Imports } from '../core/import/imports.ts'
import type { Inspection } from '../core/import/inspection.ts'
import { IMPORT_CHECK, IMPORT_FETCH, IMPORT_RUN, IMPORT_UNDO } from '../core/import/jobs.ts'
import type { ImportStage, UndoReport } from '../core/import/report.ts'
import type { RunOptions } from '../core/import/run.ts'
import type { NewJob } from '../core/job.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Message } from './blocks.ts'
import type { DirectMessage } from './direct-message.ts'
import type { SlackFile } from './download.ts'
import { failureView } from './failure.ts'
import { CheckOrder, checkJob, FetchOrder, RunOrder, UndoOrder } from './import-jobs.ts'
import type { ImportMessages } from './import-messages.ts'
import { createPacedMessage, type PacedMessage, type ProgressPace } from './paced-message.ts'
import { messageModal } from './surfaces.ts'
import type { NamedFile } from './upload.ts'
import { type EnrichCost, hasColumns, importCheckedView, isWorthImporting } from './views/import-checked.ts'
import { columnsAskedView, columnsForm, isWorthAsking } from './views/import-columns.ts'
import { checkedModal, checkingModal, TITLE } from './views/import-form.ts'
import {
  type Doing,
  importFailedView,
  importInterruptedView,
  importProgressView,
  importWaitingView,
} from './views/import-progress.ts'
import {
  importCancelledView,
  importEndedView,
  importReportView,
  importUndoneView,
  toldOfIn,
} from './views/import-report.ts'
import { BUG, problemView } from './views/problem.ts'

export interface ImportRunnerDeps {
  readonly imports: Pick<
    Imports,
    'begin' | 'cancel' | 'dryRun' | 'inspection' | 'kept' | 'rejectedCsv' | 'run' | 'state' | 'undo'
  >
  readonly messages: ImportMessages
  readonly queue: (job: NewJob) => Promise<unknown>
  readonly download: (file: SlackFile) => Promise<{ readonly name: string; readonly bytes: Uint8Array }>
  /** Throws `SlackRefusedError` where nobody has it open any more. */
  readonly updateView: (viewId: string, view: types.ModalView) => Promise<void>
  readonly upload: (file: NamedFile, channel: string) => Promise<void>
  /** What enriching so many people of whom nothing is known would cost. */
  readonly costOf: (people: number) => Promise<EnrichCost>
  /** Called when contacts have changed that this user asked to be changed. */
  readonly changed: (userId: string) => Promise<void>
  readonly pace?: ProgressPace
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** By job: those that find out what an import would do, and those that write. */
export interface ImportHandlers {
  readonly checks: Readonly<Record<string, JobHandler>>
  readonly writes: Readonly<Record<string, JobHandler>>
}

/**
 * Does what the jobs of `import-jobs.ts` ask for, and tells the person who asked in one direct message.
 * Each may be begun again where a process ended in the middle of it.
 */
export function createImportRunner(deps: ImportRunnerDeps): ImportHandlers {
  const { imports, messages, queue, download, log } = deps
  /** Two lists that name the same people have an order, that in which they were asked for. */
  const turn = pLimit(1)

  /** False where nobody looks at it any more. */
  async function shows(viewId: string, view: types.ModalView): Promise<boolean> {
    try {
      await deps.updateView(viewId, view)
      return true
    } catch (error) {
      log.debug('a form did not show how an import goes on', { error })
      return false
    }
  }

  async function fetchFile(payload: unknown): Promise<void> {
    const { view, file, ...order } = FetchOrder.parse(payload)
    try {
      const { name, bytes } = await download(file)
      const id = await imports.begin({ ...order, name, bytes: piecesOf(bytes) })
      await queue(checkJob({ id, view, isChosen: false }))
    } catch (error) {
      const said = failureView(error, 'a list was not fetched', log)
      if (!(await shows(view, messageModal(TITLE, said))))
        await messages.about({ by: order.by, key: view }).say('end', said)
      if (!isFinal(error)) throw error
    }
  }

  /** What the columns hold, or undefined where somebody is asked. Throws `InvalidInputError`. */
  async function understood(told: ImportState, view: string, isChosen: boolean): Promise<Inspection | undefined> {
    const inspection = await imports.inspection(told.id)
    if (isChosen || !isWorthAsking(inspection)) return inspection
    if (!(await shows(view, columnsForm(told.id, told.name, inspection))))
      await messages.of(told).say('end', columnsAskedView(told.id, told.name, inspection))
    return undefined
  }

  async function check(payload: unknown, signal: AbortSignal): Promise<void> {
    const { id, view, isChosen } = CheckOrder.parse(payload)
    const told = await imports.state(id)
    if (told?.stage !== 'ready') return
    let inspection: Inspection | undefined
    try {
      inspection = await understood(told, view, isChosen)
    } catch (error) {
      // It was looked at, and Slack does not take the question now.
      if (error instanceof UpstreamError) throw error
      const said = failureView(error, 'a list was not looked at', log)
      if (!(await shows(view, messageModal(TITLE, said)))) await messages.of(told).say('end', said)
      if (!isFinal(error)) throw error
      await imports.cancel(id)
    }
    if (!inspection) return
    const { format, unit, warnings, columns } = inspection
    let isUseless = false
    let isChecked = false
    await shows(view, checkingModal(told.name))
    const ended = await saying(CHECKING, told, signal, async (onProgress) => {
      const found = await dryRun(id, columns, { onProgress, signal })
      if (!found) return undefined
      const stage = (await imports.state(id))?.stage
      if (stage === 'cancelled') return importCancelledView(told)
      // Somebody has said yes to an earlier check, and is told what comes of that.
      if (stage !== 'ready') return undefined
      isChecked = true
      isUseless = !isWorthImporting(found) && !hasColumns({ format })
      const cost = told.enrich ? await deps.costOf(found.counts.created) : undefined
      return importCheckedView({ ...told, format, unit, warnings }, found, cost)
    })
    if (isUseless) await imports.cancel(id)
    await shows(view, ended && !isChecked ? messageModal(TITLE, ended.said) : checkedModal(told.name))
  }

  /** Undefined where somebody says meanwhile that the columns hold something else, which has a check of its own. */
  async function dryRun(id: number, columns: Inspection['columns'], options: RunOptions): Promise<DryRun | undefined> {
    try {
      return await imports.dryRun(id, options)
    } catch (error) {
      const isWaiting = error instanceof InvalidInputError && (await imports.state(id))?.stage === 'ready'
      if (isWaiting && !isDeepStrictEqual((await imports.inspection(id)).columns, columns)) return undefined
      throw error
    }
  }

  async function bringIn(payload: unknown, signal: AbortSignal): Promise<void> {
    const { id } = RunOrder.parse(payload)
    const told = await imports.state(id)
    if (!told || !IS_RUN.has(told.stage)) return
    const ended = await inTurn(IMPORTING, told, signal, async (onProgress) => {
      return importEndedView(await imports.run(id, { onProgress, signal }))
    })
    if (told.by) await deps.changed(told.by)
    if (ended?.isWell) await sendLeftOut(id, ended.message)
  }

  /** The rows that made no contact, as a file below the message. */
  async function sendLeftOut(id: number, message: DirectMessage): Promise<void> {
    const told = await imports.state(id)
    const channel = message.posted()?.channel
    if (!told || channel === undefined || toldOfIn(told.counts) === 0) return
    try {
      const parts: string[] = []
      for await (const part of imports.rejectedCsv(id)) parts.push(part)
      const content = new Blob(parts, { type: 'text/csv' })
      if (content.size > 0) await deps.upload({ name: leftOutName(told.name), content }, channel)
    } catch (error) {
      if (error instanceof UpstreamError) throw error
      await messages
        .about({ by: told.by ?? '', key: `left-out:${id}` })
        .say('end', failureView(error, 'rows that were left out were not sent', log))
    }
  }

  async function takeBack(payload: unknown, signal: AbortSignal): Promise<void> {
    const { id, by, after } = UndoOrder.parse(payload)
    const told = await imports.state(id)
    if (!told || !IS_UNDONE.has(told.stage)) return
    const task = undoing(after)
    await inTurn(task, told, signal, async (onProgress, now) => {
      const report = task.isOver(now) ? await undoneBefore(now) : await imports.undo(id, by, { onProgress, signal })
      return importUndoneView(now, report)
    })
    await deps.changed(by)
  }

  async function undoneBefore({ id, undone }: ImportState): Promise<UndoReport> {
    return { ...undone, list: await Array.fromAsync(imports.kept(id)) }
  }

  const toldIn = (message: DirectMessage): Told => ({ message, paced: createPacedMessage(message, 'an import', deps) })

  /** The same as `saying`, once no other import changes contacts. */
  async function inTurn(
    task: Task<'importing' | 'undoing'>,
    told: ImportState,
    signal: AbortSignal,
    work: Work,
  ): Promise<Ended | undefined> {
    const { message, paced } = toldIn(messages.of(told))
    if (turn.activeCount > 0 && !task.isOver(told)) paced.begin(importWaitingView(task.doing, told))
    return await turn(async () => {
      signal.throwIfAborted()
      const now = (await imports.state(told.id)) ?? told
      return await saying(task, now, signal, work, { message, paced })
    })
  }

  /** Tells of `work` as it goes on and how it ends; undefined where nothing was said of that. */
  async function saying(
    { doing, isOver }: Task,
    told: ImportState,
    signal: AbortSignal,
    work: Work,
    { message, paced }: Told = toldIn(messages.of(told)),
  ): Promise<Ended | undefined> {
    const teller = new Teller(paced, doing, told, deps.now)
    try {
      if (!isOver(told)) teller.begin()
      const last = await work((progress) => teller.progress(progress), told)
      if (!last) return undefined
      await teller.end(last)
      return { message, said: last, isWell: true }
    } catch (error) {
      if (error instanceof InvalidInputError) {
        const now = await imports.state(told.id)
        const said = endedBy(error, doing, now)
        await teller.end(said)
        // Said first: what is over is not looked at again, and so could not be said again.
        if (doing === 'checking' || now?.stage === 'running') await imports.cancel(told.id)
        return { message, said, isWell: false }
      }
      // Another process says how it goes on, or Slack does not take it now.
      if (error instanceof UpstreamError) throw error
      const why = error instanceof CrmError ? error.message : BUG
      await teller.pause(
        signal.aborted ? importInterruptedView(doing, told, teller.reached.done) : importFailedView(doing, told, why),
      )
      // The worker logs it, and runs the job again.
      throw error
    }
  }

  return {
    checks: {
      [IMPORT_FETCH]: async (payload) => await fetchFile(payload),
      [IMPORT_CHECK]: async (payload, { signal }) => await check(payload, signal),
    },
    writes: {
      [IMPORT_RUN]: async (payload, { signal }) => await bringIn(payload, signal),
      [IMPORT_UNDO]: async (payload, { signal }) => await takeBack(payload, signal),
    },
  }
}

/** A run that was interrupted goes on, and one that ended may not have been told of. */
const IS_RUN: ReadonlySet<ImportStage> = new Set(['ready', 'running', 'done', 'cancelled'])
const IS_UNDONE: ReadonlySet<ImportStage> = new Set(['done', 'cancelled', 'undoing', 'undone'])

interface Task<D extends Doing = Doing> {
  readonly doing: D
  /** Where only the last word is missing. */
  readonly isOver: (now: Pick<ImportState, 'stage' | 'touchedAt'>) => boolean
}

const CHECKING: Task<'checking'> = { doing: 'checking', isOver: () => false }
const IMPORTING: Task<'importing'> = {
  doing: 'importing',
  isOver: ({ stage }) => stage === 'done' || stage === 'cancelled',
}

/** `after` is when it was undone before, where it is to be undone again. */
function undoing(after: number | null): Task<'undoing'> {
  return { doing: 'undoing', isOver: ({ stage, touchedAt }) => stage === 'undone' && touchedAt !== after }
}

/** Why a list was not read to its end; where somebody cancelled it, its bytes went away meanwhile. */
function endedBy(error: InvalidInputError, doing: Doing, now: ImportState | undefined): Message {
  if (doing === 'undoing' || !now) return problemView(error.message)
  if (now.stage === 'cancelled') return importEndedView(now)
  return now.done > 0 ? importReportView({ ...now, stage: 'cancelled' }, error.message) : problemView(error.message)
}

/** Another attempt of ours would not help: the person has to give the list once more. */
function isFinal(error: unknown): boolean {
  return error instanceof InvalidInputError || error instanceof UpstreamError
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** `people.csv` becomes `people, left out.csv`. */
function leftOutName(name: string): string {
  return `${name.replace(/\.[^.]*$/, '').slice(0, 100)}, left out.csv`
}

/** Undefined where nothing is to be said of it. */
type Work = (onProgress: (progress: Reached) => void, now: ImportState) => Promise<Message | undefined>

interface Told {
  readonly message: DirectMessage
  readonly paced: PacedMessage
}

interface Ended extends Pick<Told, 'message'> {
  /** The last word. */
  readonly said: Message
  /** The list could be read. */
  readonly isWell: boolean
}

interface Reached {
  /** In rows. */
  readonly done: number
  readonly total?: number | null
}

/** Says how an import goes on. */
class Teller {
  readonly #message: PacedMessage
  readonly #doing: Doing
  readonly #told: ImportState
  readonly #now: () => number
  #since: { readonly at: number; readonly done: number } | undefined
  #reached: Reached

  constructor(message: PacedMessage, doing: Doing, told: ImportState, now: () => number) {
    this.#message = message
    this.#doing = doing
    this.#told = told
    this.#reached = doing === 'importing' ? told : { done: 0 }
    this.#now = now
  }

  get reached(): Reached {
    return this.#reached
  }

  begin(): void {
    this.#message.begin(this.#view())
  }

  progress(reached: Reached): void {
    this.#since ??= { at: this.#now(), done: reached.done }
    this.#reached = reached
    this.#message.show(() => this.#view())
  }

  async end(message: Message): Promise<void> {
    await this.#message.end(message)
  }

  async pause(message: Message): Promise<void> {
    await this.#message.pause(message)
  }

  #view(): Message {
    const { done, total = null } = this.#reached
    return importProgressView(this.#doing, this.#told, { done, total, aSecond: this.#pace() })
  }

  /** Since this process took it up: what another one did says nothing of how fast this one is. */
  #pace(): number {
    if (!this.#since) return 0
    const seconds = (this.#now() - this.#since.at) / 1000
    return seconds > 0 ? (this.#reached.done - this.#since.done) / seconds : 0
  }
}
