import { describe, expect, test } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { eraseContact } from '../../src/core/erasure/erase-contact.ts'
import { contactByAddress } from '../../src/core/store/contacts.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aReply } from '../core/alerts/support.ts'
import { anEvent } from '../support/events.ts'
import { type AlertOffice, anAlertOffice, DAY, MINUTE } from './alert-office.ts'

const MONTH = 30 * DAY
/** Of a job that fails: at once, after 5 s, and 15 s later. */
const TRIES_A_MINUTE = 3

async function ada({ database }: AlertOffice) {
  return await contactByAddress(database, 'ada@example.com')
}

async function erase({ database, clock }: AlertOffice, address: string): Promise<void> {
  await eraseContact(database, address, { by: 'U0EVE', now: clock.now, dayOf: createDayOf('UTC') })
}

describe('a conversation in Slack', () => {
  test('is one message that changes, and a thread', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('What does it cost?'))
    expect(office.words()).toEqual([expect.stringMatching(/ada@example\.com.* replied.*What does it cost\?/s)])
    await office.happens(
      aReply('And for forty people?', { occurredAt: office.clock.now }),
      anEvent({ type: 'clicked', occurredAt: office.clock.now, url: 'https://acme.example/pricing?for=ada' }),
    )
    const [message, ...thread] = office.ada.messages()
    expect(textOf(message)).toMatch(/And for forty people\?.*1 more reply, 1 click/s)
    expect(thread.map(({ thread: parent, isBroadcast }) => [parent, isBroadcast])).toEqual([
      [message?.ts, false],
      [message?.ts, false],
    ])
    expect(thread.map(textOf).join('\n')).toMatch(/And for forty people\?.*clicked.*acme\.example\/pricing/s)
    expect(thread.map(textOf).join('\n')).not.toContain('for=ada')
    expect(office.slack.problems).toEqual([])
  })

  test('is heard in the channel after a silence, and begins anew after a long one', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('First'))
    office.clock.now += 4 * DAY
    await office.happens(aReply('Second', { occurredAt: office.clock.now }))
    expect(office.ada.messages().map(({ isBroadcast }) => isBroadcast)).toEqual([false, true])
    office.clock.now += MONTH
    await office.happens(aReply('Third', { occurredAt: office.clock.now }))
    const last = office.ada.messages().at(-1)
    expect(last?.thread).toBeUndefined()
    expect(textOf(last)).toContain('Third')
  })

  test('waits for a person until they may be disturbed, and works the same there', async () => {
    let morning = 0
    await using office = await anAlertOffice({
      to: (slack) => [slack.person('ada').id],
      notBefore: async (_to, now) => Math.max(now, morning),
    })
    morning = office.clock.now + 60 * MINUTE
    await office.happens(aReply('At night'))
    expect(office.words('@touchpoint')).toEqual([])
    office.clock.now = morning
    await office.settle()
    expect(office.words('@touchpoint')).toEqual([expect.stringContaining('At night')])
    await office.ada.click('Not interested')
    expect(office.words('@touchpoint').join()).toContain('marked this as not interested')
    expect((await ada(office))?.status).toBe('disqualified')
  })

  test('stays when somebody deletes its message, and goes on without it', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('First'))
    office.slack.trouble({ kind: 'refuse', error: 'message_not_found' }, { method: 'chat.update', times: 20 })
    office.slack.trouble({ kind: 'refuse', error: 'thread_not_found' }, { method: 'chat.postMessage', times: 20 })
    await office.happens(aReply('Second', { occurredAt: office.clock.now }))
    expect(await office.database.db.select().from(office.database.tables.jobs)).toEqual([])
  })
})

describe('what somebody makes of an alert', () => {
  test('stands in it at once, with who and when, and can be taken back for half a minute', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    await office.ada.click('Interested')
    const [message] = office.ada.messages()
    expect(textOf(message)).toContain('marked this as interested')
    expect(textOf(message)).not.toContain('Wrong person')
    expect(await ada(office)).toMatchObject({ tags: ['interested'], owner: office.ada.id })
    await office.ada.click('Undo')
    expect(office.words()).toEqual([expect.stringMatching(/Wrong person/)])
    expect(await ada(office)).toMatchObject({ tags: [], owner: null })
    // Nothing is said beside the alert that shows it.
    expect(office.slack.answers).toEqual([])
  })

  test('loses its button after half a minute', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    await office.ada.click('Wrong person')
    expect(office.words().join()).toContain('Undo')
    await office.settle()
    expect(office.words().join()).not.toContain('Undo')
    expect(office.words().join()).toContain('marked this as the wrong person')
  })

  test('is the first one’s word: the second is told who was first', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    const [message] = office.ada.messages()
    const grace = office.slack.person('grace')
    await office.alerts.triage(1, 'unsubscribe', grace.id)
    await office.ada.click('Interested', message ? { in: message } : {})
    expect(JSON.stringify(office.slack.answers)).toMatch(/Somebody was first: .*unsubscribed this person/)
    expect(await ada(office)).toMatchObject({ suppressed: 'unsubscribed', tags: [] })
  })

  test('is nothing once the person was erased', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    await erase(office, 'ada@example.com')
    await office.ada.click('Interested')
    expect(JSON.stringify(office.slack.answers)).toContain('no longer in the CRM')
  })

  test('is shown by a job where Slack does not take it at once', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    office.slack.trouble({ kind: 'status', status: 503 }, { method: 'chat.update' })
    await office.ada.click('Not interested')
    await expect.poll(() => JSON.stringify(office.slack.answers)).toContain('the alert shows it in a moment')
    expect(office.words().join()).not.toContain('not interested ·')
    await office.settle()
    expect(office.words().join()).toContain('marked this as not interested')
  })

  test('taken back on the card stands open in the alert again', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('Yes'))
    await office.ada.click('Interested')
    const change = (await office.alerts.read(1))?.triage?.change ?? 0
    await office.alerts.undo(change, 'U0GRACE')
    await office.settle()
    expect(office.words().join()).toContain('Wrong person')
  })

  test('is asked again when they write again, and says what it was before', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('No'))
    await office.ada.click('Not interested')
    await office.happens(aReply('Or yes', { occurredAt: office.clock.now }))
    expect(office.words()[0]).toMatch(/Before: .*marked this as not interested.*Interested.*Wrong person/s)
    await office.ada.click('Interested', { in: office.ada.messages()[0] ?? never() })
    expect((await ada(office))?.status).toBe('engaged')
  })
})

function never(): never {
  throw new Error('there is no message')
}

describe('later', () => {
  test('asks for a day, a week from now at first, and reminds whoever chose it', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('In April'))
    await office.ada.press('Later…')
    await office.ada.sees('Remind me on')
    expect(office.ada.modal).toMatchObject({ title: 'Later', submit: 'Remind me' })
    expect(JSON.stringify(office.ada.modal?.blocks)).toContain('"initial_date":"2026-03-10"')
    await office.ada.choose('Remind me on', '2026-03-03')
    await office.ada.submit()
    expect(Object.values(office.ada.modal?.errors ?? {})).toEqual(['Choose a day from tomorrow on, within a year.'])
    await office.ada.choose('Remind me on', '2026-03-06')
    await office.ada.submit()
    expect(office.ada.modal).toBeUndefined()
    await expect.poll(() => office.words().join()).toContain('put this off until Fri, Mar 6')
    expect(await ada(office)).toMatchObject({ waitingSince: null })

    office.clock.now = Date.parse('2026-03-06T07:00:00Z')
    await office.settle()
    expect(office.ada.messages()).toHaveLength(1)
    office.clock.now = Date.parse('2026-03-06T20:00:00Z')
    await office.settle()
    const [message, reminder] = office.ada.messages()
    expect(reminder).toMatchObject({ thread: message?.ts, isBroadcast: true })
    expect(reminder?.text).toContain(`<@${office.ada.id}>, you put`)
    expect(textOf(message)).toMatch(/Before: .*put this off until Fri, Mar 6.*Interested/s)
    await office.settle()
    expect(office.ada.messages()).toHaveLength(2)
  })
})

describe('erasing somebody', () => {
  test('after the alert makes its message and its thread say nothing', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('My secret'))
    await office.happens(aReply('Another secret', { occurredAt: office.clock.now }))
    await erase(office, 'ada@example.com')
    await office.settle()
    expect(office.words()).toEqual(Array(2).fill('This message was about somebody who was erased.'))
  })

  test('while its message changes does not bring them back', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('My secret'))
    const alert = await office.alerts.read(1)
    await erase(office, 'ada@example.com')
    await office.settle()
    // What another process had read before, and sent after.
    if (alert?.row.channel && alert.row.ts) {
      const { channel, ts } = alert.row
      await office.alerts.shown(alert, { channel, ts, revision: 9 })
    }
    const updates = office.slack.callsOf('chat.update').length
    await office.settle()
    expect(office.slack.callsOf('chat.update').length).toBe(updates + 1)
  })
})

describe('erasing somebody while nobody knows whether what was posted is there', () => {
  const FORGOTTEN = 'This message was about somebody who was erased.'

  /** For as long as `settle` takes. */
  function loseAnswers({ slack }: AlertOffice): void {
    slack.trouble({ kind: 'drop', after: true }, { method: 'chat.postMessage', times: TRIES_A_MINUTE })
  }

  async function putOff(office: AlertOffice): Promise<void> {
    await office.happens(aReply('In April'))
    await office.alerts.later(1, '2026-03-06', office.ada.id, null)
    await office.settle()
    office.clock.now = Date.parse('2026-03-06T09:00:00Z')
    loseAnswers(office)
    await office.settle()
    expect(office.words().join()).toContain('you put')
  }

  test('takes the words of an alert away', async () => {
    await using office = await anAlertOffice()
    loseAnswers(office)
    await office.happens(aReply('My secret'))
    expect(office.words().join()).toContain('My secret')
    await erase(office, 'ada@example.com')
    await office.settle()
    expect(office.words()).toEqual([FORGOTTEN])
  })

  test('takes those of a thread away', async () => {
    await using office = await anAlertOffice()
    await office.happens(aReply('My secret'))
    loseAnswers(office)
    await office.happens(aReply('Another secret', { occurredAt: office.clock.now }))
    const [message, entry] = office.ada.messages()
    expect(textOf(entry)).toContain('Another secret')
    await erase(office, 'ada@example.com')
    await office.settle()
    expect(office.words()).toEqual([FORGOTTEN, FORGOTTEN])
    const calls = office.slack.callsOf('chat.postMessage')
    expect(calls.at(-1)?.args).toMatchObject({ thread_ts: message?.ts, reply_broadcast: 'false' })
  })

  test('takes those of a reminder away', async () => {
    await using office = await anAlertOffice()
    await putOff(office)
    await erase(office, 'ada@example.com')
    await office.settle()
    expect(office.words()).toEqual([FORGOTTEN, FORGOTTEN])
  })

  test('leaves a reminder as it is of somebody who is there and wrote again', async () => {
    await using office = await anAlertOffice()
    await putOff(office)
    await office.happens(aReply('Or now', { occurredAt: office.clock.now }))
    expect(office.words().join()).toContain('you put')
    expect(office.words().join()).not.toContain(FORGOTTEN)
  })

  test('posts nothing where nothing was sent', async () => {
    await using office = await anAlertOffice()
    office.slack.trouble({ kind: 'rate-limited', retryAfterSeconds: 70 }, { method: 'chat.postMessage' })
    await office.happens(aReply('My secret'))
    await erase(office, 'ada@example.com')
    await office.settle()
    expect(office.words()).toEqual([])
  })
})

describe('many at once', () => {
  async function flood(office: AlertOffice, count: number) {
    await office.happens(
      ...Array.from({ length: count }, (_, n) => aReply(`Reply ${n}`, { recipient: `p${n}@example.com`, id: `r${n}` })),
    )
  }

  test('are a table below ten messages, from which each can be opened and settled', async () => {
    await using office = await anAlertOffice()
    await flood(office, 14)
    expect(office.ada.messages()).toHaveLength(11)
    const rollUp = office.ada.messages().at(-1)
    expect(rollUp?.blocks.map(({ type }) => type)).toEqual(['section', 'table', 'actions'])
    expect(textOf(rollUp)).toMatch(/4 alerts within a few minutes/)
    await office.ada.choose('Open…', 'p12@example.com')
    expect(textOf(await office.ada.sees('“Re: Reply 12”'))).toContain('Wrong person')
    await office.ada.click('Interested')
    await office.ada.sees('marked this as interested')
    expect(textOf(office.ada.messages().find(({ ts }) => ts === rollUp?.ts))).toContain('Interested')
    expect(office.ada.messages().filter(({ thread }) => thread !== undefined)).toEqual([])
    expect(office.slack.problems).toEqual([])
  })

  test('are a list where the workspace takes no tables', async () => {
    await using office = await anAlertOffice()
    office.slack.refuseBlocks(['table'])
    await flood(office, 12)
    const rollUp = office.ada.messages().at(-1)
    expect(rollUp?.blocks.map(({ type }) => type)).toEqual(['section', 'section', 'actions'])
    expect(textOf(rollUp)).toMatch(/p10@example\.com.*Reply 10.*p11@example\.com.*Reply 11/s)
    office.slack.takeProblems()
  })

  test('lose the row of somebody who is erased', async () => {
    await using office = await anAlertOffice()
    await flood(office, 12)
    await erase(office, 'p11@example.com')
    await office.settle()
    const words = textOf(office.ada.messages().at(-1))
    expect(words).toContain('p10@example.com')
    expect(words).not.toContain('p11@example.com')
  })
})

test('a message that was there though its answer was lost shows what came since', async () => {
  await using office = await anAlertOffice()
  office.slack.trouble({ kind: 'drop', after: true }, { method: 'chat.postMessage', times: TRIES_A_MINUTE })
  await office.happens(aReply('First'))
  await office.happens(aReply('Second', { occurredAt: office.clock.now }))
  await office.settle()
  const [message, ...others] = office.ada.messages().filter(({ thread }) => thread === undefined)
  expect(others).toEqual([])
  expect(textOf(message)).toContain('Second')
})
