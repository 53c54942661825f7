import { distance } from 'fastest-levenshtein'

import { domainKey } from '../address.ts'
import { InvalidInputError } from '../errors.ts'
import { LIFECYCLE } from '../lifecycle.ts'
import { ownerNamed } from '../owner.ts'
import { heatOf } from '../score.ts'
import type { Database } from '../store/database.ts'
import { contactIdsWhere } from '../store/routes.ts'
import { type ContactConditions, DEEDS, type Deed } from '../store/search.ts'
import { addDays, type DayOf, startOfDay } from '../time.ts'
import { FilterError } from './filter-error.ts'
import { type Item, type Term, termsOf } from './terms.ts'
import { wordsOf } from './words.ts'

/** Which contacts are meant; of one key any of the values, of several keys all. */
export type ContactFilter = ContactConditions

/** What people typed after `/crm search`. */
export interface Query {
  readonly filter: ContactFilter
  /** What is searched for besides, each the beginning of a word; empty where only filters are given. */
  readonly words: readonly string[]
}

/** What the words of a filter depend on. */
export interface Reader {
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
  /** The Slack user who asks, where somebody does. */
  readonly me?: string
}

/** Everybody. */
export const NO_FILTER: ContactFilter = {
  status: [],
  domain: [],
  tag: [],
  owner: [],
  campaign: [],
  since: null,
  added: null,
  did: [],
  heat: { from: null, below: null },
  suppressed: null,
  waiting: null,
}

type Key = Exclude<keyof ContactFilter, 'heat' | 'did'> | 'score' | Deed

export const KEYS = [
  'status',
  'domain',
  'tag',
  'owner',
  'campaign',
  'since',
  'added',
  ...DEEDS,
  'score',
  'suppressed',
  'waiting',
] as const satisfies Key[]

const HOW = `Filters are ${KEYS.map((key) => `${key}:`).join(' ')}`

/** Reads filters, and everything else as words to search for. Throws `FilterError` at what it does not understand. */
export function parseQuery(text: string, reader: Reader): Query {
  const { terms, filter } = read(text, reader)
  const free = terms.filter(({ key }) => key === null)
  const words = wordsOf(free.flatMap(({ items }) => items.map((item) => item.text)).join(' '))
  const [first] = free
  if (first && words.length === 0)
    throw new FilterError('there is no letter or number to search for.', { text, at: first.at, length: first.length })
  return { filter, words }
}

/**
 * Reads `status:new domain:acme.com campaign:"Spring launch"`. Throws `InvalidInputError` that
 * says what is not understood: words beside the filters, and no filter at all, would mean everybody.
 */
export function parseFilter(text: string, reader: Reader): ContactFilter {
  const { terms, filter } = read(text, reader)
  const free = terms.find(({ key }) => key === null)
  if (free) throw new FilterError(`“${shortened(free.whole)}” is not a filter. ${HOW}`, { text, ...free })
  if (terms.length === 0)
    throw new InvalidInputError(`Which contacts? ${HOW}, such as campaign:"Spring launch" status:new`)
  return filter
}

/** True where `text` begins like a filter. */
export function isFilter(text: string): boolean {
  return new RegExp(`^(?:${KEYS.join('|')}):`, 'i').test(text.trim())
}

function read(text: string, reader: Reader): { terms: readonly Term[]; filter: ContactFilter } {
  const terms = termsOf(text)
  let filter = NO_FILTER
  for (const term of terms) {
    if (term.key === null) continue
    const key = keyOf(text, term.key)
    if (term.items.length === 0)
      throw new FilterError(`${key}: has no value, such as ${EXAMPLES[key]}`, {
        text,
        at: term.at,
        length: term.length,
      })
    for (const item of term.items) filter = VALUES[key](filter, item, { ...reader, text })
  }
  return { terms, filter }
}

function keyOf(text: string, { text: typed, at, length }: Item): Key {
  const key = KEYS.find((known) => known === typed.toLowerCase())
  if (key) return key
  const meant = closest(typed, KEYS)
  const advice = meant ? `Did you mean ${meant}:?` : `${HOW}. To search for it, put it in quotes.`
  throw new FilterError(`“${shortened(typed)}:” is not a filter. ${advice}`, { text, at, length })
}

const EXAMPLES: Readonly<Record<Key, string>> = {
  status: 'status:new',
  domain: 'domain:acme.com',
  tag: 'tag:vip',
  owner: 'owner:me',
  campaign: 'campaign:"Spring launch"',
  since: 'since:7d',
  added: 'added:2026-11-01',
  opened: 'opened:7d',
  clicked: 'clicked:7d',
  replied: 'replied:7d',
  bounced: 'bounced:7d',
  unsubscribed: 'unsubscribed:7d',
  complained: 'complained:7d',
  score: 'score:>20',
  suppressed: 'suppressed:no',
  waiting: 'waiting:yes',
}

interface Reading extends Reader {
  /** The whole that an item stands in. */
  readonly text: string
}

type ReadValue = (filter: ContactFilter, item: Item, reading: Reading) => ContactFilter

/** How a value of each key narrows the filter. */
const VALUES: Readonly<Record<Key, ReadValue>> = {
  status: (filter, item, { text }) => ({
    ...filter,
    status: [...filter.status, oneOf(LIFECYCLE, 'a status', item, text)],
  }),
  domain: (filter, item) => ({ ...filter, domain: [...filter.domain, domainIn(item.text)] }),
  tag: (filter, item) => ({ ...filter, tag: [...filter.tag, item.text.replace(/^#/, '')] }),
  owner: (filter, item, reading) => ({ ...filter, owner: [...filter.owner, ownerIn(item, reading)] }),
  campaign: (filter, item) => ({ ...filter, campaign: [...filter.campaign, item.text] }),
  since: (filter, item, reading) => ({ ...filter, since: Math.max(filter.since ?? 0, momentIn(item, reading)) }),
  added: (filter, item, reading) => {
    const { from, before } = timeIn(item, reading)
    const known = filter.added ?? { from, before }
    return { ...filter, added: { from: Math.max(known.from, from), before: Math.min(known.before, before) } }
  },
  opened: doing('opened'),
  clicked: doing('clicked'),
  replied: doing('replied'),
  bounced: doing('bounced'),
  unsubscribed: doing('unsubscribed'),
  complained: doing('complained'),
  score: (filter, item, { text, now }) => {
    const { from, below } = scoresIn(item, text)
    const heat = { from: heatFrom(from, now), below: heatFrom(below, now) }
    return {
      ...filter,
      heat: {
        from: extreme(Math.max, filter.heat.from, heat.from),
        below: extreme(Math.min, filter.heat.below, heat.below),
      },
    }
  },
  suppressed: (filter, item, { text }) => ({ ...filter, suppressed: yesOrNo(item, text) }),
  waiting: (filter, item, { text }) => ({ ...filter, waiting: yesOrNo(item, text) }),
}

function doing(tally: Deed): ReadValue {
  return (filter, item, reading) => ({ ...filter, did: [...filter.did, { tally, since: momentIn(item, reading) }] })
}

function yesOrNo(item: Item, text: string): boolean {
  return oneOf(['yes', 'no'], 'an answer', item, text) === 'yes'
}

function oneOf<const T extends string>(
  known: readonly T[],
  what: string,
  { text: typed, at, length }: Item,
  text: string,
): T {
  const found = known.find((one) => one === typed.toLowerCase())
  if (found) return found
  const meant = closest(typed, known)
  const advice = meant ? `Did you mean ${meant}?` : `Use ${known.join(', ')}.`
  throw new FilterError(`“${shortened(typed)}” is not ${what}. ${advice}`, { text, at, length })
}

/** `@Acme.com`, `ada@acme.com` and `https://www.acme.com/about` mean `acme.com`. */
function domainIn(value: string): string {
  const [, host = value] = /^(?:https?:\/\/(?:www\.)?|.*@)?([^/@]*)/i.exec(value) ?? []
  return domainKey(host)
}

function ownerIn({ text: value, at, length }: Item, { me, text }: Reading): string | null {
  const owner = ownerNamed(value)
  if (owner === undefined)
    throw new FilterError(`“${shortened(value)}” is not an owner. ${OWNERS}`, { text, at, length })
  if (owner === 'nobody') return null
  if (owner !== 'me') return owner.userId
  if (me === undefined)
    throw new FilterError('owner:me is known in Slack only. Write the Slack user id, such as owner:U0123ABCD.', {
      text,
      at,
      length,
    })
  return me
}

const OWNERS = 'Use me, nobody or a member id, such as owner:U0123ABCD: in Slack open their profile, ⋮, Copy member ID.'

const DAY_MS = 24 * 60 * 60 * 1000
const SPANS: Readonly<Record<string, number>> = { d: 1, w: 7, m: 30, y: 365 }

/** `7d` and `2w` before now, or the beginning of a local day. */
function momentIn({ text: value, at, length }: Item, { now, dayOf, text }: Reading): number {
  const [, number = '', unit = ''] = /^(\d{1,4})([dwmy])$/i.exec(value) ?? []
  const days = SPANS[unit.toLowerCase()]
  if (days !== undefined) return Math.max(0, now - Number(number) * days * DAY_MS)
  if (value.toLowerCase() === 'today') return startOfDay(dayOf, dayOf(now))
  if (isDay(value)) return startOfDay(dayOf, value)
  throw new FilterError(`“${shortened(value)}” is not a time. Use 7d, 2w or 3m, or a day such as 2026-11-01.`, {
    text,
    at,
    length,
  })
}

/** The last `7d` until now, a local day, or those from one to another, both included. */
function timeIn(item: Item, reading: Reading): { readonly from: number; readonly before: number } {
  const { now, dayOf } = reading
  const [first = '', last = first, ...others] = item.text.toLowerCase().split('..')
  const [from, to] = [first, last].map((word) => (word === 'today' ? dayOf(now) : word))
  if (others.length === 0 && from !== undefined && to !== undefined && isDay(from) && isDay(to))
    return { from: startOfDay(dayOf, from), before: startOfDay(dayOf, addDays(to, 1)) }
  return { from: momentIn(item, reading), before: Number.MAX_SAFE_INTEGER }
}

function isDay(value: string): boolean {
  const at = /^(?:19[7-9]|20\d)\d-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(value)
}

interface Range {
  readonly from: number | null
  readonly below: number | null
}

/** Half of what a score is rounded to: scores are compared as they are shown. */
const HALF = 0.05

function scoresIn({ text: value, at, length }: Item, text: string): Range {
  const [, sign = '', low = '', high] =
    /^(>=|<=|>|<|=|)(\d{1,6}(?:\.\d)?)(?:(?:-|\.\.)(\d{1,6}(?:\.\d)?))?$/.exec(value) ?? []
  if (low === '' || (high !== undefined && sign !== ''))
    throw new FilterError(`“${shortened(value)}” is not a score. Use >20, <=5, 10-20 or 20.`, { text, at, length })
  const score = Number(low)
  switch (sign) {
    case '>':
      return { from: score + HALF, below: null }
    case '>=':
      return { from: score - HALF, below: null }
    case '<':
      return { from: null, below: score - HALF }
    case '<=':
      return { from: null, below: score + HALF }
    default:
      return { from: score - HALF, below: Number(high ?? low) + HALF }
  }
}

function heatFrom(points: number | null, now: number): number | null {
  return points === null ? null : heatOf(points, now)
}

function extreme(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : choose(a, b)
}

/** What was probably meant: no more than two letters away, and no more than a third of the word. */
function closest<const T extends string>(typed: string, known: readonly T[]): T | undefined {
  const near = known
    .map((word) => ({ word, far: distance(word, typed.slice(0, 40).toLowerCase()) }))
    .filter(({ word, far }) => far <= Math.min(2, Math.ceil(word.length / 3)))
    .sort((a, b) => a.far - b.far)
  return near[0]?.word
}

function shortened(typed: string): string {
  return typed.length > 40 ? `${typed.slice(0, 39).toWellFormed()}…` : typed
}

const PAGE = 1000

/** The ids of the contacts that `filter` means, in their order; memory stays the same however many there are. */
export async function* filteredIds(database: Database, filter: ContactFilter): AsyncGenerator<number> {
  let after = 0
  for (;;) {
    const ids = await contactIdsWhere(database, filter, after, PAGE)
    yield* ids
    const last = ids.at(-1)
    if (last === undefined || ids.length < PAGE) return
    after = last
  }
}
