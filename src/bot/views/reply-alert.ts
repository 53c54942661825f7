import { maskAddress, maskAddressesIn } from '../../core/mask-address.ts'
import type { ReplyAlert } from '../../core/reply-alert.ts'
import { actions, button, context, literalContext, type Message, message, quote, section } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import type { Action } from '../listeners.ts'
import { date, mrkdwn, text } from '../mrkdwn.ts'
import { campaignName, fullName, nameOf, position, whoIs } from './words.ts'

/** `audience` is who reads the channel: addresses are for our own people alone. */
export function replyAlertView(alert: ReplyAlert, audience: Audience): Message {
  const { contact, campaign, subject, excerpt, occurredAt } = audience === 'own' ? alert : masked(alert)
  const about = subject?.trim() ? mrkdwn` to “${text(subject, 150)}”` : mrkdwn``
  const work = position(contact)
  const name = campaignName(campaign)
  const details = [
    ...(work ? [text(work, 150)] : []),
    ...(name ? [mrkdwn`Campaign ${text(name, 100)}`] : []),
    date(occurredAt),
  ]
  return message(mrkdwn`${whoIs(contact)} replied${about}.`, [
    section(mrkdwn`:speech_balloon: ${text(nameOf(contact))} replied${about}`),
    ...(fullName(contact) ? [literalContext(contact.email)] : []),
    context(...details),
    ...(excerpt?.trim() ? [quote(excerpt)] : [context(mrkdwn`The mail tool did not send the text`)]),
    ...(audience === 'own' ? [] : [context(WHY_MASKED[audience])]),
    actions(button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(contact.id) })),
  ])
}

const WHY_MASKED = {
  shared: mrkdwn`Addresses are hidden: other organizations are in this channel. Your own people see them on the card.`,
  unknown: mrkdwn`Addresses are hidden: Slack does not say who reads this channel. \`/crm health\` says what to do.`,
} as const

function masked({ contact, campaign, subject, excerpt, ...rest }: ReplyAlert): ReplyAlert {
  const { id, email, firstName, lastName, company, title } = contact
  return {
    ...rest,
    contact: {
      id,
      email: maskAddress(email),
      firstName: without(firstName),
      lastName: without(lastName),
      company: without(company),
      title: without(title),
    },
    campaign: campaign && { id: without(campaign.id), name: without(campaign.name), step: without(campaign.step) },
    subject: without(subject),
    excerpt: without(excerpt),
  }
}

function without(words: string | null): string | null {
  return words === null ? null : maskAddressesIn(words)
}
