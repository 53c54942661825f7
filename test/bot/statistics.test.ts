import { describe, expect, test } from 'vitest'

import { type Persona, textOf } from '../../practice/slack/index.ts'
import type { Message } from '../../src/bot/blocks.ts'
import { readScope, writeScope } from '../../src/bot/stats-scope.ts'
import { chart } from '../../src/bot/views/chart.ts'
import { partsOfPeriod } from '../../src/bot/views/spans.ts'
import { groupView, statsView } from '../../src/bot/views/stats.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { createRefusedBlocks } from '../../src/core/refused-blocks.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { buttonsOf, someGroup, someStatistics, wordsOf } from './fixtures.ts'
import { aProgramInSlack } from './workspace.ts'

const DAY = 24 * 60 * 60 * 1000
const spring = { id: null, name: 'Spring launch', step: null }

/** Two days of mail, so that there is something to draw. */
async function someMail(database: Database): Promise<void> {
  const at = Date.now() - 2 * DAY
  const events: readonly Partial<EngagementEvent>[] = [
    { type: 'sent', campaign: spring, occurredAt: at },
    { type: 'opened', campaign: spring, occurredAt: at + 3_600_000 },
    { type: 'sent', campaign: spring, occurredAt: at, recipient: 'bob@example.com' },
    { type: 'replied', campaign: spring, occurredAt: at + DAY, recipient: 'bob@example.com' },
    { type: 'opened', occurredAt: at + DAY, recipient: 'eve@example.com' },
  ]
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

/** Types a command whose answer comes after the acknowledgement. */
async function asks({ ada }: { readonly ada: Persona }, command: string, words: RegExp | string) {
  expect(await ada.type(command)).toBeUndefined()
  return await ada.sees(words)
}

function chartsIn(message: unknown): number {
  return JSON.stringify(message).split('"data_visualization"').length - 1
}

describe('/crm stats', () => {
  test('comes with charts, and again with charts for another period', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    const shown = await asks(office, '/crm stats', 'Last 30 days')
    expect(chartsIn(shown)).toBe(2)
    expect(textOf(shown)).toContain('3 contacts, 0 new')
    await office.ada.press('7 days')
    expect(chartsIn(await office.ada.sees('Last 7 days'))).toBe(2)
    expect(office.lines).toEqual([])
  })

  test('comes at once without charts where the workspace refuses them, which is remembered', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    office.slack.refuseBlocks(['data_visualization'])
    const shown = await asks(office, '/crm stats', 'Last 30 days')
    expect(chartsIn(shown)).toBe(0)
    expect(textOf(shown)).toMatch(/Engaged +█+/)
    expect(office.slack.callsOf('response_url')).toHaveLength(2)
    await office.ada.press('90 days')
    expect(textOf(await office.ada.sees('Last 90 days'))).toMatch(/10 days at a time/)
    expect(office.slack.callsOf('response_url')).toHaveLength(3)
    await office.ada.type('/crm campaign Spring launch')
    expect(office.slack.callsOf('response_url')).toHaveLength(3)
    expect(office.lines.map(({ message }) => message)).toEqual(['an answer did not reach Slack'])
  })

  test('does not take a lost answer for a refusal of charts', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    office.slack.trouble({ kind: 'status', status: 500 }, { method: 'response_url' })
    expect(chartsIn(await asks(office, '/crm stats', 'Last 30 days'))).toBe(0)
    expect(chartsIn(await asks(office, '/crm stats 7d', 'Last 7 days'))).toBe(2)
  })

  test('tells a refusal that comes with the status of success', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    office.slack.trouble({ kind: 'refuse', error: 'invalid_blocks' }, { method: 'response_url' })
    expect(chartsIn(await asks(office, '/crm stats', 'Last 30 days'))).toBe(0)
    expect(textOf(await office.ada.type('/crm stats 7d'))).toContain('Last 7 days')
  })

  test('is narrowed by what is typed', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    const words = '2 people in the campaign “Spring launch”.'
    const shown = textOf(await asks(office, '/crm stats 7d campaign:"spring  LAUNCH"', words))
    expect(shown).toMatch(/Replied +1 of 2 \(50%\)/)
    expect(textOf(await office.ada.type('/crm stats tag:nobody'))).toContain('There is nobody with the tag “nobody”.')
    expect(textOf(await office.ada.type('/crm stats domain:acme.com'))).toContain('one campaign and one tag')
  })
})

describe('the form of the statistics', () => {
  test('narrows the statistics that it was opened from, and offers again what was chosen', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    const { ada } = office
    await ada.type('/crm tag eve@example.com vip')
    await asks(office, '/crm stats', 'Last 30 days')
    await ada.click('Change')
    await ada.choose('Campaign', 'Spring launch')
    await ada.choose('Period', 'Last 7 days')
    await ada.submit()
    const shown = textOf(await ada.sees('2 people in the campaign “Spring launch”'))
    expect(shown).toMatch(/Sent +2 of 2 \(100%\)/)
    await ada.click('Change')
    expect(JSON.stringify(ada.modal)).toMatch(/"initial_option".*Last 7 days.*"initial_option".*Spring launch/)
    await ada.choose('Tag', 'vip')
    await ada.submit()
    await ada.sees('There is nobody in the campaign “Spring launch” with the tag “vip”.')
    expect(office.lines).toEqual([])
  })

  test('shows them in its own place where there is no message, as from the shortcut', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    const { ada } = office
    await ada.shortcut('CRM statistics')
    await ada.sees('Period')
    await ada.choose('Campaign', 'Spring launch')
    const shown = await ada.submit()
    expect(shown?.title).toBe('Statistics')
    expect(textOf(shown)).toContain('2 people in the campaign “Spring launch”')
    expect(chartsIn(shown)).toBe(0)
    await ada.click('90 days')
    expect(textOf(ada.modal)).toContain('10 days at a time')
    expect(office.lines).toEqual([])
  })

  test('stays on the same screen, however often it is asked for there', async () => {
    await using office = await aProgramInSlack()
    await someMail(office.database)
    const { ada } = office
    await asks(office, '/crm stats', 'Last 30 days')
    for (const period of ['Last 7 days', 'Last 90 days', 'Last 7 days', 'Last 90 days']) {
      await ada.click('Change')
      await ada.choose('Period', period)
      await ada.submit()
      await ada.sees(period)
    }
    expect(office.lines).toEqual([])
  })
})

describe('a chart', () => {
  const day = { title: 'x'.repeat(99), type: 'line', unit: 'Events' } as const

  test('keeps to every limit of Slack’s, and its labels apart', () => {
    const categories = Array.from({ length: 30 }, (_, n) => `${'Step with a very long name '.repeat(2)}${n}`)
    const series = Array(9).fill({ name: 'the same name that is far too long', values: categories.map((_, n) => n) })
    const [block] = chart({ ...day, categories, series })
    expect(block?.title).toHaveLength(50)
    const names = block?.chart.axis_config.categories ?? []
    expect(names).toHaveLength(12)
    expect(new Set(names).size).toBe(12)
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(20)
    expect(new Set(block?.chart.series.map(({ name }) => name)).size).toBe(6)
    for (const { data } of block?.chart.series ?? []) expect(data.map(({ label }) => label)).toEqual(names)
  })

  test('is left out where there is nothing to compare', () => {
    expect(chart({ ...day, categories: ['a', 'b'], series: [{ name: 's', values: [0, 0] }] })).toEqual([])
    expect(chart({ ...day, categories: ['a'], series: [{ name: 's', values: [4] }] })).toEqual([])
    expect(chart({ ...day, categories: ['a', 'b'], series: [{ name: 's', values: [0, 1] }] })).toHaveLength(1)
  })

  test.each([
    [7, 7, 'Nov 16', 'Nov 22'],
    [30, 10, 'Oct 24', 'Nov 20'],
    [90, 9, 'Aug 25', 'Nov 13'],
  ])('shows %i days in %i equal parts, from %s to %s', (days, parts, first, last) => {
    const from = new Date(Date.UTC(2026, 10, 23 - days)).toISOString().slice(0, 10)
    const daily = Array.from({ length: days }, (_, n) => ({
      day: new Date(Date.UTC(2026, 10, 23 - days + n)).toISOString().slice(0, 10),
      events: { opened: 1 },
    }))
    const { spans } = partsOfPeriod({ days, from, to: '2026-11-22' }, daily)
    expect(spans.map(({ counts }) => counts[1])).toEqual(Array(parts).fill(days / parts))
    expect([spans[0]?.label, spans.at(-1)?.label]).toEqual([first, last])
  })
})

describe('the view of the statistics', () => {
  test('has the same figures with charts and without', () => {
    const figures = (blocks: unknown) =>
      wordsOf(blocks)
        .split('\n')
        .map((line) => line.replace(/[█░]+/, ' ').replace(/ +/g, ' '))
        .filter(Boolean)
    const complete = (message: Message) => expect(figures(message.charted)).toEqual(figures(message.blocks))
    complete(statsView(someStatistics()))
    complete(groupView(someGroup()))
  })

  test('says of a tag that its figures are of all time', () => {
    const words = wordsOf(groupView(someGroup({ campaign: null, tag: 'vip', engagement: null })).blocks)
    expect(words).toContain('1,240 people with the tag “vip”.')
    expect(words).toContain('To how many it has ever happened')
    expect(words).toContain('Events are not counted by tag and day')
    expect(words).not.toContain('before and the change')
  })

  test('carries campaign and tag in its buttons, and leaves out what no button can carry', () => {
    const values = buttonsOf(groupView(someGroup({ tag: 'vip' })).blocks).map(({ value }) => readScope(value))
    expect(values).toEqual([7, 30, 90, 30].map((days) => ({ days, campaign: 'Spring launch', tag: 'vip' })))
    expect(buttonsOf(groupView(someGroup({ campaign: 'x'.repeat(3000) })).blocks)).toEqual([
      { action_id: 'stats_form', value: '30' },
    ])
  })

  test.each(['31', '', 'x', '[30]', '[30,"",null]', '[30,null,1]', 'null', '{}'])('takes %j for no scope', (value) => {
    expect(readScope(value)).toBeNull()
  })

  test('reads what it writes', () => {
    for (const scope of [
      { days: 7, campaign: null, tag: null },
      { days: 90, campaign: '"Q1", and more', tag: 'vip' },
    ] as const)
      expect(readScope(writeScope(scope))).toEqual(scope)
  })
})

describe.each(databases)('what a workspace refuses, on $name', ({ open }) => {
  test('is asked again after a week, and by a new version at once', async () => {
    await using database = await open()
    let now = Date.parse('2026-03-02T09:00:00Z')
    const memory = (version: string) => createRefusedBlocks({ database, now: () => now, version })
    await memory('1').refused('T1', 'data_visualization')
    expect(await memory('1').isRefused('T1', 'data_visualization')).toBe(true)
    expect(await memory('1').isRefused('T2', 'data_visualization')).toBe(false)
    expect(await memory('1').isRefused('T1', 'data_table')).toBe(false)
    expect(await memory('2').isRefused('T1', 'data_visualization')).toBe(false)
    now += 7 * DAY
    expect(await memory('1').isRefused('T1', 'data_visualization')).toBe(false)
    await memory('1').refused('T1', 'data_visualization')
    expect(await memory('1').isRefused('T1', 'data_visualization')).toBe(true)
  })
})
