import { linkOf, RETURNS_BENCHMARK, SENDER } from '../campaigns.ts'
import { numberOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { type Happening, jsonRequest, namesOf, type Occasion, type Tool } from '../tool.ts'

/**
 * E-mail sheet, section 6.4. It tells neither of deliveries nor of machines. The envelope and the
 * contact are published; the names of what stands beside them are the likely ones.
 */
export const replyio: Tool = {
  id: 'replyio',
  name: 'Reply.io',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('email_sent', occasion),
    opened: (occasion) => event('email_opened', occasion),
    clicked: (occasion) =>
      event('email_link_clicked', occasion, { link_url: linkOf(occasion.mail.campaign, numberOf(occasion.id)) }),
    replied: (occasion) =>
      event('email_replied', occasion, { reply_reason: 'EmailDetected', ...reply('replied', occasion) }),
    auto_replied: (occasion) => event('email_auto_reply', occasion, reply('auto_replied', occasion)),
    bounced: (occasion) =>
      event('email_bounced', occasion, {
        bounce_type: 'Hard',
        bounce_message: '550 5.1.1 The mailbox does not exist here',
      }),
    unsubscribed: (occasion) => event('contact_opted_out', occasion),
    complained: (occasion) => event('email_spam_reported', occasion),
  },
  mail: {},
  rfcMessageId: ({ id }) => `${id}@practice.example`,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function event(type: string, { id, mail, at }: Occasion, detail: object = {}): object {
  const { first, last } = namesOf(mail.to)
  return {
    event: { date: new Date(at).toISOString(), id, type, user_id: 1234, team_id: 100, subscription_id: 42 },
    contact_fields: { id: numberOf(mail.to.email), email: mail.to.email, first_name: first, last_name: last },
    contact_custom_fields: {},
    sequence_fields: { id: numberOf(mail.campaign.id), name: mail.campaign.name, step_number: mail.step },
    email_account: SENDER.email,
    ...detail,
  }
}

function reply(happening: Happening, occasion: Occasion): object {
  const { subject, text } = answerTo(happening, occasion, replyio.rfcMessageId(occasion.mail))
  return { reply_subject: subject, reply_text: text }
}
