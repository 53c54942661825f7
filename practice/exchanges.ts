import type { Exchange, ExchangeSummary, Party } from './contract.ts'

const KEPT = 200
const MAX_BODY = 64 * 1024

export type NewExchange = Omit<Exchange, 'id'>

interface Posting {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  /** Gives the request up. */
  readonly signal?: AbortSignal
}

/** The last requests and answers between Slack, Touchpoint, the e-mail tools and the enrichment APIs. */
export class Exchanges {
  readonly #kept: Exchange[] = []
  readonly #changed: () => void
  readonly #now: () => number
  #count = 0

  /** `changed` is called after each one; `now` is the time that it is kept with. */
  constructor(changed: () => void = () => {}, now: () => number = Date.now) {
    this.#changed = changed
    this.#now = now
  }

  /** UTC milliseconds. */
  now(): number {
    return this.#now()
  }

  add(exchange: NewExchange): void {
    this.#count += 1
    const { requestBody, responseBody } = exchange
    this.#kept.push({ ...exchange, id: this.#count, requestBody: cut(requestBody), responseBody: cut(responseBody) })
    if (this.#kept.length > KEPT) this.#kept.shift()
    this.#changed()
  }

  get(id: number): Exchange | undefined {
    return this.#kept.find((exchange) => exchange.id === id)
  }

  summaries(): ExchangeSummary[] {
    return this.#kept.map(({ id, at, from, to, method, target, status, ms }) => ({
      id,
      at,
      from,
      to,
      method,
      target,
      status,
      ms,
    }))
  }

  /** Posts, and keeps what went both ways. Throws what `fetch` throws; the attempt is kept all the same. */
  async post(
    { from, to }: { readonly from: Party; readonly to: Party },
    url: string,
    { headers, body, signal }: Posting,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: string }> {
    const at = this.#now()
    const started = performance.now()
    const { pathname, search } = new URL(url)
    const request = {
      at,
      from,
      to,
      method: 'POST',
      target: `${pathname}${search}`,
      requestHeaders: headers,
      requestBody: typeof body === 'string' ? body : Buffer.from(body).toString('utf8'),
    }
    try {
      const bytes = typeof body === 'string' ? body : Buffer.from(body)
      const init = { method: 'POST', headers, body: bytes, redirect: 'manual', ...(signal ? { signal } : {}) } as const
      const response = await fetch(url, init)
      const answer = await response.text()
      this.add({
        ...request,
        status: response.status,
        responseHeaders: Object.fromEntries(response.headers),
        responseBody: answer,
        ms: performance.now() - started,
      })
      return { status: response.status, headers: response.headers, body: answer }
    } catch (error) {
      this.add({
        ...request,
        status: 0,
        responseHeaders: {},
        responseBody: String(error instanceof Error ? (error.cause ?? error) : error),
        ms: performance.now() - started,
      })
      throw error
    }
  }
}

function cut(body: string): string {
  return body.length > MAX_BODY ? `${body.slice(0, MAX_BODY)}… (${body.length} characters)` : body
}
