import { parse } from 'csv-parse/sync'
import { describe, expect, test, vi } from 'vitest'

import { textOf } from '../../practice/slack/index.ts'
import type { ExportingDeps } from '../../src/bot/exporting.ts'
import { latestChanges } from '../../src/core/store/changes.ts'
import { bringIn } from '../core/export/support.ts'
import { aGate } from './support.ts'
import { aBotInSlack, aProgramInSlack } from './workspace.ts'

const people = (count: number, value: object = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`person${n}@example.com`, value]))

/** The whole program with so many contacts, and what Ada gets from it. */
async function anOffice(count: number, value: object = {}) {
  const office = await aProgramInSlack()
  await bringIn(office.database, people(count, value))
  const { ada, slack } = office
  return {
    ...office,
    async file() {
      const [file] = ada.messages('@touchpoint').flatMap(({ files }) => files)
      return { name: file?.name, text: Buffer.from((await slack.file(file?.id ?? ''))?.bytes ?? []).toString() }
    },
  }
}

describe('/crm export', () => {
  test('sends a few at once, as a CSV that opens in a spreadsheet', async () => {
    await using office = await anOffice(3, { tags: ['vip'], company: '=cmd' })
    const { ada, database } = office
    await bringIn(database, { 'other@example.com': {} })
    expect(textOf(await ada.type('/crm export tag:vip'))).toContain('The result comes as a direct message')
    await ada.sees('3 contacts that match `tag:vip`, as a file.')
    const { name, text } = await office.file()
    expect(name).toMatch(/^contacts-\d{4}-\d\d-\d\d\.csv$/)
    expect(text).toMatch(/^\ufeff"email",/)
    const rows: unknown[] = parse(text, { columns: true, bom: true })
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatchObject({ email: 'person0@example.com', company: "'=cmd" })
    expect(await latestChanges(database, 0, 5)).toMatchObject([
      { actor: ada.id, action: 'export', after: { exported: { text: 'tag:vip', format: 'csv', contacts: 3 } } },
    ])
    expect(office.slack.problems).toEqual([])
    expect(office.lines.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('asks before many are given away, and gives the whole history as JSON where that is wanted', async () => {
    await using office = await anOffice(26)
    const { ada } = office
    expect(textOf(await ada.type('/crm export'))).toContain('26 contacts would come to you as a file')
    await ada.click('As JSON')
    await ada.sees('26 contacts, as a file.')
    const { name, text } = await office.file()
    expect(name).toMatch(/\.json$/)
    expect(Object.keys(JSON.parse(text))).toHaveLength(26)
    expect(office.slack.problems).toEqual([])
  })

  test('can be left at the question', async () => {
    await using office = await anOffice(26)
    const { ada, database } = office
    await ada.type('/crm export')
    await ada.click('Not now')
    expect(textOf(ada.messages().at(-1))).toContain('Nothing was exported.')
    expect(await latestChanges(database, 0, 5)).toEqual([])
  })

  test('says where nobody is meant, and what a filter that is none should be', async () => {
    await using office = await anOffice(1)
    const { ada } = office
    expect(textOf(await ada.type('/crm export tag:nobody'))).toContain('No contact matches `tag:nobody`')
    expect(textOf(await ada.type('/crm export stauts:new'))).toContain('Did you mean status:?')
    expect(ada.messages('@touchpoint')).toEqual([])
  })
})

describe('more than a thousand contacts', () => {
  const counting = (contacts: number) => {
    const orderExport = vi.fn<ExportingDeps['orderExport']>(async () => {})
    return { orderExport, parts: { countExport: async () => contacts, orderExport } }
  }

  test.each(['export', 'export json tag:vip'])('/crm %s is refused to members', async (command) => {
    const { orderExport, parts } = counting(1001)
    await using office = await aBotInSlack(() => ({ gate: aGate('member'), ...parts }))
    expect(textOf(await office.ada.type(`/crm ${command}`))).toContain('more than 1,000 at once are for admins')
    expect(orderExport).not.toHaveBeenCalled()
  })

  test('are refused to a member who finds the button of an admin, or has more by now', async () => {
    const { orderExport, parts } = counting(1000)
    let contacts = 1000
    const countExport = async () => contacts
    await using office = await aBotInSlack(() => ({ gate: aGate('member'), ...parts, countExport }))
    await office.ada.type('/crm export')
    contacts = 1001
    await office.ada.click('Export 1,000 contacts as CSV')
    expect(textOf(office.ada.messages().at(-1))).toContain('more than 1,000 at once are for admins')
    expect(orderExport).not.toHaveBeenCalled()
  })

  test('are given to admins', async () => {
    const { orderExport, parts } = counting(1001)
    await using office = await aBotInSlack(() => ({ gate: aGate('admin'), ...parts }))
    await office.ada.type('/crm export status:new')
    await office.ada.click('Export 1,001 contacts as CSV')
    expect(orderExport).toHaveBeenCalledExactlyOnceWith({
      ...{ text: 'status:new', format: 'csv' },
      ...{ by: office.ada.id, contacts: 1001 },
    })
  })
})
