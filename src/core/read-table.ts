import { Readable } from 'node:stream'

import { isAddress, parseAddress } from './address.ts'
import { InvalidInputError } from './errors.ts'

/** Rows of text as a spreadsheet shows them. */
export interface Table {
  /** What the first row calls the columns; undefined where it is a row like the others. */
  readonly header: readonly string[] | undefined
  readonly rows: readonly TableRow[]
}

export interface TableRow {
  /** As a spreadsheet counts: from one, the header and empty rows included. */
  readonly number: number
  readonly cells: readonly string[]
}

const DELIMITERS = [',', ';', '\t', '|'] as const
/** Rows from which the delimiter and the columns are guessed. */
export const SAMPLE = 50
/** And no more than so many characters, however long the rows are. */
const SAMPLE_LENGTH = 100_000

/** More than any export has; a row of nothing but separators would otherwise take all the memory. */
const MAX_COLUMNS = 500

const OPTIONS = {
  ltrim: true,
  relax_quotes: true,
  relax_column_count: true,
  // Left alone, the parser takes the first kind that it meets for the only one.
  record_delimiter: ['\r\n', '\n', '\r'],
  // A row this large holds the rest of the file behind a quote that nobody closed.
  max_record_size: 1_000_000,
}

/**
 * Reads separated values with whatever separates them. Throws `InvalidInputError` with the row that
 * cannot be read, and where there are more than `most` of them.
 */
export async function readTable(name: string, text: string, most = Infinity): Promise<Table> {
  const delimiter = await guessDelimiter(text.slice(0, SAMPLE_LENGTH))
  const rows: TableRow[] = []
  let number = 0
  for await (const cells of records(name, text, delimiter)) {
    number += 1
    if (cells.length > MAX_COLUMNS) throw new InvalidInputError(tooWide(name, number))
    if (cells.some((cell) => cell !== '')) rows.push({ number, cells })
    // One of them may be the header.
    if (rows.length > most + 1) throw tooLong(name, most)
  }
  const [first, ...rest] = rows
  if (!first || first.cells.some((cell) => parseAddress(cell))) return { header: undefined, rows }
  return { header: first.cells, rows: rest }
}

async function* records(name: string, text: string, delimiter: string): AsyncGenerator<string[]> {
  // Loaded when the first table is read: few processes ever read one.
  const { CsvError, parse } = await import('csv-parse')
  try {
    for await (const record of Readable.from(pieces(text)).pipe(parse({ ...OPTIONS, delimiter }))) {
      yield trimmed(record)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const problem = `${name} cannot be read from row ${rowsBefore(error) + 1} on: a quote there is not closed.`
    throw new InvalidInputError(problem, { cause: error })
  }
}

/** In bytes, since a string could be cut inside a character. */
const PIECE = 64 * 1024

/** Lets the rest of the process run between two pieces of a few milliseconds. */
async function* pieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += PIECE) {
    yield bytes.subarray(start, start + PIECE)
    await new Promise(setImmediate)
  }
}

/** The delimiter that makes most cells an address and nothing else; then the one that makes most columns. */
async function guessDelimiter(beginning: string): Promise<string> {
  const { CsvError, parse } = await import('csv-parse/sync')
  const [best] = DELIMITERS.map((delimiter) => ({ delimiter, rows: sample(delimiter, SAMPLE) }))
    .map(({ delimiter, rows }) => ({ delimiter, addresses: addressesIn(rows), columns: rows[0]?.length ?? 0 }))
    .sort((a, b) => b.addresses - a.addresses || b.columns - a.columns)
  return best?.delimiter ?? ','

  /** The first rows, or those before one that cannot be read: here that may be a row that was cut. */
  function sample(delimiter: string, to: number): string[][] {
    try {
      return parse(beginning, { ...OPTIONS, delimiter, to }).map(trimmed)
    } catch (error) {
      if (!(error instanceof CsvError)) throw error
      const readable = rowsBefore(error)
      return readable > 0 && readable < to ? sample(delimiter, readable) : []
    }
  }
}

/** For a list of which nothing is imported because of its length. */
export function tooLong(name: string, most: number): InvalidInputError {
  return new InvalidInputError(
    `${name} lists more than ${most.toLocaleString('en-US')} people. Split it, and import the parts.`,
  )
}

function tooWide(name: string, row: number): string {
  return `Row ${row} of ${name} has more than ${MAX_COLUMNS} columns. Take out those that do not matter, and import it again.`
}

function addressesIn(rows: readonly string[][]): number {
  const worth = (cell: string) => (isAddress(cell) ? 2 : parseAddress(cell) ? 1 : 0)
  return rows.flat().reduce((sum, cell) => sum + worth(cell), 0)
}

function trimmed(cells: readonly string[]): string[] {
  return cells.map((cell) => cell.trim())
}

/** How many rows could be read before, which the package says and its types do not. */
function rowsBefore(error: Error): number {
  return 'records' in error && typeof error.records === 'number' ? error.records : 0
}
