import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'
import { SECRETS } from '../../practice/email/sign.ts'
import { aHome, crm, runToEnd, startProgram } from '../../practice/program.ts'
import { startSlack, textOf } from '../../practice/slack/index.ts'
import { postgresPlace } from '../support/databases.ts'

// E-mail sheet, section 9.1: published by SendGrid, and signed in 2020.
const PUBLISHED = {
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  headers: {
    'content-type': 'application/json',
    'x-twilio-email-event-webhook-timestamp': '1600112502',
    'x-twilio-email-event-webhook-signature':
      'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
  },
  body: '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n',
}

const sentAt = Math.floor(Date.now() / 1000) - 3600
const about = { email: 'Ada@Example.com', 'smtp-id': '<launch-1@example.org>', singlesend_name: 'Q1 launch' }
const BATCH = [
  { ...about, event: 'processed', timestamp: sentAt, sg_event_id: 'e1' },
  { ...about, event: 'delivered', timestamp: sentAt + 2, sg_event_id: 'e2' },
  { ...about, event: 'open', timestamp: sentAt + 3, sg_event_id: 'e3', sg_machine_open: true },
  { ...about, event: 'open', timestamp: sentAt + 600, sg_event_id: 'e4', sg_machine_open: false },
  { ...about, event: 'click', timestamp: sentAt + 640, sg_event_id: 'e5', url: 'https://example.org/pricing' },
]

function sendgridBatch(events: readonly unknown[]): Buffer {
  return Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`)
}

function inboundParse(mail: Readonly<Record<string, string>>) {
  const boundary = `xYzZY${randomUUID()}`
  const parts = Object.entries(mail).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  return { headers, body: Buffer.from(`${parts.join('')}--${boundary}--\r\n`) }
}

const REPLY = {
  headers: 'Message-ID: <answer-1@example.com>\nIn-Reply-To: <launch-1@example.org>\nSubject: Re: Q1 launch',
  from: 'Ada Lovelace <ada@home.example>',
  to: 'sales@example.org',
  subject: 'Re: Q1 launch',
  text: 'Yes, please call me on Tuesday.\n\nOn Sun, the team wrote:\n> Shall we talk?\n',
  envelope: '{"to":["sales@example.org"],"from":"ada@home.example"}',
  charsets: '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"utf-8"}',
}

test('a signed batch goes in on one port, and the card with its opens, click and reply comes out in Slack', async () => {
  await using slack = await startSlack()
  await using home = aHome({
    SENDGRID_WEBHOOK_SECRET: `${PUBLISHED.key},${SECRETS.sendgrid}`,
    SLACK_API_URL: slack.apiUrl,
    CRM_ALERT_CHANNEL: slack.channel('sales').id,
  })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  const grace = slack.person('grace')

  const published = await fetch(`${program.url}/webhooks/sendgrid`, { method: 'POST', ...PUBLISHED })
  expect([published.status, await published.json()]).toEqual([200, { accepted: 1, duplicates: 0, unreadable: 0 }])
  const forged = await fetch(`${program.url}/webhooks/sendgrid`, {
    method: 'POST',
    headers: PUBLISHED.headers,
    body: PUBLISHED.body.replace('dropped', 'opened!'),
  })
  expect(forged.status).toBe(401)

  const batch = await program.deliver('sendgrid', sendgridBatch(BATCH))
  expect([batch.status, await batch.json()]).toEqual([200, { accepted: 5, duplicates: 0, unreadable: 0 }])
  const { headers, body } = inboundParse(REPLY)
  expect((await program.deliver('sendgrid', body, headers)).status).toBe(200)
  const again = await program.deliver('sendgrid', sendgridBatch(BATCH))
  expect(await again.json()).toEqual({ accepted: 0, duplicates: 5, unreadable: 0 })
  await grace.sees(/Ada@Example\.com\* replied to “Re: Q1 launch”/)

  const asked = () => grace.type('/crm lookup ada@example.com', { in: '#marketing' })
  // A reply also has it guessed from the address where somebody works.
  await expect.poll(async () => textOf(await asked())).toContain('Example?')
  const card = await asked()
  expect(card).toMatchObject({ isEphemeral: true })
  const words = textOf(card)
  expect(words).toContain('1 open (+1 by a machine) · 1 click · 1 reply')
  expect(words).toContain('Q1 launch')
  expect(words).toContain('example.org')
  expect(words).toContain('Yes, please call me on Tuesday.')
  expect(words).not.toContain('Shall we talk')
  expect(textOf(await grace.type('/crm ada@example.com'))).toBe(words)
  expect(textOf(await grace.type('/crm lookup hello@world.com'))).toContain('Not sent: refused by the mail tool')

  expect(await program.stop()).toBe(0)
  const alerts = slack.person('tom').messages('#sales')
  expect(alerts.map(({ text }) => text)).toEqual([expect.stringContaining('replied to “Re: Q1 launch”')])
  expect(program.lines.join('\n')).not.toMatch(/ada@|Lovelace|Tuesday|xoxb/i)
})

test('the near miss of a misspelt address opens the card by its button', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  const grace = slack.person('grace')
  await program.deliver('sendgrid', sendgridBatch(BATCH))

  const choice = await grace.type('/crm lookup ada@exmaple.com')
  expect(textOf(choice)).toContain('Did you mean one of these?')
  await grace.click('Open Ada@Example.com')
  const [answer] = grace.messages('#sales')
  expect(textOf(answer)).toContain('1 open (+1 by a machine) · 1 click')
})

test('people add a contact, import a list and look at the Home tab', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  const grace = slack.person('grace')
  await program.deliver('sendgrid', sendgridBatch(BATCH))

  await grace.type('/crm add ada@example.com')
  await grace.sees('Add a contact')
  await grace.submit()
  expect(textOf(grace.modal)).toContain('Already in the CRM')
  await grace.fill('E-mail', 'bob@example.com')
  await grace.fill('First name', 'Bob')
  expect(textOf(await grace.submit())).toContain('Just added')
  await grace.close()

  await grace.type('/crm import')
  await grace.sees('Import contacts')
  await grace.upload('A file', { name: 'people.csv', text: 'email;first name\neve@example.com;Eve\nnobody;\n' })
  await grace.submit()
  await grace.sees('people.csv is checked')
  await grace.close()
  await grace.press('Import 1 contact')
  expect(textOf(await grace.sees(/people\.csv: 1 new/))).toContain('1 row left out')
  expect(textOf(await grace.type('/crm eve'))).toContain('eve@example.com')

  await grace.openHome()
  await grace.sees('Hottest contacts')
  await grace.press('Open card')
  await grace.sees('1 open (+1 by a machine) · 1 click')
})

/** Product page, section 10. */
const EVENT_KEYS =
  'id provider type class recipient occurred_at received_at message_id campaign tags metadata url user_agent machine bounce reply'

test('the command line works beside the running server, with JSON on standard output alone', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl })
  await using program = await startProgram(home)
  slack.connect(program.slack)
  await program.deliver('sendgrid', sendgridBatch(BATCH))

  const lookup = await crm(home, ['lookup', 'ada@example.com', '--json'])
  expect(JSON.parse(lookup.stdout)).toMatchObject({
    email: 'Ada@Example.com',
    status: 'engaged',
    engagements: expect.arrayContaining([expect.objectContaining({ engagement_type: 'link_clicked' })]),
  })
  const { stdout } = await crm(home, ['events', '--email', 'ada@example.com', '--json', '--limit', '2'])
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.map((event) => Object.keys(event).join(' '))).toEqual(Array(2).fill(EVENT_KEYS))
  expect(events).toMatchObject([
    {
      id: 'e5',
      provider: 'sendgrid',
      type: 'clicked',
      url: 'https://example.org/pricing',
      recipient: 'Ada@Example.com',
    },
    { id: 'e4', type: 'opened', machine: false },
  ])
  const contacts = { 'bob@example.com': { email: 'Bob@example.com', first_name: 'Bob', tags: ['vip'] } }
  const imported = await crm(home, ['import', '-', '--json', '--tag', 'fair'], JSON.stringify(contacts))
  expect(JSON.parse(imported.stdout)).toMatchObject({ created: 1, invalid: 0 })
  expect(textOf(await slack.person('grace').type('/crm bob'))).toContain('Bob@example.com')
  expect(JSON.parse((await crm(home, ['stats', '--json'])).stdout)).toMatchObject({
    contacts: 2,
    events: { clicked: 1 },
  })
  expect(Object.keys(JSON.parse((await crm(home, ['export'])).stdout))).toEqual(['ada@example.com', 'bob@example.com'])
  expect(await crm(home, ['lookup', 'nobody@nowhere.example'])).toMatchObject({ code: 1, stdout: '' })
  expect(await crm(home, ['frobnicate'])).toMatchObject({ code: 2, stdout: '' })
})

test('on Postgres, two instances share one database', async () => {
  await using place = await postgresPlace()
  await using slack = await startSlack()
  await using home = aHome({ DATABASE_URL: place.url, SLACK_API_URL: slack.apiUrl })
  await using one = await startProgram(home)
  await using two = await startProgram(home)
  slack.connect(two.slack)
  await one.deliver('sendgrid', sendgridBatch(BATCH))
  expect(await (await two.deliver('sendgrid', sendgridBatch(BATCH))).json()).toMatchObject({ duplicates: 5 })
  const card = await slack.person('grace').type('/crm lookup ada@example.com')
  expect(textOf(card)).toContain('1 open (+1 by a machine) · 1 click')
  expect([await one.stop(), await two.stop()]).toEqual([0, 0])
})

test('a start without what it needs names every variable and ends with 2', async () => {
  const { code, stderr } = await runToEnd({
    PATH: process.env.PATH ?? '',
    PORT: 'abc',
    SENDGRID_WEBHOOK_SECRET: 'no key',
  })
  expect(code).toBe(2)
  for (const name of ['PORT', 'SENDGRID_WEBHOOK_SECRET', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET']) {
    expect(stderr).toContain(name)
  }
})

test('Socket Mode answers the same command without a public address', async () => {
  await using slack = await startSlack()
  await using home = aHome({ SLACK_API_URL: slack.apiUrl, SLACK_APP_TOKEN: slack.appToken })
  await using program = await startProgram(home)
  await program.deliver('sendgrid', sendgridBatch(BATCH))
  await slack.socket.connected()
  const card = await slack.person('grace').type('/crm lookup ada@example.com')
  expect(textOf(card)).toContain('1 open (+1 by a machine) · 1 click')
  expect((await fetch(program.slack.url, { method: 'POST' })).status).toBe(404)
  expect(await program.stop()).toBe(0)
})
