import type { RefusalReason } from './errors.ts'
import { type Silence, silenceOf } from './sources-rhythm.ts'
import type { SourceReport } from './store/roll-ups.ts'
import type { SourceOutcome } from './store/rows.ts'
import { addDays } from './time.ts'

/** Local days that counts cover, today included. */
export const COUNTED_DAYS = 7
/** Local days in which a last delivery is looked for. */
export const KNOWN_DAYS = 92

/** What a source did, and when. Times are UTC milliseconds. */
export interface SourceState {
  readonly lastEventAt: number | null
  /** Of anything that proved to be the provider's, whether it could be read or not. */
  readonly lastDeliveryAt: number | null
  readonly accepted: number
  readonly duplicates: number
  /** Of the counted days and still kept. */
  readonly quarantined: number
  readonly refused: readonly Counted<RefusalReason>[]
  /** By the provider that the requests look like. */
  readonly misdirected: readonly Counted<string>[]
  /** Null where nothing has come at all. */
  readonly silence: Silence | null
}

export interface Counted<What> {
  readonly what: What
  readonly count: number
  readonly lastAt: number
}

/** `reports` are those of one source, of the known days. */
export function sourceState(reports: readonly SourceReport[], today: string): SourceState {
  const proven = reports.filter(({ outcome }) => isProven(outcome))
  const counted = reports.filter(({ day }) => day > addDays(today, -COUNTED_DAYS))
  const sum = (outcome: SourceOutcome) => total(counted.filter((report) => report.outcome === outcome))
  return {
    lastEventAt: last(reports.filter(({ outcome }) => outcome === 'accepted')),
    lastDeliveryAt: last(proven),
    accepted: sum('accepted'),
    duplicates: sum('duplicate'),
    quarantined: sum('quarantined'),
    refused: REASONS.flatMap((what) => countedAs(counted, `refused_${what}`, what)),
    misdirected: sendersIn(counted).flatMap((what) => countedAs(counted, `misdirected_${what}`, what)),
    silence: silenceOf([...new Set(proven.map(({ day }) => day))].sort(), today),
  }
}

const REASONS: readonly RefusalReason[] = ['mismatch', 'missing', 'malformed', 'stale', 'replayed']

function isProven(outcome: SourceOutcome): boolean {
  return outcome === 'accepted' || outcome === 'duplicate' || outcome === 'quarantined' || outcome === 'erased'
}

const MISDIRECTED = 'misdirected_'

function sendersIn(reports: readonly SourceReport[]): string[] {
  const outcomes = reports.map(({ outcome }) => outcome).filter((outcome) => outcome.startsWith(MISDIRECTED))
  return [...new Set(outcomes)].map((outcome) => outcome.slice(MISDIRECTED.length))
}

function countedAs<What>(reports: readonly SourceReport[], outcome: SourceOutcome, what: What): Counted<What>[] {
  const own = reports.filter((report) => report.outcome === outcome)
  const lastAt = last(own)
  return lastAt === null ? [] : [{ what, count: total(own), lastAt }]
}

function total(reports: readonly SourceReport[]): number {
  return reports.reduce((sum, { count }) => sum + count, 0)
}

function last(reports: readonly SourceReport[]): number | null {
  return reports.length === 0 ? null : Math.max(...reports.map(({ lastAt }) => lastAt))
}
