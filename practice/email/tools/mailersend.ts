import { linkOf, SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { numberOf, uuidOf } from '../ids.ts'
import { answerTo, mailbox, wholeMail } from '../mail.ts'
import { type Happening, jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** E-mail sheet, section 5.10, in the first version of its format. It tells nothing of machines. */
export const mailersend: Tool = {
  id: 'mailersend',
  name: 'MailerSend',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('sent', occasion),
    delivered: (occasion) => event('delivered', occasion),
    opened: (occasion) => event('opened', occasion, { object: 'open', ip: occasion.device.ip }),
    clicked: (occasion) =>
      event('clicked', occasion, {
        object: 'click',
        ip: occasion.device.ip,
        url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
      }),
    bounced: (occasion) =>
      event('hard_bounced', occasion, {
        object: 'recipient_bounce',
        reason: '550 5.1.1 The mailbox does not exist here',
      }),
    unsubscribed: (occasion) =>
      event('unsubscribed', occasion, {
        object: 'recipient_unsubscribe',
        reason: 'option_4',
        readable_reason: 'I no longer want to receive these emails',
      }),
    complained: (occasion) => event('spam_complaint', occasion, { object: 'spam_complaint', reason: null }),
  },
  mail: {
    replied: (occasion, answered) => inbound('replied', occasion, answered),
    auto_replied: (occasion, answered) => inbound('auto_replied', occasion, answered),
  },
  rfcMessageId: (mail) => `${mailId(mail)}@mailersend.net`,
  partsPerRequest: 1,
  request: ([part]) => escaped(part?.event ?? {}),
}

/** On the wire every slash is escaped, which is part of what is signed. */
function escaped(value: object): Unsigned {
  const { headers, body } = jsonRequest(value)
  return { headers, body: Buffer.from(Buffer.from(body).toString('utf8').replaceAll('/', '\\/')) }
}

/** 24 hexadecimal digits, as a document's id. */
function objectId(key: string): string {
  return uuidOf(key).replaceAll('-', '').slice(0, 24)
}

function mailId({ id }: SentMail): string {
  return objectId(`email/${id}`)
}

/** ISO with six digits after the point. */
function time(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

function event(name: string, { id, mail, at }: Occasion, morph?: object): object {
  return {
    type: `activity.${name}`,
    domain_id: 'yv69oxl5kl785kw2',
    created_at: time(at),
    webhook_id: '2351ndgwr4zqx8ko',
    url: 'https://crm.example.com/webhooks/mailersend',
    data: {
      object: 'activity',
      id: objectId(id),
      type: name,
      created_at: time(at),
      email: {
        object: 'email',
        id: mailId(mail),
        created_at: time(mail.sentAt),
        from: SENDER.email,
        subject: stepOf(mail.campaign, mail.step).subject,
        status: 'sent',
        tags: [mail.campaign.id],
        message: { object: 'message', id: objectId(`message/${mail.id}`), created_at: time(mail.sentAt) },
        recipient: {
          object: 'recipient',
          id: objectId(`recipient/${mail.to.email}`),
          email: mail.to.email,
          created_at: time(mail.sentAt),
        },
      },
      morph: morph ? { ...morph, id: objectId(`morph/${id}`), created_at: time(at) } : null,
      template_id: '',
    },
  }
}

function inbound(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  return escaped({
    type: 'inbound.message',
    inbound_id: '5e78r2k1p9',
    url: 'https://crm.example.com/webhooks/mailersend',
    created_at: time(occasion.at),
    data: {
      object: 'message',
      id: objectId(`inbound/${occasion.id}`),
      recipients: { rcptTo: [{ email: mail.to }], to: { raw: mail.to, data: [{ email: mail.to, name: '' }] } },
      from: { email: mail.from.email, name: mail.from.name, raw: mailbox(mail.from) },
      sender: { email: mail.from.email },
      subject: mail.subject,
      date: new Date(occasion.at).toISOString(),
      headers: Object.fromEntries(mail.headers),
      text: mail.text,
      html: '',
      raw: wholeMail(mail).toString('utf8'),
      attachments: [],
      spf_check: { code: '+', value: null },
      dkim_check: true,
      created_at: time(occasion.at),
    },
  })
}
