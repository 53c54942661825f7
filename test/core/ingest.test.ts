import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { type IngestDeps, ingestAll } from '../../src/core/ingest.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { eventOf, latestEvents } from '../../src/core/store/events.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { eventCounts, sourceCounts, totalCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, postgresPlace } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const sentAt = Date.parse('2026-03-02T08:00:00Z')
const later = (minutes: number) => sentAt + minutes * 60_000

function deps(database: Database, jobsFor: IngestDeps['jobsFor'] = () => []): IngestDeps {
  return { database, dayOf: createDayOf('UTC'), jobsFor }
}

describe.each(databases)('ingest on $name', ({ open }) => {
  test('creates the contact and counts what it did', async () => {
    await using database = await open()
    const events = [
      anEvent({ type: 'opened', machine: true }),
      anEvent({ type: 'opened' }),
      anEvent({ type: 'clicked' }),
    ]
    expect(await ingestAll(deps(database), [aDelivery(...events)])).toEqual([
      { accepted: 3, duplicates: 0, unreadable: 0 },
    ])
    const contact = await contactByAddress(database, 'ADA@example.com')
    expect(contact).toMatchObject({
      email: 'ada@example.com',
      domain: 'example.com',
      status: 'engaged',
      counters: { machine_opened: { count: 1 }, opened: { count: 1 }, clicked: { count: 1 } },
    })
  })

  test('counts a redelivered event once, also within one group', async () => {
    await using database = await open()
    const event = anEvent({ type: 'clicked' })
    expect(await ingestAll(deps(database), [aDelivery(event), aDelivery(event)])).toEqual([
      { accepted: 1, duplicates: 0, unreadable: 0 },
      { accepted: 0, duplicates: 1, unreadable: 0 },
    ])
    expect(await ingestAll(deps(database), [aDelivery(event)])).toEqual([{ accepted: 0, duplicates: 1, unreadable: 0 }])
    expect(await contactByAddress(database, event.recipient)).toMatchObject({ counters: { clicked: { count: 1 } } })
  })

  test('keeps every field of an event', async () => {
    await using database = await open()
    const event = anEvent({
      type: 'bounced',
      class: 'hard',
      messageId: 'm1',
      rfcMessageId: 'm1@example.org',
      campaign: { id: 'c1', name: 'Q1 ‘launch’', step: '2' },
      tags: ['a', 'b'],
      metadata: { lead_ref: 'L-42', nested: { n: null, list: [1, 'x'] } },
      url: 'https://example.org/?a=1&b=%22',
      ip: '203.0.113.9',
      userAgent: 'Mozilla/5.0',
      geo: { country: 'GB', region: null, city: null },
      machine: false,
      bounce: { smtpCode: '550', enhancedCode: '5.1.1', reason: "no such user 'x'", providerClass: null },
      raw: 'a string',
    })
    await ingestAll(deps(database), [aDelivery(event)])
    const [stored] = await latestEvents(database, {}, 10)
    expect(stored && eventOf(stored.event, stored.recipient)).toEqual(event)
  })

  test('keeps roll-ups by day, source and campaign, and running counts of contacts', async () => {
    await using database = await open()
    await ingestAll(deps(database), [
      aDelivery(
        anEvent({ type: 'sent' }),
        anEvent({ type: 'sent', recipient: 'bob@example.com' }),
        anEvent({ type: 'opened', occurredAt: later(90) }),
      ),
    ])
    await ingestAll(deps(database), [aDelivery(anEvent({ type: 'unsubscribed', recipient: 'bob@example.com' }))])
    expect(await eventCounts(database, '2026-03-02', '2026-03-02')).toEqual(
      new Map([
        ['sent', 2],
        ['opened', 1],
        ['unsubscribed', 1],
      ]),
    )
    expect(await totalCounts(database)).toEqual(
      new Map([
        ['engaged', 1],
        ['new', 1],
        ['suppressed', 1],
      ]),
    )
    expect(await sourceCounts(database, ['sendgrid'], '2026-03-02')).toMatchObject([{ outcome: 'accepted', count: 4 }])
  })

  test('queues what follows with the event, once', async () => {
    await using database = await open()
    const event = anEvent({ type: 'replied' })
    const jobsFor = ({ id }: EngagementEvent) => [
      { id: `alert:${id}`, kind: 'alert', payload: { id }, key: null, runAt: 0 },
    ]
    await ingestAll(deps(database, jobsFor), [aDelivery(event)])
    await ingestAll(deps(database, jobsFor), [aDelivery(event)])
    expect(await database.db.select().from(database.tables.jobs)).toMatchObject([
      { id: `alert:${event.id}`, state: 'waiting', payload: { id: event.id } },
    ])
  })

  test('keeps nothing of a group that fails half-way', async () => {
    await using database = await open()
    const jobsFor = () => {
      throw new Error('after everything was written')
    }
    await expect(ingestAll(deps(database, jobsFor), [aDelivery(anEvent())])).rejects.toThrow('after everything')
    expect(await latestEvents(database, {}, 10)).toEqual([])
    expect(await contactByAddress(database, 'ada@example.com')).toBeUndefined()
    expect(await totalCounts(database)).toEqual(new Map())
  })

  test('keeps what could not be read, byte for byte', async () => {
    await using database = await open()
    const raw = new Uint8Array([0x7b, 0x00, 0xff])
    const unreadable = [{ raw, part: 'body', headers: { 'svix-id': 'msg_1' }, problem: 'not JSON' } as const]
    await ingestAll(deps(database), [{ ...aDelivery(), unreadable }])
    const [kept] = await database.db.select().from(database.tables.quarantine)
    expect(kept).toMatchObject({ part: 'body', headers: { 'svix-id': 'msg_1' }, problem: 'not JSON' })
    expect([...(kept?.raw ?? [])]).toEqual([...raw])
  })

  test('loses no update when deliveries arrive together', async () => {
    await using database = await open()
    const people = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com']
    await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const order = n % 2 ? people.toReversed() : [...people.slice(n % 4), ...people.slice(0, n % 4)]
        return ingestAll(deps(database), [aDelivery(...order.map((recipient) => anEvent({ recipient })))])
      }),
    )
    for (const person of people) {
      expect(await contactByAddress(database, person)).toMatchObject({ counters: { opened: { count: 24 } } })
    }
    expect(await totalCounts(database)).toEqual(new Map([['engaged', 4]]))
  })

  test('ties a reply to the person its message went to, whatever address it came from and whichever came first', async () => {
    const sent = anEvent({
      type: 'sent',
      rfcMessageId: 'm1@example.org',
      campaign: { id: null, name: 'Q1', step: null },
    })
    const reply = anEvent({
      type: 'inbound',
      recipient: 'ada@home.example',
      occurredAt: later(90),
      reply: { ...aReply, inReplyTo: 'm1@example.org' },
    })
    for (const order of [
      [sent, reply],
      [reply, sent],
    ]) {
      await using database = await open()
      for (const event of order) await ingestAll(deps(database), [aDelivery(event)])
      expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
        status: 'engaged',
        counters: { sent: { count: 1 }, replied: { count: 1 } },
        emailStatus: 'valid',
      })
      expect(await contactByAddress(database, 'ada@home.example')).toBeUndefined()
      expect(await totalCounts(database)).toEqual(
        new Map([
          ['engaged', 1],
          ['has_valid_address', 1],
        ]),
      )
      const events = await latestEvents(database, {}, 10)
      expect(events.find(({ event }) => event.id === reply.id)).toMatchObject({
        recipient: 'ada@example.com',
        event: { type: 'replied', campaign: 'Q1', answers: null },
      })
      expect(await eventCounts(database, '2026-03-01', '2026-03-03')).toEqual(
        new Map([
          ['sent', 1],
          ['replied', 1],
        ]),
      )
    }
  })

  test('ties a reply to the one of several recipients who wrote it, and to the campaign that any event of the message named', async () => {
    const to = (recipient: string, campaign: string | null, type: 'sent' | 'delivered') =>
      anEvent({
        type,
        recipient,
        rfcMessageId: 'm1@example.org',
        campaign: campaign ? { id: null, name: campaign, step: null } : null,
      })
    const sent = [
      to('ada@example.com', 'Q1', 'sent'),
      to('bob@example.com', null, 'sent'),
      to('bob@example.com', null, 'delivered'),
    ]
    const reply = anEvent({
      type: 'inbound',
      recipient: 'bob@example.com',
      reply: { ...aReply, inReplyTo: 'm1@example.org' },
    })
    for (const order of [
      [sent, [reply]],
      [[reply], sent],
    ]) {
      await using database = await open()
      for (const events of order) await ingestAll(deps(database), [aDelivery(...events)])
      const events = await latestEvents(database, {}, 10)
      expect(events.find(({ event }) => event.id === reply.id)).toMatchObject({
        recipient: 'bob@example.com',
        event: { type: 'replied', campaign: 'Q1' },
      })
    }
  })

  test('takes mail from somebody who was written to for a reply, whichever came first', async () => {
    const sent = anEvent({ type: 'delivered' })
    const mail = anEvent({ type: 'inbound', reply: aReply })
    for (const order of [
      [sent, mail],
      [mail, sent],
    ]) {
      await using database = await open()
      const followed: string[] = []
      const jobsFor = ({ id, type }: EngagementEvent) => {
        followed.push(`${id} ${type}`)
        return []
      }
      for (const event of order) await ingestAll(deps(database, jobsFor), [aDelivery(event)])
      expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
        status: 'engaged',
        counters: { delivered: { count: 1 }, replied: { count: 1 } },
      })
      expect(followed).toContain(`${mail.id} replied`)
    }
  })

  test('leaves mail from before we ever wrote as inbound', async () => {
    await using database = await open()
    await ingestAll(deps(database), [aDelivery(anEvent({ type: 'inbound', occurredAt: later(-600), reply: aReply }))])
    await ingestAll(deps(database), [aDelivery(anEvent({ type: 'sent', occurredAt: sentAt }))])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      status: 'new',
      counters: { inbound: { count: 1 }, sent: { count: 1 } },
    })
  })

  test('repeats no effect of a reply that only finds its person later', async () => {
    await using database = await open()
    const followed: string[] = []
    const jobsFor = ({ id }: EngagementEvent) => {
      followed.push(id)
      return []
    }
    const reply = anEvent({
      type: 'replied',
      recipient: 'ada@home.example',
      reply: { ...aReply, inReplyTo: 'm1@example.org' },
    })
    const sent = anEvent({ type: 'sent', rfcMessageId: 'm1@example.org' })
    for (const event of [reply, sent]) await ingestAll(deps(database, jobsFor), [aDelivery(event)])
    expect(followed).toEqual([reply.id, sent.id])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ counters: { replied: { count: 1 } } })
  })

  test('keeps a contact that somebody added when the reply from its address moves to another', async () => {
    await using database = await open()
    await addContact(database, 'ada@home.example', { by: 'U0ADA', now: sentAt, dayOf: createDayOf('UTC') })
    const reply = anEvent({
      type: 'inbound',
      recipient: 'ada@home.example',
      reply: { ...aReply, inReplyTo: 'm1@example.org' },
    })
    for (const event of [reply, anEvent({ type: 'sent', rfcMessageId: 'm1@example.org' })]) {
      await ingestAll(deps(database), [aDelivery(event)])
    }
    expect(await contactByAddress(database, 'ada@home.example')).toMatchObject({ counters: {} })
  })

  test('keeps ten thousand unreadable parts and the one good event among them', async () => {
    await using database = await open()
    const unreadable = Array.from({ length: 10_000 }, (_, n) => ({
      raw: Buffer.from(`{"n":${n}}`),
      part: 'element' as const,
      headers: {},
      problem: 'no type',
    }))
    expect(await ingestAll(deps(database), [{ ...aDelivery(anEvent()), unreadable }])).toEqual([
      { accepted: 1, duplicates: 0, unreadable: 10_000 },
    ])
  })

  test('takes links that are followed at once for a machine’s, whether they come together or one by one', async () => {
    const clicks = ['pricing', 'docs', 'unsubscribe'].map((page, n) =>
      anEvent({ type: 'clicked', url: `https://example.org/${page}`, occurredAt: sentAt + n * 1000 }),
    )
    for (const deliveries of [[clicks], clicks.map((click) => [click])]) {
      await using database = await open()
      for (const events of deliveries) await ingestAll(deps(database), [aDelivery(...events)])
      expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
        status: 'new',
        heat: 0,
        engagedAt: null,
        lastEngagedAt: null,
        counters: { machine_clicked: { count: 3, first: sentAt, last: sentAt + 2000 } },
      })
      expect((await latestEvents(database, {}, 10)).map(({ event }) => [event.machine, event.suspected])).toEqual([
        [null, 'link_burst'],
        [null, 'link_burst'],
        [null, 'link_burst'],
      ])
      expect(await eventCounts(database, '2026-03-02', '2026-03-02')).toEqual(new Map([['machine_clicked', 3]]))
      expect(await totalCounts(database)).toEqual(new Map([['new', 1]]))
    }
  })

  test('doubts an open when the delivery after it comes to be known, and repeats nothing that followed', async () => {
    await using database = await open()
    const followed: string[] = []
    const jobsFor = ({ id }: EngagementEvent) => {
      followed.push(id)
      return []
    }
    const read = anEvent({ type: 'opened', occurredAt: later(90) })
    const scanned = anEvent({ type: 'opened', occurredAt: sentAt, tags: ['kept'] })
    const delivered = anEvent({ type: 'delivered', occurredAt: sentAt + 5000 })
    await ingestAll(deps(database, jobsFor), [aDelivery(scanned)])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ status: 'engaged', engagedAt: sentAt })
    await ingestAll(deps(database, jobsFor), [aDelivery(delivered)])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ status: 'new', heat: 0 })
    await ingestAll(deps(database, jobsFor), [aDelivery(read)])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      status: 'engaged',
      engagedAt: later(90),
      counters: { machine_opened: { count: 1 }, opened: { count: 1 }, delivered: { count: 1 } },
    })
    const stored = (await latestEvents(database, {}, 10)).map(({ event, recipient }) => eventOf(event, recipient))
    expect(stored).toEqual([read, delivered, { ...scanned, suspected: 'before_delivery' }])
    expect(followed).toEqual([scanned.id, delivered.id, read.id])
    expect(await totalCounts(database)).toEqual(new Map([['engaged', 1]]))
  })

  test('believes a provider that says who opened or clicked', async () => {
    await using database = await open()
    await ingestAll(deps(database), [
      aDelivery(
        anEvent({ type: 'delivered' }),
        anEvent({ type: 'opened', machine: false }),
        anEvent({ type: 'clicked', machine: false, url: 'https://example.org/a' }),
        anEvent({ type: 'clicked', machine: false, url: 'https://example.org/b' }),
      ),
    ])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      counters: { opened: { count: 1 }, clicked: { count: 2 } },
    })
    expect((await latestEvents(database, {}, 10)).map(({ event }) => event.suspected)).toEqual([null, null, null, null])
  })

  test('leaves mail from a stranger as inbound', async () => {
    await using database = await open()
    await ingestAll(deps(database), [aDelivery(anEvent({ type: 'inbound', reply: aReply }))])
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ status: 'new', heat: 0 })
  })
})

test('two instances on one Postgres lose no update, in whatever order they take the contacts', async () => {
  await using at = await postgresPlace()
  await using one = await openDatabase(at.url)
  await using two = await openDatabase(at.url)
  const people = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com']
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const order = n % 2 ? people.toReversed() : [...people.slice(n % 4), ...people.slice(0, n % 4)]
      return ingestAll(deps(n % 3 ? one : two), [aDelivery(...order.map((recipient) => anEvent({ recipient })))])
    }),
  )
  for (const person of people) {
    expect(await contactByAddress(one, person)).toMatchObject({ counters: { opened: { count: 40 } } })
  }
  expect(await totalCounts(two)).toEqual(new Map([['engaged', 4]]))
})

const aReply = {
  from: 'ada@home.example',
  to: null,
  subject: 'Re: Hi',
  text: 'Yes',
  html: null,
  excerpt: 'Yes',
  inReplyTo: null,
  references: [],
  auto: false,
}
