import { randomUUID } from 'node:crypto'

import { expect, inject, test } from 'vitest'

import { ConfigError } from '../../src/core/errors.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { postgresProblem } from '../../src/core/store/postgres-problems.ts'
import { administer, postgresPlace } from '../support/databases.ts'

const PASSWORD = 'correct-horse'

async function refusalOf(url: string): Promise<string> {
  const error = await openDatabase(url).then(
    (database) => database[Symbol.asyncDispose](),
    (problem: unknown) => problem,
  )
  expect(error).toBeInstanceOf(ConfigError)
  return error instanceof ConfigError ? error.message : ''
}

const withUser = (url: string, user: string) => url.replace(/\/\/[^@]*@/, `//${user}:${PASSWORD}@`)

test.each([
  [
    `postgres://u:${PASSWORD}@127.0.0.1:1/x`,
    /^DATABASE_URL: nobody answers at 127\.0\.0\.1:1 .*: start Postgres there/,
  ],
  [`postgres://u:${PASSWORD}@[::1]:1/x`, /^DATABASE_URL: nobody answers at \[::1\]:1 /],
  [`postgres://u:${PASSWORD}@nowhere.invalid/x`, /^DATABASE_URL: there is no host nowhere\.invalid .*: mend the name/],
  [`postgres://u:${PASSWORD}@/x?host=/nowhere`, /^DATABASE_URL: nobody answers at \/nowhere /],
  [`postgres://u:${PASSWORD}@127.0.0.1:1/x?sslrootcert=/no.pem`, /^DATABASE_URL: a file .* cannot be read .*\/no\.pem/],
  ['postgres://u:correct#horse@127.0.0.1:1/x', /^DATABASE_URL: it is not understood: .*percent-encoded \(# is %23\)$/],
  ['postgres://u:12/correct@127.0.0.1:1/x', /^DATABASE_URL: it is not understood: [^12]*%23\)$/],
])('who cannot be reached at %s is said in one sentence, without the password', async (url, sentence) => {
  const refusal = await refusalOf(url)
  expect(refusal).toMatch(sentence)
  expect(refusal).not.toMatch(/correct|horse|\n/)
})

test('so is what Postgres itself refuses', async () => {
  const server = inject('postgresUrl')
  await using place = await postgresPlace()
  const another = `postgres_user_${randomUUID().replaceAll('-', '')}`
  await administer(server, `create role ${another} login password '${PASSWORD}'`)
  try {
    expect(await refusalOf(withUser(place.url, 'touchpoint'))).toMatch(
      /^DATABASE_URL: Postgres at 127\.0\.0\.1:\d+ takes another user or password: mend them$/,
    )
    expect(await refusalOf(`${server}/nowhere`)).toMatch(
      /^DATABASE_URL: Postgres at 127\.0\.0\.1:\d+ has no database nowhere: make it, or mend the name$/,
    )
    expect(await refusalOf(`${place.url}?sslmode=verify-full`)).toMatch(/has no TLS: .* leave sslmode out$/)
    expect(await refusalOf(withUser(place.url, another))).toMatch(
      /^DATABASE_URL: the user may not make tables \(permission denied .*\): make it the owner of test_\w+$/,
    )
  } finally {
    await administer(server, `drop role ${another}`)
  }
})

const URL_OF_ALL = `postgres://u:${PASSWORD}@db.example/crm`

test.each([
  [
    '28000',
    'no pg_hba.conf entry for host "192.0.2.1"',
    /at db\.example:5432 does not let the user in .*pg_hba\.conf entry/,
  ],
  ['25006', 'cannot execute CREATE TABLE in a read-only transaction', /can only be read: name the server/],
  ['53300', 'sorry, too many clients already', /no connection left/],
  ['57P03', 'the database system is starting up', /starting or stopping: try again/],
  ['08P01', `no such database for ${PASSWORD}`, /takes no connection \(no such database for …\)/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', /is not trusted .*sslrootcert=/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: db.example. is not cert’s', /is not trusted .*name the host/],
])('%s has a sentence of its own, also where the driver is wrapped', (code, words, sentence) => {
  const cause = Object.assign(new Error(words), { code })
  const problem = postgresProblem(new Error('Failed query', { cause }), URL_OF_ALL)
  expect(problem?.message).toMatch(/^DATABASE_URL: /)
  expect(problem?.message).toMatch(sentence)
  expect(problem?.message).not.toContain(PASSWORD)
})

test('what nobody else is to blame for is no matter of the setting', () => {
  expect(postgresProblem(Object.assign(new Error('syntax error'), { code: '42601' }), URL_OF_ALL)).toBeUndefined()
  expect(postgresProblem(new TypeError('x is not a function'), URL_OF_ALL)).toBeUndefined()
})
