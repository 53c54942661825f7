import type { Digest } from '../core/digest/digest.ts'
import type { DigestPosts } from '../core/digest/posting.ts'
import { isTooLate, readDigestOrder } from '../core/digest/schedule.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Audience } from './channel-audience.ts'
import type { SlackSender } from './sender.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import { digestView } from './views/digest.ts'
import { digestThread } from './views/digest-thread.ts'

export interface DigestPosterDeps {
  readonly sender: Pick<SlackSender, 'post'>
  readonly posts: DigestPosts
  /** The digest of a local day. */
  readonly read: (day: string) => Promise<Digest>
  /** Where it goes now; null where it was switched off. */
  readonly channel: () => Promise<string | null>
  readonly audienceOf: (channel: string) => Promise<Audience>
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** Somebody has deleted the message that the thread hangs on. */
const GONE: ReadonlySet<string> = new Set(['thread_not_found', 'message_not_found', 'cannot_reply_to_message'])

/**
 * Posts a digest and what stands in its thread. Each message is posted once, and says what was read
 * for the first of them: one that is tried again goes on where it was, in the channel where it began.
 */
export function createDigestPoster(deps: DigestPosterDeps): JobHandler {
  const { sender, posts, read, channel: channelNow, audienceOf, now, log } = deps

  return async (payload, { id, signal }) => {
    const order = readDigestOrder(payload)
    const begun = await posts.find(id)
    const to = begun?.channel ?? (await channelNow())
    if (to === null) return log.info('a digest was not posted: it is switched off', { day: order.day })
    if (!begun?.channel && isTooLate(order, now()))
      return log.warn('a digest was not posted: it has waited for longer than a day', { day: order.day })

    const post = begun ?? (await posts.begin(id, await read(order.day)))
    const digest = await posts.recall(post)
    const audience = await audienceOf(to)
    const head = { ...digestView(digest, audience), channel: to, key: id }
    const place = post.ts === null ? await sender.post(head) : { channel: to, ts: post.ts }
    if (!place) return
    if (post.ts === null) await posts.placed(post, place)
    for (const [nth, message] of digestThread(digest, audience).entries()) {
      if (nth < post.replies) continue
      signal.throwIfAborted()
      const { channel, ts: thread } = place
      try {
        await sender.post({ ...message, channel, thread, key: `${id}:${nth + 1}` })
      } catch (error) {
        if (error instanceof SlackRefusedError && GONE.has(error.code)) return
        throw error
      }
      await posts.replied(id, nth + 1)
    }
  }
}
