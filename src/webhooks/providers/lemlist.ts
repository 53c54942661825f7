import { InvalidInputError } from '../../core/errors.ts'
import type { EventType, Reply } from '../../core/event.ts'
import { BODY_LIMITS } from '../body.ts'
import { dedupeKey, engagement, providerEventId } from '../engagement.ts'
import {
  booleanOf,
  bounceFrom,
  type Fields,
  firstText,
  isFields,
  messageIdOf,
  picked,
  requireFields,
  textOf,
} from '../fields.ts'
import { activitiesIn, asBody, besides, byName, campaignFrom, leadStatus, toldReply } from '../outreach.ts'
import { pathTokenProblem, verifyPathToken } from '../path-token.ts'
import type { WebhookProvider } from '../provider.ts'
import { occurred, withUnreadableTime } from '../time.ts'

const ID = 'lemlist'

const eventType = byName<EventType | 'meta'>({
  emailsSent: 'sent',
  emailsOpened: 'opened',
  emailsClicked: 'clicked',
  emailsReplied: 'replied',
  emailsBounced: 'bounced',
  emailsSendFailed: 'failed',
  emailsFailed: 'failed',
  emailsUnsubscribed: 'unsubscribed',
  emailsInterested: 'lead_status',
  emailsNotInterested: 'lead_status',
  interested: 'lead_status',
  notInterested: 'lead_status',
  meetingBooked: 'lead_status',
  // These sum up what was sent, opened, clicked and answered on every channel; it was counted already.
  contacted: 'meta',
  hooked: 'meta',
  attracted: 'meta',
  warmed: 'meta',
  skipped: 'meta',
  paused: 'meta',
  resumed: 'meta',
  stopped: 'meta',
  campaignComplete: 'meta',
  connectionIssue: 'meta',
  sendLimitReached: 'meta',
  customDomainErrors: 'meta',
  lemwarmPaused: 'meta',
  annotated: 'meta',
  signalRegistered: 'meta',
})

/** Other channels than mail, and what lemlist does for itself. */
const META = /^(?:linkedin|whatsapp|sms|aircall|api|manual|enrichment)/i

const METADATA = ['leadId', 'sequenceId', 'sendUserEmail', 'sendUserName', 'isFirst', 'subject']

/** lemlist's own names; the variables of the lead may stand beside them, and whatever is not listed is one. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  ...['_id', 'type', 'createdAt', 'createdBy', 'bot', 'teamId', 'leadEmail', 'campaignId', 'campaignName', 'name'],
  ...['sequenceStep', 'emailTemplateId', 'emailId', 'messageId', 'text', 'linkUrl', 'bounceReason', 'errorMessage'],
  ...['metaData', 'relatedSentAt', 'sendUserId', 'sendUserMailboxId'],
  ...METADATA,
])

export const lemlist: WebhookProvider = {
  id: ID,
  name: 'lemlist',
  signs: { body: false, sentAt: false },
  proof: ['url'],
  marks: { headers: [], words: ['"leadEmail"', '"sendUserEmail"', '"_id":"act_'] },
  readsHeaders: [],

  maxBodyBytes: () => BODY_LIMITS.mail,

  secretProblem: pathTokenProblem,
  verify: verifyPathToken,

  elements: (request) => activitiesIn(request).map(withoutSecret),

  toEvents(element, { receivedAt }) {
    const fields = requireFields(element)
    const name = firstText(fields, ['type', 'event_type', 'event'])
    const type = eventType(name) ?? (name !== null && META.test(name) ? 'meta' : 'unknown')
    if (type === 'meta') return []

    const recipient = textOf(fields.leadEmail)
    if (recipient === null) throw new InvalidInputError('the activity names no lead')
    const when = occurred(fields.createdAt, receivedAt)
    const messageId = textOf(fields.emailId)
    const url = textOf(fields.linkUrl)
    const id = textOf(fields._id)
    const step = textOf(fields.sequenceStep)
    const event = engagement({
      provider: ID,
      id: id
        ? providerEventId(id)
        : dedupeKey({ provider: ID, name, messageId, recipient, occurred: when.key, url, bounceCode: step }),
      type,
      class: type === 'bounced' ? 'undetermined' : null,
      occurredAt: when.at,
      receivedAt,
      recipient,
      messageId,
      rfcMessageId: rfcMessageId(fields),
      campaign: campaignFrom(textOf(fields.campaignId), firstText(fields, ['campaignName', 'name']), step),
      metadata: withUnreadableTime(metadataOf(type, name, fields), when),
      url,
      machine: type === 'opened' || type === 'clicked' ? booleanOf(fields.bot) : null,
      bounce:
        type === 'bounced' || type === 'failed'
          ? bounceFrom(firstText(fields, ['bounceReason', 'errorMessage']))
          : null,
      reply: type === 'replied' ? replyOf(fields, recipient) : null,
    })
    return [event]
  },
}

/** A hook's secret is believed to come back with every activity (e-mail sheet, section 6.3); it is kept nowhere. */
function withoutSecret(activity: unknown): unknown {
  if (!isFields(activity)) return activity
  const { secret: _, ...others } = activity
  return others
}

/** The mail system's id of the message, where there is one. */
function rfcMessageId({ messageId }: Fields): string | null {
  const id = messageIdOf(messageId)
  return id?.includes('@') ? id : null
}

function metadataOf(type: EventType, name: string | null, fields: Fields): Fields {
  const status =
    type === 'lead_status' && name !== null ? { lead_status: leadStatus(name.replace(/^emails/i, '')) } : {}
  return { ...besides(fields, OWN_KEYS), ...picked(fields, METADATA), ...status }
}

function replyOf(fields: Fields, from: string): Reply {
  const { text, html } = asBody(textOf(fields.text))
  return toldReply({ from, to: textOf(fields.sendUserEmail), subject: textOf(fields.subject), text, html })
}
