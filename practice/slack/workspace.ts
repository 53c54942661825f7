import { createEmulator } from 'emulate'

import type { Person } from '../contract.ts'
import type { Standing } from './standings.ts'
import { string, type Thing, thing, things } from './wire.ts'

/** The Web API with its state, as the package `emulate` has it, behind the names of this workspace. */
export interface Workspace extends AsyncDisposable {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly app: { readonly id: string; readonly botId: string; readonly user: Person }
  readonly people: readonly Member[]
  readonly channels: readonly Channel[]
  call(as: Actor, method: string, args: Thing): Promise<Thing>
  /** The same, and throws where the answer is not `ok`. */
  must(as: Actor, method: string, args: Thing): Promise<Thing>
  fetch(as: Actor, path: string, init?: { readonly body: Uint8Array; readonly contentType: string }): Promise<Response>
}

export interface Member extends Person {
  /** At the beginning; it may change. */
  readonly standing: Standing
  /** IANA. */
  readonly timeZone: string
  /** The conversation with the app. */
  readonly dm: string
}

export interface Channel {
  readonly id: string
  readonly name: string
  readonly topic: string
  readonly hasApp: boolean
  readonly isArchived: boolean
}

/** Whose token is used: the app's, the workspace owner's, or that of a person by id. */
export type Actor = string

export const APP: Actor = 'app'
export const OWNER: Actor = 'owner'

const TEAM = { name: 'Practice', domain: 'practice' }
const APP_ID = 'A0TOUCHPOINT'

/** The first one is who looks at the screen where nobody is named. */
const PEOPLE = [
  { name: 'ada.king', realName: 'Ada King', standing: 'admin', timeZone: 'Europe/London' },
  { name: 'grace.moreau', realName: 'Grace Moreau', standing: 'member', timeZone: 'Europe/Paris' },
  { name: 'tom.okafor', realName: 'Tom Okafor', standing: 'member', timeZone: 'America/New_York' },
  { name: 'noor.haddad', realName: 'Noor Haddad', standing: 'guest', timeZone: 'Europe/Berlin' },
  { name: 'sam.ortiz', realName: 'Sam Ortiz', standing: 'external', timeZone: 'America/Mexico_City' },
] as const satisfies readonly Pick<Member, 'name' | 'realName' | 'standing' | 'timeZone'>[]

const CHANNELS = [
  { name: 'sales', topic: 'Leads, replies and deals', hasApp: true },
  { name: 'marketing', topic: 'Campaigns and lists', hasApp: true },
  { name: 'general', topic: 'For everybody', hasApp: false },
] as const

/** `emulate` stops a token after 5,000 requests an hour, so everybody has several and takes turns with them. */
const TOKENS_EACH = 20

interface Options {
  readonly appName: string
  readonly scopes: readonly string[]
  /** Where the app finds what the answers name, such as files. */
  readonly origin: string
}

export async function startWorkspace({ appName, scopes, origin }: Options): Promise<Workspace> {
  const botName = appName.toLowerCase()
  const tokens = [
    ...tokensOf(APP, botName, { scopes: [...scopes], app_id: APP_ID, type: 'bot' }),
    ...tokensOf(OWNER, 'admin'),
    ...PEOPLE.flatMap(({ name }) => tokensOf(name, name)),
  ]
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        team: TEAM,
        strict_scopes: true,
        users: PEOPLE.map(({ name, realName, standing }) => ({
          name,
          real_name: realName,
          email: `${name}@practice.example`,
          is_admin: standing === 'admin',
        })),
        channels: CHANNELS.map(({ name, topic }) => ({ name, topic })),
        oauth_apps: [
          {
            app_id: APP_ID,
            client_id: 'id',
            client_secret: 'secret',
            name: appName,
            bot_name: botName,
            redirect_uris: [],
          },
        ],
        tokens,
      },
    },
  })
  // Named localhost by the package, which listens on IPv4 only.
  const address = emulator.url.replace('localhost', '127.0.0.1')
  const names = new Map<Actor, string>([
    [APP, APP],
    [OWNER, OWNER],
  ])
  let turn = 0

  function tokenOf(actor: Actor): string {
    turn += 1
    return `${names.get(actor) ?? actor}-${turn % TOKENS_EACH}`
  }

  async function call(as: Actor, method: string, args: Thing): Promise<Thing> {
    const response = await fetch(`${address}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokenOf(as)}` },
      body: JSON.stringify(args),
    })
    if (!response.ok) throw new Error(`${method} was answered ${response.status} by emulate`)
    return thing(JSON.parse((await response.text()).replaceAll(emulator.url, origin)))
  }

  async function must(as: Actor, method: string, args: Thing = {}): Promise<Thing> {
    const answer = await call(as, method, args)
    if (answer.ok !== true) throw new Error(`${method} was refused by emulate: ${answer.error}`)
    return answer
  }

  const [identity, listedPeople, listedChannels] = await Promise.all([
    must(APP, 'auth.test'),
    must(OWNER, 'users.list'),
    must(OWNER, 'conversations.list'),
  ])
  const userId = string(identity.user_id)
  const members = things(listedPeople.members)
  const channels = things(listedChannels.channels)
  const idOf = (found: readonly Thing[], name: string) => string(found.find((one) => one.name === name)?.id)

  const people = await Promise.all(
    PEOPLE.map(async (person) => {
      const { channel } = await must(person.name, 'conversations.open', { users: userId })
      const id = idOf(members, person.name)
      names.set(id, person.name)
      return { ...person, id, dm: string(thing(channel).id), isBot: false }
    }),
  )
  const [host] = people
  if (!host) throw new Error('a workspace needs somebody in it')
  await Promise.all([
    ...people.map(({ id }) => must(id, 'conversations.join', { channel: idOf(channels, 'general') })),
    ...CHANNELS.filter(({ hasApp }) => hasApp).map(({ name }) =>
      must(host.id, 'conversations.invite', { channel: idOf(channels, name), users: userId }),
    ),
    must(OWNER, 'conversations.archive', { channel: idOf(channels, 'random') }),
  ])

  return {
    team: { id: string(identity.team_id), ...TEAM },
    app: {
      id: APP_ID,
      botId: string(identity.bot_id),
      user: { id: userId, name: botName, realName: appName, isBot: true },
    },
    people,
    channels: [
      ...CHANNELS.map((channel) => ({ ...channel, id: idOf(channels, channel.name), isArchived: false })),
      { id: idOf(channels, 'random'), name: 'random', topic: '', hasApp: false, isArchived: true },
    ],
    call,
    must,
    fetch: (as, path, init) =>
      fetch(`${address}${path}`, {
        headers: {
          authorization: `Bearer ${tokenOf(as)}`,
          ...(init ? { 'content-type': init.contentType } : {}),
        },
        ...(init ? { method: 'POST', body: Buffer.from(init.body) } : {}),
      }),
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}

function tokensOf(actor: Actor, user: string, more: object = {}) {
  return Array.from({ length: TOKENS_EACH }, (_, n) => ({ token: `${actor}-${n}`, user, ...more }))
}
