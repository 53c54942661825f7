import type { types } from '@slack/bolt'

import type { CampaignDay, CampaignReport, CampaignResult, CampaignSummary } from '../../core/campaign.ts'
import type { Tally } from '../../core/event.ts'
import type { TallyCounts } from '../../core/statistics.ts'
import { addDays } from '../../core/time.ts'
import { actions, button, context, header, type Message, message, preformatted, section } from '../blocks.ts'
import { type Action, MOST_IN_A_VALUE } from '../listeners.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn, plain, text } from '../mrkdwn.ts'
import { bar } from './bar.ts'
import { LINES } from './stats.ts'

export function campaignView(name: string, result: CampaignResult): Message {
  switch (result.kind) {
    case 'found':
      return report(result.campaign)
    case 'choose':
      return chooseView(name, result.names)
    case 'none': {
      const words = mrkdwn`No campaign “${text(name)}”.`
      return message(words, [section(words), actions(allCampaigns('The recent ones'))])
    }
  }
}

function report(campaign: CampaignReport): Message {
  const { name, firstDay, lastDay, events, steps, links, days } = campaign
  const basis = basisOf(events)
  const summary = mrkdwn`${text(name)}: ${join(
    [
      ...(basis ? [counted(events[basis] ?? 0, basis, basis)] : []),
      counted(events.opened ?? 0, 'open by a person', 'opens by people'),
      counted(events.clicked ?? 0, 'click', 'clicks'),
      counted(events.replied ?? 0, 'reply', 'replies'),
    ],
    ', ',
  )}.`
  return message(summary, [
    header(name),
    context(mrkdwn`${text(firstDay)} to ${text(lastDay)}`, EVENTS_NOT_PEOPLE),
    preformatted(figures(events)),
    ...(steps.some(({ step }) => step !== '') ? [section(mrkdwn`*By step*`), preformatted(bySteps(steps))] : []),
    section(mrkdwn`*What people did*, ${text(PER[unitOf(days)])}`),
    preformatted(chart(days)),
    ...(links.length > 0
      ? [
          section(
            mrkdwn`*Clicked most by people*\n${join(
              links.map(({ link, clicks }) => mrkdwn`${code(link, 150)} ${counted(clicks, 'click', 'clicks')}`),
              '\n',
            )}`,
          ),
        ]
      : []),
    actions(allCampaigns('All campaigns')),
  ])
}

const EVENTS_NOT_PEOPLE: Mrkdwn = mrkdwn`Counted in events: who opens twice counts twice`

/** What others are counted against; tools that report neither have no basis. */
function basisOf({ sent = 0, delivered = 0 }: TallyCounts): 'delivered' | 'sent' | undefined {
  if (delivered > 0) return 'delivered'
  return sent > 0 ? 'sent' : undefined
}

/** Whether mail arrives is a matter of what was sent. */
const OF_SENT: ReadonlySet<Tally> = new Set(['delivered', 'bounced', 'soft_bounced'])

function figures(events: TallyCounts): string[] {
  const shown = LINES.filter(([tally, , always]) => always || (events[tally] ?? 0) > 0)
  return aligned(shown.map(([tally, label]) => [label, ofBasis(events, tally)]))
}

/** `640 of 2,380 delivered (27%)`; one mail may be opened ten times, and then there is no share. */
function ofBasis(events: TallyCounts, tally: Tally): string {
  const number = events[tally] ?? 0
  const basis = OF_SENT.has(tally) && events.sent ? 'sent' : basisOf(events)
  if (tally === 'sent' || basis === undefined || basis === tally) return count(number)
  const total = events[basis] ?? 0
  if (number > total) return `${count(number)} for ${count(total)} ${basis}`
  return `${count(number)} of ${count(total)} ${basis} (${Math.round((number / total) * 100)}%)`
}

const STEPS_SHOWN = 12

/** Of machines nothing here: the columns are what people did. */
const COLUMNS = [
  ['sent', 'sent'],
  ['opened', 'opened'],
  ['clicked', 'clicked'],
  ['replied', 'replied'],
] as const satisfies readonly (readonly [Tally, string])[]

function bySteps(steps: CampaignReport['steps']): string[] {
  const isDelivered = steps.every(({ events }) => !events.sent)
  const rows = steps
    .slice(0, STEPS_SHOWN)
    .map(({ step, events }) => [
      step === '' ? 'no step' : plain(step, 24),
      ...COLUMNS.map(([tally]) => count(events[isDelivered && tally === 'sent' ? 'delivered' : tally] ?? 0)),
    ])
  const names = COLUMNS.map(([tally, name]) => (isDelivered && tally === 'sent' ? 'delivered' : name))
  const left = steps.length - STEPS_SHOWN
  return [...aligned([['', ...names], ...rows]), ...(left > 0 ? [`and ${count(left)} more steps`] : [])]
}

type Unit = 'day' | 'week' | 'month'

const PER: Readonly<Record<Unit, string>> = {
  day: 'day by day',
  week: 'week by week, each from Monday',
  month: 'month by month',
}

/** As many lines as can be read at a glance. */
const BARS = 14

function unitOf(days: readonly CampaignDay[]): Unit {
  const length = daysBetween(days[0]?.day ?? '', days.at(-1)?.day ?? '') + 1
  if (length <= BARS) return 'day'
  return length <= (BARS - 1) * 7 ? 'week' : 'month'
}

/** The bar is what people did; beside it what was sent and what they did in figures. */
function chart(days: readonly CampaignDay[]): string[] {
  const unit = unitOf(days)
  const spans = Map.groupBy(days, ({ day }) => SPAN[unit](day))
  const shown = everySpan([...spans.keys()], unit).slice(-BARS)
  const rows = shown.map((span) => {
    const within = spans.get(span) ?? []
    return { span, counts: COLUMNS.map(([tally]) => sum(within, tally)) }
  })
  const people = rows.map(({ counts }) => counts.slice(1).reduce((total, number) => total + number, 0))
  const most = Math.max(0, ...people)
  return aligned([
    ['', '', ...COLUMNS.map(([, name]) => name)],
    ...rows.map(({ span, counts }, index) => [
      span,
      most > 0 ? bar(people[index] ?? 0, most) : bar(0, 1),
      ...counts.map(count),
    ]),
  ])
}

const SPAN: Readonly<Record<Unit, (day: string) => string>> = {
  day: (day) => day,
  week: mondayOf,
  month: (day) => day.slice(0, 7),
}

/** Also those in which nothing happened: a gap says as much as a bar. */
function everySpan(spans: readonly string[], unit: Unit): string[] {
  const [first, last] = [spans[0], spans.at(-1)]
  if (first === undefined || last === undefined) return []
  const all: string[] = []
  for (let span = last; span >= first && all.length < BARS; span = before(span, unit)) all.unshift(span)
  return all
}

function before(span: string, unit: Unit): string {
  return unit === 'month' ? addDays(`${span}-01`, -1).slice(0, 7) : addDays(span, unit === 'week' ? -7 : -1)
}

function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

const DAY_MS = 24 * 60 * 60 * 1000

function sum(days: readonly CampaignDay[], tally: Tally): number {
  return days.reduce((total, { events }) => total + (events[tally] ?? 0), 0)
}

/** The first column to the left, figures to the right, bars and words as they are. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column === 0 || row.length === 2 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

export function campaignsView(campaigns: readonly CampaignSummary[]): Message {
  if (campaigns.length === 0) {
    const words = mrkdwn`No event has named a campaign yet.`
    return message(words, [section(words), context(HOW)])
  }
  const words = mrkdwn`${counted(campaigns.length, 'campaign', 'campaigns')}, those in which something happened last.`
  return message(words, [header('Campaigns'), context(words), ...campaigns.map(summary)])
}

const HOW: Mrkdwn = mrkdwn`Campaigns come with what your e-mail tools report. Tools that know none take one in the message’s own data, under the name \`campaign\`.`

function summary({ name, lastDay, events }: CampaignSummary): types.SectionBlock {
  const basis = basisOf(events)
  const sent = basis ? [mrkdwn`${count(events[basis] ?? 0)} ${text(basis)}`] : []
  const details = [...sent, counted(events.replied ?? 0, 'reply', 'replies'), mrkdwn`last event ${text(lastDay)}`]
  return section(mrkdwn`*${text(name, 150)}*\n${join(details, ' · ')}`, open(name, 'Open'))
}

function chooseView(name: string, names: readonly string[]): Message {
  const words = mrkdwn`No campaign “${text(name)}”. Did you mean one of these?`
  return message(words, [
    section(words),
    ...names.map((near) => section(mrkdwn`*${text(near, 150)}*`, open(near, 'Open'))),
  ])
}

/** Nothing where no button can carry the name: cut short it would be another. */
function open(name: string, label: string): types.Button | undefined {
  const action = 'campaign_open' satisfies Action
  const fits = name.trim() !== '' && name.length <= MOST_IN_A_VALUE
  return fits ? button({ label, action, value: name }) : undefined
}

function allCampaigns(label: string): types.Button {
  return button({ label, action: 'campaigns_open' satisfies Action, value: 'recent' })
}
