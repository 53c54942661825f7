import type { Database } from '../store/database.ts'
import { isDigestClaimed } from '../store/digests.ts'
import { enqueue } from '../store/jobs.ts'
import type { DayOf, WallClock } from '../time.ts'
import { chooseDigest, digestSettings } from './choose.ts'
import { type Digest, type DigestReader, readDigest } from './digest.ts'
import { createDigestPosts, type DigestPosts, digestNowJob } from './posting.ts'
import { nextDigestDay } from './schedule.ts'
import type { DigestSchedule, DigestSettings } from './settings.ts'

export interface DigestDeskDeps extends Pick<DigestReader, 'sources'> {
  readonly database: Database
  /** What the environment says. */
  readonly digest: DigestSchedule
  readonly timeZone: string
  readonly dayOf: DayOf
  readonly wallClock: WallClock
  /** UTC milliseconds. */
  readonly now: () => number
  /** Called after a digest was queued. */
  readonly queued: () => void
}

/** All that is known of the digest, and what can be changed of it. */
export interface DigestDesk {
  settings(): Promise<DigestSettings>
  /** The digest of a local day, of today without it. */
  read(day?: string): Promise<Digest>
  /** The local day of the next one; null where none comes. */
  nextDay(): Promise<string | null>
  /** `by` is a Slack user id; null goes back to what the environment says. */
  choose(schedule: DigestSchedule | null, by: string): Promise<void>
  /** Posts one now, in the background, besides those of the schedule. */
  order(): Promise<void>
  readonly posts: DigestPosts
}

export function createDigestDesk(deps: DigestDeskDeps): DigestDesk {
  const { database, digest, timeZone, dayOf, wallClock, sources, now, queued } = deps
  const settings = () => digestSettings(database, { digest, timeZone })

  return {
    settings,
    posts: createDigestPosts({ database, now }),
    async read(day) {
      const { days } = await settings()
      return await readDigest(database, { now: now(), dayOf, timeZone, sources, days, ...(day ? { day } : {}) })
    },
    async nextDay() {
      const schedule = await settings()
      const today = wallClock(now())
      const isTaken = await isDigestClaimed(database, today.day)
      return nextDigestDay(schedule, today, { chosen: schedule.saved && wallClock(schedule.saved.at), isTaken })
    },
    choose: (schedule, by) => chooseDigest(database, schedule, { by, now: now() }),
    async order() {
      await database.transaction((tx) => enqueue(tx, [digestNowJob(dayOf(now()), now())], now()))
      queued()
    },
  }
}
