import { randomUUID } from 'node:crypto'

import type { Acknowledgement, After, Delivery, Retry } from './delivery.ts'
import { type Done, FINE, impossible } from './done.ts'
import type { Manifest } from './manifest.ts'
import type { Payloads } from './payloads.ts'
import type { Room, Screens } from './screens.ts'
import { type Thing, thing } from './wire.ts'
import type { Member, Workspace } from './workspace.ts'

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
  readonly delivery: Delivery
  readonly payloads: Payloads
  readonly manifest: Manifest
  readonly after: After
}

/** An event that is not taken comes again: almost at once, after a minute, after five (Slack sheet, section 2.5). */
const RETRY_MS = [100, 60_000, 300_000]

/** Events, as Slack sends them to an app that subscribed to them. */
export class Events {
  readonly #deps: Deps
  readonly #stopping = new AbortController()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async openHome(member: Member): Promise<Done> {
    const { manifest, payloads } = this.#deps
    if (!manifest.hasHome) return impossible(`${manifest.name} has no Home`)
    if (!manifest.events.includes('app_home_opened')) return FINE
    const isTaken = await this.send(payloads.homeOpened(member))
    return isTaken ? FINE : impossible(`${manifest.name} did not take app_home_opened`)
  }

  /** A message of a person, for an app that asked to read along. */
  async said(room: Room, ts: string): Promise<void> {
    const { manifest, screens, payloads, workspace } = this.#deps
    const post = screens.post(room, ts)
    if (!post) return
    const isHeard = room.kind === 'dm' || room.hasApp
    if (isHeard && manifest.events.includes(room.kind === 'dm' ? 'message.im' : 'message.channels'))
      await this.send(payloads.said(room, post))
    const isMention = post.message.text.includes(`<@${workspace.app.user.id}>`)
    if (isMention && manifest.events.includes('app_mention'))
      await this.send({ ...payloads.said(room, post), type: 'app_mention' })
  }

  /** Whether the app took it the first time; where not, it comes again by itself. */
  async send(event: Thing): Promise<boolean> {
    const payload = this.#deps.payloads.event(event)
    const first = await this.#deps.delivery.deliver('events_api', payload)
    if (first.ok) return true
    void this.#again(payload, reasonOf(first))
    return false
  }

  async #again(payload: Thing, reason: Retry['reason']): Promise<void> {
    let why = reason
    for (const [index, ms] of RETRY_MS.entries()) {
      await this.#deps.after(ms, this.#stopping.signal).catch(() => {})
      if (this.#stopping.signal.aborted) return
      const answer = await this.#deps.delivery.deliver('events_api', payload, { attempt: index + 1, reason: why })
      if (answer.ok) return
      why = reasonOf(answer)
    }
  }

  /** Whether the app answers the challenge that Slack sends to a new address. */
  async verifyUrl(): Promise<boolean> {
    const challenge = randomUUID()
    const answer = await this.#deps.delivery.deliver('events_api', { token: '', type: 'url_verification', challenge })
    return answer.ok && (answer.body === challenge || thing(answer.body).challenge === challenge)
  }

  stop(): void {
    this.#stopping.abort()
  }
}

function reasonOf(answer: Exclude<Acknowledgement, { ok: true }>): Retry['reason'] {
  if (answer.failure === 'operation_timeout') return 'http_timeout'
  return answer.status === undefined ? 'connection_failed' : 'http_error'
}
