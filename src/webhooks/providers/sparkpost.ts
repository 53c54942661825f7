import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, Campaign, EngagementEvent, EventType, Reply } from '../../core/event.ts'
import { BASIC_CHALLENGE } from '../basic-auth.ts'
import { BODY_LIMITS } from '../body.ts'
import { credentialsProblem, verifyCredentials } from '../credentials.ts'
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
import { type Mail, mailEvents, parseMime, plusTag } from '../mail.ts'
import { namedHeaders } from '../mail-headers.ts'
import type { WebhookProvider } from '../provider.ts'
import { type Occurred, occurred, withUnreadableTime } from '../time.ts'

const ID = 'sparkpost'

const EVENT_TYPES: Readonly<Record<string, EventType>> = {
  injection: 'queued',
  delivery: 'delivered',
  delay: 'deferred',
  bounce: 'bounced',
  out_of_band: 'bounced',
  policy_rejection: 'rejected',
  generation_rejection: 'rejected',
  generation_failure: 'failed',
  spam_complaint: 'complained',
  open: 'opened',
  initial_open: 'opened',
  amp_open: 'opened',
  amp_initial_open: 'opened',
  click: 'clicked',
  amp_click: 'clicked',
  list_unsubscribe: 'unsubscribed',
  link_unsubscribe: 'unsubscribed',
}

/** What is said about the relaying of inbound mail, tests of templates, uploads and text messages. */
const META_CLASSES: ReadonlySet<string> = new Set(['relay_event', 'ab_test_event', 'ingest_event'])
const META_TYPES = /^(?:relay_|ab_|sms_)/

/** What a bounce is, by `bounce_class`: not every one is a failure. */
const BOUNCES: Readonly<Record<string, readonly [type: EventType, bounceClass?: BounceClass]>> = {
  '1': ['bounced', 'undetermined'],
  // Invalid recipient.
  '10': ['bounced', 'hard'],
  // Soft bounce, DNS failure, mailbox full, too large, timeout.
  '20': ['bounced', 'soft'],
  '21': ['bounced', 'soft'],
  '22': ['bounced', 'soft'],
  '23': ['bounced', 'soft'],
  '24': ['bounced', 'soft'],
  // Refused by the account's own policies.
  '25': ['bounced', 'block'],
  // No recipient.
  '30': ['bounced', 'hard'],
  '40': ['bounced', 'soft'],
  // Mail block, spam block, spam content, prohibited attachment, relaying denied.
  '50': ['bounced', 'block'],
  '51': ['bounced', 'block'],
  '52': ['bounced', 'block'],
  '53': ['bounced', 'block'],
  '54': ['bounced', 'block'],
  '60': ['auto_replied'],
  '70': ['bounced', 'soft'],
  '80': ['resubscribed'],
  '90': ['unsubscribed'],
  // A challenge to the sender.
  '100': ['auto_replied'],
}

const WITH_REASON: ReadonlySet<string> = new Set(['bounced', 'rejected', 'failed', 'deferred'])

export const sparkpost: WebhookProvider = {
  id: ID,
  name: 'SparkPost',
  signs: { body: false, sentAt: false },
  proof: ['headers', 'url'],
  challenge: BASIC_CHALLENGE,
  marks: { headers: ['x-messagesystems-batch-id', 'x-messagesystems-webhook-token'], words: ['"msys"'] },
  readsHeaders: [],

  // Whether it is a batch of events or a mail shows only in the body.
  maxBodyBytes: () => BODY_LIMITS.jsonMail,

  secretProblem: credentialsProblem,

  verify: verifyCredentials,

  elements({ body }) {
    const value = parseJson(body)
    return Array.isArray(value) ? value : [value]
  },

  /** `{"msys":{}}` is the probe of a new webhook. */
  async toEvents(element, { receivedAt }) {
    const { msys } = requireFields(element)
    if (!isFields(msys)) throw new InvalidInputError('a part holds no "msys"')
    const events: EngagementEvent[] = []
    for (const [kind, value] of Object.entries(msys)) {
      if (META_CLASSES.has(kind)) continue
      const fields = requireFields(value)
      events.push(...(kind === 'relay_message' ? await readInbound(fields, receivedAt) : readEvent(fields, receivedAt)))
    }
    return events
  },
}

function readEvent(fields: Fields, receivedAt: number): readonly EngagementEvent[] {
  const name = textOf(fields.type)
  if (name !== null && META_TYPES.test(name)) return []
  const [type, bounceClass = null] = meaningOf(name, fields)

  const recipient = textOf(fields.raw_rcpt_to) ?? textOf(fields.rcpt_to)
  if (recipient === null) throw new InvalidInputError('the event names no recipient')
  const when = occurred(fields.timestamp, receivedAt)
  const event = engagement({
    provider: ID,
    id: eventId(name, fields, { recipient, when }),
    type,
    class: bounceClass,
    occurredAt: when.at,
    receivedAt,
    recipient,
    // What the sending API answered; `message_id` is SparkPost's own for one recipient.
    messageId: textOf(fields.transmission_id) ?? textOf(fields.message_id),
    campaign: campaignOf(fields),
    tags: textsOf(fields.rcpt_tags),
    metadata: withUnreadableTime(fieldsOf(fields.rcpt_meta), when),
    url: textOf(fields.target_link_url),
    ip: textOf(fields.ip_address),
    userAgent: textOf(fields.user_agent),
    geo: geoOf(fields.geo_ip),
    machine: machineOf(fieldsOf(fields.user_agent_parsed)),
    bounce: WITH_REASON.has(type) ? bounceOf(fields) : null,
    reply: type === 'auto_replied' ? machineReply(recipient, fields) : null,
  })
  return [event]
}

function meaningOf(name: string | null, fields: Fields): readonly [type: EventType, bounceClass?: BounceClass] {
  const type = lookUp(EVENT_TYPES, name) ?? 'unknown'
  if (type !== 'bounced') return [type]
  return lookUp(BOUNCES, textOf(fields.bounce_class)) ?? ['bounced', 'undetermined']
}

const OPENS: ReadonlySet<string | null> = new Set(['open', 'initial_open', 'amp_open', 'amp_initial_open'])

/**
 * A mail has a pixel on top and one at its end, and its first opening reports both, each with an
 * id of its own: what one message reports of one person in one second is one opening.
 */
function eventId(
  name: string | null,
  fields: Fields,
  { recipient, when }: { recipient: string; when: Occurred },
): string {
  const id = textOf(fields.event_id)
  const messageId = textOf(fields.message_id) ?? textOf(fields.transmission_id)
  const isTimed = when.key === when.at
  const isOpening = OPENS.has(name) && messageId !== null && isTimed
  if (id !== null && !isOpening) return providerEventId(id)
  return dedupeKey({
    provider: ID,
    name: isOpening ? 'open' : name,
    messageId,
    recipient,
    occurred: when.key,
    url: textOf(fields.target_link_url),
    bounceCode: textOf(fields.bounce_class),
  })
}

function campaignOf(fields: Fields): Campaign | null {
  const id = textOf(fields.campaign_id)
  return id === null ? null : { id, name: null, step: null }
}

function geoOf(geo: unknown): EngagementEvent['geo'] {
  if (!isFields(geo)) return null
  return { country: textOf(geo.country), region: textOf(geo.region), city: textOf(geo.city) }
}

/** Whether a proxy or a prefetch opened it, where SparkPost says so. */
function machineOf({ is_proxy, is_prefetched }: Fields): boolean | null {
  const said = [is_proxy, is_prefetched].filter((flag) => typeof flag === 'boolean')
  return said.length === 0 ? null : said.includes(true)
}

function bounceOf(fields: Fields): EngagementEvent['bounce'] {
  const reason = textOf(fields.raw_reason) ?? textOf(fields.reason)
  return {
    smtpCode: textOf(fields.error_code) ?? smtpCodeIn(reason),
    enhancedCode: enhancedCodeIn(reason),
    reason,
    providerClass: textOf(fields.bounce_class),
  }
}

/** Vacation notices come as bounces, without what they say. */
function machineReply(from: string, fields: Fields): Reply {
  return {
    from,
    to: textOf(fields.friendly_from) ?? textOf(fields.msg_from),
    subject: textOf(fields.subject),
    text: null,
    html: null,
    excerpt: null,
    inReplyTo: null,
    references: [],
    auto: true,
  }
}

async function readInbound(fields: Fields, receivedAt: number): Promise<readonly EngagementEvent[]> {
  const content = fieldsOf(fields.content)
  const known = {
    to: textOf(fields.rcpt_to),
    // Present and empty is what a mail system writes; absent says nothing.
    envelopeFrom: typeof fields.msg_from === 'string' ? fields.msg_from : null,
    newText: null,
  }
  const raw = textOf(content.email_rfc822)
  const encoding = content.email_rfc822_is_base64 === true ? 'base64' : 'utf8'
  const mail = raw === null ? parsedMail(fields, content, known) : await parseMime(Buffer.from(raw, encoding), known)
  return mailEvents(mail, { provider: ID, receivedAt, id: null, messageId: null, arrivedAt: null })
}

/** Each header is an object with one key. */
function parsedMail(fields: Fields, content: Fields, known: Pick<Mail, 'to' | 'envelopeFrom' | 'newText'>): Mail {
  return {
    ...known,
    headers: Array.isArray(content.headers) ? content.headers.flatMap(namedHeaders) : [],
    from: textOf(fields.friendly_from),
    subject: textOf(content.subject),
    text: textOf(content.text),
    html: textOf(content.html),
    mailboxHash: plusTag(known.to),
    reports: [],
  }
}
