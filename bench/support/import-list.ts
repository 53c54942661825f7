import '../../src/runtime.ts'

import { createReadStream, readFileSync } from 'node:fs'
import process from 'node:process'

import { createImports } from '../../src/core/import/imports.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'

// Run by ../imports.ts: brings a list in, and tells how that went.

const [path = '', list = ''] = process.argv.slice(2)

await using database = await openDatabase(`sqlite:${path}`)
const imports = createImports({ database, dayOf: createDayOf('UTC'), now: Date.now, jobsFor: () => [] })
const asked = { by: null, name: 'people.csv', campaign: null, tags: [], overwrite: false, enrich: false }
const started = performance.now()
const id = await imports.begin({ ...asked, bytes: createReadStream(list) })
let writing: number | undefined
const { counts } = await imports.run(id, {
  onProgress() {
    // Before the first group the list was read once, so that nothing comes in of a bad one.
    writing ??= performance.now()
  },
})
const ended = performance.now()
const peakMiB = Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024)
process.stdout.write(
  JSON.stringify({
    contacts: counts.created,
    seconds: (ended - started) / 1000,
    readingSeconds: ((writing ?? ended) - started) / 1000,
    peakMiB,
  }),
)
