import { linkOf, RETURNS_BENCHMARK, SENDER, stepOf } from '../campaigns.ts'
import { compact, numberOf, uuidOf } from '../ids.ts'
import { answerTo, mailbox } from '../mail.ts'
import { jsonRequest, namesOf, type Occasion, type SentMail, type Tool, type Unsigned } from '../tool.ts'

/** Svix believes five minutes (e-mail sheet, section 8); a little less, for the way there. */
const PROOF_LASTS_MS = 4 * 60 * 1000

/** E-mail sheet, section 5.5. It tells nothing of machines. */
export const resend: Tool = {
  id: 'resend',
  name: 'Resend',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: PROOF_LASTS_MS,
  events: {
    sent: (occasion) => event('email.sent', occasion),
    delivered: (occasion) => event('email.delivered', occasion),
    opened: (occasion) => event('email.opened', occasion),
    clicked: (occasion) =>
      event('email.clicked', occasion, {
        click: {
          ipAddress: occasion.device.ip,
          link: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
          timestamp: new Date(occasion.at).toISOString(),
          userAgent: occasion.device.userAgent,
        },
      }),
    bounced: (occasion) =>
      event('email.bounced', occasion, {
        bounce: {
          type: 'Permanent',
          subType: 'General',
          message: 'The mailbox does not exist on the receiving side.',
          diagnosticCode: ['smtp; 550 5.1.1 The mailbox does not exist here'],
        },
      }),
    unsubscribed: ({ mail, at }) => ({
      type: 'contact.updated',
      created_at: new Date(at).toISOString(),
      data: {
        id: uuidOf(`contact/${mail.to.email}`),
        audience_id: uuidOf('audience'),
        created_at: new Date(mail.sentAt).toISOString(),
        updated_at: new Date(at).toISOString(),
        email: mail.to.email,
        first_name: namesOf(mail.to).first,
        last_name: namesOf(mail.to).last,
        unsubscribed: true,
      },
    }),
    complained: (occasion) => event('email.complained', occasion),
  },
  mail: { replied: received },
  rfcMessageId,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}, { 'svix-id': `msg_${compact(part?.id ?? '')}` }),
}

function rfcMessageId({ id }: SentMail): string {
  return `${id}@mail.practice.example`
}

function event(type: string, { mail, at }: Occasion, detail: object = {}): object {
  return {
    type,
    created_at: new Date(at).toISOString(),
    data: {
      email_id: mail.id,
      message_id: `<${rfcMessageId(mail)}>`,
      from: mailbox(SENDER),
      to: [mail.to.email],
      subject: stepOf(mail.campaign, mail.step).subject,
      tags: { campaign: mail.campaign.id, step: String(mail.step) },
      created_at: new Date(mail.sentAt).toISOString(),
      ...detail,
    },
  }
}

/** That a mail came, without what it says and without what it answers: that has to be fetched. */
function received(occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo('replied', occasion, answered)
  const event = {
    type: 'email.received',
    created_at: new Date(occasion.at).toISOString(),
    data: {
      email_id: uuidOf(`received/${occasion.id}`),
      created_at: new Date(occasion.at).toISOString(),
      from: mailbox(mail.from),
      to: [mail.to],
      cc: [],
      bcc: [],
      received_for: [mail.to],
      message_id: `<${mail.messageId}>`,
      subject: mail.subject,
      attachments: [],
    },
  }
  return resend.request([{ id: occasion.id, event }])
}
