import { expect, test } from 'vitest'
import { z } from 'zod'

import { aHome, crm, type Home, startProgram } from '../../practice/program.ts'
import { startSlack, textOf } from '../../practice/slack/index.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { createDayOf } from '../../src/core/time.ts'
import { anEvent } from '../support/events.ts'

const RECEIVED = Date.parse('2026-03-02T10:00:00Z')
const TIME = Math.floor(RECEIVED / 1000)

/** What an earlier version of the adapter could not read, or had no name for; today's can. */
async function keptByAnEarlierVersion(home: Home): Promise<void> {
  await using database = await openDatabase(home.env.DATABASE_URL ?? '')
  const about = { email: 'ada@example.com', timestamp: TIME, sg_event_id: 'e1' }
  const body = [
    { ...about, event: 'delivered' },
    { ...about, event: 'open', sg_event_id: 'e2', timestamp: TIME + 600 },
  ]
  const unreadable = [
    { raw: Buffer.from(JSON.stringify(body)), part: 'body', headers: {}, problem: 'this shape is new' } as const,
    { raw: Buffer.from('{"event":"open"}'), part: 'element', headers: {}, problem: 'no recipient' } as const,
  ]
  const unnamed = anEvent({
    id: 'e3',
    type: 'unknown',
    occurredAt: RECEIVED,
    receivedAt: RECEIVED,
    raw: { ...about, event: 'click', sg_event_id: 'e3', timestamp: TIME + 660, url: 'https://example.org/pricing' },
  })
  await ingestAll({ database, dayOf: createDayOf('UTC'), jobsFor: () => [] }, [
    { provider: 'sendgrid', receivedAt: RECEIVED, events: [unnamed], unreadable },
  ])
}

const Listed = z.object({
  id: z.string(),
  provider: z.string(),
  received_at: z.string(),
  part: z.string(),
  problem: z.string(),
  bytes: z.number(),
})

test('what was kept is listed, rehearsed and replayed beside the running server, which then shows it', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl })
  await keptByAnEarlierVersion(home)
  await using program = await startProgram(home)
  slack.connect(program.slack)
  const grace = slack.person('grace')

  const list = await crm(home, ['replay', '--json'])
  const parts = list.stdout
    .trim()
    .split('\n')
    .map((line) => Listed.parse(JSON.parse(line)))
  expect(parts).toMatchObject([
    { id: '1', part: 'body', problem: 'this shape is new', received_at: '2026-03-02T10:00:00.000Z' },
    { id: '2', part: 'element', problem: 'no recipient', bytes: 16 },
    { id: expect.stringMatching(/^e\d+$/), part: 'unnamed' },
  ])
  expect(list.code).toBe(0)
  expect(textOf(await grace.type('/crm health'))).toContain('2 kept unread')

  const rehearsed = await crm(home, ['replay', '--dry-run', '--json'])
  expect(JSON.parse(rehearsed.stdout)).toMatchObject({ read: 1, unreadable: 1, named: 1, accepted: 3, dry_run: true })
  expect(textOf(await grace.type('/crm ada@example.com'))).not.toContain('1 click')

  const replayed = await crm(home, ['replay', '--all'])
  expect(replayed.stdout).toBe(
    '1 part read, 1 still unreadable; 1 event named, 0 still without a name; 3 new events, 0 known already\n',
  )
  expect(replayed.stderr).toContain('still kept 2 (sendgrid): ')
  expect(replayed.code).toBe(1)
  const card = textOf(await grace.type('/crm ada@example.com'))
  expect(card).toMatch(/1 open.*1 click/s)
  expect(textOf(await grace.type('/crm health'))).toContain('1 kept unread')

  const again = Buffer.from(
    JSON.stringify([{ email: 'ada@example.com', event: 'click', timestamp: TIME + 660, sg_event_id: 'e3' }]),
  )
  expect(await (await program.deliver('sendgrid', again)).json()).toEqual({ accepted: 0, duplicates: 1, unreadable: 0 })
})

test('crm replay ends with 0, 1 or 2 as the other commands do', async () => {
  await using home = aHome()
  expect(await crm(home, ['replay'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Nothing is kept: everything that came was understood.\n',
  })
  const ends = [
    [['--all'], 0],
    [['--id', '7'], 1],
    [['--id', 'x'], 2],
    [['--since', 'lately'], 2],
    [['--provider', 'nobody'], 2],
    [['--all', '--id', '1'], 2],
  ] as const
  const codes = await Promise.all(ends.map(async ([args]) => (await crm(home, ['replay', ...args])).code))
  expect(codes).toEqual(ends.map(([, code]) => code))
})

test('crm doctor and /crm health say the same of a source', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, MAILGUN_WEBHOOK_SECRET: '' })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  const refused = await fetch(`${program.url}/webhooks/sendgrid`, { method: 'POST', body: '{"RecordType":"Open"}' })
  expect(refused.status).toBe(401)

  const health = textOf(await slack.person('grace').type('/crm health'))
  const doctor = await crm(home, ['doctor'])
  expect(doctor.code).toBe(1)
  for (const words of [
    '1 refused without a proof',
    '1 that look like those of Postmark',
    'let Postmark post to /webhooks/postmark, not to /webhooks/sendgrid',
    'let Amazon SES post to https://crm.example.com/webhooks/ses (docs/providers/ses.md)',
  ]) {
    expect(health).toContain(words)
    expect(doctor.stdout).toContain(words)
  }
  expect(health).toContain(':warning: *SendGrid*')
  expect(doctor.stdout).toMatch(/^PROBLEM {2}SendGrid: /m)
})
