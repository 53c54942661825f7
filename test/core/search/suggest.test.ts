import { describe, expect, test } from 'vitest'

import { createContactChanges } from '../../../src/core/changes/contact-changes.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import { MOST_SUGGESTED, suggest } from '../../../src/core/search/suggest.ts'
import { contactByAddress } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const now = Date.parse('2026-11-22T10:00:00Z')
const dayOf = createDayOf('UTC')

async function add(database: Database, ...people: readonly Partial<InterchangeContact>[]): Promise<void> {
  const contacts = people.map((person) => ({ ...bareContact(''), ...person }))
  const options = { dayOf, now, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, options)
}

async function warm(database: Database, recipient: string): Promise<void> {
  const reply = anEvent({ type: 'replied', recipient, occurredAt: now - 1000 })
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(reply)])
}

async function suggested(database: Database, text: string): Promise<string[]> {
  return (await suggest(database, text, now)).map(({ email }) => email)
}

const ADA = { email: 'ada@engines.example', firstName: 'Ada', lastName: 'Lovelace', company: 'Analytical Works' }
const GRACE = { email: 'g.hopper@navy.example', firstName: 'Grace', lastName: 'Hopper', title: 'Admiral' }
const LUDWIG = { email: 'l@bonn.example', firstName: 'Ludwig', lastName: 'van Beethoven' }
const ELODIE = { email: 'em@paris.example', firstName: 'Élodie', lastName: 'Müller' }

const MEANT: readonly (readonly [text: string, person: { readonly email: string }])[] = [
  ['a', ADA],
  ['AD', ADA],
  ['love', ADA],
  ['ada lov', ADA],
  ['lovelace, a', ADA],
  ['ada@eng', ADA],
  ['@engines', ADA],
  ['engines.ex', ADA],
  ['https://www.engines.example', ADA],
  ['<mailto:ada@engines.example|ada@engines.example>', ADA],
  ['analytical', ADA],
  ['ada analy', ADA],
  ['works ada', ADA],
  ['admiral', GRACE],
  ['van bee', LUDWIG],
  ['elodie mu', ELODIE],
  ['MÜLLER', ELODIE],
]

const NOBODY = [
  ...['', ' ', '@', '%', '_', "'", '"', '\0', '🙂', '\ud800', 'x'.repeat(5000)],
  ...['ada grace', 'zzz', 'ada@eng zzz', 'dovelace'],
]

describe.each(databases)('$name', ({ open }) => {
  test('suggests those of whom something begins so, and nobody else', async () => {
    await using database = await open()
    await add(database, ADA, GRACE, LUDWIG, ELODIE)
    for (const [text, person] of MEANT) expect.soft(await suggested(database, text), text).toContain(person.email)
    for (const text of NOBODY) expect.soft(await suggested(database, text), text).toEqual([])
  })

  test('puts those first who are called so, then the warmest', async () => {
    await using database = await open()
    const people = ['adam@a.example', 'adamo@a.example', 'ada@b.example']
    await add(database, ...people.map((email) => ({ email })))
    await warm(database, 'adamo@a.example')
    expect(await suggested(database, 'ada')).toEqual(['ada@b.example', 'adamo@a.example', 'adam@a.example'])
  })

  test('puts those last who have it in their title alone, and leaves those out who have it in a tag', async () => {
    await using database = await open()
    await add(
      database,
      { email: 'b@a.example', title: 'Mayor' },
      { email: 'c@a.example', tags: ['may fair'] },
      { email: 'd@a.example', company: 'Mayflower' },
    )
    await warm(database, 'b@a.example')
    expect(await suggested(database, 'may')).toEqual(['d@a.example', 'b@a.example'])
  })

  test('gives no more than fit into a menu, each once', async () => {
    await using database = await open()
    const many = Array.from({ length: 120 }, (_, n) => ({
      ...{ email: `pat${n}@pat.example`, firstName: 'Pat', lastName: `Patterson${n}`, company: 'Pat' },
    }))
    await add(database, ...many)
    const emails = await suggested(database, 'pat')
    expect(emails).toHaveLength(MOST_SUGGESTED)
    expect(new Set(emails).size).toBe(MOST_SUGGESTED)
  })

  test('finds somebody with a rare word behind a common one', async () => {
    await using database = await open()
    const many = Array.from({ length: 1200 }, (_, n) => ({ email: `p${n}@acme.example`, firstName: 'Maria' }))
    await add(database, ...many, { email: 'x@y.example', firstName: 'Maria', lastName: 'Zu', company: 'Rare Metals' })
    expect(await suggested(database, 'maria met')).toEqual(['x@y.example'])
    expect(await suggested(database, 'metals maria')).toEqual(['x@y.example'])
  })

  test('knows somebody by the new name only', async () => {
    await using database = await open()
    await add(database, ADA)
    const { id = 0 } = (await contactByAddress(database, ADA.email)) ?? {}
    const changes = createContactChanges({ database, dayOf, now: () => now })
    const renamed = { company: { seen: 'Analytical Works', wanted: 'Numbers Ltd' } }
    await changes.editProfile(id, renamed, 'U0GRACE', (value) => value)
    expect(await suggested(database, 'numbers')).toEqual([ADA.email])
    expect(await suggested(database, 'analytical')).toEqual([])
  })
})
