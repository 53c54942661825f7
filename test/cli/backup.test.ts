import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text as readText } from 'node:stream/consumers'

import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'
import { backUpSqlite } from '../../src/core/store/sqlite-backup.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const AGAIN = 'Whoever is erased later is still in it: after restoring, crm forget --reapply (docs/erasure.md).\n'

let home: Home

beforeAll(async () => {
  home = aHome()
  const people = { 'ada@example.com': { first_name: 'Ada' }, 'bob@example.com': {}, 'zoë@example.com': {} }
  const file = inHome('people.json')
  writeFileSync(file, JSON.stringify(people))
  expect((await crm(home, ['import', file])).code).toBe(0)
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
})

const inHome = (name: string) => join(home.folder, name)
const partsIn = (folder: string) => readdirSync(folder).filter((name) => name.includes('.part'))

test('a back-up is a database of its own, with everybody, and nobody else may read it', async () => {
  const { stdout, stderr, code } = await crm(home, ['backup', inHome('all.db')])
  expect([code, stderr]).toEqual([0, AGAIN])
  expect(stdout).toMatch(/^3 contacts, 0\.\d MB in .*all\.db\.\n$/)
  expect(statSync(inHome('all.db')).mode & 0o777).toBe(0o600)
  expect(readdirSync(home.folder).filter((name) => name.startsWith('all.db'))).toEqual(['all.db'])
  // A database that wants a log beside it has 2 here (SQLite, Database File Format, 1.3.3).
  expect([...readFileSync(inHome('all.db')).subarray(18, 20)]).toEqual([1, 1])

  const restored = aHome({ DATABASE_URL: `sqlite:${inHome('all.db')}` }, home.folder)
  expect(JSON.parse((await crm(restored, ['lookup', 'ada@example.com', '--json'])).stdout)).toMatchObject({
    first_name: 'Ada',
  })
})

test('--json says what was written where', async () => {
  const { stdout, code } = await crm(home, ['backup', inHome('json.db'), '--json'])
  const bytes = statSync(inHome('json.db')).size
  expect([code, JSON.parse(stdout)]).toEqual([0, { file: inHome('json.db'), contacts: 3, bytes }])
})

test('a back-up ends beside somebody who writes all the time, and is of one moment', async () => {
  await using busy = aHome()
  expect((await crm(busy, ['stats'])).code).toBe(0)
  using there = new Opened(join(busy.folder, 'touchpoint.db'))
  there.fill(20_000_000)
  there.count()
  const copy = join(busy.folder, 'copy.db')
  const steps: number[] = []
  const stopping = new AbortController()
  await backUpSqlite(join(busy.folder, 'touchpoint.db'), copy, {
    signal: stopping.signal,
    onCopied() {},
    onProgress({ done }) {
      steps.push(done)
      there.count()
      // It began anew, and would for ever.
      if (steps.length > 100) stopping.abort()
    },
  })
  expect(steps.length).toBeGreaterThan(2)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  using copied = new Opened(copy)
  expect([copied.counted(), there.counted()]).toEqual([1, 1 + steps.length])
})

test('nothing that is there is replaced, whatever it is', async () => {
  writeFileSync(inHome('there.txt'), 'mine')
  mkdirSync(inHome('folder'))
  symlinkSync('nowhere.db', inHome('link.db'))
  symlinkSync('touchpoint.db', inHome('itself.db'))
  const cases: readonly [name: string, reason: string][] = [
    ['there.txt', 'it is there already, and a back-up replaces nothing'],
    ['link.db', 'it is there already, and a back-up replaces nothing'],
    ['folder', 'it is a folder'],
    ['touchpoint.db', 'it is the database'],
    ['itself.db', 'it is the database'],
    ['touchpoint.db-journal', 'it belongs to the database'],
    ['touchpoint.db.key', 'it belongs to the database'],
    ['no/folder/a.db', 'there is no such file or folder'],
  ]
  for (const [name, reason] of cases) {
    expect(await crm(home, ['backup', inHome(name)])).toEqual({
      ...{ code: 2, stdout: '' },
      stderr: `${inHome(name)} cannot be written: ${reason}\n`,
    })
  }
  expect(readFileSync(inHome('there.txt'), 'utf8')).toBe('mine')
  expect([existsSync(inHome('nowhere.db')), partsIn(home.folder)]).toEqual([false, []])
})

test('a database that is not there is not made, and one of another program is not copied', async () => {
  const absent = aHome({ DATABASE_URL: `sqlite:${inHome('absent.db')}` }, home.folder)
  const { stderr, code } = await crm(absent, ['backup', inHome('of-absent.db')])
  expect([code, stderr]).toEqual([
    2,
    `DATABASE_URL: ${inHome('absent.db')} cannot be read (unable to open database file)\n`,
  ])
  expect([existsSync(inHome('absent.db')), existsSync(inHome('of-absent.db'))]).toEqual([false, false])

  const foreign = new BetterSqlite3(inHome('foreign.db'))
  foreign.exec('create table theirs (a)')
  foreign.close()
  const theirs = aHome({ DATABASE_URL: `sqlite:${inHome('foreign.db')}` }, home.folder)
  expect((await crm(theirs, ['backup', inHome('of-foreign.db')])).stderr).toBe(
    `DATABASE_URL: ${inHome('foreign.db')} is not a database of Touchpoint\n`,
  )
  expect([existsSync(inHome('of-foreign.db')), partsIn(home.folder)]).toEqual([false, []])
})

test('what is backed up is not migrated before', async () => {
  const older = new BetterSqlite3(inHome('older.db'))
  older.exec(`pragma application_id = ${0x74706372}; create table contacts (id integer primary key)`)
  older.close()
  const before = readFileSync(inHome('older.db'))
  const old = aHome({ DATABASE_URL: `sqlite:${inHome('older.db')}` }, home.folder)
  expect(await crm(old, ['backup', inHome('of-older.db')])).toMatchObject({ code: 0 })
  expect(readFileSync(inHome('older.db')).equals(before)).toBe(true)
})

test('a damaged database is said, and no copy of it is kept', async () => {
  copyFileSync(inHome('touchpoint.db'), inHome('damaged.db'))
  const page = placeOf(inHome('damaged.db'), 'contacts_email_key')
  const bytes = readFileSync(inHome('damaged.db'))
  bytes.fill(0xff, page, page + 100)
  writeFileSync(inHome('damaged.db'), bytes)
  const damaged = aHome({ DATABASE_URL: `sqlite:${inHome('damaged.db')}` }, home.folder)
  const { stderr, code } = await crm(damaged, ['backup', inHome('of-damaged.db')])
  expect([code, existsSync(inHome('of-damaged.db')), partsIn(home.folder)]).toEqual([1, false, []])
  expect(stderr).toContain('of-damaged.db cannot be written: the database is damaged')
})

test('the key of those who were erased is named where it stands in a file', async () => {
  await using other = aHome()
  await crm(other, ['forget', 'ada@example.com', '--yes'])
  const { stderr } = await crm(other, ['backup', join(other.folder, 'copy.db')])
  expect(stderr).toBe(
    `${AGAIN}What erased people are recognised by is not in it: keep touchpoint.db.key as well, in another place.\n`,
  )
})

test('Postgres is backed up with its own tool', async () => {
  const postgres = aHome({ DATABASE_URL: 'postgres://nobody@localhost:1/none' }, home.folder)
  const { stdout, stderr, code } = await crm(postgres, ['backup', inHome('postgres.db')])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('pg_dump --format=custom')
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0

test.runIf(canMount)('a full disk is said, and nothing half is left on it', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'touchpoint-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk])
  try {
    const file = join(disk, 'copy.db')
    expect(await crm(home, ['backup', file])).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: `${file} cannot be written: the disk is full\n`,
    })
    expect(readdirSync(disk)).toEqual([])
  } finally {
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  }
})

test('Ctrl-C leaves nothing behind', async () => {
  await using large = aHome()
  expect((await crm(large, ['stats'])).code).toBe(0)
  using filled = new Opened(join(large.folder, 'touchpoint.db'))
  filled.fill(40_000_000)
  const child = spawn(process.execPath, [CLI, 'backup', join(large.folder, 'copy.db')], { env: large.env })
  const [said, ended] = [readText(child.stderr), once(child, 'exit')]
  // Its first page is written when the copy is under way.
  while (child.exitCode === null && !isBegun(large.folder)) await new Promise(setImmediate)
  child.kill('SIGINT')
  expect([(await ended)[0], await said]).toEqual([1, `Stopped; ${join(large.folder, 'copy.db')} was not written.\n`])
  expect(readdirSync(large.folder).filter((name) => name.startsWith('copy.db'))).toEqual([])
})

function isBegun(folder: string): boolean {
  return partsIn(folder).some((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size)
}

/** Where the first page of an index begins in the file. */
function placeOf(path: string, index: string): number {
  using opened = new Opened(path)
  const place = 'select (rootpage - 1) * page_size from sqlite_master, pragma_page_size where name = ?'
  return Number(opened.db.prepare(place).pluck().get(index))
}

class Opened {
  readonly db: BetterSqlite3.Database

  constructor(path: string) {
    this.db = new BetterSqlite3(path)
  }

  count(): void {
    this.db.exec(
      "insert into source_days values ('a', '2026-03-02', 'accepted', 1, 1) on conflict do update set count = count + 1",
    )
  }

  counted(): unknown {
    return this.db.prepare("select count from source_days where provider = 'a'").pluck().get()
  }

  /** So that one step does not copy it all. */
  fill(bytes: number): void {
    const text = 'x'.repeat(100_000)
    const add = this.db.prepare("insert into erased (hash, at, reason) values (?, 1, 'requested')")
    this.db.transaction(() => {
      for (let n = 0; n < bytes / text.length; n += 1) add.run(`${n}${text}`)
    })()
  }

  [Symbol.dispose]() {
    this.db.close()
  }
}
