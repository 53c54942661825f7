import { randomBytes } from 'node:crypto'

import type { Messages } from './messages.ts'
import type { Problems } from './problems.ts'
import type { Room, Screens } from './screens.ts'
import { string, type Thing } from './wire.ts'

const MOST_ANSWERS = 5
const LIFE_MS = 30 * 60 * 1000

/** For whom and where an answer is shown. */
export interface AnswerTo {
  readonly person: string
  readonly room: Room
  readonly thread?: string | undefined
  /** The message with the element that was used. */
  readonly ts?: string | undefined
}

interface Issued {
  readonly to: AnswerTo
  readonly until: number
  left: number
}

interface Deps {
  readonly messages: Messages
  readonly screens: Screens
  readonly problems: Problems
  readonly now: () => number
}

/** Addresses that take five answers within thirty minutes (Slack sheet, sections 2.2 and 8). */
export class ResponseUrls {
  readonly #deps: Deps
  readonly #issued = new Map<string, Issued>()
  readonly #taken: Thing[] = []

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** What was taken, oldest first, as it was posted. */
  get taken(): readonly Thing[] {
    return this.#taken
  }

  /** The path of a new address. */
  issue(to: AnswerTo): string {
    const path = `/response/${this.#issued.size + 1}/${randomBytes(12).toString('hex')}`
    this.#issued.set(path, { to, until: this.#deps.now() + LIFE_MS, left: MOST_ANSWERS })
    return path
  }

  async answer(path: string, body: Thing): Promise<{ readonly status: number; readonly answer: Thing }> {
    const issued = this.#issued.get(path)
    if (!issued || this.#deps.now() > issued.until) return refused(404, 'expired_url')
    if (issued.left === 0) return refused(404, 'used_url')
    issued.left -= 1
    const { room, ts } = issued.to
    if (body.delete_original === true) {
      this.#taken.push(body)
      if (ts) this.#deps.screens.remove(room, ts)
      return { status: 200, answer: { ok: true } }
    }
    if (this.#deps.problems.in(body, 'message', 'response_url').length > 0) return refused(400, 'invalid_blocks')
    this.#taken.push(body)
    await this.#show(issued.to, body)
    return { status: 200, answer: { ok: true } }
  }

  async #show({ person, room, thread, ts }: AnswerTo, body: Thing): Promise<void> {
    const { screens, messages, problems } = this.#deps
    const original = ts === undefined ? undefined : screens.post(room, ts)
    const isInChannel = body.response_type === 'in_channel'
    if (body.replace_original === true && original) {
      if (!original.message.isEphemeral || !isInChannel) return messages.replace(room, original, body)
      problems.add('response_url: what one person sees is replaced only by what one person sees')
    }
    const where = string(body.thread_ts) || thread
    if (isInChannel) await messages.postAsApp(room, body, where)
    else await messages.showOnly(person, room, body, where)
  }
}

function refused(status: number, error: string) {
  return { status, answer: { ok: false, error } }
}
