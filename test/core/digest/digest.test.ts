import { describe, expect, test } from 'vitest'

import { addContact } from '../../../src/core/add-contact.ts'
import { type DigestReader, readDigest } from '../../../src/core/digest/digest.ts'
import { WEEKDAYS, type Weekday } from '../../../src/core/digest/settings.ts'
import type { EngagementEvent, EventType } from '../../../src/core/event.ts'
import { NO_COUNTS } from '../../../src/core/import/report.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { LIFECYCLE } from '../../../src/core/lifecycle.ts'
import { filteredIds, parseFilter } from '../../../src/core/search/filter.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { countDay } from '../../../src/core/store/enrichment.ts'
import { insertImport } from '../../../src/core/store/imports.ts'
import { addDays, createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const TIME_ZONE = 'America/New_York'
const dayOf = createDayOf(TIME_ZONE)
const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']

/** A Tuesday at nine in New York. */
const TUESDAY = '2026-03-10'
const now = Date.parse('2026-03-10T13:00:00Z')
const MONDAY = '2026-03-09'

/** Noon in New York on `day`, in winter or summer time. */
const noon = (day: string) => Date.parse(`${day}T16:00:00Z`)

async function record(database: Database, ...events: readonly EngagementEvent[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [{ ...aDelivery(...events), receivedAt: now }])
}

/** `count` events of a kind on a day, each about somebody else. */
function some(count: number, type: EventType, day: string, about: Partial<EngagementEvent> = {}): EngagementEvent[] {
  return Array.from({ length: count }, (_, n) =>
    anEvent({ type, recipient: `p${n}@example.com`, occurredAt: noon(day), receivedAt: noon(day), ...about }),
  )
}

function read(database: Database, reader: Partial<DigestReader> = {}) {
  return readDigest(database, { now, dayOf, timeZone: TIME_ZONE, days: WORKDAYS, sources: [], ...reader })
}

function figureOf(digest: Awaited<ReturnType<typeof read>>, tally: string) {
  return digest.figures.find((figure) => figure.tally === tally)
}

const campaign = (name: string) => ({ id: null, name, step: null })

describe.each(databases)('a digest on $name', ({ open }) => {
  test('of an empty CRM has nothing to report', async () => {
    await using database = await open()
    expect(await read(database)).toMatchObject({
      ...{ day: TUESDAY, from: MONDAY, to: MONDAY, days: 1, timeZone: TIME_ZONE },
      ...{ isEmpty: true, figures: [], warnings: [], silences: [], imports: [], enrichment: null, hottest: [] },
      newContacts: { count: 0, usual: null, weeks: 0 },
      chart: { days: 14, from: '2026-02-24', to: MONDAY, daily: [] },
    })
  })

  test('holds yesterday against the same weekday of the four weeks before', async () => {
    await using database = await open()
    await record(
      database,
      ...some(6, 'clicked', MONDAY),
      ...[2, 4, 5, 1].flatMap((count, nth) => some(count, 'clicked', addDays(MONDAY, -7 * (nth + 1)))),
      // Five weeks ago, the day before yesterday, and today.
      ...some(9, 'clicked', addDays(MONDAY, -35)),
      ...some(9, 'clicked', addDays(MONDAY, -1)),
      ...some(9, 'clicked', TUESDAY, { occurredAt: now }),
    )
    expect(figureOf(await read(database), 'clicked')).toMatchObject({ count: 6, usual: 3, weeks: 4 })
  })

  test('says of how many weeks the average is where there are not yet four', async () => {
    await using database = await open()
    await record(database, ...some(4, 'opened', MONDAY), ...some(1, 'opened', addDays(MONDAY, -14)))
    expect(figureOf(await read(database), 'opened')).toMatchObject({ count: 4, usual: 0.5, weeks: 2 })
    await using young = await open()
    await record(young, ...some(4, 'opened', MONDAY))
    expect(figureOf(await read(young), 'opened')).toMatchObject({ count: 4, usual: null, weeks: 0 })
  })

  test('covers everything since the last day that had one, and the same days of the weeks before', async () => {
    await using database = await open()
    await record(
      database,
      ...some(1, 'replied', '2026-03-05'),
      ...some(2, 'replied', '2026-03-06'),
      ...some(3, 'replied', '2026-03-08'),
      ...some(4, 'replied', '2026-02-28'),
      ...some(1, 'replied', '2026-02-06'),
    )
    const monday = await read(database, { now: Date.parse('2026-03-09T13:00:00Z') })
    expect(monday).toMatchObject({ day: MONDAY, from: '2026-03-06', to: '2026-03-08', days: 3 })
    expect(figureOf(monday, 'replied')).toMatchObject({ count: 5, usual: 1.3, weeks: 4 })
    const daily = await read(database, { now: Date.parse('2026-03-09T13:00:00Z'), days: WEEKDAYS })
    expect(daily).toMatchObject({ from: '2026-03-08', to: '2026-03-08', days: 1 })
  })

  test('is that of an earlier day where one is asked for', async () => {
    await using database = await open()
    await record(database, ...some(2, 'clicked', '2026-03-05'), ...some(1, 'clicked', MONDAY))
    const friday = await read(database, { day: '2026-03-06' })
    expect(friday).toMatchObject({ day: '2026-03-06', from: '2026-03-05', to: '2026-03-05' })
    expect(figureOf(friday, 'clicked')?.count).toBe(2)
  })

  test('leaves out what never happens, and says what usually does and did not', async () => {
    await using database = await open()
    await record(
      database,
      ...[1, 2, 3, 4].flatMap((week) => some(10, 'sent', addDays(MONDAY, -7 * week))),
      ...some(1, 'replied', addDays(MONDAY, -7)),
    )
    const { figures, isEmpty } = await read(database)
    expect(figures.map(({ tally, count, usual }) => [tally, count, usual])).toEqual([['sent', 0, 10]])
    expect(isEmpty).toBe(false)
  })

  test('counts opens and clicks of people, and not those of machines', async () => {
    await using database = await open()
    await record(database, ...some(2, 'opened', MONDAY), ...some(5, 'opened', MONDAY, { machine: true }))
    expect((await read(database)).figures.map(({ tally, count }) => [tally, count])).toEqual([['opened', 2]])
  })

  test('names the lists behind its figures, which hold whom it counts', async () => {
    await using database = await open()
    await record(
      database,
      anEvent({ type: 'replied', recipient: 'ada@example.com', occurredAt: noon(MONDAY) }),
      anEvent({ type: 'opened', recipient: 'bob@example.com', occurredAt: noon(MONDAY) }),
      anEvent({ type: 'opened', recipient: 'cleo@example.com', occurredAt: noon('2026-03-01') }),
      anEvent({ type: 'unsubscribed', recipient: 'dan@example.com', occurredAt: noon(MONDAY) }),
      anEvent({ type: 'sent', recipient: 'dan@example.com', occurredAt: noon(MONDAY) }),
    )
    await addContact(database, 'eve@example.com', { by: 'U0ADA', now: noon(MONDAY), dayOf })
    await addContact(database, 'finn@example.com', { by: 'U0ADA', now, dayOf })
    const digest = await read(database)
    const behind = async (filter: string | null | undefined) => {
      if (!filter) return filter
      const ids = await Array.fromAsync(filteredIds(database, parseFilter(filter, { now, dayOf })))
      return ids.length
    }
    expect(digest.newContacts).toMatchObject({ count: 1, filter: 'added:2026-03-09' })
    expect(await behind(digest.newContacts.filter)).toBe(digest.newContacts.count)
    expect(await behind(figureOf(digest, 'replied')?.filter)).toBe(1)
    expect(await behind(figureOf(digest, 'opened')?.filter)).toBe(1)
    expect(await behind(figureOf(digest, 'unsubscribed')?.filter)).toBe(1)
    expect(figureOf(digest, 'sent')).toMatchObject({ count: 1, filter: null })
    expect(await behind(digest.waitingFilter)).toBe(digest.waiting.total)
    expect(await behind(digest.hottestFilter)).toBe(3)
    for (const status of LIFECYCLE)
      expect([status, await behind(digest.peopleFilters[status])]).toEqual([status, digest.people.byStatus[status]])
  })

  test('has the hottest five, and who waits for an answer with the longest waiting first', async () => {
    await using database = await open()
    await record(
      database,
      ...Array.from({ length: 7 }, (_, n) =>
        anEvent({ type: 'clicked', recipient: `p${n}@example.com`, occurredAt: noon(MONDAY) - n * 60_000 }),
      ),
      anEvent({ type: 'replied', recipient: 'late@example.com', occurredAt: noon('2026-03-07') }),
      anEvent({ type: 'replied', recipient: 'early@example.com', occurredAt: noon('2026-03-03') }),
    )
    const { hottest, waiting } = await read(database)
    expect(hottest).toHaveLength(5)
    expect(hottest[0]?.email).toBe('late@example.com')
    expect(waiting).toMatchObject({ recent: 2, total: 2, replies: [{ email: 'early@example.com' }, {}] })
  })

  test('warns of campaigns of which too much bounced or was marked as spam, from twenty on', async () => {
    await using database = await open()
    const mails = (name: string, sent: number, bounced: number, complained = 0) => [
      ...some(sent, 'sent', MONDAY, { campaign: campaign(name) }),
      ...some(bounced, 'bounced', MONDAY, { campaign: campaign(name), class: 'hard' }),
      ...some(complained, 'complained', MONDAY, { campaign: campaign(name) }),
    ]
    await record(
      database,
      ...mails('Spring', 20, 2),
      ...mails('Summer', 40, 2),
      ...mails('Few', 19, 19),
      ...mails('Spam', 30, 0, 1),
      // A tool that does not say what it sends, and bounces that pass.
      ...some(19, 'delivered', MONDAY, { campaign: campaign('Silent') }),
      ...some(2, 'bounced', MONDAY, { campaign: campaign('Silent'), class: 'hard' }),
      ...some(3, 'bounced', MONDAY, { campaign: campaign('Silent'), class: 'soft' }),
    )
    const { warnings, campaigns } = await read(database)
    expect(warnings).toEqual([
      { kind: 'complained', campaign: 'Spam', count: 1, sent: 30 },
      { kind: 'bounced', campaign: 'Spring', count: 2, sent: 20 },
      { kind: 'bounced', campaign: 'Silent', count: 2, sent: 24 },
    ])
    expect(campaigns[0]).toEqual({ campaign: 'Summer', events: { sent: 40, bounced: 2 } })
  })

  test('tells of sources that are silent as they never were, and not of those that never delivered', async () => {
    await using database = await open()
    const days = Array.from({ length: 30 }, (_, n) => addDays('2026-03-06', -n))
    await ingestAll(
      { database, dayOf, jobsFor: () => [] },
      days.map((day) => ({ ...aDelivery(...some(1, 'sent', day)), receivedAt: noon(day) })),
    )
    const sources = [
      { id: 'sendgrid', name: 'SendGrid' },
      { id: 'mailgun', name: 'Mailgun' },
    ]
    const { silences, isEmpty } = await read(database, { sources })
    expect(silences).toEqual([
      expect.objectContaining({
        ...{ source: 'sendgrid', name: 'SendGrid', lastDeliveryAt: noon('2026-03-06') },
        silence: expect.objectContaining({ days: 3, missed: 3 }),
      }),
    ])
    expect(isEmpty).toBe(false)
    // After two weeks everybody knows.
    const later = await read(database, { sources, day: '2026-03-24' })
    expect(later.silences).toEqual([])
  })

  test('tells of lists that came in, and of enrichment, where there was any', async () => {
    await using database = await open()
    const list = (name: string, endedAt: number | null, state: 'done' | 'undone' | 'running' = 'done') => ({
      ...{ by: 'U0ADA', name, campaign: null, tags: [], overwrite: false, enrich: false, state, size: 1, hash: '' },
      ...{ columns: null, header: null, total: 1, place: 1, counts: { ...NO_COUNTS, created: 3 } },
      undone: { removed: 0, restored: 0, kept: 0 },
      ...{ channel: null, ts: null, createdAt: 1, touchedAt: 1, endedAt },
    })
    await database.transaction(async (tx) => {
      await insertImport(tx, list('Trade fair', noon(MONDAY)))
      await insertImport(tx, list('Taken back', noon(MONDAY), 'undone'))
      await insertImport(tx, list('Under way', null, 'running'))
      await insertImport(tx, list('Before', noon('2026-03-08')))
      await insertImport(tx, list('Today', now))
      await countDay(tx, MONDAY, 'apollo', { calls: 4, hits: 3, misses: 1, credits: 4 })
      await countDay(tx, MONDAY, 'hunter', { calls: 2, hits: 1, mismatches: 1, credits: 0.5 })
      await countDay(tx, TUESDAY, 'hunter', { calls: 2, hits: 1, credits: 1 })
    })
    const { imports, enrichment, isEmpty } = await read(database)
    expect(imports).toMatchObject([{ name: 'Trade fair', by: 'U0ADA', counts: { created: 3 } }])
    expect(enrichment).toEqual({ hits: 4, asked: 6, credits: 4.5 })
    expect(isEmpty).toBe(false)
  })

  test('has the figures of fourteen days for a chart, of which the last is yesterday', async () => {
    await using database = await open()
    await record(
      database,
      ...some(1, 'sent', '2026-02-23'),
      ...some(2, 'sent', '2026-02-24'),
      ...some(3, 'sent', MONDAY),
      ...some(4, 'sent', TUESDAY, { occurredAt: now }),
    )
    expect((await read(database)).chart.daily).toEqual([
      { day: '2026-02-24', events: { sent: 2 } },
      { day: MONDAY, events: { sent: 3 } },
    ])
  })
})
