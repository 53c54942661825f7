import { parseAddress } from '../../core/address.ts'
import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { engagement, providerEventId } from '../engagement.ts'
import {
  enhancedCodeIn,
  type Fields,
  fieldsOf,
  isFields,
  lookUp,
  messageIdOf,
  requireFields,
  smtpCodeIn,
  textOf,
  textsOf,
} from '../fields.ts'
import { parseJson } from '../json.ts'
import type { WebhookProvider } from '../provider.ts'
import {
  MESSAGE_ID_HEADERS,
  standardMessageId,
  standardSecretProblem,
  verifyStandardWebhook,
} from '../standard-webhooks.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'resend'

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  'email.scheduled': 'queued',
  'email.sent': 'sent',
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'deferred',
  'email.bounced': 'bounced',
  'email.suppressed': 'rejected',
  'email.failed': 'failed',
  'email.opened': 'opened',
  'email.clicked': 'clicked',
  'email.complained': 'complained',
  'email.received': 'inbound',
}

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = {
  Permanent: 'hard',
  Transient: 'soft',
  Undetermined: 'undetermined',
}

/** What is said about an account and not about a person's mail. */
const META = /^(?:contact|domain|suppression)\./

export const resend: WebhookProvider = {
  id: ID,
  name: 'Resend',
  signs: { body: true, sentAt: true },
  proof: ['body'],
  marks: { headers: [], words: ['"email_id"'] },
  readsHeaders: MESSAGE_ID_HEADERS,

  maxBodyBytes: () => BODY_LIMITS.events,

  secretProblem(secret) {
    const problem = standardSecretProblem(secret)
    return problem && `${problem}; copy it from Resend, Webhooks > the endpoint > Signing secret`
  },

  verify: verifyStandardWebhook,

  elements: ({ body }) => [parseJson(body)],

  toEvents(element, { headers, receivedAt }) {
    const fields = requireFields(element)
    const name = textOf(fields.type)
    const data = fieldsOf(fields.data)
    const type = name === 'contact.updated' && data.unsubscribed === true ? 'unsubscribed' : typeOf(name)
    if (type === 'meta') return []

    const messageId = standardMessageId(headers)
    if (messageId === null) throw new InvalidInputError('the delivery has no id')
    // The event's own time; `data.created_at` is the message's.
    const when = occurred(fields.created_at, receivedAt)
    const detail = fieldsOf(data.click ?? data.open)
    return recipientsOf(type, data).map((recipient, index) =>
      engagement({
        provider: ID,
        id: providerEventId(index === 0 ? messageId : `${messageId}/${index}`),
        type,
        class: type === 'bounced' ? (lookUp(BOUNCE_CLASSES, bounceText(data, 'type')) ?? 'undetermined') : null,
        occurredAt: when.at,
        receivedAt,
        recipient,
        messageId: textOf(data.email_id),
        rfcMessageId: messageIdOf(data.message_id),
        campaign: campaignOf(data),
        metadata: withUnreadableTime(tagsOf(data.tags), when),
        url: textOf(detail.link),
        ip: textOf(detail.ipAddress),
        userAgent: textOf(detail.userAgent),
        bounce: bounceOf(type, data),
        reply: type === 'inbound' ? receivedMail(data) : null,
      }),
    )
  },
}

function typeOf(name: string | null): EventType | 'meta' {
  if (name !== null && META.test(name)) return 'meta'
  return lookUp(EVENT_TYPES, name) ?? 'unknown'
}

/** Whom it is about: the sender of mail that was received, else everybody the mail went to. */
function recipientsOf(type: EventType, data: Fields): readonly string[] {
  const recipients = type === 'inbound' ? textsOf(data.from) : textsOf(data.to ?? data.email)
  if (recipients.length === 0) throw new InvalidInputError('the event names no recipient')
  const bare = recipients.map((recipient) => parseAddress(recipient) ?? recipient)
  return [...new Set(bare)]
}

function campaignOf(data: Fields): EngagementEvent['campaign'] {
  const id = textOf(data.broadcast_id)
  return id === null ? null : { id, name: null, step: null }
}

/** An object, or in older payloads a list of `{name, value}`. */
function tagsOf(tags: unknown): Fields {
  if (!Array.isArray(tags)) return fieldsOf(tags)
  const named = tags.filter(isFields).filter(({ name }) => textOf(name) !== null)
  return Object.fromEntries(named.map(({ name, value }) => [String(name), value]))
}

function bounceText(data: Fields, key: string): string | null {
  return textOf(fieldsOf(data.bounce)[key])
}

function bounceOf(type: EventType, data: Fields): EngagementEvent['bounce'] {
  if (type === 'bounced') {
    const diagnostic = textsOf(fieldsOf(data.bounce).diagnosticCode)[0] ?? null
    const classes = [bounceText(data, 'type'), bounceText(data, 'subType')].filter((text) => text !== null)
    return {
      smtpCode: smtpCodeIn(diagnostic),
      enhancedCode: enhancedCodeIn(diagnostic),
      reason: bounceText(data, 'message') ?? diagnostic,
      providerClass: classes.join('/') || null,
    }
  }
  if (type !== 'failed' && type !== 'rejected') return null
  const { reason, message, type: providerClass } = fieldsOf(data[type === 'failed' ? 'failed' : 'suppressed'])
  return {
    smtpCode: null,
    enhancedCode: null,
    reason: textOf(reason) ?? textOf(message),
    providerClass: textOf(providerClass),
  }
}

/** Resend reports that a mail came, not what it says: its text must be fetched. */
function receivedMail(data: Fields): EngagementEvent['reply'] {
  return {
    from: textOf(data.from),
    to: textsOf(data.received_for)[0] ?? textsOf(data.to)[0] ?? null,
    subject: textOf(data.subject),
    text: null,
    html: null,
    excerpt: null,
    inReplyTo: null,
    references: [],
    auto: false,
  }
}
