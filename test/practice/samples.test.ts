import { readFileSync } from 'node:fs'

import pLimit from 'p-limit'
import { beforeAll, describe, expect, test } from 'vitest'

import { createEmailTools } from '../../practice/email/index.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { aHome, crm, startProgram } from '../../practice/program.ts'
import { workingDaysBefore } from '../../practice/samples/calendar.ts'
import { PRACTICE_CONTACTS, sampleContacts } from '../../practice/samples/contacts.ts'
import { latestDeliveries, sampleDeliveries, sampleMails } from '../../practice/samples/history.ts'
import { loadSamples } from '../../practice/samples/load.ts'
import { SAMPLE_COMPANIES, SAMPLE_PEOPLE } from '../../practice/samples/people.ts'
import { MAILINGS } from '../../practice/samples/stories.ts'
import { isAddress } from '../../src/core/address.ts'
import { type ImportResult, importContacts } from '../../src/core/import-contacts.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { type Statistics, statistics } from '../../src/core/statistics.ts'
import { latestEvents } from '../../src/core/store/events.ts'
import { createDayOf } from '../../src/core/time.ts'
import { NOON, type Receiving, startReceiving } from './email-support.ts'

const DAY = 24 * 60 * 60 * 1000

async function importSamples({ database }: Receiving, now: number): Promise<ImportResult> {
  const entries = Object.entries(sampleContacts(now)).map(([key, value]) => fromInterchange(key, value))
  const contacts = entries.map((entry) => {
    if ('problem' in entry) throw new Error(`${entry.key}: ${entry.problem}`)
    return entry.contact
  })
  const dayOf = createDayOf('UTC')
  return await importContacts(database, contacts, {
    dayOf,
    now,
    dryRun: false,
    campaign: null,
    tags: [],
    onProgress() {},
  })
}

async function postAll(receiving: Receiving, deliveries: readonly ReturnType<typeof sampleDeliveries>[number][]) {
  const now = () => receiving.clock.now
  const tools = createEmailTools({ program: receiving, exchanges: new Exchanges(), now })
  const answers = await pLimit(10).map(deliveries, async (delivery) => await tools.deliver(delivery))
  return answers.map(({ status, body }) => ({ status, ...JSON.parse(body) }))
}

async function statisticsOf({ database }: Receiving): Promise<Statistics> {
  return await statistics(database, 90, new Date(NOON).toISOString().slice(0, 10))
}

describe('the sample people', () => {
  test('are forty in eight companies, under domains that belong to nobody', () => {
    expect(SAMPLE_PEOPLE).toHaveLength(40)
    expect(SAMPLE_COMPANIES).toHaveLength(8)
    expect(new Set(SAMPLE_PEOPLE.map(({ email }) => email)).size).toBe(40)
    expect(new Set(SAMPLE_PEOPLE.map(({ name }) => name)).size).toBe(40)
    expect(SAMPLE_PEOPLE.every(({ email }) => isAddress(email) && email.endsWith('.example'))).toBe(true)
  })

  test('can be chosen by name', () => {
    expect(PRACTICE_CONTACTS).toHaveLength(40)
    expect(PRACTICE_CONTACTS[0]).toEqual({
      email: 'agnieszka@tamarindstreet.example',
      name: 'Agnieszka Zaremska',
      company: 'Tamarind Street Foods',
    })
  })

  test('in the file to import are ten others, with one bad address and one twice', () => {
    const file = readFileSync(new URL('../../practice/samples/people.csv', import.meta.url), 'utf8')
    const addresses = file
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[2]?.toLowerCase() ?? '')
    expect(addresses).toHaveLength(12)
    const good = new Set(addresses.filter(isAddress))
    expect(good.size).toBe(10)
    expect(SAMPLE_PEOPLE.filter(({ email }) => good.has(email))).toEqual([])
  })
})

describe('the sample history', () => {
  let receiving: Receiving
  let imported: ImportResult
  let answers: Awaited<ReturnType<typeof postAll>>
  beforeAll(async () => {
    receiving = await startReceiving()
    imported = await importSamples(receiving, NOON)
    answers = await postAll(receiving, sampleDeliveries(NOON))
    return () => receiving[Symbol.asyncDispose]()
  })

  test('is new and understood, every part of it', () => {
    expect(imported).toEqual({ created: 40, changed: 0, unchanged: 0, events: 0 })
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, duplicates: 0, unreadable: 0 })
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(150)
  })

  test('is about the forty and nobody else', async () => {
    expect((await statisticsOf(receiving)).contacts).toBe(40)
  })

  test('leaves people at every point of the way', async () => {
    const { byStatus } = await statisticsOf(receiving)
    expect(Object.values(byStatus).every((count) => count > 0)).toBe(true)
    expect(byStatus.engaged).toBeGreaterThan(10)
    expect(byStatus.engaged).toBeLessThan(28)
    expect(byStatus).toMatchObject({ converted: 1, disqualified: 1 })
  })

  test('ends for some with a suppression of each kind', async () => {
    const reasons = await Promise.all(
      ['callum.ferrier@haldentooling.example', 'marek.wisniowski@mossgate.example', 'h.aasland@ulverholm.example'].map(
        async (email) => (await receiving.card(email)).suppression?.reason,
      ),
    )
    expect(reasons).toEqual(['hard_bounce', 'unsubscribed', 'complained'])
    expect((await statisticsOf(receiving)).suppressed).toBe(3)
  })

  test('has every kind of engagement, told by all the tools', async () => {
    const { events } = await statisticsOf(receiving)
    expect(Object.keys(events).toSorted()).toEqual(
      [
        ...['sent', 'delivered', 'machine_opened', 'opened', 'clicked', 'replied', 'auto_replied', 'bounced'],
        ...['complained', 'unsubscribed', 'website_visit', 'form_submission'],
        ...['call_scheduled', 'call_completed', 'demo_attended'],
      ].toSorted(),
    )
    expect(events).toMatchObject({ replied: 7, auto_replied: 2, bounced: 1, complained: 1, unsubscribed: 1 })
    const rows = await latestEvents(receiving.database, {}, 10_000)
    expect([...new Set(rows.map(({ event }) => event.provider))].toSorted()).toEqual([
      'generic',
      'mailgun',
      'postmark',
      'resend',
      'sendgrid',
    ])
  })

  test('is told by two campaigns, whose names stand on the cards, on the answers too', async () => {
    const rows = await latestEvents(receiving.database, {}, 10_000)
    const replies = rows.filter(({ event }) => event.type === 'replied')
    const campaigns = Object.groupBy(replies, ({ event }) => event.campaign ?? 'none')
    expect(Object.keys(campaigns).toSorted()).toEqual(['Returns benchmark', 'Stock planner launch'])
  })

  test('lies within six weeks, on working days, and all of it before now', async () => {
    const rows = await latestEvents(receiving.database, {}, 10_000)
    const times = rows.map(({ event }) => event.occurredAt)
    expect(Math.max(...times)).toBeLessThan(NOON)
    expect(Math.min(...times)).toBeGreaterThan(NOON - 43 * DAY)
    const sent = rows
      .filter(({ event }) => event.type === 'delivered' && event.campaign)
      .map(({ event }) => new Date(event.occurredAt))
    expect(sent.every((at) => at.getUTCDay() >= 1 && at.getUTCDay() <= 5)).toBe(true)
    expect(sent.every((at) => at.getUTCHours() >= 8 && at.getUTCHours() < 10)).toBe(true)
  })

  test('hangs together: nobody opens what has not arrived, and nobody gets mail after the end', async () => {
    const rows = await latestEvents(receiving.database, {}, 10_000)
    for (const events of Map.groupBy(rows, ({ event }) => event.contactId).values()) {
      const delivered = events.filter(({ event }) => event.type === 'delivered').map(({ event }) => event.occurredAt)
      const opened = events.filter(({ event }) => event.type === 'opened').map(({ event }) => event.occurredAt)
      if (opened.length > 0) expect(Math.min(...opened)).toBeGreaterThan(Math.min(...delivered))
      const ended = events.find(({ event }) => ['complained', 'unsubscribed', 'bounced'].includes(event.type))
      if (ended) expect(Math.max(...events.map(({ event }) => event.occurredAt))).toBe(ended.event.occurredAt)
    }
  })

  test('leaves some people whom nobody has written to', async () => {
    const { status, counters } = await receiving.card('beatriz.valadares@larkspurpantry.example')
    expect([['new', 'enriched', 'verified'].includes(status), counters]).toEqual([true, {}])
  })

  test('keeps machines apart from people', async () => {
    const rows = await latestEvents(receiving.database, {}, 10_000)
    const byContact = Map.groupBy(rows, ({ recipient }) => recipient)
    const onlyMachines = [...byContact].filter(([, events]) => {
      const opens = events.filter(({ event }) => event.type === 'opened')
      return opens.length > 0 && opens.every(({ event }) => event.machine === true)
    })
    const quiet = onlyMachines.filter(([, events]) => events.every(({ event }) => event.type !== 'replied'))
    expect(quiet.length).toBeGreaterThan(0)
    for (const [email] of quiet) expect((await receiving.card(email)).status).not.toBe('engaged')
  })

  test('changes nothing when it is loaded once more', async () => {
    const before = await statisticsOf(receiving)
    expect(await importSamples(receiving, NOON)).toMatchObject({ created: 0, changed: 0, unchanged: 40 })
    const again = await postAll(receiving, sampleDeliveries(NOON))
    expect(again.every(({ status, accepted }) => status === 200 && accepted === 0)).toBe(true)
    expect(await statisticsOf(receiving)).toEqual(before)
  })

  test('goes on this morning with two answers of people who had not answered', async () => {
    expect(latestDeliveries(NOON)).toHaveLength(2)
    const latest = await postAll(receiving, latestDeliveries(NOON))
    expect(latest).toEqual([
      { status: 200, accepted: 1, duplicates: 0, unreadable: 0 },
      { status: 200, accepted: 1, duplicates: 0, unreadable: 0 },
    ])
    const { recent } = await receiving.card('mathilde.courcelle@corvane.example')
    expect(recent[0]).toMatchObject({ type: 'replied', campaign: { name: 'Returns benchmark' } })
    expect(recent[0]?.excerpt).toMatch(/^Is one of the two places/)
  })
})

test('is the same for the same moment, and the same story on another day', () => {
  expect(sampleDeliveries(NOON)).toEqual(sampleDeliveries(NOON))
  expect(sampleContacts(NOON)).toEqual(sampleContacts(NOON))
  const nextWeek = sampleDeliveries(NOON + 7 * DAY)
  expect(nextWeek.map(({ tool }) => tool)).toEqual(sampleDeliveries(NOON).map(({ tool }) => tool))
})

test.each(['2026-03-01T00:30:00Z', '2026-03-02T03:00:00Z', '2026-12-31T23:59:00Z', '2028-02-29T08:00:00Z'])(
  'history ends before %s, whatever day and hour that is',
  (text) => {
    const now = Date.parse(text)
    const last = Math.max(
      ...MAILINGS.flatMap(({ workingDaysAgo }) => workingDaysAgo).map((ago) => workingDaysBefore(now, ago)),
    )
    expect(last + DAY).toBeLessThan(now)
    expect(sampleMails(now).every(({ mail }) => mail.sentAt < now)).toBe(true)
  },
)

test('the program takes all of it in a few seconds, by its command line and its webhooks', async () => {
  await using home = aHome()
  await using program = await startProgram(home)
  await loadSamples({ home, program, now: Date.now })
  const { stdout, code } = await crm(home, ['lookup', 'olivia.hartnell@pellworth.example', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ first_name: 'Olivia', company: 'Pellworth Home', status: 'engaged' })
})

test('a program that refuses the history is said to have done so', async () => {
  await using home = aHome()
  const program = { url: 'http://127.0.0.1:9' }
  await expect(loadSamples({ home, program, now: Date.now })).rejects.toThrow(/sample delivery of \w+ was answered 0/)
})
