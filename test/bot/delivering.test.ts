import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { startSlack, textOf } from '../../practice/slack/index.ts'
import { section } from '../../src/bot/blocks.ts'
import { channelFindings } from '../../src/bot/channel-findings.ts'
import { delivering } from '../../src/bot/delivering.ts'
import { mrkdwn } from '../../src/bot/mrkdwn.ts'
import type { Standing } from '../../src/bot/roles.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { tellTrouble } from '../../src/bot/tell-trouble.ts'
import { CHANNEL_TROUBLE, createChannelTroubles, lastingTroubles } from '../../src/core/channel-troubles.ts'
import { createLogger } from '../../src/core/logger.ts'
import { Worker } from '../../src/core/worker.ts'
import { openSqlite } from '../support/databases.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const WORDS = { text: mrkdwn`hello`, blocks: [section(mrkdwn`hello`)] }

/** A workspace in which the program posts, with one who is told of trouble. */
async function anOffice({ standings = {} }: { readonly standings?: Readonly<Record<string, Standing>> } = {}) {
  await using resources = new AsyncDisposableStack()
  const database = resources.use(await openSqlite())
  const slack = resources.use(await startSlack())
  const clock = { now: START }
  const now = () => clock.now
  const log = createLogger('silent')
  const admins = [slack.person('ada').id, slack.person('grace').id]
  const bare = createSlackSender({ token: slack.botToken, apiUrl: slack.apiUrl, now })
  const troubles = createChannelTroubles({ database, canTell: () => true, jobsQueued: () => {}, now })
  // As Slack, which knows people by their ids and by nothing else.
  const standing = async (id: string): Promise<Standing> => standings[id] ?? (/^[UW]/.test(id) ? 'member' : 'outsider')
  const sender = delivering(bare, { troubles, standing, log })
  const tester = delivering(bare, { troubles: { ...troubles, async refused() {} }, standing, log })
  const handlers = { [CHANNEL_TROUBLE]: tellTrouble({ sender: tester, troubles, admins, log }) }
  const worker = new Worker({ database, handlers, owner: 'worker', now, random: () => 0.5, log })
  let said = 0
  const owned = resources.move()
  return {
    ...{ database, slack, clock },
    async say(channel: string): Promise<unknown> {
      said += 1
      clock.now += 10_000
      const failure = await sender.post({ ...WORDS, channel, key: String(said) }).then(
        (posted): unknown => posted,
        (error: unknown) => error,
      )
      await worker.runDue()
      return failure
    },
    told: (name: string) => slack.person(name).messages('@touchpoint').map(textOf),
    findings: async () => channelFindings(await lastingTroubles(database, clock.now)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

describe('where messages are refused for good', () => {
  test.each([
    [
      'an archived channel',
      'sales',
      async ({ slack }: Office) => await slack.archive('sales'),
      'the channel is archived',
    ],
    ['a deleted channel', 'C0GONE00', async () => {}, 'does not know the channel'],
  ] as const)('an admin is told once of %s, until it works again', async (_what, channel, happens, why) => {
    await using office = await anOffice()
    await happens(office)
    for (let time = 0; time < 3; time += 1)
      expect(await office.say(channel)).toMatchObject({ name: 'SlackRefusedError' })
    expect(office.told('ada')).toEqual([expect.stringContaining(why)])
    expect(office.told('grace')).toEqual([])
    expect(await office.findings()).toMatchObject([
      { state: 'problem', facts: expect.arrayContaining([expect.stringContaining(why)]) },
    ])
  })

  test('it is over with the first message that is taken, and told anew when it begins anew', async () => {
    await using office = await anOffice()
    const refuse = () =>
      office.slack.trouble({ kind: 'refuse', error: 'not_in_channel' }, { method: 'chat.postMessage' })
    refuse()
    await office.say('#sales')
    expect(await office.findings()).toHaveLength(1)
    await office.say('#sales')
    expect(await office.findings()).toEqual([])
    refuse()
    await office.say('#sales')
    expect(office.told('ada')).toHaveLength(2)
  })

  test('another admin is told where the first cannot be written to', async () => {
    await using office = await anOffice()
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    office.slack.trouble({ kind: 'refuse', error: 'channel_not_found' }, { method: 'chat.postMessage' })
    await office.say('#sales')
    expect([office.told('ada').length, office.told('grace').length]).toEqual([0, 1])
  })

  test('another admin is told where the first has left', async () => {
    const standings: Record<string, Standing> = {}
    await using office = await anOffice({ standings })
    standings[office.slack.person('ada').id] = 'outsider'
    await office.slack.archive('sales')
    await office.say('#sales')
    expect([office.told('ada').length, office.told('grace').length]).toEqual([0, 1])
    expect(await office.findings()).toHaveLength(1)
  })

  test('the first admin is told later where the refusal is not about them', async () => {
    await using office = await anOffice()
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    office.slack.trouble({ kind: 'refuse', error: 'missing_scope' }, { method: 'chat.postMessage' })
    await office.say('#sales')
    expect([office.told('ada').length, office.told('grace').length]).toEqual([0, 0])
    office.slack.trouble({ kind: 'refuse', error: 'is_archived' }, { method: 'chat.postMessage' })
    await office.say('#sales')
    expect([office.told('ada').length, office.told('grace').length]).toEqual([1, 0])
  })

  test('what is wrong with the message itself says nothing of the channel', async () => {
    await using office = await anOffice()
    office.slack.trouble({ kind: 'refuse', error: 'msg_too_long' })
    await office.say('#sales')
    expect(await office.findings()).toEqual([])
  })

  test('nobody hears of what nobody has tried for two weeks', async () => {
    await using office = await anOffice()
    await office.say('C0GONE00')
    office.clock.now += 15 * 24 * 60 * 60 * 1000
    expect(await office.findings()).toEqual([])
  })

  test('what was forgotten begins anew, and an admin is told again', async () => {
    await using office = await anOffice()
    await office.say('C0GONE00')
    office.clock.now += 15 * 24 * 60 * 60 * 1000
    await office.say('C0GONE00')
    expect(office.told('ada')).toHaveLength(2)
    expect(await office.findings()).toHaveLength(1)
  })
})

test.each([
  ['has left', 'outsider', 'they have left'],
  ['is a guest', 'guest', 'they are a guest'],
] as const)('nothing is sent to somebody who %s, though Slack would take it', async (_who, standing, why) => {
  await using office = await anOffice({ standings: { U0CY: standing } })
  expect(await office.say('U0CY')).toMatchObject({ name: 'SlackRefusedError' })
  expect(office.slack.callsOf('chat.postMessage').filter(({ args }) => args.channel === 'U0CY')).toEqual([])
  expect(office.told('ada')).toEqual([expect.stringContaining(why)])
})

test('what follows a message to a person goes into the conversation with them', async () => {
  await using office = await anOffice()
  const place = z.object({ channel: z.string().startsWith('D'), ts: z.string() })
  const first = place.parse(await office.say(office.slack.person('ada').id))
  expect(place.parse(await office.say(first.channel)).channel).toBe(first.channel)
  expect(office.told('ada')).toHaveLength(2)
})

type Office = Awaited<ReturnType<typeof anOffice>>
