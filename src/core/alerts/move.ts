import type { NewJob } from '../job.ts'
import type { People } from '../people.ts'
import { inConversation, reviseConversation, reviseRollUp, type Told, toldAbout, untell } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import { handPosts } from '../store/erasure.ts'
import { enqueue } from '../store/jobs.ts'
import { messageJob, rollUpJob } from './jobs.ts'
import { ALERT, type AlertOrder } from './triggers.ts'

/**
 * Some events of the contacts `from` turned out to be about others, all of whom are held: their alerts
 * go with them and are shown anew. After the events are rewritten, and before anybody of `from` is deleted.
 */
export async function moveAlerts(tx: Database, people: People, from: readonly number[], now: number): Promise<void> {
  const told = await toldAbout(tx, [...(await inConversation(tx, from, 0))])
  for (const ofOne of Map.groupBy(told, ({ conversation }) => conversation.id).values()) {
    const moved = ofOne.filter(({ conversation, owner }) => owner !== conversation.contactId && people.has(owner))
    const stays = ofOne.some(({ conversation, owner }) => owner === conversation.contactId)
    const [first] = moved
    if (!first) continue
    const { contactId } = first.conversation
    const home = stays ? contactId : first.owner
    if (home !== contactId) await handOver(tx, moved, home)
    // What the conversation cannot tell where it is now is planned as if it had never been told.
    for (const elsewhere of moved.filter(({ owner }) => owner !== home)) await tellElsewhere(tx, people, elsewhere, now)
    await showAnew(tx, first.conversation, home, now)
  }
}

async function handOver(tx: Database, moved: readonly Told[], home: number): Promise<void> {
  for (const { conversation, threadTs } of moved) {
    const { contactId, channel, ts } = conversation
    const places = channel === null ? [] : [ts, threadTs].flatMap((at) => (at === null ? [] : [{ channel, ts: at }]))
    await handPosts(tx, places, contactId, home)
  }
}

async function tellElsewhere(tx: Database, people: People, { key, owner }: Told, now: number): Promise<void> {
  const { kind, provider, eventId: id } = key
  if (kind === 'followed') return
  await untell(tx, key)
  const payload: AlertOrder = { kind, provider, id }
  const inOrder = `${ALERT}:${people.withId(owner).emailKey}`
  const job: NewJob = { id: `${ALERT}:${kind}:${provider}:${id}`, kind: ALERT, payload, key: inOrder, runAt: 0 }
  await enqueue(tx, [job], now)
}

/** Behind what is on its way to the same place: a message that is being posted still says the old. */
async function showAnew(
  tx: Database,
  { id, contactId: before }: Told['conversation'],
  contactId: number,
  now: number,
): Promise<void> {
  // What people made of it they made of the one before.
  const row = await reviseConversation(tx, id, contactId === before ? {} : { contactId, triage: null })
  const { rollUpId } = row
  const due = { runAt: now }
  const job = rollUpId === null ? messageJob(row, due) : rollUpJob(await reviseRollUp(tx, rollUpId), due)
  await enqueue(tx, [job], now)
}
