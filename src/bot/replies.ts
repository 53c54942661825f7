import type { RespondArguments, types } from '@slack/bolt'

import { z } from 'zod'

import { CrmError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { RefusedBlocks } from '../core/refused-blocks.ts'
import { type Answer, isForm } from './answers.ts'
import type { ChartBlock, Message } from './blocks.ts'
import { jsonIn } from './json.ts'
import { isAnswerUrl } from './slack-hosts.ts'
import { messageModal } from './surfaces.ts'

export type Respond = (message: RespondArguments) => Promise<unknown>

export interface Replies {
  /**
   * Sends a message to where a command or a button was used, with its charts where the workspace `team`
   * takes them; what goes wrong is logged.
   */
  deliver(url: string | undefined, respond: Respond, message: Message, how?: Delivering): Promise<void>
  /** Whether `message` goes with charts to `team`. Then it has to be delivered: nobody tells us what becomes of an acknowledgement. */
  isCharted(message: Message, team: string | undefined): Promise<boolean>
  /** Waits for a call that shows a view; undefined where Slack did not, which is logged. */
  shown<T>(call: Promise<T>): Promise<T | undefined>
}

export interface Delivering extends Pick<RespondArguments, 'replace_original'> {
  readonly team?: string | undefined
}

export interface RepliesDeps {
  readonly apiUrl?: string
  readonly refusedBlocks: RefusedBlocks
  readonly log: Logger
}

const CHART: ChartBlock['type'] = 'data_visualization'

export function createReplies({ apiUrl, refusedBlocks, log }: RepliesDeps): Replies {
  async function send(respond: Respond, message: Told, how: Replacing): Promise<Sent> {
    try {
      await refuseRefusal(await respond({ ...toOne(message), ...how }))
      return 'taken'
    } catch (error) {
      log.warn('an answer did not reach Slack', { error })
      return isRefusal(error) ? 'refused' : 'lost'
    }
  }

  /** The memory serves people's convenience: an answer does not wait for it to work. */
  async function isCharted({ charted }: Message, team: string | undefined): Promise<boolean> {
    if (!charted || team === undefined) return false
    try {
      return !(await refusedBlocks.isRefused(team, CHART))
    } catch (error) {
      log.warn('it is not known whether a workspace takes charts', { error })
      return false
    }
  }

  async function remember(team: string): Promise<void> {
    try {
      await refusedBlocks.refused(team, CHART)
    } catch (error) {
      log.warn('that a workspace takes no charts was not kept', { error })
    }
  }

  return {
    isCharted,
    async deliver(url, respond, message, { team, ...how } = {}) {
      if (!url || !isAnswerUrl(url, apiUrl)) return log.error('an answer was not sent: its address is not Slack')
      const { charted, ...classic } = message
      if (!charted || team === undefined || !(await isCharted(message, team))) {
        await send(respond, classic, how)
        return
      }
      const withCharts = await send(respond, { ...classic, blocks: charted }, how)
      if (withCharts === 'taken') return
      const without = await send(respond, classic, how)
      // Only then it was the charts.
      if (withCharts === 'refused' && without === 'taken') await remember(team)
    },
    async shown(call) {
      try {
        return await call
      } catch (error) {
        log.warn('a view was not shown', { error })
        return undefined
      }
    },
  }
}

/** Sends to an address for answers where the request that we answer came without one. */
export function respondAt(url: string, request: typeof fetch): Respond {
  return async (message) => {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    if (!response.ok) throw new AnswerRefusedError(response.status)
    return response
  }
}

/** Slack has not shown an answer. With the status 400 it did not understand it, and never will. */
class AnswerRefusedError extends CrmError {
  override name = 'AnswerRefusedError'
  readonly statusCode: number

  constructor(statusCode: number) {
    super(`Slack did not take an answer (${statusCode})`)
    this.statusCode = statusCode
  }
}

type Sent = 'taken' | 'refused' | 'lost'
type Replacing = Pick<RespondArguments, 'replace_original'>

const Refusal = z.object({ ok: z.literal(false) })

/** Some refusals come with the status of success. */
async function refuseRefusal(response: unknown): Promise<void> {
  const text = hasText(response) ? await response.text() : ''
  if (Refusal.safeParse(jsonIn(text)).success) throw new AnswerRefusedError(NOT_UNDERSTOOD)
}

/** By its shape: the web server puts a `Response` of its own in the place of the global one. */
function hasText(response: unknown): response is Pick<Response, 'text'> {
  return typeof response === 'object' && response !== null && 'text' in response && typeof response.text === 'function'
}

const NOT_UNDERSTOOD = 400

/** Bolt's own error has the status, too. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === NOT_UNDERSTOOD
}

type Told = Pick<Message, 'text'> & { readonly blocks: readonly (types.KnownBlock | ChartBlock)[] }

export function toOne({ text, blocks }: Told) {
  return { response_type: 'ephemeral' as const, text, blocks: [...blocks] }
}

/** Any answer where there is no conversation: a form as it is, the rest as something to read. */
export function asModal(answer: Answer, title = 'Touchpoint') {
  return isForm(answer) ? answer : messageModal(title, answer)
}
