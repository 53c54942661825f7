import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { hottestContacts } from '../../src/core/hottest.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const now = Date.parse('2026-03-16T09:00:00Z')
const twoWeeksAgo = Date.parse('2026-03-02T09:00:00Z')
const dayOf = createDayOf('UTC')

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]) {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

async function hottest(database: Database, limit = 5) {
  const contacts = await hottestContacts(database, limit, now)
  return contacts.map(({ email, score }) => [email, score])
}

describe.each(databases)('the hottest contacts on $name', ({ open }) => {
  test('come by their score now, which halves in two weeks', async () => {
    await using database = await open()
    await happen(
      database,
      { type: 'replied', recipient: 'old-reply@example.com', occurredAt: twoWeeksAgo },
      { type: 'form_submission', recipient: 'form@example.com', occurredAt: now },
      { type: 'clicked', recipient: 'click@example.com', occurredAt: now },
    )
    expect(await hottest(database)).toEqual([
      ['form@example.com', 15],
      ['old-reply@example.com', 10],
      ['click@example.com', 5],
    ])
    expect(await hottest(database, 1)).toEqual([['form@example.com', 15]])
  })

  test('are nobody who did nothing', async () => {
    await using database = await open()
    await addContact(database, 'new@example.com', { by: 'U0ADA', now, dayOf })
    await happen(
      database,
      { type: 'delivered', recipient: 'delivered@example.com' },
      { type: 'opened', machine: true, recipient: 'machine@example.com' },
    )
    expect(await hottest(database)).toEqual([])
  })

  test('are nobody who must not be written to or was disqualified', async () => {
    await using database = await open()
    for (const recipient of ['gone@example.com', 'out@example.com', 'ada@example.com'])
      await happen(database, { type: 'replied', recipient, occurredAt: now })
    await happen(database, { type: 'unsubscribed', recipient: 'gone@example.com', occurredAt: now })
    await importContacts(database, [{ ...bareContact('out@example.com'), status: 'disqualified' }], {
      ...{ dayOf, now, dryRun: false, campaign: null, tags: [] },
      onProgress: () => {},
    })
    expect(await hottest(database)).toEqual([['ada@example.com', 20]])
  })

  test('of equal score start with the newest', async () => {
    await using database = await open()
    for (const recipient of ['a@example.com', 'b@example.com', 'c@example.com'])
      await happen(database, { type: 'clicked', recipient, occurredAt: now })
    expect((await hottest(database, 2)).map(([email]) => email)).toEqual(['c@example.com', 'b@example.com'])
  })
})
