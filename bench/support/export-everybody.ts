import '../../src/runtime.ts'

import { readFileSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import { exportFile, FORMATS } from '../../src/core/export/file.ts'
import { EVERYBODY } from '../../src/core/export/meant.ts'
import { openDatabase } from '../../src/core/store/open.ts'

// Run by ../exports.ts: exports everybody of a file into another, and tells how that went.

const [path = '', asked = ''] = process.argv.slice(2)
const format = FORMATS.find((known) => known === asked) ?? 'csv'

await using database = await openDatabase(`sqlite:${path}`)
const folder = await mkdtemp(join(tmpdir(), 'touchpoint-bench-'))
const started = performance.now()
const result = await exportTo(join(folder, 'contacts'))
const seconds = (performance.now() - started) / 1000
await rm(folder, { recursive: true })
const peakMiB = Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024)
process.stdout.write(JSON.stringify({ ...result, seconds, peakMiB }))

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
