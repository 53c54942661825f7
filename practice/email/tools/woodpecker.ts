import { linkOf, SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { numberOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { type Happening, jsonRequest, namesOf, type Occasion, type SentMail, type Tool } from '../tool.ts'

const HOUR_MS = 60 * 60 * 1000

/**
 * E-mail sheet, section 6.5. It tells neither of deliveries nor of machines, and of a bounce not
 * whether it is for good.
 */
export const woodpecker: Tool = {
  id: 'woodpecker',
  name: 'Woodpecker',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('campaign_sent', occasion, { email: sent(occasion.mail) }),
    opened: (occasion) => event('email_opened', occasion, position(occasion.mail)),
    clicked: (occasion) =>
      event('link_clicked', occasion, {
        click_url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
        ...position(occasion.mail),
      }),
    replied: (occasion) => event('prospect_replied', occasion, { email: reply('replied', occasion) }),
    auto_replied: (occasion) => event('prospect_autoreplied', occasion, { email: reply('auto_replied', occasion) }),
    bounced: (occasion) => event('prospect_bounced', occasion),
    unsubscribed: (occasion) => event('prospect_opt_out', occasion),
  },
  mail: {},
  rfcMessageId,
  partsPerRequest: 100,
  request: (parts) => jsonRequest(parts.map((part) => part.event)),
}

function rfcMessageId({ id }: SentMail): string {
  return `${id}@practice.example`
}

/** `2026-01-01T10:00:00+0100`: to the second, in the zone of the account. */
function time(at: number): string {
  return new Date(at + HOUR_MS).toISOString().replace(/\.\d+Z$/, '+0100')
}

function event(method: string, { mail, at }: Occasion, detail: object = {}): object {
  const { first, last } = namesOf(mail.to)
  return {
    method,
    prospect: {
      id: numberOf(mail.to.email),
      email: mail.to.email,
      first_name: first,
      last_name: last,
      company: '',
      status: 'ACTIVE',
      interested: '',
      campaign_id: numberOf(mail.campaign.id),
      campaign_name: mail.campaign.name,
      campaign_email: SENDER.email,
      campaign_emails: [SENDER.email],
      step: mail.step,
      step_type: 'EMAIL',
      tags: `#${mail.campaign.id}`,
      snippet1: '',
    },
    ...detail,
    timestamp: time(at),
    firm_id: 456_789,
  }
}

function position({ step }: SentMail): object {
  return { step, email_no: `#${step}` }
}

function sent(mail: SentMail): object {
  const { subject, text } = stepOf(mail.campaign, mail.step)
  return {
    id: numberOf(mail.id),
    campaign_id: numberOf(mail.campaign.id),
    message_id: `<${rfcMessageId(mail)}>`,
    email_from: SENDER.email,
    email_to: mail.to.email,
    subject,
    sent: time(mail.sentAt),
    number: `#${mail.step}`,
    step: mail.step,
    message: `<p>${text}</p>`,
  }
}

function reply(happening: Happening, occasion: Occasion): object {
  const { subject, text, from } = answerTo(happening, occasion, rfcMessageId(occasion.mail))
  return {
    id: numberOf(occasion.id),
    mail_id: numberOf(`mail/${occasion.id}`),
    subject,
    sender: from.name,
    email: from.email,
    date: time(occasion.at),
    message: text,
  }
}
