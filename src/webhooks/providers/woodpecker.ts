import { InvalidInputError } from '../../core/errors.ts'
import type { Campaign, EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement } from '../engagement.ts'
import { bounceFrom, type Fields, fieldsOf, firstText, messageIdOf, picked, requireFields, textOf } from '../fields.ts'
import { activitiesIn, asBody, byName, campaignFrom, leadStatus, toldReply } from '../outreach.ts'
import { pathTokenProblem, verifyPathToken } from '../path-token.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'woodpecker'

const eventType = byName<EventType | 'meta'>({
  campaign_sent: 'sent',
  email_opened: 'opened',
  link_clicked: 'clicked',
  prospect_replied: 'replied',
  // From another address than the one that was written to.
  secondary_replied: 'replied',
  prospect_autoreplied: 'auto_replied',
  followup_after_autoreply: 'auto_replied',
  prospect_bounced: 'bounced',
  // Found by Woodpecker's own check, before anything was sent.
  prospect_invalid: 'rejected',
  prospect_opt_out: 'unsubscribed',
  prospect_blacklisted: 'unsubscribed',
  prospect_interested: 'lead_status',
  prospect_not_interested: 'lead_status',
  prospect_maybe_later: 'lead_status',
  not_interested: 'lead_status',
  maybe_later: 'lead_status',
  prospect_non_responsive: 'meta',
  prospect_saved: 'meta',
  campaign_completed: 'meta',
})

/** Tasks and other channels than mail. */
const META = /^(?:task_|linkedin_automation_)/i

const METADATA = [
  ...['campaign_email', 'status', 'interested', 'interest_level', 'snippet_labels'],
  ...Array.from({ length: 15 }, (_, index) => `snippet${index + 1}`),
]

export const woodpecker: WebhookProvider = {
  id: ID,
  name: 'Woodpecker',
  signs: { body: false, sentAt: false },
  proof: ['url'],
  marks: { headers: [], words: ['"firm_id"', '"prospect":'] },
  readsHeaders: [],

  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: pathTokenProblem,
  verify: verifyPathToken,

  elements: activitiesIn,

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const name = firstText(fields, ['method', 'event_type', 'event', 'type'])
    const type = eventType(name) ?? (name !== null && META.test(name) ? 'meta' : 'unknown')
    if (type === 'meta') return []

    const prospect = fieldsOf(fields.prospect)
    const email = fieldsOf(fields.email)
    const recipient = textOf(prospect.email)
    if (recipient === null) throw new InvalidInputError('the event names no prospect')
    const when = occurred(fields.timestamp, receivedAt)
    const messageId = textOf(email.id)
    const url = textOf(fields.click_url)
    const event = engagement({
      provider: ID,
      id: dedupeKey({
        provider: ID,
        name,
        messageId: JSON.stringify([textOf(fields.firm_id), textOf(prospect.id), messageId]),
        recipient,
        occurred: when.key,
        url,
      }),
      type,
      class: type === 'bounced' ? 'undetermined' : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId,
      rfcMessageId: messageIdOf(email.message_id),
      campaign: campaignOf(fields, prospect, email),
      tags: tagsOf(textOf(prospect.tags)),
      metadata: withUnreadableTime(metadataOf(type, name, fields), when),
      url,
      bounce: type === 'bounced' ? bounceFrom(null) : null,
      reply: replyOf(type, fields),
    })
    return [event]
  },
}

/** The step that the event is about; the prospect's own is the one that was reached by now. */
function campaignOf(fields: Fields, prospect: Fields, email: Fields): Campaign | null {
  const step = textOf(fields.step) ?? textOf(email.step) ?? textOf(prospect.step)
  return campaignFrom(textOf(prospect.campaign_id) ?? textOf(email.campaign_id), textOf(prospect.campaign_name), step)
}

/** `#A #B`. */
function tagsOf(tags: string | null): readonly string[] {
  const named = tags?.split('#').map((tag) => tag.trim()) ?? []
  return named.filter((tag) => tag !== '')
}

function metadataOf(type: EventType, name: string | null, fields: Fields): Fields {
  const known = picked(fieldsOf(fields.prospect), METADATA)
  if (type === 'lead_status' && name !== null) {
    return { ...known, lead_status: leadStatus(name.replace(/^prospect_/i, '')) }
  }
  return isAnswer(type) && isManual(name, fields) ? { ...known, manual: true } : known
}

function isAnswer(type: EventType): boolean {
  return type === 'replied' || type === 'auto_replied'
}

/** A status that a person set comes without a mail; a second address's answer is told without its words. */
function isManual(name: string | null, fields: Fields): boolean {
  const email = fieldsOf(fields.email)
  return !/^secondary_/i.test(name ?? '') && firstText(email, ['id', 'mail_id', 'message', 'email']) === null
}

function replyOf(type: EventType, fields: Fields): Reply | null {
  if (!isAnswer(type) || isManual(textOf(fields.method), fields)) return null
  const [prospect, email] = [fieldsOf(fields.prospect), fieldsOf(fields.email)]
  const from = textOf(email.email) ?? textOf(fieldsOf(fields.secondary_prospect).email) ?? textOf(prospect.email)
  const { text, html } = asBody(textOf(email.message))
  return toldReply({
    from: from ?? '',
    to: textOf(prospect.campaign_email),
    subject: textOf(email.subject),
    text,
    html,
    auto: type === 'auto_replied',
  })
}
