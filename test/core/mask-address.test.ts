import { expect, test } from 'vitest'

import { maskAddress, maskAddressesIn } from '../../src/core/mask-address.ts'

test.each([
  ['ada@example.com', 'a…@example.com'],
  ['ab@example.com', 'a…@example.com'],
  ['a@example.com', '…@example.com'],
  ['.a.@example.com', '…@example.com'],
  ['+news@example.com', 'n…@example.com'],
  ['дмитрий@пример.рф', 'д…@пример.рф'],
  ['我@例え.jp', '…@例え.jp'],
  ['e\u0301va@example.com', 'e\u0301…@example.com'],
  ['"john doe"@example.com', 'j…@example.com'],
  ['ada@home@example.com', 'a…@example.com'],
  ['no address', '…'],
])('%s becomes %s', (address, masked) => {
  expect(maskAddress(address)).toBe(masked)
})

test.each([
  ['write to ada@example.com.', 'write to a…@example.com.'],
  ['ada@example.com, bob@x.com;eve@y.com', 'a…@example.com, b…@x.com;e…@y.com'],
  ['Ada <ada@example.com>', 'Ada <a…@example.com>'],
  ['mailto:ada@example.com', 'mailto:a…@example.com'],
  ['https://x.com/?e=ada%40example.com&n=1', 'https://x.com/?e…%40example.com&n=1'],
  ['bounce+ada=example.com@list.example', 'b…@list.example'],
  ['ada＠example.com', 'a…＠example.com'],
  ['“ada@example.com”', 'a…@example.com”'],
  ['ada"@example.com', 'a…@example.com'],
  ['@ada and 3 @ 4', '@ada and 3 @ 4'],
  ['no address', 'no address'],
])('of %j others read %j', (words, masked) => {
  expect(maskAddressesIn(words)).toBe(masked)
})

test('characters that nobody sees do not save an address', () => {
  for (const hidden of ['\u200b', '\u00ad', '\u2060', '\ufeff', '\u202e'])
    for (const written of [`ad${hidden}a@example.com`, `ada${hidden}@example.com`, `ada@${hidden}example.com`])
      expect(maskAddressesIn(written)).toMatch(/^a…@/)
})

test('a long text without an end to its words is read once', () => {
  // Read once for each of its characters, a text of this length would take minutes.
  for (const part of ['a', '"', 'a@', '"a', 'a%40', '"a '])
    expect(maskAddressesIn(part.repeat(100_000))).not.toContain('a@a')
})
