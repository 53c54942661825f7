import { z } from 'zod'

import type { NewJob } from '../job.ts'
import type { ConversationRow } from '../store/alerts.ts'

/** Posts the message of a conversation, or shows in it what is new. */
export const ALERT_MESSAGE = 'alert_message'
/** Puts an event into the thread of its conversation. */
export const ALERT_ENTRY = 'alert_entry'
export const ALERT_ROLL_UP = 'alert_roll_up'
/** Takes the button away that takes back what somebody made of an alert. */
export const ALERT_UNDO_OVER = 'alert_undo_over'
export const ALERT_REMINDER = 'alert_reminder'
/** An event that is no alert of its own comes into the conversations that there are. */
export const ALERT_FOLLOW = 'alert_follow'

const Place = z.object({ channel: z.string(), ts: z.string() })

const Sending = z.object({ target: z.string(), key: z.string(), below: Place.nullable() })

/**
 * Where something is posted and by which key, which names nobody: by it Slack gives back what was posted
 * about somebody who is erased since, and of which the database knows nothing any more.
 */
export type Sending = Readonly<z.infer<typeof Sending>>

const Shown = z.object({
  id: z.int().positive(),
  revision: z.int().positive(),
  /** False where another job posts, and this one only changes what is there. */
  posts: z.boolean(),
  /** Where the message was not known to be there yet. */
  sending: Sending.optional(),
})

/** A conversation or a roll-up, and what it has to show at the least. */
export type ShownOrder = Readonly<z.infer<typeof Shown>>

const Entry = z.object({
  conversation: z.int().positive(),
  kind: z.string(),
  provider: z.string(),
  id: z.string(),
  isBroadcast: z.boolean(),
  sending: Sending.optional(),
})

export type EntryOrder = Readonly<z.infer<typeof Entry>>

const OfChange = z.object({ conversation: z.int().positive(), change: z.int().positive() })

/** A conversation, and what somebody made of it. */
export type ChangeOrder = Readonly<z.infer<typeof OfChange>>

const Reminding = OfChange.extend({
  /** The conversation about the same contact that it is said in, where the place of its own takes no messages. */
  elsewhere: z.int().positive().optional(),
  sending: Sending.optional(),
})

export type ReminderOrder = Readonly<z.infer<typeof Reminding>>

const Event = z.object({ provider: z.string(), id: z.string() })

export const readShownOrder = (payload: unknown): ShownOrder => Shown.parse(payload)
export const readEntryOrder = (payload: unknown): EntryOrder => Entry.parse(payload)
export const readChangeOrder = (payload: unknown): ChangeOrder => OfChange.parse(payload)
export const readReminderOrder = (payload: unknown): ReminderOrder => Reminding.parse(payload)
export const readEventOrder = (payload: unknown) => Event.parse(payload)

/** So that many who act within a moment are one change of the message. */
const TOGETHER_MS = 2000

interface Due {
  /** UTC milliseconds. */
  readonly runAt: number
}

interface Placed {
  readonly id: number
  readonly target: string
  readonly revision: number
}

/** What comes into one place comes in order, and where Slack takes nothing there one of them at a time is tried. */
function inOrder(target: string): string {
  return `alert_to:${target}`
}

type Addressed = Pick<ConversationRow, 'id' | 'target' | 'openedAt'>

/** Names the message of a conversation: the same whenever it is posted, also where it turned out to be about somebody else. */
export function messageKey({ id, target, openedAt }: Addressed): string {
  return `alert:${target}:${id}:${openedAt}`
}

/** Undefined where nothing is there yet. */
export function placeOf({ channel, ts }: Pick<ConversationRow, 'channel' | 'ts'>): z.infer<typeof Place> | undefined {
  return channel !== null && ts !== null ? { channel, ts } : undefined
}

export function messageJob(conversation: ConversationRow, { runAt }: Due): NewJob {
  const { id, target, revision } = conversation
  const sending = { target, key: messageKey(conversation), below: null }
  return {
    id: `${ALERT_MESSAGE}:${id}:${revision}`,
    kind: ALERT_MESSAGE,
    payload: { id, revision, posts: true, ...(placeOf(conversation) ? {} : { sending }) } satisfies ShownOrder,
    key: inOrder(target),
    runAt,
  }
}

export function rollUpJob({ id, target, revision }: Placed, { runAt }: Due): NewJob {
  return {
    id: `${ALERT_ROLL_UP}:${id}:${revision}`,
    kind: ALERT_ROLL_UP,
    payload: { id, revision, posts: true } satisfies ShownOrder,
    key: inOrder(target),
    runAt: revision === 1 ? runAt : runAt + TOGETHER_MS,
  }
}

/** Shows in a message that is there what somebody did, which may have been shown at once. */
export function refreshJob(kind: typeof ALERT_MESSAGE | typeof ALERT_ROLL_UP, { id, revision }: Placed, now: number) {
  const payload: ShownOrder = { id, revision, posts: false }
  return { id: `${kind}:${id}:${revision}`, kind, payload, key: null, runAt: now + TOGETHER_MS } satisfies NewJob
}

/** Names an entry and its job. */
export function entryKey(target: string, { kind, provider, id }: Pick<EntryOrder, 'kind' | 'provider' | 'id'>): string {
  return `${ALERT_ENTRY}:${target}:${kind}:${provider}:${id}`
}

export function entryJob(conversation: ConversationRow, order: EntryOrder, { runAt }: Due): NewJob {
  const { target } = conversation
  const key = entryKey(target, order)
  return {
    id: key,
    kind: ALERT_ENTRY,
    payload: { ...order, sending: { target, key, below: placeOf(conversation) ?? null } } satisfies EntryOrder,
    key: inOrder(target),
    runAt,
  }
}

export function undoOverJob(order: ChangeOrder, { runAt }: Due): NewJob {
  const { conversation, change } = order
  return {
    ...{ id: `${ALERT_UNDO_OVER}:${conversation}:${change}`, kind: ALERT_UNDO_OVER, payload: order },
    ...{ key: null, runAt },
  }
}

export function reminderJob(
  order: Omit<ReminderOrder, 'sending'>,
  { target, below }: Pick<Sending, 'target' | 'below'>,
  { runAt }: Due,
): NewJob {
  const isElsewhere = order.elsewhere !== undefined
  const id = `${ALERT_REMINDER}:${order.change}${isElsewhere ? `:${target}` : ''}`
  const payload: ReminderOrder = { ...order, sending: { target, key: id, below } }
  // Elsewhere behind the message that it goes below, which may not be there yet.
  return { id, kind: ALERT_REMINDER, payload, key: isElsewhere ? inOrder(target) : null, runAt }
}

/** In order with the alerts about the same person. */
export function followJob(event: { readonly provider: string; readonly id: string }, emailKey: string): NewJob {
  const { provider, id } = event
  return {
    ...{ id: `${ALERT_FOLLOW}:${provider}:${id}`, kind: ALERT_FOLLOW, payload: { provider, id } },
    ...{ key: `alert:${emailKey}`, runAt: 0 },
  }
}
