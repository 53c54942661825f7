import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { aHome, crm, type Home } from '../../practice/program.ts'

const PEOPLE = `email,first name,last name,company,title,tags
ada@example.com,Ada,Lovelace,Engines,Countess,vip
grace@navy.example,Grace,Hopper,Navy,Admiral,vip
zoë@example.com,Zoë,Müller,Engines,Engineer,
`

let home: Home

beforeAll(async () => {
  home = aHome()
  const file = join(home.folder, 'people.csv')
  writeFileSync(file, PEOPLE)
  expect((await crm(home, ['import', file])).code).toBe(0)
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
})

const search = (...args: readonly string[]) => crm(home, ['search', ...args])

test('words and filters find contacts, one a line for people', async () => {
  const { stdout, stderr, code } = await search('engin', 'mull')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toBe('zoë@example.com  Zoë Müller  Engineer at Engines  new  score 0\n')
  expect((await search('tag:vip', 'domain:navy.example')).stdout).toMatch(/^grace@navy\.example /)
})

test('--json prints one object a line and nothing else', async () => {
  const { stdout, stderr, code } = await search('engines', '--json')
  expect([code, stderr]).toEqual([0, ''])
  const found = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(found).toHaveLength(2)
  expect(found).toContainEqual(
    expect.objectContaining({ email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', status: 'new' }),
  )
})

test('a limit is kept to, and that there are more is said beside the result', async () => {
  const { stdout, stderr, code } = await search('tag:vip', '--limit', '1', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ email: expect.stringMatching(/^(?:ada|grace)@/) })
  expect(stderr).toBe('There are 2; --limit shows more.\n')
})

test('nobody found ends with 1, the result is empty, and near misses are said', async () => {
  expect(await search('nobody-at-all', '--json')).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^No contact matches nobody-at-all\./),
  })
  const near = await search('lovelase')
  expect([near.code, near.stdout]).toEqual([1, ''])
  expect(near.stderr).toContain('Did you mean\n  ada@example.com')
})

test.each<[what: string, args: readonly string[], said: RegExp]>([
  ['without words', [], /missing required argument/],
  ['with a filter that does not exist', ['stauts:new'], /status:/],
  ['with a limit that is none', ['ada', '--limit', 'many'], /whole number from 1/],
])('%s ends with 2 and says what is wrong, on standard error', async (_what, args, said) => {
  const { stdout, stderr, code } = await search(...args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(said)
})
