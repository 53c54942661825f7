import { COLLECT, ENRICH, ENRICH_RUN } from './enrichment/jobs.ts'
import type { Fact, Finding } from './finding.ts'
import { REPLY_ALERT } from './reply-alert.ts'
import type { Database } from './store/database.ts'
import { jobCounts, overdueSince } from './store/jobs.ts'
import { counted } from './text.ts'
import { MAX_ATTEMPTS } from './worker.ts'

interface KindWords {
  readonly one: string
  readonly many?: string
  /** Many may be queued at once and wait for others, so that a long queue says nothing. */
  readonly inBulk?: true
}

/** What people call the work that is queued. */
const KINDS: Readonly<Record<string, KindWords>> = {
  [REPLY_ALERT]: { one: 'reply alert' },
  [ENRICH]: { one: 'enrichment', inBulk: true },
  [COLLECT]: { one: 'answer of an enrichment provider to fetch', many: 'answers of enrichment providers to fetch' },
  [ENRICH_RUN]: {
    one: 'enrichment that somebody asked for',
    many: 'enrichments that somebody asked for',
    inBulk: true,
  },
}

function wordsOf(kind: string): KindWords {
  return (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? { one: `job “${kind}”`, many: `jobs “${kind}”` }
}

function countedAs(kind: string, count: number): string {
  const { one, many } = wordsOf(kind)
  return counted(count, one, many)
}

/** Work takes seconds; a job that failed is due again only when it is tried again. */
const LONG_MS = 15 * 60_000

/** What is queued, what waits for longer than it should, and what was given up, kind by kind. */
export async function jobFindings(database: Database, now: number): Promise<Finding[]> {
  const [counts, overdue] = await Promise.all([jobCounts(database), overdueSince(database, now)])
  const kinds = [...new Set(counts.map(({ kind }) => kind))].sort()
  const queued = kinds.flatMap((kind) => {
    const own = counts.filter((row) => row.kind === kind && row.state !== 'dead')
    const count = own.reduce((sum, row) => sum + row.count, 0)
    return count === 0 ? [] : [countedAs(kind, count)]
  })
  const late = kinds.flatMap((kind) => {
    const since = overdue.get(kind)
    return since === undefined || now - since <= LONG_MS ? [] : [{ kind, since }]
  })
  return [waiting(queued, late), ...counts.filter(({ state }) => state === 'dead').map(givenUp)]
}

function waiting(
  queued: readonly string[],
  late: readonly { readonly kind: string; readonly since: number }[],
): Finding {
  const facts: Fact[] = [
    queued.length === 0 ? 'nothing waits' : `${queued.join(', ')} queued`,
    ...late.map(({ kind, since }) => ({ words: `the oldest ${wordsOf(kind).one} has waited since`, at: since })),
  ]
  const stuck = late.filter(({ kind }) => !wordsOf(kind).inBulk)
  const fixes = stuck.length > 0 ? ['see whether the program runs, and what its log says of "effect"'] : []
  return { name: 'jobs', state: stuck.length > 0 ? 'problem' : 'ok', facts, fixes }
}

function givenUp({ kind, count }: { readonly kind: string; readonly count: number }): Finding {
  return {
    name: 'jobs',
    state: 'problem',
    facts: [`${countedAs(kind, count)} given up after ${MAX_ATTEMPTS} attempts`],
    fixes: ['look for "effect given up" in the log, which says why'],
  }
}
