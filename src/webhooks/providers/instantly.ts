import { InvalidInputError } from '../../core/errors.ts'
import type { EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement } from '../engagement.ts'
import { bounceFrom, type Fields, firstText, picked, requireFields, textOf } from '../fields.ts'
import { activitiesIn, besides, byName, campaignFrom, distinctName, leadStatus, toldReply } from '../outreach.ts'
import { pathTokenProblem, verifyPathToken } from '../path-token.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'instantly'

const eventType = byName<EventType | 'meta'>({
  email_sent: 'sent',
  email_opened: 'opened',
  // The guide and the API's list of events disagree on this one.
  link_clicked: 'clicked',
  email_link_clicked: 'clicked',
  reply_received: 'replied',
  auto_reply_received: 'auto_replied',
  email_bounced: 'bounced',
  lead_unsubscribed: 'unsubscribed',
  lead_interested: 'lead_status',
  lead_not_interested: 'lead_status',
  lead_neutral: 'lead_status',
  lead_meeting_booked: 'lead_status',
  lead_meeting_completed: 'lead_status',
  lead_closed: 'lead_status',
  lead_out_of_office: 'lead_status',
  lead_wrong_person: 'lead_status',
  campaign_completed: 'meta',
  account_error: 'meta',
})

const METADATA = ['email_account', 'unibox_url', 'variant', 'is_first', 'email_subject']

/** Instantly's own names; the variables of the lead stand beside them, and whatever is not listed is one. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  ...['timestamp', 'event_type', 'event', 'type', 'workspace', 'campaign_id', 'campaign_name', 'lead_email', 'email'],
  ...['email_id', 'step', 'email_text', 'email_html', 'reply_subject', 'reply_text', 'reply_html'],
  ...['reply_text_snippet'],
  ...METADATA,
])

export const instantly: WebhookProvider = {
  id: ID,
  name: 'Instantly',
  signs: { body: false, sentAt: false },
  proof: ['url'],
  marks: { headers: [], words: ['"unibox_url"', '"email_account"'] },
  readsHeaders: [],

  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: pathTokenProblem,
  verify: verifyPathToken,

  elements: activitiesIn,

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const name = firstText(fields, ['event_type', 'event', 'type'])
    const type = typeOf(name)
    if (type === 'meta') return []

    const recipient = firstText(fields, ['lead_email', 'email'])
    if (recipient === null) throw new InvalidInputError('the event names no recipient')
    const when = occurred(fields.timestamp, receivedAt)
    const messageId = textOf(fields.email_id)
    const campaign = campaignFrom(textOf(fields.campaign_id), textOf(fields.campaign_name), textOf(fields.step))
    const event = engagement({
      provider: ID,
      id: dedupeKey({
        provider: ID,
        name: distinctName(type, name),
        messageId: JSON.stringify([textOf(fields.workspace), campaign?.id, campaign?.step, messageId]),
        recipient,
        occurred: when.key,
      }),
      type,
      class: type === 'bounced' ? 'undetermined' : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId,
      campaign,
      metadata: withUnreadableTime(metadataOf(type, name, fields), when),
      bounce: type === 'bounced' ? bounceFrom(null) : null,
      reply: replyOf(type, fields, recipient),
    })
    return [event]
  },
}

const LEAD_EVENT = /^lead_/i
/** How Instantly writes the names of its own events; a label that somebody made up is written for people. */
const OWN_NAME = /^[a-z\d]+(?:_[a-z\d]+)*$|^[A-Z\d]+(?:_[A-Z\d]+)+$/

/** A label of the workspace's own comes as the name of the event. */
function typeOf(name: string | null): EventType | 'meta' {
  return eventType(name) ?? (name === null || OWN_NAME.test(name) ? 'unknown' : 'lead_status')
}

function metadataOf(type: EventType, name: string | null, fields: Fields): Fields {
  const status =
    type === 'lead_status' && name !== null ? { lead_status: leadStatus(name.replace(LEAD_EVENT, '')) } : {}
  return { ...besides(fields, OWN_KEYS), ...picked(fields, METADATA), ...status }
}

function replyOf(type: EventType, fields: Fields, from: string): Reply | null {
  if (type !== 'replied' && type !== 'auto_replied') return null
  return toldReply({
    from,
    to: textOf(fields.email_account),
    subject: textOf(fields.reply_subject),
    text: textOf(fields.reply_text),
    html: textOf(fields.reply_html),
    snippet: textOf(fields.reply_text_snippet),
    auto: type === 'auto_replied',
  })
}
