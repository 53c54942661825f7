import { describe, expect, test, vi } from 'vitest'

import { StorageError } from '../../src/core/errors.ts'
import { Refusals } from '../../src/core/refusals.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sourceCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'

const now = Date.parse('2026-03-02T09:00:00Z')
const dayOf = createDayOf('UTC')

function refusalsOn(database: Database) {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  return { refusals: new Refusals({ database, dayOf, now: () => now, log }), log }
}

async function written(database: Database) {
  const counts = await sourceCounts(database, ['sendgrid', 'mailgun'], '2026-03-02')
  return Object.fromEntries(counts.map(({ provider, outcome, count }) => [`${provider} ${outcome}`, count]))
}

describe.each(databases)('refused requests on $name', ({ open }) => {
  test('are counted in memory and written by a flush, by provider and reason', async () => {
    await using database = await open()
    await using refusals = refusalsOn(database).refusals
    for (let n = 0; n < 3; n += 1) refusals.count('sendgrid', 'mismatch')
    refusals.count('sendgrid', 'stale')
    refusals.count('mailgun', 'mismatch')
    expect(await written(database)).toEqual({})
    await refusals.flush()
    const counts = { 'sendgrid refused_mismatch': 3, 'sendgrid refused_stale': 1, 'mailgun refused_mismatch': 1 }
    expect(await written(database)).toEqual(counts)
    await refusals.flush()
    expect(await written(database)).toEqual(counts)
  })

  test('say whose they look like, beside why they were refused', async () => {
    await using database = await open()
    await using refusals = refusalsOn(database).refusals
    refusals.count('sendgrid', 'missing')
    refusals.countMisdirected('sendgrid', 'mailgun')
    await refusals.flush()
    expect(await written(database)).toEqual({ 'sendgrid refused_missing': 1, 'sendgrid misdirected_mailgun': 1 })
  })

  test('are added to what was written before', async () => {
    await using database = await open()
    await using refusals = refusalsOn(database).refusals
    refusals.count('sendgrid', 'missing')
    await refusals.flush()
    refusals.count('sendgrid', 'missing')
    await refusals.flush()
    expect(await written(database)).toEqual({ 'sendgrid refused_missing': 2 })
  })

  test('are written at the end', async () => {
    await using database = await open()
    {
      await using refusals = refusalsOn(database).refusals
      refusals.count('sendgrid', 'replayed')
    }
    expect(await written(database)).toEqual({ 'sendgrid refused_replayed': 1 })
  })

  test('the end waits for a flush that has begun', async () => {
    await using database = await open()
    let flushed: Promise<void>
    {
      await using refusals = refusalsOn(database).refusals
      refusals.count('sendgrid', 'replayed')
      flushed = refusals.flush()
    }
    expect(await written(database)).toEqual({ 'sendgrid refused_replayed': 1 })
    await flushed
  })
})

test('nothing is written when nothing was refused', async () => {
  await using database = await openSqlite()
  let transactions = 0
  const transaction: Database['transaction'] = (work) => {
    transactions += 1
    return database.transaction(work)
  }
  {
    await using refusals = refusalsOn({ ...database, transaction }).refusals
    await refusals.flush()
  }
  expect(transactions).toBe(0)
})

test('a database that takes no writes is reported and ends nothing', async () => {
  await using database = await openSqlite()
  const transaction = async () => {
    throw new StorageError('disk full')
  }
  const { refusals, log } = refusalsOn({ ...database, transaction })
  refusals.count('sendgrid', 'mismatch')
  await refusals.flush()
  expect(log.warn).toHaveBeenCalledOnce()
  refusals.count('sendgrid', 'mismatch')
  await refusals[Symbol.asyncDispose]()
  expect(log.warn).toHaveBeenCalledTimes(2)
})
