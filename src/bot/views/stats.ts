import type { types } from '@slack/bolt'

import type { Tally } from '../../core/event.ts'
import { LIFECYCLE } from '../../core/lifecycle.ts'
import type { Statistics } from '../../core/statistics.ts'
import { actions, button, context, header, type Message, message, preformatted, section } from '../blocks.ts'
import { PERIODS } from '../command.ts'
import type { Action } from '../listeners.ts'
import { count, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { bar } from './bar.ts'
import { firstSteps } from './first-steps.ts'
import { STATUS } from './words.ts'

export function statsView(stats: Statistics): Message {
  const title = `Last ${stats.days} days`
  const period = mrkdwn`${text(stats.from)} to ${text(stats.to)}`
  if (stats.contacts === 0 && Object.values(stats.events).every((number) => !number)) return emptyView(title, period)
  const total = mrkdwn`${count(stats.contacts)} contacts, ${count(stats.newContacts)} new in the last ${stats.days} days (${count(stats.newContactsBefore)} in the ${stats.days} before).`
  return message(total, [
    header(title),
    context(period),
    section(total),
    preformatted(funnel(stats)),
    section(rates(stats)),
    section(mrkdwn`*Engagement*, with the ${stats.days} days before and the change`),
    preformatted(engagement(stats)),
    periods(stats.days),
  ])
}

function emptyView(title: string, period: Mrkdwn): Message {
  const sentence = mrkdwn`Nothing to count yet: no contact and no event.`
  return message(sentence, [header(title), context(period), section(sentence), ...firstSteps()])
}

function funnel({ byStatus, contacts }: Statistics): string[] {
  return LIFECYCLE.map((status) => {
    const part = byStatus[status]
    return `${STATUS[status].padEnd(13)}${bar(part, contacts)} ${ofTotal(part, contacts)}`
  })
}

function ofTotal(part: number, total: number): string {
  return `${count(part)} of ${count(total)}`
}

function rates({ enriched, verified, suppressed, contacts }: Statistics): Mrkdwn {
  return mrkdwn`*Enriched* ${rate(enriched, contacts)} · *Verified* ${rate(verified, contacts)} · *Do not write* ${rate(suppressed, contacts)}`
}

function rate(part: number, total: number): Mrkdwn {
  const share = total > 0 ? mrkdwn` (${Math.round((part / total) * 100)}%)` : mrkdwn``
  return mrkdwn`${count(part)} of ${count(total)}${share}`
}

/** Machines have lines of their own: their opens say nothing about people. */
export const LINES: readonly (readonly [tally: Tally, label: string, always: boolean])[] = [
  ['sent', 'Sent', true],
  ['delivered', 'Delivered', true],
  ['opened', 'Opened by people', true],
  ['machine_opened', 'Opened by machines', false],
  ['clicked', 'Clicked by people', true],
  ['machine_clicked', 'Clicked by machines', false],
  ['replied', 'Replied', true],
  ['auto_replied', 'Automatic replies', false],
  ['form_submission', 'Forms', false],
  ['website_visit', 'Website visits', false],
  ['call_scheduled', 'Calls booked', false],
  ['call_completed', 'Calls', false],
  ['demo_attended', 'Demos', false],
  ['bounced', 'Bounced for good', true],
  ['soft_bounced', 'Bounced for now', false],
  ['complained', 'Marked as spam', false],
  ['unsubscribed', 'Unsubscribed', true],
]

function engagement(stats: Statistics): string[] {
  const shown = LINES.filter(([tally, , always]) => always || countsOf(stats, tally).some((number) => number > 0))
  return comparison(
    stats,
    shown.map(([tally]) => tally),
  )
}

/** The period beside the one before it, a line for each of `tallies` that has a label, in columns that line up. */
export function comparison(stats: Statistics, tallies: readonly Tally[]): string[] {
  const rows = LINES.filter(([tally]) => tallies.includes(tally)).map(([tally, label]) => {
    const [now, before] = countsOf(stats, tally)
    return [label, count(now), count(before), change(now, before)]
  })
  const table = [['', 'now', 'before', 'change'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

function countsOf({ events, eventsBefore }: Statistics, tally: Tally): [now: number, before: number] {
  return [events[tally] ?? 0, eventsBefore[tally] ?? 0]
}

function change(now: number, before: number): string {
  return now === before ? '=' : `${now > before ? '+' : '-'}${count(Math.abs(now - before))}`
}

function periods(current: number): types.ActionsBlock {
  return actions(
    ...PERIODS.map((days) =>
      button({
        label: `${days} days`,
        action: `${'stats_period' satisfies Action}:${days}`,
        value: String(days),
        primary: days === current,
      }),
    ),
  )
}
