import type { Delivery } from '../delivery.ts'
import type { Database } from '../store/database.ts'
import { erasedAmong } from '../store/erasure.ts'
import { mentionedIn } from './mentions.ts'

export interface Admitted {
  readonly delivery: Delivery
  /** Events, and parts that could not be read, that are about somebody who was erased. */
  readonly erased: number
}

/** `deliveries` without what is about people who were erased: no part of that is kept. */
export async function withoutErased(tx: Database, deliveries: readonly Delivery[]): Promise<Admitted[]> {
  const mentioned = new Map<Uint8Array, ReadonlySet<string>>()
  const erased = await erasedAmong(tx, function* () {
    for (const { events, unreadable } of deliveries) {
      for (const { recipient } of events) yield recipient
      for (const { raw } of unreadable) {
        const addresses = mentionedIn(raw)
        mentioned.set(raw, addresses)
        yield* addresses
      }
    }
  })
  if (erased.size === 0) return deliveries.map((delivery) => ({ delivery, erased: 0 }))
  return deliveries.map(({ events, unreadable, ...rest }) => {
    const delivery = {
      ...rest,
      events: events.filter(({ recipient }) => !erased.has(recipient)),
      unreadable: unreadable.filter(({ raw }) => mentioned.get(raw)?.isDisjointFrom(erased) ?? true),
    }
    const left = delivery.events.length + delivery.unreadable.length
    return { delivery, erased: events.length + unreadable.length - left }
  })
}
