import { transactionOf } from '../dry-run.ts'
import { snake } from '../interchange.ts'
import { keysAmong } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { IMPRINT_WORDS, type Imprints } from './imprint.ts'
import type { Inspection, ReadRow } from './inspection.ts'
import { Unclear, unclearAmong } from './opt-outs.ts'
import { addCounts, type ImportCounts, NO_COUNTS, turnedChanged } from './report.ts'
import { duplicatesIn, groupsOf, keysIn, Pace, type RowsOutcome, writeRows } from './rows-group.ts'
import { Seen } from './seen.ts'
import type { GroupOptions } from './write-group.ts'

/** One row as somebody should see it before they say yes. */
export interface FirstRow {
  /** As `ReadRow.at` counts. */
  readonly at: number
  /** The address, or what stands there in its place. */
  readonly value: string
}

export interface RejectedRow extends FirstRow {
  /** Ends the sentence "Row 3 was left out: …". */
  readonly reason: string
}

export interface ChangedRow extends FirstRow {
  readonly changes: readonly FieldChange[]
}

export interface FieldChange {
  /** In words, or the name of a field of the contact's own. */
  readonly field: string
  readonly before: string | null
  readonly after: string | null
}

/** The first rows of each kind. */
export interface FirstRows {
  readonly created: readonly FirstRow[]
  readonly changed: readonly ChangedRow[]
  readonly unchanged: readonly FirstRow[]
  readonly suppressed: readonly FirstRow[]
  /** People entered something of them that stays. */
  readonly spared: readonly FirstRow[]
  readonly duplicate: readonly RejectedRow[]
  readonly invalid: readonly RejectedRow[]
  /** Addresses that look mistyped; `reason` is the question. */
  readonly suggested: readonly RejectedRow[]
}

/** What an import would do. */
export interface DryRun {
  readonly counts: ImportCounts
  /** How many rows there are. */
  readonly total: number
  readonly first: FirstRows
  /** How many addresses look mistyped. */
  readonly suggestions: number
  /** Sentences about what the list says of writing to people that nobody understands. */
  readonly unclear: readonly string[]
}

const SHOWN = 5

interface DryRunOptions extends Omit<GroupOptions, 'now' | 'known'>, Pick<Inspection, 'unit'> {
  readonly now: () => number
  readonly onProgress?: ((progress: { readonly done: number; readonly counts: ImportCounts }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Does what the import would do, and takes each group back: what would happen is what happened. */
export async function dryRunOf(
  database: Database,
  rows: AsyncIterable<ReadRow>,
  { now, onProgress, signal, ...options }: DryRunOptions,
): Promise<DryRun> {
  const seen = new Seen()
  const pace = new Pace()
  const first = new First()
  const unclear = new Unclear()
  let [counts, total, suggestions] = [NO_COUNTS, 0, 0]
  for await (const group of groupsOf(rows, pace)) {
    signal?.throwIfAborted()
    const since = now()
    const duplicates = duplicatesIn(group, (key, at) => seen.firstAt(key, at))
    const outcome = await transactionOf(database, { dryRun: true }, async (tx) => {
      const known = await keysAmong(tx, keysIn(group))
      return await writeRows(tx, group, duplicates, { ...options, known, now: now() })
    })
    pace.took(now() - since)
    const turned = outcome.retold.filter(({ outcome: is }) => is === 'changed').length
    counts = turnedChanged(addCounts(counts, outcome.counts), turned)
    total += group.length
    suggestions += group.filter((row) => 'suggestion' in row && row.suggestion !== undefined).length
    first.take(group, outcome)
    unclear.add(unclearAmong(group))
    onProgress?.({ done: total, counts })
    await new Promise(setImmediate)
  }
  return { counts, total, first: first.rows, suggestions, unclear: unclear.sentences }
}

/** Keeps the first few of each kind. */
class First {
  readonly rows = {
    created: [] as FirstRow[],
    changed: [] as ChangedRow[],
    unchanged: [] as FirstRow[],
    suppressed: [] as FirstRow[],
    spared: [] as FirstRow[],
    duplicate: [] as RejectedRow[],
    invalid: [] as RejectedRow[],
    suggested: [] as RejectedRow[],
  }

  take(group: readonly ReadRow[], { written, rejects }: RowsOutcome): void {
    for (const { at, imported, outcome, imprints, events, isSuppressed, spared } of written) {
      const row = { at, value: imported.email }
      if (outcome === 'changed') keep(this.rows.changed, { ...row, changes: changesIn(imprints, events.length) })
      else keep(this.rows[outcome], row)
      if (isSuppressed) keep(this.rows.suppressed, row)
      if (spared.length > 0) keep(this.rows.spared, row)
    }
    for (const { row, value, reason, kind } of rejects) keep(this.rows[kind], { at: row.at, value, reason })
    for (const row of group) {
      if ('contact' in row && row.suggestion !== undefined)
        keep(this.rows.suggested, { at: row.at, value: row.contact.email, reason: row.suggestion })
    }
  }
}

function keep<Row>(rows: Row[], row: Row): void {
  if (rows.length < SHOWN) rows.push(row)
}

/** What changes, field by field. */
export function changesIn(imprints: Imprints | null, events: number): FieldChange[] {
  const engagements = events > 0 ? [{ field: 'engagements', before: null, after: `${events} more` }] : []
  if (!imprints) return engagements
  const { before, after } = imprints
  const { customFields = {}, claims = {}, asserted = {}, tags = [], ...plain } = after
  const changes: FieldChange[] = []
  for (const [field, word] of Object.entries(IMPRINT_WORDS)) {
    if (!(field in plain) || DERIVED.has(field)) continue
    changes.push({ field: word, before: words(valueAt(before, field)), after: words(valueAt(plain, field)) })
  }
  if (tags.length > 0) changes.push({ field: IMPRINT_WORDS.tags, before: null, after: tags.join(', ') })
  for (const [name, value] of Object.entries(customFields)) {
    changes.push({ field: name, before: words(valueAt(before.customFields, name)), after: words(value) })
  }
  for (const [name, voices = {}] of Object.entries(claims)) {
    const said = Object.values(voices).map(({ value }) => value)
    changes.push({ field: snake(name).replaceAll('_', ' '), before: null, after: said.join(', ') })
  }
  const { emailEvidence, suppression } = asserted
  if (emailEvidence) changes.push({ field: IMPRINT_WORDS.asserted, before: null, after: emailEvidence.status })
  if (suppression) {
    changes.push({ field: 'suppression', before: null, after: Object.keys(suppression).map(snake).join(', ') })
  }
  return [...changes, ...engagements]
}

/** Told with what they belong to. */
const DERIVED: ReadonlySet<string> = new Set(['decidedAt', 'enrichedAt'])

function valueAt(record: object | undefined, key: string): unknown {
  return Object.entries(record ?? {}).find(([name]) => name === key)?.[1]
}

function words(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return typeof value === 'number' && value > 1e11 ? new Date(value).toISOString().slice(0, 10) : JSON.stringify(value)
}
