import { z } from 'zod'

import { InvalidInputError } from '../core/errors.ts'
import { type EngagementEvent, EVENT_TYPES } from '../core/event.ts'
import { engagement } from './engagement.ts'

const Words = z.string().nullable().default(null)

const StoredEvent = z.object({
  provider: z.string(),
  id: z.string(),
  type: z.enum(EVENT_TYPES),
  class: z.enum(['hard', 'soft', 'block', 'undetermined']).nullable(),
  occurredAt: z.int(),
  receivedAt: z.int(),
  recipient: z.string(),
  messageId: Words,
  rfcMessageId: Words,
  campaign: z.object({ id: Words, name: Words, step: Words }).nullable().default(null),
  tags: z.array(z.string()).default([]),
  metadata: z.record(z.string(), z.unknown()).default({}),
  url: Words,
  ip: Words,
  userAgent: Words,
  geo: z.object({ country: Words, region: Words, city: Words }).nullable().default(null),
  machine: z.boolean().nullable().default(null),
  bounce: z
    .object({ smtpCode: Words, enhancedCode: Words, reason: Words, providerClass: Words })
    .nullable()
    .default(null),
  reply: z
    .object({
      from: Words,
      to: Words,
      subject: Words,
      text: Words,
      html: Words,
      excerpt: Words,
      inReplyTo: Words,
      references: z.array(z.string()).default([]),
      auto: z.boolean(),
    })
    .nullable()
    .default(null),
  raw: z.unknown(),
})

/** An event that was read and could not be stored, as this or an earlier version kept it. */
export function parseEvent(value: unknown): EngagementEvent {
  const parsed = StoredEvent.safeParse(value)
  if (parsed.success) return engagement(parsed.data)
  const [issue] = parsed.error.issues
  throw new InvalidInputError(`the kept event is not whole: ${issue?.path.join('.')} ${issue?.message}`)
}
