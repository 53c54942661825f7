import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'

import { expect, test, vi } from 'vitest'

import { startSlack, textOf } from '../../practice/slack/index.ts'
import { createExporter, type ExporterDeps } from '../../src/bot/exporter.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { InvalidInputError, StorageError, UpstreamError } from '../../src/core/errors.ts'
import { createDayOf } from '../../src/core/time.ts'
import { NOW } from './fixtures.ts'
import { aGate, aLog } from './support.ts'

/** Ada has ordered an export; a test says what else happens. */
async function anExporter(overrides: Partial<ExporterDeps> = {}) {
  const slack = await startSlack()
  const ada = slack.person('ada')
  const { log, lines } = aLog()
  let at = NOW
  const run = createExporter({
    sender: createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now: () => at }),
    apiUrl: slack.apiUrl,
    gate: aGate('member'),
    count: async () => 2,
    write: async function* (_order, { onProgress }) {
      yield '"email"\r\n'
      yield '"ada@example.com"\r\n'
      onProgress?.(2)
    },
    dayOf: createDayOf('UTC'),
    now: () => at,
    async after(ms) {
      at += ms
    },
    log,
    ...overrides,
  })
  const stop = new AbortController()
  const id = `test-${crypto.randomUUID()}`
  const payload = { id, text: 'tag:vip', format: 'csv', by: ada.id }
  return {
    ...{ slack, ada, lines, stop },
    async run() {
      at += 60_000
      await run(payload, { id: `export:${id}`, signal: stop.signal })
    },
    said: () => ada.messages('@touchpoint').map(textOf).join('\n'),
    files: () => ada.messages('@touchpoint').flatMap(({ files }) => files),
    leftBehind: () => readdirSync(tmpdir()).filter((name) => name.includes(id)),
    [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
  }
}

test('an export is a file in a direct message, and nothing of it stays on the server', async () => {
  await using exporter = await anExporter()
  await exporter.run()
  expect(exporter.said()).toContain('2 contacts that match `tag:vip`, as a file.')
  const [file] = exporter.files()
  expect(file).toMatchObject({ name: expect.stringMatching(/^contacts-\d{4}-\d\d-\d\d\.csv$/) })
  const bytes = (await exporter.slack.file(file?.id ?? ''))?.bytes ?? []
  expect(Buffer.from(bytes).toString()).toBe('"email"\r\n"ada@example.com"\r\n')
  expect(exporter.leftBehind()).toEqual([])
  expect(exporter.slack.problems).toEqual([])
  expect(exporter.lines).toEqual([])
})

test('an order to whom Slack cannot be reached is carried out later', async () => {
  const write = vi.fn<ExporterDeps['write']>(async function* () {
    yield '"email"\r\n'
  })
  await using exporter = await anExporter({ write })
  exporter.slack.trouble({ kind: 'status', status: 503 }, { method: 'chat.postMessage', times: 4 })
  await expect(exporter.run()).rejects.toBeInstanceOf(UpstreamError)
  expect(write).not.toHaveBeenCalled()
  await exporter.run()
  expect(exporter.files()).toHaveLength(1)
  expect(exporter.said()).toContain('as a file.')
  expect(exporter.ada.messages('@touchpoint').filter(({ files }) => files.length === 0)).toHaveLength(1)
})

test('an order by somebody who cannot be written to is over', async () => {
  const write = vi.fn<ExporterDeps['write']>()
  await using exporter = await anExporter({ write })
  exporter.slack.trouble({ kind: 'refuse', error: 'user_disabled' }, { method: 'chat.postMessage', times: 9 })
  await exporter.run()
  expect(write).not.toHaveBeenCalled()
  expect(exporter.lines.map(({ level }) => level)).toEqual(['error', 'error'])
})

test.each([
  ['it was shared', 'files.completeUploadExternal', { kind: 'drop', after: true }],
  ['it was spoken of', 'chat.update', { kind: 'status', status: 503 }],
] as const)(
  'a file comes once although nobody heard that %s, and the order is carried out again',
  async (_what, method, trouble) => {
    await using exporter = await anExporter()
    exporter.slack.trouble(trouble, { method, times: method === 'chat.update' ? 4 : 1 })
    if (method !== 'chat.update')
      exporter.slack.trouble({ kind: 'status', status: 503 }, { method: 'files.info', times: 3 })
    await expect(exporter.run()).rejects.toBeInstanceOf(UpstreamError)
    expect(exporter.files()).toHaveLength(1)
    await exporter.run()
    expect(exporter.files()).toHaveLength(1)
    expect(exporter.said()).toContain('2 contacts that match `tag:vip`, as a file.')
  },
)

test('whoever may no longer export gets nothing', async () => {
  const write = vi.fn<ExporterDeps['write']>()
  await using exporter = await anExporter({ gate: aGate('viewer'), write })
  await exporter.run()
  expect(exporter.said()).toContain('You can look things up here')
  expect(write).not.toHaveBeenCalled()
})

test.each([
  ['member', false],
  ['admin', true],
] as const)(
  'of more than a thousand contacts, which there are by now, an order by a %s is carried out: %s',
  async (role, isDone) => {
    await using exporter = await anExporter({ gate: aGate(role), count: async () => 1001 })
    await exporter.run()
    expect(exporter.files()).toHaveLength(isDone ? 1 : 0)
    if (!isDone) expect(exporter.said()).toContain('more than 1,000 at once are for admins')
  },
)

test('a server that stops in the middle says so, begins anew, and leaves nothing behind', async () => {
  await using exporter = await anExporter({
    write: async function* (_order, { onProgress }) {
      onProgress?.(1)
      yield '"email"\r\n'
      exporter.stop.abort()
      yield '"ada@example.com"\r\n'
    },
  })
  await expect(exporter.run()).rejects.toThrow('aborted')
  expect(exporter.said()).toContain('stopped after 1 of 2 contacts')
  expect(exporter.files()).toEqual([])
  expect(exporter.leftBehind()).toEqual([])
})

test.each([
  [new StorageError('the database is away'), 'failed: the database is away', true],
  [new Error('secret'), 'Something went wrong on our side', true],
  [new InvalidInputError('no such filter'), 'could not be exported: no such filter', false],
])('%s is told in a sentence', async (error, sentence, isTriedAgain) => {
  await using exporter = await anExporter({ count: () => Promise.reject(error) })
  const run = exporter.run()
  if (isTriedAgain) await expect(run).rejects.toBe(error)
  else await run
  expect(exporter.said()).toContain(sentence)
  expect(exporter.said()).not.toContain('secret')
})

test('a file that is too large is not sent, and the sentence says how to get it', async () => {
  const megabyte = 'x'.repeat(1024 * 1024)
  await using exporter = await anExporter({
    write: async function* () {
      for (let n = 0; n < 101; n += 1) yield megabyte
    },
  })
  await exporter.run()
  expect(exporter.files()).toEqual([])
  expect(exporter.said()).toMatch(/larger than 100 MB.*npm run crm -- export --format csv --filter 'tag:vip'/s)
  expect(exporter.leftBehind()).toEqual([])
})
