import { describe, expect, test } from 'vitest'

import { createContactChanges } from '../../../src/core/changes/contact-changes.ts'
import { newContact } from '../../../src/core/contact.ts'
import { eraseContact } from '../../../src/core/erasure/erase-contact.ts'
import { exportContacts } from '../../../src/core/export/contacts.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { createImports, type Imports, type NewImport } from '../../../src/core/import/imports.ts'
import type { UnclearWord } from '../../../src/core/import/inspection.ts'
import { merge } from '../../../src/core/import/merge.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { contactByAddress, contactsAfter, saveProfiles } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { jobCounts } from '../../../src/core/store/jobs.ts'
import { eventCounts, totalCounts } from '../../../src/core/store/roll-ups.ts'
import { isAnybodyWith } from '../../../src/core/store/search.ts'
import { createDayOf } from '../../../src/core/time.ts'
import { databases } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'

const NOW = Date.parse('2026-03-02T09:00:00Z')
const dayOf = createDayOf('UTC')
const SECRET = 'a key that is thirty-two letters long'

function importsOf(database: Database, now = NOW): Imports {
  return createImports({
    ...{ database, dayOf, now: () => now },
    jobsFor: (ids) => ids.map((id) => ({ id: `enrich:${id}`, kind: 'enrich', payload: {}, key: null, runAt: 0 })),
  })
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

function anOrder(text: string, order: Partial<NewImport> = {}): NewImport {
  const asked = { by: 'U0ADA', campaign: null, tags: [], overwrite: false, enrich: false }
  return { ...asked, name: 'people.csv', bytes: bytesOf(text), ...order }
}

async function bringIn(database: Database, text: string, order: Partial<NewImport> = {}, now = NOW) {
  const imports = importsOf(database, now)
  return await imports.run(await imports.begin(anOrder(text, order)))
}

/** Everything that an import could touch. */
async function snapshot(database: Database) {
  return JSON.parse(
    JSON.stringify({
      contacts: Object.fromEntries(await Array.fromAsync(exportContacts(database, NOW))),
      totals: Object.fromEntries([...(await totalCounts(database))].filter(([, count]) => count !== 0)),
      events: Object.fromEntries(
        [...(await eventCounts(database, '2000-01-01', '2100-01-01'))].filter(([, n]) => n > 0),
      ),
      groups: (await database.all(sql`select campaign, tag, name, count from contact_groups where count <> 0`))
        .map((row) => JSON.stringify(row))
        .toSorted(),
      words: (await database.all(sql`select words from contact_words`)).map(({ words }) => words).toSorted(),
      tags: (await database.all(sql`select tag from contact_tags`)).map(({ tag }) => tag).toSorted(),
    }),
  )
}

function withoutTimes({ contacts, ...rest }: Awaited<ReturnType<typeof snapshot>>) {
  const entries = Object.entries<Record<string, unknown>>(contacts)
  return { ...rest, contacts: entries.map(([key, { updated_at: _, ...value }]) => [key, value]) }
}

const PEOPLE = `email,first name,last name,company,job title
ada@example.com,Ada,Lovelace,Analytical Engines,Programmer
bob@example.com,Bob,,Acme,
not an address,Eve,,,
ADA@example.com,Ada,King,,
eve@example.com,Eve,,,
`

describe.each(databases)('an import on $name', ({ open }) => {
  test('says before what it will do, and does that', async () => {
    await using database = await open()
    await bringIn(database, 'email,title\nbob@example.com,Buyer\neve@example.com,\n')
    const before = await snapshot(database)
    const imports = importsOf(database)
    const id = await imports.begin(anOrder(PEOPLE, { tags: ['fair'] }))
    const { counts, total, first } = await imports.dryRun(id)
    expect(counts).toMatchObject({ created: 1, changed: 2, unchanged: 0, duplicate: 1, invalid: 1, erased: 0 })
    expect(total).toBe(5)
    expect(first.created).toEqual([{ at: 2, value: 'ada@example.com' }])
    expect(first.changed[0]).toEqual({
      ...{ at: 3, value: 'bob@example.com' },
      changes: [
        { field: 'first name', before: null, after: 'Bob' },
        { field: 'company', before: null, after: 'Acme' },
        { field: 'tags', before: null, after: 'fair' },
      ],
    })
    expect(first.duplicate).toMatchObject([{ at: 5, reason: 'the same address as in row 2' }])
    expect(first.invalid).toMatchObject([{ at: 4 }])
    expect(await snapshot(database)).toEqual(before)

    const report = await imports.run(id)
    expect(report).toMatchObject({ stage: 'done', done: 5, total: 5, counts })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      firstName: 'Ada',
      lastName: 'Lovelace',
    })
    expect(await contactByAddress(database, 'bob@example.com')).toMatchObject({ title: 'Buyer', company: 'Acme' })
    expect(await database.all(sql`select count(*) as n from import_pieces`)).toMatchObject([{ n: expect.anything() }])
    expect(Number((await database.all(sql`select count(*) as n from import_pieces`))[0]?.n)).toBe(0)
  })

  test('changes nothing the second time', async () => {
    await using database = await open()
    await bringIn(database, PEOPLE)
    const once = await snapshot(database)
    const { counts } = await bringIn(database, PEOPLE, {}, NOW + 1)
    expect(counts).toMatchObject({ created: 0, changed: 0, unchanged: 3, duplicate: 1, invalid: 1 })
    expect(await snapshot(database)).toEqual(once)
  })

  test('says before it which words about writing to people nobody understands, wherever they stand', async () => {
    await using database = await open()
    const rows = Array.from({ length: 80 }, (_, n) => `p${n}@example.com,${n < 78 ? 'no' : 'ask Bob'}`)
    const imports = importsOf(database)
    const id = await imports.begin(anOrder(['email,Newsletter', ...rows, ''].join('\n')))
    expect((await imports.dryRun(id)).unclear).toEqual([])
    await imports.setColumns(id, [
      { index: 0, field: 'email' },
      { index: 1, field: 'unsubscribed' },
    ])
    expect((await imports.dryRun(id)).unclear).toEqual([
      '2 values of the column "Newsletter" say nothing we understand ("ask Bob"): look at them before you write to these people.',
    ])
    const told: UnclearWord[] = []
    await imports.run(id, { onUnclear: (words) => told.push(...words) })
    expect(told).toEqual(Array(2).fill({ column: 'Newsletter', text: 'ask Bob', isUsual: true }))
  })

  test('says them of all rows, also of those that came in before it was stopped in the middle', async () => {
    await using database = await open()
    const rows = Array.from({ length: 900 }, (_, n) => `p${n}@example.com,${n % 300 === 0 ? `ask ${n / 300}` : 'no'}`)
    const imports = importsOf(database)
    const id = await imports.begin(anOrder(['email,Unsubscribed', 'nobody,ask', ...rows, ''].join('\n')))
    const stop = new AbortController()
    await expect(
      imports.run(id, { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) }),
    ).rejects.toThrow('stopped')
    const told: string[] = []
    await imports.run(id, { onUnclear: (words) => told.push(...words.map(({ text }) => text)) })
    expect(told).toEqual(['ask 0', 'ask 1', 'ask 2'])
  })

  test('finds a person again who stands many rows before', async () => {
    await using database = await open()
    const rows = Array.from({ length: 600 }, (_, n) => `p${n}@example.com,P${n}`)
    const list = ['email,first name', ...rows, 'P3@example.com,Other', ''].join('\n')
    const imports = importsOf(database)
    const id = await imports.begin(anOrder(list))
    expect((await imports.dryRun(id)).counts).toMatchObject({ created: 600, duplicate: 1 })
    expect((await imports.run(id)).counts).toMatchObject({ created: 600, duplicate: 1 })
    expect(await contactByAddress(database, 'p3@example.com')).toMatchObject({ firstName: 'P3' })
  })

  test('is found by its words, however many come in at once and whatever they were found by before', async () => {
    await using database = await open()
    const isFound = (word: string) => isAnybodyWith(database, { groups: [[word]], as: 'whole' })
    const list = (title: string) =>
      ['email,title', ...Array.from({ length: 450 }, (_, n) => `p${n}@example.com,${title} ${n}`), ''].join('\n')
    await bringIn(database, list('Buyer'))
    expect(await Promise.all(['p0', 'p199', 'p200', 'p449', 'buyer'].map(isFound))).toEqual(Array(5).fill(true))
    await bringIn(database, list('Seller'))
    expect(await isFound('seller')).toBe(true)
    expect(await isFound('buyer')).toBe(false)
  })

  test('goes on where it was when it was stopped in the middle, and counts every row once', async () => {
    await using whole = await open()
    await using broken = await open()
    const rows = Array.from({ length: 1100 }, (_, n) => `p${n % 1050}@example.com,P${n}`)
    const list = ['email,first name', ...rows, ''].join('\n')
    const expected = await bringIn(whole, list)
    const imports = importsOf(broken)
    const id = await imports.begin(anOrder(list))
    for (let stops = 0; stops < 3; stops += 1) {
      const stop = new AbortController()
      const going = imports.run(id, { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) })
      await expect(going).rejects.toThrow('stopped')
      expect(await imports.unfinished()).toEqual([id])
    }
    const { id: _, createdAt: _at, ...report } = await imports.run(id)
    expect(report).toMatchObject({ stage: 'done', done: 1100, counts: expected.counts })
    expect(await imports.unfinished()).toEqual([])
    expect(await snapshot(broken)).toEqual(await snapshot(whole))
  })

  test('is carried out by one process of two, and each row counts once', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const list = ['email', ...Array.from({ length: 900 }, (_, n) => `p${n}@example.com`), ''].join('\n')
    const id = await imports.begin(anOrder(list))
    const ends = await Promise.allSettled([imports.run(id), imports.run(id)])
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect(await imports.run(id)).toMatchObject({ stage: 'done', counts: { created: 900, unchanged: 0, duplicate: 0 } })
    expect((await totalCounts(database)).get('new')).toBe(900)
  })

  test('of a list that cannot be read to its end brings in nobody', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const list = `email,name\n${'x@example.com,X\n'.repeat(3000)}"y@example.com,never closed\n`
    const id = await imports.begin(anOrder(list))
    await expect(imports.run(id)).rejects.toThrow(/row|quote/i)
    expect(await contactsAfter(database, 0, 10)).toEqual([])
    expect(await imports.state(id)).toMatchObject({ stage: 'ready', done: 0 })
  })

  test('leaves what people entered, unless it is to replace that', async () => {
    await using database = await open()
    await bringIn(database, 'email,company,tags\nada@example.com,Acme,"vip, old"\n')
    const id = (await contactByAddress(database, 'ada@example.com'))?.id ?? 0
    const changes = createContactChanges({ database, dayOf, now: () => NOW })
    const edits = { title: { seen: null, wanted: 'Countess' } }
    await changes.editProfile(id, edits, 'U0BOB', (value) => value)
    await changes.changeTags(id, { remove: ['old'] }, 'U0BOB')
    const list = 'email,title,company,tags\nada@example.com,Programmer,Beta,"old, new"\n'
    const imports = importsOf(database)
    const { counts, first } = await imports.dryRun(await imports.begin(anOrder(list)))
    expect(counts).toMatchObject({ changed: 1, spared: 1 })
    expect(first.spared).toEqual([{ at: 2, value: 'ada@example.com' }])
    await bringIn(database, list)
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      ...{ title: 'Countess', company: 'Beta', tags: ['vip', 'new'] },
    })
    await bringIn(database, list, { overwrite: true })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      ...{ title: 'Programmer', tags: ['vip', 'new', 'old'] },
    })
  })

  test('leaves out who was erased, and keeps no row of theirs', async () => {
    await using database = await open({ erasureSecret: SECRET })
    const imports = importsOf(database)
    const waiting = await imports.begin(anOrder('email\nada@example.com\n'))
    await bringIn(database, 'email,name\nada@example.com,Ada\nada@example.com,Twice\nnobody,Ask ada@example.com\n')
    await eraseContact(database, 'ada@example.com', { by: 'U0EVE', now: NOW, dayOf })
    expect(await imports.state(waiting)).toMatchObject({ stage: 'cancelled' })
    for (const table of ['import_pieces', 'import_rejects', 'import_contacts'])
      expect(Number((await database.all(sql`select count(*) as n from ${sql.raw(table)}`))[0]?.n)).toBe(0)
    const id = await imports.begin(anOrder('email\nada@example.com\nADA@example.com\nbob@example.com\n'))
    expect(await imports.run(id)).toMatchObject({ counts: { created: 1, erased: 2, duplicate: 0 } })
    expect(Number((await database.all(sql`select count(*) as n from import_rejects`))[0]?.n)).toBe(0)
  })

  test('keeps nobody from staying suppressed, and says how many are', async () => {
    await using database = await open()
    const gone = anEvent({ type: 'unsubscribed', recipient: 'ada@example.com', occurredAt: NOW })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(gone)])
    const { counts } = await bringIn(database, 'email,name\nada@example.com,Ada\nbob@example.com,Bob\n')
    expect(counts).toMatchObject({ created: 1, changed: 1, suppressed: 1 })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ suppressed: 'unsubscribed' })
  })

  test('hands back the rows that made no contact, with where they stand and why', async () => {
    await using database = await open()
    const { id } = await bringIn(
      database,
      'email,name\n=cmd@,"Say ""hi"""\nada@example.com,Ada\nada@example.com,Twice\n',
    )
    const text = (await Array.fromAsync(importsOf(database).rejectedCsv(id))).join('')
    const [header, ...lines] = text.trimEnd().split('\r\n')
    expect(header).toBe('\ufeff"row","reason","email","name"')
    expect(lines[0]).toMatch(/^"2",".+","'=cmd@","Say ""hi"""$/)
    expect(lines[1]).toBe('"4","the same address as in row 3","ada@example.com","Twice"')
    expect(lines).toHaveLength(2)
  })

  test('remembers what somebody said of the columns for the next list with the same header', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const list = 'email,Spitzname\nada@example.com,Ada\n'
    const first = await imports.begin(anOrder(list))
    expect((await imports.inspection(first)).unknown).toEqual(['Spitzname'])
    await expect(imports.setColumns(first, [{ index: 1, field: 'firstName' }])).rejects.toThrow(/e-mail/)
    await imports.setColumns(first, [
      { index: 0, field: 'email' },
      { index: 1, field: 'firstName' },
    ])
    await imports.dryRun(first)
    const second = await imports.begin(anOrder(list))
    expect((await imports.inspection(second)).unknown).toEqual(['Spitzname'])
    await imports.run(first)
    expect((await imports.inspection(second)).unknown).toEqual([])
    await imports.run(second)
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ firstName: 'Ada', customFields: {} })
  })

  test('reads the columns as it did for the dry run, whatever others teach about the header meanwhile', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const people = Array.from({ length: 300 }, (_, n) => `p${n}@example.com,P${n}`)
    const list = (name: string) => ['email,Spitzname', name, ''].join('\n')
    const shown = await imports.begin(anOrder(list('ada@example.com,Ada')))
    await imports.dryRun(shown)
    const begun = await imports.begin(anOrder(['email,Spitzname', ...people, ''].join('\n')))
    const stop = new AbortController()
    const going = imports.run(begun, { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) })
    await expect(going).rejects.toThrow('stopped')
    const other = await imports.begin(anOrder(list('bob@example.com,Bob')))
    await imports.setColumns(other, [
      { index: 0, field: 'email' },
      { index: 1, field: 'firstName' },
    ])
    for (const id of [other, shown, begun]) await imports.run(id)
    expect(await contactByAddress(database, 'bob@example.com')).toMatchObject({ firstName: 'Bob', customFields: {} })
    for (const [name, Spitzname] of [
      ['ada', 'Ada'],
      ['p0', 'P0'],
      ['p299', 'P299'],
    ])
      expect(await contactByAddress(database, `${name}@example.com`)).toMatchObject({
        ...{ firstName: null, customFields: { Spitzname } },
      })
    const next = await imports.begin(anOrder(list('eve@example.com,Eve')))
    expect((await imports.inspection(next)).columns).toContainEqual({ index: 1, field: 'firstName' })
  })

  test('hears a duplicate that says nobody should write to them, and nothing else of it', async () => {
    await using database = await open()
    const others = Array.from({ length: 300 }, (_, n) => `p${n}@example.com,P${n},`)
    const list = ['ada@example.com,Ada,', 'bob@example.com,Bob,', 'BOB@example.com,Robert,yes', ...others]
    const said = [...list, 'Ada@example.com,Countess,yes', '']
    const { id, counts } = await bringIn(database, ['email,first name,unsubscribed', ...said].join('\n'))
    expect(counts).toMatchObject({ created: 302, changed: 0, duplicate: 2 })
    for (const [name, firstName] of [
      ['ada', 'Ada'],
      ['bob', 'Bob'],
    ])
      expect(await contactByAddress(database, `${name}@example.com`)).toMatchObject({
        ...{ firstName, suppressed: 'unsubscribed' },
      })
    expect(await importsOf(database).undo(id, null)).toMatchObject({ removed: 302, kept: 0 })
  })

  test('counts what a duplicate changes of somebody who is here, and takes it back', async () => {
    await using database = await open()
    await bringIn(database, 'email,first name\nada@example.com,Ada\nbob@example.com,Bob\neve@example.com,Eve\n')
    const others = Array.from({ length: 300 }, (_, n) => `p${n}@example.com,P${n},`)
    const here = ['ada@example.com,Ada,', 'bob@example.com,Bob,', 'eve@example.com,Eva,', 'ADA@example.com,,yes']
    const said = [...here, ...others, 'BOB@example.com,,yes', 'EVE@example.com,,yes', '']
    const list = ['email,first name,unsubscribed', ...said].join('\n')
    const before = await snapshot(database)
    const imports = importsOf(database)
    const id = await imports.begin(anOrder(list, { overwrite: true }))
    const { counts } = await imports.dryRun(id)
    expect(counts).toMatchObject({ created: 300, unchanged: 0, duplicate: 3, suppressed: 3 })
    const report = await imports.run(id)
    expect(report.counts).toMatchObject({ created: 300, changed: 3, unchanged: 0, duplicate: 3, suppressed: 3 })
    const suppressed = async () =>
      (await contactsAfter(database, 0, 1000)).flatMap((row) => (row.suppressed ? [row.email] : []))
    expect(await suppressed()).toEqual(['ada@example.com', 'bob@example.com', 'eve@example.com'])
    expect(await imports.undo(id, null)).toMatchObject({ removed: 300, restored: 3, kept: 0 })
    expect(withoutTimes(await snapshot(database))).toEqual(withoutTimes(before))
  })

  test('that says without a date that somebody is unsubscribed changes nothing the second time', async () => {
    await using database = await open()
    const list = 'email,unsubscribed\nada@example.com,yes\n'
    await bringIn(database, list)
    const before = await snapshot(database)
    expect((await bringIn(database, list, {}, NOW + 86_400_000)).counts).toMatchObject({ changed: 0, unchanged: 1 })
    expect(await snapshot(database)).toEqual(before)
  })

  test('that says so is heard although a colleague said it, who can take it back', async () => {
    await using database = await open()
    await bringIn(database, 'email\nada@example.com\n')
    const row = await contactByAddress(database, 'ada@example.com')
    if (!row) throw new Error('nobody came in')
    const stopped = { at: NOW, event: 'person:U0BOB' }
    const suppression = { reason: 'unsubscribed', since: NOW + 1, event: 'import' } as const
    const state = { ...newContact, suppression: { stopped } }
    const said = { ...bareContact('ada@example.com'), suppression }
    const options = { now: NOW + 1, campaign: null, tags: [], listedAt: NOW + 1 }
    expect(merge(row, state, said, false, options).asserted.suppression).toEqual({
      unsubscribed: { at: NOW + 1, event: 'import' },
    })
  })

  test('adds no tag that is there in another spelling', async () => {
    await using database = await open()
    await bringIn(database, 'email,tags\nada@example.com,vip\n')
    await bringIn(database, 'email,tags\nada@example.com,"VIP, fair"\n', { tags: ['Fair'] })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ tags: ['vip', 'fair'] })
  })

  test('counts people as new on the day that the list names, also after one is erased', async () => {
    await using database = await open({ erasureSecret: SECRET })
    const newOn = async () =>
      Object.fromEntries(
        (await database.all(sql`select day, count from totals where name = 'created' and count <> 0 order by day`)).map(
          ({ day, count }) => [String(day), Number(count)],
        ),
      )
    await bringIn(database, 'email\nbob@example.com\n')
    const list = 'email,created at\nada@example.com,2020-05-05\nbob@example.com,2020-05-06\neve@example.com,\n'
    const { id } = await bringIn(database, list)
    expect(await newOn()).toEqual({ '2020-05-05': 1, '2020-05-06': 1, '2026-03-02': 1 })
    await eraseContact(database, 'ada@example.com', { by: 'U0EVE', now: NOW, dayOf })
    expect(await newOn()).toEqual({ '2020-05-06': 1, '2026-03-02': 1 })
    await importsOf(database).undo(id, null)
    expect(await newOn()).toEqual({ '2026-03-02': 1 })
  })

  test('keeps to what its columns hold once it has begun', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const people = Array.from({ length: 300 }, (_, n) => `p${n}@example.com,P${n}`)
    const id = await imports.begin(anOrder(['email,Spitzname', ...people, ''].join('\n')))
    const stop = new AbortController()
    const going = imports.run(id, { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) })
    await expect(going).rejects.toThrow('stopped')
    await expect(imports.setColumns(id, [{ index: 0, field: 'email' }])).rejects.toThrow('not waiting any more')
  })

  test('queues the enrichment of whom it brought, where that was asked for', async () => {
    await using database = await open()
    await bringIn(database, 'email\nada@example.com\n')
    expect(await jobCounts(database)).toEqual([])
    await bringIn(database, 'email,title\nada@example.com,Countess\nbob@example.com,\n', { enrich: true })
    expect(await jobCounts(database)).toEqual([{ kind: 'enrich', state: 'waiting', count: 1 }])
  })

  test('stops where somebody cancels it, and what came in can be undone', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const list = ['email', ...Array.from({ length: 900 }, (_, n) => `p${n}@example.com`), ''].join('\n')
    const id = await imports.begin(anOrder(list))
    let cancelling: Promise<unknown> | undefined
    const report = await imports.run(id, {
      onProgress: () => {
        cancelling ??= imports.cancel(id)
      },
    })
    await cancelling
    expect(report).toMatchObject({ stage: 'cancelled' })
    expect(report.done).toBeLessThan(900)
    expect(await imports.run(id)).toEqual(report)
    expect(await imports.undo(id, 'U0ADA')).toMatchObject({ removed: report.done })
    expect(await contactsAfter(database, 0, 10)).toEqual([])
  })

  test('is forgotten where nobody said yes within a week', async () => {
    await using database = await open()
    const id = await importsOf(database).begin(anOrder('email\nada@example.com\n'))
    await importsOf(database, NOW + 6 * 86_400_000).sweep()
    expect(await importsOf(database).state(id)).toMatchObject({ stage: 'ready' })
    await importsOf(database, NOW + 8 * 86_400_000).sweep()
    expect(await importsOf(database).state(id)).toMatchObject({ stage: 'cancelled' })
    expect(Number((await database.all(sql`select count(*) as n from import_pieces`))[0]?.n)).toBe(0)
  })

  test('keeps the rows that it left out for thirty days, whatever its list is, and no bytes once it is over', async () => {
    await using database = await open()
    const count = async (table: string) =>
      Number((await database.all(sql`select count(*) as n from ${sql.raw(table)}`))[0]?.n)
    const { id } = await bringIn(database, 'ada@example.com\nnobody\n', { name: 'pasted' })
    await bringIn(database, 'email\nbob@example.com\nnobody\n')
    const piece = { importId: id, nth: 0, bytes: Buffer.from('left by a process that died') }
    await database.transaction(async (tx) => {
      await tx.db.insert(tx.tables.importPieces).values(piece)
    })
    await importsOf(database, NOW + 29 * 86_400_000).sweep()
    expect([await count('import_pieces'), await count('import_rejects')]).toEqual([0, 2])
    await importsOf(database, NOW + 31 * 86_400_000).sweep()
    expect(await count('import_rejects')).toBe(0)
  })

  test('is given up where somebody in it is erased while it comes in', async () => {
    await using database = await open({ erasureSecret: SECRET })
    const imports = importsOf(database)
    async function* bytes() {
      yield* bytesOf(`email\nada@example.com\n${'x'.repeat(600_000)}`)
      await eraseContact(database, 'ada@example.com', { by: 'U0EVE', now: NOW, dayOf })
      yield* bytesOf('\nbob@example.com\n')
    }
    await expect(imports.begin(anOrder('', { bytes: bytes() }))).rejects.toThrow('given up while it came in')
    expect(await database.all(sql`select id from imports`)).toEqual([])
  })
})

const HISTORY = JSON.stringify({
  'ada@example.com': {
    ...{
      first_name: 'Ada',
      title: 'Countess',
      status: 'converted',
      tags: ['vip'],
      custom_fields: { tier: 1, seats: 2 },
    },
    ...{ imported_from_campaign: 'Q1', suppression: { reason: 'unsubscribed', since: '2026-01-01' } },
    engagements: [
      { engagement_type: 'email_opened', timestamp: '2026-02-03T10:00:00' },
      { engagement_type: 'reply_received', timestamp: '2026-02-04T10:00:00' },
    ],
    enrichment: { industry: 'Machines', enriched_at: '2026-02-01' },
  },
  'new@example.com': {
    first_name: 'New',
    tags: ['only here'],
    engagements: [{ engagement_type: 'link_clicked', timestamp: '2026-02-03T10:00:00' }],
  },
})

describe.each(databases)('undoing an import on $name', ({ open }) => {
  test('leaves everything as it was before', async () => {
    await using database = await open()
    const before = 'email,first name,title,tags,tier\nada@example.com,Augusta,,old,0\nbob@example.com,Bob,,,\n'
    await bringIn(database, before)
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [
      aDelivery(anEvent({ type: 'delivered', recipient: 'ada@example.com', occurredAt: NOW - 1e8 })),
    ])
    const was = await snapshot(database)
    const { id } = await bringIn(database, HISTORY, { name: 'contacts.json', tags: ['fair'] }, NOW + 1)
    expect(await snapshot(database)).not.toEqual(was)
    expect(await importsOf(database).undo(id, 'U0ADA')).toEqual({ removed: 1, restored: 1, kept: 0, list: [] })
    expect(withoutTimes(await snapshot(database))).toEqual(withoutTimes(was))
    await expect(importsOf(database).undo(id, 'U0ADA')).rejects.toThrow('undone before')
    const audited = await database.all(sql`select actor, action from changes`)
    expect(audited).toEqual([{ actor: 'U0ADA', action: 'undo' }])
  })

  test('keeps what people, events and other imports touched since, and says whose', async () => {
    await using database = await open()
    await bringIn(database, 'email,title,company\nold@example.com,Buyer,Acme\n')
    const list = ['old', 'plain', 'edited', 'noted', 'wrote', 'again', 'listed', 'same'].map(
      (name) => `${name}@example.com,Seller,Beta`,
    )
    const { id } = await bringIn(database, ['email,title,company', ...list, ''].join('\n'))
    const changes = createContactChanges({ database, dayOf, now: () => NOW + 2 })
    const idOf = async (name: string) => (await contactByAddress(database, `${name}@example.com`))?.id ?? 0
    const edits = { title: { seen: 'Seller', wanted: 'Chief' } }
    await changes.editProfile(await idOf('old'), edits, 'U0BOB', (value) => value)
    await changes.editProfile(await idOf('edited'), edits, 'U0BOB', (value) => value)
    await changes.addNote(await idOf('noted'), 'Met at the fair', 'U0BOB')
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [
      aDelivery(anEvent({ type: 'replied', recipient: 'wrote@example.com', occurredAt: NOW })),
    ])
    await bringIn(database, 'email,first name\nagain@example.com,Again\nlisted@example.com,\n')
    const undone = await bringIn(database, 'email,first name\nplain@example.com,Plain\nsame@example.com,\n')
    await importsOf(database).undo(undone.id, null)
    const { list: kept, ...counts } = await importsOf(database).undo(id, null)
    expect(counts).toEqual({ removed: 2, restored: 0, kept: 6 })
    expect(Object.fromEntries(kept.map(({ email, reason }) => [email, reason]))).toEqual({
      'old@example.com': 'the job title changed since',
      'edited@example.com': 'somebody changed it since',
      'noted@example.com': 'somebody changed it since',
      'wrote@example.com': 'something happened since',
      'again@example.com': 'a later import names them, too',
      'listed@example.com': 'a later import names them, too',
    })
    expect(await contactByAddress(database, 'plain@example.com')).toBeUndefined()
    expect(await contactByAddress(database, 'old@example.com')).toMatchObject({ title: 'Chief', company: 'Acme' })
    expect((await totalCounts(database)).get('new')).toBe(5)
  })

  test('keeps whom enrichment told more of since, unless the import asked for that itself', async () => {
    await using database = await open()
    const imports = importsOf(database)
    const told = async (email: string, at: number) => {
      const claims = { industry: { apollo: { value: 'Machines', at } } }
      const row = await contactByAddress(database, email)
      if (row) await database.transaction((tx) => saveProfiles(tx, [{ ...row, claims }]))
    }
    const { id } = await bringIn(database, 'email\nada@example.com\n')
    const asking = await bringIn(database, 'email\nbob@example.com\n', { enrich: true })
    await told('ada@example.com', NOW + 1000)
    await told('bob@example.com', NOW + 1000)
    const list = [{ email: 'ada@example.com', reason: 'it was enriched since' }]
    expect(await imports.undo(id, null)).toEqual({ removed: 0, restored: 0, kept: 1, list })
    expect(await imports.undo(asking.id, null)).toEqual({ removed: 1, restored: 0, kept: 0, list: [] })
  })

  test('lifts no suppression that a later import states, too', async () => {
    await using database = await open()
    await bringIn(database, 'email\nada@example.com\n')
    const list = 'email,last name,unsubscribed at\nada@example.com,Lovelace,2025-01-01\n'
    const { id } = await bringIn(database, list, { tags: ['wrong'] })
    const later = await bringIn(database, list, { tags: ['right'] })
    expect(await importsOf(database).undo(id, null)).toMatchObject({ restored: 0, kept: 1 })
    const said = { lastName: 'Lovelace', suppressed: 'unsubscribed' }
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject(said)
    await importsOf(database).undo(later.id, null)
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ ...said, tags: ['wrong'] })
    expect(await importsOf(database).undo(id, null)).toEqual({ removed: 0, restored: 1, kept: 0, list: [] })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ suppressed: null, tags: [] })
    await expect(importsOf(database).undo(id, null)).rejects.toThrow('undone before')
  })

  test('restores however many it changed, and passes over those that it did not', async () => {
    await using database = await open()
    const list = (title: (n: number) => string) =>
      ['email,title', ...Array.from({ length: 250 }, (_, n) => `p${n}@example.com,${title(n)}`), ''].join('\n')
    await bringIn(
      database,
      list(() => 'Buyer'),
    )
    const { id } = await bringIn(
      database,
      list((n) => (n % 5 === 0 ? 'Buyer' : 'Seller')),
    )
    expect(await importsOf(database).undo(id, 'U0ADA')).toMatchObject({ removed: 0, restored: 200, kept: 0 })
    expect(new Set((await contactsAfter(database, 0, 300)).map(({ title }) => title))).toEqual(new Set(['Buyer']))
  })

  test('goes on where it was, once', async () => {
    await using database = await open()
    const list = ['email', ...Array.from({ length: 350 }, (_, n) => `p${n}@example.com`), ''].join('\n')
    const { id } = await bringIn(database, list)
    const imports = importsOf(database)
    const stop = new AbortController()
    const going = imports.undo(id, 'U0ADA', { signal: stop.signal, onProgress: () => stop.abort(new Error('stopped')) })
    await expect(going).rejects.toThrow('stopped')
    expect(await imports.state(id)).toMatchObject({ stage: 'undoing', undone: { removed: 100 } })
    expect(await imports.undo(id, 'U0ADA')).toMatchObject({ removed: 350, restored: 0, kept: 0 })
    expect(await contactsAfter(database, 0, 10)).toEqual([])
    expect(await database.all(sql`select actor from changes`)).toHaveLength(1)
  })
})
