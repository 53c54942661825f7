import type { types } from '@slack/bolt'

import type { Digest, DigestCampaign, DigestImport } from '../../core/digest/digest.ts'
import type { Tally } from '../../core/event.ts'
import { LIFECYCLE } from '../../core/lifecycle.ts'
import { maskAddressesIn } from '../../core/mask-address.ts'
import type { TallyCounts } from '../../core/statistics.ts'
import { addDays } from '../../core/time.ts'
import { actions, button, context, drawnMessage, type Message, preformatted, section } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import type { Action } from '../listeners.ts'
import { count, counted, join, mrkdwn, plain, text } from '../mrkdwn.ts'
import { aligned } from './figures.ts'
import { COLUMNS, dayName } from './spans.ts'
import { funnel, rates } from './stats.ts'
import { STATUS } from './words.ts'

/** What stands in the thread below a digest: the detail, without anybody's name. Nothing where there is nothing to report. */
export function digestThread(digest: Digest, audience: Audience): readonly Message[] {
  return digest.isEmpty ? [] : [standings(digest), happened(digest, audience)]
}

function standings({ people, peopleFilters }: Digest): Message {
  const total = counted(people.contacts, 'contact', 'contacts')
  const lists = LIFECYCLE.filter((status) => people.byStatus[status] > 0).map((status) =>
    button({
      label: STATUS[status],
      action: `${'found_list' satisfies Action}:${status}`,
      value: peopleFilters[status],
    }),
  )
  return drawnMessage(mrkdwn`Where everybody stands: ${total}.`, [
    section(mrkdwn`*Where everybody stands*: ${total}`),
    funnel(people),
    section(rates(people)),
    ...(lists.length > 0 ? [actions(...lists)] : []),
  ])
}

function happened(digest: Digest, audience: Audience): Message {
  const words = audience === 'own' ? (name: string) => name : maskAddressesIn
  const period = mrkdwn`the last ${digest.chart.days} days`
  return drawnMessage(mrkdwn`Day by day: ${period}.`, [
    section(mrkdwn`*Day by day*, ${period}`),
    days(digest),
    ...campaigns(digest.campaigns, words),
    ...imports(digest.imports, words),
    ...enrichment(digest),
    context(mrkdwn`Opens and clicks are those of people, as far as one can tell · More: \`/crm stats\``),
  ])
}

/** A line for each day, also where nothing happened. */
function days({ chart: { from, days: length, daily } }: Digest): types.KnownBlock {
  const eventsOf = new Map(daily.map(({ day, events }) => [day, events]))
  const columns = columnsOf(daily.map(({ events }) => events))
  const rows = Array.from({ length }, (_, nth) => {
    const day = addDays(from, nth)
    return [dayName(day), ...columns.map(([tally]) => count(eventsOf.get(day)?.[tally] ?? 0))]
  })
  return preformatted(aligned([['', ...columns.map(([, name]) => name)], ...rows]))
}

/** Some tools tell only what was delivered: that nothing was sent would be wrong. */
function columnsOf(some: readonly TallyCounts[]): readonly (readonly [Tally, string])[] {
  const isDelivered = some.every(({ sent = 0 }) => sent === 0)
  return COLUMNS.map(([tally, name]) =>
    isDelivered && tally === 'sent' ? (['delivered', 'delivered'] as const) : ([tally, name] as const),
  )
}

/** A phone has no room for more. */
const LONGEST_NAME = 18

function campaigns(some: readonly DigestCampaign[], words: (name: string) => string): types.KnownBlock[] {
  if (some.length === 0) return []
  const columns = columnsOf(some.map(({ events }) => events))
  return [
    section(
      mrkdwn`*Campaigns* in which something happened`,
      button({ label: 'All campaigns', action: 'campaigns_open' satisfies Action, value: 'recent' }),
    ),
    preformatted(
      aligned([
        ['', ...columns.map(([, name]) => name)],
        ...some.map(({ campaign, events }) => [
          plain(words(campaign), LONGEST_NAME),
          ...columns.map(([tally]) => count(events[tally] ?? 0)),
        ]),
      ]),
    ),
  ]
}

const IMPORTS_SHOWN = 5

function imports(some: readonly DigestImport[], words: (name: string) => string): types.KnownBlock[] {
  if (some.length === 0) return []
  const left = some.length - IMPORTS_SHOWN
  const lines = some.slice(0, IMPORTS_SHOWN).map(({ name, counts: { created, changed, invalid } }) => {
    const parts = [
      mrkdwn`${count(created)} new`,
      mrkdwn`${count(changed)} changed`,
      ...(invalid > 0 ? [mrkdwn`${counted(invalid, 'row', 'rows')} left out`] : []),
    ]
    return mrkdwn`${text(words(name), 100)}: ${join(parts, ', ')}`
  })
  const rest = left > 0 ? [mrkdwn`and ${counted(left, 'other list', 'other lists')}`] : []
  return [section(mrkdwn`*Imported*\n${join([...lines, ...rest], '\n')}`)]
}

function enrichment({ enrichment: done }: Digest): types.KnownBlock[] {
  if (!done) return []
  const { hits, asked, credits } = done
  const found = mrkdwn`*Enriched*: something was found about ${count(hits)} of ${counted(asked, 'person', 'people')}`
  return [section(mrkdwn`${found}, for ${counted(credits, 'credit', 'credits')}.`)]
}
