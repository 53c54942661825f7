import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

import type { EnrichmentApi, EnrichmentMood, Outcome } from '../contract.ts'
import type { Exchanges } from '../exchanges.ts'
import type { SamplePerson } from '../samples/people.ts'
import type { ApiAnswer, ApiRequest, Circumstances } from './api.ts'
import { APIS } from './apis/index.ts'
import { directoryOf } from './directory.ts'

export interface EnrichmentApis extends AsyncDisposable {
  /** As they are now. */
  readonly apis: readonly EnrichmentApi[]
  setMood(id: string, mood: Partial<EnrichmentMood>): Outcome
  /** The variables that make the program ask here. */
  readonly env: Readonly<Record<string, string>>
}

export interface EnrichmentDeps {
  readonly exchanges: Exchanges
  /** Whom the vendors know. */
  readonly people: readonly SamplePerson[]
  /** UTC milliseconds. */
  readonly now: () => number
}

const GOOD_MOOD: EnrichmentMood = {
  latencyMs: 0,
  misses: false,
  rateLimited: false,
  outage: false,
  outOfCredits: false,
}

/** The enrichment vendors of the practice workspace, on one loopback port. */
export async function startEnrichmentApis({ exchanges, people, now }: EnrichmentDeps): Promise<EnrichmentApis> {
  const find = directoryOf(people)
  const closing = new AbortController()
  const stands = APIS.map((api) => {
    const key = randomBytes(16).toString('base64url')
    const state = { calls: 0, mood: GOOD_MOOD }
    const circumstances = (): Circumstances => ({ key, mood: state.mood, people, find })
    return { ...api, key, state, answer: api.start(circumstances) }
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search, searchParams: query } = new URL(request.url ?? '/', 'http://vendor.invalid')
    const stand = stands.find(({ id, basePath }) => pathname.startsWith(`/${id}${basePath}/`))
    if (!stand) return void response.writeHead(404).end()
    const started = performance.now()
    stand.state.calls += 1
    const { method = 'GET' } = request
    const headers = flat(request.headers)
    const at = now()
    const body = await readText(request)
    const { latencyMs, outage } = stand.state.mood
    if (latencyMs > 0) await delay(latencyMs, undefined, { signal: closing.signal })
    const path = pathname.slice(stand.id.length + 1 + stand.basePath.length)
    const answer = outage ? outageOf(stand.state.calls) : stand.answer({ method, path, query, headers, body, at })
    exchanges.add({
      at,
      from: 'touchpoint',
      to: stand.id,
      method,
      target: `${pathname}${search}`,
      requestHeaders: headers,
      requestBody: body,
      status: answer?.status ?? 0,
      responseHeaders: answer?.headers ?? {},
      responseBody: answer?.body ?? 'The connection was dropped.',
      ms: performance.now() - started,
    })
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body)
    else request.socket.destroy()
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the enrichment APIs have no port')
  const origin = `http://127.0.0.1:${address.port}`

  return {
    get apis() {
      return stands.map(({ id, name, state: { calls, mood } }) => ({ id, name, calls, mood }))
    },
    setMood(id, mood) {
      const stand = stands.find((known) => known.id === id)
      if (!stand) return { ok: false, problem: `There is no enrichment API ${id}.` }
      stand.state.mood = { ...stand.state.mood, ...mood }
      return { ok: true }
    },
    env: Object.fromEntries(
      stands.flatMap(({ id, basePath, key }) => [
        [`${id.toUpperCase()}_API_URL`, `${origin}/${id}${basePath}`],
        [`${id.toUpperCase()}_API_KEY`, key],
      ]),
    ),
    async [Symbol.asyncDispose]() {
      closing.abort()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const GATEWAY_PAGE = '<html><head><title>503 Service Temporarily Unavailable</title></head></html>'

/** By turns an answer that is none and no answer at all: a gateway's page, then a dropped connection. */
function outageOf(calls: number): ApiAnswer | undefined {
  return calls % 2 === 1 ? { status: 503, headers: { 'content-type': 'text/html' }, body: GATEWAY_PAGE } : undefined
}

function flat(headers: IncomingMessage['headers']): ApiRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
