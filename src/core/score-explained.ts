import { type CardEvent, cardEvent } from './contact-card.ts'
import { tallyOf } from './event.ts'
import { POINTS, scoreAt, worthAt } from './score.ts'
import { contactById } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { eventsBySeq, scoringEvents } from './store/pages.ts'

/** Why a score is what it is: `parts` and `rest` add up to it, to the decimal. */
export interface ScoreExplained {
  readonly score: number
  /** Those worth most now, in that order. */
  readonly parts: readonly ScorePart[]
  /** All others together. */
  readonly rest: { readonly events: number; readonly worth: number }
}

export interface ScorePart {
  readonly event: CardEvent
  /** On the day it happened. */
  readonly points: number
  /** Now, to one decimal. */
  readonly worth: number
}

/** Undefined where there is no such contact any more; `limit` is how many events are named. */
export async function explainScore(
  database: Database,
  contactId: number,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<ScoreExplained | undefined> {
  const read = await heatAndEvents(database, contactId)
  if (!read) return undefined
  const score = scoreAt(read.heat, now)
  const worths = read.events.flatMap(({ seq, occurredAt, ...event }) => {
    const points = POINTS[tallyOf(event)] ?? 0
    return points === 0 ? [] : [{ seq, occurredAt, points, worth: worthAt(points, occurredAt, now) }]
  })
  worths.sort((a, b) => b.worth - a.worth || b.occurredAt - a.occurredAt || b.seq - a.seq)
  const named = worths.slice(0, limit)
  const others = worths.slice(limit)
  const othersWorth = others.reduce((sum, { worth }) => sum + worth, 0)
  const [rest = 0, ...shares] = toTenths(score, [othersWorth, ...named.map(({ worth }) => worth)])
  const rows = await eventsBySeq(
    database,
    named.map(({ seq }) => seq),
  )
  const bySeq = new Map(rows.map((event) => [event.seq, cardEvent(event)]))
  return {
    score,
    parts: named.flatMap(({ seq, points }, at) => {
      const event = bySeq.get(seq)
      return event ? [{ event, points, worth: shares[at] ?? 0 }] : []
    }),
    rest: { events: others.length, worth: rest },
  }
}

const ATTEMPTS = 3

/** Both of the same moment where that can be had: between two equal revisions no event came in. */
async function heatAndEvents(database: Database, contactId: number) {
  for (let attempt = 1; ; attempt += 1) {
    const before = await contactById(database, contactId)
    const events = await scoringEvents(database, contactId)
    const row = await contactById(database, contactId)
    if (!before || !row) return undefined
    if (row.revision === before.revision || attempt === ATTEMPTS) return { heat: row.heat, events }
  }
}

/** `amounts` to one decimal so that they add up to `sum`: those that lose most by rounding down are rounded up. */
export function toTenths(sum: number, amounts: readonly number[]): number[] {
  const tenths = amounts.map((amount) => Math.floor(amount * 10))
  const missing = Math.round(sum * 10) - tenths.reduce((all, one) => all + one, 0)
  const lost = amounts.map((amount, at) => ({ at, part: amount * 10 - Math.floor(amount * 10) }))
  lost.sort((a, b) => b.part - a.part)
  const raised = new Set(lost.slice(0, Math.max(0, missing)).map(({ at }) => at))
  return tenths.map((value, at) => (value + (raised.has(at) ? 1 : 0)) / 10)
}
