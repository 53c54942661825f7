import { expect, test, vi } from 'vitest'

import { createImportMessages } from '../../src/bot/import-messages.ts'
import { createImporting, type ImportingDeps } from '../../src/bot/importing.ts'
import { UpstreamError } from '../../src/core/errors.ts'
import type { ImportState } from '../../src/core/import/imports.ts'
import { NO_COUNTS } from '../../src/core/import/report.ts'
import { anImportState, anInspection, wordsOf } from './fixtures.ts'
import { aLog } from './support.ts'

const ADA = { userId: 'U0ADA', role: 'member' } as const
const NOBODY_YET = { done: 0, counts: NO_COUNTS } as const

/** An import that is as a test says, its message, and what is queued for it. */
function anImport(overrides: Partial<ImportState>, queue: ImportingDeps['queue'] = async () => true) {
  let now = anImportState(overrides)
  const update = vi.fn(async (_sent: { text: string }) => {})
  const post = vi.fn(async () => ({ channel: 'D0ADA', ts: '1.1' }))
  const { log } = aLog()
  const importing = createImporting({
    imports: {
      begin: async () => 7,
      state: async () => now,
      inspection: async () => anInspection(),
      setColumns: async () => {},
      async cancel() {
        if (now.stage === 'ready' || now.stage === 'running') now = { ...now, stage: 'cancelled' }
        return now
      },
    },
    messages: createImportMessages({ sender: { post, update }, keep: async () => {}, after: async () => {}, log }),
    queue,
  })
  return { importing, update, post, said: () => wordsOf(update.mock.lastCall) }
}

test.each([
  ['imported', 'start', { stage: 'ready', ...NOBODY_YET }],
  ['undone', 'undo', { stage: 'done' }],
] as const)('a list that is to be %s is so once, and who asks again is told so', async (_what, verb, state) => {
  let isQueued = false
  const { importing } = anImport(state, async () => {
    const isNew = !isQueued
    isQueued = true
    return isNew
  })
  await importing[verb](7, ADA)
  await expect(importing[verb](7, ADA)).rejects.toThrow('You have asked for that already.')
})

test('whoever says twice what the columns hold is shown what comes of each', async () => {
  const queued = new Set<string>()
  const { importing } = anImport({ stage: 'ready', ...NOBODY_YET }, async ({ id }) => Boolean(queued.add(id)))
  await importing.chosen(7, [{ index: 0, field: 'email' }], 'V1')
  await importing.chosen(7, [{ index: 1, field: 'email' }], 'V2')
  expect(queued.size).toBe(2)
})

test('an import that does not go on by itself can be stopped, and then undone', async () => {
  const { importing, said } = anImport({ stage: 'running', done: 5, counts: { ...NO_COUNTS, created: 5 } })
  expect(await importing.cancel(7, ADA)).toBeUndefined()
  expect(said()).toMatch(/stopped after 5 of 12 rows: 5 new.*Undo/s)
})

test('a message that was not told how its import ended is told at a press', async () => {
  const { importing, said } = anImport({ stage: 'done' })
  await importing.cancel(7, ADA)
  expect(said()).toMatch(/8 new, 1 changed, 1 unchanged.*Undo/s)
})

test('what Slack does not take is the answer to the press', async () => {
  const { importing, update } = anImport({ stage: 'ready', ...NOBODY_YET })
  update.mockRejectedValue(new UpstreamError('Slack did not answer'))
  expect(wordsOf(await importing.cancel(7, ADA))).toContain('was not imported: it was cancelled.')
})
