import type { Tally } from '../event.ts'
import { type HotContact, hottestContacts } from '../hottest.ts'
import type { ImportCounts } from '../import/report.ts'
import { LIFECYCLE, type LifecycleStatus } from '../lifecycle.ts'
import { type RepliesWaiting, repliesWaiting } from '../replies-waiting.ts'
import { KNOWN_DAYS, sourceState } from '../sources.ts'
import type { Silence } from '../sources-rhythm.ts'
import {
  addedUp,
  byDay,
  type DayEvents,
  everybody,
  type Period,
  type Standings,
  type TallyCounts,
} from '../statistics.ts'
import type { Database } from '../store/database.ts'
import { campaignTallies, createdDays, firstKnownDay, importsDone } from '../store/digest-figures.ts'
import { dayCounts as enrichmentDays } from '../store/enrichment.ts'
import { dayCounts, sourceCounts } from '../store/roll-ups.ts'
import { DEEDS } from '../store/search.ts'
import { addDays, type DayOf, startOfDay } from '../time.ts'
import { type DeliverabilityWarning, deliverabilityWarnings } from './deliverability.ts'
import { digestDayBefore } from './schedule.ts'
import type { DigestSchedule } from './settings.ts'

/**
 * What a digest tells, as plain data: of the local days from `from` to `to`, which are those since the
 * digest before it, and how things are now. Filters are what `/crm list` takes; null where no list is
 * behind a figure.
 */
export interface Digest extends Period {
  /** The local day that it is for, the one after `to`. */
  readonly day: string
  readonly timeZone: string
  /** True where nothing happened and nobody has to do anything. */
  readonly isEmpty: boolean
  /** What happened, the most telling first; those that are and usually were zero are left out. */
  readonly figures: readonly (Compared & { readonly tally: Tally })[]
  readonly newContacts: Compared
  readonly people: Standings
  readonly peopleFilters: Readonly<Record<LifecycleStatus, string>>
  readonly hottest: readonly HotContact[]
  readonly hottestFilter: string
  /** The longest waiting first. */
  readonly waiting: RepliesWaiting
  readonly waitingFilter: string
  /** The campaigns in which something happened, the busiest first. */
  readonly campaigns: readonly DigestCampaign[]
  /** The worst first. */
  readonly warnings: readonly DeliverabilityWarning[]
  /** Sources that are silent as they never were, the longest silent first. */
  readonly silences: readonly SourceSilence[]
  /** The last days before `day`; of `daily` only those on which something happened. */
  readonly chart: Period & { readonly daily: readonly DayEvents[] }
  /** Lists that came in, the latest first. */
  readonly imports: readonly DigestImport[]
  /** Null where no provider was asked. */
  readonly enrichment: DigestEnrichment | null
}

/** A figure beside the same weekdays of the weeks before. */
export interface Compared {
  readonly count: number
  /** The average of `weeks` weeks, to one decimal; null where there are none yet. */
  readonly usual: number | null
  /** How many of the four weeks before the program already knew something of. */
  readonly weeks: number
  readonly filter: string | null
}

export type { DeliverabilityWarning } from './deliverability.ts'

export interface DigestCampaign {
  readonly campaign: string
  /** Of `TALLIES`, and bounces that pass. */
  readonly events: TallyCounts
}

export interface SourceSilence {
  /** The provider's id, and what people call it. */
  readonly source: string
  readonly name: string
  /** UTC milliseconds. */
  readonly lastDeliveryAt: number
  readonly silence: Silence
}

export interface DigestImport {
  readonly id: number
  readonly name: string
  readonly campaign: string | null
  /** A Slack user id; null where it was the command line. */
  readonly by: string | null
  /** UTC milliseconds. */
  readonly endedAt: number
  readonly counts: ImportCounts
}

export interface DigestEnrichment {
  /** Of how many something was known, of those that were asked about. */
  readonly hits: number
  readonly asked: number
  readonly credits: number
}

/** What a digest depends on beside the database. */
export interface DigestReader extends Pick<DigestSchedule, 'days'> {
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
  readonly timeZone: string
  /** Sources that are switched on. */
  readonly sources: readonly { readonly id: string; readonly name: string }[]
  /** The local day that it is for; today without it. */
  readonly day?: string
}

const WEEKS = 4
const HOTTEST = 5
const WAITING = 5
const CHART_DAYS = 14
const CAMPAIGNS = 10
const IMPORTS = 10
/** A source that is silent for longer is no news; `/crm health` goes on telling of it. */
const SILENCE_DAYS = 14

/** In the order in which they matter; of machines nothing. */
const TALLIES = [
  'replied',
  'call_scheduled',
  'demo_attended',
  'call_completed',
  'form_submission',
  'clicked',
  'opened',
  'website_visit',
  'sent',
  'delivered',
  'unsubscribed',
  'bounced',
  'complained',
] as const satisfies readonly Tally[]

/** Reads roll-ups and indexes only, so it takes as long with ten million events as with none. */
export async function readDigest(database: Database, reader: DigestReader): Promise<Digest> {
  const { now, dayOf, timeZone } = reader
  const day = reader.day ?? dayOf(now)
  const period = periodBefore(day, reader)
  const chart = { days: CHART_DAYS, from: addDays(day, -CHART_DAYS), to: period.to }
  const since = [addDays(period.from, -7 * WEEKS), chart.from].sort()[0] ?? chart.from
  const events = await dayCounts(database, since, period.to)
  const created = await createdDays(database, since, period.to)
  const compare = comparison(period, await firstKnownDay(database))
  const filters = filtersOf(period)
  const campaigns = await campaignsOf(database, period)

  const figures = TALLIES.map((tally) => ({
    tally,
    ...compare(events.filter((row) => row.tally === tally)),
    filter: filters.happened(tally),
  })).filter(isWorthALine)
  const news = {
    figures,
    newContacts: { ...compare(created), filter: filters.added },
    waiting: await repliesWaiting(database, WAITING, now),
    warnings: deliverabilityWarnings(campaigns),
    silences: await silencesOf(database, day, reader),
    imports: await importsOf(database, { from: startOfDay(dayOf, period.from), before: startOfDay(dayOf, day) }),
    enrichment: await enrichmentOf(database, period),
  }
  return {
    ...{ day, timeZone, ...period, ...news },
    isEmpty: isNothing(news),
    campaigns: campaigns.slice(0, CAMPAIGNS),
    people: await everybody(database),
    peopleFilters: filters.status,
    hottest: await hottestContacts(database, HOTTEST, now),
    hottestFilter: filters.hottest,
    waitingFilter: filters.waiting,
    chart: { ...chart, daily: byDay(events.filter((row) => row.day >= chart.from)) },
  }
}

function periodBefore(day: string, schedule: Pick<DigestSchedule, 'days'>): Period {
  const from = digestDayBefore(schedule, day)
  const to = addDays(day, -1)
  return { days: 1 + Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS), from, to }
}

const DAY_MS = 24 * 60 * 60_000

type DayCount = { readonly day: string; readonly count: number }

/** Holds the days of `period` against the same days of the weeks before, as far as `known` reaches back. */
function comparison({ from, to }: Period, known: string | null) {
  const before = Array.from({ length: WEEKS }, (_, nth) => -7 * (nth + 1))
    .map((shift) => ({ from: addDays(from, shift), to: addDays(to, shift) }))
    .filter((week) => known !== null && week.from >= known)
  return (counts: readonly DayCount[]) => {
    const sum = before.reduce((total, week) => total + countWithin(counts, week), 0)
    const usual = before.length > 0 ? Math.round((10 * sum) / before.length) / 10 : null
    return { count: countWithin(counts, { from, to }), usual, weeks: before.length }
  }
}

function countWithin(counts: readonly DayCount[], { from, to }: { readonly from: string; readonly to: string }) {
  return counts.reduce((sum, { day, count }) => (day >= from && day <= to ? sum + count : sum), 0)
}

/** What did not happen is worth a word where it usually does. */
function isWorthALine({ count, usual }: Pick<Compared, 'count' | 'usual'>): boolean {
  return count > 0 || Math.round(usual ?? 0) > 0
}

type News = Pick<Digest, 'figures' | 'newContacts' | 'waiting' | 'warnings' | 'silences' | 'imports' | 'enrichment'>

function isNothing({ figures, newContacts, waiting, warnings, silences, imports, enrichment }: News): boolean {
  const lists = [figures, warnings, silences, imports]
  return (
    lists.every(({ length }) => length === 0) &&
    !isWorthALine(newContacts) &&
    waiting.recent === 0 &&
    enrichment === null
  )
}

async function campaignsOf(database: Database, { from, to }: Period): Promise<DigestCampaign[]> {
  const rows = await campaignTallies(database, { from, to, tallies: [...TALLIES, 'soft_bounced'] })
  return [...Map.groupBy(rows, ({ campaign }) => campaign)]
    .map(([campaign, some]) => ({
      campaign,
      events: addedUp(some),
      total: some.reduce((sum, row) => sum + row.count, 0),
    }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || (a.campaign < b.campaign ? -1 : 1))
    .map(({ campaign, events }) => ({ campaign, events }))
}

async function silencesOf(
  database: Database,
  day: string,
  { sources }: Pick<DigestReader, 'sources'>,
): Promise<SourceSilence[]> {
  const ids = sources.map(({ id }) => id)
  const reports = Map.groupBy(await sourceCounts(database, ids, addDays(day, -KNOWN_DAYS)), ({ provider }) => provider)
  return sources
    .flatMap(({ id, name }) => {
      const { silence, lastDeliveryAt } = sourceState(reports.get(id) ?? [], day)
      const isNews = silence?.isUnusual && silence.hasRhythm && silence.days <= SILENCE_DAYS
      return isNews && lastDeliveryAt !== null ? [{ source: id, name, lastDeliveryAt, silence }] : []
    })
    .sort((a, b) => a.lastDeliveryAt - b.lastDeliveryAt)
}

async function importsOf(
  database: Database,
  within: { readonly from: number; readonly before: number },
): Promise<DigestImport[]> {
  const rows = await importsDone(database, { ...within, limit: IMPORTS })
  return rows.flatMap(({ id, name, campaign, by, endedAt, counts }) =>
    endedAt === null ? [] : [{ id, name, campaign, by, endedAt, counts }],
  )
}

async function enrichmentOf(database: Database, { from, to }: Period): Promise<DigestEnrichment | null> {
  const rows = await enrichmentDays(database, from, to)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const ofProviders = rows.filter(({ provider }) => provider !== '')
  const hits = sum(ofProviders.map((row) => row.hits))
  const asked = sum(ofProviders.map((row) => row.hits + row.misses + row.mismatches))
  const credits = sum(ofProviders.map((row) => row.credits))
  return asked > 0 || credits > 0 ? { hits, asked, credits } : null
}

/** What `/crm list` takes to show who is behind a figure. */
function filtersOf({ from, to }: Period) {
  const written = LIFECYCLE.filter((status) => status !== 'disqualified')
  return {
    added: from === to ? `added:${from}` : `added:${from}..${to}`,
    hottest: `score:>0 suppressed:no status:${written.join(',')}`,
    waiting: 'waiting:yes',
    status: {
      new: 'status:new',
      enriched: 'status:enriched',
      verified: 'status:verified',
      engaged: 'status:engaged',
      converted: 'status:converted',
      disqualified: 'status:disqualified',
    },
    /** Who did it since, which tells more of today than the figure does. */
    happened: (tally: Tally): string | null => {
      const deed = DEEDS.find((known) => known === tally)
      return deed ? `${deed}:${from}` : null
    },
  }
}
