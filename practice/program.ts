import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { text as readText } from 'node:stream/consumers'
import { ENVIRONMENT, sign } from './email/sign.ts'

const ROOT = join(import.meta.dirname, '..')

/** Imported before the rest is read, so that the compiled rest is kept between starts. */
const RUNTIME = ['--import', new URL('../src/runtime.ts', import.meta.url).href]

/** As `npm start` starts it, but for the one address on the network that a practice tool would need. */
const PROGRAM = ['--import', new URL('email/sns-region.ts', import.meta.url).href, join(ROOT, 'src/main.ts')]

const MOVABLE_CLOCK = ['--import', new URL('movable-clock.ts', import.meta.url).href]

export const SIGNING_SECRET = 'a-signing-secret-of-a-test'

/** A folder with a database of its own, which outlives the programs that work on it. */
export interface Home extends AsyncDisposable {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

export function aHome(env: Readonly<Record<string, string>> = {}, folder?: string): Home {
  const made = folder ?? mkdtempSync(join(tmpdir(), 'touchpoint-e2e-'))
  return {
    folder: made,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: `sqlite:${join(made, 'touchpoint.db')}`,
      SLACK_BOT_TOKEN: 'xoxb-token-of-a-test',
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      ...ENVIRONMENT,
      ...env,
    },
    async [Symbol.asyncDispose]() {
      if (!folder) rmSync(made, { recursive: true })
    },
  }
}

/** The real program in a process of its own. */
export interface RunningProgram extends AsyncDisposable {
  readonly url: string
  /** For `connect` of the stand-in for Slack. */
  readonly slack: { readonly url: string; readonly signingSecret: string }
  readonly process: ChildProcess
  /** Resolves with the exit code, or null after a signal. */
  readonly ended: Promise<number | null>
  /** The log so far. */
  readonly lines: readonly string[]
  /** Resolves once it is so much later for the program than for this computer, where its clock can be moved. */
  setAhead(ms: number): Promise<void>
  /** Posts what a provider would, really signed. */
  deliver(provider: string, body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export async function startProgram({ env }: Home, { hasMovableClock = false } = {}): Promise<RunningProgram> {
  const preloads = [...RUNTIME, ...(hasMovableClock ? MOVABLE_CLOCK : [])]
  const channel = hasMovableClock ? (['ipc'] as const) : []
  const child = spawn(process.execPath, [...preloads, ...PROGRAM], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', ...channel],
  })
  if (!child.stdout || !child.stderr) throw new Error('the program has no output')
  const exit = once(child, 'exit')
  const lines: string[] = []
  const { promise: listening, resolve, reject } = Promise.withResolvers<number>()
  const errors = readText(child.stderr)
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    const port = /"port":(\d+).*"message":"listening"/.exec(line)?.[1]
    if (port) resolve(Number(port))
  })
  void exit.then(async ([code]) => reject(new Error(`the program ended with ${code}: ${await errors}`)))
  const url = `http://127.0.0.1:${await listening}`

  return {
    url,
    slack: { url: `${url}/slack/events`, signingSecret: SIGNING_SECRET },
    process: child,
    ended: exit.then(([code]) => code),
    lines,
    async setAhead(aheadMs) {
      const moved = once(child, 'message')
      if (!child.connected) throw new Error('the clock of this program cannot be moved')
      child.send({ aheadMs })
      await Promise.race([moved, exit])
    },
    async deliver(provider, body, headers = { 'content-type': 'application/json' }) {
      const signed = sign[provider]?.({ headers, body, sentAt: Date.now() })
      if (!signed) throw new Error(`nobody can sign for ${provider}`)
      return await fetch(`${url}/webhooks/${provider}${signed.path ?? ''}`, {
        method: 'POST',
        headers: signed.headers,
        body: Buffer.from(signed.body),
      })
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exit
      return code
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Runs the program to its end, for starts that fail. */
export async function runToEnd(env: Readonly<Record<string, string>>): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, [...RUNTIME, join(ROOT, 'src/main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [stderr, [code]] = await Promise.all([readText(child.stderr), once(child, 'exit')])
  return { code, stderr }
}

/** Runs `crm` on the same database, as a person would beside the server. */
export async function crm({ env }: Home, args: readonly string[], input = '') {
  const child = spawn(process.execPath, [...RUNTIME, join(ROOT, 'src/cli.ts'), ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, code }
}
