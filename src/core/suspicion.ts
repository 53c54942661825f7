import type { Counters } from './contact.ts'
import type { EngagementEvent, EventType, Tally } from './event.ts'

/** Why an open or click is probably a machine's although its provider does not say so; strongest first. */
export const SUSPICIONS = ['link_burst', 'before_delivery', 'after_delivery', 'prefetch'] as const

export type Suspicion = (typeof SUSPICIONS)[number]

/** What the rules look at. */
export type Seen = Pick<
  EngagementEvent,
  'provider' | 'type' | 'occurredAt' | 'receivedAt' | 'messageId' | 'url' | 'userAgent' | 'machine' | 'suspected'
>

const SECOND = 1000

/**
 * What another event of the same message is to `event` where there is a suspicion (e-mail sheet,
 * section 1.4); `later` is how many milliseconds after it that other one happened. Each rule only
 * asks whether there is one, near enough: so order of arrival does not matter, an arrival takes no
 * suspicion back, and of several it is enough to try the nearest.
 */
const WITNESSED: readonly (readonly [Suspicion, (event: Seen, other: Seen, later: number) => boolean])[] = [
  // Nobody follows two links at once; a mail filter follows all of them.
  ['link_burst', (event, other, later) => areTwoLinks(event, other) && Math.abs(later) <= 2 * SECOND],
  // A mail filter looks into a message before it accepts it.
  ['before_delivery', (_event, other, later) => other.type === 'delivered' && later > 0 && later <= 60 * SECOND],
  // No click: people wait for the mail that confirms an address, and click at once.
  ['after_delivery', ({ type }, other, later) => type === 'opened' && isOnItsWay(other) && isWithin(-later, 10)],
]

/** Apple Mail fetches images ahead of reading and says no more of itself than this. */
const PREFETCHER = 'Mozilla/5.0'

function areTwoLinks(a: Seen, b: Seen): boolean {
  return a.type === 'clicked' && b.type === 'clicked' && a.url !== null && b.url !== null && a.url !== b.url
}

function isOnItsWay({ type }: Seen): boolean {
  return type === 'sent' || type === 'delivered'
}

function isWithin(milliseconds: number, seconds: number): boolean {
  return milliseconds >= 0 && milliseconds <= seconds * SECOND
}

/** Those of `events`, all of one contact, that there is a stronger suspicion of than they carry. */
export function suspicionsAmong<Event extends Seen>(events: readonly Event[]): Map<Event, Suspicion> {
  const found = new Map<Event, Suspicion>()
  const suspect = (event: Event, why: Suspicion) => {
    if (isStronger(why, found.get(event) ?? event.suspected)) found.set(event, why)
  }
  const suspectable = events.filter(isSuspectable)
  for (const event of suspectable) if (isPrefetch(event)) suspect(event, 'prefetch')
  if (suspectable.length === 0 || events.length === 1) return found
  for (const ofProvider of Map.groupBy(events.filter(hasOwnTime), ({ provider }) => provider).values()) {
    sweep(ofProvider.sort(byTime), suspect)
    sweep(ofProvider.reverse(), suspect)
  }
  return found
}

function isPrefetch({ type, userAgent }: Seen): boolean {
  return type === 'opened' && userAgent === PREFETCHER
}

/** A provider's own word is never doubted. */
function isSuspectable({ type, machine }: Seen): boolean {
  return machine === null && (type === 'opened' || type === 'clicked')
}

/** Where a provider gave no time it can read, the time of arrival stands for it and says nothing. */
function hasOwnTime({ occurredAt, receivedAt }: Seen): boolean {
  return occurredAt !== receivedAt
}

/** Of the same moment, the mail first: a sweep forwards passes it, so that one backwards meets only what is later. */
function byTime(a: Seen, b: Seen): number {
  return a.occurredAt - b.occurredAt || Number(isOnItsWay(b)) - Number(isOnItsWay(a))
}

function isStronger(suspicion: Suspicion, than: Suspicion | null): boolean {
  return than === null || SUSPICIONS.indexOf(suspicion) < SUSPICIONS.indexOf(than)
}

/** Tries each event against those that the sweep passed on its way; one without a message goes with every message. */
function sweep<Event extends Seen>(events: readonly Event[], suspect: (event: Event, why: Suspicion) => void): void {
  const all = new Passed()
  const byMessage = new Map<string | null, Passed>()
  for (const event of events) {
    const own = byMessage.get(event.messageId) ?? new Passed()
    if (isSuspectable(event)) {
      const near = event.messageId === null ? [all] : [own, byMessage.get(null)]
      for (const why of near.flatMap((passed) => passed?.reasonsFor(event) ?? [])) suspect(event, why)
    }
    own.add(event)
    all.add(event)
    byMessage.set(event.messageId, own)
  }
}

/** Of the events that a sweep passed, the last of each kind: a thousand clicks cost no more than one each. */
class Passed {
  #sent: Seen | undefined
  #delivered: Seen | undefined
  #clicked: Seen | undefined
  /** The last click on another link than `#clicked`. */
  #otherClicked: Seen | undefined

  reasonsFor(event: Seen): Suspicion[] {
    const clicked = this.#clicked?.url === event.url ? this.#otherClicked : this.#clicked
    return [this.#sent, this.#delivered, clicked].flatMap((other) => (other && reasonBy(event, other)) ?? [])
  }

  add(event: Seen): void {
    if (event.type === 'sent') this.#sent = event
    if (event.type === 'delivered') this.#delivered = event
    if (event.type !== 'clicked' || event.url === null) return
    if (event.url !== this.#clicked?.url) this.#otherClicked = this.#clicked
    this.#clicked = event
  }
}

function reasonBy(event: Seen, other: Seen): Suspicion | undefined {
  const later = other.occurredAt - event.occurredAt
  return WITNESSED.find(([, isWitness]) => isWitness(event, other, later))?.[0]
}

interface Reach {
  /** Seconds. */
  readonly before: number
  /** Seconds. */
  readonly after: number
  readonly meets: readonly Tally[]
}

/** How far from an event those lie that are its witnesses or whose witness it is, and how such events are counted. */
const REACH: Readonly<Partial<Record<EventType, Reach>>> = {
  sent: { before: 0, after: 10, meets: ['opened', 'machine_opened'] },
  delivered: { before: 60, after: 10, meets: ['opened', 'machine_opened', 'clicked', 'machine_clicked'] },
  opened: { before: 10, after: 60, meets: ['sent', 'delivered'] },
  clicked: { before: 2, after: 60, meets: ['delivered', 'clicked', 'machine_clicked'] },
}

/** Whether `event` can be suspected, or be a reason to suspect another. */
export function isConcerned({ type, machine }: Seen): boolean {
  return REACH[type] !== undefined && (type !== 'opened' || machine === null)
}

/** UTC milliseconds, both included. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/**
 * Where among the earlier events of a contact there may be some that `events` and they are
 * witnesses of each other: nowhere, in the usual course of a mail. `counters` are of the earlier
 * ones; each lies between the first and the last of its tally, so that none is missed.
 */
export function rangesToSearch(counters: Counters, events: readonly Seen[]): TimeRange[] {
  const ranges = events.flatMap((event) => {
    const reach = REACH[event.type]
    if (!reach || !hasOwnTime(event)) return []
    const range = { from: event.occurredAt - reach.before * SECOND, to: event.occurredAt + reach.after * SECOND }
    return reach.meets.some((tally) => overlaps(range, counters[tally])) ? [range] : []
  })
  return ranges.length < 2 ? ranges : joined(ranges)
}

function overlaps({ from, to }: TimeRange, tally: { readonly first: number; readonly last: number } | undefined) {
  return tally !== undefined && tally.first <= to && tally.last >= from
}

/** Ranges that overlap as one, so that nothing is found twice. */
function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const apart: TimeRange[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1)
    if (last && range.from <= last.to) apart.splice(-1, 1, { from: last.from, to: Math.max(last.to, range.to) })
    else apart.push(range)
  }
  return apart
}
