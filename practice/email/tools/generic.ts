import { linkOf, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { PREFETCH_USER_AGENT } from '../devices.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** The specification believes five minutes (e-mail sheet, section 8); a little less, for the way there. */
const PROOF_LASTS_MS = 4 * 60 * 1000

/** Any other sender, with everything that the generic webhook can say (e-mail sheet, section 8). */
export const generic: Tool = {
  id: 'generic',
  name: 'Own mailer',
  campaign: STOCK_PLANNER,
  proofLastsMs: PROOF_LASTS_MS,
  events: {
    sent: (occasion) => event('email.sent', occasion),
    delivered: (occasion) => event('email.delivered', occasion),
    opened: (occasion) =>
      event('email.opened', occasion, {
        machine: false,
        ip: occasion.device.ip,
        user_agent: occasion.device.userAgent,
      }),
    machine_opened: (occasion) =>
      event('email.opened', occasion, { machine: true, ip: occasion.device.ip, user_agent: PREFETCH_USER_AGENT }),
    clicked: (occasion) =>
      event('email.clicked', occasion, {
        machine: false,
        ip: occasion.device.ip,
        user_agent: occasion.device.userAgent,
        url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
      }),
    replied: (occasion) => event('email.replied', occasion, { reply: replyOf(occasion, false) }),
    auto_replied: (occasion) => event('email.auto_replied', occasion, { reply: replyOf(occasion, true) }),
    bounced: (occasion) =>
      event('email.bounced', occasion, {
        bounce: { class: 'hard', code: '5.1.1', reason: '550 5.1.1 The mailbox does not exist here' },
      }),
    unsubscribed: (occasion) => event('email.unsubscribed', occasion),
    complained: (occasion) => event('email.complained', occasion),
  },
  mail: {},
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => genericRequest(part?.id ?? '', part?.event ?? {}),
}

function rfcMessageId({ id }: SentMail): string {
  return `${id}@mailer.practice.example`
}

/** A signed event that need not come from a mail tool: a visit, a form, a call. */
export function genericRequest(id: string, event: object): Unsigned {
  return jsonRequest(event, { 'webhook-id': `msg_${compact(id)}` })
}

function event(type: string, { mail, at }: Occasion, detail: object = {}): object {
  return {
    type,
    timestamp: new Date(at).toISOString(),
    data: {
      email: mail.to.email,
      message_id: `<${rfcMessageId(mail)}>`,
      subject: stepOf(mail.campaign, mail.step).subject,
      campaign: { id: mail.campaign.id, name: mail.campaign.name },
      step: mail.step,
      ...detail,
    },
  }
}

function replyOf(occasion: Occasion, auto: boolean): object {
  const mail = answerTo(auto ? 'auto_replied' : 'replied', occasion, rfcMessageId(occasion.mail))
  return {
    from: mail.from.email,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    in_reply_to: `<${rfcMessageId(occasion.mail)}>`,
    references: [`<${rfcMessageId(occasion.mail)}>`],
    auto,
  }
}
