import { InvalidInputError, UpstreamError } from '../errors.ts'
import type { NewJob } from '../job.ts'
import type { Database } from '../store/database.ts'
import {
  holdImport,
  type ImportRow,
  importedAmong,
  insertImported,
  insertRejects,
  placesInImport,
  retellImported,
  updateImport,
} from '../store/imports.ts'
import { enqueue } from '../store/jobs.ts'
import type { DayOf } from '../time.ts'
import { joined } from './imprint.ts'
import type { Inspection, ReadRow, UnclearWord } from './inspection.ts'
import { dropBytes } from './kept-list.ts'
import { unclearAmong } from './opt-outs.ts'
import { addCounts, type ImportCounts, turnedChanged } from './report.ts'
import { duplicatesIn, groupsOf, keysIn, Pace, type RowsOutcome, type WrittenRow, writeRows } from './rows-group.ts'
import type { WrittenContact } from './write-group.ts'

export interface RunProgress {
  /** Rows, of all that there are. */
  readonly done: number
  readonly total: number | null
  readonly counts: ImportCounts
}

export interface RunOptions {
  readonly onProgress?: (progress: RunProgress) => void
  /** What rows that came in, now or before, say about writing to people, and nobody understands. */
  readonly onUnclear?: (words: readonly UnclearWord[]) => void
  /** Ends it after the group that is under way; it can go on later. */
  readonly signal?: AbortSignal
}

export interface RunDeps {
  readonly database: Database
  readonly dayOf: DayOf
  readonly now: () => number
  /** What follows for the contacts that an import made, where it was asked for. */
  readonly jobsFor: (ids: readonly number[]) => readonly NewJob[]
}

/** So many rows that made no contact are kept to be handed back; all are counted. */
export const MOST_REJECTS = 100_000

/**
 * Brings in the rows of a list from where it was. Each group commits its contacts together with its
 * place, so that every row counts once whatever ends the process, and of two processes only one goes on.
 */
export async function runRows(
  deps: RunDeps,
  started: ImportRow,
  rows: AsyncIterable<ReadRow>,
  unit: Inspection['unit'],
  { onProgress, onUnclear, signal }: RunOptions,
): Promise<void> {
  const pace = new Pace()
  let { place } = started
  for await (const group of groupsOf(rows, pace)) {
    signal?.throwIfAborted()
    const since = deps.now()
    const row = await deps.database.transaction((tx) => writeNext(deps, tx, { id: started.id, place, group, unit }))
    if (!row) return
    pace.took(deps.now() - since)
    place = row.place
    onProgress?.({ done: place, total: row.total, counts: row.counts })
    const unclear = unclearAmong(group)
    if (unclear.length > 0) onUnclear?.(unclear)
    // Lets a server on the same file write in between.
    await new Promise(setImmediate)
  }
  await deps.database.transaction((tx) => finish(tx, started.id, place, deps.now()))
  await dropBytes(deps.database, started.id)
}

interface Next {
  readonly id: number
  readonly place: number
  readonly group: readonly ReadRow[]
  readonly unit: Inspection['unit']
}

/** The import after the group; undefined where somebody stopped it before. */
async function writeNext(
  { dayOf, now, jobsFor }: RunDeps,
  tx: Database,
  { id, place, group, unit }: Next,
): Promise<Pick<ImportRow, 'place' | 'total' | 'counts'> | undefined> {
  const row = await holdRunning(tx, id, place)
  if (!row) return undefined
  const at = now()
  const { campaign, tags, overwrite, createdAt: listedAt } = row
  const known = await placesInImport(tx, id, keysIn(group))
  const here = new Map<string, number>()
  const duplicates = duplicatesIn(group, (key, nth) => {
    const before = known.get(key) ?? here.get(key)
    if (before === undefined) here.set(key, nth)
    return before
  })
  const outcome = await writeRows(tx, group, duplicates, {
    ...{ now: at, dayOf, campaign, tags, overwrite, unit, known, listedAt },
  })
  await insertImported(tx, importedRows(id, outcome.written, at))
  const turned = await retell(tx, id, outcome.retold)
  await insertRejects(tx, rejectRows(row, outcome, group))
  const made = outcome.written.flatMap((each) => (each.outcome === 'created' ? [each.id] : []))
  if (row.enrich) await enqueue(tx, jobsFor(made), at)
  const after = {
    place: place + group.length,
    counts: turnedChanged(addCounts(row.counts, outcome.counts), turned),
    touchedAt: at,
  }
  await updateImport(tx, id, after)
  return { ...after, total: row.total }
}

/** Writes down what a duplicate changed of somebody after their own row; says how many had been left unchanged by it. */
async function retell(tx: Database, id: number, retold: readonly WrittenContact[]): Promise<number> {
  const changed = new Map(retold.flatMap((each) => (each.imprints ? [[each.id, each.imprints] as const] : [])))
  const rows = await importedAmong(tx, id, [...changed.keys()])
  const told = rows.flatMap((row) => {
    const now = changed.get(row.contactId)
    // Whoever is new goes whole when the import is undone.
    if (!now || row.outcome === 'created') return []
    const { before, after } = row.before && row.after ? joined({ before: row.before, after: row.after }, now) : now
    return [{ ...row, outcome: 'changed' as const, before, after }]
  })
  await retellImported(tx, told)
  return rows.filter(({ outcome }) => outcome === 'unchanged').length
}

/** Undefined where the import was stopped. Throws `UpstreamError` where another process carries it out. */
async function holdRunning(tx: Database, id: number, place: number): Promise<ImportRow | undefined> {
  const row = await holdImport(tx, id)
  if (row?.state !== 'running') return undefined
  if (row.place !== place) throw new UpstreamError('another process carries this import out', { retryAfterMs: 60_000 })
  return row
}

function importedRows(importId: number, written: readonly WrittenRow[], doneAt: number) {
  return written.map(({ id: contactId, at, outcome, imprints, events, revision }) => ({
    ...{ importId, contactId, at, outcome, revision, doneAt },
    before: imprints?.before ?? null,
    after: imprints?.after ?? null,
    events: events.length > 0 ? events : null,
  }))
}

function rejectRows({ id, place, counts }: ImportRow, { rejects }: RowsOutcome, group: readonly ReadRow[]) {
  const kept = counts.invalid + counts.duplicate
  return rejects.slice(0, Math.max(0, MOST_REJECTS - kept)).map(({ row, value, reason }) => ({
    ...{ importId: id, nth: place + group.indexOf(row), at: row.at, value: value.slice(0, LONGEST), reason },
    cells: row.cells ?? null,
  }))
}

const LONGEST = 500

async function finish(tx: Database, id: number, place: number, now: number): Promise<void> {
  const row = await holdRunning(tx, id, place)
  if (!row) return
  if (row.total !== place) throw new InvalidInputError(`Only ${place} of ${row.total} rows could be read again.`)
  await updateImport(tx, id, { state: 'done', endedAt: now, touchedAt: now })
}
