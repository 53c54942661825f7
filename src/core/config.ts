import { z } from 'zod'

import { type DigestSchedule, readAt, readDays } from './digest/settings.ts'
import {
  ENRICH_ON,
  type EnrichmentSettings,
  type EnrichOn,
  KEY_VARIABLES,
  readProviders,
} from './enrichment/settings.ts'
import { ConfigError } from './errors.ts'

export interface SlackHttp {
  readonly mode: 'http'
  readonly signingSecret: string
}

export interface SlackSocket {
  readonly mode: 'socket'
  readonly appToken: string
}

export interface SlackConfig {
  readonly botToken: string
  readonly transport: SlackHttp | SlackSocket
  readonly apiUrl: string | undefined
}

export interface Config {
  readonly host: string
  readonly port: number
  readonly databaseUrl: string
  /** Undefined only where Slack is not needed. */
  readonly slack: SlackConfig | undefined
  readonly alertChannel: string | undefined
  /** What holds until somebody chooses otherwise in Slack. */
  readonly digest: DigestSchedule
  /** Slack user ids. */
  readonly admins: readonly string[]
  /** Slack user ids of those who only read. */
  readonly viewers: readonly string[]
  readonly timeZone: string
  readonly metricsToken: string | undefined
  /** What erased people are recognised by; without it a file beside an SQLite database holds it. */
  readonly erasureKey?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** What the server is reached under from outside, without a slash at its end. */
  readonly publicUrl: string | undefined
  readonly enrichment: EnrichmentSettings
  /** Provider id to its secrets, newest first; a provider without one is off. */
  readonly webhookSecrets: Readonly<Record<string, readonly string[]>>
  /** Settings that have no effect, each in a sentence. */
  readonly warnings: readonly string[]
}

/** What the configuration has to know of a provider. */
export interface ProviderSettings {
  readonly id: string
  /** The variable that switches it on, when that is not `<ID>_WEBHOOK_SECRET`. */
  readonly variable?: string
  readonly signs: { readonly url?: boolean }
  /** Says what is wrong with a secret and where to find the right one; undefined when it can be used. */
  secretProblem(secret: string): string | undefined
}

export interface ConfigOptions {
  readonly providers: readonly ProviderSettings[]
  /** Reads the file that a `NAME_FILE` variable names; throws when it cannot. */
  readonly readFile: (path: string) => string
  readonly needsSlack: boolean
}

type Env = Readonly<Record<string, string | undefined>>

const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
  'METRICS_TOKEN',
  'CRM_ERASURE_KEY',
  'DATABASE_URL',
  ...KEY_VARIABLES,
]

const slackUsers = z
  .string()
  .default('')
  .transform((text) => [...new Set(text.split(',').flatMap((id) => id.trim() || []))])
  .refine((ids) => ids.every(isSlackUser), {
    error: ({ input }) =>
      `names ${strange(input)}, which is no member id: in Slack open the person's profile, ⋮, Copy member ID (U…)`,
  })

const slackChannel = z
  .string()
  .regex(
    /^(?:[CGDU][A-Z0-9]+|#\S+)$/,
    'is not a channel: open it in Slack, click its name and copy the id at the bottom',
  )

const Settings = z.object({
  PORT: understood(readPort, 'is not a port: use a number from 0 to 65535, such as 3000').default(3000),
  HOST: z.string().default('0.0.0.0'),
  DATABASE_URL: z
    .string()
    .regex(
      /^(sqlite:.+|postgres(ql)?:\/\/.+)/,
      'is not a database: use sqlite:data/touchpoint.db or postgres://user:password@host/name',
    )
    .default('sqlite:data/touchpoint.db'),
  SLACK_BOT_TOKEN: z
    .string()
    .startsWith('xoxb-', 'is not a bot token: copy the one that starts with xoxb- from OAuth & Permissions')
    .optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith(
      'xapp-',
      'is not an app-level token: make one that starts with xapp- under Basic Information, with connections:write',
    )
    .optional(),
  SLACK_API_URL: z.string().refine(isSafeBase, 'must be https, or http on this machine').optional(),
  CRM_ALERT_CHANNEL: slackChannel.optional(),
  CRM_DIGEST_CHANNEL: slackChannel.optional(),
  CRM_DIGEST_AT: understood(readAt, 'is not a time of the day: use one such as 09:00').default('09:00'),
  CRM_DIGEST_DAYS: understood(readDays, 'names no days: use mon-fri, mon,wed,fri or daily').default([
    'mon',
    'tue',
    'wed',
    'thu',
    'fri',
  ]),
  CRM_ADMINS: slackUsers,
  CRM_VIEWERS: slackUsers,
  CRM_TIME_ZONE: z.string().refine(isTimeZone, 'is not a time zone: use a name such as Europe/Berlin').default('UTC'),
  PUBLIC_URL: z
    .string()
    .transform((text) => text.replace(/\/+$/, ''))
    .refine(isBase, 'must be https, or http on this machine, and nothing but host and path: https://crm.example.com')
    .optional(),
  ENRICH_DAILY_CREDITS: z.coerce
    .number('is not a number of credits: use one such as 500, or 0 to spend none')
    .min(0, 'is less than nothing: use 0 to spend none')
    .default(500),
  ENRICH_ON: z
    .string()
    .default('import,reply')
    .transform((text) =>
      text
        .toLowerCase()
        .split(',')
        .flatMap((word) => word.trim() || []),
    )
    .pipe(z.array(z.enum(ENRICH_ON, `is not understood: use any of ${ENRICH_ON.join(', ')}, separated by commas`)))
    .refine((words) => !words.includes('never') || words.length === 1, 'says never and something else: keep one'),
  METRICS_TOKEN: z.string().optional(),
  CRM_ERASURE_KEY: z.string().min(32, 'is too short for a key: make one with openssl rand -hex 32').optional(),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'is not a level: use debug, info, warn or error')
    .default('info'),
})

/**
 * Reads the environment once, at start. Throws one `ConfigError` that names every variable that is
 * wrong and how to mend it.
 */
export function loadConfig(env: Env, options: ConfigOptions): Config {
  const problems: string[] = []
  const { set, unread, empty } = withFiles(env, options, problems)
  const parsed = Settings.safeParse(set)
  // A list that is read word by word has a problem for each, and the variable is what all of them are mended in.
  const wrong = (parsed.error?.issues ?? []).map(({ path: [name], message }) => `${String(name)} ${message}`)
  problems.push(...new Set(wrong))
  const missing = options.needsSlack ? missingSlack(set) : []
  const needed = new Set(['DATABASE_URL', ...missing.flatMap(({ names }) => names)])
  problems.push(
    ...empty
      .filter((name) => needed.has(name))
      .map((name) => `${name}_FILE names an empty file: put the secret into it`),
  )
  const told = [...unread, ...empty]
  const slackProblem = howToConnect(missing.filter(({ names }) => !names.some((name) => told.includes(name))))
  if (slackProblem) problems.push(slackProblem)
  const { webhookSecrets, warnings } = readWebhookSecrets(set, options.providers, problems)
  const both = parsed.data?.CRM_VIEWERS.filter((id) => parsed.data.CRM_ADMINS.includes(id)) ?? []
  if (both.length > 0) problems.push(`CRM_VIEWERS and CRM_ADMINS both name ${both.join(', ')}: keep one`)
  const enrichers = readProviders(set, isSafeBase)
  problems.push(...enrichers.problems)
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'))

  const { data } = parsed
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL,
    slack: slackConfig(data),
    alertChannel: data.CRM_ALERT_CHANNEL,
    digest: { channel: data.CRM_DIGEST_CHANNEL ?? null, at: data.CRM_DIGEST_AT, days: data.CRM_DIGEST_DAYS },
    admins: data.CRM_ADMINS,
    viewers: data.CRM_VIEWERS,
    timeZone: data.CRM_TIME_ZONE,
    publicUrl: data.PUBLIC_URL,
    metricsToken: data.METRICS_TOKEN,
    ...(data.CRM_ERASURE_KEY === undefined ? {} : { erasureKey: data.CRM_ERASURE_KEY }),
    logLevel: data.LOG_LEVEL,
    enrichment: {
      providers: enrichers.providers,
      dailyCredits: data.ENRICH_DAILY_CREDITS,
      on: new Set(data.ENRICH_ON.filter((what): what is Exclude<EnrichOn, 'never'> => what !== 'never')),
    },
    webhookSecrets,
    warnings: [
      ...empty.map((name) => `${name}_FILE has no effect: it names an empty file`),
      ...warnings,
      ...enrichers.warnings,
    ],
  }
}

/** `PORT=` in an .env file means "not set", and so does an empty file; `NAME_FILE` stands for `NAME` where that is a secret. */
function withFiles(env: Env, { readFile }: ConfigOptions, problems: string[]) {
  const set: Record<string, string> = {}
  const unread: string[] = []
  const empty: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!value?.trim()) continue
    const secret = name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : ''
    if (!isSecret(secret)) {
      set[name] ??= value.trim()
      continue
    }
    if (env[secret]?.trim()) {
      problems.push(`${secret} and ${name} are both set: keep one`)
      continue
    }
    try {
      const text = readFile(value.trim()).trim()
      if (text) set[secret] = text
      else empty.push(secret)
    } catch (error) {
      unread.push(secret)
      problems.push(`${name} names a file that cannot be read (${error instanceof Error ? error.message : error})`)
    }
  }
  return { set, unread, empty }
}

function isSecret(name: string): boolean {
  return SECRETS.includes(name) || WEBHOOK_SECRET.test(name)
}

const WEBHOOK_SECRET = /^([A-Z0-9]+)_WEBHOOK_SECRET$/

/** `RESEND_WEBHOOK_SECRET=new,old` switches Resend on; the second secret serves a rotation. */
function readWebhookSecrets(set: Env, providers: readonly ProviderSettings[], problems: string[]) {
  const webhookSecrets: Record<string, readonly string[]> = {}
  const warnings: string[] = []
  const byVariable = new Map(providers.map((provider) => [variableOf(provider), provider]))
  for (const [name, value = ''] of Object.entries(set)) {
    const provider = byVariable.get(name)
    if (!provider) {
      const id = WEBHOOK_SECRET.exec(name)?.[1]?.toLowerCase()
      if (id) warnings.push(`${name} has no effect: ${whyWithout(id, providers)}`)
      continue
    }
    if (provider.signs.url && !set.PUBLIC_URL) {
      problems.push(`PUBLIC_URL is not set, and ${name} needs it: the URL is signed as it is seen from outside`)
    }
    const secrets = value.split(',').flatMap((secret) => secret.trim() || [])
    problems.push(
      ...secrets.flatMap((secret) => {
        const problem = provider.secretProblem(secret)
        return problem ? [`${name} ${problem}`] : []
      }),
    )
    if (secrets.length === 0) problems.push(`${name} holds no secret between its commas`)
    webhookSecrets[provider.id] = secrets
  }
  return { webhookSecrets, warnings }
}

export function variableOf({ id, variable }: Pick<ProviderSettings, 'id' | 'variable'>): string {
  return variable ?? `${id.toUpperCase()}_WEBHOOK_SECRET`
}

/** What switches webhooks on, for whoever has none yet. */
export function howToSwitchOn(
  providers: readonly (Pick<ProviderSettings, 'id' | 'variable'> & { readonly name: string })[],
): string {
  const others = providers.filter(({ variable }) => variable).map((other) => `${variableOf(other)} for ${other.name}`)
  return `set ${['<PROVIDER>_WEBHOOK_SECRET', ...others].join(', or ')}`
}

function whyWithout(id: string, providers: readonly ProviderSettings[]): string {
  const other = providers.find((known) => known.id === id)
  return other
    ? `${id} is switched on by ${variableOf(other)}`
    : `there is no provider ${id} (known: ${providers.map((known) => known.id).join(', ')})`
}

interface Missing {
  /** Any of them will do. */
  readonly names: readonly string[]
  readonly how: string
}

const OF_SLACK: readonly Missing[] = [
  { names: ['SLACK_BOT_TOKEN'], how: 'SLACK_BOT_TOKEN (OAuth & Permissions, starts with xoxb-)' },
  {
    names: ['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN'],
    how: 'SLACK_SIGNING_SECRET (Basic Information), or SLACK_APP_TOKEN for Socket Mode',
  },
]

function missingSlack(set: Env): readonly Missing[] {
  return OF_SLACK.filter(({ names }) => names.every((name) => !set[name]))
}

function howToConnect(missing: readonly Missing[]): string | undefined {
  return missing.length === 0
    ? undefined
    : `Slack is not connected: set ${missing.map(({ how }) => how).join(' and ')}; see "Connect Slack" in README.md`
}

function slackConfig(data: z.infer<typeof Settings>): SlackConfig | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken } = data
  if (!botToken || (!signingSecret && !appToken)) return undefined
  const transport: SlackConfig['transport'] = appToken
    ? { mode: 'socket', appToken }
    : { mode: 'http', signingSecret: signingSecret ?? '' }
  return { botToken, transport, apiUrl: data.SLACK_API_URL }
}

/** What `read` makes of a variable; `problem` where it makes nothing of it. */
function understood<Value>(read: (text: string) => Value | undefined, problem: string) {
  return z.string().transform((text, context): Value => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: problem })
    return z.NEVER
  })
}

/** Digits alone: nobody means 16 by 0x10. */
function readPort(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return port <= 65_535 ? port : undefined
}

function isSlackUser(id: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(id)
}

function strange(ids: unknown): string {
  return Array.isArray(ids) ? ids.filter((id) => !isSlackUser(String(id))).join(', ') : ''
}

function isSafeBase(text: string): boolean {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
}

function isBase(text: string): boolean {
  const url = URL.parse(text)
  return isSafeBase(text) && url?.username === '' && url.password === '' && !/[?#]/.test(text)
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
