import { addressKey } from '../address.ts'
import type { EmailEvidence, EmailStatus } from '../email-status.ts'
import type { Enrichment } from '../enrichment/flat.ts'
import { companySizeOf, linkedinOf, seniorityOf } from '../enrichment/normalise.ts'
import type { InterchangeContact } from '../interchange.ts'
import { LIFECYCLE, type LifecycleStatus } from '../lifecycle.ts'
import { findMailboxes, type Mailbox, parseMailbox } from '../mailbox.ts'
import { splitName } from '../name.ts'
import { e164 } from '../phone.ts'
import { isStorable } from '../read-interchange.ts'
import type { Suppression, SuppressionReason } from '../suppression.ts'
import { parseTags } from '../tags.ts'
import { manyLines, oneLine } from '../text.ts'
import { bareContact } from './bare-contact.ts'
import { COLUMN_FIELDS, type Column, type ColumnField, plain } from './columns.ts'
import type { Inspection } from './inspection.ts'
import { timeOf } from './times.ts'

/** In characters; a quote that nobody closed swallows whole rows. */
const MAX_CELL = 32_000

/** Where the contact of a row is found. */
export interface Places {
  readonly indexOf: ReadonlyMap<ColumnField, number>
  readonly customAt: ReadonlyMap<number, string>
  /** Cells beyond have no column: a row was longer than those that were looked at. */
  readonly width: number
  /** What a column is called, for a value that its field cannot take. */
  readonly nameOf: (field: ColumnField) => string
  readonly columnName: (index: number) => string
  readonly countryAt: number | undefined
  readonly listedAt: number | undefined
  /** Whether any column holds one of these: most lists have none, and are read in half the time. */
  readonly has: Readonly<Record<keyof typeof GROUPS, boolean>>
}

const GROUPS = {
  enrichment: ['enrichedCompany', 'enrichedTitle', 'linkedin', 'phone', 'industry', 'seniority', 'companySize'],
  suppression: ['suppression', 'suppressedAt', 'unsubscribed', 'unsubscribedAt', 'bouncedAt'],
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
    countryAt: country < 0 ? undefined : country,
    listedAt,
    has: {
      enrichment: GROUPS.enrichment.some((field) => indexOf.has(field)),
      suppression: GROUPS.suppression.some((field) => indexOf.has(field)),
      evidence: GROUPS.evidence.some((field) => indexOf.has(field)),
    },
  }
}

export type Row = { readonly contact: InterchangeContact } | { readonly value: string; readonly reason: string }

/** The contact of one row. What is empty says nothing; what a field cannot take becomes one of the contact's own. */
export function contactIn(cells: readonly string[], places: Places): Row {
  const cell = (field: ColumnField) => {
    const index = places.indexOf.get(field)
    return index === undefined ? '' : (cells[index]?.trim() ?? '')
  }
  const given = cell('email')
  const long = cells.findIndex(({ length }) => length > MAX_CELL)
  if (long >= 0) return { value: given.slice(0, 320), reason: tooLong(places.columnName(long)) }
  if (!given) return { value: firstIn(cells), reason: 'there is no e-mail address' }
  const { mailbox, others } = mailboxesIn(given)
  if (!mailbox) return { value: given.slice(0, 320), reason: 'this is not an e-mail address' }

  const left = new Map<string, string>()
  /** What `read` makes of a cell; else the cell is kept as it is. */
  const taken = <T>(field: ColumnField, read: (text: string) => T | null): T | null => {
    const text = cell(field)
    if (!text) return null
    const value = read(text)
    if (value === null) left.set(places.nameOf(field), text)
    return value
  }

  const whole = splitName(cell('name'))
  const enrichment = places.has.enrichment ? enrichmentIn(cell, cells, places, taken) : null
  const custom = taken('customFields', objectIn)
  const suppression = places.has.suppression ? suppressionIn(taken, places.listedAt) : null
  const contact: InterchangeContact = {
    ...bareContact(mailbox.email),
    firstName: oneLine(cell('firstName')) ?? whole.firstName ?? mailbox.firstName,
    lastName: oneLine(cell('lastName')) ?? whole.lastName ?? mailbox.lastName,
    company: oneLine(cell('company')),
    title: oneLine(cell('title')),
    tags: parseTags(cell('tags')),
    sourceCampaign: oneLine(cell('campaign')),
    owner: taken('owner', slackUserIn),
    status: taken('status', statusIn) ?? 'new',
    createdAt: taken('createdAt', timeOf),
    updatedAt: taken('updatedAt', timeOf),
    emailEvidence: places.has.evidence ? evidenceIn(cell, taken) : null,
    enrichment,
    suppression,
    customFields: Object.fromEntries([
      ...left,
      ...customCells(cells, places),
      ...(custom ?? []),
      ...(others.length > 0 ? [['Other addresses', others.join(', ')] as const] : []),
    ]),
  }
  return { contact }
}

type Cell = (field: ColumnField) => string
type Taken = <T>(field: ColumnField, read: (text: string) => T | null) => T | null

function firstIn(cells: readonly string[]): string {
  return (
    cells
      .find((other) => other.trim() !== '')
      ?.trim()
      .slice(0, 320) ?? ''
  )
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
    enrichedAt: taken('enrichedAt', timeOf),
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

const EMAIL_STATUSES: Readonly<Record<string, EmailStatus>> = {
  valid: 'valid',
  verified: 'valid',
  risky: 'risky',
  catchall: 'risky',
  acceptall: 'risky',
  invalid: 'invalid',
  undeliverable: 'invalid',
  unknown: 'unknown',
}

/** Without its date nobody could tell whether it still holds. */
function evidenceIn(cell: Cell, taken: Taken): EmailEvidence | null {
  const at = taken('emailStatusAt', timeOf)
  const status = taken('emailStatus', (text) => (at === null ? null : (EMAIL_STATUSES[plain(text)] ?? null)))
  return at === null || status === null ? null : { status, source: oneLine(cell('emailStatusSource')) ?? 'import', at }
}

const REASONS: Readonly<Record<string, SuppressionReason>> = {
  unsubscribed: 'unsubscribed',
  unsubscribe: 'unsubscribed',
  complained: 'complained',
  complaint: 'complained',
  spamcomplaint: 'complained',
  spam: 'complained',
  optedout: 'opted_out',
  optout: 'opted_out',
  donotcontact: 'opted_out',
  hardbounce: 'hard_bounce',
  hardbounced: 'hard_bounce',
  cleaned: 'hard_bounce',
}

const YES = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'oui', 'si', 'unsubscribed', 'optedout'])
const NO = new Set(['false', 'no', 'n', '0', 'nein', 'non'])

/** Whatever column says so: nobody is written to who must not be because a list said it in another way. */
function suppressionIn(taken: Taken, listedAt: number | undefined): Suppression | null {
  const suppressedAt = taken('suppressedAt', timeOf) ?? listedAt
  const unsubscribedAt = taken('unsubscribedAt', timeOf)
  const bouncedAt = taken('bouncedAt', timeOf)
  const said = taken('suppression', (text) => (suppressedAt === undefined ? null : (REASONS[plain(text)] ?? null)))
  const isUnsubscribed = taken('unsubscribed', (text) => {
    const word = plain(text)
    if (NO.has(word)) return false
    return YES.has(word) && (unsubscribedAt ?? listedAt) !== undefined ? true : null
  })
  if (said && suppressedAt !== undefined) return { reason: said, since: suppressedAt, event: 'import' }
  const since = unsubscribedAt ?? listedAt
  if ((isUnsubscribed || unsubscribedAt !== null) && since !== undefined)
    return { reason: 'unsubscribed', since, event: 'import' }
  if (bouncedAt !== null) return { reason: 'hard_bounce', since: bouncedAt, event: 'import' }
  return null
}

function tooLong(column: string): string {
  return `a cell has more than ${MAX_CELL.toLocaleString('en-US')} characters (${column}); is a quote not closed?`
}
