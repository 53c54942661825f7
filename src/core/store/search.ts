import type { SQL, SQLWrapper } from 'drizzle-orm'

import { tagKey } from '../changes/change.ts'
import type { Tally } from '../event.ts'
import type { LifecycleStatus } from '../lifecycle.ts'
import { wordsOfContact } from '../search/words.ts'
import { decodeRows, insertOf, perBackend, selectList, valuesOf } from './bulk.ts'
import type { ContactRow } from './contacts.ts'
import type { Database } from './database.ts'
import { and, eq, gte, inArray, isNotNull, isNull, lt, or, sql } from './drizzle.ts'

/** Which contacts are meant; an empty list or null says nothing. Text is compared without case. */
export interface ContactConditions {
  readonly status: readonly LifecycleStatus[]
  readonly domain: readonly string[]
  readonly tag: readonly string[]
  /** Slack user ids; null is nobody. */
  readonly owner: readonly (string | null)[]
  readonly campaign: readonly string[]
  /** Engaged or added at that moment (UTC milliseconds) or later. */
  readonly since: number | null
  /** Added from the one moment (UTC milliseconds) to before the other. */
  readonly added: { readonly from: number; readonly before: number } | null
  /** What they all have done at a moment (UTC milliseconds) or later. */
  readonly did: readonly { readonly tally: Deed; readonly since: number }[]
  readonly heat: { readonly from: number | null; readonly below: number | null }
  readonly suppressed: boolean | null
  /** Whether they wrote and have no answer. */
  readonly waiting: boolean | null
}

/** What became of people that can be looked for: what an index names is more than that, and little enough. */
export const DEEDS = [
  'opened',
  'clicked',
  'replied',
  'bounced',
  'unsubscribed',
  'complained',
] as const satisfies readonly Tally[]

export type Deed = (typeof DEEDS)[number]

const WORDED = [
  'id',
  'email',
  'firstName',
  'lastName',
  'company',
  'title',
  'tags',
  'enrichment',
  'claims',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ContactRow)[]

type Worded = Pick<ContactRow, (typeof WORDED)[number]>

const savingWords = perBackend(({ contactWords }) =>
  insertOf(contactWords, ['contactId', 'words'], {
    conflict: `on conflict (contact_id) do update set words = excluded.words
      where contact_words.words <> excluded.words`,
    together: true,
  }),
)

/** Never empty, which would mean that they were not read yet. */
const NO_WORDS = '-'

const expectingWords = perBackend(({ contactWords }) =>
  insertOf(contactWords, ['contactId', 'words'], { ignore: ['contactId'], together: true }),
)

/**
 * Leaves a place for the words of contacts that are new. Whoever knows what they are called writes
 * them with `indexContacts` in the same transaction: once, since taking words out again costs more
 * than putting them in.
 */
export async function expectWords(tx: Database, ids: readonly number[]): Promise<void> {
  await tx.write(
    expectingWords(tx),
    ids.map((contactId) => ({ contactId, words: '' })),
  )
}

/**
 * Writes what the contacts with `ids` are searched by, as they are now. Deleting a contact deletes
 * its words.
 */
export async function indexContacts(tx: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const { contacts } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(contacts, WORDED)} from ${contacts}
      where ${contacts.id} in (select r.v from ${valuesOf(tx, 'bigint', ids)})
      order by ${contacts.id} ${tx.dialect.forUpdate}`,
  )
  const worded = decodeRows(contacts, WORDED, rows)
  await tx.write(
    savingWords(tx),
    worded.map((row) => ({ contactId: row.id, words: wordsOfContact(row).join(' ') || NO_WORDS })),
  )
  await saveTags(tx, worded)
}

/** The same for contacts that this transaction made whole, which nothing knows yet. */
export async function indexNew(
  tx: Database,
  made: readonly { readonly id: number; readonly row: Omit<Worded, 'id'> }[],
): Promise<void> {
  await tx.write(
    savingWords(tx),
    made.map(({ id, row }) => ({ contactId: id, words: wordsOfContact(row).join(' ') || NO_WORDS })),
  )
  await tx.write(
    addingTags(tx),
    made.flatMap(({ id, row }) => [...new Set(row.tags.map(tagKey))].map((tag) => ({ tag, contactId: id }))),
  )
}

const addingTags = perBackend(({ contactTags }) =>
  insertOf(contactTags, ['tag', 'contactId'], { ignore: ['tag', 'contactId'] }),
)

async function saveTags(tx: Database, rows: readonly Pick<ContactRow, 'id' | 'tags'>[]): Promise<void> {
  const { contactTags } = tx.tables
  const ids = rows.map(({ id }) => id)
  const kept = await tx.all(
    sql`select ${selectList(contactTags, ['contactId', 'tag'])} from ${contactTags}
      where ${contactTags.contactId} in (select r.v from ${valuesOf(tx, 'bigint', ids)})`,
  )
  const before = Map.groupBy(decodeRows(contactTags, ['contactId', 'tag'], kept), ({ contactId }) => contactId)
  const after = rows.map(({ id, tags }) => ({ id, tags: [...new Set(tags.map(tagKey))] }))
  const outdated = after.filter(({ id, tags }) => before.get(id)?.some(({ tag }) => !tags.includes(tag)))
  if (outdated.length > 0)
    await tx.run(
      sql`delete from ${contactTags} where ${contactTags.contactId} in
        (select r.v from ${valuesOf(
          tx,
          'bigint',
          outdated.map(({ id }) => id),
        )})`,
    )
  await tx.write(
    addingTags(tx),
    after.flatMap(({ id, tags }) => tags.map((tag) => ({ tag, contactId: id }))),
  )
}

const UNREAD_AT_ONCE = 500

/** Reads the words of contacts that are older than the index of words; SQL cannot fold them. */
export async function indexUnread(database: Database): Promise<void> {
  while ((await unread(database)).length > 0)
    await database.transaction(async (tx) => await indexContacts(tx, await unread(tx)))
}

async function unread(database: Database): Promise<number[]> {
  const { contactWords } = database.tables
  const rows = await database.db
    .select({ id: contactWords.contactId })
    .from(contactWords)
    // Written out, because a partial index is used only where the query repeats its condition.
    .where(sql`words = ''`)
    .orderBy(contactWords.contactId)
    .limit(UNREAD_AT_ONCE)
  return rows.map(({ id }) => id)
}

/**
 * What is searched for: of each group any word will do, and of all groups one. `beginning` finds
 * words that begin so, `rest` the same without those that are found as whole words; `near` is
 * `beginning` for groups of hundreds.
 */
export interface TextQuery {
  readonly groups: readonly (readonly string[])[]
  readonly as: 'whole' | 'beginning' | 'rest' | 'near'
}

/** The words of a query language for text. They stand between words of letters and numbers alone, so nothing is escaped. */
interface Syntax {
  readonly and: string
  readonly or: string
  readonly not: string
  readonly whole: (word: string) => string
  readonly beginning: (word: string) => string
}

const FTS5: Syntax = {
  and: ' AND ',
  or: ' OR ',
  not: ' NOT ',
  whole: (word) => `"${word}"`,
  beginning: (word) => `"${word}"*`,
}

const TSQUERY: Syntax = {
  and: ' & ',
  or: ' | ',
  not: ' & !',
  whole: (word) => `'${word}'`,
  beginning: (word) => `'${word}':*`,
}

function written({ groups, as }: TextQuery, syntax: Syntax): string {
  const every = (write: (word: string) => string) =>
    `(${groups.map((group) => `(${group.map(write).join(syntax.or)})`).join(syntax.and)})`
  const [whole, beginning] = [every(syntax.whole), every(syntax.beginning)]
  return { whole, beginning, rest: `${beginning}${syntax.not}${whole}`, near: beginning }[as]
}

/** The ids of the contacts whose words match, as a table expression named `h`: an index answers on both databases. */
export function hits(database: Database, query: TextQuery): SQL {
  if (database.dialect.name === 'sqlite')
    return sql`(select rowid as id from contact_search where contact_search match ${written(query, FTS5)}) as h`
  if (query.as === 'near')
    return sql`(${sql.join(
      query.groups.map((group) => oneOf(database, group)),
      sql` intersect `,
    )}) as h`
  return sql`(select contact_id as id from contact_words where tokens @@ ${written(query, TSQUERY)}::tsquery) as h`
}

/** Postgres asks its index for one word after the other, but compares every contact with a query of hundreds. */
function oneOf(database: Database, words: readonly string[]): SQL {
  const queries = valuesOf(database, 'text', words.map(TSQUERY.beginning))
  return sql`select distinct w.contact_id as id from ${queries} cross join contact_words w where w.tokens @@ r.v::tsquery`
}

/** Whether `w`, the words of a contact, has one of each group; for few contacts, since no index is asked. */
export function wordsMatch(groups: TextQuery['groups'], as: 'whole' | 'beginning'): SQL {
  const end = as === 'whole' ? ' ' : ''
  // Both databases have `replace`, and no other search in a text in common; words are separated by one space.
  const has = (word: string) => sql`replace(' ' || w.words || ' ', ${` ${word}${end}`}, '') <> ' ' || w.words || ' '`
  const one = (words: readonly string[]) => sql`(${sql.join(words.map(has), sql` or `)})`
  return sql`(${sql.join(groups.map(one), sql` and `)})`
}

export const FOUND = [
  'id',
  'email',
  'firstName',
  'lastName',
  'company',
  'title',
  'status',
  'suppressed',
  'heat',
  'enrichment',
  'claims',
  'createdAt',
] as const satisfies readonly (keyof ContactRow)[]

export type FoundRow = Pick<ContactRow, (typeof FOUND)[number]>

/** Contacts that are read in one order from one end to the other. */
export interface Stretch {
  readonly text: TextQuery | null
  readonly filter: ContactConditions
  /** Those with any heat, those without, or all. */
  readonly heat: 'some' | 'none' | 'any'
  /** Hottest first, of equal ones the newest; or the newest first. */
  readonly order: 'hottest' | 'newest'
}

/** Where a contact stands in a stretch. */
export type Place = Pick<FoundRow, 'heat' | 'id'>

/** At most `limit` contacts of `stretch` after `place`, or, going back, before it with the nearest first. */
export async function foundAfter(
  database: Database,
  stretch: Stretch,
  { place, back, limit }: { readonly place: Place | null; readonly back: boolean; readonly limit: number },
): Promise<FoundRow[]> {
  const { contacts } = database.tables
  const { text, order } = stretch
  const direction = sql.raw(back ? 'asc' : 'desc')
  const id = text ? sql`h.id` : sql`contacts.id`
  const sorted = order === 'hottest' ? sql`contacts.heat ${direction}, ${id} ${direction}` : sql`${id} ${direction}`
  const rows = await database.all(sql`
    select ${selectList(contacts, FOUND)} from ${source(database, stretch)}
    where ${and(place ? beyond(place, order, id, back) : undefined, meant(database, stretch)) ?? sql`1 = 1`}
    order by ${sorted} limit ${limit}`)
  return decodeRows(contacts, FOUND, rows)
}

function source(database: Database, { text, heat }: Pick<Stretch, 'text' | 'heat'>): SQL {
  const { contacts } = database.tables
  // SQLite keeps the order of a cross join: first the index of words, which leaves few.
  if (text) return sql`${hits(database, text)} cross join ${contacts}`
  if (database.dialect.name !== 'sqlite') return sql`${contacts}`
  // SQLite keeps no figures of how many there are, and would sort half of everybody by the wrong index.
  return heat === 'some' ? sql`contacts indexed by contacts_heat` : sql`contacts not indexed`
}

function meant(database: Database, { text, filter, heat }: Omit<Stretch, 'order'>): SQL | undefined {
  return and(
    text ? sql`contacts.id = h.id` : undefined,
    conditionsOf(database, filter),
    // Written out, because a partial index is used only where the query repeats its condition; and
    // last, because SQLite begins with the first bound that it sees.
    heat === 'some' ? sql`contacts.heat > 0` : undefined,
    heat === 'none' ? sql`contacts.heat = 0` : undefined,
  )
}

function beyond({ heat, id }: Place, order: Stretch['order'], idColumn: SQL, back: boolean): SQL {
  const sign = sql.raw(back ? '>' : '<')
  return order === 'hottest'
    ? sql`(contacts.heat, ${idColumn}) ${sign} (${heat}, ${id})`
    : sql`${idColumn} ${sign} ${id}`
}

export async function isAnybodyWith(database: Database, text: TextQuery): Promise<boolean> {
  return (await database.all(sql`select h.id from ${hits(database, text)} limit 1`)).length > 0
}

/** The contacts with `ids`, in their order. */
export async function foundByIds(database: Database, ids: readonly number[]): Promise<FoundRow[]> {
  if (ids.length === 0) return []
  const { contacts } = database.tables
  const rows = await database.all(
    sql`select ${selectList(contacts, FOUND)} from ${contacts} where ${inArray(contacts.id, [...ids])}`,
  )
  const byId = new Map(decodeRows(contacts, FOUND, rows).map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** The words of the contacts with `ids`. */
export async function wordsOfContacts(database: Database, ids: readonly number[]): Promise<Map<number, string[]>> {
  const { contactWords } = database.tables
  const rows = await database.db
    .select()
    .from(contactWords)
    .where(inArray(contactWords.contactId, [...ids]))
  return new Map(rows.map(({ contactId, words }) => [contactId, words.split(' ')]))
}

export function conditionsOf(database: Database, filter: ContactConditions): SQL | undefined {
  const { contacts } = database.tables
  const { status, domain, tag, owner, campaign, since, added, did, heat, suppressed, waiting } = filter
  return and(
    status.length > 0 ? inArray(contacts.status, [...status]) : undefined,
    domain.length > 0 ? inArray(contacts.domain, [...domain]) : undefined,
    or(...owner.map((id) => (id === null ? isNull(contacts.owner) : eq(contacts.owner, id)))),
    or(...campaign.map((name) => isText(contacts.sourceCampaign, name))),
    tag.length > 0 ? hasTag(tag) : undefined,
    since === null ? undefined : or(gte(contacts.lastEngagedAt, since), gte(contacts.createdAt, since)),
    added === null ? undefined : and(gte(contacts.createdAt, added.from), lt(contacts.createdAt, added.before)),
    ...did.map((deed) => and(mayHaveDone(deed), hasDone(deed))),
    heat.from === null ? undefined : gte(contacts.heat, heat.from),
    heat.below === null ? undefined : lt(contacts.heat, heat.below),
    suppressed === null ? undefined : suppressed ? isNotNull(contacts.suppressed) : isNull(contacts.suppressed),
    waiting === null ? undefined : waiting ? isNotNull(contacts.waitingSince) : isNull(contacts.waitingSince),
  )
}

/** Those after whom nobody is written to; whoever may be again is not meant. */
const LASTING: readonly Deed[] = ['bounced', 'unsubscribed', 'complained']

/** Whatever somebody did last, they were engaged then or later. Written out, as partial indexes ask for it. */
export function mayHaveDone({ tally, since }: ContactConditions['did'][number]): SQL {
  return LASTING.includes(tally)
    ? sql`contacts.suppressed is not null`
    : sql`contacts.last_engaged_at is not null and contacts.last_engaged_at >= ${since}`
}

/** Both databases read JSON so. */
function hasDone({ tally, since }: ContactConditions['did'][number]): SQL {
  return sql`cast(contacts.counters -> ${sql.raw(`'${tally}'`)} ->> 'last' as bigint) >= ${since}`
}

function isText(column: SQLWrapper, value: string): SQL {
  return sql`lower(${column}) = lower(${value})`
}

function hasTag(tags: readonly string[]): SQL {
  const keys = tags.map((tag) => sql`${tagKey(tag)}`)
  return sql`exists (select 1 from contact_tags t where t.contact_id = contacts.id and t.tag in (${sql.join(keys, sql`, `)}))`
}
