import { z } from 'zod'

import type { NewJob } from '../job.ts'
import { KNOWN_DAYS, sourceState } from '../sources.ts'
import { reachOfCampaigns } from '../statistics.ts'
import { bouncingCampaigns, lastTold, saveTold, type Told } from '../store/alert-notices.ts'
import { troubleOf } from '../store/channel-troubles.ts'
import type { Database } from '../store/database.ts'
import { enqueue } from '../store/jobs.ts'
import { sourceCounts } from '../store/roll-ups.ts'
import { addDays, type DayOf } from '../time.ts'
import type { JobHandler } from '../worker.ts'
import { type KindSettings, NOTICE_KINDS } from './kinds.ts'
import { ABOUT_NOBODY, type AlertAbout } from './rules.ts'
import { notBefore, readKinds, targetsOf } from './settings.ts'

/** Looks for what is worth a notice, every hour while such a kind is switched on. */
export const ALERT_WATCH = 'alert_watch'
/** Tells one target of one thing. */
export const ALERT_NOTICE = 'alert_notice'

const Notice = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('bounce_rate'),
    campaign: z.string(),
    /** People, each counted once. */
    sent: z.number(),
    bounced: z.number(),
    /** In percent, what was crossed. */
    threshold: z.number(),
  }),
  z.object({
    kind: z.literal('source_silent'),
    /** What people call the source. */
    name: z.string(),
    /** UTC milliseconds. */
    lastAt: z.number(),
    /** Whole days without a delivery, and how many of them were days on which it usually delivers. */
    days: z.number(),
    missed: z.number(),
  }),
])

/** What is told about everybody together. */
export type Notice = Readonly<z.infer<typeof Notice>>

const NoticeOrder = z.object({
  to: z.string(),
  notice: Notice,
  /** Where the same goes, too. */
  beside: z.array(z.string()).default([]),
})

export type NoticeOrder = Readonly<z.infer<typeof NoticeOrder>>

export function readNoticeOrder(payload: unknown): NoticeOrder {
  return NoticeOrder.parse(payload)
}

const HOUR_MS = 60 * 60 * 1000
const WEEK_MS = 7 * 24 * HOUR_MS
const RECENT_DAYS = 7
/** Of fewer a single bounce says too much. */
const LEAST_SENT = 50

/** One for each hour: queueing it twice queues it once, and in several processes there is one chain of them. */
function watchJob(at: number): NewJob {
  const hour = Math.floor(at / HOUR_MS)
  return { id: `${ALERT_WATCH}:${hour}`, kind: ALERT_WATCH, payload: {}, key: null, runAt: hour * HOUR_MS }
}

/** What has to be queued at the start, and when somebody switches a kind on. */
export function watchJobs(kinds: KindSettings, now: number): readonly NewJob[] {
  return isWatching(kinds) ? [watchJob(now)] : []
}

function isWatching(kinds: KindSettings): boolean {
  return NOTICE_KINDS.some((kind) => kinds[kind].isOn)
}

export interface WatchDeps {
  readonly database: Database
  /** The sources that are switched on. */
  readonly sources: readonly { readonly id: string; readonly name: string }[]
  /** Where alerts go that no rule sends anywhere. */
  readonly channel: string | null
  readonly dayOf: DayOf
  readonly now: () => number
}

/**
 * Queues the next look before this one, which may fail, and what is to be told together with the note
 * that it was. What nobody wants to hear is not noted, so that they are told once they do.
 */
export function watchHandler(deps: WatchDeps): JobHandler {
  return async () => {
    const { database, now } = deps
    const at = now()
    const kinds = await readKinds(database)
    if (!isWatching(kinds)) return
    await database.transaction((tx) => enqueue(tx, [watchJob(at + HOUR_MS)], at))
    const found = [...(await bounces(deps, kinds, at)), ...(await silences(deps, kinds, at))]
    await database.transaction(async (tx) => {
      for (const news of found) await tell(tx, deps, news, at)
    })
  }
}

/** Something to tell, under the name by which it is told once. */
interface News {
  readonly notice: Notice
  readonly about: string
  readonly period: string
}

async function tell(tx: Database, { channel }: WatchDeps, { notice, about, period }: News, now: number): Promise<void> {
  const targets = await targetsOf(tx, channel, notice.kind, aboutOf(notice))
  if (targets.length === 0) return
  const name = `${ALERT_NOTICE}:${notice.kind}:${about}:${period || Math.floor(now / HOUR_MS)}`
  const places = targets.map(({ to }) => to)
  const jobs = places.map((to) =>
    noticeJob(tx, name, { to, notice, beside: places.filter((other) => other !== to) }, now),
  )
  await enqueue(tx, await Promise.all(jobs), now)
  await saveTold(tx, notice.kind, { about, period, at: now })
}

async function noticeJob(tx: Database, name: string, order: NoticeOrder, now: number): Promise<NewJob> {
  const { to } = order
  const runAt = await notBefore(tx, to, now)
  return { id: `${name}:${to}`, kind: ALERT_NOTICE, payload: order, key: `${ALERT_NOTICE}:${to}`, runAt }
}

/**
 * The place of the job `id` takes no messages: the same is queued for where alerts go that no rule sends
 * anywhere, unless it is taken in another place. False where that is nowhere else.
 */
export async function tellElsewhere(
  { database, channel, now }: Pick<WatchDeps, 'database' | 'channel' | 'now'>,
  id: string,
  { to, notice, beside }: NoticeOrder,
): Promise<boolean> {
  const troubles = await Promise.all(beside.map((other) => troubleOf(database, other)))
  if (troubles.includes(undefined)) return true
  if (channel === null || channel === to) return false
  const name = id.slice(0, -`:${to}`.length)
  await database.transaction(async (tx) => {
    await enqueue(tx, [await noticeJob(tx, name, { to: channel, notice, beside }, now())], now())
  })
  return true
}

function aboutOf(notice: Notice): AlertAbout {
  return notice.kind === 'bounce_rate' ? { ...ABOUT_NOBODY, campaign: notice.campaign } : ABOUT_NOBODY
}

async function bounces({ database, dayOf }: WatchDeps, kinds: KindSettings, now: number): Promise<News[]> {
  const { isOn, threshold } = kinds.bounce_rate
  if (!isOn || threshold === null) return []
  const campaigns = await bouncingCampaigns(database, addDays(dayOf(now), 1 - RECENT_DAYS))
  const told = await lastTold(database, 'bounce_rate')
  const reached = await reachOfCampaigns(database, campaigns)
  return campaigns.flatMap((campaign) => {
    const { people = 0, reach = {} } = reached.get(campaign) ?? {}
    // Some tools tell only what was delivered and what was not.
    const [sent, bounced] = [reach.sent || people, reach.bounced ?? 0]
    if (!isHigh(sent, bounced, threshold) || wasToldThisWeek(told.get(campaign), now)) return []
    return [{ notice: { kind: 'bounce_rate', campaign, sent, bounced, threshold }, about: campaign, period: '' }]
  })
}

/** Over so many percent, and of enough. */
export function isHigh(sent: number, bounced: number, threshold: number): boolean {
  return sent >= LEAST_SENT && bounced * 100 > threshold * sent
}

function wasToldThisWeek(told: Told | undefined, now: number): boolean {
  return told !== undefined && now - told.at < WEEK_MS
}

async function silences({ database, sources, dayOf }: WatchDeps, kinds: KindSettings, now: number): Promise<News[]> {
  if (!kinds.source_silent.isOn) return []
  const today = dayOf(now)
  const ids = sources.map(({ id }) => id)
  const reports = Map.groupBy(
    await sourceCounts(database, ids, addDays(today, -KNOWN_DAYS)),
    ({ provider }) => provider,
  )
  const told = await lastTold(database, 'source_silent')
  return sources.flatMap(({ id, name }) => {
    const { silence, lastDeliveryAt } = sourceState(reports.get(id) ?? [], today)
    if (!silence?.isUnusual || !silence.hasRhythm || lastDeliveryAt === null) return []
    // A silence lasts from one delivery to the next, and is told once.
    const period = String(lastDeliveryAt)
    if (told.get(id)?.period === period) return []
    const { days, missed } = silence
    return [{ notice: { kind: 'source_silent', name, lastAt: lastDeliveryAt, days, missed }, about: id, period }]
  })
}
