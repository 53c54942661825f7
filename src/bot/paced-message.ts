import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Message } from './blocks.ts'
import type { DirectMessage } from './direct-message.ts'

/** How something goes on, no oftener than Slack likes it, and without holding it up. */
export interface PacedMessage {
  /** Said at once, or left out where Slack does not take it now. */
  begin(message: Message): void
  /** Left out where something was said just now; `make` is called only where it is said. */
  show(make: () => Message): void
  /** Waits until it is said. Throws where Slack cannot take it now. */
  end(message: Message): Promise<void>
  /** Says why it does not go on for now, or leaves that out where Slack does not take it. Never rejects. */
  pause(message: Message): Promise<void>
}

/** When each message was last changed, UTC milliseconds: all of them have one pace. */
export type ProgressPace = Map<DirectMessage, number>

export interface PacedDeps {
  /** Without it a message has a pace of its own. */
  readonly pace?: ProgressPace
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/**
 * Slack takes fifty changes of messages a minute from the whole app (Slack sheet, section 7). Thirty go to
 * what goes on, however many things do; the others are for what matters more.
 */
const PACE_MS = 2000
/** A message that was not changed for so long shares the pace no more. */
const SHARED_MS = 60_000

/** `about` as in "the progress of an import was not shown". */
export function createPacedMessage(
  message: DirectMessage,
  about: string,
  { pace = new Map(), now, log }: PacedDeps,
): PacedMessage {
  let saying: Promise<void> | undefined
  let notBefore = Number.NEGATIVE_INFINITY

  function isEarly(): boolean {
    for (const [other, at] of pace) if (at <= now() - SHARED_MS) pace.delete(other)
    const last = pace.get(message) ?? Number.NEGATIVE_INFINITY
    return now() < Math.max(notBefore, last + PACE_MS * pace.size)
  }

  function say(words: Promise<void>): void {
    pace.set(message, now())
    saying = words
      .catch((error: unknown) => {
        if (error instanceof UpstreamError) notBefore = now() + (error.retryAfterMs ?? 0)
        log.debug(`the progress of ${about} was not shown`, { error })
      })
      .finally(() => {
        saying = undefined
      })
  }

  return {
    begin(first) {
      const before = saying
      const next = async () => {
        await before
        await message.show('begin', first)
      }
      say(next())
    },
    show(make) {
      if (!saying && !isEarly()) say(message.change(make()))
    },
    async end(last) {
      await saying
      pace.delete(message)
      await message.say('end', last)
    },
    async pause(last) {
      await saying
      say(message.show('end', last))
      await saying
      pace.delete(message)
    },
  }
}
