import type { Tally } from '../event.ts'
import { insertOf, perBackend, type Row } from './bulk.ts'
import type { DayCount } from './campaigns.ts'
import type { Database } from './database.ts'
import { and, between, eq, gt, gte, inArray, lte, sql } from './drizzle.ts'
import type { GroupName, SourceOutcome, TotalName } from './rows.ts'

/** Counts to add, gathered while a transaction is put together. A count may be negative. */
export class RollUps {
  readonly #events = new Map<string, CountedEvent & { count: number }>()
  readonly #sourceDays = new Map<string, SourceDay & { count: number; lastAt: number }>()
  readonly #totals = new Map<string, Total & { count: number }>()
  readonly #groups = new Map<string, GroupCount & { count: number }>()

  countEvent(event: CountedEvent, by: number): void {
    const { day, provider, tally, campaign, step, link } = event
    const key = `${day}\n${provider}\n${tally}\n${campaign}\n${step}\n${link}`
    const entry = this.#events.get(key)
    if (entry) entry.count += by
    else this.#events.set(key, { ...event, count: by })
  }

  countSource(day: SourceDay, at: number, by: number): void {
    if (by === 0) return
    const key = `${day.provider}\n${day.day}\n${day.outcome}`
    const entry = this.#sourceDays.get(key)
    if (entry) {
      entry.count += by
      entry.lastAt = Math.max(entry.lastAt, at)
    } else {
      this.#sourceDays.set(key, { ...day, count: by, lastAt: at })
    }
  }

  countTotal(total: Total, by: number): void {
    const key = `${total.day}\n${total.name}`
    const entry = this.#totals.get(key)
    if (entry) entry.count += by
    else this.#totals.set(key, { ...total, count: by })
  }

  countGroup(group: GroupCount, by: number): void {
    const key = `${group.campaign}\n${group.tag}\n${group.name}`
    const entry = this.#groups.get(key)
    if (entry) entry.count += by
    else this.#groups.set(key, { ...group, count: by })
  }

  /** Adds everything, in an order that keeps two transactions from deadlock. */
  async save(tx: Database): Promise<void> {
    const events = [...this.#events.values()]
    const inCampaigns = events.filter(({ campaign }) => campaign !== '')
    const followed = inCampaigns.filter(({ link }) => link !== '')
    await tx.write(addEventDays(tx), summed(events, ['day', 'provider', 'tally', 'campaign']))
    await tx.write(addTallyDays(tx), summed(events, ['day', 'tally']))
    await tx.write(addCampaignSteps(tx), summed(inCampaigns, ['campaign', 'step', 'tally']))
    await tx.write(addCampaignLinks(tx), summed(followed, ['campaign', 'link']))
    await tx.write(addSourceDays(tx), inOrder(this.#sourceDays))
    await tx.write(addTotals(tx), inOrder(this.#totals))
    await tx.write(addGroups(tx), inOrder(this.#groups))
  }
}

const addEventDays = perBackend(({ eventDays }) =>
  insertOf(eventDays, ['day', 'provider', 'campaign', 'tally', 'count'], {
    conflict: 'on conflict (day, provider, campaign, tally) do update set count = event_days.count + excluded.count',
  }),
)

const addTallyDays = perBackend(({ tallyDays }) =>
  insertOf(tallyDays, ['day', 'tally', 'count'], {
    conflict: 'on conflict (day, tally) do update set count = tally_days.count + excluded.count',
  }),
)

const addCampaignSteps = perBackend(({ campaignSteps }) =>
  insertOf(campaignSteps, ['campaign', 'step', 'tally', 'count'], {
    conflict: 'on conflict (campaign, step, tally) do update set count = campaign_steps.count + excluded.count',
  }),
)

const addCampaignLinks = perBackend(({ campaignLinks }) =>
  insertOf(campaignLinks, ['campaign', 'link', 'count'], {
    conflict: 'on conflict (campaign, link) do update set count = campaign_links.count + excluded.count',
  }),
)

const addSourceDays = perBackend(({ sourceDays }) =>
  insertOf(sourceDays, ['provider', 'day', 'outcome', 'count', 'lastAt'], {
    conflict: `on conflict (provider, day, outcome) do update set count = source_days.count + excluded.count,
      last_at = case when excluded.last_at > source_days.last_at then excluded.last_at else source_days.last_at end`,
  }),
)

const addTotals = perBackend(({ totals }) =>
  insertOf(totals, ['day', 'name', 'count'], {
    conflict: 'on conflict (day, name) do update set count = totals.count + excluded.count',
  }),
)

const addGroups = perBackend(({ contactGroups }) =>
  insertOf(contactGroups, ['campaign', 'tag', 'name', 'count'], {
    conflict: 'on conflict (campaign, tag, name) do update set count = contact_groups.count + excluded.count',
  }),
)

/** What was counted, added up by `keys`: each table leaves out some of what tells events apart. */
function summed(
  entries: readonly (CountedEvent & { readonly count: number })[],
  keys: readonly (keyof CountedEvent)[],
) {
  const sums = new Map<string, CountedEvent & { count: number }>()
  for (const entry of entries) {
    const key = keys.map((name) => entry[name]).join('\n')
    const sum = sums.get(key)
    if (sum) sum.count += entry.count
    else sums.set(key, { ...entry })
  }
  return inOrder(sums)
}

function inOrder<Entry extends { readonly count: number }>(entries: ReadonlyMap<string, Entry>): Row[] {
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, entry]) => (entry.count === 0 ? [] : [{ ...entry }]))
}

/** Writes something that changes nothing: a full disk lets a transaction begin, and fails at this. */
export async function checkWrite(tx: Database): Promise<void> {
  await tx.run(
    sql`insert into totals (day, name, count) values ('', 'created', 0) on conflict (day, name) do update set count = totals.count`,
  )
}

/** What of an event the roll-ups tell apart. */
export interface CountedEvent {
  readonly day: string
  readonly provider: string
  /** '' is none, and so below. */
  readonly campaign: string
  readonly step: string
  /** What a person clicked, as `linkOf` writes it. */
  readonly link: string
  readonly tally: Tally
}

export interface SourceDay {
  readonly provider: string
  readonly day: string
  readonly outcome: SourceOutcome
}

/** `day` is '' for the whole CRM. */
export interface Total {
  readonly day: string
  readonly name: TotalName
}

/** Of people whom events of `campaign` are about, who have `tag`, or both; '' is any. */
export interface GroupCount {
  readonly campaign: string
  readonly tag: string
  readonly name: GroupName
}

/** Events from local day `from` to `to`, both included, by tally. */
export async function eventCounts(database: Database, from: string, to: string): Promise<Map<Tally, number>> {
  const counts = new Map<Tally, number>()
  for (const { tally, count } of await dayCounts(database, from, to))
    counts.set(tally, (counts.get(tally) ?? 0) + count)
  return counts
}

/** The same by day, in the order of the days. */
export async function dayCounts(database: Database, from: string, to: string): Promise<DayCount[]> {
  const { tallyDays } = database.tables
  return await database.db
    .select()
    .from(tallyDays)
    .where(and(between(tallyDays.day, from, to), gt(tallyDays.count, 0)))
    .orderBy(tallyDays.day)
}

export async function totalCounts(database: Database): Promise<Map<TotalName, number>> {
  const { totals } = database.tables
  const rows = await database.db.select().from(totals).where(eq(totals.day, ''))
  return new Map(rows.flatMap(({ name, count }) => (count === 0 ? [] : [[name, count]])))
}

export async function createdBetween(database: Database, from: string, to: string): Promise<number> {
  const { totals } = database.tables
  const rows = await database.db
    .select({ count: totals.count })
    .from(totals)
    .where(and(gte(totals.day, from), lte(totals.day, to), eq(totals.name, 'created')))
  return rows.reduce((sum, { count }) => sum + count, 0)
}

export interface SourceReport extends SourceDay {
  /** Zero where replay took back what had been counted. */
  readonly count: number
  /** UTC milliseconds. */
  readonly lastAt: number
}

/** What `providers` sent on and after local day `from`, by day. */
export async function sourceCounts(
  database: Database,
  providers: readonly string[],
  from: string,
): Promise<SourceReport[]> {
  if (providers.length === 0) return []
  const { sourceDays } = database.tables
  return await database.db
    .select()
    .from(sourceDays)
    .where(and(inArray(sourceDays.provider, [...providers]), gte(sourceDays.day, from)))
    .orderBy(sourceDays.provider, sourceDays.day, sourceDays.outcome)
}

/** How many parts of each provider are in quarantine. */
export async function keptCounts(database: Database): Promise<Map<string, number>> {
  const { sourceDays } = database.tables
  const rows = await database.db
    .select({ provider: sourceDays.provider, count: sql<number>`cast(sum(${sourceDays.count}) as bigint)` })
    .from(sourceDays)
    .where(eq(sourceDays.outcome, 'quarantined'))
    .groupBy(sourceDays.provider)
  return new Map(rows.map(({ provider, count }) => [provider, Number(count)]))
}

/** How many parts of deliveries were about erased people, on and after local day `from`. */
export async function erasedParts(database: Database, from: string): Promise<number> {
  const { sourceDays } = database.tables
  const rows = await database.db
    .select({ count: sourceDays.count })
    .from(sourceDays)
    .where(and(eq(sourceDays.outcome, 'erased'), gte(sourceDays.day, from)))
  return rows.reduce((sum, { count }) => sum + count, 0)
}

/** How many events of each provider have no name here, by local day of the event on and after `from`. */
export async function unnamedCounts(database: Database, from: string): Promise<Map<string, number>> {
  const { eventDays } = database.tables
  const rows = await database.db
    .select({ provider: eventDays.provider, count: sql<number>`cast(sum(${eventDays.count}) as bigint)` })
    .from(eventDays)
    .where(and(gte(eventDays.day, from), eq(eventDays.tally, 'unknown')))
    .groupBy(eventDays.provider)
  return new Map(rows.map(({ provider, count }) => [provider, Number(count)]))
}
