import { setTimeout as wait } from 'node:timers/promises'

import type { Person, Screen } from '../contract.ts'
import { Exchanges } from '../exchanges.ts'
import { Acts } from './acts.ts'
import { chatMethods } from './chat-methods.ts'
import { conversationMethods } from './conversation-methods.ts'
import { Delivery } from './delivery.ts'
import type { Known } from './entered.ts'
import { Events } from './events.ts'
import { Files } from './files.ts'
import { Forms } from './forms.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { Messages } from './messages.ts'
import { LoadedOptions, Options } from './options.ts'
import { Payloads } from './payloads.ts'
import { Persona } from './persona.ts'
import { Problems } from './problems.ts'
import { RateLimits } from './rate-limits.ts'
import { ResponseUrls } from './response-urls.ts'
import { type Room, Screens } from './screens.ts'
import { type Handlers, startServer } from './server.ts'
import { APP_TOKEN, BOT_TOKEN, type Slack, type SlackOptions } from './slack.ts'
import { createSocketServer } from './socket.ts'
import { type Standing, Standings } from './standings.ts'
import { Triggers } from './triggers.ts'
import { actsFirst, Troubles, troubled } from './troubles.ts'
import { viewMethods } from './view-methods.ts'
import { Views } from './views.ts'
import { createWebApi, type SlackCall } from './web-api.ts'
import { thing } from './wire.ts'
import { type Channel, type Member, OWNER, startWorkspace } from './workspace.ts'

/** A Slack workspace on loopback, with people in it who can be made to act. */
export async function startSlack(options: SlackOptions = {}): Promise<Slack> {
  await using resources = new AsyncDisposableStack()
  const now = options.now ?? (() => Date.now())
  const after = options.after ?? ((ms: number, signal: AbortSignal) => wait(ms, undefined, { signal, ref: false }))
  const manifest = options.manifest ?? readManifest()
  const { botToken = BOT_TOKEN, appToken = APP_TOKEN } = options
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of [...listeners]) listener()
  }
  const exchanges = options.exchanges ?? new Exchanges(changed, now)

  const ready = Promise.withResolvers<Handlers>()
  const server = resources.use(await startServer(options.port ?? 0, exchanges, ready.promise))
  const origin = `http://${server.host}`
  const workspace = resources.use(await startWorkspace({ appName: manifest.name, scopes: manifest.scopes, origin }))
  const { people, channels } = workspace

  const standings = new Standings(people)
  const problems = new Problems()
  const troubles = new Troubles()
  const triggers = new Triggers(now)
  const screens = new Screens({
    team: workspace.team,
    people: [...people.map(asPerson), workspace.app.user],
    app: onScreen(manifest, workspace.app.user.id),
    rooms: [
      ...channels.map((channel) => roomOfChannel(channel, people)),
      ...people.map((one) => roomOfDm(one, manifest.name)),
    ],
    now,
  })
  screens.onChange(changed)
  const messages = new Messages({ workspace, screens })
  const files = new Files({ workspace, screens, messages, problems, manifest })
  const views = new Views({ workspace, screens, problems })
  const loaded = new LoadedOptions()
  const known: Known = { option: (placed, value) => loaded.find(placed, value), file: (id) => files.wire(id) }
  const urls = new ResponseUrls({ messages, screens, problems, now })
  const socket = createSocketServer(workspace.app.id)
  resources.defer(() => socket.close())
  const delivery = new Delivery({ exchanges, socket, now, after })
  const payloads = new Payloads({ workspace, standings, screens, now })
  const events = new Events({ workspace, screens, delivery, payloads, manifest, after })
  resources.defer(() => events.stop())
  const forms = new Forms({
    screens,
    views,
    delivery,
    payloads,
    triggers,
    problems,
    known,
    responseUrl: (person, id) => `${origin}${urls.issue({ person, room: roomById(id) })}`,
  })
  const acts = new Acts({
    screens,
    messages,
    delivery,
    payloads,
    forms,
    events,
    triggers,
    problems,
    manifest,
    known,
    responseUrl: ({ person, room, post }) =>
      `${origin}${urls.issue({ person, room, ts: post?.message.ts, thread: post?.message.thread })}`,
  })
  const menus = new Options({ acts, loaded, delivery, payloads, problems, manifest })
  const call = createWebApi({
    workspace,
    standings,
    problems,
    troubles,
    limits: options.rateLimits ? new RateLimits(now) : undefined,
    methods: {
      ...chatMethods({ workspace, screens, messages, problems, manifest }),
      ...viewMethods({ views, screens, triggers, manifest }),
      ...conversationMethods({ workspace, screens }),
      ...files.methods,
    },
    scopes: manifest.scopes,
    botToken,
    appToken,
    socketUrl: () => socket.ticket(server.host),
  })

  const calls: SlackCall[] = []
  ready.resolve({
    async call(request) {
      calls.push(request)
      return await call(request)
    },
    async respond(path, body) {
      calls.push({ method: 'response_url', args: body, token: '' })
      const trouble = troubles.take('response_url')
      if (trouble && !actsFirst(trouble)) return troubled(trouble)
      const { status, answer } = await urls.answer(path, body)
      return trouble ? troubled(trouble) : { status, body: answer }
    },
    upload: async (path, file) =>
      await workspace.fetch(OWNER, path, { body: file.body, contentType: file.contentType }),
    download: async (path, token) => await files.download(path, token === botToken),
    upgrade: socket.upgrade,
    failed: (error) => problems.add(`the stand-in failed: ${String(error)}`),
  })

  function member(name?: string): Member {
    const found =
      name === undefined ? people[0] : people.find((one) => one.id === name || one.name.startsWith(name.toLowerCase()))
    if (!found) throw new Error(`nobody is called ${name}; there are ${people.map((one) => one.name).join(', ')}`)
    return found
  }

  function roomById(id: string): Room {
    const room = screens.room(id)
    if (!room) throw new Error(`there is no conversation ${id}`)
    return room
  }

  function channel(name: string): Channel {
    const found = channels.find((one) => one.name === name.replace(/^#/, ''))
    if (!found) throw new Error(`there is no channel ${name}; there are ${channels.map((one) => one.name).join(', ')}`)
    return found
  }

  async function become(name: string, standing: Standing): Promise<void> {
    const { id } = member(name)
    standings.set(id, standing)
    if (!manifest.events.includes('user_change')) return
    const { user } = await workspace.must(OWNER, 'users.info', { user: id })
    await events.send({ type: 'user_change', user: { ...thing(user), ...standings.flagsOf(id) } })
  }

  const personas = new Map(
    people.map((one) => [
      one.id,
      new Persona({
        member: one,
        screens,
        act: (act) => acts.perform(one, act),
        options: (query) => menus.load(one, query),
        addFile: (file) => files.add(one.id, file),
      }),
    ]),
  )

  const owned = resources.move()
  return {
    apiUrl: `${origin}/api/`,
    botToken,
    appToken,
    connect: (connection) => delivery.connect(connection),
    person(name) {
      const persona = personas.get(member(name).id)
      if (!persona) throw new Error(`nobody is called ${name}`)
      return persona
    },
    channel,
    screen: (person) => screens.screen(member(person).id),
    act: async (act, person) => (await acts.perform(member(person), act)).outcome,
    options: (query, person) => menus.load(member(person), query),
    addFile: (file, person) => files.add(member(person).id, file),
    file: (id) => files.read(id),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    calls,
    callsOf: (method) => calls.filter((one) => one.method === method),
    answers: urls.taken,
    responseUrl: () => `${origin}${urls.issue({ person: member().id, room: roomById(channel('sales').id) })}`,
    trouble: (trouble, more) => troubles.add(trouble, more),
    weather: (weather) => troubles.setWeather(weather),
    problems: problems.list,
    refuseBlocks: (types) => problems.refuse(types),
    takeProblems: () => problems.take(),
    exchanges,
    socket,
    send: (event) => events.send(event),
    become,
    verifyUrl: () => events.verifyUrl(),
    async invite(name) {
      const { id } = channel(name)
      await workspace.must(member().id, 'conversations.invite', { channel: id, users: workspace.app.user.id })
      roomById(id).hasApp = true
      changed()
    },
    async remove(name) {
      const { id } = channel(name)
      await workspace.must(member().id, 'conversations.kick', { channel: id, user: workspace.app.user.id })
      roomById(id).hasApp = false
      changed()
    },
    async archive(name) {
      const { id } = channel(name)
      await workspace.must(member().id, 'conversations.archive', { channel: id })
      roomById(id).isArchived = true
      changed()
    },
    share(name, sharing = 'accepted') {
      roomById(channel(name).id).sharing = sharing
    },
    async [Symbol.asyncDispose]() {
      // What fails because everything ends is no problem of the app.
      const found = problems.take()
      await owned.disposeAsync()
      if (options.problems === 'keep' || found.length === 0) return
      throw new Error(`Slack would not have taken this:\n${found.map((one) => `  ${one}`).join('\n')}`)
    },
  }
}

function onScreen({ name, commands, shortcuts, hasHome }: Manifest, userId: string): Screen['app'] {
  return {
    name,
    userId,
    commands: commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      usageHint: usage_hint,
    })),
    shortcuts: shortcuts.map(({ callback_id, ...shortcut }) => ({ callbackId: callback_id, ...shortcut })),
    hasHome,
  }
}

function roomOfChannel(channel: Channel, people: readonly Member[]): Room {
  return { ...channel, kind: 'channel', members: people.map(({ id }) => id), sharing: 'none', posts: [] }
}

function asPerson({ id, name, realName, isBot }: Member): Person {
  return { id, name, realName, isBot }
}

function roomOfDm({ id, dm }: Member, appName: string): Room {
  return {
    id: dm,
    name: appName,
    kind: 'dm',
    topic: '',
    members: [id],
    hasApp: true,
    isArchived: false,
    sharing: 'none',
    posts: [],
  }
}
