import { linkOf, RETURNS_BENCHMARK, stepOf } from '../campaigns.ts'
import { compact, numberOf } from '../ids.ts'
import { jsonRequest, type Occasion, type Tool } from '../tool.ts'

/** It signs the time, which is believed for five minutes (e-mail sheet, section 5.13); a little less, for the way there. */
const PROOF_LASTS_MS = 4 * 60 * 1000

/** E-mail sheet, section 5.13. It receives no mail, so it tells of no answers. */
export const customerio: Tool = {
  id: 'customerio',
  name: 'Customer.io',
  campaign: RETURNS_BENCHMARK,
  proofLastsMs: PROOF_LASTS_MS,
  events: {
    sent: (occasion) => event('sent', occasion),
    delivered: (occasion) => event('delivered', occasion),
    opened: (occasion) => event('opened', occasion, { proxied: false, prefetched: false }),
    machine_opened: (occasion) => event('opened', occasion, { proxied: true, prefetched: true }),
    clicked: (occasion) =>
      event('clicked', occasion, {
        href: linkOf(occasion.mail.campaign, numberOf(occasion.id)),
        link_id: numberOf(occasion.id) % occasion.mail.campaign.links.length,
        machine: false,
      }),
    bounced: (occasion) => event('bounced', occasion, { failure_message: '550 5.1.1 The mailbox does not exist here' }),
    unsubscribed: (occasion) => event('unsubscribed', occasion),
    complained: (occasion) => event('spammed', occasion),
  },
  mail: {},
  rfcMessageId: ({ id }) => `${compact(id)}@customeriomail.com`,
  partsPerRequest: 1,
  request: ([part]) => jsonRequest(part?.event ?? {}),
}

function event(metric: string, { id, mail, at }: Occasion, detail: object = {}): object {
  const customer = String(numberOf(mail.to.email))
  return {
    event_id: `01J${id.replaceAll('-', '').slice(0, 23).toUpperCase()}`,
    object_type: 'email',
    metric,
    timestamp: Math.floor(at / 1000),
    data: {
      recipient: mail.to.email,
      subject: stepOf(mail.campaign, mail.step).subject,
      delivery_id: compact(mail.id),
      customer_id: customer,
      identifiers: { id: customer, email: mail.to.email, cio_id: numberOf(`cio/${mail.to.email}`).toString(16) },
      campaign_id: numberOf(mail.campaign.id) % 1000,
      action_id: mail.step,
      ...detail,
    },
  }
}
