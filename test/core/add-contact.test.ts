import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { InvalidInputError } from '../../src/core/errors.ts'
import { lookup } from '../../src/core/lookup.ts'
import { contactByAddress, contactById, contactsAfter } from '../../src/core/store/contacts.ts'
import { createdBetween, totalCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'

const now = Date.parse('2026-03-02T23:30:00Z')
const dayOf = createDayOf('Europe/Warsaw')

describe.each(databases)('adding a contact on $name', ({ open }) => {
  test('makes it once, whatever case its address is written in', async () => {
    await using database = await open()
    const { id, isNew } = await addContact(database, 'Ada@Example.com', { by: 'U0ADA', now, dayOf })
    expect(isNew).toBe(true)
    const again = await addContact(database, 'ada@example.COM', { by: 'U0ADA', now: now + 1000, dayOf })
    expect(again).toEqual({ id, isNew: false })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      id,
      email: 'Ada@Example.com',
      domain: 'example.com',
      status: 'new',
      createdAt: now,
      updatedAt: now,
    })
  })

  test('counts it as new and as made today, once', async () => {
    await using database = await open()
    for (const address of ['ada@example.com', 'ADA@example.com', 'bob@example.com']) {
      await addContact(database, address, { by: 'U0ADA', now, dayOf })
    }
    expect(await totalCounts(database)).toEqual(new Map([['new', 2]]))
    expect(await createdBetween(database, '2026-03-03', '2026-03-03')).toBe(2)
  })

  test('makes it once when two people add it together', async () => {
    await using database = await open()
    const additions = await Promise.all(
      Array.from({ length: 8 }, () => addContact(database, 'ada@example.com', { by: 'U0ADA', now, dayOf })),
    )
    expect(new Set(additions.map(({ id }) => id)).size).toBe(1)
    expect(additions.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(await totalCounts(database)).toEqual(new Map([['new', 1]]))
  })

  test('keeps what was said of it, and finds it by that', async () => {
    await using database = await open()
    const profile = {
      firstName: 'Élodie',
      lastName: 'Müller',
      company: 'Acme',
      title: 'CTO',
      tags: ['vip', 'conference'],
    }
    const { id } = await addContact(database, 'elodie@example.com', { by: 'U0ADA', now, dayOf, profile })
    expect(await contactById(database, id)).toMatchObject({
      ...profile,
      asserted: { addedBy: 'U0ADA' },
      createdAt: now,
      updatedAt: now,
    })
    expect(await lookup(database, 'muller', now)).toMatchObject({ kind: 'found', card: { id } })
  })

  test('leaves a contact that is there already as it is', async () => {
    await using database = await open()
    const profile = { firstName: 'Ada', lastName: 'Lovelace', company: 'Acme', title: null, tags: ['vip'] }
    const { id } = await addContact(database, 'ada@example.com', { by: 'U0ADA', now, dayOf, profile })
    const other = { firstName: 'Eve', lastName: null, company: 'Evil', title: 'Spy', tags: [] }
    await addContact(database, 'ADA@example.com', { by: 'U0EVE', now: now + 1, dayOf, profile: other })
    expect(await contactById(database, id)).toMatchObject({ ...profile, asserted: { addedBy: 'U0ADA' } })
  })

  test.each(['', 'ada', 'ada@', 'Ada <ada@example.com>', 'ada@example.com\nbob@example.com', 'a b@example.com'])(
    'makes nothing of %j',
    async (nonsense) => {
      await using database = await open()
      await expect(addContact(database, nonsense, { by: 'U0ADA', now, dayOf })).rejects.toBeInstanceOf(
        InvalidInputError,
      )
      expect(await contactsAfter(database, 0, 10)).toEqual([])
    },
  )
})
