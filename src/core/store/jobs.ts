import type { SQL } from 'drizzle-orm'

import type { NewJob } from '../job.ts'
import { decodeRows, insertOf, perBackend, selectList } from './bulk.ts'
import type { Database, Tables } from './database.ts'
import { and, desc, eq, gte, inArray, lt, ne, sql } from './drizzle.ts'

export type JobRow = Tables['jobs']['$inferSelect']

const insertion = perBackend(({ jobs }) =>
  insertOf(jobs, ['id', 'kind', 'payload', 'key', 'runAt', 'state', 'attempts', 'createdAt'], { ignore: ['id'] }),
)

/** Queues `jobs` with the transaction that makes them necessary; one that is queued already stays as it is. */
export async function enqueue(tx: Database, jobs: readonly NewJob[], now: number): Promise<void> {
  const rows = jobs.map((job) => ({ ...job, state: 'waiting', attempts: 0, createdAt: now }))
  await tx.write(insertion(tx), rows)
}

/** The same for what somebody asks for once more: it takes the place of what was given up. False where it is queued already. */
export async function enqueueAnew(tx: Database, job: NewJob, now: number): Promise<boolean> {
  const { jobs } = tx.tables
  await tx.db.delete(jobs).where(and(eq(jobs.id, job.id), eq(jobs.state, 'dead')))
  const [queued] = await tx.db.select({ seq: jobs.seq }).from(jobs).where(eq(jobs.id, job.id))
  await enqueue(tx, [job], now)
  return queued === undefined
}

/** Whether a job is there: waiting, under way, or given up, and so to be begun anew one day. */
export async function isQueued(database: Database, id: string): Promise<boolean> {
  const { jobs } = database.tables
  const rows = await database.db.select({ seq: jobs.seq }).from(jobs).where(eq(jobs.id, id))
  return rows.length > 0
}

export interface Claim {
  readonly kinds: readonly string[]
  readonly owner: string
  readonly now: number
  readonly leaseUntil: number
  readonly limit: number
}

const CLAIMED = [
  'seq',
  'id',
  'kind',
  'payload',
  'key',
  'attempts',
  'uncertain',
] as const satisfies readonly (keyof JobRow)[]

export type ClaimedJob = Pick<JobRow, (typeof CLAIMED)[number]>

/** Takes up to `limit` due jobs for `owner`; none that stands behind an unfinished one with its key. */
export async function claimJobs(tx: Database, { kinds, owner, now, leaseUntil, limit }: Claim): Promise<ClaimedJob[]> {
  const { jobs } = tx.tables
  if (kinds.length === 0) return []
  // Materialized, for Postgres may run a subquery once for each row, and would then take more than `limit`.
  const rows = await tx.all(sql`
    with first as materialized (
      select due.seq from jobs due
      where due.state = 'waiting' and due.run_at <= ${now} and due.kind in (${listOf(kinds)}) and ${isFirstOfItsKey}
      order by due.run_at, due.seq limit ${limit} ${tx.dialect.skipLocked}
    )
    update ${jobs} set state = 'running', attempts = attempts + 1, lease_owner = ${owner}, lease_until = ${leaseUntil}
    where seq in (select seq from first) and state = 'waiting'
    returning ${selectList(jobs, CLAIMED)}`)
  return decodeRows(jobs, CLAIMED, rows).sort((a, b) => a.seq - b.seq)
}

function listOf(kinds: readonly string[]): SQL {
  return sql.join(
    kinds.map((kind) => sql`${kind}`),
    sql`, `,
  )
}

const isFirstOfItsKey = sql.raw(`(due.key is null or not exists (
  select 1 from jobs earlier where earlier.key = due.key and earlier.seq < due.seq and earlier.state <> 'dead'
))`)

/** How many jobs a process holds at that moment. */
export async function jobsUnderWay(database: Database, now: number): Promise<number> {
  const { jobs } = database.tables
  const [row] = await database.db
    .select({ n: sql<number>`count(*)` })
    .from(jobs)
    .where(and(eq(jobs.state, 'running'), gte(jobs.leaseUntil, now)))
  return Number(row?.n ?? 0)
}

/** Holds a lease a little longer; false when it was lost. */
export async function extendLease(tx: Database, seq: number, owner: string, leaseUntil: number): Promise<boolean> {
  const { jobs } = tx.tables
  const rows = await tx.db
    .update(jobs)
    .set({ leaseUntil })
    .where(and(eq(jobs.seq, seq), eq(jobs.leaseOwner, owner)))
    .returning({ seq: jobs.seq })
  return rows.length > 0
}

export async function finishJob(tx: Database, seq: number, owner: string): Promise<void> {
  const { jobs } = tx.tables
  await tx.db.delete(jobs).where(and(eq(jobs.seq, seq), eq(jobs.leaseOwner, owner)))
}

export interface Outcome {
  readonly state: 'waiting' | 'dead'
  readonly runAt: number
  readonly attempts: number
  readonly lastError: string
  /** What the job does to others may have been done. It stays so until the job is done. */
  readonly uncertain?: boolean
}

/** Gives a job back that was not done, to be tried again or to be looked at. */
export async function returnJob(tx: Database, seq: number, owner: string, outcome: Outcome): Promise<void> {
  const { jobs } = tx.tables
  await tx.db
    .update(jobs)
    .set({ ...outcome, leaseOwner: null, leaseUntil: null })
    .where(and(eq(jobs.seq, seq), eq(jobs.leaseOwner, owner)))
}

export interface Returning {
  /** UTC milliseconds. */
  readonly now: number
  /** Only what was to be done by then, UTC milliseconds; without it all that is under way. */
  readonly leaseEndedBy?: number
  readonly maxAttempts: number
  /** The kinds of which others may have seen something, though nobody lived to say so. */
  readonly sends: readonly string[]
}

/** Makes jobs due again whose worker died; one that has taken `maxAttempts` workers with it is laid down as dead. */
export async function returnHeld(tx: Database, { now, leaseEndedBy, maxAttempts, sends }: Returning): Promise<void> {
  const { jobs } = tx.tables
  const ended = leaseEndedBy === undefined ? undefined : lt(jobs.leaseUntil, leaseEndedBy)
  const held = and(eq(jobs.state, 'running'), ended)
  const free = { leaseOwner: null, leaseUntil: null }
  if (sends.length > 0)
    await tx.db
      .update(jobs)
      .set({ uncertain: true })
      .where(and(held, inArray(jobs.kind, [...sends])))
  await tx.db
    .update(jobs)
    .set({ ...free, state: 'dead', runAt: now, lastError: WORKER_DIED })
    .where(and(held, gte(jobs.attempts, maxAttempts)))
  await tx.db
    .update(jobs)
    .set({ ...free, state: 'waiting' })
    .where(held)
}

/** What stands in the place of an error where nobody was left to name one. */
export const WORKER_DIED = 'its worker died'

/** When the next job can start, UTC milliseconds; those that stand behind another with their key cannot yet. */
export async function nextRunAt(database: Database, kinds: readonly string[]): Promise<number | null> {
  if (kinds.length === 0) return null
  const [row] = await database.all(
    sql`select min(due.run_at) as at from jobs due
      where due.state = 'waiting' and due.kind in (${listOf(kinds)}) and ${isFirstOfItsKey}`,
  )
  return row?.at === null || row?.at === undefined ? null : Number(row.at)
}

/** Makes jobs of these kinds that were given up due again, with as many attempts as new ones. Says how many. */
export async function reviveJobs(
  tx: Database,
  kinds: readonly string[],
  now: number,
  { evenDeadly = true }: { /** Those too that took their workers with them. */ readonly evenDeadly?: boolean } = {},
): Promise<number> {
  const { jobs } = tx.tables
  if (kinds.length === 0) return 0
  const wanted = evenDeadly ? undefined : ne(jobs.lastError, WORKER_DIED)
  const rows = await tx.db
    .update(jobs)
    .set({ state: 'waiting', attempts: 0, runAt: now })
    .where(and(eq(jobs.state, 'dead'), inArray(jobs.kind, [...kinds]), wanted))
    .returning({ seq: jobs.seq })
  return rows.length
}

/** Deletes what was given up and has not been due since `before`, UTC milliseconds. Says how many that were. */
export async function deleteDead(tx: Database, before: number): Promise<number> {
  const { jobs } = tx.tables
  const rows = await tx.db
    .delete(jobs)
    .where(and(eq(jobs.state, 'dead'), lt(jobs.runAt, before)))
    .returning({ seq: jobs.seq })
  return rows.length
}

export interface GivenUp {
  readonly kind: string
  readonly lastError: string | null
  readonly count: number
  /** Those of which others may have seen something all the same. */
  readonly uncertain: number
}

/** What was given up, by kind and by what came in between last; the most frequent first. */
export async function givenUp(database: Database): Promise<GivenUp[]> {
  const { jobs } = database.tables
  const count = sql<number>`count(*)`
  const rows = await database.db
    .select({
      ...{ kind: jobs.kind, lastError: jobs.lastError, count },
      uncertain: sql<number>`sum(case when ${jobs.uncertain} then 1 else 0 end)`,
    })
    .from(jobs)
    .where(eq(jobs.state, 'dead'))
    .groupBy(jobs.kind, jobs.lastError)
    .orderBy(desc(count), jobs.kind, jobs.lastError)
  return rows.map((row) => ({ ...row, count: Number(row.count), uncertain: Number(row.uncertain) }))
}

/** Of each kind, how many of those that will be tried again may have been done already. */
export async function uncertainCounts(database: Database): Promise<Map<string, number>> {
  const { jobs } = database.tables
  const rows = await database.db
    .select({ kind: jobs.kind, count: sql<number>`count(*)` })
    .from(jobs)
    .where(and(eq(jobs.uncertain, true), ne(jobs.state, 'dead')))
    .groupBy(jobs.kind)
  return new Map(rows.map(({ kind, count }) => [kind, Number(count)]))
}

export interface JobCount {
  readonly kind: string
  readonly state: JobRow['state']
  readonly count: number
}

/**
 * For each kind, since when the job that is due longest waits to be taken (UTC milliseconds). One that
 * stands behind another with its key cannot be taken, and counts from no moment.
 */
export async function overdueSince(database: Database, now: number): Promise<Map<string, number>> {
  const rows = await database.all(sql`
    select due.kind as kind,
      min(case when due.run_at > due.created_at then due.run_at else due.created_at end) as since
    from jobs due
    where due.state = 'waiting' and due.run_at <= ${now} and ${isFirstOfItsKey}
    group by due.kind`)
  return new Map(rows.map(({ kind, since }) => [String(kind), Number(since)]))
}

export async function jobCounts(database: Database): Promise<JobCount[]> {
  const { jobs } = database.tables
  const rows = await database.db
    .select({ kind: jobs.kind, state: jobs.state, count: sql<number>`count(*)` })
    .from(jobs)
    .groupBy(jobs.kind, jobs.state)
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}
