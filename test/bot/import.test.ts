import { describe, expect, test, vi } from 'vitest'

import { readManifest, textOf } from '../../practice/slack/index.ts'
import { createImporter, type ImporterDeps, type ImportOrder } from '../../src/bot/importer.ts'
import { StorageError, UpstreamError } from '../../src/core/errors.ts'
import { contactByAddress, contactsAfter } from '../../src/core/store/contacts.ts'
import { anImportPlan, anImportResult, wordsOf } from './fixtures.ts'
import { aLog } from './support.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const CSV = `Email,First name,Company
ada@example.com,Ada,Acme
adda@,Adda,
bob@example.com,Bob,
ADA@example.com,Ada,
`

describe('/crm import', () => {
  test('brings in the people of a file, and reports in a direct message', async () => {
    await using office = await aProgramInSlack()
    const { ada, database } = office
    await office.opens('/crm import')
    await ada.upload('A file', { name: 'people.csv', text: CSV })
    await ada.fill('Campaign', 'Spring launch')
    await ada.fill('Tags for all', 'fair, vip')
    expect(await ada.submit()).toBeUndefined()
    await ada.sees('people.csv: 2 new, 0 changed, 0 unchanged, 2 rows left out.')
    const messages = ada.messages('@touchpoint')
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({ isEdited: true })
    expect(textOf(messages[0])).toContain(
      'Row 3 “adda@”: this is not an e-mail address\nRow 5 “ADA@example.com”: the same address as in row 2',
    )
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      firstName: 'Ada',
      company: 'Acme',
      sourceCampaign: 'Spring launch',
      tags: ['fair', 'vip'],
    })
    expect(await contactsAfter(database, 0, 10)).toHaveLength(2)
    expect(office.lines).toEqual([])
  })

  test('twice with the same file changes nothing', async () => {
    await using office = await aProgramInSlack()
    for (const counts of ['2 new, 0 changed, 0 unchanged', '0 new, 0 changed, 2 unchanged']) {
      await office.opens('/crm import')
      await office.ada.upload('A file', { name: 'people.csv', text: CSV })
      await office.ada.submit()
      await office.ada.sees(counts)
    }
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
    await ada.sees('Pasted addresses: 2 new, 0 changed, 0 unchanged, 1 line left out.')
    await ada.sees('2 contacts, 2 new')
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ lastName: 'Lovelace' })
  })

  test('without anything to import says so in the form', async () => {
    const startImport = vi.fn()
    await using office = await aBotInSlack(() => ({ startImport }))
    await office.opens('/crm import')
    const form = await office.ada.submit()
    expect(form?.errors).toEqual({ pasted: 'Upload a file above, or paste addresses here.' })
    await office.ada.fill('Or paste addresses', 'nobody here')
    expect((await office.ada.submit())?.errors).toEqual({ pasted: 'There is no e-mail address in this text.' })
    expect(startImport).not.toHaveBeenCalled()
  })

  test('with a file and a text asks for one at a time', async () => {
    await using office = await aBotInSlack()
    await office.opens('/crm import')
    await office.ada.upload('A file', { name: 'people.csv', text: CSV })
    await office.ada.fill('Or paste addresses', 'ada@example.com')
    expect((await office.ada.submit())?.errors.pasted).toMatch(/^One at a time/)
  })

  test('of a file that is no list says what to do, in the same message', async () => {
    await using office = await aProgramInSlack()
    const { ada } = office
    await office.opens('/crm import')
    await ada.upload('A file', { name: 'people.csv', bytes: Buffer.from('PK\x03\x04workbook') })
    await ada.submit()
    await ada.sees('people.csv is a workbook or an archive, not text. Save it as CSV')
    expect(ada.messages('@touchpoint')).toHaveLength(1)
    expect(await contactsAfter(office.database, 0, 10)).toEqual([])
    expect(office.lines).toEqual([])
  })

  test('of a file that the app may not read says which permission is missing', async () => {
    const manifest = readManifest()
    await using office = await aProgramInSlack({
      manifest: { ...manifest, scopes: manifest.scopes.filter((scope) => scope !== 'files:read') },
    })
    await office.opens('/crm import')
    await office.ada.upload('A file', { name: 'people.csv', text: CSV })
    await office.ada.submit()
    await office.ada.sees('files:read')
  })

  test('by somebody of another workspace imports nothing', async () => {
    const startImport = vi.fn()
    await using office = await aBotInSlack(() => ({ startImport }))
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
    expect(startImport).not.toHaveBeenCalled()
  })
})

describe('the importer', () => {
  const order: ImportOrder = {
    id: 'V1',
    by: 'U0ADA',
    source: { kind: 'pasted', plan: anImportPlan() },
    campaign: null,
    tags: [],
  }

  /** An importer whose parts all succeed, and what was said; say only what the test is about. */
  function anImporter(overrides: Partial<ImporterDeps> = {}) {
    const { log, lines } = aLog()
    const post = vi.fn(async () => ({ channel: 'D1', ts: '1.1' }))
    const update = vi.fn(async () => {})
    const imported = vi.fn(async () => {})
    const importer = createImporter({
      sender: { post, update },
      download: () => Promise.reject(new Error('nothing to download')),
      importContacts: async () => anImportResult(),
      imported,
      log,
      ...overrides,
    })
    return { importer, post, update, imported, lines }
  }

  test('updates its first message by the channel that Slack gave it', async () => {
    const { importer, post, update, imported } = anImporter()
    importer.start(order)
    await importer.settled()
    expect(post).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ channel: 'U0ADA', key: 'import:V1:begin', text: 'Importing what you pasted…' }),
    )
    expect(update).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ channel: 'D1', ts: '1.1', text: expect.stringContaining('1 new') }),
    )
    expect(imported).toHaveBeenCalledExactlyOnceWith('U0ADA')
  })

  test('imports although nobody can be told, and logs that', async () => {
    const importContacts = vi.fn(async () => anImportResult())
    const post = vi.fn(() => Promise.reject(new UpstreamError('Slack did not answer')))
    const { importer, lines } = anImporter({ importContacts, sender: { post, update: async () => {} } })
    importer.start(order)
    await importer.settled()
    expect(importContacts).toHaveBeenCalledOnce()
    expect(post.mock.calls).toHaveLength(2)
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error'])
  })

  test('waits for Slack when Slack says how long', async () => {
    const post = vi.fn(async () => ({ channel: 'D1', ts: '1.1' }))
    post.mockRejectedValueOnce(new UpstreamError('one message a second', { retryAfterMs: 1 }))
    const { importer, lines } = anImporter({ sender: { post, update: async () => {} } })
    importer.start(order)
    await importer.settled()
    expect(post).toHaveBeenCalledTimes(2)
    expect(lines).toEqual([])
  })

  test('says that what came in stays when the database fails', async () => {
    const { importer, update, lines } = anImporter({
      importContacts: () => Promise.reject(new StorageError('disk full')),
    })
    importer.start(order)
    await importer.settled()
    expect(JSON.stringify(update.mock.calls)).toContain('What came in until then stays')
    expect(lines.map(({ level }) => level)).toEqual(['error'])
  })

  test('brings in nobody where nobody is left, and says so', async () => {
    const importContacts = vi.fn()
    const { importer, update } = anImporter({ importContacts })
    const leftOut = [{ at: 1, value: 'x', reason: 'this is not an e-mail address' }]
    importer.start({ ...order, source: { kind: 'pasted', plan: anImportPlan({ contacts: [], leftOut }) } })
    await importer.settled()
    expect(importContacts).not.toHaveBeenCalled()
    expect(JSON.stringify(update.mock.calls)).toContain('nobody could be brought in, 1 row left out')
  })

  test('imports one list after the other, and is settled when both are done', async () => {
    const first = Promise.withResolvers<ReturnType<typeof anImportResult>>()
    const started: string[] = []
    const { importer } = anImporter({
      importContacts: async (_contacts, { campaign }) => {
        started.push(String(campaign))
        return campaign === 'one' ? await first.promise : anImportResult()
      },
    })
    importer.start({ ...order, campaign: 'one' })
    importer.start({ ...order, campaign: 'two' })
    await expect.poll(() => started).toEqual(['one'])
    first.resolve(anImportResult())
    await importer.settled()
    expect(started).toEqual(['one', 'two'])
  })
})
