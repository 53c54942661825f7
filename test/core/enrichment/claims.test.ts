import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  addClaims,
  type Claim,
  type Claims,
  claimsOf,
  enrichedSince,
  known,
  NO_CLAIMS,
  saysSomething,
} from '../../../src/core/enrichment/claims.ts'
import { FIELDS, FRESH_MS } from '../../../src/core/enrichment/fields.ts'
import { DAY_MS, hit, MISS, OPTED_OUT, START } from './engine.ts'

const QUARTER_MS = 90 * DAY_MS

const SOURCES = ['apollo', 'dropcontact', 'hunter', 'pdl', 'import', 'crm-sibling', 'event:instantly', 'rule:title']
const GUESSES = ['guess:domain', 'guess:address']
/** What objects have by themselves: an import may name its source as it likes. */
const ODD = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']

const someClaim: fc.Arbitrary<Claim> = fc.record(
  {
    value: fc.constantFrom('Acme', 'ACME', ' acme ', 'Brightforge', 'Ｂrightforge'),
    at: fc.oneof(fc.constantFrom(START, START - 1), fc.integer({ min: START - 9 * QUARTER_MS, max: START })),
    confidence: fc.constantFrom(0.2, 0.4, 0.9, 1),
    note: fc.constantFrom('switchboard', 'null', ''),
    requestId: fc.constantFrom('1', '-7204471120033315841'),
  },
  { requiredKeys: ['value', 'at'] },
)

const someVoices = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...SOURCES, ...GUESSES, ...ODD), someClaim), {
    selector: ([source]) => source,
    maxLength: 5,
  })
  .map((voices) => Object.fromEntries(voices))

const someClaims: fc.Arbitrary<Claims> = fc
  .uniqueArray(
    fc.tuple(fc.constantFrom('companyName' as const, 'jobTitle' as const, 'emailStatus' as const), someVoices),
    {
      selector: ([field]) => field,
    },
  )
  .map((entries): Claims => Object.fromEntries(entries.filter(([, voices]) => Object.keys(voices).length > 0)))

function said(source: string, value: string, rest: Partial<Claim> = {}): Claims {
  return { companyName: { [source]: { value, at: START, ...rest } } }
}

function all(...claims: readonly Claims[]): Claims {
  return claims.reduce(addClaims, NO_CLAIMS)
}

describe('what several sources say', () => {
  test('does not depend on the order, the grouping or the repetition in which it is added up', () => {
    fc.assert(
      fc.property(someClaims, someClaims, someClaims, (a, b, c) => {
        expect(addClaims(a, b)).toEqual(addClaims(b, a))
        expect(addClaims(addClaims(a, b), c)).toEqual(addClaims(a, addClaims(b, c)))
        expect(addClaims(a, a)).toEqual(a)
        expect(addClaims(a, NO_CLAIMS)).toEqual(a)
        expect(known(addClaims(a, b), 'companyName', START)).toEqual(known(addClaims(b, a), 'companyName', START))
      }),
      { numRuns: 10_000 },
    )
  })

  test('keeps the later word of each source, and every source', () => {
    const sum = all(said('apollo', 'Old', { at: START - 1 }), said('hunter', 'Other'), said('apollo', 'New'))
    expect(sum).toEqual({
      companyName: { apollo: { value: 'New', at: START }, hunter: { value: 'Other', at: START } },
    })
    expect(addClaims(sum, said('apollo', 'Late arrival', { at: START - 1 }))).toEqual(sum)
  })

  test('survives sources that are named like what objects have by themselves', () => {
    for (const source of ODD) {
      const claims = all(said(source, 'Acme'), said('apollo', 'Brightforge'))
      expect(Object.keys(claims.companyName ?? {})).toEqual([source, 'apollo'])
      const fact = known(claims, 'companyName', START)
      expect(fact).toMatchObject({ value: 'Brightforge', confidence: 0.75, others: [{ source, value: 'Acme' }] })
    }
  })
})

describe('what is believed', () => {
  test('is nothing where nobody says anything', () => {
    expect(known(NO_CLAIMS, 'companyName', START)).toBeNull()
  })

  test.each([
    ['dropcontact', 0.8],
    ['apollo', 0.75],
    ['hunter', 0.7],
    ['pdl', 0.7],
    ['event:instantly', 0.7],
    ['crm-sibling', 0.7],
    ['import', 0.7],
    ['clearbit', 0.7],
    ['rule:title', 0.6],
    ['guess:domain', 0.25],
  ])('%s is believed to %d', (source, confidence) => {
    expect(known(said(source, 'Acme'), 'companyName', START)).toMatchObject({ confidence, isGuess: confidence < 0.5 })
  })

  test('two that agree are believed more than one, however they write it', () => {
    const claims = all(said('hunter', 'ACME  Ltd'), said('apollo', 'Acme Ltd'), said('pdl', 'Brightforge'))
    expect(known(claims, 'companyName', START)).toMatchObject({
      ...{ value: 'Acme Ltd', source: 'apollo', confidence: 0.85, agreeing: ['hunter'] },
      others: [{ source: 'pdl', value: 'Brightforge', at: START }],
    })
    const sure = all(said('apollo', 'Acme', { confidence: 0.9 }), said('hunter', 'Acme'))
    expect(known(sure, 'companyName', START)?.confidence).toBe(0.95)
  })

  test('a guess that agrees makes nothing more credible, and one that does not is no contradiction', () => {
    const agreeing = all(said('apollo', 'Acme'), said('guess:domain', 'Acme'))
    expect(known(agreeing, 'companyName', START)?.confidence).toBe(0.75)
    const other = all(said('apollo', 'Acme Ltd'), said('guess:domain', 'Acme'))
    expect(known(other, 'companyName', START)).toMatchObject({ value: 'Acme Ltd', others: [] })
  })

  test('a guess never outranks what a source said, however old that is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SOURCES),
        fc.constantFrom(...GUESSES),
        fc.integer({ min: 0, max: 60 }),
        (source, guess, quarters) => {
          const old = said(source, 'Acme', { at: START - quarters * QUARTER_MS })
          const fresh = said(guess, 'Somebody', { confidence: 0.3 })
          expect(known(addClaims(old, fresh), 'companyName', START)?.source).toBe(source)
        },
      ),
      { numRuns: 10_000 },
    )
  })

  test('grows less credible with every quarter of a year', () => {
    const confidence = (ageMs: number) =>
      known(said('apollo', 'Acme', { at: START - ageMs }), 'companyName', START)?.confidence
    expect(confidence(QUARTER_MS - 1)).toBe(0.75)
    expect(confidence(QUARTER_MS)).toBeCloseTo(0.7)
    expect(confidence(3 * QUARTER_MS)).toBeCloseTo(0.6)
    // A clock that is behind makes nothing more credible.
    expect(confidence(-2 * QUARTER_MS)).toBe(0.75)
    const claims = all(said('dropcontact', 'Old Ltd', { at: START - 2 * QUARTER_MS }), said('apollo', 'New Ltd'))
    expect(known(claims, 'companyName', START)?.value).toBe('New Ltd')
  })

  test.each(FIELDS)('%s is fresh for as long as its kind lasts', (field) => {
    const claims = { [field]: { apollo: { value: 'x', at: START } } }
    expect(known(claims, field, START + FRESH_MS[field] - 1)?.isFresh).toBe(true)
    expect(known(claims, field, START + FRESH_MS[field])?.isFresh).toBe(false)
  })
})

describe('what a provider answers', () => {
  test('becomes claims with where, when and by which call it was told', () => {
    const answer = hit(
      { email: 'ada@acme.example' },
      { jobTitle: 'Countess' },
      { emailStatus: { status: 'risky', detail: 'catch_all' } },
    )
    if (answer.kind !== 'hit') throw new Error('no hit')
    expect(claimsOf(answer.person, 'apollo', START, '-1')).toEqual({
      jobTitle: { apollo: { value: 'Countess', at: START, requestId: '-1' } },
      emailStatus: { apollo: { value: 'risky', note: 'catch_all', at: START, requestId: '-1' } },
    })
    expect(claimsOf(answer.person, 'apollo', START, null).jobTitle).toEqual({
      apollo: { value: 'Countess', at: START },
    })
  })

  test('is worth keeping only where it says something', () => {
    const ada = { email: 'ada@acme.example' }
    expect(saysSomething(hit(ada))).toBe(true)
    expect(saysSomething(hit(ada, {}, { emailStatus: { status: 'unknown', detail: null } }))).toBe(true)
    expect([hit(ada, {}), MISS, OPTED_OUT].map(saysSomething)).toEqual([false, false, false])
  })

  test('makes a contact enriched since the first of it; guesses and rules do not', () => {
    const since = (...claims: readonly Claims[]) => enrichedSince(all(...claims))
    expect(since(said('guess:domain', 'Acme'), said('rule:title', 'vp'))).toBeNull()
    expect(since(said('apollo', 'Acme', { confidence: 0.4 }))).toBeNull()
    expect(since(said('apollo', 'Acme'), said('hunter', 'Acme', { at: START - 5 }))).toBe(START - 5)
    // Old news was news when it came.
    expect(since(said('apollo', 'Acme', { at: START - 40 * QUARTER_MS }))).toBe(START - 40 * QUARTER_MS)
  })
})
