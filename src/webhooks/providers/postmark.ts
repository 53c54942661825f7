import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType, Reply } from '../../core/event.ts'
import { BASIC_CHALLENGE, basicSecretProblem, verifyBasicAuth } from '../basic-auth.ts'
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
} from '../fields.ts'
import { type FormFile, isReport, reportOf } from '../form.ts'
import { parseJson } from '../json.ts'
import { mailbox, mailEvents, plusTag } from '../mail.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'postmark'
const TRACE_ID = 'x-pm-webhook-trace-id'

interface RecordShape {
  readonly type: EventType
  readonly recipient: string
  readonly time: string
}

/** Of a bounce and a change of subscription, the type here is what they are until they say more. */
const RECORDS: Readonly<Record<string, RecordShape>> = {
  Delivery: { type: 'delivered', recipient: 'Recipient', time: 'DeliveredAt' },
  Bounce: { type: 'bounced', recipient: 'Email', time: 'BouncedAt' },
  SpamComplaint: { type: 'complained', recipient: 'Email', time: 'BouncedAt' },
  Open: { type: 'opened', recipient: 'Recipient', time: 'ReceivedAt' },
  Click: { type: 'clicked', recipient: 'Recipient', time: 'ReceivedAt' },
  SubscriptionChange: { type: 'unknown', recipient: 'Recipient', time: 'ChangedAt' },
}

/** By the name of a bounce's type: vendors disagree on the numbers (e-mail sheet, section 5.3). */
const BOUNCES: Readonly<Record<string, readonly [type: EventType, bounceClass?: BounceClass]>> = {
  HardBounce: ['bounced', 'hard'],
  SoftBounce: ['bounced', 'soft'],
  VirusNotification: ['bounced', 'soft'],
  Unknown: ['bounced', 'soft'],
  Transient: ['deferred'],
  DnsError: ['deferred'],
  OpenRelayTest: ['deferred'],
  AutoResponder: ['auto_replied'],
  AddressChange: ['auto_replied'],
  ChallengeVerification: ['auto_replied'],
  SpamNotification: ['complained'],
  SpamComplaint: ['complained'],
  BadEmailAddress: ['rejected'],
  ManuallyDeactivated: ['rejected'],
  Unconfirmed: ['rejected'],
  Blocked: ['rejected'],
  DMARCPolicy: ['rejected'],
  SMTPApiError: ['failed'],
  TemplateRenderingFailed: ['failed'],
  InboundError: ['failed'],
  Unsubscribe: ['unsubscribed'],
  Subscribe: ['resubscribed'],
}

/** Suppressions that repeat what a bounce or a complaint has said already. */
const ECHOES: ReadonlySet<unknown> = new Set(['HardBounce', 'SpamComplaint'])

export const postmark: WebhookProvider = {
  id: ID,
  name: 'Postmark',
  signs: { body: false, sentAt: false },
  proof: ['headers'],
  challenge: BASIC_CHALLENGE,
  marks: { headers: [TRACE_ID, 'x-pm-retries-remaining'], words: ['"RecordType"', '"MailboxHash"'] },
  readsHeaders: [TRACE_ID],

  // Whether it is an event or a mail with its attachments shows only in the body.
  maxBodyBytes: () => BODY_LIMITS.jsonMail,

  secretProblem(secret) {
    const problem = basicSecretProblem(secret)
    return problem && `${problem}; choose both and put them into the webhook's URL at Postmark: https://user:password@…`
  },

  verify: verifyBasicAuth,

  elements: ({ body }) => [parseJson(body)],

  toEvents(element, { headers, receivedAt }) {
    const fields = requireFields(element)
    const record = textOf(fields.RecordType)
    const traceId = headers.get(TRACE_ID)
    return record === null ? readInbound(fields, receivedAt) : readRecord(record, fields, { traceId, receivedAt })
  },
}

function readRecord(
  record: string,
  fields: Fields,
  { traceId, receivedAt }: { traceId: string | null; receivedAt: number },
): readonly EngagementEvent[] {
  const shape = lookUp(RECORDS, record)
  const meaning = meaningOf(record, shape, fields)
  if (meaning === 'echo') return []
  const [type, bounceClass = null] = meaning

  const recipient = textOf(fields[shape?.recipient ?? 'Recipient']) ?? textOf(fields.Recipient ?? fields.Email)
  if (recipient === null) throw new InvalidInputError('the record names no recipient')
  const when = occurred(fields[shape?.time ?? 'ReceivedAt'], receivedAt)
  const messageId = textOf(fields.MessageID)
  const url = type === 'clicked' ? textOf(fields.OriginalLink) : null
  const geo = fieldsOf(fields.Geo)
  const event = engagement({
    provider: ID,
    id: traceId
      ? providerEventId(traceId)
      : (bounceId(record, fields) ??
        dedupeKey({
          provider: ID,
          name: record,
          messageId,
          recipient,
          occurred: when.key,
          url,
          bounceCode: textOf(fields.Type),
        })),
    type,
    class: bounceClass,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    tags: tagsOf(fields),
    metadata: withUnreadableTime(fieldsOf(fields.Metadata), when),
    url,
    ip: textOf(geo.IP),
    userAgent: textOf(fields.UserAgent),
    geo: isFields(fields.Geo)
      ? { country: textOf(geo.Country), region: textOf(geo.Region), city: textOf(geo.City) }
      : null,
    bounce: record === 'Bounce' ? bounceOf(fields) : null,
    reply: type === 'auto_replied' ? machineReply(recipient, fields) : null,
  })
  return [event]
}

function meaningOf(
  record: string,
  shape: RecordShape | undefined,
  fields: Fields,
): readonly [type: EventType, bounceClass?: BounceClass] | 'echo' {
  if (record === 'Bounce') return lookUp(BOUNCES, textOf(fields.Type)) ?? ['bounced', 'undetermined']
  if (record !== 'SubscriptionChange') return [shape?.type ?? 'unknown']
  if (fields.SuppressSending === false) return ['resubscribed']
  if (fields.SuppressSending !== true) return ['unknown']
  return ECHOES.has(fields.SuppressionReason) ? 'echo' : ['unsubscribed']
}

/** A bounce and a complaint have an id of their own; everything else shares its message's. */
function bounceId(record: string, fields: Fields): string | null {
  const id = textOf(fields.ID)
  return id === null ? null : providerEventId(`${record}/${id}`)
}

function bounceOf(fields: Fields): EngagementEvent['bounce'] {
  const details = textOf(fields.Details)
  return {
    smtpCode: smtpCodeIn(details),
    enhancedCode: enhancedCodeIn(details),
    reason: details ?? textOf(fields.Description),
    providerClass: textOf(fields.Type),
  }
}

/** Vacation notices come as bounces, mostly without what they say. */
function machineReply(from: string, fields: Fields): Reply {
  return {
    from,
    to: textOf(fields.From),
    subject: textOf(fields.Subject),
    text: null,
    html: null,
    excerpt: null,
    inReplyTo: null,
    references: [],
    auto: true,
  }
}

function tagsOf(fields: Fields): readonly string[] {
  const tag = textOf(fields.Tag)
  return tag === null ? [] : [tag]
}

function readInbound(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const sender = fieldsOf(fields.FromFull)
  const address = textOf(sender.Email)
  const from = address === null ? textOf(fields.From) : mailbox(textOf(sender.Name), address)
  if (from === null && !Array.isArray(fields.Headers)) {
    throw new InvalidInputError('the body is neither a Postmark record nor a mail')
  }
  const to = textOf(fields.OriginalRecipient) ?? textOf(fields.To)
  const messageId = textOf(fields.MessageID)
  const mail = {
    headers: namedValues(fields.Headers),
    from,
    to,
    envelopeFrom: null,
    subject: textOf(fields.Subject),
    text: textOf(fields.TextBody),
    html: textOf(fields.HtmlBody),
    newText: textOf(fields.StrippedTextReply),
    mailboxHash: textOf(fields.MailboxHash) ?? plusTag(to),
    reports: reportsOf(fields.Attachments),
  }
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    // Postmark's own id of the mail it received, not the Message-ID header.
    id: messageId === null ? null : providerEventId(`inbound/${messageId}`),
    messageId,
    arrivedAt: textOf(fields.Date),
    tags: tagsOf(fields),
  })
}

function namedValues(headers: unknown): { name: string; value: string }[] {
  if (!Array.isArray(headers)) return []
  return headers.filter(isFields).flatMap(({ Name, Value }) => {
    const name = textOf(Name)
    return name === null ? [] : [{ name: name.toLowerCase(), value: textOf(Value) ?? '' }]
  })
}

/** Without `Content` in what the dashboard's "Check" button sends. */
function reportsOf(attachments: unknown): readonly FormFile[] {
  if (!Array.isArray(attachments)) return []
  return attachments.filter(isFields).flatMap(({ ContentType, Content }) => {
    const type = textOf(ContentType)?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    return isReport(type) && typeof Content === 'string' ? [reportOf(type, Buffer.from(Content, 'base64'))] : []
  })
}
