import { describe, expect, test, vi } from 'vitest'

import type { Message } from '../../practice/contract.ts'
import { type Persona, readManifest, textOf } from '../../practice/slack/index.ts'
import { readPress } from '../../src/bot/listeners.ts'
import { peopleOf, readPeople, writePeople } from '../../src/bot/people.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import type { InterchangeContact } from '../../src/core/interchange.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { aCard, aFoundContact } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack, type Workspace } from './workspace.ts'

const dayOf = createDayOf('UTC')

async function add(database: Database, ...people: readonly Partial<InterchangeContact>[]): Promise<void> {
  const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
  const options = { dayOf, now: Date.now(), dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, options)
}

const GRACE = { email: 'grace@navy.example', firstName: 'Grace', lastName: 'Hopper', title: 'Admiral', company: 'Navy' }
const ADA = { email: 'ada@engines.example', firstName: 'Ada', lastName: 'Lovelace', company: 'Engines' }

async function lookUp(persona: Persona): Promise<void> {
  await persona.shortcut('Look up a contact')
  await persona.sees('Type the beginning')
}

/** What the modal says of the people of a message, once it is there. */
async function peopleIn(message: Message, persona: Persona, words: RegExp | string): Promise<string> {
  await persona.shortcut('Look up people here', { on: message })
  return textOf(await persona.sees(words))
}

function sound({ slack, lines }: Workspace): void {
  expect(slack.problems).toEqual([])
  expect(lines).toEqual([])
}

describe('looking up a contact while typing', () => {
  test('from the shortcut: suggestions, the card, and the next one', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, ADA, GRACE)
    await lookUp(ada)
    expect(ada.modal).toMatchObject({ title: 'Look up a contact' })
    expect(await ada.options('Whom?', 'gra')).toMatchObject([
      { text: 'Grace Hopper · grace@navy.example', description: 'Admiral, Navy' },
    ])
    await ada.choose('Whom?', 'Grace Hopper')
    await ada.sees('In the CRM since')
    expect(ada.modal).toMatchObject({ title: 'Contact' })
    await ada.choose('Look up somebody else', 'Ada Lovelace')
    await ada.sees('ada@engines.example')
    expect(ada.screen().modals).toHaveLength(1)
    sound(office)
  })

  test('stays a place to look up others in whatever is done with a card', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, ADA, GRACE)
    await lookUp(ada)
    await ada.choose('Whom?', 'Grace Hopper')
    await ada.sees('In the CRM since')
    await ada.click('Note')
    await ada.fill('Note', 'Met at the fair')
    await ada.submit()
    await ada.sees('Met at the fair')
    expect(ada.screen().modals).toHaveLength(1)
    await ada.choose('Look up somebody else', 'Ada Lovelace')
    await ada.sees('ada@engines.example')
    sound(office)
  })

  test.each<[where: string, open: (office: Workspace) => Promise<unknown>]>([
    ['/crm lookup', ({ ada }) => ada.type('/crm lookup')],
    [
      'Home',
      async ({ ada }) => {
        await ada.openHome()
        await ada.sees('Touchpoint')
        await ada.click('Look up')
      },
    ],
  ])('opens from %s', async (_where, open) => {
    await using office = await aProgramInSlack()
    await open(office)
    await office.ada.sees('Type the beginning')
    expect(office.ada.modal).toMatchObject({ title: 'Look up a contact' })
    sound(office)
  })

  test('offers to add whom nobody knows', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await lookUp(ada)
    expect(await ada.options('Whom?', 'nobody')).toEqual([])
    await ada.click('Add a contact')
    await ada.sees('First name')
    expect(ada.modal).toMatchObject({ title: 'Add a contact' })
    sound(office)
  })

  test('offers nothing where the search fails or takes too long, and says so in the log', async () => {
    const suggest = vi.fn(async () => [aFoundContact()])
    let isSlow = false
    const after = async (ms: number) => await (isSlow && ms === 300 ? undefined : new Promise(() => {}))
    await using office = await aBotInSlack(() => ({ suggest, after }))
    await lookUp(office.ada)
    suggest.mockRejectedValueOnce(new Error('no disk'))
    expect(await office.ada.options('Whom?', 'a')).toEqual([])
    isSlow = true
    suggest.mockReturnValueOnce(new Promise(() => {}))
    expect(await office.ada.options('Whom?', 'ad')).toEqual([])
    isSlow = false
    expect(await office.ada.options('Whom?', 'ada')).toHaveLength(1)
    expect(office.lines).toMatchObject([
      { level: 'error', message: 'a menu got no options', fields: { menu: 'contact_pick' } },
      { level: 'warn', message: 'a menu got no options in time', fields: { menu: 'contact_pick' } },
    ])
  })

  test.each([
    ['the longest address', { email: `${'a'.repeat(64)}@${'b'.repeat(180)}.example` }],
    ['the longest name', { firstName: 'N'.repeat(500), title: 'T'.repeat(500), company: 'C'.repeat(500) }],
    ['hostile text', { firstName: '<!channel> *b* `c`', lastName: '\u202eevil :smile:\n\n', company: '&lt;' }],
    ['nothing but right to left', { firstName: 'عائشة', lastName: 'الزهراء', company: 'شركة' }],
    ['blank fields', { firstName: ' ', lastName: '\u200b', company: ' ', title: '' }],
  ])('shows %s as Slack takes it', async (_what, person) => {
    const contact = aFoundContact({ ...person, suppressed: 'opted_out' })
    await using office = await aBotInSlack(() => ({ suggest: async () => [contact] }))
    await lookUp(office.ada)
    const [option] = await office.ada.options('Whom?', 'a')
    expect(option).toMatchObject({ value: '42', description: expect.stringMatching(/^Do not write: asked a provider/) })
    expect(JSON.stringify(option)).not.toMatch(/\u202e|\\n/)
    sound(office)
  })
})

describe('the other global shortcuts', () => {
  test.each([
    ['Import contacts', 'Import contacts', 'Or paste addresses'],
    ['CRM statistics', 'Statistics', 'Period'],
  ])('%s opens its form', async (name, title, words) => {
    await using office = await aProgramInSlack()
    await office.ada.shortcut(name)
    await office.ada.sees(words)
    expect(office.ada.modal).toMatchObject({ title })
    sound(office)
  })

  test('tell a guest that there is nothing here for them', async () => {
    await using office = await aProgramInSlack()
    const noor = office.slack.person('noor')
    await noor.shortcut('Import contacts')
    await noor.sees('not guests')
    expect(textOf(noor.modal)).not.toContain('CSV')
  })
})

describe('looking up the people in a message', () => {
  async function said(office: Workspace, text: string, who = office.ada): Promise<Message> {
    const message = await who.type(text)
    if (!message) throw new Error('nothing was said')
    return message
  }

  test('lists who is known, opens a card above, and adds who is not', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await add(database, ADA, GRACE)
    const text = 'Please ask grace@navy.example, Ada <ADA@engines.example> or new@start.example'
    await peopleIn(await said(office, text), ada, '3 addresses here, 2 in the CRM.')
    await ada.click('Open Grace Hopper')
    await ada.sees('In the CRM since')
    expect(ada.screen().modals).toHaveLength(2)
    await ada.click('Edit')
    await ada.sees('Job title')
    expect(ada.screen().modals).toHaveLength(3)
    await ada.close()
    await ada.close()
    await ada.click('Add new@start.example')
    await ada.sees('3 addresses here, 3 in the CRM.')
    expect(textOf(ada.modal)).toContain('Just added')
    expect(textOf(ada.modal)).not.toContain('Not in the CRM')
    await ada.click('Open new@start.example')
    await ada.sees('In the CRM since')
    sound(office)
  })

  test('shows the card of the only one at once', async () => {
    await using office = await aProgramInSlack()
    await add(office.database, GRACE)
    await peopleIn(await said(office, 'ask grace@navy.example'), office.ada, 'In the CRM since')
    sound(office)
  })

  test('of a message without an address teaches', async () => {
    await using office = await aProgramInSlack()
    const words = /No e-mail address in this message.*\/crm lookup Ada Lovelace/s
    await peopleIn(await said(office, 'good morning'), office.ada, words)
    sound(office)
  })

  test('knows who wrote it by the address in their profile, and leaves colleagues out who are no contacts', async () => {
    await using office = await aProgramInSlack()
    const { ada, slack, database } = office
    await add(database, { ...GRACE, email: 'grace.moreau@practice.example' })
    const byGrace = await said(office, 'ask new@start.example', slack.person('grace'))
    await peopleIn(byGrace, ada, /2 addresses here, 1 in the CRM.*Grace Hopper.*Wrote the message/s)
    await ada.close()
    await peopleIn(await said(office, 'hello', slack.person('tom')), ada, 'No e-mail address in this message.')
    await ada.close()
    const byNoor = await said(office, 'hello', slack.person('noor'))
    await peopleIn(byNoor, ada, /noor\.haddad@practice\.example\*\nNot in the CRM.*Wrote the message/s)
    sound(office)
  })

  test('does without the profile where the scope was declined, and says so', async () => {
    const manifest = readManifest()
    const scopes = manifest.scopes.filter((scope) => scope !== 'users:read.email')
    await using office = await aProgramInSlack({ manifest: { ...manifest, scopes } })
    const { ada, slack } = office
    const byNoor = await said(office, 'ask new@start.example', slack.person('noor'))
    await peopleIn(byNoor, ada, /1 address here, 0 in the CRM.*users:read\.email/s)
    sound(office)
  })

  test('does without the profile where Slack does not answer', async () => {
    const person = vi.fn(async () => Promise.reject(new Error('Slack is away')))
    await using office = await aBotInSlack(() => ({ person }))
    await peopleIn(await said(office, 'ask new@start.example'), office.ada, '1 address here, 0 in the CRM.')
    expect(office.lines).toMatchObject([{ level: 'warn', message: 'Slack did not say who wrote a message' }])
  })

  test('lets viewers look and not add', async () => {
    await using office = await aProgramInSlack({}, (slack) => ({ viewers: [slack.person('tom').id] }))
    const tom = office.slack.person('tom')
    await peopleIn(await said(office, 'ask new@start.example', tom), tom, 'Not in the CRM')
    await expect(tom.press('Add new@start.example')).rejects.toThrow('there is no button')
    sound(office)
  })

  test('shows ten of many', async () => {
    await using office = await aProgramInSlack()
    const many = Array.from({ length: 14 }, (_, n) => `p${n}@acme.example`)
    const words = /10 addresses.*And 4 more addresses, which did not fit here/s
    await peopleIn(await said(office, many.join(' ')), office.ada, words)
    sound(office)
  })

  test('takes the longest and the strangest addresses', async () => {
    const at = `@${'d'.repeat(60)}.${'e'.repeat(60)}.example`
    const many = Array.from({ length: 12 }, (_, n) => `${String(n).padStart(2, '0')}${'a.b+c_d-e'.repeat(6)}${at}`)
    const contact = aFoundContact({
      firstName: '<!channel>'.repeat(60),
      lastName: '\u202e'.repeat(9),
      email: many[0] ?? '',
    })
    const contactsAt = async (addresses: readonly string[]) =>
      addresses.map((address, n) => ({ address, contact: n % 2 === 0 ? { ...contact, id: n + 1 } : null }))
    await using office = await aBotInSlack(() => ({ contactsAt }))
    await peopleIn(await said(office, many.join('\n')), office.ada, 'which did not fit here')
    sound(office)
  })

  test('opens a card in the place of the list where Slack takes no more above it', async () => {
    const contactsAt = async (addresses: readonly string[]) =>
      addresses.map((address, n) => ({ address, contact: n === 0 ? aFoundContact() : null }))
    await using office = await aBotInSlack(() => ({ contactsAt, cardById: async () => aCard() }))
    const { ada, slack } = office
    await peopleIn(await said(office, 'a@acme.example b@acme.example'), ada, '2 addresses')
    slack.trouble({ kind: 'refuse', error: 'push_limit_reached' }, { method: 'views.push' })
    await ada.click('Open Ada Lovelace')
    await ada.sees('In the CRM since')
    expect(ada.screen().modals).toHaveLength(1)
    expect(office.lines).toMatchObject([{ level: 'warn', message: 'a view was not shown' }])
  })
})

describe('the people in a button', () => {
  test('are the first that fit, with the author at the beginning', () => {
    const people = peopleOf(['a@x.example', 'B@x.example'], { author: 'b@x.example', isAuthorHidden: false })
    expect(people).toEqual({ addresses: ['b@x.example', 'a@x.example'], author: 0, isAuthorHidden: false, more: 0 })
    const long = Array.from({ length: 10 }, (_, n) => `${n}@${`${'x'.repeat(60)}.`.repeat(4)}example`)
    const few = peopleOf(long, { author: null, isAuthorHidden: true })
    expect(few.addresses.length + few.more).toBe(10)
    expect(writePeople(few, few.addresses.length - 1).length).toBeLessThanOrEqual(2000)
    expect(readPeople(writePeople(few, 1))).toEqual({ people: few, address: long[1] })
  })

  test.each([
    '',
    '[]',
    '{',
    '[0,null,0,0]',
    '[1,null,0,0,"a@x.example"]',
    '[0,null,0,0,"a"]',
    '[0,5,0,0,"a@x.example"]',
  ])('are not read from %j, which no button of ours has', (value) => {
    expect(readPeople(value)).toBeUndefined()
    expect(readPress('people_add:0', value)).toBeUndefined()
  })
})
