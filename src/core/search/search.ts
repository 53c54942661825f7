import { isDeepStrictEqual } from 'node:util'

import { distance } from 'fastest-levenshtein'

import { InvalidInputError } from '../errors.ts'
import { LIFECYCLE, type LifecycleStatus } from '../lifecycle.ts'
import { scoreAt } from '../score.ts'
import { shown } from '../shown.ts'
import type { Database } from '../store/database.ts'
import { totalCounts } from '../store/roll-ups.ts'
import { type Asked, countSome, everyoneBy, isNeverWarm, routeOf, type Source } from '../store/routes.ts'
import {
  type FoundRow,
  foundAfter,
  foundByIds,
  isAnybodyWith,
  type Place,
  type Stretch,
  type TextQuery,
  wordsOfContacts,
} from '../store/search.ts'
import type { SuppressionReason } from '../suppression.ts'
import { type Cursor, readCursor, writeCursor } from './cursor.ts'
import { NO_FILTER, type Query } from './filter.ts'
import { slipsOf } from './words.ts'

export interface FoundContact {
  readonly id: number
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  readonly status: LifecycleStatus
  readonly suppressed: SuppressionReason | null
  readonly score: number
}

/** One page of contacts. */
export interface SearchResult {
  readonly contacts: readonly FoundContact[]
  /** True where nothing was found, and these are a slip of the finger away. */
  readonly isNear: boolean
  /** Which of all the first one is, from 1. */
  readonly first: number
  readonly total: number
  /** True where there are more than `total`, which nobody counted. */
  readonly isMore: boolean
  readonly order: Stretch['order']
  /** Cursors of the pages beside this one. */
  readonly previous: string | null
  readonly next: string | null
}

export interface SearchOptions {
  readonly limit: number
  /** UTC milliseconds. */
  readonly now: number
  /** Of the page that is wanted; without it the first. */
  readonly cursor?: string
}

/** Further than this nobody counts, and so many who are found by words are not put into the order of their heat. */
const COUNTED = 1000

/**
 * One page of the contacts that `query` means: those with all its words, hottest first, before those
 * with words that begin so. Where very many have them, the newest come first. A page is what stands
 * behind the last contact of the page before it, so contacts that come and go in between neither
 * repeat others nor hide them.
 */
export async function searchContacts(
  database: Database,
  query: Query,
  { limit, now, cursor: text }: SearchOptions,
): Promise<SearchResult> {
  const cursor = text === undefined ? null : readCursor(text)
  if (text !== undefined && !cursor) throw new InvalidInputError('This page is not known. Please search again.')
  const meant = await meantBy(database, query, cursor?.order)
  if (meant.count === 0 && meant.isAll && !isTotalKnown(query)) return await nearest(database, query, { limit, now })
  const found = await pageAt(meant, cursor, limit)
  const page = found.rows.length > 0 || !cursor ? found : await pageAt(meant, null, limit)
  if (page.rows.length === 0) return await nearest(database, query, { limit, now })

  const { count, order } = meant
  const last = page.first + page.rows.length - 1
  const isCounted = isTotalKnown(query) || (meant.isAll && count <= COUNTED)
  return {
    contacts: page.rows.map(({ row }) => foundContact(row, now)),
    isNear: false,
    first: page.first,
    total: Math.max(isCounted ? count : Math.min(count, COUNTED), last),
    isMore: !isCounted && page.hasNext,
    order,
    previous: page.hasPrevious ? beside(page.rows[0], 'previous', order, page.first) : null,
    next: page.hasNext ? beside(page.rows.at(-1), 'next', order, last) : null,
  }
}

/** The contacts that are meant, to be read from any place on. */
interface Meant {
  readonly count: number
  /** Whether `count` are all; otherwise there may be more. */
  readonly isAll: boolean
  readonly order: Stretch['order']
  /** At most `limit` from `cursor` on, or from the beginning; going back the nearest first. */
  readonly read: (cursor: Cursor | null, limit: number) => Promise<Standing[]>
}

async function meantBy(database: Database, query: Query, order: Stretch['order'] | undefined): Promise<Meant> {
  const totals = await totalCounts(database)
  const asked = { text: textOf(query, 'beginning'), filter: query.filter }
  const people = LIFECYCLE.reduce((sum, status) => sum + (totals.get(status) ?? 0), 0)
  const route = await routeOf(database, asked, people)
  const meant =
    route.kind === 'narrow'
      ? await meantOfFew(database, asked, route.by, order)
      : await meantOfMany(database, query, asked, { sample: route.sample, people }, order)
  if (!isTotalKnown(query)) return meant
  const statuses = query.filter.status.length > 0 ? new Set(query.filter.status) : LIFECYCLE
  return { ...meant, isAll: true, count: [...statuses].reduce((sum, status) => sum + (totals.get(status) ?? 0), 0) }
}

async function meantOfFew(
  database: Database,
  asked: Asked,
  by: Source,
  wanted: Stretch['order'] | undefined,
): Promise<Meant> {
  const everyone = await everyoneBy(database, asked, by)
  const order = wanted ?? (asked.text && everyone.length > COUNTED ? 'newest' : 'hottest')
  const inOrder = everyone
    .map(({ id, heat, isWhole }) => ({ id, heat, stretch: (asked.text ? isWhole : heat > 0) ? 0 : 1 }))
    .sort((a, b) => compare(a, b, order))
  return {
    count: everyone.length,
    isAll: true,
    order,
    async read(cursor, limit) {
      const places = cursor?.direction === 'previous' ? inOrder.toReversed() : inOrder
      const sign = cursor?.direction === 'previous' ? -1 : 1
      const from = cursor ? places.findIndex((place) => sign * compare(place, cursor, order) > 0) : 0
      const few = from < 0 ? [] : places.slice(from, from + limit)
      const rows = await foundByIds(
        database,
        few.map(({ id }) => id),
      )
      const stretches = new Map(few.map(({ id, stretch }) => [id, stretch]))
      return rows.map((row) => ({ row, stretch: stretches.get(row.id) ?? 0 }))
    },
  }
}

type Ordered = Place & Pick<Cursor, 'stretch'>

/** Negative where `a` stands before `b`. */
function compare(a: Ordered, b: Ordered, order: Stretch['order']): number {
  return a.stretch - b.stretch || (order === 'hottest' ? b.heat - a.heat : 0) || b.id - a.id
}

async function meantOfMany(
  database: Database,
  query: Query,
  asked: Asked,
  among: { readonly sample: Source | null; readonly people: number },
  wanted: Stretch['order'] | undefined,
): Promise<Meant> {
  const order = wanted ?? (asked.text ? 'newest' : 'hottest')
  const stretches = stretchesOf(query, order)
  const counted = isTotalKnown(query) ? { count: 0, isAll: true } : await countSome(database, asked, among, COUNTED + 1)
  return { ...counted, order, read: (cursor, limit) => standingFrom(database, stretches, cursor, limit) }
}

/** The roll-ups know how many contacts there are with each status. */
function isTotalKnown({ words, filter }: Query): boolean {
  return words.length === 0 && isDeepStrictEqual({ ...filter, status: [] }, NO_FILTER)
}

function textOf({ words }: Query, as: TextQuery['as']): TextQuery | null {
  return words.length === 0 ? null : { groups: words.map((word) => [word]), as }
}

/** What is read one after the other, each in the order of an index; null where there cannot be anybody. */
function stretchesOf(query: Query, order: Stretch['order']): readonly (Stretch | null)[] {
  const { words, filter } = query
  if (words.length === 0) {
    const warm = { text: null, filter, heat: 'some', order: 'hottest' } as const
    const cold = { text: null, filter, heat: 'none', order: 'newest' } as const
    if (filter.heat.from !== null && filter.heat.from > 0) return [warm]
    return isNeverWarm(filter.status) ? [null, cold] : [warm, cold]
  }
  return [
    { text: textOf(query, 'whole'), filter, heat: 'any', order },
    { text: textOf(query, 'rest'), filter, heat: 'any', order },
  ]
}

interface Standing {
  readonly row: FoundRow
  readonly stretch: number
}

interface Page {
  readonly rows: readonly Standing[]
  readonly first: number
  readonly hasPrevious: boolean
  readonly hasNext: boolean
}

async function pageAt({ read }: Meant, cursor: Cursor | null, limit: number): Promise<Page> {
  const found = await read(cursor, limit + 1)
  const hasMore = found.length > limit
  const rows = found.slice(0, limit)
  if (cursor?.direction !== 'previous')
    return { rows, first: (cursor?.shown ?? 0) + 1, hasPrevious: cursor !== null, hasNext: hasMore }
  // At the beginning the count starts anew, whatever was added or deleted meanwhile.
  const first = hasMore ? Math.max(1, cursor.shown - rows.length) : 1
  return { rows: rows.toReversed(), first, hasPrevious: hasMore, hasNext: true }
}

/** At most `limit` contacts from `cursor` on, or from the beginning; going back the nearest first. */
async function standingFrom(
  database: Database,
  stretches: readonly (Stretch | null)[],
  cursor: Cursor | null,
  limit: number,
): Promise<Standing[]> {
  const back = cursor?.direction === 'previous'
  const found: Standing[] = []
  let place: Place | null = cursor
  for (let at = cursor?.stretch ?? 0; found.length < limit; at += back ? -1 : 1) {
    const stretch = stretches[at]
    if (stretch === undefined) break
    const asked = { place, back, limit: limit - found.length }
    const rows = stretch ? await foundAfter(database, stretch, asked) : []
    found.push(...rows.map((row) => ({ row, stretch: at })))
    place = null
  }
  return found
}

function beside(
  standing: Standing | undefined,
  direction: Cursor['direction'],
  order: Stretch['order'],
  number: number,
): string | null {
  if (!standing) return null
  const { row, stretch } = standing
  return writeCursor({ direction, order, stretch, heat: row.heat, id: row.id, shown: number })
}

export function foundContact(row: FoundRow, now: number): FoundContact {
  const { id, email, status, suppressed, heat } = row
  return { id, email, ...shown(row, now), status, suppressed, score: scoreAt(heat, now) }
}

/** How many near misses the nearest are chosen from. */
const CONSIDERED = 200
/** With more words than these there is too much that could be meant. */
const MOST_WORDS = 6
/** Each is a search: so many take about 50 ms, whether there are few contacts or very many. */
const MOST_TRIES = 1000

async function nearest(
  database: Database,
  { words, filter }: Query,
  { limit, now }: Pick<SearchOptions, 'limit' | 'now'>,
): Promise<SearchResult> {
  const rows = await nearMisses(database, words, filter)
  const wordsOf = await wordsOfContacts(
    database,
    rows.map(({ id }) => id),
  )
  const close = rows
    .map((row) => ({ row, far: farFrom(words, wordsOf.get(row.id) ?? []) }))
    .sort((a, b) => a.far - b.far || b.row.heat - a.row.heat || b.row.id - a.row.id)
    .slice(0, limit)
  const contacts = close.map(({ row }) => foundContact(row, now))
  const none = { first: 1, isMore: false, order: 'hottest', previous: null, next: null } as const
  return { ...none, contacts, isNear: contacts.length > 0, total: contacts.length }
}

/** Whose words are a slip of the finger away; nobody where there are contacts with these very words, whom only the filter leaves out. */
async function nearMisses(
  database: Database,
  words: Query['words'],
  filter: Query['filter'],
): Promise<readonly FoundRow[]> {
  if (words.length === 0 || words.length > MOST_WORDS) return []
  if (await isKnown(database, words)) return []
  const unknown = new Set<string>()
  for (const word of words) if (!(await isKnown(database, [word]))) unknown.add(word)
  // What somebody is called was rarely meant otherwise, and each slip costs as much as a search.
  const groups = words.map((word) => (unknown.size === 0 || unknown.has(word) ? [word, ...slipsOf(word)] : [word]))
  const tries = groups.reduce((sum, group) => sum + group.length, 0)
  if (tries === groups.length || tries > MOST_TRIES) return []
  const stretch = { text: { groups, as: 'near' }, filter, heat: 'any', order: 'newest' } as const
  return await foundAfter(database, stretch, { place: null, back: false, limit: CONSIDERED })
}

async function isKnown(database: Database, words: Query['words']): Promise<boolean> {
  return await isAnybodyWith(database, { groups: words.map((word) => [word]), as: 'beginning' })
}

/** How many letters of `words` are otherwise in the words of a contact, whole or as their beginnings. */
function farFrom(words: readonly string[], own: readonly string[]): number {
  const distances = words.map((word) =>
    Math.min(
      word.length,
      ...own.map((other) => Math.min(distance(word, other), 0.5 + distance(word, other.slice(0, word.length)))),
    ),
  )
  return distances.reduce((sum, far) => sum + far, 0)
}
