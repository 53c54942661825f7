import { distance } from 'fastest-levenshtein'

import { fold } from './name.ts'
import {
  addedUp,
  byDay,
  type DayEvents,
  type GroupStatistics,
  groupStatistics,
  reachOfCampaigns,
  type StatsScope,
  type TallyCounts,
} from './statistics.ts'
import { campaignDays, campaignNames, latestCampaigns, stepCounts, topLinks } from './store/campaigns.ts'
import type { Database } from './store/database.ts'

/** A campaign in a list. Days are local, `YYYY-MM-DD`. */
export interface CampaignSummary {
  readonly name: string
  readonly lastDay: string
  /** In events: who opens twice counts twice. */
  readonly events: TallyCounts
  /** How many people its events are about, and to how many of them each happened. */
  readonly people: number
  readonly reach: TallyCounts
}

/** What became of a campaign: of its steps, links and days in events. */
export interface CampaignReport extends CampaignSummary {
  readonly firstDay: string
  /** In their order; '' stands for events that name no step. */
  readonly steps: readonly { readonly step: string; readonly events: TallyCounts }[]
  /** What people clicked most: host and path. */
  readonly links: readonly { readonly link: string; readonly clicks: number }[]
  /** The days on which something happened, in their order. */
  readonly days: readonly DayEvents[]
}

export type CampaignResult =
  | { readonly kind: 'found'; readonly campaign: CampaignReport }
  /** Names that may have been meant, best first. */
  | { readonly kind: 'choose'; readonly names: readonly string[] }
  | { readonly kind: 'none' }

const LINKS_SHOWN = 5
const NAMES_SHOWN = 5

/** The campaigns in which something happened last, latest first. */
export async function recentCampaigns(database: Database, limit: number): Promise<readonly CampaignSummary[]> {
  const latest = await latestCampaigns(database, limit)
  const names = latest.map(({ name }) => name)
  const counts = Map.groupBy(await stepCounts(database, names), ({ campaign }) => campaign)
  const reached = await reachOfCampaigns(database, names)
  return latest.map(({ name, lastDay }) => ({
    name,
    lastDay,
    events: addedUp(counts.get(name) ?? []),
    ...(reached.get(name) ?? NOBODY),
  }))
}

/** The campaign that is called `name`, in any case and with any accents where only one is. */
export async function campaignByName(database: Database, name: string): Promise<CampaignResult> {
  const exact = await report(database, name)
  if (exact) return { kind: 'found', campaign: exact }
  const names = await campaignNames(database)
  const [only, ...others] = names.filter((candidate) => comparable(candidate) === comparable(name))
  if (only === undefined) return chooseFrom(closest(names, name))
  if (others.length > 0) return chooseFrom([only, ...others])
  const campaign = await report(database, only)
  return campaign ? { kind: 'found', campaign } : { kind: 'none' }
}

/** Statistics of a scope whose campaign may be named as people remember it. */
export async function scopedStatistics(
  database: Database,
  scope: StatsScope,
  today: string,
): Promise<GroupStatistics | undefined> {
  const found = await groupStatistics(database, scope, today)
  if (found || scope.campaign === null) return found
  const typed = comparable(scope.campaign)
  const [only, ...others] = (await campaignNames(database)).filter((name) => comparable(name) === typed)
  if (only === undefined || others.length > 0) return undefined
  return await groupStatistics(database, { ...scope, campaign: only }, today)
}

const NOBODY = { people: 0, reach: {} } as const

function chooseFrom(names: readonly string[]): CampaignResult {
  return names.length > 0 ? { kind: 'choose', names: names.slice(0, NAMES_SHOWN) } : { kind: 'none' }
}

async function report(database: Database, name: string): Promise<CampaignReport | undefined> {
  const days = await campaignDays(database, name)
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return undefined
  const counts = await stepCounts(database, [name])
  const links = await topLinks(database, name, LINKS_SHOWN)
  return {
    name,
    firstDay: first.day,
    lastDay: last.day,
    events: addedUp(days),
    ...((await reachOfCampaigns(database, [name])).get(name) ?? NOBODY),
    steps: [...Map.groupBy(counts, ({ step }) => step)]
      .map(([step, some]) => ({ step, events: addedUp(some) }))
      .sort((a, b) => inSequence(a.step, b.step)),
    links: links.map(({ link, count }) => ({ link, clicks: count })),
    days: byDay(days),
  }
}

/** `2` comes before `10`, and what has no step after all that have one. */
function inSequence(a: string, b: string): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1
  return SEQUENCE.compare(a, b) || (a < b ? -1 : 1)
}

const SEQUENCE = new Intl.Collator('en', { numeric: true })

/** A name as people remember it: dashes, quotes and punctuation do not count. */
function comparable(name: string): string {
  return (
    fold(name)
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim() || fold(name)
  )
}

/** Those that contain what was typed, the shorter first; then those a slip of the finger away. */
function closest(names: readonly string[], typed: string): string[] {
  const key = comparable(typed)
  if (key === '') return []
  const slips = Math.max(1, Math.floor(key.length / 3))
  return names
    .map((name) => {
      const other = comparable(name)
      const isPart = other.includes(key) || (other.length > 3 && key.includes(other))
      return { name, far: isPart ? 0 : distance(other, key), length: other.length }
    })
    .filter(({ far }) => far <= slips)
    .sort((a, b) => a.far - b.far || a.length - b.length || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name)
}
