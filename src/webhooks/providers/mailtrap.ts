import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import { enhancedCodeIn, type Fields, fieldsOf, lookUp, requireFields, smtpCodeIn, textOf } from '../fields.ts'
import { parseJson } from '../json.ts'
import type { WebhookProvider } from '../provider.ts'
import { requireHeader, verifyHexHmac } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'mailtrap'
const SIGNATURE = 'mailtrap-signature'

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  delivery: 'delivered',
  open: 'opened',
  click: 'clicked',
  // Written with a space. Mailtrap keeps trying, so nothing has ended yet.
  'soft bounce': 'deferred',
  bounce: 'bounced',
  // Sending is suspended; what waits is sent later.
  suspension: 'deferred',
  reject: 'rejected',
  spam: 'complained',
  unsubscribe: 'unsubscribed',
  'inbound.message_received': 'inbound',
}

const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = { bounce: 'hard' }

/** Who did what in the account. */
const META = /^activity_log\./

const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'rejected', 'deferred'])

export const mailtrap: WebhookProvider = {
  id: ID,
  name: 'Mailtrap',
  signs: { body: true, sentAt: false },
  proof: ['body'],
  marks: { headers: [SIGNATURE], words: ['"sending_stream"', '"inbound.message_received"'] },
  readsHeaders: ['content-type'],

  // Up to 500 events, each with variables of its own (e-mail sheet, section 5.12).
  maxBodyBytes: () => BODY_LIMITS.largeEvents,

  secretProblem: (secret) =>
    /^\S{16,}$/.test(secret)
      ? undefined
      : "is no signature secret; copy it from the webhook's page at Mailtrap, Settings > Webhooks",

  verify: ({ headers, body }, secret) => verifyHexHmac(requireHeader(headers, SIGNATURE), secret, body),

  elements({ headers, body }) {
    if (isJsonLines(headers.get('content-type') ?? '')) return linesOf(body)
    const value = parseJson(body)
    if (Array.isArray(value)) return value
    const { events } = fieldsOf(value)
    return Array.isArray(events) ? events : [value]
  },

  toEvents(element, { receivedAt }) {
    const fields = requireFields(typeof element === 'string' ? parseJson(Buffer.from(element, 'latin1')) : element)
    const name = textOf(fields.event)
    if ((name !== null && META.test(name)) || isSample(fields)) return []
    const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
    return type === 'inbound' ? readInbound(fields, receivedAt) : readEvent(name, type, fields, receivedAt)
  },
}

function isJsonLines(contentType: string): boolean {
  return /^\s*application\/(?:x-)?(?:jsonl|ndjson|jsonlines|json-lines)\b/i.test(contentType)
}

/** One event a line. Still unread, byte for byte as Latin-1, so that a broken line costs only itself. */
function linesOf(body: Uint8Array): readonly string[] {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString('latin1')
    .split('\n')
    .filter((line) => line.trim() !== '')
}

function readEvent(
  name: string | null,
  type: EventType,
  fields: Fields,
  receivedAt: number,
): readonly EngagementEvent[] {
  const recipient = textOf(fields.email)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(fields.timestamp, receivedAt)
  const messageId = textOf(fields.message_id)
  const url = textOf(fields.url)
  const category = textOf(fields.category)
  const id = textOf(fields.event_id)
  const event = engagement({
    provider: ID,
    id: id ? providerEventId(id) : dedupeKey({ provider: ID, name, messageId, recipient, occurred: when.key, url }),
    type,
    class: type === 'bounced' ? (lookUp(BOUNCE_CLASSES, name) ?? 'undetermined') : null,
    occurredAt: when.at,
    receivedAt,
    recipient,
    messageId,
    tags: category === null ? [] : [category],
    metadata: withUnreadableTime(fieldsOf(fields.custom_variables), when),
    url,
    ip: textOf(fields.ip),
    userAgent: textOf(fields.user_agent),
    bounce: WITH_REASON.has(type) ? bounceOf(fields) : null,
  })
  return [event]
}

function bounceOf(fields: Fields): EngagementEvent['bounce'] {
  const [response, reason] = [textOf(fields.response), textOf(fields.reason)]
  return {
    smtpCode: textOf(fields.response_code) ?? smtpCodeIn(response),
    enhancedCode: enhancedCodeIn(response) ?? enhancedCodeIn(reason),
    reason: response ?? reason,
    providerClass: textOf(fields.bounce_category),
  }
}

/** Mailtrap reports that a mail came, not what it says: its text must be fetched. */
function readInbound(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const from = textOf(fields.from)
  if (from === null) throw new InvalidInputError('the event names no sender')
  const when = occurred(fields.timestamp, receivedAt)
  const [inbox, messageId] = [textOf(fields.inbox_id), textOf(fields.message_id)]
  const event = engagement({
    provider: ID,
    // Not `event_id`, which may change from one attempt to the next.
    id:
      messageId === null
        ? dedupeKey({ provider: ID, name: 'mail', messageId: inbox, recipient: from, occurred: when.key })
        : providerEventId(`inbound/${inbox}/${messageId}`),
    type: 'inbound',
    occurredAt: when.at,
    receivedAt,
    recipient: from,
    messageId,
    metadata: withUnreadableTime({}, when),
    reply: announcedMail(from),
  })
  return [event]
}

function announcedMail(from: string): Reply {
  return {
    from,
    to: null,
    subject: null,
    text: null,
    html: null,
    excerpt: null,
    inReplyTo: null,
    references: [],
    auto: false,
  }
}

/** The mail that "Run Test" announces, each time the same. */
function isSample(fields: Fields): boolean {
  return textOf(fields.inbox_id) === '1' && textOf(fields.message_id) === '1875440790670688064'
}
