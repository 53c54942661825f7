import { randomBytes } from 'node:crypto'

/** For what a trigger was given: who acted, in which conversation and in which view. */
export interface Trigger {
  readonly person: string
  readonly room: string | undefined
  readonly view: string | undefined
}

const LIFE_MS = 3000

/** Trigger ids live three seconds and work once (Slack sheet, section 2.2). */
export class Triggers {
  readonly #now: () => number
  readonly #issued = new Map<string, { readonly trigger: Trigger; readonly until: number; isUsed: boolean }>()

  /** `now` is in UTC milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  issue(trigger: Trigger): string {
    const id = `${this.#issued.size + 1}.${this.#now()}.${randomBytes(16).toString('hex')}`
    this.#issued.set(id, { trigger, until: this.#now() + LIFE_MS, isUsed: false })
    return id
  }

  /** What it was given for, or Slack's word for why it does not work. */
  exchange(id: string): Trigger | 'invalid_trigger_id' | 'exchanged_trigger_id' | 'expired_trigger_id' {
    const issued = this.#issued.get(id)
    if (!issued) return 'invalid_trigger_id'
    if (issued.isUsed) return 'exchanged_trigger_id'
    if (this.#now() > issued.until) return 'expired_trigger_id'
    issued.isUsed = true
    return issued.trigger
  }
}
