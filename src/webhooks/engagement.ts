import { createHash } from 'node:crypto'

import type { EngagementEvent } from '../core/event.ts'

type Known = Pick<EngagementEvent, 'provider' | 'id' | 'type' | 'occurredAt' | 'receivedAt' | 'recipient'>

/** An event of which only this much is known. Written out field by field: spreading costs as much as all the rest. */
export function engagement(event: Known & Partial<EngagementEvent>): EngagementEvent {
  return {
    provider: event.provider,
    id: event.id,
    type: event.type,
    class: event.class ?? null,
    occurredAt: event.occurredAt,
    receivedAt: event.receivedAt,
    recipient: event.recipient,
    messageId: event.messageId ?? null,
    rfcMessageId: event.rfcMessageId ?? null,
    campaign: event.campaign ?? null,
    tags: event.tags ?? [],
    metadata: event.metadata ?? {},
    url: event.url ?? null,
    ip: event.ip ?? null,
    userAgent: event.userAgent ?? null,
    geo: event.geo ?? null,
    machine: event.machine ?? null,
    suspected: null,
    bounce: event.bounce ?? null,
    reply: event.reply ?? null,
    raw: event.raw ?? null,
  }
}

/** What tells two events of one provider apart where it gives them no id (e-mail sheet, section 1.3). */
export interface Distinction {
  readonly provider: string
  readonly name: string | null
  readonly messageId: string | null
  readonly recipient: string
  /** `Occurred.key`. */
  readonly occurred: number | string
  readonly url?: string | null
  readonly bounceCode?: string | null
}

/** An id derived from what every redelivery repeats: nothing of the attempt, the signature or the order. */
export function dedupeKey({
  provider,
  name,
  messageId,
  recipient,
  occurred,
  url = null,
  bounceCode = null,
}: Distinction): string {
  return hash([provider, name, messageId, recipient.trim().toLowerCase(), occurred, url, bounceCode])
}

/** A provider's own id; one that no index could hold gives way to its hash. */
export function providerEventId(id: string): string {
  return id.length <= 255 ? id : hash([id])
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
