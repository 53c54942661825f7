import { expect, test } from 'vitest'

import { addressKey, domainOf, parseAddress } from '../../src/core/address.ts'

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['mailto:ada@example.com', 'ada@example.com'],
  ['mailto:ada@example.com?subject=Hi', 'ada@example.com'],
  ['<mailto:ada@example.com|ada@example.com>', 'ada@example.com'],
  ['<ada@example.com>', 'ada@example.com'],
  ['Ada Lovelace <Ada@Example.com>', 'Ada@Example.com'],
  ['"Lovelace, Ada" <ada@example.com>', 'ada@example.com'],
  ['“ada@example.com”', 'ada@example.com'],
  ["'ada@example.com',", 'ada@example.com'],
  ['ada@example.com;', 'ada@example.com'],
  ['ada@example.com.', 'ada@example.com'],
  ['\u00a0ada@example.com\u200b ', 'ada@example.com'],
  ['&lt;ada@example.com&gt;', 'ada@example.com'],
  ['ada+news@example.com', 'ada+news@example.com'],
  ['"ada lovelace"@example.com', '"ada lovelace"@example.com'],
  ["o'brien@example.com", "o'brien@example.com"],
  ['jürgen@bücher.example', 'jürgen@bücher.example'],
])('reads the address in %j', (text, address) => {
  expect(parseAddress(text)).toBe(address)
})

test.each([
  '',
  'ada',
  'ada@',
  '@example.com',
  'ada example.com',
  'a@b@c.example',
  'Ada Lovelace',
  'x@exa mple.com',
  `${'a'.repeat(3000)}@example.com`,
])('finds no address in %j', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})

test('two spellings of an address are one person, two addresses are not', () => {
  expect(addressKey('Ada@EXAMPLE.com')).toBe(addressKey('ada@example.com'))
  expect(addressKey('ada@bücher.example')).toBe(addressKey('ada@XN--BCHER-KVA.example'))
  expect(addressKey('ada+x@example.com')).not.toBe(addressKey('ada@example.com'))
  expect(domainOf('Ada@Bücher.Example')).toBe('xn--bcher-kva.example')
})
