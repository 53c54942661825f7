import type { types } from '@slack/bolt'

import type { Tally } from '../../core/event.ts'
import { LIFECYCLE } from '../../core/lifecycle.ts'
import type { Engagement, GroupStatistics, Period, Standings, Statistics } from '../../core/statistics.ts'
import {
  actions,
  button,
  context,
  type Drawn,
  drawnMessage,
  header,
  type Message,
  message,
  preformatted,
  section,
} from '../blocks.ts'
import { PERIODS } from '../command.ts'
import { type Action, MOST_IN_A_VALUE } from '../listeners.ts'
import { count, counted, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { EVERYBODY, type Scope, writeScope } from '../stats-scope.ts'
import { bar } from './bar.ts'
import { chart } from './chart.ts'
import { aligned, LINES, rate, reachTable } from './figures.ts'
import { firstSteps } from './first-steps.ts'
import { drawnSpans, partsOfPeriod } from './spans.ts'
import { STATUS } from './words.ts'

export function statsView(stats: Statistics): Message {
  const title = `Last ${stats.days} days`
  if (stats.contacts === 0 && Object.values(stats.events).every((number) => !number)) return emptyView(title, stats)
  const total = mrkdwn`${count(stats.contacts)} contacts, ${count(stats.newContacts)} new in the last ${stats.days} days (${count(stats.newContactsBefore)} in the ${stats.days} before).`
  return drawnMessage(total, [
    header(title),
    context(period(stats)),
    section(total),
    funnel(stats),
    section(rates(stats)),
    ...engagement(stats, stats),
    scopeButtons({ days: periodIn(stats), ...EVERYBODY }),
  ])
}

function emptyView(title: string, stats: Statistics): Message {
  const sentence = mrkdwn`Nothing to count yet: no contact and no event.`
  return message(sentence, [header(title), context(period(stats)), section(sentence), ...firstSteps()])
}

/** The people of a campaign, with a tag, or both. */
export function groupView(group: GroupStatistics): Message {
  const { campaign, tag, contacts, reach } = group
  const who = whose({ campaign, tag })
  const total = mrkdwn`${counted(contacts, 'person', 'people')} ${who}.`
  const scope = { days: periodIn(group), campaign, tag }
  return drawnMessage(total, [
    header(titleOf(scope)),
    context(period(group)),
    section(total),
    funnel(group),
    section(rates(group)),
    section(
      mrkdwn`*To how many it has ever happened*${campaign === null ? mrkdwn`` : mrkdwn` in the campaign`}, each counted once`,
    ),
    preformatted(reachTable(contacts, reach)),
    ...(group.engagement
      ? engagement(group, group.engagement)
      : [
          context(
            mrkdwn`Events are not counted by tag and day: the figures are of all time, and of who has the tag now.`,
          ),
        ]),
    scopeButtons(scope),
  ])
}

/** Nobody is in the campaign, or has the tag. */
export function nobodyView(scope: Scope): Message {
  const sentence = mrkdwn`There is nobody ${whose(scope)}.`
  return message(sentence, [
    section(sentence),
    context(mrkdwn`What there is: \`/crm campaign\` lists campaigns, and Change offers both.`),
    actions(change({ ...scope, ...EVERYBODY })),
  ])
}

function titleOf({ campaign, tag }: Pick<Scope, 'campaign' | 'tag'>): string {
  return [...(campaign === null ? [] : [campaign]), ...(tag === null ? [] : [`tag ${tag}`])].join(', ')
}

/** "in the campaign “Spring launch” with the tag “vip”". */
function whose({ campaign, tag }: Pick<Scope, 'campaign' | 'tag'>): Mrkdwn {
  const inCampaign = campaign === null ? mrkdwn`` : mrkdwn`in the campaign “${text(campaign)}”`
  const withTag = tag === null ? mrkdwn`` : mrkdwn`with the tag “${text(tag)}”`
  return campaign === null || tag === null ? mrkdwn`${inCampaign}${withTag}` : mrkdwn`${inCampaign} ${withTag}`
}

function period({ from, to }: Period): Mrkdwn {
  return mrkdwn`${text(from)} to ${text(to)}`
}

function periodIn({ days }: Period): Scope['days'] {
  return PERIODS.find((known) => known === days) ?? PERIODS[0]
}

export function funnel({ byStatus, contacts }: Standings): Drawn {
  const parts = LIFECYCLE.map((status) => [STATUS[status], byStatus[status]] as const)
  const ofAll = (part: number) => `${count(part)} of ${count(contacts)}`
  return {
    charts: chart({
      title: 'Contacts by status',
      type: 'bar',
      unit: 'Contacts',
      categories: parts.map(([name]) => name),
      series: [{ name: 'Contacts', values: parts.map(([, part]) => part) }],
    }),
    bars: preformatted(parts.map(([name, part]) => `${name.padEnd(13)}${bar(part, contacts)} ${ofAll(part)}`)),
    figures: preformatted(aligned(parts.map(([name, part]) => [name, ofAll(part)]))),
  }
}

export function rates({ enriched, verified, suppressed, contacts }: Standings): Mrkdwn {
  return mrkdwn`*Enriched* ${rate(enriched, contacts)} · *Verified* ${rate(verified, contacts)} · *Do not write* ${rate(suppressed, contacts)}`
}

function engagement(asked: Period, { events, eventsBefore, daily }: Engagement): (types.KnownBlock | Drawn)[] {
  const shown = LINES.filter(([tally, , always]) => always || Boolean(events[tally]) || Boolean(eventsBefore[tally]))
  const { each, spans } = partsOfPeriod(asked, daily)
  return [
    section(mrkdwn`*Engagement*, with the ${asked.days} days before and the change`),
    preformatted(
      comparison(
        { events, eventsBefore },
        shown.map(([tally]) => tally),
      ),
    ),
    section(mrkdwn`*What people did*, ${text(each)}`),
    drawnSpans(spans),
  ]
}

/** The period beside the one before it, a line for each of `tallies` that has a label, in columns that line up. */
export function comparison(stats: Pick<Engagement, 'events' | 'eventsBefore'>, tallies: readonly Tally[]): string[] {
  const rows = LINES.filter(([tally]) => tallies.includes(tally)).map(([tally, label]) => {
    const [now, before] = [stats.events[tally] ?? 0, stats.eventsBefore[tally] ?? 0]
    return [label, count(now), count(before), difference(now, before)]
  })
  return aligned([['', 'now', 'before', 'change'], ...rows])
}

function difference(now: number, before: number): string {
  return now === before ? '=' : `${now > before ? '+' : '-'}${count(Math.abs(now - before))}`
}

/** Nothing where no button can carry the names: cut short they would be others. */
function scopeButtons(scope: Scope): types.ActionsBlock {
  const offered = PERIODS.map((days) => ({ days, value: writeScope({ ...scope, days }) }))
  const periods = offered.every(({ value }) => value.length <= MOST_IN_A_VALUE)
    ? offered.map(({ days, value }) =>
        button({
          label: `${days} days`,
          action: `${'stats_period' satisfies Action}:${days}`,
          value,
          primary: days === scope.days,
        }),
      )
    : []
  return actions(...periods, change(scope))
}

function change(scope: Scope): types.Button {
  const value = writeScope(scope)
  const everybody = writeScope({ ...scope, ...EVERYBODY })
  return statsButton('Change', value.length <= MOST_IN_A_VALUE ? value : everybody)
}

/** Opens the form that asks for period, campaign and tag. */
export function statsButton(label: string, value: string): types.Button {
  return button({ label, action: 'stats_form' satisfies Action, value })
}
