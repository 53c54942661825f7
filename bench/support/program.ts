import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { newSender, type Sender } from '../../practice/email/sign.ts'
import { startFlags } from './flags.ts'
import { startSlack } from './slack.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The real program in a process of its own. */
export interface Running extends AsyncDisposable {
  readonly url: string
  readonly databasePath: string
  readonly signingSecret: string
  readonly senders: Readonly<Record<'sendgrid' | 'resend', Sender>>
  readonly startMs: number
  /** Resident memory now, and the most there was, in MiB. */
  memory(): { readonly now: number; readonly peak: number }
}

/** On the SQLite file at `path`, or else on an empty one. */
export async function startProgram(path?: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'touchpoint-bench-'))
  const databasePath = path ?? join(folder, 'bench.db')
  const senders = { sendgrid: newSender('sendgrid'), resend: newSender('resend') }
  const signingSecret = 'a signing secret for the bench'
  const slack = await startSlack()
  const started = performance.now()
  const child = spawn(process.execPath, [...startFlags(), join(ROOT, 'src/main.ts')], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: `sqlite:${databasePath}`,
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_API_URL: slack.apiUrl,
      SLACK_SIGNING_SECRET: signingSecret,
      CRM_ADMINS: 'U0ADA',
      SENDGRID_WEBHOOK_SECRET: senders.sendgrid.secret,
      RESEND_WEBHOOK_SECRET: senders.resend.secret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await listeningPort(child)
  return {
    url: `http://127.0.0.1:${port}`,
    databasePath,
    signingSecret,
    senders,
    startMs: performance.now() - started,
    memory: () => memoryOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await slack[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('the program has no standard output')
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('exit', (code) => reject(new Error(`the program ended with ${code}`)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { message, port } = JSON.parse(line)
    if (message === 'listening') resolve(port)
  })
  return await promise
}

function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mebibytes = (field: string) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
}
