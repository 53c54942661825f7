import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'

import { ENRICHMENT_FAULTS } from '../../practice/contract.ts'
import { createPageApi } from '../../practice/page-api.ts'
import { type PageServer, startPageServer } from '../../practice/page-server.ts'
import { fakeParts, SALES } from './page-parts.ts'

function anApi() {
  const parts = fakeParts()
  const closing = new AbortController()
  const api = createPageApi(parts, closing.signal)
  const post = (path: string, body: unknown) =>
    api.request(`/practice${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { parts, api, post, closing }
}

describe('the API', () => {
  test('hands acts over as they are, and answers with their outcome', async () => {
    const { parts, post } = anApi()
    const act = { act: 'interact', place: { surface: 'home' }, block: 'b', action: 'a', entered: ['x'], values: {} }
    const response = await post('/act', act)
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(parts.acts).toEqual([act])
  })

  test.each([
    ['what is not JSON', '/act', '{'],
    ['an unknown act', '/act', { act: 'explode' }],
    ['an act with a part missing', '/act', { act: 'type', text: 'hello' }],
    ['an interaction in no place', '/act', { act: 'interact', block: 'b', action: 'a' }],
    ['a query without a place', '/options', { block: 'b', action: 'a', query: 'x' }],
    ['an event of an unknown kind', '/email', { kind: 'event', tool: 'resend', action: 'sung', contact: 'a@b.co' }],
    ['an event for nobody', '/email', { kind: 'event', tool: 'resend', action: 'sent', contact: ' ' }],
    ['a mood out of range', '/enrichment/apollo', { latencyMs: -1 }],
    ['a mood that is neither on nor off', '/enrichment/apollo', { silent: 'yes' }],
    ['a clock that goes back', '/clock', { move: 'yesterday' }],
    ['an empty file', '/files?name=a.csv', ''],
    ['a file without a name', '/files', 'a,b'],
  ])('refuses %s with a sentence', async (_what, path, body) => {
    const { parts, post } = anApi()
    const response = await post(path, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ ok: false, problem: expect.stringMatching(/^[A-Z].{10,}/) })
    expect([
      ...parts.acts,
      ...parts.queries,
      ...parts.emails,
      ...parts.moods,
      ...parts.uploads,
      ...parts.clockMoves,
    ]).toEqual([])
  })

  test('hands every mood of an enrichment API over', async () => {
    const { parts, post } = anApi()
    const mood = { ...Object.fromEntries(ENRICHMENT_FAULTS.map((fault) => [fault, true])), latencyMs: 1500 }
    const response = await post('/enrichment/hunter', mood)
    expect([response.status, await response.json()]).toEqual([200, { ok: true }])
    expect(parts.moods).toEqual([{ api: 'hunter', mood }])
  })

  test('moves the clock, and says where it did not move', async () => {
    const { parts, post } = anApi()
    expect(await (await post('/clock', { move: 'hour' })).json()).toEqual({ ok: true })
    parts.answerWith({ ok: false, problem: 'Touchpoint has ended.' })
    expect(await (await post('/clock', { move: 'morning' })).json()).toMatchObject({ ok: false })
    expect(parts.clockMoves).toEqual(['hour'])
  })

  test('takes files and gives them back as downloads that cannot act in the page', async () => {
    const { parts, api } = anApi()
    const sent = await api.request('/practice/files?name=evil%20%C3%A9.html', {
      method: 'POST',
      body: '<script>',
      headers: { 'content-type': 'text/html' },
    })
    const file = z.looseObject({ url: z.string() }).parse(await sent.json())
    expect(file).toMatchObject({ name: 'evil é.html', mimetype: 'text/html', size: 8 })
    expect(parts.uploads).toHaveLength(1)
    const got = await api.request(file.url)
    expect(await got.text()).toBe('<script>')
    expect(got.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''evil%20%C3%A9.html")
    expect(got.headers.get('content-security-policy')).toBe('sandbox')
    expect((await api.request('/practice/files/F404')).status).toBe(404)
  })

  test('does not take more than Slack does', async () => {
    const { parts, post } = anApi()
    const response = await post('/files?name=large.csv', 'x'.repeat(10 * 1024 * 1024 + 1))
    expect(response.status).toBe(413)
    expect(parts.uploads).toEqual([])
  })

  test('knows the exchanges that are kept, and says so of others', async () => {
    const { api } = anApi()
    expect(await (await api.request('/practice/exchanges/4')).json()).toMatchObject({
      id: 4,
      target: '/webhooks/resend',
    })
    expect((await api.request('/practice/exchanges/999')).status).toBe(404)
  })

  test('says once that a burst of changes happened, and forgets who left', async () => {
    const { parts, api, closing } = anApi()
    const response = await api.request('/practice/changes')
    const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (!stream) throw new Error('there is no stream')
    await stream.read()
    for (let change = 0; change < 500; change += 1) parts.changed()
    const first = await stream.read()
    parts.changed()
    const second = await stream.read()
    expect([first.value, second.value]).toEqual(Array(2).fill('event: changed\ndata: changed\n\n'))
    expect(parts.listeners()).toBe(1)
    closing.abort()
    expect(await stream.read()).toEqual({ done: true, value: undefined })
    expect(parts.listeners()).toBe(0)
  })

  test('forgets a page that goes away', async () => {
    const { parts, api } = anApi()
    const response = await api.request('/practice/changes')
    expect(parts.listeners()).toBe(1)
    await response.body?.cancel()
    expect(parts.listeners()).toBe(0)
  })

  test('keeps an idle stream alive', async () => {
    vi.useFakeTimers()
    try {
      const { api } = anApi()
      const stream = (await api.request('/practice/changes')).body?.pipeThrough(new TextDecoderStream()).getReader()
      await stream?.read()
      vi.advanceTimersByTime(15_000)
      expect((await stream?.read())?.value).toBe(': still here\n\n')
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the server', () => {
  const parts = fakeParts()
  let server: PageServer

  beforeAll(async () => {
    server = await startPageServer({ parts, port: 0 })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  /** Unlike fetch, with any Host and Origin. */
  async function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET', body = '') {
    const sent = request(`${server.url}${path}`, { method, headers }).end(body)
    const [response] = await once(sent, 'response')
    return { status: Number(response.statusCode), headers: response.headers, body: await text(response) }
  }

  test('gives the page, which may load nothing from elsewhere', async () => {
    const { status, headers, body } = await ask('/')
    expect(status).toBe(200)
    expect(body).toContain('<div id="root">')
    expect(headers['content-security-policy']).toMatch(/^default-src 'self';/)
  })

  test.each([
    ['another host', { host: 'evil.example' }],
    ['a host that only looks local', { host: '127.0.0.1.evil.example' }],
    ['another site', { origin: 'https://evil.example' }],
    ['a site without an address', { origin: 'null' }],
    ['another server of this computer', { origin: 'http://127.0.0.1:1' }],
  ])('refuses requests of %s', async (_who, headers) => {
    const act = JSON.stringify({ act: 'type', conversation: SALES, text: 'hello' })
    expect((await ask('/practice/act', headers, 'POST', act)).status).toBe(403)
    expect((await ask('/', headers)).status).toBe(403)
    expect(parts.acts).toEqual([])
  })

  test('takes what its own page asks', async () => {
    const { host } = new URL(server.url)
    const { status } = await ask('/practice/state', { origin: server.url, host })
    expect(status).toBe(200)
  })

  test.each(['/package.json', '/@fs/etc/passwd', `/@fs${process.cwd()}/package.json`, '/%2e%2e/demo.ts'])(
    'does not give %s',
    async (path) => {
      const { status, body } = await ask(path)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body).not.toMatch(/"dependencies"|root:|startPractice/)
    },
  )

  test('says what to do when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    await expect(startPageServer({ parts, port })).rejects.toThrow(
      `Port ${port} is in use by another program. Stop that program, or take another port: npm run demo -- --port ${port + 1}`,
    )
    other.close()
  })

  test('is for this computer only', async () => {
    await expect(startPageServer({ parts, port: 0, host: '0.0.0.0' })).rejects.toThrow('for this computer only')
  })

  test('ends at once, also while pages listen', async () => {
    const own = fakeParts()
    const closing = await startPageServer({ parts: own, port: 0 })
    const response = await fetch(`${closing.url}/practice/changes`)
    await response.body?.getReader().read()
    await closing[Symbol.asyncDispose]()
    expect(own.listeners()).toBe(0)
    await expect(fetch(closing.url)).rejects.toThrow()
  })
})
