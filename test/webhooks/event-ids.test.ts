import { describe, expect, test } from 'vitest'

import { aReceiver, requestOf, signed } from './harness.ts'

/** The ids of what one provider's `bodies` report, each posted by itself. */
async function idsOf(provider: string, bodies: readonly unknown[]): Promise<string[]> {
  const { post, events } = aReceiver()
  for (const body of bodies) await post(provider, signed(provider, requestOf({ body })))
  expect(events()).toHaveLength(bodies.length)
  return events().map(({ id }) => id)
}

const brevo = (event: string, ts_epoch: number) => ({
  event,
  email: 'ada@example.com',
  'message-id': '<m1@example.org>',
  ts_epoch,
  link: event === 'click' ? 'https://example.org/' : undefined,
})

const sparkpost = (type: string, timestamp: string, event_id: string, message_id = '7') => [
  { msys: { track_event: { type, timestamp, event_id, message_id, raw_rcpt_to: 'ada@example.com' } } },
]

const mailersend = (type: string, id: string) => ({
  type,
  created_at: '2026-01-01T00:00:00Z',
  data: { id, recipient: 'ada@example.com', message_id: '7' },
})

const postalMail = (messageId: string) => ({
  id: 1,
  rcpt_to: 'sales@in.example.org',
  mail_from: 'ada@example.com',
  from: 'ada@example.com',
  message_id: messageId,
  plain_body: 'Yes',
})

// Some providers tell the first opening of a mail twice: as the first, and as an opening.
describe('an opening that is told twice has one id', () => {
  test.each<[provider: string, bodies: readonly unknown[]]>([
    ['brevo', [brevo('unique_opened', 1767225600000), brevo('opened', 1767225600000)]],
    ['brevo', [brevo('unique_proxy_open', 1767225600000), brevo('proxy_open', 1767225600000)]],
    ['sparkpost', [sparkpost('initial_open', '1767225600', '1'), sparkpost('open', '1767225600', '2')]],
    ['sparkpost', [sparkpost('amp_initial_open', '1767225600', '1'), sparkpost('amp_open', '1767225600', '2')]],
    ['mailersend', [mailersend('activity.opened_unique', '1'), mailersend('activity.opened', '1')]],
    ['mailersend', [mailersend('activity.clicked_unique', '2'), mailersend('activity.clicked', '2')]],
  ])('%s: %j', async (provider, bodies) => {
    expect(new Set(await idsOf(provider, bodies)).size).toBe(1)
  })
})

describe('what happened at another time, to another mail or otherwise has an id of its own', () => {
  test.each<[provider: string, bodies: readonly unknown[]]>([
    ['brevo', [brevo('opened', 1767225600000), brevo('opened', 1767225601000)]],
    ['brevo', [brevo('opened', 1767225600000), brevo('proxy_open', 1767225600000)]],
    ['brevo', [brevo('opened', 1767225600000), brevo('click', 1767225600000)]],
    ['sparkpost', [sparkpost('open', '1767225600', '1'), sparkpost('open', '1767225601', '2')]],
    ['sparkpost', [sparkpost('open', '1767225600', '1'), sparkpost('open', '1767225600', '2', '8')]],
    ['sparkpost', [sparkpost('click', '1767225600', '1'), sparkpost('click', '1767225600', '2')]],
    ['sparkpost', [sparkpost('open', 'no time', '1'), sparkpost('open', 'no time', '2')]],
    ['mailersend', [mailersend('activity.opened', '1'), mailersend('activity.opened', '2')]],
    // Mails are counted on each server of an installation, and all of its servers post here.
    ['postal', [postalMail('r1@example.com'), postalMail('r2@example.com')]],
  ])('%s: %j', async (provider, bodies) => {
    expect(new Set(await idsOf(provider, bodies)).size).toBe(bodies.length)
  })
})
