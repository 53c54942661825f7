import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type Change, type Delta, laterOn, reversed, touched, withTags } from '../../../src/core/changes/change.ts'

function aChange(id: number, delta: Partial<Delta>, undoes: number | null = null): Change {
  return { id, contactId: 1, at: 0, actor: `U${id}`, action: 'profile', before: {}, after: {}, undoes, ...delta }
}

const renamed = { before: { firstName: 'Ada' }, after: { firstName: 'Eda' } }

describe('what a change touches', () => {
  test.each<[string, Delta, string[]]>([
    [
      'a decision, and not the status that follows from it',
      {
        before: { decision: null, decidedAt: null, status: 'new' },
        after: { decision: 'converted', decidedAt: 1, status: 'converted' },
      },
      ['decision'],
    ],
    ['fields', { before: { title: null, company: 'A' }, after: { title: 'CTO', company: null } }, ['company', 'title']],
    ['an owner who is taken off', { before: { owner: 'U1' }, after: { owner: null } }, ['owner']],
    [
      'tags, whatever their case',
      { before: { tags: ['VIP'] }, after: { tags: ['Spring'] } },
      ['tag:vip', 'tag:spring'],
    ],
    ['its note', { before: {}, after: { note: 7 } }, ['note:7']],
  ])('is %s', (_what, delta, keys) => {
    expect([...touched(delta)]).toEqual(keys)
    expect([...touched(reversed(delta))].sort()).toEqual([...keys].sort())
  })
})

describe('a later change of the same', () => {
  test('is the newest that shares something', () => {
    const later = [aChange(2, renamed), aChange(4, renamed), aChange(3, renamed), aChange(5, { after: { title: 'x' } })]
    expect(laterOn(aChange(1, renamed), later)?.id).toBe(4)
  })

  test('is none that was taken back, nor what took it back', () => {
    const later = [aChange(2, renamed), aChange(3, reversed(renamed), 2)]
    expect(laterOn(aChange(1, renamed), later)).toBeUndefined()
    expect(laterOn(aChange(1, renamed), [...later, aChange(4, renamed)])?.id).toBe(4)
  })

  test('is none of another field or tag', () => {
    const tagged = aChange(1, { after: { tags: ['vip'] } })
    expect(laterOn(tagged, [aChange(2, { after: { tags: ['spring'] } }), aChange(3, renamed)])).toBeUndefined()
    expect(laterOn(tagged, [aChange(2, { before: { tags: ['VIP'] } })])?.id).toBe(2)
  })
})

test('tags that are taken off and put on again are the same ones, in some order', () => {
  const tag = fc.constantFrom('vip', 'VIP', 'spring', 'a b', 'é')
  const all = fc.uniqueArray(tag, { selector: (one) => one.toLowerCase() })
  fc.assert(
    fc.property(all, all, (before, extra) => {
      const added = extra.filter((one) => !before.some((other) => other.toLowerCase() === one.toLowerCase()))
      expect(withTags(withTags(before, [], added), added, [])).toEqual(before)
      expect(withTags(withTags(before, before, []), [], before)).toEqual(before)
    }),
  )
})
