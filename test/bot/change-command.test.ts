import { describe, expect, test } from 'vitest'

import { parseCommand } from '../../src/bot/command.ts'
import { InvalidInputError } from '../../src/core/errors.ts'

const ada = 'ada@example.com'

describe('a command that changes a contact', () => {
  test.each<[string, object]>([
    [`note ${ada} Call her in May`, { kind: 'note', who: ada, note: 'Call her in May' }],
    [`Note &lt;mailto:${ada}|${ada}&gt; A &amp; B`, { kind: 'note', who: ada, note: 'A & B' }],
    [`note Ada Lovelace &lt;${ada}&gt; met bob@example.com`, { kind: 'note', who: ada, note: 'met bob@example.com' }],
    [`note ${ada} ask <bob@example.com>`, { kind: 'note', who: ada, note: 'ask <bob@example.com>' }],
    ['note “Ada Lovelace” said “yes”', { kind: 'note', who: 'Ada Lovelace', note: 'said “yes”' }],
    [
      `note ${ada} Called.\n\n  - wants &lt;b&gt;\n\t- 👩‍💻  next week `,
      { kind: 'note', who: ada, note: 'Called.\n\n  - wants <b>\n\t- 👩‍💻  next week' },
    ],
    [`  NOTE\n${ada}\nCalled`, { kind: 'note', who: ada, note: 'Called' }],
    ['note "Ada\n Lovelace"\nCalled  twice', { kind: 'note', who: 'Ada Lovelace', note: 'Called  twice' }],
    [`\u200bnote Ada  Lovelace &lt;${ada}&gt;\r\nmet\r\n  bob`, { kind: 'note', who: ada, note: 'met\r\n  bob' }],
    [`note ${ada} \u200b\n`, { kind: 'note', who: ada, note: undefined }],
    [`tag ${ada} vip,\n  late  spring`, { kind: 'tag', who: ada, tags: 'vip, late spring' }],
    [`note ${ada}`, { kind: 'note', who: ada, note: undefined }],
    [`tag ${ada} vip, #spring`, { kind: 'tag', who: ada, tags: 'vip, #spring' }],
    ['tag "Ada"', { kind: 'tag', who: 'Ada', tags: undefined }],
    [`tag ${ada} A &amp;amp; B`, { kind: 'tag', who: ada, tags: 'A &amp; B' }],
    [`untag ${ada} vip`, { kind: 'untag', who: ada, tag: 'vip' }],
    [`assign ${ada} me`, { kind: 'assign', who: ada, to: 'me' }],
    [`assign ${ada} &lt;@U0GRACE|grace&gt;`, { kind: 'assign', who: ada, to: { userId: 'U0GRACE' } }],
    [`assign ${ada} u0grace`, { kind: 'assign', who: ada, to: { userId: 'U0GRACE' } }],
    [`assign ${ada} walter`, { kind: 'assign', who: ada, to: undefined }],
    [`assign ${ada} nobody`, { kind: 'assign', who: ada, to: 'nobody' }],
    [`assign ${ada} @grace`, { kind: 'assign', who: ada, to: undefined }],
    [`assign ${ada}`, { kind: 'assign', who: ada, to: undefined }],
    [`status ${ada} Won`, { kind: 'status', who: ada, decision: 'converted' }],
    [`status “Ada Lovelace” disqualified`, { kind: 'status', who: 'Ada Lovelace', decision: 'disqualified' }],
    [`status ${ada} reopen`, { kind: 'status', who: ada, decision: null }],
    [`status ${ada}`, { kind: 'status', who: ada, decision: undefined }],
  ])('/crm %s', (text, command) => {
    expect(parseCommand(text)).toEqual(command)
  })

  test.each([
    'note',
    'tag vip',
    'untag',
    'assign me',
    'status converted',
    'note Ada called',
    'note “” x',
    'tag "" vip',
  ])('/crm %s says whom it wants to know, with an example', (text) => {
    expect(() => parseCommand(text)).toThrow(InvalidInputError)
    expect(() => parseCommand(text)).toThrow(/^Who\? .*\/crm \w+ ada@example\.com/)
  })

  test('says which statuses people decide on', () => {
    expect(() => parseCommand(`status ${ada} engaged`)).toThrow(/follows from what the contact does/)
    expect(() => parseCommand(`status ${ada} constructor`)).toThrow(/use converted, disqualified or open/)
  })
})
