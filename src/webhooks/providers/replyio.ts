import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement } from '../engagement.ts'
import { bounceFrom, type Fields, fieldsOf, firstText, picked, requireFields, textOf } from '../fields.ts'
import { activitiesIn, asBody, byName, campaignFrom, distinctName, leadStatus, toldReply } from '../outreach.ts'
import { pathTokenProblem, verifyPathToken } from '../path-token.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'replyio'

/** The catalogue's name, and beneath it the older guide's where that is another. */
const eventType = byName<EventType | 'meta'>({
  email_sent: 'sent',
  email_opened: 'opened',
  email_link_clicked: 'clicked',
  link_clicked: 'clicked',
  email_replied: 'replied',
  email_auto_reply: 'auto_replied',
  auto_reply_received: 'auto_replied',
  email_bounced: 'bounced',
  contact_opted_out: 'unsubscribed',
  email_unsubscribed: 'unsubscribed',
  email_spam_reported: 'complained',
  reply_categorized: 'lead_status',
  meeting_booked: 'lead_status',
  meeting_cancelled: 'lead_status',
  meeting_rescheduled: 'lead_status',
  meeting_completed: 'lead_status',
  contact_finished: 'meta',
  contact_called: 'meta',
  autopilot_stopped: 'meta',
})

/** Sequences, mailboxes and other channels than mail. */
const META = /^(?:sequence_|email_account_|linkedin_)/i

// Reply.io names the envelope and the contact in its reference; the names below it are unverified
// (e-mail sheet, section 6.4), so that several are tried.
const STEP = ['step_number', 'step', 'step_id']
const LINK = ['link_url', 'clicked_url', 'url', 'link']
const WORDS = ['reply_text', 'reply_message', 'email_text', 'text']
const SUBJECT = ['reply_subject', 'email_subject', 'subject']
const MAILBOX = ['email_account', 'from_email', 'sender_email']
const CATEGORY = ['reply_category', 'category', 'category_name']
const BOUNCE_CLASS = ['bounce_type', 'bounce_category']
const BOUNCE_REASON = ['bounce_message', 'bounce_description', 'error_message', 'bounce_reason']
const METADATA = ['reply_reason', 'reply_message_url', 'reply_blob_url', 'email_url']

const bounceClass = byName<BounceClass>({ Hard: 'hard', Soft: 'soft' })

/** The reason of a reply that was found in the mailbox; any other is a person's who set it. */
const DETECTED = 'EmailDetected'

export const replyio: WebhookProvider = {
  id: ID,
  name: 'Reply.io',
  signs: { body: false, sentAt: false },
  proof: ['url'],
  marks: { headers: [], words: ['"contact_fields"', '"subscription_id"'] },
  readsHeaders: [],

  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: pathTokenProblem,
  verify: verifyPathToken,

  elements: activitiesIn,

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const envelope = fieldsOf(fields.event)
    const name = textOf(envelope.type) ?? firstText(fields, ['event_type', 'event', 'type'])
    const type = eventType(name) ?? (name !== null && META.test(name) ? 'meta' : 'unknown')
    if (type === 'meta') return []

    const contact = fieldsOf(fields.contact_fields)
    const recipient = textOf(contact.email)
    if (recipient === null) throw new InvalidInputError('the event names no contact')
    const when = occurred(envelope.date, receivedAt)
    // Empty or missing for what was done outside a sequence.
    const sequence = fieldsOf(fields.sequence_fields)
    const campaign = campaignFrom(textOf(sequence.id), textOf(sequence.name), firstText(sequence, STEP))
    const url = type === 'clicked' ? firstText(fields, LINK) : null
    const event = engagement({
      provider: ID,
      // Not the envelope's id, which is unique for each delivery, also of one event to two subscriptions.
      id: dedupeKey({
        provider: ID,
        name: distinctName(type, name),
        messageId: JSON.stringify([textOf(envelope.team_id), textOf(contact.id), campaign?.id, campaign?.step]),
        recipient,
        occurred: when.key,
        url,
      }),
      type,
      class: type === 'bounced' ? (bounceClass(classOf(fields)) ?? 'undetermined') : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      campaign,
      metadata: withUnreadableTime(metadataOf(type, name, fields), when),
      url,
      bounce: type === 'bounced' ? bounceFrom(firstText(fields, BOUNCE_REASON), classOf(fields)) : null,
      reply: replyOf(type, fields, recipient),
    })
    return [event]
  },
}

function classOf(fields: Fields): string | null {
  return firstText(fields, BOUNCE_CLASS)
}

function metadataOf(type: EventType, name: string | null, fields: Fields): Fields {
  const known = { ...fieldsOf(fields.contact_custom_fields), ...picked(fields, METADATA) }
  if (type === 'lead_status') return { ...known, lead_status: leadStatus(firstText(fields, CATEGORY) ?? name ?? '') }
  return isManual(type, fields) ? { ...known, manual: true } : known
}

function isManual(type: EventType, { reply_reason: reason }: Fields): boolean {
  return type === 'replied' && textOf(reason) !== null && reason !== DETECTED
}

function replyOf(type: EventType, fields: Fields, from: string): Reply | null {
  if ((type !== 'replied' && type !== 'auto_replied') || isManual(type, fields)) return null
  const { text, html } = asBody(firstText(fields, WORDS))
  return toldReply({
    from,
    to: firstText(fields, MAILBOX),
    subject: firstText(fields, SUBJECT),
    text,
    html,
    auto: type === 'auto_replied',
  })
}
