import { openAsBlob } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { CrmError, InvalidInputError } from '../core/errors.ts'
import { type Exporting, type Format, fileName } from '../core/export/file.ts'
import { readOrder } from '../core/export/orders.ts'
import type { DayOf } from '../core/time.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Message } from './blocks.ts'
import { createDirectMessage } from './direct-message.ts'
import { refusalFor } from './exporting.ts'
import { DeniedError, type Gate } from './gate.ts'
import { createPacedMessage, type PacedDeps } from './paced-message.ts'
import { COMMAND_NEEDS } from './permissions.ts'
import { putFile, shareFile, type Upload, type UploadDeps } from './upload.ts'
import { deniedView } from './views/denied.ts'
import {
  type ExportProgress,
  exportedView,
  exportFailedView,
  exportInterruptedView,
  exportingView,
  exportRefusedView,
  exportTooLargeView,
} from './views/export.ts'
import { BUG } from './views/problem.ts'

interface Order {
  readonly text: string
  readonly format: Format
  /** A Slack user id. */
  readonly by: string
}

export interface ExporterDeps extends UploadDeps, Pick<PacedDeps, 'pace'> {
  /** Whoever asked may be less by now. */
  readonly gate: Pick<Gate, 'admitUser'>
  readonly count: (order: Order) => Promise<number>
  /** The file in pieces. */
  readonly write: (order: Order, options: Exporting) => AsyncIterable<string>
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: () => number
}

const MEGABYTE = 1024 * 1024
/** What a slow line carries before the upload is given up. */
const MOST_MEGABYTES = 100

/** A file that Slack has, and how many contacts are in it. */
interface Sent {
  readonly upload: Upload
  readonly contacts: number
}

/**
 * Does what an export job asks for: writes the file, and sends it in a direct message. One that was
 * interrupted begins anew; one of which only the last word is missing does not send its file again.
 */
export function createExporter(deps: ExporterDeps): JobHandler {
  const { gate, count, write, dayOf, now } = deps
  /** By order, until everything is said. */
  const sent = new Map<string, Sent>()

  return async (payload, { signal }) => {
    const { id, ...order } = readOrder(payload)
    const direct = createDirectMessage(deps, { to: order.by, key: `export:${id}`, about: 'an export' })
    const message = createPacedMessage(direct, 'an export', deps)
    let reached: ExportProgress = { done: 0, total: 0 }
    try {
      await message.end(await ended())
      sent.delete(id)
    } catch (error) {
      const why = error instanceof CrmError ? error.message : BUG
      await message.pause(signal.aborted ? exportInterruptedView(order, reached) : exportFailedView(order, why))
      // The worker logs it, and runs the job again.
      throw error
    }

    async function ended(): Promise<Message> {
      try {
        return await carryOut()
      } catch (error) {
        if (error instanceof DeniedError) return deniedView(error.denial)
        if (error instanceof InvalidInputError) return exportRefusedView(order, error.message)
        throw error
      }
    }

    async function carryOut(): Promise<Message> {
      const { role } = await gate.admitUser(order.by, COMMAND_NEEDS.export)
      const total = await count(order)
      const refusal = refusalFor(order, total, role)
      if (refusal) return refusal
      reached = { done: 0, total }
      await direct.say('begin', exportingView(order, reached))
      const channel = direct.posted()?.channel
      // Where the person cannot be written to, nothing is collected about anybody.
      if (channel === undefined) throw new InvalidInputError('you could not be written to.')
      const made = sent.get(id) ?? (await put())
      if (!made) return exportTooLargeView(order, MOST_MEGABYTES)
      sent.set(id, made)
      await shareFile(made.upload, channel, deps)
      return exportedView(order, made.contacts)
    }

    /** Undefined where it is too large. */
    async function put(): Promise<Sent | undefined> {
      await using file = await createFile(id)
      const pieces = write(order, { now: now(), onProgress })
      if (!(await file.fill(pieces, signal))) return undefined
      const name = fileName({ format: order.format, profile: 'spreadsheet' }, dayOf(now()))
      return { upload: await putFile({ name, content: await openAsBlob(file.path) }, deps), contacts: reached.done }
    }

    function onProgress(done: number): void {
      reached = { done, total: Math.max(done, reached.total) }
      message.show(() => exportingView(order, reached))
    }
  }
}

interface OwnFile extends AsyncDisposable {
  readonly path: string
  /** False where they are more than can be sent. */
  fill(pieces: AsyncIterable<string>, signal: AbortSignal): Promise<boolean>
}

/** A file that nobody else may read. What an export of the same name left behind when its process died goes first. */
async function createFile(id: string): Promise<OwnFile> {
  const folder = join(tmpdir(), `crm-export-${id}`)
  const remove = () => rm(folder, { recursive: true, force: true })
  await remove()
  await mkdir(folder, { mode: 0o700 })
  const path = join(folder, 'contacts')
  return {
    path,
    async fill(pieces, signal) {
      await using file = await open(path, 'wx', 0o600)
      let size = 0
      for await (const piece of pieces) {
        signal.throwIfAborted()
        await file.appendFile(piece)
        size += Buffer.byteLength(piece)
        if (size > MOST_MEGABYTES * MEGABYTE) return false
      }
      return true
    },
    [Symbol.asyncDispose]: remove,
  }
}
