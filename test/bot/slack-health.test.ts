import { createServer } from 'node:http'

import { expect, test } from 'vitest'

import { type Slack, type SlackOptions, startSlack } from '../../practice/slack/index.ts'
import { readManifest } from '../../practice/slack/manifest.ts'
import { slackHealth } from '../../src/bot/slack-health.ts'
import { SCOPES } from '../../src/bot/slack-scopes.ts'
import type { SlackConfig } from '../../src/core/config.ts'
import { SIGNING_SECRET } from './support.ts'

const MINUTE = 60_000

interface Looked {
  readonly token?: string
  readonly apiUrl?: string
  readonly transport?: SlackConfig['transport']
  readonly alertChannel?: string | undefined
  readonly now?: () => number
}

async function looked(slack: Slack, options: Looked = {}) {
  const { token = slack.botToken, now = Date.now } = options
  const { apiUrl = slack.apiUrl, transport = { mode: 'http', signingSecret: SIGNING_SECRET } } = options
  const alertChannel = 'alertChannel' in options ? options.alertChannel : slack.channel('sales').id
  const findings = await slackHealth({ slack: { botToken: token, transport, apiUrl }, alertChannel }, { fetch, now })
  return Object.fromEntries(findings.map(({ name, ...finding }) => [name, finding]))
}

function withScopes(without: readonly string[]): SlackOptions {
  const manifest = readManifest()
  return { manifest: { ...manifest, scopes: manifest.scopes.filter((scope) => !without.includes(scope)) } }
}

test('all is well: the workspace, the permissions, the clock, and the channel of alerts by its name', async () => {
  await using slack = await startSlack()
  expect(await looked(slack)).toEqual({
    Slack: { state: 'ok', facts: ['workspace Practice, HTTP'], fixes: [] },
    'Slack permissions': { state: 'ok', facts: [`${SCOPES.length} of ${SCOPES.length} granted`], fixes: [] },
    clock: { state: 'ok', facts: [expect.stringMatching(/^agrees with Slack's to /)], fixes: [] },
    'reply alerts': { state: 'ok', facts: ['go to #sales'], fixes: [] },
  })
  expect(slack.calls.map(({ method }) => method).sort()).toEqual(['auth.test', 'conversations.info'])
})

test('without Slack it is off, and so are the alerts', async () => {
  const unconnected = { slack: undefined, alertChannel: 'C1' }
  const none = { fetch: () => Promise.reject(new Error('nobody is asked')), now: () => 0 }
  expect(await slackHealth(unconnected, none)).toMatchObject([
    { name: 'Slack', state: 'off', fixes: [expect.stringContaining('SLACK_BOT_TOKEN')] },
    { name: 'reply alerts', state: 'off', facts: ['not sent without Slack'] },
  ])
})

test('without a channel alerts are off', async () => {
  await using slack = await startSlack()
  expect(await looked(slack, { alertChannel: undefined })).toMatchObject({
    'reply alerts': { state: 'off', fixes: ['set CRM_ALERT_CHANNEL to the id of a channel'] },
  })
})

test('a token that is refused says which one to copy, and nothing is said of channels', async () => {
  await using slack = await startSlack()
  const findings = await looked(slack, { token: 'xoxb-old' })
  expect(findings).toMatchObject({
    Slack: {
      state: 'problem',
      facts: ['Slack answers invalid_auth'],
      fixes: [expect.stringContaining('SLACK_BOT_TOKEN')],
    },
    clock: { state: 'ok' },
  })
  expect(Object.keys(findings)).toEqual(['Slack', 'clock'])
})

test('a scope that is lacking is named with what does not work, and the way to it', async () => {
  await using slack = await startSlack(withScopes(['files:read']))
  expect(await looked(slack)).toMatchObject({
    'Slack permissions': {
      state: 'problem',
      facts: [
        `${SCOPES.length - 1} of ${SCOPES.length} granted`,
        'without files:read an uploaded list cannot be imported',
      ],
      fixes: [expect.stringMatching(/manifest\.yml .* install it again/)],
    },
  })
})

test('an optional scope that is lacking is no problem, and says what is lost', async () => {
  await using slack = await startSlack(withScopes(['channels:read', 'groups:read']))
  expect(await looked(slack)).toMatchObject({
    'Slack permissions': { state: 'ok' },
    'optional permissions': {
      state: 'off',
      facts: [
        expect.stringMatching(/^without channels:read .* hide addresses$/),
        expect.stringContaining('groups:read'),
      ],
    },
    'reply alerts': { state: 'ok', facts: [expect.any(String), expect.stringContaining('addresses are hidden there')] },
  })
})

test.each([
  ['is archived', (slack: Slack) => slack.archive('#sales'), ['#sales is archived'], /another channel/],
  [
    'lacks the app',
    (slack: Slack) => slack.remove('#sales'),
    ['go to #sales', 'the app is not in it'],
    /\/invite @Touchpoint in #sales/,
  ],
])('a channel that %s is a problem', async (_what, happens, facts, fix) => {
  await using slack = await startSlack()
  await happens(slack)
  expect(await looked(slack)).toMatchObject({
    'reply alerts': { state: 'problem', facts, fixes: [expect.stringMatching(fix)] },
  })
})

test.each(['invited', 'accepted'] as const)('a channel that is shared (%s) hides addresses', async (sharing) => {
  await using slack = await startSlack()
  slack.share('#sales', sharing)
  expect(await looked(slack)).toMatchObject({
    'reply alerts': { state: 'ok', facts: ['go to #sales', expect.stringContaining('addresses are hidden there')] },
  })
})

test.each([
  ['C0NOBODY', 'problem', /Check its id/],
  ['#sales', 'ok', /to the id/],
])('of %s it says what to do', async (alertChannel, state, fix) => {
  await using slack = await startSlack()
  expect(await looked(slack, { alertChannel })).toMatchObject({
    'reply alerts': { state, fixes: [expect.stringMatching(fix)] },
  })
})

test('the digest has its channel, too, as it was chosen', async () => {
  await using slack = await startSlack()
  const base = {
    slack: {
      botToken: slack.botToken,
      transport: { mode: 'http', signingSecret: SIGNING_SECRET },
      apiUrl: slack.apiUrl,
    },
    alertChannel: undefined,
  } as const
  const found = async (channel: string | null) => {
    const findings = await slackHealth(
      { ...base, digest: { channel, at: '09:00', days: ['mon'] } },
      { fetch, now: Date.now },
    )
    return findings.find(({ name }) => name === 'digest')
  }
  expect(await found(slack.channel('sales').id)).toMatchObject({ state: 'ok', facts: ['goes to #sales'] })
  expect(await found(slack.channel('general').id)).toMatchObject({
    state: 'problem',
    fixes: ['type /invite @Touchpoint in #general'],
  })
  expect(await found(null)).toMatchObject({ state: 'off', fixes: [expect.stringContaining('/crm digest')] })
})

test('a person can be told alone', async () => {
  await using slack = await startSlack()
  const { id } = slack.person('ada')
  expect(await looked(slack, { alertChannel: id })).toMatchObject({ 'reply alerts': { state: 'ok', fixes: [] } })
})

test.each([
  [2, 'http', ["2 minutes ahead of Slack's"]],
  [-3, 'http', ["3 minutes behind Slack's"]],
  [-7, 'http', ["7 minutes behind Slack's", "so Slack's requests and signed webhooks are refused"]],
  [180, 'socket', ["3 hours ahead of Slack's", 'so signed webhooks are refused']],
])('a clock that is %i minutes off (%s) is a problem', async (minutes, mode, facts) => {
  await using slack = await startSlack()
  const transport =
    mode === 'http'
      ? ({ mode, signingSecret: SIGNING_SECRET } as const)
      : ({ mode: 'socket', appToken: 'xapp-1' } as const)
  expect(await looked(slack, { transport, now: () => Date.now() + minutes * MINUTE })).toMatchObject({
    clock: { state: 'problem', facts, fixes: [expect.stringContaining('time server')] },
  })
})

test.each([
  ['ends the connection', { kind: 'drop' }],
  ['asks to wait', { kind: 'rate-limited', retryAfterSeconds: 30 }],
  ['is out of order', { kind: 'status', status: 500 }],
] as const)('Slack that %s is a finding and no error', async (_what, trouble) => {
  await using slack = await startSlack()
  slack.trouble(trouble, { method: 'auth.test' })
  expect(await looked(slack)).toMatchObject({ Slack: { state: 'problem', fixes: [expect.any(String)] } })
  slack.trouble(trouble, { method: 'conversations.info' })
  expect(await looked(slack)).toMatchObject({ Slack: { state: 'ok' }, 'reply alerts': { state: 'problem' } })
})

test('something else that answers in the place of Slack is a finding, too', async () => {
  await using slack = await startSlack()
  const proxy = createServer((_request, response) => response.end('<html>Sign in</html>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => proxy.once('listening', resolve))
  const address = proxy.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const findings = await looked(slack, { apiUrl: `http://127.0.0.1:${port}/api` })
  proxy.close()
  expect(findings).toMatchObject({ Slack: { state: 'problem', facts: [expect.stringContaining('HTTP 200')] } })
})
