import { describe, expect, test, vi } from 'vitest'

import { type Standing, textOf } from '../../practice/slack/index.ts'
import { addContact } from '../../src/core/add-contact.ts'
import { addNote, editProfile, setStatus } from '../../src/core/changes/change-contact.ts'
import { history } from '../../src/core/changes/history.ts'
import { StorageError } from '../../src/core/errors.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { contactById } from '../../src/core/store/contacts.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aDelivery, anEvent } from '../support/events.ts'
import { aCard, aMatch, wordsOf } from './fixtures.ts'
import { noChanges } from './support.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const dayOf = createDayOf('UTC')
const profile = { firstName: 'Élodie', lastName: 'Müller', company: 'Acme', title: null, tags: ['vip', 'spring'] }

/** The whole program, and Élodie in it. */
async function anOffice() {
  const office = await aProgramInSlack()
  const { database } = office
  const { id } = await addContact(database, 'elodie@example.com', { by: 'U0EVE', now: Date.now(), dayOf, profile })
  return { ...office, id, options: (by: string) => ({ by, now: Date.now(), dayOf }) }
}

/** What Ada sees of the app in the channel. */
function answers({ ada }: Awaited<ReturnType<typeof anOffice>>): string[] {
  return ada.messages().map(textOf)
}

describe('a change by command', () => {
  test('shows the card with what was changed, and takes it back', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    const said = await ada.type('/crm status elodie@example.com converted')
    expect(said).toMatchObject({ isEphemeral: true })
    expect(textOf(said)).toMatch(/^Status set to Converted\.\nUndo\nÉlodie Müller/)
    expect(await contactById(database, id)).toMatchObject({ status: 'converted', decision: 'converted' })
    await ada.click('Undo')
    expect(answers(office)).toEqual([expect.stringMatching(/^Taken back: Status set to Converted\.\nÉlodie Müller/)])
    expect(await contactById(database, id)).toMatchObject({ status: 'new', decision: null })
    expect(await history(database, id, 10)).toMatchObject([
      { action: 'undo', actor: ada.id },
      { action: 'status', actor: ada.id, isUndone: true },
    ])
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test.each([
    ['/crm note “Élodie Müller” Call her in May', /^Note added\..*Note by .*Call her in May/s],
    ['/crm tag elodie@example.com autumn, VIP', /^Tagged: autumn\..*vip, spring, autumn/s],
    ['/crm untag elodie@example.com VIP', /^Tags taken off: vip\./],
    ['/crm assign elodie@example.com me', /^Assigned to .*Owner/s],
  ])('%s', async (command, words) => {
    await using office = await anOffice()
    expect(textOf(await office.ada.type(command))).toMatch(words)
    expect(await history(office.database, office.id, 10)).toMatchObject([{ actor: office.ada.id }])
    expect(office.slack.problems).toEqual([])
  })

  test('that changes nothing says so, and offers nothing to take back', async () => {
    await using office = await anOffice()
    const said = textOf(await office.ada.type('/crm tag elodie@example.com VIP'))
    expect(said).toMatch(/^Nothing to change: the tags are these already\.\nÉlodie/)
    expect(said).not.toContain('Undo')
  })

  test('opens the form for what was not said, and answers where it was typed', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await office.opens('/crm assign elodie@example.com @grace')
    expect(ada.modal).toMatchObject({ title: 'Owner', submit: 'Save' })
    await ada.choose('New owner', 'Grace Moreau')
    expect(await ada.submit()).toBeUndefined()
    await ada.sees(/^Assigned to /)
    expect((await contactById(database, id))?.owner).toBe(office.slack.person('grace').id)
  })

  test('keeps the lines of a note', async () => {
    await using office = await anOffice()
    const said = textOf(
      await office.ada.type('/crm note elodie@example.com Called.\n  - wants &lt;two&gt;\n  - in May'),
    )
    expect(said).toMatch(/^Note added\..*Called\.\n {2}- wants <two>\n {2}- in May/s)
    expect(await history(office.database, office.id, 1)).toMatchObject([
      { noteText: 'Called.\n  - wants <two>\n  - in May' },
    ])
    expect(textOf(await office.ada.type(`/crm note elodie@example.com ${'line\n'.repeat(601)}`))).toContain(
      'A note can have 3,000 characters.',
    )
    expect(await history(office.database, office.id, 10)).toHaveLength(1)
    expect(office.slack.problems).toEqual([])
  })

  test.each<[is: Standing | 'nobody', why: string]>([
    ['guest', 'Not assigned: this is a guest'],
    ['deactivated', 'Not assigned: this is nobody who works here'],
    ['bot', 'Not assigned: this is nobody who works here'],
    ['nobody', 'Not assigned: this is nobody who works here'],
  ])('gives a contact to no %s, and says why', async (is, why) => {
    await using office = await anOffice()
    const { ada, database, slack } = office
    if (is !== 'nobody') await slack.become('tom', is)
    const id = is === 'nobody' ? 'U0NOBODY' : slack.person('tom').id
    for (const form of [id, `&lt;@${id}&gt;`])
      expect(textOf(await ada.type(`/crm assign elodie@example.com ${form}`))).toContain(why)
    expect((await contactById(database, office.id))?.owner).toBeNull()
    expect(await history(database, office.id, 10)).toEqual([])
  })

  test('gives a contact to whoever is named while Slack does not say who they are', async () => {
    await using office = await anOffice()
    const { ada, database, slack, id } = office
    await ada.type('/crm elodie@example.com')
    const tom = slack.person('tom').id
    slack.trouble({ kind: 'refuse', error: 'internal_error' }, { method: 'users.info', times: 10 })
    expect(textOf(await ada.type(`/crm assign elodie@example.com ${tom}`))).toMatch(/^Assigned to /)
    expect((await contactById(database, id))?.owner).toBe(tom)
  })

  test('of somebody unknown or unclear changes nothing, and says what to do', async () => {
    const changeTags = vi.fn()
    const matches = [aMatch(), aMatch({ id: 43, lastName: 'King' })]
    await using office = await aBotInSlack(() => ({
      changes: { ...noChanges, changeTags },
      lookup: async (who) =>
        who.includes('@') ? { kind: 'none', address: who } : { kind: 'choose', exact: true, address: null, matches },
    }))
    const unknown = textOf(await office.ada.type('/crm tag nobody@example.com vip'))
    expect(unknown).toMatch(/No contact “nobody@example.com”.*Add nobody@example.com.*Nothing was changed yet/s)
    const unclear = textOf(await office.ada.type('/crm tag "Ada" vip'))
    expect(unclear).toMatch(/2 contacts match “Ada”.*Open Ada King.*Nothing was changed yet/s)
    expect(changeTags).not.toHaveBeenCalled()
  })
})

test.each([
  ['/crm Elodie Mulller', 'Open Élodie Müller'],
  ['/crm lookup Eldoie Müller', 'Open Élodie Müller'],
  ['/crm enrich Elodie Mulller', 'Enrich Élodie Müller'],
  ['/crm forget Elodie Mulller', 'Erase Élodie Müller'],
  ['/crm note "Elodie Mulller" Call her', 'Open Élodie Müller'],
  ['/crm tag "Elodie Mulller" late', 'Open Élodie Müller'],
  ['/crm status "Elodie Mulller" converted', 'Open Élodie Müller'],
  ['/crm assign "Elodie Mulller" me', 'Open Élodie Müller'],
])('%s, a slip of the finger away, is a choice, and does nothing yet', async (command, choice) => {
  await using office = await anOffice()
  const before = await contactById(office.database, office.id)
  const words = textOf(await office.ada.type(command))
  expect(words).toMatch(/^No contact “El\p{L}+ M\p{L}+”\. Did you mean one of these\?\n/u)
  expect(words).toContain(choice)
  expect(await contactById(office.database, office.id)).toEqual(before)
  expect(await history(office.database, office.id, 10)).toEqual([])
  expect(office.slack.problems).toEqual([])
})

describe('the forms of a card', () => {
  test('add a note, and show it on the card that they were opened from', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Note')
    expect(textOf(ada.modal)).toContain('Élodie Müller (elodie@example.com)')
    await ada.fill('Note', 'Called.\nWill call back.')
    expect(await ada.submit()).toBeUndefined()
    await ada.sees(/^Note added\./)
    expect(answers(office)).toEqual([expect.stringMatching(/^Note added\..*Called\.\nWill call back\./s)])
    expect(await history(database, id, 1)).toMatchObject([{ action: 'note', noteText: 'Called.\nWill call back.' }])
    expect(office.slack.problems).toEqual([])
    expect(office.lines).toEqual([])
  })

  test('add and take off tags together', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Tag')
    expect((await ada.submit())?.errors).toEqual({ add: 'Type a tag here, or choose one to take off.' })
    await ada.fill('Add', '#autumn')
    await ada.choose('Take off', ['vip'])
    await ada.submit()
    await ada.sees('Tagged: autumn. Tags taken off: vip.')
    expect(await contactById(database, id)).toMatchObject({ tags: ['spring', 'autumn'] })
  })

  test('set the status and open it again', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Status')
    await ada.choose('Status', 'Disqualified')
    await ada.submit()
    await ada.sees('Status set to Disqualified.')
    await ada.click('Status')
    await ada.choose('Status', 'Open: what the data says')
    await ada.submit()
    await ada.sees('Reopened: New, as the data says.')
    expect(await contactById(database, id)).toMatchObject({ status: 'new', decision: null })
  })

  test('take the owner off where nobody is chosen', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm assign elodie@example.com me')
    await ada.click('Assign')
    await ada.submit()
    await ada.sees('Nobody is the owner now.')
    expect(await contactById(database, id)).toMatchObject({ owner: null })
  })

  test('give a contact to no guest, and say so beside the menu', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Assign')
    await ada.choose('New owner', 'Noor Haddad')
    expect((await ada.submit())?.errors).toEqual({ owner: expect.stringContaining('Not assigned: this is a guest') })
    expect((await contactById(database, id))?.owner).toBeNull()
  })

  test('edit what was entered, and nothing else', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Edit')
    await ada.fill('Job title', 'CTO')
    await ada.clear('Company')
    await ada.submit()
    await ada.sees('Changed: company, job title.')
    expect(await contactById(database, id)).toMatchObject({ ...profile, company: null, title: 'CTO' })
    expect(await history(database, id, 1)).toMatchObject([
      { before: { company: 'Acme', title: null }, after: { company: null, title: 'CTO' } },
    ])
  })

  test('tell of a field that somebody else changed meanwhile, keep what was entered, and save it when asked again', async () => {
    await using office = await anOffice()
    const { ada, database, id, options } = office
    await ada.type('/crm elodie@example.com')
    await ada.click('Edit')
    await ada.fill('Company', 'Gamma')
    const theirs = { company: { seen: 'Acme', wanted: 'Beta' }, title: { seen: null, wanted: 'CEO' } }
    await editProfile(database, id, theirs, { ...options('U0BOB'), asSeen: (value) => value })
    const told = await ada.submit()
    expect(textOf(told)).toMatch(/Somebody has changed the company meanwhile, to “Beta”\..*Nothing is saved yet/s)
    expect(await contactById(database, id)).toMatchObject({ company: 'Beta', title: 'CEO' })
    await ada.submit()
    await ada.sees('Changed: company.')
    expect(await contactById(database, id)).toMatchObject({ company: 'Gamma', title: 'CEO' })
    expect(office.slack.problems).toEqual([])
  })

  test('keep what was entered when the database cannot take it', async () => {
    const addNote = () => Promise.reject(new StorageError('The disk is full.'))
    await using office = await aBotInSlack(() => ({ changes: { ...noChanges, addNote } }))
    await office.ada.type('/crm ada@example.com')
    await office.ada.click('Note')
    await office.ada.fill('Note', 'x')
    expect((await office.ada.submit())?.errors).toEqual({ note: 'The disk is full.' })
  })

  test('answer in the modal that they were opened above', async () => {
    await using office = await anOffice()
    const { ada, database } = office
    const reply = anEvent({ type: 'replied', recipient: 'elodie@example.com', occurredAt: Date.now() })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(reply)])
    await ada.openHome()
    await ada.sees('Hottest contacts')
    await ada.click('Open card')
    await ada.click('Note')
    await ada.fill('Note', 'From the Home tab')
    await ada.submit()
    await ada.sees(/Note added\./)
    expect(ada.modal).toMatchObject({ title: 'Contact' })
    expect(textOf(ada.modal)).toContain('From the Home tab')
    await ada.press('Undo')
    await ada.sees('Taken back: Note added.')
  })

  test('of somebody of another workspace change nothing', async () => {
    const addNote = vi.fn()
    await using office = await aBotInSlack(() => ({ changes: { ...noChanges, addNote } }))
    const answer = await office.interact({
      type: 'view_submission',
      team: { id: 'T0OURS' },
      user: { id: 'U0EVE', team_id: 'T0THEIRS' },
      view: {
        id: 'V1',
        type: 'modal',
        callback_id: 'note_contact',
        private_metadata: JSON.stringify({ about: { contact: 42 } }),
        blocks: [],
        state: { values: { note: { value: { value: 'x' } } } },
      },
    })
    expect(wordsOf(answer)).toContain('members of its own workspace only')
    expect(addNote).not.toHaveBeenCalled()
  })
})

describe('taking back', () => {
  test('says who has changed the same since, and leaves it', async () => {
    await using office = await anOffice()
    const { ada, database, id } = office
    await ada.type('/crm status elodie@example.com converted')
    await setStatus(database, id, 'disqualified', office.options('U0BOB'))
    await ada.click('Undo')
    await ada.sees(/^Not taken back: .*U0BOB.* has changed the same since\./)
    expect(await contactById(database, id)).toMatchObject({ status: 'disqualified' })
  })
})

describe('the history', () => {
  test('tells who did what and when, newest first, with what was taken back', async () => {
    await using office = await anOffice()
    const { ada, database, id, options } = office
    await addNote(database, id, 'Met at the fair', options('U0BOB'))
    await ada.type('/crm status elodie@example.com converted')
    await ada.click('Undo')
    await ada.click('History')
    expect(ada.modal).toMatchObject({ title: 'History', submit: undefined })
    expect(textOf(ada.modal)).toMatch(
      /took back: set the status to Converted \(before: New\).*set the status to Converted \(before: New\)\n.*taken back.*wrote a note\n.*Met at the fair/s,
    )
    expect(office.slack.problems).toEqual([])
  })

  test('of somebody whom nobody has changed says so', async () => {
    await using office = await aBotInSlack(() => ({ cardById: async () => aCard() }))
    await office.ada.type('/crm ada@example.com')
    await office.ada.click('History')
    expect(textOf(office.ada.modal)).toContain('Nobody has changed anything here yet.')
  })
})
