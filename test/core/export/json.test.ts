import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { exportJson } from '../../../src/core/export/json.ts'
import { EVERYBODY } from '../../../src/core/export/meant.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { parseQuery } from '../../../src/core/search/filter.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import { bringIn, dayOf, NOW, textOf } from './support.ts'

async function exported(database: Database, text = ''): Promise<Record<string, unknown>> {
  const query = text ? parseQuery(text, { now: NOW, dayOf }) : EVERYBODY
  return JSON.parse(await textOf(exportJson(database, query, { now: NOW })))
}

const someContact = fc.record(
  {
    status: fc.constantFrom('new', 'converted', 'disqualified'),
    first_name: fc.constantFrom('Ada', 'Bob'),
    tags: fc.subarray(['vip', 'fair']),
    owner: fc.constantFrom('U0ADA1234'),
    suppression: fc.constant({ reason: 'unsubscribed', since: '2026-05-01' }),
    engagements: fc.array(
      fc.constantFrom('email_opened', 'link_clicked', 'reply_received').map((engagement_type) => ({
        engagement_type,
        timestamp: '2026-05-30T09:00:00Z',
      })),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
)

const FILTERS = [
  '',
  'tag:vip',
  'status:converted,disqualified',
  'suppressed:no',
  'owner:U0ADA1234',
  'score:>1',
  'ada',
  'since:7d tag:fair',
]

describe.each(databases)('interchange JSON on $name', ({ name, open }) => {
  test('of those whom a filter means, imported into an empty database, exports as the same', {
    timeout: 120_000,
  }, async () => {
    const people = fc.dictionary(
      fc.constantFrom('p1@acme.com', 'p2@acme.com', 'p3@other.com', 'p4@other.com'),
      someContact,
    )
    await fc.assert(
      fc.asyncProperty(people, fc.constantFrom(...FILTERS), async (entries, filter) => {
        await using original = await open()
        await using copy = await open()
        await bringIn(original, entries)
        const written = await exported(original, filter)
        await bringIn(copy, written)
        expect(await exported(copy)).toEqual(written)
        expect(Object.keys(await exported(original))).toEqual(expect.arrayContaining(Object.keys(written)))
      }),
      { numRuns: name === 'SQLite' ? 40 : 4 },
    )
  })

  test('has the whole history of everybody who is meant, over many pages', async () => {
    await using database = await open()
    const people = Array.from({ length: 230 }, (_, n) => `person${n}@example.com`)
    const events = people.map((recipient) => anEvent({ recipient, type: 'clicked' }))
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
    const written = await exported(database)
    expect(Object.keys(written).toSorted()).toEqual(people.toSorted())
    for (const value of Object.values(written))
      expect(value).toMatchObject({ engagements: [{ engagement_type: 'link_clicked' }] })
  })

  test('is an empty object where nobody is meant', async () => {
    await using database = await open()
    expect(await textOf(exportJson(database, EVERYBODY, { now: NOW }))).toBe('{}\n')
  })
})
