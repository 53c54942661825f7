import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { text as readText } from 'node:stream/consumers'

import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'

const CLI = join(import.meta.dirname, '../../src/cli.ts')

const PEOPLE = JSON.stringify({
  'ada@example.com': { first_name: 'Ada', company: '=cmd', tags: ['vip'] },
  'bob@example.com': { tags: ['vip'] },
  'zoë@example.com': { first_name: 'Zoë' },
})

let home: Home

beforeAll(async () => {
  home = aHome()
  const file = join(home.folder, 'people.json')
  writeFileSync(file, PEOPLE)
  expect((await crm(home, ['import', file])).code).toBe(0)
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
})

const inHome = (name: string) => join(home.folder, name)
const written = (name: string) => readFileSync(inHome(name), 'utf8')

test('standard output has the data alone, and how many it are is said beside it', async () => {
  const { stdout, stderr, code } = await crm(home, ['export'])
  expect([code, stderr]).toEqual([0, '3 contacts.\n'])
  expect(Object.keys(JSON.parse(stdout))).toHaveLength(3)
  expect(JSON.parse(stdout)['ada@example.com']).toMatchObject({ first_name: 'Ada', engagements: [] })
})

test('a CSV has those whom words and filters mean, and is safe for spreadsheets', async () => {
  const { stdout, stderr } = await crm(home, ['export', '--format', 'csv', '--filter', 'tag:vip', 'ada'])
  expect(stderr).toBe('1 contact.\n')
  expect(parse(stdout, { columns: true, bom: true })).toMatchObject([{ email: 'ada@example.com', company: "'=cmd" }])
})

test('a file is whole or not there, and nobody else may read it', async () => {
  const { stdout, stderr, code } = await crm(home, ['export', '--raw', '--no-bom', '--output', inHome('all.csv')])
  expect([code, stdout, stderr]).toEqual([0, '', `3 contacts in ${inHome('all.csv')}.\n`])
  expect(statSync(inHome('all.csv')).mode & 0o777).toBe(0o600)
  expect(written('all.csv')).toMatch(/^"email".*"=cmd"/s)
  expect(readdirSync(home.folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('- is standard output, and no file', async () => {
  const { stdout, stderr, code } = await crm(home, ['export', '--output', '-', '--format', 'csv', 'bob'])
  expect([code, stderr]).toEqual([0, '1 contact.\n'])
  expect(stdout).toMatch(/^"email"/)
  expect(readdirSync(home.folder)).not.toContain('-')
})

test('what a link leads to is written, and the link stays', async () => {
  writeFileSync(inHome('before.json'), '')
  symlinkSync('before.json', inHome('link.json'))
  expect((await crm(home, ['export', '--output', inHome('link.json')])).code).toBe(0)
  expect(lstatSync(inHome('link.json')).isSymbolicLink()).toBe(true)
  expect(Object.keys(JSON.parse(written('before.json')))).toHaveLength(3)
})

test('the database is never what is written over, by whatever name', async () => {
  symlinkSync('touchpoint.db', inHome('database.json'))
  for (const name of ['touchpoint.db', 'database.json']) {
    const { stderr, code } = await crm(home, ['export', '--output', inHome(name)])
    expect([code, stderr]).toEqual([2, `${inHome(name)} cannot be written: it is the database\n`])
  }
  expect((await crm(home, ['export'])).stderr).toBe('3 contacts.\n')
})

test.runIf(process.platform === 'linux')('a full disk is said, also behind standard output', async () => {
  expect(await crm(home, ['export', '--output', '/dev/full'])).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: '/dev/full cannot be written: the disk is full\n',
  })
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [CLI, 'export'], { env: home.env, stdio: ['ignore', full, 'pipe'] })
  if (!child.stderr) throw new Error('the program has no output')
  const [stderr] = await Promise.all([readText(child.stderr), once(child, 'exit')])
  closeSync(full)
  expect([child.exitCode, stderr]).toEqual([1, 'Standard output cannot be written: the disk is full\n'])
})

test('a file in a folder has a name that says what it is', async () => {
  mkdirSync(inHome('files'))
  await crm(home, ['export', '--format', 'csv', '--raw', '--output', inHome('files')])
  const [name = ''] = readdirSync(inHome('files'))
  expect(written(join('files', name))).toMatch(/^\ufeff"email"/)
  expect(name).toMatch(/^contacts-\d{4}-\d\d-\d\d\.raw\.csv$/)
})

test.each<[what: string, args: readonly string[], said: RegExp]>([
  ['a filter that is none', ['stauts:new'], /Did you mean status:\?/],
  ['a format that is none', ['--format', 'xml'], /csv, json/],
  [
    'a place that is not there',
    ['--output', '/nowhere/at/all.csv'],
    /^\/nowhere\/at\/all\.csv cannot be written: there is no such file or folder\n$/,
  ],
])('%s ends with 2 and says what is wrong, on standard error', async (_what, args, said) => {
  const { stdout, stderr, code } = await crm(home, ['export', ...args])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(said)
})
