import { setImmediate } from 'node:timers/promises'

import { expect, test, vi } from 'vitest'

import { message, section } from '../../src/bot/blocks.ts'
import type { DirectMessage } from '../../src/bot/direct-message.ts'
import { mrkdwn } from '../../src/bot/mrkdwn.ts'
import { createPacedMessage, type ProgressPace } from '../../src/bot/paced-message.ts'
import { NOW } from './fixtures.ts'
import { aLog } from './support.ts'

const PROGRESS = message(mrkdwn`Importing`, [section(mrkdwn`Importing`)])

/** So many messages that have something to say every 50 ms, for `seconds`; gives when each was changed. */
async function busy(messages: number, seconds: number) {
  let now = NOW
  const pace: ProgressPace = new Map()
  const { log } = aLog()
  const all = Array.from({ length: messages }, () => {
    const at: number[] = []
    const direct: DirectMessage = {
      say: async () => {},
      show: async () => void at.push(now),
      change: async () => void at.push(now),
      posted: () => undefined,
    }
    return { at, paced: createPacedMessage(direct, 'an import', { pace, now: () => now, log }) }
  })
  for (const { paced } of all) paced.begin(PROGRESS)
  for (; now < NOW + seconds * 1000; now += 50) {
    await setImmediate()
    for (const { paced } of all) paced.show(() => PROGRESS)
  }
  return all.map(({ at }) => at.filter((each) => each > NOW))
}

test.each([1, 2, 5])(
  '%d things that go on are shown thirty times a minute together, each its part',
  async (messages) => {
    const shown = await busy(messages, 60)
    expect(shown.flat().length).toBeLessThanOrEqual(30)
    for (const one of shown) expect(one.length).toBeGreaterThanOrEqual(Math.floor(30 / messages) - 1)
  },
)

test('what ended leaves its part to the others', async () => {
  let now = NOW
  const pace: ProgressPace = new Map()
  const { log } = aLog()
  const change = vi.fn(async () => {})
  const direct = (): DirectMessage => ({ say: async () => {}, show: async () => {}, change, posted: () => undefined })
  const [one, other] = [direct(), direct()].map((each) =>
    createPacedMessage(each, 'an import', { pace, now: () => now, log }),
  )
  one?.begin(PROGRESS)
  other?.begin(PROGRESS)
  await setImmediate()
  now += 2000
  one?.show(() => PROGRESS)
  expect(change).not.toHaveBeenCalled()
  await other?.end(PROGRESS)
  one?.show(() => PROGRESS)
  expect(change).toHaveBeenCalledOnce()
})
