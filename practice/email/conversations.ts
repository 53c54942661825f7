import { randomUUID } from 'node:crypto'

import type { Campaign } from './campaigns.ts'
import type { Happening, Person, SentMail } from './tool.ts'

/** What one tool has told of its last mail to one person. */
export interface Conversation {
  readonly mail: SentMail
  readonly told: Set<Happening>
}

/** Happenings that begin a mail's life, in the order in which they come. */
const BEGINNINGS: readonly Happening[] = ['sent', 'delivered']

/** Which mail an event is about, so that opens, clicks and answers belong to a mail that was sent. */
export class Conversations {
  readonly #last = new Map<string, Conversation>()

  last(tool: string, email: string): Conversation | undefined {
    return this.#last.get(keyOf(tool, email))
  }

  remember(tool: string, mail: SentMail, told: readonly Happening[]): void {
    this.#last.set(keyOf(tool, mail.to.email), { mail, told: new Set(told) })
  }

  /** The conversation that `happening` belongs to at `now` (UTC milliseconds): the last one, or one that it begins. */
  continue(
    { id: tool, campaign }: { readonly id: string; readonly campaign: Campaign },
    to: Person,
    happening: Happening,
    now: number,
  ): Conversation {
    const last = this.last(tool, to.email)
    if (last && !isNextMail(last, happening)) return last
    const mail: SentMail = {
      id: randomUUID(),
      to,
      campaign: last?.mail.campaign ?? campaign,
      step: (last?.mail.step ?? 0) + 1,
      sentAt: now,
    }
    const conversation = { mail, told: new Set<Happening>() }
    this.#last.set(keyOf(tool, to.email), conversation)
    return conversation
  }
}

/** Nothing is sent or delivered twice: what says so again is said of the next mail. */
function isNextMail({ told }: Conversation, happening: Happening): boolean {
  const stage = BEGINNINGS.indexOf(happening)
  return stage >= 0 && BEGINNINGS.slice(stage).some((later) => told.has(later))
}

function keyOf(tool: string, email: string): string {
  return `${tool}/${email.toLowerCase()}`
}
