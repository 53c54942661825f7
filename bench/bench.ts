import '../src/runtime.ts'

import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'

import { slackSigned, slashCommand } from '../practice/slack/sign.ts'
import { measureCommands } from './commands.ts'
import { measureDigest } from './digest.ts'
import { measureEnrichment } from './enrichment.ts'
import { measureExports } from './exports.ts'
import { measureImports } from './imports.ts'
import { measureProviders } from './providers.ts'
import { measureScanners } from './scanners.ts'
import { resendBody, sendgridBody, sendgridEvents } from './support/events.ts'
import { type Load, load, rawRequest } from './support/http.ts'
import { rawInsertsPerSecond, startNoOp } from './support/limits.ts'
import { type Running, startProgram } from './support/program.ts'

// Limit and program are measured in turns, because the speed of a machine drifts within minutes.

const PEOPLE = 20_000
const BATCH = 1_000
const MILLION = 1_000_000
const ROUND = 100_000

/** By the name that chooses one alone: `npm run bench -- providers`. */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  start: measureStartUp,
  batches: measureBatches,
  singles: measureSingles,
  providers: measureProviders,
  scanners: measureScanners,
  enrichment: () => measureEnrichment(row),
  commands: () => measureCommands(row),
  digest: () => measureDigest(row),
  export: () => measureExports(row),
  import: () => measureImports(row),
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`)
  process.exitCode = 2
} else {
  for (const [name, measure] of Object.entries(PARTS)) if (chosen.length === 0 || chosen.includes(name)) await measure()
}

async function measureStartUp(): Promise<void> {
  console.log('\nStart-up')
  const starts: number[] = []
  for (let n = 0; n < 5; n += 1) {
    await using program = await startProgram()
    starts.push(program.startMs)
  }
  row('until the first request is taken, median of 5', `${Math.round(median(starts))} ms`, 'below 1,000')
}

async function measureBatches(): Promise<void> {
  console.log(`\n1,000-event deliveries, SendGrid-signed, over HTTP, ${MILLION / 1e6} million events`)
  await using program = await startProgram()
  const url = new URL(program.url)
  const rounds: { readonly limit: number; readonly program: number }[] = []
  const lookups: number[] = []
  for (let first = 0; first < MILLION; first += ROUND) {
    const limit = rawInsertsPerSecond(ROUND, BATCH, PEOPLE)
    const requests = signedBatches(program, url, first)
    // Every second round is for the look-ups, which take their share of the processor.
    const done = new AbortController()
    const isForLookups = (first / ROUND) % 2 === 1
    const looking = isForLookups ? lookUpMeanwhile(program, done.signal) : []
    const result = await load(url, 4, () => requests.pop())
    done.abort()
    lookups.push(...(await looking))
    refuseFailures(result)
    if (!isForLookups) rounds.push({ limit, program: result.perSecond * BATCH })
  }
  const limit = median(rounds.map((round) => round.limit))
  const events = median(rounds.map((round) => round.program))
  row('limit: better-sqlite3 alone, the same events, two set-based statements', `${thousands(limit)} events/s`)
  row('program', `${thousands(events)} events/s`)
  row('ratio, median of five rounds', ratio(median(rounds.map((round) => round.program / round.limit))), '0.4')
  const memory = program.memory()
  row('resident memory at the end, and at its peak', `${memory.now} MiB, ${memory.peak} MiB`, 'below 300')
  lookups.sort((a, b) => a - b)
  row(
    `/crm lookup meanwhile, ${lookups.length} times: p50, p99, longest`,
    [0.5, 0.99, 1].map((share) => `${at(lookups, share).toFixed(1)} ms`).join(', '),
    'p99 below 50 ms',
  )
}

async function measureSingles(): Promise<void> {
  console.log('\nSingle deliveries, signed (Standard Webhooks), durable before the answer, 32 connections')
  await using noOp = await startNoOp()
  await using program = await startProgram()
  const url = new URL(program.url)
  const ratios: number[] = []
  const speeds: { noOp: number; program: number }[] = []
  for (let round = 0; round < 5; round += 1) {
    const bodies = Array.from({ length: 10_000 }, (_, n) => resendBody(round * 10_000 + n, PEOPLE))
    const plain = bodies.map((body) => rawRequest(noOp.url, '/', { 'content-type': 'application/json' }, body))
    const signed = bodies.map((body) => {
      const { headers } = program.senders.resend.sign({ body, sentAt: Date.now() })
      return rawRequest(url, '/webhooks/resend', { 'content-type': 'application/json', ...headers }, body)
    })
    const limit = await load(noOp.url, 32, () => plain.pop())
    const result = await load(url, 32, () => signed.pop())
    refuseFailures(limit)
    refuseFailures(result)
    // The first round only warms both up.
    if (round === 0) continue
    speeds.push({ noOp: limit.perSecond, program: result.perSecond })
    ratios.push(result.perSecond / limit.perSecond)
  }
  row('limit: Hono POST that parses and answers', `${thousands(median(speeds.map((speed) => speed.noOp)))} requests/s`)
  row('program', `${thousands(median(speeds.map((speed) => speed.program)))} requests/s`)
  row('ratio, median of four rounds', ratio(median(ratios)), '0.4')
}

function signedBatches(program: Running, url: URL, first: number): Buffer[] {
  return Array.from({ length: ROUND / BATCH }, (_, n) => {
    const body = sendgridBody(sendgridEvents(first + n * BATCH, BATCH, PEOPLE))
    const { headers } = program.senders.sendgrid.sign({ body, sentAt: Date.now() })
    return rawRequest(url, '/webhooks/sendgrid', { 'content-type': 'application/json', ...headers }, body)
  })
}

/** Milliseconds of each look-up, one after the other with a pause in between, until `signal` ends it. */
async function lookUpMeanwhile(program: Running, signal: AbortSignal): Promise<number[]> {
  const latencies: number[] = []
  for (let n = 0; !signal.aborted; n += 1) {
    const person = (n * 7919) % 1000
    const command = slashCommand(`lookup person${person}@company${person % 500}.example`)
    const request = slackSigned(program.signingSecret, command, Date.now())
    const started = performance.now()
    const response = await fetch(`${program.url}/slack/events`, request)
    await response.text()
    latencies.push(performance.now() - started)
    if (!response.ok) throw new Error(`a look-up was answered ${response.status}`)
    await wait(10)
  }
  return latencies
}

function refuseFailures({ failures, requests }: Load): void {
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed; the figures would mean nothing`)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return at(sorted, 0.5)
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function ratio(value: number): string {
  return value.toFixed(2)
}

function row(what: string, figure: string, aim = ''): void {
  console.log(`  ${what.padEnd(74)} ${figure.padEnd(34)} ${aim && `aim: ${aim}`}`.trimEnd())
}
