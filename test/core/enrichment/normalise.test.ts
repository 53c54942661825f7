import fc from 'fast-check'
import { expect, test } from 'vitest'

import { COMPANY_SIZES, FIELDS, SENIORITIES } from '../../../src/core/enrichment/fields.ts'
import {
  companySizeOf,
  domainIn,
  emailOf,
  linkedinOf,
  phoneOf,
  placeOf,
  reasonOf,
  seniorityOf,
  textOf,
  told,
} from '../../../src/core/enrichment/normalise.ts'

const NOTHING = ['', ' ', 'N/A', 'n/a', 'NA', 'none', 'None', 'NULL', 'null', 'undefined', 'unknown', 'Not available']
const STANDING_IN = [...NOTHING, '-', '---', '?', '...', 'true', 'False', true, false, null, undefined, {}, [], ['x']]

const READERS = { textOf, emailOf, domainIn, linkedinOf, phoneOf, companySizeOf, seniorityOf, placeOf, reasonOf }

test.each(Object.entries(READERS))('%s takes nothing for what only stands in place of a value', (_name, reader) => {
  expect(STANDING_IN.filter((value) => reader(value) !== null)).toEqual([])
})

/** Anything that an answer may hold, with what they often hold among it. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(...STANDING_IN, '__proto__', 'constructor', 'linkedin.com/in/%', '+44 113 496 0000'),
)

test.each(Object.entries(READERS))('%s reads anything without a fault', (_name, reader) => {
  fc.assert(
    fc.property(anything, (value) => {
      const read = reader(value)
      if (read !== null) expect(read).toMatch(/\S/)
    }),
    { numRuns: 1000 },
  )
})

test.each(Object.entries({ textOf, emailOf, linkedinOf, companySizeOf, seniorityOf, placeOf, reasonOf }))(
  'what %s has read reads the same again',
  (_name, reader) => {
    const text = fc.oneof(
      anything,
      fc.string({ unit: 'grapheme' }).map((slug) => `https://www.linkedin.com/in/${slug}`),
      fc.string({ unit: fc.constantFrom(' ', '-', 'x', '𝒳'), minLength: 190, maxLength: 220, size: 'max' }),
      fc.tuple(fc.nat(20_000), fc.nat(20_000)).map((range) => range.join('-')),
    )
    fc.assert(
      fc.property(text, (value) => {
        const read = reader(value)
        expect(read === null ? null : reader(read)).toBe(read)
      }),
      { numRuns: 2000 },
    )
  },
)

test.each<[value: unknown, text: string | null]>([
  ['  Head of\n Revenue\tOperations ', 'Head of Revenue Operations'],
  ['Nullarbor Ltd', 'Nullarbor Ltd'],
  ['None of the Above', 'None of the Above'],
  ['true north', 'true north'],
  ['0', '0'],
  [0, null],
  [250, null],
  ['nul\u0000l', 'nul l'],
  ['bad \ud800', 'bad \ufffd'],
  ['𝒳'.repeat(300), '𝒳'.repeat(200)],
  [`${'x'.repeat(199)} y`, 'x'.repeat(199)],
])('the text of %j is %j', (value, text) => {
  expect(textOf(value)).toBe(text)
})

test.each<[value: unknown, email: string | null]>([
  ['Ada@Brightforge.example', 'Ada@Brightforge.example'],
  [' ada@brightforge.example\n', 'ada@brightforge.example'],
  ['email_not_unlocked@domain.com', null],
  ['Email_Not_Unlocked@brightforge.example', null],
  ['ada@domain.com', null],
  ['ada@mydomain.com', 'ada@mydomain.com'],
  ['ada@domain.com.example', 'ada@domain.com.example'],
  ['ada at brightforge.example', null],
  [true, null],
])('the address in %j is %j', (value, email) => {
  expect(emailOf(value)).toBe(email)
})

test.each<[value: unknown, domain: string | null]>([
  ['https://www.brightforge.example/about?x=1#y', 'brightforge.example'],
  ['WWW.Brightforge.example', 'brightforge.example'],
  ['brightforge.example', 'brightforge.example'],
  ['brightforge.example.', 'brightforge.example'],
  ['http://brightforge.example:8080', 'brightforge.example'],
  ['brightforge.example/careers', 'brightforge.example'],
  ['leeds.brightforge.example', 'leeds.brightforge.example'],
  ['Bücher.example', 'xn--bcher-kva.example'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['Brightforge Ltd', null],
  ['localhost', null],
  ['https://', null],
  ['www.', null],
])('the domain in %j is %j', (value, domain) => {
  expect(domainIn(value)).toBe(domain)
})

test('the domain of a domain is itself', () => {
  const domain = fc.domain().filter((name) => !name.toLowerCase().startsWith('www.'))
  fc.assert(
    fc.property(domain, (name) => {
      const read = domainIn(name)
      expect(read === null ? null : domainIn(`https://www.${read}/`)).toBe(read)
    }),
  )
})

const ADAS = 'https://www.linkedin.com/in/ada-lovelace'

test.each<[value: unknown, url: string | null]>([
  ['https://www.linkedin.com/in/ada-lovelace', ADAS],
  ['http://linkedin.com/in/Ada-Lovelace/', ADAS],
  ['www.linkedin.com/in/ada-lovelace?trk=people', ADAS],
  ['uk.linkedin.com/in/ada-lovelace/en#top', ADAS],
  ['linkedin.com/pub/ada-lovelace/1/2/3', ADAS],
  ['in/ada-lovelace', ADAS],
  ['linkedin.com/in/josé-silva', 'https://www.linkedin.com/in/josé-silva'],
  ['linkedin.com/company/brightforge', null],
  ['linkedin.com/in/', null],
  ['https://www.linkedin.com/', null],
  ['https://brightforge.example/in/ada-lovelace', null],
  ['https://linkedin.com.evil.example/in/ada-lovelace', null],
  ['notlinkedin.com/in/ada-lovelace', null],
  ['ada-lovelace', null],
  [true, null],
])('the profile at %j is %j', (value, url) => {
  expect(linkedinOf(value)).toBe(url)
})

test.each<[value: unknown, country: string | undefined, phone: string | null]>([
  ['+44 113 496 0000', undefined, '+441134960000'],
  ['+1 (212) 555-0100', undefined, '+12125550100'],
  ['tel:+44-113-496-0000', undefined, '+441134960000'],
  ['0113 496 0000', 'GB', '+441134960000'],
  ['0113 496 0000', undefined, null],
  ['0113 496 0000', 'XX', null],
  ['+44 113 496 0000', 'XX', '+441134960000'],
  ['+44 1', undefined, null],
  ['+1 212 555 010', undefined, null],
  ['ask at reception', 'GB', null],
  [441134960000, undefined, null],
  [true, 'GB', null],
  ['true', 'GB', null],
])('the number %j, of %j, is %j', (value, country, phone) => {
  expect(phoneOf(value, country)).toBe(phone)
})

test('a number that was read reads the same again', () => {
  const number = fc.tuple(
    fc.constantFrom('+44 113 496 0', '+1 212 555 01', '+49 30 2345 0'),
    fc.integer({ min: 10, max: 99 }),
  )
  fc.assert(
    fc.property(number, ([start, end]) => {
      const read = phoneOf(`${start}${end}`)
      expect(read).toMatch(/^\+\d+$/)
      expect(phoneOf(read)).toBe(read)
    }),
  )
})

test.each<[value: unknown, size: string | null]>([
  [1, '1-10'],
  [10, '1-10'],
  [11, '11-50'],
  [500, '201-500'],
  [501, '501-1000'],
  [10_000, '5001-10000'],
  [10_001, '10001+'],
  [2_000_000, '10001+'],
  [0, null],
  [-5, null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  ['250', '201-500'],
  ['1,250', '1001-5000'],
  ['0-1', '1-10'],
  ['10-49', '11-50'],
  ['200-499', '201-500'],
  ['2 - 10', '1-10'],
  ['1,001-5,000 employees', '1001-5000'],
  ['1.000 – 4.999', '1001-5000'],
  ['1 001 à 5 000', '1001-5000'],
  ['251-1K', '501-1000'],
  ['1K-5K', '1001-5000'],
  ['5k-10k', '5001-10000'],
  ['10K-50K', '10001+'],
  ['100K+', '10001+'],
  ['500+', '501-1000'],
  ['10000+', '10001+'],
  ['more than 10', '11-50'],
  ['many', null],
  ['0', null],
])('a company of %j is of the size %j', (value, size) => {
  expect(companySizeOf(value)).toBe(size)
})

test.each(COMPANY_SIZES)('the band %s is itself', (band) => {
  expect(companySizeOf(band)).toBe(band)
})

test('every number of people is in the band that names it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (count) => {
      const [least = 0, most = Number.POSITIVE_INFINITY] = (companySizeOf(count) ?? '').split(/[-+]/).map(Number)
      expect(count).toBeGreaterThanOrEqual(least)
      if (most > 0) expect(count).toBeLessThanOrEqual(most)
      expect(companySizeOf(String(count))).toBe(companySizeOf(count))
    }),
    { numRuns: 2000 },
  )
})

test.each<[value: unknown, level: string | null]>([
  ['c_suite', 'c_level'],
  ['C-Suite', 'c_level'],
  ['C Suite', 'c_level'],
  ['C-Level', 'c_level'],
  ['cxo', 'c_level'],
  ['executive', 'c_level'],
  ['Co-Founder', 'founder'],
  ['cofounder', 'founder'],
  ['VP', 'vp'],
  ['Vice President', 'vp'],
  ['vice-president', 'vp'],
  ['Director', 'director'],
  ['junior', 'entry'],
  ['training', 'intern'],
  ['unpaid', 'intern'],
  ['wizard', null],
  ['constructor', null],
  ['__proto__', null],
  [3, null],
])('the level %j is %j', (value, level) => {
  expect(seniorityOf(value)).toBe(level)
})

test.each(SENIORITIES)('the level %s is itself', (level) => {
  expect(seniorityOf(level)).toBe(level)
})

test('a place is what is told of it, each part once', () => {
  expect(placeOf('Leeds', 'England', 'United Kingdom')).toBe('Leeds, England, United Kingdom')
  expect(placeOf('Singapore', null, 'Singapore')).toBe('Singapore')
  expect(placeOf('N/A', undefined, true, ' France ')).toBe('France')
  expect(placeOf()).toBeNull()
})

test.each<[value: unknown, reason: string | null]>([
  ['Mailbox not found', 'mailbox_not_found'],
  ['catch-all', 'catch_all'],
  ['  Role_Based ', 'role_based'],
  ['Générique', 'générique'],
  ['(timeout: 30 s)', 'timeout_30_s'],
  ['!!', null],
  ['(N A)', 'n_a'],
  ['«NA»', null],
  [7, null],
])('the reason in %j is %j', (value, reason) => {
  expect(reasonOf(value)).toBe(reason)
})

test('what is told keeps every field that has a value, and no other', () => {
  const phone = { value: '+441134960000', note: 'company switchboard' }
  expect(told({ jobTitle: 'Head of Sales', companyName: null, industry: '', phone })).toEqual({
    jobTitle: { value: 'Head of Sales' },
    phone,
  })
  expect(told({})).toEqual({})
  const full = Object.fromEntries(FIELDS.map((field) => [field, field]))
  expect(Object.keys(told(full))).toEqual([...FIELDS])
})
