import { fieldOf } from '../import/columns.ts'
import type { Query } from '../search/filter.ts'
import { guarded } from '../spreadsheet-cell.ts'
import type { Database } from '../store/database.ts'
import { manyLines, oneLine } from '../text.ts'
import { COLUMNS, DERIVED_HEADERS, exportedOf, READ, type ReadContact } from './columns.ts'
import type { Exporting, FileForm } from './file.ts'
import { pagesOf } from './meant.ts'

/** What an import takes whole, besides our own columns. */
const MOST_OWN_COLUMNS = 100
/** So many names are counted to find the most frequent. */
const MOST_NAMES = 10_000
const LONGEST_NAME = 100

/** What has no column of its own, as JSON. */
const REST = 'custom_fields'

/**
 * The contacts that `query` means as separated values, all of one moment (RFC 4180): every cell in
 * quotes, lines ended by CRLF. A contact's own fields have columns too; what would not come back from
 * a cell as it was, such as numbers, stands in the last column as JSON.
 */
export async function* exportCsv(
  database: Database,
  query: Query,
  { now, profile, bom, onProgress }: Pick<FileForm, 'profile' | 'bom'> & Exporting,
): AsyncGenerator<string> {
  await using snapshot = await database.snapshot()
  const own = await ownColumns(snapshot, query)
  const line = lineOf(profile === 'raw' ? quoted : guardedCell)
  const header = line([...COLUMNS.map(([name]) => name), ...own, REST])
  yield `${bom ? '\ufeff' : ''}${header}`
  let done = 0
  for await (const rows of pagesOf(snapshot, query, READ)) {
    let piece = ''
    for (const row of rows) piece += line(cellsOf(row, own, now))
    yield piece
    done += rows.length
    onProgress?.(done)
  }
  onProgress?.(done)
}

type Cell = string | number | null

/** A function that writes a line, each cell as `write` does. */
function lineOf(write: (cell: Cell) => string): (cells: readonly Cell[]) => string {
  return (cells) => `"${cells.map(write).join('","')}"\r\n`
}

function quoted(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  return cell.includes('"') ? cell.replaceAll('"', '""') : cell
}

/** Most cells begin with a letter or a figure, which is seen at once. Numbers are never below zero. */
function guardedCell(cell: Cell): string {
  if (typeof cell !== 'string' || cell === '' || isHarmless(cell.charCodeAt(0))) return quoted(cell)
  return quoted(guarded(cell))
}

function isHarmless(first: number): boolean {
  return (first >= 0x61 && first <= 0x7a) || (first >= 0x41 && first <= 0x5a) || (first >= 0x30 && first <= 0x39)
}

function cellsOf(row: ReadContact, own: readonly string[], now: number): Cell[] {
  const contact = exportedOf(row, now)
  const cells: Cell[] = COLUMNS.map(([, cell]) => cell(contact))
  const rest = { ...row.customFields }
  for (const name of own) {
    const value = Object.hasOwn(rest, name) ? rest[name] : undefined
    cells.push(isPlain(value) ? value : null)
    if (isPlain(value)) delete rest[name]
  }
  cells.push(Object.keys(rest).length > 0 ? JSON.stringify(rest) : null)
  return cells
}

/** The names of the fields that most contacts have of their own, in the order of how many. */
async function ownColumns(snapshot: Database, query: Query): Promise<string[]> {
  const counts = new Map<string, number>()
  for await (const rows of pagesOf(snapshot, query, ['customFields'])) {
    for (const { customFields } of rows) {
      for (const [name, value] of Object.entries(customFields)) {
        const count = counts.get(name)
        if (count !== undefined) counts.set(name, count + 1)
        else if (counts.size < MOST_NAMES && isPlain(value) && isOwnName(name)) counts.set(name, 1)
      }
    }
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_OWN_COLUMNS)
    .map(([name]) => name)
}

/** What a cell gives back as it was. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_VALUE && manyLines(value) === value
}

const LONGEST_VALUE = 30_000

/** A name that an import takes for the name of an own field, and for nothing else. */
function isOwnName(name: string): boolean {
  const isTaken = fieldOf(name) !== undefined || DERIVED_HEADERS.has(name)
  return !isTaken && name.length <= LONGEST_NAME && name !== '' && oneLine(name) === name
}
