import { setTimeout as wait } from 'node:timers/promises'

import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Message } from './blocks.ts'
import type { After } from './deadline.ts'
import type { Posted, SlackSender } from './sender.ts'
import { SlackRefusedError } from './slack-refusals.ts'

export interface DirectMessageDeps {
  readonly sender: Pick<SlackSender, 'post' | 'update'>
  readonly log: Logger
  /** Resolves after so many milliseconds; a test decides when that is. */
  readonly after?: After
}

export interface DirectMessageOptions {
  /** A Slack user id. */
  readonly to: string
  /** Names what is told of; another one each time. */
  readonly key: string
  /** As in "nobody could be told of an import". */
  readonly about: string
  /** Where it stands already, such as before a restart. */
  readonly at?: Posted | undefined
}

/** One message to one person on how something goes on: each word takes the place of the one before. */
export interface DirectMessage {
  /** Waits and tries again where Slack says when. Never rejects: what is told of does not depend on it. */
  say(part: string, message: Message): Promise<void>
  /** Changes the message where there is one, trying once. Throws `UpstreamError` and `SlackRefusedError`. */
  change(message: Message): Promise<void>
  /** Where it stands, once there is one. */
  posted(): Posted | undefined
}

export function createDirectMessage(
  { sender, log, after = holdingOn }: DirectMessageDeps,
  { to, key, about, at }: DirectMessageOptions,
): DirectMessage {
  let posted = at

  /** False where the message is not there any more. */
  async function changed(message: Message): Promise<boolean> {
    if (!posted) return false
    const place = posted
    try {
      await patiently(after, () => sender.update({ ...message, ...place }))
      return true
    } catch (error) {
      if (error instanceof SlackRefusedError) return false
      throw error
    }
  }

  return {
    async say(part, message) {
      try {
        if (await changed(message)) return
        posted = await patiently(after, () => sender.post({ ...message, channel: to, key: `${key}:${part}` }))
      } catch (error) {
        log.error(`nobody could be told of ${about}`, { error })
      }
    },
    async change(message) {
      if (posted) await sender.update({ ...message, ...posted })
    },
    posted: () => posted,
  }
}

/** Keeps the process running, which has something left to say. */
export const holdingOn: After = (ms, signal) => wait(ms, undefined, { signal })

const ATTEMPTS = 3
const LONGEST_WAIT_MS = 30_000

/** Tries again when Slack says when; anything else may have arrived and is not repeated. */
export async function patiently<T>(after: After, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      const later = error instanceof UpstreamError ? error.retryAfterMs : undefined
      if (later === undefined || later > LONGEST_WAIT_MS || attempt === ATTEMPTS) throw error
      await after(later, NEVER)
    }
  }
}

const NEVER = new AbortController().signal
