import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { applyEvent, newContact } from '../../src/core/contact.ts'
import { cardById } from '../../src/core/contact-card.ts'
import { EVENT_TYPES } from '../../src/core/event.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { lookup } from '../../src/core/lookup.ts'
import { scoreAt } from '../../src/core/score.ts'
import { explainScore, type ScoreExplained, toTenths } from '../../src/core/score-explained.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-03-02T10:00:00Z')
const dayOf = createDayOf('UTC')

async function idOf(database: Database, address = 'ada@example.com'): Promise<number> {
  const result = await lookup(database, address, NOW)
  if (result.kind !== 'found') throw new Error(`there is no ${address}`)
  return result.card.id
}

function sumOf({ parts, rest }: ScoreExplained): number {
  return parts.reduce((sum, { worth }) => sum + Math.round(worth * 10), Math.round(rest.worth * 10)) / 10
}

describe.each(databases)('the explanation of a score on $name', ({ open }) => {
  test('names what people did and what that is worth now, most first', async () => {
    await using database = await open()
    const events = [
      anEvent({ type: 'replied', occurredAt: NOW - 14 * DAY }),
      anEvent({ type: 'clicked', occurredAt: NOW, url: 'https://acme.example/' }),
      anEvent({ type: 'opened', occurredAt: NOW - 14 * DAY }),
      anEvent({ type: 'opened', occurredAt: NOW, machine: true }),
      anEvent({ type: 'delivered', occurredAt: NOW }),
    ]
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
    const explained = await explainScore(database, await idOf(database), { now: NOW, limit: 10 })
    expect(explained).toMatchObject({
      score: 15.5,
      parts: [
        { event: { type: 'replied', occurredAt: NOW - 14 * DAY }, points: 20, worth: 10 },
        { event: { type: 'clicked', url: 'https://acme.example/' }, points: 5, worth: 5 },
        { event: { type: 'opened', machine: null }, points: 1, worth: 0.5 },
      ],
      rest: { events: 0, worth: 0 },
    })
  })

  test('counts together what it does not name, and is complete', async () => {
    await using database = await open()
    const events = Array.from({ length: 300 }, (_, at) =>
      anEvent({ type: 'clicked', occurredAt: NOW - at * 3_600_000 }),
    )
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...events)])
    const id = await idOf(database)
    const explained = await explainScore(database, id, { now: NOW, limit: 5 })
    if (!explained) throw new Error('there is no such contact')
    expect(explained.parts).toHaveLength(5)
    expect(explained.rest.events).toBe(295)
    expect(explained.score).toBe((await cardById(database, id, NOW))?.score)
    expect(sumOf(explained)).toBe(explained.score)
  })

  test('of somebody who is gone is none, and of somebody who did nothing is empty', async () => {
    await using database = await open()
    expect(await explainScore(database, 1, { now: NOW, limit: 5 })).toBeUndefined()
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(anEvent({ type: 'sent' }))])
    expect(await explainScore(database, await idOf(database), { now: NOW, limit: 5 })).toEqual({
      score: 0,
      parts: [],
      rest: { events: 0, worth: 0 },
    })
  })
})

const someEvent = fc.record({
  type: fc.constantFrom(...EVENT_TYPES),
  machine: fc.constantFrom(true, false, null),
  occurredAt: fc.integer({ min: NOW - 200 * DAY, max: NOW + DAY }),
})

test('adds up to the score that the card shows, whatever happened', async () => {
  await using database = await openSqlite()
  let person = 0
  const events = fc.array(someEvent, { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(events, fc.integer({ min: 1, max: 8 }), async (some, limit) => {
      person += 1
      const recipient = `person${person}@example.com`
      await ingestAll({ database, dayOf, jobsFor: () => [] }, [
        aDelivery(...some.map((one) => anEvent({ ...one, recipient }))),
      ])
      const card = await cardById(database, await idOf(database, recipient), NOW)
      const explained = card && (await explainScore(database, card.id, { now: NOW, limit }))
      if (!explained) throw new Error('there is no such contact')
      expect(explained.score).toBe(card.score)
      expect(sumOf(explained)).toBe(card.score)
      expect(explained.parts.length).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 60 },
  )
})

test('gives each event no more and no less than its worth, but for a tenth', () => {
  const amounts = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(amounts, (exact) => {
      const sum = Math.round(exact.reduce((all, one) => all + one, 0) * 10) / 10
      const shares = toTenths(sum, exact)
      expect(Math.round(shares.reduce((all, one) => all + one, 0) * 10)).toBe(Math.round(sum * 10))
      for (const [at, share] of shares.entries()) expect(Math.abs(share - (exact[at] ?? 0))).toBeLessThan(0.1000001)
    }),
  )
})

test('follows the rule by which the score is kept', () => {
  const event = anEvent({ type: 'replied', occurredAt: NOW - 7 * DAY })
  expect(scoreAt(applyEvent(newContact, event).heat, NOW)).toBe(14.1)
})
