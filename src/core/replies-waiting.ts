import { UNDO_MS } from './changes/change.ts'
import { shown } from './shown.ts'
import { latestAnswered, undoneAmong } from './store/changes.ts'
import { type ContactRow, contactsById, contactsWaiting, countWaiting } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { unansweredWords } from './store/events.ts'

/** Somebody who wrote and has no answer. Times are UTC milliseconds. */
export interface WaitingReply {
  readonly id: number
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  /** A Slack user id. */
  readonly owner: string | null
  /** When they wrote last. */
  readonly since: number
  readonly subject: string | null
  /** Their own words; null where the mail tool did not send them. */
  readonly excerpt: string | null
}

export interface RepliesWaiting {
  /**
   * The longest waiting first: the latest reply has just been seen in an alert, and the one that is
   * forgotten is the one that scrolled away.
   */
  readonly replies: readonly WaitingReply[]
  /** Of the same weeks, and of all times; counted no further than `MOST_COUNTED`. */
  readonly recent: number
  readonly total: number
}

/** After this nobody waits any more who has not written again; without it, old replies would cover all others for ever. */
export const FORGOTTEN_DAYS = 30

export const MOST_COUNTED = 1000

const DAY_MS = 24 * 60 * 60 * 1000

export async function repliesWaiting(database: Database, limit: number, now: number): Promise<RepliesWaiting> {
  const from = now - FORGOTTEN_DAYS * DAY_MS
  const rows = await contactsWaiting(database, from, limit)
  const words = await unansweredWords(
    database,
    rows.map(({ id }) => id),
  )
  const wordsOf = new Map(words.map(({ contactId, detail }) => [contactId, detail?.reply]))
  return {
    replies: rows.flatMap((row) => {
      const { id, email, owner, waitingSince: since } = row
      const { subject = null, excerpt = null } = wordsOf.get(id) ?? {}
      return since === null ? [] : [{ id, email, owner, since, ...shown(row, now), subject, excerpt }]
    }),
    recent: await countWaiting(database, from, MOST_COUNTED),
    total: await countWaiting(database, 0, MOST_COUNTED),
  }
}

/** A reply that somebody has just marked as answered, while that can be taken back. */
export interface JustAnswered extends Pick<ContactRow, 'id' | 'email' | 'firstName' | 'lastName'> {
  readonly change: number
}

/** What `actor` (a Slack user id) marked as answered and can still take back, newest first. */
export async function justAnswered(
  database: Database,
  actor: string,
  limit: number,
  now: number,
): Promise<readonly JustAnswered[]> {
  const changes = (await latestAnswered(database, actor, limit)).filter(({ at }) => now - at <= UNDO_MS)
  if (changes.length === 0) return []
  const undone = await undoneAmong(
    database,
    changes.map(({ id }) => id),
  )
  const people = await contactsById(
    database,
    changes.map(({ contactId }) => contactId),
  )
  const rowOf = new Map(people.map((row) => [row.id, row]))
  return changes.flatMap(({ id: change, contactId }) => {
    const row = rowOf.get(contactId)
    if (!row || undone.has(change)) return []
    const { firstName, lastName } = shown(row, now)
    return [{ change, id: row.id, email: row.email, firstName, lastName }]
  })
}
