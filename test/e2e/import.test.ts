import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import BetterSqlite3 from 'better-sqlite3'
import { expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'
import { openDatabase } from '../../src/core/store/open.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const ROWS = 6000
/** Enough to meet the points that matter; more by `CRASH_ROUNDS`. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3)

test(`kill -9 in the middle of an import, ${ROUNDS} times: it goes on where it was, and every row counts once`, {
  timeout: 120_000 + ROUNDS * 20_000,
}, async () => {
  await using whole = aHome()
  await using broken = aHome()
  const people = Array.from(
    { length: ROWS },
    (_, n) => `p${n % (ROWS - 100)}@example.com,P${n},"crowd, q${n % 3}",${n === 0 ? 'ask Bob' : ''}`,
  )
  const file = join(broken.folder, 'people.csv')
  writeFileSync(file, ['email,first name,tags,Unsubscribed', ...people, 'nobody,,,', ''].join('\n'))
  const [expected] = await Promise.all([crm(whole, ['import', file, '--json']), prepared(broken)])

  for (let round = 0; round < ROUNDS; round += 1) {
    const { place } = readState(broken)
    const child = spawn(process.execPath, [CLI, 'import', file, '--json'], { env: broken.env, stdio: 'ignore' })
    const target = place + 250 + Math.floor(Math.random() * 1000)
    while (child.exitCode === null && readState(broken).place < target) await new Promise(setImmediate)
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  expect(readState(broken)).toMatchObject({ state: 'running' })

  const ended = await crm(broken, ['import', file, '--json'])
  expect(ended.stderr).toContain('It goes on after row')
  expect(ended.stderr).toContain('1 value of the column "Unsubscribed" says nothing we understand ("ask Bob")')
  expect(ended.code).toBe(0)
  const counts = JSON.parse(ended.stdout)
  expect({ ...counts, import: 0 }).toEqual({ ...JSON.parse(expected.stdout), import: 0 })
  expect(counts).toMatchObject({ created: ROWS - 100, duplicate: 100, invalid: 1 })
  expect(dumpOf(broken)).toEqual(dumpOf(whole))

  const undone = await crm(broken, ['import', '--undo', String(counts.import), '--json'])
  expect(JSON.parse(undone.stdout)).toMatchObject({ removed: ROWS - 100, kept: 0 })
  expect(dumpOf(broken).contacts).toEqual([])
})

async function prepared({ env }: Home): Promise<void> {
  await (await openDatabase(env.DATABASE_URL ?? ''))[Symbol.asyncDispose]()
}

function readState(home: Home): { readonly state: string; readonly place: number } {
  using database = opened(home)
  const [row] = database.all('select state, place from imports order by place desc limit 1')
  return { state: String(row?.state ?? ''), place: Number(row?.place ?? 0) }
}

/** What must not depend on how often a process died: everything but times. */
function dumpOf(home: Home) {
  using database = opened(home)
  return {
    contacts: database.all('select email_key, first_name, tags, status, revision from contacts order by email_key'),
    totals: database.all(`select name, count from totals where day = '' and count <> 0 order by name`),
    groups: database.all('select tag, name, count from contact_groups where count <> 0 order by tag, name'),
    words: database.all('select words from contact_words order by words'),
  }
}

function opened({ env }: Home) {
  const database = new BetterSqlite3(env.DATABASE_URL?.replace('sqlite:', '') ?? '', { readonly: true })
  return {
    all: (query: string) => database.prepare<[], Record<string, unknown>>(query).all(),
    [Symbol.dispose]: () => void database.close(),
  }
}
