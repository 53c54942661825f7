import { describe, expect, test } from 'vitest'

import { startSlack, type Trouble, textOf } from '../../practice/slack/index.ts'
import { message, section } from '../../src/bot/blocks.ts'
import { type Mrkdwn, mrkdwn } from '../../src/bot/mrkdwn.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { createUploads, type FileOrder, type UploadDeps } from '../../src/bot/upload.ts'
import { InvalidInputError } from '../../src/core/errors.ts'
import { aLog } from './support.ts'

const CONTENT = '{"ada@example.com": {}}\n'

const say = (sentence: Mrkdwn) => message(sentence, [section(sentence)])
const COLLECTING = say(mrkdwn`Collecting`)
const HERE = say(mrkdwn`Here it is`)

/** Ada is sent a file; a test says what else happens. */
async function aMailroom(overrides: Partial<UploadDeps> = {}) {
  const slack = await startSlack()
  const { log, lines } = aLog()
  const sender = createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now: Date.now })
  const waits: number[] = []
  const uploads = createUploads({
    sender,
    apiUrl: slack.apiUrl,
    log,
    after: async (ms) => waits.push(ms),
    ...overrides,
  })
  const ada = slack.person('ada')
  const order: FileOrder = {
    to: ada.id,
    key: 'file:1',
    about: 'an export',
    waiting: COLLECTING,
    make: async () => ({ name: 'ada.json', content: new Blob([CONTENT]), comment: HERE }),
  }
  return {
    ...{ slack, ada, lines, waits },
    async sends(changes: Partial<FileOrder> = {}) {
      uploads.send({ ...order, ...changes })
      await uploads.settled()
      return ada.messages('@touchpoint')
    },
    [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
  }
}

/** The bytes that somebody in Slack would see. */
async function read({ slack }: Awaited<ReturnType<typeof aMailroom>>, id = '') {
  return Buffer.from((await slack.file(id))?.bytes ?? []).toString()
}

describe('a file in a direct message', () => {
  test('comes below what is said of it', async () => {
    await using mailroom = await aMailroom()
    const messages = await mailroom.sends()
    expect(messages.map(textOf)[0]).toContain('Here it is')
    const [file] = messages.flatMap(({ files }) => files)
    expect(file).toMatchObject({ name: 'ada.json', size: CONTENT.length })
    expect(await read(mailroom, file?.id)).toBe(CONTENT)
    expect(mailroom.slack.problems).toEqual([])
    expect(mailroom.lines).toEqual([])
  })

  test.each<[method: string, trouble: Trouble]>([
    ['files.getUploadURLExternal', { kind: 'status', status: 500 }],
    ['files.getUploadURLExternal', { kind: 'drop' }],
    ['files.getUploadURLExternal', { kind: 'rate-limited', retryAfterSeconds: 2 }],
    ['files.completeUploadExternal', { kind: 'rate-limited', retryAfterSeconds: 2 }],
  ])('is tried again where %s did not work: %o', async (method, trouble) => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble(trouble, { method })
    const messages = await mailroom.sends()
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1)
    expect(mailroom.waits.length).toBeGreaterThan(0)
  })

  test('is put there again where the bytes did not arrive', async () => {
    let calls = 0
    await using mailroom = await aMailroom({
      async fetch(...asked) {
        calls += 1
        return calls === 1 ? new Response('no', { status: 503 }) : await fetch(...asked)
      },
    })
    const messages = await mailroom.sends()
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1)
    expect(mailroom.waits).toEqual([1000])
  })

  test('is shared once and spoken of where the answer to that was lost', async () => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble({ kind: 'drop', after: true }, { method: 'files.completeUploadExternal' })
    const messages = await mailroom.sends()
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1)
    expect(messages.map(textOf).join()).toContain('Here it is')
    expect(mailroom.slack.callsOf('files.completeUploadExternal')).toHaveLength(1)
    expect(mailroom.waits).toEqual([1000])
  })

  test('is shared again where Slack knows of no such thing', async () => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble({ kind: 'status', status: 500 }, { method: 'files.completeUploadExternal' })
    const messages = await mailroom.sends()
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1)
    expect(messages.map(textOf).join()).toContain('Here it is')
  })

  test('is shared again, though perhaps twice, where Slack does not say whether it is there', async () => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble({ kind: 'status', status: 500 }, { method: 'files.completeUploadExternal' })
    mailroom.slack.trouble({ kind: 'refuse', error: 'missing_scope' }, { method: 'files.info' })
    const messages = await mailroom.sends()
    expect(messages.flatMap(({ files }) => files)).toHaveLength(1)
    expect(mailroom.lines).toMatchObject([{ level: 'warn', message: 'whether a file was shared could not be asked' }])
  })

  test('that the workspace does not allow says who can change that', async () => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble({ kind: 'refuse', error: 'file_uploads_disabled' }, { method: 'files.getUploadURLExternal' })
    const [said] = (await mailroom.sends()).map(textOf)
    expect(said).toContain('does not allow files. A workspace admin can allow them')
  })

  test('never goes to an address that is not Slack', async () => {
    const asked: string[] = []
    const sender = {
      post: async () => ({ channel: 'D1', ts: '1' }),
      update: async () => {},
      beginUpload: async () => ({ url: 'https://elsewhere.example/upload', id: 'F1' }),
      shareUpload: async () => {},
      isShared: async () => false,
    }
    await using mailroom = await aMailroom({
      sender,
      async fetch(url) {
        asked.push(String(url))
        return new Response()
      },
    })
    await mailroom.sends()
    expect(asked).toEqual([])
    expect(mailroom.lines).toMatchObject([{ level: 'error' }])
  })

  test('that there is not is a sentence instead', async () => {
    await using mailroom = await aMailroom()
    const messages = await mailroom.sends({ make: async () => ({ instead: HERE }) })
    expect(messages.map(textOf)).toEqual([expect.stringContaining('Here it is')])
    expect(messages.flatMap(({ files }) => files)).toEqual([])
  })

  test('that cannot be made says why', async () => {
    await using mailroom = await aMailroom()
    const [said] = await mailroom.sends({
      async make() {
        throw new InvalidInputError('There is nobody to export.')
      },
    })
    expect(textOf(said)).toContain('There is nobody to export.')
  })

  test('is not even collected for somebody who cannot be written to', async () => {
    await using mailroom = await aMailroom()
    mailroom.slack.trouble({ kind: 'refuse', error: 'messages_tab_disabled' }, { method: 'chat.postMessage' })
    let isMade = false
    await mailroom.sends({
      async make() {
        isMade = true
        return { instead: HERE }
      },
    })
    expect(isMade).toBe(false)
    expect(mailroom.lines).toMatchObject([{ level: 'error', message: 'nobody could be told of an export' }])
  })
})
