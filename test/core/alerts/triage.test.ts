import { describe, expect, test } from 'vitest'
import { isReminderDay, remindAt } from '../../../src/core/alerts/remind-at.ts'
import { readReminder, reminded } from '../../../src/core/alerts/reminder.ts'
import { changeTags, undo } from '../../../src/core/changes/change-contact.ts'
import { history } from '../../../src/core/changes/history.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { contactByAddress } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { suppressionOf } from '../../../src/core/suppression.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import { alerted, aReply, conversations, DAY, dayOf, jobs, MINUTE, NOW, press, record, SALES } from './support.ts'

const options = { by: 'U0GRACE', now: NOW + MINUTE, dayOf }
const LATER = { kind: 'later', until: '2026-03-10', remindAt: NOW + 7 * DAY } as const

async function ada(database: Database) {
  const row = await contactByAddress(database, 'ada@example.com')
  if (!row) throw new Error('Ada is gone')
  return row
}

async function triageOf(database: Database) {
  return (await conversations(database)).map(({ triage }) => triage)
}

describe.each(databases)('what somebody makes of an alert, on $name', ({ open }) => {
  test.each([
    ['interested', { tags: ['interested'], owner: 'U0ADA', status: 'engaged', suppressed: null }],
    ['not_interested', { tags: [], owner: null, status: 'disqualified', waitingSince: null }],
    ['wrong_person', { tags: ['wrong-person'], owner: null, status: 'disqualified', waitingSince: null }],
    ['unsubscribe', { tags: [], owner: null, status: 'engaged', suppressed: 'unsubscribed', waitingSince: null }],
    [LATER, { tags: [], owner: null, status: 'engaged', waitingSince: null, answeredUntil: NOW - MINUTE }],
  ] as const)(
    '%o changes the contact in one line of the history, and taking it back changes all of it back',
    async (order, after) => {
      await using database = await open()
      await alerted(database, aReply('Yes'))
      const before = await ada(database)
      expect(before.waitingSince).toBe(NOW - MINUTE)
      const outcome = await press(database, 1, order)
      expect(outcome).toMatchObject({ kind: 'done', triage: { by: 'U0ADA', isOver: false } })
      expect(await ada(database)).toMatchObject(after)
      const lines = await history(database, before.id, 10)
      expect(lines).toMatchObject([{ action: 'triage', actor: 'U0ADA' }])

      expect(await undo(database, lines[0]?.id ?? 0, options)).toMatchObject({ kind: 'changed' })
      const { revision: _1, updatedAt: _2, decidedAt: _3, ...back } = await ada(database)
      const { revision: _4, updatedAt: _5, decidedAt: _6, asserted: _7, ...was } = before
      expect(back).toMatchObject(was)
      expect(await triageOf(database)).toEqual([null])
    },
  )

  test('keeps an owner who is there, and reopens somebody who was given up', async () => {
    await using database = await open()
    await alerted(database, aReply('No'))
    await press(database, 1, 'not_interested')
    await alerted(database, aReply('Well, yes'), { now: NOW + DAY })
    await press(database, 1, 'interested', { by: 'U0GRACE', now: NOW + DAY })
    expect(await ada(database)).toMatchObject({ owner: 'U0GRACE', status: 'engaged', decision: null })
    await alerted(database, aReply('When?'), { now: NOW + 2 * DAY })
    await press(database, 1, 'interested', { by: 'U0ADA', now: NOW + 2 * DAY })
    expect(await ada(database)).toMatchObject({ owner: 'U0GRACE', tags: ['interested'] })
  })

  test('is settled by whoever is first, wherever else the alert stands', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'), { to: [SALES, 'U0GRACE'] })
    const [first, second] = await Promise.all([
      press(database, 1, 'interested', { by: 'U0ADA' }),
      press(database, 2, 'not_interested', { by: 'U0GRACE' }),
    ])
    expect([first.kind, second.kind].sort()).toEqual(['done', 'taken'])
    const [one, other] = await triageOf(database)
    expect(one).toEqual(other)
    expect(await history(database, (await ada(database)).id, 10)).toHaveLength(1)
  })

  test('is shown at once and again by a job, with a button that goes after thirty seconds', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'))
    await press(database, 1, 'interested')
    const [, shown, undoOver] = await jobs(database)
    expect(shown).toMatchObject({ kind: 'alert_message', payload: { revision: 2, posts: false }, key: null })
    expect(undoOver).toMatchObject({ kind: 'alert_undo_over', runAt: NOW + 30_000 })
  })

  test('is gone with the contact', async () => {
    await using database = await open()
    expect(await press(database, 7, 'interested')).toEqual({ kind: 'gone' })
  })

  test('cannot be taken back once somebody has changed the same', async () => {
    await using database = await open()
    await alerted(database, aReply('Yes'))
    const outcome = await press(database, 1, 'wrong_person')
    const { id } = await ada(database)
    await changeTags(database, id, { remove: ['wrong-person'] }, options)
    const change = outcome.kind === 'done' ? outcome.triage.change : 0
    expect(await undo(database, change, options)).toMatchObject({ kind: 'overtaken', by: 'U0GRACE' })
    expect(await triageOf(database)).toMatchObject([{ kind: 'wrong_person' }])
  })

  test('that stops mail outlives a new reading of all events, and ends with a later subscription', async () => {
    await using database = await open()
    await alerted(database, aReply('Stop', { rfcMessageId: 'r1' }))
    await press(database, 1, 'unsubscribe')
    // Mail from somebody that turns out to be a reply has the contact read anew.
    const inbound = { ...aReply('And again'), type: 'inbound' as const }
    await record(database, inbound, anEvent({ type: 'sent', occurredAt: NOW - DAY }))
    expect(await ada(database)).toMatchObject({
      suppressed: 'unsubscribed',
      suppression: { stopped: { at: NOW, event: 'person:U0ADA' } },
      asserted: { suppression: { stopped: { at: NOW } } },
    })
    await record(database, anEvent({ type: 'resubscribed', occurredAt: NOW + DAY }))
    expect(suppressionOf((await ada(database)).suppression)).toBeNull()
  })

  test('is counted among those who may not be written to, once', async () => {
    await using database = await open()
    await alerted(database, aReply('Stop'))
    const suppressed = async () => {
      const { totals } = database.tables
      const rows = await database.db.select().from(totals)
      return rows.filter(({ name }) => name === 'suppressed').reduce((sum, { count }) => sum + count, 0)
    }
    const { kind, ...rest } = await press(database, 1, 'unsubscribe')
    expect([kind, await suppressed()]).toEqual(['done', 1])
    await undo(database, 'triage' in rest ? rest.triage.change : 0, options)
    expect(await suppressed()).toBe(0)
  })

  test('for later is a reminder on that day, after which somebody is to look again', async () => {
    await using database = await open()
    await alerted(database, aReply('In May'))
    const outcome = await press(database, 1, LATER)
    const order = { conversation: 1, change: outcome.kind === 'done' ? outcome.triage.change : 0 }
    expect((await jobs(database)).at(-1)).toMatchObject({
      kind: 'alert_reminder',
      runAt: LATER.remindAt,
      payload: order,
    })
    expect(await readReminder(database, order, NOW)).toMatchObject({ triage: { by: 'U0ADA' }, target: SALES })
    const { contactId = 0 } = (await conversations(database))[0] ?? {}
    await reminded(database, order, { channel: SALES, ts: '1.1', contactId }, NOW)
    expect(await triageOf(database)).toMatchObject([{ kind: 'later', isOver: true }])
    expect(await readReminder(database, order, NOW)).toBeUndefined()
  })

  test('for later needs no reminder where it was taken back, or they wrote again', async () => {
    await using database = await open()
    await alerted(database, aReply('In May'))
    const first = await press(database, 1, LATER)
    const change = first.kind === 'done' ? first.triage.change : 0
    await undo(database, change, options)
    expect(await readReminder(database, { conversation: 1, change }, NOW)).toBeUndefined()
    const second = await press(database, 1, LATER)
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery()])
    await alerted(database, aReply('Now!'), { now: NOW + DAY })
    const later = { conversation: 1, change: second.kind === 'done' ? second.triage.change : 0 }
    expect(await readReminder(database, later, NOW)).toBeUndefined()
  })
})

test.each([
  ['2026-03-10', 'UTC', '2026-03-10T09:00:00Z'],
  ['2026-03-10', 'Europe/Berlin', '2026-03-10T08:00:00Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-29T07:00:00Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-25T08:00:00Z'],
  ['2026-11-01', 'America/New_York', '2026-11-01T14:00:00Z'],
  ['2026-03-10', 'Pacific/Kiritimati', '2026-03-09T19:00:00Z'],
  ['2026-03-10', 'Pacific/Pago_Pago', '2026-03-10T20:00:00Z'],
  ['2026-03-10', 'Asia/Kathmandu', '2026-03-10T03:15:00Z'],
])('nine in the morning of %s in %s is %s', (day, timeZone, expected) => {
  expect(new Date(remindAt(day, timeZone)).toISOString()).toBe(expected.replace('Z', '.000Z'))
})

test.each([
  ['2026-03-02', false],
  ['2026-03-03', false],
  ['2026-03-04', true],
  ['2027-03-03', true],
  ['2027-03-04', false],
  ['soon', false],
  ['2026-13-01x', false],
])('somebody can be reminded on %s: %s', (day, expected) => {
  expect(isReminderDay(day, NOW, 'UTC')).toBe(expected)
})
