import { linkOf, RETURNS_BENCHMARK } from '../campaigns.ts'
import { numberOf, uuidOf } from '../ids.ts'
import { answerTo, mailbox } from '../mail.ts'
import { type Happening, jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** E-mail sheet, section 5.7. What it calls `sent` is delivered, and it tells nothing of machines. */
export const mailjet: Tool = {
  id: 'mailjet',
  name: 'Mailjet',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) => ({ ...event('sent', occasion), smtp_reply: 'sent (250 2.0.0 OK)' }),
    opened: (occasion) => ({ ...event('open', occasion), ...reader(occasion) }),
    clicked: (occasion) => ({
      ...event('click', occasion),
      ...reader(occasion),
      url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
    }),
    bounced: (occasion) => ({
      ...event('bounce', occasion),
      blocked: false,
      hard_bounce: true,
      error_related_to: 'recipient',
      error: 'user unknown',
      comment: '550 5.1.1 The mailbox does not exist here',
    }),
    unsubscribed: (occasion) => ({ ...event('unsub', occasion), ...reader(occasion), mj_list_id: 104 }),
    complained: (occasion) => ({ ...event('spam', occasion), source: 'JMRPP' }),
  },
  mail: {
    replied: (occasion, answered) => parsed('replied', occasion, answered),
    auto_replied: (occasion, answered) => parsed('auto_replied', occasion, answered),
  },
  // It is not told: an answer is found by who wrote it.
  rfcMessageId: ({ id }) => `${id.slice(0, 8)}.AAAAAAAA@mailjet.com`,
  partsPerRequest: 1000,
  request: (parts) => jsonRequest(parts.map((part) => part.event)),
}

function event(name: string, { mail, at }: Occasion): object {
  return {
    event: name,
    time: Math.floor(at / 1000),
    MessageID: numberOf(mail.id),
    Message_GUID: mail.id,
    email: mail.to.email,
    mj_campaign_id: numberOf(mail.campaign.id),
    mj_contact_id: numberOf(mail.to.email),
    customcampaign: mail.campaign.name,
    mj_message_id: String(numberOf(mail.id)),
    ...given(mail),
  }
}

/** What was sent along, and comes back with every event and every answer. */
function given({ campaign, step }: SentMail): object {
  return { CustomID: campaign.id, Payload: JSON.stringify({ step }) }
}

function reader({ device }: Occasion): object {
  return { ip: device.ip, geo: device.countryCode, agent: device.userAgent }
}

/** What the Parse API makes of an answer. */
function parsed(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  return jsonRequest({
    Sender: mail.from.email,
    Recipient: `${uuidOf('parse route').slice(0, 8)}@parse-in1.mailjet.com`,
    Date: new Date(occasion.at).toISOString().replace(/[-:]/g, '').slice(0, 15),
    From: mailbox(mail.from),
    Subject: mail.subject,
    Headers: Object.fromEntries(mail.headers),
    Parts: [{ Headers: { 'Content-Type': 'text/plain; charset="UTF-8"' }, ContentRef: 'Text-part' }],
    'Text-part': mail.text,
    SpamAssassinScore: '0.6',
    ...given(occasion.mail),
  })
}
