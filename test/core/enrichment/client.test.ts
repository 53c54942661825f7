import { inspect } from 'node:util'

import { expect, test } from 'vitest'
import { z } from 'zod'

import {
  type ClientOptions,
  checkStatus,
  createClient,
  dateOf,
  read,
  readOr,
  retryAfter,
} from '../../../src/core/enrichment/client.ts'
import type { Trouble } from '../../../src/core/enrichment/provider.ts'
import { aVendor, KEY, NEVER, troubleOf } from './vendor.ts'

const ADA = 'ada@brightforge.example'

function aClient(options: Partial<ClientOptions> = {}) {
  return createClient({ fetch, baseUrl: 'http://127.0.0.1:9', headers: {}, name: 'Vendor', ...options })
}

function aReply(text: string) {
  return { status: 200, headers: new Headers(), text }
}

/** What is asked carries a key in its query and an address in its body. */
const SECRETS = { query: { api_key: KEY }, body: { email: ADA } }

/** The whole error as a log would show it, with every cause and property. */
function expectNoSecretsIn(error: unknown): void {
  expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(/the-secret-key|api_key|ada@|\/v1\/look-up/)
}

test('a question carries its query, its headers and its body as JSON', async () => {
  await using vendor = await aVendor(() => ({ status: 201, headers: { 'x-left': '7' }, body: { ok: true } }))
  const client = aClient({ baseUrl: `${vendor.origin}/v1`, headers: { 'x-api-key': KEY } })
  const query = { email: 'ada+list&co@brightforge.example' }
  const reply = await client.post('/look-up', { query, body: { name: 'Zoë' }, signal: NEVER })
  expect(reply).toMatchObject({ status: 201, text: '{"ok":true}' })
  expect(reply.headers.get('x-left')).toBe('7')
  expect(vendor.asked).toMatchObject([{ method: 'POST', path: '/v1/look-up', query, body: '{"name":"Zoë"}' }])
  expect(vendor.asked[0]?.headers).toMatchObject({
    'x-api-key': KEY,
    accept: 'application/json',
    'content-type': 'application/json',
  })
})

test('a question without a body says nothing of its type', async () => {
  await using vendor = await aVendor(() => ({}))
  await aClient({ baseUrl: vendor.origin }).get('/', { signal: NEVER })
  expect(vendor.asked).toMatchObject([{ method: 'GET', path: '/', query: {}, body: '' }])
  expect(vendor.asked[0]?.headers['content-type']).toBeUndefined()
})

test('a redirection is not followed, so the key goes nowhere else', async () => {
  await using elsewhere = await aVendor(() => ({ body: {} }))
  const headers = { location: `${elsewhere.origin}/v1/look-up` }
  await using vendor = await aVendor(() => ({ status: 307, headers }))
  const client = aClient({ baseUrl: vendor.origin, headers: { 'x-api-key': KEY } })
  expect((await client.post('/v1/look-up', { ...SECRETS, signal: NEVER })).status).toBe(307)
  expect([vendor.asked.length, elsewhere.asked.length]).toEqual([1, 0])
})

test('a connection that never answers is given up when the asker gives up', async () => {
  const asker = new AbortController()
  await using vendor = await aVendor(() => void asker.abort())
  const asking = aClient({ baseUrl: vendor.origin }).post('/v1/look-up', { ...SECRETS, signal: asker.signal })
  const error = await troubleOf(asking)
  expect(error).toMatchObject({ trouble: 'lost', message: 'Vendor did not answer' })
  expectNoSecretsIn(error)
})

test('a connection that never answers is given up after its time', async () => {
  await using vendor = await aVendor(() => undefined)
  const asking = aClient({ baseUrl: vendor.origin, timeoutMs: 1 }).get('/', { signal: NEVER })
  expect((await troubleOf(asking)).trouble).toBe('lost')
})

test('who has given up before asks nobody, and nothing is lost', async () => {
  await using vendor = await aVendor(() => ({}))
  const asking = aClient({ baseUrl: vendor.origin }).post('/', { ...SECRETS, signal: AbortSignal.abort() })
  expect((await troubleOf(asking)).trouble).toBe('unavailable')
  expect(vendor.asked.length).toBe(0)
})

test.each([0, 10])('a connection that ends after %d bytes is lost', async (cutAfter) => {
  await using vendor = await aVendor(() => ({ body: { email: ADA, name: 'Ada' }, cutAfter }))
  const error = await troubleOf(aClient({ baseUrl: vendor.origin }).post('/v1/look-up', { ...SECRETS, signal: NEVER }))
  expect(error.trouble).toBe('lost')
  expectNoSecretsIn(error)
})

test('nobody there is unavailable, without a word of the key', async () => {
  const vendor = await aVendor(() => ({}))
  await vendor[Symbol.asyncDispose]()
  const error = await troubleOf(aClient({ baseUrl: vendor.origin }).post('/v1/look-up', { ...SECRETS, signal: NEVER }))
  expect(error).toMatchObject({ trouble: 'unavailable', message: 'Vendor cannot be reached' })
  expectNoSecretsIn(error)
})

function coded(code: string, properties: object = {}): Error {
  return Object.assign(new Error(code), { code, ...properties })
}

test.each<[what: string, cause: Error, trouble: Trouble]>([
  ['no name', coded('ENOTFOUND'), 'unavailable'],
  ['no name server', coded('EAI_AGAIN'), 'unavailable'],
  ['no route', coded('EHOSTUNREACH'), 'unavailable'],
  ['no network', coded('ENETUNREACH'), 'unavailable'],
  ['a refused connection', coded('ECONNREFUSED'), 'unavailable'],
  ['a slow connection', coded('UND_ERR_CONNECT_TIMEOUT'), 'unavailable'],
  ['a certificate past its time', coded('CERT_HAS_EXPIRED'), 'unavailable'],
  ['a certificate of another host', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'unavailable'],
  ['a certificate of its own', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'unavailable'],
  ['a certificate of an own authority', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'unavailable'],
  ['a certificate without its chain', coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'unavailable'],
  ['two refused addresses', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'unavailable'],
  ['a slow address', coded('ETIMEDOUT', { syscall: 'connect' }), 'unavailable'],
  [
    'a slow address and a refused one',
    new AggregateError([coded('ETIMEDOUT', { syscall: 'connect' }), coded('ECONNREFUSED')]),
    'unavailable',
  ],
  ['a deeper cause', new Error('outer', { cause: coded('ENOTFOUND') }), 'unavailable'],
  ['a reset connection', coded('ECONNRESET', { syscall: 'read' }), 'lost'],
  ['a closed socket', coded('UND_ERR_SOCKET'), 'lost'],
  ['a slow answer', coded('UND_ERR_HEADERS_TIMEOUT'), 'lost'],
  ['a slow body', coded('UND_ERR_BODY_TIMEOUT'), 'lost'],
  ['a silent connection', coded('ETIMEDOUT', { syscall: 'read' }), 'lost'],
  [
    'one address that was heard',
    Object.assign(new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET')]), { code: 'ECONNREFUSED' }),
    'lost',
  ],
  ['no code', new Error('something'), 'lost'],
])('%s is known to be sent or not', async (_what, cause, trouble) => {
  const failing = () => Promise.reject(new TypeError('fetch failed', { cause }))
  const error = await troubleOf(aClient({ fetch: failing }).post('/', { ...SECRETS, signal: NEVER }))
  expect(error.trouble).toBe(trouble)
})

test.each(['', 'vendor.example', 'http://', 'ftp://vendor.example', 'http://ada:the-secret-key@127.0.0.1:9'])(
  'a base of %j is a mistake of the configuration, and is not repeated',
  async (baseUrl) => {
    const error = await troubleOf(aClient({ baseUrl }).post('/v1/look-up', { ...SECRETS, signal: NEVER }))
    expect(error.trouble).toBe('misconfigured')
    expectNoSecretsIn(error)
  },
)

test.each(['the-secret-key\nx', '“the-secret-key”'])('a key of %j cannot be sent, and is not repeated', async (key) => {
  const client = aClient({ headers: { 'x-api-key': key } })
  const error = await troubleOf(client.post('/v1/look-up', { ...SECRETS, signal: NEVER }))
  expect(error.trouble).toBe('auth_failed')
  expectNoSecretsIn(error)
})

const Id = z.object({ id: z.union([z.string(), z.number()]) })

test.each<[text: string, id: string | number]>([
  ['-9223372036854775808', '-9223372036854775808'],
  ['9223372036854775807', '9223372036854775807'],
  ['1039995589705121937', '1039995589705121937'],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740991', 9007199254740991],
  ['-9007199254740991', -9007199254740991],
  ['0', 0],
  ['0.25', 0.25],
  ['1e300', 1e300],
  [`1${'0'.repeat(400)}`, `1${'0'.repeat(400)}`],
  ['"1039995589705121937"', '1039995589705121937'],
])('the number %s is read exactly', (text, id) => {
  expect(read(aReply(`{"id": ${text}}`), Id, 'Vendor')).toEqual({ id })
  expect(readOr(aReply(`{"id": ${text}}`), Id, null)).toEqual({ id })
})

test.each([
  ['nothing', '', 'Vendor answered with something that is not JSON'],
  ['a page', `<html>${ADA}</html>`, 'Vendor answered with something that is not JSON'],
  ['a cut body', `{"id": "${ADA}`, 'Vendor answered with something that is not JSON'],
  ['a bare word', `{"id": ${ADA}}`, 'Vendor answered with something that is not JSON'],
  ['another type', `{"id": ["${ADA}"]}`, 'Vendor answered in an unknown form (id: invalid_union)'],
  ['another form', `["${ADA}"]`, 'Vendor answered in an unknown form (: invalid_type)'],
])('%s in place of an answer is lost, and not quoted', async (_what, text, message) => {
  const error = await troubleOf(Promise.try(() => read(aReply(text), Id, 'Vendor')))
  expect(error).toMatchObject({ trouble: 'lost', message })
  expectNoSecretsIn(error)
  expect(readOr(aReply(text), Id, 'nothing')).toBe('nothing')
})

test.each([200, 201, 202, 204, 299])('a status of %d is an answer', (status) => {
  expect(() => checkStatus({ status, headers: new Headers() }, 'Vendor')).not.toThrow()
})

test.each<[status: number, trouble: Trouble]>([
  [302, 'unavailable'],
  [304, 'unavailable'],
  [400, 'refused'],
  [401, 'auth_failed'],
  [402, 'out_of_credits'],
  [403, 'misconfigured'],
  [404, 'refused'],
  [408, 'lost'],
  [422, 'refused'],
  [429, 'rate_limited'],
  [451, 'refused'],
  [500, 'unavailable'],
  [502, 'lost'],
  [503, 'unavailable'],
  [504, 'lost'],
  [599, 'unavailable'],
])('a status of %d usually means %s', async (status, trouble) => {
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' })
  const error = await troubleOf(Promise.try(() => checkStatus({ status, headers }, 'Vendor')))
  expect(error.trouble).toBe(trouble)
  expect(error.message).toMatch(new RegExp(`^Vendor answered ${status}: `))
})

test('what is not JSON says nothing of what was asked: it comes from a proxy, or a wrong base', async () => {
  const headers = new Headers({ 'content-type': 'text/html' })
  const error = await troubleOf(Promise.try(() => checkStatus({ status: 404, headers }, 'Vendor')))
  expect(error.trouble).toBe('unavailable')
})

test('a provider may mean something else by a status', async () => {
  const headers = new Headers({ 'retry-after': '7' })
  const refusing = (status: number) =>
    troubleOf(
      Promise.try(() => checkStatus({ status, headers }, 'Vendor', { 403: 'rate_limited', 429: 'out_of_credits' })),
    )
  expect(await refusing(403)).toMatchObject({ trouble: 'rate_limited', retryAfterMs: 7000 })
  expect(await refusing(429)).toMatchObject({ trouble: 'out_of_credits', retryAfterMs: undefined })
})

const NINE = 'Mon, 02 Mar 2026 09:00:00 GMT'

test.each<[retryAfter: string, date: string | undefined, ms: number | undefined]>([
  ['7', NINE, 7000],
  ['7', undefined, 7000],
  [' 7 ', NINE, 7000],
  ['1.5', NINE, 1500],
  ['0', NINE, 0],
  ['20000', NINE, 20_000_000],
  ['86400', NINE, 86_400_000],
  ['86401', NINE, 86_400_000],
  ['99999999999999999999', NINE, 86_400_000],
  ['Mon, 02 Mar 2026 09:00:20 GMT', NINE, 20_000],
  ['Monday, 02-Mar-26 09:00:20 GMT', NINE, 20_000],
  ['Mon, 02 Mar 2026 08:59:00 GMT', NINE, 0],
  ['Tue, 03 Mar 2026 08:59:59 GMT', NINE, 86_399_000],
  ['Wed, 04 Mar 2026 09:00:00 GMT', NINE, 86_400_000],
  ['Mon, 02 Mar 2026 09:00:20 GMT', undefined, undefined],
  ['Mon, 02 Mar 2026 09:00:20 GMT', 'yesterday', undefined],
  ['soon', NINE, undefined],
  ['', NINE, undefined],
])('Retry-After: %j at %j is %j ms', (after, date, ms) => {
  expect(retryAfter(new Headers({ 'retry-after': after, ...(date === undefined ? {} : { date }) }))).toBe(ms)
})

test('an answer without Retry-After asks for no time', () => {
  expect(retryAfter(new Headers({ date: NINE }))).toBeUndefined()
})

test.each([-60, -1, 0, 60])('a server whose clock is %d minutes off asks for the same 20 s', async (minutes) => {
  const clock = Date.now() + minutes * 60_000
  const headers = { date: new Date(clock).toUTCString(), 'retry-after': new Date(clock + 20_000).toUTCString() }
  await using vendor = await aVendor(() => ({ status: 429, headers, body: '' }))
  const reply = await aClient({ baseUrl: vendor.origin }).get('/', { signal: NEVER })
  expect((await troubleOf(Promise.try(() => checkStatus(reply, 'Vendor')))).retryAfterMs).toBe(20_000)
})

test('the time of an answer is told by its Date alone', () => {
  expect(dateOf(new Headers({ date: NINE }))).toBe(Date.UTC(2026, 2, 2, 9))
  expect(dateOf(new Headers())).toBeNaN()
})
