import type { Claims } from '../enrichment/claims.ts'
import type { ProviderId } from '../enrichment/provider.ts'
import { decodeRows, insertOf, perBackend, type Row, selectList, updateOf, valuesOf } from './bulk.ts'
import type { ContactRow } from './contacts.ts'
import type { Database, Tables } from './database.ts'
import { and, eq, gte, lte, sql } from './drizzle.ts'
import type { EventRow } from './events.ts'
import type { Assertions, EnrichmentTask, LookupOutcome } from './rows.ts'
import { indexContacts } from './search.ts'

export type CallRow = Tables['enrichmentCalls']['$inferSelect']
export type LookupRow = Tables['enrichmentLookups']['$inferSelect']
export type ProviderRow = Tables['enrichmentProviders']['$inferSelect']
export type EnrichmentDayRow = Tables['enrichmentDays']['$inferSelect']

const SUBJECT = [
  'id',
  'email',
  'domain',
  'firstName',
  'lastName',
  'company',
  'title',
  'enrichment',
  'claims',
  'emailStatus',
  'emailStatusSource',
  'emailStatusAt',
  'suppressed',
  'createdAt',
] as const satisfies readonly (keyof ContactRow)[]

/** A contact as enrichment sees it. */
export type SubjectRow = Pick<ContactRow, (typeof SUBJECT)[number]>

export async function subjects(database: Database, ids: readonly number[]): Promise<SubjectRow[]> {
  if (ids.length === 0) return []
  const { contacts } = database.tables
  const rows = await database.all(
    sql`select ${selectList(contacts, SUBJECT)} from ${contacts}
      where ${contacts.id} in (select r.v from ${valuesOf(database, 'bigint', ids)}) order by ${contacts.id}`,
  )
  return decodeRows(contacts, SUBJECT, rows)
}

/** Which of `ids` there are, and whether they are suppressed, as it is now. */
export async function suppressedAmong(tx: Database, ids: readonly number[]): Promise<ReadonlyMap<number, boolean>> {
  const { contacts } = tx.tables
  const rows = await tx.all(
    sql`select ${selectList(contacts, ['id', 'suppressed'])} from ${contacts}
      where ${contacts.id} in (select r.v from ${valuesOf(tx, 'bigint', ids)})`,
  )
  return new Map(decodeRows(contacts, ['id', 'suppressed'], rows).map((row) => [row.id, row.suppressed !== null]))
}

const LOOKUP = [
  'contactId',
  'provider',
  'task',
  'outcome',
  'clue',
  'at',
  'expiresAt',
  'callId',
] as const satisfies readonly (keyof LookupRow)[]

export async function lookupsOf(database: Database, ids: readonly number[]): Promise<LookupRow[]> {
  if (ids.length === 0) return []
  const { enrichmentLookups: lookups } = database.tables
  const rows = await database.all(
    sql`select ${selectList(lookups, LOOKUP)} from ${lookups}
      where ${lookups.contactId} in (select r.v from ${valuesOf(database, 'bigint', ids)})`,
  )
  return decodeRows(lookups, LOOKUP, rows)
}

const SIBLING = [
  'id',
  'domain',
  'company',
  'enrichment',
  'claims',
  'createdAt',
] as const satisfies readonly (keyof ContactRow)[]

export type SiblingRow = Pick<ContactRow, (typeof SIBLING)[number]>

/** Contacts at each of `domains`, the latest `limit` of each of whom something is known. */
export async function siblings(database: Database, domains: readonly string[], limit: number): Promise<SiblingRow[]> {
  if (domains.length === 0) return []
  const { contacts } = database.tables
  const rows = await database.all(sql`
    select ${selectList(contacts, SIBLING)} from ${contacts} where ${contacts.id} in (
      select near.id from (
        select contacts.id, row_number() over (partition by contacts.domain order by contacts.id desc) as nth
        from contacts where contacts.domain in (select r.v from ${valuesOf(database, 'text', domains)})
          and (contacts.company is not null or contacts.enrichment is not null or contacts.enriched_at is not null)
      ) as near where near.nth <= ${limit})`)
  return decodeRows(contacts, SIBLING, rows)
}

const SAID = ['contactId', 'provider', 'occurredAt', 'detail'] as const satisfies readonly (keyof EventRow)[]

export type SaidRow = Pick<EventRow, (typeof SAID)[number]>

/** The latest `limit` events of each contact that came with more than an event has words for. */
export async function eventsWithMetadata(
  database: Database,
  ids: readonly number[],
  limit: number,
): Promise<SaidRow[]> {
  if (ids.length === 0) return []
  const { events } = database.tables
  const rows = await database.all(sql`
    select ${selectList(events, SAID)} from ${events} where ${events.seq} in (
      select late.seq from (
        select events.seq, row_number() over (partition by events.contact_id order by events.occurred_at desc) as nth
        from events where events.contact_id in (select r.v from ${valuesOf(database, 'bigint', ids)})
          and cast(events.detail as text) like '%"metadata"%'
      ) as late where late.nth <= ${limit})`)
  return decodeRows(events, SAID, rows)
}

const savingClaims = perBackend(({ contacts }) =>
  updateOf(contacts, 'id', ['claims', 'enrichedAt', 'asserted', 'nameKey', 'surnameKey', 'updatedAt']),
)

export interface Enriched {
  readonly id: number
  readonly claims: Claims
  readonly enrichedAt: number | null
  readonly asserted: Assertions
  readonly nameKey: string | null
  readonly surnameKey: string | null
  readonly updatedAt: number
}

/** Writes what enrichment found; the states of the contacts are saved beside it. */
export async function saveClaims(tx: Database, found: readonly Enriched[]): Promise<void> {
  await tx.write(
    savingClaims(tx),
    found.map((row): Row => ({ ...row })),
  )
  await indexContacts(
    tx,
    found.map(({ id }) => id),
  )
}

const COUNTED = ['calls', 'hits', 'misses', 'mismatches', 'failed', 'uncertain', 'credits'] as const

/** What is added to the day's figures of a provider. */
export type DayCounts = Partial<Pick<EnrichmentDayRow, (typeof COUNTED)[number]>>

const addDay = perBackend(({ enrichmentDays }) =>
  insertOf(enrichmentDays, ['day', 'provider', ...COUNTED], {
    conflict: `on conflict (day, provider) do update set ${COUNTED.map(
      (name) => `${name} = enrichment_days.${name} + excluded.${name}`,
    ).join(', ')}`,
  }),
)

const NO_COUNTS = { calls: 0, hits: 0, misses: 0, mismatches: 0, failed: 0, uncertain: 0, credits: 0 }

/** The sum is first, so that two transactions take the rows in the same order. */
export async function countDay(tx: Database, day: string, provider: ProviderId, counts: DayCounts): Promise<void> {
  const row = { ...NO_COUNTS, ...counts }
  await tx.write(addDay(tx), [
    { ...row, day, provider: '' },
    { ...row, day, provider },
  ])
}

/** What was spent and set aside on `day`; inside a transaction nobody else can add to it until that ends. */
export async function creditsOn(tx: Database, day: string): Promise<number> {
  const { enrichmentDays: days } = tx.tables
  // Writing it, if only as it is, holds the row on both databases.
  await tx.write(addDay(tx), [{ ...NO_COUNTS, day, provider: '' }])
  return await spentOn(tx, day, days)
}

export async function spentOn(database: Database, day: string, days = database.tables.enrichmentDays): Promise<number> {
  const [row] = await database.db
    .select({ credits: days.credits })
    .from(days)
    .where(and(eq(days.day, day), eq(days.provider, '')))
  return row?.credits ?? 0
}

/** The figures of all providers from local day `from` to `to`, both included; '' is their sum. */
export async function dayCounts(database: Database, from: string, to: string): Promise<EnrichmentDayRow[]> {
  const { enrichmentDays: days } = database.tables
  return await database.db
    .select()
    .from(days)
    .where(and(gte(days.day, from), lte(days.day, to)))
    .orderBy(days.day, days.provider)
}

export interface Asking {
  readonly provider: ProviderId
  readonly task: EnrichmentTask
  readonly callId: string
  readonly now: number
  /** Until when nobody else asks, UTC milliseconds. */
  readonly until: number
  /** True where a person wants it to be asked although an answer is there. */
  readonly again: boolean
}

/** What is under way is settled by whoever began it, or swept: expired, it may still have been billed. */
const TAKE = `on conflict (contact_id, provider, task) do update
  set outcome = excluded.outcome, clue = excluded.clue, at = excluded.at, expires_at = excluded.expires_at,
    call_id = excluded.call_id
  where enrichment_lookups.outcome not in ('asking', 'waiting') and (enrichment_lookups.expires_at <= excluded.at or`

function taking(orWhere: string) {
  return perBackend(({ enrichmentLookups }) =>
    insertOf(enrichmentLookups, ['contactId', 'provider', 'task', 'outcome', 'clue', 'at', 'expiresAt', 'callId'], {
      conflict: `${TAKE} ${orWhere})`,
      returning: ['contactId'],
    }),
  )
}

/** Who is told more of a person may know them after all. */
const asking = taking(`(enrichment_lookups.outcome = 'miss' and enrichment_lookups.clue <> excluded.clue)`)
const askingAgain = taking(`enrichment_lookups.outcome <> 'opted_out'`)

/** Takes the contacts for a call; gives back those that nobody else asks about and that have no answer yet. */
export async function takeLookups(
  tx: Database,
  contacts: readonly { readonly id: number; readonly clue: string }[],
  { provider, task, callId, now, until, again }: Asking,
): Promise<ReadonlySet<number>> {
  const rows = contacts.map(({ id, clue }) => ({
    ...{ contactId: id, provider, task, outcome: 'asking', clue, at: now, expiresAt: until, callId },
  }))
  const { rows: taken } = await tx.write((again ? askingAgain : asking)(tx), rows)
  return new Set(taken.map((row) => Number(row.contact_id)))
}

export interface Settled {
  readonly contactId: number
  readonly provider: ProviderId
  readonly task: EnrichmentTask
  readonly outcome: LookupOutcome
  readonly at: number
  readonly expiresAt: number
}

/** Rows that are there already, written over: `contact_id` alone does not find one. */
const settling = perBackend(({ enrichmentLookups }) =>
  insertOf(enrichmentLookups, ['contactId', 'provider', 'task', 'outcome', 'clue', 'at', 'expiresAt'], {
    conflict: `on conflict (contact_id, provider, task) do update
      set outcome = excluded.outcome, at = excluded.at, expires_at = excluded.expires_at, call_id = null`,
  }),
)

/** Writes what became of look-ups; their contacts must be held, so that none is deleted meanwhile. */
export async function settleLookups(tx: Database, settled: readonly Settled[]): Promise<void> {
  // The clue of a look-up is what was told when it began.
  await tx.write(
    settling(tx),
    settled.map((row) => ({ ...row, clue: '' })),
  )
}

/** Gives contacts of a call back that were not asked about after all. */
export async function dropLookups(tx: Database, callId: string): Promise<void> {
  const { enrichmentLookups: lookups } = tx.tables
  await tx.db.delete(lookups).where(eq(lookups.callId, callId))
}

export async function markLookups(
  tx: Database,
  callId: string,
  outcome: LookupOutcome,
  expiresAt: number,
): Promise<void> {
  const { enrichmentLookups: lookups } = tx.tables
  const done = outcome === 'waiting' ? {} : { callId: null }
  await tx.db
    .update(lookups)
    .set({ outcome, expiresAt, ...done })
    .where(eq(lookups.callId, callId))
}

export async function insertCall(tx: Database, call: CallRow): Promise<void> {
  await tx.db.insert(tx.tables.enrichmentCalls).values(call)
}

export async function updateCall(tx: Database, id: string, change: Partial<CallRow>): Promise<void> {
  const { enrichmentCalls: calls } = tx.tables
  await tx.db.update(calls).set(change).where(eq(calls.id, id))
}

/** True for the one who deletes it: a call is settled once. */
export async function deleteCall(tx: Database, id: string): Promise<boolean> {
  const { enrichmentCalls: calls } = tx.tables
  const rows = await tx.db.delete(calls).where(eq(calls.id, id)).returning({ id: calls.id })
  return rows.length > 0
}

export async function callById(database: Database, id: string): Promise<CallRow | undefined> {
  const { enrichmentCalls: calls } = database.tables
  const [row] = await database.db.select().from(calls).where(eq(calls.id, id))
  return row
}

export async function callByCallback(database: Database, callbackHash: string): Promise<CallRow | undefined> {
  const { enrichmentCalls: calls } = database.tables
  const [row] = await database.db.select().from(calls).where(eq(calls.callbackHash, callbackHash))
  return row
}

/** Calls that are under way, oldest first. */
export async function openCalls(database: Database): Promise<CallRow[]> {
  const { enrichmentCalls: calls } = database.tables
  return await database.db.select().from(calls).orderBy(calls.startedAt)
}

export async function providerRows(database: Database): Promise<ProviderRow[]> {
  return await database.db.select().from(database.tables.enrichmentProviders)
}

export async function providerRow(database: Database, provider: ProviderId): Promise<ProviderRow | undefined> {
  const { enrichmentProviders: providers } = database.tables
  const [row] = await database.db.select().from(providers).where(eq(providers.provider, provider))
  return row
}

export async function saveProvider(tx: Database, row: ProviderRow): Promise<void> {
  const { enrichmentProviders: providers } = tx.tables
  const { provider: _, ...rest } = row
  await tx.db.insert(providers).values(row).onConflictDoUpdate({ target: providers.provider, set: rest })
}

/** Forgets what is wrong with providers, so that they are asked again. */
export async function clearTroubles(tx: Database): Promise<void> {
  const { enrichmentProviders: providers } = tx.tables
  await tx.db.update(providers).set({ trouble: null, message: null, until: null })
}

/** Makes a queued job due at `at`, if it is still queued. */
export async function hurryJob(tx: Database, id: string, at: number): Promise<void> {
  const { jobs } = tx.tables
  await tx.db
    .update(jobs)
    .set({ runAt: at })
    .where(and(eq(jobs.id, id), eq(jobs.state, 'waiting')))
}
