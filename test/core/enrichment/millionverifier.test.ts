import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Connection, EmailVerdict, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'
import { millionverifier, verdictOf } from '../../../src/core/enrichment/providers/millionverifier.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf } from './vendor.ts'

const ADA = 'ada@brightforge.example'
const PATH = '/api/v3'

function verify({ verifier }: Connection, ...addresses: readonly string[]) {
  if (!verifier) throw new Error('there is no verifier')
  return verifier.verify(addresses, NEVER)
}

async function verdictsFor(answer: Answering) {
  await using vendor = await aVendor(() => answer)
  return await verify(connected(millionverifier, vendor, PATH), ADA)
}

testFaults(millionverifier, (connection) => verify(connection, ADA), { path: PATH })

test.each<[result: string, subresult: string | null, verdict: EmailVerdict['status'], detail: string | null]>([
  ['ok', 'ok', 'valid', null],
  ['ok', '', 'valid', null],
  ['ok', 'role_account', 'valid', 'role_account'],
  ['catch_all', 'unknown', 'risky', 'catch_all'],
  ['disposable', '', 'invalid', 'disposable'],
  ['invalid', 'Mailbox not found', 'invalid', 'mailbox_not_found'],
  ['invalid', null, 'invalid', null],
  ['unknown', 'greylisted', 'unknown', 'greylisted'],
  ['unknown', '', 'unknown', null],
  ['error', '', 'unknown', 'error'],
  ['error', 'smtp_timeout', 'unknown', 'error_smtp_timeout'],
  ['OK', '', 'unknown', 'ok'],
  ['reverify', '', 'unknown', 'reverify'],
  ['constructor', '', 'unknown', 'constructor'],
])('%j with %j is %s, for the reason %j', async (result, subresult, verdict, detail) => {
  const { verdicts } = await verdictsFor({ body: { email: ADA, result, resultcode: 0, subresult, error: '' } })
  expect(verdicts).toEqual([{ status: verdict, detail }])
})

test('an address that goes by a role stays valid where the mailbox answered', async () => {
  const { verdicts } = await verdictsFor({
    body: { email: ADA, result: 'ok', role: true, free: false, quality: 'good' },
  })
  expect(verdicts).toEqual([{ status: 'valid', detail: null }])
})

test('an error about the address is no trouble of the account', async () => {
  const body = { email: ADA, result: 'error', resultcode: 4, subresult: '', error: 'Connection timed out' }
  expect((await verdictsFor({ body })).verdicts).toEqual([{ status: 'unknown', detail: 'connection_timed_out' }])
})

test('nothing but `ok` is ever valid', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('ok', 'OK', ' ok', 'valid', 'toString', '__proto__', ''))
  fc.assert(
    fc.property(word, fc.option(word), fc.option(word), (result, subresult, error) => {
      if (result !== 'ok') expect(verdictOf({ result, subresult, error }).status).not.toBe('valid')
    }),
    { numRuns: 10_000 },
  )
})

test('whatever it answers is a verdict or a named trouble', async () => {
  let body: unknown
  await using vendor = await aVendor(() => ({ body: JSON.stringify(body) }))
  const connection = connected(millionverifier, vendor, PATH)
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('ok', ADA, 'error', 'Apikey not found'))
  const result = fc.record(
    { email: value, result: value, subresult: value, error: value, credits: value },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(value, result), async (answer) => {
      body = answer
      await verify(connection, ADA).then(
        ({ verdicts }) => expect(verdicts.length).toBe(1),
        (error) => expect(error).toBeInstanceOf(ProviderError),
      )
    }),
    { numRuns: 500 },
  )
})

test('the address is asked about with a time within our own patience', async () => {
  await using vendor = await aVendor(() => ({ body: { email: ADA, result: 'ok' } }))
  await verify(connected(millionverifier, vendor, PATH), 'ada+list&co@brightforge.example')
  expect(vendor.asked).toMatchObject([
    {
      method: 'GET',
      path: '/api/v3/',
      query: { api: KEY, email: 'ada+list&co@brightforge.example', timeout: '20' },
      body: '',
    },
  ])
})

test('it tells what is left, and not what the call cost', async () => {
  const answers = await verdictsFor({ body: { email: ADA, result: 'ok', credits: 4102 } })
  expect(answers).toMatchObject({ credits: null, creditsLeft: 4102, requestId: null })
  expect((await verdictsFor({ body: { result: 'ok' } })).creditsLeft).toBeNull()
})

test.each([
  ['Ada@Brightforge.example', 'valid'],
  ['bob@brightforge.example', 'unknown'],
])('an answer about %s makes the address %s', async (email, status) => {
  const { verdicts } = await verdictsFor({ body: { email, result: 'ok' } })
  expect(verdicts).toEqual([{ status, detail: status === 'valid' ? null : 'another_address' }])
})

test.each([[[]], [[ADA, 'bob@brightforge.example']]])('a batch of %j is refused without a call', async (addresses) => {
  await using vendor = await aVendor(() => ({ body: { result: 'ok' } }))
  const asking = verify(connected(millionverifier, vendor, PATH), ...addresses)
  expect((await troubleOf(asking)).trouble).toBe('refused')
  expect(vendor.asked.length).toBe(0)
})

test.each<[text: string, trouble: Trouble]>([
  ['Apikey not found', 'auth_failed'],
  ['API key disabled', 'auth_failed'],
  ['Insufficient credits', 'out_of_credits'],
  ['Not enough credits for this API key', 'out_of_credits'],
])('%j with a status of 200 is %s', async (error, trouble) => {
  const body = { email: ADA, result: 'error', resultcode: 4, subresult: '', credits: 0, error }
  expect((await troubleOf(verdictsFor({ body }))).trouble).toBe(trouble)
  expect((await troubleOf(verdictsFor({ status: 400, body: { error } }))).trouble).toBe(trouble)
})

test.each<[status: number, trouble: Trouble]>([
  [400, 'refused'],
  [401, 'auth_failed'],
  [402, 'out_of_credits'],
  [403, 'misconfigured'],
  [404, 'refused'],
  [429, 'rate_limited'],
])('a status of %d is %s', async (status, trouble) => {
  // The words of a rate limit may name the key, too.
  const body = status === 429 ? { error: 'too many for this API key' } : {}
  expect((await troubleOf(verdictsFor({ status, body }))).trouble).toBe(trouble)
})

test.each<[headers: Readonly<Record<string, string>>, ms: number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '30' }, 30_000],
  [{ 'retry-after': 'Mon, 02 Mar 2026 09:01:00 GMT', date: 'Mon, 02 Mar 2026 09:00:00 GMT' }, 60_000],
])('a rate limit with %j leaves it alone for %j ms', async (headers, ms) => {
  expect(await troubleOf(verdictsFor({ status: 429, headers, body: '' }))).toMatchObject({
    trouble: 'rate_limited',
    retryAfterMs: ms,
  })
})
