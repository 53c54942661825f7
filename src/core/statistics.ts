import { tagKey } from './changes/change.ts'
import type { Tally } from './event.ts'
import { LIFECYCLE, type LifecycleStatus } from './lifecycle.ts'
import { REACH } from './reach.ts'
import { campaignDays, type DayCount, latestCampaigns } from './store/campaigns.ts'
import type { Database } from './store/database.ts'
import { everyTag, peopleOfCampaigns, peopleWithTags } from './store/groups.ts'
import { createdBetween, dayCounts, totalCounts } from './store/roll-ups.ts'
import type { GroupName } from './store/rows.ts'
import { addDays } from './time.ts'

export type TallyCounts = { readonly [T in Tally]?: number }

/** The days on which something happened, in their order. */
export interface DayEvents {
  /** Local, `YYYY-MM-DD`. */
  readonly day: string
  readonly events: TallyCounts
}

/** How many people there are, and what they are now. */
export interface Standings {
  readonly contacts: number
  readonly byStatus: Readonly<Record<LifecycleStatus, number>>
  readonly suppressed: number
  /** Contacts with enrichment data, and with an address that is known to work. */
  readonly enriched: number
  readonly verified: number
}

export interface Period {
  readonly days: number
  /** The first and the last local day, `YYYY-MM-DD`. */
  readonly from: string
  readonly to: string
}

/** Engagement in a period beside as many days before it. */
export interface Engagement {
  readonly events: TallyCounts
  readonly eventsBefore: TallyCounts
  readonly daily: readonly DayEvents[]
}

/** The whole CRM now, and its engagement in the last `days` local days beside the `days` before them. */
export interface Statistics extends Standings, Period, Engagement {
  readonly newContacts: number
  readonly newContactsBefore: number
}

/** What statistics are asked for; null is any. */
export interface StatsScope {
  readonly days: number
  readonly campaign: string | null
  readonly tag: string | null
}

/** The people of a campaign, with a tag, or both. */
export interface GroupStatistics extends Standings, Period {
  readonly campaign: string | null
  readonly tag: string | null
  /** To how many of them it ever happened: in the campaign, where one is asked for. */
  readonly reach: TallyCounts
  /** Of the campaign; null with a tag, as events are not counted by tag. */
  readonly engagement: Engagement | null
}

/** `today` is the local day (`YYYY-MM-DD`) that the period ends with. */
export async function statistics(database: Database, days: number, today: string): Promise<Statistics> {
  const period = periodOf(days, today)
  const before = periodOf(days, addDays(period.from, -1))
  const totals = await totalCounts(database)
  return {
    ...period,
    ...standings(totals),
    newContacts: await createdBetween(database, period.from, today),
    newContactsBefore: await createdBetween(database, before.from, before.to),
    ...engagement(await dayCounts(database, before.from, today), period),
  }
}

/** `scope` names a campaign, a tag, or both; undefined where nobody is meant. */
export async function groupStatistics(
  database: Database,
  { days, campaign, tag }: StatsScope,
  today: string,
): Promise<GroupStatistics | undefined> {
  const period = periodOf(days, today)
  const tags = tag === null ? [''] : await spellingsOf(database, tag)
  const [spelling] = tags
  if (spelling === undefined) return undefined
  const counts = await peopleWithTags(database, campaign ?? '', tags)
  const people = standings(counts)
  if (people.contacts === 0) return undefined
  const isByDay = campaign !== null && tag === null
  const before = periodOf(days, addDays(period.from, -1))
  return {
    ...period,
    ...people,
    campaign,
    tag: tag === null ? null : spelling,
    reach: reachIn(counts),
    engagement: isByDay
      ? engagement(await campaignDays(database, campaign, { from: before.from, to: today }), period)
      : null,
  }
}

/** The spellings of `tag` that people have, the most common first: `VIP` and `vip` are one. */
async function spellingsOf(database: Database, tag: string): Promise<string[]> {
  const alike = (await everyTag(database)).filter((known) => tagKey(known.tag) === tagKey(tag))
  return alike.sort(byPeople).map((known) => known.tag)
}

/** What statistics can be narrowed to. */
export interface StatsChoices {
  /** Those in which something happened last. */
  readonly campaigns: readonly string[]
  /** Each once, however it is spelt, the most common first; null where there are more than were asked for. */
  readonly tags: readonly string[] | null
}

export async function statsChoices(database: Database, most: number): Promise<StatsChoices> {
  const campaigns = await latestCampaigns(database, most)
  const byKey = new Map(
    (await everyTag(database))
      .sort(byPeople)
      .toReversed()
      .map(({ tag }) => [tagKey(tag), tag]),
  )
  const tags = [...byKey.values()].reverse()
  return { campaigns: campaigns.map(({ name }) => name), tags: tags.length > most ? null : tags }
}

type TagCount = { readonly tag: string; readonly people: number }

function byPeople(a: TagCount, b: TagCount): number {
  return b.people - a.people || (a.tag < b.tag ? -1 : 1)
}

/** To how many people of each campaign it happened, and how many there are. */
export async function reachOfCampaigns(
  database: Database,
  campaigns: readonly string[],
): Promise<ReadonlyMap<string, { readonly people: number; readonly reach: TallyCounts }>> {
  const rows = Map.groupBy(await peopleOfCampaigns(database, campaigns), ({ campaign }) => campaign)
  return new Map(
    [...rows].map(([campaign, some]) => {
      const counts = new Map(some.map(({ name, count }) => [name, count]))
      return [campaign, { people: standings(counts).contacts, reach: reachIn(counts) }]
    }),
  )
}

function reachIn(counts: ReadonlyMap<GroupName, number>): TallyCounts {
  return Object.fromEntries(REACH.flatMap((tally) => (counts.get(tally) ? [[tally, counts.get(tally)]] : [])))
}

/** Everybody, as they are now. */
export async function everybody(database: Database): Promise<Standings> {
  return standings(await totalCounts(database))
}

function standings(counts: ReadonlyMap<GroupName, number>): Standings {
  const statuses = LIFECYCLE.map((status) => [status, counts.get(status) ?? 0] as const)
  return {
    contacts: statuses.reduce((sum, [, count]) => sum + count, 0),
    byStatus: countsByStatus(statuses),
    suppressed: counts.get('suppressed') ?? 0,
    enriched: counts.get('has_enrichment') ?? 0,
    verified: counts.get('has_valid_address') ?? 0,
  }
}

function countsByStatus(counts: readonly (readonly [LifecycleStatus, number])[]): Record<LifecycleStatus, number> {
  const none = { new: 0, enriched: 0, verified: 0, engaged: 0, converted: 0, disqualified: 0 }
  return { ...none, ...Object.fromEntries(counts) }
}

function periodOf(days: number, to: string): Period {
  return { days, from: addDays(to, 1 - days), to }
}

function engagement(counts: readonly DayCount[], { from }: Period): Engagement {
  const [now, before] = [counts.filter(({ day }) => day >= from), counts.filter(({ day }) => day < from)]
  return { events: addedUp(now), eventsBefore: addedUp(before), daily: byDay(now) }
}

export function byDay(counts: readonly DayCount[]): DayEvents[] {
  return [...Map.groupBy(counts, ({ day }) => day)].map(([day, some]) => ({ day, events: addedUp(some) }))
}

export function addedUp(counts: readonly { readonly tally: Tally; readonly count: number }[]): TallyCounts {
  const sums: { -readonly [T in Tally]?: TallyCounts[T] } = {}
  for (const { tally, count } of counts) sums[tally] = (sums[tally] ?? 0) + count
  return sums
}
