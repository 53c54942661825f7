import { describe, expect, test, vi } from 'vitest'

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
function anImport(
  overrides: Partial<ImportState>,
  queue: ImportingDeps['queue'] = async () => true,
  isQueued: ImportingDeps['isQueued'] = async () => false,
) {
  let now = anImportState(overrides)
  const update = vi.fn(async (_sent: { text: string }) => {})
  const post = vi.fn(async () => ({ channel: 'D0ADA', ts: '1.1' }))
  const setColumns = vi.fn(async () => {})
  const { log } = aLog()
  const importing = createImporting({
    imports: {
      begin: async () => 7,
      state: async () => now,
      inspection: async () => anInspection(),
      setColumns,
      async cancel() {
        if (now.stage === 'ready' || now.stage === 'running') now = { ...now, stage: 'cancelled' }
        return now
      },
    },
    messages: createImportMessages({ sender: { post, update }, keep: async () => {}, after: async () => {}, log }),
    queue,
    isQueued,
  })
  return { importing, update, post, setColumns, said: () => wordsOf(update.mock.lastCall) }
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

describe('once Import was pressed, columns', () => {
  const columns = [{ index: 1, field: 'email' }] as const

  test('stay as they are while the import waits for its turn', async () => {
    const isQueued = async (job: string) => job === 'import_run:7'
    const { importing, setColumns } = anImport({ stage: 'ready', ...NOBODY_YET }, undefined, isQueued)
    await expect(importing.toCheck(7, ADA)).rejects.toThrow('Import was pressed already')
    await expect(importing.chosen(7, columns, 'V1')).rejects.toThrow('Import was pressed already')
    expect(setColumns).not.toHaveBeenCalled()
  })

  test('that are sent off in the same moment stay, too', async () => {
    const queued = new Set<string>()
    const pressed = Promise.withResolvers<void>()
    const { importing, setColumns } = anImport(
      { stage: 'ready', ...NOBODY_YET },
      async ({ id }) => {
        await pressed.promise
        return Boolean(queued.add(id))
      },
      async (job) => queued.has(job),
    )
    const [start, chosen] = [importing.start(7, ADA), importing.chosen(7, columns, 'V1')]
    pressed.resolve()
    await start
    await expect(chosen).rejects.toThrow('Import was pressed already')
    expect(setColumns).not.toHaveBeenCalled()
  })

  test('that nobody was shown the outcome of have to be checked first', async () => {
    const queue = vi.fn(async () => true)
    const { importing } = anImport({ stage: 'ready', ...NOBODY_YET, total: null }, queue)
    await expect(importing.start(7, ADA)).rejects.toThrow('This list is being checked.')
    expect(queue).not.toHaveBeenCalled()
  })
})

describe('an undo', () => {
  const unchanged = { ...NO_COUNTS, unchanged: 300 }

  test('of an import that changed nobody can be asked for: it stands in the way of earlier ones', async () => {
    const queue = vi.fn<ImportingDeps['queue']>(async () => true)
    const { importing } = anImport({ stage: 'done', counts: unchanged }, queue)
    await importing.undo(7, ADA)
    expect(queue).toHaveBeenCalledOnce()
  })

  test('of an import that named nobody is refused', async () => {
    const { importing } = anImport({ stage: 'done', counts: { ...NO_COUNTS, invalid: 3 } })
    await expect(importing.undo(7, ADA)).rejects.toThrow('This import brought nobody in')
  })

  test('can be asked for again where somebody was kept, and says since when', async () => {
    const queue = vi.fn<ImportingDeps['queue']>(async () => true)
    const undone = { removed: 0, restored: 0, kept: 9 }
    const { importing } = anImport({ stage: 'undone', undone, touchedAt: 1234 }, queue)
    expect((await importing.toUndo(7, ADA)).undone.kept).toBe(9)
    await importing.undo(7, ADA)
    expect(queue.mock.lastCall?.[0].payload).toEqual({ id: 7, by: 'U0ADA', after: 1234 })
  })

  test('that kept nobody is over for good', async () => {
    const { importing } = anImport({ stage: 'undone', undone: { removed: 9, restored: 0, kept: 0 } })
    await expect(importing.undo(7, ADA)).rejects.toThrow('This import was undone.')
  })
})
