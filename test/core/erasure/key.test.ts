import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { createErasureKey, keyFileOf } from '../../../src/core/erasure/key.ts'
import { ConfigError } from '../../../src/core/errors.ts'
import { sqlitePlace } from '../../support/databases.ts'

function fileOf(url: string): string {
  return keyFileOf(url) ?? ''
}

test('is made beside an SQLite database when it is first needed, for nobody else to read', async () => {
  await using place = sqlitePlace()
  const key = createErasureKey(place.url, undefined)
  expect(key.known()).toBeUndefined()
  expect(existsSync(fileOf(place.url))).toBe(false)
  const made = key.needed()
  expect(made).toMatch(/^[\da-f]{64}$/)
  expect(statSync(fileOf(place.url)).mode & 0o777).toBe(0o600)
  expect(readFileSync(fileOf(place.url), 'utf8').trim()).toBe(made)
})

test('is the same for whoever opens the database next, or has it open', async () => {
  await using place = sqlitePlace()
  const [server, commandLine] = [createErasureKey(place.url, undefined), createErasureKey(place.url, undefined)]
  const made = commandLine.needed()
  expect([server.known(), server.needed(), createErasureKey(place.url, undefined).known()]).toEqual([made, made, made])
})

test('is what the environment says, and then no file is made', async () => {
  await using place = sqlitePlace()
  expect(createErasureKey(place.url, 'from the environment').needed()).toBe('from the environment')
  expect(existsSync(fileOf(place.url))).toBe(false)
})

test('is not replaced where its file was emptied', async () => {
  await using place = sqlitePlace()
  createErasureKey(place.url, undefined).needed()
  writeFileSync(fileOf(place.url), '')
  expect(() => createErasureKey(place.url, undefined).needed()).toThrow(ConfigError)
  rmSync(fileOf(place.url))
})

test('has to be given for Postgres', () => {
  expect(() => createErasureKey('postgres://db', undefined).needed()).toThrow(/openssl rand -hex 32/)
})
