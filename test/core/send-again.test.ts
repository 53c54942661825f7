import { expect, test } from 'vitest'

import { ALERT_MESSAGE } from '../../src/core/alerts/jobs.ts'
import { ENRICH } from '../../src/core/enrichment/jobs.ts'
import { jobFindings } from '../../src/core/jobs-finding.ts'
import { forgetGivenUp, sendAgain } from '../../src/core/send-again.ts'
import { latestChanges } from '../../src/core/store/changes.ts'
import type { Database } from '../../src/core/store/database.ts'
import { claimJobs, enqueue, jobCounts, returnJob } from '../../src/core/store/jobs.ts'
import { databases, openSqlite } from '../support/databases.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')

async function failed(
  database: Database,
  kind: string,
  id: string,
  lastError: string,
  state: 'dead' | 'waiting' = 'dead',
) {
  await database.transaction(async (tx) => {
    await enqueue(tx, [{ id, kind, payload: {}, key: null, runAt: 0 }], NOW)
    const claim = { kinds: [kind], owner: 'worker', now: NOW, leaseUntil: NOW, limit: 100 }
    for (const { seq, id: claimed } of await claimJobs(tx, claim))
      if (claimed === id)
        await returnJob(tx, seq, 'worker', {
          state,
          attempts: 8,
          runAt: NOW + 1,
          lastError,
          uncertain: id.startsWith('sure'),
        })
  })
}

test('what was given up says why in words, and that it can be sent again', async () => {
  await using database = await openSqlite()
  await failed(database, ALERT_MESSAGE, 'a', 'SlackRefusedError: The channel is archived.')
  await failed(database, ALERT_MESSAGE, 'b', 'SlackRefusedError: The channel is archived.')
  await failed(database, ALERT_MESSAGE, 'sure', 'TypeError: ada@example.com is not a function')
  await failed(database, ENRICH, 'd', 'its worker died')
  await failed(database, ALERT_MESSAGE, 'sure too', 'UncertainError: Slack did not answer', 'waiting')
  expect(await jobFindings(database, NOW)).toEqual([
    {
      name: 'jobs',
      state: 'ok',
      facts: ['1 alert queued', '1 alert may have been sent; Slack is asked again'],
      fixes: [],
    },
    {
      name: 'jobs',
      state: 'problem',
      facts: [
        '3 alerts given up',
        '1 of 3 may have been sent',
        '2: The channel is archived.',
        '1: a mistake of this program, which the log has under "effect given up"',
      ],
      fixes: ['when that is mended, an admin can press “Send again” in /crm health'],
      canSendAgain: true,
    },
    {
      name: 'jobs',
      state: 'problem',
      facts: ['1 enrichment given up', 'the program ended in the middle of it, time and again'],
      fixes: ['look for "effect given up" in the log, which says why'],
    },
  ])
})

test('only what is said in Slack is sent again, and the history says who wanted it', async () => {
  await using database = await openSqlite()
  await failed(database, ALERT_MESSAGE, 'a', 'UpstreamError: no')
  await failed(database, ENRICH, 'b', 'UpstreamError: no')
  expect(await sendAgain(database, { by: 'U0ADA', now: NOW })).toBe(1)
  expect(await sendAgain(database, { by: 'U0ADA', now: NOW })).toBe(0)
  expect(await jobCounts(database)).toEqual(
    expect.arrayContaining([
      { kind: ALERT_MESSAGE, state: 'waiting', count: 1 },
      { kind: ENRICH, state: 'dead', count: 1 },
    ]),
  )
  expect(await latestChanges(database, 0, 10)).toMatchObject([
    { action: 'send_again', actor: 'U0ADA', at: NOW, after: { sentAgain: 1 } },
  ])
})

test.each(databases)(
  'what was given up is forgotten after thirty days, and can be sent again until then: $name',
  async ({ open }) => {
    await using database = await open()
    const died = NOW + 1
    const month = 30 * 24 * 60 * 60_000
    await failed(database, ALERT_MESSAGE, 'given up', 'UpstreamError: no')
    await failed(database, ALERT_MESSAGE, 'sent later', 'UpstreamError: no', 'waiting')
    expect(await forgetGivenUp(database, died + month)).toBe(0)
    expect(await sendAgain(database, { by: 'U0ADA', now: NOW })).toBe(1)
    expect(await forgetGivenUp(database, died + month + 1)).toBe(0)
    await failed(database, ALERT_MESSAGE, 'given up', 'UpstreamError: no')
    expect(await forgetGivenUp(database, died + month + 1)).toBe(1)
    expect(await jobCounts(database)).toEqual([{ kind: ALERT_MESSAGE, state: 'waiting', count: 1 }])
  },
)
