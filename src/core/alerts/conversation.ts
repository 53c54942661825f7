import type { ContactAlertKind } from './kinds.ts'

/** Why an event stands in a conversation: it is worth an alert, or it came while one was there. */
export type AlertEventKind = ContactAlertKind | 'followed'

/** What people can make of an alert. */
export const TRIAGES = ['interested', 'later', 'not_interested', 'wrong_person', 'unsubscribe'] as const

export type TriageKind = (typeof TRIAGES)[number]

/** What somebody made of it. Kept as JSON. */
export interface Triage {
  readonly kind: TriageKind
  /** A Slack user id. */
  readonly by: string
  /** UTC milliseconds. */
  readonly at: number
  /** Its line in the history. */
  readonly change: number
  /** The day (`YYYY-MM-DD`) of the reminder, where it is for later. */
  readonly until: string | null
  /** They wrote again, or the day has come: somebody is to look again. */
  readonly isOver: boolean
}

/** For so long the alert itself offers to take back what somebody made of it. */
export const UNDO_IN_ALERT_MS = 30_000

export function isOpen(triage: Triage | null): boolean {
  return triage === null || triage.isOver
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** A conversation that is silent for longer has ended: what comes then is another. */
export const LIVES_MS = 14 * DAY_MS
/** Who writes after such a silence is heard in the channel, too, and not in the thread alone. */
export const SILENCE_MS = 3 * DAY_MS

/** Above so many new conversations in such a time, further ones share a message. */
export const MOST_ALONE = 10
export const BURST_MS = 5 * MINUTE_MS
export const MOST_IN_A_ROLL_UP = 40

export interface Standing {
  /** When it was last told something, UTC milliseconds. */
  readonly lastAt: number
  readonly isInRollUp: boolean
}

/** Nobody sees that a row of an old roll-up changes, so its conversation ends sooner. */
export function isLive({ lastAt, isInRollUp }: Standing, now: number): boolean {
  return now - lastAt <= (isInRollUp ? SILENCE_MS : LIVES_MS)
}

export function isBroadcast(kind: AlertEventKind, lastAt: number, now: number): boolean {
  return kind === 'replied' && now - lastAt > SILENCE_MS
}
