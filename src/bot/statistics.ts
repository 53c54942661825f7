import type { types } from '@slack/bolt'

import type { GroupStatistics, Statistics, StatsChoices } from '../core/statistics.ts'
import type { Message } from './blocks.ts'
import type { Period } from './command.ts'
import { type Scope, USUAL } from './stats-scope.ts'
import { groupView, nobodyView, statsView } from './views/stats.ts'
import { MOST_CHOICES, statsForm } from './views/stats-form.ts'

export interface StatisticsDeps {
  readonly statistics: (days: Period) => Promise<Statistics>
  /** Of a campaign, a tag, or both; undefined where nobody is meant. */
  readonly groupStatistics: (scope: Scope) => Promise<GroupStatistics | undefined>
  /** Tags are null where there are more than `most`. */
  readonly statsChoices: (most: number) => Promise<StatsChoices>
}

export async function answerStatistics(scope: Scope, deps: Omit<StatisticsDeps, 'statsChoices'>): Promise<Message> {
  if (scope.campaign === null && scope.tag === null) return statsView(await deps.statistics(scope.days))
  const group = await deps.groupStatistics(scope)
  return group ? groupView(group) : nobodyView(scope)
}

/** The form that narrows them, from wherever it is asked for: a button, the Home tab, a shortcut. */
export async function askStatistics(
  scope: Scope = USUAL,
  { statsChoices }: Pick<StatisticsDeps, 'statsChoices'>,
): Promise<types.ModalView> {
  return statsForm(await statsChoices(MOST_CHOICES), scope)
}
