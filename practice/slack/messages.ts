import type { Message } from '../contract.ts'
import { withIds } from './elements.ts'
import { blocksIn, type Post, type Room, type Screens } from './screens.ts'
import { string, type Thing, thing } from './wire.ts'
import { APP, type Workspace } from './workspace.ts'

const MARKED = /https?:\/\/[^\s<>|]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)[@#][\w.-]*\w/g

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
}

/** Messages as they come onto the screens. What is wrong with them has been looked for before. */
export class Messages {
  readonly #workspace: Workspace
  readonly #screens: Screens

  constructor({ workspace, screens }: Deps) {
    this.#workspace = workspace
    this.#screens = screens
  }

  /** The app answers where somebody asked it, so it need not be in the channel. */
  async postAsApp(room: Room, body: Thing, thread?: string): Promise<Message | undefined> {
    const answer = await this.#workspace.call(APP, 'chat.postMessage', {
      ...this.signed(body),
      channel: room.id,
      ...(thread ? { thread_ts: thread } : {}),
    })
    return this.posted(room, answer)
  }

  /** A message of the app with the ids that Slack adds. */
  signed({ text, blocks }: Thing): Thing {
    const { id: app_id, botId: bot_id } = this.#workspace.app
    return {
      text: string(text),
      ...(Array.isArray(blocks) ? { blocks: withIds(blocks) } : {}),
      bot_id,
      app_id,
    }
  }

  /** Shows what `emulate` has taken. */
  posted(room: Room, answer: Thing): Message | undefined {
    if (answer.ok !== true) return undefined
    const wire = thing(answer.message)
    const from = this.#screens.person(string(wire.user))
    if (!from) return undefined
    return this.#screens.say(
      room,
      {
        ts: string(wire.ts),
        from,
        text: string(wire.text),
        blocks: blocksIn(wire.blocks),
        thread: string(wire.thread_ts) || undefined,
        isBroadcast: wire.reply_broadcast === true,
      },
      { wire: { ...wire, team: this.#workspace.team.id } },
    )
  }

  async postAs(person: string, room: Room, text: string, thread?: string): Promise<Message | undefined> {
    const args = { channel: room.id, text: this.#typed(text), ...(thread ? { thread_ts: thread } : {}) }
    return this.posted(room, await this.#workspace.call(person, 'chat.postMessage', args))
  }

  /**
   * What somebody typed as Slack stores it and tells it to apps: escaped, with addresses, links and
   * mentions marked (Slack sheet, section 2.4).
   */
  #typed(text: string): string {
    const { people, channels, app } = this.#workspace
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    return escaped.replace(MARKED, (word) => {
      if (word.startsWith('http')) return `<${word}>`
      if (word.startsWith('@')) {
        const person = [...people, app.user].find(({ name }) => `@${name}` === word)
        return person ? `<@${person.id}>` : word
      }
      if (!word.startsWith('#')) return `<mailto:${word}|${word}>`
      const channel = channels.find(({ name }) => `#${name}` === word)
      return channel ? `<#${channel.id}|${channel.name}>` : word
    })
  }

  /** Slack keeps nothing of what only one person sees, but numbers it among the other messages. */
  async showOnly(person: string, room: Room, body: Thing, thread?: string): Promise<Message> {
    const args = { channel: room.id, user: person, text: 'x' }
    const { message_ts } = await this.#workspace.call(person, 'chat.postEphemeral', args)
    const { text, blocks } = this.signed(body)
    return this.#screens.say(
      room,
      { ts: string(message_ts), from: this.#workspace.app.user, text: string(text), blocks: blocksIn(blocks), thread },
      { onlyFor: person },
    )
  }

  /** Puts another text and other blocks in the place of a message of the app. */
  async replace(room: Room, { message, onlyFor }: Post, body: Thing): Promise<void> {
    const { text, blocks } = this.signed(body)
    const changes = { text: string(text), blocks: blocksIn(blocks) }
    if (onlyFor !== undefined) return void this.#screens.edit(room, message.ts, changes)
    const args = { channel: room.id, ts: message.ts, text, blocks: blocks ?? [] }
    const answer = await this.#workspace.call(APP, 'chat.update', args)
    if (answer.ok === true) this.#screens.edit(room, message.ts, changes, thing(answer.message))
  }
}
