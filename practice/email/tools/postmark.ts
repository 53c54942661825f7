import { linkOf, SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { numberOf, uuidOf } from '../ids.ts'
import { answerTo, mailbox, rfcDate } from '../mail.ts'
import {
  type Happening,
  jsonRequest,
  type Occasion,
  type Person,
  type SentMail,
  type Tool,
  type Unsigned,
} from '../tool.ts'

/** E-mail sheet, section 5.3. It tells nothing of machines, and nothing before a mail is delivered. */
export const postmark: Tool = {
  id: 'postmark',
  name: 'Postmark',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) => ({
      ...record('Delivery', occasion),
      Recipient: occasion.mail.to.email,
      DeliveredAt: time(occasion.at),
      Details: 'smtp;250 2.0.0 OK',
    }),
    opened: (occasion) => ({
      ...record('Open', occasion),
      ...reader(occasion),
      FirstOpen: occasion.isFirst,
      ReadSeconds: 0,
    }),
    clicked: (occasion) => ({
      ...record('Click', occasion),
      ...reader(occasion),
      ClickLocation: 'HTML',
      OriginalLink: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
    }),
    bounced: (occasion) => ({
      ...record('Bounce', occasion),
      ID: numberOf(occasion.id),
      Type: 'HardBounce',
      TypeCode: 1,
      Name: 'Hard bounce',
      Description: 'The server was unable to deliver your message (ex: unknown user, mailbox not found).',
      Details: 'smtp;550 5.1.1 The mailbox does not exist here',
      Email: occasion.mail.to.email,
      From: SENDER.email,
      BouncedAt: time(occasion.at),
      DumpAvailable: true,
      Inactive: true,
      CanActivate: true,
      Subject: stepOf(occasion.mail.campaign, occasion.mail.step).subject,
    }),
    unsubscribed: (occasion) => ({
      ...record('SubscriptionChange', occasion),
      Recipient: occasion.mail.to.email,
      ChangedAt: time(occasion.at),
      Origin: 'Recipient',
      SuppressSending: true,
      SuppressionReason: 'ManualSuppression',
    }),
    complained: (occasion) => ({
      ...record('SpamComplaint', occasion),
      ID: numberOf(occasion.id),
      Type: 'SpamComplaint',
      TypeCode: 100001,
      Name: 'Spam complaint',
      Email: occasion.mail.to.email,
      From: SENDER.email,
      BouncedAt: time(occasion.at),
      DumpAvailable: true,
      Inactive: true,
      CanActivate: false,
      Subject: stepOf(occasion.mail.campaign, occasion.mail.step).subject,
    }),
  },
  mail: {
    replied: (occasion, answered) => inbound('replied', occasion, answered),
    auto_replied: (occasion, answered) => inbound('auto_replied', occasion, answered),
  },
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}, { 'x-pm-webhook-trace-id': part?.id ?? '' }),
}

/** Postmark reports its own id only; on the mail it stands before the @. */
function rfcMessageId({ id }: SentMail): string {
  return `${id}@mtasv.net`
}

/** ISO with seven digits after the point. */
function time(at: number): string {
  return new Date(at).toISOString().replace('Z', '0000Z')
}

function record(type: string, { mail }: Occasion): object {
  return {
    RecordType: type,
    MessageStream: 'broadcast',
    ServerID: 1_480_023,
    MessageID: mail.id,
    Tag: mail.campaign.id,
    Metadata: { step: String(mail.step) },
  }
}

function reader({ mail, at, device }: Occasion): object {
  return {
    Recipient: mail.to.email,
    ReceivedAt: time(at),
    Platform: device.platform,
    UserAgent: device.userAgent,
    Client: { Name: device.client.name, Company: device.client.company, Family: device.client.name },
    OS: { Name: device.os.name, Company: device.os.company, Family: device.os.family },
    Geo: {
      IP: device.ip,
      CountryISOCode: device.countryCode,
      Country: device.country,
      Region: device.region,
      City: device.city,
    },
  }
}

function inbound(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  return jsonRequest({
    FromName: mail.from.name,
    MessageStream: 'inbound',
    From: mail.from.email,
    FromFull: full(mail.from),
    To: mailbox(SENDER),
    ToFull: [full(SENDER)],
    Cc: '',
    CcFull: [],
    Bcc: '',
    BccFull: [],
    OriginalRecipient: 'e1b2c3d4e5f6@inbound.postmarkapp.com',
    Subject: mail.subject,
    MessageID: uuidOf(`inbound/${occasion.id}`),
    ReplyTo: '',
    MailboxHash: '',
    Date: rfcDate(occasion.at),
    TextBody: mail.text,
    HtmlBody: '',
    StrippedTextReply: mail.newText,
    Tag: '',
    Headers: [
      { Name: 'Return-Path', Value: `<${mail.from.email}>` },
      ...mail.headers
        .filter(([name]) => !['Date', 'From', 'To', 'Subject'].includes(name))
        .map(([name, value]) => ({ Name: name, Value: value })),
    ],
    Attachments: [],
  })
}

function full({ email, name }: Person): object {
  return { Email: email, Name: name, MailboxHash: '' }
}
