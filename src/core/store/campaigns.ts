import type { Tally } from '../event.ts'
import type { Database } from './database.ts'
import { and, between, desc, eq, gt, inArray, sql } from './drizzle.ts'

/** From one name to the next through the key, without a look at the steps between them. */
const NAMES = sql.raw(`
  with recursive names (name) as (
    select min(campaign) from campaign_steps
    union all
    select (select min(s.campaign) from campaign_steps s where s.campaign > names.name)
    from names where names.name is not null
  )`)

/** The last local day on which anything happened in a campaign. */
const LAST_DAY = sql.raw(
  '(select d.day from event_days d where d.campaign = names.name and d.count > 0 order by d.day desc limit 1)',
)

/** The names of all campaigns in which something happened. */
export async function campaignNames(database: Database): Promise<string[]> {
  const rows = await database.all(
    sql`${NAMES} select name from names where name is not null and ${LAST_DAY} is not null`,
  )
  return rows.map(({ name }) => String(name))
}

/** The campaigns in which something happened last, latest first. */
export async function latestCampaigns(
  database: Database,
  limit: number,
): Promise<{ readonly name: string; readonly lastDay: string }[]> {
  const rows = await database.all(
    sql`${NAMES}, latest as materialized (select name, ${LAST_DAY} as last_day from names where name is not null)
      select name, last_day from latest where last_day is not null order by last_day desc, name limit ${limit}`,
  )
  return rows.map(({ name, last_day: lastDay }) => ({ name: String(name), lastDay: String(lastDay) }))
}

export interface StepCount {
  readonly campaign: string
  readonly step: string
  readonly tally: Tally
  readonly count: number
}

export async function stepCounts(database: Database, campaigns: readonly string[]): Promise<StepCount[]> {
  if (campaigns.length === 0) return []
  const { campaignSteps } = database.tables
  return await database.db
    .select()
    .from(campaignSteps)
    .where(and(inArray(campaignSteps.campaign, [...campaigns]), gt(campaignSteps.count, 0)))
}

export interface DayCount {
  readonly day: string
  readonly tally: Tally
  readonly count: number
}

/** What happened in `campaign` by local day, in the order of the days; from the first to the last of `within`, or ever. */
export async function campaignDays(
  database: Database,
  campaign: string,
  within?: { readonly from: string; readonly to: string },
): Promise<DayCount[]> {
  const { eventDays } = database.tables
  const rows = await database.db
    .select({
      day: eventDays.day,
      tally: eventDays.tally,
      count: sql<number>`cast(sum(${eventDays.count}) as bigint)`,
    })
    .from(eventDays)
    .where(and(eq(eventDays.campaign, campaign), within && between(eventDays.day, within.from, within.to)))
    .groupBy(eventDays.day, eventDays.tally)
    .orderBy(eventDays.day)
  return rows.flatMap(({ day, tally, count }) => (Number(count) > 0 ? [{ day, tally, count: Number(count) }] : []))
}

/** What people clicked most. */
export async function topLinks(
  database: Database,
  campaign: string,
  limit: number,
): Promise<{ readonly link: string; readonly count: number }[]> {
  const { campaignLinks } = database.tables
  return await database.db
    .select({ link: campaignLinks.link, count: campaignLinks.count })
    .from(campaignLinks)
    .where(and(eq(campaignLinks.campaign, campaign), gt(campaignLinks.count, 0)))
    .orderBy(desc(campaignLinks.count), campaignLinks.link)
    .limit(limit)
}
