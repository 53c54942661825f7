import process from 'node:process'
import { z } from 'zod'

import { mulberry32 } from '../practice/samples/random.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { COMMANDS, sceneOf } from './support/command-mix.ts'
import { crowdFile } from './support/crowd.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const SMALL = 1000
const SEED = 7

const Environment = z.object({ CROWD: z.coerce.number().int().min(SMALL).default(1_000_000) })

interface Timing {
  readonly samples: number
  readonly p50: number
  readonly p99: number
  /** What took longest. */
  readonly slowest: string
  readonly longest: number
}

/**
 * What the server does to answer each command, from the text that somebody typed to the blocks,
 * without HTTP: with very many contacts and beside that with a few, so that growth shows.
 */
export async function measureCommands(row: Row): Promise<void> {
  const { CROWD } = Environment.parse(process.env)
  const few = await timingsOf(SMALL)
  const many = await timingsOf(CROWD)
  console.log(
    `\nCommands, processor and disk of the server alone, in milliseconds: ${thousands(SMALL)} contacts | ${thousands(CROWD)} contacts`,
  )
  for (const { name, p50, p99 } of COMMANDS) {
    const [small, large] = [few.get(name), many.get(name)]
    if (!small || !large) continue
    const figure = `${figures(small)} | ${figures(large)} | x${(large.p50 / small.p50).toFixed(1)}, x${(large.p99 / small.p99).toFixed(1)}`
    const aims = [
      ...(p50 === undefined ? [] : [`p50 below ${p50}: ${large.p50 < p50 ? 'met' : 'MISSED'}`]),
      ...(p99 === undefined ? [] : [`p99 below ${p99}: ${large.p99 < p99 ? 'met' : 'MISSED'}`]),
    ]
    row(`${name}, ${large.samples} times: p50, p99 | p50, p99 | growth`, figure, aims.join(', '))
    row(`    longest: ${large.slowest}`, `${large.longest.toFixed(1)}`)
  }
}

function figures({ p50, p99 }: Timing): string {
  return `${p50.toFixed(2)}, ${p99.toFixed(2)}`
}

function thousands(value: number): string {
  return value.toLocaleString('en-US')
}

/** So many of each are run before the clock counts, with arguments of their own. */
const WARMING = 20

async function timingsOf(people: number): Promise<ReadonlyMap<string, Timing>> {
  const path = await crowdFile(people, (sentence) => console.log(`  ${sentence}`))
  await using database = await openDatabase(`sqlite:${path}`)
  const timings = new Map<string, Timing>()
  const first = performance.now()
  const scene = await sceneOf(database, people, mulberry32(SEED))
  console.log(
    `  ${thousands(people)} contacts: first queries after opening took ${(performance.now() - first).toFixed(0)} ms`,
  )
  for (const { name, samples, ask } of COMMANDS) {
    const runs: { readonly what: string; readonly ms: number }[] = []
    for (let n = -WARMING; n < samples; n += 1) {
      const { what, answer } = await ask(scene, Math.abs(n))
      const started = performance.now()
      await answer()
      const ms = performance.now() - started
      if (n >= 0) runs.push({ what, ms })
    }
    timings.set(name, timingOf(runs))
  }
  return timings
}

function timingOf(runs: readonly { readonly what: string; readonly ms: number }[]): Timing {
  const sorted = runs.toSorted((a, b) => a.ms - b.ms)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const slowest = sorted.at(-1)
  return {
    samples: runs.length,
    p50: at(0.5)?.ms ?? Number.NaN,
    p99: at(0.99)?.ms ?? Number.NaN,
    slowest: slowest?.what ?? '',
    longest: slowest?.ms ?? Number.NaN,
  }
}
