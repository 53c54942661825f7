const LOOK_MS = 1000
const MINUTE_MS = 60_000

let aheadMs = 0
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** The time of the workspace, which may be ahead of this computer, in UTC milliseconds. */
export function now(): number {
  return Date.now() + aheadMs
}

/** `now` to the minute. */
export function minute(): number {
  return Math.floor(now() / MINUTE_MS) * MINUTE_MS
}

/** Says how far ahead the workspace is. */
export function setAhead(ms: number): void {
  aheadMs = ms
  tell()
}

/** Calls back each second, and when the clock was moved, until the returned function is called. */
export function onTime(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tell, LOOK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
