import { describe, expect, test } from 'vitest'

import { type Slack, textOf } from '../../practice/slack/index.ts'
import { watchJobs } from '../../src/core/alerts/notices.ts'
import { createAlertSettings, readKinds } from '../../src/core/alerts/settings.ts'
import { lastingTroubles } from '../../src/core/channel-troubles.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { insertRule, saveKind } from '../../src/core/store/alert-settings.ts'
import { beginTrouble } from '../../src/core/store/channel-troubles.ts'
import { enqueue } from '../../src/core/store/jobs.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aReply } from '../core/alerts/support.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { type AlertOffice, anAlertOffice, MINUTE } from './alert-office.ts'

/** Alerts go to each of `targets`; what no rule sends anywhere would go to #sales. */
async function anOffice(...targets: readonly ((slack: Slack) => string)[]): Promise<AlertOffice> {
  const office = await anAlertOffice({
    settings: (database, slack) => createAlertSettings({ database, channel: slack.channel('sales').id }),
  })
  const rule = { kinds: [], campaign: null, tag: null, owner: null, by: 'U0ADA', at: 0 }
  for (const target of targets)
    await office.database.transaction((tx) => insertRule(tx, { ...rule, target: target(office.slack) }))
  return office
}

const toTom = (slack: Slack) => slack.person('tom').id
const sales = (office: AlertOffice) => office.words('#sales')
const fromTom = ({ slack }: AlertOffice) => slack.person('tom').messages('@touchpoint')

/** Tom, or else whoever was told alone, puts an alert off until March 6th; gives its conversation. */
async function putOff(office: AlertOffice): Promise<number> {
  await office.happens(aReply('In April'))
  const { db, tables } = office.database
  const rows = await db.select().from(tables.alertConversations)
  const { id } = rows.find(({ target }) => target === toTom(office.slack)) ?? rows[0] ?? never()
  await office.alerts.later(id, '2026-03-06', toTom(office.slack), null)
  await office.settle()
  return id
}

/** It is ten o'clock on that day. */
async function comesThe(office: AlertOffice, day: string): Promise<void> {
  office.clock.now = Date.parse(`${day}T10:00:00Z`)
  await office.settle()
}

async function queued({ database }: AlertOffice): Promise<string[]> {
  const jobs = await database.db.select().from(database.tables.jobs)
  return jobs.map(({ kind }) => kind).toSorted()
}

function never(): never {
  throw new Error('there is none')
}

/** Of a campaign too many bounced. */
async function bounces(office: AlertOffice): Promise<void> {
  const { database, clock } = office
  const events = Array.from({ length: 60 }, (_, nth) =>
    anEvent({
      ...(nth < 9 ? { type: 'bounced', class: 'hard' } : { type: 'delivered' }),
      ...{
        recipient: `p${nth}@example.com`,
        campaign: { id: null, name: 'Spring', step: null },
        occurredAt: clock.now,
      },
    }),
  )
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [aDelivery(...events)])
  await database.transaction(async (tx) => {
    await saveKind(tx, { kind: 'bounce_rate', isOn: true, threshold: null, by: 'U0ADA', at: clock.now })
    await enqueue(tx, watchJobs(await readKinds(tx), clock.now), clock.now)
  })
  await office.settle()
}

const other = (words: string, at: number) => aReply(words, { recipient: 'grace@example.com', occurredAt: at })

describe('an alert whose only place takes no messages any more', () => {
  test('goes where alerts go that no rule sends anywhere, and so do those after it', async () => {
    await using office = await anOffice(toTom)
    office.standings.set(toTom(office.slack), 'outsider')
    await office.happens(aReply('What does it cost?'))
    expect(sales(office)).toEqual([expect.stringContaining('What does it cost?')])
    office.clock.now += MINUTE
    await office.happens(other('Call me', office.clock.now), aReply('And for forty?', { occurredAt: office.clock.now }))
    expect(sales(office).join('\n')).toMatch(/And for forty\?.*1 more reply.*Call me/s)
    expect(fromTom(office)).toEqual([])
  })

  test('goes there also out of the thread of a conversation that began before they left', async () => {
    await using office = await anOffice(toTom)
    await office.happens(aReply('First'))
    expect(sales(office)).toEqual([])
    office.standings.set(toTom(office.slack), 'outsider')
    await office.happens(aReply('Second', { occurredAt: office.clock.now }))
    expect(sales(office)).toEqual([expect.stringContaining('Second')])
    expect(await lastingTroubles(office.database, office.clock.now)).toMatchObject([
      { target: toTom(office.slack), code: 'user_disabled' },
    ])
  })

  test('goes there where many share a message', async () => {
    await using office = await anOffice(toTom)
    office.standings.set(toTom(office.slack), 'guest')
    const at = office.clock.now
    const many = Array.from({ length: 14 }, (_, n) =>
      aReply(`Word ${n}.`, { recipient: `p${n}@example.com`, occurredAt: at }),
    )
    await office.happens(...many)
    await office.settle()
    const said = sales(office).join('\n')
    expect(many.filter((_, n) => !said.includes(`p${n}@example.com`))).toEqual([])
  })

  test('is tried there with the next one, and once that is taken nothing goes elsewhere any more', async () => {
    await using office = await anOffice((slack) => slack.channel('marketing').id)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    await office.happens(aReply('While it is archived'))
    expect([sales(office), office.words('#marketing')]).toEqual([[expect.stringContaining('While it is archived')], []])
    expect(await office.database.db.select().from(office.database.tables.jobs)).toEqual([])
    const at = office.clock.now
    await office.happens(aReply('Once it is back', { recipient: 'grace@example.com', occurredAt: at }))
    await office.happens(aReply('Later', { recipient: 'erin@example.com', occurredAt: at }))
    expect(sales(office)).toHaveLength(2)
    expect(office.words('#marketing')).toEqual([
      expect.stringContaining('Once it is back'),
      expect.stringContaining('Later'),
    ])
  })

  test('goes there after the last of several places refused it, and before that nowhere else', async () => {
    await using office = await anOffice(toTom, (slack) => slack.channel('marketing').id)
    office.standings.set(toTom(office.slack), 'outsider')
    await office.happens(aReply('One is left'))
    expect([sales(office), office.words('#marketing').length]).toEqual([[], 1])
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    await office.happens(aReply('None is left', { recipient: 'grace@example.com', occurredAt: office.clock.now }))
    expect(sales(office)).toEqual([expect.stringContaining('None is left')])
  })

  test('reminds there of what somebody put off before they left, with its buttons', async () => {
    await using office = await anOffice(toTom)
    await putOff(office)
    office.standings.set(toTom(office.slack), 'outsider')
    await comesThe(office, '2026-03-06')
    const [alert, reminder, ...others] = office.ada.messages('#sales')
    expect(others).toEqual([])
    expect(textOf(alert)).toMatch(/In April.*Interested.*Wrong person/s)
    expect(reminder).toMatchObject({ thread: alert?.ts, isBroadcast: true })
    expect(reminder?.text).toContain(`<@${toTom(office.slack)}>, you put`)
    expect((await office.alerts.read(1))?.triage).toMatchObject({ kind: 'later', isOver: true })
    await office.settle()
    expect(sales(office)).toHaveLength(2)
    await office.ada.click('Interested', { in: alert ?? never() })
    await expect.poll(() => sales(office)[0]).toContain('marked this as interested')
    expect(await queued(office)).toEqual(['alert_message', 'alert_message', 'alert_undo_over', 'alert_undo_over'])
  })

  test('reminds in the other place of two, below the alert that stands there', async () => {
    await using office = await anOffice(toTom, (slack) => slack.channel('marketing').id)
    await putOff(office)
    office.standings.set(toTom(office.slack), 'outsider')
    await comesThe(office, '2026-03-06')
    const [alert, reminder] = office.ada.messages('#marketing')
    expect(reminder).toMatchObject({ thread: alert?.ts, text: expect.stringContaining('you put') })
    expect([sales(office), textOf(alert)]).toEqual([[], expect.stringMatching(/Before: .*Interested/s)])
  })

  test('refuses a reminder as before where it can be said nowhere else', async () => {
    await using office = await anOffice((slack) => slack.channel('sales').id)
    await putOff(office)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage', times: 9 })
    await comesThe(office, '2026-03-06')
    expect(await queued(office)).toEqual(['alert_reminder'])
    expect((await office.alerts.read(1))?.triage).toMatchObject({ isOver: false })
  })

  test('is refused as before where it can go nowhere else', async () => {
    await using office = await anOffice((slack) => slack.channel('sales').id)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage', times: 9 })
    await office.happens(aReply('Anybody?'))
    const jobs = await office.database.db.select().from(office.database.tables.jobs)
    expect(jobs).toMatchObject([{ kind: 'alert_message', lastError: expect.stringContaining('archived') }])
  })
})

describe('an alert about nobody whose place takes no messages any more', () => {
  const BOUNCED = expect.stringContaining('of the people of *Spring* bounced for good')

  test('goes where alerts go that no rule sends anywhere, once', async () => {
    await using office = await anOffice(toTom)
    office.standings.set(toTom(office.slack), 'outsider')
    await bounces(office)
    expect([sales(office), fromTom(office)]).toEqual([[BOUNCED], []])
    expect(await queued(office)).toEqual(['alert_watch'])
    office.clock.now += 60 * MINUTE
    await office.settle()
    expect(sales(office)).toHaveLength(1)
  })

  test('goes there with the other one that is told at once, and comes once', async () => {
    await using office = await anOffice((slack) => slack.channel('marketing').id)
    const { database, slack, clock } = office
    const trouble = { target: slack.channel('marketing').id, code: 'is_archived', now: clock.now, forgottenBefore: 0 }
    await database.transaction((tx) => beginTrouble(tx, trouble))
    slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    await bounces(office)
    expect([sales(office), office.words('#marketing')]).toEqual([[BOUNCED], []])
    expect(slack.callsOf('chat.postMessage')).toHaveLength(2)
  })

  test('goes nowhere else where another place takes it', async () => {
    await using office = await anOffice(toTom, (slack) => slack.channel('marketing').id)
    office.standings.set(toTom(office.slack), 'outsider')
    await bounces(office)
    expect([sales(office), office.words('#marketing')]).toEqual([[], [BOUNCED]])
    expect(await queued(office)).toEqual(['alert_watch'])
  })

  test('goes there where several refuse it, once', async () => {
    await using office = await anOffice(toTom, (slack) => slack.channel('marketing').id)
    office.standings.set(toTom(office.slack), 'outsider')
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    await bounces(office)
    expect([sales(office), office.words('#marketing')]).toEqual([[BOUNCED], []])
  })

  test('is refused as before where it can go nowhere else', async () => {
    await using office = await anOffice((slack) => slack.channel('sales').id)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage', times: 9 })
    await bounces(office)
    const jobs = await office.database.db.select().from(office.database.tables.jobs)
    expect(jobs.find(({ kind }) => kind === 'alert_notice')).toMatchObject({
      lastError: expect.stringContaining('archived'),
    })
  })
})
