import type { ChangeOptions } from '../changes/change-contact.ts'
import { type Undoing, undo } from '../changes/change-contact.ts'
import { rememberPost } from '../erasure/posts.ts'
import { LocalClock } from '../local-clock.ts'
import {
  alertEvent,
  conversationById,
  markEntered,
  markRollUpShown,
  markShown,
  type Shown,
  toldElsewhere,
  toldEvents,
  toldNowhere,
} from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import type { PostRow } from '../store/erasure.ts'
import { enqueue } from '../store/jobs.ts'
import { createDayOf } from '../time.ts'
import type { TriageKind } from './conversation.ts'
import { LIVES_MS, UNDO_IN_ALERT_MS } from './conversation.ts'
import { type ChangeOrder, type EntryOrder, entryKey, type ReminderOrder, reminderJob } from './jobs.ts'
import { planAlert, planFollowing } from './plan.ts'
import {
  type Alert,
  type AlertEvent,
  alertEventOf,
  leadOf,
  type PlacedAlert,
  type PlacedRollUp,
  readAlert,
  readRollUp,
} from './read-alert.ts'
import { isReminderDay, remindAt, zoneOr } from './remind-at.ts'
import { belowOf, type Reminder, readReminder, reminded } from './reminder.ts'
import { revise } from './reopen.ts'
import type { AlertSettings } from './settings.ts'
import { type TriageOutcome, triage } from './triage.ts'
import { type AlertOrder, readAlertOrder } from './triggers.ts'

/** Something that happened in a conversation, on its way into the thread. */
export interface Entry {
  readonly alert: Alert
  readonly event: AlertEvent
  /** The message that it goes below, and the channel or the person to whom that was sent. */
  readonly below: { readonly channel: string; readonly ts: string }
  readonly target: string
  readonly key: string
}

type ToldEventKey = Pick<EntryOrder, 'conversation' | 'kind' | 'provider' | 'id'>

/** Alerts as living messages: what they tell, what people make of them, and where they stand. */
export interface Alerts {
  plan(order: AlertOrder): Promise<void>
  follow(event: { readonly provider: string; readonly id: string }): Promise<void>
  read(conversation: number): Promise<PlacedAlert | undefined>
  readRollUp(id: number): Promise<PlacedRollUp | undefined>
  /** Undefined where it is there already, or there is nothing that it could go below. */
  readEntry(order: EntryOrder): Promise<Entry | undefined>
  /**
   * `target` takes no messages: what waits for it and is told nowhere else, or that event alone, is planned
   * for wherever alerts go now. False where that is nowhere else.
   */
  planElsewhere(target: string, event?: ToldEventKey): Promise<boolean>
  /** Whether the conversation went with its contact. */
  isGone(conversation: number): Promise<boolean>
  /** The message of a conversation, as it stands in Slack since now. */
  shown(alert: PlacedAlert, shown: Shown): Promise<void>
  rollUpShown(id: number, shown: Shown): Promise<void>
  entered(entry: Entry, order: EntryOrder, post: Place): Promise<void>
  triage(conversation: number, kind: Exclude<TriageKind, 'later'>, by: string): Promise<TriageOutcome>
  /**
   * Until nine in the morning of `day`, in the time zone of whoever asks where that is known; undefined
   * where nobody can be reminded on that day.
   */
  later(conversation: number, day: string, by: string, timeZone: string | null): Promise<TriageOutcome | undefined>
  /** The local day of now, and of whoever asks where that is known. */
  today(timeZone: string | null): string
  undo(change: number, by: string): Promise<Undoing>
  /** The button that takes a triage back goes: what is to be shown then. False where there is nothing of it. */
  undoOver(order: ChangeOrder): Promise<boolean>
  readReminder(order: Omit<ReminderOrder, 'sending'>): Promise<Reminder | undefined>
  /**
   * `target` takes no messages: what somebody is to be reminded of is told wherever alerts go now, and the
   * reminder queued for there. False where that is nowhere else.
   */
  remindElsewhere(order: ChangeOrder, target: string): Promise<boolean>
  reminded(order: ChangeOrder, reminder: Reminder, post: Place | undefined): Promise<void>
  /** Whether the message still offers to take back what somebody made of it. */
  offersUndo(alert: Alert): boolean
  /** The roll-up in which a conversation is a row. */
  rollUpOf(conversation: number): Promise<number | null>
}

type Place = Pick<PostRow, 'channel' | 'ts'>

export interface AlertsDeps {
  readonly database: Database
  readonly settings: AlertSettings
  readonly timeZone: string
  /** UTC milliseconds. */
  readonly now: () => number
}

export function createAlerts({ database, settings, timeZone: ownZone, now }: AlertsDeps): Alerts {
  const dayOf = createDayOf(ownZone)
  const options = (by: string): ChangeOptions => ({ by, now: now(), dayOf })

  async function keep(post: Place, contactId: number, kind: PostRow['kind'], also: (tx: Database) => Promise<void>) {
    await database.transaction(async (tx) => {
      // Also after a change of it: whoever was erased meanwhile is to be gone from it again.
      await rememberPost(tx, { ...post, contactId, kind }, now())
      await also(tx)
    })
  }

  /** The conversation that tells it elsewhere since then, or before. */
  async function planAnew(
    target: string,
    { conversation, kind, provider, id }: ToldEventKey,
  ): Promise<number | undefined> {
    if (kind !== 'followed') await planAlert({ database, now, ...settings }, readAlertOrder({ kind, provider, id }))
    return await toldElsewhere(database, target, { conversation, kind, provider, id })
  }

  return {
    plan: (order) => planAlert({ database, now, ...settings }, order),
    follow: (event) => planFollowing({ database, now, ...settings }, event),
    read: (conversation) => readAlert(database, conversation, now()),
    readRollUp: (id) => readRollUp(database, id, now()),

    async readEntry({ conversation, kind, provider, id }) {
      const alert = await readAlert(database, conversation, now())
      if (!alert) return undefined
      const { channel, ts, target } = alert.row
      const told = (await toldEvents(database, [conversation])).find(
        ({ event, ...other }) => other.kind === kind && event.provider === provider && event.id === id,
      )
      if (!told || channel === null || ts === null) return undefined
      const known = await alertEvent(database, { target, kind: told.kind, provider, eventId: id })
      if (!known || known.threadTs !== null) return undefined
      const key = entryKey(target, { kind, provider, id })
      return { alert, event: alertEventOf(told), below: { channel, ts }, target, key }
    },

    async planElsewhere(target, event) {
      if (event) return (await planAnew(target, event)) !== undefined
      for (const conversation of await toldNowhere(database, target, now() - LIVES_MS)) {
        for (const { kind, event } of await toldEvents(database, [conversation])) {
          const { provider, id } = event
          if (kind === 'followed') continue
          // What has no other place has none for those after it either.
          if ((await planAnew(target, { conversation, kind, provider, id })) === undefined) return false
        }
      }
      return true
    },

    isGone: async (conversation) => (await conversationById(database, conversation)) === undefined,
    shown: ({ row, contact }, shown) => keep(shown, contact.id, 'alert', (tx) => markShown(tx, row.id, shown)),
    rollUpShown: (id, shown) => database.transaction((tx) => markRollUpShown(tx, id, shown)),
    async entered({ alert, event }, { conversation, provider, id: eventId }, post) {
      const row = await conversationById(database, conversation)
      await keep(post, alert.contact.id, 'alert_entry', async (tx) => {
        if (row) await markEntered(tx, { target: row.target, kind: event.kind, provider, eventId }, post.ts)
      })
    },

    triage: (conversation, kind, by) => triage(database, conversation, { kind }, options(by)),
    async later(conversation, until, by, timeZone) {
      const zone = zoneOr(timeZone, ownZone)
      if (!isReminderDay(until, now(), zone)) return undefined
      const order = { kind: 'later', until, remindAt: remindAt(until, zone) } as const
      return await triage(database, conversation, order, options(by))
    },
    today: (timeZone) => new LocalClock(zoneOr(timeZone, ownZone)).dayOf(now()),
    undo: (change, by) => undo(database, change, options(by)),
    undoOver: (order) => database.transaction((tx) => undoOver(tx, order, now())),
    readReminder: (order) => readReminder(database, order, now()),
    async remindElsewhere({ conversation, change }, target) {
      const lead = leadOf(await toldEvents(database, [conversation]))
      if (!lead) return false
      const { provider, id } = lead.event
      const elsewhere = await planAnew(target, { conversation, kind: lead.kind, provider, id })
      const row = elsewhere === undefined ? undefined : await conversationById(database, elsewhere)
      if (!row) return false
      const sending = { target: row.target, below: await belowOf(database, row) }
      const due = { runAt: await settings.notBefore(row.target, now()) }
      const job = reminderJob({ conversation, change, elsewhere: row.id }, sending, due)
      await database.transaction((tx) => enqueue(tx, [job], now()))
      return true
    },
    reminded: (order, { alert }, post) =>
      reminded(database, order, post && { ...post, contactId: alert.contact.id }, now()),
    offersUndo: ({ triage: made }) => made !== null && !made.isOver && now() - made.at < UNDO_IN_ALERT_MS,
    async rollUpOf(conversation) {
      const row = await conversationById(database, conversation)
      return row?.rollUpId ?? null
    },
  }
}

async function undoOver(tx: Database, { conversation, change }: ChangeOrder, now: number): Promise<boolean> {
  const row = await conversationById(tx, conversation)
  if (!row || row.triage?.change !== change || row.triage.isOver) return false
  await revise(tx, conversation, {}, now)
  return true
}
