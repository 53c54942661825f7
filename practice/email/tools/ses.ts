import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { compact, numberOf, uuidOf } from '../ids.ts'
import { answerTo, mailbox, rfcDate, wholeMail } from '../mail.ts'
import { type Happening, jsonRequest, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** A topic may try for an hour (e-mail sheet, section 5.4); a little less, for the way there. */
const PROOF_LASTS_MS = 55 * 60 * 1000

const REGION = 'eu-west-1'
const ACCOUNT = '123456789012'

/** E-mail sheet, section 5.4: what stands in the messages of SNS. It tells nothing of machines. */
export const ses: Tool = {
  id: 'ses',
  name: 'Amazon SES',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: PROOF_LASTS_MS,
  events: {
    sent: (occasion) => event('Send', occasion, { send: {} }),
    delivered: (occasion) =>
      event('Delivery', occasion, {
        delivery: {
          timestamp: time(occasion.at),
          processingTimeMillis: 713,
          recipients: [occasion.mail.to.email],
          smtpResponse: '250 2.0.0 OK',
          reportingMTA: `a7-12.smtp-out.${REGION}.amazonses.com`,
        },
      }),
    opened: (occasion) => event('Open', occasion, { open: reader(occasion) }),
    clicked: (occasion) =>
      event('Click', occasion, {
        click: { ...reader(occasion), link: linkOf(occasion.mail.campaign, numberOf(occasion.id)), linkTags: null },
      }),
    bounced: (occasion) =>
      event('Bounce', occasion, {
        bounce: {
          feedbackId: feedbackId(occasion),
          bounceType: 'Permanent',
          bounceSubType: 'NoEmail',
          bouncedRecipients: [
            {
              emailAddress: occasion.mail.to.email,
              action: 'failed',
              status: '5.1.1',
              diagnosticCode: 'smtp; 550 5.1.1 The mailbox does not exist here',
            },
          ],
          timestamp: time(occasion.at),
          reportingMTA: `dns; a7-12.smtp-out.${REGION}.amazonses.com`,
        },
      }),
    unsubscribed: (occasion) =>
      event('Subscription', occasion, {
        subscription: {
          contactList: 'newsletter',
          timestamp: time(occasion.at),
          source: 'UnsubscribeHeader',
          newTopicPreferences: preferences('OptOut'),
          oldTopicPreferences: preferences('OptIn'),
        },
      }),
    complained: (occasion) =>
      event('Complaint', occasion, {
        complaint: {
          feedbackId: feedbackId(occasion),
          complaintSubType: null,
          complainedRecipients: [{ emailAddress: occasion.mail.to.email }],
          timestamp: time(occasion.at),
          userAgent: 'Amazon SES Mailbox Simulator',
          complaintFeedbackType: 'abuse',
          arrivalDate: time(occasion.at),
        },
      }),
  },
  mail: {
    replied: (occasion, answered) => received('replied', occasion, answered),
    auto_replied: (occasion, answered) => received('auto_replied', occasion, answered),
  },
  rfcMessageId: (mail) => `${messageId(mail)}@${REGION}.amazonses.com`,
  partsPerRequest: 1,
  request: ([part]) => message(part?.id ?? '', part?.event ?? {}),
}

/** A message of SNS keeps its id on every attempt. */
function message(id: string, event: object): Unsigned {
  return jsonRequest(event, { 'x-amz-sns-message-id': id })
}

function messageId({ id, sentAt }: SentMail): string {
  return `${sentAt.toString(16).padStart(16, '0')}-${id}-000000`
}

function feedbackId({ id, at }: Occasion): string {
  return `${at.toString(16).padStart(16, '0')}-${id}-000000`
}

function time(at: number): string {
  return new Date(at).toISOString()
}

function preferences(subscriptionStatus: 'OptIn' | 'OptOut'): object {
  return {
    unsubscribeAll: subscriptionStatus === 'OptOut',
    topicSubscriptionStatus: [{ topicName: 'news', subscriptionStatus }],
  }
}

function reader({ at, device }: Occasion): object {
  return { ipAddress: device.ip, timestamp: time(at), userAgent: device.userAgent }
}

function event(eventType: string, { mail }: Occasion, detail: object): object {
  const { subject } = stepOf(mail.campaign, mail.step)
  return {
    eventType,
    mail: {
      timestamp: time(mail.sentAt),
      source: mailbox(SENDER),
      sourceArn: `arn:aws:ses:${REGION}:${ACCOUNT}:identity/practice.example`,
      sendingAccountId: ACCOUNT,
      messageId: messageId(mail),
      destination: [mail.to.email],
      headersTruncated: false,
      headers: [
        { name: 'From', value: mailbox(SENDER) },
        { name: 'To', value: mail.to.email },
        { name: 'Subject', value: subject },
      ],
      commonHeaders: { from: [mailbox(SENDER)], to: [mail.to.email], messageId: messageId(mail), subject },
      // A tag's value has no spaces, and a campaign's name may have.
      tags: {
        'ses:configuration-set': ['outreach'],
        'ses:source-ip': ['198.51.100.12'],
        campaign: [mail.campaign.id],
        step: [String(mail.step)],
      },
    },
    ...detail,
  }
}

/** What a receipt rule makes of a mail: all of it, in the message. */
function received(happening: Happening, occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo(happening, occasion, answered)
  const verdict = { status: 'PASS' }
  return message(occasion.id, {
    notificationType: 'Received',
    mail: {
      timestamp: time(occasion.at),
      source: mail.from.email,
      messageId: compact(uuidOf(`received/${occasion.id}`)),
      destination: [mail.to],
      headersTruncated: false,
      headers: mail.headers.map(([name, value]) => ({ name, value })),
      commonHeaders: {
        from: [mailbox(mail.from)],
        to: [mail.to],
        date: rfcDate(occasion.at),
        messageId: `<${mail.messageId}>`,
        subject: mail.subject,
      },
    },
    receipt: {
      timestamp: time(occasion.at),
      processingTimeMillis: 402,
      recipients: [mail.to],
      spamVerdict: verdict,
      virusVerdict: verdict,
      spfVerdict: verdict,
      dkimVerdict: verdict,
      dmarcVerdict: verdict,
      action: { type: 'SNS', topicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:inbound`, encoding: 'BASE64' },
    },
    content: wholeMail(mail).toString('base64'),
  })
}
