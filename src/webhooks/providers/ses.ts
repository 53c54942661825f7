import { InvalidInputError } from '../../core/errors.ts'
import type { Bounce, BounceClass, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { statedCampaign } from '../campaign.ts'
import { engagement, providerEventId } from '../engagement.ts'
import {
  enhancedCodeIn,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  lookUp,
  requireFields,
  smtpCodeIn,
  textOf,
  textsOf,
} from '../fields.ts'
import { parseJson } from '../json.ts'
import { type Mail, mailEvents, parseMime, plusTag } from '../mail.ts'
import type { MailHeader } from '../mail-headers.ts'
import type { WebhookProvider } from '../provider.ts'
import { confirmSubscription, parseTopicArn, SNS_HEADERS, snsEnvelope, verifySns } from '../sns.ts'
import { createSnsCertificates } from '../sns-certificates.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'ses'

interface Shape {
  readonly type: EventType
  /** The object that an event is named after: it holds the event's own time. */
  readonly detail: string
  /** Whom it is about; where this is missing, everybody the mail went to. */
  readonly recipients?: string
}

/** By `eventType` of a configuration set, or `notificationType` of an identity. */
const EVENTS: Readonly<Record<string, Shape>> = {
  Send: { type: 'sent', detail: 'send' },
  Reject: { type: 'rejected', detail: 'reject' },
  Bounce: { type: 'bounced', detail: 'bounce', recipients: 'bouncedRecipients' },
  Complaint: { type: 'complained', detail: 'complaint', recipients: 'complainedRecipients' },
  Delivery: { type: 'delivered', detail: 'delivery', recipients: 'recipients' },
  Open: { type: 'opened', detail: 'open' },
  Click: { type: 'clicked', detail: 'click' },
  'Rendering Failure': { type: 'failed', detail: 'failure' },
  DeliveryDelay: { type: 'deferred', detail: 'deliveryDelay', recipients: 'delayedRecipients' },
  Subscription: { type: 'unknown', detail: 'subscription' },
}
const UNKNOWN: Shape = { type: 'unknown', detail: '' }

/** What SES says once when it is pointed at a topic; the first is a sentence, and no JSON. */
const VALIDATION = /^Successfully validated SNS topic\b/
const META: ReadonlySet<unknown> = new Set(['AmazonSnsSubscriptionSucceeded'])

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = {
  Permanent: 'hard',
  // Reported only when SES has given up.
  Transient: 'soft',
  Undetermined: 'undetermined',
}

/** No attempt was made: the address is on a suppression list since an earlier bounce or complaint. */
const SUPPRESSIONS: ReadonlySet<unknown> = new Set(['Suppressed', 'OnAccountSuppressionList'])

/** The network is needed for certificates, and to confirm a subscription. */
export function createSes({ fetch: fetcher }: { readonly fetch: typeof fetch }): WebhookProvider {
  const certificateKey = createSnsCertificates(fetcher)
  return {
    id: ID,
    name: 'Amazon SES',
    // Anyone can have SNS sign something; what makes it ours is the topic.
    variable: 'SES_TOPIC_ARNS',
    // What is signed is the message and not the bytes around it.
    signs: { body: false, sentAt: true },
    proof: ['body'],
    retryStatus: 503,
    marks: { headers: [SNS_HEADERS.type], words: ['"SigningCertURL"', '"SigningCertUrl"'] },
    readsHeaders: [],

    // A message of SNS is at most 256 kB; written into JSON a second time it grows.
    maxBodyBytes: () => BODY_LIMITS.events,

    secretProblem: (arn) =>
      parseTopicArn(arn)
        ? undefined
        : 'is not the ARN of a topic; copy it from Amazon SNS, Topics: arn:aws:sns:eu-west-1:123456789012:name',

    verify: (request, arn) => verifySns(request, arn, certificateKey),

    async handshake(request) {
      const { Type, TopicArn, Token } = snsEnvelope(request)
      const topic = parseTopicArn(textOf(TopicArn) ?? '')
      if (Type === 'UnsubscribeConfirmation') return `${topic?.arn} sends no more: it was unsubscribed`
      if (Type !== 'SubscriptionConfirmation' || !topic) return undefined
      await confirmSubscription(fetcher, topic, textOf(Token) ?? '')
      return `the subscription to ${topic.arn} is confirmed`
    },

    elements({ body }) {
      const { Type, MessageId, Timestamp, TopicArn, Message } = requireFields(parseJson(body))
      const message = textOf(Message) ?? ''
      if (Type !== 'Notification' || VALIDATION.test(message)) return []
      return [{ MessageId, Timestamp, TopicArn, Message: parseJson(Buffer.from(message)) }]
    },

    toEvents(element, { receivedAt }) {
      const { MessageId, Timestamp, TopicArn, Message } = requireFields(element)
      const id = textOf(MessageId)
      if (id === null) throw new InvalidInputError('the message has no id')
      const message = requireFields(Message)
      const sns = { id, sentAt: Timestamp, region: parseTopicArn(textOf(TopicArn) ?? '')?.region, receivedAt }
      const name = textOf(message.eventType) ?? textOf(message.notificationType)
      if (META.has(name)) return []
      return name === 'Received' ? readInbound(message, sns) : readEvent(name, message, sns)
    },
  }
}

/** What the message around an event says of it. */
interface Sns {
  /** The same on every attempt. */
  readonly id: string
  readonly sentAt: unknown
  readonly region: string | undefined
  readonly receivedAt: number
}

function readEvent(name: string | null, message: Fields, sns: Sns): readonly EngagementEvent[] {
  const shape = lookUp(EVENTS, name) ?? UNKNOWN
  const detail = fieldsOf(message[shape.detail])
  const mail = fieldsOf(message.mail)
  const type = typeOf(name, shape, detail)
  const recipients = recipientsOf(shape, detail, mail)
  if (recipients.length === 0) throw new InvalidInputError('the event names no recipient')

  // `mail.timestamp` is when the mail was sent, whatever happened to it since.
  const when = occurred(detail.timestamp ?? sns.sentAt, sns.receivedAt)
  const tags = tagsOf(mail.tags)
  const metadata = { ...extras(detail), ...sharedBy(type, recipients.length), ...tags }
  return recipients.map(({ address, fields }, index) =>
    engagement({
      provider: ID,
      id: providerEventId(index === 0 ? sns.id : `${sns.id}/${index}`),
      type,
      class: type === 'bounced' ? (lookUp(BOUNCE_CLASSES, textOf(detail.bounceType)) ?? 'undetermined') : null,
      occurredAt: when.at,
      receivedAt: sns.receivedAt,
      recipient: address,
      messageId: textOf(mail.messageId),
      rfcMessageId: rfcMessageId(mail, sns.region),
      campaign: statedCampaign(tags),
      metadata: withUnreadableTime(metadata, when),
      url: textOf(detail.link),
      ip: textOf(detail.ipAddress),
      userAgent: textOf(detail.userAgent),
      bounce: bounceOf(detail, fields),
    }),
  )
}

function typeOf(name: string | null, { type }: Shape, detail: Fields): EventType {
  switch (name) {
    case 'Bounce':
      return SUPPRESSIONS.has(detail.bounceSubType) ? 'rejected' : type
    case 'Complaint':
      if (SUPPRESSIONS.has(detail.complaintSubType)) return 'rejected'
      // Somebody took a mail out of the spam folder.
      return detail.complaintFeedbackType === 'not-spam' ? 'unknown' : type
    case 'Subscription':
      return subscriptionChange(fieldsOf(detail.oldTopicPreferences), fieldsOf(detail.newTopicPreferences))
    default:
      return type
  }
}

/**
 * Leaving one topic of a list is leaving. Coming back to one counts once nothing else is left out:
 * what it undoes knows no topics.
 */
function subscriptionChange(before: Fields, after: Fields): EventType {
  const [wasOut, isOut] = [leftOut(before), leftOut(after)]
  if ([...isOut].some((topic) => !wasOut.has(topic))) return 'unsubscribed'
  return wasOut.size > 0 && isOut.size === 0 ? 'resubscribed' : 'unknown'
}

const ALL_TOPICS = '*'

function leftOut(preferences: Fields): ReadonlySet<string> {
  const topics = listOf(preferences.topicSubscriptionStatus)
    .filter(isFields)
    .filter(({ subscriptionStatus }) => subscriptionStatus === 'OptOut')
    .map(({ topicName }) => textOf(topicName) ?? '')
  return new Set(preferences.unsubscribeAll === true ? [ALL_TOPICS, ...topics] : topics)
}

interface Recipient {
  readonly address: string
  readonly fields: Fields
}

function recipientsOf({ recipients }: Shape, detail: Fields, mail: Fields): readonly Recipient[] {
  const named = recipientList(recipients === undefined ? [] : detail[recipients])
  return named.length > 0 ? named : recipientList(mail.destination)
}

/** Addresses, or objects with one; each once. */
function recipientList(list: unknown): readonly Recipient[] {
  const byAddress = new Map<string, Recipient>()
  for (const entry of listOf(list)) {
    const address = textOf(isFields(entry) ? entry.emailAddress : entry)
    if (address !== null && !byAddress.has(address)) byAddress.set(address, { address, fields: fieldsOf(entry) })
  }
  return [...byAddress.values()]
}

/** An open or a click of one mail to several people does not say whose it was. */
function sharedBy(type: EventType, recipients: number): Fields {
  return recipients > 1 && (type === 'opened' || type === 'clicked') ? { one_of_recipients: recipients } : {}
}

const EXTRAS: Readonly<Record<string, string>> = {
  linkTags: 'link_tags',
  complaintFeedbackType: 'feedback_type',
  contactList: 'contact_list',
  expirationTime: 'retried_until',
}

function extras(detail: Fields): Fields {
  return Object.fromEntries(
    Object.entries(EXTRAS).flatMap(([key, name]) => {
      const value = detail[key]
      return value === undefined || value === null ? [] : [[name, value]]
    }),
  )
}

/** Every tag has a list of values, nearly always of one. SES's own tags, but for the set, tell of the sender's side. */
function tagsOf(tags: unknown): Fields {
  return Object.fromEntries(
    Object.entries(fieldsOf(tags))
      .filter(([name]) => !name.startsWith('ses:') || name === 'ses:configuration-set')
      .map(([name, values]) => [name, Array.isArray(values) && values.length === 1 ? values[0] : values]),
  )
}

/**
 * SES replaces the Message-ID of what it sends by its own id at a domain of its region
 * (e-mail sheet, section 1.5).
 */
function rfcMessageId(mail: Fields, topicRegion: string | undefined): string | null {
  const id = textOf(mail.messageId)
  const region = /^arn:[\w-]+:ses:([\w-]+):/.exec(textOf(mail.sourceArn) ?? '')?.[1] ?? topicRegion
  if (id === null || region === undefined) return null
  return `${id}@${region === 'us-east-1' ? 'email' : region}.amazonses.com`
}

function bounceOf(detail: Fields, recipient: Fields): Bounce | null {
  const diagnostic = textOf(recipient.diagnosticCode)
  const classes = [detail.bounceType, detail.bounceSubType].map(textOf).filter((text) => text !== null)
  const bounce = {
    smtpCode: smtpCodeIn(diagnostic),
    enhancedCode: enhancedCodeIn(textOf(recipient.status)) ?? enhancedCodeIn(diagnostic),
    reason: diagnostic ?? textOf(detail.reason) ?? textOf(detail.errorMessage),
    providerClass: classes.join('/') || textOf(detail.delayType) || textOf(detail.complaintSubType),
  }
  return Object.values(bounce).some((value) => value !== null) ? bounce : null
}

async function readInbound(message: Fields, sns: Sns): Promise<readonly EngagementEvent[]> {
  const mail = fieldsOf(message.mail)
  const receipt = fieldsOf(message.receipt)
  const known = {
    to: textsOf(receipt.recipients)[0] ?? textsOf(mail.destination)[0] ?? null,
    envelopeFrom: typeof mail.source === 'string' ? mail.source : null,
    newText: null,
  }
  const content = contentOf(message, fieldsOf(receipt.action))
  const metadata = { ...verdictsOf(receipt), ...(content ? {} : pointerTo(fieldsOf(receipt.action))) }
  return mailEvents(content ? await parseMime(content, known) : headersOnly(mail, known), {
    provider: ID,
    receivedAt: sns.receivedAt,
    id: providerEventId(sns.id),
    messageId: textOf(mail.messageId),
    arrivedAt: receipt.timestamp ?? mail.timestamp,
    metadata,
  })
}

function contentOf({ content }: Fields, { encoding }: Fields): Buffer | undefined {
  if (typeof content !== 'string' || content === '') return undefined
  return Buffer.from(content, textOf(encoding)?.toUpperCase() === 'BASE64' ? 'base64' : 'utf8')
}

/** A mail that was put aside: of what it says, the notification has only its headers. */
function headersOnly(mail: Fields, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Mail {
  const common = fieldsOf(mail.commonHeaders)
  return {
    ...known,
    headers: [...namedValues(mail.headers), ...commonHeaders(common)],
    from: textsOf(common.from)[0] ?? textOf(mail.source),
    subject: textOf(common.subject),
    text: null,
    html: null,
    mailboxHash: plusTag(known.to),
    reports: [],
  }
}

function namedValues(headers: unknown): readonly MailHeader[] {
  return listOf(headers)
    .filter(isFields)
    .flatMap(({ name, value }) => {
      const text = textOf(name)
      return text === null ? [] : [{ name: text.toLowerCase(), value: textOf(value) ?? '' }]
    })
}

/** For where the list of headers was left out or cut: the ones that everything else needs. */
function commonHeaders({ messageId, date }: Fields): readonly MailHeader[] {
  return Object.entries({ 'message-id': messageId, date }).flatMap(([name, value]) => {
    const text = textOf(value)
    return text === null ? [] : [{ name, value: text }]
  })
}

/** Where the mail lies, for whoever has the rights to fetch it. */
function pointerTo({ type, bucketName, objectKey }: Fields): Fields {
  return { content: 'not fetched', stored_by: textOf(type), s3_bucket: textOf(bucketName), s3_key: textOf(objectKey) }
}

const VERDICTS = ['spam', 'virus', 'spf', 'dkim', 'dmarc']

function verdictsOf(receipt: Fields): Fields {
  return Object.fromEntries(
    VERDICTS.flatMap((name) => {
      const status = textOf(fieldsOf(receipt[`${name}Verdict`]).status)
      return status === null ? [] : [[`${name}_verdict`, status]]
    }),
  )
}
