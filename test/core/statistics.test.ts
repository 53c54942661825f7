import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { statistics } from '../../src/core/statistics.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const dayOf = createDayOf('America/New_York')

async function record(database: Database, ...events: EngagementEvent[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
}

/** A click at a moment given as `YYYY-MM-DDTHH:mm` of UTC. */
function clickAt(moment: string): EngagementEvent {
  return anEvent({ type: 'clicked', occurredAt: Date.parse(`${moment}Z`) })
}

describe.each(databases)('statistics on $name', ({ open }) => {
  test('of an empty CRM are zero everywhere', async () => {
    await using database = await open()
    expect(await statistics(database, 7, '2026-03-10')).toEqual({
      days: 7,
      from: '2026-03-04',
      to: '2026-03-10',
      contacts: 0,
      byStatus: { new: 0, enriched: 0, verified: 0, engaged: 0, converted: 0, disqualified: 0 },
      suppressed: 0,
      enriched: 0,
      verified: 0,
      newContacts: 0,
      newContactsBefore: 0,
      events: {},
      eventsBefore: {},
      daily: [],
    })
  })

  test('count the period and the one before by the local day of each event', async () => {
    await using database = await open()
    await record(
      database,
      // Midnight of New York is 05:00 UTC in winter and, after 8 March, 04:00.
      clickAt('2026-02-25T04:59'),
      clickAt('2026-02-25T05:00'),
      clickAt('2026-03-04T04:59'),
      clickAt('2026-03-04T05:00'),
      clickAt('2026-03-10T12:00'),
      clickAt('2026-03-11T03:59'),
      clickAt('2026-03-11T04:00'),
    )
    expect(await statistics(database, 7, '2026-03-10')).toMatchObject({
      events: { clicked: 3 },
      eventsBefore: { clicked: 2 },
    })
    expect(await statistics(database, 1, '2026-03-11')).toMatchObject({
      from: '2026-03-11',
      events: { clicked: 1 },
      eventsBefore: { clicked: 2 },
    })
  })

  test('tell the opens and clicks of machines from those of people, and bounces that last from those that pass', async () => {
    await using database = await open()
    const occurredAt = Date.parse('2026-03-10T12:00:00Z')
    await record(
      database,
      anEvent({ occurredAt, type: 'opened', machine: true }),
      anEvent({ occurredAt, type: 'opened', machine: true }),
      anEvent({ occurredAt, type: 'opened', machine: null }),
      anEvent({ occurredAt, type: 'clicked', machine: true }),
      anEvent({ occurredAt, type: 'bounced', class: 'soft' }),
      anEvent({ occurredAt, type: 'bounced', class: 'hard' }),
    )
    const { events } = await statistics(database, 7, '2026-03-10')
    expect(events).toEqual({ machine_opened: 2, opened: 1, machine_clicked: 1, soft_bounced: 1, bounced: 1 })
  })

  test('count each contact once by status, and those that are enriched, verified and suppressed', async () => {
    await using database = await open()
    const now = Date.parse('2026-03-10T12:00:00Z')
    const enrichment = { industry: 'Machines', enriched_at: '2026-03-01' }
    const entries = {
      'new@example.com': {},
      'enriched@example.com': { enrichment },
      'verified@example.com': { enrichment: { ...enrichment, email_verified: true } },
      'converted@example.com': { status: 'converted', enrichment },
      'disqualified@example.com': {
        status: 'disqualified',
        suppression: { reason: 'complained', since: '2026-03-01' },
      },
    }
    const contacts = Object.entries(entries).flatMap(([key, value]) => {
      const entry = fromInterchange(key, value)
      return 'contact' in entry ? [entry.contact] : []
    })
    await importContacts(database, contacts, {
      dayOf,
      now,
      dryRun: false,
      campaign: null,
      tags: [],
      onProgress: () => {},
    })
    await record(database, anEvent({ recipient: 'new@example.com', type: 'sent' }), anEvent({ type: 'replied' }))
    expect(await statistics(database, 7, '2026-03-10')).toMatchObject({
      contacts: 6,
      byStatus: { new: 1, enriched: 1, verified: 1, engaged: 1, converted: 1, disqualified: 1 },
      suppressed: 1,
      enriched: 3,
      verified: 2,
    })
  })

  test('count new contacts by the local day they were made on', async () => {
    await using database = await open()
    for (const [address, moment] of [
      ['a@example.com', '2026-02-25T05:00:00Z'],
      ['b@example.com', '2026-03-04T04:59:59Z'],
      ['c@example.com', '2026-03-04T05:00:00Z'],
      ['d@example.com', '2026-03-10T12:00:00Z'],
      ['e@example.com', '2026-03-11T03:59:59Z'],
      ['f@example.com', '2026-03-11T04:00:00Z'],
    ] as const) {
      await addContact(database, address, { by: 'U0ADA', now: Date.parse(moment), dayOf })
    }
    expect(await statistics(database, 7, '2026-03-10')).toMatchObject({
      contacts: 6,
      newContacts: 3,
      newContactsBefore: 2,
    })
  })
})
