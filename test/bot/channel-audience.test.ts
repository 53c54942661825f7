import { expect, test } from 'vitest'

import { createAudience } from '../../src/bot/channel-audience.ts'
import { type ChannelState, createSlackState } from '../../src/bot/slack-state.ts'
import { UpstreamError } from '../../src/core/errors.ts'
import { aLog, TOKEN } from './support.ts'

const MINUTE = 60_000

/** What Slack says of the channel can be changed; nothing means that it does not answer. */
function asked(isShared: boolean | undefined) {
  const { log, lines } = aLog()
  const world = { now: 0, isShared, asked: [] as string[], lines }
  async function channel(id: string): Promise<ChannelState> {
    world.asked.push(id)
    if (world.isShared === undefined) throw new UpstreamError('Slack did not answer')
    return { name: 'sales', isArchived: false, hasApp: true, isShared: world.isShared }
  }
  return { world, audienceOf: createAudience({ channel, now: () => world.now, log }) }
}

test('a channel is asked about once in two minutes, by many at once too', async () => {
  const { world, audienceOf } = asked(false)
  expect(await Promise.all([audienceOf('C1'), audienceOf('C1'), audienceOf('C1')])).toEqual(['own', 'own', 'own'])
  world.now = 2 * MINUTE - 1
  await audienceOf('C1')
  expect(world.asked).toEqual(['C1'])
  await audienceOf('C2')
  expect(world.asked).toEqual(['C1', 'C2'])
})

test('a channel that is shared now is so two minutes later', async () => {
  const { world, audienceOf } = asked(false)
  await audienceOf('C1')
  world.isShared = true
  world.now = 2 * MINUTE
  expect(await audienceOf('C1')).toBe('shared')
})

test('where Slack does not answer nobody knows, whatever it said before, and it is asked again soon', async () => {
  const { world, audienceOf } = asked(false)
  await audienceOf('C1')
  world.isShared = undefined
  world.now = 2 * MINUTE
  expect(await audienceOf('C1')).toBe('unknown')
  expect(world.lines).toMatchObject([{ level: 'warn', fields: { channel: 'C1' } }])
  world.isShared = false
  world.now += MINUTE / 2
  expect(await audienceOf('C1')).toBe('own')
})

test.each([
  ['U0ADA', 'own'],
  ['D0ADA', 'own'],
  ['#sales', 'unknown'],
])('Slack is not asked about %s', async (channel, audience) => {
  const { world, audienceOf } = asked(false)
  expect(await audienceOf(channel)).toBe(audience)
  expect(world.asked).toEqual([])
})

test.each([
  ['does not know the question', { ok: false, error: 'unknown_method' }, 200, 'own'],
  ['has no such address', {}, 404, 'own'],
  ['tells nothing of the channel', { ok: true }, 200, 'own'],
  ['may not tell', { ok: false, error: 'missing_scope', needed: 'channels:read' }, 200, 'unknown'],
] as const)('of a channel of which Slack or its stand-in %s', async (_, answer, status, audience) => {
  const fetch = async () => Response.json(answer, { status })
  const { channel } = createSlackState({ token: TOKEN, fetch, now: () => 0 })
  const audienceOf = createAudience({ channel, now: () => 0, log: aLog().log })
  expect(await audienceOf('C1')).toBe(audience)
})
