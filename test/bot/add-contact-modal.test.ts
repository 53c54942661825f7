import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import { StorageError } from '../../src/core/errors.ts'
import { contactByAddress, contactsAfter } from '../../src/core/store/contacts.ts'
import { aCard, wordsOf } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

describe('/crm add', () => {
  test('opens a form, and shows the card of whom it added', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await office.opens('/crm add')
    expect(ada.modal).toMatchObject({ title: 'Add a contact', submit: 'Add', close: 'Cancel' })
    await ada.fill('E-mail', 'elodie@example.com')
    await ada.fill('First name', 'Élodie')
    await ada.fill('Last name', 'Müller')
    await ada.fill('Company', 'Acme')
    await ada.fill('Job title', 'CTO')
    await ada.fill('Tags', 'vip, #conference')
    const card = await ada.submit()
    expect(card).toMatchObject({ title: 'Added', close: 'Done', submit: undefined })
    expect(textOf(card)).toMatch(/Élodie Müller.*CTO, Acme.*vip, conference.*Just added/s)
    expect(await contactByAddress(database, 'elodie@example.com')).toMatchObject({
      firstName: 'Élodie',
      lastName: 'Müller',
      company: 'Acme',
      title: 'CTO',
      tags: ['vip', 'conference'],
      asserted: { addedBy: ada.id },
    })
    expect(office.lines).toEqual([])
  })

  test('takes over the address and the name that were typed', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await office.opens('/crm add Ada Lovelace <ada@example.com>')
    await ada.submit()
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      firstName: 'Ada',
      lastName: 'Lovelace',
    })
  })

  test('needs no more than an address', async () => {
    const addNewContact = vi.fn(async () => ({ isNew: true, card: aCard() }))
    await using office = await aBotInSlack(() => ({ addNewContact }))
    await office.opens('/crm add')
    await office.ada.fill('E-mail', 'ada@example.com')
    expect((await office.ada.submit())?.title).toBe('Added')
    const nothing = { firstName: null, lastName: null, company: null, title: null, tags: [] }
    expect(addNewContact).toHaveBeenCalledExactlyOnceWith('ada@example.com', nothing, office.ada.id)
  })

  test('says beside the address that it is in the CRM already, and what to do', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await office.opens('/crm add ada@example.com')
    await ada.fill('Company', 'Acme')
    await ada.submit()
    await ada.close()
    await office.opens('/crm add ADA@example.com')
    await ada.fill('Company', 'Evil')
    const form = await ada.submit()
    expect(form).toMatchObject({
      title: 'Add a contact',
      errors: { email: 'Already in the CRM, and not changed. Close this and type /crm lookup ada@example.com' },
    })
    expect(await contactsAfter(database, 0, 10)).toMatchObject([{ email: 'ada@example.com', company: 'Acme' }])
  })

  test('says beside the address that it is none, should Slack not have seen to it', async () => {
    const addNewContact = vi.fn()
    await using office = await aBotInSlack(() => ({ addNewContact }))
    const answer = await office.interact(aSubmission('ada@@example'))
    expect(answer).toEqual({
      response_action: 'errors',
      errors: { email: 'This is not an e-mail address. It has to look like ada@example.com.' },
    })
    expect(addNewContact).not.toHaveBeenCalled()
  })

  test('keeps what was entered when the database cannot take it', async () => {
    const addNewContact = () => Promise.reject(new StorageError('The disk is full.'))
    await using office = await aBotInSlack(() => ({ addNewContact }))
    await office.opens('/crm add ada@example.com')
    expect(await office.ada.submit()).toMatchObject({ title: 'Add a contact', errors: { email: 'The disk is full.' } })
    expect(office.lines.map(({ level }) => level)).toEqual(['error'])
  })

  test('hides a bug from people and logs it', async () => {
    const bug = new TypeError('secret of the database')
    await using office = await aBotInSlack(() => ({ addNewContact: () => Promise.reject(bug) }))
    await office.opens('/crm add ada@example.com')
    const form = await office.ada.submit()
    expect(form?.errors.email).toMatch(/^Something went wrong on our side/)
    expect(office.lines).toEqual([expect.objectContaining({ level: 'error', fields: { error: bug } })])
  })

  test('says so when Slack does not open the form', async () => {
    await using office = await aBotInSlack()
    office.slack.trouble({ kind: 'refuse', error: 'expired_trigger_id' }, { method: 'views.open' })
    await office.ada.type('/crm add')
    await office.ada.sees('Slack did not open the form. Please run the command again.')
  })
})

describe('a form that takes long', () => {
  /** The bot with an addition that ends when the test says so, and a clock that has run out. */
  async function aSlowBot() {
    const added = Promise.withResolvers<{ isNew: boolean; card: ReturnType<typeof aCard> }>()
    let isLate = false
    const office = await aBotInSlack(() => ({
      addNewContact: () => added.promise,
      // The first wait of a form is over at once, the second never.
      after: (ms) => (ms < 3000 && isLate ? Promise.resolve() : new Promise(() => {})),
    }))
    await office.opens('/crm add ada@example.com')
    isLate = true
    return { ...office, added }
  }

  test('says that it works, then shows the card', async () => {
    await using office = await aSlowBot()
    const working = await office.ada.submit()
    expect(textOf(working)).toContain('Working…')
    office.added.resolve({ isNew: true, card: aCard() })
    await office.ada.sees('Just added')
    expect(office.ada.modal?.title).toBe('Added')
  })

  test('says that it works, then what was wrong', async () => {
    await using office = await aSlowBot()
    await office.ada.submit()
    office.added.resolve({ isNew: false, card: aCard() })
    await office.ada.sees('Already in the CRM')
  })
})

test('a form of somebody of another workspace adds nobody', async () => {
  const addNewContact = vi.fn()
  await using office = await aBotInSlack(() => ({ addNewContact }))
  const answer = await office.interact(aSubmission('eve@example.com', { id: 'U0EVE', team_id: 'T0THEIRS' }))
  expect(answer).toMatchObject({ response_action: 'update' })
  expect(wordsOf(answer)).toContain('members of its own workspace only')
  expect(addNewContact).not.toHaveBeenCalled()
})

function aSubmission(email: string, user = { id: 'U0ADA', team_id: 'T0OURS' }) {
  const values = { email: { value: { type: 'email_text_input', value: email } } }
  return {
    type: 'view_submission',
    team: { id: 'T0OURS' },
    user,
    view: { id: 'V1', type: 'modal', callback_id: 'add_contact', blocks: [], state: { values } },
  }
}
