import { describe, expect, test } from 'vitest'

import { createContactChanges } from '../../../src/core/changes/contact-changes.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import { filteredIds, parseFilter, parseQuery } from '../../../src/core/search/filter.ts'
import { type SearchResult, searchContacts } from '../../../src/core/search/search.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases, postgresPlace, sqlitePlace } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const now = Date.parse('2026-11-22T10:00:00Z')
const DAY_MS = 24 * 60 * 60_000
const dayOf = createDayOf('UTC')

async function add(database: Database, people: readonly Partial<InterchangeContact>[]): Promise<void> {
  const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
  await importContacts(database, contacts, {
    ...{ dayOf, now, dryRun: false, campaign: null, tags: [] },
    onProgress: () => {},
  })
}

async function searched(database: Database, text: string, limit = 10, cursor?: string): Promise<SearchResult> {
  const query = parseQuery(text, { now, dayOf })
  return await searchContacts(database, query, { limit, now, ...(cursor === undefined ? {} : { cursor }) })
}

async function emailsOf(database: Database, text: string): Promise<string[]> {
  const emails: string[] = []
  for (let cursor: string | undefined; ; ) {
    const { contacts, next } = await searched(database, text, 300, cursor)
    emails.push(...contacts.map(({ email }) => email))
    if (next === null) return emails
    cursor = next
  }
}

/** More than are looked through one by one, so that some searches walk along an index and others begin with the rarest value. */
const PEOPLE = 1300
const CLICKED = 300

function personNo(n: number): Partial<InterchangeContact> {
  return {
    email: `p${n}@${n % 3 === 0 ? 'third' : 'other'}.example`,
    firstName: n % 40 === 0 ? 'Rare' : 'Pat',
    status: n % 13 === 7 ? 'converted' : 'new',
    tags: [...(n % 12 === 0 ? [] : ['Most']), ...(n % 2 === 0 ? ['half'] : []), ...(n % 300 === 0 ? ['few'] : [])],
    owner: n % 5 === 0 ? 'U0ADA' : n % 7 === 0 ? null : 'U0BOB',
    sourceCampaign: n % 100 === 0 ? 'Pilot' : 'Spring',
    createdAt: n % 200 === 3 ? now - 2 * DAY_MS : now - 50 * DAY_MS,
  }
}

const SEARCHES: readonly (readonly [text: string, isMeant: (n: number) => boolean])[] = [
  ['', () => true],
  ['tag:most', (n) => n % 12 !== 0],
  ['tag:most,half', (n) => n % 12 !== 0 || n % 2 === 0],
  ['tag:most suppressed:no', (n) => n % 12 !== 0],
  ['tag:most owner:U0BOB campaign:spring', (n) => n % 12 !== 0 && n % 5 !== 0 && n % 7 !== 0 && n % 100 !== 0],
  ['owner:nobody', (n) => n % 5 !== 0 && n % 7 === 0],
  ['owner:nobody tag:half', (n) => n % 5 !== 0 && n % 7 === 0 && n % 2 === 0],
  ['owner:nobody,U0ADA', (n) => n % 5 === 0 || n % 7 === 0],
  ['tag:few', (n) => n % 300 === 0],
  ['tag:few tag:half domain:third.example', (n) => n % 3 === 0 && (n % 300 === 0 || n % 2 === 0)],
  ['campaign:PILOT', (n) => n % 100 === 0],
  ['since:7d', (n) => n % 200 === 3 || (n < CLICKED && n % 10 === 0)],
  ['since:7d tag:most', (n) => n % 12 !== 0 && (n % 200 === 3 || (n < CLICKED && n % 10 === 0))],
  ['since:7d status:new', (n) => n % 200 === 3 && n >= CLICKED && n % 13 !== 7],
  ['since:7d score:0', (n) => n % 200 === 3 && n >= CLICKED],
  ['added:7d', (n) => n % 200 === 3],
  [`added:${dayOf(now - 2 * DAY_MS)}`, (n) => n % 200 === 3],
  [`added:${dayOf(now - 50 * DAY_MS)}..${dayOf(now - 3 * DAY_MS)} tag:few`, (n) => n % 300 === 0],
  ['clicked:7d', (n) => n < CLICKED && n % 10 === 0],
  ['clicked:7d tag:most', (n) => n < CLICKED && n % 10 === 0 && n % 12 !== 0],
  ['clicked:40d since:7d', (n) => n < CLICKED && (n % 200 === 3 || n % 10 === 0)],
  ['replied:7d', () => false],
  ['score:>4', (n) => n < CLICKED && n % 10 === 0],
  ['status:converted tag:most', (n) => n % 13 === 7 && n % 12 !== 0],
  ['status:new tag:most', (n) => n % 13 !== 7 && n >= CLICKED && n % 12 !== 0],
  ['status:new,engaged suppressed:no', (n) => n % 13 !== 7],
  ['status:engaged', (n) => n % 13 !== 7 && n < CLICKED],
  ['rare tag:half', (n) => n % 40 === 0],
  ['rare owner:U0ADA tag:most', (n) => n % 40 === 0 && n % 12 !== 0],
  ['rare owner:nobody', () => false],
]

describe.each(databases)('whichever way a search takes on $name', ({ open }) => {
  test('it finds all whom it means, each once and in their order', async () => {
    await using database = await open()
    const numbers = Array.from({ length: PEOPLE }, (_, n) => n)
    await add(database, numbers.map(personNo))
    const clicks = numbers.slice(0, CLICKED).map((n) =>
      anEvent({
        ...{ type: 'clicked', recipient: personNo(n).email ?? '', id: `click ${n}` },
        occurredAt: now - (n % 10 === 0 ? 1 : 30) * DAY_MS - n * 60_000,
      }),
    )
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...clicks)])
    const rows = await database.all(sql`select id, email, heat from contacts order by heat desc, id desc`)
    const inOrder = rows.map(({ email, id }) => ({ id: Number(id), email: String(email) }))
    for (const [text, isMeant] of SEARCHES) {
      const meant = new Set(numbers.filter(isMeant).map((n) => personNo(n).email))
      const expected = inOrder.filter(({ email }) => meant.has(email))
      expect(await emailsOf(database, text), text).toEqual(expected.map(({ email }) => email))
      if (text === '' || text.startsWith('rare')) continue
      const ids = await Array.fromAsync(filteredIds(database, parseFilter(text, { now, dayOf })))
      expect(ids, text).toEqual(expected.map(({ id }) => id).sort((a, b) => a - b))
    }
  })

  test('it says exactly how many there are up to a thousand', async () => {
    await using database = await open()
    await add(
      database,
      Array.from({ length: 1001 }, (_, n) => ({ email: `p${n}@example.com`, tags: n === 0 ? [] : ['many'] })),
    )
    expect(await searched(database, 'tag:many')).toMatchObject({ total: 1000, isMore: false })
    expect(await searched(database, 'domain:example.com')).toMatchObject({ total: 1000, isMore: true })
  })

  test.each(['owner:nobody', 'suppressed:no'])('it says exactly how many %s are where there are few', async (text) => {
    await using database = await open()
    await add(
      database,
      Array.from({ length: 12 }, (_, n) => ({ email: `p${n}@example.com` })),
    )
    expect(await searched(database, text)).toMatchObject({ total: 12, isMore: false })
  })

  test('it knows at once which tags somebody has, in capital letters of any alphabet or not', async () => {
    await using database = await open()
    await add(database, [{ email: 'ada@example.com', tags: ['ÉLITE', 'vip'] }])
    const found = async (text: string) => (await searched(database, text)).contacts.length
    expect(await found('tag:élite')).toBe(1)
    expect(await found('tag:VIP tag:élite')).toBe(1)
    const changes = createContactChanges({ database, dayOf, now: () => now })
    const [contact] = (await searched(database, 'vip')).contacts
    if (!contact) throw new Error('the contact is not there')
    await changes.changeTags(contact.id, { add: 'Speaker', remove: ['VIP'] }, 'U0ADA')
    expect(await found('tag:vip')).toBe(0)
    expect(await found('tag:speaker')).toBe(1)
    await database.transaction((tx) => tx.run(sql`delete from contacts`))
    expect(await database.all(sql`select * from contact_tags`)).toEqual([])
  })

  test('it offers nobody else where only a filter leaves somebody out', async () => {
    await using database = await open()
    await add(database, [
      { email: 'a@example.com', lastName: 'Lovelace' },
      { email: 'b@example.com', lastName: 'Lovelake', tags: ['vip'] },
    ])
    expect((await searched(database, 'lovelabe tag:vip')).contacts).toHaveLength(1)
    expect((await searched(database, 'lovelace tag:vip')).contacts).toEqual([])
  })
})

describe('the tags of contacts', () => {
  test.each([
    { name: 'SQLite', make: async () => sqlitePlace() },
    { name: 'Postgres', make: postgresPlace },
  ])('are read when $name is opened, where SQL does not know their capital letters', async ({ make }) => {
    await using place = await make()
    {
      await using database = await openDatabase(place.url)
      await add(database, [{ email: 'ada@example.com', tags: ['ÉLITE'] }])
      // As the migration leaves them.
      await database.transaction(async (tx) => {
        await tx.run(sql`update contact_tags set tag = 'Élite'`)
        await tx.run(sql`update contact_words set words = ''`)
      })
    }
    await using database = await openDatabase(place.url)
    expect(await database.all(sql`select tag from contact_tags`)).toEqual([{ tag: 'élite' }])
  })
})
