import { isDeepStrictEqual } from 'node:util'

import { tagKey } from '../changes/change.ts'
import type { Claims } from '../enrichment/claims.ts'
import type { Enrichment } from '../enrichment/flat.ts'
import type { DataStatus, Decision } from '../lifecycle.ts'
import type { Assertions } from '../store/rows.ts'

/** One side of what an import changed of a contact: of that and of nothing else. */
export interface Imprint {
  readonly firstName?: string | null
  readonly lastName?: string | null
  readonly company?: string | null
  readonly title?: string | null
  readonly owner?: string | null
  readonly sourceCampaign?: string | null
  readonly enrichment?: Enrichment | null
  readonly enrichedAt?: number | null
  readonly floor?: DataStatus
  readonly decision?: Decision | null
  readonly decidedAt?: number | null
  readonly createdAt?: number
  /** Those that are there on this side and not on the other; an import only adds some. */
  readonly tags?: readonly string[]
  /** Of these only the keys that differ. */
  readonly customFields?: Readonly<Record<string, unknown>>
  readonly claims?: Claims
  readonly asserted?: Assertions
}

export interface Imprints {
  readonly before: Imprint
  readonly after: Imprint
}

/** What people call each part of a contact that an import writes. */
export const IMPRINT_WORDS = {
  firstName: 'first name',
  lastName: 'last name',
  company: 'company',
  title: 'job title',
  owner: 'owner',
  sourceCampaign: 'campaign',
  enrichment: 'enrichment',
  enrichedAt: 'enrichment',
  floor: 'status',
  decision: 'status',
  decidedAt: 'status',
  createdAt: 'creation date',
  tags: 'tags',
  customFields: 'custom fields',
  claims: 'enrichment',
  asserted: 'e-mail status',
} as const satisfies Readonly<Record<keyof Imprint, string>>

const PLAIN = [
  'firstName',
  'lastName',
  'company',
  'title',
  'owner',
  'sourceCampaign',
  'enrichment',
  'enrichedAt',
  'floor',
  'decision',
  'decidedAt',
  'createdAt',
] as const satisfies readonly (keyof Imprint)[]

const RECORDS = ['customFields', 'claims', 'asserted'] as const satisfies readonly (keyof Imprint)[]

/** All that an import can change of a contact beside its events. */
export type Imprinted = Required<Imprint>

/** Null where nothing differs. */
export function imprintsOf(before: Imprinted, after: Imprinted): Imprints | null {
  let [was, is]: [Imprint, Imprint] = [{}, {}]
  for (const field of PLAIN) {
    if (isDeepStrictEqual(before[field], after[field])) continue
    was = { ...was, [field]: before[field] }
    is = { ...is, [field]: after[field] }
  }
  for (const field of RECORDS) {
    const [from, to] = [entriesOf(before[field]), entriesOf(after[field])]
    const keys = [...to.keys()].filter((key) => !isDeepStrictEqual(from.get(key), to.get(key)))
    if (keys.length === 0) continue
    was = { ...was, [field]: pick(from, keys) }
    is = { ...is, [field]: pick(to, keys) }
  }
  const there = new Set(before.tags.map(tagKey))
  const added = after.tags.filter((tag) => !there.has(tagKey(tag)))
  if (added.length > 0) {
    was = { ...was, tags: [] }
    is = { ...is, tags: added }
  }
  return Object.keys(is).length > 0 ? { before: was, after: is } : null
}

/** What was changed at one time and at a later one, as if it had been one. */
export function joined(first: Imprints, then: Imprints): Imprints {
  return {
    before: { ...then.before, ...first.before, asserted: { ...then.before.asserted, ...first.before.asserted } },
    after: { ...first.after, ...then.after, asserted: { ...first.after.asserted, ...then.after.asserted } },
  }
}

export interface TakenBack<P> {
  readonly profile: P
  /** What was touched since, and stays. */
  readonly kept: readonly (keyof Imprint)[]
}

/** `profile` with what it was before, wherever it still is what the import made of it. */
export function takeBack<P extends Imprinted>(profile: P, { before, after }: Imprints): TakenBack<P> {
  let next = profile
  const kept: (keyof Imprint)[] = []
  for (const field of PLAIN) {
    if (!(field in after)) continue
    if (isDeepStrictEqual(profile[field], after[field])) next = { ...next, [field]: before[field] ?? null }
    else kept.push(field)
  }
  for (const field of RECORDS) {
    const [from, to, now] = [entriesOf(before[field]), entriesOf(after[field]), entriesOf(profile[field])]
    for (const [key, value] of to) {
      if (!isDeepStrictEqual(now.get(key), value)) kept.push(field)
      else if (from.has(key)) now.set(key, from.get(key))
      else now.delete(key)
    }
    if (to.size > 0) next = { ...next, [field]: Object.fromEntries(now) }
  }
  const added = new Set(after.tags?.map(tagKey))
  if (added.size > 0) next = { ...next, tags: profile.tags.filter((tag) => !added.has(tagKey(tag))) }
  return { profile: next, kept: [...new Set(kept)] }
}

function entriesOf(record: object | undefined): Map<string, unknown> {
  return new Map<string, unknown>(Object.entries(record ?? {}).filter(([, value]) => value !== undefined))
}

function pick(entries: ReadonlyMap<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (entries.has(key) ? [[key, entries.get(key)]] : [])))
}
