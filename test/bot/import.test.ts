import { describe, expect, test } from 'vitest'

import type { Message } from '../../practice/contract.ts'
import { readManifest, textOf } from '../../practice/slack/index.ts'
import { runJob } from '../../src/bot/import-jobs.ts'
import { contactByAddress, contactsAfter } from '../../src/core/store/contacts.ts'
import { enqueue } from '../../src/core/store/jobs.ts'
import { wordsOf } from './fixtures.ts'
import { aBotInSlack, aProgramInSlack, type Workspace } from './workspace.ts'

const CSV = `Email,First name,Company
ada@example.com,Ada,Acme
adda@,Adda,
bob@example.com,Bob,
ADA@example.com,Ada,
`

type Office = Awaited<ReturnType<typeof aProgramInSlack>>

/** Gives a file to the form, and sends it off. */
async function gives({ opens, ada }: Pick<Workspace, 'opens' | 'ada'>, text: string | Uint8Array, name = 'people.csv') {
  await opens('/crm import')
  await ada.sees('Or paste addresses')
  await ada.upload('A file', typeof text === 'string' ? { name, text } : { name, bytes: text })
  return await ada.submit()
}

/** Waits for what a list would do, and gives the message that says so. */
async function isChecked({ ada }: Pick<Workspace, 'ada'>): Promise<Message> {
  await ada.sees(/is checked/)
  await ada.close()
  const message = ada.messages('@touchpoint').at(-1)
  if (!message) throw new Error('there is no message')
  return message
}

/** Presses the button that imports, which says of how many. */
async function goesAhead({ ada }: Pick<Workspace, 'ada'>, message: Message): Promise<void> {
  await ada.press(/Import [\d,]+ contacts?/.exec(textOf(message))?.[0] ?? '', { in: message })
  await ada.sees(/:white_check_mark: [^*\n]+: [\d,]+ new/)
}

async function imports(office: Office, text: string): Promise<void> {
  await gives(office, text)
  await goesAhead(office, await isChecked(office))
}

/** A press by hand of a button that may not stand there any more. */
async function presses({ slack, interact }: Office, action_id: string, by = slack.person('ada')): Promise<void> {
  const { id: team } = slack.screen().team
  await interact({
    type: 'block_actions',
    user: { id: by.id, team_id: team },
    team: { id: team, domain: 'practice' },
    container: { type: 'message', message_ts: '1.1', channel_id: by.dm, is_ephemeral: false },
    trigger_id: '1.2.3',
    response_url: slack.responseUrl(),
    actions: [{ type: 'button', block_id: 'b', action_id, value: '1' }],
  })
}

const told = ({ ada }: Pick<Workspace, 'ada'>) => ada.messages('@touchpoint').map(textOf)
const contacts = async ({ database }: Office) => (await contactsAfter(database, 0, 1000)).map(({ email }) => email)

describe('/crm import', () => {
  test('shows what a file would do, brings it in, and tells all of it in one message', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await office.opens('/crm import')
    await ada.upload('A file', { name: 'people.csv', text: CSV })
    await ada.fill('Campaign', 'Spring launch')
    await ada.fill('Tags for all', 'fair, vip')
    expect(textOf(await ada.submit())).toContain('Reading people.csv…')
    const message = await isChecked(office)
    const [checked = '', ...more] = told(office)
    expect(more).toEqual([])
    expect(checked).toContain('2 new, 0 changed, 0 unchanged.')
    expect(checked).toContain('Row 3 “adda@”: this is not an e-mail address')
    expect(checked).toContain('Row 5 “ADA@example.com”: the same address as in row 2')
    expect(checked).toContain('Campaign: Spring launch · Tags: fair, vip')
    expect(await contacts(office)).toEqual([])

    await goesAhead(office, message)
    await ada.sees('2 rows left out')
    const [done] = ada.messages('@touchpoint')
    expect(done).toMatchObject({ isEdited: true })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      firstName: 'Ada',
      company: 'Acme',
      sourceCampaign: 'Spring launch',
      tags: ['fair', 'vip'],
    })
    expect(await contacts(office)).toHaveLength(2)
    expect(office.lines.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('hands the rows that were left out back as a file, with row and reason', async () => {
    await using office = await aProgramInSlack()
    await imports(office, CSV)
    await expect
      .poll(() => office.ada.messages('@touchpoint').flatMap(({ files }) => files.map(({ name }) => name)))
      .toEqual(['people, left out.csv'])
  })

  test('lists the contacts of its campaign', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await office.opens('/crm import')
    await ada.fill('Or paste addresses', 'ada@example.com')
    await ada.fill('Campaign', 'Spring launch')
    await ada.submit()
    await goesAhead(office, await isChecked(office))
    await ada.press('See the contacts')
    await ada.sees('ada@example.com')
  })

  test('twice with the same file has nothing to import', async () => {
    await using office = await aProgramInSlack()
    await imports(office, CSV)
    await gives(office, CSV)
    await office.ada.sees('There is nothing to import: 0 new, 0 changed, 2 unchanged.')
  })

  test('brings in what was pasted, and brings the Home tab up to date', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await ada.openHome()
    await ada.sees('Connect an e-mail tool')
    await ada.press('Import')
    await ada.sees('Cancel')
    await ada.fill('Or paste addresses', 'Ada Lovelace <ada@example.com>; bob@example.com\nnobody')
    await ada.submit()
    await goesAhead(office, await isChecked(office))
    await ada.sees('2 contacts, 2 new')
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ lastName: 'Lovelace' })
  })

  test('cancelled writes nothing, and says so once', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await gives(office, CSV)
    await isChecked(office)
    await ada.press('Cancel')
    await ada.sees('it was cancelled. Nothing was written.')
    expect(await contacts(office)).toEqual([])
    expect(told(office)).toHaveLength(1)
  })
})

describe('columns that nobody knows', () => {
  const ODD = 'Kontakt,Spitzname,Schuhgröße\nada@example.com,Ada,38\nbob@example.com,Bob,44\n'

  test('are asked about once, and remembered for the next list with the same header', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await gives(office, ODD)
    await ada.sees('columns that I do not know')
    await ada.choose('Spitzname', 'First name')
    await ada.choose('Schuhgröße', 'A field of its own')
    await ada.submit()
    await goesAhead(office, await isChecked(office))
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      firstName: 'Ada',
      customFields: { Schuhgröße: '38' },
    })
    await gives(office, `${ODD}eve@example.com,Eve,40\n`)
    expect(textOf(await isChecked(office))).toContain('1 new, 0 changed, 2 unchanged')
  })

  test('and were said wrong can be said again, as long as nothing is written', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await gives(office, ODD)
    await ada.sees('columns that I do not know')
    await ada.choose('Spitzname', 'Last name')
    await ada.submit()
    await isChecked(office)
    await ada.press('Columns')
    await ada.sees('What the columns of')
    await ada.choose('Spitzname', 'First name')
    expect(textOf(await ada.submit())).toContain('Checking people.csv…')
    await goesAhead(office, await isChecked(office))
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ firstName: 'Ada', lastName: null })
    expect(told(office)).toHaveLength(1)
  })

  test('cannot be said any more while a pressed import waits for its turn', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await gives(office, ODD)
    await ada.sees('columns that I do not know')
    await ada.submit()
    await isChecked(office)
    await ada.press('Columns')
    await ada.sees('What the columns of')
    const later = { ...runJob(1), runAt: Date.now() + 3_600_000 }
    await database.transaction((tx) => enqueue(tx, [later], Date.now()))
    await ada.choose('Spitzname', 'Last name')
    const words = Object.values((await ada.submit())?.errors ?? {}).join()
    expect(words).toMatch(/^Import was pressed already, so the columns stay as they are\./)
  })

  test('of which the wrong one holds the addresses can be said again, too', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await gives(office, 'Kontakt,Privat\nada@example.com,none\nbob@example.com,none\n')
    await ada.sees('1 column that I do not know. What does it hold?')
    await ada.choose('Kontakt', 'Leave it out')
    await ada.choose('Privat', 'E-mail address')
    await ada.submit()
    await ada.sees('There is nothing to import')
    await ada.close()
    await ada.press('Columns')
    await ada.sees('What the columns of')
    await ada.choose('Kontakt', 'E-mail address')
    await ada.choose('Privat', 'Leave it out')
    await ada.submit()
    await ada.sees('Import 2 contacts')
  })

  test('that hold the same are refused beside the second', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await gives(office, ODD)
    await ada.sees('columns that I do not know')
    await ada.choose('Spitzname', 'First name')
    await ada.choose('Schuhgröße', 'First name')
    expect((await ada.submit())?.errors).toEqual({
      column_2: 'Spitzname is “First name” already. Choose it for one column only.',
    })
  })

  test('are asked about in a message where the form was closed meanwhile', async () => {
    await using office = await aProgramInSlack()
    const { ada, slack } = office
    await office.opens('/crm import')
    await ada.upload('A file', { name: 'people.csv', text: ODD })
    slack.trouble({ kind: 'refuse', error: 'not_found' }, { method: 'views.update' })
    await ada.submit()
    await ada.sees('has 2 columns that I do not know: Spitzname, Schuhgröße')
    await ada.close()
    await ada.press('Columns')
    await ada.sees('Remembered for lists with the same columns')
    await ada.choose('Spitzname', 'First name')
    await ada.submit()
    await ada.sees('Nothing is written yet')
  })
})

describe('a button of an import', () => {
  test('pressed again says what became of it', async () => {
    await using office = await aProgramInSlack()
    const { ada, slack } = office
    await imports(office, CSV)
    await presses(office, 'import_start')
    await expect.poll(() => wordsOf(slack.answers)).toContain('This list is imported already.')
    await ada.press('Undo')
    await ada.sees('people.csv is undone')
    await presses(office, 'import_undo')
    await expect.poll(() => wordsOf(slack.answers)).toContain('This import was undone.')
    await presses(office, 'import_cancel')
    await presses(office, 'import_columns')
    await expect.poll(() => slack.answers.length).toBe(4)
  })

  test('is for who asked, or an admin', async () => {
    await using office = await aProgramInSlack()
    const { slack } = office
    await gives(office, CSV)
    await isChecked(office)
    await presses(office, 'import_start', slack.person('tom'))
    await expect.poll(() => wordsOf(slack.answers)).toContain('Only who asked for this import can do that')
    expect(await contacts(office)).toEqual([])
  })
})

describe('an undo', () => {
  const many = `Email\n${Array.from({ length: 30 }, (_, n) => `person${n}@example.com`).join('\n')}\n`

  test('of few takes them back at a press', async () => {
    await using office = await aProgramInSlack()
    await imports(office, CSV)
    await office.ada.press('Undo')
    await office.ada.sees('people.csv is undone: 2 contacts removed, 0 as before, 0 kept.')
    expect(await contacts(office)).toEqual([])
  })

  test('of a list that was imported twice takes everybody back once the second one is undone', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await gives(office, CSV)
    await isChecked(office)
    await gives(office, CSV)
    await isChecked(office)
    const [first, second] = ada.messages('@touchpoint')
    if (!first || !second) throw new Error('there are no two messages')
    await goesAhead(office, first)
    await ada.press('Import 2 contacts', { in: second })
    await ada.sees('0 new, 0 changed, 2 unchanged.')
    const at = (ts: string) => {
      const message = ada.messages('@touchpoint').find((each) => each.ts === ts)
      if (!message) throw new Error('the message is gone')
      return message
    }
    await ada.press('Undo', { in: at(first.ts) })
    await ada.sees('ada@example.com stays: a later import names them, too')
    await ada.sees('Whom a later import names can be taken back once that one is undone.')
    await ada.press('Undo', { in: at(second.ts) })
    await ada.sees('it changed nobody, so nothing was taken back.')
    expect(await contacts(office)).toHaveLength(2)
    await ada.press('Undo again', { in: at(first.ts) })
    await ada.sees('people.csv is undone: 2 contacts removed, 0 as before, 0 kept.')
    expect(await contacts(office)).toEqual([])
  })

  test('of many wants their number typed', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await imports(office, many)
    await ada.press('Undo')
    await ada.sees('Type the number of contacts to confirm')
    await ada.fill('Type the number of contacts to confirm', '29')
    expect((await ada.submit())?.errors).toEqual({ number: 'Not the same number. To undo, type 30' })
    await ada.fill('Type the number of contacts to confirm', '30')
    await ada.submit()
    await ada.sees('people.csv is undone: 30 contacts removed')
    expect(await contacts(office)).toEqual([])
  })
})

describe('the form', () => {
  test('without anything to import says so', async () => {
    await using office = await aBotInSlack()
    await office.opens('/crm import')
    const form = await office.ada.submit()
    expect(form?.errors).toEqual({ pasted: 'Upload a file above, or paste addresses here.' })
    await office.ada.fill('Or paste addresses', 'nobody here')
    expect((await office.ada.submit())?.errors).toEqual({ pasted: 'There is no e-mail address in this text.' })
  })

  test('with a file and a text asks for one at a time', async () => {
    await using office = await aBotInSlack()
    await office.opens('/crm import')
    await office.ada.upload('A file', { name: 'people.csv', text: CSV })
    await office.ada.fill('Or paste addresses', 'ada@example.com')
    expect((await office.ada.submit())?.errors.pasted).toMatch(/^One at a time/)
  })

  test.each<[what: string, bytes: Uint8Array, words: string]>([
    ['a workbook', Buffer.from('PK\x03\x04workbook'), 'is a workbook or an archive'],
    ['a sign-in page', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>'), 'people.csv'],
    ['NUL bytes', Buffer.from('Email\nada@example.com\n\0\0\n'), 'people.csv'],
    ['a quote that is not closed', Buffer.from('Email,Name\nada@example.com,"Ada\nbob@example.com,Bob\n'), 'row 2'],
    ['nobody', Buffer.from('Email,Name\n'), 'lists nobody'],
    ['nothing', Buffer.from(' '), 'people.csv'],
  ])('of %s says what to do in its place', async (_what, bytes, words) => {
    await using office = await aProgramInSlack()
    await gives(office, bytes)
    await office.ada.sees(/:warning:|⚠/)
    expect(office.ada.text()).toContain(words)
    expect(await contacts(office)).toEqual([])
    expect(office.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('of a file that the app may not read says which permission is missing', async () => {
    const manifest = readManifest()
    await using office = await aProgramInSlack({
      manifest: { ...manifest, scopes: manifest.scopes.filter((scope) => scope !== 'files:read') },
    })
    await gives(office, CSV)
    await office.ada.sees('files:read')
  })

  test('by somebody of another workspace imports nothing', async () => {
    await using office = await aProgramInSlack()
    const answer = await office.interact({
      type: 'view_submission',
      team: { id: 'T0OURS' },
      user: { id: 'U0EVE', team_id: 'T0THEIRS' },
      view: {
        id: 'V1',
        type: 'modal',
        callback_id: 'import_contacts',
        blocks: [],
        state: { values: { pasted: { value: { type: 'plain_text_input', value: 'eve@example.com' } } } },
      },
    })
    expect(wordsOf(answer)).toContain('members of its own workspace only')
    expect(await contacts(office)).toEqual([])
  })
})
