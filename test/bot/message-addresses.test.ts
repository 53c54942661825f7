import { expect, test } from 'vitest'

import { addressesIn } from '../../src/bot/message-addresses.ts'

test.each<[text: string, found: readonly string[]]>([
  ['Ask <mailto:ada@example.com|ada@example.com>, please', ['ada@example.com']],
  [
    'Ask ada@example.com, BOB@example.com; or (eve@example.co.uk).',
    ['ada@example.com', 'BOB@example.com', 'eve@example.co.uk'],
  ],
  ['ada@example.com and Ada@Example.com are one', ['ada@example.com']],
  [
    "'ada@example.com' “bob@example.com” *eve@example.com* _z@example.com_",
    ['ada@example.com', 'bob@example.com', 'eve@example.com', 'z@example.com'],
  ],
  ["o'brien+news@example.com", ["o'brien+news@example.com"]],
  ['r&amp;d@example.com', ['r&d@example.com']],
  ['&lt;ada@example.com&gt;', ['ada@example.com']],
  ['<https://x.example/?to=ada@example.com|here>', ['ada@example.com']],
  ['<https://user@host.example/path> https://user:word@host.example', []],
  ['jürgen@bücher.example', ['jürgen@bücher.example']],
  ['a@xn--bcher-kva.example', ['a@xn--bcher-kva.example']],
  ['ada@work, @ada, a@b, <@U0ADA>, ada@1.2, ada@@example.com, ada@exa_mple.com', []],
  ['', []],
])('of %j finds %j', (text, found) => {
  expect(addressesIn({ text })).toEqual(found)
})

test('looks into blocks and attachments, where apps write', () => {
  const blocks = [
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Ask ' },
            { type: 'link', url: 'mailto:ada@example.com', text: 'her' },
          ],
        },
      ],
    },
  ]
  const attachments = [
    { fallback: 'New lead: bob@example.com', fields: [{ title: 'E-mail', value: 'eve@example.com' }] },
  ]
  expect(addressesIn({ text: 'New lead', blocks, attachments })).toEqual([
    'ada@example.com',
    'bob@example.com',
    'eve@example.com',
  ])
})

test.each([undefined, null, 7, {}, []])('a message of %j has none', (part) => {
  expect(addressesIn({ text: part, blocks: part, attachments: part })).toEqual([])
})

test('reads no further than a message can be long', () => {
  for (const filler of ['x', 'x ', 'x.', '@', 'a@', 'a@b.', '://', '://x@', '&', '<'])
    expect(addressesIn({ text: `ada@example.com ${filler.repeat(100_000)} bob@example.com` })).toEqual([
      'ada@example.com',
    ])
})
