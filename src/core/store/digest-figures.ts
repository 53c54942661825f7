import type { Tally } from '../event.ts'
import type { Database } from './database.ts'
import { and, between, desc, eq, gt, gte, inArray, lt, ne, sql } from './drizzle.ts'
import type { ImportRow } from './imports.ts'

/** The first local day of which anything is known; null in an empty CRM. */
export async function firstKnownDay(database: Database): Promise<string | null> {
  const { tallyDays, totals } = database.tables
  const [happened] = await database.db.select({ day: sql<string | null>`min(${tallyDays.day})` }).from(tallyDays)
  const [added] = await database.db
    .select({ day: sql<string | null>`min(${totals.day})` })
    .from(totals)
    .where(gt(totals.day, ''))
  const days = [happened?.day, added?.day].flatMap((day) => day ?? [])
  return days.sort()[0] ?? null
}

/** How many contacts were added, by local day from `from` to `to`, both included. */
export async function createdDays(
  database: Database,
  from: string,
  to: string,
): Promise<readonly { readonly day: string; readonly count: number }[]> {
  const { totals } = database.tables
  return await database.db
    .select({ day: totals.day, count: totals.count })
    .from(totals)
    .where(and(between(totals.day, from, to), eq(totals.name, 'created')))
}

export interface CampaignTally {
  readonly campaign: string
  readonly tally: Tally
  readonly count: number
}

/** What happened in each campaign from local day `from` to `to`, both included. */
export async function campaignTallies(
  database: Database,
  { from, to, tallies }: { readonly from: string; readonly to: string; readonly tallies: readonly Tally[] },
): Promise<CampaignTally[]> {
  const { eventDays } = database.tables
  const rows = await database.db
    .select({
      campaign: eventDays.campaign,
      tally: eventDays.tally,
      count: sql<number>`cast(sum(${eventDays.count}) as bigint)`,
    })
    .from(eventDays)
    .where(and(between(eventDays.day, from, to), ne(eventDays.campaign, ''), inArray(eventDays.tally, [...tallies])))
    .groupBy(eventDays.campaign, eventDays.tally)
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** Imports that were done from `from` to before `before` (UTC milliseconds), the latest first. */
export async function importsDone(
  database: Database,
  { from, before, limit }: { readonly from: number; readonly before: number; readonly limit: number },
): Promise<ImportRow[]> {
  const { imports } = database.tables
  return await database.db
    .select()
    .from(imports)
    .where(and(gte(imports.endedAt, from), lt(imports.endedAt, before), eq(imports.state, 'done')))
    .orderBy(desc(imports.endedAt), desc(imports.id))
    .limit(limit)
}
