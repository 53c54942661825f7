import { describe, expect, test } from 'vitest'

import { addContact, type NewContact } from '../../../src/core/add-contact.ts'
import { addClaims } from '../../../src/core/enrichment/claims.ts'
import { scrub } from '../../../src/core/erasure/erase-contact.ts'
import { InvalidInputError } from '../../../src/core/errors.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import { parseQuery } from '../../../src/core/search/filter.ts'
import { type SearchResult, searchContacts } from '../../../src/core/search/search.ts'
import { contactByAddress, deleteBare, holdContacts } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { saveClaims } from '../../../src/core/store/enrichment.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases, openSqlite, postgresPlace, sqlitePlace } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const now = Date.parse('2026-11-22T10:00:00Z')
const dayOf = createDayOf('UTC')

async function add(database: Database, ...people: readonly Partial<InterchangeContact>[]): Promise<void> {
  const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
  const options = { dayOf, now, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, options)
}

async function addTyped(database: Database, email: string, profile: Partial<NewContact> = {}): Promise<void> {
  const typed = { firstName: null, lastName: null, company: null, title: null, tags: [], ...profile }
  await addContact(database, email, { by: 'U0ADA', now, dayOf, profile: typed })
}

/** Each of `emails` clicks, the first the latest: so they are the hottest in this order. */
async function warm(database: Database, ...emails: readonly string[]): Promise<void> {
  const clicks = emails.map((recipient, n) =>
    anEvent({ type: 'clicked', recipient, occurredAt: now - n * 60_000, id: `${recipient} ${now}` }),
  )
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...clicks)])
}

interface Asked {
  readonly cursor?: string | null
  readonly limit?: number
}

async function searched(database: Database, text: string, { cursor, limit = 10 }: Asked = {}): Promise<SearchResult> {
  const query = parseQuery(text, { now, dayOf })
  return await searchContacts(database, query, { limit, now, ...(cursor ? { cursor } : {}) })
}

async function emails(database: Database, text: string, asked: Asked = {}): Promise<string[]> {
  const { contacts } = await searched(database, text, asked)
  return contacts.map(({ email }) => email)
}

/** Everybody in one page after the other, and what `between` does after each of them. */
async function paged(database: Database, text: string, between: (page: number) => Promise<void> = async () => {}) {
  const pages: string[][] = []
  let cursor: string | null = null
  do {
    const page: SearchResult = await searched(database, text, { cursor, limit: 3 })
    pages.push(page.contacts.map(({ email }) => email))
    cursor = page.next
    await between(pages.length)
  } while (cursor)
  return pages
}

describe.each(databases)('searching on $name', ({ open }) => {
  test('finds the beginning of any word of name, company, title, address and tags, without case and accents', async () => {
    await using database = await open()
    await add(
      database,
      {
        email: 'e.m@buero.example',
        firstName: 'Élodie',
        lastName: 'Müller',
        company: 'Büro Straße',
        tags: ['Café VIP'],
      },
      { email: 'grace@navy.example', firstName: 'Grace', lastName: "O'Hopper", title: 'Rear Admiral (Ret.)' },
      { email: 'yamada@jp.example', firstName: '太郎', lastName: '山田' },
    )
    const [elodie, grace, yamada] = ['e.m@buero.example', 'grace@navy.example', 'yamada@jp.example']
    for (const text of [
      'elodie',
      'MULL',
      'müller élo',
      'strasse',
      'buro',
      'cafe',
      'vip elodie',
      'e.m@buero',
      'buero.exam',
    ])
      expect(await emails(database, text), text).toEqual([elodie])
    for (const text of ['hopp', "o'hopper", 'admiral rear', 'ret grace', 'navy'])
      expect(await emails(database, text), text).toEqual([grace])
    expect(await emails(database, '山田')).toEqual([yamada])
    expect(await emails(database, '田')).toEqual([yamada])
    expect(await emails(database, 'admiral elodie')).toEqual([])
    expect(await emails(database, 'pper')).toEqual([])
  })

  test('takes every sign for what it is, and none for a command', async () => {
    await using database = await open()
    await add(database, { email: 'ada@example.com', firstName: 'Ada', tags: ['x AND y', "o'r & not:* | !"] })
    for (const text of [
      'AND',
      'x AND y',
      "o'r",
      'not',
      '"ada"',
      "ada'",
      '(ada',
      'ada*',
      'ada:',
      'a-d-a" OR "x',
      '\\ada',
    ])
      await expect(
        emails(database, text).catch((error: unknown) => (error instanceof InvalidInputError ? [] : error)),
      ).resolves.toBeInstanceOf(Array)
    expect(await emails(database, "o'r & not")).toEqual(['ada@example.com'])
  })

  test('puts whole words before beginnings, and the warmer first', async () => {
    await using database = await open()
    await add(
      database,
      { email: 'a@one.example', firstName: 'Adam' },
      { email: 'b@two.example', firstName: 'Ada' },
      { email: 'c@three.example', firstName: 'Ada' },
      { email: 'd@four.example', firstName: 'Adalbert' },
    )
    await warm(database, 'a@one.example', 'b@two.example')
    expect(await emails(database, 'ada')).toEqual([
      'b@two.example',
      'c@three.example',
      'a@one.example',
      'd@four.example',
    ])
  })

  test('narrows by filters', async () => {
    await using database = await open()
    await add(
      database,
      { email: 'ada@acme.example', firstName: 'Ada', tags: ['vip'] },
      { email: 'ada@other.example', firstName: 'Ada' },
    )
    expect(await emails(database, 'ada tag:vip')).toEqual(['ada@acme.example'])
    expect(await emails(database, 'ada domain:other.example')).toEqual(['ada@other.example'])
    expect(await emails(database, 'ada tag:nobody')).toEqual([])
  })

  test('of nobody offers who is a slip of the finger away, the nearest first', async () => {
    await using database = await open()
    await add(
      database,
      { email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' },
      { email: 'l@acme.example', firstName: 'Linda', lastName: 'Lovelady' },
      { email: 'grace@navy.example', firstName: 'Grace', lastName: 'Hopper' },
    )
    for (const text of ['lovelase', 'lvoelace', 'lovelacee', 'ovelace', 'ada lovelaec', 'Lovelace exmaple ada'])
      expect(await searched(database, text), text).toMatchObject({
        isNear: true,
        contacts: [{ email: 'ada@acme.example' }],
      })
    expect(await emails(database, 'lovelaky')).toEqual(['l@acme.example'])
    expect(await emails(database, 'hoper navi')).toEqual(['grace@navy.example'])
    expect(await searched(database, 'babbage')).toMatchObject({ isNear: false, contacts: [], total: 0 })
    expect(await searched(database, 'xx')).toMatchObject({ contacts: [], total: 0 })
  })

  test('sees at once what people enter, what others tell, and what events bring', async () => {
    await using database = await open()
    await addTyped(database, 'typed@example.com', { firstName: 'Tess', company: 'Typewriters' })
    expect(await emails(database, 'typewr')).toEqual(['typed@example.com'])

    await warm(database, 'event@example.com')
    expect(await emails(database, 'event')).toEqual(['event@example.com'])

    const row = await contactByAddress(database, 'event@example.com')
    if (!row) throw new Error('the contact of an event is not there')
    const claims = addClaims({}, { companyName: { apollo: { value: 'Evergreen', at: now } } })
    await database.transaction((tx) => saveClaims(tx, [{ ...row, claims, updatedAt: now }]))
    expect(await emails(database, 'evergreen')).toEqual(['event@example.com'])

    await add(database, { email: 'listed@example.com', company: 'Pencils' })
    await add(database, { email: 'listed@example.com', company: 'Keyboards', tags: ['loud'] })
    expect(await emails(database, 'pencils')).toEqual([])
    expect(await emails(database, 'keyb loud')).toEqual(['listed@example.com'])
  })

  test('sees nothing of a transaction that failed, nor of somebody who was deleted', async () => {
    await using database = await open()
    const failing = database.transaction(async (tx) => {
      await holdContacts(tx, ['never@example.com'], now)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await emails(database, 'never')).toEqual([])

    await database.transaction(async (tx) => {
      const [held] = await holdContacts(tx, ['bare@example.com'], now)
      await deleteBare(tx, held ? [held.id] : [])
    })
    expect(await emails(database, 'bare')).toEqual([])
    expect(await database.all(sql`select * from contact_words`)).toEqual([])
  })
})

describe.each(databases)('listing on $name', ({ open }) => {
  const people = Array.from({ length: 8 }, (_, n) => ({ email: `p${n}@example.com`, firstName: 'Pat' }))

  test('starts with the hottest, then takes the newest', async () => {
    await using database = await open()
    await add(database, ...people)
    await warm(database, 'p3@example.com', 'p5@example.com')
    const order = ['p3', 'p5', 'p7', 'p6', 'p4', 'p2', 'p1', 'p0'].map((name) => `${name}@example.com`)
    expect(await emails(database, '')).toEqual(order)
    expect(await emails(database, 'domain:example.com')).toEqual(order)
    expect(await paged(database, '')).toEqual([order.slice(0, 3), order.slice(3, 6), order.slice(6)])
  })

  test.each(['', 'pat', 'pa', 'status:new,engaged'])('of %j goes to the end and the same way back', async (text) => {
    await using database = await open()
    await add(database, ...people)
    await warm(database, 'p3@example.com', 'p5@example.com')
    const there: string[][] = []
    let page = await searched(database, text, { limit: 3 })
    expect(page).toMatchObject({ first: 1, total: 8, isMore: false, previous: null })
    for (;;) {
      there.push(page.contacts.map(({ email }) => email))
      if (!page.next) break
      page = await searched(database, text, { limit: 3, cursor: page.next })
    }
    expect(page).toMatchObject({ first: 7, total: 8 })
    expect(there.map(({ length }) => length)).toEqual([3, 3, 2])
    expect(new Set(there.flat()).size).toBe(8)
    const back: string[][] = [there.at(-1) ?? []]
    while (page.previous) {
      page = await searched(database, text, { limit: 3, cursor: page.previous })
      back.unshift(page.contacts.map(({ email }) => email))
    }
    expect(back).toEqual(there)
    expect(page.first).toBe(1)
  })

  test.each(['', 'pat'])('of %j neither repeats nor hides anybody while others come, go and warm up', async (text) => {
    await using database = await open()
    await add(database, ...people)
    const pages = await paged(database, text, async (page) => {
      await add(database, { email: `new${page}@example.com`, firstName: 'Pat' })
      await database.transaction((tx) =>
        tx.run(sql`delete from contacts where email = ${page === 1 ? 'p7@example.com' : 'p1@example.com'}`),
      )
      // Somebody who was shown already becomes the hottest.
      await warm(database, 'p6@example.com')
    })
    expect(pages.flat()).toEqual(['p7', 'p6', 'p5', 'p4', 'p3', 'p2', 'p0'].map((name) => `${name}@example.com`))
  })

  test('begins anew where everybody behind a page is gone', async () => {
    await using database = await open()
    await add(database, ...people)
    const { next } = await searched(database, '', { limit: 5 })
    await database.transaction((tx) => tx.run(sql`delete from contacts where id <= 3`))
    expect(await searched(database, '', { limit: 5, cursor: next })).toMatchObject({ first: 1, previous: null })
  })

  test('counts no further than a thousand, and then takes the newest first', async () => {
    await using database = await open()
    await add(database, ...Array.from({ length: 1_100 }, (_, n) => ({ email: `p${n}@example.com` })))
    await warm(database, 'p3@example.com')
    const found = await searched(database, 'exam')
    expect(found).toMatchObject({ total: 1000, isMore: true, order: 'newest' })
    expect(found.contacts[0]?.email).toBe('p1099@example.com')
    expect(await searched(database, 'exam', { cursor: found.next })).toMatchObject({ order: 'newest', first: 11 })
    expect(await searched(database, '', { limit: 1 })).toMatchObject({
      ...{ total: 1100, isMore: false },
      contacts: [{ email: 'p3@example.com' }],
    })
    expect(await searched(database, 'domain:example.com')).toMatchObject({
      total: 1000,
      isMore: true,
      order: 'hottest',
    })
  })

  test.each(['', 'x', 'next:hottest:2:0:1:1', 'next:hottest:0:1e999:1:1', 'next:hottest:0:0:1:1; drop'])(
    'of a page %j that is none is refused',
    async (cursor) => {
      await using database = await open()
      const query = parseQuery('', { now, dayOf })
      await expect(searchContacts(database, query, { limit: 3, now, cursor })).rejects.toThrow(InvalidInputError)
    },
  )
})

describe('the words of contacts', () => {
  test.each([
    { name: 'SQLite', make: async () => sqlitePlace() },
    { name: 'Postgres', make: postgresPlace },
  ])('are read when $name is opened, of those who are older than the index', async ({ make }) => {
    await using place = await make()
    {
      await using database = await openDatabase(place.url)
      await add(
        database,
        ...Array.from({ length: 1_200 }, (_, n) => ({ email: `p${n}@example.com`, lastName: `Old${n}` })),
      )
      // As the migration leaves them.
      await database.transaction((tx) => tx.run(sql`update contact_words set words = ''`))
      expect(await emails(database, 'old7')).toEqual([])
    }
    await using database = await openDatabase(place.url)
    expect(await emails(database, 'old777')).toEqual(['p777@example.com'])
    expect(await searched(database, 'old')).toMatchObject({ total: 1000, isMore: true })
  })

  test('leave nothing of somebody who was deleted in the SQLite file once it is cleared', async () => {
    await using database = await openSqlite()
    await add(
      database,
      { email: 'canary@example.com', lastName: 'Zwitscher' },
      { email: 'other@example.com', lastName: 'Zwilling' },
    )
    await database.transaction((tx) => tx.run(sql`delete from contacts where email = 'canary@example.com'`))
    expect(await scrub(database)).toBe(true)
    const kept = await database.all(sql`select hex(block) as bytes from contact_search_data`)
    const bytes = Buffer.from(kept.map((row) => row.bytes).join(''), 'hex').toString('latin1')
    expect(bytes).toContain('zwi')
    expect(bytes).not.toContain('tscher')
    expect(bytes).not.toContain('canary')
  })
})
