import { createHash } from 'node:crypto'

import type { types } from '@slack/bolt'

import type { StatsChoices } from '../../core/statistics.ts'
import { context } from '../blocks.ts'
import { PERIODS } from '../command.ts'
import { oneOfInput, textInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { mrkdwn } from '../mrkdwn.ts'
import { type Scope, USUAL, writeScope } from '../stats-scope.ts'
import { modal } from '../surfaces.ts'

/** As many as a menu holds (Slack sheet, section 10.6). */
export const MOST_CHOICES = 100

/** What a form carries along is quoted twice; more than this would not surely fit (Slack sheet, section 10.1). */
const MOST_CARRIED = 1200

/** Asks for the period, and for whom; `now` is what is shown at the moment. */
export function statsForm({ campaigns, tags }: StatsChoices, now: Scope = USUAL) {
  const carried = writeScope(now)
  return modal({
    title: 'Statistics',
    submit: 'Show',
    close: 'Cancel',
    callbackId: 'stats' satisfies FormId,
    ...(carried.length <= MOST_CARRIED ? { about: { now: carried } } : {}),
    blocks: [
      oneOfInput({
        id: 'period',
        label: 'Period',
        options: PERIODS.map((days) => [String(days), `Last ${days} days`]),
        initial: String(now.days),
      }),
      ...campaignInput(campaigns, now.campaign),
      ...tagInput(tags, now.tag),
    ],
  })
}

function campaignInput(campaigns: readonly string[], chosen: string | null): types.KnownBlock[] {
  const offered = [...new Set([...(chosen === null ? [] : [chosen]), ...campaigns])].slice(0, MOST_CHOICES)
  if (offered.length === 0) return [context(mrkdwn`Campaigns can be chosen here once an event has named one.`)]
  return [
    oneOfInput({
      id: 'campaign',
      label: 'Campaign',
      hint: 'Leave it empty for all of them.',
      optional: true,
      options: offered.map((name) => [choiceId(name), name]),
      ...(chosen === null ? {} : { initial: choiceId(chosen) }),
    }),
  ]
}

/** A menu while all tags fit into one, else a line to type into. */
function tagInput(tags: StatsChoices['tags'], chosen: string | null): types.KnownBlock[] {
  const shared = { label: 'Tag', optional: true } as const
  if (tags === null)
    return [textInput({ ...shared, id: 'typed_tag', hint: 'Leave it empty for everybody.', max: 100, initial: chosen })]
  const offered = [...new Set([...(chosen === null ? [] : [chosen]), ...tags])].slice(0, MOST_CHOICES)
  if (offered.length === 0) return [context(mrkdwn`Tags can be chosen here once somebody has one.`)]
  return [
    oneOfInput({
      ...shared,
      id: 'tag',
      hint: 'Leave it empty for everybody.',
      options: offered.map((tag) => [choiceId(tag), tag]),
      ...(chosen === null ? {} : { initial: choiceId(chosen) }),
    }),
  ]
}

/** Short enough for the value of an option, however long the name is. */
export function choiceId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 24)
}
