import type { types } from '@slack/bolt'

import type { CampaignReport, CampaignResult, CampaignSummary } from '../../core/campaign.ts'
import {
  actions,
  button,
  context,
  drawnMessage,
  header,
  type Message,
  message,
  preformatted,
  section,
} from '../blocks.ts'
import { type Action, MOST_IN_A_VALUE } from '../listeners.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn, plain, text } from '../mrkdwn.ts'
import { USUAL, writeScope } from '../stats-scope.ts'
import { chart } from './chart.ts'
import { aligned, basisOf, reachTable } from './figures.ts'
import { COLUMNS, drawnSpans, partsOfLife } from './spans.ts'

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
  const { name, firstDay, lastDay, events, people, reach, steps, links, days } = campaign
  const { each, spans } = partsOfLife(days)
  return drawnMessage(mrkdwn`${text(name)}: ${inShort(campaign)}.`, [
    header(name),
    context(
      mrkdwn`${text(firstDay)} to ${text(lastDay)}`,
      mrkdwn`Everybody counts once; who opens twice makes two events`,
    ),
    section(mrkdwn`${inShort(campaign)}.`),
    preformatted(reachTable(people, reach, events)),
    ...(steps.some(({ step }) => step !== '') ? [section(mrkdwn`*By step*, in events`), drawnSteps(steps)] : []),
    section(mrkdwn`*What people did*, ${text(each)}`),
    drawnSpans(spans),
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
    actions(...statistics(name), allCampaigns('All campaigns')),
  ])
}

/** "1,190 people delivered, 312 of them opened (640 opens), 60 clicked, 21 replied". */
function inShort({ people, reach, events }: Pick<CampaignSummary, 'people' | 'reach' | 'events'>): Mrkdwn {
  const basis = basisOf(reach)
  const total = basis ? (reach[basis] ?? 0) : people
  const opened = reach.opened ?? 0
  return join(
    [
      mrkdwn`${counted(total, 'person', 'people')}${basis ? mrkdwn` (${text(basis)})` : mrkdwn``}`,
      mrkdwn`${count(opened)} of ${count(Math.max(total, opened))} opened (${counted(events.opened ?? 0, 'open', 'opens')})`,
      mrkdwn`${count(reach.clicked ?? 0)} clicked`,
      mrkdwn`${count(reach.replied ?? 0)} replied`,
    ],
    ', ',
  )
}

const STEPS_SHOWN = 12

/** Of machines nothing here: the columns are what people did. */
function drawnSteps(steps: CampaignReport['steps']) {
  const isDelivered = steps.every(({ events }) => !events.sent)
  const rows = steps.slice(0, STEPS_SHOWN).map(({ step, events }) => ({
    name: step === '' ? 'no step' : plain(step, 24),
    counts: COLUMNS.map(([tally]) => events[isDelivered && tally === 'sent' ? 'delivered' : tally] ?? 0),
  }))
  const names = COLUMNS.map(([tally, name]) => (isDelivered && tally === 'sent' ? 'delivered' : name))
  const left = steps.length - STEPS_SHOWN
  const figures = preformatted([
    ...aligned([['', ...names], ...rows.map(({ name, counts }) => [name, ...counts.map(count)])]),
    ...(left > 0 ? [`and ${count(left)} more steps`] : []),
  ])
  const charts = chart({
    title: 'What people did, by step',
    type: 'bar',
    unit: 'Events',
    categories: rows.map(({ name }) => (/^\d+$/.test(name) ? `Step ${name}` : name)),
    series: ['Opened', 'Clicked', 'Replied'].map((name, nth) => ({
      name,
      values: rows.map(({ counts }) => counts[nth + 1] ?? 0),
    })),
  })
  return { charts, bars: figures, figures }
}

/** The same people by status, and the campaign against the time before. */
function statistics(name: string): types.Button[] {
  const value = writeScope({ ...USUAL, campaign: name })
  const fits = name !== '' && value.length <= MOST_IN_A_VALUE
  return fits ? [button({ label: 'Statistics', action: `${'stats_period' satisfies Action}:campaign`, value })] : []
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

function summary(campaign: CampaignSummary): types.SectionBlock {
  const { name, lastDay } = campaign
  const details = [inShort(campaign), mrkdwn`last event ${text(lastDay)}`]
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
