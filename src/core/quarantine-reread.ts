import { addressKey } from './address.ts'
import type { Delivery, Unreadable } from './delivery.ts'
import { InvalidInputError } from './errors.ts'
import type { EngagementEvent } from './event.ts'
import type { KeptPart } from './quarantine.ts'
import type { Database } from './store/database.ts'
import { type EventRow, eventOf } from './store/events.ts'
import { keptWhole, type QuarantineRow, unnamedEvent } from './store/quarantine.ts'

/** Today's adapters. Both reject where there is none for the provider. */
export interface Adapters {
  readonly readAgain: (provider: string, kept: Unreadable, receivedAt: number) => Promise<Delivery>
  readonly nameAgain: (event: EngagementEvent) => Promise<Delivery>
}

export interface RereadDeps extends Adapters {
  readonly database: Database
}

/** What reading once more made of a kept part. */
export type Reread = RereadPart | RereadEvent

export interface RereadPart {
  readonly kind: 'part'
  readonly part: KeptPart
  readonly row: QuarantineRow
  readonly delivery: Delivery
  /** Why the part itself still cannot be read; what it holds beside that is in `delivery`. */
  readonly problem: string | undefined
}

export interface RereadEvent {
  readonly kind: 'event'
  readonly part: KeptPart
  readonly row: EventRow
  readonly recipient: string
  readonly named: EngagementEvent | undefined
}

/** Those of `parts` that are still there, read by today's adapters. */
export async function rereadAll(deps: RereadDeps, parts: readonly KeptPart[]): Promise<Reread[]> {
  const numbers = parts.flatMap(({ id, part }) => (part === 'unnamed' ? [] : [Number(id)]))
  const rows = new Map((await keptWhole(deps.database, numbers)).map((row) => [String(row.id), row]))
  const rereads: Reread[] = []
  for (const part of parts) {
    const row = rows.get(part.id)
    const reread = part.part === 'unnamed' ? await rereadEvent(deps, part) : row && (await rereadPart(deps, part, row))
    if (reread) rereads.push(reread)
  }
  return rereads
}

async function rereadPart({ readAgain }: Adapters, part: KeptPart, row: QuarantineRow): Promise<RereadPart> {
  const { provider, receivedAt } = row
  try {
    const delivery = await readAgain(provider, row, receivedAt)
    const isStill = (unreadable: Unreadable) => row.part !== 'body' || unreadable.part === 'body'
    const problem = delivery.unreadable.find(isStill)?.problem
    const unreadable = delivery.unreadable.filter((other) => !isStill(other))
    return { kind: 'part', part, row, delivery: { ...delivery, unreadable }, problem }
  } catch (error) {
    const problem = error instanceof InvalidInputError ? error.message : String(error)
    return { kind: 'part', part, row, delivery: { provider, receivedAt, events: [], unreadable: [] }, problem }
  }
}

async function rereadEvent({ database, nameAgain }: RereadDeps, part: KeptPart): Promise<RereadEvent | undefined> {
  const found = await unnamedEvent(database, Number(part.id.slice(1)))
  if (!found) return undefined
  const { event: row, recipient } = found
  const before = eventOf(row, recipient)
  const events = await nameAgain(before).then(
    (delivery) => delivery.events,
    () => [],
  )
  return { kind: 'event', part, row, recipient, named: namedOf(before, events) }
}

/**
 * The one of `events` that `before` is now. Its id stays, which every redelivery repeats and which may
 * have come from a header; so does an event that names another person now, or that is none any more.
 */
function namedOf(before: EngagementEvent, events: readonly EngagementEvent[]): EngagementEvent | undefined {
  const key = addressKey(before.recipient)
  const about = events.filter(({ recipient }) => addressKey(recipient) === key)
  const now = about.find(({ id }) => id === before.id) ?? (about.length === 1 ? about[0] : undefined)
  return now && now.type !== 'unknown' ? { ...now, id: before.id } : undefined
}
