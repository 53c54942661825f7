import { describe, expect, test, vi } from 'vitest'

import { IMPORT_CHECK, IMPORT_FETCH, IMPORT_RUN, IMPORT_UNDO } from '../../src/bot/import-jobs.ts'
import { createImportMessages } from '../../src/bot/import-messages.ts'
import { createImportRunner, type ImportRunnerDeps } from '../../src/bot/import-runner.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { InvalidInputError, StorageError, UpstreamError } from '../../src/core/errors.ts'
import { NO_COUNTS } from '../../src/core/import/report.ts'
import { aDryRun, anImportState, anInspection, NOW, wordsOf } from './fixtures.ts'
import { aLog } from './support.ts'

/** A runner whose parts all succeed, and what was said; say only what the test is about. */
function aRunner({ imports, ...overrides }: Partial<Omit<ImportRunnerDeps, 'imports'>> & { imports?: object } = {}) {
  const { log, lines } = aLog()
  const said: string[] = []
  const post = vi.fn(async ({ text }: { text: string }) => {
    said.push(text)
    return { channel: 'D0ADA', ts: '1.1' }
  })
  const update = vi.fn(async ({ text }: { text: string }) => void said.push(text))
  const keep = vi.fn(async () => {})
  const upload = vi.fn<ImportRunnerDeps['upload']>(async () => {})
  const views: string[] = []
  const stop = new AbortController()
  const { checks, writes } = createImportRunner({
    imports: {
      begin: async () => 7,
      cancel: async () => anImportState({ stage: 'cancelled' }),
      dryRun: async () => aDryRun(),
      inspection: async () => anInspection({ unknown: [] }),
      kept: async function* () {},
      rejectedCsv: async function* () {
        yield 'row,reason\r\n'
      },
      run: async () => anImportState(),
      state: async () => anImportState({ stage: 'running', message: null }),
      undo: async () => ({ removed: 8, restored: 1, kept: 0, list: [] }),
      ...imports,
    },
    messages: createImportMessages({ sender: { post, update }, keep, log }),
    queue: async () => {},
    download: async () => ({ name: 'people.csv', bytes: Buffer.from('Email\nada@example.com\n') }),
    updateView: async (_id, view) => void views.push(wordsOf(view)),
    upload,
    costOf: async () => ({ most: 0, spentToday: 0, dailyCredits: 500 }),
    changed: async () => {},
    now: () => NOW,
    log,
    ...overrides,
  })
  const carryOut = async (kind: string, payload: unknown) =>
    await { ...checks, ...writes }[kind]?.(payload, { id: kind, signal: stop.signal })
  return { carryOut, said, post, keep, upload, views, stop, lines }
}

const RUN = { id: 7 }

describe('an import that is carried out', () => {
  test('tells in one message, and keeps where that stands', async () => {
    const { carryOut, said, post, keep } = aRunner()
    await carryOut(IMPORT_RUN, RUN)
    expect(said).toEqual(['Importing people.csv… 12 of 12.', 'people.csv: 8 new, 1 changed, 1 unchanged.'])
    expect(post).toHaveBeenCalledOnce()
    expect(keep).toHaveBeenCalledExactlyOnceWith(7, { channel: 'D0ADA', ts: '1.1' })
  })

  test('after a restart goes on in the message that is there', async () => {
    const state = async () => anImportState({ stage: 'running' })
    const { carryOut, said, post, keep } = aRunner({ imports: { state } })
    await carryOut(IMPORT_RUN, RUN)
    expect(post).not.toHaveBeenCalled()
    expect(keep).not.toHaveBeenCalled()
    expect(said).toHaveLength(2)
  })

  test('says what was left out in a file, below the message', async () => {
    const { carryOut, upload } = aRunner()
    await carryOut(IMPORT_RUN, RUN)
    expect(upload).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'people, left out.csv' }), 'D0ADA')
  })

  test('is done although the file cannot be sent, and says so', async () => {
    const upload = () =>
      Promise.reject(new SlackRefusedError('file_uploads_disabled', 'The workspace does not allow files.'))
    const { carryOut, said } = aRunner({ upload })
    await carryOut(IMPORT_RUN, RUN)
    expect(said.at(-1)).toContain('The workspace does not allow files.')
  })

  test('is carried out although nobody can be told', async () => {
    const run = vi.fn(async () => anImportState())
    const failing = () => Promise.reject(new UpstreamError('Slack did not answer'))
    const { log, lines } = aLog()
    const messages = createImportMessages({ sender: { post: failing, update: failing }, keep: async () => {}, log })
    const { carryOut } = aRunner({ imports: { run }, messages })
    await carryOut(IMPORT_RUN, RUN)
    expect(run).toHaveBeenCalledOnce()
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error'])
  })

  test('that is interrupted says so and is given back', async () => {
    const { carryOut, said, stop } = aRunner({
      imports: {
        run: async () => {
          stop.abort(new Error('the program stops'))
          stop.signal.throwIfAborted()
        },
      },
    })
    await expect(carryOut(IMPORT_RUN, RUN)).rejects.toThrow('the program stops')
    expect(said.at(-1)).toBe('Importing people.csv stopped after 12 rows.')
  })

  test.each([
    [new StorageError('The disk is full'), 'failed: The disk is full'],
    [new TypeError('secret of the database'), 'failed: Something went wrong on our side'],
  ])('that fails by %s says so and is given back', async (error, words) => {
    const { carryOut, said } = aRunner({ imports: { run: () => Promise.reject(error) } })
    await expect(carryOut(IMPORT_RUN, RUN)).rejects.toBe(error)
    expect(said.at(-1)).toContain(words)
    expect(said.join()).not.toContain('secret')
  })

  test('that another process carries out is left to it', async () => {
    const error = new UpstreamError('another process carries this import out', { retryAfterMs: 60_000 })
    const { carryOut, said } = aRunner({ imports: { run: () => Promise.reject(error) } })
    await expect(carryOut(IMPORT_RUN, RUN)).rejects.toBe(error)
    expect(said).toHaveLength(1)
  })

  test('that was cancelled before it began says nothing', async () => {
    const { carryOut, said } = aRunner({ imports: { state: async () => undefined } })
    await carryOut(IMPORT_RUN, RUN)
    expect(said).toEqual([])
  })
})

describe('a list whose bytes went away because somebody cancelled it', () => {
  const gone = new InvalidInputError('people.csv ends in the middle of row 3')
  const cancelled = async () => anImportState({ stage: 'cancelled', done: 5, counts: { ...NO_COUNTS, created: 5 } })

  test('is told of as cancelled while it is checked', async () => {
    const state = vi.fn(cancelled).mockResolvedValueOnce(anImportState({ stage: 'ready', done: 0 }))
    const { carryOut, said } = aRunner({ imports: { state, dryRun: () => Promise.reject(gone) } })
    await carryOut(IMPORT_CHECK, { id: 7, view: 'V1', isChosen: false })
    expect(said.at(-1)).toBe('people.csv was not imported: you cancelled it. Nothing was written.')
  })

  test('is told of with what came in, while it is brought in', async () => {
    const parts = { cancel: cancelled, run: () => Promise.reject(gone) }
    const { carryOut, said } = aRunner({ imports: parts })
    await carryOut(IMPORT_RUN, RUN)
    expect(said.at(-1)).toBe('people.csv was stopped after 5 of 12 rows: 5 new, 0 changed, 0 unchanged.')
  })

  test('is told of with what is wrong with it where nobody did', async () => {
    const ready = async () => anImportState({ stage: 'ready', done: 0 })
    const { carryOut, said } = aRunner({ imports: { state: ready, dryRun: () => Promise.reject(gone) } })
    await carryOut(IMPORT_CHECK, { id: 7, view: 'V1', isChosen: false })
    expect(said.at(-1)).toContain('people.csv ends in the middle of row 3')
  })
})

describe('an undo', () => {
  test('that ended before anybody was told is told of, and not done again', async () => {
    const undo = vi.fn()
    const state = async () => anImportState({ stage: 'undone', undone: { removed: 8, restored: 0, kept: 1 } })
    const kept = async function* () {
      yield { email: 'ada@example.com', reason: 'somebody replied since' }
    }
    const { carryOut, said } = aRunner({ imports: { undo, state, kept } })
    await carryOut(IMPORT_UNDO, { id: 7, by: 'U0ADA' })
    expect(undo).not.toHaveBeenCalled()
    expect(said.at(-1)).toBe('people.csv is undone: 8 contacts removed, 0 as before, 1 kept.')
  })
})

describe('a file that cannot be fetched', () => {
  const order = {
    ...{ by: 'U0ADA', campaign: null, tags: [], overwrite: false, enrich: false },
    ...{ view: 'V1', file: { id: 'F1', name: 'people.csv' } },
  }

  test.each([new InvalidInputError('people.csv is larger than 10 MB.'), new UpstreamError('Please upload it again.')])(
    'is told of in the form by %s, and not tried again',
    async (error) => {
      const { carryOut, views, said } = aRunner({ download: () => Promise.reject(error) })
      await carryOut(IMPORT_FETCH, order)
      expect(views.at(-1)).toContain(error.message)
      expect(said).toEqual([])
    },
  )

  test('is told of in a message where the form is closed', async () => {
    const { carryOut, said } = aRunner({
      download: () => Promise.reject(new InvalidInputError('people.csv is larger than 10 MB.')),
      updateView: () => Promise.reject(new SlackRefusedError('not_found', 'gone')),
    })
    await carryOut(IMPORT_FETCH, order)
    expect(said).toEqual([expect.stringContaining('people.csv is larger than 10 MB.')])
  })

  test('because the database fails is tried again', async () => {
    const error = new StorageError('The disk is full')
    const { carryOut } = aRunner({ imports: { begin: () => Promise.reject(error) } })
    await expect(carryOut(IMPORT_FETCH, order)).rejects.toBe(error)
  })
})
