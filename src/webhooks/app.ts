import { type Context, Hono } from 'hono'

import type { Delivery, IngestResult } from '../core/delivery.ts'
import { OverloadError, type RefusalReason, SignatureError, StorageError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { BodyCutShortError, BodyTooLargeError, createRoom, declaredLength, readBody } from './body.ts'
import { trueSender } from './misdirected.ts'
import { createTokenMemory } from './one-time-tokens.ts'
import type { WebhookProvider, WebhookRequest } from './provider.ts'
import { readDelivery } from './read-delivery.ts'

const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024
const STORAGE_RETRY_SECONDS = 30

export interface WebhookDeps {
  readonly providers: readonly WebhookProvider[]
  /** By provider id. A provider without a secret is switched off. */
  readonly secrets: Readonly<Record<string, readonly string[]>>
  /** Resolves once the delivery is on stable storage. */
  readonly ingest: (delivery: Delivery) => Promise<IngestResult>
  /** Counts a request that did not prove who sent it. */
  readonly refused: (providerId: string, reason: RefusalReason) => void
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
  /** How many bytes of bodies all requests together may hold (64 MiB). */
  readonly maxInFlightBytes?: number
}

/** `POST /webhooks/<provider>`: proves, reads and stores one delivery, then answers. */
export function createWebhookApp({
  providers,
  secrets,
  ingest,
  refused,
  now,
  log,
  maxInFlightBytes = MAX_IN_FLIGHT_BYTES,
}: WebhookDeps): Hono {
  const active = new Map(
    providers.map((provider) => [provider.id, { provider, secrets: secretsOf(provider, secrets) }]),
  )
  const room = createRoom(maxInFlightBytes)
  const rememberToken = createTokenMemory()
  const app = new Hono()

  // Some senders probe a URL before they use it; nothing happens on a probe (e-mail sheet, section 2, rule 8).
  app.get('/webhooks/:provider', (c) => (find(c) ? c.body(null, 200) : notFound(c)))

  app.post('/webhooks/:provider', async (c) => {
    const target = find(c)
    if (!target) return notFound(c)
    let request: WebhookRequest = { headers: c.req.raw.headers, body: new Uint8Array(), receivedAt: now() }
    try {
      using place = room.enter()
      const limit = target.provider.maxBodyBytes(request.headers.get('content-type') ?? '')
      const declared = declaredLength(request.headers, limit)
      if (isEncoded(request.headers)) return c.json({ error: 'content encodings are not supported' }, 415)
      if (target.provider.challenge) await verifyWithAny(target.provider, request, target.secrets)

      request = { ...request, body: await readBody(c.req.raw, { declared, limit, place }) }
      if (!target.provider.challenge) await verifyWithAny(target.provider, request, target.secrets)
      await requireOwnToken(target.provider, request)

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
    return target && target.secrets.length > 0 ? target : undefined
  }

  async function requireOwnToken(provider: WebhookProvider, request: WebhookRequest): Promise<void> {
    const proof = await provider.oneTimeToken?.(request)
    if (proof && !rememberToken({ ...proof, token: `${provider.id}:${proof.token}` })) {
      throw new SignatureError('replayed', 'its one-time token came with something else before')
    }
  }

  function report(provider: WebhookProvider, request: WebhookRequest, delivery: Delivery, result: IngestResult): void {
    log.info('delivery ingested', { provider: provider.id, ...result, bytes: request.body.byteLength })
    const hint = delivery.unreadable.length > 0 ? wrongUrl(provider, request) : undefined
    if (hint) log.warn('a delivery came to another URL than its own', { provider: provider.id, hint })
  }

  // Some senders drop an event for good on any 4xx, so only what sending again cannot mend earns one.
  function answerTo(error: unknown, c: Context, provider: WebhookProvider, request: WebhookRequest): Response {
    if (error instanceof SignatureError) {
      refused(provider.id, error.reason)
      const hint = wrongUrl(provider, request)
      log.warn('webhook refused', { provider: provider.id, reason: error.reason, ...(hint ? { hint } : {}) })
      const headers: Record<string, string> = provider.challenge ? { 'WWW-Authenticate': provider.challenge } : {}
      return c.json({ error: 'not authentic' }, 401, headers)
    }
    if (error instanceof BodyTooLargeError) {
      log.warn('webhook too large', { provider: provider.id, problem: error.message })
      return c.json({ error: 'too large' }, 413, { Connection: 'close' })
    }
    if (error instanceof OverloadError) {
      const seconds = Math.max(1, Math.ceil(error.retryAfterSeconds))
      return c.json({ error: 'busy' }, provider.overloadStatus ?? 429, { 'Retry-After': String(seconds) })
    }
    if (error instanceof StorageError) {
      log.error('webhook not stored', { provider: provider.id, error })
      return c.json({ error: 'unavailable' }, 503, { 'Retry-After': String(STORAGE_RETRY_SECONDS) })
    }
    if (error instanceof BodyCutShortError) return c.json({ error: 'incomplete' }, 400)
    log.error('webhook failed', { provider: provider.id, error })
    return c.json({ error: 'internal error' }, 500)
  }

  function wrongUrl(provider: WebhookProvider, request: WebhookRequest): string | undefined {
    const sender = trueSender(request, provider, providers)
    return sender && `this looks like ${sender.name}, whose URL is /webhooks/${sender.id}`
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
