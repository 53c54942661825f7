import { describe, expect, test } from 'vitest'

import { InvalidInputError } from '../../src/core/errors.ts'
import { filteredIds, isFilter, parseFilter } from '../../src/core/filter.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { bareContact } from '../../src/core/import-plan.ts'
import type { InterchangeContact } from '../../src/core/interchange.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'

const NONE = { status: [], domain: [], tag: [], campaign: [], owner: [] }

describe('reading a filter', () => {
  test.each([
    ['status:new', { status: ['new'] }],
    ['STATUS:New,Engaged', { status: ['new', 'engaged'] }],
    ['campaign:"Spring launch" tag:vip', { campaign: ['Spring launch'], tag: ['vip'] }],
    ['campaign:“Spring launch”', { campaign: ['Spring launch'] }],
    ['domain:@Acme.com domain:bücher.example', { domain: ['acme.com', 'xn--bcher-kva.example'] }],
    ['owner:<@U0GRACE|grace>', { owner: ['U0GRACE'] }],
    ['  tag:a  tag:b ', { tag: ['a', 'b'] }],
  ])('%s', (text, filter) => {
    expect(isFilter(text)).toBe(true)
    expect(parseFilter(text)).toEqual({ ...NONE, ...filter })
  })

  test.each([
    ['statsu:new', '“statsu:new” is not a filter'],
    ['status:warm', '“warm” is not a status: use new, enriched, verified, engaged, converted, disqualified'],
    ['status:new ada', '“ada” is not a filter'],
    ['tag:', 'is not a filter'],
    ['tag:""', 'tag: has no value'],
    ['', 'Which contacts?'],
  ])('%s is told apart, with what to write', (text, problem) => {
    expect(() => parseFilter(text)).toThrow(InvalidInputError)
    expect(() => parseFilter(text)).toThrow(problem)
  })

  test.each(['ada@example.com', 'Ada Lovelace', 'acme.com', 'https://acme.com', ''])('%j is none', (text) => {
    expect(isFilter(text)).toBe(false)
  })
})

describe.each(databases)('finding what a filter means on $name', ({ open }) => {
  async function ids(database: Database, text: string): Promise<number[]> {
    return await Array.fromAsync(filteredIds(database, parseFilter(text)))
  }

  test('takes any value of one key and all keys together, without case', async () => {
    await using database = await open()
    const people: Partial<InterchangeContact>[] = [
      { email: 'a@acme.example', tags: ['VIP', 'spring'], sourceCampaign: 'Spring launch' },
      { email: 'b@acme.example', tags: ['vip-2'], sourceCampaign: 'Spring' },
      { email: 'c@other.example', tags: ['vip'], status: 'converted', owner: 'U1' },
      { email: 'd@other.example', tags: ['a "quoted" tag', 'über'] },
    ]
    const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
    const options = { dayOf: createDayOf('UTC'), now: 1, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
    await importContacts(database, contacts, options)

    expect(await ids(database, 'tag:vip')).toEqual([1, 3])
    expect(await ids(database, 'tag:VIP,über')).toEqual([1, 3, 4])
    expect(await ids(database, 'campaign:"spring LAUNCH"')).toEqual([1])
    expect(await ids(database, 'domain:acme.example tag:vip')).toEqual([1])
    expect(await ids(database, 'status:converted owner:<@U1>')).toEqual([3])
    expect(await ids(database, 'tag:"\'; drop table contacts; --"')).toEqual([])
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
