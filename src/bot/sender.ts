import { createHash } from 'node:crypto'

import { type types, webApi } from '@slack/bolt'
import { z } from 'zod'

import { type CrmError, UncertainError, UpstreamError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { RefusedBlocks } from '../core/refused-blocks.ts'
import type { Message } from './blocks.ts'
import { createNewest } from './newest-blocks.ts'
import { createPace } from './pace.ts'
import { type Person, readPerson } from './roles.ts'
import { createSlackLogger } from './slack-logger.ts'
import { refusalOf, SlackRefusedError } from './slack-refusals.ts'

export interface SlackSender {
  /**
   * Posts once or throws, in newer blocks (`charted`) where the workspace takes them. `key` names the
   * effect: a message of the same key that is in the channel already is the one that this gives back, and
   * undefined where somebody has deleted it since. `UpstreamError` asks to come back after `retryAfterMs`;
   * after an `UncertainError` the message may be there.
   */
  post(post: Message & Destination): Promise<Posted | undefined>
  /** Replaces a message of ours, as often as one likes; `channel` is the one that `post` gave back. */
  update(update: Message & Posted): Promise<void>
  /**
   * Replaces the Home tab of one person, whether they look at it or not, and gives the hash of what
   * stands there then. With `hash` only while that stands there: else Slack refuses with `hash_conflict`.
   */
  publishHome(userId: string, view: types.HomeView, hash?: string): Promise<string>
  /** Puts another view in the place of a modal, while somebody has it open. */
  updateView(viewId: string, view: types.ModalView): Promise<void>
  checkAuth(): Promise<SlackIdentity>
  /** Where to put a file of so many bytes, which nobody sees before it is shared. */
  beginUpload(file: {
    readonly name: string
    readonly length: number
  }): Promise<{ readonly url: string; readonly id: string }>
  /** Shows a file that was put there in a conversation; after an `UncertainError` it may be there. */
  shareUpload(file: { readonly id: string; readonly title: string; readonly channel: string }): Promise<void>
  /** Whether a file of ours stands in a conversation. */
  isShared(file: { readonly id: string; readonly channel: string }): Promise<boolean>
  /** What Slack says of somebody, or undefined where it knows nobody of that id. */
  person(userId: string): Promise<Person | undefined>
}

export interface Destination {
  readonly channel: string
  /** Whom the conversation `channel` is with, where that is known. */
  readonly to?: string
  readonly key: string
  /** The `ts` of the message that this replies to, which is no reply itself. */
  readonly thread?: string
  /** Shows the reply in the channel, too. */
  readonly broadcast?: boolean
}

export interface Posted {
  readonly channel: string
  readonly ts: string
}

/** As far as it was said, which Slack does. */
export interface SlackIdentity {
  readonly team: string | null
  readonly teamId: string | null
  readonly userId: string | null
}

export interface SenderDeps {
  readonly token: string
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
  /** Where nobody remembers what a workspace refused, all messages are in classic blocks. */
  readonly refusedBlocks?: RefusedBlocks
  /** UTC milliseconds. */
  readonly now: () => number
}

const PostAnswer = z.object({ channel: z.string(), ts: z.string() })
const ViewAnswer = z.object({ view: z.object({ hash: z.string() }) })
const UserAnswer = z.object({ user: z.unknown().optional() })
const UploadAnswer = z.object({ upload_url: z.string(), file_id: z.string() })
const Places = z.record(z.string(), z.unknown()).optional()
const FileAnswer = z.object({
  file: z.object({ shares: z.object({ public: Places, private: Places }).optional() }),
})
const AuthAnswer = z.object({
  team: z.string().nullish(),
  team_id: z.string().nullish(),
  user_id: z.string().nullish(),
})

export function createSlackSender({ token, apiUrl, fetch, refusedBlocks, now }: SenderDeps): SlackSender {
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
  const pace = createPace(now)
  let updatesFrom = 0

  async function call(method: Method, args: Record<string, unknown>): Promise<unknown> {
    try {
      return await client.apiCall(method, args)
    } catch (error) {
      throw reactionTo(error)
    }
  }

  async function identity(): Promise<SlackIdentity> {
    const { team, team_id, user_id } = AuthAnswer.parse(await call('auth.test', {}))
    return { team: team ?? null, teamId: team_id ?? null, userId: user_id ?? null }
  }

  const newest = createNewest({ refusedBlocks, team: async () => (await identity()).teamId })

  return {
    async post({ channel, key, thread, broadcast = false, ...message }) {
      const early = pace.wait(channel)
      if (early > 0) throw new UpstreamError('the channel takes one message a second', { retryAfterMs: early })
      try {
        return await newest(message, async (blocks) => {
          const answer = await call('chat.postMessage', {
            channel,
            text: message.text,
            blocks,
            client_msg_id: uuidOf(key),
            ...(thread === undefined ? {} : { thread_ts: thread, reply_broadcast: broadcast }),
            parse: 'none',
            unfurl_links: false,
            unfurl_media: false,
          })
          return PostAnswer.parse(answer)
        })
      } catch (error) {
        if (error instanceof SlackRefusedError && error.code === DELETED) return undefined
        if (!(error instanceof UpstreamError)) throw error
        if (error.retryAfterMs) pace.close(channel, error.retryAfterMs)
        throw uncertain(error)
      }
    },
    async update({ channel, ts, ...message }) {
      const early = updatesFrom - now()
      if (early > 0) throw new UpstreamError('Slack asks us to wait', { retryAfterMs: early })
      try {
        await newest(message, (blocks) =>
          call('chat.update', { channel, ts, text: message.text, blocks, parse: 'none' }),
        )
      } catch (error) {
        if (error instanceof UpstreamError && error.retryAfterMs) updatesFrom = now() + error.retryAfterMs
        throw error
      }
    },
    async publishHome(userId, view, hash) {
      const answer = await call('views.publish', { user_id: userId, view, ...(hash ? { hash } : {}) })
      return ViewAnswer.parse(answer).view.hash
    },
    async updateView(viewId, view) {
      await call('views.update', { view_id: viewId, view })
    },
    async beginUpload({ name, length }) {
      const answer = await call('files.getUploadURLExternal', { filename: name, length })
      const { upload_url: url, file_id: id } = UploadAnswer.parse(answer)
      return { url, id }
    },
    async shareUpload({ id, title, channel }) {
      try {
        await call('files.completeUploadExternal', { files: [{ id, title }], channel_id: channel })
      } catch (error) {
        throw error instanceof UpstreamError ? uncertain(error) : error
      }
    },
    async isShared({ id, channel }) {
      const { shares = {} } = FileAnswer.parse(await call('files.info', { file: id })).file
      return [shares.public, shares.private].some((places) => places !== undefined && Object.hasOwn(places, channel))
    },
    checkAuth: identity,
    async person(userId) {
      try {
        return readPerson(UserAnswer.parse(await call('users.info', { user: userId })).user)
      } catch (error) {
        if (error instanceof SlackRefusedError && UNKNOWN_USER.has(error.code)) return undefined
        if (isWithoutPeople(error)) return readPerson({})
        throw error
      }
    },
  }
}

type Method =
  | 'auth.test'
  | 'chat.postMessage'
  | 'chat.update'
  | 'files.completeUploadExternal'
  | 'files.getUploadURLExternal'
  | 'files.info'
  | 'users.info'
  | 'views.publish'
  | 'views.update'

const UNKNOWN_USER: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible'])

/** What stands in for Slack behind `SLACK_API_URL` may know no people, and so no guests among them; Slack knows the method. */
function isWithoutPeople(error: unknown): boolean {
  if (error instanceof SlackRefusedError) return error.code === 'unknown_method'
  const { cause } = error instanceof UpstreamError ? error : {}
  return cause instanceof webApi.WebAPIHTTPError && cause.statusCode === 404
}

/** What the SDK would log is in the error, which the caller logs. */
const SILENCE: Logger = { debug() {}, info() {}, warn() {}, error() {} }

function reactionTo(error: unknown): CrmError {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new UpstreamError('Slack asks us to wait', { cause: error, retryAfterMs: error.retryAfter * 1000 })
  if (!(error instanceof webApi.WebAPIPlatformError)) return new UpstreamError('Slack did not answer', { cause: error })
  return refusalOf(error.data.error, { needed: 'needed' in error.data ? error.data.needed : undefined, cause: error })
}

/** A message of this key was there, and somebody deleted it. */
const DELETED = 'duplicate_message_not_found'

/** Slack says of these that a part may have been done. */
const HALF_DONE: ReadonlySet<unknown> = new Set(['fatal_error', 'internal_error'])

/** With these nothing has reached Slack. */
const UNREACHED: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

function uncertain(error: UpstreamError): UpstreamError {
  return mayHaveActed(error) ? new UncertainError(error.message, { cause: error.cause }) : error
}

/** Whether Slack may have done what it was asked for, though it did not say so. */
function mayHaveActed({ cause }: UpstreamError): boolean {
  if (cause instanceof webApi.WebAPIRateLimitedError) return false
  if (cause instanceof webApi.WebAPIPlatformError) return HALF_DONE.has(cause.data.error)
  if (cause instanceof webApi.WebAPIHTTPError) return cause.statusCode >= 500
  return !codesOf(cause).some((code) => UNREACHED.has(code))
}

/** Those of an error and of what it was caused by. */
function codesOf(error: unknown): unknown[] {
  return error instanceof Error ? ['code' in error ? error.code : undefined, ...codesOf(error.cause)] : []
}

const NAMESPACE = Buffer.from('b4c1f6e0d9a24c7d8f35a1c0727e5d16', 'hex')

/** UUID version 5 of `key`: Slack takes nothing but a UUID. */
function uuidOf(key: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(key).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
