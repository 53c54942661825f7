import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'

import { type RawData, type WebSocket, WebSocketServer } from 'ws'

import { problemsOf } from '../../practice/slack/block-kit.ts'

/** One request that reached the stand-in, whatever was answered. */
export interface SlackCall {
  /** `chat.postMessage`, or `response_url`. */
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  /** The bearer token, or an empty string. */
  readonly token: string
}

/** What the next request gets in place of an answer. */
export type Trouble =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'status'; readonly status: number }
  /** The request is taken, and the connection ends without an answer. */
  | { readonly kind: 'drop' }
  /** `{ ok: false, error }`, such as `not_in_channel`. */
  | { readonly kind: 'refuse'; readonly error: string; readonly needed?: string }

export interface SlackMessage {
  readonly channel: string
  readonly ts: string
  text: string
  blocks: unknown
}

export interface SlackApi extends AsyncDisposable {
  /** For `SLACK_API_URL`. */
  readonly url: string
  readonly calls: readonly SlackCall[]
  /** What stands in the channels now, oldest first. */
  readonly messages: readonly SlackMessage[]
  /** What people got by response_url and as ephemeral messages, oldest first. */
  readonly answers: readonly Readonly<Record<string, unknown>>[]
  /** Everything that real Slack would have refused or warned of. */
  readonly problems: readonly string[]
  callsOf(method: string): SlackCall[]
  /** A new address that takes five answers, as the one in a command or an interaction. */
  responseUrl(): string
  /** Resolves with the `count`-th answer, at once if it is there. */
  answer(count?: number): Promise<Readonly<Record<string, unknown>>>
  /** The next `times` requests, of `method` if named, meet this. */
  trouble(trouble: Trouble, options?: { readonly method?: string; readonly times?: number }): void
  readonly socket: SlackSocket
}

/** Slack's end of Socket Mode. */
export interface SlackSocket {
  /** Resolves when the app has said hello. */
  connected(): Promise<void>
  /** How many connections were ever opened. */
  readonly opened: number
  /** Sends a slash command or an interaction; resolves with the payload of its acknowledgement. */
  deliver(type: 'slash_commands' | 'interactive' | 'events_api', payload: object): Promise<unknown>
  /** Slack recycles the connection, as it does every few hours. */
  recycle(): void
}

/** A Slack Web API and socket on loopback, over real HTTP, that remembers what it was asked. */
export async function startSlackApi(): Promise<SlackApi> {
  const state = new State()
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      state.problems.push(`the stand-in failed: ${String(error)}`)
      response.writeHead(500).end()
    })
  })
  const sockets = new WebSocketServer({ server, path: '/socket' })
  const socket = createSocket(sockets)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `127.0.0.1:${portOf(server.address())}`

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://slack.invalid')
    const body = await readText(request)
    const isAnswer = pathname.startsWith('/response/')
    const call: SlackCall = {
      method: isAnswer ? 'response_url' : pathname.replace(/^\/api\//, ''),
      args: isAnswer ? json(body) : form(body),
      token: /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '',
    }
    state.calls.push(call)
    const trouble = state.takeTrouble(call.method)
    if (trouble) return makeTrouble(trouble, response)
    if (isAnswer) return takeAnswer(pathname, call.args, response)
    send(response, 200, answerTo(call))
  }

  function takeAnswer(path: string, args: SlackCall['args'], response: ServerResponse) {
    const left = state.answersLeft.get(path) ?? 0
    if (left === 0) return send(response, 404, { ok: false, error: 'used_url' })
    state.answersLeft.set(path, left - 1)
    if (args.delete_original !== true && !state.accepts(args))
      return send(response, 400, { ok: false, error: 'invalid_blocks' })
    state.addAnswer(args)
    send(response, 200, { ok: true })
  }

  function answerTo({ method, args, token }: SlackCall): object {
    if (!Object.hasOwn(METHODS, method)) {
      state.problems.push(`${method} is not known to the stand-in`)
      return { ok: false, error: 'unknown_method' }
    }
    if (!token) return { ok: false, error: 'not_authed' }
    const wanted = method === 'apps.connections.open' ? 'xapp-' : 'xoxb-'
    if (!token.startsWith(wanted)) return { ok: false, error: 'invalid_auth' }
    return METHODS[method]?.(args, state, `ws://${origin}/socket`) ?? { ok: false, error: 'unknown_method' }
  }

  return {
    url: `http://${origin}/api/`,
    calls: state.calls,
    messages: state.messages,
    answers: state.answers,
    problems: state.problems,
    callsOf: (method) => state.calls.filter((call) => call.method === method),
    responseUrl() {
      const path = `/response/${state.answersLeft.size + 1}`
      state.answersLeft.set(path, 5)
      return `http://${origin}${path}`
    },
    answer: (count = 1) => state.answer(count),
    trouble(trouble, { method, times = 1 } = {}) {
      for (let time = 0; time < times; time += 1) state.troubles.push({ trouble, method })
    },
    socket,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

class State {
  readonly calls: SlackCall[] = []
  readonly messages: SlackMessage[] = []
  readonly answers: Readonly<Record<string, unknown>>[] = []
  readonly problems: string[] = []
  readonly answersLeft = new Map<string, number>()
  readonly troubles: { readonly trouble: Trouble; readonly method: string | undefined }[] = []
  readonly #waiting: { readonly count: number; readonly resolve: (answer: SlackCall['args']) => void }[] = []

  takeTrouble(method: string): Trouble | undefined {
    const index = this.troubles.findIndex((one) => one.method === undefined || one.method === method)
    return index < 0 ? undefined : this.troubles.splice(index, 1)[0]?.trouble
  }

  /** Whether Slack would show this message; what is wrong with it is kept. */
  accepts(args: SlackCall['args']): boolean {
    const problems = problemsOf(args, 'message')
    this.problems.push(...problems)
    return problems.length === 0
  }

  addAnswer(args: SlackCall['args']): void {
    this.answers.push(args)
    for (const { count, resolve } of this.#waiting) if (count === this.answers.length) resolve(args)
  }

  answer(count: number): Promise<SlackCall['args']> {
    const { promise, resolve } = Promise.withResolvers<SlackCall['args']>()
    const there = this.answers[count - 1]
    if (there) resolve(there)
    else this.#waiting.push({ count, resolve })
    return promise
  }

  #clock = 1_760_000_000_000

  /** Ascending and unique, as Slack's own. */
  nextTs(): string {
    this.#clock += 1
    return `${Math.floor(this.#clock / 1000)}.${String(this.#clock % 1000).padStart(6, '0')}`
  }
}

type Method = (args: SlackCall['args'], state: State, socketUrl: string) => object

const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': () => ({
    ok: true,
    url: 'https://example.slack.com/',
    team: 'Example',
    team_id: 'T0EXAMPLE',
    user: 'touchpoint',
    user_id: 'U0BOT',
    bot_id: 'B0BOT',
  }),
  'chat.postMessage': (args, state) => {
    const { channel, text, blocks, client_msg_id } = args
    if (typeof channel !== 'string') return { ok: false, error: 'channel_not_found' }
    if (client_msg_id !== undefined && !UUID.test(String(client_msg_id)))
      return { ok: false, error: 'invalid_arguments' }
    if (!state.accepts(args)) return refusedBlocks(state)
    const message = { channel, ts: state.nextTs(), text: String(text), blocks }
    state.messages.push(message)
    return { ok: true, channel, ts: message.ts, message: { type: 'message', text, ts: message.ts } }
  },
  'chat.update': (args, state) => {
    const message = state.messages.find(({ channel, ts }) => channel === args.channel && ts === args.ts)
    if (!message) return { ok: false, error: 'message_not_found' }
    if (String(args.text ?? '').length > 4000) return { ok: false, error: 'msg_too_long' }
    if (!state.accepts(args)) return refusedBlocks(state)
    message.text = String(args.text)
    message.blocks = args.blocks
    return { ok: true, channel: message.channel, ts: message.ts, text: message.text }
  },
  'chat.postEphemeral': (args, state) => {
    if (typeof args.user !== 'string') return { ok: false, error: 'user_not_in_channel' }
    if (!state.accepts(args)) return refusedBlocks(state)
    state.addAnswer(args)
    return { ok: true, message_ts: state.nextTs() }
  },
  'apps.connections.open': (_args, _state, url) => ({ ok: true, url }),
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

function refusedBlocks(state: State): object {
  return { ok: false, error: 'invalid_blocks', response_metadata: { messages: state.problems.slice(-10) } }
}

function makeTrouble(trouble: Trouble, response: ServerResponse) {
  switch (trouble.kind) {
    case 'rate-limited':
      response.setHeader('retry-after', trouble.retryAfterSeconds)
      return send(response, 429, { ok: false, error: 'ratelimited' })
    case 'status':
      return send(response, trouble.status, {})
    case 'refuse':
      return send(response, 200, { ok: false, error: trouble.error, needed: trouble.needed })
    case 'drop':
      response.destroy()
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/** Form fields, with those that hold JSON read. */
function form(body: string): Record<string, unknown> {
  const fields = [...new URLSearchParams(body)].map(([key, value]) => [
    key,
    STRUCTURED.has(key) ? parsed(value) : value,
  ])
  return Object.fromEntries(fields)
}

const STRUCTURED: ReadonlySet<string> = new Set(['blocks', 'metadata', 'attachments', 'view'])

function json(body: string): Record<string, unknown> {
  const value = parsed(body)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== 'object' || !address) throw new Error('the stand-in does not listen')
  return address.port
}

function createSocket(sockets: WebSocketServer): SlackSocket {
  const acknowledged = new Map<string, (payload: unknown) => void>()
  let connection = Promise.withResolvers<WebSocket>()
  let opened = 0
  sockets.on('connection', (client) => {
    opened += 1
    client.on('message', (data: RawData) => {
      const { envelope_id, payload } = json(data.toString())
      acknowledged.get(String(envelope_id))?.(payload)
    })
    client.on('close', () => {
      connection = Promise.withResolvers()
    })
    client.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A0APP' } }))
    connection.resolve(client)
  })
  return {
    connected: async () => void (await connection.promise),
    get opened() {
      return opened
    },
    async deliver(type, payload) {
      const client = await connection.promise
      const envelope_id = `envelope-${acknowledged.size + 1}`
      const { promise, resolve } = Promise.withResolvers<unknown>()
      acknowledged.set(envelope_id, resolve)
      client.send(JSON.stringify({ type, envelope_id, payload, accepts_response_payload: true }))
      return await promise
    },
    recycle() {
      for (const client of sockets.clients)
        client.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
    },
  }
}

/**
 * What Slack sends over HTTP, for `fetch`: a form body with its signature. `at` is in UTC
 * milliseconds. Bolt compares the content type exactly, so there is no charset in it.
 */
export function slackSigned(signingSecret: string, fields: Readonly<Record<string, string>>, at: number) {
  const body = new URLSearchParams(fields).toString()
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  } as const
}

/** The fields of a slash command. */
export function slashCommand(text: string, overrides: Readonly<Record<string, string>> = {}) {
  return {
    command: '/crm',
    text,
    team_id: 'T0EXAMPLE',
    team_domain: 'example',
    channel_id: 'C0GENERAL',
    channel_name: 'general',
    user_id: 'U0ADA',
    user_name: 'ada',
    api_app_id: 'A0APP',
    trigger_id: '1.2.3',
    ...overrides,
  }
}

export interface ButtonPress {
  readonly action_id: string
  readonly value: string
  readonly response_url: string
  readonly ephemeral?: boolean
  readonly user?: { readonly id: string; readonly team_id?: string }
}

/** What Slack sends when somebody presses a button, as the object that goes into `payload`. */
export function buttonPress({ action_id, value, response_url, ephemeral = true, user }: ButtonPress) {
  return {
    type: 'block_actions',
    api_app_id: 'A0APP',
    team: { id: 'T0EXAMPLE', domain: 'example' },
    user: user ?? { id: 'U0ADA', username: 'ada', team_id: 'T0EXAMPLE' },
    channel: { id: 'C0GENERAL', name: 'general' },
    container: { type: 'message', message_ts: '1760000000.000001', channel_id: 'C0GENERAL', is_ephemeral: ephemeral },
    trigger_id: '1.2.3',
    response_url,
    actions: [
      {
        type: 'button',
        block_id: 'b1',
        action_id,
        value,
        text: { type: 'plain_text', text: 'Press' },
        action_ts: '1760000001.000001',
      },
    ],
  }
}
