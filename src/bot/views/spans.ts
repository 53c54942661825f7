import type { Tally } from '../../core/event.ts'
import type { DayEvents, Period } from '../../core/statistics.ts'
import { addDays } from '../../core/time.ts'
import { type Drawn, preformatted } from '../blocks.ts'
import { count } from '../mrkdwn.ts'
import { bar } from './bar.ts'
import { chart, MOST_CATEGORIES } from './chart.ts'
import { aligned } from './figures.ts'

/** What happened from one local day to another, both included. */
export interface Span {
  /** Where it begins: a phone has no room for more. */
  readonly label: string
  readonly counts: readonly number[]
}

/** What was sent, and what people did with it; of machines nothing. */
export const COLUMNS = [
  ['sent', 'sent'],
  ['opened', 'opened'],
  ['clicked', 'clicked'],
  ['replied', 'replied'],
] as const satisfies readonly (readonly [Tally, string])[]

export interface Spans {
  /** "day by day". */
  readonly each: string
  readonly spans: readonly Span[]
}

/** A period in equal parts, as many as can be read at a glance. */
export function partsOfPeriod({ days, from }: Period, daily: readonly DayEvents[]): Spans {
  const length = PART[days] ?? Math.ceil(days / MOST_CATEGORIES)
  const starts = Array.from({ length: Math.ceil(days / length) }, (_, nth) => addDays(from, nth * length))
  const spans = starts.map((start) => {
    const end = addDays(start, length - 1)
    return span(
      dayName(start),
      daily.filter(({ day }) => day >= start && day <= end),
    )
  })
  return { each: length === 1 ? 'day by day' : `${length} days at a time, by the first of them`, spans }
}

/** Divides each period without a rest. */
const PART: Readonly<Record<number, number>> = { 7: 1, 30: 3, 90: 10 }

/** All the days of something, from the first to the last, by day, week or month; of a long time the latest. */
export function partsOfLife(daily: readonly DayEvents[]): Spans {
  const unit = unitOf(daily)
  const parts = Map.groupBy(daily, ({ day }) => START[unit](day))
  const spans = everyStart([...parts.keys()], unit).map((start) => {
    return span(unit === 'month' ? monthName(start) : dayName(start), parts.get(start) ?? [])
  })
  return { each: EACH[unit], spans }
}

function span(label: string, daily: readonly DayEvents[]): Span {
  const sum = (tally: Tally) => daily.reduce((total, { events }) => total + (events[tally] ?? 0), 0)
  return { label, counts: COLUMNS.map(([tally]) => sum(tally)) }
}

type Unit = 'day' | 'week' | 'month'

const EACH: Readonly<Record<Unit, string>> = {
  day: 'day by day',
  week: 'week by week, each from Monday',
  month: 'month by month',
}

const START: Readonly<Record<Unit, (day: string) => string>> = {
  day: (day) => day,
  week: mondayOf,
  month: (day) => `${day.slice(0, 7)}-01`,
}

const NEXT_BEFORE: Readonly<Record<Unit, (start: string) => string>> = {
  day: (start) => addDays(start, -1),
  week: (start) => addDays(start, -7),
  month: (start) => START.month(addDays(start, -1)),
}

function unitOf(daily: readonly DayEvents[]): Unit {
  const length = daysBetween(daily[0]?.day ?? '', daily.at(-1)?.day ?? '') + 1
  if (length <= MOST_CATEGORIES) return 'day'
  return length <= (MOST_CATEGORIES - 1) * 7 ? 'week' : 'month'
}

/** Also those in which nothing happened: a gap says as much as a bar. */
function everyStart(starts: readonly string[], unit: Unit): string[] {
  const [first, last] = [starts[0], starts.at(-1)]
  if (first === undefined || last === undefined) return []
  const all: string[] = []
  for (let start = last; start >= first && all.length < MOST_CATEGORIES; start = NEXT_BEFORE[unit](start))
    all.unshift(start)
  return all
}

function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))
}

const DAY_MS = 24 * 60 * 60 * 1000

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

const DAY = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' })
const MONTH = new Intl.DateTimeFormat('en-US', { month: 'short', year: 'numeric', timeZone: 'UTC' })

export function dayName(day: string): string {
  return named(DAY, day)
}

function monthName(day: string): string {
  return named(MONTH, day)
}

/** What is no day is shown as it is. */
function named(format: Intl.DateTimeFormat, day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(at) ? day : format.format(at)
}

/** What people did in each part: as a chart, or as bars beside the figures. */
export function drawnSpans(spans: readonly Span[]): Drawn {
  const done = spans.map(({ counts }) => counts.slice(1).reduce((total, number) => total + number, 0))
  const most = Math.max(0, ...done)
  return {
    charts: chart({
      title: 'What people did',
      type: 'line',
      unit: 'Events',
      categories: spans.map(({ label }) => label),
      series: COLUMNS.slice(1).map(([, name], nth) => ({
        name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        values: spans.map(({ counts }) => counts[nth + 1] ?? 0),
      })),
    }),
    bars: spanTable(spans, (nth) => [most > 0 ? bar(done[nth] ?? 0, most) : bar(0, 1)]),
    figures: spanTable(spans, () => []),
  }
}

function spanTable(spans: readonly Span[], beside: (nth: number) => readonly string[]) {
  const head = ['', ...beside(0).map(() => ''), ...COLUMNS.map(([, name]) => name)]
  const rows = spans.map(({ label, counts }, nth) => [label, ...beside(nth), ...counts.map(count)])
  return preformatted(aligned([head, ...rows]))
}
