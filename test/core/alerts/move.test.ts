import { describe, expect, test } from 'vitest'

import { createAlerts } from '../../../src/core/alerts/alerts.ts'
import { readAlert, readRollUp } from '../../../src/core/alerts/read-alert.ts'
import { contactByAddress } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { databases } from '../../support/databases.ts'
import { anEvent } from '../../support/events.ts'
import { alerted, aReply, conversations, jobs, MINUTE, NOW, press, record, SALES } from './support.ts'

const HOME = 'ada@home.example'
const MESSAGE = 'm1@example.org'

function anAnswer(words: string, id: string, to = MESSAGE) {
  const reply = aReply(words, { id, recipient: HOME })
  return { ...reply, reply: reply.reply && { ...reply.reply, inReplyTo: to } }
}

function sent(rfcMessageId: string, recipient: string) {
  return anEvent({ type: 'sent', rfcMessageId, recipient, occurredAt: NOW - 2 * MINUTE })
}

async function posted(database: Database, conversation: number, ts: string) {
  const settings = { targetsOf: async () => [], notBefore: async (_to: string, at: number) => at }
  const alerts = createAlerts({ database, settings, timeZone: 'UTC', now: () => NOW })
  const alert = await alerts.read(conversation)
  if (!alert) throw new Error('there is no such alert')
  await alerts.shown(alert, { channel: SALES, ts, revision: alert.row.revision })
}

async function idOf(database: Database, address: string) {
  return (await contactByAddress(database, address))?.id
}

describe.each(databases)('the alert about a reply that finds its person later, on $name', ({ open }) => {
  test('is about that person, and its message is shown anew', async () => {
    await using database = await open()
    await alerted(database, anAnswer('Yes', 'e1'))
    await posted(database, 1, '1.1')
    await record(database, sent(MESSAGE, 'ada@example.com'))
    expect(await contactByAddress(database, HOME)).toBeUndefined()
    expect(await readAlert(database, 1, NOW)).toMatchObject({
      ...{ contact: { email: 'ada@example.com' }, lead: { excerpt: 'Yes' } },
      row: { ts: '1.1', revision: 2, shownRevision: 1 },
    })
    expect((await jobs(database)).map(({ id, key }) => ({ id, key }))).toEqual([
      { id: 'alert_message:1:1', key: 'alert_to:C0SALES' },
      { id: 'alert_message:1:2', key: 'alert_to:C0SALES' },
    ])
    expect(await database.db.select().from(database.tables.posts)).toEqual([
      { channel: SALES, ts: '1.1', contactId: await idOf(database, 'ada@example.com'), kind: 'alert' },
    ])
  })

  test('is another beside the one that there is about that person', async () => {
    await using database = await open()
    await alerted(database, aReply('First', { id: 'e0' }))
    await alerted(database, anAnswer('Second', 'e1'))
    await record(database, sent(MESSAGE, 'ada@example.com'))
    const ada = await idOf(database, 'ada@example.com')
    expect(await conversations(database)).toMatchObject([
      { contactId: ada, revision: 1 },
      { contactId: ada, revision: 2 },
    ])
  })

  test('is shown anew in the message that it shares with others', async () => {
    await using database = await open()
    for (let n = 0; n < 10; n += 1) await alerted(database, aReply('Yes', { recipient: `person${n}@example.com` }))
    await alerted(database, anAnswer('Yes, too', 'e1'))
    await record(database, sent(MESSAGE, 'ada@example.com'))
    expect(await readRollUp(database, 1, NOW)).toMatchObject({
      ...{ row: { revision: 2 }, alerts: [{ contact: { email: 'ada@example.com' } }] },
    })
    expect((await jobs(database)).at(-1)).toMatchObject({ id: 'alert_roll_up:1:2' })
  })

  test('asks again what is to become of it', async () => {
    await using database = await open()
    await alerted(database, anAnswer('Yes', 'e1'))
    await press(database, 1, 'interested')
    await record(database, sent(MESSAGE, 'ada@example.com'))
    expect(await readAlert(database, 1, NOW)).toMatchObject({ contact: { email: 'ada@example.com' }, triage: null })
  })

  test('is planned anew where the conversation tells of somebody else, too', async () => {
    await using database = await open()
    await alerted(database, anAnswer('To one', 'e1'))
    await alerted(database, anAnswer('To another', 'e2', 'm2@example.org'))
    await record(database, sent(MESSAGE, 'ada@example.com'))
    expect(await readAlert(database, 1, NOW)).toMatchObject({
      contact: { email: HOME },
      lead: { excerpt: 'To another' },
    })
    expect((await jobs(database)).find(({ kind }) => kind === 'alert')).toMatchObject({
      ...{ id: 'alert:replied:sendgrid:e1', key: 'alert:ada@example.com' },
      payload: { kind: 'replied', provider: 'sendgrid', id: 'e1' },
    })
    await alerted(database, anAnswer('To one', 'e1'))
    expect(await readAlert(database, 2, NOW)).toMatchObject({
      ...{ contact: { email: 'ada@example.com' }, lead: { excerpt: 'To one' } },
    })
  })
})
