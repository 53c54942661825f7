import { useSyncExternalStore } from 'react'

const LOOK_MS = 1000
const MINUTE_MS = 60_000

let aheadMs = 0
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** The time of the workspace, which may be ahead of this computer, in UTC milliseconds. */
export function now(): number {
  return Date.now() + aheadMs
}

/** Says how far ahead the workspace is. */
export function setAhead(ms: number): void {
  aheadMs = ms
  tell()
}

/** The time of the workspace to the minute; what uses it is drawn again when that is another one. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, minute)
}

function minute(): number {
  return Math.floor(now() / MINUTE_MS) * MINUTE_MS
}

function tell(): void {
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tell, LOOK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
