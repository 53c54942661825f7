import { linkOf, SENDER, STOCK_PLANNER, stepOf } from '../campaigns.ts'
import { compact, numberOf } from '../ids.ts'
import { answerTo } from '../mail.ts'
import { jsonRequest, namesOf, type Occasion, type Tool } from '../tool.ts'

/**
 * E-mail sheet, section 6.3. It does not tell of deliveries, calls a vacation notice a reply, and
 * of a bounce does not say whether it is for good.
 */
export const lemlist: Tool = {
  id: 'lemlist',
  name: 'lemlist',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    sent: (occasion) => event('emailsSent', occasion),
    opened: (occasion) => event('emailsOpened', occasion, { bot: false }),
    machine_opened: (occasion) => event('emailsOpened', occasion, { bot: true }),
    clicked: (occasion) =>
      event('emailsClicked', occasion, {
        bot: false,
        linkUrl: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
      }),
    replied: (occasion) => event('emailsReplied', occasion, reply(occasion)),
    bounced: (occasion) =>
      event('emailsBounced', occasion, { bounceReason: '550 5.1.1 The mailbox does not exist here' }),
    unsubscribed: (occasion) => event('emailsUnsubscribed', occasion),
  },
  mail: {},
  rfcMessageId: ({ id }) => `${id}@practice.example`,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function event(type: string, { id, mail, at, isFirst }: Occasion, detail: object = {}): object {
  const { first, last } = namesOf(mail.to)
  return {
    _id: `act_${compact(id)}`,
    type,
    teamId: 'tea_practice',
    createdAt: new Date(at).toISOString(),
    leadId: `lea_${numberOf(mail.to.email)}`,
    leadEmail: mail.to.email,
    leadFirstName: first,
    leadLastName: last,
    sendUserEmail: SENDER.email,
    sendUserName: SENDER.name,
    campaignId: `cam_${mail.campaign.id}`,
    campaignName: mail.campaign.name,
    sequenceId: `seq_${mail.campaign.id}`,
    sequenceStep: mail.step,
    emailId: `ema_${compact(mail.id)}`,
    isFirst,
    subject: stepOf(mail.campaign, mail.step).subject,
    ...detail,
  }
}

function reply(occasion: Occasion): object {
  const { subject, text } = answerTo('replied', occasion, lemlist.rfcMessageId(occasion.mail))
  return { subject, text }
}
