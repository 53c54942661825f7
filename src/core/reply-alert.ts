import { z } from 'zod'

import { addressKey } from './address.ts'
import type { Campaign, EngagementEvent } from './event.ts'
import type { NewJob } from './job.ts'
import { shown } from './shown.ts'
import { type ContactRow, contactById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { campaignOf, eventByKey } from './store/events.ts'

export const REPLY_ALERT = 'reply_alert'

/** What the team should see when somebody replies. */
export interface ReplyAlert {
  readonly contact: Pick<ContactRow, 'id' | 'email' | 'firstName' | 'lastName' | 'company' | 'title'>
  readonly campaign: Campaign | null
  readonly subject: string | null
  readonly excerpt: string | null
  /** UTC milliseconds. */
  readonly occurredAt: number
}

const Payload = z.object({ provider: z.string(), id: z.string() })

/** One alert for each reply of a person; the alerts of one person stay in order. */
export function replyAlertJob(event: EngagementEvent): readonly NewJob[] {
  if (event.type !== 'replied') return []
  const { provider, id } = event
  const key = `${REPLY_ALERT}:${addressKey(event.recipient)}`
  return [{ id: `${REPLY_ALERT}:${provider}:${id}`, kind: REPLY_ALERT, payload: { provider, id }, key, runAt: 0 }]
}

/** The alert that a queued job stands for, as of `now` (UTC milliseconds); undefined when its event or its contact was erased meanwhile. */
export async function readReplyAlert(
  database: Database,
  payload: unknown,
  now: number,
): Promise<ReplyAlert | undefined> {
  const event = await eventByKey(database, Payload.parse(payload))
  const contact = event && (await contactById(database, event.contactId))
  if (!contact) return undefined
  const { subject = null, excerpt = null } = event.detail?.reply ?? {}
  const who = { id: contact.id, email: contact.email, ...shown(contact, now) }
  return { contact: who, campaign: campaignOf(event), subject, excerpt, occurredAt: event.occurredAt }
}
