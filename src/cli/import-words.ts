import type { ChangedRow, DryRun, FirstRow, RejectedRow } from '../core/import/dry-run.ts'
import type { ImportCounts } from '../core/import/report.ts'

export const NOTHING = 'Stopped; nothing came in.'

export function isNobody({ created, changed, unchanged, invalid }: ImportCounts): boolean {
  return created + changed + unchanged === 0 && invalid > 0
}

export function summary(counts: ImportCounts): string {
  const { created, changed, unchanged, duplicate, invalid, events, erased, suppressed, spared } = counts
  return [
    `${created} new, ${changed} changed, ${unchanged} unchanged, ${duplicate} duplicate, ${invalid} invalid`,
    `${events} new engagements`,
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
    ...(spared > 0 ? [`${spared} with what people entered, which stays`] : []),
    ...(erased > 0 ? [`${erased} left out: erased on request`] : []),
  ].join(', ')
}

/** The first rows of each kind. */
export function linesOf({ first, counts, suggestions, unclear }: DryRun): string[] {
  return [
    ...unclear,
    ...some('new', first.created, counts.created, plainRow),
    ...some('changed', first.changed, counts.changed, changedRow),
    ...some('suppressed', first.suppressed, counts.suppressed, plainRow),
    ...some('kept as people entered it', first.spared, counts.spared, plainRow),
    ...some('duplicate', first.duplicate, counts.duplicate, rejectedRow),
    ...some('invalid', first.invalid, counts.invalid, rejectedRow),
    ...some('look at', first.suggested, suggestions, ({ at, value, reason }) => `${at}: ${value}: ${reason}`),
  ]
}

function some<Row>(word: string, rows: readonly Row[], count: number, textOf: (row: Row) => string): string[] {
  const more = count > rows.length && rows.length > 0 ? [`${word} … ${count - rows.length} more`] : []
  return [...rows.map((row) => `${word} ${textOf(row)}`), ...more]
}

function plainRow({ at, value }: FirstRow): string {
  return `${at}: ${value}`
}

function rejectedRow({ at, value, reason }: RejectedRow): string {
  return `${at} (${value}): ${reason}`
}

function changedRow({ at, value, changes }: ChangedRow): string {
  const told = changes.map(({ field, before, after }) => `${field} ${before ?? '-'} → ${after}`)
  return `${at}: ${value}: ${told.join('; ')}`
}
