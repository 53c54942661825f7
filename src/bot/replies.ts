import type { RespondArguments } from '@slack/bolt'

import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { type Answer, isForm } from './answers.ts'
import type { Message } from './blocks.ts'
import { isAnswerUrl } from './slack-hosts.ts'
import { messageModal } from './surfaces.ts'

export type Respond = (message: RespondArguments) => Promise<unknown>

export interface Replies {
  /** Sends a message to where a command or a button was used; what goes wrong is logged. */
  deliver(url: string | undefined, respond: Respond, message: Message, how?: Replacing): Promise<void>
  /** Waits for a call that shows a view; undefined where Slack did not, which is logged. */
  shown<T>(call: Promise<T>): Promise<T | undefined>
}

type Replacing = Pick<RespondArguments, 'replace_original'>

export interface RepliesDeps {
  readonly apiUrl?: string
  readonly log: Logger
}

export function createReplies({ apiUrl, log }: RepliesDeps): Replies {
  return {
    async deliver(url, respond, message, how = {}) {
      if (!url || !isAnswerUrl(url, apiUrl)) return log.error('an answer was not sent: its address is not Slack')
      try {
        await respond({ ...toOne(message), ...how })
      } catch (error) {
        log.warn('an answer did not reach Slack', { error })
      }
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
    if (!response.ok) throw new UpstreamError(`Slack did not take an answer (${response.status})`)
  }
}

export function toOne({ text, blocks }: Message) {
  return { response_type: 'ephemeral' as const, text, blocks }
}

/** Any answer where there is no conversation: a form as it is, the rest as something to read. */
export function asModal(answer: Answer, title = 'Touchpoint') {
  return isForm(answer) ? answer : messageModal(title, answer)
}
