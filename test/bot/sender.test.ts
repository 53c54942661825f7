import { expect, test, vi } from 'vitest'

import { type Slack, startSlack } from '../../practice/slack/index.ts'
import { mrkdwn } from '../../src/bot/mrkdwn.ts'
import { createSlackSender, type SenderDeps } from '../../src/bot/sender.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { alertView } from '../../src/bot/views/alert.ts'
import { CrmError, UpstreamError } from '../../src/core/errors.ts'
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
  expect(slack.person().messages()).toMatchObject([{ ts: posted.ts, isEphemeral: false }])
  expect(posted.channel).toBe(slack.channel('sales').id)
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
  const sender = aSender(slack)
  expect(await failureOf(sender.post(post))).toMatchObject({ name: 'UpstreamError', retryAfterMs: 30_000 })
  expect(await failureOf(sender.post(post))).toMatchObject({ name: 'UpstreamError', retryAfterMs: 30_000 })
  expect(slack.calls).toHaveLength(1)
})

test('a channel gets one message a second, and others do not wait for it', async () => {
  await using slack = await startSlack()
  let now = NOW
  const sender = aSender(slack, { now: () => now })
  await sender.post(post)
  now += 400
  expect(await failureOf(sender.post(post))).toMatchObject({ name: 'UpstreamError', retryAfterMs: 600 })
  await sender.post({ ...post, channel: '#marketing' })
  now += 600
  await sender.post(post)
  expect(slack.calls.map(({ args }) => args.channel)).toEqual(['#sales', '#marketing', '#sales'])
})

test('two messages at the same moment do not pass together', async () => {
  await using slack = await startSlack()
  const sender = aSender(slack)
  const outcomes = await Promise.allSettled([sender.post(post), sender.post(post)])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(slack.calls).toHaveLength(1)
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
