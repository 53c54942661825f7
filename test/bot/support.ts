import { once } from 'node:events'
import { createServer } from 'node:http'

import { type BotDeps, createBot } from '../../src/bot/app.ts'
import { createSlackReceiver, SLACK_PATH } from '../../src/bot/receiver.ts'
import type { Logger } from '../../src/core/logger.ts'
import { type SlackApi, slackSigned, startSlackApi } from '../support/slack-api.ts'
import { aCard, someStatistics } from './fixtures.ts'

export const SIGNING_SECRET = 'a-signing-secret-of-a-test'
export const TOKEN = 'xoxb-token-of-a-test'

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

export function aLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const write = (level: LogLine['level']) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    lines.push({ level, message, fields })
  }
  return { lines, log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } }
}

/** What the bot asks the core for; say only what the test is about. */
export function aCore(overrides: Partial<BotDeps> = {}) {
  return {
    lookup: async () => ({ kind: 'found', card: aCard() }),
    cardById: async () => aCard(),
    addContact: async () => aCard(),
    statistics: async () => someStatistics(),
    ...overrides,
  } satisfies Partial<BotDeps>
}

export interface HttpBot extends AsyncDisposable {
  readonly url: string
  readonly slack: SlackApi
  readonly lines: LogLine[]
  /** Sends a signed request as Slack does; `at` is its date. */
  send(fields: Readonly<Record<string, string>>, at?: number): Promise<Response>
  /** Sends an interaction. */
  press(payload: object): Promise<Response>
}

/** The real bot behind a real server, reached as Slack reaches it. */
export async function aBotOverHttp(overrides: Partial<BotDeps> = {}): Promise<HttpBot> {
  const slack = await startSlackApi()
  const { log, lines } = aLog()
  const connection = createSlackReceiver({ signingSecret: SIGNING_SECRET, now: () => Date.now(), log })
  createBot({ receiver: connection.receiver, token: TOKEN, apiUrl: slack.url, log, ...aCore(overrides) })
  const server = createServer(connection.listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const send = (fields: Readonly<Record<string, string>>, at = Date.now()) =>
    fetch(`${url}${SLACK_PATH}`, slackSigned(SIGNING_SECRET, fields, at))
  return {
    url,
    slack,
    lines,
    send,
    press: (payload) => send({ payload: JSON.stringify(payload) }),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await slack[Symbol.asyncDispose]()
    },
  }
}
