import { describe, expect, test } from 'vitest'

import { followJobs } from '../../../src/core/alerts/following.ts'
import { readAlert, readRollUp } from '../../../src/core/alerts/read-alert.ts'
import type { Happening } from '../../../src/core/alerts/triggers.ts'
import { eraseContact } from '../../../src/core/erasure/erase-contact.ts'
import type { EngagementEvent } from '../../../src/core/event.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { markShown, toldElsewhere, toldNowhere } from '../../../src/core/store/alerts.ts'
import { beginTrouble, endTrouble } from '../../../src/core/store/channel-troubles.ts'
import { contactByAddress } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import {
  alerted,
  aReply,
  conversations,
  DAY,
  dayOf,
  follow,
  jobs,
  MINUTE,
  NOW,
  plan,
  press,
  record,
  SALES,
} from './support.ts'

const HOUR = 60 * MINUTE

async function kindsOf(database: Database): Promise<string[]> {
  return (await jobs(database)).map(({ kind }) => kind)
}

async function erase(database: Database, address: string): Promise<void> {
  await eraseContact(database, address, { by: 'U0EVE', now: NOW, dayOf })
}

const SECRET = { erasureSecret: 'a key that is thirty-two letters long' }

describe.each(databases)('an alert on $name', ({ open }) => {
  test('begins a conversation, and is planned once however often its job runs', async () => {
    await using database = await open()
    const reply = aReply('Yes', { id: 'e1' })
    await alerted(database, reply)
    await plan(database, reply)
    expect(await conversations(database)).toMatchObject([{ target: SALES, revision: 1, ts: null, lastAt: NOW }])
    expect(await jobs(database)).toMatchObject([{ id: 'alert_message:1:1', key: 'alert_to:C0SALES', runAt: NOW }])
  })

  test('tells who it is about, what they wrote, and what else they did since', async () => {
    await using database = await open()
    await alerted(database, aReply('First', { occurredAt: NOW - HOUR }))
    await alerted(database, aReply('Second', { occurredAt: NOW - 20 * MINUTE }))
    const clicks = [anEvent({ type: 'clicked', occurredAt: NOW - MINUTE, url: 'https://acme.example/pricing' })]
    await record(database, ...clicks, anEvent({ type: 'opened', occurredAt: NOW - 2 * DAY }))
    expect(await readAlert(database, 1, NOW)).toMatchObject({
      contact: { email: 'ada@example.com', status: 'engaged', owner: null },
      lead: {
        kind: 'replied',
        excerpt: 'Second',
        subject: 'Re: Second',
        campaign: { name: 'Spring launch', step: '2' },
      },
      also: [
        { tally: 'replied', count: 1 },
        { tally: 'clicked', count: 1 },
      ],
      triage: null,
    })
  })

  test('waits nowhere once it is told elsewhere, or where it was to be', async () => {
    await using database = await open()
    const erin = aReply('Hello', { recipient: 'erin@example.com' })
    const nobody = 'U0LEFT'
    await alerted(database, aReply('First'), { to: [nobody] })
    await alerted(database, erin, { to: [nobody] })
    expect(await toldNowhere(database, nobody, NOW - DAY)).toEqual([1, 2])
    expect(await toldNowhere(database, nobody, NOW + 1)).toEqual([])
    await plan(database, erin, { to: [SALES] })
    expect(await toldNowhere(database, nobody, NOW - DAY)).toEqual([1])
    const { provider, id } = erin
    expect(await toldElsewhere(database, nobody, { conversation: 2, kind: 'replied', provider, id })).toBe(3)
    expect(await toldElsewhere(database, SALES, { conversation: 2, kind: 'replied', provider, id })).toBe(2)
    const trouble = { target: SALES, code: 'is_archived', now: NOW, forgottenBefore: 0 }
    await database.transaction((tx) => beginTrouble(tx, trouble))
    expect(await toldElsewhere(database, nobody, { conversation: 2, kind: 'replied', provider, id })).toBeUndefined()
    expect(await toldNowhere(database, nobody, NOW - DAY)).toEqual([1, 2])
    await database.transaction((tx) => endTrouble(tx, SALES))
    await database.transaction((tx) => markShown(tx, 1, { channel: 'D0LEFT', ts: '1.2', revision: 1 }))
    expect(await toldNowhere(database, nobody, NOW - DAY)).toEqual([])
  })

  test('about the same person goes into the conversation that is there, and into its thread', async () => {
    await using database = await open()
    await alerted(database, aReply('First'))
    await alerted(database, aReply('Second'), { now: NOW + HOUR })
    expect(await conversations(database)).toMatchObject([{ revision: 2, lastAt: NOW + HOUR }])
    const [, message, entry] = await jobs(database)
    expect(message).toMatchObject({ id: 'alert_message:1:2' })
    expect(entry).toMatchObject({ kind: 'alert_entry', key: 'alert_to:C0SALES', payload: { isBroadcast: false } })
  })

  test.each([
    ['within three days', 3 * DAY, { conversations: 1, isBroadcast: false }],
    ['after three days of silence, for the channel to see', 3 * DAY + 1, { conversations: 1, isBroadcast: true }],
    ['for fourteen days', 14 * DAY, { conversations: 1, isBroadcast: true }],
  ])('goes on %s', async (_when, pause, expected) => {
    await using database = await open()
    await alerted(database, aReply('First'))
    await alerted(database, aReply('Second'), { now: NOW + pause })
    expect(await conversations(database)).toHaveLength(expected.conversations)
    expect((await jobs(database)).at(-1)?.payload).toMatchObject({ isBroadcast: expected.isBroadcast })
  })

  test('is a new conversation after fourteen days of silence', async () => {
    await using database = await open()
    await alerted(database, aReply('First'))
    await alerted(database, aReply('Second'), { now: NOW + 14 * DAY + 1 })
    expect(await conversations(database)).toMatchObject([{ revision: 1 }, { revision: 1 }])
  })

  test('keeps places apart, and waits where a person is left alone', async () => {
    await using database = await open()
    const morning = NOW + 10 * HOUR
    const notBefore = async (to: string, now: number) => (to === 'U0GRACE' ? morning : now)
    await alerted(database, aReply('Yes'), { to: ['U0GRACE', SALES], notBefore })
    expect((await jobs(database)).map(({ key, runAt }) => [key, runAt])).toEqual([
      ['alert_to:C0SALES', NOW],
      ['alert_to:U0GRACE', morning],
    ])
  })

  test('says nothing where nobody wants it, or its event is gone', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'), { to: [] })
    await plan(database, aReply('Never told'))
    expect(await jobs(database)).toEqual([])
  })

  test.each([
    ['hot', { figure: 20 }],
    ['reopened', { figure: 41 }],
    ['unsubscribed', { figure: null }],
  ] as const)('of the kind %s keeps why it came', async (kind, expected) => {
    await using database = await open()
    await record(database, anEvent({ type: 'opened', occurredAt: NOW - 41 * DAY }))
    await alerted(database, aReply('Yes', { occurredAt: NOW }), { kind })
    const { lead } = (await readAlert(database, 1, NOW)) ?? {}
    expect(lead).toMatchObject({ kind })
    if (expected.figure === null) expect(lead?.figure).toBeNull()
    else expect(lead?.figure).toBeCloseTo(expected.figure, 0)
  })

  test('is about the latest reply, whatever came after it', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes', { occurredAt: NOW - HOUR }))
    const visit = anEvent({ type: 'unsubscribed', occurredAt: NOW })
    await alerted(database, visit, { kind: 'unsubscribed' })
    expect(await readAlert(database, 1, NOW)).toMatchObject({
      lead: { kind: 'replied' },
      also: [{ tally: 'unsubscribed', count: 1 }],
    })
  })

  test('takes in what is no alert of its own, once, while the conversation lives', async () => {
    await using database = await open()
    const click = anEvent({ type: 'clicked', occurredAt: NOW })
    await record(database, click)
    await follow(database, click)
    expect(await jobs(database)).toEqual([])
    await alerted(database, aReply('Yes'))
    await follow(database, click)
    await follow(database, click)
    expect(await kindsOf(database)).toEqual(['alert_message', 'alert_message', 'alert_entry'])
    const late = anEvent({ type: 'clicked', occurredAt: NOW })
    await record(database, late)
    await follow(database, late, { now: NOW + 15 * DAY })
    expect(await conversations(database)).toMatchObject([{ revision: 2 }])
  })

  test('takes in a reply that is told elsewhere, and opens its triage again', async () => {
    await using database = await open()
    await alerted(database, aReply('First'))
    await press(database, 1, 'interested')
    const second = aReply('Second')
    await alerted(database, second, { to: ['U0GRACE'] })
    await follow(database, second)
    expect(await conversations(database)).toMatchObject([
      { target: SALES, triage: { isOver: true } },
      { target: 'U0GRACE' },
    ])
    expect(await readAlert(database, 1, NOW)).toMatchObject({ lead: { kind: 'replied', excerpt: 'Second' } })
    expect((await kindsOf(database)).filter((kind) => kind === 'alert_entry')).toHaveLength(1)
  })

  test('tells an event once, though it is an alert and follows another', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'))
    const gone = anEvent({ type: 'unsubscribed', occurredAt: NOW })
    await alerted(database, gone, { kind: 'unsubscribed' })
    await follow(database, gone)
    expect((await kindsOf(database)).filter((kind) => kind === 'alert_entry')).toHaveLength(1)
  })

  test('counts what comes too fast to be told one by one', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'))
    const clicks = Array.from({ length: 30 }, () => anEvent({ type: 'clicked', occurredAt: NOW }))
    await record(database, ...clicks)
    for (const click of clicks) await follow(database, click)
    expect((await kindsOf(database)).filter((kind) => kind === 'alert_entry')).toHaveLength(9)
    expect(await readAlert(database, 1, NOW)).toMatchObject({ also: [{ tally: 'clicked', count: 30 }] })
  })

  test('opens a triage again when the person writes again, and for nothing else', async () => {
    await using database = await open()
    await alerted(database, aReply('Not now'))
    await press(database, 1, 'interested')
    const click = anEvent({ type: 'clicked', occurredAt: NOW })
    await record(database, click)
    await follow(database, click)
    expect((await conversations(database))[0]?.triage).toMatchObject({ isOver: false })
    await alerted(database, aReply('Now!'), { now: NOW + DAY })
    expect((await conversations(database))[0]?.triage).toMatchObject({ kind: 'interested', isOver: true })
  })
})

describe.each(databases)('many alerts at once on $name', ({ open }) => {
  async function flood(database: Database, count: number, from = 0): Promise<void> {
    for (let n = from; n < from + count; n += 1)
      await alerted(database, aReply(`Reply ${n}`, { recipient: `p${n}@example.com` }))
  }

  test('are messages of their own up to ten, and rows of one message above', async () => {
    await using database = await open()
    await flood(database, 13)
    const rows = await conversations(database)
    expect(rows.map(({ rollUpId }) => rollUpId)).toEqual([...Array(10).fill(null), 1, 1, 1])
    expect((await kindsOf(database)).slice(10)).toEqual(['alert_roll_up', 'alert_roll_up', 'alert_roll_up'])
    const { alerts } = (await readRollUp(database, 1, NOW)) ?? {}
    expect(alerts?.map(({ lead }) => lead.excerpt)).toEqual(['Reply 10', 'Reply 11', 'Reply 12'])
  })

  test('fill one message with forty, and go on in another', async () => {
    await using database = await open()
    await flood(database, 52)
    const rows = await conversations(database)
    expect(Map.groupBy(rows, ({ rollUpId }) => rollUpId).get(1)).toHaveLength(40)
    expect(rows.at(-1)).toMatchObject({ rollUpId: 2 })
  })

  test('are messages of their own again five minutes later', async () => {
    await using database = await open()
    await flood(database, 11)
    await alerted(database, aReply('Later', { recipient: 'late@example.com' }), { now: NOW + 5 * MINUTE + 1 })
    expect((await conversations(database)).at(-1)).toMatchObject({ rollUpId: null })
  })

  test('change their row when more comes, say nothing in the channel, and begin anew after three days', async () => {
    await using database = await open()
    await flood(database, 11)
    const again = (words: string) => aReply(words, { recipient: 'p10@example.com' })
    await alerted(database, again('Once more'), { now: NOW + HOUR })
    expect((await jobs(database)).at(-1)).toMatchObject({ id: 'alert_roll_up:1:2' })
    await alerted(database, again('Hello?'), { now: NOW + HOUR + 3 * DAY + 1 })
    expect((await conversations(database)).at(-1)).toMatchObject({ rollUpId: null })
  })

  test('are shown without a person who is erased', async () => {
    await using database = await open(SECRET)
    await flood(database, 12)
    await erase(database, 'p10@example.com')
    const { alerts, row } = (await readRollUp(database, 1, NOW)) ?? {}
    expect(alerts?.map(({ contact }) => contact.email)).toEqual(['p11@example.com'])
    expect(row).toMatchObject({ revision: 3 })
    expect((await jobs(database)).at(-1)).toMatchObject({ id: 'alert_roll_up:1:3' })
  })
})

describe.each(databases)('erasing on $name', ({ open }) => {
  test('between the event and the alert leaves nothing to tell', async () => {
    await using database = await open(SECRET)
    const reply = aReply('Yes')
    await record(database, reply)
    await erase(database, 'ada@example.com')
    await plan(database, reply)
    expect(await jobs(database)).toEqual([])
  })

  test('between the plan and the post leaves a job that finds nothing', async () => {
    await using database = await open(SECRET)
    await alerted(database, aReply('Yes'))
    await erase(database, 'ada@example.com')
    expect(await contactByAddress(database, 'ada@example.com')).toBeUndefined()
    expect(await conversations(database)).toEqual([])
    expect(await readAlert(database, 1, NOW)).toBeUndefined()
  })
})

describe.each(databases)('what follows an event on $name', ({ open }) => {
  test('is told where there is a conversation, and not for opens or what machines do', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'))
    const happens = async (...events: EngagementEvent[]) => {
      const alertsFor = (tx: Database, happenings: readonly Happening[]) => followJobs(tx, happenings, NOW)
      await ingestAll({ database, dayOf, jobsFor: () => [], alertsFor }, [aDelivery(...events)])
      return (await jobs(database)).filter(({ kind }) => kind === 'alert_follow').map(({ id }) => id)
    }
    const click = (id: string, more: Partial<EngagementEvent> = {}) => anEvent({ type: 'clicked', id, ...more })
    expect(await happens(anEvent({ type: 'opened' }), click('by-machine', { machine: true }))).toEqual([])
    expect(await happens(click('of-another', { recipient: 'bob@example.com' }))).toEqual([])
    expect(await happens(click('c1'), click('c1'))).toEqual(['alert_follow:sendgrid:c1'])
  })
})
