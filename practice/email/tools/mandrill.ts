import { linkOf, SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { PREFETCH_USER_AGENT } from '../devices.ts'
import { numberOf } from '../ids.ts'
import { answerTo, urlencodedRequest, wholeMail } from '../mail.ts'
import type { Happening, Occasion, SentMail, Tool, Unsigned } from '../tool.ts'

/** E-mail sheet, section 5.8: a list of events in one field of a form. */
export const mandrill: Tool = {
  id: 'mandrill',
  name: 'Mandrill',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('send', occasion),
    delivered: (occasion) => event('delivered', occasion, { diag: '250 2.0.0 OK' }),
    opened: (occasion) => ({ ...event('open', occasion), ...reader(occasion) }),
    machine_opened: (occasion) => ({
      ...event('open', occasion),
      ...reader(occasion),
      user_agent: PREFETCH_USER_AGENT,
      user_agent_parsed: { type: 'robot', ua_family: 'Apple Mail Privacy', mobile: false },
    }),
    clicked: (occasion) => ({
      ...event('click', occasion),
      ...reader(occasion),
      url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
    }),
    bounced: (occasion) =>
      event('hard_bounce', occasion, {
        state: 'bounced',
        bounce_description: 'bad_mailbox',
        bgtools_code: 10,
        diag: '550 5.1.1 The mailbox does not exist here',
      }),
    unsubscribed: (occasion) => event('unsub', occasion),
    complained: (occasion) => event('spam', occasion, { state: 'spam' }),
  },
  mail: {
    replied: (occasion, answered) => inbound('replied', occasion, answered),
    auto_replied: (occasion, answered) => inbound('auto_replied', occasion, answered),
  },
  // It is not told: an answer is found by who wrote it.
  rfcMessageId: (mail) => `${messageId(mail)}@mandrillapp.com`,
  partsPerRequest: 1000,
  request: (parts) => form(parts.map((part) => part.event)),
}

function form(events: readonly object[]): Unsigned {
  return urlencodedRequest({ mandrill_events: JSON.stringify(events) })
}

function messageId({ id }: SentMail): string {
  return id.replaceAll('-', '')
}

function event(name: string, { mail, at }: Occasion, detail: object = {}): object {
  return {
    event: name,
    ts: Math.floor(at / 1000),
    _id: messageId(mail),
    msg: {
      ts: Math.floor(mail.sentAt / 1000),
      _id: messageId(mail),
      state: 'sent',
      subject: stepOf(mail.campaign, mail.step).subject,
      email: mail.to.email,
      sender: SENDER.email,
      tags: [mail.campaign.id],
      metadata: { campaign: mail.campaign.name, campaign_id: mail.campaign.id, step: String(mail.step) },
      subaccount: null,
      template: null,
      opens: [],
      clicks: [],
      resends: [],
      smtp_events: [],
      ...detail,
    },
  }
}

function reader({ device }: Occasion): object {
  return {
    ip: device.ip,
    location: {
      country_short: device.countryCode,
      country: device.country,
      region: device.region,
      city: device.city,
    },
    user_agent: device.userAgent,
    user_agent_parsed: {
      type: device.client.kind === 'email client' ? 'Email Client' : 'Browser',
      ua_family: device.client.name,
      os_family: device.os.family,
      mobile: device.platform === 'Mobile',
    },
  }
}

function inbound(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  const msg = {
    raw_msg: wholeMail(mail).toString('utf8'),
    headers: Object.fromEntries(mail.headers),
    text: mail.text,
    text_flowed: false,
    from_email: mail.from.email,
    from_name: mail.from.name,
    to: [[mail.to, null]],
    subject: mail.subject,
    spam_report: { score: -0.8, matched_rules: [] },
    dkim: { signed: true, valid: true },
    spf: { result: 'pass', detail: '' },
    email: mail.to,
    sender: mail.from.email,
    tags: [],
    template: null,
  }
  return form([{ event: 'inbound', ts: Math.floor(occasion.at / 1000), msg }])
}
