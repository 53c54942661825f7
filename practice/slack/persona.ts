import { setTimeout as wait } from 'node:timers/promises'

import type {
  Act,
  Entered,
  FileOnScreen,
  HomeView,
  Message,
  Modal,
  Notice,
  Option,
  OptionsQuery,
  Screen,
  Values,
} from '../contract.ts'
import type { Done } from './done.ts'
import type { NewFile } from './files.ts'
import { buttonNamed, type Found, fieldNamed, listed, sightsOf, surfacesOf } from './finding.ts'
import { optionsOf } from './options.ts'
import { homeOf, modalOf, type Room, type Screens, type Sight } from './screens.ts'
import { textOf } from './words.ts'
import type { Member } from './workspace.ts'

interface Deps {
  readonly member: Member
  readonly screens: Screens
  act(act: Act): Promise<Done>
  options(query: OptionsQuery): Promise<readonly Option[]>
  addFile(file: NewFile): Promise<FileOnScreen>
}

/** A file to upload, as text or as bytes. */
export interface Upload {
  readonly name: string
  readonly text?: string
  readonly bytes?: Uint8Array
  readonly mimetype?: string
}

/** After this, something that was waited for is said to be missing, with what is there instead. */
const PATIENCE_MS = 10_000

/** Somebody at a screen: acts by the words that stand there, as a person does. */
export class Persona {
  readonly #deps: Deps
  /** What was entered and not sent yet, by modal. */
  readonly #entered = new Map<string, Record<string, Record<string, Entered>>>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get id(): string {
    return this.#deps.member.id
  }

  /** The conversation with the app. */
  get dm(): string {
    return this.#deps.member.dm
  }

  get name(): string {
    return this.#deps.member.name
  }

  screen(): Screen {
    return this.#deps.screens.screen(this.id)
  }

  /** The modal on top. */
  get modal(): Modal | undefined {
    const view = this.#deps.screens.modals(this.id).at(-1)
    return view && modalOf(view)
  }

  get home(): HomeView | undefined {
    const view = this.#deps.screens.home(this.id)
    return view && homeOf(view)
  }

  get notices(): readonly Notice[] {
    return this.screen().notices
  }

  /** What stands in `#sales`, or with the app in `@touchpoint`, oldest first. */
  messages(where = '#sales'): readonly Message[] {
    const room = this.#room(where)
    return this.#deps.screens.postsFor(this.id, room).map(({ message }) => message)
  }

  /** Types a command or a message; resolves with what is shown at once because of it. */
  async type(
    text: string,
    { in: where = '#sales', thread }: { in?: string; thread?: string } = {},
  ): Promise<Message | undefined> {
    const conversation = this.#room(where).id
    const shown = await this.#do({ act: 'type', conversation, text, ...(thread ? { thread } : {}) })
    return shown && 'ts' in shown ? shown : undefined
  }

  /** Presses a button, or chooses from an overflow menu; resolves once the app has acknowledged. */
  async press(label: string, { in: message }: { in?: Message } = {}): Promise<void> {
    const { found, entered } = buttonNamed(label, surfacesOf(this.#deps.screens, this.id), message)
    await this.#interact(found, entered)
  }

  /**
   * Presses, and resolves with the first thing that this shows or changes on the screen, or
   * undefined where something goes away. Rejects when nothing follows.
   */
  async click(label: string, where: { in?: Message } = {}): Promise<Sight | undefined> {
    const follows = this.#next(`nothing followed on the press of “${label}”`)
    try {
      await this.press(label, where)
      return await follows.sight
    } finally {
      follows.stop()
    }
  }

  /** Enters a text into an input, by its label. */
  async fill(label: string, text: string): Promise<void> {
    await this.#enter(fieldNamed(label, surfacesOf(this.#deps.screens, this.id)), text)
  }

  /** Chooses from a menu, boxes or a calendar, by the label and the words of the options. */
  async choose(label: string, option: string | readonly string[]): Promise<void> {
    const found = fieldNamed(label, surfacesOf(this.#deps.screens, this.id))
    const wanted = typeof option === 'string' ? [option] : option
    const values: string[] = []
    for (const words of wanted) values.push(await this.#valueOf(found, label, words))
    const isMany = found.placed.type.startsWith('multi_') || found.placed.type === 'checkboxes'
    await this.#enter(found, isMany ? values : (values[0] ?? null))
  }

  /** Takes back what was entered or chosen. */
  async clear(label: string): Promise<void> {
    await this.#enter(fieldNamed(label, surfacesOf(this.#deps.screens, this.id)), null)
  }

  async upload(label: string, ...uploads: readonly Upload[]): Promise<void> {
    const found = fieldNamed(label, surfacesOf(this.#deps.screens, this.id))
    const files = await Promise.all(
      uploads.map(({ name, text = '', bytes = Buffer.from(text), mimetype = 'text/csv' }) =>
        this.#deps.addFile({ name, mimetype, bytes }),
      ),
    )
    await this.#enter(
      found,
      files.map(({ id }) => id),
    )
  }

  /** Sends the form on top; resolves with the modal that is on top then. */
  async submit(): Promise<Modal | undefined> {
    const { id } = this.#top()
    await this.#do({ act: 'submit', modal: id, values: this.#valuesOf(id) })
    return this.modal
  }

  /** Closes the modal on top, or all of them. */
  async close({ all = false } = {}): Promise<void> {
    await this.#do({ act: 'close', modal: this.#top().id, all })
  }

  async openHome(): Promise<void> {
    await this.#do({ act: 'open-home' })
  }

  /** Starts a global shortcut, or with a message one of those in its menu, by its name. */
  async shortcut(name: string, { on }: { on?: Message } = {}): Promise<void> {
    const { shortcuts } = this.screen().app
    const found = shortcuts.find((one) => one.name === name && one.type === (on ? 'message' : 'global'))
    if (!found)
      throw new Error(`there is no shortcut “${name}”; there are: ${listed(shortcuts.map((one) => one.name))}`)
    const { callbackId } = found
    await this.#do(
      on
        ? { act: 'message-shortcut', callbackId, conversation: this.#roomOf(on).id, ts: on.ts }
        : { act: 'shortcut', callbackId },
    )
  }

  /** What a menu offers for what somebody has typed into it so far. */
  async options(label: string, query: string): Promise<readonly Option[]> {
    const { place, placed } = fieldNamed(label, surfacesOf(this.#deps.screens, this.id))
    return await this.#deps.options({ place, block: placed.blockId, action: placed.actionId, query })
  }

  /** Resolves with the newest thing on the screen that has such words, as soon as there is one. */
  async sees(words: RegExp | string): Promise<Sight> {
    const isIt = (sight: Sight) =>
      typeof words === 'string' ? textOf(sight).includes(words) : words.test(textOf(sight))
    for (;;) {
      const follows = this.#next(`${this.name} does not see ${words}`)
      try {
        const there = sightsOf(this.#deps.screens, this.id).find(isIt)
        if (there) return there
        await follows.sight
      } finally {
        follows.stop()
      }
    }
  }

  /** Everything readable on the screen, newest first. */
  text(): string {
    return sightsOf(this.#deps.screens, this.id)
      .map((sight) => textOf(sight))
      .join('\n---\n')
  }

  async #do(act: Act): Promise<Sight | undefined> {
    const { outcome, shown } = await this.#deps.act(act)
    if (!outcome.ok) throw new Error(outcome.problem)
    return shown
  }

  async #interact({ place, placed }: Found, entered?: Entered): Promise<void> {
    await this.#do({
      act: 'interact',
      place,
      block: placed.blockId,
      action: placed.actionId,
      ...(entered === undefined ? {} : { entered }),
      ...(place.surface === 'modal' ? { values: this.#valuesOf(place.id) } : {}),
    })
  }

  async #enter(found: Found, entered: Entered): Promise<void> {
    const { place, placed } = found
    if (place.surface === 'modal') {
      const values = this.#entered.get(place.id) ?? {}
      values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: entered }
      this.#entered.set(place.id, values)
    }
    if (placed.dispatches) await this.#interact(found, entered)
  }

  #valuesOf(modal: string): Values {
    return this.#entered.get(modal) ?? {}
  }

  async #valueOf({ place, placed }: Found, label: string, words: string): Promise<string> {
    const { type, element, blockId, actionId } = placed
    if (/(?:users)_select$/.test(type)) return this.#personId(words)
    if (/(?:conversations|channels)_select$/.test(type)) return this.#room(words).id
    if (/picker$/.test(type)) return words
    const query = { place, block: blockId, action: actionId, query: words }
    const options = /external_select$/.test(type) ? await this.#deps.options(query) : optionsOf(element)
    const option = options.find(({ text }) => text === words) ?? options.find(({ text }) => text.includes(words))
    if (!option)
      throw new Error(`“${label}” has no option “${words}”; there are: ${listed(options.map(({ text }) => text))}`)
    return option.value
  }

  #personId(name: string): string {
    const { people } = this.screen()
    const found = people.find(
      (one) => one.realName === name || one.name.startsWith(name.replace('@', '').toLowerCase()),
    )
    if (!found) throw new Error(`nobody is called ${name}; there are: ${listed(people.map((one) => one.realName))}`)
    return found.id
  }

  #top(): Modal {
    const { modal } = this
    if (!modal) throw new Error(`no modal is open; ${this.name} sees:\n${this.text()}`)
    return modal
  }

  #room(where: string): Room {
    const rooms = this.#deps.screens.roomsOf(this.id)
    const found = rooms.find(({ id, name, kind }) =>
      [id, kind === 'dm' ? `@${name.toLowerCase()}` : `#${name}`].includes(where),
    )
    if (!found) throw new Error(`there is no ${where}; there are: ${listed(rooms.map(({ name }) => name))}`)
    return found
  }

  #roomOf({ ts }: Message): Room {
    const found = this.#deps.screens.roomsOf(this.id).find((room) => this.#deps.screens.post(room, ts))
    if (!found) throw new Error('this message is not on the screen any more')
    return found
  }

  /** The next thing that comes onto the screen; rejects after a while with `missing` and what is there. */
  #next(missing: string): { readonly sight: Promise<Sight | undefined>; stop(): void } {
    const { promise, resolve, reject } = Promise.withResolvers<Sight | undefined>()
    const done = new AbortController()
    const stop = this.#deps.screens.onSight((person, sight) => {
      if (person === this.id) resolve(sight)
    })
    // Nobody may be waiting for it any more.
    promise.catch(() => {})
    wait(PATIENCE_MS, undefined, { signal: done.signal }).then(
      () => reject(new Error(`${missing}; there is:\n${this.text()}`)),
      () => {},
    )
    return {
      sight: promise,
      stop() {
        stop()
        done.abort()
      },
    }
  }
}
