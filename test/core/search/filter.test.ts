import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../../src/core/errors.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import { heatOf } from '../../../src/core/score.ts'
import { filteredIds, isFilter, KEYS, NO_FILTER, parseFilter, parseQuery } from '../../../src/core/search/filter.ts'
import { FilterError, pointed } from '../../../src/core/search/filter-error.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const DAY = 24 * 60 * 60 * 1000
const now = Date.parse('2026-11-22T10:00:00Z')
const reader = { now, dayOf: createDayOf('Europe/Berlin'), me: 'U0ADA' }

describe('reading a filter', () => {
  test.each([
    ['status:new', { status: ['new'] }],
    ['STATUS:New,Engaged', { status: ['new', 'engaged'] }],
    ['status:new, engaged', { status: ['new', 'engaged'] }],
    ['campaign:"Spring launch" tag:vip', { campaign: ['Spring launch'], tag: ['vip'] }],
    ['campaign:“Spring launch”', { campaign: ['Spring launch'] }],
    ['campaign:"Spring, late","Autumn"', { campaign: ['Spring, late', 'Autumn'] }],
    ['domain:@Acme.com domain:bücher.example', { domain: ['acme.com', 'xn--bcher-kva.example'] }],
    ['domain:ada@acme.com', { domain: ['acme.com'] }],
    ['domain:https://www.acme.com/about', { domain: ['acme.com'] }],
    ['domain:<http://acme.com|acme.com>', { domain: ['acme.com'] }],
    ['owner:<@U0GRACE|grace>', { owner: ['U0GRACE'] }],
    ['owner:<@u0grace>', { owner: ['U0GRACE'] }],
    ['owner:u0grace,UABCDEFGH', { owner: ['U0GRACE', 'UABCDEFGH'] }],
    ['owner:me', { owner: ['U0ADA'] }],
    ['owner:@Me', { owner: ['U0ADA'] }],
    ['owner:Nobody,me', { owner: [null, 'U0ADA'] }],
    ['owner:none', { owner: [null] }],
    ['  tag:a  tag:#b, ', { tag: ['a', 'b'] }],
    ['since:7d', { since: now - 7 * DAY }],
    ['since:2w', { since: now - 14 * DAY }],
    ['since:2026-11-01', { since: Date.parse('2026-10-31T23:00:00Z') }],
    ['since:today', { since: Date.parse('2026-11-21T23:00:00Z') }],
    ['added:7d', { added: { from: now - 7 * DAY, before: Number.MAX_SAFE_INTEGER } }],
    [
      'added:2026-10-25',
      { added: { from: Date.parse('2026-10-24T22:00:00Z'), before: Date.parse('2026-10-25T23:00:00Z') } },
    ],
    [
      'added:2026-11-20..today',
      { added: { from: Date.parse('2026-11-19T23:00:00Z'), before: Date.parse('2026-11-22T23:00:00Z') } },
    ],
    [
      'opened:7d replied:2026-11-01',
      {
        did: [
          { tally: 'opened', since: now - 7 * DAY },
          { tally: 'replied', since: Date.parse('2026-10-31T23:00:00Z') },
        ],
      },
    ],
    ['score:>20', { heat: { from: heatOf(20.05, now), below: null } }],
    ['score:>=20', { heat: { from: heatOf(19.95, now), below: null } }],
    ['score:<20', { heat: { from: null, below: heatOf(19.95, now) } }],
    ['score:10-20', { heat: { from: heatOf(9.95, now), below: heatOf(20.05, now) } }],
    ['score:>10 score:<=20', { heat: { from: heatOf(10.05, now), below: heatOf(20.05, now) } }],
    ['suppressed:yes', { suppressed: true }],
    ['suppressed:NO', { suppressed: false }],
  ])('%s', (text, filter) => {
    expect(isFilter(text)).toBe(true)
    expect(parseFilter(text, reader)).toEqual({ ...NO_FILTER, ...filter })
  })

  test.each([
    ['statsu:new', 'At position 1: “statsu:” is not a filter. Did you mean status:?'],
    ['tag:a  Domian:acme.com', 'At position 8: “Domian:” is not a filter. Did you mean domain:?'],
    ['colour:red', 'At position 1: “colour:” is not a filter. Filters are status: domain:'],
    ['status:new,enagged', 'At position 12: “enagged” is not a status. Did you mean engaged?'],
    ['status:warm', '“warm” is not a status. Use new, enriched, verified, engaged, converted, disqualified.'],
    ['status:new ada', 'At position 12: “ada” is not a filter'],
    ['tag:', 'At position 1: tag: has no value, such as tag:vip'],
    ['status:new tag:""', 'At position 12: tag: has no value'],
    ['tag: vip', 'At position 1: tag: has no value'],
    ['tag:"vip', 'At position 5: the quote that opens here has no end'],
    ['since:soon', 'At position 7: “soon” is not a time. Use 7d'],
    ['since:2026-02-30', '“2026-02-30” is not a time'],
    ['added:2026-11-01..soon', 'At position 7: “2026-11-01..soon” is not a time'],
    ['clicked:never', 'At position 9: “never” is not a time'],
    [
      'tag:a owner:@tom',
      'At position 13: “@tom” is not an owner. Use me, nobody or a member id, such as owner:U0123ABCD',
    ],
    ['owner:"Tom Okafor"', 'At position 7: “Tom Okafor” is not an owner.'],
    ['owner:walter', '“walter” is not an owner.'],
    ['owner:C0GENERAL', '“C0GENERAL” is not an owner.'],
    ['score:hot', 'At position 7: “hot” is not a score. Use >20'],
    ['suppressed:maybe', '“maybe” is not an answer. Use yes, no.'],
    ['', 'Which contacts?'],
  ])('%s is told apart, with where it stands and what to write', (text, problem) => {
    expect(() => parseFilter(text, reader)).toThrow(InvalidInputError)
    expect(() => parseFilter(text, reader)).toThrow(problem)
  })

  test('without somebody who asks does not know who “me” is', () => {
    expect(() => parseFilter('owner:me', { now, dayOf: reader.dayOf })).toThrow('Write the Slack user id')
  })

  test.each(['ada@example.com', 'Ada Lovelace', 'acme.com', 'https://acme.com', ''])('%j is none', (text) => {
    expect(isFilter(text)).toBe(false)
  })
})

describe('reading a search', () => {
  test.each([
    ['Ada Lovelace', ['ada', 'lovelace']],
    ['“Élodie  Müller”', ['elodie', 'muller']],
    ['ada.lovelace@acme.example', ['ada', 'lovelace', 'acme', 'example']],
    ['<mailto:ada@acme.example|ada@acme.example>', ['ada', 'acme', 'example']],
    ['https://acme.example', ['https', 'acme', 'example']],
    ['"re: hello"', ['re', 'hello']],
    ['5" nails', ['5', 'nails']],
    ['山田', ['山', '田']],
  ])('%s looks for its words', (text, words) => {
    expect(parseQuery(text, reader)).toEqual({ filter: NO_FILTER, words })
  })

  test('takes filters and words in any order', () => {
    const filter = { ...NO_FILTER, status: ['new'], tag: ['vip'] }
    expect(parseQuery('tag:vip Ada status:new Love', reader)).toEqual({ filter, words: ['ada', 'love'] })
  })

  test('of signs alone says that there is nothing to search for', () => {
    expect(() => parseQuery('status:new %%%', reader)).toThrow('At position 12: there is no letter or number')
  })

  test('of whatever is typed is a search or a problem that can be pointed at', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...KEYS.map((key) => `${key}:`),
        '"',
        '“',
        ',',
        ' ',
        '<@U1>',
        '>20',
        '2026-11-01',
        '7d',
        'me',
        '-',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }),
    )
    const typed = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(typed, (text) => {
        try {
          parseQuery(text, reader)
          parseFilter(text, reader)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError)
          if (!(error instanceof FilterError)) return
          expect(error.at).toBeLessThan(text.length)
          const [line, pointer] = pointed(error)
          expect(line.length).toBeLessThan(200)
          expect(pointer).toMatch(/^ {0,25}\^{1,60}$/)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

test('a problem is pointed at, however long the text around it is', () => {
  const text = `${'tag:a '.repeat(50)}statsu:new${' tag:b'.repeat(50)}`
  expect.assertions(2)
  try {
    parseFilter(text, reader)
  } catch (error) {
    if (!(error instanceof FilterError)) return
    const [line, pointer] = pointed(error)
    expect(line.slice(pointer.indexOf('^'), pointer.length)).toBe('statsu:')
    expect(line).toMatch(/^….*…$/)
  }
})

describe.each(databases)('finding what a filter means on $name', ({ open }) => {
  async function ids(database: Database, text: string): Promise<number[]> {
    return await Array.fromAsync(filteredIds(database, parseFilter(text, reader)))
  }

  test('takes any value of one key and all keys together, without case', async () => {
    await using database = await open()
    const people: Partial<InterchangeContact>[] = [
      { email: 'a@acme.example', tags: ['VIP', 'spring'], sourceCampaign: 'Spring launch' },
      { email: 'b@acme.example', tags: ['vip-2'], sourceCampaign: 'Spring' },
      { email: 'c@other.example', tags: ['vip'], status: 'converted', owner: 'U0ADA' },
      { email: 'd@other.example', tags: ['a "quoted" tag', 'über'] },
    ]
    const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
    const options = { dayOf: createDayOf('UTC'), now: 1, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
    await importContacts(database, contacts, options)

    expect(await ids(database, 'tag:vip')).toEqual([1, 3])
    expect(await ids(database, 'tag:VIP,über')).toEqual([1, 3, 4])
    expect(await ids(database, 'campaign:"spring LAUNCH"')).toEqual([1])
    expect(await ids(database, 'domain:acme.example tag:vip')).toEqual([1])
    expect(await ids(database, 'status:converted owner:me')).toEqual([3])
    expect(await ids(database, 'owner:nobody')).toEqual([1, 2, 4])
    expect(await ids(database, 'owner:nobody domain:other.example')).toEqual([4])
    expect(await ids(database, 'owner:nobody,u0ada')).toEqual([1, 2, 3, 4])
    expect(await ids(database, 'tag:"\'; drop table contacts; --"')).toEqual([])
  })

  test('knows scores as they are shown, who may not be written to, and since when', async () => {
    await using database = await open()
    const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
    await ingestAll(deps, [
      aDelivery(
        anEvent({ type: 'replied', recipient: 'reply@example.com', occurredAt: now }),
        anEvent({ type: 'opened', recipient: 'reply@example.com', occurredAt: now - 200 * DAY }),
        anEvent({ type: 'clicked', recipient: 'click@example.com', occurredAt: now - 20 * DAY }),
        anEvent({ type: 'unsubscribed', recipient: 'gone@example.com', occurredAt: now - 20 * DAY }),
      ),
    ])
    const [click, gone, reply] = [1, 2, 3]
    expect(await ids(database, 'score:>=20')).toEqual([reply])
    expect(await ids(database, 'score:>20')).toEqual([])
    expect(await ids(database, 'score:0.1-19.9')).toEqual([click])
    expect(await ids(database, 'score:0')).toEqual([gone])
    expect(await ids(database, 'suppressed:yes')).toEqual([gone])
    expect(await ids(database, 'suppressed:no score:>0')).toEqual([click, reply])
    expect(await ids(database, 'score:>0 since:2026-11-15')).toEqual([reply])
    expect(await ids(database, 'replied:7d')).toEqual([reply])
    expect(await ids(database, 'opened:7d')).toEqual([])
    expect(await ids(database, 'opened:1y')).toEqual([reply])
    expect(await ids(database, 'clicked:30d')).toEqual([click])
    expect(await ids(database, 'unsubscribed:30d')).toEqual([gone])
    expect(await ids(database, 'unsubscribed:7d')).toEqual([])
    expect(await ids(database, 'bounced:30d')).toEqual([])
  })

  test('gives each contact once, however many there are', async () => {
    await using database = await open()
    const contacts = Array.from({ length: 2_345 }, (_, n) => bareContact(`p${n}@many.example`))
    const options = { dayOf: createDayOf('UTC'), now: 1, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
    await importContacts(database, contacts, options)
    const all = await ids(database, 'domain:many.example')
    expect(all.length).toBe(2_345)
    expect(new Set(all).size).toBe(2_345)
  })
})
