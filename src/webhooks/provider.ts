import type { EngagementEvent } from '../core/event.ts'

export interface WebhookRequest {
  readonly headers: Headers
  /** The body exactly as received: signatures cover bytes, not the text that they decode to. */
  readonly body: Uint8Array
  /** UTC milliseconds. */
  readonly receivedAt: number
  /** The address that was posted to, as it is seen from outside; empty when a kept part is read again. */
  readonly url: string
  /** What stands behind `/webhooks/<provider>/`. */
  readonly token: string | undefined
}

/** What holds a proof: basic auth is in the headers, a token in the URL, a signature is checked against the body. */
export type ProofPlace = 'headers' | 'url' | 'body'

/** One source of events: a file in `providers/` and a line in `providers/index.ts`. */
export interface WebhookProvider {
  /** Names the route, `POST /webhooks/sendgrid`, and the variable, `SENDGRID_WEBHOOK_SECRET`. */
  readonly id: string
  /** The variable that switches it on, where it has no secret of its own. */
  readonly variable?: string
  /** What people call it. */
  readonly name: string
  /**
   * What the proof covers and `verify` holds the request to: every byte of the body, the time,
   * the URL. Where it leaves the time out, a replay is only caught as a duplicate; where it covers
   * the URL, `PUBLIC_URL` has to be set.
   */
  readonly signs: { readonly body: boolean; readonly sentAt: boolean; readonly url?: boolean }
  /**
   * Where the proof may stand. Without `body`, a request is verified before its body is read; with
   * `url`, `POST /webhooks/<provider>/<token>` is a route.
   */
  readonly proof: readonly ProofPlace[]
  /** What a 401 asks for (`WWW-Authenticate`). */
  readonly challenge?: string
  /**
   * The only answer that makes this provider send again, where it gives up on others (e-mail sheet,
   * section 3). Else it is 429 for an overload, 503 while nothing can be stored, 500 for a bug.
   */
  readonly retryStatus?: 429 | 503
  /**
   * Header names and words at the start of a body that no other provider's requests hold: how a
   * request that came to the wrong URL is recognised.
   */
  readonly marks: { readonly headers: readonly string[]; readonly words: readonly string[] }
  /** The largest body taken, in bytes, by its content type: inbound mail is far larger than events. */
  maxBodyBytes(contentType: string): number
  /** Says what is wrong with a secret as configured and where to find the right one; undefined when it can be used. */
  secretProblem(secret: string): string | undefined
  /**
   * Throws `SignatureError` unless `secret` shows that the provider sent this, and `UpstreamError`
   * when what is needed to say so cannot be had now.
   */
  verify(request: WebhookRequest, secret: string): void | Promise<void>
  /**
   * Does what a proven request asks for beside taking events, such as confirming a subscription,
   * and says in a sentence what was done. Throws `UpstreamError` when it should be asked again.
   */
  handshake?(request: WebhookRequest): Promise<string | undefined>
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
   * word for is `unknown`, and the receiver keeps its part; a part that cannot be read throws.
   */
  toEvents(element: unknown, request: WebhookRequest): readonly EngagementEvent[] | Promise<readonly EngagementEvent[]>
}

export interface OneTimeToken {
  readonly token: string
  readonly subject: string
}
