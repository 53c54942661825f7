import fc from 'fast-check'
import { expect, test } from 'vitest'

import { findMailboxes, parseMailbox } from '../../src/core/mailbox.ts'
import { splitName } from '../../src/core/name.ts'
import { parseTags, tagsOf } from '../../src/core/tags.ts'

test.each<[name: string, first: string | null, last: string | null]>([
  ['Ada Lovelace', 'Ada', 'Lovelace'],
  ['  Ada   Lovelace ', 'Ada', 'Lovelace'],
  ['Lovelace, Ada', 'Ada', 'Lovelace'],
  ['Ada', 'Ada', null],
  ['Ada Augusta King', 'Ada Augusta', 'King'],
  ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
  ['Maria de la Cruz', 'Maria', 'de la Cruz'],
  ['Van Morrison', 'Van', 'Morrison'],
  ['van Beethoven, Ludwig', 'Ludwig', 'van Beethoven'],
  ['Lovelace,', 'Lovelace', null],
  ['', null, null],
])('%j is the first name %j and the last name %j', (name, firstName, lastName) => {
  expect(splitName(name)).toEqual({ firstName, lastName })
})

test.each<[text: string, tags: string[]]>([
  ['vip, conference', ['vip', 'conference']],
  ['#vip; "spring launch"', ['vip', 'spring launch']],
  ['* friends ::: * myContacts', ['friends', 'myContacts']],
  ['VIP, vip, Vip', ['VIP']],
  [' ,; ', []],
  ['x'.repeat(300), ['x'.repeat(100)]],
  [`${'x'.repeat(99)} "y"`, ['x'.repeat(99)]],
])('%j are the tags %j', (text, tags) => {
  expect(parseTags(text)).toEqual(tags)
})

test('tags read as themselves, or an export would not come back as it was', () => {
  const odd = fc.constantFrom('a', ' ', '"', '#', '’', ',', '\0', '\u{1f600}', '\ud83d')
  const long = fc.string({ unit: fc.constantFrom('a', ' ', '"', '’', '\u{1f600}'), minLength: 100, maxLength: 120 })
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: odd }), long)), (fields) => {
      const tags = tagsOf(fields)
      expect(tagsOf(tags)).toEqual(tags)
    }),
  )
  expect(tagsOf(['', 'a, b', ' x ', 'B'])).toEqual(['a', 'b', 'x'])
})

test.each<[text: string, name: string | null]>([
  ['ada@example.com', null],
  ['Ada Lovelace <ada@example.com>', 'Ada Lovelace'],
  ['"Lovelace, Ada" <ada@example.com>', 'Ada Lovelace'],
  ['<mailto:ada@example.com|ada@example.com>', null],
  ['ada@example.com <ada@example.com>', null],
])('%j is an address with the name %j', (text, name) => {
  const { email, firstName, lastName } = parseMailbox(text) ?? {}
  expect(email).toBe('ada@example.com')
  expect([firstName, lastName].filter(Boolean).join(' ') || null).toBe(name)
})

function found(text: string): string[] {
  return [...findMailboxes(text)].map(({ line, text: written, mailbox }) => {
    const who = mailbox && [mailbox.firstName, mailbox.lastName, mailbox.email].filter(Boolean).join(' ')
    return `${line}: ${who ?? `not ${written}`}`
  })
}

test.each<[pasted: string, found: string[]]>([
  ['ada@example.com\nbob@example.com', ['1: ada@example.com', '2: bob@example.com']],
  [
    'ada@example.com, bob@example.com;eve@example.com',
    ['1: ada@example.com', '1: bob@example.com', '1: eve@example.com'],
  ],
  ['ada@example.com bob@example.com', ['1: ada@example.com', '1: bob@example.com']],
  [
    'Ada Lovelace <ada@example.com>, Bob <bob@example.com>',
    ['1: Ada Lovelace ada@example.com', '1: Bob bob@example.com'],
  ],
  [
    'Lovelace, Ada <ada@example.com>; Byron, Bob <bob@example.com>',
    ['1: Ada Lovelace ada@example.com', '1: Bob Byron bob@example.com'],
  ],
  ['ada@example.com, Bob <bob@example.com>', ['1: ada@example.com', '1: Bob bob@example.com']],
  ['<mailto:ada@example.com|ada@example.com>', ['1: ada@example.com']],
  ['- “ada@example.com”,', ['1: ada@example.com']],
  ['(ada@example.com)', ['1: ada@example.com']],
  ['Ada <ada@example.com', ['1: ada@example.com']],
  [
    'ada@example.com\r\n\r\nnobody here\r\nada@@example.com',
    ['1: ada@example.com', '3: not nobody here', '4: not ada@@example.com'],
  ],
  ['Ada <not an address>', ['1: not Ada <not an address>']],
  ['', []],
])('in %j there is %j', (pasted, expected) => {
  expect(found(pasted)).toEqual(expected)
})

test('finds every address of a list, however it is separated', () => {
  const address = fc.nat(9999).map((n) => `person${n}@example.com`)
  const separator = fc.constantFrom(', ', ';', '\n', '\r\n', '\t', ' | ', ' ')
  fc.assert(
    fc.property(fc.array(fc.tuple(address, separator), { maxLength: 30 }), (list) => {
      const text = list.map(([email, between]) => email + between).join('')
      expect([...findMailboxes(text)].map(({ mailbox }) => mailbox?.email)).toEqual(list.map(([email]) => email))
    }),
  )
})

test('reads any text, in a time that grows with it', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => void [...findMailboxes(text)]))
  expect([...findMailboxes('a'.repeat(2_000_000))]).toHaveLength(1)
  expect([...findMailboxes('<'.repeat(2_000_000))]).toHaveLength(1)
})
