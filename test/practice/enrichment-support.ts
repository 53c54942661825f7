import { type EnrichmentDeps, startEnrichmentApis } from '../../practice/enrichment/index.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'

export const IMANI = 'imani.okonjo@kestrelvane.example'

export interface Asking extends RequestInit {
  /** Another one than the account's. */
  readonly key?: string
}

/** Where each takes its key. */
const KEYS: Readonly<Record<string, { readonly header?: string; readonly query?: string }>> = {
  apollo: { header: 'x-api-key' },
  dropcontact: { header: 'X-Access-Token' },
  hunter: { header: 'X-API-KEY' },
  pdl: { header: 'X-Api-Key' },
  zerobounce: { query: 'api_key' },
  millionverifier: { query: 'api' },
  reacher: {},
}

/** What the program asks each about one address. */
const QUESTIONS: Readonly<Record<string, (email: string) => readonly [path: string, init?: RequestInit]>> = {
  apollo: (email) => [`/people/match?email=${encodeURIComponent(email)}`, { method: 'POST' }],
  dropcontact: (email) => ['/v1/enrich/all', post({ data: [{ email }], language: 'en' })],
  hunter: (email) => [`/combined/find?email=${encodeURIComponent(email)}`],
  pdl: (email) => [`/person/enrich?email=${encodeURIComponent(email)}`],
  zerobounce: (email) => [`/validate?email=${encodeURIComponent(email)}&ip_address=`],
  millionverifier: (email) => [`/?email=${encodeURIComponent(email)}&timeout=20`],
  reacher: (email) => ['/v1/check_email', post({ to_email: email })],
}

export const IDS = Object.keys(QUESTIONS)

export function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) }
}

export type Vendors = Awaited<ReturnType<typeof startVendors>>

/** All seven, for the sample people, with a clock that stands still. */
export async function startVendors(options: Pick<EnrichmentDeps, 'batchMs'> = {}) {
  const exchanges = new Exchanges()
  const clock = { now: Date.parse('2026-03-04T12:00:00Z') }
  const apis = await startEnrichmentApis({ exchanges, people: SAMPLE_PEOPLE, now: () => clock.now, ...options })
  const { env } = apis

  async function ask(id: string, path: string, { key, ...init }: Asking = {}) {
    const prefix = id.toUpperCase()
    const url = new URL(`${env[`${prefix}_API_URL`] ?? env[`${prefix}_URL`]}${path}`)
    const given = key ?? env[`${prefix}_API_KEY`] ?? ''
    const { header, query } = KEYS[id] ?? {}
    if (query) url.searchParams.set(query, given)
    const response = await fetch(url, { ...init, headers: header ? { [header]: given } : {} })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    const json: unknown = isJson ? JSON.parse(text) : {}
    return { status: response.status, headers: response.headers, text, json }
  }

  return {
    apis,
    exchanges,
    clock,
    ask,
    /** The usual question about one address. */
    async about(id: string, email: string, init: Asking = {}) {
      const [path, usual] = QUESTIONS[id]?.(email) ?? ['/']
      return await ask(id, path, { ...usual, ...init })
    },
    [Symbol.asyncDispose]: () => apis[Symbol.asyncDispose](),
  }
}
