import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ALERT_KINDS, type AlertKind } from '../../../src/core/alerts/kinds.ts'
import { ABOUT_NOBODY, type AlertAbout, type AlertRule, routed, TO_OWNER } from '../../../src/core/alerts/rules.ts'

const everything: AlertRule = { id: 1, kinds: [], campaign: null, tag: null, owner: null, target: 'CALL' }

function aRule(overrides: Partial<AlertRule>): AlertRule {
  return { ...everything, ...overrides }
}

const ada: AlertAbout = { campaign: 'Spring launch', tags: ['VIP', 'Émile'], owner: 'UADA' }

function targets(rules: readonly AlertRule[], about: AlertAbout = ada, kind: AlertKind = 'replied') {
  return routed(rules, kind, about, '#alerts').map(({ to }) => to)
}

describe('where an alert goes', () => {
  test.each<[what: string, rule: Partial<AlertRule>, matches: boolean]>([
    ['without a condition', {}, true],
    ['of its kind', { kinds: ['hot', 'replied'] }, true],
    ['of another kind', { kinds: ['hot'] }, false],
    ['of its campaign, in any case and with spaces', { campaign: '  SPRING Launch ' }, true],
    ['of a campaign that begins like it', { campaign: 'Spring' }, false],
    ['of one of its tags, in any case', { tag: 'vip' }, true],
    ['of a tag that is written in other bytes', { tag: 'e\u0301mile' }, true],
    ['of another tag', { tag: 'vi' }, false],
    ['of its owner', { owner: 'UADA' }, true],
    ['of another owner', { owner: 'UBOB' }, false],
    ['of all of them', { kinds: ['replied'], campaign: 'spring launch', tag: 'vip', owner: 'UADA' }, true],
    ['of all but one of them', { kinds: ['replied'], campaign: 'spring launch', tag: 'vip', owner: 'UBOB' }, false],
  ])('by a rule %s', (_, rule, matches) => {
    expect(targets([aRule(rule)])).toEqual([matches ? 'CALL' : '#alerts'])
  })

  test('is the sum of the rules that match, each target once and by the first of them', () => {
    const rules = [
      aRule({ id: 4, kinds: ['hot'], target: 'CHOT' }),
      aRule({ id: 5, target: 'CSALES' }),
      aRule({ id: 6, tag: 'vip', target: 'UBOB' }),
      aRule({ id: 7, campaign: 'spring launch', target: 'CSALES' }),
    ]
    expect(routed(rules, 'replied', ada, '#alerts')).toEqual([
      { to: 'CSALES', rule: 5 },
      { to: 'UBOB', rule: 6 },
    ])
  })

  test('is the owner of the contact where a rule says so, and the channel where nobody owns them', () => {
    const rules = [aRule({ target: TO_OWNER })]
    expect(targets(rules)).toEqual(['UADA'])
    expect(targets(rules, { ...ada, owner: null })).toEqual(['#alerts'])
  })

  test('is nowhere where no rule matches and there is no channel', () => {
    expect(routed([aRule({ kinds: ['hot'] })], 'replied', ada, null)).toEqual([])
  })

  test('is no matter of a campaign, a tag or an owner for what is about nobody', () => {
    const rules = [aRule({ campaign: 'Spring launch' }), aRule({ tag: 'vip' }), aRule({ owner: 'UADA' })]
    expect(targets(rules, ABOUT_NOBODY, 'source_silent')).toEqual(['#alerts'])
    expect(targets([everything], ABOUT_NOBODY, 'source_silent')).toEqual(['CALL'])
  })
})

const names = fc.constantFrom('Spring', 'spring', 'SPRING ', 'Autumn', 'constructor', '')
const people = fc.constantFrom('UADA', 'UBOB', 'UEVE')
const kinds = fc.constantFrom(...ALERT_KINDS)
const rules = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 1000 }),
    kinds: fc.uniqueArray(kinds),
    campaign: fc.option(names),
    tag: fc.option(names),
    owner: fc.option(people),
    target: fc.oneof(people, fc.constantFrom('CONE', 'CTWO', TO_OWNER)),
  }),
  { maxLength: 12, selector: ({ id }) => id },
)
const abouts = fc.record({ campaign: fc.option(names), tags: fc.array(names), owner: fc.option(people) })
const fallbacks = fc.option(fc.constantFrom('#alerts', 'CONE'))

describe('whatever the rules are', () => {
  test('one rule more takes no target away but the channel for the rest', () => {
    fc.assert(
      fc.property(rules, kinds, abouts, fallbacks, (all, kind, about, fallback) => {
        const fewer = routed(all.slice(0, -1), kind, about, fallback).filter(({ rule }) => rule !== null)
        const more = routed(all, kind, about, fallback)
        expect(more).toEqual(expect.arrayContaining(fewer))
      }),
    )
  })

  test('no target has an alert twice, none is the word for the owner, and the channel has only what no rule sends', () => {
    fc.assert(
      fc.property(rules, kinds, abouts, fallbacks, (all, kind, about, fallback) => {
        const found = routed(all, kind, about, fallback)
        expect(new Set(found.map(({ to }) => to)).size).toBe(found.length)
        expect(found.map(({ to }) => to)).not.toContain(TO_OWNER)
        if (found.some(({ rule }) => rule === null)) expect(found).toHaveLength(1)
        if (fallback !== null) expect(found.length).toBeGreaterThan(0)
      }),
    )
  })

  test('their order does not matter for where an alert goes', () => {
    fc.assert(
      fc.property(rules, kinds, abouts, fallbacks, (all, kind, about, fallback) => {
        const places = (some: typeof all) =>
          routed(some, kind, about, fallback)
            .map(({ to }) => to)
            .sort()
        expect(places(all.toReversed())).toEqual(places(all))
      }),
    )
  })
})
