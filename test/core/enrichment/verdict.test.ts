import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { bestEvidence, type EmailEvidence, type EmailStatus, isOwnMail } from '../../../src/core/email-status.ts'
import type { Claims } from '../../../src/core/enrichment/claims.ts'
import { checkAgainAt, emailVerdict, isCurrent } from '../../../src/core/enrichment/verdict.ts'
import { DAY_MS, START } from './engine.ts'

const STATUSES = ['valid', 'risky', 'invalid', 'unknown'] as const
const VERIFIERS = ['zerobounce', 'millionverifier', 'reacher', 'hunter', 'dropcontact'] as const
const CLAIMING = ['apollo', 'pdl', 'import', 'bouncer'] as const
/** None of them has asked the mailbox, or anybody who has. */
const UNABLE = ['list', 'dns', 'syntax', 'guess:domain', 'rule:title', 'crm-sibling'] as const
const ODD = ['__proto__', 'constructor', 'toString'] as const

/** `source status age in days`, which is 0 where it is left out. */
function says(...words: readonly string[]): Claims {
  return {
    emailStatus: Object.fromEntries(
      words.map((word) => {
        const [source = '', value = '', days = '0'] = word.split(' ')
        return [source, { value, at: START - Number(days) * DAY_MS }]
      }),
    ),
  }
}

function verdictOf(...words: readonly string[]): string | null {
  const verdict = emailVerdict(says(...words), START)
  return verdict && `${verdict.source} ${verdict.status}`
}

const someClaims = fc
  .uniqueArray(
    fc.record({
      source: fc.constantFrom(...VERIFIERS, ...CLAIMING, ...UNABLE, ...ODD),
      value: fc.constantFrom(...STATUSES, 'verified', 'VALID', 'true', ''),
      at: fc.integer({ min: START - 400 * DAY_MS, max: START + DAY_MS }),
    }),
    { selector: ({ source }) => source, maxLength: 7 },
  )
  .map((voices) => ({ emailStatus: Object.fromEntries(voices.map(({ source, ...claim }) => [source, claim])) }))

describe('what is said of an address', () => {
  test.each<[claims: readonly string[], verdict: string | null]>([
    [[], null],
    [['zerobounce valid'], 'zerobounce valid'],
    // Who asked the mailbox knows better than who says so, and that one better than a list or the DNS.
    [['apollo valid', 'zerobounce invalid 100'], 'zerobounce invalid'],
    [['apollo valid 50', 'dns invalid'], 'apollo valid'],
    [['list risky', 'apollo valid 5'], 'apollo valid'],
    [['list risky', 'dns unknown'], 'list risky'],
    // Whoever found nothing out says nothing against those who did.
    [['zerobounce unknown', 'apollo risky'], 'apollo risky'],
    [['zerobounce unknown', 'dns unknown'], 'dns unknown'],
    // Those who know equally well and contradict each other.
    [['zerobounce valid', 'reacher invalid'], 'reacher, zerobounce risky'],
    [['zerobounce valid', 'reacher invalid', 'apollo valid'], 'reacher, zerobounce risky'],
    [['apollo valid', 'import invalid'], 'apollo, import risky'],
    [['zerobounce valid 3', 'hunter valid 1'], 'hunter valid'],
    // Too old to count.
    [['zerobounce valid 60'], null],
    [['zerobounce valid 59'], 'zerobounce valid'],
    [['zerobounce valid 60', 'apollo risky'], 'apollo risky'],
    [['zerobounce risky 30'], null],
    [['zerobounce invalid 179'], 'zerobounce invalid'],
    [['zerobounce invalid 180'], null],
    [['dns unknown 1'], null],
    // Words that are none of ours.
    [['apollo verified', 'import true'], null],
  ])('%j comes to %s', (claims, verdict) => {
    expect(verdictOf(...claims)).toBe(verdict)
  })

  test('is never valid but by the current word of a source that can prove it', () => {
    fc.assert(
      fc.property(someClaims, (claims) => {
        const verdict = emailVerdict(claims, START)
        if (verdict?.status !== 'valid') return
        const proof = claims.emailStatus[verdict.source]
        expect(proof).toMatchObject({ value: 'valid', at: verdict.at })
        expect(START - verdict.at).toBeLessThan(60 * DAY_MS)
        expect(UNABLE).not.toContain(verdict.source)
      }),
      { numRuns: 10_000 },
    )
  })

  test('comes to one of our words, from sources that said it, with one of their times', () => {
    fc.assert(
      fc.property(someClaims, (claims) => {
        const verdict = emailVerdict(claims, START)
        if (!verdict) return
        expect(STATUSES).toContain(verdict.status)
        const heard = verdict.source.split(', ').map((source) => claims.emailStatus[source])
        expect(Math.max(...heard.map((claim) => claim?.at ?? Number.NaN))).toBe(verdict.at)
      }),
      { numRuns: 10_000 },
    )
  })

  test.each(UNABLE)('is not valid by %s', (source) => {
    expect(verdictOf(`${source} valid`)).toBeNull()
    expect(verdictOf(`${source} valid`, 'apollo risky')).toBe('apollo risky')
  })
})

describe('what our own mail showed', () => {
  test('beats everything, and counts until it shows something else', () => {
    const own: EmailEvidence = { status: 'invalid', source: 'bounce', at: START - 900 * DAY_MS }
    fc.assert(
      fc.property(someClaims, (claims) => {
        const verdict = emailVerdict(claims, START)
        expect(bestEvidence(own, verdict)).toBe(own)
        expect(bestEvidence(verdict, own)).toBe(own)
      }),
    )
    const reply: EmailEvidence = { status: 'valid', source: 'reply', at: START }
    expect(bestEvidence(own, reply)).toBe(reply)
    expect([own, reply].map((evidence) => isCurrent(evidence, START + 900 * DAY_MS))).toEqual([true, true])
    expect([own, reply].map(isOwnMail)).toEqual([true, true])
  })

  test('and what others say come to the same in any order, and the same again', () => {
    const evidence = fc.record({
      status: fc.constantFrom(...STATUSES),
      source: fc.constantFrom('reply', 'bounce', 'zerobounce', 'apollo, import', 'dns'),
      at: fc.integer({ min: START - 3, max: START }),
    })
    fc.assert(
      fc.property(evidence, evidence, evidence, (a, b, c) => {
        expect(bestEvidence(a, b)).toEqual(bestEvidence(b, a))
        expect(bestEvidence(a, a)).toEqual(a)
        expect(bestEvidence(bestEvidence(a, b), c)).toEqual(bestEvidence(a, bestEvidence(b, c)))
      }),
      { numRuns: 10_000 },
    )
  })
})

test.each<[EmailStatus, number]>([
  ['valid', 60],
  ['risky', 30],
  ['invalid', 180],
  ['unknown', 1],
])('an address that was found %s is asked about again after %d days', (status, days) => {
  expect(checkAgainAt(status, START)).toBe(START + days * DAY_MS)
  expect(isCurrent({ status, at: START }, START + days * DAY_MS - 1)).toBe(true)
  expect(isCurrent({ status, at: START }, START + days * DAY_MS)).toBe(false)
})
