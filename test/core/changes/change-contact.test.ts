import { describe, expect, test } from 'vitest'

import { addContact } from '../../../src/core/add-contact.ts'
import { UNDO_MS } from '../../../src/core/changes/change.ts'
import {
  addNote,
  assign,
  type ChangeOptions,
  changeTags,
  editProfile,
  setStatus,
  undo,
} from '../../../src/core/changes/change-contact.ts'
import { history } from '../../../src/core/changes/history.ts'
import { cardById } from '../../../src/core/contact-card.ts'
import { InvalidInputError } from '../../../src/core/errors.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { lookup } from '../../../src/core/lookup.ts'
import { contactById, deleteBare, markAsAdded } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { totalCounts } from '../../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'

const NOW = Date.parse('2026-03-02T10:00:00Z')
const MINUTE = 60_000
const dayOf = createDayOf('UTC')

function by(actor: string, minutes = 0): ChangeOptions {
  return { by: actor, now: NOW + minutes * MINUTE, dayOf }
}

const ada = by('U0ADA')
const bob = by('U0BOB', 1)

/** A form that shows values as they are. */
function edits(options: ChangeOptions) {
  return { ...options, asSeen: (value: string | null) => value }
}

async function withAda(database: Database, tags: readonly string[] = []): Promise<number> {
  const profile = { firstName: 'Ada', lastName: 'Lovelace', company: 'Acme', title: null, tags }
  const { id } = await addContact(database, 'ada@example.com', { by: 'U0EVE', now: NOW - MINUTE, dayOf, profile })
  return id
}

async function changeOf(outcome: Promise<{ readonly kind: string; readonly change?: { readonly id: number } }>) {
  const { kind, change } = await outcome
  if (!change) throw new Error(`it is ${kind}`)
  return change.id
}

describe.each(databases)('a change of a contact on $name', ({ open }) => {
  test('is made with its line in the history: who, what and when', async () => {
    await using database = await open()
    const id = await withAda(database)
    expect(await setStatus(database, id, 'converted', ada)).toMatchObject({ kind: 'changed' })
    expect(await contactById(database, id)).toMatchObject({
      status: 'converted',
      decision: 'converted',
      decidedAt: NOW,
      updatedAt: NOW,
    })
    expect(await history(database, id, 10)).toEqual([
      {
        id: expect.any(Number),
        contactId: id,
        at: NOW,
        actor: 'U0ADA',
        action: 'status',
        before: { decision: null, decidedAt: null, status: 'new' },
        after: { decision: 'converted', decidedAt: NOW, status: 'converted' },
        undoes: null,
        isUndone: false,
        noteText: null,
      },
    ])
  })

  test('moves the running counts with the status, there and back', async () => {
    await using database = await open()
    const id = await withAda(database)
    await setStatus(database, id, 'converted', ada)
    expect(await totalCounts(database)).toEqual(new Map([['converted', 1]]))
    await setStatus(database, id, 'disqualified', ada)
    expect(await totalCounts(database)).toEqual(new Map([['disqualified', 1]]))
    await setStatus(database, id, null, ada)
    expect(await totalCounts(database)).toEqual(new Map([['new', 1]]))
    expect(await contactById(database, id)).toMatchObject({ status: 'new', decision: null })
  })

  test('that changes nothing leaves no line', async () => {
    await using database = await open()
    const id = await withAda(database, ['vip'])
    const nothing = { kind: 'same' }
    expect(await setStatus(database, id, null, ada)).toEqual(nothing)
    expect(await assign(database, id, null, ada)).toEqual(nothing)
    expect(await changeTags(database, id, { add: '#VIP', remove: ['spring'] }, ada)).toEqual(nothing)
    expect(await editProfile(database, id, { company: { seen: 'Acme', wanted: ' Acme ' } }, edits(ada))).toEqual(
      nothing,
    )
    expect(await history(database, id, 10)).toEqual([])
    expect(await contactById(database, id)).toMatchObject({ updatedAt: NOW - MINUTE })
  })

  test('of somebody who is gone says so and leaves no line', async () => {
    await using database = await open()
    expect(await setStatus(database, 9, 'converted', ada)).toEqual({ kind: 'gone' })
    expect(await addNote(database, 9, 'x', ada)).toEqual({ kind: 'gone' })
    expect(await undo(database, 9, ada)).toEqual({ kind: 'gone' })
    expect(await history(database, 9, 10)).toEqual([])
  })

  test('assigns, adds and removes tags whatever their case, and keeps notes with their lines', async () => {
    await using database = await open()
    const id = await withAda(database, ['vip', 'spring'])
    await assign(database, id, 'U0BOB', ada)
    await changeTags(database, id, { add: 'VIP, #autumn', remove: ['SPRING'] }, ada)
    await addNote(database, id, ' Called.\r\nWill call back. ', ada)
    await addNote(database, id, 'Second', bob)
    expect(await cardById(database, id, NOW)).toMatchObject({
      owner: 'U0BOB',
      tags: ['vip', 'autumn'],
      notes: [
        { author: 'U0BOB', at: NOW + MINUTE, text: 'Second' },
        { author: 'U0ADA', at: NOW, text: 'Called.\nWill call back.' },
      ],
    })
    expect(await history(database, id, 2)).toMatchObject([
      { action: 'note', actor: 'U0BOB', noteText: 'Second' },
      { action: 'note', actor: 'U0ADA', noteText: 'Called.\nWill call back.' },
    ])
  })

  test('takes notes of 3,000 characters and no longer, and none without words', async () => {
    await using database = await open()
    const id = await withAda(database)
    expect(await addNote(database, id, 'x'.repeat(3000), ada)).toMatchObject({ kind: 'changed' })
    await expect(addNote(database, id, 'x'.repeat(3001), ada)).rejects.toBeInstanceOf(InvalidInputError)
    await expect(addNote(database, id, ' \u0000\n', ada)).rejects.toBeInstanceOf(InvalidInputError)
    expect(await history(database, id, 10)).toHaveLength(1)
  })

  test('of a name is found by the new one', async () => {
    await using database = await open()
    const id = await withAda(database)
    const wanted = { lastName: { seen: 'Lovelace', wanted: 'Müller' }, title: { seen: null, wanted: 'CTO' } }
    expect(await editProfile(database, id, wanted, edits(ada))).toMatchObject({
      kind: 'changed',
      change: { before: { lastName: 'Lovelace', title: null }, after: { lastName: 'Müller', title: 'CTO' } },
    })
    expect(await lookup(database, 'muller', NOW)).toMatchObject({ kind: 'found', card: { id, firstName: 'Ada' } })
  })

  test('of a field that somebody changed meanwhile is a conflict, and nothing of either is lost', async () => {
    await using database = await open()
    const id = await withAda(database)
    await editProfile(database, id, { company: { seen: 'Acme', wanted: 'Beta' } }, edits(bob))
    const edit = { company: { seen: 'Acme', wanted: 'Gamma' }, title: { seen: null, wanted: 'CTO' } }
    expect(await editProfile(database, id, edit, edits(ada))).toEqual({
      kind: 'conflict',
      conflicts: [{ field: 'company', now: 'Beta' }],
    })
    expect(await contactById(database, id)).toMatchObject({ company: 'Beta', title: null })
    expect(await history(database, id, 10)).toHaveLength(1)
  })

  test('of one field leaves alone what somebody changed in another meanwhile', async () => {
    await using database = await open()
    const id = await withAda(database)
    await editProfile(database, id, { company: { seen: 'Acme', wanted: 'Beta' } }, edits(bob))
    const edit = { company: { seen: 'Acme', wanted: 'Acme' }, title: { seen: null, wanted: 'CTO' } }
    expect(await editProfile(database, id, edit, edits(ada))).toMatchObject({ kind: 'changed' })
    expect(await contactById(database, id)).toMatchObject({ company: 'Beta', title: 'CTO' })
  })

  test('is never lost to another that is made at the same time', async () => {
    await using database = await open()
    const id = await withAda(database)
    const people = Array.from({ length: 8 }, (_, index) => `U0P${index}`)
    await Promise.all([
      ...people.map((one) => changeTags(database, id, { add: `tag-${one}` }, by(one))),
      ...people.map((one) => addNote(database, id, `note of ${one}`, by(one))),
      editProfile(database, id, { company: { seen: 'Acme', wanted: 'Beta' } }, edits(ada)),
      editProfile(database, id, { title: { seen: null, wanted: 'CTO' } }, edits(bob)),
      assign(database, id, 'U0BOB', ada),
      setStatus(database, id, 'converted', bob),
    ])
    const row = await contactById(database, id)
    expect(row).toMatchObject({ company: 'Beta', title: 'CTO', owner: 'U0BOB', status: 'converted' })
    expect([...(row?.tags ?? [])].sort()).toEqual(people.map((one) => `tag-${one}`))
    expect(await history(database, id, 100)).toHaveLength(20)
  })
})

describe.each(databases)('taking a change back on $name', ({ open }) => {
  test('restores what was there before, and is in the history too', async () => {
    await using database = await open()
    const id = await withAda(database, ['vip'])
    const before = await contactById(database, id)
    const ids = [
      await changeOf(setStatus(database, id, 'converted', ada)),
      await changeOf(assign(database, id, 'U0BOB', ada)),
      await changeOf(changeTags(database, id, { add: 'spring', remove: ['vip'] }, ada)),
      await changeOf(addNote(database, id, 'Called', ada)),
      await changeOf(editProfile(database, id, { lastName: { seen: 'Lovelace', wanted: 'King' } }, edits(ada))),
    ]
    for (const one of ids)
      expect(await undo(database, one, bob)).toMatchObject({ kind: 'changed', undone: { id: one } })
    const { revision: _, ...rest } = (await contactById(database, id)) ?? {}
    expect(rest).toEqual({ ...before, revision: undefined, updatedAt: NOW + MINUTE })
    expect(await cardById(database, id, NOW)).toMatchObject({ notes: [] })
    expect(await totalCounts(database)).toEqual(new Map([['new', 1]]))
    const lines = await history(database, id, 20)
    expect(lines.map(({ undoes, isUndone }) => undoes ?? isUndone)).toEqual([
      ...ids.toReversed(),
      ...ids.map(() => true),
    ])
    expect(await lookup(database, 'lovelace', NOW)).toMatchObject({ kind: 'found' })
  })

  test('is possible for ten minutes, and once', async () => {
    await using database = await open()
    const id = await withAda(database)
    const early = await changeOf(assign(database, id, 'U0BOB', ada))
    const late = { ...bob, now: NOW + UNDO_MS + 1 }
    expect(await undo(database, early, late)).toEqual({ kind: 'too_late', contactId: id })
    expect(await undo(database, early, { ...bob, now: NOW + UNDO_MS })).toMatchObject({ kind: 'changed' })
    expect(await undo(database, early, bob)).toEqual({ kind: 'undone_before', contactId: id, by: 'U0BOB' })
    expect(await contactById(database, id)).toMatchObject({ owner: null })
  })

  test('is made once when two people press together', async () => {
    await using database = await open()
    const id = await withAda(database, ['vip'])
    const change = await changeOf(changeTags(database, id, { remove: ['vip'] }, ada))
    const kinds = (await Promise.all([undo(database, change, ada), undo(database, change, bob)])).map(
      ({ kind }) => kind,
    )
    expect(kinds.sort()).toEqual(['changed', 'undone_before'])
    expect(await contactById(database, id)).toMatchObject({ tags: ['vip'] })
  })

  test('says who changed the same since, even where it is again as it was', async () => {
    await using database = await open()
    const id = await withAda(database)
    const first = await changeOf(assign(database, id, 'U0ADA', ada))
    await assign(database, id, 'U0BOB', bob)
    expect(await undo(database, first, ada)).toEqual({ kind: 'overtaken', contactId: id, by: 'U0BOB' })
    await assign(database, id, 'U0ADA', by('U0EVE', 2))
    expect(await undo(database, first, ada)).toEqual({ kind: 'overtaken', contactId: id, by: 'U0EVE' })
    expect(await contactById(database, id)).toMatchObject({ owner: 'U0ADA' })
  })

  test('is not hindered by a change of something else, nor by one that was itself taken back', async () => {
    await using database = await open()
    const id = await withAda(database)
    const first = await changeOf(changeTags(database, id, { add: 'vip' }, ada))
    await changeTags(database, id, { add: 'spring' }, bob)
    const removal = await changeOf(changeTags(database, id, { remove: ['vip'] }, bob))
    await undo(database, removal, bob)
    expect(await undo(database, first, ada)).toMatchObject({ kind: 'changed' })
    expect(await contactById(database, id)).toMatchObject({ tags: ['spring'] })
  })

  test('does not overwrite what an import wrote since', async () => {
    await using database = await open()
    const id = await withAda(database)
    const change = await changeOf(editProfile(database, id, { company: { seen: 'Acme', wanted: 'Beta' } }, edits(ada)))
    await importContacts(database, [{ ...bareContact('ada@example.com'), company: 'Imported' }], {
      overwrite: true,
      ...{ dayOf, now: NOW, dryRun: false, campaign: null, tags: [] },
      onProgress: () => {},
    })
    expect(await undo(database, change, ada)).toEqual({ kind: 'overtaken', contactId: id, by: null })
    expect(await contactById(database, id)).toMatchObject({ company: 'Imported' })
  })

  test('of what took a change back is not offered', async () => {
    await using database = await open()
    const id = await withAda(database)
    const change = await changeOf(assign(database, id, 'U0BOB', ada))
    const back = await changeOf(undo(database, change, ada))
    expect(await undo(database, back, ada)).toEqual({ kind: 'gone' })
  })
})

describe.each(databases)('a contact that nothing but its address is known of, on $name', ({ open }) => {
  test('stays where there is a note of it', async () => {
    await using database = await open()
    const { id } = await addContact(database, 'bare@example.com', { by: 'U0ADA', now: NOW, dayOf })
    await database.transaction((tx) => markAsAdded(tx, id, {}))
    await addNote(database, id, 'Met at the fair', ada)
    await database.transaction((tx) => deleteBare(tx, [id]))
    expect(await cardById(database, id, NOW)).toMatchObject({ notes: [{ text: 'Met at the fair' }] })
  })
})
