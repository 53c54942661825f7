import { expect, test } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { ALERT_MESSAGE } from '../../src/core/alerts/jobs.ts'
import { latestChanges } from '../../src/core/store/changes.ts'
import type { Database } from '../../src/core/store/database.ts'
import { claimJobs, enqueue, returnJob } from '../../src/core/store/jobs.ts'
import { aProgramInSlack } from './workspace.ts'

/** An alert that was given up, of a conversation that is gone since. */
async function givenUp(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const payload = { id: 1, revision: 1, posts: true }
    await enqueue(tx, [{ id: 'a', kind: ALERT_MESSAGE, payload, key: null, runAt: 0 }], 0)
    const claim = { kinds: [ALERT_MESSAGE], owner: 'worker', now: 1, leaseUntil: 1, limit: 1 }
    const lastError = 'SlackRefusedError: The channel is archived.'
    for (const { seq } of await claimJobs(tx, claim))
      await returnJob(tx, seq, 'worker', { state: 'dead', attempts: 8, runAt: 0, lastError })
  })
}

test('what was given up is sent again from /crm health, by an admin', async () => {
  await using office = await aProgramInSlack()
  const { ada, slack, database } = office
  await givenUp(database)
  const others = slack.person('grace')
  expect(textOf(await others.type('/crm health'))).toMatch(/1 alert given up.*The channel is archived/s)
  await expect(others.press('Send again')).rejects.toThrow()
  await ada.type('/crm health')
  await ada.press('Send again')
  await expect.poll(() => textOf(ada.messages().at(-1))).toContain('1 message is being sent again')
  expect(await latestChanges(database, 0, 5)).toMatchObject([{ action: 'send_again', actor: ada.id }])
})
