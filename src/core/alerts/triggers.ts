import { z } from 'zod'

import type { ContactState } from '../contact.ts'
import { type EngagementEvent, tallyOf } from '../event.ts'
import type { NewJob } from '../job.ts'
import { POINTS, scoreAt } from '../score.ts'
import { alertedSince, hasAlertRules, markAlerted } from '../store/alert-settings.ts'
import type { HeldContact } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { recordSuppression, type SuppressionRecord } from '../suppression.ts'
import { CONTACT_ALERT_KINDS, type ContactAlertKind, type KindSettings } from './kinds.ts'
import { readKinds } from './settings.ts'

/** The kind of the job that an alert about a contact begins as. */
export const ALERT = 'alert'

const AlertOrder = z.object({ kind: z.enum(CONTACT_ALERT_KINDS), provider: z.string(), id: z.string() })

/** An alert about a contact, by the event that is the reason for it. */
export type AlertOrder = Readonly<z.infer<typeof AlertOrder>>

export function readAlertOrder(payload: unknown): AlertOrder {
  return AlertOrder.parse(payload)
}

/** What new events made of one contact. */
export interface Happening {
  readonly contact: Pick<HeldContact, 'id' | 'emailKey'>
  readonly before: ContactState
  readonly after: ContactState
  readonly events: readonly EngagementEvent[]
}

export interface AlertsDeps {
  /** UTC milliseconds. */
  readonly now: number
  /** Whether alerts that no rule sends anywhere go to a channel. */
  readonly hasChannel: boolean
  /** The kinds that may come of it. */
  readonly kinds?: readonly ContactAlertKind[]
}

const DAY_MS = 24 * 60 * 60 * 1000
/** One alert at most about the same contact being hot. */
const HOT_AGAIN_MS = 14 * DAY_MS
/** Without engagement for so long, the next one is news. */
const SILENCE_MS = 30 * DAY_MS

/**
 * The alerts that follow from what happened, in the transaction in which it happened. What is switched
 * on is read with it, so that what one process saves holds in all from the next delivery on. Deliveries
 * in which nobody did anything are not looked at.
 */
export async function alertJobs(
  tx: Database,
  happenings: readonly Happening[],
  { now, hasChannel, kinds = CONTACT_ALERT_KINDS }: AlertsDeps,
): Promise<readonly NewJob[]> {
  const telling = happenings.filter(({ events }) => events.some(mayTell))
  if (telling.length === 0) return []
  const settings = await readKinds(tx)
  const found = telling.flatMap((happening) =>
    triggered(happening, settings, now).flatMap(({ kind, event }) =>
      kinds.includes(kind) ? [{ kind, event, contact: happening.contact }] : [],
    ),
  )
  if (found.length === 0 || !(hasChannel || (await hasAlertRules(tx)))) return []
  const hot = found.flatMap(({ kind, contact }) => (kind === 'hot' ? [contact.id] : []))
  const known = await alertedSince(tx, 'hot', hot, now - HOT_AGAIN_MS)
  await markAlerted(
    tx,
    'hot',
    hot.filter((id) => !known.has(id)),
    now,
  )
  return found
    .filter(({ kind, contact }) => kind !== 'hot' || !known.has(contact.id))
    .map(({ kind, event, contact }) => alertJob(kind, event, contact.emailKey))
}

/** Alerts about one person stay in order. */
function alertJob(kind: ContactAlertKind, { provider, id }: EngagementEvent, emailKey: string): NewJob {
  const payload: AlertOrder = { kind, provider, id }
  return { id: `${ALERT}:${kind}:${provider}:${id}`, kind: ALERT, payload, key: `${ALERT}:${emailKey}`, runAt: 0 }
}

export interface Triggered {
  readonly kind: ContactAlertKind
  readonly event: EngagementEvent
}

/** What is worth an alert of the kinds that are on, in the order of the events. */
export function triggered({ before, after, events }: Happening, settings: KindSettings, now: number): Triggered[] {
  const told: Triggered[] = []
  const tell = (kind: ContactAlertKind, event: EngagementEvent) => {
    if (settings[kind].isOn) told.push({ kind, event })
  }
  let { lastEngagedAt, suppression } = before
  let lastPoints: EngagementEvent | undefined
  for (const event of events.toSorted(inTime)) {
    const tally = tallyOf(event)
    if (event.type === 'replied') tell('replied', event)
    const isRead = tally === 'opened' || tally === 'clicked'
    if (isRead && lastEngagedAt !== null && event.occurredAt - lastEngagedAt >= SILENCE_MS) tell('reopened', event)
    if ((POINTS[tally] ?? 0) > 0) {
      lastEngagedAt = Math.max(lastEngagedAt ?? event.occurredAt, event.occurredAt)
      lastPoints = event
    }
    const said = recordSuppression(suppression, event)
    if (isUnsubscribed(said) && !isUnsubscribed(suppression)) tell('unsubscribed', event)
    if (said.complained && !suppression.complained) tell('complained', event)
    suppression = said
  }
  const { threshold } = settings.hot
  const crosses = threshold !== null && scoreAt(before.heat, now) < threshold && scoreAt(after.heat, now) >= threshold
  if (crosses && lastPoints) tell('hot', lastPoints)
  return told
}

function mayTell(event: EngagementEvent): boolean {
  return event.type === 'unsubscribed' || event.type === 'complained' || (POINTS[tallyOf(event)] ?? 0) > 0
}

function isUnsubscribed({ unsubscribed, resubscribed }: SuppressionRecord): boolean {
  return unsubscribed !== undefined && unsubscribed.at >= (resubscribed?.at ?? Number.NEGATIVE_INFINITY)
}

function inTime(a: EngagementEvent, b: EngagementEvent): number {
  return a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1)
}
