import { planAlert, planFollowing } from '../../../src/core/alerts/plan.ts'
import type { AlertSettings } from '../../../src/core/alerts/settings.ts'
import { type TriageOrder, triage } from '../../../src/core/alerts/triage.ts'
import type { AlertOrder } from '../../../src/core/alerts/triggers.ts'
import type { EngagementEvent } from '../../../src/core/event.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE
export const NOW = Date.parse('2026-03-03T09:00:00Z')
export const dayOf = createDayOf('UTC')
export const SALES = 'C0SALES'

/** A reply with these words. */
export function aReply(words: string, overrides: Partial<EngagementEvent> = {}): EngagementEvent {
  const blank = { from: null, to: null, html: null, inReplyTo: null, references: [], auto: false }
  return anEvent({
    ...{ type: 'replied', occurredAt: NOW - MINUTE, campaign: { id: 'c1', name: 'Spring launch', step: '2' } },
    reply: { ...blank, subject: `Re: ${words}`, text: words, excerpt: words },
    ...overrides,
  })
}

export async function record(database: Database, ...events: EngagementEvent[]): Promise<void> {
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
}

export interface Planning {
  readonly now?: number
  readonly kind?: AlertOrder['kind']
  readonly to?: readonly string[]
  readonly notBefore?: AlertSettings['notBefore']
}

function settings({ to = [SALES], notBefore = async (_to, now) => now }: Planning): AlertSettings {
  return { targetsOf: async () => to.map((target) => ({ to: target, rule: null })), notBefore }
}

/** The alert about an event that is recorded. */
export async function plan(database: Database, event: EngagementEvent, planning: Planning = {}): Promise<void> {
  const { now = NOW, kind = 'replied' } = planning
  const { provider, id } = event
  await planAlert({ database, now: () => now, ...settings(planning) }, { kind, provider, id })
}

export async function follow(database: Database, event: EngagementEvent, planning: Planning = {}): Promise<void> {
  await planFollowing({ database, now: () => planning.now ?? NOW, ...settings(planning) }, event)
}

/** An event happens, and there is an alert about it. */
export async function alerted(database: Database, event: EngagementEvent, planning: Planning = {}): Promise<void> {
  await record(database, event)
  await plan(database, event, planning)
}

export async function press(
  database: Database,
  conversation: number,
  order: TriageOrder | 'interested' | 'not_interested' | 'wrong_person' | 'unsubscribe',
  { by = 'U0ADA', now = NOW }: { readonly by?: string; readonly now?: number } = {},
) {
  return await triage(database, conversation, typeof order === 'string' ? { kind: order } : order, { by, now, dayOf })
}

export async function conversations(database: Database) {
  return await database.db
    .select()
    .from(database.tables.alertConversations)
    .orderBy(database.tables.alertConversations.id)
}

export async function jobs(database: Database) {
  return await database.db.select().from(database.tables.jobs).orderBy(database.tables.jobs.seq)
}
