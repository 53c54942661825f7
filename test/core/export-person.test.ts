import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { addContact } from '../../src/core/add-contact.ts'
import { addNote, assign, changeTags, editProfile, setStatus, undo } from '../../src/core/changes/change-contact.ts'
import { history } from '../../src/core/changes/history.ts'
import { exportPerson } from '../../src/core/export-person.ts'
import { bareContact } from '../../src/core/import/bare-contact.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { contactById } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases, openSqlite } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')
const MINUTE = 60_000
const dayOf = createDayOf('UTC')
const by = (actor: string, minutes: number) => ({ by: actor, now: NOW + minutes * MINUTE, dayOf })
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString()

const importing = { tags: [], dayOf, now: NOW, dryRun: false, onProgress: () => {} }

const Exported = z.record(
  z.string(),
  z.looseObject({
    email: z.string(),
    fields: z.array(z.looseObject({ field: z.string(), value: z.unknown(), source: z.string(), at: z.string() })),
    engagements: z.array(z.looseObject({ engagement_type: z.string() })),
    notes: z.array(z.object({ author: z.string(), at: z.string(), text: z.string() })),
    changes: z.array(z.looseObject({ by: z.string(), at: z.string(), action: z.string() })),
    lookups: z.array(z.looseObject({})),
  }),
)

async function exported(database: Database, id: number) {
  const file = await exportPerson(database, id, { by: 'U0EVE', now: NOW + 60 * MINUTE })
  if (!file) throw new Error('there is no such contact')
  const [person] = Object.values(Exported.parse(JSON.parse(file.json)))
  if (!person) throw new Error('nobody is in the file')
  return { file, person }
}

/** Somebody of whom a little of everything is known. */
async function withAda(database: Database): Promise<number> {
  const profile = { firstName: 'Ada', lastName: null, company: 'Acme', title: null, tags: ['vip'] }
  const { id } = await addContact(database, 'Ada@Example.com', { by: 'U0EVE', now: NOW, dayOf, profile })
  await changeTags(database, id, { add: 'spring' }, by('U0ADA', 1))
  await assign(database, id, 'U0GRACE', by('U0ADA', 2))
  await setStatus(database, id, 'converted', by('U0BOB', 3))
  const edits = { company: { seen: 'Acme', wanted: 'Acme Engines' } }
  await editProfile(database, id, edits, { ...by('U0BOB', 4), asSeen: (value) => value })
  await addNote(database, id, 'Likes tea.', by('U0GRACE', 5))
  const replied = anEvent({ type: 'replied', occurredAt: NOW, provider: 'sendgrid', id: 'r1' })
  const unsubscribed = anEvent({ type: 'unsubscribed', occurredAt: NOW + MINUTE, provider: 'sendgrid', id: 'u1' })
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(replied, unsubscribed)])
  return id
}

describe.each(databases)('the export of a person on $name', ({ open }) => {
  test('tells of every field its source and its date', async () => {
    await using database = await open()
    const id = await withAda(database)
    const { person } = await exported(database, id)
    const told = person.fields.map(({ field, value, source, at: when }) => [field, value, source, when])
    expect(told).toEqual(
      expect.arrayContaining([
        ['email', 'Ada@Example.com', 'user:U0EVE', at(0)],
        ['first_name', 'Ada', 'user:U0EVE', at(0)],
        ['company', 'Acme Engines', 'user:U0BOB', at(4)],
        ['tags', 'vip', 'user:U0EVE', at(0)],
        ['tags', 'spring', 'user:U0ADA', at(1)],
        ['owner', 'U0GRACE', 'user:U0ADA', at(2)],
        ['decision', 'converted', 'user:U0BOB', at(3)],
        ['email_status', 'valid', 'reply', at(0)],
        ['suppression.unsubscribed', true, 'sendgrid:u1', at(1)],
      ]),
    )
    expect(person.fields.find(({ field }) => field === 'last_name')).toBeUndefined()
  })

  test('has the events, the notes and who changed what beside them', async () => {
    await using database = await open()
    const { file, person } = await exported(database, await withAda(database))
    expect(person.engagements.map(({ engagement_type }) => engagement_type).toSorted()).toEqual([
      'email_unsubscribed',
      'reply_received',
    ])
    expect(person.notes).toEqual([{ author: 'U0GRACE', at: at(5), text: 'Likes tea.' }])
    expect(person.changes.map(({ action }) => action)).toEqual([
      'export',
      'note',
      'profile',
      'status',
      'assign',
      'tags',
    ])
    expect(file.counts).toMatchObject({ events: 2, notes: 1, changes: 6 })
  })

  test('stands in the history, and cannot be taken back', async () => {
    await using database = await open()
    const id = await withAda(database)
    await exported(database, id)
    const [latest] = await history(database, id, 1)
    expect(latest).toMatchObject({ action: 'export', actor: 'U0EVE', at: NOW + 60 * MINUTE, before: {}, after: {} })
    expect(await undo(database, latest?.id ?? 0, by('U0EVE', 61))).toEqual({ kind: 'gone' })
    expect(await exportPerson(database, id + 1, { by: 'U0EVE', now: NOW })).toBeUndefined()
  })

  test('names where a contact came from that nobody added', async () => {
    await using database = await open()
    const imported = { ...bareContact('bob@example.com'), firstName: 'Bob', customFields: { shoe: 43 } }
    await importContacts(database, [imported], { ...importing, campaign: 'Spring' })
    const { person } = await exported(database, 1)
    expect(person.fields).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field: 'email', source: 'import', at: at(0) }),
        expect.objectContaining({ field: 'custom_fields.shoe', value: 43, source: 'import' }),
        expect.objectContaining({ field: 'imported_from_campaign', value: 'Spring' }),
      ]),
    )
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(anEvent({ recipient: 'eve@example.com' }))])
    const second = await exported(database, 2)
    expect(second.person.fields[0]).toMatchObject({ field: 'email', source: 'event:sendgrid' })
  })
})

test('is a file in the interchange format, which another database takes', async () => {
  await using database = await openSqlite()
  const id = await withAda(database)
  const { file } = await exported(database, id)
  await using other = await openSqlite()
  const contacts = Object.entries(Exported.parse(JSON.parse(file.json))).map(([key, value]) => {
    const read = fromInterchange(key, value)
    if ('problem' in read) throw new Error(read.problem)
    return read.contact
  })
  await importContacts(other, contacts, { ...importing, campaign: null })
  expect(await contactById(other, 1)).toMatchObject({
    email: 'Ada@Example.com',
    firstName: 'Ada',
    company: 'Acme Engines',
    status: 'converted',
    suppressed: 'unsubscribed',
  })
})
