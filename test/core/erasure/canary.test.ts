import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'

import { eraseWithoutScrub, scrub } from '../../../src/core/erasure/erase-contact.ts'
import { exportContacts } from '../../../src/core/export/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { getTableName, sql } from '../../../src/core/store/drizzle.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import * as tables from '../../../src/core/store/schema.sqlite.ts'
import { databases, sqlitePlace } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import { aCrowd, byEve, ingest, NOW, SECRET } from './support.ts'

/** The full size is of the reliability sheet, section 16: CANARIES=1000. */
const PEOPLE = Number(process.env.CANARIES ?? 100)
const ERASED = PEOPLE / 10
const LATER_EVENTS = PEOPLE * 10

/** Letters and digits that nothing else holds, also not within another. */
function markOf(n: number): string {
  return `zq${n.toString(36).padStart(4, '0')}wkv`
}

const MARKS = Array.from({ length: PEOPLE }, (_, n) => markOf(n))

/** Every tenth, so that they lie among the others in the files. */
const isErased = (n: number) => n % 10 === 3

async function eraseSome(database: Database, emails: readonly string[]): Promise<string[]> {
  const chosen = emails.filter((_, n) => isErased(n))
  for (const email of chosen) await eraseWithoutScrub(database, email, byEve)
  return chosen
}

/** The marks that `bytes` hold, of those who were erased and of the others. */
function marksIn(...bytes: (Buffer | string)[]) {
  const found = new Set(
    bytes.flatMap((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : part).match(/zq[\da-z]{4}wkv/gi) ?? []),
  )
  const marks = new Set([...found].map((mark) => mark.toLowerCase()))
  const all = Array.from({ length: PEOPLE }, (_, n) => n)
  const holds = (n: number) => marks.has(markOf(n))
  return {
    erased: all.filter((n) => isErased(n) && holds(n)).length,
    others: all.filter((n) => !isErased(n) && holds(n)).length,
  }
}

async function everyRowOf(database: Database): Promise<string> {
  const names = Object.values(tables).map(getTableName)
  const rows = await Promise.all(names.map((name) => database.all(sql.raw(`select * from "${name}"`))))
  return JSON.stringify(rows, (_key, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
  )
}

async function exportedPeople(database: Database): Promise<number> {
  return (await Array.fromAsync(exportContacts(database, NOW))).length
}

async function exported(database: Database): Promise<string> {
  return JSON.stringify(await Array.fromAsync(exportContacts(database, NOW)))
}

/** More than the people erased, each of them many times, in spellings that tools use. */
async function laterEvents(database: Database, emails: readonly string[]): Promise<number> {
  let left = LATER_EVENTS
  let dropped = 0
  while (left > 0) {
    const events = Array.from({ length: Math.min(500, left) }, (_, n) => {
      const email = emails[(left + n) % emails.length] ?? ''
      return anEvent({ recipient: n % 2 === 0 ? email : ` ${email.toUpperCase()}`.trim(), metadata: { again: email } })
    })
    const [result] = await ingest(database, aDelivery(...events))
    dropped += result?.erased ?? 0
    left -= events.length
  }
  return dropped
}

test('leaves nothing of those who were erased in the files of SQLite, in back-ups or in exports', async () => {
  await using place = sqlitePlace()
  const path = place.url.replace('sqlite:', '')
  await using database = await openDatabase(place.url)
  const emails = await aCrowd(database, MARKS)
  expect(marksIn(readFileSync(path), readFileSync(`${path}-wal`))).toEqual({ erased: ERASED, others: PEOPLE - ERASED })

  const gone = await eraseSome(database, emails)
  expect(await scrub(database)).toBe(true)
  const backup = join(path, '..', 'backup.db')
  using source = new Closing(new BetterSqlite3(path, { readonly: true }))
  await source.db.backup(backup)
  const files = [path, `${path}-wal`, `${path}-shm`, `${path}-journal`].filter((file) => existsSync(file))
  const there = { erased: 0, others: PEOPLE - ERASED }
  expect(marksIn(...files.map((file) => readFileSync(file)))).toEqual(there)
  expect(marksIn(readFileSync(backup))).toEqual(there)
  expect(marksIn(await exported(database))).toEqual(there)

  expect(await laterEvents(database, gone)).toBe(LATER_EVENTS)
  await scrub(database)
  expect(marksIn(...files.map((file) => readFileSync(file)))).toEqual(there)
  expect(await exportedPeople(database)).toBe(PEOPLE - ERASED)
})

test.each(databases)('leaves nothing of those who were erased in any row of $name', async ({ open }) => {
  await using database = await open({ erasureSecret: SECRET })
  const emails = await aCrowd(database, MARKS)
  const gone = await eraseSome(database, emails)
  expect(await scrub(database)).toBe(true)
  expect(marksIn(await everyRowOf(database))).toEqual({ erased: 0, others: PEOPLE - ERASED })
  expect(await laterEvents(database, gone)).toBe(LATER_EVENTS)
  expect(marksIn(await everyRowOf(database))).toEqual({ erased: 0, others: PEOPLE - ERASED })
})

class Closing {
  readonly db: BetterSqlite3.Database

  constructor(db: BetterSqlite3.Database) {
    this.db = db
  }

  [Symbol.dispose]() {
    this.db.close()
  }
}
