import type { SQL } from 'drizzle-orm'

import { EVENT_TYPES, type Tally } from '../event.ts'
import { valuesOf } from './bulk.ts'
import type { ContactRow } from './contacts.ts'
import type { Database } from './database.ts'
import { desc, eq, sql } from './drizzle.ts'
import { type EventRow, recentEvents } from './events.ts'

const TALLIES: readonly Tally[] = [...EVENT_TYPES, 'machine_opened', 'machine_clicked', 'soft_bounced']

/** The counters of many contacts in one row: a column for each tally. */
const SUMS = sql.raw(
  TALLIES.map((tally) => `sum(cast(counters -> '${tally}' ->> 'count' as bigint)) as ${tally}`).join(', '),
)

export interface CompanyTotals {
  readonly people: number
  readonly suppressed: number
  /** Of all its people together. */
  readonly events: ReadonlyMap<Tally, number>
}

export async function companyTotals(database: Database, domain: string): Promise<CompanyTotals> {
  const { contacts } = database.tables
  const [row = {}] = await database.all(
    sql`select count(*) as people, count(suppressed) as stopped, ${SUMS} from ${contacts} where domain = ${domain}`,
  )
  const events = TALLIES.map((tally) => [tally, Number(row[tally] ?? 0)] as const)
  return {
    people: Number(row.people),
    suppressed: Number(row.stopped),
    events: new Map(events.filter(([, count]) => count > 0)),
  }
}

/** People of the company, the hottest first, also those who must not be written to. */
export async function companyPeople(database: Database, domain: string, limit: number): Promise<ContactRow[]> {
  const { contacts } = database.tables
  return await database.db
    .select()
    .from(contacts)
    .where(eq(contacts.domain, domain))
    .orderBy(desc(contacts.heat), contacts.id)
    .limit(limit)
}

/** What happened last with anybody of the company, newest first. */
export async function companyEvents(database: Database, domain: string, limit: number): Promise<EventRow[]> {
  // Each person's last event is the end of an index; no more people than events can have one of the latest.
  const active = await database.all(
    sql`select id from (
        select c.id, (select max(e.occurred_at) from events e where e.contact_id = c.id) as last_at
        from contacts c where c.domain = ${domain}
      ) as latest where last_at is not null order by last_at desc, id limit ${limit}`,
  )
  const events: EventRow[] = []
  for (const { id } of active) events.push(...(await recentEvents(database, Number(id), limit)))
  return events.sort((a, b) => b.occurredAt - a.occurredAt || b.seq - a.seq).slice(0, limit)
}

/** Those of `domains` at which there are people. */
export async function knownDomains(database: Database, domains: readonly string[]): Promise<string[]> {
  if (domains.length === 0) return []
  return await distinctDomains(database, sql`domain in (select r.v from ${valuesOf(database, 'text', domains)})`)
}

/** Domains that begin with `prefix`, the first `limit` of them. */
export async function domainsFrom(database: Database, prefix: string, limit: number): Promise<string[]> {
  const { bytewise } = database.dialect
  const isWithin = sql`domain ${bytewise} >= ${prefix} and domain ${bytewise} < ${`${prefix}\u{10ffff}`}`
  return (await distinctDomains(database, isWithin)).slice(0, limit)
}

async function distinctDomains(database: Database, condition: SQL): Promise<string[]> {
  const rows = await database.all(sql`select distinct domain from contacts where ${condition} order by domain`)
  return rows.map(({ domain }) => String(domain))
}
