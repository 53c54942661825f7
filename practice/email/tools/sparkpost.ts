import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { PREFETCH_USER_AGENT } from '../devices.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo, wholeMail } from '../mail.ts'
import {
  type Happening,
  jsonRequest,
  type Occasion,
  type Part,
  type SentMail,
  type Tool,
  type Unsigned,
} from '../tool.ts'

/** E-mail sheet, section 5.9. Its first word on a mail is `injection`, which is no "sent". */
export const sparkpost: Tool = {
  id: 'sparkpost',
  name: 'SparkPost',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) =>
      event('message_event', 'delivery', occasion, { num_retries: '0', queue_time: '713', outbound_tls: '1' }),
    opened: (occasion) => event('track_event', openingOf(occasion), occasion, reader(occasion, false)),
    machine_opened: (occasion) => event('track_event', openingOf(occasion), occasion, reader(occasion, true)),
    clicked: (occasion) =>
      event('track_event', 'click', occasion, {
        ...reader(occasion, false),
        target_link_url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
        target_link_name: 'more',
      }),
    bounced: (occasion) =>
      event('message_event', 'bounce', occasion, {
        bounce_class: '10',
        error_code: '550',
        reason: '550 5.1.1 The mailbox does not exist here',
        raw_reason: '550 5.1.1 The mailbox does not exist here',
      }),
    unsubscribed: (occasion) => event('unsubscribe_event', 'list_unsubscribe', occasion, { mailfrom: SENDER.email }),
    complained: (occasion) => event('message_event', 'spam_complaint', occasion, { fbtype: 'abuse' }),
  },
  mail: {
    replied: (occasion, answered) => relayed('replied', occasion, answered),
    auto_replied: (occasion, answered) => relayed('auto_replied', occasion, answered),
  },
  // It is not told: an answer is found by who wrote it.
  rfcMessageId: ({ id }) => `${compact(id)}@sparkpost.practice.example`,
  partsPerRequest: 350,
  request: batch,
}

function batch(parts: readonly Part[]): Unsigned {
  const events = parts.map((part) => part.event)
  return jsonRequest(events, { 'x-messagesystems-batch-id': parts[0]?.id ?? '' })
}

/** The first opening has a name of its own. */
function openingOf({ isFirst }: Occasion): string {
  return isFirst ? 'initial_open' : 'open'
}

/** Digits, more of them than a double holds. */
function digits(uuid: string): string {
  return BigInt(`0x${uuid.replaceAll('-', '').slice(0, 15)}`).toString()
}

function event(kind: string, type: string, { id, mail, at }: Occasion, detail: object): object {
  return {
    msys: {
      [kind]: {
        type,
        event_id: digits(id),
        timestamp: String(Math.floor(at / 1000)),
        rcpt_to: mail.to.email.toLowerCase(),
        raw_rcpt_to: mail.to.email,
        ...messageOf(mail),
        ...detail,
      },
    },
  }
}

function messageOf(mail: SentMail): object {
  return {
    transmission_id: digits(mail.id),
    message_id: mail.id.replaceAll('-', '').slice(12),
    campaign_id: mail.campaign.name,
    template_id: `${mail.campaign.id}-${mail.step}`,
    subject: stepOf(mail.campaign, mail.step).subject,
    rcpt_meta: { step: String(mail.step) },
    rcpt_tags: [mail.campaign.id],
    friendly_from: SENDER.email,
    msg_from: `msprvs1=${compact(mail.id)}@bounces.practice.example`,
  }
}

function reader({ device }: Occasion, isMachine: boolean): object {
  return {
    ip_address: device.ip,
    user_agent: isMachine ? PREFETCH_USER_AGENT : device.userAgent,
    user_agent_parsed: {
      agent_family: device.client.name,
      device_family: device.platform,
      os_family: device.os.family,
      is_mobile: device.platform === 'Mobile',
      is_proxy: isMachine,
      is_prefetched: isMachine,
    },
    geo_ip: { country: device.countryCode, region: device.region, city: device.city },
  }
}

function relayed(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  const message = {
    rcpt_to: mail.to,
    msg_from: mail.from.email,
    friendly_from: mail.from.email,
    webhook_id: '4839201967643219',
    protocol: 'smtp',
    content: {
      subject: mail.subject,
      text: mail.text,
      html: '',
      to: [mail.to],
      cc: [],
      headers: mail.headers.map(([name, value]) => ({ [name]: value })),
      email_rfc822: wholeMail(mail).toString('base64'),
      email_rfc822_is_base64: true,
    },
  }
  return jsonRequest([{ msys: { relay_message: message } }])
}
