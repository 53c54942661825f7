import { describe, expect, test, vi } from 'vitest'
import { createImportMessages } from '../../src/bot/import-messages.ts'
import { createImportRunner, type ImportRunnerDeps } from '../../src/bot/import-runner.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { InvalidInputError, StorageError, UncertainError, UpstreamError } from '../../src/core/errors.ts'
import { IMPORT_CHECK, IMPORT_FETCH, IMPORT_RUN, IMPORT_UNDO } from '../../src/core/import/jobs.ts'
import { NO_COUNTS } from '../../src/core/import/report.ts'
import { aDryRun, anImportState, anInspection, NOW, wordsOf } from './fixtures.ts'
import { aLog } from './support.ts'

/** A runner whose parts all succeed, and what was said; say only what the test is about. */
function aRunner({ imports, ...overrides }: Partial<Omit<ImportRunnerDeps, 'imports'>> & { imports?: object } = {}) {
  const { log, lines } = aLog()
  const said: string[] = []
  const waits: number[] = []
  const post = vi.fn(async ({ text }: { text: string }) => {
    said.push(text)
    return { channel: 'D0ADA', ts: '1.1' }
  })
  const update = vi.fn(async ({ text }: { text: string }) => void said.push(text))
  const cancel = vi.fn(async () => anImportState({ stage: 'cancelled' }))
  const keep = vi.fn(async () => {})
  const upload = vi.fn<ImportRunnerDeps['upload']>(async () => {})
  const views: string[] = []
  const stop = new AbortController()
  const { checks, writes } = createImportRunner({
    imports: {
      begin: async () => 7,
      cancel,
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
    messages: createImportMessages({ sender: { post, update }, keep, log, after: async (ms) => waits.push(ms) }),
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
  return { carryOut, said, waits, post, update, cancel, keep, upload, views, stop, lines }
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

  test('sends the rows that were left out again where Slack did not take them', async () => {
    const error = new UpstreamError('Slack did not answer')
    const { carryOut, said } = aRunner({ upload: () => Promise.reject(error) })
    await expect(carryOut(IMPORT_RUN, RUN)).rejects.toBe(error)
    expect(said.at(-1)).toContain('8 new')
  })

  test('says how it ended again where Slack did not answer', async () => {
    const state = async () => anImportState({ stage: 'running' })
    const { carryOut, said, update, waits, lines } = aRunner({ imports: { state } })
    update.mockImplementationOnce(async () => {})
    update.mockRejectedValueOnce(new UpstreamError('Slack did not answer'))
    await carryOut(IMPORT_RUN, RUN)
    expect(said.at(-1)).toBe('people.csv: 8 new, 1 changed, 1 unchanged.')
    expect(waits).toEqual([1000])
    expect(lines).toEqual([])
  })

  test.each([
    ['did not answer', new UpstreamError('Slack did not answer')],
    ['asks to wait longer than a job should', new UpstreamError('Slack asks us to wait', { retryAfterMs: 120_000 })],
    [
      'takes no messages until somebody mends that',
      new SlackRefusedError('token_revoked', 'Copy the Bot User OAuth Token again.'),
    ],
  ])(
    'is given back where nobody could be told how it ended, for Slack %s, and not carried out twice',
    async (_why, error) => {
      let stage: 'running' | 'done' = 'running'
      const state = async () => anImportState({ stage })
      const run = vi.fn(async () => {
        stage = 'done'
        return anImportState()
      })
      const { carryOut, said, post, update } = aRunner({ imports: { run, state } })
      update.mockRejectedValue(error)
      post.mockRejectedValue(error)
      await expect(carryOut(IMPORT_RUN, RUN)).rejects.toBe(error)
      update.mockImplementation(async ({ text }) => void said.push(text))
      await carryOut(IMPORT_RUN, RUN)
      expect(said).toEqual(['people.csv: 8 new, 1 changed, 1 unchanged.'])
    },
  )

  test('is done where Slack says that this person cannot be told at all', async () => {
    const run = vi.fn(async () => anImportState())
    const left = () => Promise.reject(new SlackRefusedError('user_disabled', 'They have left the workspace.'))
    const { log, lines } = aLog()
    const messages = createImportMessages({ sender: { post: left, update: left }, keep: async () => {}, log })
    const { carryOut } = aRunner({ imports: { run }, messages })
    await carryOut(IMPORT_RUN, RUN)
    expect(run).toHaveBeenCalledOnce()
    expect(lines).toMatchObject([{ level: 'error', message: 'nobody could be told of an import' }])
  })

  test('tells in one message although the answer to its first word was lost', async () => {
    const { carryOut, post, update } = aRunner()
    post.mockRejectedValueOnce(new UncertainError('Slack did not answer'))
    await carryOut(IMPORT_RUN, RUN)
    const names = post.mock.calls.map(([sent]) => ('key' in sent ? sent.key : undefined))
    expect(names).toEqual(['import:7:begin', 'import:7:begin'])
    expect(update.mock.lastCall?.[0].text).toBe('people.csv: 8 new, 1 changed, 1 unchanged.')
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
    const early = async () => anImportState({ stage: 'cancelled', done: 0 })
    const state = vi.fn(early).mockResolvedValueOnce(anImportState({ stage: 'ready', done: 0 }))
    const { carryOut, said } = aRunner({ imports: { state, dryRun: () => Promise.reject(gone) } })
    await carryOut(IMPORT_CHECK, { id: 7, view: 'V1', isChosen: false })
    expect(said.at(-1)).toBe('people.csv was not imported: it was cancelled. Nothing was written.')
  })

  test('is told of with what came in, while it is brought in', async () => {
    const state = vi.fn(cancelled).mockResolvedValueOnce(anImportState({ stage: 'running', done: 5 }))
    const parts = { state, run: () => Promise.reject(gone) }
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

describe('a list that cannot be read', () => {
  const unreadable = new InvalidInputError('people.csv ends in the middle of row 3')
  const check = { id: 7, view: 'V1', isChosen: true }

  test('is given up only once somebody was told why', async () => {
    const state = async () => anImportState({ stage: 'ready', done: 0 })
    const { carryOut, cancel, post, update } = aRunner({ imports: { state, dryRun: () => Promise.reject(unreadable) } })
    const error = new UpstreamError('Slack did not answer')
    post.mockRejectedValue(error)
    update.mockRejectedValue(error)
    await expect(carryOut(IMPORT_CHECK, check)).rejects.toBe(error)
    expect(cancel).not.toHaveBeenCalled()
    update.mockImplementation(async () => {})
    await carryOut(IMPORT_CHECK, check)
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('any more, in the middle, is told of with what came in and why no more did', async () => {
    const state = async () => anImportState({ stage: 'running', done: 5, counts: { ...NO_COUNTS, created: 5 } })
    const { carryOut, update, cancel } = aRunner({ imports: { state, run: () => Promise.reject(unreadable) } })
    await carryOut(IMPORT_RUN, RUN)
    expect(wordsOf(update.mock.lastCall)).toMatch(
      /stopped after 5 of 12 rows: 5 new.*ends in the middle of row 3.*Undo/s,
    )
    expect(cancel).toHaveBeenCalledOnce()
  })
})

describe('a check', () => {
  const check = { id: 7, view: 'V1', isChosen: true }
  const nothing = aDryRun({ counts: { ...NO_COUNTS, invalid: 12 } })
  const ready = async () => anImportState({ stage: 'ready', done: 0 })

  test('that would bring nobody in keeps a table, whose columns may be wrong, and gives up anything else', async () => {
    const table = aRunner({ imports: { state: ready, dryRun: async () => nothing } })
    await table.carryOut(IMPORT_CHECK, check)
    expect(table.cancel).not.toHaveBeenCalled()
    const inspection = async () => anInspection({ format: 'text' })
    const words = aRunner({ imports: { state: ready, inspection, dryRun: async () => nothing } })
    await words.carryOut(IMPORT_CHECK, check)
    expect(words.cancel).toHaveBeenCalledOnce()
  })

  test.each([
    ['cannot be read', ready, 'people.csv ends in the middle of row 3'],
    [
      'was cancelled meanwhile',
      vi.fn(async () => anImportState({ stage: 'cancelled', done: 0 })).mockImplementationOnce(ready),
      'people.csv was not imported: it was cancelled.',
    ],
  ])('of a list that %s says so in the form, too', async (_, state, words) => {
    const unreadable = new InvalidInputError('people.csv ends in the middle of row 3')
    const { carryOut, said, views } = aRunner({ imports: { state, dryRun: () => Promise.reject(unreadable) } })
    await carryOut(IMPORT_CHECK, check)
    expect([said.at(-1), views.at(-1)]).toEqual([expect.stringContaining(words), expect.stringContaining(words)])
    expect(views.join()).not.toContain('is checked')
  })

  test('that was cancelled just before its end says so in the form, too', async () => {
    const cancelled = async () => anImportState({ stage: 'cancelled', done: 0 })
    const { carryOut, views } = aRunner({ imports: { state: vi.fn(cancelled).mockImplementationOnce(ready) } })
    await carryOut(IMPORT_CHECK, check)
    expect(views.at(-1)).toContain('it was cancelled')
  })

  test('that went well says in the form where to look', async () => {
    const { carryOut, views } = aRunner({ imports: { state: ready } })
    await carryOut(IMPORT_CHECK, check)
    expect(views.at(-1)).toContain('people.csv is checked')
  })

  test('of a list that somebody imports meanwhile leaves the last word to that', async () => {
    const state = vi.fn(async () => anImportState()).mockImplementationOnce(ready)
    const { carryOut, said, cancel } = aRunner({ imports: { state } })
    await carryOut(IMPORT_CHECK, check)
    expect(said).toEqual(['Checking people.csv… 0 rows.'])
    expect(cancel).not.toHaveBeenCalled()
  })
})

describe('columns that somebody says anew', () => {
  const others = new InvalidInputError('Somebody has just said otherwise what the columns hold.')
  const ready = async () => anImportState({ stage: 'ready', done: 0 })

  test('while a list is checked leave the last word to the check of their own', async () => {
    const inspection = vi.fn(async () => anInspection({ columns: [{ index: 1, field: 'email' }] }))
    inspection.mockImplementationOnce(async () => anInspection())
    const parts = { state: ready, inspection, dryRun: () => Promise.reject(others) }
    const { carryOut, said, cancel } = aRunner({ imports: parts })
    await carryOut(IMPORT_CHECK, { id: 7, view: 'V1', isChosen: true })
    expect(said).toEqual(['Checking people.csv… 0 rows.'])
    expect(cancel).not.toHaveBeenCalled()
  })

  test('before the first row came in end no import', async () => {
    const { carryOut, said, cancel } = aRunner({ imports: { state: ready, run: () => Promise.reject(others) } })
    await carryOut(IMPORT_RUN, RUN)
    expect(said.at(-1)).toContain('Somebody has just said otherwise')
    expect(cancel).not.toHaveBeenCalled()
  })

  test('are asked for again where Slack did not take the question, and the list is kept', async () => {
    const parts = { state: ready, inspection: async () => anInspection() }
    const updateView = () => Promise.reject(new SlackRefusedError('not_found', 'gone'))
    const { carryOut, cancel, update } = aRunner({ imports: parts, updateView })
    const error = new UpstreamError('Slack did not answer')
    for (let attempt = 0; attempt < 3; attempt += 1) update.mockRejectedValueOnce(error)
    await expect(carryOut(IMPORT_CHECK, { id: 7, view: 'V1', isChosen: false })).rejects.toBe(error)
    expect(cancel).not.toHaveBeenCalled()
  })
})

describe('two imports', () => {
  /** One that is under way until the test ends it, and what is said of the other. */
  function two() {
    const first = Promise.withResolvers<ReturnType<typeof anImportState>>()
    const stages = new Map<number, 'ready' | 'running' | 'done' | 'cancelled'>()
    const order: string[] = []
    const state = async (id: number) =>
      anImportState({ id, name: `${id}.csv`, stage: stages.get(id) ?? 'ready', done: 0, message: null })
    const run = vi.fn(async (id: number) => {
      order.push(`${id} runs`)
      return id === 1 ? await first.promise : await state(id)
    })
    return { ...aRunner({ imports: { state, run } }), first, stages, order, run }
  }

  test('are carried out one after the other, and who waits is told so and can cancel', async () => {
    const { carryOut, first, order, said, post, update } = two()
    const one = carryOut(IMPORT_RUN, { id: 1 })
    await expect.poll(() => order).toEqual(['1 runs'])
    const other = carryOut(IMPORT_RUN, { id: 2 })
    await expect.poll(() => said).toContain('Importing 2.csv waits for another import, and begins by itself.')
    expect(wordsOf(post.mock.lastCall)).toContain('Cancel')
    expect(order).toEqual(['1 runs'])
    first.resolve(anImportState({ id: 1, name: '1.csv' }))
    await Promise.all([one, other])
    expect(order).toEqual(['1 runs', '2 runs'])
    expect(update.mock.lastCall?.[0].text).toContain('2.csv')
  })

  test('of which the second is cancelled while it waits leave it at that', async () => {
    const { carryOut, first, stages, order, said } = two()
    const one = carryOut(IMPORT_RUN, { id: 1 })
    await expect.poll(() => order).toEqual(['1 runs'])
    const other = carryOut(IMPORT_RUN, { id: 2 })
    await expect.poll(() => said.at(-1)).toContain('waits')
    stages.set(2, 'cancelled')
    first.resolve(anImportState({ id: 1, name: '1.csv' }))
    await Promise.all([one, other])
    expect(said.at(-1)).toBe('2.csv was not imported: it was cancelled. Nothing was written.')
    expect(said.filter((words) => words.startsWith('Importing 2.csv…'))).toEqual([])
  })

  test('of which the first fails hold up nobody', async () => {
    const { carryOut, first, order } = two()
    const one = carryOut(IMPORT_RUN, { id: 1 })
    await expect.poll(() => order).toEqual(['1 runs'])
    const other = carryOut(IMPORT_RUN, { id: 2 })
    first.reject(new StorageError('The disk is full'))
    await expect(one).rejects.toThrow('The disk is full')
    await other
    expect(order).toEqual(['1 runs', '2 runs'])
  })

  test('of which the second waits when the server stops give it back', async () => {
    const { carryOut, first, order, stop } = two()
    const one = carryOut(IMPORT_RUN, { id: 1 })
    await expect.poll(() => order).toEqual(['1 runs'])
    const other = carryOut(IMPORT_RUN, { id: 2 })
    stop.abort(new Error('the program stops'))
    first.reject(stop.signal.reason)
    await expect(one).rejects.toThrow('the program stops')
    await expect(other).rejects.toThrow('the program stops')
    expect(order).toEqual(['1 runs'])
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

  test('that is asked for again looks at those who were kept, once', async () => {
    let touchedAt = 1000
    const undone = { removed: 8, restored: 0, kept: 1 }
    const state = async () => anImportState({ stage: 'undone', undone, touchedAt })
    const undo = vi.fn(async () => {
      touchedAt = 2000
      return { removed: 9, restored: 0, kept: 0, list: [] }
    })
    const { carryOut, said } = aRunner({ imports: { undo, state } })
    const order = { id: 7, by: 'U0ADA', after: 1000 }
    await carryOut(IMPORT_UNDO, order)
    expect(said).toEqual([
      'Undoing people.csv… 0 rows.',
      'people.csv is undone: 9 contacts removed, 0 as before, 0 kept.',
    ])
    await carryOut(IMPORT_UNDO, order)
    expect(undo).toHaveBeenCalledOnce()
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
