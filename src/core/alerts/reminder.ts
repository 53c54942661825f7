import { rememberPost } from '../erasure/posts.ts'
import { type ConversationRow, conversationById, conversationsOfChange, rollUpById } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import type { PostRow } from '../store/erasure.ts'
import type { Triage } from './conversation.ts'
import { type ChangeOrder, placeOf, type ReminderOrder } from './jobs.ts'
import { type Alert, readAlert } from './read-alert.ts'
import { revise } from './reopen.ts'

/** Somebody wanted to be reminded of an alert. */
export interface Reminder {
  readonly alert: Alert
  readonly triage: Triage
  readonly target: string
  /** The message that it is said below; null where there is none. */
  readonly below: { readonly channel: string; readonly ts: string } | null
}

/** Undefined where nobody is to be reminded any more: it was taken back, settled by a reply, or said already. */
export async function readReminder(
  database: Database,
  { conversation, change, elsewhere }: Omit<ReminderOrder, 'sending'>,
  now: number,
): Promise<Reminder | undefined> {
  const alert = await readAlert(database, conversation, now)
  if (!alert) return undefined
  const { triage, row } = alert
  if (triage?.change !== change || triage.isOver) return undefined
  const said = elsewhere === undefined ? row : await conversationById(database, elsewhere)
  return said && { alert, triage, target: said.target, below: await belowOf(database, said) }
}

/** The message that a conversation is told in, alone or among others. */
export async function belowOf(database: Database, row: ConversationRow): Promise<Reminder['below']> {
  return placeOf((row.rollUpId === null ? row : await rollUpById(database, row.rollUpId)) ?? row) ?? null
}

/** It was said: all conversations about the contact ask again what is to become of it. */
export async function reminded(
  database: Database,
  { conversation, change }: ChangeOrder,
  post: Omit<PostRow, 'kind'> | undefined,
  now: number,
): Promise<void> {
  await database.transaction(async (tx) => {
    if (post) await rememberPost(tx, { ...post, kind: 'alert_reminder' }, now)
    const row = await conversationById(tx, conversation)
    if (!row) return
    for (const { id, triage } of await conversationsOfChange(tx, row.contactId, change)) {
      if (triage && !triage.isOver) await revise(tx, id, { triage: { ...triage, isOver: true } }, now)
    }
  })
}
