import { InvalidInputError } from '../../core/errors.ts'
import type { BounceClass, Campaign, EventType } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import {
  booleanOf,
  bounceFrom,
  enhancedCodeIn,
  type Fields,
  fieldsOf,
  firstText,
  lookUp,
  picked,
  requireFields,
  smtpCodeIn,
  textOf,
} from '../fields.ts'
import { parseJson } from '../json.ts'
import type { WebhookProvider } from '../provider.ts'
import { requireFresh, requireHeader, signedSeconds, verifyHexHmac } from '../signature.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'customerio'
const SIGNATURE = 'x-cio-signature'
const TIMESTAMP = 'x-cio-timestamp'

/** Each attempt is signed anew (e-mail sheet, section 2, rule 18). */
const WINDOW = { pastMs: 300_000, futureMs: 300_000 }

type Metrics = Readonly<Record<string, EventType | 'meta'>>

/** By `object_type`, then `metric`. What is said about any other object is not about mail. */
const METRICS: Readonly<Record<string, Metrics>> = {
  email: {
    drafted: 'queued',
    attempted: 'deferred',
    sent: 'sent',
    delivered: 'delivered',
    opened: 'opened',
    clicked: 'clicked',
    converted: 'meta',
    bounced: 'bounced',
    dropped: 'rejected',
    undeliverable: 'rejected',
    failed: 'failed',
    spammed: 'complained',
    unsubscribed: 'unsubscribed',
  },
  customer: {
    subscribed: 'resubscribed',
    unsubscribed: 'unsubscribed',
    cio_subscription_preferences_changed: 'meta',
  },
}

/** Any of these that is true means a machine; all that are there and false, a person. */
const MACHINE_FLAGS: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  opened: ['proxied', 'prefetched', 'synthetic'],
  clicked: ['machine'],
}

const FAILURES: ReadonlySet<EventType> = new Set(['bounced', 'deferred', 'rejected', 'failed'])
const BOUNCE_CLASSES: Readonly<Record<string, BounceClass>> = { '5': 'hard', '4': 'soft' }

const CAMPAIGN_IDS = ['campaign_id', 'broadcast_id', 'newsletter_id', 'transactional_message_id']
const METADATA = [
  ...['subject', 'customer_id', 'trigger_id', 'journey_id', 'content_id', 'link_id'],
  ...['broadcast_id', 'newsletter_id', 'transactional_message_id'],
]

export const customerio: WebhookProvider = {
  id: ID,
  name: 'Customer.io',
  signs: { body: true, sentAt: true },
  proof: ['body'],
  marks: { headers: [SIGNATURE], words: ['"object_type"', '"cio_id"'] },
  readsHeaders: [],

  // A sent event may hold the whole mail ("Body content").
  maxBodyBytes: () => BODY_LIMITS.largeEvents,

  secretProblem: (secret) =>
    /^\S{16,}$/.test(secret)
      ? undefined
      : 'is no signing key; copy it from Customer.io, Data & Integrations > Integrations > Reporting Webhooks > the webhook',

  verify({ headers, body, receivedAt }, secret) {
    const timestamp = requireHeader(headers, TIMESTAMP)
    const signature = requireHeader(headers, SIGNATURE)
    const sentAt = signedSeconds(timestamp)
    verifyHexHmac(signature, secret, `v0:${timestamp}:`, body)
    requireFresh(sentAt, receivedAt, WINDOW)
  },

  elements: ({ body }) => [parseJson(body)],

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const metric = textOf(fields.metric)
    const object = textOf(fields.object_type) ?? 'email'
    const metrics = lookUp(METRICS, object)
    if (!metrics) return []
    const type = lookUp(metrics, metric) ?? 'unknown'
    if (type === 'meta') return []

    const data = fieldsOf(fields.data)
    const identifiers = fieldsOf(data.identifiers)
    const recipient = textOf(data.recipient) ?? textOf(data.email_address) ?? textOf(identifiers.email)
    if (recipient === null) throw new InvalidInputError('the event names no recipient')
    const when = occurred(fields.timestamp, receivedAt)
    const messageId = textOf(data.delivery_id)
    const url = textOf(data.href)
    const id = textOf(fields.event_id)
    const reason = textOf(data.failure_message)
    const event = engagement({
      provider: ID,
      id: id
        ? providerEventId(id)
        : dedupeKey({ provider: ID, name: `${object}/${metric}`, messageId, recipient, occurred: when.key, url }),
      type,
      class: type === 'bounced' ? bounceClass(reason) : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId,
      campaign: campaignOf(data),
      metadata: withUnreadableTime({ ...picked(data, METADATA), ...picked(identifiers, ['cio_id']) }, when),
      url,
      machine: machineOf(type, data),
      bounce: FAILURES.has(type) && reason !== null ? bounceFrom(reason) : null,
    })
    return [event]
  },
}

/** Customer.io gives no class, only the other side's words. */
function bounceClass(reason: string | null): BounceClass {
  const code = enhancedCodeIn(reason) ?? smtpCodeIn(reason)
  return lookUp(BOUNCE_CLASSES, code?.[0] ?? null) ?? 'undetermined'
}

function machineOf(type: EventType, data: Fields): boolean | null {
  const flags = (MACHINE_FLAGS[type] ?? []).map((name) => booleanOf(data[name])).filter((flag) => flag !== null)
  return flags.length === 0 ? null : flags.includes(true)
}

/** A step of a campaign is the action that sent the mail. */
function campaignOf(data: Fields): Campaign | null {
  const id = firstText(data, CAMPAIGN_IDS)
  const step = textOf(data.action_id)
  return id === null && step === null ? null : { id, name: null, step }
}
