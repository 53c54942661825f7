import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo, wholeMail } from '../mail.ts'
import { type Happening, jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** E-mail sheet, section 5.11. It tells nothing of machines, unsubscriptions and complaints. */
export const postal: Tool = {
  id: 'postal',
  name: 'Postal',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) =>
      event('MessageSent', occasion, {
        status: 'Sent',
        details: `Message for ${occasion.mail.to.email} accepted`,
        output: '250 2.0.0 OK',
        sent_with_ssl: true,
        timestamp: occasion.at / 1000,
        time: 0.71,
      }),
    opened: (occasion) => event('MessageLoaded', occasion, reader(occasion)),
    clicked: (occasion) =>
      event('MessageLinkClicked', occasion, {
        url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
        token: compact(occasion.id).slice(0, 8),
        ...reader(occasion),
      }),
    bounced: (occasion) =>
      event('MessageDeliveryFailed', occasion, {
        status: 'HardFail',
        details: `Permanent SMTP delivery error when sending to ${occasion.mail.to.email}`,
        output: '550 5.1.1 The mailbox does not exist here',
        sent_with_ssl: true,
        timestamp: occasion.at / 1000,
        time: 0.22,
      }),
  },
  mail: {
    replied: (occasion, answered) => routed('replied', occasion, answered),
    auto_replied: (occasion, answered) => routed('auto_replied', occasion, answered),
  },
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function rfcMessageId({ id }: SentMail): string {
  return `${id}@rp.postal.practice.example`
}

function reader({ device }: Occasion): object {
  return { ip_address: device.ip, user_agent: device.userAgent }
}

function event(name: string, { id, mail, at }: Occasion, detail: object): object {
  return {
    event: name,
    timestamp: at / 1000,
    payload: {
      message: {
        id: numberOf(mail.id),
        token: compact(mail.id).slice(0, 12),
        direction: 'outgoing',
        message_id: rfcMessageId(mail),
        to: mail.to.email,
        from: SENDER.email,
        subject: stepOf(mail.campaign, mail.step).subject,
        timestamp: mail.sentAt / 1000,
        spam_status: 'NotChecked',
        tag: mail.campaign.id,
      },
      ...detail,
    },
    uuid: id,
  }
}

/** What an HTTP endpoint gets that asks for the raw message. */
function routed(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  const raw = wholeMail(mail)
  return jsonRequest({
    id: numberOf(`inbound/${occasion.id}`),
    rcpt_to: mail.to,
    mail_from: mail.from.email,
    message: raw.toString('base64'),
    base64: true,
    size: raw.length,
  })
}
