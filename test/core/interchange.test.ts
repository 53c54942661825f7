import { describe, expect, test } from 'vitest'

import { EVENT_TYPES, type EventType } from '../../src/core/event.ts'
import { engagementType, type InterchangeContact, toInterchange } from '../../src/core/interchange.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { anEvent } from '../support/events.ts'

function read(key: string, value: unknown): InterchangeContact {
  const entry = fromInterchange(key, value)
  if ('problem' in entry) throw new Error(entry.problem)
  return entry.contact
}

function problemOf(value: unknown, key = 'ada@example.com'): string | undefined {
  const entry = fromInterchange(key, value)
  return 'problem' in entry ? entry.problem : undefined
}

function timeOf(timestamp: string): string | undefined {
  const [event] = read('ada@example.com', { engagements: [{ engagement_type: 'email_opened', timestamp }] }).events
  return event && new Date(event.occurredAt).toISOString()
}

/** As another program writes it: naive times with microseconds, nulls, and only some of the fields. */
const ADA = {
  email: 'Ada@Example.com',
  domain: 'example.com',
  status: 'engaged',
  first_name: ' Ada ',
  last_name: 'Łovelace',
  company: null,
  title: '',
  enrichment: {
    company_name: 'Analytical Engines',
    job_title: 'Programmer',
    linkedin_url: null,
    phone: null,
    industry: 'Machines',
    seniority_level: 'c_suite',
    company_size: 11,
    email_verified: true,
    verification_timestamp: '2026-02-01T08:00:00.123456',
    enriched_at: '2026-02-01T07:00:00',
    enrichment_source: 'apollo',
  },
  engagements: [
    { engagement_type: 'email_sent', timestamp: '2026-02-03T10:00:00', metadata: { campaign: 'Q1' } },
    { engagement_type: 'reply_received', timestamp: '2026-02-04T10:30:00.654321', metadata: null },
    { engagement_type: 'demo_attended', timestamp: '2026-02-05T10:00:00+01:00' },
  ],
  created_at: '2026-01-01T00:00:00',
  updated_at: '2026-02-05 10:00:00.000001',
  imported_from_campaign: 'Q1',
  tags: ['vip'],
  custom_fields: { tier: 'gold', seats: 3 },
}

describe('reading the interchange format', () => {
  test('takes every field, with naive times as UTC', () => {
    expect(read('ada@example.com', ADA)).toEqual({
      email: 'Ada@Example.com',
      status: 'engaged',
      firstName: 'Ada',
      lastName: 'Łovelace',
      company: null,
      title: null,
      owner: null,
      tags: ['vip'],
      customFields: { tier: 'gold', seats: 3 },
      sourceCampaign: 'Q1',
      enrichment: {
        companyName: 'Analytical Engines',
        jobTitle: 'Programmer',
        linkedinUrl: null,
        phone: null,
        industry: 'Machines',
        seniorityLevel: 'c_suite',
        companySize: '11',
        emailVerified: true,
        verifiedAt: Date.UTC(2026, 1, 1, 8, 0, 0, 123),
        enrichedAt: Date.UTC(2026, 1, 1, 7),
        source: 'apollo',
      },
      claims: {},
      emailEvidence: { status: 'valid', source: 'apollo', at: Date.UTC(2026, 1, 1, 8, 0, 0, 123) },
      suppression: null,
      createdAt: Date.UTC(2026, 0, 1),
      updatedAt: Date.UTC(2026, 1, 5, 10),
      events: [
        expect.objectContaining({
          type: 'sent',
          provider: 'import',
          recipient: 'Ada@Example.com',
          occurredAt: Date.UTC(2026, 1, 3, 10),
          receivedAt: Date.UTC(2026, 1, 3, 10),
          metadata: { campaign: 'Q1' },
        }),
        expect.objectContaining({ type: 'replied', occurredAt: Date.UTC(2026, 1, 4, 10, 30, 0, 654), metadata: {} }),
        expect.objectContaining({ type: 'demo_attended', occurredAt: Date.UTC(2026, 1, 5, 9) }),
      ],
    })
  })

  test('cuts what is too long for its field, and keeps the whole beside it', () => {
    const [name, tag] = ['Ada '.repeat(1000).trim(), `${'t'.repeat(99)}\u{1f600}s`]
    const ada = read('ada@example.com', {
      first_name: name,
      company: 'Acme',
      imported_from_campaign: 'c'.repeat(300),
      owner: 'o'.repeat(300),
      tags: ['vip', tag],
      custom_fields: { tier: 'gold' },
    })
    expect(ada).toMatchObject({
      firstName: 'Ada '.repeat(50).trim(),
      company: 'Acme',
      sourceCampaign: 'c'.repeat(200),
      owner: null,
      tags: ['vip', `${'t'.repeat(99)}\u{1f600}`],
    })
    expect(ada.customFields).toEqual({
      tier: 'gold',
      first_name: name,
      imported_from_campaign: 'c'.repeat(300),
      owner: 'o'.repeat(300),
      tags: `vip, ${tag}`,
    })
  })

  test('has each tag once, whatever its case', () => {
    expect(read('bob@example.com', { tags: ['VIP', 'später', 'vip', 'später'] }).tags).toEqual(['VIP', 'später'])
  })

  test('reads tags as every other list does', () => {
    expect(read('bob@example.com', { tags: ['', 'a, b', ' #x ', '"B"'] }).tags).toEqual(['a', 'b', 'x'])
  })

  test('makes an entry of nothing a new contact', () => {
    expect(read('bob@example.com', {})).toMatchObject({
      email: 'bob@example.com',
      status: 'new',
      tags: [],
      customFields: {},
      enrichment: null,
      emailEvidence: null,
      createdAt: null,
      events: [],
    })
  })

  test('takes null in any field for a field that is missing', () => {
    const written = toInterchange(read('ada@example.com', ADA), { score: 0, counters: {} })
    const nothing = Object.fromEntries(Object.keys(written).map((field) => [field, null]))
    expect(read('bob@example.com', nothing)).toEqual(read('bob@example.com', {}))
  })

  test('has no enrichment where every field of it is empty', () => {
    expect(read('bob@example.com', { enrichment: { company_name: ' ', email_verified: false } }).enrichment).toBeNull()
  })

  test('believes in an address only when somebody looked, and says when', () => {
    const evidence = (enrichment: object) => read('bob@example.com', { enrichment }).emailEvidence
    expect(evidence({ industry: 'Machines', email_verified: false, enriched_at: '2026-02-01' })).toBeNull()
    expect(evidence({ email_verified: true })).toBeNull()
    expect(evidence({ email_verified: true, enriched_at: '2026-02-01' })).toEqual({
      status: 'valid',
      source: 'import',
      at: Date.UTC(2026, 1, 1),
    })
  })

  test.each([
    ['2026-03-02T09:00:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02 09:00:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00.123456', '2026-03-02T09:00:00.123Z'],
    ['2026-03-02T09:00:00.123456+00:00', '2026-03-02T09:00:00.123Z'],
    ['2026-03-02T09:00:00Z', '2026-03-02T09:00:00.000Z'],
    [' 2026-03-02T09:00:00Z ', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00:00-05:00', '2026-03-02T14:00:00.000Z'],
    ['2026-03-02T09:00:00+0545', '2026-03-02T03:15:00.000Z'],
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
  ])('%s is %s, whatever the zone of this machine', (written, meant) => {
    expect(timeOf(written)).toBe(meant)
  })

  test('keeps equal engagements of one contact apart, and gives each the same id in every import', () => {
    const opened = { engagement_type: 'email_opened', timestamp: '2026-02-03T10:00:00' }
    const ids = () => read('ada@example.com', { engagements: [opened, opened] }).events.map(({ id }) => id)
    expect(new Set(ids()).size).toBe(2)
    expect(ids()).toEqual(ids())
    const [others] = read('bob@example.com', { engagements: [opened] }).events
    expect(ids()).not.toContain(others?.id)
  })
})

test('nobody comes back to us after the list came', () => {
  const back = { engagements: [{ engagement_type: 'email_resubscribed', timestamp: '2026-03-05T09:00:00Z' }] }
  const later = (hours: number) => Date.UTC(2026, 2, 5, 9) - hours * 60 * 60_000
  expect(fromInterchange('ada@example.com', back, later(24))).toHaveProperty('contact')
  expect(fromInterchange('ada@example.com', back, later(25))).toMatchObject({
    problem: 'engagements.0.timestamp: nobody can come back in the future',
  })
  const opened = { engagements: [{ engagement_type: 'email_opened', timestamp: '2026-03-05T09:00:00Z' }] }
  expect(fromInterchange('ada@example.com', opened, later(25))).toHaveProperty('contact')
})

describe('a problem is a sentence that names the field', () => {
  const engagement = { engagement_type: 'email_opened', timestamp: '2026-02-03T10:00:00' }

  test.each<[value: unknown, problem: RegExp]>([
    [{ email: 'nobody' }, /^email: "nobody" is not an address$/],
    [{ status: 'happy' }, /^status: .*"new".*"disqualified"/],
    [{ created_at: 'yesterday' }, /^created_at: "yesterday" is not a time$/],
    [{ created_at: '5' }, /^created_at: "5" is not a time$/],
    [{ created_at: 'March 2, 2026' }, /^created_at: "March 2, 2026" is not a time$/],
    [{ created_at: '2026-02-31T25:00:00' }, /^created_at: "2026-02-31T25:00:00" is not a time$/],
    [{ engagements: [engagement, { ...engagement, timestamp: 'soon' }] }, /^engagements\.1\.timestamp: "soon" is not/],
    [{ engagements: [{ ...engagement, timestamp: '2226-02-03T10:00:00' }] }, /^engagements\.0\.timestamp: .*future/],
    [
      { engagements: [{ ...engagement, engagement_type: 'email_eaten' }] },
      /^engagements\.0\.engagement_type: "email_eaten" is not a kind of engagement$/,
    ],
    [
      { engagements: [{ ...engagement, metadata: { touchpoint: { provider: 'x', id: 'y', machine: 'no' } } }] },
      /^engagements: touchpoint\.machine: /,
    ],
    [{ first_name: 'Ada\0' }, /^first_name: .*cannot be stored/],
    [{ custom_fields: { 'a\0': 1 } }, /^custom_fields: .*cannot be stored/],
    [{ tags: ['fine', '\ud83d'] }, /^tags: .*cannot be stored/],
    [{ tags: 'vip' }, /^tags: /],
    [{ suppression: { reason: 'rude', since: '2026-01-01' } }, /^suppression\.reason: /],
    ['ada@example.com', /^the entry: /],
    [null, /^the entry: /],
  ])('%j', (value, problem) => {
    expect(problemOf(value)).toMatch(problem)
  })

  test.each([`a${'\ud83d'}@example.com`, `nobody${'\0'}`, `${'x'.repeat(79)}\u{1f600}`, `\u{1f600}${'\ud83d'}`])(
    'and can be stored, whatever the key %j is',
    (key) => {
      const problem = problemOf({}, key)
      expect(problem).toMatch(/^email: /)
      expect(problem?.isWellFormed()).toBe(true)
      expect(problem).not.toContain('\0')
    },
  )

  test.each([
    [{ created_at: `${'x'.repeat(39)}\u{1f600}` }],
    [{ engagements: [{ ...engagement, engagement_type: `${'x'.repeat(39)}\u{1f600}\0` }] }],
    [{ enrichment_claims: { '\ud83d': 'x' } }],
  ])('and can be stored where it tells of %j', (value) => {
    const problem = problemOf(value)
    expect(problem).toBeDefined()
    expect(problem?.isWellFormed()).toBe(true)
    expect(problem).not.toContain('\0')
  })

  test.each<[value: unknown, problem: RegExp]>([
    [{ custom_fields: { a: JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) } }, /^the entry: it is nested/],
    [{ first_name: 'x'.repeat(32_001) }, /^first_name: it has more than 32,000 characters$/],
    [{ tags: ['x'.repeat(32_001)] }, /^tags\.0: it has more than 32,000 characters$/],
    [
      { enrichment_claims: { first_name: [{ source: 'x', value: 'x'.repeat(32_001), at: '2026-01-01' }] } },
      /^enrichment_claims/,
    ],
    [
      { engagements: [{ ...engagement, metadata: { touchpoint: { provider: 'x', id: 'y'.repeat(2001) } } }] },
      /^engagements: touchpoint\.id: /,
    ],
    [
      {
        engagements: [
          {
            ...engagement,
            metadata: {
              touchpoint: { provider: 'x', id: 'y', campaign: { id: null, name: 'é'.repeat(1001), step: null } },
            },
          },
        ],
      },
      /^engagements: touchpoint\.campaign\.name: /,
    ],
  ])('it is refused where it is longer or deeper than anything that is meant (%#)', (value, problem) => {
    expect(problemOf(value)).toMatch(problem)
  })

  test('a key that is no address is one too', () => {
    expect(problemOf({}, 'Ada Lovelace')).toBe('email: "Ada Lovelace" is not an address')
  })

  test.each(['emoji \u{1f600}', 'C:\\u0000', 'a\nb'])('%j is text like any other', (text) => {
    expect(problemOf({ first_name: text })).toBeUndefined()
  })
})

test('a __proto__ key reaches no prototype', () => {
  const poison = '{"polluted":true}'
  const text = `{"__proto__":${poison},"ada@example.com":{"__proto__":${poison},"custom_fields":{"__proto__":${poison}},
    "engagements":[{"engagement_type":"email_opened","timestamp":"2026-02-03","metadata":{"__proto__":${poison}}}]}}`
  const entries = Object.entries(JSON.parse(text)).map(([key, value]) => fromInterchange(key, value))
  expect(entries[0]).toEqual({ key: '__proto__', problem: 'email: "__proto__" is not an address' })
  const { customFields, events } = read('ada@example.com', Object.entries(JSON.parse(text))[1]?.[1])
  for (const value of [{}, customFields, events[0]?.metadata]) expect(value).not.toHaveProperty('polluted')
})

test.each<[type: EventType, name: string]>([
  ['queued', 'email_queued'],
  ['sent', 'email_sent'],
  ['delivered', 'email_delivered'],
  ['deferred', 'email_deferred'],
  ['bounced', 'email_bounced'],
  ['rejected', 'email_rejected'],
  ['failed', 'email_failed'],
  ['opened', 'email_opened'],
  ['clicked', 'link_clicked'],
  ['complained', 'email_complained'],
  ['unsubscribed', 'email_unsubscribed'],
  ['resubscribed', 'email_resubscribed'],
  ['replied', 'reply_received'],
  ['auto_replied', 'email_auto_replied'],
  ['inbound', 'email_inbound'],
  ['lead_status', 'email_lead_status'],
  ['website_visit', 'website_visit'],
  ['form_submission', 'form_submission'],
  ['call_scheduled', 'call_scheduled'],
  ['call_completed', 'call_completed'],
  ['demo_attended', 'demo_attended'],
  ['unknown', 'email_unknown'],
])('%s is written as %s and read back', (type, name) => {
  expect(engagementType(type)).toBe(name)
  const engagements = [{ engagement_type: name, timestamp: '2026-02-03T10:00:00Z' }]
  expect(read('ada@example.com', { engagements }).events).toMatchObject([{ type }])
})

test('every type of event has a name of its own', () => {
  expect(new Set(EVENT_TYPES.map(engagementType)).size).toBe(EVENT_TYPES.length)
})

test('an event keeps every field on its way out and in', () => {
  const event = anEvent({
    type: 'bounced',
    class: 'hard',
    recipient: 'ada@example.com',
    messageId: 'm1',
    rfcMessageId: 'm1@example.org',
    campaign: { id: 'c1', name: 'Q1 ‘launch’', step: null },
    tags: ['a', 'b'],
    metadata: { lead_ref: 'L-42', nested: { n: null, list: [1, 'x'] } },
    url: 'https://example.com/?a=1',
    ip: '192.0.2.1',
    userAgent: 'Mozilla/5.0',
    geo: { country: 'PL', region: null, city: 'Łódź' },
    machine: false,
    bounce: { smtpCode: '550', enhancedCode: '5.1.1', reason: 'no such user', providerClass: null },
    reply: {
      from: 'ada@home.example',
      to: null,
      subject: 'Re: Hi',
      text: 'Yes\n> Hi',
      html: null,
      excerpt: 'Yes',
      inReplyTo: 'm0@example.org',
      references: [],
      auto: false,
    },
    raw: { as: 'received' },
  })
  const contact = { ...read('ada@example.com', {}), events: [event] }
  const written: unknown = JSON.parse(JSON.stringify(toInterchange(contact, { score: 1, counters: {} })))
  expect(read('ada@example.com', written).events).toEqual([event])
})

test('what an event is suspected of is written, and found anew from the events that are read', () => {
  const event = anEvent({ suspected: 'link_burst' })
  const contact = { ...read('ada@example.com', {}), events: [event] }
  const written = toInterchange(contact, { score: 1, counters: {} })
  expect(written.engagements).toMatchObject([{ metadata: { touchpoint: { suspected: 'link_burst' } } }])
  expect(read('ada@example.com', written).events).toEqual([{ ...event, suspected: null }])
})
