import { createPublicKey, type KeyObject, verify } from 'node:crypto'

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
  messageIdOf,
  requireFields,
  smtpCodeIn,
  textOf,
} from '../fields.ts'
import { type Form, type FormFile, isForm, isReport, readForm, reportOf } from '../form.ts'
import { parseJson } from '../json.ts'
import { type Mail, mailEvents, parseMime, plusTag } from '../mail.ts'
import { type MailHeader, namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider } from '../provider.ts'
import { fromBase64 } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'postal'

/** The stronger one first; older installations send the second alone. */
const SIGNATURES = [
  { header: 'x-postal-signature-256', hash: 'sha256' },
  { header: 'x-postal-signature', hash: 'sha1' },
] as const

const EVENT_TYPES: Readonly<Record<string, EventType | 'meta'>> = {
  MessageSent: 'delivered',
  MessageDelayed: 'deferred',
  MessageDeliveryFailed: 'bounced',
  MessageBounced: 'bounced',
  // It waits for somebody to release it.
  MessageHeld: 'queued',
  MessageLinkClicked: 'clicked',
  MessageLoaded: 'opened',
  DomainDNSError: 'meta',
  SendLimitApproaching: 'meta',
  SendLimitExceeded: 'meta',
}

const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'deferred'])

export const postal: WebhookProvider = {
  id: ID,
  name: 'Postal',
  signs: { body: true, sentAt: false },
  proof: ['body'],
  // A 429 makes it send an event again and throw a mail away.
  retryStatus: 503,
  marks: {
    headers: [...SIGNATURES.map(({ header }) => header), 'x-postal-signature-kid'],
    words: ['"MessageSent"', '"MessageLoaded"', '"MessageLinkClicked"', '"replies_from_plain_body"'],
  },
  readsHeaders: ['content-type'],

  maxBodyBytes: (contentType) => (isForm(contentType) ? BODY_LIMITS.mail : BODY_LIMITS.jsonMail),

  secretProblem: (secret) =>
    publicKey(secret)
      ? undefined
      : 'is no public key in base64; copy what stands behind "p=" in the record that "postal default-dkim-record" prints',

  async verify({ headers, body }, secret) {
    const offered = SIGNATURES.find(({ header }) => headers.has(header))
    if (!offered) throw new SignatureError('missing', 'the header X-Postal-Signature is missing')
    const signature = fromBase64(headers.get(offered.header)?.trim() ?? '')
    if (!signature) throw new SignatureError('malformed', 'the signature is not base64')
    const key = publicKey(secret)
    if (!key) throw new SignatureError('mismatch', 'the configured secret cannot be used')
    if (!(await signs(key, offered.hash, body, signature))) {
      throw new SignatureError('mismatch', 'the signature does not match')
    }
  },

  async elements({ headers, body }) {
    const contentType = headers.get('content-type') ?? ''
    return [isForm(contentType) ? formFields(await readForm(body, contentType)) : parseJson(body)]
  },

  async toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    return fields.event === undefined ? await readInbound(fields, receivedAt) : readEvent(fields, receivedAt)
  },
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.event)
  const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
  const payload = fieldsOf(fields.payload)
  const message = isFields(payload.message) ? payload.message : fieldsOf(payload.original_message)
  // Mail that came in passes through the same stages on its way to a route.
  if (type === 'meta' || message.direction === 'incoming') return []

  const recipient = textOf(message.to)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(fields.timestamp, receivedAt)
  const rfcMessageId = messageIdOf(message.message_id)
  const url = type === 'clicked' ? textOf(payload.url) : null
  const tag = textOf(message.tag)
  const uuid = textOf(fields.uuid)
  const event = engagement({
    provider: ID,
    id: uuid
      ? providerEventId(uuid)
      : dedupeKey({ provider: ID, name, messageId: rfcMessageId, recipient, occurred: when.key, url }),
    type,
    class: type === 'bounced' ? bounceClass(payload) : null,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId: textOf(message.id),
    rfcMessageId,
    tags: tag === null ? [] : [tag],
    metadata: withUnreadableTime({}, when),
    url,
    ip: textOf(payload.ip_address),
    userAgent: textOf(payload.user_agent),
    bounce: WITH_REASON.has(type) ? bounceOf(payload) : null,
  })
  return [event]
}

/** Postal gives up, or a bounce comes back; newer versions tell a soft one. */
function bounceClass({ bounce }: Fields): BounceClass {
  return fieldsOf(bounce).bounce_type === 'soft' ? 'soft' : 'hard'
}

function bounceOf(payload: Fields): EngagementEvent['bounce'] {
  const output = textOf(payload.output)
  const reason = output ?? textOf(payload.details) ?? textOf(fieldsOf(payload.bounce).subject)
  return {
    smtpCode: smtpCodeIn(output),
    enhancedCode: enhancedCodeIn(reason),
    reason,
    providerClass: textOf(payload.status),
  }
}

/** A form as the JSON that the same endpoint would have been sent; attachments come as `attachments[0][data]`. */
function formFields(form: Form): Fields {
  const fields: Record<string, unknown> = {}
  const attachments: Record<string, string>[] = []
  for (const name of form.names) {
    const [, index, key] = /^attachments\[(\d{1,3})\]\[(\w+)\]$/.exec(name) ?? []
    const value = form.get(name) ?? ''
    if (index === undefined || key === undefined) fields[name] = value
    else attachments[Number(index)] = { ...attachments[Number(index)], [key]: value }
  }
  return attachments.length > 0 ? { ...fields, attachments: attachments.filter(isFields) } : fields
}

async function readInbound(fields: Fields, receivedAt: number): Promise<readonly EngagementEvent[]> {
  const raw = textOf(fields.message)
  const known = {
    to: textOf(fields.rcpt_to),
    // Present and empty is what a mail system writes; absent says nothing.
    envelopeFrom: typeof fields.mail_from === 'string' ? fields.mail_from : null,
    newText: newText(fields),
  }
  if (known.to === null) throw new InvalidInputError('the body is neither a Postal event nor a mail')
  const encoding = isTrue(fields.base64) ? 'base64' : 'utf8'
  const mail = raw === null ? parsedMail(fields, known) : await parseMime(Buffer.from(raw, encoding), known)
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    // `id` counts on one server of an installation, and all of them sign with one key.
    id: null,
    messageId: textOf(fields.id),
    arrivedAt: fields.timestamp ?? null,
  })
}

/** Where the endpoint separates replies, what is left are the new words. */
function newText(fields: Fields): string | null {
  return textOf(fields.replies_from_plain_body) === null ? null : textOf(fields.plain_body)
}

function parsedMail(fields: Fields, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Mail {
  const texts = [textOf(fields.plain_body), textOf(fields.replies_from_plain_body)].filter((text) => text !== null)
  return {
    ...known,
    headers: headersOf(fields),
    from: textOf(fields.from),
    subject: textOf(fields.subject),
    text: texts.join('\n') || null,
    html: textOf(fields.html_body),
    mailboxHash: plusTag(known.to),
    reports: reportsOf(fields.attachments),
  }
}

/** A parsed mail keeps these headers only, and says whether Postal took it for a bounce. */
function headersOf(fields: Fields): readonly MailHeader[] {
  return namedHeaders({
    'message-id': fields.message_id,
    'in-reply-to': fields.in_reply_to,
    references: fields.references,
    date: fields.date,
    'auto-submitted': fields.auto_submitted,
    'content-type': isTrue(fields.bounce) ? 'multipart/report; report-type=delivery-status' : null,
  })
}

function reportsOf(attachments: unknown): readonly FormFile[] {
  if (!Array.isArray(attachments)) return []
  return attachments.filter(isFields).flatMap(({ content_type, data }) => {
    const type = textOf(content_type)?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    return isReport(type) && typeof data === 'string' ? [reportOf(type, Buffer.from(data, 'base64'))] : []
  })
}

/** In a form everything is text, and from its database Postal reads numbers. */
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true' || value === '1'
}

/** Parsing a key costs as much as using it, and there are only as many as there are secrets. */
const keys = new Map<string, KeyObject | undefined>()

function publicKey(secret: string): KeyObject | undefined {
  if (!keys.has(secret)) keys.set(secret, parsePublicKey(secret))
  return keys.get(secret)
}

/** The key alone, or the DKIM record that it stands in. */
function parsePublicKey(secret: string): KeyObject | undefined {
  const text = /(?:^|;)\s*p=([^;]*)/.exec(secret)?.[1] ?? secret
  const der = fromBase64(text.replace(/["\s]/g, ''))
  if (!der) return undefined
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'rsa' ? key : undefined
  } catch {
    return undefined
  }
}

/** On the thread pool, where hashing a large mail keeps nobody waiting. */
function signs(key: KeyObject, hash: string, signed: Uint8Array, signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    verify(hash, signed, key, signature, (error, valid) => resolve(!error && valid))
  })
}
