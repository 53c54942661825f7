import '../../src/runtime.ts'

import { readFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'

import type { EngagementEvent } from '../../src/core/event.ts'
import { exportFile, FORMATS } from '../../src/core/export/file.ts'
import { EVERYBODY } from '../../src/core/export/meant.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'

// Run by ../exports.ts: exports everybody of a file into another, and tells how that went.

const [path = '', asked = '', how = ''] = process.argv.slice(2)
const format = FORMATS.find((known) => known === asked) ?? 'csv'

await using database = await openDatabase(`sqlite:${path}`)
const folder = await mkdtemp(join(tmpdir(), 'touchpoint-bench-'))
const done = new AbortController()
const waiting = how === 'beside' ? deliverUntil(database, done.signal) : Promise.resolve([])
const started = performance.now()
const result = await exportTo(join(folder, 'contacts'))
const seconds = (performance.now() - started) / 1000
done.abort()
const waits = (await waiting).sort((a, b) => a - b)
await rm(folder, { recursive: true })
const peakMiB = Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024)
process.stdout.write(JSON.stringify({ ...result, seconds, peakMiB, waits }))

async function exportTo(target: string): Promise<{ contacts: number; bytes: number }> {
  await using file = await open(target, 'wx', 0o600)
  let [contacts, bytes] = [0, 0]
  const onProgress = (so: number) => {
    contacts = so
  }
  for await (const piece of exportFile(database, EVERYBODY, {
    ...{ format, profile: 'spreadsheet', bom: true, now: Date.now(), onProgress },
  } as const)) {
    await file.appendFile(piece)
    bytes += Buffer.byteLength(piece)
  }
  return { contacts, bytes }
}

/** Milliseconds of each delivery until it is stored, with a pause in between. */
async function deliverUntil(database: Database, signal: AbortSignal): Promise<number[]> {
  const waits: number[] = []
  const deps = { database, dayOf: createDayOf('UTC'), jobsFor: () => [] }
  for (let n = 0; !signal.aborted; n += 1) {
    const since = performance.now()
    const delivery = { provider: 'sendgrid', receivedAt: Date.now(), events: [opened(n)], unreadable: [] }
    await ingestAll(deps, [delivery])
    waits.push(performance.now() - since)
    await wait(10)
  }
  return waits
}

function opened(n: number): EngagementEvent {
  return {
    ...{
      provider: 'sendgrid',
      id: `bench-${n}`,
      type: 'opened',
      class: null,
      recipient: `reader${n % 50}@bench.example`,
    },
    ...{ occurredAt: Date.now(), receivedAt: Date.now(), messageId: null, rfcMessageId: null, campaign: null },
    ...{ tags: [], metadata: {}, url: null, ip: null, userAgent: null, geo: null, machine: null, suspected: null },
    ...{ bounce: null, reply: null, raw: null },
  }
}
