import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'

import { z } from 'zod'

import { runJob } from '../src/bot/import-jobs.ts'
import { createImports } from '../src/core/import/imports.ts'
import { enqueue } from '../src/core/store/jobs.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { createDayOf } from '../src/core/time.ts'
import { crmBeside } from './support/command-line.ts'
import { deliverDuring, spread } from './support/deliver-during.ts'
import { startFlags } from './support/flags.ts'
import { startProgram } from './support/program.ts'
import { rawContactsPerSecond } from './support/raw-contacts.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const FEWER = 100_000
/** How long deliveries are measured that nothing disturbs. */
const IDLE_MS = 3000

const Environment = z.object({ CROWD: z.coerce.number().int().min(1000).default(1_000_000) })

/**
 * Brings a list in, in a process that is started as the program is: how fast beside the least that has
 * to be done, how long deliveries to a server wait meanwhile, and how much memory a very long list takes.
 */
export async function measureImports(row: Row): Promise<void> {
  const { CROWD } = Environment.parse(process.env)
  const few = Math.min(FEWER, CROWD)
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-bench-'))
  try {
    console.log('\nImport of people who are new, seven columns, as CSV')
    const list = await listOf(few, join(folder, 'people.csv'))
    await measureRatio(row, list, folder)
    await measureDeliveries(row, list, folder)
    if (CROWD <= few) return
    const long = await listOf(CROWD, join(folder, 'crowd.csv'))
    const large = await imported(join(folder, 'crowd.db'), long)
    row(`${count(CROWD)} rows: resident memory at its peak`, `${large.peakMiB} MiB`, 'below 300')
    row('how long it took', `${large.seconds.toFixed(0)} s, ${perSecond(large)} rows/s`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ROUNDS = 3

/** Each round by itself, since one machine is not as fast from one minute to the next. */
async function measureRatio(row: Row, list: string, folder: string): Promise<void> {
  const ratios: number[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    const path = join(folder, `alone-${round}.db`)
    const alone = await imported(path, list)
    const raw = join(folder, `raw-${round}.db`)
    await (await openDatabase(`sqlite:${raw}`))[Symbol.asyncDispose]()
    const limit = rawContactsPerSecond(path, raw)
    ratios.push(alone.contacts / alone.seconds / limit)
    row(`round ${round}: better-sqlite3 alone, the same contacts, words and tags`, `${count(limit)} rows/s`)
    row(`${count(alone.contacts)} rows, from the first byte to the last commit`, `${perSecond(alone)} rows/s`)
    row('of that keeping the file and reading it once before', `${alone.readingSeconds.toFixed(1)} s`)
  }
  const [lowest, middle, highest] = ratios.sort((a, b) => a - b).map((ratio) => ratio.toFixed(2))
  row(`ratio, the middle of ${ROUNDS} rounds (lowest, highest)`, `${middle} (${lowest}, ${highest})`, '0.5')
}

/** As a sender waits: over HTTP, to the program that imports itself, and to one with `crm import` beside it. */
async function measureDeliveries(row: Row, list: string, folder: string): Promise<void> {
  const path = join(folder, 'slack.db')
  const id = await ordered(path, list)
  {
    await using program = await startProgram(path)
    const waits = await deliverDuring(program, imports(path, id))
    row(`a delivery while it imports for Slack, ${waits.length}: p50, p99, longest`, spread(waits), 'p99 below 100 ms')
    row('resident memory of the program at its peak', `${program.memory().peak} MiB`, 'below 300')
  }
  {
    await using program = await startProgram()
    const idle = await deliverDuring(program, wait(IDLE_MS))
    row(`a delivery with nothing beside it, ${idle.length}: p50, p99, longest`, spread(idle))
    const waits = await deliverDuring(program, crmBeside(program, ['import', list]))
    row(`a delivery beside crm import, ${waits.length}: p50, p99, longest`, spread(waits), 'p99 below 100 ms')
  }
}

/** An import that somebody in Slack said yes to: the program carries it out once it is started. */
async function ordered(path: string, list: string): Promise<number> {
  await using database = await openDatabase(`sqlite:${path}`)
  const imports = createImports({ database, dayOf: createDayOf('UTC'), now: Date.now, jobsFor: () => [] })
  const asked = { by: 'U0ADA', name: 'people.csv', campaign: null, tags: [], overwrite: false, enrich: false }
  const id = await imports.begin({ ...asked, bytes: createReadStream(list) })
  await database.transaction((tx) => enqueue(tx, [runJob(id)], Date.now()))
  return id
}

/** Resolves when the program has carried the import out. */
async function imports(path: string, id: number): Promise<void> {
  await using database = await openDatabase(`sqlite:${path}`)
  const { state } = createImports({ database, dayOf: createDayOf('UTC'), now: Date.now, jobsFor: () => [] })
  for (;;) {
    const { stage } = (await state(id)) ?? {}
    if (stage === 'done') return
    if (stage !== 'ready' && stage !== 'running') throw new Error(`the import is ${stage}`)
    await wait(500)
  }
}

const Imported = z.object({
  contacts: z.number(),
  seconds: z.number(),
  readingSeconds: z.number(),
  peakMiB: z.number(),
})

async function imported(path: string, list: string): Promise<z.infer<typeof Imported>> {
  const script = join(import.meta.dirname, 'support/import-list.ts')
  const child = spawn(process.execPath, [...startFlags(), script, path, list], { stdio: ['ignore', 'pipe', 'inherit'] })
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
