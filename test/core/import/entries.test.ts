import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textOf } from '../../../src/core/import/encoding.ts'
import { entriesOf } from '../../../src/core/import/entries.ts'
import { brought, inBits, problemOf } from './support.ts'

async function entries(text: string, size = 5): Promise<[key: string, value: unknown][]> {
  const read = await Array.fromAsync(entriesOf('contacts.json', textOf(inBits('contacts.json', text, size), 'utf-8')))
  expect(read.map(({ number }) => number)).toEqual(read.map((_, index) => index + 1))
  return read.map(({ key, value }) => [key, value])
}

test('an object is read entry by entry as the whole would be', async () => {
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { maxKeys: 6 })
  await fc.assert(
    fc.asyncProperty(object, fc.boolean(), fc.integer({ min: 1, max: 30 }), async (value, isIndented, size) => {
      const text = JSON.stringify(value, null, isIndented ? 2 : 0)
      expect(await entries(text, size)).toEqual(Object.entries(JSON.parse(text)))
    }),
    { numRuns: 150 },
  )
})

test('what is not JSON is refused as the whole would be', async () => {
  const text = fc
    .array(fc.constantFrom('{', '}', '[', ']', '"a"', '"', '\\', ':', ',', '1', ' ', 'null'), { maxLength: 12 })
    .map((parts) => `{${parts.join('')}`)
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      if (isParsed(written)) expect(await entries(written)).toBeDefined()
      else await expect(entries(written)).rejects.toThrow('contacts.json')
    }),
    { numRuns: 400 },
  )
})

function isParsed(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('an object that is not whole', () => {
  test.each([
    ['{"a@x.example":{},"b@x.example":{"first', 'it ends in the middle of entry 2'],
    ['{"a@x.example":{}', 'it ends in the middle of entry 1'],
    ['{"a@x.example":{},', 'it ends in the middle of entry 2'],
    ['{', 'it ends in the middle of entry 1'],
    ['{"a@x.example":{},"b@x.example":{]}', 'from entry 2 on'],
    ['{"a@x.example":{},}', 'from entry 2 on'],
    ['{"a@x.example":{}} {"b@x.example":{}}', 'goes on after the end of its object'],
  ])('%s is refused with the entry', async (text, problem) => {
    expect(String(await problemOf(text, 'contacts.json'))).toContain(problem)
  })
})

test('interchange JSON is read entry by entry', async () => {
  const json = JSON.stringify({ 'ada@example.com': { first_name: 'Ada', tags: ['vip'] }, adda: {} })
  expect(await brought(json, 'contacts.json')).toEqual({
    contacts: [{ email: 'ada@example.com', firstName: 'Ada', tags: ['vip'] }],
    leftOut: ['entry 2 (adda): email: "adda" is not an address'],
  })
})

test('the export of an empty CRM brings in nobody, and is no mistake', async () => {
  expect(await brought('{}', 'contacts.json')).toEqual({ contacts: [], leftOut: [] })
})
