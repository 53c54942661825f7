import { describe, expect, test } from 'vitest'

import type { Slack } from '../../practice/slack/index.ts'
import { createAlertSettings } from '../../src/core/alerts/settings.ts'
import { lastingTroubles } from '../../src/core/channel-troubles.ts'
import { insertRule } from '../../src/core/store/alert-settings.ts'
import { aReply } from '../core/alerts/support.ts'
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

  test('is refused as before where it can go nowhere else', async () => {
    await using office = await anOffice((slack) => slack.channel('sales').id)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage', times: 9 })
    await office.happens(aReply('Anybody?'))
    const jobs = await office.database.db.select().from(office.database.tables.jobs)
    expect(jobs).toMatchObject([{ kind: 'alert_message', lastError: expect.stringContaining('archived') }])
  })
})
