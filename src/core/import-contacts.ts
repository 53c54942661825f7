import { addressKey } from './address.ts'
import { transactionOf } from './dry-run.ts'
import { type GroupOptions, MAX_GROUP_CONTACTS, MAX_GROUP_EVENTS, writeGroup } from './import/write-group.ts'
import type { InterchangeContact } from './interchange.ts'
import type { NewJob } from './job.ts'
import { keysAmong } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { erasedAmong } from './store/erasure.ts'
import { enqueue } from './store/jobs.ts'

export interface ImportOptions extends Omit<GroupOptions, 'overwrite' | 'known'> {
  /** Whether what people entered gives way, too; it stays without. */
  readonly overwrite?: boolean
  /** Counts what would happen and changes nothing. */
  readonly dryRun: boolean
  /** What follows for the contacts that an import made or changed; queued with them. */
  readonly jobsFor?: (ids: readonly number[]) => readonly NewJob[]
  /** Called after each group, with the number of contacts done so far. */
  readonly onProgress: (done: number) => void
}

export interface ImportResult {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  /** Engagements that were not known yet. */
  readonly events: number
  /** Left out, because they asked to be erased; left out itself where there are none. */
  readonly erased?: number
}

/**
 * Brings contacts in that are in memory, with their history. What is empty in the import erases
 * nothing, a contact never moves back, and a suppression is never cleared; importing twice changes nothing.
 */
export async function importContacts(
  database: Database,
  contacts: readonly InterchangeContact[],
  options: ImportOptions,
): Promise<ImportResult> {
  let total: ImportResult = { created: 0, changed: 0, unchanged: 0, events: 0 }
  let done = 0
  for (const group of groupsOf(contacts)) {
    total = add(total, await transactionOf(database, options, (tx) => write(tx, group, options)))
    done += group.length
    options.onProgress(done)
    // Lets a server on the same file write in between.
    await new Promise(setImmediate)
  }
  return total
}

function* groupsOf(contacts: readonly InterchangeContact[]): Generator<InterchangeContact[]> {
  let group: InterchangeContact[] = []
  let events = 0
  for (const contact of contacts) {
    if (group.length >= MAX_GROUP_CONTACTS || (group.length > 0 && events + contact.events.length > MAX_GROUP_EVENTS)) {
      yield group
      group = []
      events = 0
    }
    group.push(contact)
    events += contact.events.length
  }
  if (group.length > 0) yield group
}

async function write(
  tx: Database,
  everybody: readonly InterchangeContact[],
  { overwrite = false, jobsFor, ...options }: ImportOptions,
): Promise<ImportResult> {
  const erased = await erasedAmong(tx, () => everybody.map(({ email }) => email))
  const group = erased.size === 0 ? everybody : everybody.filter(({ email }) => !erased.has(email))
  const known = await keysAmong(
    tx,
    group.map(({ email }) => addressKey(email)),
  )
  const { written, events } = await writeGroup(tx, group, { ...options, overwrite, known })
  const count = (wanted: string) => written.filter(({ outcome }) => outcome === wanted).length
  const touched = written.filter(({ outcome }) => outcome !== 'unchanged').map(({ id }) => id)
  if (jobsFor) await enqueue(tx, jobsFor([...new Set(touched)]), options.now)
  const left = everybody.length - group.length
  return {
    ...(erased.size > 0 ? { erased: left } : {}),
    created: count('created'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    events,
  }
}

function add(a: ImportResult, b: ImportResult): ImportResult {
  const erased = (a.erased ?? 0) + (b.erased ?? 0)
  return {
    ...(erased > 0 ? { erased } : {}),
    created: a.created + b.created,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    events: a.events + b.events,
  }
}
