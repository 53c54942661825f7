import type { Config, SlackConfig } from '../core/config.ts'
import { CrmError, UpstreamError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import { counted } from '../core/text.ts'
import { isChannelId, isPerson } from './channel-audience.ts'
import { SlackRefusedError } from './slack-refusals.ts'
import { SCOPES } from './slack-scopes.ts'
import { type AppState, type ChannelState, createSlackState, type SlackStateDeps } from './slack-state.ts'

/** What the program posts into a channel by itself. */
interface ChannelUse {
  readonly name: string
  readonly goes: 'go' | 'goes'
  readonly variable: string
  /** Another way to choose it, in Slack. */
  readonly command?: string
  /** As the variable has it. */
  readonly channel: string | undefined
}

/** How the connection to Slack is, for `crm doctor` and `/crm health` alike; "off" where there is none. */
export async function slackHealth(
  { slack, alertChannel, digest }: Pick<Config, 'slack' | 'alertChannel'> & Partial<Pick<Config, 'digest'>>,
  deps: Pick<SlackStateDeps, 'fetch' | 'now'>,
): Promise<Finding[]> {
  const uses: readonly ChannelUse[] = [
    { name: 'reply alerts', goes: 'go', variable: 'CRM_ALERT_CHANNEL', channel: alertChannel },
    ...(digest ? [{ ...DIGEST_USE, channel: digest.channel ?? undefined }] : []),
  ]
  if (!slack) return [NOT_CONNECTED, ...uses.map(unused)]

  const state = createSlackState({ token: slack.botToken, apiUrl: slack.apiUrl, ...deps })
  const [app, channels] = await Promise.all([
    state.app(),
    Promise.all(uses.map(async (use) => ({ use, channel: await channelOf(use, state.channel) }))),
  ])
  return [
    connection(app, slack),
    ...permissions(app),
    ...clock(app, slack),
    // Where Slack says nothing of the app, it says no more of channels.
    ...(typeof app.team === 'string'
      ? channels.map(({ use, channel }) => destination(use, channel))
      : uses.filter(({ channel }) => channel === undefined).map(unused)),
  ]
}

const DIGEST_USE = { name: 'digest', goes: 'goes', variable: 'CRM_DIGEST_CHANNEL', command: '/crm digest' } as const

const NOT_CONNECTED: Finding = {
  name: 'Slack',
  state: 'off',
  facts: [],
  fixes: ['set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET; see "Connect Slack" in README.md'],
}

function unused({ name, variable, command, channel }: ChannelUse): Finding {
  const chosen = command ? `, or choose one with ${command}` : ''
  return channel === undefined
    ? { name, state: 'off', facts: [], fixes: [`set ${variable} to the id of a channel${chosen}`] }
    : { name, state: 'off', facts: ['not sent without Slack'], fixes: [] }
}

function connection({ team }: AppState, { transport }: SlackConfig): Finding {
  const name = 'Slack'
  if (typeof team === 'string') {
    const mode = transport.mode === 'socket' ? 'Socket Mode' : 'HTTP'
    return { name, state: 'ok', facts: [`workspace ${team}, ${mode}`], fixes: [] }
  }
  if (team instanceof SlackRefusedError)
    return { name, state: 'problem', facts: [`Slack answers ${team.code}`], fixes: [team.message] }
  const fixes = ['see whether this server reaches slack.com (firewall, proxy, DNS), and what slack-status.com says']
  return { name, state: 'problem', facts: [team.message], fixes }
}

const INSTALL = 'paste the current manifest.yml into the settings of the Slack app and install it again'

function permissions({ scopes }: AppState): Finding[] {
  if (!scopes) return []
  const name = 'Slack permissions'
  const missing = SCOPES.filter((scope) => !scopes.has(scope.name))
  const needed = missing.filter(({ isOptional }) => !isOptional)
  const optional = missing.filter(({ isOptional }) => isOptional)
  const granted = `${SCOPES.length - missing.length} of ${SCOPES.length} granted`
  const lost = (some: typeof missing) => some.map((scope) => `without ${scope.name} ${scope.without}`)
  return [
    needed.length === 0
      ? { name, state: 'ok', facts: [granted], fixes: [] }
      : { name, state: 'problem', facts: [granted, ...lost(needed)], fixes: [INSTALL] },
    ...(optional.length === 0
      ? []
      : [{ name: 'optional permissions', state: 'off', facts: lost(optional), fixes: [INSTALL] } as const]),
  ]
}

const SKEW_TOLD_MS = 60_000
/** From here on, requests that were signed with the time are refused. */
const SKEW_REFUSED_MS = 5 * 60_000

function clock({ aheadMs }: AppState, { transport }: SlackConfig): Finding[] {
  if (aheadMs === undefined) return []
  const name = 'clock'
  const skew = Math.abs(aheadMs)
  if (skew <= SKEW_TOLD_MS) return [{ name, state: 'ok', facts: [`agrees with Slack's to ${within(skew)}`], fixes: [] }]
  const refused = transport.mode === 'http' ? "Slack's requests and signed webhooks" : 'signed webhooks'
  const facts = [
    `${duration(skew)} ${aheadMs > 0 ? 'ahead of' : 'behind'} Slack's`,
    ...(skew > SKEW_REFUSED_MS ? [`so ${refused} are refused`] : []),
  ]
  return [
    { name, state: 'problem', facts, fixes: ["set this machine's clock by a time server: timedatectl set-ntp true"] },
  ]
}

function within(ms: number): string {
  return ms < 2000 ? 'the second' : counted(Math.round(ms / 1000), 'second')
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 120 ? counted(minutes, 'minute') : counted(Math.round(minutes / 60), 'hour')
}

type Channel = ChannelState | CrmError | 'a person' | 'not asked' | 'unused'

async function channelOf({ channel }: ChannelUse, ask: (id: string) => Promise<ChannelState>): Promise<Channel> {
  if (channel === undefined) return 'unused'
  if (isPerson(channel)) return 'a person'
  if (!isChannelId(channel)) return 'not asked'
  try {
    return await ask(channel)
  } catch (error) {
    if (!(error instanceof CrmError)) throw error
    return error
  }
}

const HIDDEN = 'addresses are hidden there'

function destination(use: ChannelUse, channel: Channel): Finding {
  const { name, goes, variable } = use
  const goTo = `${goes} to ${use.channel}`
  switch (channel) {
    case 'unused':
      return unused(use)
    case 'a person':
      return { name, state: 'ok', facts: [`${goTo}, one person`], fixes: [] }
    case 'not asked': {
      const facts = [goTo, `${HIDDEN}: who reads a channel is known by its id only`]
      return {
        name,
        state: 'ok',
        facts,
        fixes: [`set ${variable} to the id (C…), at the bottom of the channel's details`],
      }
    }
  }
  if (channel instanceof UpstreamError)
    return { name, state: 'problem', facts: [goTo, channel.message], fixes: ['look again in a minute'] }
  if (channel instanceof SlackRefusedError && channel.code === 'missing_scope') {
    const facts = [goTo, `${HIDDEN}: Slack does not say who reads the channel`]
    return { name, state: 'ok', facts, fixes: [channel.message] }
  }
  if (channel instanceof CrmError) return { name, state: 'problem', facts: [goTo], fixes: [channel.message] }

  const label = `#${channel.name}`
  if (channel.isArchived) {
    const fixes = [`set ${variable} to the id of another channel, or bring ${label} back`]
    return { name, state: 'problem', facts: [`${label} is archived`], fixes }
  }
  const facts = [
    `${goes} to ${label}`,
    ...(channel.isShared ? [`shared with other organizations, so ${HIDDEN}`] : []),
    ...(channel.hasApp ? [] : ['the app is not in it']),
  ]
  return channel.hasApp
    ? { name, state: 'ok', facts, fixes: [] }
    : { name, state: 'problem', facts, fixes: [`type /invite @Touchpoint in ${label}`] }
}
