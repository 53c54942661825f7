import { linkOf, STOCK_PLANNER } from '../campaigns.ts'
import { PREFETCH_USER_AGENT } from '../devices.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo, mailbox, multipartRequest } from '../mail.ts'
import type { Happening, Occasion, SentMail, Tool, Unsigned } from '../tool.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** E-mail sheet, section 5.1. Its first word on a mail is `processed`, which is no "sent". */
export const sendgrid: Tool = {
  id: 'sendgrid',
  name: 'SendGrid',
  campaign: STOCK_PLANNER,
  proofLastsMs: DAY_MS,
  events: {
    delivered: (occasion) => ({
      ...event('delivered', occasion),
      'smtp-id': smtpId(occasion.mail),
      response: '250 2.0.0 OK',
      ip: SENDING_IP,
      tls: 1,
    }),
    opened: (occasion) => open(occasion, false),
    machine_opened: (occasion) => open(occasion, true),
    clicked: (occasion) => ({
      ...event('click', occasion),
      url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
      url_offset: { index: 0, type: 'html' },
      useragent: occasion.device.userAgent,
      ip: occasion.device.ip,
    }),
    bounced: (occasion) => ({
      ...event('bounce', occasion),
      'smtp-id': smtpId(occasion.mail),
      type: 'bounce',
      status: '5.1.1',
      reason: '550 5.1.1 The mailbox does not exist here',
      bounce_classification: 'Invalid Address',
      ip: SENDING_IP,
      tls: 1,
    }),
    unsubscribed: (occasion) => ({
      ...event('group_unsubscribe', occasion),
      asm_group_id: 17,
      useragent: occasion.device.userAgent,
      ip: occasion.device.ip,
    }),
    complained: (occasion) => event('spamreport', occasion),
  },
  mail: {
    replied: (occasion, answered) => inboundParse('replied', occasion, answered),
    auto_replied: (occasion, answered) => inboundParse('auto_replied', occasion, answered),
  },
  rfcMessageId,
  partsPerRequest: 1000,
  request(parts) {
    // On the wire every event ends its line, which is part of what is signed.
    const body = `[${parts.map((part) => JSON.stringify(part.event)).join(',\r\n')}]\r\n`
    return { headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
  },
}

const SENDING_IP = '198.51.100.12'

function rfcMessageId({ id }: SentMail): string {
  return `${compact(id)}@geopod-ismtpd-3`
}

function smtpId(mail: SentMail): string {
  return `<${rfcMessageId(mail)}>`
}

function event(name: string, { id, mail, at }: Occasion): object {
  return {
    email: mail.to.email,
    timestamp: Math.floor(at / 1000),
    event: name,
    sg_event_id: compact(id),
    sg_message_id: `${compact(mail.id)}.recvd-7c5f9d8b6-x2v4k-1-${mail.id.slice(0, 8).toUpperCase()}-2A.0`,
    category: [mail.campaign.id],
    singlesend_id: mail.campaign.id,
    singlesend_name: mail.campaign.name,
    mc_stats: 'singlesend',
    step: String(mail.step),
  }
}

function open(occasion: Occasion, isMachine: boolean): object {
  return {
    ...event('open', occasion),
    sg_machine_open: isMachine,
    sg_content_type: 'html',
    useragent: isMachine ? PREFETCH_USER_AGENT : occasion.device.userAgent,
    ip: occasion.device.ip,
  }
}

function inboundParse(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  return multipartRequest(
    {
      headers: mail.headers.map(([name, value]) => `${name}: ${value}\n`).join(''),
      dkim: `{@${mail.from.email.split('@')[1]} : pass}`,
      to: mail.to,
      from: mailbox(mail.from),
      subject: mail.subject,
      text: mail.text,
      sender_ip: occasion.device.ip,
      envelope: JSON.stringify({ to: [mail.to], from: mail.from.email }),
      attachments: '0',
      charsets: JSON.stringify({ to: 'UTF-8', from: 'UTF-8', subject: 'UTF-8', text: 'UTF-8' }),
      SPF: 'pass',
    },
    `xYzZY${compact(occasion.id)}`,
  )
}
