import { createHmac } from 'node:crypto'

import { domainKey } from '../../core/address.ts'
import { InvalidInputError, SignatureError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import { type Fields, fieldsOf, isFields, lookUp, messageIdOf, requireFields, textOf, textsOf } from '../fields.ts'
import { type Form, type FormFile, isForm, readForm } from '../form.ts'
import { parseJson } from '../json.ts'
import { type Mail, mailEvents, parseMime, plusTag } from '../mail.ts'
import type { MailHeader } from '../mail-headers.ts'
import type { WebhookProvider, WebhookRequest } from '../provider.ts'
import { fromHex, requireFresh, sameBytes, signedSeconds } from '../signature.ts'
import { occurred, parseTime, withUnreadableTime } from '../time.ts'

const ID = 'mailgun'

/** Retries run for eight hours and may carry the first attempt's time (e-mail sheet, sections 2, rule 18, and 5.2). */
const WINDOW = { pastMs: 24 * 60 * 60 * 1000, futureMs: 5 * 60 * 1000 }

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  accepted: 'queued',
  rejected: 'rejected',
  delivered: 'delivered',
  opened: 'opened',
  clicked: 'clicked',
  unsubscribed: 'unsubscribed',
  complained: 'complained',
  stored: 'inbound',
}

/** The names of the webhooks before `failed` took their place. */
const LEGACY_EVENT_TYPES: Readonly<Record<string, EventType>> = {
  ...EVENT_TYPES,
  bounced: 'bounced',
  dropped: 'rejected',
}

/** Notices about lists and validations. */
const META = /^(?:list_|email_validation)/

/** Failures that are refusals: nothing was attempted. */
const SUPPRESSED_REASONS: ReadonlySet<string | null> = new Set([
  'suppress-bounce',
  'suppress-unsubscribe',
  'suppress-complaint',
])
const SUPPRESSED_CODES: ReadonlySet<string | null> = new Set(['605', '606', '607'])

export const mailgun: WebhookProvider = {
  id: ID,
  name: 'Mailgun',
  signs: { body: false, sentAt: true },
  proof: ['body'],
  marks: { headers: [], words: ['"event-data"', 'name="body-plain"', 'name="stripped-text"', 'name="body-mime"'] },
  readsHeaders: ['content-type'],

  maxBodyBytes: (contentType) => (isForm(contentType) ? BODY_LIMITS.mail : BODY_LIMITS.events),

  secretProblem: (secret) =>
    /^\S{16,}$/.test(secret)
      ? undefined
      : 'is no signing key; copy the HTTP webhook signing key from Mailgun, Settings > API Security',

  async verify(request, secret) {
    const { timestamp, token, signature } = await proofOf(request)
    const given = fromHex(signature)
    if (!given) throw new SignatureError('malformed', 'the signature is not hexadecimal')
    const sentAt = signedSeconds(timestamp)
    const expected = createHmac('sha256', secret).update(timestamp).update(token).digest()
    if (!sameBytes(given, expected)) throw new SignatureError('mismatch', 'the signature does not match')
    requireFresh(sentAt, request.receivedAt, WINDOW)
  },

  async oneTimeToken(request) {
    const [part, { token }] = await Promise.all([partOf(request), proofOf(request)])
    return { token, subject: subjectOf(part) }
  },

  elements: async (request) => [withoutProof(await partOf(request))],

  toEvents(element, { receivedAt }) {
    const part = requireFields(element)
    if (isFields(part['event-data'])) return readEvent(part['event-data'], receivedAt)
    if (isFields(part.form)) {
      const form = part.form
      return isMail(form) || textOf(form.event) === null
        ? readInbound(form, reportsOf(part.reports), receivedAt)
        : readLegacy(form, receivedAt)
    }
    throw new InvalidInputError('the body is neither a Mailgun event nor a mail')
  },
}

/** Decided first: a Route passes every header of a mail on as a field, and a stranger may have written one called `event`. */
function isMail(form: Fields): boolean {
  return (
    form.sender !== undefined && ['body-plain', 'stripped-text', 'body-mime'].some((name) => form[name] !== undefined)
  )
}

interface Proof {
  readonly timestamp: string
  readonly token: string
  readonly signature: string
}

/** The proof stands in the body, which is therefore read before it is believed (e-mail sheet, section 2, rule 2). */
async function proofOf(request: WebhookRequest): Promise<Proof> {
  const part = await partOf(request).catch((cause) => {
    throw new SignatureError('malformed', 'the body that should hold the signature cannot be read', { cause })
  })
  const source = isFields(part.form) ? part.form : fieldsOf(part.signature)
  const [timestamp, token, signature] = [source.timestamp, source.token, source.signature].map(textOf)
  if (!timestamp || !token || !signature) {
    throw new SignatureError('missing', 'the body holds no timestamp, token and signature')
  }
  return { timestamp, token, signature }
}

/** What is kept of a part proves nothing. */
function withoutProof({ signature: _, 'parent-signature': _parent, ...part }: Fields): Fields {
  if (!isFields(part.form)) return part
  const { token: _token, signature: _signature, ...form } = part.form
  return { ...part, form }
}

const parts = new WeakMap<WebhookRequest, Promise<Fields>>()

/** What the body holds, read once for the proof, the token and the event. */
function partOf(request: WebhookRequest): Promise<Fields> {
  const known = parts.get(request)
  if (known) return known
  const part = readPart(request)
  parts.set(request, part)
  return part
}

async function readPart({ headers, body }: WebhookRequest): Promise<Fields> {
  const contentType = headers.get('content-type') ?? ''
  return isForm(contentType) ? formPart(await readForm(body, contentType)) : requireFields(parseJson(body))
}

function formPart(form: Form): Fields {
  const fields: Record<string, string> = {}
  for (const name of form.names) {
    const value = form.get(name)
    if (value !== null && name !== 'body-mime') fields[name] = value
  }
  const raw = form.bytes('body-mime')
  if (raw) fields['body-mime'] = Buffer.from(raw).toString('latin1')
  return { form: fields, reports: form.reports }
}

/** What a token may be used for: this one event or mail. */
function subjectOf(part: Fields): string {
  const event = part['event-data']
  if (isFields(event)) return eventId(event) ?? JSON.stringify([textOf(event.event), textOf(event.recipient)])
  const form = fieldsOf(part.form)
  return JSON.stringify(['event', 'Message-Id', 'recipient', 'url'].map((name) => textOf(form[name])))
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.event)
  const flags = fieldsOf(fields.flags)
  // In test mode nothing is sent, so nothing that happened to it happened to a person.
  if ((name !== null && META.test(name)) || flags['is-test-mode'] === true) return []

  const status = fieldsOf(fields['delivery-status'])
  const [type, bounceClass] =
    name === 'failed' ? failureOf(fields, status) : [lookUp(EVENT_TYPES, name) ?? 'unknown', null]
  const headers = fieldsOf(fieldsOf(fields.message).headers)
  const sender = type === 'inbound' ? textOf(headers.from) : null
  const recipient = sender ?? textOf(fields.recipient) ?? textOf(headers.to)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')

  const when = occurred(fields.timestamp, receivedAt)
  const rfcMessageId = messageIdOf(headers['message-id'])
  const url = textOf(fields.url)
  const client = fieldsOf(fields['client-info'])
  const event = engagement({
    provider: ID,
    id:
      eventId(fields) ??
      dedupeKey({
        provider: ID,
        name,
        messageId: rfcMessageId,
        recipient,
        occurred: when.key,
        url,
        bounceCode: textOf(status.code),
      }),
    type,
    class: bounceClass,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId: rfcMessageId,
    rfcMessageId,
    campaign: campaignOf(fields.campaigns),
    tags: textsOf(fields.tags),
    metadata: withUnreadableTime(fieldsOf(fields['user-variables']), when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(client['user-agent']),
    geo: geoOf(fields.geolocation),
    machine: typeof client.bot === 'string' ? client.bot !== '' : null,
    bounce: name === 'failed' || name === 'rejected' ? bounceOf(fields, status) : null,
    reply: type === 'inbound' ? storedMail(headers) : null,
  })
  return [event]
}

/** Mailgun's id is unique within a day only (e-mail sheet, section 5.2). */
function eventId(fields: Fields): string | null {
  const id = textOf(fields.id)
  if (id === null) return null
  const at = parseTime(fields.timestamp)
  const day = at === undefined || Math.abs(at) > 8e15 ? '' : new Date(at).toISOString().slice(0, 10)
  return providerEventId(`${domainOf(fields)}/${id}/${day}`)
}

/** From the message's id, which an account's and a domain's webhook both carry, where only the first names its domain. */
function domainOf(fields: Fields): string {
  const messageId = messageIdOf(fieldsOf(fieldsOf(fields.message).headers)['message-id'])
  const domain = messageId?.split('@')[1] ?? textOf(fieldsOf(fields.domain).name)
  return domain ? domainKey(domain) : ''
}

function failureOf(fields: Fields, status: Fields): readonly [type: EventType, bounceClass: BounceClass | null] {
  if (fields.severity === 'temporary') return ['deferred', null]
  const reason = textOf(fields.reason)
  if (SUPPRESSED_REASONS.has(reason) || SUPPRESSED_CODES.has(textOf(status.code))) return ['rejected', null]
  if (fields.severity !== 'permanent') return ['bounced', 'undetermined']
  return ['bounced', status['bounce-type'] === 'soft' ? 'soft' : 'hard']
}

function bounceOf(fields: Fields, status: Fields): EngagementEvent['bounce'] {
  const reject = fieldsOf(fields.reject)
  return {
    smtpCode: textOf(status.code),
    enhancedCode: textOf(status['enhanced-code']),
    reason: textOf(status.description) ?? textOf(status.message) ?? textOf(reject.description) ?? textOf(reject.reason),
    providerClass: textOf(fields.reason) ?? textOf(reject.reason),
  }
}

function campaignOf(campaigns: unknown): EngagementEvent['campaign'] {
  const campaign = fieldsOf(Array.isArray(campaigns) ? campaigns[0] : null)
  const [id, name] = [textOf(campaign.id), textOf(campaign.name)]
  return id === null && name === null ? null : { id, name, step: null }
}

function geoOf(geolocation: unknown): EngagementEvent['geo'] {
  if (!isFields(geolocation)) return null
  const { country, region, city } = geolocation
  return { country: textOf(country), region: textOf(region), city: textOf(city) }
}

/** A stored mail is announced without its text. */
function storedMail(headers: Fields): EngagementEvent['reply'] {
  return {
    from: textOf(headers.from),
    to: textOf(headers.to),
    subject: textOf(headers.subject),
    text: null,
    html: null,
    excerpt: null,
    inReplyTo: null,
    references: [],
    auto: false,
  }
}

/** Fields of legacy webhooks; what is not listed is a custom variable, which stands beside them. */
const LEGACY_KEYS: ReadonlySet<string> = new Set([
  ...['event', 'recipient', 'domain', 'timestamp', 'token', 'signature', 'Message-Id', 'message-id', 'message-headers'],
  ...['code', 'error', 'reason', 'description', 'notification', 'mailing-list', 'tag', 'X-Mailgun-Tag', 'url', 'ip'],
  ...['campaign-id', 'campaign-name', 'country', 'region', 'city', 'user-agent', 'device-type', 'attachment-count'],
  ...['client-type', 'client-name', 'client-os', 'body-plain'],
])

function readLegacy(form: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(form.event)
  const type = lookUp(LEGACY_EVENT_TYPES, name) ?? 'unknown'
  const recipient = textOf(form.recipient)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(form.timestamp, receivedAt)
  const rfcMessageId = messageIdOf(form['Message-Id'] ?? form['message-id'])
  const [url, code] = [textOf(form.url), textOf(form.code)]
  const reason = textOf(form.error) ?? textOf(form.description) ?? textOf(form.reason)
  const custom = Object.fromEntries(Object.entries(form).filter(([key]) => !LEGACY_KEYS.has(key)))
  const geo = { country: textOf(form.country), region: textOf(form.region), city: textOf(form.city) }
  const event = engagement({
    provider: ID,
    id: dedupeKey({
      provider: ID,
      name,
      messageId: rfcMessageId,
      recipient,
      occurred: when.key,
      url,
      bounceCode: code,
    }),
    type,
    class: type !== 'bounced' ? null : code?.startsWith('4') ? 'soft' : 'hard',
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId: rfcMessageId,
    rfcMessageId,
    campaign: campaignOf([{ id: form['campaign-id'], name: form['campaign-name'] }]),
    tags: textsOf(form.tag ?? form['X-Mailgun-Tag']),
    metadata: withUnreadableTime(custom, when),
    url,
    ip: textOf(form.ip),
    userAgent: textOf(form['user-agent']),
    geo: geo.country === null ? null : geo,
    bounce:
      type === 'bounced' || type === 'rejected'
        ? { smtpCode: code, enhancedCode: null, reason, providerClass: textOf(form.reason) }
        : null,
  })
  return [event]
}

async function readInbound(
  form: Fields,
  reports: readonly FormFile[],
  receivedAt: number,
): Promise<readonly EngagementEvent[]> {
  const raw = textOf(form['body-mime'])
  const known = {
    to: textOf(form.recipient),
    envelopeFrom: typeof form.sender === 'string' ? form.sender : null,
    newText: textOf(form['stripped-text']),
  }
  if (raw === null && known.to === null) throw new InvalidInputError('the form is neither a Mailgun event nor a mail')
  const mail = raw === null ? parsedMail(form, reports, known) : await parseMime(Buffer.from(raw, 'latin1'), known)
  return mailEvents(mail, { provider: ID, receivedAt, id: null, messageId: null, arrivedAt: form.timestamp })
}

function parsedMail(
  form: Fields,
  reports: readonly FormFile[],
  known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>,
): Mail {
  return {
    ...known,
    headers: mailHeaders(form),
    from: textOf(form.from) ?? textOf(form.From),
    subject: textOf(form.subject) ?? textOf(form.Subject),
    text: textOf(form['body-plain']),
    html: textOf(form['body-html']),
    mailboxHash: plusTag(known.to),
    reports,
  }
}

/** `message-headers` is a list of pairs; where it is missing, every header is a field of its own. */
function mailHeaders(form: Fields): readonly MailHeader[] {
  const pairs = parsedList(textOf(form['message-headers'])) ?? Object.entries(form)
  return pairs.flatMap((pair) => {
    const [name, value] = Array.isArray(pair) ? pair.map(textOf) : []
    return name ? [{ name: name.toLowerCase(), value: value ?? '' }] : []
  })
}

function parsedList(text: string | null): readonly unknown[] | undefined {
  try {
    const list = text === null ? undefined : parseJson(Buffer.from(text))
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}

function reportsOf(reports: unknown): readonly FormFile[] {
  if (!Array.isArray(reports)) return []
  return reports.filter(isFields).map(({ type, text }) => ({ type: textOf(type) ?? '', text: textOf(text) ?? '' }))
}
