import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { aHome } from '../../practice/program.ts'
import { mulberry32 } from '../../practice/samples/random.ts'
import { type Slack, startSlack, textOf } from '../../practice/slack/index.ts'
import { writeOrders } from './delivery-orders.ts'

/** Enough to meet the points that matter; `DELIVERY_EVENTS=1000 DELIVERY_KILLS=20` for the figure in the promises. */
const EVENTS = Number(process.env.DELIVERY_EVENTS ?? 44)
const KILLS = Number(process.env.DELIVERY_KILLS ?? 1)
const SEED = Number(process.env.DELIVERY_SEED ?? 1)

/** Of every four replies one begins a conversation, and the others go into its thread. */
const PER_PERSON = 4
/** At once at first, which is more than fit one by one; then one after the other. */
const BURST = 16
/** A lease of a minute ends after a second. */
const SPEED = 60
/** Somebody new, so that after the burst each has a message of their own. */
const PAUSE_MS = 600
/** Between two kills, with the start of a process. */
const MOST_BETWEEN_MS = EVENTS < 100 ? 1000 : 12_000

test(`${EVENTS} replies, a Slack that acts and does not answer 3 times of 10, and ${KILLS} kills: each is shown once`, {
  timeout: 60_000 + EVENTS * 300 + KILLS * 5000,
}, async () => {
  await using home = aHome()
  await using slack = await startSlack()
  slack.weather({ share: 0.3, seed: SEED, troubles: [{ kind: 'drop', after: true }] })
  const random = mulberry32(SEED)
  const replies = Array.from({ length: EVENTS }, (_, n) => replyOf(n))
  const firsts = replies.filter(({ isFirst }) => isFirst)
  const env = writeOrders({
    ...{ database: home.env.DATABASE_URL ?? '', apiUrl: slack.apiUrl, token: slack.botToken, speed: SPEED },
    ...{ channel: slack.channel('sales').id, startedAt: Date.now() },
  })
  await using program = createRestarting(env)

  let kills = 0
  async function kill(): Promise<void> {
    while (kills < KILLS) {
      await wait(300 + random() * MOST_BETWEEN_MS)
      await program.kill()
      kills += 1
    }
  }

  async function deliver(): Promise<void> {
    await Promise.all(firsts.slice(0, BURST).map((reply) => program.keep(reply)))
    for (const [n, { who }] of firsts.entries()) {
      const next = firsts[BURST + n]
      if (next) await Promise.all([program.keep(next), wait(PAUSE_MS)])
      // Whoever goes on has begun.
      for (const reply of replies) if (reply.who === who && !reply.isFirst) await program.keep(reply)
    }
  }

  await Promise.all([deliver(), kill()])
  // Of what is shown but never answered for, one may be given up.
  const { dead } = await program.finish()

  const shown = replies.map((reply) => ({ ...reply, times: timesShown(slack, reply) }))
  const once = shown.filter(({ times }) => times === 1).length
  const counts = `${calls(slack)} posts for ${shownMessages(slack)} messages`
  console.info(`${once} of ${EVENTS} shown once, ${kills} kills, ${counts}, ${dead} given up`)
  expect(calls(slack)).toBeGreaterThan(shownMessages(slack))
  expect(shown.filter(({ times }) => times === 0 || times > 2)).toEqual([])
  expect(once / EVENTS).toBeGreaterThanOrEqual(0.999)
  slack.takeProblems()
})

interface Reply {
  readonly who: string
  /** Nobody else's. */
  readonly words: string
  readonly isFirst: boolean
}

/** Those who come in later write later, too. */
function replyOf(n: number): Reply {
  const people = Math.ceil(EVENTS / PER_PERSON)
  const who = String(n % people).padStart(4, '0')
  const time = Math.floor(n / people)
  return { who: `person-${who}`, words: `words-${who}-${time}-end`, isFirst: time === 0 }
}

/** A first reply by its message or its row, a later one in its thread; a row has none, and shows the latest. */
function timesShown(slack: Slack, { who, words, isFirst }: Reply): number {
  const messages = slack.person().messages()
  const about = messages.filter((message) => message.thread === undefined && textOf(message).includes(`${who}@`))
  const isRow = about.some((message) => textOf(message).includes('within a few minutes'))
  if (isFirst || isRow) return about.length
  return messages.filter((message) => message.thread !== undefined && textOf(message).includes(words)).length
}

function calls(slack: Slack): number {
  return slack.callsOf('chat.postMessage').length
}

function shownMessages(slack: Slack): number {
  return slack.person().messages().length
}

interface Restarting extends AsyncDisposable {
  /** Resolves when the process says that it has the reply, however often it has to be asked. */
  keep(reply: Reply): Promise<void>
  /** Kills it at once, and starts it anew. */
  kill(): Promise<void>
  /** Waits until nothing is left to do. */
  finish(): Promise<{ readonly left: number; readonly dead: number }>
}

/** A process that is started anew when it is killed. */
function createRestarting(env: Readonly<Record<string, string>>): Restarting {
  let child = start()
  const heard = new Map<string, () => void>()
  let jobs: ((counts: { readonly left: number; readonly dead: number }) => void) | undefined

  function start(): ChildProcessByStdio<Writable, Readable, null> {
    const program = new URL('delivery-program.ts', import.meta.url).pathname
    const made = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    // What is written to one that was killed is lost, and said again.
    made.stdin.on('error', () => {})
    createInterface({ input: made.stdout }).on('line', (line) => {
      const [what, first = '', second = ''] = line.split(' ')
      if (what === 'kept') heard.get(first)?.()
      if (what === 'jobs') jobs?.({ left: Number(first), dead: Number(second) })
    })
    return made
  }

  async function keep({ who, words }: Reply): Promise<void> {
    let isKept = false
    const { promise, resolve } = Promise.withResolvers<void>()
    heard.set(words, () => {
      isKept = true
      resolve()
    })
    while (!isKept) {
      child.stdin.write(`reply ${who} ${words}\n`)
      await Promise.race([promise, wait(1000)])
    }
    heard.delete(words)
  }

  async function finish(): Promise<{ readonly left: number; readonly dead: number }> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<{ readonly left: number; readonly dead: number }>()
      jobs = resolve
      child.stdin.write('jobs\n')
      const counts = await Promise.race([promise, wait(1000)])
      if (counts?.left === 0) return counts
      await wait(50)
    }
  }

  async function end(): Promise<void> {
    const over = once(child, 'exit')
    child.kill('SIGKILL')
    await over
  }

  return {
    keep,
    finish,
    async kill() {
      await end()
      child = start()
    },
    [Symbol.asyncDispose]: end,
  }
}
