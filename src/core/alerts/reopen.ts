import type { Change } from '../changes/change.ts'
import { type ConversationRow, conversationsOfChange, reviseConversation, reviseRollUp } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import { enqueue } from '../store/jobs.ts'
import { type Triage, UNDO_IN_ALERT_MS } from './conversation.ts'
import { ALERT_MESSAGE, ALERT_ROLL_UP, refreshJob, undoOverJob } from './jobs.ts'

/** The alerts of which somebody made something by `change` are again as if nobody had. */
export async function reopenAlerts(tx: Database, change: Pick<Change, 'id' | 'contactId'>, now: number): Promise<void> {
  const conversations = await conversationsOfChange(tx, change.contactId, change.id)
  for (const { id } of conversations) await revise(tx, id, { triage: null }, now)
}

type Changes = Partial<Pick<ConversationRow, 'lastAt' | 'triage'>>

/** Something else is to be shown of a conversation, in its message or in that of its roll-up. */
export async function revise(tx: Database, id: number, changes: Changes, now: number): Promise<ConversationRow> {
  const row = await reviseConversation(tx, id, changes)
  const { rollUpId } = row
  const job =
    rollUpId === null
      ? refreshJob(ALERT_MESSAGE, row, now)
      : refreshJob(ALERT_ROLL_UP, await reviseRollUp(tx, rollUpId), now)
  await enqueue(tx, [job], now)
  return row
}

/** Shows what somebody made of a conversation, with a button that takes it back, which goes after a while. */
export async function show(tx: Database, id: number, triage: Triage, now: number): Promise<void> {
  await revise(tx, id, { triage }, now)
  await enqueue(tx, [undoOverJob({ conversation: id, change: triage.change }, { runAt: now + UNDO_IN_ALERT_MS })], now)
}
