import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

import { z } from 'zod'

import { FORMATS, type Format } from '../src/core/export/file.ts'
import { EXPORT, orderExport } from '../src/core/export/orders.ts'
import { jobCounts } from '../src/core/store/jobs.ts'
import { openDatabase } from '../src/core/store/open.ts'
import { crmBeside } from './support/command-line.ts'
import { crowdFile } from './support/crowd.ts'
import { deliverDuring, spread } from './support/deliver-during.ts'
import { startFlags } from './support/flags.ts'
import { startProgram } from './support/program.ts'
import { rawExport } from './support/raw-export.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const FEWER = 100_000

const Environment = z.object({ CROWD: z.coerce.number().int().min(1000).default(1_000_000) })

/**
 * Exports everybody, in a process that is started as the program is: how fast beside the least that
 * has to be done, how long deliveries to a server wait meanwhile, and how much memory very many contacts
 * take. The least is a file of the same columns as they stand; the program writes three times as many
 * cells, with what follows from them.
 */
export async function measureExports(row: Row): Promise<void> {
  const { CROWD } = Environment.parse(process.env)
  const say = (sentence: string) => console.log(`  ${sentence}`)
  const small = await crowdFile(Math.min(FEWER, CROWD), say)
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-bench-'))
  try {
    console.log('\nExport')
    const limit = await rawExport(small, join(folder, 'raw.csv'))
    row('limit: better-sqlite3 alone, the same columns as they stand, in quotes', `${perSecond(limit)} contacts/s`)
    for (const format of FORMATS) {
      const alone = await exported(small, format)
      row(`${format}, ${count(alone.contacts)} contacts`, `${perSecond(alone)} contacts/s`)
      if (format === 'csv')
        row('ratio', (alone.contacts / alone.seconds / (limit.contacts / limit.seconds)).toFixed(2), '0.5')
      await measureDeliveries(row, small, folder, format)
    }
    const large = await exported(await crowdFile(CROWD, say), 'csv')
    row(`csv, ${count(large.contacts)} contacts: resident memory at its peak`, `${large.peakMiB} MiB`, 'below 300')
    row('the file, and how long it took', `${Math.round(large.bytes / 2 ** 20)} MiB, ${large.seconds.toFixed(0)} s`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** As a sender waits: over HTTP, to the program that exports for Slack, and to one with `crm export` beside it. */
async function measureDeliveries(row: Row, small: string, folder: string, format: Format): Promise<void> {
  // Deliveries are written, which the kept file should not remember.
  const path = join(folder, `${format}.db`)
  cpSync(small, path)
  await ordered(path, format)
  await using program = await startProgram(path)
  const waits = await deliverDuring(program, sent(path))
  row(`a delivery while it exports for Slack, ${waits.length}: p50, p99, longest`, spread(waits), 'p99 below 100 ms')
  const target = join(folder, `contacts.${format}`)
  const beside = await deliverDuring(program, crmBeside(program, ['export', '--format', format, '--output', target]))
  row(`a delivery beside crm export, ${beside.length}: p50, p99, longest`, spread(beside), 'p99 below 100 ms')
}

/** An export that somebody in Slack asked for: the program carries it out once it is started. */
async function ordered(path: string, format: Format): Promise<void> {
  await using database = await openDatabase(`sqlite:${path}`)
  const order = { text: '', format, by: 'U0ADA' }
  await orderExport(database, order, { contacts: 0, id: format, now: Date.now(), mostAnHour: 1 })
}

/** Resolves when the program has sent the file, or has said that it is too large for Slack. */
async function sent(path: string): Promise<void> {
  await using database = await openDatabase(`sqlite:${path}`)
  for (;;) {
    const left = (await jobCounts(database)).find(({ kind }) => kind === EXPORT)
    if (!left) return
    if (left.state === 'dead') throw new Error('the export failed')
    await wait(500)
  }
}

const Exported = z.object({
  contacts: z.number(),
  seconds: z.number(),
  bytes: z.number(),
  peakMiB: z.number(),
})

async function exported(path: string, format: Format): Promise<z.infer<typeof Exported>> {
  const script = join(import.meta.dirname, 'support/export-everybody.ts')
  const child = spawn(process.execPath, [...startFlags(), script, path, format], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`exporting everybody ended with ${code}`)
  return Exported.parse(JSON.parse(said))
}

function perSecond({ contacts, seconds }: { readonly contacts: number; readonly seconds: number }): string {
  return count(Math.round(contacts / seconds))
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
