import { expect, test } from 'vitest'

import { type Practice, startPractice } from '../../practice/practice.ts'
import { LocalClock } from '../../src/core/local-clock.ts'

const HOUR = 60 * 60_000

async function laterByAnHour({ url }: Practice): Promise<void> {
  const response = await fetch(`${url}/practice/clock`, { method: 'POST', body: JSON.stringify({ move: 'hour' }) })
  expect(await response.json()).toEqual({ ok: true })
}

test('alerts go where somebody said in Slack, and to nobody in their quiet hours', async () => {
  await using practice = await startPractice({ port: 0, withSamples: false, now: Date.now })
  const { slack, tools } = practice
  const [ada, tom] = [slack.person('ada'), slack.person('tom')]
  const words = (person: typeof ada, where: string) =>
    person
      .messages(where)
      .map(({ text }) => text)
      .join('\n')

  await ada.type('/crm alerts')
  await ada.press('Choose alerts')
  await ada.sees('Tell us when')
  await ada.choose('Tell us when', ['Replies', 'Unsubscribes'])
  await ada.submit()
  await ada.sees('Saved. It holds')
  await ada.press('Add a rule')
  await ada.sees('Where to?')
  await ada.choose('Or a person', '@tom')
  await ada.choose('Which alerts?', ['Replies'])
  await ada.submit()
  await ada.sees('Saved: Replies →')
  await ada.press('Add a rule')
  await ada.sees('Where to?')
  await ada.choose('A channel', '#marketing')
  await ada.choose('Which alerts?', ['Unsubscribes'])
  await ada.submit()
  await ada.sees('Saved: Unsubscribes →')

  const clock = new LocalClock('America/New_York')
  await tom.type('/crm alerts')
  await tom.press('Set quiet hours')
  await tom.sees('Those in channels do not')
  await tom.choose('From', clock.timeOf(Date.now() - HOUR))
  await tom.choose('Until', clock.timeOf(Date.now() + HOUR + HOUR / 2))
  await tom.submit()
  await tom.sees('Your quiet hours are')

  const contact = 'eve@example.com'
  await tools.act({ kind: 'event', tool: 'resend', action: 'replied', contact })
  await tools.act({ kind: 'event', tool: 'resend', action: 'unsubscribed', contact })
  await expect.poll(() => words(ada, '#marketing')).toContain(contact)
  expect(words(ada, '#sales')).not.toContain(contact)
  await laterByAnHour(practice)
  expect(words(tom, '@touchpoint')).not.toContain(contact)
  await laterByAnHour(practice)
  await expect.poll(() => words(tom, '@touchpoint')).toMatch(new RegExp(`${contact} replied`))
  expect(words(ada, '#sales')).not.toContain(contact)
  expect(slack.problems).toEqual([])
})
