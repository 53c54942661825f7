import { expect, test } from 'vitest'

import { nameKeys, splitName } from '../../src/core/name.ts'

test.each<[name: string, first: string | null, last: string | null]>([
  ['Ada', 'Ada', null],
  ['Ada Lovelace', 'Ada', 'Lovelace'],
  ['Lovelace, Ada', 'Ada', 'Lovelace'],
  ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
  ['Jane Doe, MBA', 'Jane', 'Doe, MBA'],
  ['Jane Doe, mba', 'Jane', 'Doe, mba'],
  ['Jane Doe, Ph.D.', 'Jane', 'Doe, Ph.D.'],
  ['Jane Doe, PhD, CPA', 'Jane', 'Doe, PhD, CPA'],
  ['Jane Doe, MBA PMP', 'Jane', 'Doe, MBA PMP'],
  ['Jane Doe, MA', 'Jane', 'Doe, MA'],
  ['John Smith, Jr.', 'John', 'Smith, Jr.'],
  ['John Smith, III', 'John', 'Smith, III'],
  ['John Smith Jr.', 'John', 'Smith Jr.'],
  ['Ludwig van Beethoven, Dipl.-Ing.', 'Ludwig', 'van Beethoven, Dipl.-Ing.'],
  ['Doe, Jane, MBA', 'Jane', 'Doe, MBA'],
  ['Doe, MBA', null, 'Doe, MBA'],
  // Names, too.
  ['Nguyen, Ba', 'Ba', 'Nguyen'],
  ['Yo-Yo Ma', 'Yo-Yo', 'Ma'],
  ['LI, MA', 'MA', 'LI'],
  ['Doe, Esther', 'Esther', 'Doe'],
])('%s is %s and %s', (name, firstName, lastName) => {
  expect(splitName(name)).toEqual({ firstName, lastName })
})

test('what names are found by fits into an index, whatever is folded', () => {
  // One sign that is eighteen letters when it is folded, and one that is two units of UTF-16.
  for (const sign of ['\ufdfa', '\u{1f600}', 'x', 'Ǆ']) {
    const { nameKey, surnameKey } = nameKeys(sign.repeat(6001), `a${sign.repeat(6000)}`)
    for (const key of [nameKey, surnameKey]) {
      expect(Buffer.byteLength(key ?? '')).toBeLessThanOrEqual(2600)
      expect(key?.isWellFormed()).toBe(true)
    }
  }
})
