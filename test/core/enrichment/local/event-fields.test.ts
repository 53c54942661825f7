import { expect, test } from 'vitest'

import { claimsOfEvents } from '../../../../src/core/enrichment/local/event-fields.ts'

const at = Date.parse('2026-03-02T09:00:00Z')

function said(metadata: Readonly<Record<string, unknown>>, provider = 'lemlist', occurredAt = at) {
  return claimsOfEvents([{ provider, occurredAt, metadata }])
}

test.each([
  ['firstName', 'Ada', 'firstName', 'Ada'],
  ['Lead First Name', 'Ada', 'firstName', 'Ada'],
  ['last_name', 'Lovelace', 'lastName', 'Lovelace'],
  ['companyName', 'Brightforge', 'companyName', 'Brightforge'],
  ['Company', 'Brightforge', 'companyName', 'Brightforge'],
  ['job-title', 'CTO', 'jobTitle', 'CTO'],
  ['linkedin_url', 'http://linkedin.com/in/Ada/', 'linkedinUrl', 'https://www.linkedin.com/in/ada'],
  ['phone', '+44 113 496 0000', 'phone', '+441134960000'],
  ['Company size', '200-499', 'companySize', '201-500'],
  ['seniority', 'C-Level', 'seniorityLevel', 'c_level'],
])('what a tool calls %s and says %s of is %s %s', (name, value, field, told) => {
  expect(said({ [name]: value })).toEqual({ [field]: { 'event:lemlist': { value: told, at } } })
})

test.each([
  ['favouriteEngine', 'difference'],
  ['title', 'Our spring offer'],
  ['phone', true],
  ['company', 'N/A'],
  ['company', { name: 'Brightforge' }],
  ['linkedin', 'yes'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
])('%s: %j says nothing of a person', (name, value) => {
  expect(said(JSON.parse(JSON.stringify({ [name]: value })))).toEqual({})
})

test('of one tool the latest event counts, of several each', () => {
  const early = { provider: 'lemlist', occurredAt: at, metadata: { company: 'Old' } }
  const late = { provider: 'lemlist', occurredAt: at + 1, metadata: { company: 'New' } }
  const other = { provider: 'instantly', occurredAt: at, metadata: { company: 'Other' } }
  const claims = { 'event:lemlist': { value: 'New', at: at + 1 }, 'event:instantly': { value: 'Other', at } }
  expect(claimsOfEvents([late, other, early])).toEqual({ companyName: claims })
})
