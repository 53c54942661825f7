/**
 * `keeping`: its bytes are still coming. `ready`: nothing was written yet. A `cancelled` one may have
 * written a part before.
 */
export type ImportStage = 'keeping' | 'ready' | 'running' | 'done' | 'cancelled' | 'undoing' | 'undone'

/** What an import did with one contact. */
export type ImportOutcome = 'created' | 'changed' | 'unchanged'

/** Every row is one of the first six; the others are counted beside. */
export interface ImportCounts {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  /** Rows of somebody who stands in the list before. */
  readonly duplicate: number
  /** Rows that make no contact. */
  readonly invalid: number
  /** Rows of people who asked to be erased: left out. */
  readonly erased: number
  /** Contacts to whom nobody should write, by the list or by what was known before. They stay so. */
  readonly suppressed: number
  /** Contacts of whom people entered something that the list would replace; it stays. */
  readonly spared: number
  /** Engagements that were not known yet. */
  readonly events: number
}

export const NO_COUNTS: ImportCounts = {
  created: 0,
  changed: 0,
  unchanged: 0,
  duplicate: 0,
  invalid: 0,
  erased: 0,
  suppressed: 0,
  spared: 0,
  events: 0,
}

/** `count` of those who were left unchanged by their own row are changed after all. */
export function turnedChanged(counts: ImportCounts, count: number): ImportCounts {
  return { ...counts, changed: counts.changed + count, unchanged: Math.max(0, counts.unchanged - count) }
}

export function addCounts(a: ImportCounts, b: Partial<ImportCounts>): ImportCounts {
  const sum = (name: keyof ImportCounts) => a[name] + (b[name] ?? 0)
  return {
    created: sum('created'),
    changed: sum('changed'),
    unchanged: sum('unchanged'),
    duplicate: sum('duplicate'),
    invalid: sum('invalid'),
    erased: sum('erased'),
    suppressed: sum('suppressed'),
    spared: sum('spared'),
    events: sum('events'),
  }
}

export interface UndoCounts {
  /** Contacts that the import had made, and that are gone. */
  readonly removed: number
  /** Contacts that are what they were before. */
  readonly restored: number
  /** Contacts that stay as they are, at least in part. */
  readonly kept: number
}

export const NOTHING_UNDONE: UndoCounts = { removed: 0, restored: 0, kept: 0 }

/** Somebody whom an undo left as they are, at least in part. */
export interface KeptContact {
  readonly email: string
  /** Ends the sentence "… stays: …". */
  readonly reason: string
}

export interface UndoReport extends UndoCounts {
  /** The first of those that were kept. */
  readonly list: readonly KeptContact[]
}
