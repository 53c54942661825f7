import { InvalidInputError } from '../errors.ts'
import type { InterchangeContact } from '../interchange.ts'
import type { Mailbox } from '../mailbox.ts'
import { fromInterchange } from '../read-interchange.ts'
import { unguarded } from '../spreadsheet-cell.ts'
import { cutTo, MAX_LINE, oneLine } from '../text.ts'
import { bareContact } from './bare-contact.ts'
import { type Column, columnsOf, headerIndex, holdsAddress, namesAddresses } from './columns.ts'
import { type Encoding, type Survey, surveyOf, textBefore, textOf } from './encoding.ts'
import { entriesOf } from './entries.ts'
import type { HowToRead, Inspection, ReadRow } from './inspection.ts'
import { mailboxesOf } from './lines.ts'
import { optOutsIn } from './opt-outs.ts'
import { contactIn, placesOf } from './rows.ts'
import type { ImportSource } from './source.ts'
import { delimiterOf, MAX_ROWS, placeIn, rowsOf, sampleOf, type TableLayout, tooLong } from './table.ts'
import { meantAddress } from './typos.ts'

export type { HowToRead, Inspection, ReadRow } from './inspection.ts'
export type { ImportSource } from './source.ts'

const SHOWN = 10
/** In characters, of what stands in place of an address. */
const MAX_VALUE = 320

/**
 * Looks at a list before anything is made of it: what it is, how it is written, and what its columns
 * seem to hold. Every byte is looked at, rows only at the beginning. Throws `InvalidInputError` with a
 * sentence that says what to do.
 */
export async function inspect(source: ImportSource): Promise<Inspection> {
  const survey = await surveyOf(source)
  const { beginning, encoding, size } = survey
  const isJson = /^\s*(?:\{|\[\s*\{)/.test(beginning)
  const delimiter = isJson ? ',' : await delimiterOf(beginning)
  await refuseFlaw(source, survey, isJson ? null : delimiter)
  const written = { encoding, size, warnings: warningsOf(source.name, survey, isJson) }
  if (isJson) return inspectedObject(source, beginning, written)

  const rows = (await sampleOf(beginning, delimiter)).map((cells) =>
    cells.map((cell) => oneLine(unguarded(cell)) ?? ''),
  )
  const filled = rows.filter((cells) => cells.some((cell) => cell !== ''))
  const isText = isFreeText(source.name) && !(isTable(filled) && (await isReadable(source, { encoding, delimiter })))
  return isText ? inspectedText(filled, written) : await inspectedTable(source, { rows, filled, delimiter }, written)
}

type Written = Pick<Inspection, 'encoding' | 'size' | 'warnings'>

function inspectedObject(source: ImportSource, beginning: string, written: Written): Inspection {
  if (/^\s*\[/.test(beginning)) {
    throw new InvalidInputError(
      `${source.name} is JSON, but not the interchange format: it has to be an object keyed by address. Or save the people as CSV.`,
    )
  }
  return { ...written, ...NO_TABLE, format: 'json', unit: 'entry', sample: [] }
}

function inspectedText(filled: readonly (readonly string[])[], written: Written): Inspection {
  return { ...written, ...NO_TABLE, format: 'text', unit: 'line', sample: filled.slice(0, SHOWN) }
}

const NO_TABLE = { header: null, columns: [], unknown: [], delimiter: null, headerAt: 0 } as const

interface Sampled {
  /** Empty ones too. */
  readonly rows: readonly (readonly string[])[]
  readonly filled: readonly (readonly string[])[]
  readonly delimiter: string
}

async function inspectedTable(
  source: ImportSource,
  { rows, filled, delimiter }: Sampled,
  { encoding, size, warnings }: Written,
): Promise<Inspection> {
  const named = headerIndex(filled)
  const header = filled[named] ?? null
  const people = filled.slice(named + 1)
  // What could not be sampled may be a row that nobody can read, which is said first.
  if (people.length === 0 && (await countOf(source, { encoding, delimiter })) <= filled.length) {
    throw new InvalidInputError(
      `${source.name} lists nobody. Give each person a row with an address, and import it again.`,
    )
  }
  const { columns, unknown } = columnsOf(header, people)
  const isMute = header === null && people.some(({ length }) => length > 1)
  return {
    format: 'table',
    unit: 'row',
    header,
    columns,
    unknown,
    sample: people.slice(0, SHOWN),
    warnings: [...warnings, ...(isMute ? [ONLY_ADDRESSES] : [])],
    encoding,
    delimiter,
    headerAt: header ? rows.indexOf(header) + 1 : 0,
    size,
  }
}

const ONLY_ADDRESSES =
  'No row names the columns, so only the addresses are read. With a first row like "email, first name, last name, company" the rest comes in, too.'

async function isReadable(source: ImportSource, layout: TableLayout): Promise<boolean> {
  try {
    return (await countOf(source, layout)) > 0
  } catch (error) {
    if (error instanceof InvalidInputError) return false
    throw error
  }
}

async function countOf(source: ImportSource, layout: TableLayout): Promise<number> {
  let count = 0
  for await (const rows of rowsOf(source, layout)) count += rows.length
  return count
}

/** What somebody pasted has no extension; in it an address may stand anywhere in a line. */
function isFreeText(name: string): boolean {
  return /\.(?:txt|text|md)$/i.test(name) || !/\.\w{1,8}$/.test(name)
}

/** Free text is a table where a row names the addresses, or where they stand below one another under a name. */
function isTable(rows: readonly (readonly string[])[]): boolean {
  if (rows.some(namesAddresses)) return true
  const [first, ...rest] = rows
  if (!first || first.length < 2 || rest.length === 0 || holdsAddress(first)) return false
  const holding = first.map((_, index) => rest.filter((cells) => holdsAddress([cells[index] ?? ''])).length)
  return holding.filter((count) => count > 0).length === 1 && holding.includes(rest.length)
}

function warningsOf(name: string, { encoding, doubtful }: Survey, isJson: boolean): string[] {
  const warnings: string[] = []
  if (encoding === 'windows-1252') {
    const some = doubtful > 0 ? ' Some of it looks like UTF-8.' : ''
    warnings.push(`${name} is not UTF-8, so it is read as Windows-1252.${some} Look whether accents are right.`)
  }
  if (!isJson && /\.json$/i.test(name)) warnings.push(`${name} is not JSON, so it is read as a table.`)
  if (isJson && !/\.json$/i.test(name) && /\.\w+$/.test(name)) warnings.push(`${name} is JSON, and read as that.`)
  return warnings
}

const FLAWS = {
  nul: (where: string) => `${where} holds a NUL character: the file is damaged.`,
  mixed: (where: string) => `${where} is written in another encoding than the rest.`,
  cut: (where: string) => `${where} ends in the middle of a character: the file was cut off.`,
} as const

async function refuseFlaw(source: ImportSource, { flaw, encoding }: Survey, delimiter: string | null): Promise<void> {
  if (!flaw) return
  const where =
    delimiter === null
      ? await lineOf(source, encoding, flaw.at)
      : await placeIn(source, { encoding, delimiter }, flaw.at)
  const sentence = FLAWS[flaw.kind](`${where} of ${source.name}`)
  throw new InvalidInputError(
    `${sentence[0]?.toUpperCase()}${sentence.slice(1)} Export it again as CSV in UTF-8, and import that.`,
  )
}

async function lineOf(source: ImportSource, encoding: Encoding, at: number): Promise<string> {
  let line = 1
  for await (const piece of textBefore(source, encoding, at)) line += piece.split('\n').length - 1
  return `line ${line}`
}

/**
 * Every row in its order, in turns with the rest of the process; memory does not grow with the list.
 * Throws `InvalidInputError` where a list cannot be read to its end, so nothing should be kept of one
 * that was not read whole before.
 */
export async function* readRows(source: ImportSource, how: HowToRead): AsyncGenerator<ReadRow> {
  let left = how.skip ?? 0
  for await (const rows of READERS[how.inspection.format](source, how)) {
    for (const row of rows) {
      if (left === 0) yield row()
      else {
        left -= 1
        how.onSkipped?.(row())
      }
    }
  }
}

/** How many rows `readRows` gives. Throws what it would throw. */
export async function countRows(source: ImportSource, how: HowToRead): Promise<number> {
  let count = 0
  for await (const rows of READERS[how.inspection.format](source, how)) count += rows.length
  return count
}

/** A row of which nothing was made yet: one that is passed over costs little. */
type Unread = () => ReadRow

/** A few at a time: waiting for each of them would take as long as reading it. */
type Reader = (source: ImportSource, how: HowToRead) => AsyncGenerator<readonly Unread[]>

const READERS: Readonly<Record<Inspection['format'], Reader>> = {
  table: readTable,
  text: readText,
  json: readObject,
}

async function* readTable(
  source: ImportSource,
  { inspection, columns, listedAt }: HowToRead,
): AsyncGenerator<Unread[]> {
  const { encoding, delimiter, headerAt } = inspection
  const used = columns ?? inspection.columns
  if (!used || !hasAddresses(used)) throw new InvalidInputError(noAddresses(source.name))
  const places = placesOf(used, inspection, listedAt)
  for await (const rows of rowsOf(source, { encoding, delimiter: delimiter ?? ',' })) {
    const people = rows[0] && rows[0].number <= headerAt ? rows.filter(({ number }) => number > headerAt) : rows
    yield people.map(({ number, cells }) => () => {
      const read = contactIn(cells, places)
      return 'reason' in read ? { at: number, ...read, cells } : { ...withQuestion(number, read), cells }
    })
  }
}

/** Whether a column may say of somebody not to write to them. */
export function hasOptOuts({ inspection, columns }: HowToRead): boolean {
  return optOutsIn(columns ?? inspection.columns ?? [], inspection.header).length > 0
}

function hasAddresses(columns: readonly Column[]): boolean {
  return columns.some((column) => 'field' in column && column.field === 'email')
}

function noAddresses(name: string): string {
  return `No column of ${name} holds e-mail addresses. Give each person a row with an address, and import it again.`
}

async function* readText(source: ImportSource, { inspection }: HowToRead): AsyncGenerator<Unread[]> {
  let count = 0
  for await (const { line, text, mailbox } of mailboxesOf(source.name, textOf(source, inspection.encoding))) {
    count += 1
    if (count > MAX_ROWS) throw tooLong(source.name)
    yield [
      () =>
        mailbox
          ? withQuestion(line, { contact: pastedContact(mailbox) })
          : { at: line, value: cutTo(text, MAX_VALUE), reason: 'there is no e-mail address' },
    ]
  }
  if (count === 0) throw new InvalidInputError(`${source.name} is empty. Choose a list with people in it.`)
}

function pastedContact({ email, firstName, lastName }: Mailbox): InterchangeContact {
  const [first, last] = [firstName, lastName].map((name) => name && cutTo(name, MAX_LINE).trim())
  const isCut = first !== firstName || last !== lastName
  const whole = [firstName, lastName].filter(Boolean).join(' ')
  return {
    ...bareContact(email),
    firstName: first ?? null,
    lastName: last ?? null,
    customFields: isCut ? { Name: whole } : {},
  }
}

async function* readObject(source: ImportSource, { inspection, listedAt }: HowToRead): AsyncGenerator<Unread[]> {
  for await (const { number, key, value } of entriesOf(source.name, textOf(source, inspection.encoding))) {
    if (number > MAX_ROWS) throw tooLong(source.name)
    yield [
      () => {
        const entry = fromInterchange(key, value, listedAt)
        return 'contact' in entry
          ? { at: number, contact: entry.contact }
          : { at: number, value: cutTo(key, MAX_VALUE), reason: entry.problem }
      },
    ]
  }
}

function withQuestion(at: number, row: Omit<Extract<ReadRow, { contact: unknown }>, 'at' | 'suggestion'>): ReadRow {
  const meant = meantAddress(row.contact.email)
  return { at, ...row, ...(meant === undefined ? {} : { suggestion: `Did you mean ${meant}?` }) }
}
