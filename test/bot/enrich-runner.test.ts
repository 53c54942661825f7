import { setImmediate } from 'node:timers/promises'

import { describe, expect, test, vi } from 'vitest'

import { startSlack, textOf } from '../../practice/slack/index.ts'
import { createEnrichRunner, type EnrichRunnerDeps } from '../../src/bot/enrich-runner.ts'
import { createSlackSender } from '../../src/bot/sender.ts'
import { SlackRefusedError } from '../../src/bot/slack-refusals.ts'
import { InvalidInputError, StorageError, UpstreamError } from '../../src/core/errors.ts'
import { aBatchOutcome, NOW } from './fixtures.ts'
import { aLog, TOKEN } from './support.ts'

const ORDER = { id: 'order-1', filter: 'campaign:"Spring launch"', by: 'U0ADA' }
const REPORT = 'Spring launch: 128 contacts. 90 enriched'

/** A runner whose parts all succeed, and what was said; say only what the test is about. */
function aRunner(overrides: Partial<EnrichRunnerDeps> = {}) {
  const { log, lines } = aLog()
  const post = vi.fn<EnrichRunnerDeps['sender']['post']>(async () => ({ channel: 'D1', ts: '1.1' }))
  const update = vi.fn<EnrichRunnerDeps['sender']['update']>(async () => {})
  const tryLater = vi.fn(async () => {})
  const runner = createEnrichRunner({
    sender: { post, update },
    estimate: async () => ({ contacts: 128 }),
    enrich: async () => aBatchOutcome(),
    tryLater,
    now: () => NOW,
    log,
    ...overrides,
  })
  const stop = new AbortController()
  const run = (payload: unknown = ORDER) => runner(payload, { id: 'enrich_run:order-1', signal: stop.signal })
  const said = () => [...post.mock.calls, ...update.mock.calls].map(([{ text }]) => text)
  return { run, stop, post, update, tryLater, said, lines }
}

describe('a run in the real world', () => {
  test('is one message to the person, which the report replaces', async () => {
    await using slack = await startSlack()
    const sender = createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => NOW })
    const { run, lines } = aRunner({ sender })
    await run({ ...ORDER, by: slack.person('ada').id })
    const messages = slack.person('ada').messages('@touchpoint')
    expect(messages).toMatchObject([{ isEdited: true }])
    expect(textOf(messages[0])).toContain(REPORT)
    expect(slack.person('tom').messages('@touchpoint')).toEqual([])
    expect(slack.problems).toEqual([])
    expect(lines).toEqual([])
  })

  test('goes on where Slack is down, and reports once it is back', async () => {
    await using slack = await startSlack()
    slack.trouble({ kind: 'status', status: 503 }, { method: 'chat.postMessage' })
    let now = NOW
    const sender = createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => now })
    const enrich = vi.fn<EnrichRunnerDeps['enrich']>(async () => {
      await expect.poll(() => slack.callsOf('chat.postMessage')).toHaveLength(1)
      now += 60_000
      return aBatchOutcome()
    })
    const { run, lines } = aRunner({ sender, enrich })
    await run({ ...ORDER, by: slack.person('ada').id })
    expect(enrich).toHaveBeenCalledOnce()
    expect(slack.person('ada').messages('@touchpoint').map(textOf)).toEqual([expect.stringContaining(REPORT)])
    expect(lines.map(({ message }) => message)).toEqual(['the progress of an enrichment was not shown'])
  })

  test('waits for Slack at its end as long as Slack says', async () => {
    await using slack = await startSlack()
    slack.trouble({ kind: 'rate-limited', retryAfterSeconds: 7 }, { method: 'chat.update', times: 2 })
    const waits: number[] = []
    let now = NOW
    const after = async (ms: number) => {
      waits.push(ms)
      now += ms
    }
    const sender = createSlackSender({ token: TOKEN, apiUrl: slack.apiUrl, now: () => now })
    const { run, lines } = aRunner({ sender, after })
    await run({ ...ORDER, by: slack.person('ada').id })
    expect(waits).toEqual([7000, 7000])
    expect(slack.person('ada').messages('@touchpoint').map(textOf)).toEqual([expect.stringContaining(REPORT)])
    expect(lines).toEqual([])
  })
})

describe('the progress of a run', () => {
  /** Enriches in `steps` of half a second, with time for what is said at each of them. */
  function inSteps(steps: number) {
    let at = NOW
    const enrich: EnrichRunnerDeps['enrich'] = async (_filter, { onProgress }) => {
      for (let step = 1; step <= steps; step += 1) {
        at += 500
        onProgress(step, step)
        await setImmediate()
      }
      return aBatchOutcome()
    }
    return { enrich, now: () => at }
  }

  test('is shown no oftener than every two seconds', async () => {
    const { run, said } = aRunner(inSteps(12))
    await run()
    expect(said().map((text) => /\d+ of \d+/.exec(text)?.[0])).toEqual([
      '0 of 128',
      '4 of 128',
      '8 of 128',
      '12 of 128',
      undefined,
    ])
  })

  test('is never more than all, where some were added meanwhile', async () => {
    const { run, said } = aRunner({ ...inSteps(8), estimate: async () => ({ contacts: 2 }) })
    await run()
    expect(said()[2]).toContain('8 of 8')
  })

  test('is left out as long as Slack asks for, and the run does not wait', async () => {
    const update = vi.fn(async () => {})
    update.mockRejectedValueOnce(new UpstreamError('Slack asks us to wait', { retryAfterMs: 4000 }))
    const { run, post, lines } = aRunner({
      ...inSteps(14),
      sender: { post: async () => ({ channel: 'D1', ts: '1.1' }), update },
      after: () => Promise.reject(new Error('nobody waits for progress')),
    })
    await run()
    // The one that failed after two seconds, the next four seconds later, and the report.
    expect(update).toHaveBeenCalledTimes(3)
    expect(post).not.toHaveBeenCalled()
    expect(lines.map(({ level }) => level)).toEqual(['debug'])
  })

  test('is never said twice at a time, so that nothing older replaces it', async () => {
    let [underWay, most] = [0, 0]
    const update = async () => {
      underWay += 1
      most = Math.max(most, underWay)
      for (let turn = 0; turn < 6; turn += 1) await setImmediate()
      underWay -= 1
    }
    const { run } = aRunner({ ...inSteps(20), sender: { post: async () => ({ channel: 'D1', ts: '1.1' }), update } })
    await run()
    expect(most).toBe(1)
  })

  test('holds nobody up while Slack takes its time', async () => {
    const posted = Promise.withResolvers<{ channel: string; ts: string }>()
    const update = vi.fn(async () => {})
    const { run } = aRunner({
      sender: { post: () => posted.promise, update },
      ...inSteps(20),
      tryLater: async () => posted.resolve({ channel: 'D1', ts: '1.1' }),
      enrich: async (filter, options) => {
        await inSteps(20).enrich(filter, options)
        return aBatchOutcome({ later: { ids: [1], at: NOW } })
      },
    })
    await run()
    expect(update).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ text: expect.stringContaining(REPORT) }))
  })
})

describe('a run', () => {
  test('enriches whom the filter means, although nobody can be told', async () => {
    const enrich = vi.fn<EnrichRunnerDeps['enrich']>(async () => aBatchOutcome())
    const post = vi.fn(() => Promise.reject(new UpstreamError('Slack did not answer')))
    const { run, lines } = aRunner({ enrich, sender: { post, update: async () => {} }, after: async () => {} })
    await run()
    expect(enrich).toHaveBeenCalledExactlyOnceWith({ filter: ORDER.filter, by: ORDER.by }, expect.anything())
    expect(lines.map(({ level }) => level)).toEqual(['debug', 'error'])
  })

  test('reports in a new message where the first was deleted', async () => {
    const update = vi.fn(() => Promise.reject(new SlackRefusedError('message_not_found', 'There is no such message')))
    const post = vi.fn<EnrichRunnerDeps['sender']['post']>(async () => ({ channel: 'D1', ts: '1.1' }))
    const { run, lines } = aRunner({ sender: { post, update } })
    await run()
    expect(post.mock.calls.map(([{ key }]) => key)).toEqual(['enrich:order-1:begin', 'enrich:order-1:end'])
    expect(post.mock.calls[1]?.[0].text).toContain(REPORT)
    expect(lines).toEqual([])
  })

  test('queues another try for those who may be worth it, before it says so', async () => {
    const later = { ids: [1, 2], at: NOW }
    const order: string[] = []
    const { run } = aRunner({
      enrich: async () => aBatchOutcome({ later }),
      tryLater: async (given) => void order.push(JSON.stringify(given)),
      sender: {
        post: async () => ({ channel: 'D1', ts: '1.1' }),
        update: async ({ text }) => void order.push(text.slice(0, 13)),
      },
    })
    await run()
    expect(order).toEqual([JSON.stringify(later), 'Spring launch'])
  })

  test('that is interrupted says so and is given back, and ends the next time', async () => {
    const { run, stop, said, tryLater } = aRunner({
      enrich: async (_filter, { onProgress }) => {
        onProgress(40, 31)
        stop.abort(new Error('the program stops'))
        return aBatchOutcome({ contacts: 40, later: { ids: [1], at: NOW } })
      },
    })
    await expect(run()).rejects.toThrow('the program stops')
    expect(said().at(-1)).toBe('Enriching Spring launch stopped after 40 of 128 contacts and 31 credits.')
    expect(tryLater).not.toHaveBeenCalled()

    const next = aRunner()
    await next.run()
    expect(next.said().at(-1)).toContain(REPORT)
    expect(next.post).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ key: 'enrich:order-1:begin' }))
  })

  test('by something that is no filter says so and is not tried again', async () => {
    const estimate = () => Promise.reject(new InvalidInputError('“status:x” is not a status'))
    const { run, said } = aRunner({ estimate })
    await run()
    expect(said()).toEqual(['Nobody was enriched by `campaign:"Spring launch"`: “status:x” is not a status'])
  })

  test.each([
    [new StorageError('The disk is full'), 'failed: The disk is full'],
    [new TypeError('secret of the database'), 'failed: Something went wrong on our side'],
  ])('that fails by %s says so and is given back', async (error, words) => {
    const { run, said } = aRunner({ enrich: () => Promise.reject(error) })
    await expect(run()).rejects.toBe(error)
    expect(said().at(-1)).toContain(words)
    expect(said().join()).not.toContain('secret')
  })

  test.each([[{ filter: 'tag:a', by: 'U0ADA' }], [null]])(
    'ordered as %j is refused and nothing is said',
    async (order) => {
      const { run, said } = aRunner()
      await expect(run(order)).rejects.toThrow()
      expect(said()).toEqual([])
    },
  )
})
