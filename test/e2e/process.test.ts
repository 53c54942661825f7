import { expect, test } from 'vitest'

import { aHome, crm, startProgram } from '../../practice/program.ts'

test('SIGTERM answers what is under way, stores it, and ends with 0', async () => {
  await using home = aHome()
  await using program = await startProgram(home)
  const ids = Array.from({ length: 200 }, (_, n) => `event-${n}`)
  const answers = ids.map(async (id) => {
    const event = { event: 'open', email: 'ada@example.com', timestamp: 1767225600, sg_event_id: id }
    const response = await program.deliver('sendgrid', Buffer.from(JSON.stringify([event]))).catch(() => undefined)
    return response?.status === 200 ? [id] : []
  })
  await Promise.race(answers)
  expect(await program.stop('SIGTERM')).toBe(0)
  const acknowledged = (await Promise.all(answers)).flat()
  expect(acknowledged.length).toBeGreaterThan(0)
  const { stdout } = await crm(home, ['events', '--limit', '1000', '--json'])
  const stored = new Set(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  )
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
})

test('metrics are there for whoever has the token, and nowhere without one', async () => {
  await using home = aHome({ METRICS_TOKEN: 'a token that nobody can guess' })
  await using program = await startProgram(home)
  const asked = { headers: { authorization: 'Bearer a token that nobody can guess' } }
  expect(await (await fetch(`${program.url}/metrics`, asked)).text()).toContain('touchpoint_jobs')
  await using plainHome = aHome()
  await using plain = await startProgram(plainHome)
  expect((await fetch(`${plain.url}/metrics`, asked)).status).toBe(404)
})

test('a socket to Slack that cannot be opened at start is said, and ends with 1', async () => {
  await using home = aHome({ SLACK_API_URL: 'http://127.0.0.1:1/api/', SLACK_APP_TOKEN: 'xapp-1-test' })
  await expect(startProgram(home)).rejects.toThrow(/ended with 1: .*no socket to Slack/s)
})

test('a port that is taken is named, and ends with 2', async () => {
  await using home = aHome()
  await using program = await startProgram(home)
  await using second = aHome({ PORT: new URL(program.url).port })
  await expect(startProgram(second)).rejects.toThrow(/ended with 2: .*PORT \d+ is in use/s)
})
