import { connect } from 'node:net'
import { text as readText } from 'node:stream/consumers'

import { expect, test } from 'vitest'

import { aHome, crm, runToEnd, startProgram } from '../../practice/program.ts'

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

test.each(['/healthz', '/readyz', '/webhooks/sendgrid'])(
  'a balancer that asks for %s as HTTP 1.0 does, without a host, is answered',
  async (path) => {
    await using home = aHome()
    await using program = await startProgram(home)
    const socket = connect(Number(new URL(program.url).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.0\r\n\r\n`)
    expect(await readText(socket)).toMatch(/^HTTP\/1\.\d 200 /)
  },
)

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

test.each([
  ['HOST', '192.0.2.1', /HOST 192\.0\.2\.1 is no address of this machine: use 0\.0\.0\.0/],
  ['HOST', '999.1.1.1', /HOST 999\.1\.1\.1 is .*: use 0\.0\.0\.0/],
  [
    'DATABASE_URL',
    'postgres://u:secret@127.0.0.1:1/x',
    /DATABASE_URL: nobody answers at 127\.0\.0\.1:1 .*: start Postgres/,
  ],
])('%s=%s is said in one sentence, and ends with 2', async (name, value, sentence) => {
  await using home = aHome({ [name]: value })
  const { code, stderr } = await runToEnd(home.env)
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Touchpoint cannot start:\n {2}- .*\n$/)
  expect(stderr).toMatch(sentence)
  expect(stderr).not.toContain('secret')
})

test('so it is on the command line', async () => {
  await using home = aHome({ DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' })
  const { code, stdout, stderr } = await crm(home, ['doctor'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^DATABASE_URL: nobody answers at 127\.0\.0\.1:1 [^\n]*\n$/)
})
