import { describe, expect, test } from 'vitest'

import type { AlertKind } from '../../../src/core/alerts/kinds.ts'
import {
  ALERT_NOTICE,
  ALERT_WATCH,
  isHigh,
  readNoticeOrder,
  type WatchDeps,
  watchHandler,
  watchJobs,
} from '../../../src/core/alerts/notices.ts'
import { readKinds } from '../../../src/core/alerts/settings.ts'
import type { Delivery } from '../../../src/core/delivery.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { insertRule, saveKind, saveQuietHours } from '../../../src/core/store/alert-settings.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { enqueue } from '../../../src/core/store/jobs.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { Worker } from '../../../src/core/worker.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR
/** How often the worker looks for jobs. */
const STEP = 6 * HOUR
const monday = Date.parse('2026-03-02T10:20:00Z')
const dayOf = createDayOf('UTC')

test.each<[sent: number, bounced: number, threshold: number, isTold: boolean]>([
  [100, 6, 5, true],
  [100, 5, 5, false],
  [49, 49, 5, false],
  [50, 3, 5, true],
  [1000, 6, 0.5, true],
])('of %i sent %i bounced for good: over %d percent and enough, %s', (sent, bounced, threshold, isTold) => {
  expect(isHigh(sent, bounced, threshold)).toBe(isTold)
})

async function ingest(database: Database, ...deliveries: Delivery[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, deliveries)
}

async function mailing(database: Database, campaign: string, sent: number, bounced: number, at = monday) {
  const events = Array.from({ length: sent }, (_, nth) => {
    const shared = { recipient: `p${nth}@example.com`, campaign: { id: null, name: campaign, step: null } }
    const went = anEvent({ ...shared, type: 'sent', occurredAt: at })
    const came = anEvent({ ...shared, type: 'bounced', class: 'hard', occurredAt: at })
    return nth < bounced ? [went, came] : [went]
  })
  await ingest(database, aDelivery(...events.flat()))
}

async function switchOn(database: Database, kind: AlertKind, isOn = true, threshold: number | null = null) {
  await database.transaction((tx) => saveKind(tx, { kind, isOn, threshold, by: 'UADA', at: monday }))
}

/** A watch with a clock of its own, which tells where which notices were queued. */
function watching(database: Database, options: Partial<WatchDeps> = {}) {
  const clock = { now: monday }
  const sources = [{ id: 'sendgrid', name: 'SendGrid' }]
  const deps: WatchDeps = { database, sources, channel: 'CALL', dayOf, now: () => clock.now, ...options }
  const told: { to: string; about: string; at: number }[] = []
  const worker = new Worker({
    ...{ database, owner: 'test', now: () => clock.now, random: () => 0.5 },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    handlers: {
      [ALERT_WATCH]: watchHandler(deps),
      async [ALERT_NOTICE](payload) {
        const { to, notice } = readNoticeOrder(payload)
        told.push({ to, about: notice.kind === 'bounce_rate' ? notice.campaign : notice.name, at: clock.now })
      },
    },
  })
  return {
    told,
    /** The program starts, and runs until then. */
    async until(at: number) {
      await database.transaction(async (tx) => enqueue(tx, watchJobs(await readKinds(tx), clock.now), clock.now))
      for (; clock.now < at; clock.now = Math.min(at, clock.now + STEP)) while ((await worker.runDue()) > 0);
      while ((await worker.runDue()) > 0);
    },
    /** It does not run until then. */
    sleep(until: number) {
      clock.now = until
    },
  }
}

describe.each(databases)('notices on $name', ({ open }) => {
  test('that too much of a campaign bounces come once a week while it goes on', async () => {
    await using database = await open()
    await switchOn(database, 'bounce_rate')
    await mailing(database, 'Spring', 60, 4)
    await mailing(database, 'Autumn', 60, 3)
    const watch = watching(database)
    await watch.until(monday + 3 * HOUR)
    expect(watch.told).toEqual([{ to: 'CALL', about: 'Spring', at: monday }])
    await mailing(database, 'Spring', 80, 8, monday + 5 * DAY)
    await watch.until(monday + 8 * DAY)
    expect(watch.told.map(({ about }) => about)).toEqual(['Spring', 'Spring'])
    await watch.until(monday + 20 * DAY)
    expect(watch.told).toHaveLength(2)
  })

  test('say how many people of how many, and what line was crossed', async () => {
    await using database = await open()
    await switchOn(database, 'bounce_rate', true, 2.5)
    await mailing(database, 'Spring', 60, 2)
    await watchHandler({ database, sources: [], channel: 'CALL', dayOf, now: () => monday })({}, job)
    const rows = await database.db.select().from(database.tables.jobs)
    const orders = rows.filter(({ kind }) => kind === ALERT_NOTICE).map(({ payload }) => readNoticeOrder(payload))
    const notice = { kind: 'bounce_rate', campaign: 'Spring', sent: 60, bounced: 2, threshold: 2.5 }
    expect(orders).toEqual([{ to: 'CALL', notice, beside: [] }])
  })

  test('count what was delivered where tools do not say what was sent', async () => {
    await using database = await open()
    await switchOn(database, 'bounce_rate')
    const events = Array.from({ length: 60 }, (_, nth) =>
      anEvent({
        ...(nth < 4 ? { type: 'bounced', class: 'hard' } : { type: 'delivered' }),
        recipient: `p${nth}@example.com`,
        campaign: { id: 'c9', name: null, step: null },
        occurredAt: monday,
      }),
    )
    await ingest(database, aDelivery(...events))
    const watch = watching(database)
    await watch.until(monday + HOUR)
    expect(watch.told.map(({ about }) => about)).toEqual(['c9'])
  })

  test('go where the rules for that campaign say, and wait for the end of the quiet hours of a person', async () => {
    await using database = await open()
    await switchOn(database, 'bounce_rate')
    const rule = { kinds: [], tag: null, owner: null, by: 'UADA', at: monday }
    await database.transaction(async (tx) => {
      await insertRule(tx, { ...rule, campaign: 'spring', target: 'UBOB' })
      await insertRule(tx, { ...rule, campaign: 'autumn', target: 'CAUTUMN' })
      await saveQuietHours(tx, 'UBOB', { from: '10:00', until: '14:00', timeZone: 'UTC' }, monday)
    })
    await mailing(database, 'Spring', 60, 9)
    const watch = watching(database)
    await watch.until(monday + 3 * HOUR)
    expect(watch.told).toEqual([])
    await watch.until(monday + 4 * HOUR)
    expect(watch.told.map(({ to }) => to)).toEqual(['UBOB'])
  })

  test('are kept back while nobody wants them anywhere', async () => {
    await using database = await open()
    await switchOn(database, 'bounce_rate')
    await mailing(database, 'Spring', 60, 9)
    const nowhere = watching(database, { channel: null })
    await nowhere.until(monday + HOUR)
    const watch = watching(database)
    watch.sleep(monday + 3 * HOUR)
    await watch.until(monday + 4 * HOUR)
    expect(watch.told.map(({ about }) => about)).toEqual(['Spring'])
  })

  test('that a source is silent come once for each silence, also after the program was down', async () => {
    await using database = await open()
    await switchOn(database, 'source_silent')
    const deliver = async (at: number) => {
      const event = anEvent({ occurredAt: at, receivedAt: at })
      await ingest(database, { provider: 'sendgrid', receivedAt: at, events: [event], unreadable: [] })
    }
    for (let day = 30; day >= 0; day -= 1) await deliver(monday - day * DAY)
    const watch = watching(database)
    await watch.until(monday + 2 * DAY)
    expect(watch.told).toEqual([])
    watch.sleep(monday + 3 * DAY)
    await watch.until(monday + 5 * DAY)
    expect(watch.told).toEqual([{ to: 'CALL', about: 'SendGrid', at: monday + 3 * DAY }])
    await deliver(monday + 5 * DAY)
    await watch.until(monday + 7 * DAY)
    expect(watch.told).toHaveLength(1)
    // After a gap it takes three of them.
    await watch.until(monday + 20 * DAY)
    expect(watch.told).toHaveLength(2)
  })

  test('are looked for only while such a kind is switched on, by one job however often the program starts', async () => {
    await using database = await open()
    const watch = watching(database)
    await watch.until(monday + HOUR)
    expect(await database.db.$count(database.tables.jobs)).toBe(0)
    await switchOn(database, 'bounce_rate')
    for (const minutes of [1, 2, 3]) await watch.until(monday + HOUR + minutes)
    expect(await database.db.$count(database.tables.jobs)).toBe(1)
    await switchOn(database, 'bounce_rate', false)
    await watch.until(monday + 4 * HOUR)
    expect(await database.db.$count(database.tables.jobs)).toBe(0)
  })
})

const job = { id: 'test', signal: AbortSignal.any([]) }
