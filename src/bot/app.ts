import { setTimeout as wait } from 'node:timers/promises'

import { App, type Receiver, type RespondArguments } from '@slack/bolt'
import { z } from 'zod'
import { isLoopback } from '../core/config.ts'
import type { ContactCard, LookupResult } from '../core/contact-card.ts'
import { CrmError, InvalidInputError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Statistics } from '../core/statistics.ts'
import { type Actor, actorOf } from './actor.ts'
import type { Message } from './blocks.ts'
import { type Period, parseCommand } from './command.ts'
import { COMMANDS, type Press, readPress } from './listeners.ts'
import { createSlackLogger } from './slack-logger.ts'
import { contactCardView } from './views/contact-card.ts'
import { helpView, unavailableView } from './views/help.ts'
import { nearMissesView } from './views/near-misses.ts'
import {
  bugView,
  goneView,
  notYouView,
  problemView,
  progressView,
  staleButtonView,
  tooSlowView,
} from './views/problem.ts'
import { statsView } from './views/stats.ts'

export interface BotDeps {
  readonly receiver: Receiver
  readonly token: string
  /** Another base of the Web API; a loopback one may also be where answers are sent. */
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
  readonly lookup: (who: string) => Promise<LookupResult>
  readonly cardById: (id: number) => Promise<ContactCard | undefined>
  readonly addContact: (address: string, byUser: string) => Promise<ContactCard>
  readonly statistics: (days: Period) => Promise<Statistics>
  readonly log: Logger
  /** Resolves after so many milliseconds; a test decides when that is. */
  readonly after?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Slack waits three seconds for an acknowledgement; the way there and back takes its part. */
const ACKNOWLEDGE_MS = 2000
const GIVE_UP_MS = 30_000

export function createBot(deps: BotDeps): App {
  const { receiver, token, apiUrl, lookup, cardById, addContact, statistics, log } = deps
  const after = deps.after ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal, ref: false }))
  const request = deps.fetch ?? fetch

  const app = new App({
    receiver,
    // A new object each time: Bolt writes the user and the team of the request into it.
    authorize: async () => ({ botToken: token }),
    // Otherwise Bolt keeps state of every conversation in memory.
    convoStore: false,
    logger: createSlackLogger(log),
    clientOptions: {
      ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
      fetch: (url, init) => request(url, { redirect: 'error', signal: AbortSignal.timeout(10_000), ...init }),
      // Said explicitly, or Socket Mode writes a hundred retries into these options.
      retryConfig: { retries: 1, minTimeout: 500 },
      timeout: 10_000,
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
    },
  })

  app.error(async (error) => {
    log.error('a request of Slack failed', { error })
  })

  // One listener routes all sub-commands: Bolt runs every listener that matches, and two of them would both acknowledge.
  for (const name of COMMANDS)
    app.command(name, async ({ command, body, ack, respond }) => {
      const answer = saying(async () => (actorOf(body) ? await answerCommand(command.text) : notYouView()))
      const inTime = await within(ACKNOWLEDGE_MS, answer)
      await ack(toOne(inTime?.message ?? progressView()))
      if (inTime) return
      const late = await within(GIVE_UP_MS, answer)
      await deliver(body.response_url, respond, late?.message ?? tooSlowView())
    })

  app.action({ type: 'block_actions' }, async ({ body, action, ack, respond }) => {
    // Before anything that can fail: an error before the acknowledgement leaves the request without an answer.
    await ack()
    const actor = actorOf(body)
    if (!actor) return log.info('ignored a button pressed by somebody of another workspace or a bot')
    const pressed = Pressed.safeParse(action).data
    const press = pressed && readPress(pressed.action_id, pressed.value)
    const answer = saying(async () => (press ? await answerPress(press, actor) : staleButtonView()))
    const said = await within(GIVE_UP_MS, answer)
    const { response_url, container } = Answerable.parse(body)
    // What others see is never replaced by what one of them asked for, and a question not by a failure to answer it.
    const replaces = container?.is_ephemeral === true && press !== undefined && said?.isAnswer === true
    await deliver(response_url, respond, said?.message ?? tooSlowView(), { replace_original: replaces })
  })

  async function answerCommand(text: string): Promise<Message> {
    const command = parseCommand(text)
    switch (command.kind) {
      case 'help':
        return helpView()
      case 'unavailable':
        return unavailableView(command.word)
      case 'stats':
        return statsView(await statistics(command.days))
      case 'lookup': {
        const result = await lookup(command.who)
        return result.kind === 'found' ? contactCardView(result.card) : nearMissesView(command.who, result)
      }
    }
  }

  async function answerPress(press: Press, actor: Actor): Promise<Message> {
    switch (press.action) {
      case 'contact_lookup':
      case 'contact_open': {
        const card = await cardById(press.value)
        return card ? contactCardView(card) : goneView()
      }
      case 'contact_add':
        return contactCardView(await addContact(press.value, actor.userId), { added: true })
      case 'stats_period':
        return statsView(await statistics(press.value))
    }
  }

  /** The answer, or a sentence on why there is none; never an error. */
  async function saying(answer: () => Promise<Message>): Promise<Said> {
    try {
      return { message: await answer(), isAnswer: true }
    } catch (error) {
      if (error instanceof InvalidInputError) return { message: problemView(error.message), isAnswer: false }
      log.error('a Slack command failed', { error })
      return { message: error instanceof CrmError ? problemView(error.message) : bugView(), isAnswer: false }
    }
  }

  async function within(ms: number, answer: Promise<Said>): Promise<Said | undefined> {
    const done = new AbortController()
    try {
      const tooLate = after(ms, done.signal).then(
        () => undefined,
        () => undefined,
      )
      return await Promise.race([answer, tooLate])
    } finally {
      done.abort()
    }
  }

  async function deliver(url: string | undefined, respond: Respond, message: Message, how: Replacing = {}) {
    if (!url || !isAnswerUrl(url, apiUrl)) return log.error('an answer was not sent: its address is not Slack')
    try {
      await respond({ ...toOne(message), ...how })
    } catch (error) {
      log.warn('an answer did not reach Slack', { error })
    }
  }

  return app
}

interface Said {
  readonly message: Message
  readonly isAnswer: boolean
}

type Respond = (message: RespondArguments) => Promise<unknown>
type Replacing = Pick<RespondArguments, 'replace_original'>

const Pressed = z.object({ action_id: z.string(), value: z.string().optional() })
const Answerable = z.object({
  response_url: z.string().optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
})

function toOne({ text, blocks }: Message) {
  return { response_type: 'ephemeral' as const, text, blocks }
}

/** Cards are people's data: they go to Slack, or to the loopback stand-in that was configured in its place. */
export function isAnswerUrl(url: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, host, username, password } = new URL(url)
  if (username || password) return false
  if (protocol === 'https:' && hostname === 'hooks.slack.com') return true
  const api = apiUrl && URL.canParse(apiUrl) ? new URL(apiUrl) : undefined
  return api !== undefined && isLoopback(api.hostname) && host === api.host && protocol === api.protocol
}
