import type { SQL } from 'drizzle-orm'
import { addressKey, domainOf } from '../address.ts'
import { type ContactState, statusOf } from '../contact.ts'
import type { EmailEvidence } from '../email-status.ts'
import { suppressionOf } from '../suppression.ts'
import { waitingSince } from '../waiting.ts'
import { decodeRows, insertOf, perBackend, selectList, updateOf, valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, gte, inArray, isNull, lt, ne, sql } from './drizzle.ts'
import type { Assertions } from './rows.ts'
import { expectWords, indexContacts, indexNew } from './search.ts'

export type ContactRow = Tables['contacts']['$inferSelect']

/** A contact as the ingest sees it: what events can change, and what that depends on. */
export interface HeldContact {
  readonly id: number
  readonly email: string
  readonly emailKey: string
  /** Made by this transaction. */
  readonly isNew: boolean
  readonly asserted: Assertions
  readonly state: ContactState
}

const HELD = [
  'id',
  'email',
  'emailKey',
  'revision',
  'asserted',
  'counters',
  'heat',
  'lastEngagedAt',
  'emailStatus',
  'emailStatusSource',
  'emailStatusAt',
  'suppression',
  'campaigns',
  'tags',
  'enrichedAt',
  'verifiedAt',
  'engagedAt',
  'floor',
  'decision',
  'decidedAt',
  'answeredUntil',
] as const satisfies readonly (keyof ContactRow)[]

const insertion = perBackend(({ contacts }) =>
  insertOf(contacts, ['email', 'emailKey', 'domain', 'createdAt', 'updatedAt'], { ignore: ['emailKey'] }),
)

/**
 * The contacts at `addresses`, created where missing and held until the transaction ends: two
 * deliveries that read the same state would lose what one of them adds. The order of the keys
 * keeps two transactions from deadlock.
 */
export async function holdContacts(
  tx: Database,
  addresses: Iterable<string>,
  now: number,
): Promise<readonly HeldContact[]> {
  const byKey = new Map<string, string>()
  for (const address of addresses) {
    const key = addressKey(address)
    if (!byKey.has(key)) byKey.set(key, address)
  }
  const keys = [...byKey.keys()].sort()
  const held = await heldByKey(tx, keys)
  if (held.length === keys.length) return held

  const known = new Set(held.map(({ emailKey }) => emailKey))
  const missing = keys.filter((key) => !known.has(key))
  const rows = missing.map((emailKey) => {
    const email = byKey.get(emailKey) ?? emailKey
    return { email, emailKey, domain: domainOf(email), createdAt: now, updatedAt: now }
  })
  await tx.write(insertion(tx), rows)
  const made = await heldByKey(tx, missing)
  await expectWords(
    tx,
    made.map(({ id }) => id),
  )
  return [...held, ...made]
}

async function heldByKey(tx: Database, keys: readonly string[]): Promise<HeldContact[]> {
  const { contacts } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(contacts, HELD)} from ${contacts}
      where ${contacts.emailKey} in (select r.v from ${valuesOf(tx, 'text', keys)})
      order by ${contacts.emailKey} ${tx.dialect.forUpdate}`,
  )
  return decodeRows(contacts, HELD, rows).map(heldContact)
}

/** The contacts with `ids`, held until the transaction ends. Hold them in one call, or after `holdContacts`. */
export async function holdContactsById(tx: Database, ids: readonly number[]): Promise<HeldContact[]> {
  if (ids.length === 0) return []
  const source = valuesOf(
    tx,
    'bigint',
    [...new Set(ids)].sort((a, b) => a - b),
  )
  const { contacts } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(contacts, HELD)} from ${contacts} where ${contacts.id} in (select r.v from ${source})
      order by ${contacts.id} ${tx.dialect.forUpdate}`,
  )
  return decodeRows(contacts, HELD, rows).map(heldContact)
}

function heldContact(row: Pick<ContactRow, (typeof HELD)[number]>): HeldContact {
  const { id, email, emailKey, revision, asserted, emailStatus, emailStatusSource, emailStatusAt, ...state } = row
  return {
    id,
    email,
    emailKey,
    // Every transaction that makes or changes a contact raises its revision before it ends.
    isNew: revision === 0,
    asserted,
    state: { ...state, emailEvidence: evidenceIn({ emailStatus, emailStatusSource, emailStatusAt }) },
  }
}

export function evidenceIn(
  row: Pick<ContactRow, 'emailStatus' | 'emailStatusSource' | 'emailStatusAt'>,
): EmailEvidence | null {
  if (row.emailStatusSource === null || row.emailStatusAt === null) return null
  return { status: row.emailStatus, source: row.emailStatusSource, at: row.emailStatusAt }
}

/** Columns of a contact that follow from its state. */
export function stateColumns(state: ContactState) {
  const { emailEvidence, suppression, ...columns } = state
  return {
    ...columns,
    status: statusOf(state),
    waitingSince: waitingSince(state),
    suppression,
    suppressed: suppressionOf(suppression)?.reason ?? null,
    emailStatus: emailEvidence?.status ?? 'unknown',
    emailStatusSource: emailEvidence?.source ?? null,
    emailStatusAt: emailEvidence?.at ?? null,
  } as const
}

const SAVED = [
  'counters',
  'heat',
  'lastEngagedAt',
  'engagedAt',
  'verifiedAt',
  'status',
  'waitingSince',
  'suppression',
  'suppressed',
  'campaigns',
  'emailStatus',
  'emailStatusSource',
  'emailStatusAt',
  'updatedAt',
] as const satisfies readonly (keyof ContactRow)[]

const STANDING = ['status', 'suppressed', 'waitingSince'] as const satisfies readonly (typeof SAVED)[number][]
const WARMTH = ['heat', 'lastEngagedAt'] as const satisfies readonly (typeof SAVED)[number][]

/** The less is written the better: SQLite writes the index of a column anew whatever its value was. */
const SAVINGS = [[...STANDING, ...WARMTH], STANDING, []].map((unchanged) => ({
  unchanged,
  saving: perBackend(({ contacts }) => {
    const written = SAVED.filter((column) => !unchanged.some((other) => other === column))
    return updateOf(contacts, 'id', written, ', revision = revision + 1')
  }),
}))

export async function saveStates(
  tx: Database,
  changed: readonly { readonly contact: Pick<HeldContact, 'id' | 'state'>; readonly state: ContactState }[],
  now: number,
): Promise<void> {
  const bySaving = Map.groupBy(changed, ({ contact, state }) => {
    const [before, after] = [stateColumns(contact.state), stateColumns(state)]
    return SAVINGS.find(({ unchanged }) => unchanged.every((column) => before[column] === after[column]))
  })
  for (const [savings, some] of bySaving) {
    if (!savings) throw new Error('the last of them leaves nothing out')
    const rows = some.map(({ contact, state }) => ({ id: contact.id, ...stateColumns(state), updatedAt: now }))
    await tx.write(savings.saving(tx), rows)
  }
}

const PROFILE = [
  'firstName',
  'lastName',
  'nameKey',
  'surnameKey',
  'company',
  'title',
  'owner',
  'tags',
  'customFields',
  'sourceCampaign',
  'enrichment',
  'claims',
  'enrichedAt',
  'floor',
  'decision',
  'decidedAt',
  'asserted',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ContactRow)[]

const savingProfiles = perBackend(({ contacts }) => updateOf(contacts, 'id', PROFILE, ', revision = revision + 1'))

/** What people and imports say of a contact, and what follows from it. */
export type Profile = Pick<ContactRow, (typeof PROFILE)[number]>

export async function saveProfiles(
  tx: Database,
  profiles: readonly (Profile & Pick<ContactRow, 'id'>)[],
): Promise<void> {
  await tx.write(savingProfiles(tx), profiles)
  await indexContacts(
    tx,
    profiles.map(({ id }) => id),
  )
}

const WHOLE = [...new Set([...PROFILE, ...SAVED, 'email', 'emailKey', 'domain', 'lastEngagedAt', 'revision'] as const)]

const insertingWhole = perBackend(({ contacts }) =>
  insertOf(contacts, WHOLE, { ignore: ['emailKey'], returning: ['id'] }),
)

/** A contact of which everything is known that will be written. */
export type WholeContact = Omit<ContactRow, 'id' | 'waitingSince' | 'answeredUntil' | 'suppression'> &
  Partial<Pick<ContactRow, 'suppression'>>

/** Writes contacts that are new with all that belongs to them, and gives their ids by key; passes over those that are there. */
export async function insertWhole(tx: Database, rows: readonly WholeContact[]): Promise<Map<string, number>> {
  const made = await tx.write(insertingWhole(tx), rows)
  const keyed = decodeRows(tx.tables.contacts, ['id', 'emailKey'], made.rows)
  const ids = new Map(keyed.map(({ id, emailKey }) => [emailKey, id]))
  const written = rows.flatMap((row) => {
    const id = ids.get(row.emailKey)
    return id === undefined ? [] : [{ id, row }]
  })
  await indexNew(tx, written)
  return ids
}

/** How often each of the contacts with `ids` was changed. */
export async function revisionsOf(database: Database, ids: readonly number[]): Promise<Map<number, number>> {
  const { contacts } = database.tables
  const rows = await database.all(
    sql`select ${selectList(contacts, ['id', 'revision'])} from ${contacts}
      where ${contacts.id} in (select r.v from ${valuesOf(database, 'bigint', ids)})`,
  )
  return new Map(decodeRows(contacts, ['id', 'revision'], rows).map(({ id, revision }) => [id, revision]))
}

/** Whatever the contact wrote until then counts as answered; `saveStates` writes what follows from it. */
export async function markAsAnswered(tx: Database, id: number, answeredUntil: number | null): Promise<void> {
  const { contacts } = tx.tables
  await tx.db.update(contacts).set({ answeredUntil }).where(eq(contacts.id, id))
}

export async function markAsAdded(tx: Database, id: number, asserted: Assertions): Promise<void> {
  const { contacts } = tx.tables
  await tx.db.update(contacts).set({ asserted }).where(eq(contacts.id, id))
}

/** Deletes those of `ids` of whom nothing is known but their address; gives what the running counts need. */
export async function deleteBare(
  tx: Database,
  ids: readonly number[],
): Promise<Pick<ContactRow, 'id' | 'createdAt'>[]> {
  if (ids.length === 0) return []
  const { contacts, events, notes } = tx.tables
  const unsaid = sql.raw(
    ['first_name', 'last_name', 'company', 'title', 'owner', 'source_campaign', 'enrichment', 'decision']
      .map((column) => `${column} is null`)
      .join(' and '),
  )
  const empty = sql`floor = 'new' and cast(tags as text) = '[]' and cast(custom_fields as text) = '{}'
    and cast(claims as text) = '{}'
    and cast(asserted as text) = '{}'`
  const rows = await tx.all(sql`
    delete from ${contacts} where ${contacts.id} in (select r.v from ${valuesOf(tx, 'bigint', ids)})
      and ${unsaid} and ${empty}
      and not exists (select 1 from ${events} where ${events.contactId} = ${contacts.id})
      and not exists (select 1 from ${notes} where ${notes.contactId} = ${contacts.id})
    returning ${selectList(contacts, ['id', 'createdAt'])}`)
  return decodeRows(contacts, ['id', 'createdAt'], rows)
}

export async function contactByAddress(database: Database, address: string): Promise<ContactRow | undefined> {
  const { contacts } = database.tables
  const [row] = await database.db
    .select()
    .from(contacts)
    .where(eq(contacts.emailKey, addressKey(address)))
    .limit(1)
  return row
}

export async function contactById(database: Database, id: number): Promise<ContactRow | undefined> {
  const { contacts } = database.tables
  const [row] = await database.db.select().from(contacts).where(eq(contacts.id, id)).limit(1)
  return row
}

/**
 * Contacts whose folded full name or surname starts with `prefix`, which is folded too. Each index is
 * read in its own order, since nobody can wait until all Smiths are sorted.
 */
export async function contactsByName(database: Database, prefix: string, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  const found: ContactRow[] = []
  for (const column of [contacts.nameKey, contacts.surnameKey])
    found.push(...(await contactsStarting(database, column, prefix, limit)))
  const once = [...new Map(found.map((row) => [row.id, row])).values()]
  return once
    .sort((a, b) => Buffer.compare(Buffer.from(a.nameKey ?? ''), Buffer.from(b.nameKey ?? '')) || a.id - b.id)
    .slice(0, limit)
}

async function contactsStarting(
  database: Database,
  column: TextColumn,
  prefix: string,
  limit: number,
): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(startsWith(database, column, prefix))
    .orderBy(sql`${column} ${database.dialect.bytewise}`, contacts.id)
    .limit(limit)
}

export async function contactsByDomain(database: Database, domain: string, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db.select().from(contacts).where(eq(contacts.domain, domain)).orderBy(contacts.id).limit(limit)
}

/** Contacts whose address starts with `prefix`, in lower case. */
export async function contactsByAddressPrefix(
  database: Database,
  prefix: string,
  limit: number,
): Promise<ContactRow[]> {
  return await contactsStarting(database, database.tables.contacts.emailKey, prefix, limit)
}

/** The keys of contacts at `domain`, to compare without reading more. */
export async function keysAtDomain(database: Database, domain: string, limit: number): Promise<ContactKey[]> {
  const { contacts } = database.tables
  return await database.db
    .select({ id: contacts.id, emailKey: contacts.emailKey })
    .from(contacts)
    .where(eq(contacts.domain, domain))
    .orderBy(contacts.id)
    .limit(limit)
}

/** The keys that start with `prefix`, in lower case. */
export async function keysStarting(database: Database, prefix: string, limit: number): Promise<ContactKey[]> {
  const { contacts } = database.tables
  return await database.db
    .select({ id: contacts.id, emailKey: contacts.emailKey })
    .from(contacts)
    .where(startsWith(database, contacts.emailKey, prefix))
    .orderBy(sql`${contacts.emailKey} ${database.dialect.bytewise}`)
    .limit(limit)
}

export type ContactKey = Pick<ContactRow, 'id' | 'emailKey'>

type TextColumn = Tables['contacts']['emailKey'] | Tables['contacts']['nameKey'] | Tables['contacts']['surnameKey']

function startsWith({ dialect }: Database, column: TextColumn, prefix: string): SQL | undefined {
  const bytes = sql`${column} ${dialect.bytewise}`
  return and(gte(bytes, prefix), lt(bytes, `${prefix}\u{10ffff}`), ne(column, ''))
}

/** The hottest contacts that may be written to; of equal ones the newest first. */
export async function contactsByHeat(database: Database, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    // Written out, because a partial index is used only where the query repeats its condition.
    .where(and(sql`${contacts.heat} > 0`, isNull(contacts.suppressed), ne(contacts.status, 'disqualified')))
    .orderBy(desc(contacts.heat), desc(contacts.id))
    .limit(limit)
}

/** The hottest contacts of one owner (a Slack user id) who may be written to; of equal ones the newest first. */
export async function contactsOfOwner(database: Database, owner: string, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(and(eq(contacts.owner, owner), isNull(contacts.suppressed), ne(contacts.status, 'disqualified')))
    .orderBy(desc(contacts.heat), desc(contacts.id))
    .limit(limit)
}

/** Who waits for an answer since `from` (UTC milliseconds) or later, the longest waiting first. */
export async function contactsWaiting(database: Database, from: number, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(gte(contacts.waitingSince, from))
    .orderBy(contacts.waitingSince, contacts.id)
    .limit(limit)
}

/** How many wait for an answer since `from` or later, counted no further than `most`. */
export async function countWaiting(database: Database, from: number, most: number): Promise<number> {
  const { contacts } = database.tables
  const rows = await database.all(sql`
    select count(*) as n from (
      select 1 from ${contacts} where ${contacts.waitingSince} >= ${from} limit ${most}) as waiting`)
  return Number(rows[0]?.n ?? 0)
}

/** One page of all contacts in the order of their ids, after `afterId`. */
export async function contactsAfter(database: Database, afterId: number, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(sql`${contacts.id} > ${afterId}`)
    .orderBy(contacts.id)
    .limit(limit)
}

export async function contactsById(database: Database, ids: readonly number[]): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(inArray(contacts.id, [...ids]))
}

/** The contacts at `keys`, which are address keys, in the order of their ids. */
export async function contactIdsByKey(database: Database, keys: readonly string[]): Promise<number[]> {
  if (keys.length === 0) return []
  const { contacts } = database.tables
  const rows = await database.all(
    sql`select ${selectList(contacts, ['id'])} from ${contacts}
      where ${contacts.emailKey} in (select r.v from ${valuesOf(database, 'text', keys)}) order by ${contacts.id}`,
  )
  return decodeRows(contacts, ['id'], rows).map(({ id }) => id)
}

/** Those of `keys`, which are address keys, that are contacts. */
export async function keysAmong(database: Database, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { contacts } = database.tables
  const rows = await database.all(
    sql`select ${selectList(contacts, ['emailKey'])} from ${contacts}
      where ${contacts.emailKey} in (select r.v from ${valuesOf(database, 'text', keys)})`,
  )
  return new Set(decodeRows(contacts, ['emailKey'], rows).map(({ emailKey }) => emailKey))
}
