import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { importContacts } from '../../src/core/import-contacts.ts'
import { insertNote } from '../../src/core/store/changes.ts'
import type { Database } from '../../src/core/store/database.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'
import { crowdOf, OWNERS, personOf } from './crowd-people.ts'

const DATA = join(import.meta.dirname, '../.data')
const MIGRATIONS = join(import.meta.dirname, '../../drizzle/sqlite')
const SEED = 20_260_601
/** What an import writes in one transaction. */
const GROUP = 200

/**
 * The path of a SQLite file with so many people and ten times as many events. It is written through
 * the program itself, so that roll-ups, words and counters are what they would be, and kept until
 * what it is made of changes.
 */
export async function crowdFile(people: number, say: (sentence: string) => void): Promise<string> {
  const path = join(DATA, `crowd-${people}-${fingerprint()}.db`)
  if (existsSync(path)) return path
  mkdirSync(DATA, { recursive: true })
  const unfinished = `${path}.unfinished`
  for (const leftOver of globSync(`${unfinished}*`)) rmSync(leftOver)
  const started = performance.now()
  {
    await using database = await openDatabase(`sqlite:${unfinished}`)
    await fill(database, people, (done) => {
      const seconds = (performance.now() - started) / 1000
      say(`${done.toLocaleString('en-US')} of ${people.toLocaleString('en-US')} people in ${seconds.toFixed(0)} s`)
    })
  }
  renameSync(unfinished, path)
  say(`${(statSync(path).size / 2 ** 20).toFixed(0)} MiB in ${path}`)
  return path
}

/** Changes with what writes the file: the tables, and the people and mails that are made up. */
function fingerprint(): string {
  const hash = createHash('sha256').update(String(SEED))
  const sources = [
    ...globSync('*.sql', { cwd: MIGRATIONS })
      .sort()
      .map((name) => join(MIGRATIONS, name)),
    ...['crowd-people.ts', 'crowd-mail.ts'].map((name) => join(import.meta.dirname, name)),
  ]
  for (const source of sources) hash.update(readFileSync(source))
  return hash.digest('hex').slice(0, 8)
}

const PROGRESS = 50_000
const dayOf = createDayOf('UTC')

/** Everybody in the order in which they became known. */
async function fill(database: Database, people: number, progress: (done: number) => void): Promise<void> {
  const crowd = crowdOf(people, SEED)
  for (let first = 0; first < people; first += GROUP) {
    const size = Math.min(GROUP, people - first)
    const group = Array.from({ length: size }, (_, index) => personOf(first + index, crowd))
    const now = Math.max(...group.map(({ createdAt }) => createdAt ?? 0))
    const options = { dayOf, now, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
    await importContacts(database, group, options)
    await writeNotes(database, first, size, now)
    if ((first + size) % PROGRESS === 0) progress(first + size)
  }
}

/** Every so many people one has notes. */
const NOTED = 50
const NOTE = 'Met at the fair, would like a call next week.'

/** Numbers of contacts are given in their order, from 1. */
async function writeNotes(database: Database, first: number, size: number, at: number): Promise<void> {
  await database.transaction(async (tx) => {
    for (let contactId = first + 1; contactId <= first + size; contactId += NOTED)
      await insertNote(tx, { contactId, author: OWNERS[contactId % OWNERS.length] ?? '', at, text: NOTE })
  })
}
