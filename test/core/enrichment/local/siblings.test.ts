import fc from 'fast-check'
import { expect, test } from 'vitest'

import { fromSiblings, type SharedField, type SiblingValue } from '../../../../src/core/enrichment/local/siblings.ts'

const told = (field: SharedField, ...values: readonly string[]): SiblingValue[] =>
  values.map((value) => ({ field, value, entered: false }))
const entered = (field: SharedField, ...values: readonly string[]): SiblingValue[] =>
  values.map((value) => ({ field, value, entered: true }))
const values = (siblings: readonly SiblingValue[]) => fromSiblings(siblings).map(({ value }) => value)

test('two colleagues who agree tell the third', () => {
  expect(fromSiblings(told('companyName', 'Brightforge', 'Brightforge'))).toEqual([
    { field: 'companyName', source: 'crm-sibling', value: 'Brightforge', confidence: 0.7 },
  ])
})

test('one colleague alone tells nothing, unless a person entered it', () => {
  expect(values(told('companyName', 'Brightforge'))).toEqual([])
  expect(values(entered('companyName', 'Brightforge'))).toEqual(['Brightforge'])
})

test('colleagues who disagree tell nothing', () => {
  expect(values(told('companyName', 'Brightforge', 'Coldforge'))).toEqual([])
  expect(values(told('companyName', 'Brightforge', 'Coldforge', 'Brightforge', 'Coldforge'))).toEqual([])
  expect(values(entered('companyName', 'Brightforge', 'Coldforge'))).toEqual([])
})

test('the majority counts, and what a person entered counts more', () => {
  const three = told('companyName', 'Brightforge', 'Brightforge', 'Brightforge')
  expect(values([...three, ...told('companyName', 'Coldforge', 'Coldforge')])).toEqual(['Brightforge'])
  expect(values([...three, ...entered('companyName', 'Coldforge')])).toEqual(['Coldforge'])
})

test.each<[field: SharedField, spellings: readonly string[], common: string]>([
  ['companyName', ['Brightforge GmbH', 'brightforge'], 'Brightforge GmbH'],
  ['companyName', ['Brightforge, Inc.', 'BRIGHTFORGE', 'Brightforge, Inc.'], 'Brightforge, Inc.'],
  ['companyName', ['Brightforge GmbH & Co. KG', 'Bright­forge'.replace('\u00ad', ''), 'Brightforge'], 'Brightforge'],
  ['companyName', ['Acme S.A.', 'Acme  SA', 'Acme  SA'], 'Acme SA'],
  ['companyName', ['SE', 'SE'], 'SE'],
  [
    'industry',
    ['Hospital & Health Care', 'hospital and health care', 'Hospital & Health Care'],
    'Hospital & Health Care',
  ],
  ['companySize', ['51-200', '51-200'], '51-200'],
])('as %s %j are one', (field, spellings, common) => {
  expect(values(told(field, ...spellings))).toEqual([common])
})

test('different companies with the same form are two', () => {
  expect(values(told('companyName', 'Brightforge GmbH', 'Coldforge GmbH'))).toEqual([])
  expect(values(told('companyName', 'GmbH', 'AG'))).toEqual([])
})

test('a size that is none of the bands, and a value without letters, tell nothing', () => {
  expect(values(entered('companySize', 'about forty'))).toEqual([])
  expect(values(entered('companyName', ' - '))).toEqual([])
})

test('each field is told for itself', () => {
  const siblings = [...told('companyName', 'Brightforge', 'Brightforge'), ...told('industry', 'Forging', 'Forging')]
  expect(fromSiblings([...siblings, ...told('companySize', '11-50')]).map(({ field }) => field)).toEqual([
    'companyName',
    'industry',
  ])
})

const aSibling = fc.record({
  field: fc.constantFrom<SharedField>('companyName', 'industry', 'companySize'),
  value: fc.oneof(fc.constantFrom('Acme', 'ACME', 'Acme Inc', 'Zeta', '11-50', '51-200', ''), fc.string()),
  entered: fc.boolean(),
})

test('the order of colleagues does not matter', () => {
  const inTwoOrders = fc
    .array(aSibling, { maxLength: 8 })
    .chain((siblings) => fc.tuple(fc.constant(siblings), fc.shuffledSubarray(siblings, { minLength: siblings.length })))
  fc.assert(
    fc.property(inTwoOrders, ([one, other]) => {
      expect(fromSiblings(other)).toEqual(fromSiblings(one))
    }),
    { numRuns: 10_000 },
  )
})
