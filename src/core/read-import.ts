import { decodeText, type GivenFile } from './decode-text.ts'
import { InvalidInputError } from './errors.ts'
import { type Column, type ColumnField, columnsOf, namesAddresses } from './import-columns.ts'
import { bareContact, type ImportPlan, type LeftOut, PlanBuilder } from './import-plan.ts'
import type { InterchangeContact } from './interchange.ts'
import { findMailboxes, parseMailbox } from './mailbox.ts'
import { splitName } from './name.ts'
import { fromInterchange } from './read-interchange.ts'
import { readTable, type Table, type TableRow, tooLong } from './read-table.ts'
import { parseTags } from './tags.ts'
import { manyLines, oneLine } from './text.ts'
import { inTurns } from './turns.ts'

/**
 * Plans the import of a file: CSV in any of its forms, text that holds addresses, or interchange
 * JSON. Throws `InvalidInputError` with a sentence that names the file and says what to do, also
 * where it lists more than `most` people.
 */
export async function readImportFile(file: GivenFile, most = Infinity): Promise<ImportPlan> {
  const text = decodeText(file)
  // An object without entries is what an empty CRM exports, and no mistake.
  if (isJson(file.name, text)) return await planInterchange(file.name, text, most)
  const plan = await planList(file.name, text, most)
  if (plan.contacts.length + plan.leftOut.length > 0) return plan
  throw new InvalidInputError(`${file.name} lists nobody. Give each person a row with an address, and import it again.`)
}

/** Plans the import of what somebody pasted: rows of a spreadsheet with their header, or addresses in any form. */
export async function readPasted(text: string): Promise<ImportPlan> {
  return await planFreeText('The text', text)
}

async function planList(name: string, text: string, most: number): Promise<ImportPlan> {
  if (/\.txt$/i.test(name)) return await planFreeText(name, text, most)
  const table = await readTable(name, text, most)
  const columns = columnsOf(table)
  if (columns) return await planTable(table, columns)
  throw new InvalidInputError(
    `No column of ${name} holds e-mail addresses. Give each person a row with an address, and import it again.`,
  )
}

/** A table where its first row says so; else an address may stand anywhere in a line. */
async function planFreeText(name: string, text: string, most = Infinity): Promise<ImportPlan> {
  const table = await readTable(name, text, most).catch((error: unknown) => {
    if (error instanceof InvalidInputError) return undefined
    throw error
  })
  const columns = table && namesAddresses(table) ? columnsOf(table) : undefined
  return table && columns ? await planTable(table, columns) : await planMailboxes(name, text, most)
}

/** Longer than anything that is typed into one field; a quote that nobody closed swallows whole rows. */
const MAX_CELL = 5000

/** The contacts of `table`, of whose cells `columns` say what they are. */
export async function planTable(table: Table, columns: readonly Column[]): Promise<ImportPlan> {
  const builder = new PlanBuilder('row')
  const places = placesOf(columns)
  for await (const row of inTurns(table.rows)) {
    const read = readRow(row, places)
    if ('reason' in read) builder.leaveOut(row.number, read.value, read.reason)
    else builder.add(row.number, read)
  }
  return builder.plan({ onlyAddresses: !table.header && table.rows.some(({ cells }) => cells.length > 1) })
}

interface Places {
  readonly indexOf: ReadonlyMap<ColumnField, number>
  readonly customAt: ReadonlyMap<number, string>
}

function placesOf(columns: readonly Column[]): Places {
  return {
    indexOf: new Map(columns.flatMap((column) => ('field' in column ? [[column.field, column.index]] : []))),
    customAt: new Map(columns.flatMap((column) => ('custom' in column ? [[column.index, column.custom]] : []))),
  }
}

function readRow({ cells }: TableRow, { indexOf, customAt }: Places): InterchangeContact | Omit<LeftOut, 'at'> {
  const cell = (field: ColumnField) => cells[indexOf.get(field) ?? -1] ?? ''
  const given = cell('email')
  if (!given) return { value: cells.find((other) => other !== '') ?? '', reason: 'there is no e-mail address' }
  const mailbox = parseMailbox(given)
  if (!mailbox) return { value: given, reason: 'this is not an e-mail address' }
  if (cells.some(({ length }) => length > MAX_CELL))
    return { value: given, reason: `a cell has more than ${MAX_CELL} characters; is a quote not closed?` }

  const whole = splitName(cell('name'))
  return {
    ...bareContact(mailbox.email),
    firstName: oneLine(cell('firstName')) ?? whole.firstName ?? mailbox.firstName,
    lastName: oneLine(cell('lastName')) ?? whole.lastName ?? mailbox.lastName,
    company: oneLine(cell('company')),
    title: oneLine(cell('title')),
    tags: parseTags(cell('tags')),
    sourceCampaign: oneLine(cell('campaign')),
    customFields: customFields(cells, customAt),
  }
}

/** Empty cells say nothing. */
function customFields(cells: readonly string[], customAt: Places['customAt']): Record<string, string> {
  return Object.fromEntries(
    cells.flatMap((cell, index) => {
      const name = customAt.get(index)
      const value = name === undefined ? null : manyLines(cell)
      return name === undefined || value === null ? [] : [[name, value]]
    }),
  )
}

async function planMailboxes(name: string, text: string, most: number): Promise<ImportPlan> {
  const builder = new PlanBuilder('line')
  for await (const { line, text: written, mailbox } of inTurns(findMailboxes(text))) {
    if (mailbox) builder.add(line, { ...bareContact(mailbox.email), ...mailbox })
    else builder.leaveOut(line, written, 'there is no e-mail address')
    if (builder.size > most) throw tooLong(name, most)
  }
  return builder.plan()
}

function isJson(name: string, text: string): boolean {
  return /\.json$/i.test(name) || /^\s*\{/.test(text) || /^\s*\[\s*\{/.test(text)
}

async function planInterchange(name: string, text: string, most: number): Promise<ImportPlan> {
  const parsed = parseJson(name, text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InvalidInputError(
      `${name} is JSON, but not the interchange format: it has to be an object keyed by address. Or save the people as CSV.`,
    )
  }
  const entries = Object.entries(parsed)
  if (entries.length > most) throw tooLong(name, most)
  const contacts: InterchangeContact[] = []
  const leftOut: LeftOut[] = []
  for await (const [index, [key, value]] of inTurns(entries.entries())) {
    const entry = fromInterchange(key, value)
    if ('contact' in entry) contacts.push(entry.contact)
    else leftOut.push({ at: index + 1, value: key, reason: entry.problem })
  }
  return { contacts, leftOut, unit: 'entry', onlyAddresses: false }
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = error instanceof Error ? error.message : error
    throw new InvalidInputError(
      `${name} cannot be read as JSON: ${detail}. Export it again, or save the people as CSV.`,
    )
  }
}
