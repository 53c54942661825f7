import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import process from 'node:process'
import { text as readText } from 'node:stream/consumers'

import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'
import { createImports } from '../../src/core/import/imports.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'
import { postgresPlace, sqlitePlace } from '../support/databases.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')
const isLinux = process.platform === 'linux'

const LIST = 'email,first name\nada@example.com,Ada\nnobody,\n'
const REJECTED = '"row","reason","email","first name"\r\n"3","this is not an e-mail address","nobody",""\r\n'

/** Has a list and a database, and nothing was imported. */
let untouched: Home

beforeAll(async () => {
  untouched = aHome()
  writeFileSync(inHome(untouched, 'list.csv'), LIST)
  expect((await crm(untouched, ['stats'])).code).toBe(0)
})

afterAll(async () => {
  await untouched[Symbol.asyncDispose]()
})

test('a dry run does not go on with what was broken off, and keeps nothing of its list', async () => {
  await using home = aHome()
  const { file, done } = await brokenOff(home)
  const { stdout, stderr, code } = await crm(home, ['import', file, '--dry-run'])
  expect([code, stdout]).toEqual([
    0,
    `${ROWS - done} new, 0 changed, ${done} unchanged, 0 duplicate, 0 invalid, 0 new engagements (dry run: nothing was changed)\n`,
  ])
  expect(stderr).not.toContain('goes on')
  expect(importsIn(home)).toEqual([
    { id: 1, state: 'running', pieces: 1 },
    { id: 2, state: 'cancelled', pieces: 0 },
  ])
})

test('what was broken off is stopped by its number, and can be undone then', async () => {
  await using home = aHome()
  const { done } = await brokenOff(home)
  expect(await crm(home, ['import', '--undo', '1'])).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: 'Import 1 is not over. crm import --stop 1 stops it; then it can be undone.\n',
  })
  expect(await crm(home, ['import', '--stop', '1'])).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: `Stopped after ${done} of ${ROWS} rows; crm import --undo 1 takes them back.\n`,
  })
  expect(importsIn(home)).toEqual([{ id: 1, state: 'cancelled', pieces: 0 }])
  expect(await crm(home, ['import', '--stop', '1'])).toMatchObject({ code: 2, stderr: 'Import 1 is over already.\n' })
  expect(await crm(home, ['import', '--undo', '1'])).toMatchObject({
    code: 0,
    stdout: `${done} removed, 0 restored, 0 kept\n`,
  })
})

test.each([
  ['SQLite', sqlitePlace],
  ['Postgres', postgresPlace],
])('on %s what was broken off is not gone on with under other options, and is named', async (_name, makePlace) => {
  await using place = await makePlace()
  await using home = aHome({ DATABASE_URL: place.url })
  const { file, done } = await brokenOff(home)
  const other = await crm(home, ['import', file, '--columns', 'first name=lastName', '--json'])
  expect(other.stderr).toContain(
    'Import 1 of the same list, with other options, is not over: crm import --stop 1 ends it.\n',
  )
  expect(JSON.parse(other.stdout)).toMatchObject({ import: 2, created: ROWS - done, changed: done })
  const same = await crm(home, ['import', file, '--columns', 'first name=firstName', '--json'])
  expect(same.stderr).toContain(`It goes on after row ${done}.`)
  expect(JSON.parse(same.stdout)).toMatchObject({ import: 1 })
})

test('Ctrl-C while a list comes in keeps nothing of it', async () => {
  await using home = aHome()
  const child = started(home, ['import', '-'])
  child.stdin.on('error', () => {})
  child.stdin.write('email,first name\n'.padEnd(2 * 1024 * 1024, 'ada@example.com,Ada\n'))
  await until(() => importsIn(home).some(({ pieces }) => pieces > 0))
  child.kill('SIGINT')
  expect(await endOf(child)).toEqual({ code: 1, stdout: '', stderr: 'Stopped; nothing came in.\n' })
  expect(importsIn(home)).toEqual([])
})

test.each([
  ['of an import', []],
  ['of a dry run', ['--dry-run']],
])('Ctrl-C while the rows %s are counted says so, and nothing of the list', async (_what, args) => {
  await using home = aHome()
  const child = started(home, ['import', aList(home, MANY), ...args])
  await until(() => importsIn(home).some(({ state }) => state === 'ready'))
  child.kill('SIGINT')
  expect(await endOf(child)).toEqual({ code: 1, stdout: '', stderr: 'Stopped; nothing came in.\n' })
  expect(importsIn(home)).toEqual([{ id: 1, state: 'cancelled', pieces: 0 }])
})

test('Ctrl-C in the middle tells how far it came and how to take that back', async () => {
  await using home = aHome()
  const child = started(home, ['import', aList(home, 50_000)])
  await until(() => importsIn(home).some(({ state }) => state === 'running'))
  await until(() => contactsIn(home) > 0)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await endOf(child)
  const done = contactsIn(home)
  expect([code, stdout]).toEqual([1, expect.stringMatching(`^${done} new, .* Import 1: crm import --undo 1 takes it`)])
  expect(stderr).toMatch(new RegExp(`Stopped after ${done} of 50000 rows\\.\n$`))
  expect(importsIn(home)).toEqual([{ id: 1, state: 'cancelled', pieces: 0 }])
})

test('Ctrl-C while an import finds its place again tells how far it came before', async () => {
  await using home = aHome()
  const { file, done } = await brokenOff(home, MANY)
  const child = started(home, ['import', file])
  await until(() => importsIn(home).some(({ id, state }) => id === 2 && state === 'cancelled'))
  child.kill('SIGINT')
  const { code, stdout, stderr } = await endOf(child)
  expect([code, stdout]).toEqual([1, expect.stringMatching(`^${done} new, .* Import 1: crm import --undo 1 takes it`)])
  expect(stderr).toMatch(new RegExp(`Stopped after ${done} of ${MANY} rows\\.\n$`))
})

test('an import that is stopped from elsewhere says so', async () => {
  await using home = aHome()
  const end = endOf(started(home, ['import', aList(home, MANY)]))
  await until(() => contactsIn(home) > 0)
  const stopped = await crm(home, ['import', '--stop', '1'])
  const [sentence] = /^Stopped after \d+ of \d+ rows/.exec(stopped.stdout) ?? []
  expect(await end).toMatchObject({ code: 1, stderr: expect.stringMatching(`${sentence}\\.\n$`) })
})

test('words about writing to people that nobody understands are told with what came in, and by a dry run', async () => {
  await using home = aHome()
  const rows = Array.from({ length: 60 }, (_, n) => `p${n}@example.com,${n < 59 ? 'no' : 'ask Bob'}`)
  writeFileSync(inHome(home, 'list.csv'), ['email,Unsubscribed', ...rows, ''].join('\n'))
  const sentence = '1 value of the column "Unsubscribed" says nothing we understand ("ask Bob")'
  for (const args of [['--dry-run'], []]) {
    const { stdout, stderr, code } = await crm(home, ['import', inHome(home, 'list.csv'), ...args])
    expect([code, stdout]).toEqual([0, expect.stringContaining('60 new')])
    expect(stderr).toContain(sentence)
  }
})

test('the rows left out are a file of their own, and can be had again', async () => {
  await using home = aHome()
  const [list, first, again] = [inHome(home, 'list.csv'), inHome(home, 'first.csv'), inHome(home, 'again.csv')]
  writeFileSync(list, LIST)
  expect(await crm(home, ['import', list, '--rejected', first])).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(first, 'utf8')).toBe(`\ufeff${REJECTED}`)
  expect(readdirSync(home.folder).filter((name) => name.includes('first'))).toEqual(['first.csv'])
  expect(statSync(first).mode & 0o777).toBe(0o600)
  expect(await crm(home, ['import', '--rejected-of', '1'])).toEqual({ code: 0, stdout: REJECTED, stderr: '' })
  expect(await crm(home, ['import', '--rejected-of', '1', '--rejected', again])).toMatchObject({ code: 0, stdout: '' })
  expect(readFileSync(again, 'utf8')).toBe(`\ufeff${REJECTED}`)
  const piped = await crm(home, ['import', list, '--rejected', '-'])
  expect([piped.code, piped.stdout]).toEqual([0, REJECTED])
  expect(piped.stderr).toMatch(/^0 new, .*crm import --undo 2 takes it back\.\n$/)
})

test.each<[what: string, target: (home: Home) => string, why: string]>([
  ['a place that is not there', () => '/nowhere/at/all.csv', 'there is no such file or folder'],
  ['a folder', (home) => home.folder, 'it is a folder'],
  ['the list itself', (home) => inHome(home, 'list.csv'), 'it is the list itself'],
  ['the list by another spelling', (home) => `${home.folder}/../${basename(home.folder)}/list.csv`, 'it is the list'],
  ['a link to the list', (home) => linked(home, symlinkSync), 'it is the list itself'],
  ['another name of the list', (home) => linked(home, linkSync), 'it is the list itself'],
  ['the database', (home) => inHome(home, 'touchpoint.db'), 'it is the database'],
])('rows left out are not written to %s, and nothing is imported', async (_what, target, why) => {
  const path = target(untouched)
  const list = inHome(untouched, 'list.csv')
  const { code, stdout, stderr } = await crm(untouched, ['import', list, '--rejected', path])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`${path} cannot be written: ${why}`)
  expect(importsIn(untouched)).toEqual([])
  expect(readFileSync(list, 'utf8')).toBe(LIST)
})

test.runIf(isLinux)(
  'rows that cannot be written once the import is done can be had again, and it says how',
  async () => {
    await using home = aHome()
    const { code, stdout, stderr } = await crm(home, ['import', '-', '--rejected', '/dev/full', '--json'], LIST)
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { created: 1, invalid: 1, import: 1 }])
    expect(stderr).toBe(
      '/dev/full cannot be written: the disk is full. The rows left out can be had again: crm import --rejected-of 1\n',
    )
  },
)

/** On other systems nothing stands there that cannot be read. */
const DAMAGED: [string, readonly string[], RegExp][] = isLinux
  ? [['what cannot be read to its end', ['/proc/self/mem'], /^\/proc\/self\/mem cannot be read: the disk/]]
  : []

test.each<[what: string, args: readonly string[], said: RegExp]>([
  ['no file', [], /^Name a file/],
  ['a file that is not there', ['nope.csv'], /^nope\.csv cannot be read: there is no such file/],
  ['a folder', ['/'], /^\/ cannot be read: it is a folder\n$/],
  ['nothing at all', ['-'], /^standard input is empty/],
  ['an import that is none', ['--undo', '7'], /^There is no import 7\.\n$/],
  ['no number', ['--stop', 'x'], /the number that the import was given/],
  [
    'a list beside an import',
    ['--undo', '1', 'list.csv'],
    /^Import 1 is an earlier one, and list\.csv a list of its own/,
  ],
  ['an undo as a dry run', ['--undo', '1', '--dry-run'], /cannot be used with/],
  ['rows left out by a dry run', ['-', '--dry-run', '--rejected', 'x.csv'], /cannot be used with/],
  ...DAMAGED,
])('%s ends with 2 and a sentence on standard error', async (_what, args, said) => {
  const { stdout, stderr, code } = await crm(untouched, ['import', ...args])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(said)
  expect(contactsIn(untouched)).toBe(0)
})

test('an import goes on when nobody listens any more', async () => {
  await using home = aHome()
  const child = started(home, ['import', aList(home, 10_000), '--json'])
  child.stderr.destroy()
  const [stdout] = await Promise.all([readText(child.stdout), once(child, 'exit')])
  expect([child.exitCode, JSON.parse(stdout)]).toMatchObject([0, { created: 10_000 }])
})

test('a terminal has one bar that ends where the next line begins', async () => {
  await using home = aHome({ NODE_OPTIONS: `--import=data:text/javascript,process.stderr.isTTY=true` })
  const { stdout, stderr } = await crm(home, ['import', aList(home, 3)])
  expect(stdout).toMatch(/^3 new/)
  expect(linesOn(stderr)).toEqual([`${'█'.repeat(24)} 3 of 3`, ''])
  const exported = await crm(home, ['export', '--format', 'csv'])
  expect(linesOn(exported.stderr)).toEqual([`${'█'.repeat(24)} 3 of 3`, '3 contacts.', ''])
  const bar = "const bar = progressLine(3); bar(1); bar(4); say('More came in meanwhile.')"
  const script = `import { progressLine, say } from '${join(import.meta.dirname, '../../src/cli/context.ts')}'; ${bar}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: home.env })
  expect(linesOn(await readText(child.stderr))).toEqual([`${'█'.repeat(24)} 4 of 4`, 'More came in meanwhile.', ''])
})

const ROWS = 1000
/** To read them takes a second or more. */
const MANY = 200_000

const inHome = (home: Home, name: string) => join(home.folder, name)

function aList(home: Home, rows: number): string {
  const file = inHome(home, 'many.csv')
  const people = Array.from({ length: rows }, (_, n) => `p${n}@example.com,P${n}\n`)
  writeFileSync(file, `email,first name\n${people.join('')}`)
  return file
}

function linked(home: Home, link: (from: string, to: string) => void): string {
  const path = inHome(home, `${link.name}.csv`)
  link(inHome(home, 'list.csv'), path)
  return path
}

/** An import of the command line whose process ended after its first rows. */
async function brokenOff(home: Home, rows = ROWS) {
  const file = aList(home, rows)
  await using database = await openDatabase(home.env.DATABASE_URL ?? '')
  const imports = createImports({ database, dayOf: createDayOf('UTC'), now: Date.now, jobsFor: () => [] })
  const order = { by: null, name: 'many.csv', campaign: null, tags: [], overwrite: false, enrich: true }
  const bytes = (async function* () {
    yield readFileSync(file)
  })()
  const id = await imports.begin({ ...order, bytes })
  const { signal, abort } = stopper()
  await imports.run(id, { signal, onProgress: abort }).catch(() => {})
  const state = await imports.state(id)
  expect(state).toMatchObject({ id: 1, stage: 'running' })
  return { file, done: state?.done ?? 0 }
}

function stopper() {
  const stopping = new AbortController()
  return { signal: stopping.signal, abort: () => stopping.abort() }
}

function started({ env }: Home, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [CLI, ...args], { env })
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'exit'),
  ])
  return { code, stdout, stderr }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}

function importsIn(home: Home) {
  return rowsOf(
    home,
    'select id, state, (select count(*) from import_pieces where import_id = imports.id) as pieces from imports order by id',
  ).map(({ id, state, pieces }) => ({ id: Number(id), state: String(state), pieces: Number(pieces) }))
}

function contactsIn(home: Home): number {
  return Number(rowsOf(home, 'select count(*) as count from contacts')[0]?.count)
}

/** None while there is no database yet. */
function rowsOf({ env }: Home, query: string): Record<string, unknown>[] {
  let database: BetterSqlite3.Database | undefined
  try {
    database = new BetterSqlite3(env.DATABASE_URL?.replace('sqlite:', '') ?? '', { readonly: true })
    return database.prepare<[], Record<string, unknown>>(query).all()
  } catch {
    return []
  } finally {
    database?.close()
  }
}

/** What is left on a screen. */
function linesOn(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r').at(-1)?.replace('\u001b[K', '') ?? '')
}

test('--tag takes tags as every other field of them does, and an export brings them back', async () => {
  await using home = aHome()
  const list = JSON.stringify({ 'ada@example.com': { tags: ['', 'a, b', ' x '] } })
  const options = ['--tag', '', '--tag', '#fair; "A"', '--tag', 'spring  launch']
  expect(await crm(home, ['import', '-', ...options], list)).toMatchObject({ code: 0 })
  const { stdout } = await crm(home, ['export'])
  expect(JSON.parse(stdout)['ada@example.com'].tags).toEqual(['a', 'b', 'x', 'fair', 'spring launch'])
  const again = await crm(home, ['import', '-', '--json'], stdout)
  expect(JSON.parse(again.stdout)).toMatchObject({ changed: 0, unchanged: 1 })
})

test('a --tag that is too long is refused', async () => {
  const { code, stderr } = await crm(untouched, ['import', 'list.csv', '--tag', 'x'.repeat(101)])
  expect([code, stderr]).toEqual([2, expect.stringContaining('A tag has at most 100 characters.')])
})
