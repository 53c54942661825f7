import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'

import { LogLevel, type types } from '@slack/bolt'
import { expect, test } from 'vitest'

import { createBot } from '../../src/bot/app.ts'
import { createSlackReceiver } from '../../src/bot/receiver.ts'
import { createSlackLogger } from '../../src/bot/slack-logger.ts'
import { aCore, aLog, SIGNING_SECRET, TOKEN } from './support.ts'

const root = join(import.meta.dirname, '../..')

function aBot() {
  const { log } = aLog()
  const { receiver } = createSlackReceiver({ signingSecret: SIGNING_SECRET, now: () => 0, log })
  return createBot({ receiver, token: TOKEN, apiUrl: 'http://127.0.0.1:1/api/', log, ...aCore() })
}

test('the bot loads under native ESM in Node itself, with everything that Bolt wants installed', async () => {
  const load = `await import(${JSON.stringify(join(root, 'src/bot/app.ts'))});
    await import(${JSON.stringify(join(root, 'src/bot/sender.ts'))});
    await import(${JSON.stringify(join(root, 'src/bot/receiver.ts'))});
    console.log('loaded')`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', load])
  expect(stdout).toBe('loaded\n')
})

test('undici, which Bolt wants and does not bring, is our own dependency', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({ dependencies: { undici: expect.any(String) } })
})

test('no headers are given to clients, which would write a token into them', () => {
  expect(aBot().webClientOptions).not.toHaveProperty('headers')
})

test('retries, timeout and addresses of the client are said explicitly', () => {
  expect(aBot().webClientOptions).toMatchObject({
    retryConfig: { retries: 1 },
    timeout: 10_000,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    slackApiUrl: 'http://127.0.0.1:1/api/',
  })
})

test('no state of conversations is kept in memory', () => {
  // Bolt keeps its middleware private; its own filter for our own events is then the only one.
  expect(Reflect.get(aBot(), 'middleware')).toHaveLength(1)
})

test('each request gets an authorization of its own, for Bolt writes into it', async () => {
  const authorize: () => Promise<unknown> = Reflect.get(aBot(), 'authorize')
  const [one, two] = [await authorize(), await authorize()]
  expect(one).toEqual({ botToken: TOKEN })
  expect(one).not.toBe(two)
})

test('an error in Bolt is logged loudly and does not escape', async () => {
  const { log, lines } = aLog()
  const { receiver } = createSlackReceiver({ signingSecret: SIGNING_SECRET, now: () => 0, log })
  const app = createBot({ receiver, token: TOKEN, log, ...aCore() })
  const ack = () => Promise.reject(new Error('the line is dead'))
  await app.processEvent({ body: { command: '/crm', text: 'help', user_id: 'U1', team_id: 'T1' }, ack })
  expect(lines).toEqual([expect.objectContaining({ level: 'error', message: 'a request of Slack failed' })])
})

test('the compiler refuses a misspelt block type', () => {
  // @ts-expect-error: `satisfies` sees what the open union of Slack's types does not.
  const blocks = [{ type: 'sectoin' }] satisfies types.KnownBlock[]
  expect(blocks).toHaveLength(1)
})

test('the log takes what Slack says, except for debug lines, which hold whole bodies', () => {
  const { log, lines } = aLog()
  const error = new Error('boom')
  const slack = createSlackLogger(log)
  slack.debug('{"text":"ada@example.com"}')
  slack.info('connected', 3)
  slack.warn('slow', { body: 'ada@example.com' })
  slack.error(error)
  slack.setLevel(LogLevel.DEBUG)
  expect(slack.getLevel()).toBe('info')
  expect(lines).toEqual([
    { level: 'info', message: 'slack: connected 3', fields: undefined },
    { level: 'warn', message: 'slack: slow', fields: undefined },
    { level: 'error', message: 'slack: boom', fields: { error } },
  ])
})

test('the bot knows neither the store nor the webhooks, and no module reads the clock or the environment', () => {
  const folder = join(root, 'src/bot')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const source = readFileSync(join(folder, file), 'utf8')
    expect(source, file).not.toMatch(/from '[^']*(?:core\/store|webhooks|hono|drizzle)/)
    expect(source, file).not.toMatch(/Date\.now\(\)|new Date\(\)|process\.env/)
  }
})
