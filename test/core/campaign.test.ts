import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { campaignByName, recentCampaigns } from '../../src/core/campaign.ts'
import { type EngagementEvent, type EventType, tallyOf } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { linkOf } from '../../src/core/link.ts'
import type { Database } from '../../src/core/store/database.ts'
import { sql } from '../../src/core/store/drizzle.ts'
import { eventOf, latestEvents } from '../../src/core/store/events.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const dayOf = createDayOf('UTC')
const start = Date.parse('2026-03-02T09:00:00Z')
const DAY = 24 * 3_600_000

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events.map(anEvent))])
}

const spring = { id: null, name: 'Spring launch', step: '1' }

async function springReport(database: Database) {
  const result = await campaignByName(database, 'Spring launch')
  if (result.kind !== 'found') throw new Error(`the campaign is ${result.kind}`)
  return result.campaign
}

describe.each(databases)('a campaign on $name', ({ open }) => {
  test('adds up what became of its mail, by step and by day', async () => {
    await using database = await open()
    await happen(
      database,
      { type: 'sent', campaign: spring },
      { type: 'sent', campaign: spring, recipient: 'bob@example.com' },
      { type: 'opened', campaign: spring, occurredAt: start + DAY },
      { type: 'opened', campaign: spring, occurredAt: start + DAY, machine: true },
      { type: 'sent', campaign: { ...spring, step: '10' }, occurredAt: start + 3 * DAY },
      { type: 'replied', campaign: { ...spring, step: '2' }, occurredAt: start + 4 * DAY },
      { type: 'bounced', class: 'soft', campaign: { ...spring, step: null }, occurredAt: start + 4 * DAY },
      { type: 'opened', campaign: { ...spring, name: 'Another' } },
      { type: 'opened' },
    )
    expect(await springReport(database)).toEqual({
      name: 'Spring launch',
      firstDay: '2026-03-02',
      lastDay: '2026-03-06',
      events: { sent: 3, opened: 1, machine_opened: 1, replied: 1, soft_bounced: 1 },
      people: 2,
      reach: { sent: 2, opened: 1, machine_opened: 1, replied: 1, soft_bounced: 1 },
      steps: [
        { step: '1', events: { sent: 2, opened: 1, machine_opened: 1 } },
        { step: '2', events: { replied: 1 } },
        { step: '10', events: { sent: 1 } },
        { step: '', events: { soft_bounced: 1 } },
      ],
      links: [],
      days: [
        { day: '2026-03-02', events: { sent: 2 } },
        { day: '2026-03-03', events: { opened: 1, machine_opened: 1 } },
        { day: '2026-03-05', events: { sent: 1 } },
        { day: '2026-03-06', events: { replied: 1, soft_bounced: 1 } },
      ],
    })
  })

  test('names the links that people clicked most, and no machine', async () => {
    await using database = await open()
    let hours = 0
    const click = (url: string, more: Partial<EngagementEvent> = {}) => {
      hours += 1
      return { type: 'clicked', campaign: spring, occurredAt: start + hours * 3_600_000, url, ...more } as const
    }
    await happen(
      database,
      ...[1, 2, 3, 4, 5, 6].map((n) => click(`https://example.org/page-${n}`)),
      click('https://example.org/pricing?who=ada', { recipient: 'ada@example.com' }),
      click('https://example.org/pricing?who=bob#top', { recipient: 'bob@example.com' }),
      click('https://machine.example/', { machine: true }),
      click('not a link'),
    )
    const { links } = await springReport(database)
    expect(links).toEqual([
      { link: 'example.org/pricing', clicks: 2 },
      ...[1, 2, 3, 4].map((n) => ({ link: `example.org/page-${n}`, clicks: 1 })),
    ])
  })

  test('is found in any case, and near misses are named', async () => {
    await using database = await open()
    await happen(
      database,
      { campaign: spring },
      { campaign: { ...spring, name: 'Spring launch – Europe' } },
      { campaign: { ...spring, name: 'Café Q1' } },
      { campaign: { ...spring, name: 'VIP' } },
      { campaign: { ...spring, name: 'vip' } },
      { campaign: { id: 'c_42', name: null, step: null } },
    )
    const found = async (name: string) => {
      const result = await campaignByName(database, name)
      return result.kind === 'found' ? result.campaign.name : result
    }
    expect(await found('spring LAUNCH')).toBe('Spring launch')
    expect(await found('spring launch - europe')).toBe('Spring launch – Europe')
    expect(await found('cafe q1')).toBe('Café Q1')
    expect(await found('c_42')).toBe('c_42')
    expect(await found('VIP')).toBe('VIP')
    expect(await found('Vip')).toEqual({ kind: 'choose', names: ['VIP', 'vip'] })
    expect(await found('Sprung lunch')).toEqual({ kind: 'choose', names: ['Spring launch'] })
    expect(await found('launch')).toEqual({ kind: 'choose', names: ['Spring launch', 'Spring launch – Europe'] })
    expect(await found('Winter')).toEqual({ kind: 'none' })
    expect(await found('')).toEqual({ kind: 'none' })
  })

  test('stands in the list by the day on which something happened last', async () => {
    await using database = await open()
    expect(await recentCampaigns(database, 10)).toEqual([])
    await happen(
      database,
      { type: 'sent', campaign: { ...spring, name: 'Old' } },
      { type: 'replied', campaign: { ...spring, name: 'Old', step: '2' }, occurredAt: start + DAY },
      { type: 'sent', campaign: { ...spring, name: 'New' }, occurredAt: start + 2 * DAY },
      { type: 'sent', campaign: { ...spring, name: 'Newer' }, occurredAt: start + 3 * DAY },
      { type: 'sent' },
    )
    expect(await recentCampaigns(database, 10)).toEqual([
      { name: 'Newer', lastDay: '2026-03-05', events: { sent: 1 }, people: 1, reach: { sent: 1 } },
      { name: 'New', lastDay: '2026-03-04', events: { sent: 1 }, people: 1, reach: { sent: 1 } },
      {
        ...{ name: 'Old', lastDay: '2026-03-03', events: { sent: 1, replied: 1 } },
        ...{ people: 1, reach: { sent: 1, replied: 1 } },
      },
    ])
    expect(await recentCampaigns(database, 1)).toHaveLength(1)
  })

  test('takes over a reply that came before the message it answers', async () => {
    await using database = await open()
    const reply = {
      from: 'ada@private.example',
      to: null,
      subject: null,
      text: null,
      html: null,
      excerpt: null,
      inReplyTo: 'm1@example.com',
      references: [],
      auto: false,
    }
    await happen(database, { type: 'inbound', recipient: 'ada@private.example', reply })
    expect(await recentCampaigns(database, 10)).toEqual([])
    await happen(database, { type: 'sent', rfcMessageId: 'm1@example.com', campaign: spring })
    expect((await springReport(database)).steps).toEqual([{ step: '1', events: { sent: 1, replied: 1 } }])
  })

  test('takes back a click that turned out to be a machine’s', async () => {
    await using database = await open()
    const click = { type: 'clicked', campaign: spring, messageId: 'm1', userAgent: 'Mozilla/5.0' } as const
    await happen(database, { ...click, url: 'https://example.org/a', occurredAt: start })
    expect((await springReport(database)).links).toEqual([{ link: 'example.org/a', clicks: 1 }])
    await happen(
      database,
      { ...click, url: 'https://example.org/b', occurredAt: start + 500 },
      { ...click, url: 'https://example.org/c', occurredAt: start + 900 },
    )
    expect(await springReport(database)).toMatchObject({ links: [], events: { machine_clicked: 3 } })
  })

  test('with a step of any length is stored', async () => {
    await using database = await open()
    await happen(database, { type: 'sent', campaign: { ...spring, step: '😀'.repeat(3000) } })
    expect((await springReport(database)).steps).toEqual([{ step: '😀'.repeat(100), events: { sent: 1 } }])
  })
})

test.each([
  ['https://example.org/pricing?utm_source=mail#top', 'example.org/pricing'],
  ['https://example.org/', 'example.org'],
  ['HTTP://Example.ORG:8080/A/b/', 'example.org:8080/A/b'],
  ['https://user:secret@example.org/a', 'example.org/a'],
  ['https://example.org/pricing-guide-2026-for-teams', 'example.org/pricing-guide-2026-for-teams'],
  ['https://example.org/out/ada@example.com', 'example.org/out/…'],
  ['https://example.org/out/ada%40example.com/x', 'example.org/out/…/x'],
  ['https://example.org/u/8f14e45fceea167a5a36', 'example.org/u/…'],
  ['https://example.org/u/56761188-0000-4000-8000-000000000001', 'example.org/u/…'],
  [`https://example.org/${'a'.repeat(500)}`, `example.org/${'a'.repeat(187)}…`],
  ['mailto:ada@example.com', null],
  ['pricing', null],
])('the link %s is counted as %s', (url, link) => {
  expect(linkOf(url)).toBe(link)
})

const NAMES = [null, spring, { ...spring, step: '2' }, { ...spring, step: null }, { id: 'c1', name: null, step: null }]
const TYPES: readonly EventType[] = ['sent', 'delivered', 'opened', 'clicked', 'clicked', 'inbound', 'bounced']

const someEvent = fc
  .record({
    id: fc.uuid(),
    type: fc.constantFrom(...TYPES),
    class: fc.constantFrom('hard' as const, 'soft' as const),
    machine: fc.constantFrom(null, null, null, true),
    occurredAt: fc.constantFrom(0, 1, 2, 30, 90, 86_400).map((seconds) => start + seconds * 1000),
    recipient: fc.constantFrom('ada@example.com', 'ada@example.com', 'bob@example.com'),
    campaign: fc.constantFrom(...NAMES),
    messageId: fc.constant('m1'),
    message: fc.constantFrom('a@example.com', 'b@example.com'),
    url: fc.constantFrom('https://example.org/a', 'https://example.org/b?x', 'https://example.org/c', null),
    userAgent: fc.constantFrom('Mozilla/5.0', null),
  })
  .map(({ message, ...event }) => {
    if (event.type === 'sent') return anEvent({ ...event, rfcMessageId: message })
    if (event.type !== 'inbound') return anEvent(event)
    const reply = { from: event.recipient, to: null, subject: null, text: null, html: null, excerpt: null }
    return anEvent({ ...event, reply: { ...reply, inReplyTo: message, references: [], auto: false } })
  })

const arrivals = fc
  .uniqueArray(someEvent, { selector: ({ id }) => id, minLength: 2, maxLength: 12 })
  .chain((events) =>
    fc.tuple(
      fc.shuffledSubarray([...events, ...events], { minLength: events.length }),
      fc.infiniteStream(fc.integer({ min: 1, max: 3 })),
    ),
  )

describe.each(databases)('the roll-ups of campaigns on $name', ({ name, open }) => {
  test('are what a recount of the events gives, in any order and split of deliveries', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ([events, sizes]) => {
        await using database = await open()
        const left = [...events]
        for (const size of sizes) {
          if (left.length === 0) break
          await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...left.splice(0, size))])
        }
        const kept = await rollUps(database)
        expect(kept).toEqual(await recount(database))
        expect(kept.steps).toEqual(await migrated(database))
      }),
      { numRuns: name === 'SQLite' ? 120 : 12 },
    )
  })
})

async function rollUps({ db, tables }: Database) {
  const steps = await db.select().from(tables.campaignSteps)
  const links = await db.select().from(tables.campaignLinks)
  const days = await db.select().from(tables.eventDays)
  return {
    steps: counts(steps.map(({ campaign, step, tally, count }) => [`${campaign}|${step}|${tally}`, count])),
    links: counts(links.map(({ campaign, link, count }) => [`${campaign}|${link}`, count])),
    days: counts(days.map(({ campaign, day, tally, count }) => [`${campaign}|${day}|${tally}`, count])),
  }
}

async function recount(database: Database) {
  const stored = (await latestEvents(database, {}, 1000)).map(({ event, recipient }) => eventOf(event, recipient))
  const told = stored.map((event) => {
    const { campaign, occurredAt, url } = event
    const name = campaign?.name ?? campaign?.id ?? ''
    return { name, step: campaign?.step ?? '', day: dayOf(occurredAt), tally: tallyOf(event), url }
  })
  const inCampaigns = told.filter(({ name }) => name !== '')
  return {
    steps: counts(inCampaigns.map(({ name, step, tally }) => [`${name}|${step}|${tally}`, 1])),
    links: counts(
      inCampaigns.flatMap(({ name, tally, url }) =>
        tally === 'clicked' && url !== null ? [[`${name}|${url.slice('https://'.length).split('?')[0]}`, 1]] : [],
      ),
    ),
    days: counts(told.map(({ name, day, tally }) => [`${name}|${day}|${tally}`, 1])),
  }
}

/** What the migration makes of events that were there before the roll-ups. */
async function migrated(database: Database) {
  const folder = join(import.meta.dirname, '../../drizzle', database.dialect.name)
  const statements = readFileSync(join(folder, '0006_campaigns.sql'), 'utf8').split('--> statement-breakpoint')
  const selected = /SELECT.*/s.exec(statements.at(-1) ?? '')?.[0] ?? ''
  const rows = await database.all(sql.raw(selected))
  return counts(
    rows.map((row) => {
      const [campaign, step, tally, count] = Object.values(row)
      return [`${campaign}|${step}|${tally}`, Number(count)]
    }),
  )
}

function counts(entries: readonly (readonly [key: string, count: number])[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [key, count] of entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    sums.set(key, (sums.get(key) ?? 0) + count)
  return new Map([...sums].filter(([, count]) => count !== 0))
}
