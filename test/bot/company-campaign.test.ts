import { describe, expect, test } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { campaignView } from '../../src/bot/views/campaign.ts'
import { companyView } from '../../src/bot/views/company.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aCampaign, aCompany, buttonsOf, wordsOf } from './fixtures.ts'
import { aProgramInSlack } from './workspace.ts'

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]): Promise<void> {
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

const spring = { id: null, name: 'Spring launch', step: '1' }

describe('/crm company', () => {
  test('shows everybody at a domain and what they did together, and opens a card', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    const url = 'https://pricing.example.org/plans?who=bob'
    await happen(
      database,
      { recipient: 'bob@acme.example', type: 'clicked', url },
      { recipient: 'eve@acme.example', type: 'opened', machine: true },
      { recipient: 'eve@acme.example', type: 'unsubscribed' },
    )
    await ada.type('/crm company https://www.acme.example/about')
    const words = textOf(await ada.sees('All of them together'))
    expect(words).toContain('2, do not write to 1')
    expect(words).toContain('0 opens (+1 by a machine) · 1 click')
    expect(words).toMatch(/bob@acme\.example.*Score.*eve@acme\.example.*Do not write: unsubscribed/s)
    expect(words).toContain('Clicked pricing.example.org · bob@acme.example')
    await ada.press('Open card')
    expect(textOf(await ada.sees('In the CRM since'))).toContain('bob@acme.example')
    await ada.press('Company')
    await ada.sees('All of them together')
    expect(office.lines).toEqual([])
  })

  test('offers the domains that may be meant', async () => {
    await using office = await aProgramInSlack()
    await happen(office.database, { recipient: 'bob@acme.example' })
    expect(textOf(await office.ada.type('/crm company acmee.example'))).toContain('Did you mean one of these?')
    await office.ada.press('acme.example')
    await office.ada.sees('All of them together')
  })

  test('says why a mail service is none, and what to type where nobody is', async () => {
    await using office = await aProgramInSlack()
    expect(textOf(await office.ada.type('/crm company gmail.com'))).toContain('open to everybody')
    expect(textOf(await office.ada.type('/crm company nobody.example'))).toContain('Nobody at “nobody.example”')
    expect(textOf(await office.ada.type('/crm company'))).toContain('/crm company acme.com')
  })
})

describe('/crm campaign', () => {
  test('lists those in which something happened last, and opens one and the list again', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    expect(textOf(await ada.type('/crm campaign'))).toContain('No event has named a campaign yet.')
    await happen(
      database,
      { type: 'sent', campaign: spring },
      { type: 'replied', campaign: spring },
      { type: 'sent', campaign: { ...spring, name: 'Older' }, occurredAt: Date.parse('2026-02-01') },
    )
    const list = textOf(await ada.type('/crm campaign'))
    expect(list).toMatch(
      /Spring launch\W+1 person \(sent\), 0 of 1 opened \(0 opens\), 0 clicked, 1 replied · last event 2026-03-02.*Older/s,
    )
    await ada.press('Open')
    await ada.sees(/Replied +1 of 1 \(100%\) +1/)
    await ada.press('All campaigns')
    await ada.sees('2 campaigns')
    expect(office.lines).toEqual([])
  })

  test('finds a campaign by a misspelt name', async () => {
    await using office = await aProgramInSlack()
    await happen(office.database, { type: 'sent', campaign: spring })
    expect(textOf(await office.ada.type('/crm campaign sprng lanch'))).toContain('Did you mean one of these?')
    await office.ada.press('Open')
    await office.ada.sees('Everybody counts once')
    expect(textOf(await office.ada.type('/crm campaign Winter'))).toContain('No campaign “Winter”')
  })
})

describe('the view of a campaign', () => {
  const view = (overrides: Parameters<typeof aCampaign>[0] = {}) =>
    wordsOf(campaignView('Spring launch', { kind: 'found', campaign: aCampaign(overrides) }))

  test('gives each figure as n of m, people and machines apart', () => {
    const words = view()
    expect(words).toContain('1,390 people (delivered), 312 of 1,390 opened (640 opens), 70 clicked, 30 replied.')
    expect(words).toMatch(/Sent +1,400 of 1,410 \(99%\) +2,400\n/)
    expect(words).toMatch(/Delivered +1,390 of 1,400 \(99%\) +2,380\n/)
    expect(words).toMatch(/Opened by people +312 of 1,390 \(22%\) +640\n/)
    expect(words).toMatch(/Opened by machines +420 of 1,390 \(30%\) +900\n/)
    expect(words).toMatch(/Bounced for good +10 of 1,400 \(1%\) +20\n/)
  })

  test('counts against whom it was sent to where nothing tells of delivery, and against all where neither is told', () => {
    expect(view({ people: 12, reach: { sent: 10, opened: 4 } })).toMatch(/Opened by people +4 of 10 \(40%\)/)
    expect(view({ people: 3, reach: { replied: 3 } })).toMatch(/Replied +3 of 3 \(100%\)/)
  })

  test('counts against all where more did something than it is said to have reached', () => {
    expect(view({ people: 8, reach: { delivered: 2, opened: 7 } })).toMatch(/Opened by people +7 of 8 \(88%\)/)
  })

  test('shows the steps side by side', () => {
    expect(view()).toMatch(/1 +1,400 +400 +60 +21\n2 +1,000 +240 +28 +10/)
    expect(view({ steps: [{ step: '', events: { sent: 1 } }] })).not.toContain('By step')
    expect(view({ steps: Array(20).fill({ step: '3', events: { sent: 1 } }) })).toContain('and 8 more steps')
  })

  test('draws every day of a short campaign, also those without anything', () => {
    expect(view()).toMatch(/Nov 17 +█+░+ +0 +100 +20 +1\nNov 18 +░+ +0 +0 +0 +0\nNov 19/)
  })

  test.each([
    [12, 'Nov 12'],
    [13, 'Nov 9'],
    [77, 'Jan 11'],
    [78, 'Jan 2027'],
    [2000, 'Apr 2032'],
  ])('draws %i days in at most 12 lines, the last of which is %s', (length, last) => {
    const days = Array.from({ length }, (_, n) => ({
      day: new Date(Date.UTC(2026, 10, 1 + n)).toISOString().slice(0, 10),
      events: { opened: 1 },
    }))
    const bars = view({ days }).match(/^\w+ \d+ +[█░].*$/gm) ?? []
    expect(bars.length).toBeLessThanOrEqual(12)
    expect(bars.at(-1)).toMatch(new RegExp(`^${last} `))
  })

  test('names links as text that nobody can follow by accident', () => {
    expect(view()).toContain('`example.com/pricing` 60 clicks\n`example.com/docs` 1 click')
  })

  test('has no button for a name that no button can carry', () => {
    const result = { kind: 'choose', names: ['x'.repeat(3000), 'Spring launch'] } as const
    expect(buttonsOf(campaignView('x', result))).toEqual([{ action_id: 'campaign_open', value: 'Spring launch' }])
  })
})

describe('the view of a company', () => {
  test('says of what is known how many say so, and who', () => {
    const words = wordsOf(companyView({ kind: 'found', company: aCompany() }))
    expect(words).toContain('Acme Engines (3 of 5 contacts say so; Apollo, entered by hand)')
    expect(words).toContain('51–200 people (1 of 1 contact says so; Apollo)')
    expect(words).toContain('12 opens (+7 by machines) · 3 clicks · 1 reply')
    expect(words).toContain('And 10 more, none of them warmer.')
  })

  test('has no button for what is no domain', () => {
    const result = { kind: 'choose', domain: 'x', domains: ['acme.example', 'x'.repeat(300), 'a b'] } as const
    expect(buttonsOf(companyView(result))).toEqual([{ action_id: 'company_open:0', value: 'acme.example' }])
  })
})
