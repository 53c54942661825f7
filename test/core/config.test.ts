import { describe, expect, test } from 'vitest'
import { SECRETS } from '../../practice/email/sign.ts'
import { type ConfigOptions, loadConfig } from '../../src/core/config.ts'
import { ConfigError } from '../../src/core/errors.ts'
import { providers } from '../../src/webhooks/providers/index.ts'

const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: '0123456789abcdef' }

function load(env: Record<string, string | undefined>, options: Partial<ConfigOptions> = {}) {
  const readFile = () => {
    throw new Error('no such file')
  }
  return loadConfig(env, { providers, needsSlack: true, readFile, ...options })
}

test('has a default for everything but Slack', () => {
  expect(load(slack)).toEqual({
    host: '0.0.0.0',
    port: 3000,
    databaseUrl: 'sqlite:data/touchpoint.db',
    slack: { botToken: 'xoxb-1', transport: { mode: 'http', signingSecret: '0123456789abcdef' }, apiUrl: undefined },
    alertChannel: undefined,
    digest: { channel: null, at: '09:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] },
    admins: [],
    viewers: [],
    timeZone: 'UTC',
    publicUrl: undefined,
    enrichment: { providers: [], dailyCredits: 500, on: new Set(['import', 'reply']) },
    metricsToken: undefined,
    logLevel: 'info',
    webhookSecrets: {},
    warnings: [],
  })
})

test('takes an empty variable for one that is not set', () => {
  expect(load({ ...slack, PORT: '', SENDGRID_WEBHOOK_SECRET: ' ' })).toMatchObject({ port: 3000, webhookSecrets: {} })
})

test.each([
  ['0', 0],
  ['8080', 8080],
  ['65535', 65_535],
])('takes %s for the port', (text, port) => {
  expect(load({ ...slack, PORT: text }).port).toBe(port)
})

test.each(['65536', '99999', '-1', '3.5', '0x10', '1e3', 'abc'])('refuses %s as the port', (text) => {
  expect(problemsOf(() => load({ ...slack, PORT: text }))).toBe(
    'PORT is not a port: use a number from 0 to 65535, such as 3000',
  )
})

test('uses Socket Mode when there is an app token', () => {
  const { slack: config } = load({ ...slack, SLACK_APP_TOKEN: 'xapp-1' })
  expect(config?.transport).toEqual({ mode: 'socket', appToken: 'xapp-1' })
})

test('names everything that is wrong at once, and how to mend it', () => {
  const env = {
    PORT: 'abc',
    DATABASE_URL: 'mysql://x',
    SLACK_BOT_TOKEN: 'xoxp-user',
    CRM_TIME_ZONE: 'Mars/Olympus',
    CRM_ALERT_CHANNEL: 'the sales channel',
    CRM_DIGEST_CHANNEL: 'the same',
    CRM_DIGEST_AT: '25:00',
    CRM_DIGEST_DAYS: 'workdays',
    CRM_ADMINS: 'U0ADA, @grace',
    CRM_VIEWERS: 'tom@example.com',
    LOG_LEVEL: 'loud',
    SLACK_API_URL: 'http://slack.example.com/api',
    SENDGRID_WEBHOOK_SECRET: 'not a key',
  }
  const problems = problemsOf(() => load(env))
  for (const name of [...Object.keys(env), 'SLACK_SIGNING_SECRET']) expect(problems).toContain(name)
  expect(problems).toMatch(/CRM_TIME_ZONE .*Europe\/Berlin/)
  expect(problems).toMatch(/^CRM_DIGEST_CHANNEL is not a channel/m)
  expect(problems).toMatch(/^CRM_DIGEST_AT is not a time of the day: use one such as 09:00$/m)
  expect(problems).toMatch(/^CRM_DIGEST_DAYS names no days: use mon-fri/m)
  expect(problems).toMatch(/^CRM_ADMINS names @grace, which is no member id: .*Copy member ID/m)
  expect(problems).not.toContain('not a key')
})

test('needs Slack only where it is used', () => {
  expect(problemsOf(() => load({}))).toMatch(/SLACK_BOT_TOKEN.*SLACK_SIGNING_SECRET/)
  expect(load({}, { needsSlack: false }).slack).toBeUndefined()
})

test('takes the ids of admins and viewers, each once', () => {
  const { admins, viewers } = load({ ...slack, CRM_ADMINS: ' U0ADA,W0GRACE , U0ADA,', CRM_VIEWERS: 'U0TOM' })
  expect([admins, viewers]).toEqual([['U0ADA', 'W0GRACE'], ['U0TOM']])
})

test('wants nobody to be an admin and a viewer', () => {
  const problems = problemsOf(() => load({ ...slack, CRM_ADMINS: 'U0ADA,U0TOM', CRM_VIEWERS: 'U0TOM' }))
  expect(problems).toBe('CRM_VIEWERS and CRM_ADMINS both name U0TOM: keep one')
})

test('switches a provider on by its secret, and takes several for a rotation', () => {
  const { webhookSecrets } = load({ ...slack, RESEND_WEBHOOK_SECRET: `${SECRETS.resend}, ${SECRETS.generic}` })
  expect(webhookSecrets).toEqual({ resend: [SECRETS.resend, SECRETS.generic] })
})

test('warns of a secret for a provider that does not exist', () => {
  const { warnings, webhookSecrets } = load({ ...slack, SENDGIRD_WEBHOOK_SECRET: 'x' })
  expect(webhookSecrets).toEqual({})
  expect(warnings).toEqual([expect.stringMatching(/SENDGIRD_WEBHOOK_SECRET .*sendgrid/)])
})

test('refuses a list of secrets without one', () => {
  expect(problemsOf(() => load({ ...slack, RESEND_WEBHOOK_SECRET: ',' }))).toContain('RESEND_WEBHOOK_SECRET')
})

test('takes when and where the digest is posted', () => {
  const env = { CRM_DIGEST_CHANNEL: 'C0DIGEST', CRM_DIGEST_AT: '7:30', CRM_DIGEST_DAYS: 'Mon, wed-thu' }
  expect(load({ ...slack, ...env }).digest).toEqual({ channel: 'C0DIGEST', at: '07:30', days: ['mon', 'wed', 'thu'] })
})

test.each([
  ['https://crm.example.com', 'https://crm.example.com'],
  ['https://crm.example.com/', 'https://crm.example.com'],
  ['https://example.com/crm//', 'https://example.com/crm'],
  ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
])('takes %s as the public URL %s', (text, publicUrl) => {
  expect(load({ ...slack, PUBLIC_URL: text }).publicUrl).toBe(publicUrl)
})

test.each([
  'crm.example.com',
  'http://crm.example.com',
  'ftp://localhost',
  'https://user:pass@crm.example.com',
  'https://crm.example.com/?a=1',
  'https://crm.example.com/#a',
])('refuses %s as the public URL', (text) => {
  expect(problemsOf(() => load({ ...slack, PUBLIC_URL: text }))).toMatch(/^PUBLIC_URL must be https/)
})

const urlSigner = { id: 'signer', signs: { url: true }, secretProblem: () => undefined }
const topics = { id: 'topics', variable: 'TOPIC_NAMES', signs: {}, secretProblem: () => undefined }

test('needs the public URL for a provider that signs it', () => {
  const env = { ...slack, SIGNER_WEBHOOK_SECRET: 'x' }
  expect(problemsOf(() => load(env, { providers: [urlSigner] }))).toMatch(
    /PUBLIC_URL is not set.*SIGNER_WEBHOOK_SECRET/,
  )
  const { publicUrl } = load({ ...env, PUBLIC_URL: 'https://crm.example.com' }, { providers: [urlSigner] })
  expect(publicUrl).toBe('https://crm.example.com')
})

test('switches a provider on by the variable that it names, and only by that', () => {
  const options = { providers: [topics] }
  expect(load({ ...slack, TOPIC_NAMES: 'a, b' }, options).webhookSecrets).toEqual({ topics: ['a', 'b'] })
  const { webhookSecrets, warnings } = load({ ...slack, TOPICS_WEBHOOK_SECRET: 'a' }, options)
  expect(webhookSecrets).toEqual({})
  expect(warnings).toEqual(['TOPICS_WEBHOOK_SECRET has no effect: topics is switched on by TOPIC_NAMES'])
})

test('reads a secret from the file that NAME_FILE names', () => {
  const readFile = (path: string) => (path === '/run/secrets/bot' ? 'xoxb-from-file\n' : '')
  const env = { SLACK_SIGNING_SECRET: slack.SLACK_SIGNING_SECRET, SLACK_BOT_TOKEN_FILE: '/run/secrets/bot' }
  expect(load(env, { readFile }).slack?.botToken).toBe('xoxb-from-file')
})

test('says which file cannot be read, and refuses a secret that is given twice', () => {
  expect(problemsOf(() => load({ ...slack, RESEND_WEBHOOK_SECRET_FILE: '/nope' }))).toMatch(
    /RESEND_WEBHOOK_SECRET_FILE .*no such file/,
  )
  expect(problemsOf(() => load({ ...slack, SLACK_BOT_TOKEN_FILE: '/x' }))).toMatch(
    /SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set/,
  )
  const { SLACK_SIGNING_SECRET } = slack
  expect(problemsOf(() => load({ SLACK_SIGNING_SECRET, SLACK_BOT_TOKEN_FILE: '/nope' }))).toMatch(
    /^SLACK_BOT_TOKEN_FILE names a file that cannot be read [^\n]*$/,
  )
})

describe('a file without a secret', () => {
  const readFile = () => ' \n'

  test.each([
    [{ SLACK_BOT_TOKEN: undefined, SLACK_BOT_TOKEN_FILE: '/x' }, 'SLACK_BOT_TOKEN_FILE'],
    [{ SLACK_SIGNING_SECRET: undefined, SLACK_SIGNING_SECRET_FILE: '/x' }, 'SLACK_SIGNING_SECRET_FILE'],
    [{ SLACK_SIGNING_SECRET: undefined, SLACK_APP_TOKEN_FILE: '/x' }, 'SLACK_APP_TOKEN_FILE'],
    [{ DATABASE_URL_FILE: '/x' }, 'DATABASE_URL_FILE'],
  ])('is said in one line where it is needed: %j', (env, name) => {
    expect(problemsOf(() => load({ ...slack, ...env }, { readFile }))).toBe(
      `${name} names an empty file: put the secret into it`,
    )
  })

  test('is warned of where it is not, and nothing is set', () => {
    const env = { METRICS_TOKEN_FILE: '/x', RESEND_WEBHOOK_SECRET_FILE: '/x', PDL_API_KEY_FILE: '/x' }
    const config = load({ ...slack, ...env, SLACK_APP_TOKEN_FILE: '/x' }, { readFile })
    expect(config).toMatchObject({ metricsToken: undefined, webhookSecrets: {}, enrichment: { providers: [] } })
    expect(config.warnings).toEqual(
      [...Object.keys(env), 'SLACK_APP_TOKEN_FILE'].map((name) => `${name} has no effect: it names an empty file`),
    )
    expect(config.slack?.transport.mode).toBe('http')
  })
})

function problemsOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('nothing was wrong')
}

describe('enrichment', () => {
  const of = (env: Readonly<Record<string, string>>) => load({ ...slack, ...env }).enrichment

  test('a provider is on when it has its key, at its own base or another', () => {
    expect(
      of({ APOLLO_API_KEY: 'k1', HUNTER_API_KEY: 'k2', HUNTER_API_URL: 'http://127.0.0.1:9/v2/' }).providers,
    ).toEqual([
      { id: 'apollo', key: 'k1', baseUrl: 'https://api.apollo.io/api/v1' },
      { id: 'hunter', key: 'k2', baseUrl: 'http://127.0.0.1:9/v2' },
    ])
  })

  test('a server of one’s own is on by its URL, also in one’s own network', () => {
    const providers = [{ id: 'reacher', key: '', baseUrl: 'http://reacher:8080' }]
    expect(of({ REACHER_URL: 'http://reacher:8080/' }).providers).toEqual(providers)
  })

  test.each([
    ['import,reply', ['import', 'reply']],
    ['Event', ['event']],
    ['never', []],
  ])('ENRICH_ON=%s is %j', (text, on) => {
    expect([...of({ ENRICH_ON: text }).on]).toEqual(on)
  })

  test.each([
    [{ ENRICH_ON: 'often,rarely' }, '^ENRICH_ON is not understood: use any of import, event, reply, never[^\\n]*$'],
    [{ ENRICH_ON: 'never,reply' }, 'ENRICH_ON says never and something else'],
    [{ ENRICH_DAILY_CREDITS: '-1' }, 'ENRICH_DAILY_CREDITS is less than nothing'],
    [{ ENRICH_DAILY_CREDITS: 'many' }, 'ENRICH_DAILY_CREDITS is not a number of credits'],
    [{ APOLLO_API_KEY: 'k', APOLLO_API_URL: 'http://apollo.example' }, 'APOLLO_API_URL must be https'],
    [{ REACHER_URL: 'reacher:8080' }, 'REACHER_URL must be a URL such as http://reacher:8080'],
    [{ REACHER_URL: 'http://user:password@reacher:8080' }, 'REACHER_URL must be a URL'],
    [{ PDL_API_KEY: 'two words' }, 'PDL_API_KEY has a space in it'],
  ])('%j is said by name', (env, problem) => {
    expect(problemsOf(() => load({ ...slack, ...env }))).toMatch(new RegExp(problem))
  })

  test('a base without a key has no effect, and says what has', () => {
    expect(load({ ...slack, PDL_API_URL: 'https://pdl.example' }).warnings).toEqual([
      'PDL_API_URL has no effect: People Data Labs is switched on by PDL_API_KEY',
    ])
  })

  test('a key may come from a file', () => {
    const config = load({ ...slack, ZEROBOUNCE_API_KEY_FILE: '/run/secrets/zb' }, { readFile: () => 'from-a-file\n' })
    expect(config.enrichment.providers).toMatchObject([{ id: 'zerobounce', key: 'from-a-file' }])
  })
})
