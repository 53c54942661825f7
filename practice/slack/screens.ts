import type {
  AppOnScreen,
  Block,
  Conversation,
  HomeView,
  Message,
  Modal,
  Notice,
  Person,
  Screen,
  Values,
} from '../contract.ts'
import { string, type Thing, textIn, things } from './wire.ts'

/** One thing that somebody sees anew, or sees changed. */
export type Sight = Message | Modal | HomeView | Notice

/** Whether another organization has been invited into a channel, and has accepted. */
export type Sharing = 'none' | 'invited' | 'accepted'

/** A conversation as Slack keeps it, for everybody. */
export interface Room {
  readonly id: string
  readonly name: string
  readonly kind: 'channel' | 'dm'
  readonly topic: string
  /** People, by id. */
  readonly members: readonly string[]
  hasApp: boolean
  isArchived: boolean
  sharing: Sharing
  readonly posts: Post[]
}

/** A message in a room. */
export interface Post {
  readonly message: Message
  /** The one person who sees it. */
  readonly onlyFor: string | undefined
  /** As the app gets it in a payload; undefined of what Slack keeps nothing of. */
  readonly wire: Thing | undefined
  /** Grows with every change on any screen. */
  readonly order: number
}

/** A view that is open in front of somebody. */
export interface OpenView {
  readonly id: string
  readonly person: string
  /** The conversation in which it was asked for. */
  readonly room: string | undefined
  /** As the app gets it in a payload, without its state. */
  wire: Thing
  /** What stood in inputs that an update left in place. */
  kept: Values
  errors: Readonly<Record<string, string>>
  problem: string | undefined
  isBusy: boolean
  order: number
}

interface Seat {
  readonly modals: OpenView[]
  home: OpenView | undefined
  readonly notices: Notice[]
}

/** What the workspace looks like to each of its people. */
export class Screens {
  readonly #team: Screen['team']
  readonly #people: readonly Person[]
  readonly #app: AppOnScreen
  readonly #now: () => number
  readonly #rooms = new Map<string, Room>()
  readonly #seats = new Map<string, Seat>()
  readonly #listeners = new Set<() => void>()
  readonly #watchers = new Set<(person: string, sight: Sight | undefined) => void>()
  #order = 0

  constructor(options: {
    readonly team: Screen['team']
    /** The app's own user among them. */
    readonly people: readonly Person[]
    readonly app: AppOnScreen
    readonly rooms: readonly Room[]
    readonly now: () => number
  }) {
    this.#team = options.team
    this.#people = options.people
    this.#app = options.app
    this.#now = options.now
    for (const room of options.rooms) this.#rooms.set(room.id, room)
    for (const { id, isBot } of options.people)
      if (!isBot) this.#seats.set(id, { modals: [], home: undefined, notices: [] })
  }

  /** Calls back after every change until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back with what somebody sees anew or changed, or undefined where something went away. */
  onSight(watcher: (person: string, sight: Sight | undefined) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  person(id: string): Person | undefined {
    return this.#people.find((one) => one.id === id)
  }

  room(id: string): Room | undefined {
    return this.#rooms.get(id)
  }

  /** The rooms that a person has in the side bar. */
  roomsOf(person: string): Room[] {
    return [...this.#rooms.values()].filter((room) => room.members.includes(person) && !room.isArchived)
  }

  postsFor(person: string, room: Room): Post[] {
    return room.posts.filter(({ onlyFor }) => onlyFor === undefined || onlyFor === person)
  }

  post(room: Room, ts: string): Post | undefined {
    return room.posts.find(({ message }) => message.ts === ts)
  }

  say(
    room: Room,
    said: Pick<Message, 'ts' | 'from' | 'text'> & Partial<Message>,
    { onlyFor, wire }: { readonly onlyFor?: string; readonly wire?: Thing } = {},
  ): Message {
    const message: Message = {
      at: this.#now(),
      blocks: [],
      files: [],
      isEdited: false,
      thread: undefined,
      isBroadcast: false,
      ...said,
      isEphemeral: onlyFor !== undefined,
    }
    room.posts.push({ message, onlyFor, wire, order: this.#next() })
    this.#seen(onlyFor === undefined ? room.members : [onlyFor], message)
    return message
  }

  edit(room: Room, ts: string, changes: Pick<Message, 'text' | 'blocks'>, wire?: Thing): Message | undefined {
    const index = room.posts.findIndex((one) => one.message.ts === ts)
    const before = room.posts[index]
    if (!before) return undefined
    const message = { ...before.message, ...changes, isEdited: true }
    room.posts[index] = { ...before, message, wire: wire ?? before.wire, order: this.#next() }
    this.#seen(before.onlyFor === undefined ? room.members : [before.onlyFor], message)
    return message
  }

  remove(room: Room, ts: string): void {
    const index = room.posts.findIndex((one) => one.message.ts === ts)
    const [gone] = index < 0 ? [] : room.posts.splice(index, 1)
    if (gone) this.#seen(gone.onlyFor === undefined ? room.members : [gone.onlyFor], undefined)
  }

  /** What Slack itself says to somebody. */
  notify(person: string, text: string): void {
    const notice = { id: this.#next(), at: this.#now(), text }
    this.#seat(person).notices.push(notice)
    this.#seen([person], notice)
  }

  dismiss(person: string, id: number): void {
    const { notices } = this.#seat(person)
    const index = notices.findIndex((notice) => notice.id === id)
    if (index >= 0) notices.splice(index, 1)
    this.#seen([person], undefined)
  }

  /** The modals of a person, the one on top last. */
  modals(person: string): readonly OpenView[] {
    return this.#seat(person).modals
  }

  home(person: string): OpenView | undefined {
    return this.#seat(person).home
  }

  view(id: string): OpenView | undefined {
    return this.#views().find((view) => view.id === id)
  }

  /** By the external id that the app gave it. */
  viewNamed(externalId: string): OpenView | undefined {
    return this.#views().find(({ wire }) => wire.external_id === externalId)
  }

  #views(): OpenView[] {
    return [...this.#seats.values()].flatMap(({ modals, home }) => [...modals, ...(home ? [home] : [])])
  }

  /** Puts a modal on top, or with `alone` in place of all others. */
  openModal(view: OpenView, { alone }: { readonly alone: boolean }): void {
    const { modals } = this.#seat(view.person)
    if (alone) modals.length = 0
    modals.push(view)
    this.viewChanged(view)
  }

  publishHome(view: OpenView): void {
    this.#seat(view.person).home = view
    this.viewChanged(view)
  }

  /** Takes this view away and all that stands on top of it. */
  closeModal(view: OpenView): void {
    const { modals } = this.#seat(view.person)
    const index = modals.indexOf(view)
    if (index < 0) return
    modals.length = index
    this.#seen([view.person], undefined)
  }

  viewChanged(view: OpenView): void {
    view.order = this.#next()
    this.#seen([view.person], view.wire.type === 'home' ? homeOf(view) : modalOf(view))
  }

  screen(person: string): Screen {
    const me = this.person(person)
    if (!me) throw new Error(`nobody has the id ${person}`)
    const { modals, home, notices } = this.#seat(person)
    return {
      team: this.#team,
      me,
      people: this.#people,
      app: this.#app,
      conversations: this.roomsOf(person).map((room) => this.#conversation(person, room)),
      home: home && homeOf(home),
      modals: modals.map(modalOf),
      notices: [...notices],
    }
  }

  #conversation(person: string, room: Room): Conversation {
    const { id, name, kind, topic, hasApp } = room
    const messages = this.postsFor(person, room).map(({ message }) => message)
    return { id, name, kind, topic, hasApp, messages }
  }

  #seat(person: string): Seat {
    const seat = this.#seats.get(person)
    if (!seat) throw new Error(`nobody has the id ${person}`)
    return seat
  }

  #next(): number {
    this.#order += 1
    return this.#order
  }

  #seen(people: readonly string[], sight: Sight | undefined): void {
    for (const person of people) for (const watcher of [...this.#watchers]) watcher(person, sight)
    for (const listener of [...this.#listeners]) listener()
  }
}

export function modalOf({ id, wire, errors, problem, isBusy }: OpenView): Modal {
  return {
    id,
    title: textIn(wire.title),
    submit: textIn(wire.submit) || undefined,
    close: textIn(wire.close) || 'Cancel',
    blocks: blocksIn(wire.blocks),
    errors,
    problem,
    isBusy,
  }
}

export function homeOf({ id, wire }: OpenView): HomeView {
  return { id, blocks: blocksIn(wire.blocks) }
}

/** Blocks that Slack has taken, and that therefore have an id each. */
export function blocksIn(value: unknown): Block[] {
  return things(value).map((block) => ({ ...block, type: string(block.type), block_id: string(block.block_id) }))
}
