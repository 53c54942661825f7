import type { Fact, Finding } from './finding.ts'
import { kindOf, REVIVED_KINDS } from './job-kinds.ts'
import type { Database } from './store/database.ts'
import { type GivenUp, givenUp, jobCounts, overdueSince, uncertainCounts, WORKER_DIED } from './store/jobs.ts'
import { counted } from './text.ts'

function countedAs(kind: string, count: number): string {
  const { one, many } = kindOf(kind)
  return counted(count, one, many)
}

/** Work takes seconds; a job that failed is due again only when it is tried again. */
const LONG_MS = 15 * 60_000

/** What is queued, what waits for longer than it should, and what was given up, kind by kind. */
export async function jobFindings(database: Database, now: number): Promise<Finding[]> {
  const [counts, overdue, uncertain, dead] = await Promise.all([
    jobCounts(database),
    overdueSince(database, now),
    uncertainCounts(database),
    givenUp(database),
  ])
  const kinds = [...new Set(counts.map(({ kind }) => kind))].sort()
  const queued = kinds.flatMap((kind) => {
    if (kindOf(kind).routine) return []
    const own = counts.filter((row) => row.kind === kind && row.state !== 'dead')
    const count = own.reduce((sum, row) => sum + row.count, 0)
    return count === 0 ? [] : [countedAs(kind, count)]
  })
  const late = kinds.flatMap((kind) => {
    const since = overdue.get(kind)
    return since === undefined || now - since <= LONG_MS ? [] : [{ kind, since }]
  })
  const unsure = kinds.flatMap((kind) => {
    const count = uncertain.get(kind)
    return count === undefined ? [] : [`${countedAs(kind, count)} may have been sent; Slack is asked again`]
  })
  return [waiting(queued, unsure, late), ...kinds.flatMap((kind) => laidDown(kind, dead))]
}

function waiting(
  queued: readonly string[],
  unsure: readonly string[],
  late: readonly { readonly kind: string; readonly since: number }[],
): Finding {
  const facts: Fact[] = [
    queued.length === 0 ? 'nothing waits' : `${queued.join(', ')} queued`,
    ...unsure,
    ...late.map(({ kind, since }) => ({ words: `the oldest ${kindOf(kind).one} has waited since`, at: since })),
  ]
  const stuck = late.filter(({ kind }) => !kindOf(kind).inBulk)
  const fixes = stuck.length > 0 ? ['see whether the program runs, and what its log says of "effect"'] : []
  return { name: 'jobs', state: stuck.length > 0 ? 'problem' : 'ok', facts, fixes }
}

/** As many reasons as people read. */
const REASONS = 3

function laidDown(kind: string, all: readonly GivenUp[]): Finding[] {
  const dead = all.filter((one) => one.kind === kind)
  const count = sumOf(dead, (one) => one.count)
  if (count === 0) return []
  const unsure = sumOf(dead, (one) => one.uncertain)
  const facts = [
    `${countedAs(kind, count)} given up`,
    ...(unsure === 0 ? [] : [`${unsure} of ${count} may have been sent`]),
    ...reasons(dead),
  ]
  const look = 'look for "effect given up" in the log, which says why'
  return REVIVED_KINDS.includes(kind)
    ? [{ name: 'jobs', state: 'problem', facts, fixes: [SEND_AGAIN], canSendAgain: true }]
    : [{ name: 'jobs', state: 'problem', facts, fixes: [look] }]
}

const SEND_AGAIN = 'when that is mended, an admin can press “Send again” in /crm health'

function reasons(dead: readonly GivenUp[]): string[] {
  const counts = new Map<string, number>()
  for (const { lastError, count } of dead) {
    const words = reasonOf(lastError)
    counts.set(words, (counts.get(words) ?? 0) + count)
  }
  const shown = [...counts]
    .slice(0, REASONS)
    .map(([words, count]) => (counts.size === 1 ? words : `${count}: ${words}`))
  const left = counts.size - shown.length
  return left === 0 ? shown : [...shown, `and ${counted(left, 'other reason')}`]
}

/** The errors whose words are for people; any other is a mistake, whose words may hold anything. */
const FOR_PEOPLE = /^(?:InvalidInput|SlackRefused|Storage|Uncertain|Upstream)Error: (.+)$/s

function reasonOf(lastError: string | null): string {
  if (lastError === WORKER_DIED) return 'the program ended in the middle of it, time and again'
  const [, words] = FOR_PEOPLE.exec(lastError ?? '') ?? []
  return words ?? 'a mistake of this program, which the log has under "effect given up"'
}

function sumOf<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0)
}
