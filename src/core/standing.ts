import { type ContactState, statusOf } from './contact.ts'
import type { Tally } from './event.ts'
import { REACH, talliesIn } from './reach.ts'
import type { RollUps } from './store/roll-ups.ts'
import type { TotalName } from './store/rows.ts'
import { suppressionOf } from './suppression.ts'
import { eachOnce } from './tags.ts'

/** Moves a contact from the running counts it stood in to those it stands in now; null stands in none. */
export function countStanding(rollUps: RollUps, before: ContactState | null, after: ContactState | null): void {
  const [was, is] = [before && standingOf(before), after && standingOf(after)]
  for (const name of was?.totals ?? []) rollUps.countTotal({ day: '', name }, -1)
  for (const name of is?.totals ?? []) rollUps.countTotal({ day: '', name }, 1)
  const isAlike = sameWords(was?.totals, is?.totals) && sameWords(was?.tags, is?.tags)
  for (const [standing, other, by] of [[was, is, -1] as const, [is, was, 1] as const]) {
    if (standing) countGroups(rollUps, standing, isAlike ? other : null, by)
  }
}

function sameWords(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((word, nth) => word === b[nth])
}

interface Standing {
  readonly totals: readonly TotalName[]
  readonly tags: readonly string[]
  /** What ever happened, by campaign; '' is whether in a campaign or not. */
  readonly reach: ReadonlyMap<string, number>
}

function standingOf(state: ContactState): Standing {
  const tags = eachOnce(state.tags)
  const reach = new Map(Object.entries(state.campaigns))
  // Without a tag there is no group of everybody, and this runs for every event.
  if (tags.length > 0) reach.set('', everDone(state))
  return { totals: totalsOf(state), tags, reach }
}

function everDone({ counters }: ContactState): number {
  return REACH.reduce((mark, tally, nth) => (counters[tally] ? mark | (1 << nth) : mark), 0)
}

/** In the groups of everybody with a tag, of everybody in a campaign, and of those in both; not where `other` is the same. */
function countGroups(rollUps: RollUps, { totals, tags, reach }: Standing, other: Standing | null, by: number): void {
  for (const [campaign, mark] of reach) {
    if (other?.reach.get(campaign) === mark) continue
    const names: readonly (TotalName | Tally)[] = [...totals, ...talliesIn(mark)]
    for (const tag of campaign === '' ? tags : ['', ...tags]) {
      for (const name of names) rollUps.countGroup({ campaign, tag, name }, by)
    }
  }
}

function totalsOf(state: ContactState): TotalName[] {
  const names: TotalName[] = [statusOf(state)]
  if (suppressionOf(state.suppression)) names.push('suppressed')
  if (state.enrichedAt !== null) names.push('has_enrichment')
  if (state.emailEvidence?.status === 'valid') names.push('has_valid_address')
  return names
}
