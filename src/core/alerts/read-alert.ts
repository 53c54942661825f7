import { statusOf } from '../contact.ts'
import { type Campaign, type EventType, type Tally, tallyOf } from '../event.ts'
import type { LifecycleStatus } from '../lifecycle.ts'
import { POINTS, scoreAt } from '../score.ts'
import { shown } from '../shown.ts'
import {
  type ConversationRow,
  conversationById,
  eventsFrom,
  type RollUpRow,
  rollUpById,
  rowsOfRollUp,
  type ToldEvent,
  toldEvents,
} from '../store/alerts.ts'
import { type ContactRow, contactsById } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { campaignOf } from '../store/events.ts'
import { type Suppression, suppressionOf } from '../suppression.ts'
import type { AlertEventKind, Triage } from './conversation.ts'
import { messageKey } from './jobs.ts'

/** Whom an alert is about, as the line says that stands in it. */
export interface AlertContact {
  readonly id: number
  readonly email: string
  readonly firstName: string | null
  readonly lastName: string | null
  readonly company: string | null
  readonly title: string | null
  readonly status: LifecycleStatus
  readonly score: number
  /** A Slack user id. */
  readonly owner: string | null
  readonly suppression: Suppression | null
}

export interface AlertEvent {
  readonly kind: AlertEventKind
  readonly type: EventType
  /** UTC milliseconds. */
  readonly occurredAt: number
  readonly campaign: Campaign | null
  readonly subject: string | null
  /** Their own words, without what they quote; null where the mail tool did not send them. */
  readonly excerpt: string | null
  readonly url: string | null
  /** The score that it rose to, or the days without a sign before it. */
  readonly figure: number | null
}

/** What people see of a conversation. */
export interface Alert {
  readonly conversation: number
  readonly contact: AlertContact
  /** The latest reply; where there is none, the latest reason for an alert. */
  readonly lead: AlertEvent
  /** What else the contact did since the conversation began. */
  readonly also: readonly { readonly tally: Tally; readonly count: number }[]
  readonly triage: Triage | null
}

/** An alert and where it stands. */
export interface PlacedAlert extends Alert {
  readonly row: ConversationRow
  /** Names the message: the same whenever it is posted. */
  readonly key: string
}

/** Undefined where the conversation is gone with its contact. */
export async function readAlert(database: Database, id: number, now: number): Promise<PlacedAlert | undefined> {
  const row = await conversationById(database, id)
  const [alert] = row ? await alertsOf(database, [row], now) : []
  return alert
}

export interface PlacedRollUp {
  readonly row: RollUpRow
  readonly alerts: readonly Alert[]
}

export async function readRollUp(database: Database, id: number, now: number): Promise<PlacedRollUp | undefined> {
  const row = await rollUpById(database, id)
  return row && { row, alerts: await alertsOf(database, await rowsOfRollUp(database, id), now) }
}

async function alertsOf(database: Database, rows: readonly ConversationRow[], now: number): Promise<PlacedAlert[]> {
  const told = await toldEvents(
    database,
    rows.map(({ id }) => id),
  )
  const people = await contactsById(
    database,
    rows.map(({ contactId }) => contactId),
  )
  const alerts: PlacedAlert[] = []
  for (const row of rows) {
    const contact = people.find(({ id }) => id === row.contactId)
    const own = told.filter(({ conversationId }) => conversationId === row.id)
    const [first] = own
    const lead = leadOf(own)
    if (!contact || !first || !lead) continue
    alerts.push({
      row,
      key: messageKey(row),
      conversation: row.id,
      contact: alertContact(contact, now),
      lead: alertEventOf(lead),
      also: await whatCame(database, row, first, lead),
      triage: row.triage,
    })
  }
  return alerts
}

export function leadOf(told: readonly ToldEvent[]): ToldEvent | undefined {
  return (
    told.findLast(({ kind }) => kind === 'replied') ?? told.findLast(({ kind }) => kind !== 'followed') ?? told.at(-1)
  )
}

export function alertEventOf({ kind, figure, event }: ToldEvent): AlertEvent {
  const { type, occurredAt, detail } = event
  const { subject = null, excerpt = null } = detail?.reply ?? {}
  return { kind, type, occurredAt, campaign: campaignOf(event), subject, excerpt, url: detail?.url ?? null, figure }
}

function alertContact(row: ContactRow, now: number): AlertContact {
  const { id, email, owner } = row
  const suppression = suppressionOf(row.suppression)
  return { id, email, owner, suppression, ...shown(row, now), status: statusOf(row), score: scoreAt(row.heat, now) }
}

/** What people did, and what they want no more: those that are worth points, or end something. */
const TOLD = new Set<Tally>([
  ...Object.keys(POINTS).filter((tally): tally is Tally => tally in POINTS),
  'inbound',
  'unsubscribed',
  'complained',
  'bounced',
])

async function whatCame(
  database: Database,
  { contactId }: ConversationRow,
  first: ToldEvent,
  lead: ToldEvent,
): Promise<Alert['also']> {
  const counts = new Map<Tally, number>()
  for (const event of await eventsFrom(database, contactId, first.event.occurredAt)) {
    const tally = tallyOf(event)
    if (TOLD.has(tally)) counts.set(tally, (counts.get(tally) ?? 0) + 1)
  }
  const told = tallyOf(lead.event)
  counts.set(told, (counts.get(told) ?? 1) - 1)
  return [...counts].filter(([, count]) => count > 0).map(([tally, count]) => ({ tally, count }))
}
