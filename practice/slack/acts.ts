import type { Act, Entered, Place, Values } from '../contract.ts'
import type { Delivery } from './delivery.ts'
import { type Done, FINE, impossible } from './done.ts'
import { elementsIn, type Placed } from './elements.ts'
import { type Known, keepsValue, saying, stateOf, valueIn, valuesIn } from './entered.ts'
import type { Events } from './events.ts'
import type { Forms } from './forms.ts'
import type { Manifest } from './manifest.ts'
import type { Messages } from './messages.ts'
import type { Payloads } from './payloads.ts'
import type { Problems } from './problems.ts'
import type { OpenView, Post, Room, Screens } from './screens.ts'
import type { Triggers } from './triggers.ts'
import { type Thing, thing } from './wire.ts'
import type { Member } from './workspace.ts'

interface Deps {
  readonly screens: Screens
  readonly messages: Messages
  readonly delivery: Delivery
  readonly payloads: Payloads
  readonly forms: Forms
  readonly events: Events
  readonly triggers: Triggers
  readonly problems: Problems
  readonly manifest: Manifest
  readonly known: Known
  /** A whole address for answers. */
  readonly responseUrl: (to: { readonly person: string; readonly room: Room; readonly post?: Post }) => string
}

/** Where an element stands, and what the app is told of the place. */
interface Setting {
  readonly placed: Placed
  readonly blocks: unknown
  readonly told: Thing
  readonly values: Values
  readonly view?: OpenView
  readonly message?: { readonly room: Room; readonly post: Post }
}

/** What people do, brought to the app as Slack brings it. Each act resolves once the app has answered or is too late. */
export class Acts {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async perform(member: Member, act: Act): Promise<Done> {
    const { forms, events, screens } = this.#deps
    switch (act.act) {
      case 'type':
        return await this.#type(member, act)
      case 'interact':
        return await this.#interact(member, act)
      case 'submit':
        return await forms.submit(member, act.modal, act.values)
      case 'close':
        return await forms.close(member, act.modal, act.all ?? false)
      case 'shortcut':
        return await this.#shortcut(member, act.callbackId)
      case 'message-shortcut':
        return await this.#messageShortcut(member, act)
      case 'open-home':
        return await events.openHome(member)
      case 'dismiss':
        screens.dismiss(member.id, act.notice)
        return FINE
    }
  }

  /** Where an element stands on the person's screen, or why it cannot be used. */
  place(member: Member, { place, block, action, values }: Wanted): Setting | string {
    const { payloads, known } = this.#deps
    const found = this.#at(member, place)
    if (!found) return 'this is not on the screen any more'
    const blocks = 'view' in found ? found.view.wire.blocks : found.post.message.blocks
    const placed = elementsIn(blocks).find(({ blockId, actionId }) => blockId === block && actionId === action)
    if (!placed) return `there is no element ${action} in a block ${block}`
    if ('view' in found) {
      const { view } = found
      const all = valuesIn(blocks, (one) => valueIn(one, values ?? {}, view.kept, view.room))
      return { placed, blocks, values: all, view, told: payloads.inView(view, all, known) }
    }
    const all = valuesIn(blocks, (one) => valueIn(one, values ?? {}))
    const told = { ...payloads.inMessage(found.room, found.post), state: stateOf(blocks, all, known) }
    return { placed, blocks, values: all, message: found, told }
  }

  #at(
    { id }: Member,
    place: Place,
  ): { readonly view: OpenView } | { readonly room: Room; readonly post: Post } | undefined {
    const { screens } = this.#deps
    if (place.surface === 'message') {
      const room = screens.roomsOf(id).find((one) => one.id === place.conversation)
      const post = room && screens.postsFor(id, room).find(({ message }) => message.ts === place.ts)
      return room && post ? { room, post } : undefined
    }
    const view = place.surface === 'home' ? screens.home(id) : screens.modals(id).find((modal) => modal.id === place.id)
    return view && { view }
  }

  async #type(member: Member, { conversation, text, thread }: Extract<Act, { act: 'type' }>): Promise<Done> {
    const { screens, manifest, messages, events } = this.#deps
    const room = screens.roomsOf(member.id).find(({ id }) => id === conversation)
    if (!room) return impossible('there is no such conversation')
    if (!text.startsWith('/')) {
      const message = await messages.postAs(member.id, room, text, thread)
      if (!message) return impossible('the message was not taken')
      await events.said(room, message.ts)
      return { ...FINE, shown: message }
    }
    const [, name = '', rest = ''] = /^(\S+)(?:\s([\s\S]*))?$/.exec(text.trimEnd()) ?? []
    if (!manifest.commands.some(({ command }) => command === name)) {
      screens.notify(member.id, `${name} is not a valid command.`)
      return FINE
    }
    if (thread !== undefined) {
      screens.notify(member.id, `${name} is not supported in threads. Sorry!`)
      return FINE
    }
    return await this.#command(member, room, name, rest)
  }

  async #command(member: Member, room: Room, name: string, text: string): Promise<Done> {
    const { screens, payloads, delivery, triggers, responseUrl } = this.#deps
    const trigger_id = triggers.issue({ person: member.id, room: room.id, view: undefined })
    const response_url = responseUrl({ person: member.id, room })
    const payload = payloads.command(member, room, name, text, { trigger_id, response_url })
    const answer = await delivery.deliver('slash_commands', payload)
    if (answer.ok) return await this.#answered(member, room, `${name} ${text}`.trimEnd(), answer.body)
    const why =
      answer.failure === 'operation_timeout'
        ? 'because the app did not respond (operation_timeout)'
        : 'with the error "dispatch_failed"'
    screens.notify(member.id, `${name} failed ${why}`)
    return FINE
  }

  /** An acknowledgement may carry the answer: a text, or a message for one or for all. */
  async #answered(member: Member, room: Room, typed: string, body: unknown): Promise<Done> {
    const { screens, messages, problems } = this.#deps
    const said: Thing = typeof body === 'string' ? { text: body } : thing(body)
    if (said.text === undefined && said.blocks === undefined) return FINE
    if (problems.in(said, 'message', 'the answer to a command').length > 0) {
      screens.notify(member.id, `${typed.split(' ')[0]} failed with the error "invalid_blocks"`)
      return FINE
    }
    if (said.response_type !== 'in_channel') return { ...FINE, shown: await messages.showOnly(member.id, room, said) }
    await messages.postAs(member.id, room, typed)
    return { ...FINE, shown: await messages.postAsApp(room, said) }
  }

  async #interact(member: Member, act: Extract<Act, { act: 'interact' }>): Promise<Done> {
    const { payloads, delivery, triggers, responseUrl, known } = this.#deps
    const setting = this.place(member, act)
    if (typeof setting === 'string') return impossible(setting)
    const { placed, view, message, told } = setting
    const entered = act.entered ?? null
    const said = saying(placed, entered, known)
    if (said.selected_option === null && entered !== null) return impossible(`there is no option ${entered}`)
    const room = message?.room.id ?? view?.room
    const payload = {
      ...payloads.interaction('block_actions', member),
      trigger_id: triggers.issue({ person: member.id, room, view: view?.id }),
      ...(keepsValue(placed) ? this.#with(setting, entered) : told),
      ...(message ? { response_url: responseUrl({ person: member.id, ...message }) } : {}),
      actions: [payloads.action(placed, said)],
    }
    const answer = await delivery.deliver('interactive', payload)
    return answer.ok ? FINE : this.#failed(member, answer)
  }

  /** The state of the place once this is entered in it. */
  #with({ placed: { blockId, actionId }, values, view, blocks, told }: Setting, entered: Entered): Thing {
    const all = { ...values, [blockId]: { ...values[blockId], [actionId]: entered } }
    return view
      ? this.#deps.payloads.inView(view, all, this.#deps.known)
      : { ...told, state: stateOf(blocks, all, this.#deps.known) }
  }

  #failed(member: Member, answer: { readonly failure: string; readonly status?: number | undefined }): Done {
    const { screens, manifest } = this.#deps
    const what = answer.status === undefined ? 'did not respond' : `responded with Status Code ${answer.status}`
    screens.notify(member.id, `${manifest.name} ${what} (${answer.failure})`)
    return FINE
  }

  async #shortcut(member: Member, callbackId: string): Promise<Done> {
    if (!this.#offers(callbackId, 'global')) return impossible(`there is no shortcut ${callbackId}`)
    const { payloads, delivery, triggers } = this.#deps
    const answer = await delivery.deliver('interactive', {
      ...payloads.interaction('shortcut', member),
      callback_id: callbackId,
      trigger_id: triggers.issue({ person: member.id, room: undefined, view: undefined }),
    })
    return answer.ok ? FINE : this.#failed(member, answer)
  }

  async #messageShortcut(member: Member, act: Extract<Act, { act: 'message-shortcut' }>): Promise<Done> {
    if (!this.#offers(act.callbackId, 'message')) return impossible(`there is no shortcut ${act.callbackId}`)
    const found = this.#at(member, { surface: 'message', conversation: act.conversation, ts: act.ts })
    if (!found || !('room' in found) || !found.post.wire) return impossible('there is no such message')
    const { payloads, delivery, triggers, responseUrl } = this.#deps
    const answer = await delivery.deliver('interactive', {
      ...payloads.interaction('message_action', member),
      callback_id: act.callbackId,
      trigger_id: triggers.issue({ person: member.id, room: found.room.id, view: undefined }),
      response_url: responseUrl({ person: member.id, ...found }),
      message_ts: act.ts,
      channel: payloads.channel(found.room),
      message: found.post.wire,
    })
    return answer.ok ? FINE : this.#failed(member, answer)
  }

  #offers(callbackId: string, type: 'global' | 'message'): boolean {
    return this.#deps.manifest.shortcuts.some((one) => one.callback_id === callbackId && one.type === type)
  }
}

interface Wanted {
  readonly place: Place
  readonly block: string
  readonly action: string
  readonly values?: Values
}
