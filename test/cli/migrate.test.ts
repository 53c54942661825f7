import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'
import { isEmpty } from '../../src/core/store/copy.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { postgresPlace, sqlitePlace } from '../support/databases.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

const STOP = 'The server has to stand still meanwhile: what it writes from now on stays behind.\n'
const AFTER =
  'The old database is as it was. Delete it when the new one has proven itself: it holds whoever is erased later.\n'

const places = [
  ['SQLite', sqlitePlace],
  ['Postgres', postgresPlace],
] as const

/** With Ada and Bob in it. */
async function aFilledHome(): Promise<Home> {
  const home = aHome()
  const file = join(home.folder, 'people.json')
  writeFileSync(
    file,
    JSON.stringify({ 'ada@example.com': { first_name: 'Ada', tags: ['vip'] }, 'bob@example.com': {} }),
  )
  expect((await crm(home, ['import', file])).code).toBe(0)
  return home
}

const databaseIn = ({ folder }: Home) => join(folder, 'touchpoint.db')

/** The same commands on the other database. */
function at(home: Home, url: string, env: Readonly<Record<string, string>> = {}): Home {
  return aHome({ ...env, DATABASE_URL: url }, home.folder)
}

test.each(places)(
  'a database moves to %s and says the same there, and says what to put into .env',
  async (_name, makePlace) => {
    await using home = await aFilledHome()
    await using place = await makePlace()
    const { stdout, stderr, code } = await crm(home, ['migrate', '--to', place.url])
    expect([code, stderr]).toEqual([0, `${STOP}${AFTER}`])
    expect(stdout).toMatch(/^2 contacts and 0 events moved in [\d.]+ seconds?\.\n/)
    expect(stdout).toContain(`\nDATABASE_URL=${place.url}\n`)
    for (const asked of [['search', 'tag:vip', '--json'], ['export']]) {
      expect(await crm(at(home, place.url), asked)).toEqual(await crm(home, asked))
    }
  },
)

test('--json says how many rows of each table were moved', async () => {
  await using home = await aFilledHome()
  const to = `sqlite:${join(home.folder, 'other.db')}`
  const { stdout, code } = await crm(home, ['migrate', '--to', to, '--json'])
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    { contacts: 2, events: 0, tables: { contacts: 2, contact_tags: 1, events: 0 }, env: { DATABASE_URL: to } },
  ])
})

test('what cannot be moved is said with 2, and nothing is made or changed', async () => {
  await using home = await aFilledHome()
  await using empty = aHome()
  expect((await crm(empty, ['stats'])).code).toBe(0)
  const other = `sqlite:${join(home.folder, 'other.db')}`
  const itself = home.env.DATABASE_URL ?? ''
  const nowhere = at(home, `sqlite:${join(home.folder, 'nowhere.db')}`)
  const cases: readonly [Home, to: string, said: RegExp][] = [
    [home, itself, /^That database is not empty \(it has rows in contacts, .*\): give an empty one\.\n$/m],
    [home, 'mysql://localhost/crm', /^--to is not a database: /],
    [home, 'postgres://crm:geheim@127.0.0.1:1/crm', /^--to: (?!.*geheim)/],
    [nowhere, other, /^DATABASE_URL: there is no database .*nowhere\.db\n$/],
    [empty, other, /^DATABASE_URL: that database is empty, there is nothing to move\n$/],
  ]
  for (const [from, to, said] of cases) {
    const { stdout, stderr, code } = await crm(from, ['migrate', '--to', to])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.replace(STOP, '')).toMatch(said)
  }
  expect(readdirSync(home.folder).filter((name) => /^(other|nowhere)/.test(name))).toEqual([])
})

test('a server that is at work is to be stopped first', async () => {
  await using home = await aFilledHome()
  const db = new BetterSqlite3(databaseIn(home))
  const insertion = db.prepare(
    "insert into jobs (id, kind, payload, state, run_at, lease_owner, lease_until, created_at) values ('1', 'a', '{}', 'running', 1, 'server', ?, 1)",
  )
  insertion.run(Date.now() + 3_600_000)
  const to = `sqlite:${join(home.folder, 'other.db')}`
  expect(await crm(home, ['migrate', '--to', to])).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: 'The server is at work (1 job under way). Stop it; if it was killed, wait a minute.\n',
  })
  db.exec('update jobs set lease_until = 1')
  db.close()
  expect((await crm(home, ['migrate', '--to', to])).code).toBe(0)
})

test('who was erased stays out: the key goes with a file, and is named for Postgres', async () => {
  await using home = await aFilledHome()
  await using postgres = await postgresPlace()
  expect((await crm(home, ['forget', 'ada@example.com', '--yes'])).code).toBe(0)
  const key = `${databaseIn(home)}.key`
  const other = join(home.folder, 'other.db')

  expect((await crm(home, ['migrate', '--to', `sqlite:${other}`])).stdout).not.toContain('KEY')
  expect([readFileSync(`${other}.key`, 'utf8'), statSync(`${other}.key`).mode & 0o777]).toEqual([
    readFileSync(key, 'utf8'),
    0o600,
  ])
  expect((await crm(home, ['migrate', '--to', postgres.url])).stdout).toContain(`\nCRM_ERASURE_KEY_FILE=${key}\n`)

  const file = join(home.folder, 'people.json')
  for (const moved of [at(home, `sqlite:${other}`), at(home, postgres.url, { CRM_ERASURE_KEY_FILE: key })]) {
    await crm(moved, ['import', file])
    expect((await crm(moved, ['lookup', 'ada@example.com'])).code).toBe(1)
  }
})

test('the key of other erased people is not taken for that of these', async () => {
  await using home = await aFilledHome()
  await crm(home, ['forget', 'ada@example.com', '--yes'])
  const other = join(home.folder, 'other.db')
  writeFileSync(`${other}.key`, 'another key of thirty-two letters, or more')
  const { stderr, code } = await crm(home, ['migrate', '--to', `sqlite:${other}`])
  expect([code, stderr]).toEqual([2, `${STOP}${other}.key holds the key of other erased people: move it away\n`])
})

test.each(places)(
  'kill -9 in the middle leaves %s empty, and the same command does it then',
  async (_name, makePlace) => {
    await using home = await aFilledHome()
    fill(databaseIn(home))
    await using place = await makePlace()
    await brokenOff(home, place.url, 'SIGKILL')
    {
      await using target = await openDatabase(place.url)
      expect(await isEmpty(target)).toBe(true)
    }
    const { stdout, code } = await crm(home, ['migrate', '--to', place.url, '--json'])
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { contacts: 2, tables: { erased: FILLED } }])
  },
)

test('Ctrl-C moves nothing, and says so', async () => {
  await using home = await aFilledHome()
  fill(databaseIn(home))
  const other = join(home.folder, 'other.db')
  expect(await brokenOff(home, `sqlite:${other}`, 'SIGINT')).toMatchObject({
    code: 1,
    last: 'Stopped; nothing was moved.',
  })
  await using target = await openDatabase(`sqlite:${other}`)
  expect([existsSync(other), await isEmpty(target)]).toEqual([true, true])
})

const FILLED = 30_000

/** So long that it says how far it is. */
function fill(path: string): void {
  const db = new BetterSqlite3(path)
  const insertion = db.prepare("insert into erased (hash, at, reason) values (?, 1, 'requested')")
  db.transaction(() => {
    for (let n = 0; n < FILLED; n += 1) insertion.run(n.toString(16).padStart(64, '0'))
  })()
  db.close()
}

/** Ends the move at its first tenth. */
async function brokenOff(home: Home, to: string, signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [CLI, 'migrate', '--to', to], { env: home.env })
  const ended = once(child, 'exit')
  let last = ''
  for await (const line of createInterface({ input: child.stderr })) {
    last = line
    if (/^\d+ of \d+ rows$/.test(line)) child.kill(signal)
  }
  const [code] = await ended
  return { code, last }
}
