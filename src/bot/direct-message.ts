import { setTimeout as wait } from 'node:timers/promises'

import { UncertainError, UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Message } from './blocks.ts'
import { channelRefusal } from './channel-refusals.ts'
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
  /**
   * Tries for a while, and waits where Slack asks for it. Throws where Slack cannot take it now: said again,
   * it is said once. That nobody can be told, now or later, is logged.
   */
  say(part: string, message: Message): Promise<void>
  /** The same, trying once and throwing whatever comes of it. */
  show(part: string, message: Message): Promise<void>
  /** Changes the message where there is one, trying once and throwing whatever comes of it. */
  change(message: Message): Promise<void>
  /** Where it stands, once there is one. */
  posted(): Posted | undefined
}

export function createDirectMessage(
  { sender, log, after = holdingOn }: DirectMessageDeps,
  { to, key, about, at }: DirectMessageOptions,
): DirectMessage {
  let posted = at
  /** The name of a post of which nobody knows whether it is there. */
  let unanswered: string | undefined

  async function post(part: string, message: Message): Promise<void> {
    const name = unanswered ?? `${key}:${part}`
    try {
      posted = await sender.post({ ...message, channel: to, key: name })
      unanswered = undefined
    } catch (error) {
      if (error instanceof UncertainError) unanswered = name
      throw error
    }
  }

  async function change(message: Message): Promise<void> {
    if (posted) await sender.update({ ...message, ...posted })
  }

  async function put(part: string, message: Message, trying: Trying): Promise<void> {
    if (posted) {
      try {
        return await trying(() => change(message))
      } catch (error) {
        // It is not there any more.
        if (!(error instanceof SlackRefusedError)) throw error
      }
    }
    const isAnother = unanswered !== undefined
    await trying(() => post(part, message))
    // What stands there now is perhaps what was said before.
    if (isAnother) await trying(() => change(message))
  }

  return {
    async say(part, message) {
      try {
        await put(part, message, (send) => patiently(after, send, true))
      } catch (error) {
        if (!isForGood(error, to)) throw error
        log.error(`nobody could be told of ${about}`, { error })
      }
    },
    show: (part, message) => put(part, message, (send) => send()),
    change,
    posted: () => posted,
  }
}

type Trying = (send: () => Promise<void>) => Promise<void>

/** Neither this message nor this person: another attempt would be refused, too. */
function isForGood(error: unknown, to: string): boolean {
  return error instanceof SlackRefusedError && (error.isFinal || channelRefusal(to, error.code) !== undefined)
}

/** Keeps the process running, which has something left to say. */
export const holdingOn: After = (ms, signal) => wait(ms, undefined, { signal })

const ATTEMPTS = 3
const RETRY_MS = 1000
const LONGEST_WAIT_MS = 30_000

/**
 * Tries again when Slack says when. Anything else may have arrived: it is repeated, after a moment, only
 * where it `isRepeatable`, which is what may be done twice.
 */
export async function patiently<T>(after: After, send: () => Promise<T>, isRepeatable = false): Promise<T> {
  const soon = isRepeatable ? RETRY_MS : undefined
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      const later = error instanceof UpstreamError ? (error.retryAfterMs ?? soon) : undefined
      if (later === undefined || later > LONGEST_WAIT_MS || attempt === ATTEMPTS) throw error
      await after(later, NEVER)
    }
  }
}

const NEVER = new AbortController().signal
