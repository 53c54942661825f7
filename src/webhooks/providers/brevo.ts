import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, Campaign, EngagementEvent, EventType, Reply } from '../../core/event.ts'
import { BASIC_CHALLENGE } from '../basic-auth.ts'
import { BODY_LIMITS } from '../body.ts'
import { credentialsProblem, verifyCredentials } from '../credentials.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import { excerptOf } from '../excerpt.ts'
import {
  bounceFrom,
  type Fields,
  fieldsOf,
  isFields,
  lookUp,
  messageIdOf,
  requireFields,
  textOf,
  textsOf,
} from '../fields.ts'
import type { FormFile } from '../form.ts'
import { jsonIn, parseJson } from '../json.ts'
import { mailbox, mailEvents, plusTag } from '../mail.ts'
import { header, type MailHeader, namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'brevo'

/** The names in what is posted; the ones that a webhook is subscribed by are spelled otherwise (`hardBounce`). */
const EVENT_TYPES: Readonly<Record<string, EventType | 'meta'>> = {
  request: 'queued',
  sent: 'queued',
  delivered: 'delivered',
  deferred: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'bounced',
  invalid_email: 'bounced',
  blocked: 'rejected',
  error: 'failed',
  spam: 'complained',
  complaint: 'complained',
  opened: 'opened',
  unique_opened: 'opened',
  proxy_open: 'opened',
  unique_proxy_open: 'opened',
  click: 'clicked',
  unsubscribe: 'unsubscribed',
  unsubscribed: 'unsubscribed',
  reply: 'replied',
  // Somebody put them on a list: that is no consent of theirs, and takes no unsubscription back.
  list_addition: 'meta',
  contact_updated: 'meta',
  contact_deleted: 'meta',
}

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = {
  hard_bounce: 'hard',
  invalid_email: 'hard',
  soft_bounce: 'soft',
}

/** Apple's and Gmail's proxies: nobody has to have looked. */
const PROXIES: ReadonlySet<string | null> = new Set(['proxy_open', 'unique_proxy_open'])
const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'rejected', 'failed', 'deferred'])

/** Headers that Brevo's mail parser passes on percent-encoded. */
const ENCODED_HEADERS: ReadonlySet<string> = new Set(['return-path', 'delivered-to'])

export const brevo: WebhookProvider = {
  id: ID,
  name: 'Brevo',
  signs: { body: false, sentAt: false },
  proof: ['headers', 'url'],
  challenge: BASIC_CHALLENGE,
  // Any other failure, 5xx included, loses the event at once (e-mail sheet, section 3).
  retryStatus: 429,
  marks: { headers: [], words: ['"X-Mailin-custom"', '"ts_epoch"', '"RawTextBody"', '"ExtractedMarkdownMessage"'] },
  readsHeaders: [],

  // Mails come without their attachments.
  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: credentialsProblem,

  verify: verifyCredentials,

  /** How a batch is wrapped is not published, so every likely form is taken; `items` is also what mails come in. */
  elements({ body }) {
    const value = parseJson(body)
    if (Array.isArray(value)) return value
    const { items, events } = fieldsOf(value)
    return [items, events].find(Array.isArray) ?? [value]
  },

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const isMail = fields.event === undefined && (isFields(fields.From) || fields.RawTextBody !== undefined)
    return isMail ? readInbound(fields, receivedAt) : readEvent(fields, receivedAt)
  },
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.event)
  const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
  if (type === 'meta') return []

  const recipient = textOf(fields.email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(timeOf(fields), receivedAt)
  const messageId = messageIdOf(fields['message-id'])
  const campaign = campaignOf(fields)
  const url = textOf(fields.link)
  const event = engagement({
    provider: ID,
    // `id` is the webhook's, the same for every event. One open may be told as the first and as an open.
    id: dedupeKey({
      provider: ID,
      name: name?.replace(/^unique_/, '') ?? null,
      messageId: messageId ?? campaign?.id ?? null,
      recipient,
      occurred: when.key,
      url,
    }),
    type,
    class: type === 'bounced' ? (lookUp(BOUNCE_CLASSES, name) ?? 'undetermined') : null,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    rfcMessageId: messageId,
    campaign,
    tags: tagsOf(fields),
    metadata: withUnreadableTime(customData(fields), when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(fields.user_agent),
    machine: PROXIES.has(name) ? true : null,
    bounce: WITH_REASON.has(type) ? bounceOf(name, fields) : null,
    reply: type === 'replied' ? replyOf(recipient, messageId, fields) : null,
  })
  return [event]
}

/** `ts_epoch` alone is UTC everywhere; the others have been seen in the account's zone, and `date` always is. */
function timeOf(fields: Fields): unknown {
  return fields.ts_epoch ?? fields.s_epoch ?? fields.ts_event ?? fields.ts
}

/** Of marketing mails; `campaign name` is written with a space. */
function campaignOf(fields: Fields): Campaign | null {
  const [id, name] = [textOf(fields.camp_id), textOf(fields['campaign name'])]
  return id === null && name === null ? null : { id, name, step: null }
}

/** `tag` holds one tag, or a list of them as JSON, or the name of a template. */
function tagsOf(fields: Fields): readonly string[] {
  const tags = textsOf(fields.tags)
  if (tags.length > 0) return tags
  const tag = textOf(fields.tag)
  const list = jsonIn(tag)
  return Array.isArray(list) ? textsOf(list) : textsOf(tag)
}

function customData(fields: Fields): Fields {
  const custom = textOf(fields['X-Mailin-custom'])
  const data = jsonIn(custom)
  if (isFields(data)) return data
  return custom === null ? {} : { 'X-Mailin-custom': custom }
}

function bounceOf(name: string | null, fields: Fields): EngagementEvent['bounce'] {
  return bounceFrom(textOf(fields.reason), name)
}

/** What a `reply` holds is not published beyond its name; what it answers is the message it names. */
function replyOf(from: string, answered: string | null, fields: Fields): Reply {
  const [text, html] = [textOf(fields.text), textOf(fields.html)]
  return {
    from,
    to: textOf(fields.to),
    subject: textOf(fields.subject),
    text,
    html,
    excerpt: excerptOf(null, text, html),
    inReplyTo: answered,
    references: [],
    auto: false,
  }
}

function readInbound(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const headers = headersOf(fields)
  const to = header({ headers }, 'delivered-to') ?? textsOf(fields.Recipients)[0] ?? firstAddress(fields.To)
  const sender = fieldsOf(fields.From)
  const address = textOf(sender.Address)
  const uuid = textsOf(fields.Uuid)[0] ?? null
  const mail = {
    headers,
    from: address === null ? null : mailbox(textOf(sender.Name), address),
    to,
    envelopeFrom: header({ headers }, 'return-path'),
    subject: textOf(fields.Subject),
    text: textOf(fields.RawTextBody),
    html: textOf(fields.RawHtmlBody),
    newText: textOf(fields.ExtractedMarkdownMessage),
    mailboxHash: plusTag(to),
    reports: reportsOf(fields.Attachments),
  }
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    id: uuid === null ? null : providerEventId(`inbound/${uuid}`),
    messageId: uuid,
    arrivedAt: textOf(fields.SentAtDate),
  })
}

/** The mail's own headers; the ones that Brevo has taken out of it stand behind, for where they are missing. */
function headersOf(fields: Fields): readonly MailHeader[] {
  const own = namedHeaders(fields.Headers).map(({ name, value }) =>
    ENCODED_HEADERS.has(name) ? { name, value: percentDecoded(value) } : { name, value },
  )
  const taken = namedHeaders({ 'message-id': fields.MessageId, 'in-reply-to': fields.InReplyTo })
  return [...own, ...taken]
}

function firstAddress(addresses: unknown): string | null {
  return Array.isArray(addresses) ? textOf(fieldsOf(addresses[0]).Address) : null
}

/** Only what kind of attachments there are: their content must be fetched. */
function reportsOf(attachments: unknown): readonly FormFile[] {
  if (!Array.isArray(attachments)) return []
  return attachments.map((attachment) => ({ type: textOf(fieldsOf(attachment).ContentType) ?? '', text: '' }))
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
