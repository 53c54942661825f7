import type { ReplyAlert } from '../../core/reply-alert.ts'
import { actions, button, context, literalContext, type Message, message, quote, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { date, mrkdwn, text } from '../mrkdwn.ts'
import { campaignName, fullName, nameOf, position, whoIs } from './words.ts'

export function replyAlertView({ contact, campaign, subject, excerpt, occurredAt }: ReplyAlert): Message {
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
    actions(button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(contact.id) })),
  ])
}
