import { type HotContact, hottestContacts, hottestOf } from './hottest.ts'
import { type JustAnswered, justAnswered, type RepliesWaiting, repliesWaiting } from './replies-waiting.ts'
import { type Statistics, statistics } from './statistics.ts'
import type { Database } from './store/database.ts'
import type { DayOf } from './time.ts'

/** What somebody wants to see first in the morning: a few of each, as whoever wants more opens the list. */
export interface HomeNumbers {
  readonly waiting: RepliesWaiting
  /** By whoever looks. */
  readonly answered: readonly JustAnswered[]
  /** The hottest that whoever looks is the owner of. */
  readonly mine: readonly HotContact[]
  readonly hottest: readonly HotContact[]
  readonly week: Statistics
}

const SHOWN = 5
const ANSWERED_SHOWN = 3

/** `userId` is the Slack user who looks. */
export async function homeNumbers(
  database: Database,
  userId: string,
  { now, dayOf }: { readonly now: number; readonly dayOf: DayOf },
): Promise<HomeNumbers> {
  const [waiting, answered, mine, hottest, week] = await Promise.all([
    repliesWaiting(database, SHOWN, now),
    justAnswered(database, userId, ANSWERED_SHOWN, now),
    hottestOf(database, userId, SHOWN, now),
    hottestContacts(database, SHOWN, now),
    statistics(database, 7, dayOf(now)),
  ])
  return { waiting, answered, mine, hottest, week }
}
