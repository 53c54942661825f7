import { randomUUID } from 'node:crypto'

import { describe, expect, test } from 'vitest'

import { eraseContact } from '../../../src/core/erasure/erase-contact.ts'
import { EXPORT, type ExportOrder, orderExport } from '../../../src/core/export/orders.ts'
import { latestChanges } from '../../../src/core/store/changes.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { claimJobs } from '../../../src/core/store/jobs.ts'
import { databases } from '../../support/databases.ts'
import { dayOf, NOW } from './support.ts'

const HOUR = 60 * 60_000
const NOBODY = 0

async function orders(database: Database, order: Partial<ExportOrder> = {}, now = NOW): Promise<void> {
  const whole = { text: 'tag:vip', format: 'csv', by: 'U0ADA', ...order } as const
  await orderExport(database, whole, { contacts: 42, id: randomUUID(), now, mostAnHour: 5 })
}

describe.each(databases)('an order to export on $name', ({ open }) => {
  test('is queued, and who gets what stands in the history', async () => {
    await using database = await open()
    await orders(database)
    const claim = { kinds: [EXPORT], owner: 'me', now: NOW, leaseUntil: NOW + HOUR, limit: 8 }
    const jobs = await database.transaction((tx) => claimJobs(tx, claim))
    expect(jobs).toMatchObject([{ kind: EXPORT, payload: { text: 'tag:vip', format: 'csv', by: 'U0ADA' } }])
    expect(await latestChanges(database, NOBODY, 10)).toMatchObject([
      {
        actor: 'U0ADA',
        at: NOW,
        action: 'export',
        after: { exported: { text: 'tag:vip', format: 'csv', contacts: 42 } },
      },
    ])
  })

  test('is refused for the sixth time within an hour, for that person and nobody else', async () => {
    await using database = await open()
    for (let n = 0; n < 5; n += 1) await orders(database, {}, NOW + n)
    await expect(orders(database, {}, NOW + 5)).rejects.toThrow('You exported 5 times within the last hour')
    expect(await latestChanges(database, NOBODY, 10)).toHaveLength(5)
    await orders(database, { by: 'U0BOB' }, NOW + 6)
    await orders(database, {}, NOW + HOUR + 1)
  })

  test('names nobody any more who was erased', async () => {
    await using database = await open({ erasureSecret: 'x'.repeat(32) })
    await orders(database, { text: 'Ada@Example.com' })
    await orders(database)
    await eraseContact(database, 'ada@example.com', { by: 'U0ADA', now: NOW, dayOf })
    const exports = (await latestChanges(database, NOBODY, 10)).filter(({ action }) => action === 'export')
    expect(exports).toMatchObject([{ after: { exported: { text: 'tag:vip' } } }, { actor: 'U0ADA', after: {} }])
    expect(JSON.stringify(exports).toLowerCase()).not.toContain('ada@example.com')
  })
})
