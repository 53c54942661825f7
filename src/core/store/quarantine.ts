import type { Delivery } from '../delivery.ts'
import { insertOf, perBackend, valuesOf } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, eq, gte, inArray, sql } from './drizzle.ts'
import type { EventRow } from './events.ts'

export type QuarantineRow = Tables['quarantine']['$inferSelect']

const insertion = perBackend(({ quarantine }) =>
  insertOf(quarantine, ['provider', 'receivedAt', 'part', 'headers', 'raw', 'problem'], {}),
)

/** Keeps what could not be read, byte for byte. */
export async function quarantineAll(tx: Database, { provider, receivedAt, unreadable }: Delivery): Promise<void> {
  const rows = unreadable.map((part) => ({ ...part, provider, receivedAt, raw: Buffer.from(part.raw) }))
  await tx.write(insertion(tx), rows)
}

export interface KeptFilter {
  readonly provider?: string | undefined
  /** Received at this moment or later, UTC milliseconds. */
  readonly since?: number | undefined
}

export type KeptRow = Omit<QuarantineRow, 'raw' | 'headers'> & { readonly bytes: number }

/** One page of what is kept, in the order it came, after `afterId`; without what may be large. */
export async function keptRows(
  database: Database,
  { provider, since }: KeptFilter,
  afterId: number,
  limit: number,
): Promise<KeptRow[]> {
  const { quarantine } = database.tables
  const { id, receivedAt, part, problem } = quarantine
  const rows = await database.db
    .select({ id, provider: quarantine.provider, receivedAt, part, problem, bytes: sql<number>`length(raw)` })
    .from(quarantine)
    .where(
      and(
        sql`${id} > ${afterId}`,
        provider === undefined ? undefined : eq(quarantine.provider, provider),
        since === undefined ? undefined : gte(receivedAt, since),
      ),
    )
    .orderBy(id)
    .limit(limit)
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }))
}

export async function keptWhole(database: Database, ids: readonly number[]): Promise<QuarantineRow[]> {
  const { quarantine } = database.tables
  return await database.db
    .select()
    .from(quarantine)
    .where(inArray(quarantine.id, [...ids]))
    .orderBy(quarantine.id)
}

/** Those of `ids` that are still there, held until the transaction ends. */
export async function holdKept(tx: Database, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const { quarantine } = tx.tables
  const rows = await tx.all(
    sql`select id from ${quarantine} where ${quarantine.id} in (select r.v from ${valuesOf(tx, 'bigint', ids)})
      order by id ${tx.dialect.forUpdate}`,
  )
  return new Set(rows.map(({ id }) => Number(id)))
}

export async function release(tx: Database, id: number): Promise<void> {
  const { quarantine } = tx.tables
  await tx.db.delete(quarantine).where(eq(quarantine.id, id))
}

export async function rewriteProblem(tx: Database, id: number, problem: string): Promise<void> {
  const { quarantine } = tx.tables
  await tx.db.update(quarantine).set({ problem }).where(eq(quarantine.id, id))
}

/** An event of a name that had no word here, with the address of its contact. */
export interface UnnamedEvent {
  readonly event: EventRow
  readonly recipient: string
}

/** One page of the events of type `unknown`, in the order they were recorded, after `afterSeq`. */
export async function unnamedEvents(
  database: Database,
  { provider, since }: KeptFilter,
  afterSeq: number,
  limit: number,
): Promise<UnnamedEvent[]> {
  const { events, contacts } = database.tables
  return await database.db
    .select({ event: events, recipient: contacts.email })
    .from(events)
    .innerJoin(contacts, eq(contacts.id, events.contactId))
    .where(
      and(
        eq(events.type, 'unknown'),
        sql`${events.seq} > ${afterSeq}`,
        provider === undefined ? undefined : eq(events.provider, provider),
        since === undefined ? undefined : gte(events.receivedAt, since),
      ),
    )
    .orderBy(events.seq)
    .limit(limit)
}

/** The event with `seq` if it still has no name. */
export async function unnamedEvent(database: Database, seq: number): Promise<UnnamedEvent | undefined> {
  const { events, contacts } = database.tables
  const [found] = await database.db
    .select({ event: events, recipient: contacts.email })
    .from(events)
    .innerJoin(contacts, eq(contacts.id, events.contactId))
    .where(and(eq(events.seq, seq), eq(events.type, 'unknown')))
  return found
}

export async function deleteEvent(tx: Database, seq: number): Promise<void> {
  const { events } = tx.tables
  await tx.db.delete(events).where(eq(events.seq, seq))
}
