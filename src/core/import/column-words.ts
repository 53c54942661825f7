import { InvalidInputError } from '../errors.ts'
import { COLUMN_FIELDS, type Column, type ColumnField, fieldOf } from './columns.ts'
import type { Inspection } from './inspection.ts'

/**
 * Columns as people write them in one line: `Spitzname=firstName, Firma=company, Notiz=-`. What is not
 * named stays as it was guessed, or where another takes its place becomes a field of the contact's own;
 * `-` leaves a column out, and `+` keeps it as such a field.
 */
export function columnsFrom(text: string, { header, columns = [] }: Inspection): readonly Column[] {
  if (!header) throw new InvalidInputError('The list has no row that names its columns, so none can be named.')
  const said = new Map(text.split(',').map((part) => saidIn(part, header)))
  const taken = new Set([...said.values()].flatMap((what) => (what === '-' || what === '+' ? [] : [what])))
  const own = (index: number): Column => ({ index, custom: header[index] || `Column ${index + 1}` })
  const kept = columns
    .filter(({ index }) => !said.has(index))
    .map((column) => ('field' in column && taken.has(column.field) ? own(column.index) : column))
  const chosen = [...said].flatMap(([index, what]): Column[] => {
    if (what === '-') return []
    return [what === '+' ? own(index) : { index, field: what }]
  })
  return [...kept, ...chosen].sort((a, b) => a.index - b.index)
}

function saidIn(part: string, header: readonly string[]): readonly [index: number, what: ColumnField | '-' | '+'] {
  const cut = part.lastIndexOf('=')
  const [name, what] = [part.slice(0, cut).trim(), part.slice(cut + 1).trim()]
  const index = header.findIndex((column) => column.trim().toLowerCase() === name.toLowerCase())
  if (cut < 0 || index < 0)
    throw new InvalidInputError(`There is no column "${name || part.trim()}". There are: ${header.join(', ')}.`)
  if (what === '-' || what === '+') return [index, what]
  const field = isField(what) ? what : fieldOf(what)
  if (!field) {
    const fields = Object.keys(COLUMN_FIELDS).join(', ')
    throw new InvalidInputError(
      `A column cannot hold "${what}". It can hold ${fields}; - leaves it out, and + keeps it as a field of its own.`,
    )
  }
  return [index, field]
}

function isField(text: string): text is ColumnField {
  return Object.hasOwn(COLUMN_FIELDS, text)
}
