import { describe, expect, test } from 'vitest'

import { distinctName, leadStatus, toldReply } from '../../src/webhooks/outreach.ts'
import { aReceiver, fixturesOf, patched, requestOf, signed } from './harness.ts'

/** What is read when `provider` posts the base of its fixtures with each of `patches`. */
async function read(provider: string, ...patches: readonly object[]) {
  const base = fixturesOf(provider).find(({ name }) => name === 'names')?.base
  const receiver = aReceiver()
  for (const patch of patches) {
    const response = await receiver.post(provider, signed(provider, requestOf({ body: patched(base, patch) })))
    expect(response.status).toBe(200)
  }
  return receiver
}

/** How many events these are, once what came twice counts once. */
async function distinct(provider: string, ...patches: readonly object[]): Promise<number> {
  const receiver = await read(provider, ...patches)
  expect(receiver.events()).toHaveLength(patches.length)
  return new Set(receiver.events().map(({ id }) => id)).size
}

describe('one thing that is told twice is one event:', () => {
  test.each<[provider: string, what: string, ...patches: object[]]>([
    ['instantly', 'a click by its two names', { event_type: 'link_clicked' }, { event_type: 'email_link_clicked' }],
    [
      'smartlead',
      'a first mail, as first and as mail',
      { event_type: 'EMAIL_SENT' },
      { event_type: 'FIRST_EMAIL_SENT', event_timestamp: '2026-01-01T00:00:02Z' },
    ],
    ['smartlead', 'an open by its old and its new name', { event_type: 'EMAIL_OPEN' }, { event_type: 'EMAIL_OPENED' }],
    [
      'replyio',
      'an open to two subscriptions',
      { event: { id: 'one', subscription_id: 1 } },
      { event: { id: 'two', subscription_id: 2 } },
    ],
    ['customerio', 'an open with its id', { data: { subject: 'Hi' } }, { data: { subject: 'Other' } }],
    ['lemlist', 'an open with its id', { subject: 'Hi' }, { subject: 'Other' }],
    ['woodpecker', 'an open of a prospect whose data changed', {}, { prospect: { status: 'REPLIED' } }],
  ])('%s, %s', async (provider, _what, ...patches) => {
    expect(await distinct(provider, ...patches)).toBe(1)
  })
})

describe('two things stay two events:', () => {
  const [a, b] = ['https://example.org/a', 'https://example.org/b']
  test.each<[provider: string, what: string, ...patches: object[]]>([
    ['instantly', 'opens of two steps', { step: 1 }, { step: 2 }],
    ['instantly', 'opens at two times', {}, { timestamp: '2026-01-01T00:00:01Z' }],
    ['instantly', 'two labels', { event_type: 'lead_interested' }, { event_type: 'Call me in Q3' }],
    ['instantly', 'two workspaces', {}, { workspace: 'another' }],
    ['instantly', 'two leads', {}, { lead_email: 'bob@example.com' }],
    [
      'smartlead',
      'two clicks in a second',
      { event_type: 'EMAIL_LINK_CLICK', link_clicked: a },
      { event_type: 'EMAIL_LINK_CLICK', link_clicked: b },
    ],
    ['smartlead', 'mails of two steps', { event_type: 'EMAIL_SENT' }, { event_type: 'EMAIL_SENT', sequence_number: 3 }],
    [
      'smartlead',
      'two replies in a second',
      { event_type: 'EMAIL_REPLY', reply_message: { message_id: '<r1@example.com>' } },
      { event_type: 'EMAIL_REPLY', reply_message: { message_id: '<r2@example.com>' } },
    ],
    [
      'smartlead',
      'two categories in a second',
      { event_type: 'LEAD_CATEGORY_UPDATED', lead_category: { new_id: 1, new_name: 'Interested' } },
      { event_type: 'LEAD_CATEGORY_UPDATED', lead_category: { new_id: 2, new_name: 'Meeting Request' } },
    ],
    [
      'replyio',
      'two clicks in a second',
      { event: { type: 'link_clicked' }, url: a },
      { event: { type: 'link_clicked' }, url: b },
    ],
    ['replyio', 'two unknown names', { event: { type: 'teleported' } }, { event: { type: 'vanished' } }],
    ['lemlist', 'two activities', { _id: 'act_1' }, { _id: 'act_2' }],
    ['lemlist', 'two clicks without ids', { _id: null, linkUrl: a }, { _id: null, linkUrl: b }],
    [
      'woodpecker',
      'two clicks in a second',
      { method: 'link_clicked', click_url: a },
      { method: 'link_clicked', click_url: b },
    ],
    ['woodpecker', 'two firms', {}, { firm_id: 1 }],
    [
      'customerio',
      'two clicks without ids',
      { event_id: null, data: { href: a } },
      { event_id: null, data: { href: b } },
    ],
  ])('%s, %s', async (provider, _what, ...patches) => {
    expect(await distinct(provider, ...patches)).toBe(2)
  })
})

test.each<[provider: string, secret: object, nameless: object]>([
  [
    'smartlead',
    { secret_key: 'echoed-secret', data: { secret_key: 'echoed-secret' }, event_type: 'EMAIL_TELEPORTED' },
    { sl_lead_email: null, to_email: null },
  ],
  ['lemlist', { secret: 'echoed-secret', type: 'emailsTeleported' }, { leadEmail: null }],
])(
  '%s: a secret that comes back is kept neither with what is read nor with what is not',
  async (provider, secret, nameless) => {
    const receiver = await read(provider, secret, { ...secret, ...nameless })
    expect(receiver.events()).toMatchObject([{ type: 'unknown' }])
    expect(JSON.stringify(receiver.events())).not.toContain('echoed-secret')
    const [part] = receiver.unreadable()
    expect(Buffer.from(part?.raw ?? []).toString()).toMatch(/^(?!.*echoed-secret).*[Tt]eleported/i)
  },
)

test('a hundred elements of Woodpecker are a hundred events, and a broken one among them costs itself', async () => {
  const base = fixturesOf('woodpecker').find(({ name }) => name === 'names')?.base
  const elements = Array.from({ length: 100 }, (_, id) => patched(base, { prospect: { id } }))
  const receiver = aReceiver()
  await receiver.post('woodpecker', signed('woodpecker', requestOf({ body: elements.with(50, { method: 'x' }) })))
  expect(new Set(receiver.events().map(({ id }) => id)).size).toBe(99)
  expect(receiver.unreadable()).toHaveLength(1)
})

test.each([
  ['Not Interested', 'not_interested'],
  ['notInterested', 'not_interested'],
  ['not_interested', 'not_interested'],
  ['  Meeting - booked ', 'meeting_booked'],
  ['Später', 'später'],
  ['', ''],
])('the lead status %j is %j', (label, status) => {
  expect(leadStatus(label)).toBe(status)
})

test('names are told apart where the type does not do it', () => {
  expect(distinctName('clicked', 'email_link_clicked')).toBe('clicked')
  expect(distinctName('lead_status', 'Interested')).toBe('interested')
  expect(distinctName('unknown', null)).toBe(null)
})

test("a tool's own preview stands in for words that it does not send", () => {
  const from = 'ada@example.com'
  expect(toldReply({ from, snippet: 'Yes' })).toMatchObject({ text: null, excerpt: 'Yes' })
  expect(toldReply({ from, snippet: 'Yes, gl…', text: 'Yes, gladly\n\n> old' })).toMatchObject({
    excerpt: 'Yes, gladly',
  })
})
