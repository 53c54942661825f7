import { isAddress, parseAddress } from '../address.ts'
import { InvalidInputError } from '../errors.ts'
import { unguarded } from '../spreadsheet-cell.ts'
import { namedIn } from './columns.ts'
import { type Encoding, textBefore, textOf } from './encoding.ts'
import type { ImportSource } from './source.ts'

/** One row of separated values. */
export interface TableRow {
  /** As a spreadsheet counts: from one, the header and empty rows included. */
  readonly number: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t', '|'] as const
/** Rows from which the delimiter and the columns are guessed. */
export const SAMPLE = 50

export const MAX_ROWS = 2_000_000
const MAX_COLUMNS = 200
/** In characters. A row this large holds the rest of the file behind a quote that nobody closed. */
const MAX_RECORD = 1_000_000
/** The same in bytes, counting what separates its cells. */
const MAX_RECORD_BYTES = 4 * MAX_RECORD

const OPTIONS = {
  ltrim: true,
  relax_quotes: true,
  relax_column_count: true,
  // Left alone, the parser takes the first kind that it meets for the only one.
  record_delimiter: ['\r\n', '\n', '\r'],
  max_record_size: MAX_RECORD,
}

export interface TableLayout {
  readonly encoding: Encoding
  readonly delimiter: string
}

/**
 * The rows of a table that are not empty, in batches. Throws `InvalidInputError` with the row and
 * column that cannot be read, also where the table ends in the middle of a row.
 */
export async function* rowsOf(source: ImportSource, layout: TableLayout): AsyncGenerator<TableRow[]> {
  const quotes = createQuoteCheck(source, layout)
  const ending = new Ending(source.name)
  let number = 0
  const text = ending.watch(textOf(source, layout.encoding))
  for await (const records of parsed(source.name, withoutHint(text), { ...OPTIONS, delimiter: layout.delimiter })) {
    const rows: TableRow[] = []
    for (const record of records) {
      number += 1
      if (record.length > MAX_COLUMNS) throw new InvalidInputError(tooWide(source.name, number, record.length))
      const cells = record.map(unguarded)
      if (cells.every((cell) => cell.trim() === '')) continue
      const swallowing = record.findIndex((cell) => cell.startsWith('"') && /[\r\n]/.test(cell))
      if (swallowing >= 0 && !(await quotes.areClosedUpTo(number)))
        throw new InvalidInputError(notClosed(source.name, number, swallowing + 1))
      ending.see(number, record)
      rows.push({ number, cells })
    }
    if (number > MAX_ROWS + 1) throw tooLong(source.name)
    yield rows
  }
  ending.check()
}

/** What the parser makes of a table, in batches, and nothing of it looked at. */
async function* parsed(
  name: string,
  text: AsyncIterable<string>,
  options: typeof OPTIONS & { readonly delimiter: string },
): AsyncGenerator<string[][]> {
  // Loaded when the first table is read: few processes ever read one.
  const { CsvError, parse } = await import('csv-parse')
  const parser = parse(options)
  let failure: Error | undefined
  let [hasEnded, since, records] = [false, 0, 0]
  parser.on('error', (error) => {
    failure = error
  })
  parser.on('end', () => {
    hasEnded = true
  })
  try {
    for await (const piece of text) {
      const bytes = Buffer.from(piece)
      parser.write(bytes)
      const batch = await drained()
      records += batch.length
      since = batch.length > 0 ? 0 : since + bytes.length
      if (since > MAX_RECORD_BYTES) throw new InvalidInputError(tooLarge(name, records + 1))
      if (batch.length > 0) yield batch
    }
    parser.end()
    while (!hasEnded) {
      const batch = await drained()
      if (batch.length > 0) yield batch
    }
  } finally {
    parser.destroy()
  }

  /** An asynchronous iteration of its own would take longer than the parsing. */
  async function drained(): Promise<string[][]> {
    const batch: string[][] = []
    for (let turn = 0; turn < 2; turn += 1) {
      for (let record = parser.read(); record !== null; record = parser.read()) batch.push(record)
      await new Promise(setImmediate)
    }
    if (!failure) return batch
    if (!(failure instanceof CsvError)) throw failure
    throw new Unreadable(failure.code, numberIn(failure, 'records') + 1, numberIn(failure, 'column') + 1, name)
  }
}

/** What the parser cannot go on from, at a row and a column counted from one. */
class Unreadable extends InvalidInputError {
  readonly row: number

  constructor(code: string, row: number, column: number, name: string) {
    super(code === 'CSV_MAX_RECORD_SIZE' ? tooLarge(name, row, column) : notClosed(name, row, column))
    this.row = row
  }
}

/** The package says these and its types do not. */
function numberIn(error: Error, name: 'records' | 'column'): number {
  const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1]
  return typeof value === 'number' ? value : 0
}

/**
 * Tells a cell that begins with a quote of its own from one that swallowed the rows after it: the
 * parser bears quotes that stand wrong, and gives both alike. Looks at the list once more, when first asked.
 */
function createQuoteCheck(source: ImportSource, { encoding, delimiter }: TableLayout) {
  let strict: Promise<number> | undefined
  return {
    async areClosedUpTo(row: number): Promise<boolean> {
      strict ??= firstWrong()
      return row < (await strict)
    },
  }

  async function firstWrong(): Promise<number> {
    const options = { ...OPTIONS, delimiter, relax_quotes: false }
    try {
      for await (const _ of parsed(source.name, withoutHint(textOf(source, encoding)), options));
      return Infinity
    } catch (error) {
      if (error instanceof Unreadable) return error.row
      throw error
    }
  }
}

/** Notices that the last row is shorter than all the others, and was not ended. */
class Ending {
  readonly #name: string
  readonly #widths = new Set<number>()
  #last: { readonly row: number; readonly width: number; readonly before: number } | undefined
  #seen = 0
  #isEnded = false

  constructor(name: string) {
    this.#name = name
  }

  async *watch(text: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const piece of text) {
      if (piece !== '') this.#isEnded = /[\r\n]\s*$/.test(piece.slice(-100))
      yield piece
    }
  }

  see(row: number, cells: readonly string[]): void {
    if (this.#last) this.#widths.add(this.#last.width)
    this.#last = { row, width: cells.length, before: this.#seen }
    this.#seen += 1
  }

  check(): void {
    const [width = 0] = this.#widths
    // A list of two rows that somebody typed says nothing of how long a row is.
    if (this.#isEnded || !this.#last || this.#last.before < 3 || this.#widths.size > 1) return
    const { row, width: last } = this.#last
    if (last >= width) return
    throw new InvalidInputError(
      `${this.#name} ends in the middle of row ${row}: after column ${last} of ${width} there is nothing. Export it again; or if it is whole, end its last row like the others.`,
    )
  }
}

/** Excel's own line that names the delimiter; it is no row. */
const HINT = /^sep=(.)(?:\r\n|\r|\n|$)/

async function* withoutHint(text: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true
  let start = ''
  for await (const piece of text) {
    start += piece
    if (isFirst && start.length < 'sep=,\r\n'.length) continue
    yield isFirst ? start.replace(HINT, '') : start
    start = ''
    isFirst = false
  }
  if (isFirst) yield start.replace(HINT, '')
}

/**
 * What separates the cells, by the beginning of a list: what it says itself, else the delimiter under
 * which a row names most of what a contact has; then the one that makes most cells an address and
 * nothing else, as several may stand in one; then the one by which most rows are as wide as one another.
 */
export async function delimiterOf(beginning: string): Promise<string> {
  const said = HINT.exec(beginning)?.[1]
  if (said) return said
  const votes = await Promise.all(
    DELIMITERS.map(async (delimiter) => ({ delimiter, ...votesFor(await sampleOf(beginning, delimiter)) })),
  )
  const [best] = votes.sort((a, b) => b.names - a.names || b.addresses - a.addresses || b.even - a.even)
  return best?.delimiter ?? ','
}

function votesFor(rows: readonly (readonly string[])[]) {
  const worth = (cell: string) => (isAddress(cell.trim()) ? 2 : parseAddress(cell) ? 1 : 0)
  const widths = Map.groupBy(
    rows.map(({ length }) => length),
    (width) => width,
  )
  return {
    addresses: rows.flat().reduce((sum, cell) => sum + worth(cell), 0),
    names: namedIn(rows.filter((cells) => cells.some((cell) => cell.trim() !== ''))),
    even: Math.max(0, ...widths.entries().map(([width, alike]) => (width > 1 ? width * alike.length : 0))),
  }
}

/** The first rows, empty ones too, or those before one that cannot be read: here that may be a row that was cut. */
export async function sampleOf(beginning: string, delimiter: string, most = SAMPLE): Promise<string[][]> {
  const { CsvError, parse } = await import('csv-parse/sync')
  try {
    return parse(beginning.replace(HINT, ''), { ...OPTIONS, delimiter, to: most })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const readable = numberIn(error, 'records')
    return readable > 0 && readable < most ? await sampleOf(beginning, delimiter, readable) : []
  }
}

/** `row 3, column 2`: where in a table a byte stands. */
export async function placeIn(source: ImportSource, { encoding, delimiter }: TableLayout, at: number): Promise<string> {
  let [row, column] = [1, 1]
  try {
    const ended = withoutHint(followedBy(textBefore(source, encoding, at), 'x'))
    for await (const records of parsed(source.name, ended, { ...OPTIONS, delimiter })) {
      row += records.length
      column = records.at(-1)?.length ?? 1
    }
    row -= 1
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return /row \d+, column \d+/.exec(error.message)?.[0] ?? `row ${error.row}`
  }
  return `row ${row}, column ${column}`
}

async function* followedBy(text: AsyncIterable<string>, end: string): AsyncGenerator<string> {
  yield* text
  yield end
}

/** For a list of which nothing is imported because of its length. */
export function tooLong(name: string): InvalidInputError {
  return new InvalidInputError(
    `${name} lists more than ${MAX_ROWS.toLocaleString('en-US')} people. Split it, and import the parts.`,
  )
}

function tooWide(name: string, row: number, columns: number): string {
  return `Row ${row} of ${name} has ${columns.toLocaleString('en-US')} columns, and at most ${MAX_COLUMNS} are read. Take out those that do not matter, and import it again.`
}

function tooLarge(name: string, row: number, column?: number): string {
  const where = column === undefined ? `row ${row}` : `row ${row}, column ${column}`
  return `${name} cannot be read from ${where} on: the row is larger than 1 MB. Is a quote not closed? Mend it, and import it again.`
}

function notClosed(name: string, row: number, column: number): string {
  return `${name} cannot be read from row ${row}, column ${column} on: a quote there is not closed. Mend it, and import it again.`
}
