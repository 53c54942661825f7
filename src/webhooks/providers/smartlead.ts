import { InvalidInputError, SignatureError } from '../../core/errors.ts'
import type { BounceClass, EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement } from '../engagement.ts'
import {
  bounceFrom,
  type Fields,
  fieldsOf,
  firstText,
  isFields,
  listOf,
  messageIdOf,
  picked,
  requireFields,
  textOf,
} from '../fields.ts'
import { mailbox } from '../mail.ts'
import { activitiesIn, asBody, byName, campaignFrom, distinctName, leadStatus, toldReply } from '../outreach.ts'
import { verifyPathToken } from '../path-token.ts'
import type { WebhookProvider, WebhookRequest } from '../provider.ts'
import { sameText, verifyHexHmac } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'smartlead'
const SIGNATURE = 'x-smartlead-signature'

/** The current name, and beneath it the older ones where they differ. */
const eventType = byName<EventType | 'meta'>({
  EMAIL_SENT: 'sent',
  FIRST_EMAIL_SENT: 'sent',
  EMAIL_OPEN: 'opened',
  EMAIL_OPENED: 'opened',
  EMAIL_LINK_CLICK: 'clicked',
  EMAIL_CLICKED: 'clicked',
  LINK_CLICKED: 'clicked',
  EMAIL_REPLY: 'replied',
  EMAIL_REPLIED: 'replied',
  EMAIL_BOUNCE: 'bounced',
  EMAIL_BOUNCED: 'bounced',
  LEAD_UNSUBSCRIBED: 'unsubscribed',
  EMAIL_UNSUBSCRIBED: 'unsubscribed',
  LEAD_CATEGORY_UPDATED: 'lead_status',
  UNTRACKED_REPLIES: 'inbound',
  CAMPAIGN_STATUS_CHANGED: 'meta',
  MANUAL_STEP_REACHED: 'meta',
})

/** Notices about mailboxes and campaigns. */
const META = /^(?:email\.account|campaign)\./i

const bounceClass = byName<BounceClass>({ hard: 'hard', soft: 'soft' })

/** Where the older events say when. */
const OLD_TIMES: Readonly<Partial<Record<EventType, string>>> = {
  sent: 'time_sent',
  opened: 'time_opened',
  clicked: 'time_clicked',
  replied: 'time_replied',
  bounced: 'time_sent',
}

const METADATA = [
  ...['from_email', 'lead_id', 'sl_email_lead_id', 'sl_email_lead_map_id', 'stats_thread_id'],
  ...['client_id', 'campaign_status', 'app_url', 'subject'],
]

export const smartlead: WebhookProvider = {
  id: ID,
  name: 'Smartlead',
  signs: { body: false, sentAt: false },
  proof: ['url', 'body'],
  marks: { headers: [SIGNATURE], words: ['"sl_lead_email"', '"sl_email_lead_id"', '"stats_id"'] },
  readsHeaders: [],

  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: (secret) =>
    /^\S{24,}$/.test(secret)
      ? undefined
      : 'is no secret of at least 24 characters; make one with "openssl rand -hex 32" and give it to Smartlead as the webhook\'s secret_key, or put it at the end of the webhook\'s URL',

  /** A signature decides where there is one: only one of the vendor's two accounts of it knows it (e-mail sheet, section 6.2). */
  verify(request, secret) {
    const signature = request.headers.get(SIGNATURE)
    if (signature !== null) return verifyHexHmac(signature.replace(/^sha256=/i, ''), secret, request.body)
    if (request.token !== undefined) return verifyPathToken(request, secret)
    const echoed = echoedSecret(request)
    if (echoed === null) throw new SignatureError('missing', 'there is neither a token in the URL nor a secret_key')
    if (!sameText(echoed, secret)) throw new SignatureError('mismatch', 'the secret_key is wrong')
  },

  elements: (request) => activities(request).map(withoutSecret),

  toEvents(element, { receivedAt }) {
    const fields = flat(requireFields(element))
    const name = firstText(fields, ['event_type', 'event', 'type'])
    const type = eventType(name) ?? (name !== null && META.test(name) ? 'meta' : 'unknown')
    if (type === 'meta') return []

    const recipient = recipientOf(type, fields)
    if (recipient === null) throw new InvalidInputError('the event names no lead')
    const [sent, reply] = [fieldsOf(fields.sent_message), fieldsOf(fields.reply_message)]
    const when = occurred(timeOf(type, fields), receivedAt)
    const messageId = textOf(fields.stats_id)
    const category = fieldsOf(fields.lead_category)
    const rfcMessageId = messageIdOf(
      (isReply(type) ? reply : sent).message_id ?? fields.message_id ?? fieldsOf(fields.email).message_id,
    )
    const url = type === 'clicked' ? clickedUrl(fields) : null
    const event = engagement({
      provider: ID,
      id: dedupeKey({
        provider: ID,
        name: distinctName(type, name),
        messageId: JSON.stringify([
          messageId,
          textOf(fields.campaign_id),
          isReply(type) ? rfcMessageId : textOf(fields.sequence_number),
          textOf(category.new_id) ?? textOf(category.new_name),
        ]),
        recipient,
        // A message is sent once, whether EMAIL_SENT or FIRST_EMAIL_SENT says so or both.
        occurred: type === 'sent' && messageId !== null ? '' : when.key,
        url,
      }),
      type,
      class: type === 'bounced' ? (bounceClass(bounceTypeOf(fields)) ?? 'undetermined') : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId,
      rfcMessageId,
      campaign: campaignFrom(textOf(fields.campaign_id), textOf(fields.campaign_name), textOf(fields.sequence_number)),
      metadata: withUnreadableTime(metadataOf(type, fields), when),
      url,
      bounce: type === 'bounced' ? bounceFrom(bounceReason(fields), bounceTypeOf(fields)) : null,
      reply: isReply(type) ? replyOf(type, fields, recipient) : null,
    })
    return [event]
  },
}

const parsed = new WeakMap<WebhookRequest, readonly unknown[]>()

/** Read once, for the proof and for the event. */
function activities(request: WebhookRequest): readonly unknown[] {
  const known = parsed.get(request) ?? activitiesIn(request)
  parsed.set(request, known)
  return known
}

/** The secret that came back with every part of the body. */
function echoedSecret(request: WebhookRequest): string | null {
  let read: readonly unknown[]
  try {
    read = activities(request)
  } catch (cause) {
    throw new SignatureError('malformed', 'the body that should hold the secret_key cannot be read', { cause })
  }
  const secrets = new Set(read.map((activity) => textOf(fieldsOf(activity).secret_key)))
  const [secret = null] = secrets
  return secrets.size === 1 ? secret : null
}

/** It is kept nowhere, wherever in the part it stands. */
function withoutSecret(activity: unknown): unknown {
  if (!isFields(activity)) return activity
  const { secret_key: _, ...others } = activity
  return isFields(others.data) ? { ...others, data: withoutSecret(others.data) } : others
}

/** Events of an account are said to come as `{id, type, created_at, data, meta}`. */
function flat(fields: Fields): Fields {
  return isFields(fields.data) ? { ...fields.data, ...fields } : fields
}

function isReply(type: EventType): boolean {
  return type === 'replied' || type === 'inbound'
}

/** The lead as it was imported: `to_email` may be an alias that answered. */
function recipientOf(type: EventType, fields: Fields): string | null {
  if (type === 'inbound') return firstText(fields, ['sender_detail', 'to_email'])
  return (
    textOf(fields.sl_lead_email) ??
    textOf(fieldsOf(fields.lead).email) ??
    textOf(fieldsOf(fields.lead_data).email) ??
    firstText(fields, ['lead_email', 'to_email', 'to'])
  )
}

function timeOf(type: EventType, fields: Fields): unknown {
  const { received_at: receivedAt } = fieldsOf(fields.reply)
  const { clicked_at: clickedAt } = fieldsOf(fields.link)
  return (
    fields.event_timestamp ??
    fields[OLD_TIMES[type] ?? ''] ??
    fields.timestamp ??
    fields.created_at ??
    receivedAt ??
    clickedAt
  )
}

/** A list with one entry, a text, or an object, by the age of the account; of several links the last. */
function clickedUrl(fields: Fields): string | null {
  const links = [fields.link_clicked, fields.link_details, fields.link].flatMap(listOf)
  const urls = links.map((link) => (isFields(link) ? firstText(link, ['url', 'link']) : textOf(link)))
  return urls.findLast((url) => url !== null) ?? null
}

function bounceTypeOf(fields: Fields): string | null {
  return textOf(fields.bounce_type) ?? firstText(fieldsOf(fields.bounce_message), ['bounce_type', 'type'])
}

function bounceReason(fields: Fields): string | null {
  return (
    firstText(fieldsOf(fields.bounce_message), ['text', 'html']) ??
    firstText(fields, ['bounce_reply_email_preview', 'bounce_reply_email'])
  )
}

function metadataOf(type: EventType, fields: Fields): Fields {
  const custom = {
    ...fieldsOf(fieldsOf(fields.lead).custom_fields),
    ...fieldsOf(fieldsOf(fields.lead_data).custom_fields),
  }
  const known = { ...custom, ...picked(fields, METADATA) }
  if (type !== 'lead_status') return known
  const category = textOf(fieldsOf(fields.lead_category).new_name) ?? textOf(fields.category)
  return category === null ? known : { ...known, lead_status: leadStatus(category) }
}

function replyOf(type: EventType, fields: Fields, recipient: string): Reply {
  const [message, told] = [fieldsOf(fields.reply_message), fieldsOf(fields.reply)]
  const older = asBody(firstText(fields, ['reply_body']) ?? textOf(told.body) ?? textOf(fields.reply_message))
  const text = firstText(fields, ['visible_text']) ?? textOf(message.text) ?? older.text
  const html = textOf(message.html) ?? older.html
  const inReplyTo = messageIdOf(fieldsOf(fields.sent_message).message_id)
  const common = { text, html, snippet: textOf(fields.preview_text), inReplyTo }
  if (type === 'inbound') {
    return toldReply({
      ...common,
      from: recipient,
      to: textOf(fields.recipient_detail),
      subject: textOf(fields.subject),
    })
  }
  return toldReply({
    ...common,
    from: mailbox(textOf(fields.to_name), textOf(fields.to_email) ?? recipient),
    to: textOf(fields.from_email),
    subject: textOf(fields.subject) ?? textOf(told.subject),
  })
}
