import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../../src/core/errors.ts'
import { broughtFrom, inBits, problemOf } from './support.ts'

const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'big-endian UTF-16': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'Windows-1252': (text) => Buffer.from(text, 'latin1'),
}

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const

/** How a cell is written that has a delimiter, a quote or a line break in it. */
const QUOTES: Readonly<Record<string, (cell: string, delimiter: string) => string>> = {
  'where they are needed': (cell, delimiter) =>
    cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  everywhere: (cell) => `"${cell.replaceAll('"', '""')}"`,
  'after a space': (cell) => ` "${cell.replaceAll('"', '""')}"`,
}

/** Every one of them nasty in another way; characters that Windows has, too. */
const PEOPLE = [
  ['ada@example.com', 'Zoë', 'Müller; Söhne, "Maß" | Co', "'=SUM(A1)"],
  ['bob@bücher.example', 'SSob', '', 'two\nlines, "quoted"\n'],
  ['"o neill"@example.com', "O'Neill", 'Ltd\t& Co', "it's"],
  ['<eve@example.com>', '', "'-5", 'ÿ'],
] as const

const READ = [
  {
    email: 'ada@example.com',
    firstName: 'Zoë',
    company: 'Müller; Söhne, "Maß" | Co',
    customFields: { Sign: '=SUM(A1)' },
  },
  { email: 'bob@bücher.example', firstName: 'SSob', customFields: { Sign: 'two\nlines, "quoted"' } },
  { email: '"o neill"@example.com', firstName: "O'Neill", company: 'Ltd & Co', customFields: { Sign: "it's" } },
  { email: 'eve@example.com', company: '-5', customFields: { Sign: 'ÿ' } },
]

const SIZES = [PEOPLE.length, 500] as const

describe.each(Object.entries(ENCODINGS))('a list in %s', (_encoding, encoded) => {
  describe.each(Object.entries(DELIMITERS))('separated by %s', (_name, delimiter) => {
    test.each(Object.entries(QUOTES))('with quotes %s is read whole', async (_where, quoted) => {
      for (const size of SIZES) {
        const people = Array.from({ length: size }, (_, n) => PEOPLE[n % PEOPLE.length] ?? [])
        const lines = [['Email', 'First name', 'Company', 'Sign'], ...people].map((cells) =>
          cells.map((cell) => quoted(cell, delimiter)).join(delimiter),
        )
        const source = inBits('people.csv', encoded(`${lines.join('\r\n')}\r\n`), 4_001)
        const { contacts, leftOut } = await broughtFrom(source)
        expect(leftOut).toEqual([])
        expect(contacts).toEqual(Array.from({ length: size }, (_, n) => READ[n % READ.length]))
      }
    })
  })
})

test('whatever its bytes are a list is read, or refused with advice', async () => {
  const sign = fc.constantFrom(
    '"',
    ',',
    ';',
    '\n',
    '\r',
    'a@b.example',
    ' ',
    '{',
    '}',
    '<',
    ':',
    '\0',
    'é',
    "'",
    'email',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
    fc.array(sign, { maxLength: 60 }).map((signs) => Buffer.from(signs.join(''))),
    fc.array(sign, { maxLength: 60 }).map((signs) => Buffer.from(signs.join(''), 'latin1')),
    fc.array(sign, { maxLength: 60 }).map((signs) => Buffer.from(`\ufeff${signs.join('')}`, 'utf16le')),
  )
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom('x.csv', 'x.txt', 'x.json', 'what you pasted'), async (given, name) => {
      const problem = await problemOf(given, name)
      if (problem === undefined) return
      expect(problem).toBeInstanceOf(InvalidInputError)
      expect(String(problem)).toContain(name)
    }),
    { numRuns: 200 },
  )
})
