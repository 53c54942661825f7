import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import BetterSqlite3 from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { ConfigError, StorageError } from '../../src/core/errors.ts'
import { contactByAddress, contactsAfter, holdContacts } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { assertSafe } from '../../src/core/store/sqlite-connection.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite, postgresPlace, sqlitePlace } from '../support/databases.ts'

const now = Date.parse('2026-03-02T09:00:00Z')

async function addAda(database: Database): Promise<void> {
  await addContact(database, 'ada@example.com', { by: 'U0ADA', now, dayOf: createDayOf('UTC') })
}

async function durability(database: Database) {
  const [row] = await database.transaction((tx) => tx.all(sql`pragma synchronous`))
  const [journal] = await database.all(sql`pragma journal_mode`)
  return { ...row, ...journal }
}

describe('a version of SQLite', () => {
  test.each(['3.7.17', '3.44.0', '3.50.99', '3.51.0', '3.51.2'])('that can lose data is refused: %s', (version) => {
    expect(() => assertSafe(version)).toThrow(ConfigError)
  })

  test.each(['3.51.3', '3.53.0', '3.100.0', '4.0.0'])('that cannot is taken: %s', (version) => {
    expect(() => assertSafe(version)).not.toThrow()
  })
})

describe('the SQLite file', () => {
  test('is synced before a write counts, also after it is opened again', async () => {
    await using place = sqlitePlace()
    {
      await using database = await openDatabase(place.url)
      await addAda(database)
      expect(await durability(database)).toEqual({ synchronous: 2, journal_mode: 'wal' })
    }
    await using database = await openDatabase(place.url)
    expect(await durability(database)).toEqual({ synchronous: 2, journal_mode: 'wal' })
    expect(await contactByAddress(database, 'ada@example.com')).toBeDefined()
  })

  test('is waited for while another process writes, and everything else goes on', async () => {
    await using place = sqlitePlace()
    await using one = await openDatabase(place.url)
    await using other = await openDatabase(place.url)
    const { promise: isWritten, resolve: write } = Promise.withResolvers<void>()
    const first = one.transaction(async () => await isWritten)
    const second = addAda(other)
    // Both are in this process: if waiting stopped it, the first would never end.
    setImmediate(write)
    await Promise.all([first, second])
    expect(await contactByAddress(one, 'ada@example.com')).toBeDefined()
  })

  test('can be read by nobody else, nor can its log', async () => {
    await using place = sqlitePlace()
    await using database = await openDatabase(place.url)
    await addAda(database)
    const path = place.url.replace('sqlite:', '')
    const modes = ['', '-wal', '-shm'].map((suffix) => (statSync(path + suffix).mode & 0o777).toString(8))
    expect(modes).toEqual(['600', '600', '600'])
  })

  test('is written only by a transaction', async () => {
    await using database = await openSqlite()
    const { contacts } = database.tables
    const row = { email: 'ada@example.com', emailKey: 'ada@example.com', domain: 'example.com' }
    const insert = async () => {
      await database.db.insert(contacts).values({ ...row, createdAt: now, updatedAt: now })
    }
    await expect(insert()).rejects.toThrow('readonly database')
    await expect(database.run(sql`delete from contacts`)).rejects.toMatchObject({ cause: { code: 'SQLITE_READONLY' } })
    await expect(holdContacts(database, ['ada@example.com'], now)).rejects.toThrow('readonly database')
    expect(await contactsAfter(database, 0, 10)).toEqual([])
  })

  test('that cannot be opened is refused as a setting, with its place', async () => {
    await using place = sqlitePlace()
    const folder = dirname(place.url)
    const problem = await openDatabase(folder).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ConfigError)
    expect(String(problem)).toContain(`${folder.replace('sqlite:', '')} cannot be opened`)
    expect(String(problem)).toContain('name a file that this program may write')
  })

  test.each([
    { suffix: '-journal', kind: ConfigError, sentence: 'name a file that this program may write' },
    { suffix: '-wal', kind: StorageError, sentence: 'make room on its disk' },
  ])('whose $suffix cannot be written is refused, with what to do', async ({ suffix, kind, sentence }) => {
    await using place = sqlitePlace()
    const path = place.url.replace('sqlite:', '')
    mkdirSync(`${path}${suffix}`)
    const problem = await openDatabase(place.url).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(kind)
    expect(String(problem)).toContain(`DATABASE_URL: ${path} cannot be written: ${sentence}`)
  })

  test('that is damaged is refused as a setting', async () => {
    await using place = sqlitePlace()
    await (await openDatabase(place.url))[Symbol.asyncDispose]()
    const path = place.url.replace('sqlite:', '')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0x2a, 100))
    const problem = await openDatabase(place.url).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ConfigError)
    expect(String(problem)).toMatch(/DATABASE_URL: \S+ is damaged: put a back-up in its place/)
  })

  test('of another program is refused, and not one byte of it changes', async () => {
    await using place = sqlitePlace()
    const path = place.url.replace('sqlite:', '')
    const others = new BetterSqlite3(path)
    others.exec("create table recipes (name text); insert into recipes values ('soup')")
    others.close()
    const before = readFileSync(path)
    await expect(openDatabase(place.url)).rejects.toThrow(ConfigError)
    await expect(openDatabase(place.url)).rejects.toThrow('another program')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('that is no database at all is refused, and stays as it is', async () => {
    await using place = sqlitePlace()
    const path = place.url.replace('sqlite:', '')
    const text = 'email,first name\nada@example.com,Ada\n'.repeat(10)
    writeFileSync(path, text)
    await expect(openDatabase(place.url)).rejects.toThrow(ConfigError)
    await expect(openDatabase(place.url)).rejects.toThrow('not a database')
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

describe.each(databases)('a transaction on $name', ({ open }) => {
  test('that fails leaves nothing', async () => {
    await using database = await open()
    const failing = database.transaction(async (tx) => {
      await addAda(tx)
      expect(await contactByAddress(tx, 'ada@example.com')).toBeDefined()
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await contactsAfter(database, 0, 10)).toEqual([])
    await addAda(database)
    expect(await contactsAfter(database, 0, 10)).toHaveLength(1)
  })

  test('inside another belongs to it', async () => {
    await using database = await open()
    const failing = database.transaction(async (tx) => {
      await tx.transaction(addAda)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await contactsAfter(database, 0, 10)).toEqual([])
  })
})

test.each([
  { name: 'SQLite', makePlace: async () => sqlitePlace() },
  { name: 'Postgres', makePlace: postgresPlace },
])('several processes may open an empty $name at once', async ({ makePlace }) => {
  await using place = await makePlace()
  const opened = await Promise.all([1, 2, 3].map(() => openDatabase(place.url)))
  const [first, second] = opened
  if (first && second) {
    await addAda(first)
    expect(await contactByAddress(second, 'ada@example.com')).toBeDefined()
  }
  for (const database of opened) await database[Symbol.asyncDispose]()
})
