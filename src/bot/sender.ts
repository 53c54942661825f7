import { createHash } from 'node:crypto'

import { type types, webApi } from '@slack/bolt'
import { z } from 'zod'

import { CrmError, UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Message } from './blocks.ts'
import { createSlackLogger } from './slack-logger.ts'

/** Slack understood the call and refuses it; only a person can change that. The message says how. */
export class SlackRefusedError extends CrmError {
  override name = 'SlackRefusedError'
  /** Slack's own word for the reason. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface SlackSender {
  /**
   * Posts once or throws: never twice by itself. `key` names the effect; the same key makes the
   * same `client_msg_id`. UpstreamError asks to come back after `retryAfterMs`.
   */
  post(post: Message & { readonly channel: string; readonly key: string }): Promise<Posted>
  /** Replaces a message of ours; `channel` is the one that `post` gave back. */
  update(update: Message & Posted): Promise<void>
  /** Replaces the Home tab of one person, whether they look at it or not. */
  publishHome(userId: string, view: types.HomeView): Promise<void>
  checkAuth(): Promise<SlackIdentity>
}

export interface Posted {
  readonly channel: string
  readonly ts: string
}

export interface SlackIdentity {
  readonly team: string
  readonly teamId: string
  readonly userId: string
}

export interface SenderDeps {
  readonly token: string
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
  /** UTC milliseconds. */
  readonly now: () => number
}

/** Faster than this, Slack accepts messages into a channel and hides them. */
const PACE_MS = 1000

const PostAnswer = z.object({ channel: z.string(), ts: z.string() })
const AuthAnswer = z.object({ team: z.string(), team_id: z.string(), user_id: z.string() })

export function createSlackSender({ token, apiUrl, fetch, now }: SenderDeps): SlackSender {
  const client = new webApi.WebClient(token, {
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
    ...(fetch ? { fetch } : {}),
    // A post whose answer was lost may have arrived; only the outbox knows whether to repeat it.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    allowAbsoluteUrls: false,
    logger: createSlackLogger(SILENCE),
  })
  const turns = new Map<string, number>()

  async function call(method: Method, args: Record<string, unknown>): Promise<unknown> {
    try {
      return await client.apiCall(method, args)
    } catch (error) {
      throw reactionTo(error)
    }
  }

  return {
    async post({ channel, text, blocks, key }) {
      const early = (turns.get(channel) ?? 0) - now()
      if (early > 0) throw new UpstreamError('the channel takes one message a second', { retryAfterMs: early })
      takeTurn(turns, channel, now())
      try {
        const answer = await call('chat.postMessage', {
          channel,
          text,
          blocks,
          client_msg_id: uuidOf(key),
          parse: 'none',
          unfurl_links: false,
          unfurl_media: false,
        })
        return PostAnswer.parse(answer)
      } catch (error) {
        if (error instanceof UpstreamError && error.retryAfterMs) turns.set(channel, now() + error.retryAfterMs)
        throw error
      }
    },
    async update({ channel, ts, text, blocks }) {
      await call('chat.update', { channel, ts, text, blocks, parse: 'none' })
    },
    async publishHome(userId, view) {
      await call('views.publish', { user_id: userId, view })
    },
    async checkAuth() {
      const { team, team_id, user_id } = AuthAnswer.parse(await call('auth.test', {}))
      return { team, teamId: team_id, userId: user_id }
    },
  }
}

type Method = 'auth.test' | 'chat.postMessage' | 'chat.update' | 'views.publish'

function takeTurn(turns: Map<string, number>, channel: string, now: number): void {
  for (const [other, next] of turns) if (next <= now) turns.delete(other)
  turns.set(channel, now + PACE_MS)
}

/** What the SDK would log is in the error, which the caller logs. */
const SILENCE: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Slack's refusals that pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'org_login_required',
  'rate_limited',
  'ratelimited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
])

const NEW_TOKEN = 'Slack does not accept the bot token. Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN.'
const INVITE = 'The app is not in the channel. Invite it there: /invite @Touchpoint'
const BUG = 'Slack refused the form of a message, which is a mistake of this program. Please report it.'

const REMEDIES: Readonly<Record<string, string>> = {
  account_inactive: NEW_TOKEN,
  channel_not_found:
    'Slack does not know the channel, or it is private. Check its id (C…), and invite the app there: /invite @Touchpoint',
  invalid_auth: NEW_TOKEN,
  invalid_blocks: BUG,
  is_archived: 'The channel is archived. Choose another one, or bring it back.',
  messages_tab_disabled: 'Turn the Messages tab on under App Home in the settings of the Slack app.',
  missing_scope: 'The app lacks a permission. Install it again with the current manifest.yml.',
  msg_blocks_too_long: BUG,
  msg_too_long: BUG,
  no_text: BUG,
  not_authed: NEW_TOKEN,
  not_enabled: 'Turn the Home tab on under App Home in the settings of the Slack app.',
  not_in_channel: INVITE,
  token_expired: NEW_TOKEN,
  token_revoked: NEW_TOKEN,
}

function reactionTo(error: unknown): CrmError {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new UpstreamError('Slack asks us to wait', { cause: error, retryAfterMs: error.retryAfter * 1000 })
  if (!(error instanceof webApi.WebAPIPlatformError)) return new UpstreamError('Slack did not answer', { cause: error })
  const code = error.data.error
  if (PASSING.has(code)) return new UpstreamError(`Slack cannot do this now (${code})`, { cause: error })
  return new SlackRefusedError(code, remedyFor(code, 'needed' in error.data ? error.data.needed : undefined), {
    cause: error,
  })
}

function remedyFor(code: string, needed: unknown): string {
  const remedy = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined
  if (!remedy) return `Slack refused: ${code}. Look the word up at docs.slack.dev, or ask a workspace admin.`
  return typeof needed === 'string' ? `${remedy} It needs ${needed}.` : remedy
}

const NAMESPACE = Buffer.from('b4c1f6e0d9a24c7d8f35a1c0727e5d16', 'hex')

/** UUID version 5 of `key`: Slack takes nothing but a UUID. */
function uuidOf(key: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(key).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
