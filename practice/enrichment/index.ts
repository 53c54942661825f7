import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

import { ENRICHMENT_FAULTS, type EnrichmentApi, type EnrichmentMood, GOOD_MOOD, type Outcome } from '../contract.ts'
import type { Exchanges } from '../exchanges.ts'
import type { SamplePerson } from '../samples/people.ts'
import type { Api, ApiAnswer, ApiRequest } from './api.ts'
import { APIS } from './apis/index.ts'
import { circumstancesOf } from './circumstances.ts'
import { throughFaults } from './faults.ts'
import { Mentions } from './mentions.ts'

export interface EnrichmentApis extends AsyncDisposable {
  /** As they are now. */
  readonly apis: readonly EnrichmentApi[]
  setMood(id: string, mood: Partial<EnrichmentMood>): Outcome
  /** How many requests named the address, in plain or as a hash, by API; none where nobody was told of it. */
  callsAbout(email: string): Readonly<Record<string, number>>
  /** The variables that make the program ask here. */
  readonly env: Readonly<Record<string, string>>
}

export interface EnrichmentDeps {
  readonly exchanges: Exchanges
  /** Whom the vendors know. */
  readonly people: readonly SamplePerson[]
  /** UTC milliseconds. */
  readonly now: () => number
  /** How long a batch takes, in milliseconds; without it at the quick end of what is usual (enrichment sheet, 3.3). */
  readonly batchMs?: number
}

/** The enrichment vendors of the practice workspace, on one loopback port. */
export async function startEnrichmentApis({
  exchanges,
  people,
  now,
  batchMs = 10_000,
}: EnrichmentDeps): Promise<EnrichmentApis> {
  const circumstances = circumstancesOf(people)
  const mentions = new Mentions()
  const closing = new AbortController()
  const stands = APIS.map((api) => {
    const key = randomBytes(16).toString('base64url')
    const state = { calls: 0, mood: GOOD_MOOD }
    const postDone = (url: string, body: () => object) => void callBack(api.id, url, body)
    return { ...api, key, state, answer: api.start(() => circumstances(key, state.mood), { batchMs, postDone }) }
  })

  /** What becomes of it stands among the exchanges. */
  async function callBack(from: string, url: string, body: () => object): Promise<void> {
    const { signal } = closing
    try {
      await delay(batchMs, undefined, { signal })
      const headers = { 'content-type': 'application/json' }
      await exchanges.post({ from, to: 'touchpoint' }, url, { headers, body: JSON.stringify(body()), signal })
    } catch {
      // A receiver that cannot be reached is asked to fetch by itself anyway.
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search, searchParams: query } = new URL(request.url ?? '/', 'http://vendor.invalid')
    const stand = stands.find(({ id, basePath }) => pathname.startsWith(`/${id}${basePath}/`))
    if (!stand) return void response.writeHead(404).end()
    const started = performance.now()
    stand.state.calls += 1
    const { calls } = stand.state
    const { method = 'GET' } = request
    const headers = flat(request.headers)
    const at = now()
    const body = await readText(request)
    mentions.add(stand.id, ...query.values(), body)
    const { mood } = stand.state
    if (mood.latencyMs > 0) await delay(mood.latencyMs, undefined, { signal: closing.signal })
    const path = pathname.slice(stand.id.length + 1 + stand.basePath.length)
    const answer = throughFaults(mood, calls, () => stand.answer({ method, path, query, headers, body, at }))
    exchanges.add({
      at,
      from: 'touchpoint',
      to: stand.id,
      method,
      target: `${pathname}${search}`,
      requestHeaders: headers,
      requestBody: body,
      status: typeof answer === 'string' ? 0 : answer.status,
      responseHeaders: typeof answer === 'string' ? {} : answer.headers,
      responseBody: typeof answer === 'string' ? WORDS[answer] : sentOf(answer),
      ms: performance.now() - started,
    })
    // An open connection ends with the workspace, or when the other side gives up.
    if (answer === 'silence') return
    if (answer === 'drop') return void request.socket.destroy()
    // A vendor's clock is the one that its limits are counted by.
    const date = new Date(at).toUTCString()
    response.writeHead(answer.status, { date, ...answer.headers })
    if (answer.isCut) response.write(sentOf(answer), () => request.socket.destroy())
    else response.end(answer.body)
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
      return stands.map((stand) => {
        const { id, name, state } = stand
        return { id, name, calls: state.calls, faults: faultsOf(stand), mood: state.mood }
      })
    },
    setMood(id, mood) {
      const stand = stands.find((known) => known.id === id)
      if (!stand) return { ok: false, problem: `There is no enrichment API ${id}.` }
      const lacking = ENRICHMENT_FAULTS.find((fault) => mood[fault] && !faultsOf(stand).includes(fault))
      if (lacking) return { ok: false, problem: `${stand.name} has neither a key nor credits.` }
      stand.state.mood = { ...stand.state.mood, ...mood }
      return { ok: true }
    },
    callsAbout: (email) => mentions.of(email),
    env: Object.fromEntries(
      stands.flatMap(({ id, basePath, isSelfHosted, key }): [variable: string, value: string][] => {
        const prefix = id.toUpperCase()
        const url = `${origin}/${id}${basePath}`
        if (isSelfHosted) return [[`${prefix}_URL`, url]]
        return [
          [`${prefix}_API_URL`, url],
          [`${prefix}_API_KEY`, key],
        ]
      }),
    ),
    async [Symbol.asyncDispose]() {
      closing.abort()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function faultsOf({ isSelfHosted }: Api): EnrichmentApi['faults'] {
  return isSelfHosted
    ? ENRICHMENT_FAULTS.filter((fault) => fault !== 'revoked' && fault !== 'outOfCredits')
    : ENRICHMENT_FAULTS
}

const WORDS = { silence: 'No answer; the connection stays open.', drop: 'The connection was dropped.' } as const

function sentOf({ body, isCut }: ApiAnswer): string {
  return isCut ? body.slice(0, Math.floor(body.length / 2)) : body
}

function flat(headers: IncomingMessage['headers']): ApiRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}
