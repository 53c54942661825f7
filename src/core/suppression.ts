import type { EngagementEvent } from './event.ts'

/** `opted_out`: a provider of data was told not to process this person. */
export type SuppressionReason = 'complained' | 'unsubscribed' | 'opted_out' | 'hard_bounce'

/** When something was said about writing to this person, and by which event (`provider:id`). */
export interface Mark {
  readonly at: number
  readonly event: string
}

/**
 * Every kind of evidence apart, because nothing clears a suppression that its own kind did not
 * set: only a later resubscription ends an unsubscription.
 */
export interface SuppressionRecord {
  readonly complained?: Mark
  readonly optedOut?: Mark
  readonly hardBounce?: Mark
  /** The latest of each, since the two undo one another. */
  readonly unsubscribed?: Mark
  readonly resubscribed?: Mark
  /** Somebody of ours said so: an unsubscription that they can take back. */
  readonly stopped?: Mark
}

/** Why nobody should write to this person, and since when. */
export interface Suppression {
  readonly reason: SuppressionReason
  readonly since: number
  readonly event: string
}

export const noSuppression: SuppressionRecord = {}

export function recordSuppression(record: SuppressionRecord, event: EngagementEvent): SuppressionRecord {
  const mark = { at: event.occurredAt, event: `${event.provider}:${event.id}` }
  switch (event.type) {
    case 'complained':
      return { ...record, complained: first(record.complained, mark) }
    case 'unsubscribed':
      return { ...record, unsubscribed: last(record.unsubscribed, mark) }
    case 'resubscribed':
      return { ...record, resubscribed: last(record.resubscribed, mark) }
    case 'bounced':
      return event.class === 'hard' ? { ...record, hardBounce: first(record.hardBounce, mark) } : record
    default:
      return record
  }
}

/** The gravest reason that holds, or null. An unsubscription and a resubscription at the same time leave the person unsubscribed. */
export function suppressionOf({
  complained,
  unsubscribed,
  resubscribed,
  optedOut,
  hardBounce,
  stopped,
}: SuppressionRecord): Suppression | null {
  if (complained) return suppression('complained', complained)
  const since = resubscribed?.at ?? -Infinity
  for (const mark of [unsubscribed, stopped]) {
    if (mark && mark.at >= since) return suppression('unsubscribed', mark)
  }
  if (optedOut) return suppression('opted_out', optedOut)
  if (hardBounce) return suppression('hard_bounce', hardBounce)
  return null
}

export function mergeSuppression(a: SuppressionRecord, b: SuppressionRecord): SuppressionRecord {
  if (Object.keys(b).length === 0) return a
  const merged = {
    complained: b.complained ? first(a.complained, b.complained) : a.complained,
    optedOut: b.optedOut ? first(a.optedOut, b.optedOut) : a.optedOut,
    hardBounce: b.hardBounce ? first(a.hardBounce, b.hardBounce) : a.hardBounce,
    unsubscribed: b.unsubscribed ? last(a.unsubscribed, b.unsubscribed) : a.unsubscribed,
    resubscribed: b.resubscribed ? last(a.resubscribed, b.resubscribed) : a.resubscribed,
    stopped: b.stopped ? last(a.stopped, b.stopped) : a.stopped,
  }
  return Object.fromEntries(Object.entries(merged).filter(([, mark]) => mark))
}

function suppression(reason: SuppressionReason, { at, event }: Mark): Suppression {
  return { reason, since: at, event }
}

function first(a: Mark | undefined, b: Mark): Mark {
  return a && precedes(a, b) ? a : b
}

function last(a: Mark | undefined, b: Mark): Mark {
  return a && precedes(b, a) ? a : b
}

/** A total order, so that two events of the same millisecond give the same result in any order. */
function precedes(a: Mark, b: Mark): boolean {
  return a.at < b.at || (a.at === b.at && a.event < b.event)
}
