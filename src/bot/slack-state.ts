import { z } from 'zod'

import { type CrmError, UpstreamError } from '../core/errors.ts'
import { refusalOf } from './slack-refusals.ts'

/** What Slack says of the app as it is installed. */
export interface AppState {
  /** The name of the workspace, or why Slack does not tell it. */
  readonly team: string | CrmError
  /** Undefined where Slack does not name them. */
  readonly scopes: ReadonlySet<string> | undefined
  /** How far our clock is ahead of Slack's, give or take a second; undefined where Slack gave no date. */
  readonly aheadMs: number | undefined
}

export interface ChannelState {
  readonly name: string
  readonly isArchived: boolean
  readonly hasApp: boolean
  /** With people of other organizations, or as soon as they accept. */
  readonly isShared: boolean
}

export interface SlackState {
  app(): Promise<AppState>
  /** `id` as `C…`. Throws `UpstreamError` and `SlackRefusedError`. */
  channel(id: string): Promise<ChannelState>
}

export interface SlackStateDeps {
  readonly token: string
  readonly apiUrl?: string | undefined
  readonly fetch: typeof fetch
  /** UTC milliseconds. */
  readonly now: () => number
}

/** Somebody waits for the page that shows it. */
const TIMEOUT_MS = 2000

const Refusal = z.object({ ok: z.literal(false), error: z.string(), needed: z.string().optional() })
const AppAnswer = z.object({ ok: z.literal(true), team: z.string() })
const Channel = z.object({
  name: z.string(),
  is_archived: z.boolean().default(false),
  is_member: z.boolean().default(false),
  is_ext_shared: z.boolean().default(false),
  is_pending_ext_shared: z.boolean().default(false),
})
/** An answer without a channel says nothing against it; Slack's has one. */
const ChannelAnswer = z.object({
  ok: z.literal(true),
  channel: Channel.catch(Channel.parse({ name: '', is_member: true })),
})

/** Asks without Bolt, for its headers are wanted and loading it takes a third of a second. */
export function createSlackState({ token, apiUrl = 'https://slack.com/api/', fetch, now }: SlackStateDeps): SlackState {
  async function ask(method: string, args: Readonly<Record<string, string>>): Promise<Response> {
    try {
      return await fetch(new URL(method, apiUrl.replace(/\/*$/, '/')), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: new URLSearchParams(args),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      throw new UpstreamError('Slack did not answer', { cause: error })
    }
  }

  return {
    async app() {
      const asked = now()
      try {
        const response = await ask('auth.test', {})
        const middle = (asked + now()) / 2
        const team = await answerIn(response, AppAnswer).then(
          (answer) => answer.team,
          (error: CrmError) => error,
        )
        const scopes = typeof team === 'string' ? scopesIn(response) : undefined
        return { team, scopes, aheadMs: aheadOf(response, middle) }
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        return { team: error, scopes: undefined, aheadMs: undefined }
      }
    },
    async channel(id) {
      const { channel } = await answerIn(await ask('conversations.info', { channel: id }), ChannelAnswer)
      return {
        name: channel.name,
        isArchived: channel.is_archived,
        hasApp: channel.is_member,
        isShared: channel.is_ext_shared || channel.is_pending_ext_shared,
      }
    },
  }
}

async function answerIn<Answer>(response: Response, expected: z.ZodType<Answer>): Promise<Answer> {
  if (response.status === 429) throw new UpstreamError('Slack asks us to wait')
  if (response.status === 404) throw refusalOf('unknown_method', {})
  const body: unknown = await response.json().catch(() => undefined)
  const refusal = Refusal.safeParse(body).data
  if (refusal) throw refusalOf(refusal.error, { needed: refusal.needed })
  const answer = expected.safeParse(body).data
  if (!answer) throw new UpstreamError(`Slack did not answer as Slack does (HTTP ${response.status})`)
  return answer
}

function scopesIn({ headers }: Response): ReadonlySet<string> | undefined {
  const named = headers.get('x-oauth-scopes')
  return named === null ? undefined : new Set(named.split(',').flatMap((scope) => scope.trim() || []))
}

/** The date is that of the second in which Slack answered. */
function aheadOf({ headers }: Response, now: number): number | undefined {
  const date = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(date) ? undefined : Math.round(now - date - 500)
}
