import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

import { z } from 'zod'

import { openDatabase } from '../src/core/store/open.ts'
import { startFlags } from './support/flags.ts'
import { rawContactsPerSecond } from './support/raw-contacts.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const FEWER = 100_000

const Environment = z.object({ CROWD: z.coerce.number().int().min(1000).default(1_000_000) })

/**
 * Brings a list in, in a process that is started as the program is: how fast beside the least that has
 * to be done, how long deliveries wait meanwhile, and how much memory a very long list takes.
 */
export async function measureImports(row: Row): Promise<void> {
  const { CROWD } = Environment.parse(process.env)
  const few = Math.min(FEWER, CROWD)
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-bench-'))
  try {
    console.log('\nImport of people who are new, seven columns, as CSV')
    const list = await listOf(few, join(folder, 'people.csv'))
    const path = join(folder, 'alone.db')
    const alone = await imported(path, list, 'alone')
    const raw = join(folder, 'raw.db')
    await (await openDatabase(`sqlite:${raw}`))[Symbol.asyncDispose]()
    const limit = rawContactsPerSecond(path, raw)
    row('limit: better-sqlite3 alone, the same contacts, words and tags', `${count(limit)} rows/s`)
    row(`${count(few)} rows, from the first byte to the last commit`, `${perSecond(alone)} rows/s`)
    row('of that keeping the file and reading it once before', `${alone.readingSeconds.toFixed(1)} s`)
    row('ratio', (alone.contacts / alone.seconds / limit).toFixed(2), '0.5')
    const beside = await imported(join(folder, 'beside.db'), list, 'beside')
    row(
      `a delivery meanwhile, ${beside.waits.length} of them: p50, p99, longest`,
      [0.5, 0.99, 1].map((share) => `${at(beside.waits, share).toFixed(1)} ms`).join(', '),
      'p99 below 100 ms',
    )
    if (CROWD <= few) return
    const long = await listOf(CROWD, join(folder, 'crowd.csv'))
    const large = await imported(join(folder, 'crowd.db'), long, 'alone')
    row(`${count(CROWD)} rows: resident memory at its peak`, `${large.peakMiB} MiB`, 'below 300')
    row('how long it took', `${large.seconds.toFixed(0)} s, ${perSecond(large)} rows/s`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const Imported = z.object({
  contacts: z.number(),
  seconds: z.number(),
  readingSeconds: z.number(),
  peakMiB: z.number(),
  /** Milliseconds of each delivery, sorted. */
  waits: z.array(z.number()),
})

async function imported(path: string, list: string, how: 'alone' | 'beside'): Promise<z.infer<typeof Imported>> {
  const script = join(import.meta.dirname, 'support/import-list.ts')
  const child = spawn(process.execPath, [...startFlags(), script, path, list, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`importing a list ended with ${code}`)
  return Imported.parse(JSON.parse(said))
}

async function listOf(people: number, path: string): Promise<string> {
  await pipeline(Readable.from(linesOf(people)), createWriteStream(path))
  return path
}

function* linesOf(people: number): Generator<string> {
  let piece = 'email,first name,last name,company,job title,tags,city\n'
  for (let n = 0; n < people; n += 1) {
    const company = n % 5000
    piece += `person${n}@company${company}.example,First${n % 700},Last${n % 900},Company ${company},Title ${n % 40},"lead, q${n % 4}",City ${n % 300}\n`
    if (n % 500 !== 499) continue
    yield piece
    piece = ''
  }
  yield piece
}

function perSecond({ contacts, seconds }: { readonly contacts: number; readonly seconds: number }): string {
  return count(contacts / seconds)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
