import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { jsonRequest, namesOf, type Occasion, type SentMail, type Tool } from '../tool.ts'

/**
 * E-mail sheet, section 6.2. It tells neither of deliveries nor of machines, calls a vacation
 * notice a reply, and of a bounce does not say whether it is for good.
 */
export const smartlead: Tool = {
  id: 'smartlead',
  name: 'Smartlead',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('EMAIL_SENT', occasion),
    opened: (occasion) => event('EMAIL_OPEN', occasion),
    clicked: (occasion) =>
      event('EMAIL_LINK_CLICK', occasion, {
        link_clicked: [linkOf(occasion.mail.campaign, numberOf(occasion.id))],
      }),
    replied: (occasion) => event('EMAIL_REPLY', occasion, reply(occasion)),
    bounced: (occasion) =>
      event('EMAIL_BOUNCE', occasion, {
        bounce_message: message(
          `${occasion.id}@mx1.example.com`,
          '550 5.1.1 The mailbox does not exist here',
          occasion.at,
        ),
      }),
    unsubscribed: (occasion) => event('LEAD_UNSUBSCRIBED', occasion, { lead_email: occasion.mail.to.email }),
  },
  mail: {},
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function rfcMessageId({ id }: SentMail): string {
  return `${id}@practice.example`
}

function event(event_type: string, { mail, at }: Occasion, detail: object = {}): object {
  const { subject, text } = stepOf(mail.campaign, mail.step)
  return {
    webhook_id: 94,
    webhook_name: 'Touchpoint',
    event_type,
    stats_id: compact(mail.id),
    event_timestamp: new Date(at).toISOString().replace('Z', '000+00:00'),
    from_email: SENDER.email,
    to_email: mail.to.email,
    to_name: namesOf(mail.to).first,
    sl_lead_email: mail.to.email,
    sl_email_lead_id: String(numberOf(mail.to.email)),
    sl_email_lead_map_id: String(numberOf(`map/${mail.to.email}`)),
    subject,
    campaign_id: numberOf(mail.campaign.id),
    campaign_name: mail.campaign.name,
    campaign_status: 'ACTIVE',
    sequence_number: mail.step,
    sent_message: message(rfcMessageId(mail), text, mail.sentAt),
    client_id: null,
    app_url: 'https://app.smartlead.ai/app/master-inbox',
    metadata: { webhook_created_at: '2026-01-01T00:00:00.000Z' },
    ...detail,
  }
}

function reply(occasion: Occasion): object {
  const { subject, text, newText, messageId } = answerTo('replied', occasion, rfcMessageId(occasion.mail))
  return { subject, preview_text: newText.slice(0, 100), reply_message: message(messageId, text, occasion.at) }
}

function message(id: string, text: string, at: number): object {
  return { message_id: `<${id}>`, html: '', text, time: new Date(at).toISOString() }
}
