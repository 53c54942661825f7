import { type Tally, tallyOf } from '../event.ts'
import type { NewJob } from '../job.ts'
import { inConversation } from '../store/alerts.ts'
import type { Database } from '../store/database.ts'
import { LIVES_MS } from './conversation.ts'
import { followJob } from './jobs.ts'
import type { Happening } from './triggers.ts'

/**
 * What is worth a line in the thread of an alert. Opens are counted in its message when that changes
 * anyway: each of them would be noise, and Slack takes fifty changes a minute.
 */
const FOLLOWED: ReadonlySet<Tally> = new Set([
  'replied',
  'clicked',
  'inbound',
  'form_submission',
  'call_scheduled',
  'call_completed',
  'demo_attended',
  'bounced',
  'unsubscribed',
  'complained',
])

/** What is told of people about whom there is a conversation, in the transaction in which it happened. */
export async function followJobs(tx: Database, happenings: readonly Happening[], now: number): Promise<NewJob[]> {
  const telling = happenings.flatMap(({ contact, events }) => {
    const followed = events.filter((event) => FOLLOWED.has(tallyOf(event)))
    return followed.length > 0 ? [{ contact, followed }] : []
  })
  const live = await inConversation(
    tx,
    telling.map(({ contact }) => contact.id),
    now - LIVES_MS,
  )
  return telling
    .filter(({ contact }) => live.has(contact.id))
    .flatMap(({ contact, followed }) => followed.map((event) => followJob(event, contact.emailKey)))
}
