import fc from 'fast-check'
import { expect, test } from 'vitest'

import { type Command, type Period, parseCommand } from '../../src/bot/command.ts'
import { InvalidInputError } from '../../src/core/errors.ts'

const stats = (days: Period, campaign: string | null = null, tag: string | null = null) =>
  ({ kind: 'stats', scope: { days, campaign, tag } }) as const
const lookup = (who: string): Command => ({ kind: 'lookup', who })

test.each<[text: string, command: Command]>([
  ['', { kind: 'help' }],
  ['   ', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['HELP me', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['ada@example.com', lookup('ada@example.com')],
  ['lookup ada@example.com', lookup('ada@example.com')],
  ['  LOOKUP   Ada@Example.com  ', lookup('Ada@Example.com')],
  ['lookup\u00a0ada@example.com', lookup('ada@example.com')],
  ['lookup <mailto:ada@example.com|ada@example.com>', lookup('ada@example.com')],
  ['<mailto:ada@example.com|ada@example.com>', lookup('ada@example.com')],
  ['Ada Lovelace <ada@example.com>', lookup('ada@example.com')],
  ['Ada Lovelace &lt;ada@example.com&gt;', lookup('ada@example.com')],
  ['lookup “ada@example.com”,', lookup('ada@example.com')],
  ['mailto:ada@example.com', lookup('ada@example.com')],
  ['\u200bada@example.com\u200b', lookup('ada@example.com')],
  ['lookup Ada Lovelace', lookup('Ada Lovelace')],
  ['lookup “Ada Lovelace”', lookup('Ada Lovelace')],
  ['Ada   Lovelace', lookup('Ada Lovelace')],
  ['lookup Jean—Luc', lookup('Jean-Luc')],
  ['lookup — Ada', lookup('Ada')],
  ['Johnson &amp; Sons', lookup('Johnson & Sons')],
  ['acme.com', lookup('acme.com')],
  ['@acme.com', lookup('acme.com')],
  ['https://www.acme.com/about', lookup('acme.com')],
  ['<https://acme.com|acme.com>', lookup('acme.com')],
  ['lookup help', lookup('help')],
  ['lookup import', lookup('import')],
  ['Statsny', lookup('Statsny')],
  ['stats', stats(30)],
  ['stats 7', stats(7)],
  ['stats 7d', stats(7)],
  ['Stats 30D', stats(30)],
  ['stats 90 days', stats(90)],
  ['stats last 7 days', stats(7)],
  ['stats —90d', stats(90)],
  ['stats “30d”', stats(30)],
  ['stats campaign:“Spring launch”', stats(30, 'Spring launch')],
  ['stats 7d tag:#vip', stats(7, null, 'vip')],
  ['stats Tag:"big deal" 90 days campaign:q1', stats(90, 'q1', 'big deal')],
  ['lookup', { kind: 'pick' }],
  ['Lookup ', { kind: 'pick' }],
  ['import', { kind: 'import' }],
  ['Import people.csv', { kind: 'import' }],
  ['Health', { kind: 'health' }],
  ['enrich ada@example.com', { kind: 'enrich', who: 'ada@example.com' }],
  ['Enrich <mailto:ada@example.com|ada@example.com>', { kind: 'enrich', who: 'ada@example.com' }],
  ['enrich “Ada Lovelace”', { kind: 'enrich', who: 'Ada Lovelace' }],
  ['enrich https://www.acme.com/about', { kind: 'enrich', who: 'acme.com' }],
  [
    'ENRICH  campaign:“Spring launch”  Status:new',
    { kind: 'enrich_many', filter: 'campaign:“Spring launch” Status:new' },
  ],
  ['enrich domain:acme.com', { kind: 'enrich_many', filter: 'domain:acme.com' }],
  ['enrich TAG:vip', { kind: 'enrich_many', filter: 'TAG:vip' }],
  ['enrich owner:&lt;@U0GRACE|grace&gt;', { kind: 'enrich_many', filter: 'owner:<@U0GRACE|grace>' }],
  ['enrich foo:bar', { kind: 'enrich_many', filter: 'foo:bar' }],
  ['enrich Ada tag:vip', { kind: 'enrich_many', filter: 'Ada tag:vip' }],
  ['enrich tag:"vip', { kind: 'enrich_many', filter: 'tag:"vip' }],
  ['enrich "Countess Ada: Lovelace"', { kind: 'enrich', who: 'Countess Ada: Lovelace' }],
  ['enrich mailto:ada@example.com', { kind: 'enrich', who: 'ada@example.com' }],
  ['enrich campaign', { kind: 'enrich', who: 'campaign' }],
  ['add', { kind: 'add', person: { firstName: null, lastName: null } }],
  ['add ada@example.com', { kind: 'add', person: { email: 'ada@example.com', firstName: null, lastName: null } }],
  [
    'ADD Ada Lovelace &lt;ada@example.com&gt;',
    { kind: 'add', person: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' } },
  ],
  ['add “Ada Lovelace”', { kind: 'add', person: { firstName: 'Ada', lastName: 'Lovelace' } }],
  ['Export status:new', { kind: 'export', text: 'status:new', format: 'csv' }],
  ['export', { kind: 'export', text: '', format: 'csv' }],
  ['export JSON tag:vip ada', { kind: 'export', text: 'tag:vip ada', format: 'json' }],
  ['export csv', { kind: 'export', text: '', format: 'csv' }],
  ['Digest', { kind: 'digest' }],
  ['Alerts', { kind: 'alerts' }],
  ['alert', { kind: 'alerts' }],
  ['campaign', { kind: 'campaign', name: null }],
  ['Campaigns', { kind: 'campaign', name: null }],
  ['campaign Spring launch', { kind: 'campaign', name: 'Spring launch' }],
  ['campaign “Spring — launch &amp; more”', { kind: 'campaign', name: 'Spring — launch & more' }],
  ['company acme.com', { kind: 'company', who: 'acme.com' }],
  ['Company <https://www.acme.com/about|acme.com>', { kind: 'company', who: 'acme.com' }],
  ['company <mailto:ada@acme.com|ada@acme.com>', { kind: 'company', who: 'ada@acme.com' }],
  ['forget ada@example.com', { kind: 'forget', who: 'ada@example.com' }],
  ['forget Ada Lovelace', { kind: 'forget', who: 'Ada Lovelace' }],
])('/crm %s', (text, command) => {
  expect(parseCommand(text)).toEqual(command)
})

test.each(['lookup ""', 'enrich', 'enrich —', 'company', 'stats 14d', 'stats ada@example.com', 'stats 0', 'lookup —'])(
  '/crm %s is answered with how to say it',
  (text) => {
    expect(() => parseCommand(text)).toThrow(InvalidInputError)
    expect(() => parseCommand(text)).toThrow(/\/crm \w+ \S+/)
  },
)

test('whatever is typed is a command or is refused with advice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      try {
        const command = parseCommand(text)
        if (command.kind === 'lookup' || command.kind === 'enrich') expect(command.who.trim()).not.toBe('')
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a name of any length is searched by its beginning', () => {
  expect(parseCommand(`lookup ${'x'.repeat(4000)}`)).toEqual(lookup('x'.repeat(320)))
})
