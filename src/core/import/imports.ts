import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

import { COMMAND_LINE } from '../erasure/erase-contact.ts'
import { InvalidInputError } from '../errors.ts'
import { insertChange } from '../store/changes.ts'
import type { Database } from '../store/database.ts'
import {
  deleteRejects,
  forgetKept,
  holdImport,
  type ImportRow,
  importById,
  importsLeft,
  keptAfter,
  overWithBytes,
  overWithRejects,
  rejectsAfter,
  rememberColumns,
  rememberedColumns,
  unfinishedWith,
  updateImport,
} from '../store/imports.ts'
import type { Column } from './columns.ts'
import { type DryRun, dryRunOf, type RejectedRow } from './dry-run.ts'
import type { HowToRead, Inspection } from './inspection.ts'
import { dropBytes, forgetList, keepList, keptList } from './kept-list.ts'
import { unclearAmong } from './opt-outs.ts'
import { countRows, hasOptOuts, inspect, readRows } from './read.ts'
import { rejectedLines } from './rejected.ts'
import type { ImportCounts, ImportStage, KeptContact, UndoCounts, UndoReport } from './report.ts'
import { type RunDeps, type RunOptions, runRows } from './run.ts'
import { undoNext } from './undo.ts'

export type ImportId = number

export interface NewImport {
  /** A Slack user id; null where it is the command line. */
  readonly by: string | null
  /** What people call the list: `people.csv`, or without an extension what they pasted. */
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
  /** For contacts that name no campaign of their own. */
  readonly campaign: string | null
  /** Added to those of every contact. */
  readonly tags: readonly string[]
  /** Whether what people entered gives way, too. */
  readonly overwrite: boolean
  /** Whether who comes in is enriched. */
  readonly enrich: boolean
}

/** Where the message stands that tells the one who asked. */
export interface ImportMessage {
  readonly channel: string
  readonly ts: string
}

/** How far an import is. */
export interface ImportState {
  readonly id: ImportId
  readonly by: string | null
  readonly name: string
  readonly campaign: string | null
  readonly tags: readonly string[]
  readonly overwrite: boolean
  readonly enrich: boolean
  readonly stage: ImportStage
  /** Rows that were dealt with, of all that there are; null until they were counted. */
  readonly done: number
  readonly total: number | null
  readonly counts: ImportCounts
  readonly undone: UndoCounts
  readonly message: ImportMessage | null
  readonly createdAt: number
  /** When something was last done for it, UTC milliseconds. */
  readonly touchedAt: number
  readonly endedAt: number | null
}

/** What an import did. `stage` is `cancelled` where somebody stopped it. */
export type ImportReport = ImportState

export interface Imports {
  /** Keeps the bytes and what was asked for. Throws `InvalidInputError` where it is too large. */
  begin(order: NewImport): Promise<ImportId>
  /** What the list looks like, with what somebody said of its columns, now or for the same header before. */
  inspection(id: ImportId): Promise<Inspection>
  /** Says what the columns hold, before anything is written; once it runs, that is remembered for lists with the same header. */
  setColumns(id: ImportId, columns: readonly Column[]): Promise<void>
  /** What the import would do; nothing is written. Throws `InvalidInputError` where the list cannot be read to its end. */
  dryRun(id: ImportId, options?: RunOptions): Promise<DryRun>
  /**
   * Brings the list in, from where it was; one that is over stays as it is. Throws `UpstreamError`
   * where another process does so, and `InvalidInputError`, before anything is written, where the list
   * cannot be read.
   */
  run(id: ImportId, options?: RunOptions): Promise<ImportReport>
  /** Stops it, where it is not over; what came in stays and can be undone. */
  cancel(id: ImportId): Promise<ImportState>
  /**
   * Takes back what it did, from where that was; of one that was undone before, what was kept then. `by` is
   * null for the command line.
   */
  undo(id: ImportId, by: string | null, options?: UndoRunOptions): Promise<UndoReport>
  /** Everybody whom an undo left as they are, at least in part. */
  kept(id: ImportId): AsyncGenerator<KeptContact>
  /** The rows that made no contact, in their order. */
  rejected(id: ImportId): AsyncGenerator<RejectedRow>
  /** The same as separated values, with the reasons and their cells. */
  rejectedCsv(id: ImportId): AsyncGenerator<string>
  state(id: ImportId): Promise<ImportState | undefined>
  setMessage(id: ImportId, message: ImportMessage): Promise<void>
  /** Those that were being carried out or undone when they were last heard of. */
  unfinished(): Promise<ImportId[]>
  /** One that the command line began with the same bytes and did not end. */
  unfinishedLike(id: ImportId): Promise<ImportState | undefined>
  /** Deletes bytes and rows that nobody will ask for any more. */
  sweep(): Promise<void>
}

export interface UndoRunOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal?: AbortSignal
}

export type ImportsDeps = RunDeps

const A_PAGE = 500
/** Of those who were kept, in the report itself. */
const FIRST_KEPT = 20
const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
/** How long a list waits for somebody to say yes. */
const READY_MS = 7 * DAY_MS
/** How long the rows are kept that made no contact. */
const REJECTS_MS = 30 * DAY_MS

const OTHER_COLUMNS = 'Somebody has just said otherwise what the columns hold. Try again.'
const NOT_WAITING = 'This import is not waiting any more.'

/** What an import is in the database, and everything that can be done with it. */
export function createImports(deps: ImportsDeps): Imports {
  const { database, dayOf, now } = deps

  async function known(id: ImportId): Promise<ImportRow> {
    return knownRow(await importById(database, id))
  }

  /** `usual` is how a list with this header was read, when this one came, of which nobody said anything. */
  async function looked(row: ImportRow): Promise<{ inspection: Inspection; usual: Inspection['columns'] }> {
    const seen = await inspect(keptList(database, row))
    const remembered = seen.header ? await rememberedColumns(database, headerHash(seen.header)) : undefined
    const told = row.columns ?? remembered?.columns
    return {
      inspection: told ? { ...seen, columns: told, unknown: [] } : seen,
      usual: remembered && remembered.at < row.createdAt ? remembered.columns : seen.columns,
    }
  }

  /** `listedAt` is when it was given to us, so that a second look reads the same. */
  function reading(row: ImportRow, inspection: Inspection): HowToRead {
    return { inspection, listedAt: row.createdAt }
  }

  /** Counts the rows before the first of them is written: of a list that cannot be read nothing comes in. */
  async function started(row: ImportRow, how: HowToRead, usual: Inspection['columns']): Promise<ImportRow | undefined> {
    const { header, columns } = how.inspection
    const total = row.total ?? (await countRows(keptList(database, row), how))
    return await database.transaction(async (tx) => {
      const held = knownRow(await holdImport(tx, row.id))
      if (held.state !== 'ready' && held.state !== 'running') return undefined
      if (!isDeepStrictEqual(held.columns, row.columns)) throw new InvalidInputError(OTHER_COLUMNS)
      const values = { state: 'running', total, header, columns: columns ?? null, touchedAt: now() } as const
      await updateImport(tx, row.id, values)
      if (header && columns && held.state === 'ready' && !isDeepStrictEqual(columns, usual))
        await rememberColumns(tx, { header: headerHash(header), columns, at: now() })
      return { ...held, ...values }
    })
  }

  async function stateOf(id: ImportId): Promise<ImportState> {
    return stateIn(await known(id))
  }

  return {
    inspection: async (id) => (await looked(await known(id))).inspection,
    begin: (order) => keepList(database, order, now),
    async setColumns(id, columns) {
      checkColumns(columns)
      await database.transaction(async (tx) => {
        if (knownRow(await holdImport(tx, id)).state !== 'ready') throw new InvalidInputError(NOT_WAITING)
        await updateImport(tx, id, { columns, total: null })
      })
    },
    async dryRun(id, { onProgress, signal } = {}) {
      const row = await known(id)
      if (row.state !== 'ready') throw new InvalidInputError(NOT_WAITING)
      const { inspection } = await looked(row)
      const how = reading(row, inspection)
      const source = keptList(database, row)
      const total = row.total ?? (await countRows(source, how))
      await database.transaction(async (tx) => {
        const held = knownRow(await holdImport(tx, id))
        if (held.state !== 'ready') throw new InvalidInputError(NOT_WAITING)
        if (!isDeepStrictEqual(held.columns, row.columns)) throw new InvalidInputError(OTHER_COLUMNS)
        // What comes in is what somebody was shown, whatever others teach about this header meanwhile.
        await updateImport(tx, id, { total, columns: inspection.columns ?? null, touchedAt: now() })
      })
      const { campaign, tags, overwrite, createdAt: listedAt } = row
      return await dryRunOf(database, readRows(source, how), {
        ...{ dayOf, now, campaign, tags, overwrite, listedAt, unit: how.inspection.unit, signal },
        onProgress: onProgress && (({ done, counts }) => onProgress({ done, total, counts })),
      })
    },
    async run(id, options = {}) {
      const before = await known(id)
      if (before.state === 'keeping') throw new InvalidInputError('The list has not come in whole yet.')
      if (before.state !== 'ready' && before.state !== 'running') return stateIn(before)
      const { inspection, usual } = await looked(before)
      const how = reading(before, inspection)
      const row = await started(before, how, usual)
      if (row) {
        const rows = readRows(keptList(database, row), { ...how, skip: row.place, onSkipped: saidAgain(how, options) })
        await runRows(deps, row, rows, how.inspection.unit, options)
      }
      return await stateOf(id)
    },
    async cancel(id) {
      await database.transaction(async (tx) => {
        const { state } = knownRow(await holdImport(tx, id))
        if (state !== 'keeping' && state !== 'ready' && state !== 'running') return
        await updateImport(tx, id, { state: 'cancelled', endedAt: now(), touchedAt: now() })
      })
      await dropBytes(database, id)
      return await stateOf(id)
    },
    async undo(id, by, { onProgress, signal } = {}) {
      const options = { dayOf, now: now() }
      await database.transaction((tx) => beginUndo(tx, id, by, options.now))
      for (let afterId = 0; ; ) {
        signal?.throwIfAborted()
        const { row, lastId } = await database.transaction((tx) => undoGroup(tx, id, { ...options, afterId }))
        if (row.state !== 'undoing') break
        afterId = lastId
        const { removed, restored, kept } = row.undone
        onProgress?.({ done: removed + restored + kept, total: row.counts.created + row.counts.changed })
        await new Promise(setImmediate)
      }
      const list = await keptAfter(database, id, 0, FIRST_KEPT)
      return { ...(await known(id)).undone, list: list.map(({ email, reason }) => ({ email, reason })) }
    },
    async *kept(id) {
      let after = 0
      for (;;) {
        const page = await keptAfter(database, id, after, A_PAGE)
        for (const { email, reason } of page) yield { email, reason }
        after = page.at(-1)?.id ?? after
        if (page.length < A_PAGE) return
      }
    },
    async *rejected(id) {
      let after = -1
      for (;;) {
        const page = await rejectsAfter(database, id, after, A_PAGE)
        for (const { at, value, reason } of page) yield { at, value, reason }
        after = page.at(-1)?.nth ?? after
        if (page.length < A_PAGE) return
      }
    },
    async *rejectedCsv(id) {
      const { header, counts } = await known(id)
      yield* rejectedLines(header, counts, (after, limit) => rejectsAfter(database, id, after, limit))
    },
    async state(id) {
      const row = await importById(database, id)
      return row && stateIn(row)
    },
    async setMessage(id, message) {
      await database.transaction((tx) => updateImport(tx, id, message))
    },
    async unfinished() {
      const rows = await importsLeft(database, ['running', 'undoing'], Number.MAX_SAFE_INTEGER)
      return rows.map(({ id }) => id)
    },
    async unfinishedLike(id) {
      const like = await unfinishedWith(database, await known(id))
      return like && stateIn(like)
    },
    async sweep() {
      const [hour, week, month] = [now() - HOUR_MS, now() - READY_MS, now() - REJECTS_MS]
      for (const { id } of await importsLeft(database, ['keeping'], hour)) await forgetList(database, id)
      for (const { id } of await importsLeft(database, ['ready'], week)) await this.cancel(id)
      for (const id of await overWithBytes(database)) await dropBytes(database, id)
      for (const id of await overWithRejects(database, month)) {
        await database.transaction(async (tx) => {
          await deleteRejects(tx, id)
          await updateImport(tx, id, { header: null })
        })
      }
    },
  }
}

/** Tells what rows say that came in before, where they may say anything: most lists go on without a look at those. */
function saidAgain(how: HowToRead, { onUnclear }: RunOptions): HowToRead['onSkipped'] {
  if (!onUnclear || !hasOptOuts(how)) return undefined
  return (row) => {
    const unclear = unclearAmong([row])
    if (unclear.length > 0) onUnclear(unclear)
  }
}

function knownRow(row: ImportRow | undefined): ImportRow {
  if (!row) throw new InvalidInputError('There is no such import.')
  return row
}

function stateIn(row: ImportRow): ImportState {
  const { id, by, name, campaign, tags, overwrite, enrich, state: stage, place: done, total, counts, undone } = row
  const { channel, ts, createdAt, touchedAt, endedAt } = row
  return {
    ...{ id, by, name, campaign, tags, overwrite, enrich, stage, done, total, counts, undone },
    ...{ createdAt, touchedAt, endedAt },
    message: channel !== null && ts !== null ? { channel, ts } : null,
  }
}

function headerHash(header: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(header)).digest('hex')
}

function checkColumns(columns: readonly Column[]): void {
  const names = columns.map((column) => ('field' in column ? column.field : `custom ${column.custom}`))
  const twice = names.find((name, nth) => names.indexOf(name) !== nth)
  if (twice) throw new InvalidInputError(`Two columns cannot both hold ${twice}. Choose one of them.`)
  if (!names.includes('email'))
    throw new InvalidInputError('Say which column holds the e-mail addresses: without one nobody can be told apart.')
}

async function beginUndo(tx: Database, id: ImportId, by: string | null, now: number): Promise<void> {
  const row = knownRow(await holdImport(tx, id))
  if (row.state === 'undoing') return
  const isAgain = row.state === 'undone' && row.undone.kept > 0
  if (row.state === 'undone' && !isAgain) throw new InvalidInputError('This import was undone before.')
  if (row.state !== 'done' && row.state !== 'cancelled' && !isAgain)
    throw new InvalidInputError('This import is not over. Stop it first, or wait until it is done.')
  // Whom a later import named can be taken back once that one is undone.
  if (isAgain) await forgetKept(tx, id)
  await updateImport(tx, id, { state: 'undoing', undone: { ...row.undone, kept: 0 }, touchedAt: now })
  await insertChange(tx, {
    ...{ contactId: 0, at: now, actor: by ?? COMMAND_LINE, action: 'undo', undoes: null },
    ...{ before: {}, after: { undoneImport: id } },
  })
}

/** The import after the next few of its contacts, and the id of the last of them. */
async function undoGroup(
  tx: Database,
  id: ImportId,
  options: Parameters<typeof undoNext>[2],
): Promise<{ readonly row: ImportRow; readonly lastId: number }> {
  const row = knownRow(await holdImport(tx, id))
  if (row.state !== 'undoing') return { row, lastId: options.afterId }
  const more = await undoNext(tx, row, options)
  const { removed, restored, kept } = row.undone
  const undone = more
    ? { removed: removed + more.removed, restored: restored + more.restored, kept: kept + more.kept }
    : row.undone
  const values = { undone, touchedAt: options.now, state: more ? row.state : ('undone' as const) }
  await updateImport(tx, id, values)
  return { row: { ...row, ...values }, lastId: more?.lastId ?? options.afterId }
}
