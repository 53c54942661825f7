import type { ChartBlock } from '../blocks.ts'
import { plain } from '../mrkdwn.ts'

export interface Charted {
  readonly title: string
  /** A line only where the categories follow on each other. */
  readonly type: 'bar' | 'line'
  /** What the values count. */
  readonly unit: string
  readonly categories: readonly string[]
  /** Each with a value for each of the categories. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[]
}

/** Slack's own limits, section 10.5 of the Slack sheet, the safer ones where sources disagree. */
export const MOST_CATEGORIES = 12
const MOST_SERIES = 6
const LONGEST = { title: 50, axis: 50, label: 20 } as const

/** Nothing where there is nothing to see: one category is no comparison, and zeros are no picture. */
export function chart({ title, type, unit, categories, series }: Charted): ChartBlock[] {
  const names = labels(categories.slice(0, MOST_CATEGORIES))
  const shown = series.slice(0, MOST_SERIES)
  const seriesNames = labels(shown.map(({ name }) => name))
  const isFlat = shown.every(({ values }) => values.slice(0, names.length).every((value) => !(value > 0)))
  if (names.length < 2 || isFlat) return []
  return [
    {
      type: 'data_visualization',
      title: plain(title, LONGEST.title),
      chart: {
        type,
        series: shown.map(({ values }, nth) => ({
          name: seriesNames[nth] ?? '',
          data: names.map((label, index) => ({ label, value: finite(values[index]) })),
        })),
        axis_config: { categories: names, y_label: plain(unit, LONGEST.axis) },
      },
    },
  ]
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0
}

/** Short enough, and no two alike: a point finds its category by the label. */
function labels(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let label = plain(name, LONGEST.label)
    for (let again = 2; taken.has(label); again += 1) {
      label = `${plain(name, LONGEST.label - String(again).length - 1)} ${again}`
    }
    taken.add(label)
    return label
  })
}
