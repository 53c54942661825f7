import { createPublicKey, type KeyObject, verify } from 'node:crypto'

import { InvalidInputError, SignatureError } from '../../core/errors.ts'
import type { BounceClass, Campaign, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import {
  booleanOf,
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
import { type Form, type FormFile, isForm, readForm } from '../form.ts'
import { parseJson } from '../json.ts'
import { type Mail, mailEvents, parseMime, plusTag } from '../mail.ts'
import { parseHeaders } from '../mail-headers.ts'
import type { WebhookProvider, WebhookRequest } from '../provider.ts'
import { fromBase64, requireHeader } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'sendgrid'
const SIGNATURE = 'x-twilio-email-event-webhook-signature'
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp'

const EVENT_TYPES: Readonly<Record<string, EventType | 'meta'>> = {
  processed: 'queued',
  deferred: 'deferred',
  delivered: 'delivered',
  bounce: 'bounced',
  dropped: 'rejected',
  open: 'opened',
  click: 'clicked',
  spamreport: 'complained',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
  group_resubscribe: 'resubscribed',
  account_status_change: 'meta',
}

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = {
  bounce: 'hard',
  // The address stays usable: the receiving side refused this sender or this mail.
  blocked: 'block',
  // Retried for 72 hours, then given up.
  expired: 'soft',
}

/** SendGrid's own names; custom arguments stand beside them, and whatever is not listed is one. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  ...['email', 'timestamp', 'event', 'sg_event_id', 'sg_message_id', 'smtp-id', 'category', 'type', 'ip', 'useragent'],
  ...['url', 'url_offset', 'reason', 'status', 'response', 'attempt', 'tls', 'cert_err', 'bounce_classification'],
  ...['sg_machine_open', 'sg_content_type', 'asm_group_id', 'pool', 'newsletter', 'send_at', 'post_type', 'phase_id'],
  ...['marketing_campaign_id', 'marketing_campaign_name', 'marketing_campaign_version', 'marketing_campaign_split_id'],
  ...[
    'singlesend_id',
    'singlesend_name',
    'template_id',
    'mc_stats',
    'sg_template_id',
    'sg_template_name',
    'sg_user_id',
  ],
])

export const sendgrid: WebhookProvider = {
  id: ID,
  name: 'SendGrid',
  // The time is signed too, but neither a tolerance nor whether a retry is signed anew is documented.
  signs: { body: true, sentAt: false },
  proof: ['body'],
  marks: { headers: [SIGNATURE], words: ['"sg_event_id"', '"sg_message_id"', 'name="sender_ip"'] },
  readsHeaders: ['content-type'],

  maxBodyBytes: (contentType) => (isForm(contentType) ? BODY_LIMITS.mail : BODY_LIMITS.largeEvents),

  secretProblem: (secret) =>
    publicKey(secret)
      ? undefined
      : 'is not a base64 public key; copy the Verification Key from SendGrid, Settings > Mail Settings > Event Webhook',

  async verify({ headers, body }, secret) {
    const timestamp = requireHeader(headers, TIMESTAMP)
    const signature = fromBase64(requireHeader(headers, SIGNATURE))
    if (!signature) throw new SignatureError('malformed', 'the signature is not base64')
    const key = publicKey(secret)
    if (!key) throw new SignatureError('mismatch', 'the configured secret cannot be used')
    if (!(await signs(key, Buffer.concat([Buffer.from(timestamp), body]), signature))) {
      throw new SignatureError('mismatch', 'the signature does not match')
    }
  },

  async elements(request) {
    const contentType = request.headers.get('content-type') ?? ''
    if (isForm(contentType)) return [inboundParts(await readForm(request.body, contentType))]
    const batch = parseJson(request.body)
    if (!Array.isArray(batch)) throw new InvalidInputError('the body is not a list of events')
    return batch
  },

  toEvents: (element, request) => (isInbound(element) ? readInbound(element, request) : readEvent(element, request)),
}

function readEvent(element: unknown, { receivedAt }: WebhookRequest): readonly EngagementEvent[] {
  const fields = requireFields(element)
  const name = textOf(fields.event)
  const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
  if (type === 'meta' || isSample(fields)) return []

  const recipient = textOf(fields.email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(fields.timestamp, receivedAt)
  const messageId = textOf(fields.sg_message_id)?.split('.', 1)[0] || null
  const url = textOf(fields.url)
  const status = textOf(fields.status)
  const id = textOf(fields.sg_event_id)
  const event = engagement({
    provider: ID,
    id: id
      ? providerEventId(id)
      : dedupeKey({ provider: ID, name, messageId, recipient, occurred: when.key, url, bounceCode: status }),
    type,
    class: type === 'bounced' ? bounceClass(fields) : null,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    rfcMessageId: messageIdOf(fields['smtp-id']),
    campaign: campaignOf(fields),
    tags: textsOf(fields.category),
    metadata: withUnreadableTime(customArguments(fields), when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(fields.useragent),
    machine: booleanOf(fields.sg_machine_open),
    bounce: type === 'bounced' || type === 'rejected' || type === 'deferred' ? bounceOf(fields) : null,
  })
  return [event]
}

function bounceClass(fields: Fields): BounceClass {
  const byType = lookUp(BOUNCE_CLASSES, textOf(fields.type))
  if (byType) return byType
  const status = textOf(fields.status) ?? ''
  return status.startsWith('5') ? 'hard' : status.startsWith('4') ? 'soft' : 'undetermined'
}

function bounceOf(fields: Fields): EngagementEvent['bounce'] {
  const reason = textOf(fields.reason) ?? textOf(fields.response)
  return {
    smtpCode: smtpCodeIn(reason),
    enhancedCode: enhancedCodeIn(textOf(fields.status)) ?? enhancedCodeIn(reason),
    reason,
    providerClass: textOf(fields.bounce_classification) ?? textOf(fields.type),
  }
}

function campaignOf(fields: Fields): Campaign | null {
  const id = textOf(fields.marketing_campaign_id) ?? textOf(fields.singlesend_id)
  const name = textOf(fields.marketing_campaign_name) ?? textOf(fields.singlesend_name)
  return id === null && name === null ? null : { id, name, step: null }
}

function customArguments(fields: Fields): Fields {
  const custom: Record<string, unknown> = {}
  for (const key in fields) if (!OWN_KEYS.has(key)) custom[key] = fields[key]
  return custom
}

const SAMPLE_MESSAGES = ['14c5d75ce93.dfd.64b469', 'sg_message_id']

/** One of the events that "Test your integration" posts, each time with the same address and message. */
function isSample(fields: Fields): boolean {
  if (fields.email !== 'example@test.com') return false
  const messageId = textOf(fields.sg_message_id) ?? textOf(fields['smtp-id']) ?? ''
  return SAMPLE_MESSAGES.some((sample) => messageId.replace('<', '').startsWith(sample))
}

interface Inbound {
  readonly inbound: Fields
  readonly reports: readonly FormFile[]
}

const INBOUND_FIELDS = ['headers', 'from', 'to', 'subject', 'text', 'html', 'envelope']

/** What Inbound Parse says of a mail, or the mail itself ("post raw"), as it is kept when it cannot be read. */
function inboundParts(form: Form): Inbound {
  const charsets = fieldsOf(parsedJson(form.get('charsets')))
  const inbound: Record<string, string> = {}
  for (const name of INBOUND_FIELDS) {
    const value = form.get(name, textOf(charsets[name]) ?? undefined)
    if (value !== null) inbound[name] = value
  }
  const raw = form.bytes('email')
  if (raw) inbound.email = Buffer.from(raw).toString('latin1')
  if (inbound.email === undefined && inbound.from === undefined && inbound.headers === undefined) {
    throw new InvalidInputError('the form is no mail from Inbound Parse')
  }
  return { inbound, reports: form.reports }
}

function isInbound(element: unknown): element is Inbound {
  return isFields(element) && isFields(element.inbound) && Array.isArray(element.reports)
}

async function readInbound({ inbound, reports }: Inbound, { receivedAt }: WebhookRequest) {
  const envelope = fieldsOf(parsedJson(textOf(inbound.envelope)))
  const known = {
    to: textsOf(envelope.to)[0] ?? null,
    // Present and empty is what a mail system writes; absent says nothing.
    envelopeFrom: typeof envelope.from === 'string' ? envelope.from : null,
    newText: null,
  }
  const raw = textOf(inbound.email)
  const mail = raw === null ? parsedMail(inbound, reports, known) : await parseMime(Buffer.from(raw, 'latin1'), known)
  return mailEvents(mail, { provider: ID, receivedAt, id: null, messageId: null, arrivedAt: null })
}

function parsedMail(
  inbound: Fields,
  reports: readonly FormFile[],
  known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>,
): Mail {
  const to = known.to ?? textOf(inbound.to)
  return {
    headers: parseHeaders(textOf(inbound.headers) ?? ''),
    from: textOf(inbound.from),
    to,
    envelopeFrom: known.envelopeFrom,
    subject: textOf(inbound.subject),
    text: textOf(inbound.text),
    html: textOf(inbound.html),
    newText: known.newText,
    mailboxHash: plusTag(to),
    reports,
  }
}

function parsedJson(text: string | null): unknown {
  try {
    return text === null ? undefined : parseJson(Buffer.from(text))
  } catch {
    return undefined
  }
}

/** Parsing a key costs as much as using it, and there are only as many as there are secrets. */
const keys = new Map<string, KeyObject | undefined>()

function publicKey(secret: string): KeyObject | undefined {
  if (!keys.has(secret)) keys.set(secret, parsePublicKey(secret))
  return keys.get(secret)
}

function parsePublicKey(secret: string): KeyObject | undefined {
  const der = fromBase64(secret)
  if (!der) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

/** On the thread pool, where hashing a large mail keeps nobody waiting. */
function signs(key: KeyObject, signed: Buffer, signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    // The bare key: given as an object with options, it is exported anew each time, at seven times the cost.
    // An error means a signature that is no DER, which is one that does not match.
    verify('sha256', signed, key, signature, (error, valid) => resolve(!error && valid))
  })
}
