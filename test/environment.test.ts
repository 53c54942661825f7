import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { ConfigError } from '../src/core/errors.ts'
import { addFrom } from '../src/environment.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touchpoint-env-'))
  file = join(folder, '.env')
})

afterEach(() => rmSync(folder, { recursive: true }))

function read(text: string, env: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  writeFileSync(file, text)
  const all = { ...env }
  addFrom(file, all)
  return all
}

test('the environment wins over the file', () => {
  expect(read('PORT=1\nHOST=::1', { PORT: '2' })).toEqual({ PORT: '2', HOST: '::1' })
})

test.each(['', '  '])('an empty variable (%j) is unset, and hides nothing in the file', (empty) => {
  expect(read('SLACK_BOT_TOKEN=xoxb-1', { SLACK_BOT_TOKEN: empty })).toEqual({ SLACK_BOT_TOKEN: 'xoxb-1' })
})

test('quotes, comments, export and the ends of lines of Windows are understood', () => {
  const text = '# what for\r\nexport A="x y" # why\r\nB=\'a#b\'\r\n\r\nC=1\r\n'
  expect(read(text)).toEqual({ A: 'x y', B: 'a#b', C: '1' })
})

test('the mark that some editors put before everything belongs to no name', () => {
  expect(read('\ufeffPORT=1\nHOST=::1')).toEqual({ PORT: '1', HOST: '::1' })
})

test('a file that is not there adds nothing', () => {
  const env = { PORT: '1' }
  addFrom(file, env)
  expect(env).toEqual({ PORT: '1' })
})

test('a file that cannot be read is named', () => {
  mkdirSync(file)
  expect(() => addFrom(file, {})).toThrow(ConfigError)
  expect(() => addFrom(file, {})).toThrow(`${file} cannot be read`)
})
