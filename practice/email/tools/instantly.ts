import { SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { uuidOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { type Happening, jsonRequest, namesOf, type Occasion, type Tool } from '../tool.ts'

/**
 * E-mail sheet, section 6.1. It tells neither of deliveries nor of machines, and of a bounce not
 * whether it is for good.
 */
export const instantly: Tool = {
  id: 'instantly',
  name: 'Instantly',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('email_sent', occasion),
    opened: (occasion) => event('email_opened', occasion),
    clicked: (occasion) => event('link_clicked', occasion),
    replied: (occasion) => event('reply_received', occasion, reply('replied', occasion)),
    auto_replied: (occasion) => event('auto_reply_received', occasion, reply('auto_replied', occasion)),
    bounced: (occasion) => event('email_bounced', occasion),
    unsubscribed: (occasion) => event('lead_unsubscribed', occasion),
  },
  mail: {},
  rfcMessageId: ({ id }) => `${id}@practice.example`,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

/** The variables of the lead stand beside everything else. */
function event(event_type: string, { mail, at, isFirst }: Occasion, detail: object = {}): object {
  const { first, last } = namesOf(mail.to)
  return {
    timestamp: new Date(at).toISOString(),
    event_type,
    workspace: uuidOf('workspace'),
    campaign_id: uuidOf(mail.campaign.id),
    campaign_name: mail.campaign.name,
    lead_email: mail.to.email,
    email_account: SENDER.email,
    unibox_url: 'https://app.instantly.ai/app/unibox',
    step: mail.step,
    variant: 1,
    is_first: isFirst,
    email_id: mail.id,
    email_subject: stepOf(mail.campaign, mail.step).subject,
    ...detail,
    firstName: first,
    lastName: last,
  }
}

function reply(happening: Happening, occasion: Occasion): object {
  const { subject, text, newText } = answerTo(happening, occasion, instantly.rfcMessageId(occasion.mail))
  return { reply_subject: subject, reply_text_snippet: newText.slice(0, 100), reply_text: text, reply_html: '' }
}
