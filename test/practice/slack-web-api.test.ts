import { randomUUID } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { startSlack, textOf } from '../../practice/slack/index.ts'
import { aBoltApp, actions, aManifest, button, home, PATIENT } from './slack-app.ts'

type Body = Readonly<Record<string, unknown>>

const Reply = z.looseObject({
  ok: z.boolean().optional(),
  error: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  view: z.looseObject({ hash: z.string() }).optional(),
})

/** Asks as an SDK would, with the status and the headers to look at. */
async function ask(url: string, token: string, body: Body = {}) {
  const fields = Object.entries(body).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams(Object.fromEntries(fields)),
  })
  return { status: response.status, headers: response.headers, body: Reply.parse(await response.json()) }
}

async function aWorkspace(options: Parameters<typeof startSlack>[0] = {}) {
  const slack = await startSlack({ manifest: aManifest(), ...options })
  return {
    slack,
    call: async (method: string, body?: Body, token = slack.botToken) => await ask(slack.apiUrl + method, token, body),
    [Symbol.asyncDispose]: () => slack[Symbol.asyncDispose](),
  }
}

const hello = { channel: '#sales', text: 'Hello' }

describe('a token', () => {
  test.each([
    ['none', 'auth.test', '', 'not_authed'],
    ['a wrong one', 'auth.test', 'xoxb-wrong', 'invalid_auth'],
    ['that of the app level', 'auth.test', 'xapp-1-test', 'invalid_auth'],
    ['that of the bot for a socket', 'apps.connections.open', 'xoxb-token-of-a-test', 'invalid_auth'],
  ])('%s is refused', async (_what, method, token, error) => {
    await using slack = await startSlack()
    const response = await fetch(slack.apiUrl + method, {
      method: 'POST',
      headers: token ? { authorization: `Bearer ${token}` } : {},
    })
    expect([response.status, await response.json()]).toEqual([200, { ok: false, error }])
  })

  test('tells who the app is, and what it may do', async () => {
    await using workspace = await aWorkspace()
    const { body, headers } = await workspace.call('auth.test')
    const { team, app } = workspace.slack.screen()
    expect(body).toMatchObject({
      ok: true,
      team: 'Practice',
      team_id: team.id,
      user: 'touchpoint',
      user_id: app.userId,
    })
    expect(headers.get('x-oauth-scopes')).toBe('commands,chat:write,files:read,files:write,users:read')
  })

  test('without a scope is told which is missing', async () => {
    await using workspace = await aWorkspace({ manifest: aManifest({ scopes: ['commands'] }) })
    expect((await workspace.call('chat.postMessage', hello)).body).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    })
  })
})

describe('a method', () => {
  test('that nobody knows is refused without a reason to try again', async () => {
    await using workspace = await aWorkspace()
    const { status, body } = await workspace.call('chat.postMassage', hello)
    expect([status, body]).toEqual([200, { ok: false, error: 'unknown_method' }])
    expect(workspace.slack.takeProblems()).toEqual(['chat.postMassage is not known to the stand-in'])
  })

  test('named after a property of objects is as unknown', async () => {
    await using workspace = await aWorkspace()
    expect((await workspace.call('constructor')).body).toEqual({ ok: false, error: 'unknown_method' })
    workspace.slack.takeProblems()
  })

  test('takes JSON as well as a form', async () => {
    await using workspace = await aWorkspace()
    const { apiUrl, botToken } = workspace.slack
    const headers = { authorization: `Bearer ${botToken}`, 'content-type': 'application/json; charset=utf-8' }
    const response = await fetch(`${apiUrl}chat.postMessage`, { method: 'POST', headers, body: JSON.stringify(hello) })
    expect(await response.json()).toMatchObject({ ok: true })
  })

  test('says of a person what the workspace knows, the time zone too', async () => {
    await using workspace = await aWorkspace()
    const { id } = workspace.slack.person('tom')
    expect((await workspace.call('users.info', { user: id })).body.user).toMatchObject({
      name: 'tom.okafor',
      is_admin: false,
      is_owner: false,
      is_restricted: false,
      tz: 'America/New_York',
      tz_offset: expect.any(Number),
    })
    const ada = await workspace.call('users.info', { user: workspace.slack.person('ada').id })
    expect(ada.body.user).toMatchObject({ is_admin: true, tz: 'Europe/London' })
    const { members } = (await workspace.call('users.list')).body
    expect(members).toContainEqual(expect.objectContaining({ name: 'admin', is_owner: true }))
  })
})

describe('a message', () => {
  test('is on the screens of all in the channel, with an id for each block', async () => {
    await using workspace = await aWorkspace()
    const { slack } = workspace
    const blocks = [actions(button('Open'), { type: 'users_select' }), { type: 'divider', block_id: 'mine' }]
    const { body } = await workspace.call('chat.postMessage', { ...hello, blocks })
    expect(body).toMatchObject({
      ok: true,
      channel: slack.channel('sales').id,
      ts: expect.stringMatching(/^\d+\.\d{6}$/),
    })
    expect(slack.person('grace').messages()).toMatchObject([
      {
        ts: body.ts,
        from: { name: 'touchpoint', isBot: true },
        text: 'Hello',
        isEphemeral: false,
        blocks: [
          { block_id: expect.stringMatching(/./), elements: [{}, { action_id: expect.stringMatching(/./) }] },
          { block_id: 'mine' },
        ],
      },
    ])
  })

  test('has a ts above that of the one before', async () => {
    await using workspace = await aWorkspace()
    const stamps: number[] = []
    for (let n = 0; n < 5; n += 1) stamps.push(Number((await workspace.call('chat.postMessage', hello)).body.ts))
    expect(stamps.toSorted((a, b) => a - b)).toEqual(stamps)
    expect(new Set(stamps).size).toBe(5)
  })

  test.each([
    ['where the app was not invited', { ...hello, channel: '#general' }, 'not_in_channel'],
    ['in an archived channel', { ...hello, channel: '#random' }, 'is_archived'],
    ['in no channel', { ...hello, channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['with nothing in it', { channel: '#sales', text: '' }, 'invalid_blocks'],
    ['with an id that is no UUID', { ...hello, client_msg_id: 'alert-1' }, 'invalid_arguments'],
  ])('%s is refused', async (_where, body, error) => {
    await using workspace = await aWorkspace()
    expect((await workspace.call('chat.postMessage', body)).body).toMatchObject({ ok: false, error })
    workspace.slack.takeProblems()
  })

  test('with a UUID is taken', async () => {
    await using workspace = await aWorkspace()
    const { body } = await workspace.call('chat.postMessage', { ...hello, client_msg_id: randomUUID() })
    expect(body.ok).toBe(true)
  })

  test('with a UUID that was there before is the message of then, unless it was deleted', async () => {
    await using workspace = await aWorkspace()
    const named = { ...hello, client_msg_id: randomUUID() }
    const answers = await Promise.all([1, 2].map(() => workspace.call('chat.postMessage', named)))
    const { ts, channel } = (await workspace.call('chat.postMessage', named)).body
    expect(answers.map(({ body }) => body.ts)).toEqual([ts, ts])
    expect(workspace.slack.person().messages()).toHaveLength(1)
    await workspace.call('chat.delete', { channel, ts })
    expect((await workspace.call('chat.postMessage', named)).body.error).toBe('duplicate_message_not_found')
  })

  test('reaches every channel with the scope for it', async () => {
    await using workspace = await aWorkspace({ manifest: aManifest({ scopes: ['chat:write', 'chat:write.public'] }) })
    expect((await workspace.call('chat.postMessage', { ...hello, channel: '#general' })).body.ok).toBe(true)
  })

  test('is taken once the app is invited, and no more once it is removed or the channel is archived', async () => {
    await using workspace = await aWorkspace()
    const outcome = async () => (await workspace.call('chat.postMessage', { ...hello, channel: '#marketing' })).body
    await workspace.slack.remove('#marketing')
    expect(await outcome()).toMatchObject({ error: 'not_in_channel' })
    await workspace.slack.invite('#marketing')
    expect(await outcome()).toMatchObject({ ok: true })
    await workspace.slack.archive('#marketing')
    expect(await outcome()).toMatchObject({ error: 'is_archived' })
    expect(workspace.slack.screen().conversations.map(({ name }) => name)).not.toContain('marketing')
  })

  test('to a person is a direct message, which goes by the id of the conversation from then on', async () => {
    await using workspace = await aWorkspace()
    const grace = workspace.slack.person('grace')
    const { body } = await workspace.call('chat.postMessage', { channel: grace.id, text: 'For you' })
    expect(body).toMatchObject({ ok: true, channel: grace.dm })
    expect(grace.messages('@touchpoint').map(textOf)).toEqual(['For you'])
    const update = { channel: body.channel, ts: body.ts, text: 'Changed' }
    expect((await workspace.call('chat.update', { ...update, channel: grace.id })).body.error).toBe('message_not_found')
    expect((await workspace.call('chat.update', update)).body.ok).toBe(true)
    expect(grace.messages('@touchpoint')).toMatchObject([{ text: 'Changed', isEdited: true }])
  })

  test('to a person is refused where the app has no messages tab', async () => {
    await using workspace = await aWorkspace({ manifest: aManifest({ hasMessagesTab: false }) })
    const { body } = await workspace.call('chat.postMessage', { ...hello, channel: workspace.slack.person().id })
    expect(body).toMatchObject({ error: 'messages_tab_disabled' })
  })

  test('that Slack would not show is refused, and disposal of the workspace says so', async () => {
    const slack = await startSlack()
    const { body } = await ask(`${slack.apiUrl}chat.postMessage`, slack.botToken, {
      ...hello,
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text: '<!channel>' } }],
    })
    expect(body).toEqual({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] unescaped mark-up: <!channel> [json-pointer:/blocks/0/text/text]'] },
    })
    expect(slack.person().messages()).toEqual([])
    await expect(slack[Symbol.asyncDispose]()).rejects.toThrow(
      'Slack would not have taken this:\n  chat.postMessage: /blocks/0/text/text: unescaped mark-up: <!channel>',
    )
  })

  test('is cut off by no problem that was taken', async () => {
    const slack = await startSlack()
    await ask(`${slack.apiUrl}nothing`, slack.botToken)
    expect(slack.takeProblems()).toHaveLength(1)
    expect(slack.problems).toEqual([])
    await slack[Symbol.asyncDispose]()
  })

  test('in a thread stands there, and says so where it is broadcast', async () => {
    await using workspace = await aWorkspace()
    const { ts } = (await workspace.call('chat.postMessage', hello)).body
    await workspace.call('chat.postMessage', { ...hello, text: 'More', thread_ts: ts, reply_broadcast: 'true' })
    expect(workspace.slack.person().messages()).toMatchObject([
      { text: 'Hello', thread: undefined },
      { text: 'More', thread: ts, isBroadcast: true },
    ])
  })

  test('in a thread of no message, or of a reply, is a mistake', async () => {
    await using workspace = await aWorkspace()
    const { ts } = (await workspace.call('chat.postMessage', hello)).body
    const reply = (await workspace.call('chat.postMessage', { ...hello, thread_ts: ts })).body
    await workspace.call('chat.postMessage', { ...hello, thread_ts: '1.2' })
    await workspace.call('chat.postMessage', { ...hello, thread_ts: reply.ts })
    expect(workspace.slack.takeProblems()).toEqual([
      'chat.postMessage: there is no message 1.2 to reply to',
      'chat.postMessage: thread_ts is that of a reply, not of its parent',
    ])
  })

  test('is changed and taken away again', async () => {
    await using workspace = await aWorkspace()
    const { channel, ts } = (await workspace.call('chat.postMessage', { ...hello, blocks: [{ type: 'divider' }] })).body
    await workspace.call('chat.update', { channel, ts, text: 'Bare', blocks: [] })
    expect(workspace.slack.person().messages()).toMatchObject([{ text: 'Bare', blocks: [], isEdited: true }])
    await workspace.call('chat.delete', { channel, ts })
    expect(workspace.slack.person().messages()).toEqual([])
  })

  test('is changed to no more than 4,000 characters', async () => {
    await using workspace = await aWorkspace()
    const { channel, ts } = (await workspace.call('chat.postMessage', hello)).body
    const { body } = await workspace.call('chat.update', { channel, ts, text: 'x'.repeat(4001) })
    expect(body).toEqual({ ok: false, error: 'msg_too_long' })
  })

  test('for one person is seen by nobody else, and cannot be changed', async () => {
    await using workspace = await aWorkspace()
    const { slack } = workspace
    const user = slack.person('grace').id
    const { body } = await workspace.call('chat.postEphemeral', { ...hello, user })
    expect(slack.person('grace').messages()).toMatchObject([{ text: 'Hello', isEphemeral: true, ts: body.message_ts }])
    expect(slack.person('ada').messages()).toEqual([])
    const update = { channel: slack.channel('sales').id, ts: body.message_ts, text: 'x' }
    expect((await workspace.call('chat.update', update)).body.error).toBe('message_not_found')
  })
})

describe('the Home tab', () => {
  const view = home(actions(button('Add')))

  test('is published for one person, and its buttons carry a trigger and no conversation', async () => {
    await using bolt = await aBoltApp()
    const seen: unknown[] = []
    bolt.app.event('app_home_opened', async ({ event, client }) => {
      seen.push(event)
      await client.views.publish({ user_id: event.user, view })
    })
    bolt.app.action('go', async ({ body, ack }) => {
      seen.push(body)
      await ack()
    })
    const ada = bolt.slack.person()
    await ada.openHome()
    await ada.sees('Add')
    await ada.press('Add')
    expect(seen).toMatchObject([
      { type: 'app_home_opened', user: ada.id, tab: 'home', channel: ada.dm },
      { type: 'block_actions', container: { type: 'view', view_id: ada.home?.id }, view: { type: 'home' } },
    ])
    expect(seen[1]).toMatchObject({ trigger_id: expect.any(String) })
    expect(seen[1]).not.toHaveProperty('response_url')
    expect(bolt.slack.person('grace').home).toBeUndefined()
    await ada.openHome()
    expect(seen[2]).toMatchObject({ view: { id: ada.home?.id } })
  })

  test('is refused to an app whose manifest has none', async () => {
    await using workspace = await aWorkspace({ manifest: aManifest({ hasHome: false }) })
    const { body } = await workspace.call('views.publish', { user_id: workspace.slack.person().id, view })
    expect(body).toEqual({ ok: false, error: 'not_enabled' })
    await expect(workspace.slack.person().openHome()).rejects.toThrow('has no Home')
  })

  test('is changed only by who saw its last state, where a hash is given', async () => {
    await using workspace = await aWorkspace()
    const publish = async (hash = '') =>
      (await workspace.call('views.publish', { user_id: workspace.slack.person().id, view, hash })).body
    const first = (await publish()).view?.hash
    expect((await publish(first)).ok).toBe(true)
    expect((await publish(first)).error).toBe('hash_conflict')
  })
})

test('any event reaches the app, in the envelope of the workspace', async () => {
  await using bolt = await aBoltApp()
  const seen: unknown[] = []
  bolt.app.event('team_join', async ({ body }) => void seen.push(body))
  expect(await bolt.slack.send({ type: 'team_join', user: { id: 'U1' } })).toBe(true)
  const { team, app } = bolt.slack.screen()
  await expect
    .poll(() => seen, PATIENT)
    .toMatchObject([
      {
        type: 'event_callback',
        team_id: team.id,
        event_id: expect.stringMatching(/^Ev/),
        event_time: expect.any(Number),
        authorizations: [{ user_id: app.userId, is_bot: true }],
        event: { type: 'team_join', user: { id: 'U1' } },
      },
    ])
})

test('a new address is asked for its answer to a challenge', async () => {
  await using bolt = await aBoltApp()
  expect(await bolt.slack.verifyUrl()).toBe(true)
  await using stranger = await aBoltApp({ secret: 'another' })
  expect(await stranger.slack.verifyUrl()).toBe(false)
})

describe('an event that is not taken', () => {
  test('comes again three times, with the number and the reason', async () => {
    const waits: number[] = []
    const after = async (ms: number) => (ms === 3000 ? await new Promise(() => {}) : void waits.push(ms))
    await using bolt = await aBoltApp({ after, secret: 'another' })
    await expect(bolt.slack.person().openHome()).rejects.toThrow('did not take app_home_opened')
    await expect.poll(() => bolt.slack.exchanges.summaries().length, PATIENT).toBe(4)
    const sent = [1, 2, 3, 4].map((id) => bolt.slack.exchanges.get(id))
    expect(sent.map((one) => one?.requestHeaders['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3'])
    expect(sent[1]?.requestHeaders['x-slack-retry-reason']).toBe('http_error')
    expect(new Set(sent.map((one) => JSON.parse(one?.requestBody ?? '').event_id)).size).toBe(1)
    expect(waits).toEqual([100, 60_000, 300_000])
  })
})

describe('a limit', () => {
  test('of messages counts by channel, and says how long to wait', async () => {
    let now = Date.now()
    await using workspace = await aWorkspace({ rateLimits: true, now: () => now })
    const post = async (channel = '#sales') => await workspace.call('chat.postMessage', { ...hello, channel })
    for (let n = 0; n < 10; n += 1) expect((await post()).status).toBe(200)
    const refused = await post()
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      429,
      '1',
      { ok: false, error: 'ratelimited' },
    ])
    expect((await post('#marketing')).status).toBe(200)
    now += 1000
    expect((await post()).status).toBe(200)
    expect((await post()).status).toBe(429)
  })

  test('of other methods counts by tier', async () => {
    await using workspace = await aWorkspace({ rateLimits: true, now: () => 0 })
    const statuses: number[] = []
    for (let n = 0; n < 21; n += 1) statuses.push((await workspace.call('users.list')).status)
    expect(statuses.filter((status) => status === 429)).toHaveLength(1)
  })

  test('is none unless it is asked for', async () => {
    await using workspace = await aWorkspace()
    for (let n = 0; n < 21; n += 1) expect((await workspace.call('users.list')).status).toBe(200)
  })
})

describe('a trouble', () => {
  test.each<
    [what: string, trouble: Parameters<Awaited<ReturnType<typeof startSlack>>['trouble']>[0], expected: object]
  >([
    ['a rate limit', { kind: 'rate-limited', retryAfterSeconds: 30 }, { status: 429 }],
    ['a status', { kind: 'status', status: 503 }, { status: 503 }],
    ['a refusal', { kind: 'refuse', error: 'fatal_error' }, { status: 200, body: { error: 'fatal_error' } }],
  ])('%s comes once in place of the answer', async (_what, trouble, expected) => {
    await using workspace = await aWorkspace()
    workspace.slack.trouble(trouble, { method: 'chat.postMessage' })
    expect((await workspace.call('auth.test')).body.ok).toBe(true)
    expect(await workspace.call('chat.postMessage', hello)).toMatchObject(expected)
    expect(workspace.slack.person().messages()).toEqual([])
    expect((await workspace.call('chat.postMessage', hello)).body.ok).toBe(true)
  })

  test.each([
    ['before anything was done', false, 0],
    ['after it was done', true, 1],
  ])('a connection that ends %s', async (_when, after, count) => {
    await using workspace = await aWorkspace()
    workspace.slack.trouble({ kind: 'drop', after })
    await expect(workspace.call('chat.postMessage', hello)).rejects.toThrow()
    expect(workspace.slack.person().messages()).toHaveLength(count)
    expect(workspace.slack.callsOf('chat.postMessage')).toMatchObject([
      { args: hello, token: workspace.slack.botToken },
    ])
  })
})

test('several workspaces do not know of one another', async () => {
  await using one = await aWorkspace({ botToken: 'xoxb-one' })
  await using other = await aWorkspace({ botToken: 'xoxb-other' })
  expect((await one.call('chat.postMessage', hello)).body.ok).toBe(true)
  expect((await one.call('auth.test', {}, 'xoxb-other')).body.error).toBe('invalid_auth')
  expect(other.slack.person().messages()).toEqual([])
  expect(other.slack.calls).toEqual([])
})

test('a port that is taken is said', async () => {
  await using slack = await startSlack()
  await expect(startSlack({ port: Number(new URL(slack.apiUrl).port) })).rejects.toThrow(/EADDRINUSE/)
})
