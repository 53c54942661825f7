import type { z } from 'zod'

import { ProviderError, type Trouble } from './provider.ts'

export interface ClientOptions {
  readonly fetch: typeof fetch
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  /** What the provider is called in messages. */
  readonly name: string
  /** How long an answer may take; 30 s without it. */
  readonly timeoutMs?: number
}

export interface Request {
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Client {
  get(path: string, request: Request): Promise<Reply>
  post(path: string, request: Request): Promise<Reply>
}

const TIMEOUT_MS = 30_000

/**
 * Speaks HTTP to one provider. Throws `ProviderError`: `unavailable` where the request was never
 * sent, `lost` where it may have been heard, `misconfigured` or `auth_failed` where the base or
 * the key cannot be sent at all. Neither URLs nor bodies are in any message.
 */
export function createClient({ fetch, baseUrl, headers, name, timeoutMs = TIMEOUT_MS }: ClientOptions): Client {
  async function call(method: 'GET' | 'POST', path: string, { query, body, signal }: Request): Promise<Reply> {
    const url = `${baseUrl}${path}${query ? `?${new URLSearchParams(query)}` : ''}`
    checkSendable(baseUrl, headers, name)
    if (signal.aborted) throw new ProviderError('unavailable', `${name} was not asked`, { cause: signal.reason })
    try {
      const response = await fetch(url, {
        method,
        headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
        // A key must not follow to wherever an answer points.
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    } catch (error) {
      throw neverSent(error)
        ? new ProviderError('unavailable', `${name} cannot be reached`, { cause: error })
        : new ProviderError('lost', `${name} did not answer`, { cause: error })
    }
  }
  return {
    get: (path, request) => call('GET', path, request),
    post: (path, request) => call('POST', path, request),
  }
}

/** What `fetch` says of these quotes the whole URL, or the key. */
function checkSendable(baseUrl: string, headers: ClientOptions['headers'], name: string): void {
  const url = URL.parse(baseUrl)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new ProviderError('misconfigured', `the address of ${name} is no plain http or https URL`)
  try {
    new Headers(headers)
  } catch {
    throw new ProviderError('auth_failed', `the key of ${name} holds characters that cannot be sent`)
  }
}

const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|UNABLE_TO_.*|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_.*)$/

/** The code may stand on a cause, or on one of several addresses that were tried. */
function neverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(neverSent)
  // An address that took too long, while another was tried: `ETIMEDOUT` of a read is another matter.
  if ('syscall' in error && error.syscall === 'connect') return true
  if ('code' in error && typeof error.code === 'string' && NEVER_SENT.test(error.code)) return true
  return error.cause !== undefined && neverSent(error.cause)
}

/**
 * The body in the form of `schema`. Integers beyond 2^53 become strings, so that none is rounded.
 * Throws `ProviderError` `lost` for anything else: what was asked may have been done.
 */
export function read<T>(reply: Reply, schema: z.ZodType<T>, name: string): T {
  let value: unknown
  try {
    value = JSON.parse(reply.text, exact)
  } catch {
    // The cause would quote the body.
    throw new ProviderError('lost', `${name} answered with something that is not JSON`)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ProviderError('lost', `${name} answered in an unknown form (${issue?.path.join('.')}: ${issue?.code})`)
}

/** The same where the body is only of interest if it can be read. */
export function readOr<T, F>(reply: Reply, schema: z.ZodType<T>, otherwise: F): T | F {
  try {
    return schema.parse(JSON.parse(reply.text, exact))
  } catch {
    return otherwise
  }
}

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source ?? '')) return value
  return context?.source
}

/** Throws what a status means by `table`, or by what it usually means; 2xx means nothing. */
export function checkStatus(
  { status, headers }: Pick<Reply, 'status' | 'headers'>,
  name: string,
  table: Readonly<Record<number, Trouble>> = {},
): void {
  if (status >= 200 && status < 300) return
  const meant = table[status] ?? usually(status)
  // A page is from a proxy, or from the server of a wrong base: no word on what was asked.
  const trouble = meant === 'refused' && !isJson(headers) ? 'unavailable' : meant
  const retryAfterMs = trouble === 'rate_limited' || status === 503 ? retryAfter(headers) : undefined
  throw new ProviderError(trouble, `${name} answered ${status}: ${MEANING[trouble]}`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    wasHeard: status >= 500,
  })
}

export const MEANING: Readonly<Record<Trouble, string>> = {
  auth_failed: 'it does not accept the key',
  misconfigured: 'the key or the plan does not include this',
  out_of_credits: 'no credits are left',
  rate_limited: 'it asks us to wait',
  pending: 'it is still working on it',
  unavailable: 'it has a fault',
  lost: 'the answer did not come through',
  refused: 'it does not take what was asked',
}

function usually(status: number): Trouble {
  if (status === 401) return 'auth_failed'
  if (status === 402) return 'out_of_credits'
  if (status === 403) return 'misconfigured'
  if (status === 429) return 'rate_limited'
  // A gateway says this of a request that it passed on.
  if (status === 408 || status === 502 || status === 504) return 'lost'
  if (status >= 500) return 'unavailable'
  // An answer that leads elsewhere comes from no API.
  if (status < 400) return 'unavailable'
  return 'refused'
}

function isJson(headers: Headers): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '')
}

/** No window of theirs is longer than a day (enrichment sheet, section 2.5): more is a mistake, and would be for ever. */
const LONGEST_MS = 24 * 60 * 60_000

/**
 * How long `Retry-After` asks to wait, at most a day. A date is read against the answer's own
 * `Date`, so that a clock that is wrong does not count.
 */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  return untilMs(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - dateOf(headers))
}

/** The time of the answer by the clock that made it, UTC milliseconds; NaN where it does not say. */
export function dateOf(headers: Headers): number {
  return Date.parse(headers.get('date') ?? '')
}

export function untilMs(ms: number): number | undefined {
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_MS) : undefined
}
