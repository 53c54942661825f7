import type { ContactState } from './contact.ts'
import type { Tally } from './event.ts'
import { suppressionOf } from './suppression.ts'

/** What people write to us. An automatic reply is nobody waiting, and an open or a click asks for nothing. */
export const WRITTEN = ['replied', 'inbound'] as const satisfies readonly Tally[]

/**
 * What answers them, whatever it was about: a newsletter cannot be told from a letter. `queued` and
 * `delivered` answer nothing, since they may be of a mail that was on its way when they wrote.
 */
const ANSWERS = ['sent', 'call_completed', 'demo_attended'] as const satisfies readonly Tally[]

/**
 * Since when somebody waits for an answer: the moment of their last words, or null where nobody waits.
 *
 * - They wrote, and nothing that answers happened later. What has the same time came before, as times
 *   may be no finer than a day.
 * - Nobody said that these words, or later ones, are answered (`answeredUntil`).
 * - They may be written to, and nobody gave them up: neither suppressed nor disqualified.
 *
 * It reads nothing but last moments and decisions, so the order of arrival does not matter.
 */
export function waitingSince(contact: ContactState): number | null {
  const { counters, answeredUntil, decision, suppression } = contact
  const written = lastOf(counters, WRITTEN)
  if (written === null || decision === 'disqualified') return null
  const answered = lastOf(counters, ANSWERS)
  if (answered !== null && answered > written) return null
  if (answeredUntil !== null && answeredUntil >= written) return null
  return suppressionOf(suppression) ? null : written
}

function lastOf(counters: ContactState['counters'], tallies: readonly Tally[]): number | null {
  let last: number | null = null
  for (const tally of tallies) {
    const at = counters[tally]?.last
    if (at !== undefined && (last === null || at > last)) last = at
  }
  return last
}
