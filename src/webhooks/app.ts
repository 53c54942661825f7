import { type Context, Hono } from 'hono'

import type { Delivery, IngestResult } from '../core/delivery.ts'
import { OverloadError, type RefusalReason, SignatureError, StorageError, UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { BodyCutShortError, BodyTooLargeError, createRoom, declaredLength, readBody } from './body.ts'
import { trueSender } from './misdirected.ts'
import { createTokenMemory } from './one-time-tokens.ts'
import type { WebhookProvider, WebhookRequest } from './provider.ts'
import { readDelivery } from './read-delivery.ts'

const PATH = '/webhooks/:provider/:token?'
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024
const RETRY_SECONDS = 30

export interface WebhookDeps {
  readonly providers: readonly WebhookProvider[]
  /** By provider id. A provider without a secret is switched off. */
  readonly secrets: Readonly<Record<string, readonly string[]>>
  /** Resolves once the delivery is on stable storage. */
  readonly ingest: (delivery: Delivery) => Promise<IngestResult>
  /** Counts a request that did not prove who sent it. */
  readonly refused: (providerId: string, reason: RefusalReason) => void
  /** Counts a request that looks like another provider's, whose URL was mixed up with this one. */
  readonly misdirected: (providerId: string, senderId: string) => void
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
  /** What people and providers reach this server under, without a slash at its end; by default what a request says. */
  readonly publicUrl?: string | undefined
  /** How many bytes of bodies all requests together may hold (64 MiB). */
  readonly maxInFlightBytes?: number
}

/** `POST /webhooks/<provider>`, and `/<token>` behind it for some: proves, reads and stores one delivery, then answers. */
export function createWebhookApp({
  providers,
  secrets,
  ingest,
  refused,
  misdirected,
  now,
  log,
  publicUrl,
  maxInFlightBytes = MAX_IN_FLIGHT_BYTES,
}: WebhookDeps): Hono {
  const active = new Map(
    providers.map((provider) => [provider.id, { provider, secrets: secretsOf(provider, secrets) }]),
  )
  const room = createRoom(maxInFlightBytes)
  const rememberToken = createTokenMemory()
  const app = new Hono()

  // Some senders probe a URL before they use it; nothing happens on a probe (e-mail sheet, section 2, rule 8).
  app.get(PATH, (c) => (find(c) ? c.body(null, 200) : notFound(c)))

  app.post(PATH, async (c) => {
    const target = find(c)
    if (!target) return notFound(c)
    let request: WebhookRequest = {
      headers: c.req.raw.headers,
      body: new Uint8Array(),
      receivedAt: now(),
      url: outsideUrl(c),
      token: c.req.param('token'),
    }
    try {
      using place = room.enter()
      const limit = target.provider.maxBodyBytes(request.headers.get('content-type') ?? '')
      const declared = declaredLength(request.headers, limit)
      if (isEncoded(request.headers)) return c.json({ error: 'content encodings are not supported' }, 415)
      const provenByBody = target.provider.proof.includes('body')
      if (!provenByBody) await verifyWithAny(target.provider, request, target.secrets)

      request = { ...request, body: await readBody(c.req.raw, { declared, limit, place }) }
      if (provenByBody) await verifyWithAny(target.provider, request, target.secrets)
      await requireOwnToken(target.provider, request)
      const done = await target.provider.handshake?.(request)
      if (done) log.warn('webhook handshake', { provider: target.provider.id, done })

      const delivery = await readDelivery(target.provider, request)
      const result = await ingest(delivery)
      report(target.provider, request, delivery, result)
      return c.json(result)
    } catch (error) {
      return answerTo(error, c, target.provider, request)
    }
  })

  app.notFound(notFound)
  return app

  function find(c: Context): { provider: WebhookProvider; secrets: readonly string[] } | undefined {
    const target = active.get(c.req.param('provider') ?? '')
    if (!target || target.secrets.length === 0) return undefined
    return c.req.param('token') === undefined || target.provider.proof.includes('url') ? target : undefined
  }

  function outsideUrl({ req: { url } }: Context): string {
    return publicUrl === undefined ? url : url.replace(/^https?:\/\/[^/]*/i, () => publicUrl)
  }

  async function requireOwnToken(provider: WebhookProvider, request: WebhookRequest): Promise<void> {
    const proof = await provider.oneTimeToken?.(request)
    if (proof && !rememberToken({ ...proof, token: `${provider.id}:${proof.token}` })) {
      throw new SignatureError('replayed', 'its one-time token came with something else before')
    }
  }

  function report(provider: WebhookProvider, request: WebhookRequest, delivery: Delivery, result: IngestResult): void {
    log.info('delivery ingested', { provider: provider.id, ...result, bytes: request.body.byteLength })
    const hint = delivery.unreadable.length > 0 ? noticeWrongUrl(provider, request) : undefined
    if (hint) log.warn('a delivery came to another URL than its own', { provider: provider.id, hint })
  }

  // Some senders drop an event for good on any 4xx, so only what sending again cannot mend earns one.
  function answerTo(error: unknown, c: Context, provider: WebhookProvider, request: WebhookRequest): Response {
    if (error instanceof SignatureError) {
      refused(provider.id, error.reason)
      const hint = noticeWrongUrl(provider, request)
      const why = { reason: error.reason, problem: error.message, ...(hint ? { hint } : {}) }
      log.warn('webhook refused', { provider: provider.id, ...why })
      const headers: Record<string, string> = provider.challenge ? { 'WWW-Authenticate': provider.challenge } : {}
      return c.json({ error: 'not authentic' }, 401, headers)
    }
    if (error instanceof BodyTooLargeError) {
      log.warn('webhook too large', { provider: provider.id, problem: error.message })
      return c.json({ error: 'too large' }, 413, { Connection: 'close' })
    }
    if (error instanceof OverloadError) {
      const seconds = Math.max(1, Math.ceil(error.retryAfterSeconds))
      return c.json({ error: 'busy' }, provider.retryStatus ?? 429, { 'Retry-After': String(seconds) })
    }
    if (error instanceof StorageError) {
      log.error('webhook not stored', { provider: provider.id, error })
      return c.json({ error: 'unavailable' }, provider.retryStatus ?? 503, { 'Retry-After': String(RETRY_SECONDS) })
    }
    if (error instanceof UpstreamError) {
      log.warn('webhook put off', { provider: provider.id, error })
      return c.json({ error: 'unavailable' }, provider.retryStatus ?? 503, { 'Retry-After': String(RETRY_SECONDS) })
    }
    if (error instanceof BodyCutShortError) return c.json({ error: 'incomplete' }, 400)
    log.error('webhook failed', { provider: provider.id, error })
    return c.json({ error: 'internal error' }, provider.retryStatus ?? 500)
  }

  function noticeWrongUrl(provider: WebhookProvider, request: WebhookRequest): string | undefined {
    const sender = trueSender(request, provider, providers)
    if (!sender) return undefined
    misdirected(provider.id, sender.id)
    return `this looks like ${sender.name}, whose URL is /webhooks/${sender.id}`
  }
}

function secretsOf(provider: WebhookProvider, secrets: WebhookDeps['secrets']): readonly string[] {
  return Object.hasOwn(secrets, provider.id) ? (secrets[provider.id] ?? []) : []
}

function notFound(c: Context): Response {
  return c.json({ error: 'not found' }, 404)
}

function isEncoded(headers: Headers): boolean {
  return !/^(?:identity)?$/i.test(headers.get('content-encoding')?.trim() ?? '')
}

/** Passes when one of `secrets` does, so that a secret can be rotated without losing a delivery. */
async function verifyWithAny(
  provider: WebhookProvider,
  request: WebhookRequest,
  secrets: readonly string[],
): Promise<void> {
  let refusal: SignatureError | undefined
  for (const secret of secrets) {
    try {
      return await provider.verify(request, secret)
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      // Only the secret that signed it can find it stale; the others find a mismatch.
      if (!refusal || error.reason === 'stale') refusal = error
    }
  }
  throw refusal ?? new SignatureError('mismatch', 'no secret is configured')
}
