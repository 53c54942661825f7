import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, EngagementEvent, EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { engagement, providerEventId } from '../engagement.ts'
import { excerptOf } from '../excerpt.ts'
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
import { parseJson } from '../json.ts'
import type { WebhookProvider } from '../provider.ts'
import {
  MESSAGE_ID_HEADERS,
  standardMessageId,
  standardSecretProblem,
  verifyStandardWebhook,
} from '../standard-webhooks.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'generic'

/** Each type with the other names that tools give it, as `plainName` leaves them. */
const NAMES: Readonly<Record<Exclude<EventType, 'unknown'> | 'meta', readonly string[]>> = {
  queued: ['queue', 'accepted', 'processed', 'scheduled'],
  sent: ['send'],
  delivered: ['delivery', 'deliver'],
  deferred: ['defer', 'deferral', 'delayed', 'delivery_delayed'],
  bounced: ['bounce', 'hard_bounce', 'hard_bounced', 'soft_bounce', 'soft_bounced'],
  rejected: ['reject', 'dropped', 'drop', 'suppressed'],
  failed: ['fail', 'failure', 'error', 'rendering_failure'],
  opened: ['open', 'read'],
  clicked: ['click', 'link_clicked', 'link_click', 'clicked_link'],
  complained: ['complain', 'complaint', 'spam', 'spam_report', 'spam_reported', 'spamreport', 'spam_complaint'],
  unsubscribed: ['unsubscribe', 'opt_out', 'opted_out', 'group_unsubscribe'],
  resubscribed: ['resubscribe', 'subscribed', 'subscribe', 'opt_in', 'opted_in', 'group_resubscribe'],
  replied: ['reply', 'reply_received', 'replied_to', 'answered'],
  auto_replied: ['auto_reply', 'autoreply', 'autoreplied', 'auto_reply_received', 'autoresponded', 'out_of_office'],
  inbound: ['received', 'inbound_received', 'inbound_message'],
  lead_status: ['lead_status_changed', 'lead_category_updated', 'lead_interested', 'lead_not_interested'],
  website_visit: [
    'website_visited',
    'site_visit',
    'web_visit',
    'visit',
    'visited',
    'page_view',
    'page_viewed',
    'pageview',
  ],
  form_submission: ['form_submitted', 'form_submit', 'form_filled', 'submitted_form', 'form'],
  call_scheduled: [
    'call_booked',
    'call_schedule',
    'meeting_scheduled',
    'meeting_booked',
    'demo_scheduled',
    'demo_booked',
  ],
  call_completed: ['call_complete', 'call_held', 'call_done', 'meeting_completed', 'meeting_held'],
  demo_attended: ['demo_attend', 'demo_completed', 'demo_held', 'attended_demo'],
  meta: ['ping', 'test', 'webhook_test', 'webhook_ping', 'endpoint_test', 'test_event'],
}

const TYPES: Readonly<Record<string, EventType | 'meta'>> = Object.fromEntries(
  typedEntries(NAMES).flatMap(([type, names]) => [[type, type], ...names.map((name) => [name, type])]),
)

const CLASSES: Readonly<Record<string, BounceClass>> = {
  hard: 'hard',
  permanent: 'hard',
  soft: 'soft',
  transient: 'soft',
  temporary: 'soft',
  block: 'block',
  blocked: 'block',
  undetermined: 'undetermined',
}

/** Where an element of an array keeps its position, which is part of its id and must survive quarantine. */
const POSITION = 'touchpoint:position'

export const generic: WebhookProvider = {
  id: ID,
  name: 'the generic webhook',
  signs: { body: true, sentAt: true },
  proof: ['body'],
  marks: { headers: [], words: [] },
  readsHeaders: MESSAGE_ID_HEADERS,

  maxBodyBytes: () => BODY_LIMITS.events,

  secretProblem(secret) {
    const problem = standardSecretProblem(secret)
    return problem && `${problem}; make one with: echo "whsec_$(openssl rand -base64 32)"`
  },

  verify: verifyStandardWebhook,

  elements({ body }) {
    const value = parseJson(body)
    if (!Array.isArray(value)) return [value]
    return value.map((element, position) => (isFields(element) ? { ...element, [POSITION]: position } : element))
  },

  toEvents(element, { headers, receivedAt }) {
    const fields = requireFields(element)
    const data = isFields(fields.data) ? fields.data : fields
    const name = nameOf(fields) ?? nameOf(data)
    const type = typeOf(name, data)
    if (type === 'meta') return []

    const messageId = standardMessageId(headers)
    if (messageId === null) throw new InvalidInputError('the delivery has no id')
    const position = textOf(fields[POSITION])
    const recipient = recipientOf(data)
    if (recipient === null) throw new InvalidInputError('the event names no recipient')
    const when = occurred(fields.timestamp ?? data.timestamp ?? fields.created_at, receivedAt)
    const id = messageIdOf(data.message_id)
    const event = engagement({
      provider: ID,
      id: providerEventId(position === null ? messageId : `${messageId}/${position}`),
      type,
      class: type === 'bounced' ? bounceClass(name, data) : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId: id,
      rfcMessageId: id?.includes('@') ? id : null,
      campaign: campaignOf(data),
      tags: textsOf(data.tags),
      metadata: withUnreadableTime(fieldsOf(data.metadata), when),
      url: textOf(data.url) ?? textOf(data.page_url),
      ip: textOf(data.ip),
      userAgent: textOf(data.user_agent),
      geo: geoOf(data.geo),
      machine: booleanOf(data.machine),
      bounce: isFields(data.bounce) ? bounceOf(data.bounce) : null,
      reply: replyOf(type, data.reply, recipient),
    })
    return [event]
  },
}

function nameOf(fields: Fields): string | null {
  return textOf(fields.type) ?? textOf(fields.event) ?? textOf(fields.event_type) ?? textOf(fields.engagement_type)
}

function typeOf(name: string | null, data: Fields): EventType | 'meta' {
  const type = (name !== null && lookUp(TYPES, plainName(name))) || 'unknown'
  return type === 'replied' && fieldsOf(data.reply).auto === true ? 'auto_replied' : type
}

/** `opened` of `EMAIL_OPENED`, `email.opened`, `emailOpened` and `Email Opened`. */
function plainName(name: string): string {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s.\-/:]+/g, '_')
    .replace(/^e?mail_/, '')
}

function recipientOf(data: Fields): string | null {
  // A reply may name in `to` the mailbox that it went to.
  const named = data.recipient ?? data.email ?? data.to
  const first: unknown = Array.isArray(named) ? named[0] : named
  return textOf(isFields(first) ? (first.email ?? first.address) : first)
}

function bounceClass(name: string | null, data: Fields): BounceClass {
  const bounce = fieldsOf(data.bounce)
  const stated = lookUp(CLASSES, textOf(bounce.class ?? bounce.type)?.toLowerCase() ?? null)
  if (stated) return stated
  const named = /^(hard|soft)_/.exec(plainName(name ?? ''))?.[1] ?? null
  const byCode: Readonly<Record<string, BounceClass>> = { '5': 'hard', '4': 'soft' }
  return lookUp(CLASSES, named) ?? lookUp(byCode, textOf(bounce.code)?.[0] ?? null) ?? 'undetermined'
}

function bounceOf(bounce: Fields): EngagementEvent['bounce'] {
  const code = textOf(bounce.code)
  const reason = textOf(bounce.reason)
  return {
    smtpCode: smtpCodeIn(code) ?? smtpCodeIn(reason),
    enhancedCode: enhancedCodeIn(code) ?? enhancedCodeIn(reason),
    reason,
    providerClass: textOf(bounce.class) ?? textOf(bounce.type),
  }
}

function campaignOf(data: Fields): EngagementEvent['campaign'] {
  const { campaign } = data
  const of = fieldsOf(campaign)
  const id = textOf(of.id) ?? textOf(data.campaign_id)
  const name = textOf(of.name) ?? textOf(data.campaign_name) ?? textOf(campaign)
  const step = textOf(data.step) ?? textOf(of.step)
  return id === null && name === null && step === null ? null : { id, name, step }
}

function geoOf(geo: unknown): EngagementEvent['geo'] {
  if (!isFields(geo)) return null
  return { country: textOf(geo.country), region: textOf(geo.region), city: textOf(geo.city) }
}

function replyOf(type: EventType, value: unknown, recipient: string): Reply | null {
  if (!isFields(value)) return null
  const [text, html] = [textOf(value.text), textOf(value.html)]
  return {
    from: textOf(value.from) ?? recipient,
    to: textOf(value.to),
    subject: textOf(value.subject),
    text,
    html,
    excerpt: excerptOf(textOf(value.excerpt), text, html),
    inReplyTo: messageIdOf(value.in_reply_to),
    references: textsOf(value.references).flatMap((ids) =>
      ids
        .split(/\s+/)
        .map(messageIdOf)
        .filter((id) => id !== null),
    ),
    auto: type === 'auto_replied',
  }
}

/** `Object.entries` forgets which keys a record has; a table written out in full has exactly those. */
function typedEntries<Key extends string, Value>(table: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(table) as [Key, Value][]
}
