import process from 'node:process'

import { createDigestTimer } from '../../../src/core/digest/schedule.ts'
import { WEEKDAYS } from '../../../src/core/digest/settings.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { createWallClock } from '../../../src/core/time.ts'

// A process that takes on the digests of so many days, one after the other, and prints those that it got.

const DAY_MS = 24 * 60 * 60_000
const [, , url = '', first = '', days = ''] = process.argv

await using database = await openDatabase(url)
const silent = () => {}
let now = Date.parse(`${first}T09:00:00Z`)
const timer = createDigestTimer({
  database,
  settings: async () => ({ channel: 'C0DIGEST', at: '09:00', days: WEEKDAYS, timeZone: 'UTC', saved: null }),
  wallClock: createWallClock('UTC'),
  now: () => now,
  queued: silent,
  log: { debug: silent, info: silent, warn: silent, error: silent },
})
for (let nth = 0; nth < Number(days); nth += 1) {
  if (await timer.tick()) process.stdout.write(`${new Date(now).toISOString().slice(0, 10)}\n`)
  now += DAY_MS
}
