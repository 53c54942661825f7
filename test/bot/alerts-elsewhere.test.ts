import { describe, expect, test } from 'vitest'

import type { Slack } from '../../practice/slack/index.ts'
import { createAlertSettings } from '../../src/core/alerts/settings.ts'
import { lastingTroubles } from '../../src/core/channel-troubles.ts'
import { insertRule } from '../../src/core/store/alert-settings.ts'
import { aReply } from '../core/alerts/support.ts'
import { type AlertOffice, anAlertOffice, MINUTE } from './alert-office.ts'

/** Alerts go to `target`; what no rule sends anywhere would go to #sales. */
async function anOffice(target: (slack: Slack) => string): Promise<AlertOffice> {
  const office = await anAlertOffice({
    settings: (database, slack) => createAlertSettings({ database, channel: slack.channel('sales').id }),
  })
  const rule = { kinds: [], campaign: null, tag: null, owner: null, by: 'U0ADA', at: 0, target: target(office.slack) }
  await office.database.transaction((tx) => insertRule(tx, rule))
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

  test('goes there once, however often it is tried, and nothing goes there once it is taken again', async () => {
    await using office = await anOffice((slack) => slack.channel('marketing').id)
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage', times: 1 })
    await office.happens(aReply('While it is archived'))
    expect(sales(office)).toEqual([expect.stringContaining('While it is archived')])
    expect(office.words('#marketing')).toEqual([expect.stringContaining('While it is archived')])
    await office.happens(other('Once it is back', office.clock.now))
    expect(sales(office)).toHaveLength(1)
    expect(office.words('#marketing').join('\n')).toContain('Once it is back')
  })
})
