import type { types } from '@slack/bolt'

import type { HotContact } from '../core/hottest.ts'
import type { Logger } from '../core/logger.ts'
import type { Statistics } from '../core/statistics.ts'
import { failureView } from './failure.ts'
import { homeProblemView, homeView } from './views/home.ts'

export interface HomeDeps {
  readonly hottest: (limit: number) => Promise<readonly HotContact[]>
  readonly statistics: (days: 7) => Promise<Statistics>
  readonly publish: (userId: string, view: types.HomeView) => Promise<void>
  readonly log: Logger
}

const SHOWN = 5

/** Publishes the Home tab of one person as things are now. Never rejects: nobody waits for a Home tab. */
export function createHome({ hottest, statistics, publish, log }: HomeDeps): (userId: string) => Promise<void> {
  const underWay = new Map<string, Promise<void>>()

  async function view(): Promise<types.HomeView> {
    try {
      return homeView({ hottest: await hottest(SHOWN), week: await statistics(7) })
    } catch (error) {
      return homeProblemView(failureView(error, 'the Home tab has no numbers', log))
    }
  }

  async function show(userId: string): Promise<void> {
    try {
      await publish(userId, await view())
    } catch (error) {
      log.warn('a Home tab was not published', { error })
    }
  }

  // One after the other for each person, so that an older picture never replaces a newer one.
  return async (userId) => {
    const turn = (underWay.get(userId) ?? Promise.resolve()).then(() => show(userId))
    underWay.set(userId, turn)
    await turn
    if (underWay.get(userId) === turn) underWay.delete(userId)
  }
}
