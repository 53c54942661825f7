import { describe, expect, test } from 'vitest'

import { claimJobs, enqueue, enqueueAnew, isQueued, jobCounts, returnJob } from '../../src/core/store/jobs.ts'
import { databases } from '../support/databases.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')
const JOB = { id: 'import_run:7', kind: 'import_run', payload: { id: 7 }, key: null, runAt: 0 }

describe.each(databases)('on $name, what somebody asks for', ({ open }) => {
  test('is queued once, and who asks again hears so', async () => {
    await using database = await open()
    const ask = () => database.transaction((tx) => enqueueAnew(tx, JOB, NOW))
    expect(await ask()).toBe(true)
    expect(await ask()).toBe(false)
    expect(await jobCounts(database)).toEqual([{ kind: 'import_run', state: 'waiting', count: 1 }])
  })

  test('can be looked for by its name, also once it was given up, until it is done', async () => {
    await using database = await open()
    expect(await isQueued(database, JOB.id)).toBe(false)
    await database.transaction(async (tx) => {
      await enqueue(tx, [JOB], NOW)
      const claim = { kinds: ['import_run'], owner: 'worker', now: NOW, leaseUntil: NOW, limit: 1 }
      for (const { seq } of await claimJobs(tx, claim)) {
        expect(await isQueued(tx, JOB.id)).toBe(true)
        await returnJob(tx, seq, 'worker', { state: 'dead', attempts: 8, runAt: NOW, lastError: 'away' })
      }
    })
    expect(await isQueued(database, JOB.id)).toBe(true)
    expect(await isQueued(database, 'import_run:8')).toBe(false)
  })

  test('is begun anew where it was given up before', async () => {
    await using database = await open()
    await database.transaction(async (tx) => {
      await enqueue(tx, [JOB], NOW)
      const claim = { kinds: ['import_run'], owner: 'worker', now: NOW, leaseUntil: NOW, limit: 1 }
      for (const { seq } of await claimJobs(tx, claim))
        await returnJob(tx, seq, 'worker', { state: 'dead', attempts: 8, runAt: NOW, lastError: 'away' })
    })
    expect(await database.transaction((tx) => enqueueAnew(tx, JOB, NOW))).toBe(true)
    expect(await jobCounts(database)).toEqual([{ kind: 'import_run', state: 'waiting', count: 1 }])
  })
})
