import type { Tally } from '../../core/event.ts'
import type { TallyCounts } from '../../core/statistics.ts'
import { count, type Mrkdwn, mrkdwn } from '../mrkdwn.ts'

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

/** Whether mail arrives is a matter of what was sent. */
const OF_SENT: ReadonlySet<Tally> = new Set(['delivered', 'bounced', 'soft_bounced'])

/** What others are counted against; tools that report neither have no basis. */
export function basisOf({ sent = 0, delivered = 0 }: TallyCounts): 'delivered' | 'sent' | undefined {
  if (delivered > 0) return 'delivered'
  return sent > 0 ? 'sent' : undefined
}

/**
 * People first, as n of m, each counted once; beside them how often it happened:
 * "Opened by people  312 of 1,204 (26%)  640 times".
 */
export function reachTable(people: number, reach: TallyCounts, events?: TallyCounts): string[] {
  const isKnown = (tally: Tally) => (reach[tally] ?? 0) > 0 || (events?.[tally] ?? 0) > 0
  // Some tools tell only what was delivered: that nothing was sent would be wrong.
  const isUntold = (tally: Tally) => tally === 'sent' && isKnown('delivered')
  const shown = LINES.filter(([tally, , always]) => isKnown(tally) || (always && !isUntold(tally)))
  return aligned([
    ['', 'people', ...(events ? ['events'] : [])],
    ...shown.map(([tally, label]) => [
      label,
      ofPeople(tally, people, reach),
      ...(events ? [count(events[tally] ?? 0)] : []),
    ]),
  ])
}

/** What was sent is told of everybody; what arrives, of those it was sent to; the rest, of those it reached. */
function ofPeople(tally: Tally, people: number, reach: TallyCounts): string {
  const number = reach[tally] ?? 0
  const basis = OF_SENT.has(tally) && reach.sent ? 'sent' : basisOf(reach)
  const total = tally === 'sent' || tally === basis || basis === undefined ? people : (reach[basis] ?? 0)
  // Somebody may open what no tool said was delivered.
  return number > total ? ofTotal(number, people) : ofTotal(number, total)
}

/** "312 of 1,204 (26%)". */
export function ofTotal(part: number, total: number): string {
  const share = total > 0 ? ` (${Math.round((part / total) * 100)}%)` : ''
  return `${count(part)} of ${count(total)}${share}`
}

export function rate(part: number, total: number): Mrkdwn {
  const share = total > 0 ? mrkdwn` (${Math.round((part / total) * 100)}%)` : mrkdwn``
  return mrkdwn`${count(part)} of ${count(total)}${share}`
}

/** The first column to the left, figures to the right, bars and words as they are. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
