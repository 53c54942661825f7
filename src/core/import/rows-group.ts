import { addressKey } from '../address.ts'
import { mentionedIn } from '../erasure/mentions.ts'
import type { InterchangeContact } from '../interchange.ts'
import type { Database } from '../store/database.ts'
import { erasedAmong } from '../store/erasure.ts'
import { bareContact } from './bare-contact.ts'
import type { Inspection, ReadRow } from './inspection.ts'
import { type ImportCounts, NO_COUNTS } from './report.ts'
import {
  type GroupOptions,
  MAX_GROUP_CONTACTS,
  MAX_GROUP_EVENTS,
  type WrittenContact,
  writeGroup,
} from './write-group.ts'

/** A row of a list that made no contact. */
export interface Reject {
  readonly row: ReadRow
  readonly value: string
  /** Ends the sentence "Row 3 was left out: …". */
  readonly reason: string
  readonly kind: 'invalid' | 'duplicate'
}

export interface WrittenRow extends WrittenContact {
  readonly at: number
}

export interface RowsOutcome {
  readonly counts: ImportCounts
  readonly written: readonly WrittenRow[]
  readonly rejects: readonly Reject[]
  /** Those of an earlier group of whom a duplicate says that nobody should write to them. */
  readonly retold: readonly WrittenContact[]
}

/** How many rows go into one transaction: as many as this machine writes while others hardly notice. */
export class Pace {
  #size = 100

  get size(): number {
    return this.#size
  }

  /** `ms` is what the last group took. */
  took(ms: number): void {
    const fitting = (this.#size * SHORT_MS) / Math.max(1, ms)
    this.#size = Math.round(Math.min(MAX_GROUP_CONTACTS, Math.max(25, fitting, this.#size / 2)))
  }
}

/** A delivery that comes meanwhile waits about so long, and seldom twice as long. */
const SHORT_MS = 40

/** What of a list goes into one transaction. */
export async function* groupsOf(rows: AsyncIterable<ReadRow>, pace: Pick<Pace, 'size'>): AsyncGenerator<ReadRow[]> {
  let group: ReadRow[] = []
  let events = 0
  for await (const row of rows) {
    const more = 'contact' in row ? row.contact.events.length : 0
    if (group.length >= pace.size || (group.length > 0 && events + more > MAX_GROUP_EVENTS)) {
      yield group
      group = []
      events = 0
    }
    group.push(row)
    events += more
  }
  if (group.length > 0) yield group
}

export function keysIn(rows: readonly ReadRow[]): string[] {
  return rows.flatMap((row) => ('contact' in row ? [addressKey(row.contact.email)] : []))
}

/** Where each row's person stood before; `firstAt` says it of a key, or keeps that it stands there first. */
export function duplicatesIn(
  rows: readonly ReadRow[],
  firstAt: (key: string, at: number) => number | undefined,
): Map<ReadRow, number> {
  const duplicates = new Map<ReadRow, number>()
  for (const row of rows) {
    const before = 'contact' in row ? firstAt(addressKey(row.contact.email), row.at) : undefined
    if (before !== undefined) duplicates.set(row, before)
  }
  return duplicates
}

/** Writes the people of `rows`, each address once; of a duplicate only that nobody should write to them. */
export async function writeRows(
  tx: Database,
  rows: readonly ReadRow[],
  duplicates: ReadonlyMap<ReadRow, number>,
  { unit, ...options }: GroupOptions & Pick<Inspection, 'unit'>,
): Promise<RowsOutcome> {
  const erased = await erasedAmong(tx, () => rows.flatMap(addressesIn))
  const here = erased.size === 0 ? rows : rows.filter((row) => erased.isDisjointFrom(new Set(addressesIn(row))))
  const rejects: Reject[] = []
  const atOf = new Map<InterchangeContact, number>()
  const stops = stopsIn(here, duplicates)
  for (const row of here) {
    const before = duplicates.get(row)
    if (!('contact' in row)) rejects.push({ row, value: row.value, reason: row.reason, kind: 'invalid' })
    else if (before === undefined) atOf.set(withStop(row.contact, stops), row.at)
    else {
      const reason = `the same address as in ${unit} ${before}`
      rejects.push({ row, value: row.contact.email, reason, kind: 'duplicate' })
    }
  }
  const { written, events } = await writeGroup(tx, [...atOf.keys(), ...stops.values()], options)
  const placed = written.flatMap((each) => {
    const at = atOf.get(each.imported)
    return at === undefined ? [] : [{ ...each, at }]
  })
  const retold = written.filter(({ imported }) => !atOf.has(imported))
  const counts = countsOf(placed, rejects)
  const suppressed = counts.suppressed + retold.filter(({ outcome }) => outcome !== 'unchanged').length
  return {
    counts: { ...counts, suppressed, events, erased: rows.length - here.length },
    written: placed,
    rejects,
    retold,
  }
}

/** What duplicates say against writing to somebody, by address key, and nothing else of them. */
function stopsIn(rows: readonly ReadRow[], duplicates: ReadonlyMap<ReadRow, number>): Map<string, InterchangeContact> {
  const stops = new Map<string, InterchangeContact>()
  for (const row of rows) {
    if (!('contact' in row) || !row.contact.suppression || !duplicates.has(row)) continue
    const { email, suppression } = row.contact
    const key = addressKey(email)
    if (!stops.has(key)) stops.set(key, { ...bareContact(email), suppression })
  }
  return stops
}

/** Takes out of `stops` what is said of `contact`, and gives it to them. */
function withStop(contact: InterchangeContact, stops: Map<string, InterchangeContact>): InterchangeContact {
  if (stops.size === 0) return contact
  const key = addressKey(contact.email)
  const stop = stops.get(key)
  stops.delete(key)
  return stop && !contact.suppression ? { ...contact, suppression: stop.suppression } : contact
}

/** Everybody of whom something would be kept with the row. */
function addressesIn(row: ReadRow): string[] {
  if ('contact' in row) return [row.contact.email]
  return [row.value, ...(row.cells ?? [])].flatMap((text) => [...mentionedIn(text)])
}

function countsOf(written: readonly WrittenContact[], rejects: readonly Reject[]): ImportCounts {
  const count = <T>(all: readonly T[], is: (one: T) => boolean) =>
    all.reduce((sum, one) => (is(one) ? sum + 1 : sum), 0)
  return {
    ...NO_COUNTS,
    created: count(written, ({ outcome }) => outcome === 'created'),
    changed: count(written, ({ outcome }) => outcome === 'changed'),
    unchanged: count(written, ({ outcome }) => outcome === 'unchanged'),
    suppressed: count(written, ({ isSuppressed }) => isSuppressed),
    spared: count(written, ({ spared }) => spared.length > 0),
    invalid: count(rejects, ({ kind }) => kind === 'invalid'),
    duplicate: count(rejects, ({ kind }) => kind === 'duplicate'),
  }
}
