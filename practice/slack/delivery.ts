import type { Exchanges } from '../exchanges.ts'
import { signed } from './sign.ts'
import type { EnvelopeType, SlackSocket } from './socket.ts'
import { parsed, type Thing } from './wire.ts'

/** Where the app takes Slack's requests, and the secret that proves them. */
export interface Connection {
  readonly url: string
  readonly signingSecret: string
}

/** How the app answered, or Slack's word for why it did not. */
export type Acknowledgement =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly failure: 'operation_timeout' }
  | { readonly ok: false; readonly failure: 'dispatch_failed'; readonly status: number | undefined }

export type After = (ms: number, signal: AbortSignal) => Promise<unknown>

interface Deps {
  readonly exchanges: Exchanges
  readonly socket: SlackSocket
  readonly now: () => number
  readonly after: After
}

/** How long the app may take to acknowledge (Slack sheet, section 2.2). */
const DEADLINE_MS = 3000

const PARTIES = { from: 'slack', to: 'touchpoint' } as const

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

const BODIES: Readonly<Record<EnvelopeType, (payload: Thing) => { readonly body: string; readonly type: string }>> = {
  slash_commands: (payload) => ({ body: new URLSearchParams(asStrings(payload)).toString(), type: FORM }),
  interactive: (payload) => ({
    body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    type: FORM,
  }),
  events_api: (payload) => ({ body: JSON.stringify(payload), type: JSON_TYPE }),
}

/** Brings to the app what people do: over its socket where it has one, else to its address. */
export class Delivery {
  readonly #deps: Deps
  #connection: Connection | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  connect(connection: Connection): void {
    this.#connection = connection
  }

  /** Also between two connections, where the app has no address. */
  get isOverSocket(): boolean {
    const { isConnected, opened } = this.#deps.socket
    return isConnected || (opened > 0 && !this.#connection)
  }

  /** Resolves with the acknowledgement, or without one when the app is too late. */
  async deliver(type: EnvelopeType, payload: Thing, retry?: Retry): Promise<Acknowledgement> {
    const done = new AbortController()
    const tooLate = this.#deps.after(DEADLINE_MS, done.signal).then(
      () => ({ ok: false, failure: 'operation_timeout' }) as const,
      () => new Promise<never>(() => {}),
    )
    try {
      const answer = this.isOverSocket
        ? this.#overSocket(type, payload, done.signal, retry)
        : this.#overHttp(type, payload, done.signal, retry)
      return await Promise.race([answer, tooLate])
    } finally {
      done.abort()
    }
  }

  async #overSocket(
    type: EnvelopeType,
    payload: Thing,
    signal: AbortSignal,
    retry: Retry | undefined,
  ): Promise<Acknowledgement> {
    const { socket, exchanges } = this.#deps
    const at = exchanges.now()
    const started = performance.now()
    const more = type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {}
    const record = (status: number, body: unknown) =>
      exchanges.add({
        ...PARTIES,
        at,
        method: 'WS',
        target: type,
        requestHeaders: {},
        requestBody: JSON.stringify(payload),
        status,
        responseHeaders: {},
        responseBody: body === undefined ? '' : JSON.stringify(body),
        ms: performance.now() - started,
      })
    const given = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('too late')), { once: true })
    })
    try {
      const body = await Promise.race([socket.deliver(type, payload, more), given])
      record(200, body)
      return { ok: true, body }
    } catch {
      record(0, undefined)
      return { ok: false, failure: 'operation_timeout' }
    }
  }

  async #overHttp(
    type: EnvelopeType,
    payload: Thing,
    signal: AbortSignal,
    retry: Retry | undefined,
  ): Promise<Acknowledgement> {
    if (!this.#connection) return { ok: false, failure: 'dispatch_failed', status: undefined }
    const { url, signingSecret } = this.#connection
    const { body, type: contentType } = BODIES[type](payload)
    const request = signed(signingSecret, body, contentType, this.#deps.now())
    const headers = retry
      ? { ...request.headers, 'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason }
      : request.headers
    try {
      const answer = await this.#deps.exchanges.post(PARTIES, url, { headers, body, signal })
      if (answer.status !== 200) return { ok: false, failure: 'dispatch_failed', status: answer.status }
      const isJson = answer.headers.get('content-type')?.includes('application/json')
      return { ok: true, body: isJson ? parsed(answer.body) : answer.body || undefined }
    } catch {
      return { ok: false, failure: 'dispatch_failed', status: undefined }
    }
  }
}

/** Said with an event that is delivered again (Slack sheet, section 2.5). */
export interface Retry {
  readonly attempt: number
  readonly reason: 'http_timeout' | 'http_error' | 'connection_failed'
}

function asStrings(payload: Thing): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]))
}
