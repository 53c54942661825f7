import type { TriageKind } from '../alerts/conversation.ts'
import type { Decision, LifecycleStatus } from '../lifecycle.ts'
import type { Mark } from '../suppression.ts'

/** What people enter of a contact. */
export const PROFILE_FIELDS = ['firstName', 'lastName', 'company', 'title'] as const

export type ProfileField = (typeof PROFILE_FIELDS)[number]

export type ProfileValues = { readonly [F in ProfileField]?: string | null }

/** One side of a change: of what it touches, and of nothing else. Kept as JSON, for as long as the history. */
export interface ChangeValues extends ProfileValues {
  readonly decision?: Decision | null
  readonly decidedAt?: number | null
  /** What the decision makes of the contact. */
  readonly status?: LifecycleStatus
  /** A Slack user id. */
  readonly owner?: string | null
  /** Whatever the contact wrote until then counts as answered. */
  readonly answeredUntil?: number | null
  /** Those that are there on this side and not on the other. */
  readonly tags?: readonly string[]
  /** The id of a note that is there on this side and not on the other. */
  readonly note?: number
  /** What somebody said of writing to the contact; null where nothing. */
  readonly stopped?: Mark | null
  /** What somebody made of an alert. */
  readonly triage?: TriageKind
  /** The day (`YYYY-MM-DD`) of a reminder. */
  readonly until?: string
  /** The import that somebody took back: about many contacts. */
  readonly undoneImport?: number
  /** Whom somebody was given as a file: about no one contact. */
  readonly exported?: { readonly text: string; readonly format: string; readonly contacts: number }
  /** How many messages that were given up somebody had sent again: about no one contact. */
  readonly sentAgain?: number
}

export interface Delta {
  readonly before: ChangeValues
  readonly after: ChangeValues
}

export type ChangeAction =
  | 'answered'
  | 'status'
  | 'assign'
  | 'tags'
  | 'note'
  | 'profile'
  | 'triage'
  | 'undo'
  | 'erase'
  | 'export'
  | 'send_again'

/** What people do to one contact, and can say that it was so already. */
export type ContactAction = Exclude<ChangeAction, 'triage' | 'undo' | 'erase' | 'export' | 'send_again'>

/** Times are UTC milliseconds. */
export interface Change extends Delta {
  readonly id: number
  readonly contactId: number
  readonly at: number
  /** A Slack user id. */
  readonly actor: string
  readonly action: ChangeAction
  /** The change that this one takes back. */
  readonly undoes: number | null
}

export const UNDO_MS = 10 * 60 * 1000

export function reversed({ before, after }: Delta): Delta {
  return { before: after, after: before }
}

export function tagKey(tag: string): string {
  return tag.toLowerCase()
}

/** A name for each thing that a change touches; two changes that share one are about the same. */
export function touched({ before, after }: Delta): ReadonlySet<string> {
  const both = { ...before, ...after }
  return new Set([
    ...PROFILE_FIELDS.filter((field) => field in both),
    ...('decision' in both ? ['decision'] : []),
    ...('owner' in both ? ['owner'] : []),
    ...('answeredUntil' in both ? ['answeredUntil'] : []),
    ...('stopped' in both ? ['stopped'] : []),
    ...('triage' in both ? ['triage'] : []),
    ...(both.note === undefined ? [] : [`note:${both.note}`]),
    ...[...(before.tags ?? []), ...(after.tags ?? [])].map((tag) => `tag:${tagKey(tag)}`),
  ])
}

/**
 * The newest of `later` that touches what `change` touches; one that was taken back, and what took
 * it back, leave things as they were and do not count.
 */
export function laterOn(change: Change, later: readonly Change[]): Change | undefined {
  const takenBack = new Set(later.flatMap(({ undoes }) => undoes ?? []))
  const ours = touched(change)
  return later
    .filter(({ id, undoes }) => id > change.id && !takenBack.has(id) && undoes === null)
    .filter((other) => !ours.isDisjointFrom(touched(other)))
    .reduce<Change | undefined>((newest, other) => (newest && newest.id > other.id ? newest : other), undefined)
}

/** `all` without the tags of `from`, and with those of `to`; each once, whatever its case. */
export function withTags(all: readonly string[], from: readonly string[], to: readonly string[]): string[] {
  const off = new Set(from.map(tagKey))
  const kept = all.filter((tag) => !off.has(tagKey(tag)))
  const there = new Set(kept.map(tagKey))
  return [...kept, ...to.filter((tag) => !there.has(tagKey(tag)))]
}
