import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../../src/core/errors.ts'
import { surveyOf } from '../../../src/core/import/encoding.ts'
import { brought, broughtFrom, inBits, problemOf } from './support.ts'

const csv = 'email,first name\nzoe@example.com,Zoë 👋\n'

function big(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

describe('the characters of a list', () => {
  test.each<[encoding: string, bytes: Buffer]>([
    ['UTF-8', Buffer.from(csv)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${csv}`)],
    ['UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['big-endian UTF-16', big(`\ufeff${csv}`)],
    ['UTF-16 without a mark', Buffer.from(csv, 'utf16le')],
    ['big-endian UTF-16 without a mark', big(csv)],
  ])('are read in %s, in pieces of any size', async (_encoding, bytes) => {
    for (const size of [1, 2, 3, 5, 1000]) {
      expect(await broughtFrom(inBits('people.csv', bytes, size))).toEqual({
        contacts: [{ email: 'zoe@example.com', firstName: 'Zoë 👋' }],
        leftOut: [],
      })
    }
  })

  test('of Windows are those of Windows and not of Latin-1, and that is said', async () => {
    const bytes = Buffer.from('email,company\nada@example.com,Ada\x92s Caf\xe9 \x80\n', 'latin1')
    expect(await brought(bytes)).toEqual({
      contacts: [{ email: 'ada@example.com', company: 'Ada’s Café €' }],
      leftOut: [],
      warnings: ['people.csv is not UTF-8, so it is read as Windows-1252. Look whether accents are right.'],
    })
  })

  test('of Windows may by chance look like UTF-8, which is said', async () => {
    const bytes = Buffer.from(`email,company\na@x.example,CAF\xc9\xae ${'\xe9 '.repeat(20)}\n`, 'latin1')
    expect((await brought(bytes)).warnings).toEqual([expect.stringContaining('Some of it looks like UTF-8.')])
  })
})

test('what is UTF-8 is found out as everybody finds it', async () => {
  const byte = fc.oneof(
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.constantFrom(0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xc3, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff),
  )
  const bytes = fc
    .oneof(
      fc.array(byte, { maxLength: 20 }).map((list) => Buffer.from(list)),
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text.replaceAll('\0', ''))),
    )
    .map((rest) => Buffer.concat([Buffer.from('email,x\na@x.example,'), rest, Buffer.from('\n')]))
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 3, max: 15 }), async (content, size) => {
      const isUtf8 = content.equals(Buffer.from(content.toString('utf8')))
      const found = await surveyOf(inBits('people.csv', content, size)).then(
        ({ encoding, flaw }) => flaw?.kind ?? encoding,
        // Control characters make a file no text, whatever its encoding.
        (error: unknown) => (String(error).includes('is not text') ? 'not text' : String(error)),
      )
      expect(isUtf8 ? ['utf-8', 'not text'] : ['windows-1252', 'mixed', 'cut', 'not text']).toContain(found)
    }),
    { numRuns: 150 },
  )
})

test.each([
  ['c280', true],
  ['e0a080', true],
  ['ed9fbf', true],
  ['f0908080', true],
  ['f48fbfbf', true],
  ['c080', false],
  ['e09fbf', false],
  ['eda080', false],
  ['f08fbfbf', false],
  ['f4908080', false],
  ['f5808080', false],
  ['80', false],
])('the bytes %s are UTF-8: %s', async (hex, isUtf8) => {
  const bytes = Buffer.concat([Buffer.from('email,x\na@x.example,'), Buffer.from(hex, 'hex'), Buffer.from('\n')])
  const { encoding, flaw } = await surveyOf(inBits('people.csv', bytes, 2))
  expect(encoding === 'utf-8' && flaw === null).toBe(isUtf8)
})

describe('bytes that are no text of one kind are refused with their row and column', () => {
  const latin = (text: string) => Buffer.from(text, 'latin1')

  test.each<[what: string, bytes: Buffer, problem: string]>([
    [
      'another encoding in one row',
      Buffer.concat([Buffer.from('email,name\na@x.example,Zoë\nb@x.example,'), latin('Ren\xe9\n')]),
      'Row 3, column 2 of people.csv is written in another encoding than the rest.',
    ],
    [
      'another encoding than the mark says',
      Buffer.concat([Buffer.from('\ufeffemail,name\na@x.example,"A,\nB"\n'), latin('b\xe9@x.example,\n')]),
      'Row 3, column 1 of people.csv is written in another encoding than the rest.',
    ],
    [
      'UTF-8 among Windows-1252',
      Buffer.concat([latin('email,name\na@x.example,\xe9 \xe8 \xe0\nb@x.example,"'), Buffer.from('Zoë"\n')]),
      'Row 3, column 2 of people.csv is written in another encoding than the rest.',
    ],
    ['a NUL', latin('email;name\na@x.example;A\0\n'), 'Row 2, column 2 of people.csv holds a NUL character'],
    [
      'a NUL in UTF-16',
      Buffer.from('\ufeffemail;name\na@x.example;Zoë\nb@x.example;B\0\n', 'utf16le'),
      'Row 3, column 2 of people.csv holds a NUL character',
    ],
    [
      'half a character at the end',
      Buffer.concat([Buffer.from('email,name\na@x.example,Zoë\nb@x.example,B'), latin('\xc3')]),
      'Row 3, column 2 of people.csv ends in the middle of a character: the file was cut off.',
    ],
    [
      'half a character at the end of UTF-16',
      Buffer.from('\ufeffemail,name\na@x.example,A\nb@x.example,Bo', 'utf16le').subarray(0, -1),
      'Row 3, column 2 of people.csv ends in the middle of a character',
    ],
  ])('%s', async (_what, bytes, problem) => {
    const error = await problemOf(bytes)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(String(error)).toContain(problem)
    expect(String(error)).toContain('Export it again as CSV in UTF-8, and import that.')
  })

  test('in JSON with the line', async () => {
    const bytes = Buffer.from('{\n"a@x.example": {"first_name": "A\0"}}\n')
    expect(String(await problemOf(bytes, 'contacts.json'))).toContain('Line 2 of contacts.json holds a NUL character')
  })
})

describe('what is no list of people', () => {
  test.each<[name: string, bytes: Uint8Array | string, advice: RegExp]>([
    ['people.xlsx', 'PK\x03\x04rest', /^people\.xlsx is a workbook .* Save it as CSV/],
    ['people.csv', 'PK\x03\x04rest', /^people\.csv is a workbook .* Save it as CSV/],
    ['people.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /workbook of an old Excel/],
    ['people.pdf', '%PDF-1.7', /is a PDF/],
    ['people.csv.gz', Buffer.from('1f8b0800', 'hex'), /is compressed/],
    ['people.7z', Buffer.from('377abcaf271c', 'hex'), /is an archive/],
    ['people.png', Buffer.from('89504e470d0a1a0a0000', 'hex'), /is a picture/],
    ['people.rtf', '{\\rtf1\\ansi ada@example.com}', /is a text document with formats/],
    ['people.bin', Buffer.from('0102030405060708090a0b0c', 'hex'), /is not text/],
    ['people.csv', '<!DOCTYPE html><html><p>Not here', /is a web page/],
    ['people.csv', ' <html lang="en">', /is a web page/],
    ['people.csv', '<!doctype html><form><input name=p type="password">', /is a sign-in page/],
    ['people.vcf', 'BEGIN:VCARD\nEND:VCARD', /vCards/],
    ['people.csv', '', /^people\.csv is empty/],
    ['people.csv', ' \n ', /is empty/],
    ['people.csv', 'email,name\n', /^people\.csv lists nobody/],
    ['people.csv', 'name,phone\nAda,1', /^No column of people\.csv holds e-mail addresses/],
    ['people.json', '{"ada@example.com":', /^people\.json cannot be read as JSON/],
    ['people.json', '[{"email":"ada@example.com"}]', /keyed by address/],
    ['people.csv', '[{"email":"ada@example.com"}]', /keyed by address/],
  ])('%s of %j is refused with what to do', async (name, content, advice) => {
    const error = await problemOf(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, name)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(String(error).replace('InvalidInputError: ', '')).toMatch(advice)
  })
})

test.each([
  ['people.json', 'email,name\nada@example.com,Ada\n', 'people.json is not JSON, so it is read as a table.'],
  ['people.csv', '{"ada@example.com":{"first_name":"Ada"}}', 'people.csv is JSON, and read as that.'],
])('%s with a wrong ending is read as what it is, which is said', async (name, text, warning) => {
  expect(await brought(text, name)).toEqual({
    contacts: [{ email: 'ada@example.com', firstName: 'Ada' }],
    leftOut: [],
    warnings: [warning],
  })
})
