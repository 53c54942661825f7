import { addressKey } from './address.ts'
import { applyEvent, type ContactState, newContact } from './contact.ts'
import type { EngagementEvent, tallyOf } from './event.ts'
import type { HeldContact } from './store/contacts.ts'

/** The contacts that a transaction holds, and what its events make of them. */
export class People {
  readonly #byKey = new Map<string, HeldContact>()
  readonly #byId = new Map<number, HeldContact>()
  readonly #keyOf = new Map<string, string>()
  readonly #states = new Map<number, ContactState>()

  constructor(held: Iterable<HeldContact>) {
    this.add(held)
  }

  /** A contact that is held already stays as it is. */
  add(held: Iterable<HeldContact>): void {
    for (const contact of held) {
      if (this.#byId.has(contact.id)) continue
      this.#byKey.set(contact.emailKey, contact)
      this.#byId.set(contact.id, contact)
      if (contact.isNew) this.#states.set(contact.id, contact.state)
    }
  }

  at(address: string): HeldContact {
    const contact = this.#byKey.get(this.#key(address))
    if (!contact) throw new Error('no contact is held for the recipient of an event')
    return contact
  }

  withId(id: number): HeldContact {
    const contact = this.#byId.get(id)
    if (!contact) throw new Error(`contact ${id} is not held`)
    return contact
  }

  has(id: number): boolean {
    return this.#byId.has(id)
  }

  stateOf(contact: HeldContact): ContactState {
    return this.#states.get(contact.id) ?? contact.state
  }

  apply(event: EngagementEvent): void {
    const contact = this.at(event.recipient)
    this.#states.set(contact.id, applyEvent(this.stateOf(contact), event))
  }

  /** Replaces the state of a contact, for what is not an event. */
  set(contact: HeldContact, state: ContactState): void {
    this.#states.set(contact.id, state)
  }

  /** A contact that was deleted: there is nothing to save of it. */
  drop(contact: HeldContact): void {
    this.#states.delete(contact.id)
  }

  /** Replaces what events made of a contact by its whole history, over what imports and enrichment said of it. */
  retell(contact: HeldContact, history: readonly EngagementEvent[]): void {
    const { enrichedAt, floor, decision, decidedAt, answeredUntil, tags } = contact.state
    const { verifiedAt = null, emailEvidence = null, suppression = {} } = contact.asserted
    const decided = { floor, decision, decidedAt, answeredUntil, tags }
    const blank = { ...newContact, ...decided, enrichedAt, verifiedAt, emailEvidence, suppression }
    this.#states.set(contact.id, history.reduce(applyEvent, blank))
  }

  /** The contacts that are new or were written about, with their state now. */
  changed(): { readonly contact: HeldContact; readonly state: ContactState }[] {
    return [...this.#states].map(([id, state]) => ({ contact: this.withId(id), state }))
  }

  /** The ids of those that this transaction made. */
  made(): number[] {
    return this.changed().flatMap(({ contact }) => (contact.isNew ? [contact.id] : []))
  }

  /** Contacts with mail from them that nothing tied to us when it came: their ids, and since when we write to them. */
  knownSenders(): Map<number, number> {
    return new Map(
      this.changed().flatMap(({ contact, state }) => {
        const since = firstMailed(state)
        return state.counters.inbound && since !== null ? [[contact.id, since]] : []
      }),
    )
  }

  #key(address: string): string {
    const known = this.#keyOf.get(address)
    if (known !== undefined) return known
    const key = addressKey(address)
    this.#keyOf.set(address, key)
    return key
  }
}

const MAILED = new Set([
  'queued',
  'sent',
  'delivered',
  'deferred',
  'bounced',
  'soft_bounced',
  'opened',
  'machine_opened',
  'clicked',
  'machine_clicked',
] satisfies ReturnType<typeof tallyOf>[])

function firstMailed({ counters }: ContactState): number | null {
  const times = [...MAILED].flatMap((tally) => counters[tally]?.first ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
