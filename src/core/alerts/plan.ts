import { campaignKey, tallyOf } from '../event.ts'
import { POINTS, scoreAt } from '../score.ts'
import {
  alertEvent,
  type ConversationRow,
  conversationsSince,
  eventsBefore,
  holdTarget,
  insertAlertEvent,
  insertConversation,
  insertRollUp,
  isTold,
  latestConversation,
  latestRollUp,
  openedSince,
  reviseConversation,
  reviseRollUp,
  rollUpsAbout,
  toldSince,
} from '../store/alerts.ts'
import { type ContactRow, contactById, holdContactsById } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { campaignOf, type EventRow, eventByKey } from '../store/events.ts'
import { enqueue } from '../store/jobs.ts'
import {
  type AlertEventKind,
  BURST_MS,
  isBroadcast,
  isLive,
  LIVES_MS,
  MOST_ALONE,
  MOST_IN_A_ROLL_UP,
} from './conversation.ts'
import { ALERT_ROLL_UP, entryJob, messageJob, refreshJob, rollUpJob } from './jobs.ts'
import type { AlertSettings } from './settings.ts'
import type { AlertOrder } from './triggers.ts'

export interface PlanDeps extends AlertSettings {
  readonly database: Database
  /** UTC milliseconds. */
  readonly now: () => number
}

/**
 * Gives an alert its place wherever it goes: in the conversation that is there about the same contact,
 * in a new one, or in a roll-up of many. What has its place is left alone, and so is what was erased.
 */
export async function planAlert({ database, targetsOf, notBefore, now }: PlanDeps, order: AlertOrder): Promise<void> {
  const at = now()
  const found = await eventAndContact(database, order)
  if (!found) return
  const { event, contact } = found
  const about = { campaign: campaignKey(campaignOf(event)) || null, tags: contact.tags, owner: contact.owner }
  // The order in which they are held, so that two who plan never wait for one another.
  const targets = (await targetsOf(order.kind, about)).map(({ to }) => to).sort()
  const due = await Promise.all(targets.map((to) => notBefore(to, at)))
  await database.transaction(async (tx) => {
    if ((await holdContactsById(tx, [contact.id])).length === 0) return
    const figure = await figureOf(tx, order, found, at)
    for (const [n, target] of targets.entries()) {
      await holdTarget(tx, target, at)
      await place(tx, { ...order, figure, target, contactId: contact.id, at, runAt: Math.max(due[n] ?? at, at) })
    }
  })
}

/** An event that is no alert of its own is told where there is a conversation with its contact. */
export async function planFollowing(
  { database, notBefore, now }: PlanDeps,
  key: { readonly provider: string; readonly id: string },
): Promise<void> {
  const at = now()
  const found = await eventAndContact(database, key)
  if (!found) return
  const { contact, event } = found
  // A reply goes on with a conversation also where rules would not send it, or replies tell nobody.
  const kind = event.type === 'replied' ? 'replied' : 'followed'
  const live = await liveConversations(database, contact.id, at)
  const due = new Map<string, number>()
  for (const { target } of live) due.set(target, Math.max(await notBefore(target, at), at))
  await database.transaction(async (tx) => {
    if ((await holdContactsById(tx, [contact.id])).length === 0) return
    for (const conversation of await liveConversations(tx, contact.id, at)) {
      const { target } = conversation
      const runAt = due.get(target) ?? at
      const placing = { ...key, kind, figure: null, target, contactId: contact.id, at, runAt } as const
      if (await isTold(tx, { target, provider: key.provider, eventId: key.id })) continue
      await goOn(tx, conversation, placing)
    }
  })
}

async function liveConversations(database: Database, contactId: number, now: number): Promise<ConversationRow[]> {
  const latest = new Map<string, ConversationRow>()
  for (const row of await conversationsSince(database, contactId, now - LIVES_MS)) latest.set(row.target, row)
  return [...latest.values()].filter((row) => isLiveRow(row, now))
}

function isLiveRow({ lastAt, rollUpId }: ConversationRow, now: number): boolean {
  return isLive({ lastAt, isInRollUp: rollUpId !== null }, now)
}

interface Found {
  readonly event: EventRow
  readonly contact: ContactRow
}

async function eventAndContact(
  database: Database,
  key: { readonly provider: string; readonly id: string },
): Promise<Found | undefined> {
  const event = await eventByKey(database, key)
  const contact = event && (await contactById(database, event.contactId))
  return contact && { event, contact }
}

const DAY_MS = 24 * 60 * 60 * 1000

/** What an alert is about, as it was when it was planned: a score fades, and further events come. */
async function figureOf(tx: Database, { kind }: AlertOrder, { event, contact }: Found, now: number) {
  switch (kind) {
    case 'hot':
      return scoreAt(contact.heat, now)
    case 'reopened': {
      const before = await eventsBefore(tx, contact.id, event.occurredAt)
      const last = before.find((earlier) => POINTS[tallyOf(earlier)] !== undefined)
      return last ? Math.floor((event.occurredAt - last.occurredAt) / DAY_MS) : null
    }
    case 'replied':
    case 'unsubscribed':
    case 'complained':
      return null
  }
}

interface Placing {
  readonly kind: AlertEventKind
  readonly provider: string
  readonly id: string
  readonly figure: number | null
  readonly target: string
  readonly contactId: number
  readonly at: number
  /** When it may be told there, UTC milliseconds. */
  readonly runAt: number
}

async function place(tx: Database, placing: Placing): Promise<void> {
  const { target, contactId, at } = placing
  if (await isPlaced(tx, placing)) return
  const before = await latestConversation(tx, contactId, target)
  if (before && isLiveRow(before, at)) await goOn(tx, before, placing)
  else await begin(tx, placing)
}

async function isPlaced(tx: Database, { target, kind, provider, id }: Placing): Promise<boolean> {
  return (await alertEvent(tx, { target, kind, provider, eventId: id })) !== undefined
}

async function begin(tx: Database, placing: Placing): Promise<void> {
  const { target, contactId, at, runAt } = placing
  const rollUpId = await rollUpFor(tx, target, runAt)
  const conversation = await insertConversation(tx, { contactId, target, rollUpId, openedAt: runAt, lastAt: at })
  await keep(tx, conversation, placing)
  const job =
    rollUpId === null ? messageJob(conversation, { runAt }) : rollUpJob(await reviseRollUp(tx, rollUpId), { runAt })
  await enqueue(tx, [job], at)
}

/** The roll-up that a new conversation goes into, or null where it has a message of its own. */
async function rollUpFor(tx: Database, target: string, openedAt: number): Promise<number | null> {
  const since = openedAt - BURST_MS
  if ((await openedSince(tx, target, since)) < MOST_ALONE) return null
  const latest = await latestRollUp(tx, target, since)
  return (latest && latest.rows < MOST_IN_A_ROLL_UP ? latest.rollUp : await insertRollUp(tx, target, openedAt)).id
}

async function goOn(tx: Database, before: ConversationRow, placing: Placing): Promise<void> {
  const { kind, provider, id, at, runAt } = placing
  const { triage, rollUpId } = before
  // Who writes again is to be looked at again, whatever somebody made of it before.
  const reopened = kind === 'replied' && triage && !triage.isOver ? { triage: { ...triage, isOver: true } } : {}
  const conversation = await reviseConversation(tx, before.id, { lastAt: at, ...reopened })
  await keep(tx, conversation, placing)
  if (rollUpId !== null) return await enqueue(tx, [rollUpJob(await reviseRollUp(tx, rollUpId), { runAt })], at)
  const order = { conversation: before.id, kind, provider, id, isBroadcast: isBroadcast(kind, before.lastAt, at) }
  // Many at once are counted in the message, and not told one by one.
  const isOneOfMany = kind === 'followed' && (await toldSince(tx, before.id, at - BURST_MS)) > MOST_ALONE
  const entry = isOneOfMany ? [] : [entryJob(conversation, order, { runAt })]
  await enqueue(tx, [messageJob(conversation, { runAt }), ...entry], at)
}

async function keep(tx: Database, { id: conversationId }: ConversationRow, placing: Placing): Promise<void> {
  const { target, kind, provider, id: eventId, at, figure } = placing
  await insertAlertEvent(tx, { target, kind, provider, eventId, conversationId, at, figure })
}

/** In the transaction that erases a contact: the roll-ups are shown anew, without that one. */
export async function leaveRollUps(tx: Database, contactId: number, now: number): Promise<void> {
  for (const id of await rollUpsAbout(tx, contactId)) {
    await enqueue(tx, [refreshJob(ALERT_ROLL_UP, await reviseRollUp(tx, id), now)], now)
  }
}
