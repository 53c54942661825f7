import { z } from 'zod'

import type { NewJob } from '../job.ts'
import type { Logger } from '../logger.ts'
import type { Database } from '../store/database.ts'
import { claimDigest } from '../store/digests.ts'
import { enqueue } from '../store/jobs.ts'
import { addDays, type WallClock, type WallTime } from '../time.ts'
import { type DigestSchedule, type DigestSettings, WEEKDAYS, weekdayOf } from './settings.ts'

/** Posts the digest of one local day. */
export const DIGEST = 'digest'

/** Later than this, nobody wants yesterday's news as today's any more. */
export const MOST_LATE_MS = 24 * 60 * 60_000

const Payload = z.object({
  day: z.iso.date(),
  /** When it was taken on, UTC milliseconds. */
  claimedAt: z.int(),
})

export type DigestOrder = z.infer<typeof Payload>

export function readDigestOrder(payload: unknown): DigestOrder {
  return Payload.parse(payload)
}

/** Whether a digest that waited for Slack to come back has waited too long. */
export function isTooLate({ claimedAt }: DigestOrder, now: number): boolean {
  return now - claimedAt > MOST_LATE_MS
}

const NOON = '12:00'
const MIDNIGHT = '24:00'
const HOURS_AFTER = 3

/**
 * The local day whose digest is due when the clock on the wall shows `now`; null where none is. After
 * a downtime it still is until noon, and where it is for the afternoon for three hours.
 *
 * Only the clock on the wall counts, so a time that a change of the clocks leaves out is reached with
 * the first moment after, and one that comes twice the first time.
 *
 * `chosen` is when somebody chose the schedule: what it would have done before that is not made up for.
 */
export function dueDay(schedule: DigestSchedule, now: WallTime, chosen: WallTime | null): string | null {
  const { channel, at } = schedule
  const isDue = channel !== null && isDigestDay(schedule, now.day) && now.time >= at && now.time < latest(at)
  return isDue && !(chosen?.day === now.day && chosen.time > at) ? now.day : null
}

/** The next local day that has a digest; today while it is not taken on and still can be. */
export function nextDigestDay(
  schedule: DigestSchedule,
  now: WallTime,
  { chosen, isTaken }: { readonly chosen: WallTime | null; readonly isTaken: boolean },
): string | null {
  if (schedule.channel === null) return null
  const isStillToCome = isDigestDay(schedule, now.day) && now.time < schedule.at
  if (!isTaken && (isStillToCome || dueDay(schedule, now, chosen) !== null)) return now.day
  const days = WEEKDAYS.map((_, nth) => addDays(now.day, nth + 1))
  return days.find((day) => isDigestDay(schedule, day)) ?? null
}

/** The last digest day before `day`: what happened since then is news. */
export function digestDayBefore(schedule: Pick<DigestSchedule, 'days'>, day: string): string {
  const days = WEEKDAYS.map((_, nth) => addDays(day, -nth - 1))
  return days.find((earlier) => isDigestDay(schedule, earlier)) ?? addDays(day, -1)
}

function isDigestDay({ days }: Pick<DigestSchedule, 'days'>, day: string): boolean {
  return days.includes(weekdayOf(day))
}

/** Until when a missed digest is made up for, on the same day. */
function latest(at: string): string {
  if (at < NOON) return NOON
  const hour = Number(at.slice(0, 2)) + HOURS_AFTER
  return hour < 24 ? `${hour}${at.slice(2)}` : MIDNIGHT
}

/** `now` is when it is taken on, UTC milliseconds. */
function digestJob(day: string, now: number): NewJob {
  const payload: DigestOrder = { day, claimedAt: now }
  return { id: `${DIGEST}:${day}`, kind: DIGEST, payload, key: null, runAt: now }
}

export interface DigestTimer {
  /** Looks at the clock from now on. */
  start(): void
  /** Looks once: true where this process has just taken the digest of today on. */
  tick(): Promise<boolean>
  /** Looks no more, and waits for what is being written. */
  stop(): Promise<void>
}

export interface DigestTimerDeps {
  readonly database: Database
  readonly settings: () => Promise<DigestSettings>
  /** Of the time zone that days are counted in. */
  readonly wallClock: WallClock
  readonly now: () => number
  /** Called after a digest was queued. */
  readonly queued: () => void
  readonly log: Logger
}

/** A clock that was set, and a computer that slept, are noticed within this time. */
const LOOK_MS = 30_000
const MINUTE_MS = 60_000
/** A timer may end a moment before its time. */
const SHORTEST_MS = 50

/**
 * Takes on the digest of each day once, whatever processes there are: who writes the day down queues it,
 * in the same transaction.
 */
export function createDigestTimer({ database, settings, wallClock, now, queued, log }: DigestTimerDeps): DigestTimer {
  let timer: NodeJS.Timeout | undefined
  let look: Promise<unknown> = Promise.resolve()
  let isStopped = false
  let takenDay: string | null = null

  async function tick(): Promise<boolean> {
    const schedule = await settings()
    const at = now()
    const day = dueDay(schedule, wallClock(at), schedule.saved && wallClock(schedule.saved.at))
    if (day === null || day === takenDay) return false
    const isOurs = await database.transaction(async (tx) => {
      if (!(await claimDigest(tx, day, at))) return false
      await enqueue(tx, [digestJob(day, at)], at)
      return true
    })
    takenDay = day
    if (isOurs) {
      log.info('digest is due', { day })
      queued()
    }
    return isOurs
  }

  function lookNow(): void {
    look = tick()
      .catch((error: unknown) => log.error('whether a digest is due could not be looked at', { error }))
      .finally(sleep)
  }

  function sleep(): void {
    if (isStopped) return
    const untilMinute = MINUTE_MS - (now() % MINUTE_MS)
    timer = setTimeout(lookNow, Math.max(SHORTEST_MS, Math.min(untilMinute, LOOK_MS)))
    timer.unref()
  }

  return {
    start: lookNow,
    tick,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await look
    },
  }
}
