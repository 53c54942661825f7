import { ALERT_KINDS, type AlertKind, type KindSettings } from '../../core/alerts/kinds.ts'
import type { QuietHours } from '../../core/alerts/quiet-hours.ts'
import { type AlertRule, TO_OWNER } from '../../core/alerts/rules.ts'
import { channel, join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'

/** What people call the kinds of alerts, in a list and after "alerts about". */
export const KIND_NAMES: Readonly<Record<AlertKind, { readonly name: string; readonly when: string }>> = {
  replied: { name: 'Replies', when: 'somebody replies' },
  hot: { name: 'Hot contacts', when: 'a score reaches a line' },
  reopened: { name: 'Back after a silence', when: 'the first open or click in 30 days' },
  unsubscribed: { name: 'Unsubscribes', when: 'somebody unsubscribes' },
  complained: { name: 'Spam complaints', when: 'somebody marks a message as spam' },
  bounce_rate: { name: 'Bounces', when: 'too much of a campaign bounces for good' },
  source_silent: { name: 'Silent tools', when: 'an e-mail tool stops reporting' },
}

/** When an alert of a kind comes, with its line where it has one. */
export function whenWords(kind: AlertKind, kinds: KindSettings): Mrkdwn {
  const { threshold } = kinds[kind]
  if (kind === 'hot' && threshold !== null) return mrkdwn`a score reaches ${threshold}`
  if (kind === 'bounce_rate' && threshold !== null) return mrkdwn`more than ${threshold}% of a campaign bounce for good`
  return text(KIND_NAMES[kind].when)
}

/** "Replies, hot contacts", or that it is all of them. */
export function kindsWords(kinds: readonly AlertKind[]): Mrkdwn {
  const [first = '', ...others] = ALERT_KINDS.filter((kind) => kinds.includes(kind)).map(
    (kind) => KIND_NAMES[kind].name,
  )
  if (first === '' || others.length === ALERT_KINDS.length - 1) return mrkdwn`All alerts`
  return join([text(first), ...others.map((name) => text(name.toLowerCase()))], ', ')
}

/** A channel or a person, by id or `#name`. */
export function placeWords(to: string): Mrkdwn {
  if (to === TO_OWNER) return mrkdwn`the contact’s owner`
  return /^[UW]/.test(to) ? user(to) : channel(to)
}

/** What a rule means, in a line: "Replies in *Spring launch*, tagged *vip* → #sales". */
export function ruleWords({ kinds, campaign, tag, owner, target }: Omit<AlertRule, 'id'>): Mrkdwn {
  const about = [
    ...(campaign === null ? [] : [mrkdwn`in *${text(campaign, 120)}*`]),
    ...(tag === null ? [] : [mrkdwn`tagged *${text(tag, 100)}*`]),
    ...(owner === null ? [] : [mrkdwn`owned by ${user(owner)}`]),
  ]
  const what = about.length > 0 ? mrkdwn`${kindsWords(kinds)} ${join(about, ', ')}` : kindsWords(kinds)
  return mrkdwn`${what} → ${placeWords(target)}`
}

export function quietWords({ from, until, timeZone }: QuietHours): Mrkdwn {
  return mrkdwn`${text(from)} to ${text(until)} (${text(timeZone)})`
}
