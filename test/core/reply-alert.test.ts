import { describe, expect, test } from 'vitest'

import { EVENT_TYPES, type EventType } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { readReplyAlert, replyAlertJob } from '../../src/core/reply-alert.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const now = Date.parse('2026-03-03T09:00:00Z')
const aReply = anEvent({
  type: 'replied',
  provider: 'mailgun',
  id: 'e1',
  recipient: 'Ada@Example.com',
  campaign: { id: 'c1', name: 'Q1', step: '2' },
  reply: {
    from: 'ada@home.example',
    to: null,
    subject: 'Re: Hi',
    text: 'Yes\n> Hi',
    html: null,
    excerpt: 'Yes',
    inReplyTo: null,
    references: [],
    auto: false,
  },
})

async function record(database: Database, ...events: Parameters<typeof aDelivery>): Promise<void> {
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: replyAlertJob }, [aDelivery(...events)])
}

describe('the alert job', () => {
  test.each(EVENT_TYPES.map((type): [type: EventType, jobs: number] => [type, type === 'replied' ? 1 : 0]))(
    '%s makes %i',
    (type, jobs) => {
      expect(replyAlertJob(anEvent({ type }))).toHaveLength(jobs)
    },
  )

  test('is named after its event, and keyed by the person', () => {
    expect(replyAlertJob(aReply)).toEqual([
      {
        id: 'reply_alert:mailgun:e1',
        kind: 'reply_alert',
        payload: { provider: 'mailgun', id: 'e1' },
        key: 'reply_alert:ada@example.com',
        runAt: 0,
      },
    ])
    const [other] = replyAlertJob({ ...aReply, id: 'e2', recipient: 'ADA@example.com' })
    expect(other).toMatchObject({ id: 'reply_alert:mailgun:e2', key: 'reply_alert:ada@example.com' })
  })
})

describe.each(databases)('a reply alert on $name', ({ open }) => {
  test('is queued once for each reply, however often it is delivered', async () => {
    await using database = await open()
    await record(database, aReply)
    await record(database, aReply, { ...aReply, id: 'e2' }, anEvent({ type: 'opened' }))
    const jobs = await database.db.select().from(database.tables.jobs)
    expect(jobs.map(({ id }) => id).sort()).toEqual(['reply_alert:mailgun:e1', 'reply_alert:mailgun:e2'])
  })

  test('tells who replied, to which campaign, and what they wrote', async () => {
    await using database = await open()
    await record(database, aReply)
    const [job] = await database.db.select().from(database.tables.jobs)
    const { id, email, firstName, lastName, company, title } =
      (await contactByAddress(database, 'ada@example.com')) ?? {}
    expect(await readReplyAlert(database, job?.payload, now)).toEqual({
      contact: { id, email, firstName, lastName, company, title },
      campaign: { id: 'c1', name: 'Q1', step: '2' },
      subject: 'Re: Hi',
      excerpt: 'Yes',
      occurredAt: aReply.occurredAt,
    })
  })

  test('has neither subject nor words where the provider told none', async () => {
    await using database = await open()
    await record(database, { ...aReply, reply: null, campaign: null })
    expect(await readReplyAlert(database, { provider: 'mailgun', id: 'e1' }, now)).toMatchObject({
      campaign: null,
      subject: null,
      excerpt: null,
    })
  })

  test('is nothing when its event was erased meanwhile', async () => {
    await using database = await open()
    await record(database, aReply)
    await database.transaction(async (tx) => {
      await tx.db.delete(tx.tables.events)
      await tx.db.delete(tx.tables.contacts)
    })
    expect(await readReplyAlert(database, { provider: 'mailgun', id: 'e1' }, now)).toBeUndefined()
  })
})
