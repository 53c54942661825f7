import type { ChangeValues, Delta } from '../changes/change.ts'
import { tagKey } from '../changes/change.ts'
import { type ChangeOptions, change, type Held } from '../changes/change-contact.ts'
import { statusOf } from '../contact.ts'
import type { Decision } from '../lifecycle.ts'
import { conversationById, conversationsSince } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import { enqueue } from '../store/jobs.ts'
import { waitingSince } from '../waiting.ts'
import { isOpen, LIVES_MS, type Triage, type TriageKind } from './conversation.ts'
import { reminderJob } from './jobs.ts'
import { belowOf } from './reminder.ts'
import { show } from './reopen.ts'

export type TriageOrder =
  | { readonly kind: Exclude<TriageKind, 'later'> }
  | {
      readonly kind: 'later'
      /** The day (`YYYY-MM-DD`), and when on it somebody is reminded, UTC milliseconds. */
      readonly until: string
      readonly remindAt: number
    }

export type TriageOutcome =
  | { readonly kind: 'done'; readonly triage: Triage }
  /** Somebody was first, perhaps the same person. */
  | { readonly kind: 'taken'; readonly triage: Triage }
  | { readonly kind: 'gone' }

export const TAG_INTERESTED = 'interested'
export const TAG_WRONG_PERSON = 'wrong-person'

/**
 * What somebody makes of an alert, in one change of the contact that can be taken back as one. All
 * conversations about the contact show it, wherever they are. Of two people the first one decides.
 */
export async function triage(
  database: Database,
  conversationId: number,
  order: TriageOrder,
  options: ChangeOptions,
): Promise<TriageOutcome> {
  const { by, now } = options
  return await database.transaction(async (tx) => {
    const asked = await conversationById(tx, conversationId)
    if (!asked) return { kind: 'gone' }
    let taken: Triage | null = null
    const outcome = await change(tx, asked.contactId, 'triage', options, async (_tx, held) => {
      // Read again now that the contact is held, and nobody else decides.
      taken = (await conversationById(tx, conversationId))?.triage ?? null
      return isOpen(taken) ? deltaOf(order, held, options) : undefined
    })
    if (outcome.kind === 'gone') return outcome
    if (outcome.kind === 'same') return taken ? { kind: 'taken', triage: taken } : { kind: 'gone' }
    const until = order.kind === 'later' ? order.until : null
    const made: Triage = { kind: order.kind, by, at: now, change: outcome.change.id, until, isOver: false }
    const live = await conversationsSince(tx, asked.contactId, now - LIVES_MS)
    const ids = new Set([conversationId, ...live.map(({ id }) => id)])
    for (const id of ids) await show(tx, id, made, now)
    if (order.kind === 'later') {
      const sending = { target: asked.target, below: await belowOf(tx, asked) }
      const of = { conversation: conversationId, change: made.change }
      await enqueue(tx, [reminderJob(of, sending, { runAt: order.remindAt })], now)
    }
    return { kind: 'done', triage: made }
  })
}

/** Everything that it changes, and nothing that is so already. */
function deltaOf(order: TriageOrder, held: Held, options: ChangeOptions): Delta {
  const parts = partsOf(order, held, options)
  return {
    before: Object.assign({}, ...parts.map(({ before }) => before)),
    after: Object.assign({ triage: order.kind }, ...parts.map(({ after }) => after)),
  }
}

function partsOf(order: TriageOrder, held: Held, { by, now }: ChangeOptions): readonly Delta[] {
  switch (order.kind) {
    case 'interested':
      return [
        ...tagged(TAG_INTERESTED, held),
        ...(held.row.owner === null ? [{ before: { owner: null }, after: { owner: by } }] : []),
        ...(held.state.decision === 'disqualified' ? decided(null, held, now) : []),
      ]
    case 'later': {
      const since = waitingSince(held.state)
      const { answeredUntil } = held.state
      const answered = since === null ? [] : [{ before: { answeredUntil }, after: { answeredUntil: since } }]
      return [{ before: {}, after: { until: order.until } }, ...answered]
    }
    case 'not_interested':
      return decided('disqualified', held, now)
    case 'wrong_person':
      return [...tagged(TAG_WRONG_PERSON, held), ...decided('disqualified', held, now)]
    case 'unsubscribe': {
      const stopped = held.row.suppression.stopped ?? null
      return [{ before: { stopped }, after: { stopped: { at: now, event: `person:${by}` } } }]
    }
  }
}

function tagged(tag: string, { row }: Held): Delta[] {
  const isThere = row.tags.some((other) => tagKey(other) === tagKey(tag))
  return isThere ? [] : [{ before: { tags: [] }, after: { tags: [tag] } }]
}

function decided(decision: Decision | null, { state }: Held, decidedAt: number): Delta[] {
  if (state.decision === decision) return []
  const after: ChangeValues = { decision, decidedAt, status: statusOf({ ...state, decision, decidedAt }) }
  return [{ before: { decision: state.decision, decidedAt: state.decidedAt, status: statusOf(state) }, after }]
}
