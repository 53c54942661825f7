import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'

import { z } from 'zod'

import { FORMATS } from '../src/core/export/file.ts'
import { crowdFile } from './support/crowd.ts'
import { startFlags } from './support/flags.ts'
import { rawExport } from './support/raw-export.ts'

/** Prints one figure beside its aim. */
type Row = (what: string, figure: string, aim?: string) => void

const FEWER = 100_000

const Environment = z.object({ CROWD: z.coerce.number().int().min(1000).default(1_000_000) })

/**
 * Exports everybody, in a process that is started as the program is: how fast beside the least that
 * has to be done, how long deliveries wait meanwhile, and how much memory very many contacts take.
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
      // Deliveries are written meanwhile, which the kept file should not remember.
      const copy = join(folder, `${format}.db`)
      cpSync(small, copy)
      const alone = await exported(small, format, 'alone')
      row(`${format}, ${count(alone.contacts)} contacts`, `${perSecond(alone)} contacts/s`)
      if (format === 'csv')
        row('ratio', (alone.contacts / alone.seconds / (limit.contacts / limit.seconds)).toFixed(2), '0.5')
      const beside = await exported(copy, format, 'beside')
      row(
        `a delivery meanwhile, ${beside.waits.length} of them: p50, p99, longest`,
        [0.5, 0.99, 1].map((share) => `${at(beside.waits, share).toFixed(1)} ms`).join(', '),
        'p99 below 100 ms',
      )
    }
    const large = await exported(await crowdFile(CROWD, say), 'csv', 'alone')
    row(`csv, ${count(large.contacts)} contacts: resident memory at its peak`, `${large.peakMiB} MiB`, 'below 300')
    row('the file, and how long it took', `${Math.round(large.bytes / 2 ** 20)} MiB, ${large.seconds.toFixed(0)} s`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const Exported = z.object({
  contacts: z.number(),
  seconds: z.number(),
  bytes: z.number(),
  peakMiB: z.number(),
  /** Milliseconds of each delivery, sorted. */
  waits: z.array(z.number()),
})

async function exported(path: string, format: string, how: 'alone' | 'beside'): Promise<z.infer<typeof Exported>> {
  const script = join(import.meta.dirname, 'support/export-everybody.ts')
  const child = spawn(process.execPath, [...startFlags(), script, path, format, how], {
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

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
