import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

import { z } from 'zod'

import { createEnrichment, type EnrichmentDeps, type RunningEnrichment } from '../../src/core/enrichment/create.ts'
import type { MailResolver } from '../../src/core/enrichment/local/mail-domains.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { type ContactFilter, filteredIds, NO_FILTER } from '../../src/core/search/filter.ts'
import type { Database } from '../../src/core/store/database.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'
import { startFlags } from './flags.ts'

const Tally = z.object({ calls: z.number(), atOnce: z.number() })

export interface Apollo extends AsyncDisposable {
  /** The base of an Apollo that takes so many milliseconds for an answer. */
  baseUrl(ms: number): string
  /** How many calls there were since this was asked last, and how many of them at the same time. */
  tally(): Promise<z.infer<typeof Tally>>
}

/** A stand-in in a process of its own, so that what it does is not on the event loop that is measured. */
export async function startApollo(): Promise<Apollo> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'apollo.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [origin] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    baseUrl: (ms) => `${origin}/${ms}`,
    async tally() {
      return Tally.parse(await (await fetch(`${origin}/tally`, { method: 'POST' })).json())
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const dayOf = createDayOf('UTC')

export const EVERYBODY: ContactFilter = NO_FILTER

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Every domain takes mail, and says so at once. */
const resolver: MailResolver = {
  resolveMx: async () => [{ exchange: 'mx.example', priority: 1 }],
  resolve4: async () => [],
  resolve6: async () => [],
}

/** Neighbours in the list are at different companies. */
const COMPANIES = 500

/** A new SQLite file with `count` people, of whom nothing but the address is known. */
export async function peopleIn(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-enrichment-'))
  const databaseUrl = `sqlite:${join(folder, 'bench.db')}`
  await using database = await openDatabase(databaseUrl)
  const addresses = Array.from({ length: count }, (_, n) => `person${n}@company${n % COMPANIES}.example`)
  const how = { dayOf, now: Date.now(), dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, addresses.map(bareContact), how)
  const ids = await Array.fromAsync(filteredIds(database, EVERYBODY))
  return { databaseUrl, ids, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

/** Enrichment as the program has it, but for a DNS that answers at once. */
export function enrichingBy(
  baseUrl: string,
  database: Database,
  options: Pick<EnrichmentDeps, 'providers'> = {},
): RunningEnrichment {
  return createEnrichment({
    ...options,
    ...{ database, dayOf, fetch, log: silent },
    settings: { providers: [{ id: 'apollo', key: 'bench', baseUrl }], dailyCredits: 1_000_000, on: new Set() },
    publicUrl: undefined,
    now: Date.now,
    random: Math.random,
    resolver,
  })
}

const Everybody = z.object({
  seconds: z.number(),
  counts: z.record(z.string(), z.number()),
  /** Sampled each time the same number of contacts was done, and the last time after all of them. */
  residentMiB: z.array(z.number()),
  /** What the heap holds after its garbage was collected, sampled the same way. */
  liveMiB: z.array(z.number()),
})

/** Enriches everybody in a process of its own that is started as the program is, so that the memory is that of nothing else. */
export async function enrichEverybody(databaseUrl: string, baseUrl: string): Promise<z.infer<typeof Everybody>> {
  const script = join(import.meta.dirname, 'enrich-everybody.ts')
  const child = spawn(process.execPath, [...startFlags(), '--expose-gc', script, databaseUrl, baseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`enriching everybody ended with ${code}`)
  return Everybody.parse(JSON.parse(said))
}
