import { describe, expect, test } from 'vitest'

import { StorageError } from '../../src/core/errors.ts'
import type { Finding } from '../../src/core/finding.ts'
import { type HealthDeps, health, healthSettings } from '../../src/core/health.ts'
import { housekeepingJob } from '../../src/core/housekeeping.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { NewJob } from '../../src/core/job.ts'
import type { Database } from '../../src/core/store/database.ts'
import { enqueue, returnJob } from '../../src/core/store/jobs.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const NOW = Date.parse('2026-03-02T12:00:00Z')
const dayOf = createDayOf('UTC')

const PROVIDERS = [
  { id: 'sendgrid', name: 'SendGrid', signs: {}, proof: ['body'] },
  { id: 'ses', name: 'Amazon SES', variable: 'SES_TOPIC_ARNS', signs: {}, proof: ['body'] },
  { id: 'brevo', name: 'Brevo', signs: {}, proof: ['headers', 'url'] },
  { id: 'lemlist', name: 'lemlist', signs: {}, proof: ['url'] },
]

const settings = {
  webhookSecrets: {},
  warnings: [],
  publicUrl: undefined,
  enrichment: { providers: [], dailyCredits: 500, on: new Set<never>() },
}

function looked(database: Database, overrides: Partial<HealthDeps> = {}) {
  const config = { ...settings, webhookSecrets: { sendgrid: ['x'] } }
  return health({
    ...healthSettings(config, PROVIDERS),
    database,
    dayOf,
    now: NOW,
    slack: async () => [],
    ...overrides,
  })
}

describe.each(databases)('health on $name', ({ name, open }) => {
  test('tells of the database, of the sources that are on, and of jobs', async () => {
    await using database = await open()
    const unreadable = [{ raw: Buffer.from('x'), part: 'element', headers: {}, problem: 'too new' } as const]
    const unnamed = anEvent({ type: 'unknown', occurredAt: NOW })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [{ ...aDelivery(anEvent(), unnamed), unreadable }])
    const job = { kind: 'alert_message', payload: {}, key: null, runAt: 0 }
    await database.transaction((tx) =>
      enqueue(tx, [{ ...job, id: 'a' }, { ...job, id: 'b' }, housekeepingJob(NOW)], NOW),
    )
    const findings = await looked(database)
    expect(findings.filter(({ name }) => name !== 'enrichment')).toEqual([
      { name: 'database', state: 'ok', facts: [`${name.toLowerCase()}, can be written`], fixes: [] },
      {
        name: 'SendGrid',
        state: 'problem',
        facts: [
          { words: 'last event', at: aDelivery().receivedAt },
          '2 accepted and 0 duplicates in 7 days',
          '1 kept unread',
          '1 of a kind that has no name here yet',
        ],
        fixes: ['update this program, then: npm run -s crm -- replay --provider sendgrid'],
      },
      { name: 'jobs', state: 'ok', facts: ['2 alerts queued'], fixes: [] },
    ])
  })

  test('tells since when jobs wait, and takes a long wait for a problem where nothing should wait', async () => {
    await using database = await open()
    const job = { kind: 'alert_message', payload: {}, key: null, runAt: 0 }
    const ago = (minutes: number) => NOW - minutes * 60_000
    const queue = (at: number, ...jobs: readonly Partial<NewJob>[]) =>
      database.transaction((tx) =>
        enqueue(
          tx,
          jobs.map((some, n) => ({ ...job, id: `${at}:${n}`, ...some })),
          at,
        ),
      )
    const jobs = async () => (await looked(database)).at(-1)

    await queue(ago(15), {}, { kind: 'enrich', runAt: NOW + 1 })
    expect(await jobs()).toMatchObject({ state: 'ok', facts: ['1 alert, 1 enrichment queued'] })
    await queue(ago(60), { kind: 'enrich', key: 'enrich' }, { kind: 'enrich', key: 'enrich' })
    expect(await jobs()).toMatchObject({
      state: 'ok',
      facts: ['1 alert, 3 enrichments queued', { words: 'the oldest enrichment has waited since', at: ago(60) }],
    })
    // Stands behind another, and is not due yet, or was put off.
    await queue(ago(50), { kind: 'enrich_run', key: 'enrich' }, { kind: 'alert_message', runAt: ago(1) })
    expect(await jobs()).toMatchObject({ state: 'ok' })
    await queue(ago(16), {})
    expect(await jobs()).toMatchObject({
      state: 'problem',
      facts: [
        '3 alerts, 3 enrichments, 1 enrichment that somebody asked for queued',
        { words: 'the oldest alert has waited since', at: ago(16) },
        { words: 'the oldest enrichment has waited since', at: ago(60) },
      ],
      fixes: [expect.stringContaining('whether the program runs')],
    })
  })

  test('calls a kind of work that it does not know by its name', async () => {
    await using database = await open()
    const job = { id: 'a', kind: 'constructor', payload: {}, key: null, runAt: 0 }
    await database.transaction((tx) => enqueue(tx, [job], NOW))
    expect((await looked(database)).at(-1)).toMatchObject({ facts: ['1 job “constructor” queued'] })
  })

  test('names jobs that were given up', async () => {
    await using database = await open()
    const job = { id: 'a', kind: 'alert_message', payload: {}, key: null, runAt: 0 }
    await database.transaction((tx) => enqueue(tx, [job], NOW))
    await database.transaction(async (tx) => {
      const { jobs } = tx.tables
      await tx.db.update(jobs).set({ state: 'running', leaseOwner: 'w' })
      const [{ seq = 0 } = {}] = await tx.db.select({ seq: jobs.seq }).from(jobs)
      await returnJob(tx, seq, 'w', {
        state: 'dead',
        runAt: 0,
        attempts: 8,
        lastError: 'UpstreamError: Slack did not answer',
      })
    })
    expect((await looked(database)).at(-1)).toMatchObject({
      name: 'jobs',
      state: 'problem',
      facts: ['1 alert given up', 'Slack did not answer'],
    })
  })
})

test('what is switched off says what switches it on, by the variable that the provider has', async () => {
  await using database = await openSqlite()
  const off = healthSettings(settings, PROVIDERS)
  const findings = await looked(database, off)
  expect(findings.filter(({ state }) => state === 'off')).toMatchObject([
    { name: 'sources', fixes: ['set <PROVIDER>_WEBHOOK_SECRET, or SES_TOPIC_ARNS for Amazon SES'] },
    { name: 'enrichment', fixes: [expect.stringContaining('APOLLO_API_KEY')] },
  ])
  const ses = healthSettings({ ...settings, webhookSecrets: { ses: ['x'] }, warnings: ['X has no effect'] }, PROVIDERS)
  expect(ses.sources).toMatchObject([{ id: 'ses', name: 'Amazon SES', variable: 'SES_TOPIC_ARNS', signsUrl: false }])
  expect((await looked(database, ses))[0]).toMatchObject({ state: 'problem', facts: ['X has no effect'] })
})

test('a tool that was never heard is told where to post to, and where the secret goes', async () => {
  await using database = await openSqlite()
  const webhookSecrets = { sendgrid: ['x'], brevo: ['y'], lemlist: ['z'] }
  const publicUrl = 'https://crm.example.com'
  const findings = await looked(database, healthSettings({ ...settings, webhookSecrets, publicUrl }, PROVIDERS))
  expect(findings.filter(({ state }) => state === 'quiet')).toMatchObject([
    { fixes: ['let SendGrid post to https://crm.example.com/webhooks/sendgrid (docs/providers/sendgrid.md)'] },
    { fixes: ['let Brevo post to https://crm.example.com/webhooks/brevo with its secret (docs/providers/brevo.md)'] },
    {
      fixes: [
        'let lemlist post to https://crm.example.com/webhooks/lemlist/<the value of LEMLIST_WEBHOOK_SECRET> (docs/providers/lemlist.md)',
      ],
    },
  ])
})

test('what is found of Slack stands with the rest, and a look at it that fails is a finding', async () => {
  await using database = await openSqlite()
  const connected: Finding = { name: 'Slack', state: 'ok', facts: ['workspace Practice'], fixes: [] }
  expect(await looked(database, { slack: async () => [connected] })).toContainEqual(connected)
  const findings = await looked(database, { slack: () => Promise.reject(new Error('unforeseen')) })
  expect(findings).toContainEqual(expect.objectContaining({ name: 'Slack', state: 'problem' }))
  expect(findings).toContainEqual(expect.objectContaining({ name: 'database', state: 'ok' }))
})

test('a database that cannot be used is a finding and no error', async () => {
  await using database = await openSqlite()
  const full: Database = { ...database, transaction: () => Promise.reject(new StorageError('disk full')) }
  expect(await looked(full)).toContainEqual(
    expect.objectContaining({ name: 'database', state: 'problem', facts: ['disk full'] }),
  )
})
