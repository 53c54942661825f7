import { linkOf, STOCK_PLANNER } from '../campaigns.ts'
import { numberOf } from '../ids.ts'
import { answerTo, mailbox } from '../mail.ts'
import { jsonRequest, type Occasion, type Tool, type Unsigned } from '../tool.ts'

/** E-mail sheet, section 5.12. It tells nothing of machines, and nothing before a mail is delivered. */
export const mailtrap: Tool = {
  id: 'mailtrap',
  name: 'Mailtrap',
  campaign: STOCK_PLANNER,
  proofLastsMs: Number.POSITIVE_INFINITY,
  events: {
    delivered: (occasion) => event('delivery', occasion),
    opened: (occasion) => event('open', occasion, reader(occasion)),
    clicked: (occasion) =>
      event('click', occasion, {
        ...reader(occasion),
        url: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
      }),
    bounced: (occasion) =>
      event('bounce', occasion, {
        response: '550 5.1.1 The mailbox does not exist here',
        response_code: 550,
        bounce_category: 'badrecipient',
      }),
    unsubscribed: (occasion) => event('unsubscribe', occasion, reader(occasion)),
    complained: (occasion) => event('spam', occasion),
  },
  mail: { replied: announced },
  // It is not told: an answer is found by who wrote it.
  rfcMessageId: ({ id }) => `${id}@mailtrap.practice.example`,
  partsPerRequest: 500,
  request: (parts) => jsonRequest({ events: parts.map((part) => part.event) }),
}

function event(name: string, { id, mail, at }: Occasion, detail: object = {}): object {
  return {
    event: name,
    event_id: id,
    message_id: mail.id,
    sending_stream: 'bulk',
    sending_domain_name: 'practice.example',
    email: mail.to.email,
    timestamp: Math.floor(at / 1000),
    category: mail.campaign.id,
    custom_variables: { step: String(mail.step) },
    ...detail,
  }
}

function reader({ device }: Occasion): object {
  return { ip: device.ip, user_agent: device.userAgent }
}

/** That a mail came, and from whom; what it says has to be fetched. */
function announced(occasion: Occasion, answered: string): Unsigned {
  const mail = answerTo('replied', occasion, answered)
  const event = {
    event: 'inbound.message_received',
    event_id: occasion.id,
    timestamp: occasion.at,
    inbox_id: 1111,
    message_id: String(numberOf(`received/${occasion.id}`)),
    from: mailbox(mail.from),
  }
  return mailtrap.request([{ id: occasion.id, event }])
}
