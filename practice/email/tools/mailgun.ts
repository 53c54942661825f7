import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { PREFETCH_USER_AGENT } from '../devices.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo, mailbox, urlencodedRequest } from '../mail.ts'
import { type Happening, jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

const DOMAIN = 'mg.practice.example'
const DAY_MS = 24 * 60 * 60 * 1000

/** E-mail sheet, section 5.2. Its first word on a mail is `accepted`, which is no "sent". */
export const mailgun: Tool = {
  id: 'mailgun',
  name: 'Mailgun',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: DAY_MS,
  events: {
    delivered: (occasion) => ({
      ...event('delivered', occasion),
      flags: FLAGS,
      message: whole(occasion),
      'delivery-status': {
        'attempt-no': 1,
        code: 250,
        message: 'OK',
        description: '',
        'mx-host': mxOf(occasion.mail),
        'session-seconds': 0.46,
        tls: true,
      },
    }),
    opened: (occasion) => ({ ...event('opened', occasion), ...reader(occasion, '') }),
    machine_opened: (occasion) => ({ ...event('opened', occasion), ...reader(occasion, 'apple') }),
    clicked: (occasion) => ({
      ...event('clicked', occasion),
      ...reader(occasion, ''),
      url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
    }),
    bounced: (occasion) => ({
      ...event('failed', occasion),
      'log-level': 'error',
      severity: 'permanent',
      reason: 'bounce',
      flags: { ...FLAGS, 'is-delayed-bounce': false },
      message: whole(occasion),
      'delivery-status': {
        'attempt-no': 1,
        code: 550,
        'enhanced-code': '5.1.1',
        'bounce-type': 'hard',
        message: '5.1.1 The mailbox does not exist here',
        description: '',
        'mx-host': mxOf(occasion.mail),
        tls: true,
      },
    }),
    unsubscribed: (occasion) => ({ ...event('unsubscribed', occasion), ...reader(occasion, '') }),
    complained: (occasion) => event('complained', occasion),
  },
  mail: {
    replied: (occasion, answered) => route('replied', occasion, answered),
    auto_replied: (occasion, answered) => route('auto_replied', occasion, answered),
  },
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest({ 'event-data': part?.event ?? {} }),
}

const FLAGS = { 'is-test-mode': false, 'is-routed': false, 'is-authenticated': true }

function rfcMessageId({ id, sentAt }: SentMail): string {
  const stamp = new Date(sentAt).toISOString().replace(/\D/g, '').slice(0, 14)
  return `${stamp}.1.${id.slice(0, 8).toUpperCase()}@${DOMAIN}`
}

function event(name: string, { id, mail, at }: Occasion): object {
  return {
    id: compact(id),
    event: name,
    timestamp: at / 1000,
    'log-level': 'info',
    recipient: mail.to.email,
    'recipient-domain': mail.to.email.split('@')[1],
    tags: [mail.campaign.id],
    campaigns: [{ id: mail.campaign.id, name: mail.campaign.name }],
    'user-variables': { step: String(mail.step) },
    // What somebody did is told with the id alone.
    message: { headers: { 'message-id': rfcMessageId(mail) } },
  }
}

function whole({ mail }: Occasion): object {
  return {
    headers: {
      'message-id': rfcMessageId(mail),
      from: mailbox(SENDER),
      to: mailbox(mail.to),
      subject: stepOf(mail.campaign, mail.step).subject,
    },
    attachments: [],
    size: 18_342,
  }
}

function reader({ device }: Occasion, bot: '' | 'apple'): object {
  return {
    ip: device.ip,
    geolocation: { country: device.countryCode, region: device.region, city: device.city },
    'client-info': {
      'client-name': device.client.name,
      'client-os': device.os.family,
      'client-type': device.client.kind,
      'device-type': device.platform === 'Mobile' ? 'mobile' : 'desktop',
      'user-agent': bot === '' ? device.userAgent : PREFETCH_USER_AGENT,
      bot,
    },
  }
}

function mxOf({ to }: SentMail): string {
  return `mx1.${to.email.split('@')[1]}`
}

/** Every header of the mail is a field of its own, and all of them once more in `message-headers`. */
function route(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  return urlencodedRequest({
    recipient: mail.to,
    sender: mail.from.email,
    from: mailbox(mail.from),
    subject: mail.subject,
    'body-plain': mail.text,
    'stripped-text': mail.newText,
    'stripped-signature': mail.signature,
    ...Object.fromEntries(mail.headers),
    'message-headers': JSON.stringify(mail.headers),
  })
}
