import { linkOf, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { numberOf, uuidOf } from '../ids.ts'
import { answerTo, rfcDate } from '../mail.ts'
import {
  type Happening,
  jsonRequest,
  type Occasion,
  type Person,
  type SentMail,
  type Tool,
  type Unsigned,
} from '../tool.ts'

/** E-mail sheet, section 5.6: its transactional mails. Its first word on a mail is `request`, which is no "sent". */
export const brevo: Tool = {
  id: 'brevo',
  name: 'Brevo',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) => event('delivered', occasion),
    opened: (occasion) => event(occasion.isFirst ? 'unique_opened' : 'opened', occasion),
    machine_opened: (occasion) => event(occasion.isFirst ? 'unique_proxy_open' : 'proxy_open', occasion),
    clicked: (occasion) => event('click', occasion, { link: linkOf(occasion.mail.campaign, numberOf(occasion.id)) }),
    bounced: (occasion) => event('hard_bounce', occasion, { reason: '550 5.1.1 The mailbox does not exist here' }),
    unsubscribed: (occasion) => event('unsubscribed', occasion),
    complained: (occasion) => event('spam', occasion),
  },
  mail: {
    replied: (occasion, answered) => parsed('replied', occasion, answered),
    auto_replied: (occasion, answered) => parsed('auto_replied', occasion, answered),
  },
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function rfcMessageId({ id, sentAt }: SentMail): string {
  const stamp = new Date(sentAt).toISOString().replace(/\D/g, '').slice(0, 12)
  return `${stamp}.${numberOf(id)}@smtp-relay.mailin.fr`
}

function event(name: string, { mail, at }: Occasion, detail: object = {}): object {
  const seconds = Math.floor(at / 1000)
  return {
    event: name,
    email: mail.to.email,
    // The webhook's, the same for every event.
    id: 26_224,
    date: new Date(at).toISOString().slice(0, 19).replace('T', ' '),
    ts: seconds,
    'message-id': `<${rfcMessageId(mail)}>`,
    ts_event: seconds,
    ts_epoch: at,
    subject: stepOf(mail.campaign, mail.step).subject,
    'X-Mailin-custom': JSON.stringify({ step: mail.step }),
    sending_ip: '198.51.100.12',
    template_id: 7,
    tag: JSON.stringify([mail.campaign.id]),
    tags: [mail.campaign.id],
    ...detail,
  }
}

/** What the mail parser makes of an answer; some headers it writes percent-encoded. */
function parsed(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  const item = {
    Uuid: [uuidOf(`inbound/${occasion.id}`)],
    MessageId: `<${mail.messageId}>`,
    InReplyTo: `<${answered}>`,
    From: full(mail.from),
    To: [{ Name: '', Address: mail.to }],
    Cc: [],
    ReplyTo: null,
    SentAtDate: rfcDate(occasion.at),
    Subject: mail.subject,
    Attachments: [],
    RawHtmlBody: '',
    RawTextBody: mail.text,
    ExtractedMarkdownMessage: mail.newText,
    ExtractedMarkdownSignature: mail.signature,
    SpamScore: 0.4,
    Headers: {
      ...Object.fromEntries(mail.headers),
      'Return-Path': encodeURIComponent(mail.from.email),
      'Delivered-To': encodeURIComponent(mail.to),
    },
  }
  return jsonRequest({ items: [item] })
}

function full({ name, email }: Person): object {
  return { Name: name, Address: email }
}
