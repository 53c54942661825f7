import { isDeepStrictEqual } from 'node:util'

import type { Enrichment } from '../src/core/enrichment/enrich.ts'
import type { Terms } from '../src/core/enrichment/provider.ts'
import { apollo } from '../src/core/enrichment/providers/apollo.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { type Apollo, enrichEverybody, enrichingBy, peopleIn, startApollo } from './support/enriching.ts'

const FEW = 100
const LATENCY_MS = 500
const ROUNDS = 5
const MANY = 10_000
/** So that a thousand calls, a few at a time, are a few seconds. */
const SHORT_LATENCY_MS = 20
/** The share of a run after which memory should not grow any more. */
const WARM = 0.2

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

/**
 * How long enrichment waits, beside the least that it has to wait for Apollo's answers, and what
 * it takes itself where there is little to wait for. DNS answers at once.
 */
export async function measureEnrichment(row: Row): Promise<void> {
  await using standIn = await startApollo()
  await measureFew(standIn, row)
  await measureMany(standIn, row)
}

async function measureFew(standIn: Apollo, row: Row): Promise<void> {
  const { batchSize, inFlight, rate } = termsOfApollo()
  console.log(`\nEnrichment of ${FEW} contacts by an Apollo that takes ${LATENCY_MS} ms; DNS answers at once`)
  row(`its terms: ${batchSize} a call, ${inFlight} calls at a time, ${rate.limit} in ${rate.intervalMs / 1000} s`, '')
  await oneByOne(standIn, 0, 5)
  await batched(standIn, 0, FEW)

  const single = await oneByOne(standIn, LATENCY_MS, FEW)
  const rounds: Run[] = []
  for (let n = 0; n < ROUNDS; n += 1) rounds.push(await batched(standIn, LATENCY_MS, FEW))
  const batch = rounds.toSorted((a, b) => a.ms - b.ms)[ROUNDS >> 1]
  if (!batch) throw new Error('nothing was measured')
  const calls = Math.ceil(FEW / batchSize)
  const leastMs = Math.ceil(calls / inFlight) * LATENCY_MS
  row('one after the other', `${seconds(single.ms)}, ${callsOf(single)}`, `${FEW} calls`)
  row(`batched, median of ${ROUNDS}`, `${seconds(batch.ms)}, ${callsOf(batch)}`, `${calls} calls`)
  row('times as fast', (single.ms / batch.ms).toFixed(1), 'at least 5')
  row(
    `batched, as a multiple of ceil(${calls} / ${inFlight}) x ${LATENCY_MS} ms`,
    (batch.ms / leastMs).toFixed(2),
    'at most 1.2',
  )
}

async function measureMany(standIn: Apollo, row: Row): Promise<void> {
  const { batchSize, inFlight, rate } = termsOfApollo()
  console.log(`\nEnrichment of ${thousands(MANY)} contacts by an Apollo that takes ${SHORT_LATENCY_MS} ms`)
  row(`its terms: as above, but as many calls in ${rate.intervalMs / 1000} s as there are`, '')
  using people = await peopleIn(MANY)
  const baseUrl = standIn.baseUrl(SHORT_LATENCY_MS)
  const first = await enrichEverybody(people.databaseUrl, baseUrl)
  refuseUnlike(first.counts, { enriched: MANY })
  const least = Math.ceil(MANY / batchSize)
  const leastMs = Math.ceil(least / inFlight) * SHORT_LATENCY_MS
  row('calls', callsOf(await standIn.tally()), thousands(least))
  row(`time, of which ${seconds(leastMs)} have to be waited`, seconds(first.seconds * 1000))
  row('speed', `${thousands(MANY / first.seconds)} contacts/s`)
  rowOfGrowth(row, 'resident memory', first.residentMiB, 'below 20 MiB')
  rowOfGrowth(row, 'heap without garbage', first.liveMiB)

  const second = await enrichEverybody(people.databaseUrl, baseUrl)
  refuseUnlike(second.counts, { complete: MANY })
  const again = callsOf(await standIn.tally())
  row('the same once more, when nothing is lacking', `${seconds(second.seconds * 1000)}, ${again}`, '0 calls')
}

interface Run {
  readonly ms: number
  readonly calls: number
  readonly atOnce: number
}

async function oneByOne(standIn: Apollo, latencyMs: number, count: number): Promise<Run> {
  return await run(standIn, latencyMs, count, async (enrichment, ids) => {
    for (const id of ids) refuseUnlike({ [(await enrichment.enrichContact(id)).kind]: 1 }, { enriched: 1 })
  })
}

async function batched(standIn: Apollo, latencyMs: number, count: number): Promise<Run> {
  return await run(standIn, latencyMs, count, async (enrichment, ids) => {
    refuseUnlike((await enrichment.enrichBatch(ids)).counts, { enriched: count })
  })
}

/** Carries `work` out on a database of its own, which is opened before the clock runs. */
async function run(
  standIn: Apollo,
  latencyMs: number,
  count: number,
  work: (enrichment: Enrichment, ids: readonly number[]) => Promise<void>,
): Promise<Run> {
  using people = await peopleIn(count)
  await using database = await openDatabase(people.databaseUrl)
  await using running = enrichingBy(standIn.baseUrl(latencyMs), database)
  const started = performance.now()
  await work(running.enrichment, people.ids)
  const ms = performance.now() - started
  return { ms, ...(await standIn.tally()) }
}

function termsOfApollo(): Terms {
  const { enricher } = apollo.connect({ key: '', baseUrl: apollo.baseUrl, fetch })
  if (!enricher) throw new Error('Apollo looks nobody up')
  return enricher.terms
}

function refuseUnlike(counts: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  const happened = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  if (isDeepStrictEqual(happened, expected)) return
  throw new Error(`${JSON.stringify(happened)} instead of ${JSON.stringify(expected)}; the figures would mean nothing`)
}

function rowOfGrowth(row: Row, what: string, samplesMiB: readonly number[], aim?: string): void {
  const [early, late] = [samplesMiB[Math.ceil(samplesMiB.length * WARM) - 1], samplesMiB.at(-1)]
  if (early === undefined || late === undefined) throw new Error(`there are no samples of ${what}`)
  const figure = `${early.toFixed(0)} MiB, ${late.toFixed(0)} MiB, ${(late - early).toFixed(0)} MiB`
  row(`${what} after ${WARM * 100} % of the run, at its end, and the growth`, figure, aim)
}

function callsOf({ calls, atOnce }: Pick<Run, 'calls' | 'atOnce'>): string {
  return calls === 0 ? '0 calls' : `${thousands(calls)} calls, ${atOnce} at once`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
