import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { WebSocket } from 'ws'
import { z } from 'zod'

import { SIGNING_SECRET } from '../../practice/program.ts'

const BINARY = join(
  import.meta.dirname,
  '../../node_modules/.cache/local-slack/node_modules/local-slack-linux-x64/bin/local-slack',
)

export const BOT_TOKEN = 'xoxb-token-of-a-test'
export const APP_TOKEN = 'xapp-token-of-a-test'
export const SALES = 'C0SALES'
const ADA = 'U0ADA'

const Block = z.looseObject({ type: z.string(), block_id: z.string().optional() })
const Message = z.looseObject({
  ts: z.string(),
  channel: z.string(),
  text: z.string().default(''),
  blocks: z.array(Block).default([]),
  files: z.array(z.looseObject({ id: z.string(), name: z.string() })).default([]),
})
const View = z.looseObject({ id: z.string(), callback_id: z.string().optional(), blocks: z.array(Block) })

export type Message = z.infer<typeof Message>
export type View = z.infer<typeof View>

/** What the page of local-slack is told, as far as it matters here. */
const Change = z.discriminatedUnion('t', [
  z.object({ t: z.literal('message'), message: Message }),
  z.object({ t: z.literal('message_update'), message: Message }),
  z.object({ t: z.literal('view'), stack: z.array(View) }),
  z.object({ t: z.literal('view_errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ t: z.literal('home'), user: z.string(), view: View }),
  z.object({ t: z.literal('socket_status'), connected: z.boolean() }),
])

export type Change = z.infer<typeof Change>
type ChangeOf<T extends Change['t']> = Extract<Change, { t: T }>

export interface LocalSlack extends AsyncDisposable {
  readonly apiUrl: string
  type(text: string): void
  /** Presses a button of a message by its label; throws when there is none. */
  press(message: Message, label: string): void
  /** Sends the modal on top off, with the state of its inputs by block id. */
  submit(inputs: Readonly<Record<string, object>>): void
  openHome(): void
  /** Uploads a file to #sales, and gives it as a form would name it. */
  upload(name: string, text: string): Promise<Message['files']>
  /** Resolves with the first change of this kind, past or to come, whose words match; each is given once. */
  sees<T extends Change['t']>(kind: T, words?: RegExp): Promise<ChangeOf<T>>
}

/**
 * A Slack that nobody of this project wrote: https://github.com/parvalabs/local-slack, driven as
 * its own page drives it. With a `requestUrl` it talks to the app over HTTP, else by Socket Mode.
 */
export async function startLocalSlack({
  port,
  requestUrl,
}: {
  port: number
  requestUrl?: string
}): Promise<LocalSlack> {
  if (!existsSync(BINARY)) throw new Error('local-slack is not here: run npm run test:local-slack, which fetches it')
  await using resources = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'local-slack-'))
  resources.defer(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration(requestUrl)))

  const args = ['--config', join(folder, 'config.json'), '--port', String(port), '--base-host', '127.0.0.1']
  const child = spawn(BINARY, args, { cwd: folder, env: { TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  resources.defer(async () => {
    child.kill('SIGKILL')
    await exit
  })
  await Promise.race([
    lineWith(child.stdout, 'is running'),
    exit.then(([code]) => Promise.reject(new Error(`local-slack ended with ${code}`))),
  ])

  const origin = `http://127.0.0.1:${port}`
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ui`)
  resources.defer(() => socket.terminate())
  const changes: Change[] = []
  let arrived = Promise.withResolvers<void>()
  socket.on('message', (data) => {
    const change = Change.safeParse(JSON.parse(String(data))).data
    if (!change) return
    changes.push(change)
    arrived.resolve()
    arrived = Promise.withResolvers()
  })
  await once(socket, 'open')
  const act = (t: string, more: object) => socket.send(JSON.stringify({ t, user: ADA, ...more }))

  const owned = resources.move()
  return {
    apiUrl: `${origin}/api/`,
    type: (text) => act('slash_command', { channel: SALES, command: '/crm', text }),
    press: ({ channel, ts, blocks }, label) =>
      act('block_action', { channel, messageTs: ts, action: buttonOf(blocks, label) }),
    submit: (inputs) =>
      act('view_submit', { values: Object.fromEntries(Object.entries(inputs).map(([id, value]) => [id, { value }])) }),
    openHome: () => act('open_home', {}),
    async upload(name, text) {
      const form = new FormData()
      form.set('channel', SALES)
      form.set('user', ADA)
      form.set('file', new File([text], name, { type: 'text/csv' }))
      const response = await fetch(`${origin}/_control/upload`, { method: 'POST', body: form })
      return z.object({ message: Message }).parse(await response.json()).message.files
    },
    async sees(kind, words = /(?:)/) {
      for (;;) {
        const index = changes.findIndex((change) => change.t === kind && words.test(JSON.stringify(change)))
        const [change] = index < 0 ? [] : changes.splice(index, 1)
        if (change && isOf(change, kind)) return change
        await arrived.promise
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function isOf<T extends Change['t']>(change: Change, kind: T): change is ChangeOf<T> {
  return change.t === kind
}

function configuration(requestUrl: string | undefined): object {
  return {
    workspace: { name: 'Elsewhere', domain: 'elsewhere', teamId: 'T0ELSE' },
    apps: [
      {
        appId: 'A0TOUCH',
        botUserId: 'U0BOT',
        botName: 'touchpoint',
        botToken: BOT_TOKEN,
        appToken: APP_TOKEN,
        signingSecret: SIGNING_SECRET,
        ...(requestUrl ? { mode: 'events', requestUrl } : { mode: 'socket' }),
      },
    ],
    users: [{ id: ADA, name: 'ada', real_name: 'Ada' }],
    channels: [{ id: SALES, name: 'sales', members: [ADA, 'U0BOT'] }],
  }
}

const Button = z.looseObject({ type: z.literal('button'), text: z.object({ text: z.string() }), action_id: z.string() })

function buttonOf(blocks: Message['blocks'], label: string): object {
  const found = blocks.flatMap(({ block_id, elements, accessory }) =>
    [elements, accessory].flat().flatMap((element) => {
      const button = Button.safeParse(element).data
      return button ? [{ ...button, block_id }] : []
    }),
  )
  const button = found.find(({ text }) => text.text === label)
  if (!button)
    throw new Error(`there is no button ${label}; there are: ${found.map(({ text }) => text.text).join(', ')}`)
  return button
}

async function lineWith(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  for await (const line of createInterface({ input: stream })) if (line.includes(words)) return
}

/** A port that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a server has no port')
  return address.port
}
