import { createHmac } from 'node:crypto'

import { InvalidInputError, SignatureError } from '../../core/errors.ts'
import type { Bounce, BounceClass, EngagementEvent, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { statedCampaign } from '../campaign.ts'
import { dedupeKey, engagement } from '../engagement.ts'
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
import { type Mail, mailbox, mailEvents, parseMime, plusTag } from '../mail.ts'
import { header, namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider, WebhookRequest } from '../provider.ts'
import { fromBase64, requireHeader, sameBytes } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'mandrill'
const SIGNATURE = 'x-mandrill-signature'
const EVENTS_FIELD = 'mandrill_events'
/** There is one; more are read so that whatever is signed can be checked. */
const MAX_FIELDS = 100
/** Signs the empty batch that tries a URL out, before there is a key of its own (e-mail sheet, section 5.8). */
const PROBE_KEY = 'test-webhook'

const EVENT_TYPES: Readonly<Record<string, readonly [type: EventType, bounceClass?: BounceClass]>> = {
  send: ['sent'],
  deferral: ['deferred'],
  hard_bounce: ['bounced', 'hard'],
  soft_bounce: ['bounced', 'soft'],
  delivered: ['delivered'],
  open: ['opened'],
  click: ['clicked'],
  spam: ['complained'],
  unsub: ['unsubscribed'],
  reject: ['rejected'],
}

export const mandrill: WebhookProvider = {
  id: ID,
  name: 'Mandrill',
  signs: { body: true, sentAt: false, url: true },
  proof: ['body'],
  marks: { headers: [SIGNATURE], words: [`${EVENTS_FIELD}=`] },
  readsHeaders: [],

  // A batch may hold mails with their attachments in base64.
  maxBodyBytes: () => BODY_LIMITS.jsonMail,

  secretProblem: (secret) =>
    /^\S{12,}$/.test(secret)
      ? undefined
      : `is no webhook key; copy it from Mandrill, Settings > Webhooks, or until there is one take ${PROBE_KEY}`,

  verify(request, secret) {
    const signature = fromBase64(requireHeader(request.headers, SIGNATURE))
    if (!signature) throw new SignatureError('malformed', 'the signature is not base64')
    const form = formOf(request)
    const isProbe = form.get(EVENTS_FIELD)?.trim() === '[]'
    // Everybody knows the probe's key: it proves nothing but that there is nothing.
    const keys = [...(secret === PROBE_KEY ? [] : [secret]), ...(isProbe ? [PROBE_KEY] : [])]
    const signed = [...form].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat()
    const matches = keys.some((key) =>
      outsideUrls(request).some((url) => sameBytes(signature, signatureOf([url, ...signed], key))),
    )
    if (!matches) throw new SignatureError('mismatch', 'the signature of the URL and the body does not match')
  },

  elements(request) {
    const text = formOf(request).get(EVENTS_FIELD)
    if (text === null) throw new InvalidInputError(`the form has no field ${EVENTS_FIELD}`)
    const batch = parseJson(Buffer.from(text))
    if (!Array.isArray(batch)) throw new InvalidInputError(`${EVENTS_FIELD} is not a list`)
    return batch
  },

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const name = textOf(fields.event)
    // News of the lists of blocked and allowed addresses.
    if (name === null && textOf(fields.action) !== null) return []
    return name === 'inbound' ? readInbound(fields, receivedAt) : readEvent(name, fields, receivedAt)
  },
}

const forms = new WeakMap<WebhookRequest, URLSearchParams>()

/** The body, decoded once for the proof and the events. */
function formOf(request: WebhookRequest): URLSearchParams {
  const known = forms.get(request)
  if (known) return known
  const body = Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength)
  if (hasMore(body, '&', MAX_FIELDS)) throw new SignatureError('malformed', `there are more than ${MAX_FIELDS} fields`)
  const form = new URLSearchParams(body.toString('utf8'))
  forms.set(request, form)
  return form
}

function hasMore(body: Buffer, character: string, limit: number): boolean {
  let count = 0
  for (let at = body.indexOf(character); at !== -1 && count <= limit; at = body.indexOf(character, at + 1)) count += 1
  return count > limit
}

function signatureOf(parts: readonly string[], key: string): Buffer {
  const hmac = createHmac('sha1', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** The URL as it may be written at Mandrill: a user and a password in it arrive as basic auth. */
function outsideUrls({ url, headers }: WebhookRequest): readonly string[] {
  const encoded = /^basic +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (!encoded) return [url]
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const pair = [user, password.join(':')]
  const written = [pair, pair.map(encodeURIComponent)].map((texts) =>
    url.replace('://', () => `://${texts.join(':')}@`),
  )
  return [url, ...new Set(written)]
}

function readEvent(name: string | null, fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const [type, bounceClass = null] = lookUp(EVENT_TYPES, name) ?? ['unknown']
  const message = fieldsOf(fields.msg)
  const recipient = textOf(message.email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')

  // `msg.ts` is when the message was sent.
  const when = occurred(fields.ts, receivedAt)
  const messageId = textOf(fields._id) ?? textOf(message._id)
  const url = textOf(fields.url)
  const custom = fieldsOf(message.metadata)
  const bounce = type === 'bounced' || type === 'deferred' || type === 'rejected' ? bounceOf(message) : null
  const event = engagement({
    provider: ID,
    // `_id` is the message's.
    id: dedupeKey({
      provider: ID,
      name,
      messageId,
      recipient,
      occurred: when.key,
      url,
      bounceCode: bounce?.enhancedCode ?? bounce?.smtpCode ?? null,
    }),
    type,
    class: bounceClass,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    campaign: statedCampaign(custom),
    tags: textsOf(message.tags),
    metadata: withUnreadableTime({ ...placeOf(message), ...custom }, when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(fields.user_agent),
    geo: geoOf(fields.location),
    machine: type === 'opened' || type === 'clicked' ? machineOf(fields.user_agent_parsed) : null,
    bounce,
  })
  return [event]
}

/** Which part of an account it came from. */
function placeOf(message: Fields): Fields {
  return Object.fromEntries(
    ['template', 'subaccount'].flatMap((key) => {
      const value = textOf(message[key])
      return value === null ? [] : [[key, value]]
    }),
  )
}

/** What kind of program the user agent is. One that Mandrill does not know says nothing. */
function machineOf(parsed: unknown): boolean | null {
  const type = textOf(fieldsOf(parsed).type)?.toLowerCase()
  return type === undefined || type === 'unknown' ? null : type === 'robot'
}

function geoOf(location: unknown): EngagementEvent['geo'] {
  if (!isFields(location)) return null
  const { country_short, country, region, city } = location
  return { country: textOf(country_short) ?? textOf(country), region: textOf(region), city: textOf(city) }
}

function bounceOf(message: Fields): Bounce {
  const attempts = listOf(message.smtp_events).filter(isFields)
  const diagnostic = textOf(message.diag) ?? textOf(attempts.at(-1)?.diag)
  const description = textOf(message.bounce_description)
  const reject = textOf(fieldsOf(message.reject).reason) ?? textOf(message.reject)
  return {
    smtpCode: smtpCodeIn(diagnostic),
    enhancedCode: enhancedCodeIn(diagnostic),
    reason: diagnostic ?? description ?? reject,
    providerClass: description ?? reject,
  }
}

async function readInbound(fields: Fields, receivedAt: number): Promise<readonly EngagementEvent[]> {
  const message = fieldsOf(fields.msg)
  const known = {
    to: textOf(message.email),
    envelopeFrom: typeof message.sender === 'string' ? message.sender : null,
    newText: null,
  }
  const raw = textOf(message.raw_msg)
  const parsed = parsedMail(message, known)
  // What a report says stands in parts that only the whole mail has.
  const needsWhole =
    parsed.headers.length === 0 || /^\s*multipart\/report\b/i.test(header(parsed, 'content-type') ?? '')
  const mail = raw !== null && needsWhole ? await parseMime(Buffer.from(raw), known) : parsed
  const score = fieldsOf(message.spam_report).score
  return mailEvents(mail, {
    provider: ID,
    receivedAt,
    id: null,
    messageId: null,
    arrivedAt: fields.ts,
    tags: textsOf(message.tags),
    metadata: typeof score === 'number' ? { spam_score: score } : {},
  })
}

function parsedMail(message: Fields, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Mail {
  const address = textOf(message.from_email)
  return {
    ...known,
    headers: namedHeaders(message.headers),
    from: address === null ? null : mailbox(textOf(message.from_name), address),
    subject: textOf(message.subject),
    text: textOf(message.text),
    html: textOf(message.html),
    mailboxHash: plusTag(known.to),
    reports: [],
  }
}
