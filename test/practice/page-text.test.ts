import { expect, test } from 'vitest'

import { readBody } from '../../practice/page/panel/body.ts'
import { reuse } from '../../practice/page/reuse.ts'
import { formatDate } from '../../practice/page/text/date.ts'
import { readMrkdwn, readPlain } from '../../practice/page/text/mrkdwn.ts'
import { sizeOf } from '../../practice/page/text/size.ts'
import { completionsOf, examplesOf } from '../../practice/page/workspace/completion.ts'

/** Of one section, its parts in short: `b:bold` for bold text. */
function partsOf(text: string, options?: { readonly verbatim?: boolean }): unknown[] {
  const [section, ...more] = readMrkdwn(text, options).elements
  expect([section?.type, more]).toEqual(['rich_text_section', []])
  return section?.elements.map((part) => ('style' in part || part.type !== 'text' ? part : part.text)) ?? []
}

test.each<[text: string, parts: unknown[]]>([
  ['plain', ['plain']],
  ['*bold*', [{ type: 'text', text: 'bold', style: { bold: true } }]],
  ['a *b* c', ['a ', { type: 'text', text: 'b', style: { bold: true } }, ' c']],
  ['_*both*_', [{ type: 'text', text: 'both', style: { italic: true, bold: true } }]],
  ['~gone~', [{ type: 'text', text: 'gone', style: { strike: true } }]],
  ['`a*b* &lt;`', [{ type: 'text', text: 'a*b* <', style: { code: true } }]],
  ['snake_case_name', ['snake_case_name']],
  ['2 * 3 * 4', ['2 * 3 * 4']],
  ['a_b_ c', ['a_b_ c']],
  ['*not\nbold*', ['*not\nbold*']],
  ['&lt;!channel&gt; &amp;amp;', ['<!channel> &amp;']],
  ['<!here>', [{ type: 'broadcast', range: 'here' }]],
  ['<@U1|ada> <#C1>', [{ type: 'user', user_id: 'U1' }, ' ', { type: 'channel', channel_id: 'C1' }]],
  [
    '<https://a.example/?x=1&amp;y=2|A &lt;b&gt;>',
    [{ type: 'link', url: 'https://a.example/?x=1&y=2', text: 'A <b>' }],
  ],
  ['<mailto:a@b.example|a@b.example>', [{ type: 'link', url: 'mailto:a@b.example', text: 'a@b.example' }]],
  ['<javascript:alert(1)|x>', ['<javascript:alert(1)|x>']],
  [
    '<!date^1790000000^{date_short_pretty} {time}|then>',
    [{ type: 'date', timestamp: 1790000000, format: '{date_short_pretty} {time}' }],
  ],
  ['go :tada:!', ['go ', { type: 'emoji', name: 'tada' }, '!']],
  ['at 10:24:30', ['at 10:24:30']],
  ['see https://a.example/b.', ['see ', { type: 'link', url: 'https://a.example/b' }, '.']],
])('%j is read as Slack reads it', (text, parts) => {
  expect(partsOf(text)).toEqual(parts)
})

test('makes no link of a bare address that is to stay as it is, but keeps other mark-up', () => {
  const bold = { type: 'text', text: 'b', style: { bold: true } }
  expect(partsOf('https://a.example *b*', { verbatim: true })).toEqual(['https://a.example', ' ', bold])
})

test('sets quotations and code apart', () => {
  const { elements } = readMrkdwn('before\n&gt; one\n>two\nafter\n```\nx *y*\n```')
  expect(elements.map(({ type, elements: parts }) => [type, parts])).toEqual([
    ['rich_text_section', [{ type: 'text', text: 'before' }]],
    ['rich_text_quote', [{ type: 'text', text: 'one\ntwo' }]],
    ['rich_text_section', [{ type: 'text', text: 'after\n' }]],
    ['rich_text_preformatted', [{ type: 'text', text: 'x *y*' }]],
  ])
})

test('reads nothing but emoji in plain text, and not even that where it is off', () => {
  const parts = (emoji: boolean) => readPlain('*a* :tada: &amp;', { emoji }).elements[0]?.elements
  expect(parts(true)).toEqual([
    { type: 'text', text: '*a* ' },
    { type: 'emoji', name: 'tada' },
    { type: 'text', text: ' &amp;' },
  ])
  expect(parts(false)).toEqual([{ type: 'text', text: '*a* :tada: &amp;' }])
})

test.each([
  [0, 'Today'],
  [-1, 'Yesterday'],
  [1, 'Tomorrow'],
])('calls a day %d days from now %s', (days, words) => {
  const now = new Date(2026, 10, 22, 23, 59)
  const at = new Date(2026, 10, 22 + days, 0, 1)
  expect(formatDate(at.getTime() / 1000, '{date_short_pretty}', now.getTime())).toBe(words)
})

test('writes dates in the form that was asked for, and leaves what it does not know', () => {
  const at = new Date(2026, 0, 5, 9, 7, 3)
  expect(formatDate(at.getTime() / 1000, '{date_num} at {time} {moon}')).toMatch(
    /^2026-01-05 at 0?9:07(\sAM)? \{moon\}$/,
  )
  expect(formatDate(at.getTime() / 1000, '{ago}', at.getTime() + 3 * 3_600_000)).toBe('3 hours ago')
})

test('keeps the parts of a state that did not change, so that they are not drawn again', () => {
  const before = { a: [{ x: 1 }, { y: [2] }], b: 'same' }
  const after = reuse(before, { a: [{ x: 1 }, { y: [2, 3] }], b: 'same' })
  expect(after).toEqual({ a: [{ x: 1 }, { y: [2, 3] }], b: 'same' })
  expect(after.a[0]).toBe(before.a[0])
  expect(after.a[1]).not.toBe(before.a[1])
  expect(reuse(before, structuredClone(before))).toBe(before)
  expect(reuse({ a: 1, gone: 2 }, { a: 1 })).toEqual({ a: 1 })
  expect(reuse([1, 2, 3], [1, 2])).toEqual([1, 2])
})

const COMMANDS = [
  {
    ...{ command: '/crm', description: 'Look up' },
    usageHint: 'ada@example.com | lookup Ada Lovelace | search ada tag:vip | help',
  },
]

test.each([
  ['', []],
  ['hello', []],
  ['/', ['/crm ']],
  ['/x', []],
  ['/crm ', ['/crm ada@example.com', '/crm lookup Ada Lovelace', '/crm search ada tag:vip', '/crm help']],
  ['/CRM L', ['/crm lookup Ada Lovelace']],
  ['/crm help', []],
  ['/crm stats', []],
])('proposes after %j', (typed, texts) => {
  expect(completionsOf(typed, COMMANDS).map(({ text }) => text)).toEqual(texts)
})

test('proposes to try it on somebody who exists', () => {
  const contact = { email: 'li@lumen.example', name: 'Li Wei' }
  expect(examplesOf(COMMANDS, contact)).toEqual([
    ...['/crm li@lumen.example', '/crm lookup Li Wei', '/crm search li', '/crm help'],
  ])
  expect(examplesOf(COMMANDS, undefined)).toEqual([
    ...['/crm ada@example.com', '/crm lookup Ada Lovelace', '/crm search ada tag:vip', '/crm help'],
  ])
  expect(examplesOf([], contact)).toEqual([])
})

test('shows a form field by field, with JSON in it laid out', () => {
  const form = 'application/x-www-form-urlencoded; charset=utf-8'
  expect(readBody('a=1&payload=%7B%22b%22%3A%5B2%5D%7D&c=%7Bno', form)).toEqual([
    { name: '', text: 'a: 1\nc: {no' },
    { name: 'payload', text: '{\n  "b": [\n    2\n  ]\n}' },
  ])
  expect(readBody('{"a":1}', 'application/json')).toEqual([{ name: '', text: '{\n  "a": 1\n}' }])
  expect(readBody('', '')).toEqual([{ name: '', text: '(empty)' }])
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KB'],
  [10 * 1024 * 1024, '10 MB'],
])('writes %d bytes as %s', (bytes, words) => {
  expect(sizeOf(bytes)).toBe(words)
})
