import type { Entry } from '../../core/alerts/alerts.ts'
import type { AlertEvent } from '../../core/alerts/read-alert.ts'
import type { Reminder } from '../../core/alerts/reminder.ts'
import { context, type Message, message, section } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import { code, date, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { maskedAlert, maskedEvent, words } from './alert.ts'
import { SIGN, whatHappened } from './alert-lines.ts'
import { campaignName, nameOf } from './words.ts'

/** What came later in a conversation, for its thread. */
export function alertEntryView({ alert, event: told }: Pick<Entry, 'alert' | 'event'>, audience: Audience): Message {
  const { contact } = audience === 'own' ? alert : maskedAlert(alert)
  const event = audience === 'own' ? told : maskedEvent(told)
  const what = mrkdwn`*${text(nameOf(contact))}* ${whatHappened(event)}`
  const campaign = campaignName(event.campaign)
  const details = [...where(event), ...(campaign ? [text(campaign, 100)] : []), date(event.occurredAt)]
  return message(mrkdwn`${text(nameOf(contact))} ${whatHappened(event)}.`, [
    section(mrkdwn`${SIGN[event.kind]} ${what}`),
    ...words(event),
    context(...details),
  ])
}

/** Never as a link: following it from here would count as the contact's click. */
function where({ url }: AlertEvent): Mrkdwn[] {
  return url !== null && URL.canParse(url) ? [code(hostAndPath(new URL(url)), 120)] : []
}

function hostAndPath({ host, pathname }: URL): string {
  return pathname === '/' ? host : `${host}${pathname}`
}

export function reminderView({ alert, triage }: Reminder, audience: Audience): Message {
  const { contact } = audience === 'own' ? alert : maskedAlert(alert)
  const line = mrkdwn`:alarm_clock: ${user(triage.by)}, you put *${text(nameOf(contact))}* off until today.`
  return message(mrkdwn`${user(triage.by)}, you put ${text(nameOf(contact))} off until today.`, [
    section(line),
    context(mrkdwn`The alert asks again what is to become of it`),
  ])
}
