import { UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Message } from './blocks.ts'
import type { DirectMessage } from './direct-message.ts'

/** How something goes on, no oftener than Slack likes it, and without holding it up. */
export interface PacedMessage {
  /** Said as soon as Slack takes it. */
  begin(message: Message): void
  /** Left out where something was said just now; `make` is called only where it is said. */
  show(make: () => Message): void
  /** Waits until it is said. Never rejects. */
  end(message: Message): Promise<void>
}

export interface PacedDeps {
  /** UTC milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** Slack takes fifty changes of messages a minute from the whole app (Slack sheet, section 7). */
const PACE_MS = 2000

/** `about` as in "the progress of an import was not shown". */
export function createPacedMessage(message: DirectMessage, about: string, { now, log }: PacedDeps): PacedMessage {
  let saying: Promise<void> | undefined
  let nextAt = Number.NEGATIVE_INFINITY

  function say(words: Promise<void>): void {
    nextAt = now() + PACE_MS
    saying = words
      .catch((error: unknown) => {
        const { retryAfterMs = 0 } = error instanceof UpstreamError ? error : {}
        nextAt = now() + Math.max(PACE_MS, retryAfterMs)
        log.debug(`the progress of ${about} was not shown`, { error })
      })
      .finally(() => {
        saying = undefined
      })
  }

  return {
    begin: (first) => say(message.say('begin', first)),
    show(make) {
      if (saying || now() < nextAt) return
      say(message.change(make()))
    },
    async end(last) {
      await saying
      await message.say('end', last)
    },
  }
}
