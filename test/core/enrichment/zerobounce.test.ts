import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Connection, EmailVerdict, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'
import { verdictOf, zerobounce } from '../../../src/core/enrichment/providers/zerobounce.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf } from './vendor.ts'

const ADA = 'ada@brightforge.example'
const BOB = 'bob@brightforge.example'
const CAI = 'cai@brightforge.example'

function verify({ verifier }: Connection, ...addresses: readonly string[]) {
  if (!verifier) throw new Error('there is no verifier')
  return verifier.verify(addresses, NEVER)
}

async function verdictsFor(answer: Answering, ...addresses: readonly string[]) {
  await using vendor = await aVendor(() => answer)
  return await verify(connected(zerobounce, vendor, '/v2'), ...addresses)
}

describe('one address', () => {
  testFaults(zerobounce, (connection) => verify(connection, ADA), { path: '/v2' })
})

describe('several addresses', () => {
  testFaults(zerobounce, (connection) => verify(connection, ADA, BOB), { path: '/v2' })
})

test.each<[status: string, subStatus: string | null, verdict: EmailVerdict['status'], detail: string | null]>([
  ['valid', '', 'valid', null],
  ['valid', null, 'valid', null],
  ['valid', 'alias_address', 'valid', 'alias_address'],
  ['valid', 'leading_period_removed', 'valid', 'leading_period_removed'],
  ['valid', 'accept_all', 'risky', 'catch_all'],
  ['valid', 'Accept-All', 'risky', 'catch_all'],
  ['valid', 'role_based_accept_all', 'risky', 'catch_all'],
  ['valid', 'role_based', 'risky', 'role_account'],
  ['valid', 'possible_trap', 'invalid', 'spamtrap'],
  ['catch-all', '', 'risky', 'catch_all'],
  ['catch-all', 'accept_all', 'risky', 'catch_all'],
  ['do_not_mail', 'role_based', 'risky', 'role_account'],
  ['do_not_mail', 'role_based_catch_all', 'risky', 'catch_all'],
  ['do_not_mail', 'global_suppression', 'risky', 'global_suppression'],
  ['do_not_mail', 'toxic', 'risky', 'toxic'],
  ['do_not_mail', 'disposable', 'invalid', 'disposable'],
  ['do_not_mail', 'possible_trap', 'invalid', 'spamtrap'],
  ['do_not_mail', 'mx_forward', 'unknown', 'do_not_mail_mx_forward'],
  ['do_not_mail', '', 'unknown', 'do_not_mail'],
  ['abuse', '', 'risky', 'abuse'],
  ['invalid', 'mailbox_not_found', 'invalid', 'mailbox_not_found'],
  ['invalid', '', 'invalid', null],
  ['spamtrap', '', 'invalid', 'spamtrap'],
  ['possible_trap', '', 'invalid', 'spamtrap'],
  ['unknown', 'greylisted', 'unknown', 'greylisted'],
  ['unknown', 'antispam_system', 'unknown', 'antispam_system'],
  ['unknown', '', 'unknown', null],
  ['Valid', '', 'unknown', 'valid'],
  ['probably fine', 'Sort Of', 'unknown', 'probably_fine_sort_of'],
  ['constructor', '', 'unknown', 'constructor'],
])('%j with %j is %s, for the reason %j', async (status, sub_status, verdict, detail) => {
  const { verdicts } = await verdictsFor({ body: { address: ADA, status, sub_status } }, ADA)
  expect(verdicts).toEqual([{ status: verdict, detail }])
})

test('nothing but `valid` is ever valid', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('valid', 'VALID', ' valid', 'valid ', 'toString', '__proto__', ''))
  fc.assert(
    fc.property(word, fc.option(word), (status, sub_status) => {
      if (status !== 'valid') expect(verdictOf({ status, sub_status }).status).not.toBe('valid')
    }),
    { numRuns: 10_000 },
  )
})

test('whatever it answers is a verdict or a named trouble', async () => {
  let body: unknown
  await using vendor = await aVendor(() => ({ body: JSON.stringify(body) }))
  const connection = connected(zerobounce, vendor, '/v2')
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('valid', ADA, 'api key'))
  const result = fc.record({ address: value, status: value, sub_status: value }, { requiredKeys: [] })
  const batch = fc.record({ email_batch: fc.oneof(value, fc.array(result)), errors: value }, { requiredKeys: [] })
  await fc.assert(
    fc.asyncProperty(fc.oneof(value, result, batch, fc.record({ error: value })), async (answer) => {
      body = answer
      for (const addresses of [[ADA], [ADA, BOB]])
        await verify(connection, ...addresses).then(
          ({ verdicts }) => expect(verdicts.length).toBe(addresses.length),
          (error) => expect(error).toBeInstanceOf(ProviderError),
        )
    }),
    { numRuns: 500 },
  )
})

test('one address is asked about by itself', async () => {
  await using vendor = await aVendor(() => ({ body: { address: ADA, status: 'valid', sub_status: '' } }))
  await verify(connected(zerobounce, vendor, '/v2'), 'ada+list&co@brightforge.example')
  expect(vendor.asked).toMatchObject([
    {
      method: 'GET',
      path: '/v2/validate',
      query: { api_key: KEY, email: 'ada+list&co@brightforge.example', ip_address: '' },
      body: '',
    },
  ])
})

test('several addresses are asked about in one call', async () => {
  await using vendor = await aVendor(() => ({ body: { email_batch: [], errors: [] } }))
  await verify(connected(zerobounce, vendor, '/v2'), ADA, BOB)
  expect(vendor.asked).toMatchObject([{ method: 'POST', path: '/v2/validatebatch', query: {} }])
  expect(JSON.parse(vendor.asked[0]?.body ?? '')).toEqual({
    api_key: KEY,
    email_batch: [
      { email_address: ADA, ip_address: null },
      { email_address: BOB, ip_address: null },
    ],
  })
})

test('the results of a batch are told apart by address, not by order', async () => {
  const email_batch = [
    { address: 'CAI@Brightforge.example', status: 'invalid', sub_status: 'mailbox_not_found' },
    { address: 'dee@brightforge.example', status: 'valid', sub_status: '' },
    { address: ADA, status: 'valid', sub_status: '' },
  ]
  const { verdicts } = await verdictsFor({ body: { email_batch, errors: [] } }, ADA, BOB, CAI)
  expect(verdicts).toEqual([
    { status: 'valid', detail: null },
    { status: 'unknown', detail: 'not_answered' },
    { status: 'invalid', detail: 'mailbox_not_found' },
  ])
})

test('an answer about another address is not taken for this one', async () => {
  const { verdicts } = await verdictsFor({ body: { address: BOB, status: 'valid', sub_status: '' } }, ADA)
  expect(verdicts).toEqual([{ status: 'unknown', detail: 'not_answered' }])
})

test('a part of a batch that failed costs only itself', async () => {
  const body = {
    email_batch: [{ address: ADA, status: 'valid', sub_status: '' }, { address: CAI, status: 7 }, null],
    errors: [{ error: 'Your account ran out of credits', email_address: BOB }],
  }
  const { verdicts } = await verdictsFor({ body }, ADA, BOB, CAI)
  expect(verdicts).toEqual([
    { status: 'valid', detail: null },
    { status: 'unknown', detail: 'your_account_ran_out_of_credits' },
    { status: 'unknown', detail: 'not_answered' },
  ])
})

test('results that it calls unknown are not counted as paid', async () => {
  const email_batch = [
    { address: ADA, status: 'valid', sub_status: '' },
    { address: BOB, status: 'unknown', sub_status: 'greylisted' },
    { address: CAI, status: 'a_new_word', sub_status: '' },
  ]
  const answers = await verdictsFor({ body: { email_batch } }, ADA, BOB, CAI)
  expect(answers).toMatchObject({ credits: 2, creditsLeft: null, requestId: null })
})

const BOTH = 'Invalid API Key or your account ran out of credits'

test.each<[what: string, body: unknown, trouble: Trouble]>([
  ['a text about the key', { error: 'Invalid API key' }, 'auth_failed'],
  ['a list of such texts', { error: ['Invalid API key'] }, 'auth_failed'],
  ['a text about credits', { error: 'You are out of credits' }, 'out_of_credits'],
  ['any other text', { error: 'Invalid email format' }, 'refused'],
])('%s in place of a result is told by name', async (_what, body, trouble) => {
  for (const status of [200, 400]) {
    await using vendor = await aVendor(() => ({ status, body }))
    const error = await troubleOf(verify(connected(zerobounce, vendor, '/v2'), ADA))
    expect(error.trouble).toBe(trouble)
    expect(vendor.asked.length).toBe(1)
  }
})

test.each<[what: string, errors: unknown, trouble: Trouble]>([
  ['the key', [{ error: 'Invalid API key', email_address: 'all' }], 'auth_failed'],
  ['credits', [{ error: 'Out of credits', email_address: 'all' }], 'out_of_credits'],
])('a batch refused as a whole because of %s is told by name', async (_what, errors, trouble) => {
  const asking = verdictsFor({ body: { email_batch: [], errors } }, ADA, BOB)
  expect((await troubleOf(asking)).trouble).toBe(trouble)
})

test.each<[credits: Answering, trouble: Trouble, creditsLeft: number | null]>([
  [{ body: { Credits: '-1' } }, 'auth_failed', null],
  [{ body: { Credits: '0' } }, 'out_of_credits', 0],
  [{ body: { Credits: 3 } }, 'out_of_credits', 3],
  [{ status: 500, body: 'oops' }, 'auth_failed', null],
  [{ body: { Credits: null } }, 'auth_failed', null],
  [{ cutAfter: 0 }, 'auth_failed', null],
])(
  'where one text stands for both, its credits of %j decide: %s, with %j left',
  async (credits, trouble, creditsLeft) => {
    const bodies = [{ error: BOTH }, { email_batch: [], errors: [{ error: BOTH, email_address: 'all' }] }]
    for (const [index, body] of bodies.entries()) {
      await using vendor = await aVendor(({ path }) => (path === '/v2/getcredits' ? credits : { body }))
      const addresses = index === 0 ? [ADA] : [ADA, BOB]
      const error = await troubleOf(verify(connected(zerobounce, vendor, '/v2'), ...addresses))
      expect(error).toMatchObject({ trouble, creditsLeft })
      expect(vendor.asked[1]).toMatchObject({ method: 'GET', path: '/v2/getcredits', query: { api_key: KEY } })
      expect(error.message).not.toContain(KEY)
    }
  },
)

test.each<[status: number, trouble: Trouble]>([
  [400, 'refused'],
  [401, 'auth_failed'],
  [402, 'out_of_credits'],
  [403, 'misconfigured'],
  [404, 'refused'],
  [429, 'rate_limited'],
])('a status of %d is %s', async (status, trouble) => {
  // The words of a rate limit may name the key, too.
  const asking = verdictsFor({ status, body: status === 429 ? { error: 'too many for this API key' } : {} }, ADA)
  expect((await troubleOf(asking)).trouble).toBe(trouble)
})

test.each<[headers: Readonly<Record<string, string>>, ms: number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '30' }, 30_000],
  [{ 'retry-after': 'Mon, 02 Mar 2026 09:01:00 GMT', date: 'Mon, 02 Mar 2026 09:00:00 GMT' }, 60_000],
])('a rate limit with %j leaves it alone for %j ms', async (headers, ms) => {
  expect(await troubleOf(verdictsFor({ status: 429, headers, body: '' }, ADA))).toMatchObject({
    trouble: 'rate_limited',
    retryAfterMs: ms,
  })
})
