import type { EngagementEvent } from '../core/event.ts'

export interface WebhookRequest {
  readonly headers: Headers
  /** The body exactly as received: signatures cover bytes, not the text that they decode to. */
  readonly body: Uint8Array
  /** UTC milliseconds. */
  readonly receivedAt: number
}

/** One source of events: a file in `providers/` and a line in `providers/index.ts`. */
export interface WebhookProvider {
  /** Names the route, `POST /webhooks/sendgrid`, and the secret, `SENDGRID_WEBHOOK_SECRET`. */
  readonly id: string
  /** What people call it. */
  readonly name: string
  /**
   * What the proof covers and `verify` holds the request to. Where it leaves the time out, a
   * replay is only caught as a duplicate.
   */
  readonly signs: { readonly body: boolean; readonly sentAt: boolean }
  /**
   * For a proof that the headers hold alone: what a 401 asks for (`WWW-Authenticate`). Such a
   * request is verified before its body is read.
   */
  readonly challenge?: string
  /** What this provider understands as "come back later"; 429 unless told otherwise. */
  readonly overloadStatus?: 503
  /**
   * Header names and words at the start of a body that no other provider's requests hold: how a
   * request that came to the wrong URL is recognised.
   */
  readonly marks: { readonly headers: readonly string[]; readonly words: readonly string[] }
  /** The largest body taken, in bytes, by its content type: inbound mail is far larger than events. */
  maxBodyBytes(contentType: string): number
  /** Says what is wrong with a secret as configured and where to find the right one; undefined when it can be used. */
  secretProblem(secret: string): string | undefined
  /** Throws `SignatureError` unless `secret` shows that the provider sent this. */
  verify(request: WebhookRequest, secret: string): void | Promise<void>
  /**
   * For a proof that leaves the body out although the body holds it: its one-time token and what
   * it came with. The receiver refuses a token that comes again with something else.
   */
  oneTimeToken?(request: WebhookRequest): OneTimeToken | undefined | Promise<OneTimeToken | undefined>
  /** The parts of a delivery, still unread, as JSON values. Most providers send one, some send hundreds. */
  elements(request: WebhookRequest): readonly unknown[] | Promise<readonly unknown[]>
  /** Headers that `elements` and `toEvents` read; they are kept with a part that cannot be read. */
  readonly readsHeaders: readonly string[]
  /**
   * Reads one part: no event for what only needs acknowledging (pings, account notices), one for
   * nearly everything, several where the provider names several recipients. A name we have no
   * word for is `unknown`; a part that cannot be read throws.
   */
  toEvents(element: unknown, request: WebhookRequest): readonly EngagementEvent[] | Promise<readonly EngagementEvent[]>
}

export interface OneTimeToken {
  readonly token: string
  readonly subject: string
}
