import { expect, test, vi } from 'vitest'

import { APP_TOKEN, startSlack, textOf } from '../../practice/slack/index.ts'
import { createBot } from '../../src/bot/app.ts'
import { createSlackReceiver } from '../../src/bot/receiver.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { UpstreamError } from '../../src/core/errors.ts'
import { aCard, aMatch } from './fixtures.ts'
import { aCore, aLog, TOKEN } from './support.ts'

async function aBotOverSocket(overrides: Parameters<typeof aCore>[0] = {}) {
  const slack = await startSlack()
  const { log, lines } = aLog()
  const connection = createSlackReceiver({ appToken: APP_TOKEN, apiUrl: slack.apiUrl, now: () => Date.now(), log })
  createBot({ receiver: connection.receiver, token: TOKEN, apiUrl: slack.apiUrl, log, ...aCore(overrides) })
  await connection.start()
  return {
    slack,
    lines,
    connection,
    async [Symbol.asyncDispose]() {
      await connection.stop()
      await slack[Symbol.asyncDispose]()
    },
  }
}

test('the socket is opened with the app token, at the address that is configured', async () => {
  await using bot = await aBotOverSocket()
  await bot.slack.socket.connected()
  expect(bot.slack.calls).toEqual([{ method: 'apps.connections.open', args: {}, token: APP_TOKEN }])
})

test('a token that Slack refuses is named, and a Slack that cannot be reached is not blamed on it', async () => {
  await using slack = await startSlack()
  const { log } = aLog()
  const opened = (appToken: string, apiUrl: string) =>
    createSlackReceiver({ appToken, apiUrl, now: () => Date.now(), log }).start()
  await expect(opened('xapp-of-another-app', slack.apiUrl)).rejects.toThrow(
    /^no socket to Slack: it answers invalid_auth: is SLACK_APP_TOKEN right/,
  )
  await expect(opened(APP_TOKEN, 'http://127.0.0.1:1/api/')).rejects.toThrow(
    /^no socket to Slack: it did not answer; see whether this server reaches slack\.com/,
  )
})

test('there is no listener for requests', async () => {
  await using bot = await aBotOverSocket()
  expect(bot.connection.listener).toBeUndefined()
})

test('a command is answered in its acknowledgement', async () => {
  await using bot = await aBotOverSocket()
  const card = await bot.slack.person().type('/crm ada@example.com')
  expect(card).toMatchObject({ isEphemeral: true })
  expect(textOf(card)).toContain('Ada Lovelace')
})

test('a shortcut opens its modal, and a menu in it gets its options', async () => {
  await using bot = await aBotOverSocket()
  const ada = bot.slack.person()
  await ada.shortcut('Look up a contact')
  await ada.sees('Type the beginning')
  expect(await ada.options('Whom?', 'ada')).toMatchObject([{ text: 'Ada Lovelace · ada@example.com' }, {}])
})

test('a command that fails is acknowledged with a sentence', async () => {
  await using bot = await aBotOverSocket({ lookup: () => Promise.reject(new Error('boom')) })
  const answer = await bot.slack.person().type('/crm ada@example.com')
  expect(textOf(answer)).toContain('Something went wrong on our side')
})

test('a button is acknowledged at once and answered afterwards', async () => {
  const card = Promise.withResolvers<ReturnType<typeof aCard>>()
  const lookup = async () => ({ kind: 'choose', exact: false, address: null, matches: [aMatch()] }) as const
  await using bot = await aBotOverSocket({ lookup, cardById: () => card.promise })
  const ada = bot.slack.person()
  await ada.type('/crm adda')
  await ada.press('Open Ada Lovelace')
  expect(bot.slack.answers).toEqual([])
  card.resolve(aCard())
  await ada.sees('CTO, Analytical Engines')
})

test('a connection that Slack recycles is replaced without a pause', async () => {
  await using bot = await aBotOverSocket()
  bot.slack.socket.recycle()
  await vi.waitFor(() => expect(bot.slack.socket.opened).toBe(2))
  expect(textOf(await bot.slack.person().type('/crm help'))).toContain('/crm stats')
})

test('while Slack cannot be reached, it is tried again and the log says so', async () => {
  await using bot = await aBotOverSocket()
  bot.slack.trouble({ kind: 'status', status: 503 }, { method: 'apps.connections.open' })
  bot.slack.socket.recycle()
  await vi.waitFor(() => expect(bot.slack.socket.opened).toBe(2), { timeout: 5000 })
  expect(bot.lines.map(({ message }) => message)).toContain('no connection to Slack; commands are not answered')
  expect(bot.slack.callsOf('apps.connections.open')).toHaveLength(3)
})

test('a wrong app token is said at the start', async () => {
  await using slack = await startSlack()
  const { log } = aLog()
  const connection = createSlackReceiver({ appToken: 'wrong', apiUrl: slack.apiUrl, now: () => Date.now(), log })
  await expect(connection.start()).rejects.toThrow(UpstreamError)
  await expect(connection.start()).rejects.toThrow(/SLACK_APP_TOKEN/)
  await connection.stop()
})

test('the socket keeps its own few retries and does not change those of the bot', async () => {
  await using slack = await startSlack()
  const { log } = aLog()
  const connection = createSlackReceiver({ appToken: APP_TOKEN, apiUrl: slack.apiUrl, now: () => Date.now(), log })
  const app = createBot({ receiver: connection.receiver, token: TOKEN, apiUrl: slack.apiUrl, log, ...aCore() })
  expect(app.webClientOptions.retryConfig).toEqual({ retries: 1, minTimeout: 500 })
  slack.trouble({ kind: 'status', status: 500 }, { times: 5 })
  await expect(connection.start()).rejects.toThrow()
  expect(slack.calls).toHaveLength(1)
  await connection.stop()
})

test('stopping ends the connection, and it stays ended', async () => {
  await using slack = await startSlack()
  const { log } = aLog()
  const connection = createSlackReceiver({ appToken: APP_TOKEN, apiUrl: slack.apiUrl, now: () => Date.now(), log })
  createBot({ receiver: connection.receiver, token: TOKEN, apiUrl: slack.apiUrl, log, ...aCore() })
  await connection.start()
  await connection.stop()
  await connection.stop()
  // A reconnection would have been asked for before this.
  await createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => 0 }).checkAuth()
  expect(slack.callsOf('apps.connections.open')).toHaveLength(1)
})
