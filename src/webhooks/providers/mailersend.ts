import { InvalidInputError, SignatureError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import {
  enhancedCodeIn,
  type Fields,
  fieldsOf,
  isFields,
  lookUp,
  requireFields,
  smtpCodeIn,
  textOf,
  textsOf,
} from '../fields.ts'
import { parseJson } from '../json.ts'
import { type Mail, mailbox, mailEvents, parseMime, plusTag } from '../mail.ts'
import { namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider, WebhookRequest } from '../provider.ts'
import { verifyHexHmac } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'mailersend'
const SIGNATURES = ['signature', 'x-mailersend-signature']

/** What everybody's pings are signed with when a webhook is saved: published, so it proves nothing else. */
const PING_SECRET = 'test_Am3L1GuOIc4blLUuHqAPxxwkZaJyEk8G'
const PING = 'webhook.test'
const MAX_PING_BYTES = 4096

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  'activity.sent': 'sent',
  'activity.delivered': 'delivered',
  'activity.deferred': 'deferred',
  'activity.soft_bounced': 'bounced',
  'activity.hard_bounced': 'bounced',
  'activity.suppressed': 'rejected',
  'activity.opened': 'opened',
  'activity.opened_unique': 'opened',
  'activity.clicked': 'clicked',
  'activity.clicked_unique': 'clicked',
  'activity.unsubscribed': 'unsubscribed',
  'activity.spam_complaint': 'complained',
  'recipient.on_hold_added': 'rejected',
}

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = {
  'activity.soft_bounced': 'soft',
  'activity.hard_bounced': 'hard',
}

/** What is said about surveys, senders, lists and the service. */
const META: ReadonlySet<string | null> = new Set([
  PING,
  ...['activity.survey_opened', 'activity.survey_submitted', 'recipient.on_hold_removed', 'sender_identity.verified'],
  ...['maintenance.start', 'maintenance.end', 'inbound_forward.failed', 'inbound_message.rejected'],
  ...['email_single.verified', 'email_list.verified', 'bulk_email.completed'],
])

const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'rejected', 'deferred'])

export const mailersend: WebhookProvider = {
  id: ID,
  name: 'MailerSend',
  signs: { body: true, sentAt: false },
  proof: ['body'],
  marks: { headers: ['x-mailersend-signature'], words: ['"activity.', '"inbound.message"', `"${PING}"`] },
  readsHeaders: [],

  // Whether it is an event or a mail with its attachments shows only in the body.
  maxBodyBytes: () => BODY_LIMITS.jsonMail,

  secretProblem: (secret) =>
    /^\S{16,}$/.test(secret) && secret !== PING_SECRET
      ? undefined
      : "is no signing secret; copy the webhook's from MailerSend, Domains > Manage > Webhooks, or an inbound route's from that route",

  verify(request, secret) {
    const name = SIGNATURES.find((header) => request.headers.has(header))
    const signature = name === undefined ? null : request.headers.get(name)
    if (!signature) throw new SignatureError('missing', 'the header Signature is missing')
    try {
      verifyHexHmac(signature, secret, request.body)
    } catch (error) {
      if (!isPing(request)) throw error
      verifyHexHmac(signature, PING_SECRET, request.body)
    }
  },

  elements: ({ body }) => [parseJson(body)],

  async toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const name = textOf(fields.type)
    if (META.has(name)) return []
    return name === 'inbound.message'
      ? await readInbound(fieldsOf(fields.data), receivedAt)
      : readEvent(fields, receivedAt)
  },
}

/** A ping is small and says nothing else. */
function isPing({ body }: WebhookRequest): boolean {
  try {
    return body.byteLength <= MAX_PING_BYTES && fieldsOf(parseJson(body)).type === PING
  } catch {
    return false
  }
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.type)
  const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
  const data = fieldsOf(fields.data)
  const email = fieldsOf(data.email)
  const recipient = recipientOf(data, email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')

  // In the second version of the format `data` has no time of its own.
  const when = occurred(data.created_at ?? fields.created_at, receivedAt)
  const messageId = textOf(fieldsOf(email.message).id) ?? textOf(data.message_id)
  const detail = detailOf(data)
  const url = type === 'clicked' ? textOf(detail.url) : null
  const id = textOf(data.id)
  const event = engagement({
    provider: ID,
    // An opening that is told as the first and as an opening is one activity with one id.
    id: id ? providerEventId(id) : dedupeKey({ provider: ID, name, messageId, recipient, occurred: when.key, url }),
    type,
    class: type === 'bounced' ? (lookUp(BOUNCE_CLASSES, name) ?? 'undetermined') : null,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    rfcMessageId: rfcMessageIdOf(data, email),
    tags: textsOf(email.tags ?? data.tags),
    metadata: withUnreadableTime({}, when),
    url,
    ip: textOf(detail.ip),
    userAgent: textOf(detail.user_agent),
    geo: geoOf(detail.country),
    bounce: WITH_REASON.has(type) ? bounceOf(detail) : null,
  })
  return [event]
}

function recipientOf(data: Fields, email: Fields): string | null {
  const recipient = isFields(data.recipient) ? data.recipient : fieldsOf(email.recipient)
  return textOf(recipient.email) ?? textOf(data.recipient) ?? textOf(data.email)
}

/** What is special to one kind of event: `morph` in the first version of the format, `meta` in the second. */
function detailOf(data: Fields): Fields {
  return isFields(data.morph) ? data.morph : fieldsOf(data.meta)
}

/** The Message-ID that MailerSend gives a mail, one for each recipient. */
function rfcMessageIdOf(data: Fields, email: Fields): string | null {
  const id = textOf(email.id) ?? textOf(data.email_id)
  return id === null ? null : `${id}@mailersend.net`
}

function geoOf(country: unknown): EngagementEvent['geo'] {
  return textOf(country) === null ? null : { country: textOf(country), region: null, city: null }
}

function bounceOf(detail: Fields): EngagementEvent['bounce'] {
  const reason =
    textOf(detail.readable_reason) ??
    textOf(detail.reason) ??
    textOf(detail.bounce_reason) ??
    textOf(detail.suppression_reason)
  return {
    smtpCode: textOf(detail.bounce_code) ?? smtpCodeIn(reason),
    enhancedCode: enhancedCodeIn(reason),
    reason,
    providerClass: textOf(detail.bounce_type) ?? textOf(detail.reason),
  }
}

async function readInbound(data: Fields, receivedAt: number): Promise<readonly EngagementEvent[]> {
  const envelope = fieldsOf(data.sender)
  const recipients = fieldsOf(data.recipients)
  const known = {
    to: addressIn(recipients.rcptTo) ?? addressIn(fieldsOf(recipients.to).data),
    // Present and empty is what a mail system writes; absent says nothing.
    envelopeFrom: typeof envelope.email === 'string' ? envelope.email : null,
    newText: null,
  }
  const raw = textOf(data.raw)
  const mail = raw === null ? parsedMail(data, known) : await parseMime(Buffer.from(raw), known)
  const id = textOf(data.id)
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    id: id === null ? null : providerEventId(`inbound/${id}`),
    messageId: id,
    arrivedAt: textOf(data.created_at),
  })
}

function addressIn(recipients: unknown): string | null {
  return Array.isArray(recipients) ? textOf(fieldsOf(recipients[0]).email) : null
}

function parsedMail(data: Fields, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Mail {
  const from = fieldsOf(data.from)
  const address = textOf(from.email)
  return {
    ...known,
    headers: namedHeaders(data.headers),
    from: address === null ? null : mailbox(textOf(from.name), address),
    subject: textOf(data.subject),
    text: textOf(data.text),
    html: textOf(data.html),
    mailboxHash: plusTag(known.to),
    reports: [],
  }
}
