import type { Manifest } from './manifest.ts'
import type { Messages } from './messages.ts'
import { type Problems, pointers } from './problems.ts'
import { blocksIn, type Room, type Screens } from './screens.ts'
import { type Answer, refusal } from './views.ts'
import type { Methods } from './web-api.ts'
import { string, type Thing, thing } from './wire.ts'
import { APP, type Workspace } from './workspace.ts'

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
  readonly messages: Messages
  readonly problems: Problems
  readonly manifest: Manifest
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** Above this, `chat.update` refuses where `chat.postMessage` cuts (Slack sheet, section 8). */
const MOST_IN_UPDATE = 4000

export function chatMethods({ workspace, screens, messages, problems, manifest }: Deps): Methods {
  /** What is wrong with a message as an answer to the app, or undefined. */
  function refused(args: Thing, method: string): Answer | undefined {
    const found = problems.in(args, 'message', method)
    return found.length === 0
      ? undefined
      : refusal('invalid_blocks', { response_metadata: { messages: pointers(found) } })
  }

  /** `C…`, `#sales`, `sales`, and for a message to a person `U…` too. */
  function roomOf(channel: unknown): Room | undefined {
    const wanted = string(channel).replace(/^#/, '')
    const person = workspace.people.find(({ id }) => id === wanted)
    const named = workspace.channels.find(({ name }) => name === wanted)
    return screens.room(person?.dm ?? named?.id ?? wanted)
  }

  function closedTo(room: Room): Answer | undefined {
    if (room.isArchived) return refusal('is_archived')
    if (room.kind === 'dm') return manifest.hasMessagesTab ? undefined : refusal('messages_tab_disabled')
    return room.hasApp || manifest.scopes.includes('chat:write.public') ? undefined : refusal('not_in_channel')
  }

  const sent = new Map<string, Promise<Answer>>()

  /**
   * Posts, or gives what was posted under the same id there. Slack does not say of `client_msg_id` that it
   * works this way; its errors do (Slack sheet, section 6).
   */
  async function once(room: Room, id: string, post: () => Promise<Answer>): Promise<Answer> {
    const name = `${room.id} ${id}`
    const before = sent.get(name)
    const first = await before
    if (first?.ok === true) return screens.post(room, string(first.ts)) ? first : refusal('duplicate_message_not_found')
    if (sent.get(name) !== before) return await once(room, id, post)
    const posting = post()
    sent.set(name, posting)
    return await posting
  }

  function checkThread(room: Room, args: Thing): void {
    if (args.thread_ts === undefined) return
    const parent = screens.post(room, string(args.thread_ts))?.message
    if (!parent) problems.add(`chat.postMessage: there is no message ${args.thread_ts} to reply to`)
    else if (parent.thread !== undefined)
      problems.add('chat.postMessage: thread_ts is that of a reply, not of its parent')
  }

  return {
    async 'chat.postMessage'(args) {
      const room = roomOf(args.channel)
      const shut = room && closedTo(room)
      if (shut) return shut
      const { client_msg_id } = args
      if (client_msg_id !== undefined && !UUID.test(string(client_msg_id))) return refusal('invalid_arguments')
      const wrong = refused(args, 'chat.postMessage')
      if (wrong) return wrong
      if (room) checkThread(room, args)
      const forwarded = { ...args, ...messages.signed(args), channel: room?.id ?? args.channel }
      const post = async (): Promise<Answer> => {
        const answer = await workspace.call(APP, 'chat.postMessage', forwarded)
        if (room) messages.posted(room, answer)
        return answer
      }
      return room && client_msg_id !== undefined ? await once(room, string(client_msg_id), post) : await post()
    },

    async 'chat.postEphemeral'(args) {
      const room = roomOf(args.channel)
      if (!room) return refusal('channel_not_found')
      const shut = closedTo(room)
      if (shut) return shut
      const wrong = refused(args, 'chat.postEphemeral')
      if (wrong) return wrong
      // Asked for its errors: it knows scopes and members.
      const forwarded = { ...args, ...messages.signed(args), channel: room.id }
      const answer = await workspace.call(APP, 'chat.postEphemeral', forwarded)
      if (answer.ok !== true) return answer
      const { ts } = await messages.showOnly(string(args.user), room, args, string(args.thread_ts) || undefined)
      return { ok: true, message_ts: ts }
    },

    async 'chat.update'(args) {
      if (string(args.text).length > MOST_IN_UPDATE) return refusal('msg_too_long')
      // An empty list takes the blocks away (Slack sheet, section 8).
      const { blocks, ...rest } = args
      const isBare = Array.isArray(blocks) && blocks.length === 0
      const wrong = refused(isBare ? rest : args, 'chat.update')
      if (wrong) return wrong
      const forwarded = isBare ? args : { ...args, ...messages.signed(args) }
      const answer = await workspace.call(APP, 'chat.update', forwarded)
      const room = screens.room(string(args.channel))
      if (answer.ok !== true || !room) return answer
      const wire = thing(answer.message)
      screens.edit(room, string(args.ts), { text: string(wire.text), blocks: blocksIn(wire.blocks) }, wire)
      return answer
    },

    async 'chat.delete'(args) {
      const answer = await workspace.call(APP, 'chat.delete', args)
      const room = screens.room(string(args.channel))
      if (answer.ok === true && room) screens.remove(room, string(args.ts))
      return answer
    },
  }
}
