import type { NoticeKind } from '../alerts/kinds.ts'
import type { Database } from './database.ts'
import { and, eq, gt, gte, ne } from './drizzle.ts'

/** What was last told of a campaign or a source. */
export interface Told {
  readonly about: string
  /** What is told once only; '' where time alone decides. */
  readonly period: string
  /** UTC milliseconds. */
  readonly at: number
}

/** What was last told of `kind`, by what it is about. */
export async function lastTold(database: Database, kind: NoticeKind): Promise<ReadonlyMap<string, Told>> {
  const { alertNotices } = database.tables
  const { about, period, at } = alertNotices
  const rows = await database.db.select({ about, period, at }).from(alertNotices).where(eq(alertNotices.kind, kind))
  return new Map(rows.map((row) => [row.about, row]))
}

export async function saveTold(tx: Database, kind: NoticeKind, told: Told): Promise<void> {
  const { alertNotices } = tx.tables
  const { period, at } = told
  await tx.db
    .insert(alertNotices)
    .values({ kind, ...told })
    .onConflictDoUpdate({ target: [alertNotices.kind, alertNotices.about], set: { period, at } })
}

/** The campaigns whose mail bounced for good on local day `from` or later. */
export async function bouncingCampaigns(database: Database, from: string): Promise<string[]> {
  const { eventDays } = database.tables
  const rows = await database.db
    .selectDistinct({ campaign: eventDays.campaign })
    .from(eventDays)
    .where(
      and(gte(eventDays.day, from), eq(eventDays.tally, 'bounced'), ne(eventDays.campaign, ''), gt(eventDays.count, 0)),
    )
    .orderBy(eventDays.campaign)
  return rows.map(({ campaign }) => campaign)
}
