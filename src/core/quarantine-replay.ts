import { transactionOf } from './dry-run.ts'
import { StorageError } from './errors.ts'
import type { KeptPart } from './quarantine.ts'
import { type Reread, type RereadDeps, rereadAll } from './quarantine-reread.ts'
import { type Outcome, type SettleDeps, settle } from './quarantine-settle.ts'
import type { Database } from './store/database.ts'
import { holdKept, rewriteProblem } from './store/quarantine.ts'

export interface ReplayDeps extends RereadDeps, SettleDeps {
  readonly database: Database
  /** Waited for after each group, so that a server on the same database writes in between. */
  readonly rest: () => Promise<void>
}

export interface ReplayOptions {
  /** Counts what would happen and changes nothing. */
  readonly dryRun: boolean
  /** Called with what stays as it is, and why. */
  readonly onStill: (part: KeptPart, problem: string) => void
  /** Called after each group, with the number of parts done so far. */
  readonly onProgress: (done: number) => void
}

export interface ReplayResult {
  /** Parts that could be read, and are no longer kept. */
  readonly read: number
  /** Parts that still cannot be read. */
  readonly unreadable: number
  /** Events that have a name now, and those that still have none. */
  readonly named: number
  readonly unnamed: number
  /** Events that reading brought in, and those that were known already. */
  readonly accepted: number
  readonly duplicates: number
}

/** Parts in one transaction, by number and by bytes: a server beside us waits no longer than this takes. */
const MAX_GROUP_PARTS = 50
const MAX_GROUP_BYTES = 1024 * 1024

/**
 * Reads kept parts once more, and records what they hold as if they had been read when they came.
 * What was read leaves the quarantine in the transaction that stores its events; what was not stays,
 * with the problem that it has now. Throws `StorageError` when the database cannot be written; the
 * groups before stay done.
 */
export async function replay(
  deps: ReplayDeps,
  parts: readonly KeptPart[],
  options: ReplayOptions,
): Promise<ReplayResult> {
  let total: ReplayResult = { read: 0, unreadable: 0, named: 0, unnamed: 0, accepted: 0, duplicates: 0 }
  let done = 0
  for (const group of groupsOf(parts)) {
    const rereads = await rereadAll(deps, group)
    for (const [n, outcome] of (await settleAll(deps, rereads, options)).entries()) {
      const part = rereads[n]?.part
      if (!part || !outcome) continue
      total = add(total, part, outcome)
      if (outcome.problem !== undefined) options.onStill(part, outcome.problem)
    }
    done += group.length
    options.onProgress(done)
    await deps.rest()
  }
  return total
}

function* groupsOf(parts: readonly KeptPart[]): Generator<KeptPart[]> {
  let group: KeptPart[] = []
  let bytes = 0
  for (const part of parts) {
    if (group.length >= MAX_GROUP_PARTS || (group.length > 0 && bytes + part.bytes > MAX_GROUP_BYTES)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(part)
    bytes += part.bytes
  }
  if (group.length > 0) yield group
}

/** All of them in one transaction, or each in its own where one cannot be stored. */
async function settleAll(
  deps: ReplayDeps,
  rereads: readonly Reread[],
  { dryRun }: ReplayOptions,
): Promise<(Outcome | undefined)[]> {
  try {
    return await transactionOf(deps.database, { dryRun }, (tx) => settleIn(tx, deps, rereads))
  } catch {
    const outcomes: (Outcome | undefined)[] = []
    for (const reread of rereads) outcomes.push(await settleAlone(deps, reread, dryRun))
    return outcomes
  }
}

async function settleAlone(deps: ReplayDeps, reread: Reread, dryRun: boolean): Promise<Outcome | undefined> {
  try {
    const [outcome] = await transactionOf(deps.database, { dryRun }, (tx) => settleIn(tx, deps, [reread]))
    return outcome
  } catch (error) {
    if (error instanceof StorageError) throw error
    const problem = `could not be stored: ${error instanceof Error ? error.name : typeof error}`
    if (!dryRun && reread.kind === 'part') {
      await deps.database.transaction((tx) => rewriteProblem(tx, reread.row.id, problem))
    }
    return { accepted: 0, duplicates: 0, problem }
  }
}

async function settleIn(tx: Database, deps: SettleDeps, rereads: readonly Reread[]): Promise<(Outcome | undefined)[]> {
  // Whoever replays at the same time has taken the others.
  const held = await holdKept(
    tx,
    rereads.flatMap((reread) => (reread.kind === 'part' ? [reread.row.id] : [])),
  )
  const outcomes: (Outcome | undefined)[] = []
  for (const reread of rereads) {
    const isGone = reread.kind === 'part' && !held.has(reread.row.id)
    outcomes.push(isGone ? undefined : await settle(tx, deps, reread))
  }
  return outcomes
}

function add(total: ReplayResult, { part }: KeptPart, { accepted, duplicates, problem }: Outcome): ReplayResult {
  const isSettled = problem === undefined
  const count = part === 'unnamed' ? (isSettled ? 'named' : 'unnamed') : isSettled ? 'read' : 'unreadable'
  return {
    ...total,
    [count]: total[count] + 1,
    accepted: total.accepted + accepted,
    duplicates: total.duplicates + duplicates,
  }
}
