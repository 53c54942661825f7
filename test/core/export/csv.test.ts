import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { exportContacts } from '../../../src/core/export/contacts.ts'
import { exportCsv } from '../../../src/core/export/csv.ts'
import { EVERYBODY } from '../../../src/core/export/meant.ts'
import type { ReadRow } from '../../../src/core/import/inspection.ts'
import { inspect, readRows } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { LIFECYCLE } from '../../../src/core/lifecycle.ts'
import { fromInterchange } from '../../../src/core/read-interchange.ts'
import { parseQuery } from '../../../src/core/search/filter.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { oneLine } from '../../../src/core/text.ts'
import { databases, openSqlite } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import { bringIn, dayOf, NOW, textOf } from './support.ts'

const SPREADSHEET = { now: NOW, profile: 'spreadsheet', bom: false } as const

async function csvOf(database: Database, options: Partial<Parameters<typeof exportCsv>[2]> = {}, text = '') {
  const query = text ? parseQuery(text, { now: NOW, dayOf }) : EVERYBODY
  return await textOf(exportCsv(database, query, { ...SPREADSHEET, ...options }))
}

/** The rows as another program reads them. */
function rowsIn(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true, bom: true, record_delimiter: '\r\n' })
}

const ADA = {
  first_name: 'Ada',
  last_name: 'Lovelace',
  company: 'Engines, "Analytical"',
  title: '=HYPERLINK("https://evil.example")',
  tags: ['vip', 'London'],
  owner: 'U0ADA1234',
  imported_from_campaign: 'Q1',
  custom_fields: { Stage: 'Demo', seats: 3, Note: '-1', title: 'mine', nested: { a: [1] } },
  enrichment: { company_name: 'Analytical Engines', phone: '+442071234567', enriched_at: '2026-03-01' },
  suppression: { reason: 'unsubscribed', since: '2026-05-01' },
  email_status: 'valid',
  email_status_source: 'apollo',
  email_status_at: '2026-03-01',
}

describe.each(databases)('a CSV of contacts on $name', ({ open }) => {
  test('has a row for each, with what is known in columns and what follows from it', async () => {
    await using database = await open()
    await bringIn(database, { 'Ada@Example.com': ADA, 'bob@example.com': { status: 'converted' } })
    const clicked = anEvent({ type: 'clicked', recipient: 'bob@example.com', occurredAt: NOW })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(clicked)])
    const [ada, bob] = rowsIn(await csvOf(database, { profile: 'raw' }))
    expect(ada).toMatchObject({
      email: 'Ada@Example.com',
      first_name: 'Ada',
      company: 'Engines, "Analytical"',
      title: '=HYPERLINK("https://evil.example")',
      phone: '+442071234567',
      enriched_company: 'Analytical Engines',
      owner: 'U0ADA1234',
      tags: 'vip, London',
      campaign: 'Q1',
      email_status: 'valid',
      email_status_at: '2026-03-01T00:00:00.000Z',
      suppression: 'unsubscribed',
      suppressed_at: '2026-05-01T00:00:00.000Z',
      crm_company: 'Engines, "Analytical"',
      crm_domain: 'example.com',
      crm_score: '0',
      Stage: 'Demo',
      Note: '-1',
    })
    expect(JSON.parse(ada?.custom_fields ?? '')).toEqual({ seats: 3, title: 'mine', nested: { a: [1] } })
    expect(bob).toMatchObject({
      status: 'converted',
      crm_clicked: '1',
      crm_clicked_at: '2026-06-01T09:00:00.000Z',
      crm_last_engaged_at: '2026-06-01T09:00:00.000Z',
      crm_score: '5',
      Stage: '',
      custom_fields: '',
    })
  })

  test('has those whom words and filters mean, and a header where that is nobody', async () => {
    await using database = await open()
    await bringIn(database, {
      'ada@example.com': { first_name: 'Ada', tags: ['vip'] },
      'adam@example.com': { first_name: 'Adam' },
      'bob@example.com': { tags: ['vip'] },
    })
    const emails = async (text: string) => rowsIn(await csvOf(database, {}, text)).map(({ email }) => email)
    expect(await emails('tag:vip')).toEqual(['ada@example.com', 'bob@example.com'])
    expect(await emails('ada')).toEqual(['ada@example.com', 'adam@example.com'])
    expect(await emails('ada tag:vip')).toEqual(['ada@example.com'])
    expect(await emails('status:converted')).toEqual([])
    expect(await csvOf(database, {}, 'status:converted')).toMatch(/^"email","first_name".*"custom_fields"\r\n$/)
  })

  test('is of one moment, whatever is written while it is read', async () => {
    await using database = await open()
    const people = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`person${n}@example.com`, {}]))
    await bringIn(database, people)
    const pieces: string[] = []
    for await (const piece of exportCsv(database, EVERYBODY, SPREADSHEET)) {
      if (pieces.length === 1)
        await bringIn(database, { 'late@example.com': {}, 'person599@example.com': { company: 'Late Ltd' } })
      pieces.push(piece)
    }
    const rows = rowsIn(pieces.join(''))
    expect(rows).toHaveLength(600)
    expect(pieces.length).toBeGreaterThan(2)
    expect(rows.filter(({ company }) => company === 'Late Ltd')).toEqual([])
    expect(rowsIn(await csvOf(database))).toHaveLength(601)
  })
})

test('every cell stands in quotes, and none begins like a formula', async () => {
  await using database = await openSqlite()
  await bringIn(database, { 'ada@example.com': ADA })
  const csv = await csvOf(database)
  const [ada] = rowsIn(csv)
  expect(ada).toMatchObject({ title: `'${ADA.title}`, phone: "'+442071234567", Note: "'-1" })
  expect(csv.split('\r\n').at(-1)).toBe('')
  expect(csv.split('\r\n').every((line) => line === '' || /^".*"$/.test(line))).toBe(true)
})

test('guards the names of columns, too', async () => {
  await using database = await openSqlite()
  await bringIn(database, { 'ada@example.com': { custom_fields: { '=1+1': 'x' } } })
  expect(rowsIn(await csvOf(database))).toMatchObject([{ "'=1+1": 'x' }])
})

test('begins with a byte order mark where that is wanted', async () => {
  await using database = await openSqlite()
  expect(await csvOf(database, { bom: true })).toMatch(/^\ufeff"email"/)
  expect(await csvOf(database)).toMatch(/^"email"/)
})

test('tells how many are done, and at the end of all', async () => {
  await using database = await openSqlite()
  await bringIn(database, Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`person${n}@example.com`, {}])))
  const told: number[] = []
  await csvOf(database, { onProgress: (done) => told.push(done) })
  expect(told).toEqual([200, 400, 600, 600])
})

test('gives a hundred fields of their own a column, the most frequent, and keeps the rest as JSON', async () => {
  await using database = await openSqlite()
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`field ${n}`, 'x']))
  await bringIn(database, {
    'ada@example.com': { custom_fields: fields(150) },
    'bob@example.com': { custom_fields: { 'field 149': 'y' } },
  })
  const [ada, bob] = rowsIn(await csvOf(database))
  expect(bob).toMatchObject({ 'field 149': 'y', custom_fields: '' })
  expect(Object.keys(ada ?? {}).filter((name) => name.startsWith('field '))).toHaveLength(100)
  expect(Object.keys(JSON.parse(ada?.custom_fields ?? '{}'))).toHaveLength(50)
})

/** What begins dangerously, ends badly, or looks like the separators. */
const someText = fc.oneof(
  fc.constantFrom(
    '=1+1',
    "'=1+1",
    "''",
    "'",
    ' -2',
    '@sum',
    '＝1',
    '"',
    '",',
    'a"b',
    'a\r\nb',
    '\t',
    '\u202eevil',
    ';',
    '',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
/** As forms and files give what has one line. */
const someLine = someText.map((text) => oneLine(text) ?? '')
const someTime = fc.integer({ min: Date.UTC(2020), max: NOW }).map((at) => new Date(at).toISOString())

const someContact = fc.record(
  {
    status: fc.constantFrom(...LIFECYCLE),
    first_name: someLine,
    last_name: someLine,
    company: someLine,
    title: someLine,
    owner: fc.constantFrom('U0ADA1234', 'W0BOB56789'),
    tags: fc.array(fc.constantFrom('vip', 'Spring fair', '=cmd', 'später'), { maxLength: 3 }),
    imported_from_campaign: someLine,
    custom_fields: fc.dictionary(
      fc.oneof(fc.constantFrom('Stage', '=x', 'title', 'crm_score', 'name', 'Name ', '__proto__'), someText),
      fc.oneof(someText, fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 })),
      { maxKeys: 4 },
    ),
    email_status: fc.constantFrom('valid', 'risky', 'invalid'),
    email_status_source: fc.constantFrom('apollo', 'import'),
    email_status_at: someTime,
    suppression: fc.record({
      reason: fc.constantFrom('complained', 'unsubscribed', 'hard_bounce'),
      since: someTime,
    }),
    created_at: someTime,
    updated_at: someTime,
    enrichment: fc.record({
      company_name: fc.constantFrom('Acme', '=Acme'),
      phone: fc.constantFrom('+442071234567', '+12125550123'),
      linkedin_url: fc.constantFrom('https://www.linkedin.com/in/ada', 'https://www.linkedin.com/in/bob'),
      industry: fc.constantFrom('Machines', '+Machines'),
      seniority_level: fc.constantFrom('c_level', 'director'),
      enriched_at: someTime,
      enrichment_source: fc.constantFrom('apollo', 'import'),
    }),
  },
  { requiredKeys: [] },
)

const someContacts = fc
  .dictionary(fc.constantFrom('Ada@Example.com', 'bob+tag@example.com', 'eve@bücher.example'), someContact)
  .map((entries): Record<string, unknown> => JSON.parse(JSON.stringify(entries)))

/** What a CSV tells of a contact; it has no place for the history, and for where what is said comes from. */
function told(contact: Extract<ReadRow, { contact: unknown }>['contact']) {
  const { events: _events, claims: _claims, suppression, enrichment, customFields, ...rest } = contact
  return {
    ...rest,
    // What is empty says nothing.
    customFields: Object.fromEntries(Object.entries(customFields).filter(([, value]) => value !== '')),
    suppression: suppression && { reason: suppression.reason, since: suppression.since },
    enrichment: enrichment && { ...enrichment, emailVerified: null, verifiedAt: null },
  }
}

test('our own import reads back whatever an export wrote', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(someContacts, async (entries) => {
      await using database = await openSqlite()
      await bringIn(database, entries)
      const written = await Array.fromAsync(exportContacts(database, NOW))
      const csv = await csvOf(database, { bom: true })
      for (const cell of parse(csv, { bom: true }).flat()) expect(cell).not.toMatch(/^ *[=+\-@\t\r\n\0＝＋－＠]/)
      if (written.length === 0) return
      const source = sourceOf('contacts.csv', csv)
      const rows = await Array.fromAsync(readRows(source, { inspection: await inspect(source) }))
      const read = rows.map((row) => ('contact' in row ? told(row.contact) : row))
      const known = written.map(([key, value]) => {
        const entry = fromInterchange(key, JSON.parse(JSON.stringify(value)))
        return 'contact' in entry ? told(entry.contact) : entry
      })
      expect(read).toEqual(known)
    }),
    { numRuns: 100 },
  )
})
