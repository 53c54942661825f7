import { readForgetPosts } from '../core/erasure/posts.ts'
import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { JobHandler } from '../core/worker.ts'
import type { Message } from './blocks.ts'
import type { SlackSender } from './sender.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import { forgottenPostView, type UnchangedPost, unchangedPostsView } from './views/forget.ts'

export interface ForgetPostsDeps {
  readonly sender: Pick<SlackSender, 'update' | 'post'>
  /** What is to stand there instead, where the message is about more than one person. */
  readonly shownAnew: (channel: string, ts: string) => Promise<Message | undefined>
  readonly log: Logger
}

/** What was deleted says nothing any more. */
const GONE: ReadonlySet<string> = new Set(['message_not_found'])

/** Makes messages about somebody who was erased say nothing of them, and tells whoever erased them of those that stay. */
export function forgetPosts({ sender, shownAnew, log }: ForgetPostsDeps): JobHandler {
  async function refusal(channel: string, ts: string): Promise<string | undefined> {
    try {
      await sender.update({ ...((await shownAnew(channel, ts)) ?? forgottenPostView()), channel, ts })
      return undefined
    } catch (error) {
      if (!(error instanceof SlackRefusedError)) throw error
      return GONE.has(error.code) ? undefined : error.message
    }
  }

  return async (payload, { id, signal }) => {
    const { posts, by } = readForgetPosts(payload)
    const unchanged: UnchangedPost[] = []
    for (const { channel, ts } of posts) {
      signal.throwIfAborted()
      const reason = await refusal(channel, ts)
      if (reason !== undefined) unchanged.push({ channel, at: Number(ts) * 1000, reason })
    }
    if (unchanged.length === 0) return
    log.warn('messages about somebody who was erased could not be changed', { unchanged })
    if (by === null || !/^[UW]/.test(by)) return
    try {
      await sender.post({ ...unchangedPostsView(unchanged), channel: by, key: id })
    } catch (error) {
      // They have left; the log has it.
      if (error instanceof UpstreamError) throw error
      log.warn('nobody could be told of messages that could not be changed', { error })
    }
  }
}
