import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Connection, EmailVerdict, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'
import { reacher, verdictOf } from '../../../src/core/enrichment/providers/reacher.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf } from './vendor.ts'

const ADA = 'ada@brightforge.example'

function verify({ verifier }: Connection, ...addresses: readonly string[]) {
  if (!verifier) throw new Error('there is no verifier')
  return verifier.verify(addresses, NEVER)
}

async function verdictsFor(answer: Answering) {
  await using vendor = await aVendor(() => answer)
  return await verify(connected(reacher, vendor), ADA)
}

testFaults(reacher, (connection) => verify(connection, ADA))

/** An answer as Reacher writes it, of a mailbox of which nothing is said against. */
function anAnswer(is_reachable: string, misc: object = {}, smtp: object = {}) {
  return {
    input: ADA,
    is_reachable,
    misc: { is_disposable: false, is_role_account: false, is_b2c: false, ...misc },
    mx: { accepts_mail: true, records: ['mx.brightforge.example.'] },
    smtp: {
      can_connect_smtp: true,
      has_full_inbox: false,
      is_catch_all: false,
      is_deliverable: true,
      is_disabled: false,
      ...smtp,
    },
    syntax: { address: ADA, domain: 'brightforge.example', is_valid_syntax: true, username: 'ada' },
  }
}

test.each<[reachable: string, misc: object, smtp: object, verdict: EmailVerdict['status'], detail: string | null]>([
  ['safe', {}, {}, 'valid', null],
  ['safe', {}, { is_catch_all: true }, 'risky', 'catch_all'],
  ['safe', { is_role_account: true }, { is_catch_all: true }, 'risky', 'catch_all'],
  ['safe', { is_role_account: true }, {}, 'valid', 'role_account'],
  ['risky', {}, {}, 'risky', null],
  ['risky', { is_disposable: true }, {}, 'risky', 'disposable'],
  ['risky', { is_role_account: true }, {}, 'risky', 'role_account'],
  ['risky', {}, { is_catch_all: true }, 'risky', 'catch_all'],
  ['risky', {}, { has_full_inbox: true }, 'risky', 'full_inbox'],
  ['invalid', {}, {}, 'invalid', null],
  ['invalid', {}, { is_disabled: true, has_full_inbox: true }, 'invalid', 'disabled'],
  ['invalid', {}, { is_catch_all: true }, 'invalid', 'catch_all'],
  ['unknown', {}, { can_connect_smtp: false }, 'unknown', null],
  ['Safe', {}, {}, 'unknown', 'safe'],
  ['Quite Safe', {}, {}, 'unknown', 'quite_safe'],
  ['constructor', {}, {}, 'unknown', 'constructor'],
])('%s with %j and %j is %s, for the reason %j', async (reachable, misc, smtp, verdict, detail) => {
  const { verdicts } = await verdictsFor({ body: anAnswer(reachable, misc, smtp) })
  expect(verdicts).toEqual([{ status: verdict, detail }])
})

test('a check that failed on the way is unknown', async () => {
  const failed = { type: 'SmtpError', message: 'timed out' }
  const body = { ...anAnswer('unknown'), misc: failed, smtp: failed }
  expect((await verdictsFor({ body })).verdicts).toEqual([{ status: 'unknown', detail: null }])
})

test('flags that are no booleans are not read past', async () => {
  const asking = verdictsFor({ body: anAnswer('safe', {}, { is_catch_all: 'yes' }) })
  expect((await troubleOf(asking)).trouble).toBe('lost')
})

test('nothing but `safe` is ever valid, and no catch-all', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('safe', 'SAFE', ' safe', 'valid', 'toString', '__proto__', ''))
  const flag = fc.option(fc.boolean())
  const smtp = fc.option(fc.record({ is_catch_all: flag, has_full_inbox: flag, is_disabled: flag }))
  fc.assert(
    fc.property(word, smtp, (is_reachable, smtp) => {
      const { status } = verdictOf({ is_reachable, smtp })
      if (is_reachable !== 'safe' || smtp?.is_catch_all) expect(status).not.toBe('valid')
    }),
    { numRuns: 10_000 },
  )
})

test('whatever it answers is a verdict or a named trouble', async () => {
  let body: unknown
  await using vendor = await aVendor(() => ({ body: JSON.stringify(body) }))
  const connection = connected(reacher, vendor)
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('safe', ADA, true))
  const result = fc.record({ input: value, is_reachable: value, misc: value, smtp: value }, { requiredKeys: [] })
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

test('the address is all that is sent, and a key where there is one', async () => {
  await using vendor = await aVendor(() => ({ body: anAnswer('safe') }))
  await verify(connected(reacher, vendor, '/behind/a/proxy'), ADA)
  await verify(reacher.connect({ key: '', baseUrl: vendor.origin, fetch }), ADA)
  expect(vendor.asked).toMatchObject([
    { method: 'POST', path: '/behind/a/proxy/v1/check_email', query: {}, headers: { authorization: KEY } },
    { method: 'POST', path: '/v1/check_email', query: {} },
  ])
  expect(vendor.asked.map(({ body }) => JSON.parse(body))).toEqual([{ to_email: ADA }, { to_email: ADA }])
  expect(vendor.asked[1]?.headers.authorization).toBeUndefined()
})

test('a check costs nothing', async () => {
  expect(await verdictsFor({ body: anAnswer('safe') })).toMatchObject({
    credits: 0,
    creditsLeft: null,
    requestId: null,
  })
})

test.each([
  ['Ada@Brightforge.example', 'valid'],
  ['bob@brightforge.example', 'unknown'],
])('an answer about %s makes the address %s', async (input, status) => {
  const { verdicts } = await verdictsFor({ body: { ...anAnswer('safe'), input } })
  expect(verdicts).toEqual([{ status, detail: status === 'valid' ? null : 'another_address' }])
})

test.each([[[]], [[ADA, 'bob@brightforge.example']]])('a batch of %j is refused without a call', async (addresses) => {
  await using vendor = await aVendor(() => ({ body: anAnswer('safe') }))
  expect((await troubleOf(verify(connected(reacher, vendor), ...addresses))).trouble).toBe('refused')
  expect(vendor.asked.length).toBe(0)
})

test.each<[status: number, trouble: Trouble]>([
  [400, 'refused'],
  [401, 'auth_failed'],
  [403, 'misconfigured'],
  [404, 'refused'],
  [429, 'rate_limited'],
])('a status of %d is %s', async (status, trouble) => {
  expect((await troubleOf(verdictsFor({ status, body: { error: 'no' } }))).trouble).toBe(trouble)
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
