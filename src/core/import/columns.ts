import { parseAddress } from '../address.ts'
import { DERIVED_HEADERS } from '../export/columns.ts'
import { fold } from '../name.ts'
import { FIELD_OF, KEPT, OTHER_ADDRESSES } from './headers.ts'

/** What of a contact a column can hold, and what that is called. */
export const COLUMN_FIELDS = {
  email: 'E-mail address',
  firstName: 'First name',
  lastName: 'Last name',
  name: 'Whole name',
  company: 'Company',
  title: 'Job title',
  phone: 'Phone',
  linkedin: 'LinkedIn profile',
  industry: 'Industry',
  seniority: 'Seniority',
  companySize: 'Company size',
  enrichedCompany: 'Company that was found',
  enrichedTitle: 'Job title that was found',
  enrichmentSource: 'Source of what was found',
  enrichedAt: 'When it was found',
  tags: 'Tags',
  campaign: 'Campaign',
  owner: 'Owner',
  status: 'Status',
  createdAt: 'Created',
  updatedAt: 'Changed',
  emailStatus: 'E-mail status',
  emailStatusSource: 'Source of the e-mail status',
  emailStatusAt: 'When the e-mail status was found out',
  suppression: 'Why nobody should write',
  suppressedAt: 'Since when nobody should write',
  unsubscribed: 'Unsubscribed: yes or no',
  unsubscribedAt: 'When they unsubscribed',
  bouncedAt: 'When the address bounced',
  customFields: 'Fields of their own, as JSON',
} as const satisfies Readonly<Record<string, string>>

export type ColumnField = keyof typeof COLUMN_FIELDS

/** Where the cells of one column go. */
export type Column =
  | { readonly index: number; readonly field: ColumnField }
  /** A field of the contact's own, under this name. */
  | { readonly index: number; readonly custom: string }

export interface Guess {
  readonly columns: readonly Column[] | undefined
  readonly unknown: readonly string[]
}

const MAX_NAME = 100

/**
 * Guesses what each column holds by its name and its first cells. Of several for one field the first
 * counts, of addresses the fullest; the others keep their names.
 */
export function columnsOf(header: readonly string[] | null, rows: readonly (readonly string[])[]): Guess {
  const names = header ?? []
  const called = names.flatMap((name, index) => (fieldOf(name) === 'email' ? [index] : []))
  const counts = addressCounts(rows, called)
  const email = fullest(called, counts) ?? fullest([...counts.keys()], counts) ?? called[0]
  if (!header) return { columns: email === undefined ? undefined : [{ index: email, field: 'email' }], unknown: [] }

  const profiles = linkedinColumns(rows)
  const width = rows.reduce((most, cells) => Math.max(most, cells.length), names.length)
  const fields = new Set<ColumnField>(['email'])
  /** Also those of fields: a cell that its field cannot take is kept under the name of its column. */
  const own = new Set<string>()
  const columns: Column[] = []
  const unknown: string[] = []
  for (let index = 0; index < width; index += 1) {
    const name = names[index] ?? ''
    if (DERIVED_HEADERS.has(name.trim())) continue
    const field = index === email ? 'email' : (fieldOf(name) ?? (profiles.has(index) ? 'linkedin' : undefined))
    if (field && (index === email || !fields.has(field))) {
      fields.add(field)
      own.add(name)
      columns.push({ index, field })
    } else {
      columns.push({ index, custom: unique(name || `Column ${index + 1}`, own) })
      if (name && !field && !KEPT.has(plain(name)) && !isAddressColumn(name)) unknown.push(name)
    }
  }
  return { columns: email === undefined ? undefined : columns, unknown }
}

/** Which of the first rows names the columns: the one that names an address, else the first where it holds none. */
export function headerIndex(rows: readonly (readonly string[])[]): number {
  const naming = rows.slice(0, LATEST_HEADER).findIndex(namesAddresses)
  const before = naming < 0 ? [] : rows.slice(0, naming)
  if (naming >= 0 && !before.some(holdsAddress)) return naming
  const [first] = rows
  return first && !holdsAddress(first) ? 0 : -1
}

/** Some exports begin with notes. */
const LATEST_HEADER = 10

/** Whoever prefers "Email" has an address beside it, which no header has. */
export function namesAddresses(cells: readonly string[]): boolean {
  return cells.some((cell) => fieldOf(cell) === 'email') && !holdsAddress(cells)
}

export function holdsAddress(cells: readonly string[]): boolean {
  return cells.some((cell) => parseAddress(cell) !== undefined)
}

/** How many of what a contact has the header names, if there is one. */
export function namedIn(rows: readonly (readonly string[])[]): number {
  return new Set(rows[headerIndex(rows)]?.flatMap((cell) => fieldOf(cell) ?? [])).size
}

/** Whether a column is called as one of addresses of the person, be it the second or the third. */
export function isAddressColumn(header: string): boolean {
  return fieldOf(header) === 'email' || OTHER_ADDRESSES.has(plain(header))
}

/** What a name stands for: without case, accents and signs. */
export function fieldOf(header: string): ColumnField | undefined {
  return FIELD_OF.get(plain(header))
}

export function plain(header: string): string {
  return fold(header).replace(/[^\p{L}\p{N}]/gu, '')
}

/** How many cells of each column are addresses, or several where it is called so; columns without any are left out. */
function addressCounts(rows: readonly (readonly string[])[], called: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const cells of rows) {
    for (const [index, cell] of cells.entries()) {
      const isAddress = parseAddress(cell) !== undefined || (cell.includes('@') && called.includes(index))
      if (isAddress) counts.set(index, (counts.get(index) ?? 0) + 1)
    }
  }
  return counts
}

function fullest(columns: readonly number[], counts: ReadonlyMap<number, number>): number | undefined {
  const [best] = columns
    .filter((index) => counts.has(index))
    .sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  return best
}

/** Those that hold nothing but profiles of people, whatever they are called. */
function linkedinColumns(rows: readonly (readonly string[])[]): Set<number> {
  const isProfile = new Map<number, boolean>()
  for (const cells of rows) {
    for (const [index, cell] of cells.entries()) {
      if (cell) isProfile.set(index, (isProfile.get(index) ?? true) && /\blinkedin\.com\/(?:in|pub)\//i.test(cell))
    }
  }
  return new Set(isProfile.entries().flatMap(([index, always]) => (always ? [index] : [])))
}

function unique(name: string, taken: Set<string>): string {
  const short = [...name].slice(0, MAX_NAME).join('')
  let candidate = short
  for (let n = 2; taken.has(candidate); n += 1) candidate = `${short} ${n}`
  taken.add(candidate)
  return candidate
}
