import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { Clock } from '../../practice/clock.ts'
import { type Practice, startPractice } from '../../practice/practice.ts'
import { textOf } from '../../practice/slack/index.ts'

const HOUR = 60 * 60_000

/** Local time, as the clock of a workspace counts its days. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()

describe('the clock of the workspace', () => {
  test.each([
    ['by an hour, over midnight', 'hour', at(22, 23, 30), at(23, 0, 30)],
    ['to the morning that comes', 'morning', at(22, 8, 59), at(22, 9)],
    ['from a morning to the next', 'morning', at(22, 9), at(23, 9)],
    ['over the end of a month', 'morning', at(30, 23, 30), at(31, 9)],
  ] as const)('is moved %s', (_how, move, before, after) => {
    const clock = new Clock(() => before)
    clock.move(move)
    expect(clock.now()).toBe(after)
  })

  test('goes on from where it was moved to', () => {
    let computer = at(22, 10)
    const clock = new Clock(() => computer)
    clock.move('hour')
    computer += 5
    clock.move('hour')
    expect([clock.now(), clock.aheadMs]).toEqual([at(22, 12) + 5, 2 * HOUR])
  })
})

/** Runs a program with a clock that can be moved, moves it when asked to, and gives what it wrote. */
async function written(program: string, aheadMs: number): Promise<unknown> {
  const preload = new URL('../../practice/movable-clock.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--import', preload, '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  if (!child.stdout) throw new Error('there is no output')
  const output = text(child.stdout)
  await once(child, 'message')
  child.send({ aheadMs })
  return JSON.parse(await output)
}

describe('a program whose clock is moved', () => {
  test('reads the later time wherever it reads one, and everything else of a date as ever', async () => {
    const program = `
      const before = Date.now()
      const alive = setInterval(() => {}, 1000)
      process.send('ready')
      process.on('message', () => {
        const hours = (ms) => Math.floor((ms - before) / ${HOUR})
        console.log(JSON.stringify([
          hours(Date.now()), hours(new Date().getTime()), hours(Date.parse(Date())),
          new Date(0).toISOString(), Date.UTC(1970, 0, 2), new Date() instanceof Date, new Date(2026, 0).getFullYear(),
        ]))
        clearInterval(alive)
        process.disconnect()
      })`
    expect(await written(program, 30 * HOUR)).toEqual([30, 30, 29, '1970-01-01T00:00:00.000Z', 86_400_000, true, 2026])
  })

  test('is woken for what became due, in the order of its times, and for nothing else', async () => {
    const program = `
      const woken = []
      const wake = (name) => woken.push(name)
      setTimeout(wake, 3 * ${HOUR}, 'third')
      setTimeout(wake, 1 * ${HOUR}, 'first')
      setTimeout(() => { wake('second'); clearTimeout(late); setTimeout(wake, ${HOUR}, 'new').unref() }, 2 * ${HOUR})
      const late = setTimeout(wake, 4 * ${HOUR}, 'taken back by another')
      clearTimeout(setTimeout(wake, 2 * ${HOUR}, 'taken back'))
      setTimeout(wake, 6 * ${HOUR}, 'not yet').unref()
      process.send('ready')
      process.on('message', () => setTimeout(() => { console.log(JSON.stringify(woken)); process.disconnect() }, 50))`
    expect(await written(program, 5 * HOUR)).toEqual(['first', 'second', 'third'])
  })
})

describe('a practice workspace that is moved to the next morning', () => {
  test('believes what Slack and the e-mail tools send at that time', async () => {
    await using practice = await startPractice({ port: 0, withSamples: false, now: Date.now })
    await move(practice, 'morning')
    const { tools, slack } = practice
    const contact = 'ada@example.com'
    const results = [
      await tools.act({ kind: 'event', tool: 'resend', action: 'replied', contact }),
      await tools.act({ kind: 'event', tool: 'ses', action: 'clicked', contact }),
      await tools.act({ kind: 'replay-last', tool: 'resend' }),
      await tools.act({ kind: 'forge', tool: 'resend', contact }),
    ]
    expect(results.map(({ status }) => status)).toEqual([200, 200, 200, 401])
    const ada = slack.person('ada')
    await expect.poll(() => ada.messages().map((one) => one.text)).toContainEqual(expect.stringContaining('replied'))
    expect((await ada.type('/crm ada@example.com'))?.text).toContain('ada@example.com')
  })

  test('has a Slack whose clock agrees with the program', async () => {
    await using practice = await startPractice({ port: 0, withSamples: false, now: Date.now })
    await move(practice, 'hour')
    const ada = practice.slack.person('ada')
    const health = textOf(await ada.type('/crm health'))
    expect(health).toMatch(/^Health/)
    expect(health).not.toContain('ahead of Slack')
  })

  test('brings one digest, and no second one on the same day', async () => {
    await using practice = await startPractice({ port: 0, withSamples: false, now: Date.now })
    const mornings = () =>
      practice.slack
        .person('ada')
        .messages()
        .filter(({ text }) => text.startsWith('Nothing to report'))
        .map((message) => new Date(message.at).getDate())
    const first = await move(practice, 'morning')
    await expect.poll(mornings).toContain(first)
    await move(practice, 'hour')
    await move(practice, 'hour')
    const second = await move(practice, 'morning')
    await expect.poll(mornings).toContain(second)
    // One that starts in the morning has that of its first day too.
    expect(mornings()).toEqual([...new Set(mornings())])
  })
})

/** Gives the day of the month that it is then. */
async function move({ url }: Practice, move: string): Promise<number> {
  const response = await fetch(`${url}/practice/clock`, { method: 'POST', body: JSON.stringify({ move }) })
  expect(await response.json()).toEqual({ ok: true })
  const state = await (await fetch(`${url}/practice/state`)).json()
  return new Date(
    Date.now() + z.object({ clock: z.object({ aheadMs: z.number() }) }).parse(state).clock.aheadMs,
  ).getDate()
}
