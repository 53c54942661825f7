import { once } from 'node:events'
import { createServer } from 'node:http'
import { text as readText } from 'node:stream/consumers'

import { expect, test } from 'vitest'

import type { Connection, Provider, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'

export interface Asked {
  readonly method: string
  /** From the root of the host, without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

export interface Answering {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Anything but a string is sent as JSON. */
  readonly body?: unknown
  /** Closes the connection after this much of the body, or without any answer at 0. */
  readonly cutAfter?: number
}

export interface Vendor extends AsyncDisposable {
  readonly origin: string
  readonly asked: readonly Asked[]
}

/** An API on a real loopback port that answers as it is told; `undefined` is never answered. */
export async function aVendor(answer: (asked: Asked, nth: number) => Answering | undefined): Promise<Vendor> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://vendor.invalid')
      const { method = 'GET', headers } = request
      const call = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body }
      asked.push(call)
      const given = answer(call, asked.length)
      if (!given) return
      const { status = 200, headers: own = {}, body: content = '', cutAfter } = given
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      if (cutAfter === 0) return void request.socket.destroy()
      const type = typeof content === 'string' ? 'text/plain' : 'application/json'
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...own })
      if (cutAfter === undefined) return void response.end(text)
      response.write(text.slice(0, cutAfter), () => request.socket.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the vendor has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export const KEY = 'the-secret-key'

/** `provider` connected to `vendor`; `path` is what its base has after the host. */
export function connected(provider: Provider, vendor: Vendor, path = ''): Connection {
  return provider.connect({ key: KEY, baseUrl: `${vendor.origin}${path}`, fetch })
}

export async function troubleOf(asking: Promise<unknown>): Promise<ProviderError> {
  try {
    await asking
  } catch (error) {
    if (error instanceof ProviderError) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

export const NEVER = new AbortController().signal

/** What every API can do wrong, and what that is for each of them. */
const FAULTS: readonly (readonly [what: string, answer: Answering, trouble: Trouble])[] = [
  ['a page instead of JSON', { body: '<html><body>Welcome</body></html>' }, 'lost'],
  ['a body that ends in the middle', { body: '{"data": [{"email": "ada@exam', cutAfter: 20 }, 'lost'],
  ['a dropped connection', { cutAfter: 0 }, 'lost'],
  ['JSON of another form', { body: [1, 2, 3] }, 'lost'],
  ['JSON with wrong types in it', { body: { data: 7, person: 7, matches: 7, result: 7, status: {} } }, 'lost'],
  ['an internal fault', { status: 500, body: 'oops' }, 'unavailable'],
  ['a page of its gateway', { status: 502, body: '<html>502</html>' }, 'lost'],
  ['that it is down', { status: 503, body: '<html>503</html>' }, 'unavailable'],
  ['a redirection', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'unavailable'],
]

/** Tests what `ask` makes of the faults that all APIs share; `except` names those that this one means otherwise. */
export function testFaults(
  provider: Provider,
  ask: (connection: Connection) => Promise<unknown>,
  { path = '', except = {} }: { readonly path?: string; readonly except?: Readonly<Record<string, Trouble>> } = {},
): void {
  test.each(FAULTS)(`${provider.name} answering with %s is told by name`, async (what, answer, trouble) => {
    await using vendor = await aVendor(() => answer)
    const error = await troubleOf(ask(connected(provider, vendor, path)))
    expect(error.trouble).toBe(except[what] ?? trouble)
    // A message may be logged and shown.
    expect(`${error.message} ${error.cause}`).not.toMatch(/the-secret-key|@|127\.0\.0\.1/)
    expect(vendor.asked.length).toBe(1)
  })

  test(`${provider.name} out of reach is told by name, and nothing was sent`, async () => {
    const vendor = await aVendor(() => ({}))
    await vendor[Symbol.asyncDispose]()
    expect((await troubleOf(ask(connected(provider, vendor, path)))).trouble).toBe('unavailable')
  })

  test.each<[retryAfter: string, date: string, ms: number]>([
    ['7', 'Mon, 02 Mar 2026 09:00:00 GMT', 7000],
    ['Mon, 02 Mar 2026 09:00:20 GMT', 'Mon, 02 Mar 2026 09:00:00 GMT', 20_000],
    ['20000', 'Mon, 02 Mar 2026 09:00:00 GMT', 20_000_000],
  ])(`${provider.name} with a fault and Retry-After: %s at %s is left alone for %d ms`, async (after, date, ms) => {
    const headers = { 'retry-after': after, date }
    await using vendor = await aVendor(() => ({ status: 503, headers, body: '' }))
    expect((await troubleOf(ask(connected(provider, vendor, path)))).retryAfterMs).toBe(ms)
  })
}
