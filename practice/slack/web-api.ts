import type { Problems } from './problems.ts'
import type { RateLimits, Tier } from './rate-limits.ts'
import type { Standings } from './standings.ts'
import { actsFirst, type HttpAnswer, type Troubles, tooMany, troubled } from './troubles.ts'
import { type Answer, refusal } from './views.ts'
import { parsed, string, type Thing, thing, things } from './wire.ts'
import { APP, type Workspace } from './workspace.ts'

/** What this side does of some methods, by their names; the others are `emulate`'s alone. */
export type Methods = Readonly<Record<string, (args: Thing) => Promise<Answer>>>

/** One request that reached the stand-in, whatever was answered. */
export interface SlackCall {
  /** `chat.postMessage`, or `response_url`. */
  readonly method: string
  readonly args: Thing
  /** The bearer token, or an empty string. */
  readonly token: string
}

const SOCKET = 'apps.connections.open'

/** Every method that is answered; Slack sheet, section 7, and the README of `emulate`. */
const TIERS: Readonly<Record<string, Tier>> = {
  [SOCKET]: 3,
  'auth.test': 'special',
  'bookmarks.add': 2,
  'bookmarks.edit': 2,
  'bookmarks.list': 3,
  'bookmarks.remove': 2,
  'bots.info': 3,
  'chat.delete': 3,
  'chat.deleteScheduledMessage': 3,
  'chat.getPermalink': 'special',
  'chat.meMessage': 3,
  'chat.postEphemeral': 4,
  'chat.postMessage': 'per-channel',
  'chat.scheduleMessage': 3,
  'chat.scheduledMessages.list': 3,
  'chat.update': 3,
  'conversations.archive': 2,
  'conversations.close': 2,
  'conversations.create': 2,
  'conversations.history': 3,
  'conversations.info': 3,
  'conversations.invite': 3,
  'conversations.join': 3,
  'conversations.kick': 3,
  'conversations.leave': 3,
  'conversations.list': 2,
  'conversations.mark': 3,
  'conversations.members': 4,
  'conversations.open': 3,
  'conversations.rename': 2,
  'conversations.replies': 3,
  'conversations.setPurpose': 2,
  'conversations.setTopic': 2,
  'conversations.unarchive': 2,
  'files.completeUploadExternal': 4,
  'files.delete': 3,
  'files.getUploadURLExternal': 4,
  'files.info': 4,
  'files.list': 3,
  'pins.add': 2,
  'pins.list': 2,
  'pins.remove': 2,
  'reactions.add': 3,
  'reactions.get': 3,
  'reactions.remove': 2,
  'team.info': 3,
  'users.getPresence': 3,
  'users.info': 4,
  'users.list': 2,
  'users.lookupByEmail': 3,
  'users.profile.get': 4,
  'users.setPresence': 2,
  'views.open': 4,
  'views.publish': 4,
  'views.push': 4,
  'views.update': 4,
}

interface Deps {
  readonly workspace: Workspace
  readonly standings: Standings
  readonly problems: Problems
  readonly troubles: Troubles
  readonly limits: RateLimits | undefined
  readonly methods: Methods
  readonly scopes: readonly string[]
  readonly botToken: string
  readonly appToken: string
  /** The address for one more socket. */
  readonly socketUrl: () => string
}

/** Answers one call of the Web API. */
export function createWebApi(deps: Deps): (call: SlackCall) => Promise<HttpAnswer> {
  const { workspace, problems, troubles, limits, methods, botToken, appToken } = deps

  async function answerTo({ method, args, token }: SlackCall): Promise<HttpAnswer> {
    const tier = Object.hasOwn(TIERS, method) ? TIERS[method] : undefined
    if (!tier) {
      problems.add(`${method} is not known to the stand-in`)
      return taken(refusal('unknown_method'))
    }
    if (!token) return taken(refusal('not_authed'))
    if (token !== (method === SOCKET ? appToken : botToken)) return taken(refusal('invalid_auth'))
    const seconds = limits?.wait(method, tier, args) ?? 0
    if (seconds > 0) return tooMany(seconds)
    if (method === SOCKET) return taken({ ok: true, url: deps.socketUrl() })
    const own = Object.hasOwn(methods, method) ? methods[method] : undefined
    return taken(dressed(method, await (own ?? forward)(args)))

    async function forward(): Promise<Answer> {
      return await workspace.call(APP, method, args)
    }
  }

  function taken(body: Answer): HttpAnswer {
    return { status: 200, headers: { 'x-oauth-scopes': deps.scopes.join(',') }, body }
  }

  /** What Slack says of people beyond what `emulate` does. */
  function dressed(method: string, answer: Answer): Answer {
    if (answer.ok !== true) return answer
    if (method === 'users.list') return { ...answer, members: things(answer.members).map(asMember) }
    const isOne = method === 'users.info' || method === 'users.lookupByEmail'
    return isOne ? { ...answer, user: asMember(thing(answer.user)) } : answer
  }

  function asMember(user: Thing): Thing {
    const person = workspace.people.find(({ id }) => id === user.id)
    const isOwner = !person && user.is_admin === true
    const flags = deps.standings.flagsOf(string(user.id))
    return {
      ...user,
      is_owner: isOwner,
      is_primary_owner: isOwner,
      is_restricted: false,
      is_ultra_restricted: false,
      is_app_user: false,
      ...flags,
      ...(person ? zoneOf(person.timeZone) : {}),
    }
  }

  return async (call) => {
    const trouble = troubles.take(call.method)
    if (trouble && !actsFirst(trouble)) return troubled(trouble)
    const answer = await answerTo(call)
    return trouble ? troubled(trouble) : answer
  }
}

function zoneOf(timeZone: string): Thing {
  const parts = (timeZoneName: 'long' | 'longOffset') =>
    new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName })
      .formatToParts()
      .find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(parts('longOffset')) ?? []
  const seconds = Number(hours) * 3600 + Number(minutes) * 60
  return { tz: timeZone, tz_label: parts('long'), tz_offset: sign === '-' ? -seconds : seconds }
}

/** The arguments of a call, with those read that hold JSON. */
export function argumentsOf(contentType: string, body: string): Thing {
  if (contentType.includes('application/json')) return thing(parsed(body))
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [key, STRUCTURED.has(key) ? parsed(value) : value]),
  )
}

const STRUCTURED: ReadonlySet<string> = new Set(['blocks', 'metadata', 'attachments', 'view', 'files'])
