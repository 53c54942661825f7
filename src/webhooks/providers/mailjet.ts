import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, Campaign, EngagementEvent, EventType } from '../../core/event.ts'
import { BASIC_CHALLENGE } from '../basic-auth.ts'
import { BODY_LIMITS } from '../body.ts'
import { credentialsProblem, verifyCredentials } from '../credentials.ts'
import { dedupeKey, engagement } from '../engagement.ts'
import { enhancedCodeIn, type Fields, isFields, lookUp, requireFields, smtpCodeIn, textOf } from '../fields.ts'
import { type FormFile, isReport, reportOf } from '../form.ts'
import { jsonIn, parseJson } from '../json.ts'
import { mailEvents, plusTag } from '../mail.ts'
import { header, namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'mailjet'

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  // It comes with the answer of the receiving server.
  sent: 'delivered',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  blocked: 'rejected',
  spam: 'complained',
  unsub: 'unsubscribed',
}

const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'rejected', 'deferred'])

export const mailjet: WebhookProvider = {
  id: ID,
  name: 'Mailjet',
  signs: { body: false, sentAt: false },
  proof: ['headers', 'url'],
  challenge: BASIC_CHALLENGE,
  marks: { headers: [], words: ['"Message_GUID"', '"mj_campaign_id"', '"mj_contact_id"', '"SpamAssassinScore"'] },
  readsHeaders: [],

  // Whether it is a batch of events or a mail with its attachments shows only in the body.
  maxBodyBytes: () => BODY_LIMITS.jsonMail,

  secretProblem: credentialsProblem,

  verify: verifyCredentials,

  /** A list where events are grouped, else one event or mail alone. */
  elements({ body }) {
    const value = parseJson(body)
    return Array.isArray(value) ? value : [value]
  },

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const isMail = fields.event === undefined && (fields.Sender !== undefined || isFields(fields.Headers))
    return isMail ? readInbound(fields, receivedAt) : readEvent(fields, receivedAt)
  },
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.event)
  const [type, bounceClass] = name === 'bounce' ? bounceMeaning(fields) : [lookUp(EVENT_TYPES, name) ?? 'unknown', null]
  const recipient = textOf(fields.email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')

  const when = occurred(fields.time, receivedAt)
  const messageId = messageIdIn(fields)
  const url = textOf(fields.url)
  const event = engagement({
    provider: ID,
    id: dedupeKey({
      provider: ID,
      name,
      messageId,
      recipient,
      occurred: when.key,
      url,
      bounceCode: textOf(fields.error),
    }),
    type,
    class: bounceClass,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    campaign: campaignOf(fields),
    metadata: withUnreadableTime(customData(fields), when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(fields.agent),
    geo: geoOf(fields.geo),
    bounce: WITH_REASON.has(type) ? bounceOf(fields) : null,
  })
  return [event]
}

/** A greylisted mail is tried again. */
function bounceMeaning(fields: Fields): readonly [type: EventType, bounceClass: BounceClass | null] {
  if (fields.hard_bounce === true) return ['bounced', 'hard']
  if (fields.error === 'greylisted') return ['deferred', null]
  return ['bounced', fields.hard_bounce === false ? 'soft' : 'undetermined']
}

/** The texts first: the number has up to 64 bits, and whoever looks it up may have rounded it. */
function messageIdIn(fields: Fields): string | null {
  return textOf(fields.Message_GUID) ?? textOf(fields.mj_message_id) ?? textOf(fields.MessageID)
}

function campaignOf(fields: Fields): Campaign | null {
  const [id, name] = [textOf(fields.mj_campaign_id), textOf(fields.customcampaign)]
  return id === null && name === null ? null : { id, name, step: null }
}

/** What was sent along with the mail; a payload is a text, in which most people put JSON. */
function customData(fields: Fields): Fields {
  const [customId, payload] = [textOf(fields.CustomID), textOf(fields.Payload)]
  const data = jsonIn(payload)
  return {
    ...(isFields(data) ? data : payload !== null && { Payload: payload }),
    ...(customId !== null && { CustomID: customId }),
  }
}

function geoOf(geo: unknown): EngagementEvent['geo'] {
  const country = textOf(geo)
  return country === null ? null : { country, region: null, city: null }
}

function bounceOf(fields: Fields): EngagementEvent['bounce'] {
  const [comment, error] = [textOf(fields.comment), textOf(fields.error)]
  const classes = [textOf(fields.error_related_to), error].filter((text) => text !== null)
  return {
    smtpCode: smtpCodeIn(comment),
    enhancedCode: enhancedCodeIn(comment),
    reason: comment ?? error,
    providerClass: classes.join('/') || null,
  }
}

/** What the Parse API makes of a mail. */
function readInbound(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const headers = namedHeaders(fields.Headers)
  const to = textOf(fields.Recipient)
  const mail = {
    headers,
    from: textOf(fields.From) ?? header({ headers }, 'from'),
    to,
    // Present and empty is what a mail system writes; absent says nothing.
    envelopeFrom: typeof fields.Sender === 'string' ? fields.Sender : null,
    subject: textOf(fields.Subject),
    text: textOf(fields['Text-part']),
    html: textOf(fields['Html-part']),
    newText: null,
    mailboxHash: plusTag(to),
    reports: reportsOf(fields),
  }
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    id: null,
    messageId: null,
    // `Date` is the mail's own, written anew without its zone.
    arrivedAt: header({ headers }, 'date') ?? textOf(fields.Date),
    metadata: customData(fields),
  })
}

/** Each part names the field that holds its content, in base64. */
function reportsOf(fields: Fields): readonly FormFile[] {
  if (!Array.isArray(fields.Parts)) return []
  return fields.Parts.filter(isFields).flatMap((part) => {
    const contentType = header({ headers: namedHeaders(part.Headers) }, 'content-type')
    const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    const content = fields[textOf(part.ContentRef) ?? '']
    return isReport(type) && typeof content === 'string' ? [reportOf(type, Buffer.from(content, 'base64'))] : []
  })
}
