import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

import { inject } from 'vitest'

import { type Persona, type Slack, type SlackOptions, startSlack } from '../../practice/slack/index.ts'
import { slackSigned } from '../../practice/slack/sign.ts'
import { createProgram } from '../../src/app.ts'
import { type BotDeps, createBot } from '../../src/bot/app.ts'
import { createSlackReceiver, SLACK_PATH } from '../../src/bot/receiver.ts'
import type { Config } from '../../src/core/config.ts'
import type { Database } from '../../src/core/store/database.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { sqlitePlace } from '../support/databases.ts'
import { aCore, aGate, aLog, type LogLine, SIGNING_SECRET } from './support.ts'

export interface Workspace extends AsyncDisposable {
  readonly slack: Slack
  readonly ada: Persona
  readonly lines: LogLine[]
  /** Ada types a command and waits for the form that it opens. */
  opens(command: string): Promise<void>
  /** Sends a request by hand, signed, as nobody in this workspace could; gives the acknowledgement. */
  send(fields: Readonly<Record<string, string>>): Promise<unknown>
  /** The same with an interaction. */
  interact(payload: object): Promise<unknown>
}

/** The whole program on an empty database, and people in Slack who use it. */
export async function aProgramInSlack(
  options: SlackOptions = {},
  settings: (slack: Slack) => Partial<Config> = () => ({}),
): Promise<Workspace & { readonly database: Database; readonly databaseUrl: string }> {
  await using resources = new AsyncDisposableStack()
  const slack = resources.use(await startSlack(options))
  const place = resources.use(sqlitePlace({ template: inject('sqliteTemplate') }))
  const { log, lines } = aLog()
  const program = resources.use(
    await createProgram(
      {
        host: '127.0.0.1',
        port: 0,
        databaseUrl: place.url,
        slack: {
          botToken: slack.botToken,
          transport: { mode: 'http', signingSecret: SIGNING_SECRET },
          apiUrl: slack.apiUrl,
        },
        publicUrl: undefined,
        alertChannel: undefined,
        digest: { channel: null, at: '09:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
        admins: [],
        viewers: [],
        timeZone: 'UTC',
        metricsToken: undefined,
        logLevel: 'info',
        webhookSecrets: {},
        enrichment: { providers: [], dailyCredits: 500, on: new Set() },
        warnings: [],
        ...settings(slack),
      },
      { log, now: Date.now, random: Math.random, fetch },
    ),
  )
  const database = resources.use(await openDatabase(place.url))
  const url = await connected(resources, slack, program.listener)
  return { ...workspace(resources.move(), slack, url, lines), database, databaseUrl: place.url }
}

/** The bot alone, with parts that a test gives it. */
export async function aBotInSlack(parts: (slack: Slack) => Partial<BotDeps> = () => ({})): Promise<Workspace> {
  await using resources = new AsyncDisposableStack()
  const slack = resources.use(await startSlack())
  const { log, lines } = aLog()
  const { receiver, listener } = createSlackReceiver({ signingSecret: SIGNING_SECRET, now: Date.now, log })
  createBot({
    receiver,
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    log,
    ...aCore({ gate: aGate('admin', { log, lines }), ...parts(slack) }),
  })
  if (!listener) throw new Error('there is no listener over HTTP')
  const url = await connected(resources, slack, listener)
  return workspace(resources.move(), slack, url, lines)
}

async function connected(resources: AsyncDisposableStack, slack: Slack, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  resources.defer(async () => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `http://127.0.0.1:${port}${SLACK_PATH}`
  slack.connect({ url, signingSecret: SIGNING_SECRET })
  return url
}

function workspace(owned: AsyncDisposableStack, slack: Slack, url: string, lines: LogLine[]): Workspace {
  const ada = slack.person('ada')
  async function send(fields: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(url, slackSigned(SIGNING_SECRET, fields, Date.now()))
    const answer = await response.text()
    return answer === '' ? undefined : JSON.parse(answer)
  }
  return {
    slack,
    ada,
    lines,
    async opens(command) {
      await ada.type(command)
      await ada.sees('Cancel')
    },
    send,
    interact: async (payload) => await send({ payload: JSON.stringify(payload) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
