import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { readPress } from '../../src/bot/listeners.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import type { InterchangeContact } from '../../src/core/interchange.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aSearchResult } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const dayOf = createDayOf('UTC')

async function add(database: Database, ...people: readonly Partial<InterchangeContact>[]): Promise<void> {
  const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
  const options = { dayOf, now: Date.now(), dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, options)
}

function team(count: number): Partial<InterchangeContact>[] {
  return Array.from({ length: count }, (_, n) => ({
    email: `p${n}@acme.example`,
    firstName: 'Pat',
    lastName: `No${n}`,
  }))
}

describe('/crm search', () => {
  test('lists who matches, and opens a card above the list', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(
      database,
      { email: 'grace@navy.example', firstName: 'Grace', lastName: 'Hopper', title: 'Admiral', company: 'Navy' },
      { email: 'gone@navy.example', firstName: 'Gus', company: 'Navy' },
      { email: 'ada@acme.example', firstName: 'Ada' },
    )
    const unsubscribed = anEvent({ type: 'unsubscribed', recipient: 'gone@navy.example' })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(unsubscribed)])

    const list = await ada.type('/crm search navy')
    expect(list).toMatchObject({ isEphemeral: true })
    expect(textOf(list)).toContain('2 contacts match `navy`.')
    expect(textOf(list)).toContain('*Grace Hopper* Admiral, Navy\nNew · Score 0 · grace@navy.example')
    expect(textOf(list)).toContain(':no_entry: Do not write: unsubscribed')
    expect(textOf(list)).toContain('1 to 2 of 2')

    await ada.click('Open Grace Hopper')
    await ada.sees('In the CRM since')
    expect(ada.modal).toMatchObject({ title: 'Contact' })
    expect(ada.messages().map(textOf)).toEqual([textOf(list)])
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test('takes filters, and turns pages in place', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, ...team(23))
    const words = () => ada.messages().map(textOf).join('\n')
    await ada.type('/crm search pat domain:acme.example')
    expect(words()).toContain('1 to 10 of 23')
    expect(words()).not.toContain('Previous')
    await ada.click('Next')
    expect(words()).toContain('11 to 20 of 23')
    await ada.click('Next')
    expect(words()).toMatch(/p0@acme\.example.*21 to 23 of 23/s)
    await ada.click('Previous')
    await ada.click('Previous')
    expect(words()).toContain('1 to 10 of 23')
    expect(ada.messages()).toHaveLength(1)
    expect(office.slack.problems).toEqual([])
  })

  test('of nobody says how it looks, and offers who is close', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, { email: 'grace@navy.example', lastName: 'Hopper' })
    expect(textOf(await ada.type('/crm search hoper'))).toContain(
      'No contact matches `hoper`. Did you mean one of these?',
    )
    await ada.click('Open Hopper')
    await ada.sees('In the CRM since')
    await ada.close()
    expect(textOf(await ada.type('/crm search nobody'))).toContain('at the beginning of names')
  })

  test('points at a filter that it does not understand', async () => {
    await using office = await aProgramInSlack()
    const words = textOf(await office.ada.type('/crm search ada statsu:new'))
    expect(words).toContain('At position 5: “statsu:” is not a filter. Did you mean status:?')
    expect(words).toContain('ada statsu:new\n    ^^^^^^^')
    expect(textOf(await office.ada.type('/crm enrich foo:bar'))).toContain('At position 1: “foo:” is not a filter.')
    expect(textOf(await office.ada.type('/crm enrich Ada tag:vip'))).toContain('“Ada” is not a filter.')
    expect(office.lines).toEqual([])
  })

  test.each(['/crm search', `/crm search ${'x'.repeat(1801)}`])(
    'without what can be looked for says how to say it',
    async (command) => {
      const search = vi.fn(async () => aSearchResult())
      await using office = await aBotInSlack(() => ({ search }))
      expect(textOf(await office.ada.type(command))).toContain('/crm search ada')
      expect(search).not.toHaveBeenCalled()
    },
  )
})

describe('/crm list', () => {
  test('of an empty CRM teaches', async () => {
    await using office = await aProgramInSlack()
    expect(textOf(await office.ada.type('/crm list'))).toMatch(/There is no contact yet.*Connect an e-mail tool/s)
  })

  test('starts with the warmest, and knows whose contacts mine are', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, ...team(3), { email: 'mine@acme.example', owner: ada.id })
    const reply = anEvent({ type: 'replied', recipient: 'p0@acme.example', occurredAt: Date.now() })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(reply)])
    expect(textOf(await ada.type('/crm list'))).toMatch(/4 contacts\..*Pat No0\*\nEngaged · Score 20.*Pat No2/s)
    expect(textOf(await ada.type('/crm list owner:me'))).toMatch(/1 contact matches `owner:me`\.\n.*mine@acme/s)
    expect(textOf(await ada.type('/crm list owner:nobody'))).toMatch(/3 contacts match `owner:nobody`\.\n.*Pat No0/s)
    expect(textOf(await ada.type('/crm list owner:@tom'))).toMatch(
      /“@tom” is not an owner\. Use me, nobody or a member id/,
    )
    expect(textOf(await ada.type('/crm list score:&gt;5'))).toMatch(/1 contact matches.*Pat No0/s)
  })
})

test('whoever turns a page is asked for as themselves, and sees the same search', async () => {
  const search = vi.fn(async () => aSearchResult({ next: 'next:hottest:0:1.5:42:10', total: 37 }))
  await using office = await aBotInSlack(() => ({ search }))
  await office.ada.type('/crm list owner:me  tag:"a b"')
  await office.ada.click('Next')
  expect(search.mock.calls).toEqual([
    [{ text: 'owner:me tag:"a b"' }, office.ada.id],
    [{ text: 'owner:me tag:"a b"', cursor: 'next:hottest:0:1.5:42:10' }, office.ada.id],
  ])
})

test.each(['', 'next', 'next:hottest:9:1.5:42:10 ada', ' ada', `next:hottest:0:1:1:1 ${'x'.repeat(2000)}`])(
  'a page %j that no button of ours has is not turned to',
  (value) => {
    expect(readPress('found_page:next', value)).toBeUndefined()
  },
)
