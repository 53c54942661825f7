import type { types } from '@slack/bolt'

import { CrmError, InvalidInputError, UpstreamError } from '../core/errors.ts'
import type { ImportState, Imports } from '../core/import/imports.ts'
import type { Inspection } from '../core/import/inspection.ts'
import type { ImportStage, UndoReport } from '../core/import/report.ts'
import type { NewJob } from '../core/job.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Message } from './blocks.ts'
import type { DirectMessage } from './direct-message.ts'
import type { SlackFile } from './download.ts'
import { failureView } from './failure.ts'
import {
  CheckOrder,
  checkJob,
  FetchOrder,
  IMPORT_CHECK,
  IMPORT_FETCH,
  IMPORT_RUN,
  IMPORT_UNDO,
  RunOrder,
  UndoOrder,
} from './import-jobs.ts'
import type { ImportMessages } from './import-messages.ts'
import { createPacedMessage, type PacedMessage } from './paced-message.ts'
import { messageModal } from './surfaces.ts'
import type { NamedFile } from './upload.ts'
import { type EnrichCost, importCheckedView, isWorthImporting } from './views/import-checked.ts'
import { columnsAskedView, columnsForm, isWorthAsking } from './views/import-columns.ts'
import { checkedModal, checkingModal, TITLE } from './views/import-form.ts'
import { type Doing, importFailedView, importInterruptedView, importProgressView } from './views/import-progress.ts'
import { importCancelledView, importReportView, importUndoneView, toldOfIn } from './views/import-report.ts'
import { BUG, problemView } from './views/problem.ts'

export interface ImportRunnerDeps {
  readonly imports: Pick<
    Imports,
    'begin' | 'cancel' | 'dryRun' | 'inspection' | 'kept' | 'rejectedCsv' | 'run' | 'state' | 'undo'
  >
  readonly messages: ImportMessages
  readonly queue: (job: NewJob) => Promise<void>
  readonly download: (file: SlackFile) => Promise<{ readonly name: string; readonly bytes: Uint8Array }>
  /** Throws `SlackRefusedError` where nobody has it open any more. */
  readonly updateView: (viewId: string, view: types.ModalView) => Promise<void>
  readonly upload: (file: NamedFile, channel: string) => Promise<void>
  /** What enriching so many people of whom nothing is known would cost. */
  readonly costOf: (people: number) => Promise<EnrichCost>
  /** Called when contacts have changed that this user asked to be changed. */
  readonly changed: (userId: string) => Promise<void>
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
      const said = failureView(error, 'a list was not looked at', log)
      if (!(await shows(view, messageModal(TITLE, said)))) await messages.of(told).say('end', said)
      if (!isFinal(error)) throw error
      await imports.cancel(id)
    }
    if (!inspection) return
    const list = { ...told, unit: inspection.unit, warnings: inspection.warnings }
    await shows(view, checkingModal(told.name))
    await saying('checking', told, signal, async (onProgress) => {
      const found = await imports.dryRun(id, { onProgress, signal })
      if ((await imports.state(id))?.stage !== 'ready') return importCancelledView(told)
      if (!isWorthImporting(found)) await imports.cancel(id)
      return importCheckedView(list, found, told.enrich ? await deps.costOf(found.counts.created) : undefined)
    })
    await shows(view, checkedModal(told.name))
  }

  async function bringIn(payload: unknown, signal: AbortSignal): Promise<void> {
    const { id } = RunOrder.parse(payload)
    const told = await imports.state(id)
    if (!told || !IS_RUN.has(told.stage)) return
    const message = await saying('importing', told, signal, async (onProgress) => {
      return importReportView(await imports.run(id, { onProgress, signal }))
    })
    if (message) await sendLeftOut(id, message)
    if (told.by) await deps.changed(told.by)
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
      await messages
        .about({ by: told.by ?? '', key: `left-out:${id}` })
        .say('end', failureView(error, 'rows that were left out were not sent', log))
    }
  }

  async function takeBack(payload: unknown, signal: AbortSignal): Promise<void> {
    const { id, by } = UndoOrder.parse(payload)
    const told = await imports.state(id)
    if (!told || !IS_UNDONE.has(told.stage)) return
    await saying('undoing', told, signal, async (onProgress) => {
      const report =
        told.stage === 'undone' ? await undoneBefore(told) : await imports.undo(id, by, { onProgress, signal })
      return importUndoneView(told, report)
    })
    await deps.changed(by)
  }

  async function undoneBefore({ id, undone }: ImportState): Promise<UndoReport> {
    return { ...undone, list: await Array.fromAsync(imports.kept(id)) }
  }

  /** Tells of `work` as it goes on and how it ends, and gives the message where it ended well. */
  async function saying(
    doing: Doing,
    told: ImportState,
    signal: AbortSignal,
    work: (onProgress: (progress: Reached) => void) => Promise<Message>,
  ): Promise<DirectMessage | undefined> {
    const message = messages.of(told)
    const teller = new Teller(createPacedMessage(message, 'an import', deps), doing, told, deps.now)
    try {
      teller.begin()
      await teller.end(await work((progress) => teller.progress(progress)))
      return message
    } catch (error) {
      if (error instanceof InvalidInputError) {
        await teller.end(await endedBy(error, doing, told))
        return undefined
      }
      // Another process says how it goes on.
      if (error instanceof UpstreamError) throw error
      const why = error instanceof CrmError ? error.message : BUG
      await teller.end(
        signal.aborted ? importInterruptedView(doing, told, teller.reached.done) : importFailedView(doing, told, why),
      )
      // The worker logs it, and runs the job again.
      throw error
    }
  }

  /** Why a list was not read to its end; where somebody cancelled it, its bytes went away meanwhile. */
  async function endedBy(error: InvalidInputError, doing: Doing, told: ImportState): Promise<Message> {
    const wasCancelled = (await imports.state(told.id))?.stage === 'cancelled'
    if (doing === 'undoing') return problemView(error.message)
    const ended = await imports.cancel(told.id)
    if (doing === 'importing' && ended.done > 0) return importReportView(ended)
    return wasCancelled ? importCancelledView(told) : problemView(error.message)
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
