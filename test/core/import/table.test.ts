import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../../src/core/errors.ts'
import { inspect } from '../../../src/core/import/read.ts'
import { sourceOf } from '../../../src/core/import/source.ts'
import { rowsOf, type TableRow } from '../../../src/core/import/table.ts'
import { guarded, unguarded } from '../../../src/core/spreadsheet-cell.ts'
import { brought, inBits, problemOf } from './support.ts'

async function cellsOf(text: Uint8Array | string, delimiter = ',', encoding = 'utf-8' as const): Promise<string[][]> {
  const rows: TableRow[][] = await Array.fromAsync(rowsOf(sourceOf('people.csv', text), { encoding, delimiter }))
  return rows.flat().map(({ cells }) => [...cells])
}

describe('what a spreadsheet would calculate', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+44 20', "'+44 20"],
    ['-', "'-"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['\t=1', "'\t=1"],
    ['\r\n', "'\r\n"],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠1', "'＠1"],
    ["'=1", "''=1"],
    ["'tis", "'tis"],
    ["O'Neill", "O'Neill"],
    ['a=b', 'a=b'],
    ['', ''],
  ])('%j is written as %j, and read back', (cell, written) => {
    expect(guarded(cell)).toBe(written)
    expect(unguarded(written)).toBe(cell)
  })

  test('never begins a cell that was written, and every cell comes back', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom("'", '=', '+', '-', '@', ' ', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠', 'a'),
      }),
    )
    fc.assert(
      fc.property(cell, (text) => {
        expect(guarded(text)).not.toMatch(/^ *[=+\-@\t\r\n\0＝＋－＠]/)
        expect(unguarded(guarded(text))).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })
})

test('any table that is written by the rules is read as it was, in pieces of any size', async () => {
  const letter = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('"', ',', ';', '\t', '|', '\n', '\r', ' ', "'", '=', '+', '@', '-', '＝') },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  )
  // No cell holds NUL: no database that we write to does.
  const cell = fc
    .array(letter, { maxLength: 12 })
    .map((letters) => letters.join('').replaceAll('\0', '').toWellFormed())
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }))
  const quoted = (value: string) => `"${guarded(value).replaceAll('"', '""')}"`
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\r\n', '\n', '\r'),
      fc.integer({ min: 1, max: 40 }),
      async (rows, delimiter, ending, size) => {
        const text = rows.map((cells) => cells.map(quoted).join(delimiter) + ending).join('')
        const read = rowsOf(inBits('people.csv', text, size), { encoding: 'utf-8', delimiter })
        expect((await Array.fromAsync(read)).flat().map(({ cells }) => cells)).toEqual(
          // A row without a word in it is no row.
          rows.filter((cells) => cells.some((value) => value.trim() !== '')),
        )
      },
    ),
    { numRuns: 400 },
  )
})

test('a cell may begin with a quote of its own and have several lines', async () => {
  const rows = [
    ['email', 'note'],
    ['ada@example.com', '"To be", she said,\nor not'],
    ['bob@example.com', '"'],
    ['eve@example.com', '"\n"'],
  ]
  const text = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n')
  expect(await cellsOf(`${text}\n`)).toEqual(rows)
})

describe('quotes that nobody meant', () => {
  test('in the middle of a cell are part of it', async () => {
    expect(await cellsOf('a@x.example,Ada "the" Engine\nb@x.example,3" pipes\nc@x.example,"Bob" Byron\n')).toEqual([
      ['a@x.example', 'Ada "the" Engine'],
      ['b@x.example', '3" pipes'],
      ['c@x.example', '"Bob" Byron'],
    ])
  })

  test.each([
    ['that swallow a row up to the next quote', 'email,name\na@x.example,"A\nb@x.example,"B"\nc@x.example,C\n', 2, 2],
    ['that swallow the rest', 'email,name\na@x.example,A\nb@x.example,"B\nc@x.example,C\n', 3, 2],
    ['after others that are borne', 'email,name\na@x.example,"A" x\nb@x.example,"B\nc@x.example,"C"\n', 3, 2],
  ])('%s end the reading at their row and column', async (_what, text, row, column) => {
    const problem = await problemOf(text)
    expect(problem).toBeInstanceOf(InvalidInputError)
    expect(String(problem)).toContain(`from row ${row}, column ${column} on: a quote there is not closed`)
  })
})

describe('the delimiter', () => {
  test('is what Excel says it is, in a line that is no row', async () => {
    const { contacts } = await brought('sep=;\r\nemail;name\r\nada@example.com;"Lovelace, Ada"\r\n')
    expect(contacts).toEqual([{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }])
    expect(await brought('sep=^\nemail^company\nada@example.com^Acme\nnobody^x\n')).toMatchObject({
      contacts: [{ email: 'ada@example.com', company: 'Acme' }],
      leftOut: ['row 3 (nobody): this is not an e-mail address'],
    })
  })

  test.each([
    ['email;company\n;"a, b, c"\n;"d, e, f"\n', ';'],
    ['email|note\n|"x;y;z"\n', '|'],
    ['name\temail\nLovelace, Ada\t\n', '\t'],
    ['name,email\n"a;b;c;d;e",\n', ','],
    // Nor where addresses mislead.
    [
      'email,first name,company\na@d.example; a2@d.example,Ada,Acme\nb@d.example; b2@d.example,Bob,Acme\nc@d.example,Cid,Acme\n',
      ',',
    ],
    ['email;tags\na@x.example;a@y.example,b@y.example,c@y.example\n', ';'],
  ])('of %j is found where no address tells it', async (text, delimiter) => {
    expect(await inspect(sourceOf('people.csv', text))).toMatchObject({ delimiter })
  })
})

describe('a table that ends in the middle', () => {
  const whole = 'email,name,company\na@x.example,A,X\nb@x.example,B,X\nc@x.example,C,X\n'

  test('of a row is not taken for a whole one', async () => {
    expect(String(await problemOf(`${whole}d@x.exam`))).toMatch(
      /people\.csv ends in the middle of row 5: after column 1 of 3 there is nothing/,
    )
    expect(String(await problemOf(`${whole}d@x.example,"D`))).toMatch(/from row 5, column 2 on: a quote/)
  })

  test('is whole where its rows differ in length, or its last row is ended', async () => {
    expect(await problemOf(`${whole}d@x.example\n`)).toBeUndefined()
    expect(await problemOf(`${whole}d@x.example,D,X`)).toBeUndefined()
    expect(await problemOf('email,name\na@x.example\nb@x.example,B\nc@x.example,C\nd@x.example')).toBeUndefined()
    expect(await problemOf('email,name\na@x.example,A\nb@x.example')).toBeUndefined()
  })
})

describe('a table that is larger than any list', () => {
  test('in its columns is refused with the row', async () => {
    expect(String(await problemOf(`email\nada@example.com${',x'.repeat(10_000)}\n`))).toMatch(
      /Row 2 of people\.csv has 10,001 columns, and at most 200 are read/,
    )
    expect(String(await problemOf(`${'a,'.repeat(9_999)}email\n`))).toMatch(/Row 1 of people\.csv has 10,000 columns/)
  })

  test('in one cell is refused with the row', async () => {
    const cell = `email,name,note\nada@example.com,Ada,"${'x'.repeat(5_000_000)}"\nbob@example.com,Bob,\n`
    expect(String(await problemOf(cell))).toMatch(/from row 2, column 3 on: the row is larger than 1 MB/)
  })

  test('behind a quote ends the reading, wherever it closes', async () => {
    const swallowed = `email,name\nada@example.com,"Ada\n${'x,y\n'.repeat(300_000)}"\nbob@example.com,Bob\n`
    expect(String(await problemOf(swallowed))).toMatch(/from row 2, column 2 on: .*quote/)
  })

  test('in nothing but separators is refused before it fills the memory', async () => {
    async function* separators() {
      yield Buffer.from('email\nada@example.com')
      for (;;) yield Buffer.from(','.repeat(60_000))
    }
    const rows = rowsOf({ name: 'people.csv', bytes: separators }, { encoding: 'utf-8', delimiter: ',' })
    await expect(Array.fromAsync(rows)).rejects.toThrow(/from row 2 on: the row is larger than 1 MB/)
  })

  test('in its rows is refused', async () => {
    async function* many() {
      const thousand = Buffer.from('a\n'.repeat(32_000))
      for (let n = 0; n < 63; n += 1) yield thousand
    }
    const rows = rowsOf({ name: 'people.csv', bytes: many }, { encoding: 'utf-8', delimiter: ',' })
    let count = 0
    await expect(async () => {
      for await (const batch of rows) count += batch.length
    }).rejects.toThrow('people.csv lists more than 2,000,000 people. Split it, and import the parts.')
    expect(count).toBeLessThanOrEqual(2_000_001)
  })
})
