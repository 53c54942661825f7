import type { TriageKind } from '../../core/alerts/conversation.ts'
import type { Alert, AlertEvent } from '../../core/alerts/read-alert.ts'
import type { Tally } from '../../core/event.ts'
import { counted, date, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { happened } from './words.ts'

const SUBJECT = 150

/** What happened, after the name of whoever did: "replied to “Re: Hello”". */
export function whatHappened({ kind, subject, figure, ...event }: AlertEvent): Mrkdwn {
  switch (kind) {
    case 'replied':
      return subject?.trim() ? mrkdwn`replied to “${text(subject, SUBJECT)}”` : mrkdwn`replied`
    case 'hot':
      return figure === null ? mrkdwn`is hot` : mrkdwn`is hot: the score rose to ${figure}`
    case 'reopened':
      return figure === null
        ? mrkdwn`${deed(event)} again`
        : mrkdwn`${deed(event)} after ${counted(figure, 'day', 'days')}`
    case 'unsubscribed':
      return mrkdwn`unsubscribed`
    case 'complained':
      return mrkdwn`marked a mail as spam`
    case 'followed':
      return deed(event)
  }
}

/** "clicked": what machines did is no event of an alert. */
function deed({ type }: Pick<AlertEvent, 'type'>): Mrkdwn {
  return text(happened({ type, class: 'hard', machine: false, suspected: null }).toLowerCase())
}

/** The sign in front of it. */
export const SIGN: Readonly<Record<AlertEvent['kind'], Mrkdwn>> = {
  replied: mrkdwn`:speech_balloon:`,
  hot: mrkdwn`:fire:`,
  reopened: mrkdwn`:eyes:`,
  unsubscribed: mrkdwn`:no_bell:`,
  complained: mrkdwn`:rotating_light:`,
  followed: mrkdwn`:small_blue_diamond:`,
}

type Words = readonly [tally: Tally, one: string, many: string]

/** What is said of several, in this order. */
const ALSO: readonly Words[] = [
  ['replied', 'more reply', 'more replies'],
  ['inbound', 'message to us', 'messages to us'],
  ['form_submission', 'form', 'forms'],
  ['call_scheduled', 'call booked', 'calls booked'],
  ['call_completed', 'call', 'calls'],
  ['demo_attended', 'demo', 'demos'],
  ['clicked', 'click', 'clicks'],
  ['opened', 'open', 'opens'],
  ['website_visit', 'website visit', 'website visits'],
  ['bounced', 'bounce', 'bounces'],
  ['unsubscribed', 'unsubscription', 'unsubscriptions'],
  ['complained', 'complaint', 'complaints'],
]

/** "2 more replies, 1 click", or nothing. */
export function whatElse(also: Alert['also']): Mrkdwn | undefined {
  const countOf = new Map(also.map(({ tally, count }) => [tally, count]))
  const parts = ALSO.flatMap(([tally, one, many]) => {
    const count = countOf.get(tally) ?? 0
    return count > 0 ? [counted(count, one, many)] : []
  })
  return parts.length > 0 ? join(parts, ', ') : undefined
}

export const TRIAGE: Readonly<Record<TriageKind, string>> = {
  interested: 'Interested',
  later: 'Later',
  not_interested: 'Not interested',
  wrong_person: 'Wrong person',
  unsubscribe: 'Unsubscribe',
}

const MADE: Readonly<Record<Exclude<TriageKind, 'later'>, Mrkdwn>> = {
  interested: mrkdwn`marked this as interested`,
  not_interested: mrkdwn`marked this as not interested`,
  wrong_person: mrkdwn`marked this as the wrong person`,
  unsubscribe: mrkdwn`unsubscribed this person`,
}

/** "@ada marked this as interested · Today 10:40". */
export function whoMade({ kind, by, at, until }: NonNullable<Alert['triage']>): Mrkdwn {
  const what = kind === 'later' ? putOff(until) : MADE[kind]
  return mrkdwn`${user(by)} ${what} · ${date(at)}`
}

function putOff(until: string | null): Mrkdwn {
  return until === null ? mrkdwn`put this off` : mrkdwn`put this off until ${weekday(until)}`
}

const DAY = new Intl.DateTimeFormat('en-US', { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' })

/** "Tue, Mar 10": a day is the same wherever somebody reads of it. */
export function weekday(day: string): Mrkdwn {
  const at = Date.parse(`${day}T00:00:00Z`)
  return text(Number.isNaN(at) ? day : DAY.format(at))
}
