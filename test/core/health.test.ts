import { describe, expect, test } from 'vitest'

import { StorageError } from '../../src/core/errors.ts'
import { type HealthDeps, health, healthSettings } from '../../src/core/health.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { Database } from '../../src/core/store/database.ts'
import { enqueue, returnJob } from '../../src/core/store/jobs.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const NOW = Date.parse('2026-03-02T12:00:00Z')
const dayOf = createDayOf('UTC')

const PROVIDERS = [
  { id: 'sendgrid', name: 'SendGrid', signs: {} },
  { id: 'ses', name: 'Amazon SES', variable: 'SES_TOPIC_ARNS', signs: {} },
]

const enrichment = { providers: [], dailyCredits: 500, on: new Set<never>() }

function looked(database: Database, overrides: Partial<HealthDeps> = {}) {
  const config = { webhookSecrets: { sendgrid: ['x'] }, warnings: [], alertChannel: 'C1', enrichment }
  return health({ ...healthSettings(config, PROVIDERS), database, dayOf, now: NOW, ...overrides })
}

describe.each(databases)('health on $name', ({ name, open }) => {
  test('tells of the database, of the sources that are on, and of jobs', async () => {
    await using database = await open()
    const unreadable = [{ raw: Buffer.from('x'), part: 'element', headers: {}, problem: 'too new' } as const]
    const unnamed = anEvent({ type: 'unknown', occurredAt: NOW })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [{ ...aDelivery(anEvent(), unnamed), unreadable }])
    const job = { kind: 'reply_alert', payload: {}, key: null, runAt: 0 }
    await database.transaction((tx) =>
      enqueue(
        tx,
        [
          { ...job, id: 'a' },
          { ...job, id: 'b' },
        ],
        NOW,
      ),
    )
    const findings = await looked(database)
    expect(findings.filter(({ name }) => name !== 'enrichment')).toEqual([
      { name: 'reply alerts', state: 'ok', facts: ['go to C1'], fixes: [] },
      { name: 'database', state: 'ok', facts: [`${name.toLowerCase()}, can be written`], fixes: [] },
      {
        name: 'sendgrid',
        state: 'problem',
        facts: [
          { words: 'last event', at: aDelivery().receivedAt },
          '2 accepted and 0 duplicates in 7 days',
          '1 kept unread',
          '1 of a kind that has no name here yet',
        ],
        fixes: ['update this program, then: npm run -s crm -- replay --provider sendgrid'],
      },
      { name: 'jobs', state: 'ok', facts: ['2 queued'], fixes: [] },
    ])
  })

  test('names jobs that were given up', async () => {
    await using database = await open()
    const job = { id: 'a', kind: 'reply_alert', payload: {}, key: null, runAt: 0 }
    await database.transaction((tx) => enqueue(tx, [job], NOW))
    await database.transaction(async (tx) => {
      const { jobs } = tx.tables
      await tx.db.update(jobs).set({ state: 'running', leaseOwner: 'w' })
      const [{ seq = 0 } = {}] = await tx.db.select({ seq: jobs.seq }).from(jobs)
      await returnJob(tx, seq, 'w', { state: 'dead', runAt: 0, attempts: 8, lastError: 'x' })
    })
    expect((await looked(database)).at(-1)).toMatchObject({
      name: 'jobs',
      state: 'problem',
      facts: ['1 of kind reply_alert given up after 8 attempts'],
    })
  })
})

test('what is switched off says what switches it on, by the variable that the provider has', async () => {
  await using database = await openSqlite()
  const off = healthSettings({ webhookSecrets: {}, warnings: [], alertChannel: undefined, enrichment }, PROVIDERS)
  const findings = await looked(database, off)
  expect(findings.filter(({ state }) => state === 'off')).toMatchObject([
    { name: 'reply alerts', fixes: ['set CRM_ALERT_CHANNEL to the id of a channel'] },
    { name: 'sources', fixes: ['set <PROVIDER>_WEBHOOK_SECRET, or SES_TOPIC_ARNS for Amazon SES'] },
    { name: 'enrichment', fixes: [expect.stringContaining('APOLLO_API_KEY')] },
  ])
  const ses = healthSettings(
    { webhookSecrets: { ses: ['x'] }, warnings: ['X has no effect'], alertChannel: 'C1', enrichment },
    PROVIDERS,
  )
  expect(ses.sources).toEqual([{ id: 'ses', name: 'Amazon SES', variable: 'SES_TOPIC_ARNS', signsUrl: false }])
  expect((await looked(database, ses))[0]).toMatchObject({ state: 'problem', facts: ['X has no effect'] })
})

test('a database that cannot be used is a finding and no error', async () => {
  await using database = await openSqlite()
  const full: Database = { ...database, transaction: () => Promise.reject(new StorageError('disk full')) }
  expect(await looked(full)).toContainEqual(
    expect.objectContaining({ name: 'database', state: 'problem', facts: ['disk full'] }),
  )
})
