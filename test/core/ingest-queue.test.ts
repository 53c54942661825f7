import { expect, test } from 'vitest'

import { StorageError } from '../../src/core/errors.ts'
import { createIngestQueue, type IngestQueueDeps } from '../../src/core/ingest-queue.ts'
import { createLogger } from '../../src/core/logger.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

function aQueue(database: Database, overrides: Partial<IngestQueueDeps> = {}) {
  const woken: number[] = []
  const queue = createIngestQueue({
    database,
    dayOf: createDayOf('UTC'),
    jobsFor: () => [],
    jobsQueued: () => woken.push(1),
    log: createLogger('silent'),
    ...overrides,
  })
  return { queue, woken }
}

test('answers each delivery after the commit that holds it', async () => {
  await using database = await openSqlite()
  const { queue } = aQueue(database)
  const results = await Promise.all([1, 2, 3].map(() => queue.add(aDelivery(anEvent(), anEvent()))))
  expect(results).toEqual(Array(3).fill({ accepted: 2, duplicates: 0, unreadable: 0 }))
  expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ counters: { opened: { count: 6 } } })
})

test('quarantines the one event that cannot be stored, and keeps its neighbours and the other deliveries', async () => {
  await using database = await openSqlite()
  const { queue } = aQueue(database)
  // No adapter makes such an event; this stands for whatever nobody thought of.
  const poison = anEvent({ occurredAt: Number.NaN })
  const [first, second] = await Promise.all([
    queue.add(aDelivery(anEvent(), poison, anEvent())),
    queue.add(aDelivery(anEvent({ recipient: 'bob@example.com' }))),
  ])
  expect(first).toEqual({ accepted: 2, duplicates: 0, unreadable: 1 })
  expect(second).toEqual({ accepted: 1, duplicates: 0, unreadable: 0 })
  const [kept] = await database.db.select().from(database.tables.quarantine)
  expect(kept).toMatchObject({ part: 'event', provider: 'sendgrid' })
  expect(JSON.parse(kept?.raw.toString() ?? '')).toMatchObject({ id: poison.id })
})

test('rejects everything when the database cannot be written, and quarantines nothing', async () => {
  await using database = await openSqlite()
  let isFull = true
  const failing: Database = {
    ...database,
    transaction: (work) => (isFull ? Promise.reject(new StorageError('disk full')) : database.transaction(work)),
  }
  const { queue } = aQueue(failing)
  const delivery = aDelivery(anEvent())
  await expect(queue.add(delivery)).rejects.toThrow(StorageError)
  isFull = false
  expect(await queue.add(delivery)).toEqual({ accepted: 1, duplicates: 0, unreadable: 0 })
})

test('wakes the worker only when a commit queued jobs', async () => {
  await using database = await openSqlite()
  const { queue, woken } = aQueue(database, {
    jobsFor: ({ id, type }) => (type === 'replied' ? [{ id, kind: 'alert', payload: {}, key: null, runAt: 0 }] : []),
  })
  await queue.add(aDelivery(anEvent({ type: 'opened' })))
  expect(woken).toEqual([])
  await queue.add(aDelivery(anEvent({ type: 'replied' })))
  expect(woken).toEqual([1])
})
