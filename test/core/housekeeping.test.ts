import { describe, expect, test } from 'vitest'

import { HOUSEKEEPING, housekeepingHandler, housekeepingJob } from '../../src/core/housekeeping.ts'
import { createLogger } from '../../src/core/logger.ts'
import { enqueue } from '../../src/core/store/jobs.ts'
import { Worker } from '../../src/core/worker.ts'
import { databases } from '../support/databases.ts'

const NOON = Date.parse('2026-03-02T12:00:00Z')
const DAY_MS = 86_400_000

describe.each(databases)('keeping house on $name', ({ open }) => {
  test('happens once a day however often the program is started, and again after it failed', async () => {
    await using database = await open()
    const days: string[] = []
    let at = NOON
    const now = () => at
    const keepHouse = async () => {
      days.push(new Date(at).toISOString().slice(0, 10))
      if (days.length === 1) throw new Error('the disk is full')
    }
    const worker = new Worker({
      handlers: { [HOUSEKEEPING]: housekeepingHandler({ database, keepHouse, now }) },
      ...{ database, now, owner: 'us', random: () => 0.5, log: createLogger('info', () => {}) },
    })
    for (const hours of [0, 1, 5]) {
      await database.transaction((tx) => enqueue(tx, [housekeepingJob(NOON + hours * 3_600_000)], NOON))
    }
    for (let quarters = 0; quarters <= 12; quarters += 1) {
      await worker.runDue()
      at += DAY_MS / 4
    }
    expect(days).toEqual(['2026-03-03', '2026-03-03', '2026-03-04', '2026-03-05'])
  })
})
