import type { SQL } from 'drizzle-orm'

import { tagKey } from '../changes/change.ts'
import { LIFECYCLE } from '../lifecycle.ts'
import { heatOf, POINTS } from '../score.ts'
import type { Database } from './database.ts'
import { inArray, sql } from './drizzle.ts'
import {
  type ContactConditions,
  conditionsOf,
  hits,
  mayHaveDone,
  type Place,
  type TextQuery,
  wordsMatch,
} from './search.ts'

/** Who is looked for. */
export interface Asked {
  readonly text: TextQuery | null
  readonly filter: ContactConditions
}

/** How contacts are best found; which way it is changes nothing but the time. */
export type Route =
  /** Read everybody whom one index names, who are few, and see who is meant. */
  | { readonly kind: 'narrow'; readonly by: Source }
  /** Go through contacts in the order they are wanted in, of whom so many are meant that a page is full soon. */
  | { readonly kind: 'walk'; readonly sample: Source | null }

/** Contacts that meet one of the conditions, named by an index alone. */
export interface Source {
  /** Selects `id`. */
  readonly ids: SQL
  /** Whether they are all that the condition means, each once; otherwise these and some more. */
  readonly isExact: boolean
  readonly isText: boolean
  /** Whether next to none of them may be meant, so that a walk might pass everybody. */
  readonly isLoose: boolean
  /** Counted no further than `PROBED`, or `PROBED_BY_WORDS`. */
  readonly size: number
}

/** Further than this no source is counted: about 3 ms. */
const PROBED = 50_000
/** Reading who has words costs more than reading other indexes. */
const PROBED_BY_WORDS = 2000
/** With fewer there is nothing to think about. */
const FEW = 1000
/** What a walk has to find: a page, and one more. */
const WANTED = 11

/**
 * The cheaper of two ways. The rarest condition costs as many contacts as meet it; a walk costs as
 * many as it passes on its way to a full page, which is guessed as if the conditions had nothing to
 * do with one another.
 */
export async function routeOf(database: Database, asked: Asked, people: number): Promise<Route> {
  const sources = await sourcesOf(database, asked)
  const [rarest = null] = sources.toSorted((a, b) => a.size - b.size)
  if (!rarest) return { kind: 'walk', sample: null }
  const everybody = Math.max(1, people)
  const shares = sources.filter(({ isText }) => !isText).map(({ size }) => Math.min(1, size / everybody))
  const passed = WANTED / shares.reduce((product, share) => product * share, 1)
  const isWorthIt = rarest.size <= Math.max(FEW, passed) || sources.some(({ isLoose }) => isLoose)
  return rarest.size < (rarest.isText ? PROBED_BY_WORDS : PROBED) && isWorthIt
    ? { kind: 'narrow', by: rarest }
    : { kind: 'walk', sample: rarest }
}

type Named = Omit<Source, 'size'>

async function sourcesOf(database: Database, { text, filter }: Asked): Promise<Source[]> {
  const named = [...filterSources(filter), ...(text ? textSources(database, text) : [])]
  if (named.length === 0) return []
  const sizes = named.map(
    ({ ids, isText }, n) =>
      sql`(select count(*) from (select 1 from (${ids}) as s limit ${isText ? PROBED_BY_WORDS : PROBED}) as c) as ${sql.raw(`n${n}`)}`,
  )
  const [row = {}] = await database.all(sql`select ${sql.join(sizes, sql`, `)}`)
  return named.map((source, n) => ({ ...source, size: Number(row[`n${n}`]) }))
}

/**
 * SQLite reads the contacts of each word from the index of words and stops where they are enough;
 * a search would first gather everybody with the beginning of a word.
 */
function textSources(database: Database, text: TextQuery): Named[] {
  const ofText = { isExact: false, isText: true, isLoose: false }
  if (database.dialect.name !== 'sqlite') return [{ ...ofText, ids: sql`select h.id from ${hits(database, text)}` }]
  return text.groups.map(([word = '']) => ({
    ...ofText,
    ids: sql`select doc as id from contact_terms where term >= ${word} and term < ${`${word}\u{10ffff}`}`,
  }))
}

/** What is written out is what partial indexes ask for. */
function filterSources(filter: ContactConditions): Named[] {
  const { status, domain, tag, owner, campaign, since, added, did, heat, suppressed, waiting } = filter
  const from = (condition: SQL): SQL => sql`select id from contacts where ${condition}`
  const exact = (ids: SQL, isExact = true): Named => ({ ids, isExact, isText: false, isLoose: false })
  const sources: Named[] = []
  if (status.length > 0) sources.push(exact(from(inArray(sql`status`, [...status]))))
  if (domain.length > 0) sources.push(exact(from(inArray(sql`domain`, [...domain]))))
  const owners = owner.filter((id) => id !== null)
  // No index names those without an owner.
  if (owners.length > 0 && owners.length === owner.length)
    sources.push(exact(from(sql`owner is not null and ${inArray(sql`owner`, owners)}`)))
  if (campaign.length > 0)
    sources.push(exact(from(sql`source_campaign is not null and lower(source_campaign) in (${lowered(campaign)})`)))
  if (tag.length > 0)
    sources.push(
      exact(
        sql`select contact_id as id from contact_tags where ${inArray(sql`tag`, tag.map(tagKey))}`,
        tag.length === 1,
      ),
    )
  if (suppressed === true) sources.push(exact(from(sql`suppressed is not null`)))
  if (waiting === true) sources.push(exact(from(sql`waiting_since is not null`)))
  if (heat.from !== null && heat.from > 0) {
    const below = heat.below === null ? sql`` : sql` and heat < ${heat.below}`
    // SQLite begins with the first bound that it sees.
    sources.push(exact(from(sql`heat >= ${heat.from}${below} and heat > 0`)))
  }
  if (added !== null) sources.push(exact(from(sql`created_at >= ${added.from} and created_at < ${added.before}`)))
  for (const deed of did) sources.push({ ...exact(from(mayHaveDone(deed)), false), isLoose: true })
  if (since !== null) {
    const engaged = sql`union all select id from contacts where last_engaged_at is not null and last_engaged_at >= ${since}`
    const isWithEngaged = !isNeverWarm(status) && (heat.below === null || heat.below > leastHeat(since))
    sources.push(exact(sql`${from(sql`created_at >= ${since}`)} ${isWithEngaged ? engaged : sql``}`, false))
  }
  return sources
}

function lowered(values: readonly string[]): SQL {
  return sql.join(
    values.map((value) => sql`lower(${value})`),
    sql`, `,
  )
}

/** Whoever has any heat was engaged, and with that at least that far. */
export function isNeverWarm(statuses: ContactConditions['status']): boolean {
  const engaged = LIFECYCLE.indexOf('engaged')
  return statuses.length > 0 && statuses.every((status) => LIFECYCLE.indexOf(status) < engaged)
}

const LEAST_POINTS = Math.min(...Object.values(POINTS))

/** Whoever engaged at `since` or later is at least as hot as this, give or take the rounding of sums. */
function leastHeat(since: number): number {
  return heatOf(LEAST_POINTS, since) * (1 - 1e-9)
}

export interface Standing extends Place {
  /** Whether all words are there as whole words, not only as beginnings. */
  readonly isWhole: boolean
}

/** Everybody who is meant, of those whom `by` names; in no order. */
export async function everyoneBy(database: Database, { text, filter }: Asked, by: Source): Promise<Standing[]> {
  const words = text ? sql`cross join contact_words w` : sql``
  const isWhole = text ? wordsMatch(text.groups, 'whole') : sql`1 = 1`
  const rows = await database.all(sql`
    select contacts.id, contacts.heat, case when ${isWhole} then 1 else 0 end as whole
    from (${by.ids}) as s cross join contacts ${words}
    where contacts.id = s.id and ${meeting(database, { text, filter })}`)
  // Once each, whatever the source says.
  return [
    ...new Map(
      rows.map((row) => [
        Number(row.id),
        { id: Number(row.id), heat: Number(row.heat), isWhole: Number(row.whole) === 1 },
      ]),
    ).values(),
  ]
}

/** What makes a contact one of those who are asked for; with text it needs `w`, the words of the contact. */
export function meeting(database: Database, { text, filter }: Asked): SQL {
  const conditions = conditionsOf(database, filter) ?? sql`1 = 1`
  if (!text) return conditions
  return sql`w.contact_id = contacts.id and ${wordsMatch(text.groups, 'beginning')} and ${conditions}`
}

/** So many are looked at to say how many are meant: a few milliseconds. */
const LOOKED_AT = 1000

export interface Counted {
  readonly count: number
  /** Whether these are all. */
  readonly isAll: boolean
}

/** How many are meant, of some whom `sample` names or, without it, of the newest of all `people`; counted no further than `most`. */
export async function countSome(
  database: Database,
  { text, filter }: Asked,
  { sample, people }: { readonly sample: Source | null; readonly people: number },
  most: number,
): Promise<Counted> {
  if (sample?.isExact && isAlone({ text, filter }))
    return { count: Math.min(sample.size, most), isAll: sample.size < most }
  const ids = sample?.ids ?? sql`select id from contacts order by id desc`
  const words = text ? sql`cross join contact_words w` : sql``
  const rows = await database.all(sql`
    select count(*) as n from (
      select distinct contacts.id from (select s.id from (${ids}) as s limit ${LOOKED_AT}) as s cross join contacts ${words}
      where contacts.id = s.id and ${meeting(database, { text, filter })} limit ${most}) as found`)
  const count = Number(rows[0]?.n ?? 0)
  return { count, isAll: (sample?.size ?? people) < LOOKED_AT && count < most }
}

/** One page of the ids of contacts that meet all conditions, in their order. */
export async function contactIdsWhere(
  database: Database,
  filter: ContactConditions,
  afterId: number,
  limit: number,
): Promise<number[]> {
  const [rarest] = (await sourcesOf(database, { text: null, filter })).sort((a, b) => a.size - b.size)
  const among = rarest && rarest.size < PROBED ? sql`contacts.id in (${rarest.ids})` : sql`1 = 1`
  const rows = await database.all(sql`
    select contacts.id from contacts
    where contacts.id > ${afterId} and ${among} and ${conditionsOf(database, filter) ?? sql`1 = 1`}
    order by contacts.id limit ${limit}`)
  return rows.map(({ id }) => Number(id))
}

/** Whether a single condition is all that is asked. */
function isAlone({ text, filter }: Asked): boolean {
  const { heat, ...others } = filter
  return [text, ...Object.values(others), heat.from ?? heat.below].filter(saysSomething).length === 1
}

function saysSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null
}
