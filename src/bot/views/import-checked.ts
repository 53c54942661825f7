import type { ChangedRow, DryRun, FieldChange, FirstRow, RejectedRow } from '../../core/import/dry-run.ts'
import type { Inspection } from '../../core/import/inspection.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { creditsWords } from './enrichment-words.ts'
import { cancelButton, columnsButton } from './import-buttons.ts'
import { peopleWords, undoneContacts } from './import-report.ts'
import { tagNames } from './words.ts'

/** What was looked at, and how it would be brought in. */
export interface CheckedList extends Pick<Inspection, 'format' | 'unit' | 'warnings'> {
  readonly id: number
  readonly name: string
  readonly campaign: string | null
  readonly tags: readonly string[]
  readonly overwrite: boolean
}

/** What enriching whoever is new would cost. */
export interface EnrichCost {
  /** In credits. */
  readonly most: number
  readonly spentToday: number
  readonly dailyCredits: number
}

/** What an import would do, before anything is written; `cost` only where it is to be paid. */
export function importCheckedView(list: CheckedList, found: DryRun, cost?: EnrichCost): Message {
  const { id, name } = list
  const { counts, total } = found
  const touched = undoneContacts(counts)
  const sentence = mrkdwn`${text(name)}: ${counted(total, ...COUNTED[list.unit])}. ${peopleWords(counts)}.`
  const notes = [
    ...list.warnings.map(warned),
    ...found.unclear.slice(0, UNCLEAR_SHOWN).map(warned),
    ...more(found.unclear.length - UNCLEAR_SHOWN),
    ...settings(list, cost, counts.created),
  ]
  const columns = hasColumns(list) ? [columnsButton(id)] : []
  const buttons = touched > 0 ? [importButton(id, touched), ...columns, cancelButton(id)] : columns
  return message(sentence, [
    section(
      mrkdwn`:mag: *${text(name)}*: ${counted(total, ...COUNTED[list.unit])}\n${touched > 0 ? WOULD : WOULD_NOT}${peopleWords(counts)}.`,
    ),
    ...parts(list, found).map((part) => section(part)),
    ...(notes.length > 0 ? [context(join(notes, '\n'))] : []),
    ...(buttons.length > 0 ? [actions(...buttons)] : []),
  ])
}

/** Columns; a list may have two hundred. */
const UNCLEAR_SHOWN = 4

function warned(warning: string): Mrkdwn {
  return mrkdwn`:warning: ${text(warning, 300)}`
}

/** Whether somebody may still say otherwise what the columns hold. */
export function hasColumns({ format }: Pick<Inspection, 'format'>): boolean {
  return format === 'table'
}

/** Whether there is anything to import. */
export function isWorthImporting({ counts }: Pick<DryRun, 'counts'>): boolean {
  return undoneContacts(counts) > 0
}

const WOULD = mrkdwn`Nothing is written yet. Importing would give `
const WOULD_NOT = mrkdwn`There is nothing to import: `

/** A line of text may hold several addresses, and each is counted. */
const COUNTED: Readonly<Record<Inspection['unit'], readonly [one: string, many: string]>> = {
  row: ['row', 'rows'],
  line: ['address', 'addresses'],
  entry: ['entry', 'entries'],
}
const SINGULAR: Readonly<Record<Inspection['unit'], Mrkdwn>> = {
  row: mrkdwn`Row`,
  line: mrkdwn`Line`,
  entry: mrkdwn`Entry`,
}

function importButton(id: number, touched: number) {
  return button({
    label: `Import ${counted(touched, 'contact', 'contacts')}`,
    action: 'import_start' satisfies Action,
    value: String(id),
    primary: true,
  })
}

/** The first rows of each kind that there is. */
function parts({ unit }: CheckedList, { counts, first, total, suggestions }: DryRun): Mrkdwn[] {
  const people = (heading: Mrkdwn, rows: readonly FirstRow[], all: number) =>
    all > 0 ? [mrkdwn`*${heading}*: ${addresses(rows, all)}`] : []
  const rejected = (heading: Mrkdwn, rows: readonly RejectedRow[], all: number) =>
    all > 0
      ? [
          listed(
            heading,
            rows.map((row) => rejectedRow(row, unit)),
            all,
          ),
        ]
      : []
  return [
    ...people(mrkdwn`${count(counts.created)} new`, first.created, counts.created),
    ...(counts.changed > 0
      ? [listed(mrkdwn`${count(counts.changed)} changed`, first.changed.map(changedRow), counts.changed)]
      : []),
    ...people(mrkdwn`${count(counts.unchanged)} unchanged`, first.unchanged, counts.unchanged),
    ...rejected(
      mrkdwn`${count(counts.invalid)} of ${counted(total, ...COUNTED[unit])} left out: no usable address`,
      first.invalid,
      counts.invalid,
    ),
    ...rejected(
      mrkdwn`${count(counts.duplicate)} of ${counted(total, ...COUNTED[unit])} left out: twice in the list`,
      first.duplicate,
      counts.duplicate,
    ),
    ...(counts.erased > 0
      ? [mrkdwn`*${count(counts.erased)} of ${counted(total, ...COUNTED[unit])} left out*: they asked to be erased`]
      : []),
    ...people(
      mrkdwn`${count(counts.suppressed)} not to be written to, which stays`,
      first.suppressed,
      counts.suppressed,
    ),
    ...people(mrkdwn`${count(counts.spared)} of whom what people here entered stays`, first.spared, counts.spared),
    ...rejected(
      mrkdwn`${count(suggestions)} perhaps mistyped, imported as ${suggestions === 1 ? mrkdwn`it is` : mrkdwn`they are`}`,
      first.suggested,
      suggestions,
    ),
  ]
}

function addresses(rows: readonly FirstRow[], all: number): Mrkdwn {
  return join([...rows.map(({ value }) => text(value, 80)), ...more(all - rows.length)], ', ')
}

function listed(heading: Mrkdwn, lines: readonly Mrkdwn[], all: number): Mrkdwn {
  return join([mrkdwn`*${heading}*`, ...lines, ...more(all - lines.length)], '\n')
}

function more(rest: number): Mrkdwn[] {
  return rest > 0 ? [mrkdwn`and ${count(rest)} more`] : []
}

function rejectedRow({ at, value, reason }: RejectedRow, unit: Inspection['unit']): Mrkdwn {
  const what = value.trim() ? mrkdwn` “${text(value, 60)}”` : mrkdwn``
  return mrkdwn`${SINGULAR[unit]} ${count(at)}${what}: ${text(reason, 120)}`
}

const FIELDS_SHOWN = 4

function changedRow({ value, changes }: ChangedRow): Mrkdwn {
  const fields = [...changes.slice(0, FIELDS_SHOWN).map(fieldChange), ...more(changes.length - FIELDS_SHOWN)]
  return mrkdwn`${text(value, 80)}: ${join(fields, ', ')}`
}

function fieldChange({ field, before, after }: FieldChange): Mrkdwn {
  return before === null
    ? mrkdwn`${text(field, 40)} ${text(after, 40)}`
    : mrkdwn`${text(field, 40)} ${text(before, 40)} → ${text(after, 40)}`
}

function settings({ campaign, tags, overwrite }: CheckedList, cost: EnrichCost | undefined, created: number): Mrkdwn[] {
  const given = [
    ...(campaign === null ? [] : [mrkdwn`Campaign: ${text(campaign)}`]),
    ...(tags.length > 0 ? [mrkdwn`Tags: ${tagNames(tags)}`] : []),
    ...(overwrite ? [mrkdwn`What people entered is replaced`] : []),
  ]
  return [...(given.length > 0 ? [join(given, ' · ')] : []), ...(cost ? [costWords(cost, created)] : [])]
}

function costWords({ most, spentToday, dailyCredits }: EnrichCost, created: number): Mrkdwn {
  if (most === 0) return mrkdwn`Enriching who comes in costs nothing`
  return mrkdwn`Enriching ${counted(created, 'new contact', 'new contacts')} costs at most ${creditsWords(most)}; ${count(spentToday)} of ${creditsWords(dailyCredits)} are spent today`
}
