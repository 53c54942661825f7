import { setTimeout as wait } from 'node:timers/promises'

/** Slack waits three seconds for an acknowledgement, and so long can a form be opened; the way there and back takes its part. */
export const ACKNOWLEDGE_MS = 2000
export const GIVE_UP_MS = 30_000

/** Resolves after so many milliseconds, and rejects when the signal says that nobody waits any more. */
export type After = (ms: number, signal: AbortSignal) => Promise<unknown>

export const realTime: After = (ms, signal) => wait(ms, undefined, { signal, ref: false })

/** What `work` comes to, or undefined where that takes longer than `ms`. */
export async function within<T>(ms: number, work: Promise<T>, after: After): Promise<T | undefined> {
  const done = new AbortController()
  try {
    const tooLate = after(ms, done.signal).then(
      () => undefined,
      () => undefined,
    )
    return await Promise.race([work, tooLate])
  } finally {
    done.abort()
  }
}
