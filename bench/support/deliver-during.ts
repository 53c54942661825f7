import { setTimeout as wait } from 'node:timers/promises'

import { resendBody } from './events.ts'
import type { Running } from './program.ts'

const PEOPLE = 5000
const PAUSE_MS = 10

/**
 * Milliseconds of each delivery, sorted, from the request to the answer, which is given once its event is
 * on stable storage: one after the other with a pause in between, until `work` is done.
 */
export async function deliverDuring(program: Running, work: Promise<unknown>): Promise<number[]> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  const waits: number[] = []
  for (let n = 0; !isDone; n += 1) {
    const body = resendBody(n, PEOPLE)
    const { headers } = program.senders.resend.sign({ body, sentAt: Date.now() })
    const since = performance.now()
    const response = await fetch(`${program.url}/webhooks/resend`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: new Uint8Array(body),
    })
    await response.text()
    waits.push(performance.now() - since)
    if (!response.ok) throw new Error(`a delivery was answered ${response.status}`)
    await Promise.race([wait(PAUSE_MS), done])
  }
  await done
  return waits.sort((a, b) => a - b)
}

/** `12.3 ms, 45.6 ms, 78.9 ms`: the usual one, the slowest of a hundred, the slowest of all. */
export function spread(waits: readonly number[]): string {
  return [0.5, 0.99, 1].map((share) => `${at(waits, share).toFixed(1)} ms`).join(', ')
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
