import type { EngagementEvent } from './event.ts'

/** One verified webhook request, read. What could not be read is kept, so that it can be replayed. */
export interface Delivery {
  readonly provider: string
  /** UTC milliseconds. */
  readonly receivedAt: number
  readonly events: readonly EngagementEvent[]
  readonly unreadable: readonly Unreadable[]
}

/** A part of a delivery that no adapter could read. */
export interface Unreadable {
  /** The part as received: the whole body, one element of it as JSON, or an event that was read and could not be stored. */
  readonly raw: Uint8Array
  readonly part: 'body' | 'element' | 'event'
  /** The headers that reading needs, without anything that proves or authorises. */
  readonly headers: Readonly<Record<string, string>>
  readonly problem: string
}

export interface IngestResult {
  readonly accepted: number
  readonly duplicates: number
  readonly unreadable: number
  /** Parts about people who were erased, of which nothing is kept; left out where there are none. */
  readonly erased?: number
}
