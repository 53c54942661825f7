import { describe, expect, test, vi } from 'vitest'

import { type Slack, startSlack } from '../../practice/slack/index.ts'
import { table } from '../../src/bot/blocks.ts'
import { mrkdwn } from '../../src/bot/mrkdwn.ts'
import { createSlackSender, type SenderDeps } from '../../src/bot/sender.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { CrmError, UncertainError, UpstreamError } from '../../src/core/errors.ts'
import { anAlert, NOW } from './fixtures.ts'
import { TOKEN } from './support.ts'

const alert = alertView(anAlert(), { audience: 'own', offersUndo: false })
const post = { ...alert, channel: '#sales', key: 'reply:sendgrid:1' }

function aSender(slack: Slack, deps: Partial<SenderDeps> = {}) {
  return createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => NOW, ...deps })
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a message is posted so that nothing in it is linked, previewed or parsed', async () => {
  await using slack = await startSlack()
  const posted = await aSender(slack).post(post)
  expect(slack.person().messages()).toMatchObject([{ ts: posted?.ts, isEphemeral: false }])
  expect(posted?.channel).toBe(slack.channel('sales').id)
  expect(slack.calls).toEqual([
    {
      method: 'chat.postMessage',
      token: TOKEN,
      args: expect.objectContaining({ text: alert.text, parse: 'none', unfurl_links: 'false', unfurl_media: 'false' }),
    },
  ])
  expect(slack.calls[0]?.args).not.toHaveProperty('link_names')
})

test('the same effect has the same id and another effect another one', async () => {
  await using slack = await startSlack()
  for (const [channel, key] of [
    ['#sales', 'a'],
    ['#marketing', 'a'],
    ['#sales', 'b'],
  ] as const)
    await aSender(slack).post({ ...post, channel, key })
  const [first, second, third] = slack.calls.map(({ args }) => args.client_msg_id)
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(second).toBe(first)
  expect(third).not.toBe(first)
})

test.each([500, 502, 404])('an answer of %i is one request and a failure that may pass', async (status) => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'status', status }, { times: 5 })
  expect(await failureOf(aSender(slack).post(post))).toBeInstanceOf(UpstreamError)
  expect(slack.calls).toHaveLength(1)
})

test.each([
  ['had not', false],
  ['had', true],
])('a connection that ends without an answer is one request: the message %s arrived', async (_which, after) => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'drop', after }, { times: 5 })
  expect(await failureOf(aSender(slack).post(post))).toBeInstanceOf(UpstreamError)
  expect(slack.calls).toHaveLength(1)
  expect(slack.person().messages()).toHaveLength(after ? 1 : 0)
})

test('a rate limit is one request and says when to come back, and the channel waits as long', async () => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'rate-limited', retryAfterSeconds: 30 })
  let now = NOW
  const sender = aSender(slack, { now: () => now })
  expect(await failureOf(sender.post(post))).toMatchObject({ name: 'UpstreamError', retryAfterMs: 30_000 })
  now += 29_999
  expect(await failureOf(sender.post(post))).toMatchObject({ name: 'UpstreamError', retryAfterMs: 1 })
  expect(slack.calls).toHaveLength(1)
  now += 1
  await sender.post(post)
  expect(slack.calls).toHaveLength(2)
})

test('a rate limit of changes holds up further changes, and no new messages', async () => {
  await using slack = await startSlack()
  const sender = aSender(slack)
  const posted = await sender.post(post)
  if (!posted) throw new Error('nothing was posted')
  slack.trouble({ kind: 'rate-limited', retryAfterSeconds: 30 })
  for (let time = 0; time < 2; time += 1)
    expect(await failureOf(sender.update({ ...alert, ...posted }))).toMatchObject({ retryAfterMs: 30_000 })
  expect(slack.callsOf('chat.update')).toHaveLength(1)
  await sender.post({ ...post, key: 'another' })
})

test('a channel gets three messages at once and then one a second, and others do not wait for it', async () => {
  await using slack = await startSlack()
  let now = NOW
  const sender = aSender(slack, { now: () => now })
  const say = (key: string, channel = '#sales') => failureOf(sender.post({ ...post, key, channel }))
  expect(await Promise.all(['a', 'b', 'c'].map((key) => say(key)))).toEqual([undefined, undefined, undefined])
  now += 400
  expect(await say('d')).toMatchObject({ name: 'UpstreamError', retryAfterMs: 600 })
  expect(await say('e')).toMatchObject({ name: 'UpstreamError', retryAfterMs: 1600 })
  await say('a', '#marketing')
  now += 600
  expect([await say('d'), await say('e')]).toMatchObject([undefined, { retryAfterMs: 2000 }])
  expect(slack.person().messages()).toHaveLength(4)
  now += 60_000
  expect(await Promise.all(['f', 'g', 'h'].map((key) => say(key)))).toEqual([undefined, undefined, undefined])
})

describe('a post whose answer was lost', () => {
  test.each([
    ['was lost with the connection', { kind: 'drop', after: true }],
    ['was a failure of the server', { kind: 'status', status: 503, after: true }],
    ['says that a part may be done', { kind: 'refuse', error: 'internal_error' }],
  ] as const)('may be there where the answer %s', async (_how, trouble) => {
    await using slack = await startSlack()
    slack.trouble(trouble)
    expect(await failureOf(aSender(slack).post(post))).toBeInstanceOf(UncertainError)
  })

  test('is there once when it is sent again', async () => {
    await using slack = await startSlack()
    slack.trouble({ kind: 'drop', after: true })
    const sender = aSender(slack)
    await failureOf(sender.post(post))
    const [message] = slack.person().messages()
    expect(await sender.post(post)).toEqual({ channel: slack.channel('sales').id, ts: message?.ts })
    expect(slack.person().messages()).toHaveLength(1)
  })

  test('is done where somebody has deleted it since', async () => {
    await using slack = await startSlack()
    slack.trouble({ kind: 'refuse', error: 'duplicate_message_not_found' })
    expect(await aSender(slack).post(post)).toBeUndefined()
  })

  test('is not there where Slack is out of reach', async () => {
    const slack = await startSlack()
    await slack[Symbol.asyncDispose]()
    expect(await failureOf(aSender(slack).post(post))).toMatchObject({ name: 'UpstreamError' })
  })

  test.each([
    ['a rate limit', { kind: 'rate-limited', retryAfterSeconds: 1 }],
    ['an unknown address', { kind: 'status', status: 404 }],
  ] as const)('is not there after %s', async (_why, trouble) => {
    await using slack = await startSlack()
    slack.trouble(trouble)
    expect(await failureOf(aSender(slack).post(post))).toMatchObject({ name: 'UpstreamError' })
  })
})

describe('newer blocks', () => {
  const TABLE = table([['ada']])
  const charted = { ...post, charted: [...alert.blocks, TABLE] }

  function aMemory() {
    const kept: string[] = []
    return {
      kept,
      refusedBlocks: {
        isRefused: async (team: string, block: string) => kept.includes(`${team} ${block}`),
        async refused(team: string, block: string) {
          kept.push(`${team} ${block}`)
        },
      },
    }
  }

  test('are sent where the workspace takes them', async () => {
    await using slack = await startSlack()
    const { kept, refusedBlocks } = aMemory()
    await aSender(slack, { refusedBlocks }).post(charted)
    expect(slack.person().messages()[0]?.blocks.at(-1)).toMatchObject({ type: 'table' })
    expect(kept).toEqual([])
  })

  test('give way to classic ones where they are refused, and are not tried again', async () => {
    await using slack = await startSlack()
    slack.refuseBlocks(['table'])
    const { kept, refusedBlocks } = aMemory()
    const sender = aSender(slack, { refusedBlocks })
    const posted = await sender.post(charted)
    expect(kept).toEqual([`${slack.screen().team.id} table`])
    if (!posted) throw new Error('nothing was posted')
    await sender.post({ ...charted, key: 'another' })
    await sender.update({ ...charted, ...posted })
    const methods = slack.calls.map(({ method }) => method)
    expect(methods).toEqual(['auth.test', 'chat.postMessage', 'chat.postMessage', 'chat.postMessage', 'chat.update'])
    expect(slack.person().messages()).toHaveLength(2)
  })

  test('are not to blame where the classic ones are refused, too', async () => {
    await using slack = await startSlack()
    slack.refuseBlocks(['table', ...alert.blocks.map(({ type }) => type)])
    const { kept, refusedBlocks } = aMemory()
    const failure = await failureOf(aSender(slack, { refusedBlocks }).post(charted))
    expect(failure).toMatchObject({ code: 'invalid_blocks' })
    expect(kept).toEqual([])
  })

  test('are not sent where nothing is known of the workspace', async () => {
    await using slack = await startSlack()
    slack.trouble({ kind: 'status', status: 500 }, { method: 'auth.test' })
    await aSender(slack, aMemory()).post(charted)
    expect(slack.person().messages()[0]?.blocks).toHaveLength(alert.blocks.length)
  })
})

test('a reply goes into its thread, and into the channel where that is wanted', async () => {
  await using slack = await startSlack()
  const sender = aSender(slack)
  const parent = await sender.post(post)
  if (!parent) throw new Error('nothing was posted')
  await sender.post({ ...post, key: 'quiet', thread: parent.ts })
  await sender.post({ ...post, key: 'loud', thread: parent.ts, broadcast: true })
  expect(slack.person().messages()).toMatchObject([
    { isBroadcast: false },
    { thread: parent.ts, isBroadcast: false },
    { thread: parent.ts, isBroadcast: true },
  ])
})

test.each([
  ['not_in_channel', /Invite it there: \/invite/],
  ['channel_not_found', /Check its id/],
  ['is_archived', /archived/],
  ['invalid_auth', /SLACK_BOT_TOKEN/],
  ['token_revoked', /SLACK_BOT_TOKEN/],
  ['restricted_action', /restricted_action/],
  ['constructor', /constructor/],
])('the refusal %s says what to do', async (error, advice) => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'refuse', error })
  const failure = await failureOf(aSender(slack).post(post))
  expect(failure).toBeInstanceOf(SlackRefusedError)
  expect(failure).toBeInstanceOf(CrmError)
  expect(failure).toMatchObject({ code: error, message: expect.stringMatching(advice) })
})

test.each([
  ['msg_too_long', true],
  ['invalid_blocks', true],
  ['not_in_channel', false],
  ['missing_scope', false],
  ['a_word_of_tomorrow', false],
])('that the refusal %s comes again whatever anybody does is %s', async (error, isFinal) => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'refuse', error })
  expect(await failureOf(aSender(slack).post(post))).toMatchObject({ isFinal })
})

test('a missing scope is named', async () => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'refuse', error: 'missing_scope', needed: 'chat:write' })
  await expect(aSender(slack).post(post)).rejects.toThrow(/It needs chat:write/)
})

test.each(['internal_error', 'ratelimited', 'service_unavailable'])('%s passes by itself', async (error) => {
  await using slack = await startSlack()
  slack.trouble({ kind: 'refuse', error })
  expect(await failureOf(aSender(slack).post(post))).toBeInstanceOf(UpstreamError)
})

test('a post that hangs is given up', async () => {
  await using slack = await startSlack()
  const signals: (AbortSignal | null | undefined)[] = []
  const hanging: typeof fetch = async (_url, init) => {
    signals.push(init?.signal)
    throw new DOMException('timed out', 'TimeoutError')
  }
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  expect(await failureOf(aSender(slack, { fetch: hanging }).post(post))).toBeInstanceOf(UpstreamError)
  expect(timeout).toHaveBeenCalledWith(10_000)
  expect(signals).toEqual([expect.any(AbortSignal)])
  timeout.mockRestore()
})

test('the token can be checked', async () => {
  await using slack = await startSlack()
  const { team, app } = slack.screen()
  expect(await aSender(slack).checkAuth()).toEqual({ team: team.name, teamId: team.id, userId: app.userId })
  await expect(aSender(slack, { token: 'wrong' }).checkAuth()).rejects.toThrow(SlackRefusedError)
})

test('two senders keep their own tokens', async () => {
  await using here = await startSlack({ botToken: 'xoxb-1' })
  await using there = await startSlack({ botToken: 'xoxb-2' })
  const [one, two] = [aSender(here, { token: 'xoxb-1' }), aSender(there, { token: 'xoxb-2' })]
  await two.checkAuth()
  await one.checkAuth()
  expect([here, there].map(({ calls }) => calls.map(({ token }) => token))).toEqual([['xoxb-1'], ['xoxb-2']])
})

test('the stand-in refuses what Slack would', async () => {
  await using slack = await startSlack()
  const tooMany = Array.from({ length: 51 }, () => ({ type: 'divider' }) as const)
  const failure = await failureOf(aSender(slack).post({ ...post, text: mrkdwn`x`, blocks: tooMany }))
  expect(failure).toMatchObject({ code: 'invalid_blocks' })
  expect(slack.takeProblems()).toEqual(['chat.postMessage: /blocks: 51 entries, at most 50'])
})

test.each([
  ['does not know the question', { ok: false, error: 'unknown_method' }, 200],
  ['has no such address', { nothing: true }, 404],
  ['tells nothing of anybody', { ok: true }, 200],
])('a stand-in that %s has nobody who is less than a member', async (_, answer, status) => {
  const fetch = async () => Response.json(answer, { status })
  const sender = createSlackSender({ token: TOKEN, now: () => 0, fetch })
  expect(await sender.person('U1')).toMatchObject({ is_restricted: false, is_bot: false, deleted: false })
})

test('a refusal is no person', async () => {
  const fetch = async () => Response.json({ ok: false, error: 'missing_scope', needed: 'users:read' })
  const sender = createSlackSender({ token: TOKEN, now: () => 0, fetch })
  await expect(sender.person('U1')).rejects.toThrow(SlackRefusedError)
})
