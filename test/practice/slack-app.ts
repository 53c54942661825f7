import { once } from 'node:events'
import { createServer } from 'node:http'

import { App, HTTPReceiver, LogLevel, SocketModeReceiver, type types, type ViewResponseAction } from '@slack/bolt'
import { z } from 'zod'

import { type Manifest, readManifest, type Slack, type SlackOptions, startSlack } from '../../practice/slack/index.ts'

const SECRET = 'a-signing-secret-of-a-test'

const QUIET = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}

/** A manifest with everything that the stand-in can bring to an app. */
export function aManifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    ...readManifest(),
    commands: [{ command: '/crm', description: 'Look up', usage_hint: 'help' }],
    shortcuts: [
      { callback_id: 'import', name: 'Import contacts', description: 'From a file', type: 'global' },
      { callback_id: 'look_up', name: 'Look up people', description: 'In this message', type: 'message' },
    ],
    scopes: ['commands', 'chat:write', 'files:read', 'files:write', 'users:read'],
    events: ['app_home_opened', 'message.im'],
    hasHome: true,
    hasMessagesTab: true,
    hasOptionsUrl: true,
    ...overrides,
  }
}

export interface BoltApp extends AsyncDisposable {
  readonly slack: Slack
  readonly app: App
}

export interface BoltOptions extends SlackOptions {
  readonly over?: 'http' | 'socket'
  /** What Slack signs with, if not with what the app knows. */
  readonly secret?: string
}

/** A workspace and a small app of Bolt's in it, which the test tells what to do. */
export async function aBoltApp(options: BoltOptions = {}): Promise<BoltApp> {
  const slack = await startSlack({ manifest: aManifest(), ...options })
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }
  const stop = new AsyncDisposableStack()
  stop.use(slack)
  const shared = { token: slack.botToken, clientOptions, convoStore: false, logger: QUIET } as const
  if (options.over === 'socket') {
    const installerOptions = { clientOptions }
    const receiver = new SocketModeReceiver({ appToken: slack.appToken, logger: QUIET, installerOptions })
    const app = new App({ ...shared, receiver, tokenVerificationEnabled: false })
    await receiver.client.start()
    stop.defer(async () => await receiver.client.disconnect())
    return { slack, app, [Symbol.asyncDispose]: () => stop.disposeAsync() }
  }
  const receiver = new HTTPReceiver({ signingSecret: SECRET, logger: QUIET })
  const app = new App({ ...shared, receiver, tokenVerificationEnabled: false })
  const server = createServer(receiver.requestListener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : ''
  slack.connect({ url: `http://127.0.0.1:${port}/slack/events`, signingSecret: options.secret ?? SECRET })
  stop.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  return { slack, app, [Symbol.asyncDispose]: () => stop.disposeAsync() }
}

/** For what happens soon, on a machine that may have much else to do. */
export const PATIENT = { timeout: 10_000 } as const

export const plain = (text: string) => ({ type: 'plain_text', text }) as const

export const button = (text: string, more: object = {}) =>
  ({ type: 'button', action_id: 'go', text: plain(text), ...more }) as const

export const actions = (...elements: readonly object[]) => ({ type: 'actions', elements }) as const

export const input = (label: string, element: object, more: object = {}) =>
  ({ type: 'input', label: plain(label), element, ...more }) as const

/** The types of the SDK know fewer blocks than Slack, and what is wrong with one is for the stand-in to find. */
function untyped<T>(value: object): T {
  return value as T
}

export const message = (...blocks: readonly object[]) => ({ text: 'x', blocks: untyped<types.KnownBlock[]>(blocks) })

export function modal(title: string, blocks: readonly object[], more: object = {}): types.ModalView {
  return untyped({ type: 'modal', title: plain(title), submit: plain('Send'), blocks, ...more })
}

export function home(...blocks: readonly object[]): types.HomeView {
  return untyped({ type: 'home', blocks })
}

/** What the app answers a submission with. */
export function response(response_action: string, more: object = {}): ViewResponseAction {
  return untyped({ response_action, ...more })
}

const Triggered = z.object({ trigger_id: z.string() })

export function triggerOf(body: unknown): string {
  return Triggered.parse(body).trigger_id
}
