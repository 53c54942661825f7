import { addressKey, parseAddress } from '../address.ts'
import type { EmailEvidence, EmailStatus } from '../email-status.ts'
import type { Enrichment } from '../enrichment/flat.ts'
import { companySizeOf, linkedinOf, seniorityOf } from '../enrichment/normalise.ts'
import type { InterchangeContact } from '../interchange.ts'
import { LIFECYCLE, type LifecycleStatus } from '../lifecycle.ts'
import { findMailboxes, type Mailbox, parseMailbox } from '../mailbox.ts'
import { splitName } from '../name.ts'
import { e164 } from '../phone.ts'
import { isStorable } from '../read-interchange.ts'
import { parseTags, tooLongIn } from '../tags.ts'
import { cutTo, MAX_LINE, manyLines, oneLine } from '../text.ts'
import { bareContact } from './bare-contact.ts'
import { COLUMN_FIELDS, type Column, type ColumnField, isAddressColumn, plain } from './columns.ts'
import type { Inspection, UnclearWord } from './inspection.ts'
import { type OptOutColumn, optOutsIn, saidIn, suppressionIn, unclearIn } from './opt-outs.ts'
import { pastTimeOf } from './times.ts'

/** In characters; a quote that nobody closed swallows whole rows. */
const MAX_CELL = 32_000
/** Of what is told back in place of an address. */
const MAX_VALUE = 320

/** Where the contact of a row is found. */
export interface Places {
  readonly indexOf: ReadonlyMap<ColumnField, number>
  readonly customAt: ReadonlyMap<number, string>
  /** Cells beyond have no column: a row was longer than those that were looked at. */
  readonly width: number
  /** What a column is called, for a value that its field cannot take. */
  readonly nameOf: (field: ColumnField) => string
  readonly columnName: (index: number) => string
  /** Where an address may stand where the chosen column has none. */
  readonly otherAddresses: readonly number[]
  readonly countryAt: number | undefined
  readonly optOuts: readonly OptOutColumn[]
  readonly listedAt: number | undefined
  /** Whether any column holds one of these: most lists have none, and are read in half the time. */
  readonly has: Readonly<Record<keyof typeof GROUPS, boolean>>
}

const GROUPS = {
  enrichment: ['enrichedCompany', 'enrichedTitle', 'linkedin', 'phone', 'industry', 'seniority', 'companySize'],
  evidence: ['emailStatus', 'emailStatusAt'],
} as const satisfies Readonly<Record<string, readonly ColumnField[]>>

const COUNTRY = new Set(['country', 'countryregion', 'land', 'pays', 'pais', 'cc', 'countrycode', 'address1country'])

export function placesOf(
  columns: readonly Column[],
  { header, columns: guessed = [] }: Pick<Inspection, 'header' | 'columns'>,
  listedAt: number | undefined,
): Places {
  const indexOf = new Map(columns.flatMap((column) => ('field' in column ? [[column.field, column.index]] : [])))
  const customAt = new Map(columns.flatMap((column) => ('custom' in column ? [[column.index, column.custom]] : [])))
  const country = header?.findIndex((name) => COUNTRY.has(plain(name))) ?? -1
  return {
    indexOf,
    customAt,
    width: header ? Math.max(header.length, ...guessed.map(({ index }) => index + 1)) : Infinity,
    nameOf: (field) => header?.[indexOf.get(field) ?? -1] || COLUMN_FIELDS[field],
    columnName: (index) => header?.[index] || `column ${index + 1}`,
    otherAddresses: columns.flatMap((column) =>
      'custom' in column && isAddressColumn(header?.[column.index] ?? '') ? [column.index] : [],
    ),
    optOuts: optOutsIn(columns, header),
    countryAt: country < 0 ? undefined : country,
    listedAt,
    has: {
      enrichment: GROUPS.enrichment.some((field) => indexOf.has(field)),
      evidence: GROUPS.evidence.some((field) => indexOf.has(field)),
    },
  }
}

export type Row =
  | { readonly contact: InterchangeContact; readonly unclear?: readonly UnclearWord[] }
  | { readonly value: string; readonly reason: string }

/** The contact of one row. What is empty says nothing; what a field cannot take becomes one of the contact's own. */
export function contactIn(cells: readonly string[], places: Places): Row {
  const cell = (field: ColumnField) => {
    const index = places.indexOf.get(field)
    return index === undefined ? '' : trimmed(cells[index] ?? '')
  }
  const long = cells.findIndex(({ length }) => length > MAX_CELL)
  const given = cell('email')
  if (long >= 0) return { value: cutTo(given, MAX_VALUE), reason: tooLong(places.columnName(long)) }
  const found = mailboxIn(given, cells, places)
  if ('reason' in found) return found
  const { mailbox, others, isElsewhere } = found
  const swallowing = cells.some(hasLines) ? NAMES.find((field) => isSwallowing(cell(field))) : undefined
  if (swallowing) return { value: mailbox.email, reason: swallowed(places.nameOf(swallowing)) }

  const left = new Map<string, string>()
  /** What `read` makes of a cell; else the cell is kept as it is. */
  const taken = <T>(field: ColumnField, read: (text: string) => T | null): T | null => {
    const text = cell(field)
    if (!text) return null
    const value = read(text)
    if (value === null) left.set(places.nameOf(field), text)
    return value
  }

  if (isElsewhere && given) left.set(places.nameOf('email'), given)
  /** One line, cut where it is too long; `field` is where all of it stands. */
  const line = (text: string | null, field: ColumnField): string | null => {
    if (text === null || text.length <= MAX_LINE) return text
    const cut = cutTo(text, MAX_LINE)
    if (cut !== text) left.set(places.nameOf(field), cell(field))
    return cut.trim()
  }
  const lineOf = (field: ColumnField) => line(oneLine(cell(field)), field)
  const time = (text: string) => pastTimeOf(text, places.listedAt)

  const whole = splitName(cell('name'))
  const enrichment = places.has.enrichment ? enrichmentIn(cell, cells, places, taken) : null
  const custom = taken('customFields', objectIn)
  const said = saidIn(cells, places.optOuts, places.listedAt)
  const suppression = suppressionIn(said, places.listedAt, (name, text) => left.set(name, text))
  const tags = cell('tags')
  if (tooLongIn(tags)) left.set(places.nameOf('tags'), tags)
  const contact: InterchangeContact = {
    ...bareContact(mailbox.email),
    firstName: lineOf('firstName') ?? line(whole.firstName, 'name') ?? line(mailbox.firstName, 'email'),
    lastName: lineOf('lastName') ?? line(whole.lastName, 'name') ?? line(mailbox.lastName, 'email'),
    company: lineOf('company'),
    title: lineOf('title'),
    tags: parseTags(tags),
    sourceCampaign: lineOf('campaign'),
    owner: taken('owner', slackUserIn),
    status: taken('status', statusIn) ?? 'new',
    createdAt: taken('createdAt', time),
    updatedAt: taken('updatedAt', time),
    emailEvidence: places.has.evidence ? evidenceIn(cell, taken, time) : null,
    enrichment,
    suppression,
    customFields: Object.fromEntries([
      ...left,
      ...customCells(cells, places),
      ...(custom ?? []),
      ...(others.length > 0 ? [['Other addresses', others.join(', ')] as const] : []),
    ]),
  }
  const unclear = unclearIn(said)
  return unclear.length > 0 ? { contact, unclear } : { contact }
}

/** The parser leaves quotes where they are that have spaces after them. */
function trimmed(cell: string): string {
  const text = cell.trim()
  const isQuoted = text.length < cell.length && text.length > 1 && text.startsWith('"') && text.endsWith('"')
  return isQuoted ? text.slice(1, -1).replaceAll('""', '"').trim() : text
}

type Cell = (field: ColumnField) => string
type Taken = <T>(field: ColumnField, read: (text: string) => T | null) => T | null

type FoundMailbox = ReturnType<typeof mailboxesIn> & { readonly mailbox: Mailbox; readonly isElsewhere: boolean }

/** The address in the chosen column, or in another that is called so where that one has none. */
function mailboxIn(
  given: string,
  cells: readonly string[],
  places: Places,
): FoundMailbox | { readonly value: string; readonly reason: string } {
  const here = mailboxesIn(given)
  if (here.mailbox) return { ...here, mailbox: here.mailbox, isElsewhere: false }
  for (const index of places.otherAddresses) {
    const there = mailboxesIn(cells[index]?.trim() ?? '')
    if (there.mailbox) return { ...there, mailbox: there.mailbox, isElsewhere: true }
  }
  if (given) return { value: cutTo(given, MAX_VALUE), reason: 'this is not an e-mail address' }
  const value = cells.find((other) => other.trim() !== '')?.trim() ?? ''
  const reason = parseAddress(value) ? `the column ${places.nameOf('email')} is empty` : 'there is no e-mail address'
  return { value: cutTo(value, MAX_VALUE), reason }
}

const NAMES = ['name', 'firstName', 'lastName', 'company', 'title'] as const satisfies readonly ColumnField[]

function hasLines(cell: string): boolean {
  return cell.includes('\n') || cell.includes('\r')
}

/** Two quotes that nobody meant close one another, and what stood between them looks like one name. */
function isSwallowing(name: string): boolean {
  return hasLines(name) && name.includes('@') && findMailboxes(name).some(({ mailbox }) => mailbox !== undefined)
}

/** `a@x.example; b@x.example`: the first one is the contact's. */
function mailboxesIn(given: string): { mailbox: Mailbox | undefined; others: readonly string[] } {
  const alone = { mailbox: parseMailbox(given), others: [] }
  if (alone.mailbox && given.indexOf('@') === given.lastIndexOf('@')) return alone
  const found = [...findMailboxes(given.replaceAll(':::', '\n'))].flatMap(({ mailbox }) => mailbox ?? [])
  const keys = found.map(({ email }) => addressKey(email))
  const [mailbox, ...others] = found.filter((_, index) => keys.indexOf(keys[index] ?? '') === index)
  return others.length > 0 || !alone.mailbox ? { mailbox, others: others.map(({ email }) => email) } : alone
}

/** Empty cells say nothing. */
function customCells(cells: readonly string[], { customAt, width }: Places): [name: string, value: string][] {
  return cells.flatMap((cell, index): [string, string][] => {
    const name = index < width ? customAt.get(index) : `Column ${index + 1}`
    const value = name === undefined ? null : manyLines(cell)
    return name === undefined || value === null ? [] : [[name, value]]
  })
}

/** Fields of their own that a tool wrote into one cell; a cell that holds something else is text. */
function objectIn(text: string): [name: string, value: unknown][] | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && isStorable(value)
      ? Object.entries(value).filter(([, field]) => field !== null && field !== '')
      : null
  } catch {
    return null
  }
}

/** What a list says of a person is theirs to correct, and as old as the contact: flat, as in the interchange format. */
function enrichmentIn(cell: Cell, cells: readonly string[], places: Places, taken: Taken): Enrichment | null {
  const country = places.countryAt === undefined ? undefined : cells[places.countryAt]
  const told = (field: ColumnField, read: (text: string) => string | null) => {
    const text = cell(field)
    return text ? (read(text) ?? oneLine(text)) : null
  }
  const enrichment: Enrichment = {
    companyName: told('enrichedCompany', oneLine),
    jobTitle: told('enrichedTitle', oneLine),
    linkedinUrl: told('linkedin', linkedinOf),
    phone: taken('phone', (text) => phoneIn(text, country)),
    industry: told('industry', oneLine),
    seniorityLevel: told('seniority', seniorityOf),
    companySize: told('companySize', companySizeOf),
    emailVerified: null,
    verifiedAt: null,
    enrichedAt: taken('enrichedAt', (text) => pastTimeOf(text, places.listedAt)),
    source: oneLine(cell('enrichmentSource')),
  }
  const { enrichedAt: _at, source: _source, ...said } = enrichment
  return Object.values(said).every((value) => value === null) ? null : enrichment
}

/** In E.164 where the number says its country, or the row does; else as it was written. */
function phoneIn(text: string, country: string | undefined): string | null {
  // Several stand beside one another; the first one is the one to call.
  const [first = ''] = text.split(/:::|[;\n]/).map((part) => part.trim())
  if (IN_E164.test(first)) return first
  const international = first.replace(/^00(?=[1-9])/, '+')
  const phone = e164(international, country ? countryCode(country) : undefined)
  return phone ?? (first.replace(/\D/g, '').length >= FEWEST_DIGITS ? oneLine(first) : null)
}

/** As most tools write it, with the country codes of one and two digits; a zero after the country may be one too many. */
const IN_E164 =
  /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-689]|3[578]|42|5[09]|6[7-9]|8[058]|9[679])\d)(?!0)\d{6,12}$/
const FEWEST_DIGITS = 5

const codes = new Map<string, string>()

/** `Germany`, `germany`, `DE` are `DE`; undefined for what is no country in English. */
function countryCode(text: string): string | undefined {
  const key = text.trim().toLowerCase()
  if (/^[a-z]{2}$/.test(key)) return key === 'uk' ? 'GB' : key.toUpperCase()
  if (codes.size === 0) for (const [name, code] of countryNames()) codes.set(name, code)
  return codes.get(key)
}

function* countryNames(): Generator<[name: string, code: string]> {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  for (const code of letters.flatMap((a) => letters.map((b) => a + b))) {
    const name = names.of(code)
    // The codes of countries that are no more come with the names of those that are.
    if (name && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`) yield [name.toLowerCase(), code]
  }
  yield* [
    ['usa', 'US'],
    ['united states of america', 'US'],
    ['england', 'GB'],
    ['great britain', 'GB'],
    ['deutschland', 'DE'],
    ['österreich', 'AT'],
    ['schweiz', 'CH'],
    ['españa', 'ES'],
  ] as const
}

function slackUserIn(text: string): string | null {
  return /^[UW][A-Z0-9]{6,20}$/.test(text) ? text : null
}

function statusIn(text: string): LifecycleStatus | null {
  return LIFECYCLE.find((status) => status === text.toLowerCase()) ?? null
}

const EMAIL_STATUSES: ReadonlyMap<string, EmailStatus> = new Map([
  ['valid', 'valid'],
  ['verified', 'valid'],
  ['risky', 'risky'],
  ['catchall', 'risky'],
  ['acceptall', 'risky'],
  ['invalid', 'invalid'],
  ['undeliverable', 'invalid'],
  ['unknown', 'unknown'],
])

/** Without its date nobody could tell whether it still holds. */
function evidenceIn(cell: Cell, taken: Taken, time: (text: string) => number | null): EmailEvidence | null {
  const at = taken('emailStatusAt', time)
  const status = taken('emailStatus', (text) => (at === null ? null : (EMAIL_STATUSES.get(plain(text)) ?? null)))
  return at === null || status === null ? null : { status, source: oneLine(cell('emailStatusSource')) ?? 'import', at }
}

function swallowed(column: string): string {
  return `the column ${column} holds a line break and an address; is a quote there not closed?`
}

function tooLong(column: string): string {
  return `a cell has more than ${MAX_CELL.toLocaleString('en-US')} characters (${column}); is a quote not closed?`
}
