import { expect, test } from 'vitest'

import { aHome, crm } from '../../practice/program.ts'

test('a provider that there is not is named, with those that there are', async () => {
  await using home = aHome()
  const { code, stdout, stderr } = await crm(home, ['events', '--provider', 'sendgird'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^There is no provider sendgird \(known: sendgrid, mailgun, .*, generic\)\.\n$/)
  expect(await crm(home, ['events', '--provider', 'sendgrid'])).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('what a list brought under a name of its own is found by that', async () => {
  await using home = aHome()
  const opened = { engagement_type: 'email_opened', timestamp: '2026-03-02T09:00:00Z' }
  const metadata = { touchpoint: { provider: 'our-mailer', id: 'm1' } }
  const list = { 'ada@example.com': { engagements: [opened, { ...opened, metadata }] } }
  expect((await crm(home, ['import', '-'], JSON.stringify(list))).code).toBe(0)
  for (const provider of ['import', 'our-mailer']) {
    const { code, stdout } = await crm(home, ['events', '--provider', provider])
    expect([code, stdout]).toEqual([0, `2026-03-02 09:00 ${provider} opened ada@example.com\n`])
  }
})
