import { describe, expect, test } from 'vitest'

import { addContact } from '../../../src/core/add-contact.ts'
import { addNote, setStatus, undo } from '../../../src/core/changes/change-contact.ts'
import { history } from '../../../src/core/changes/history.ts'
import { COMMAND_LINE, eraseContact, previewErasure } from '../../../src/core/erasure/erase-contact.ts'
import { erasedList, erasureHealth, liftErasure, reapply } from '../../../src/core/erasure/erased-list.ts'
import { erasureFindings } from '../../../src/core/erasure/finding.ts'
import { addressHash } from '../../../src/core/erasure/key.ts'
import { FORGET_POSTS, rememberPost } from '../../../src/core/erasure/posts.ts'
import { ConfigError, InvalidInputError } from '../../../src/core/errors.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import type { NewJob } from '../../../src/core/job.ts'
import { keptParts } from '../../../src/core/quarantine.ts'
import { contactByAddress, contactsAfter } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { sql } from '../../../src/core/store/drizzle.ts'
import { enqueue } from '../../../src/core/store/jobs.ts'
import { openDatabase } from '../../../src/core/store/open.ts'
import { eventCounts, keptCounts, sourceCounts, totalCounts } from '../../../src/core/store/roll-ups.ts'
import { databases, openSqlite, postgresPlace } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import { aCrowd, addressOf, byEve, imported, ingest, NOW, SECRET, unreadable } from './support.ts'

const ADA = 'ada@example.com'
const HOUR = 60 * 60_000

function byUser(minutes = 0, mostAnHour = 5) {
  return { ...byEve, now: NOW + minutes * 60_000, mostAnHour }
}

async function jobKinds(database: Database): Promise<string[]> {
  const { jobs } = database.tables
  return (await database.db.select({ kind: jobs.kind }).from(jobs)).map(({ kind }) => kind)
}

async function jobIds(database: Database): Promise<string[]> {
  const { jobs } = database.tables
  return (await database.db.select({ id: jobs.id }).from(jobs)).map(({ id }) => id)
}

function aJob(id: string, more: Partial<NewJob>): NewJob {
  return { id, kind: 'alert', payload: {}, key: null, runAt: 0, ...more }
}

async function unread(database: Database): Promise<number> {
  return (await Array.fromAsync(keptParts(database, {}))).filter(({ part }) => part !== 'unnamed').length
}

describe.each(databases)('erasing somebody on $name', ({ open }) => {
  const opened = () => open({ erasureSecret: SECRET })

  test('takes the contact and what hangs on it, and says what that was', async () => {
    await using database = await opened()
    await aCrowd(database, ['one', 'two'])
    expect(await previewErasure(database, addressOf('one'))).toMatchObject({
      ...{ email: addressOf('one'), events: 3, notes: 1 },
      contact: { firstName: 'Firstone', company: 'Company one' },
    })
    expect(await eraseContact(database, ` ${addressOf('one').toUpperCase()}`.trim(), byEve)).toEqual({
      ...{ wasContact: true, isNew: true, events: 3, notes: 1, kept: 2, posts: 0, filesCleared: true },
    })
    expect((await contactsAfter(database, 0, 10)).map(({ email }) => email)).toEqual([addressOf('two')])
    expect(await unread(database)).toBe(2)
    expect(await jobKinds(database)).toEqual(['alert', 'enrich_run'])
  })

  test('takes the queued work about an address, and not that about a longer one that it stands in', async () => {
    await using database = await opened()
    const others = ['brian@acme.com', 'ian@acme.com.br', "o'brian@acme.com"]
    const named = [...others, 'ian@acme.com'].map((address, n) => aJob(`named ${n}`, { key: `alert:${address}` }))
    const quoting = ['Hello\nian@acme.com', 'See <Ian@Acme.com>.', 'for brian@acme.com, ian@acme.com'].map((words, n) =>
      aJob(`quoting ${n}`, { payload: { words } }),
    )
    await database.transaction((tx) => enqueue(tx, [...named, ...quoting], NOW))
    await eraseContact(database, 'ian@acme.com', byEve)
    expect((await jobIds(database)).sort()).toEqual(['named 0', 'named 1', 'named 2'])
    await eraseContact(database, "o'brian@acme.com", byEve)
    expect((await jobIds(database)).sort()).toEqual(['named 0', 'named 1'])
  })

  test('keeps the running counts true, and what happened counted', async () => {
    await using database = await opened()
    await aCrowd(database, ['one', 'two'])
    await eraseContact(database, addressOf('one'), byEve)
    const totals = await totalCounts(database)
    expect([totals.get('engaged'), totals.get('has_valid_address')]).toEqual([1, 1])
    expect((await keptCounts(database)).get('sendgrid')).toBe(2)
    expect((await eventCounts(database, '2026-01-01', '2026-12-31')).get('replied')).toBe(2)
  })

  test('keeps who changed what and when, without the values', async () => {
    await using database = await opened()
    const { id } = await addContact(database, ADA, byEve)
    await addNote(database, id, 'Call her', byEve)
    await setStatus(database, id, 'converted', { ...byEve, by: 'U0BOB' })
    await eraseContact(database, ADA, byUser(1))
    const rows = (await history(database, id, 10)).map(({ actor, action, at, before, after }) => ({
      ...{ actor, action, at, before, after },
    }))
    const blank = { before: {}, after: {} }
    expect(rows).toEqual([
      { actor: 'U0EVE', action: 'erase', at: NOW + 60_000, ...blank },
      { actor: 'U0BOB', action: 'status', at: NOW, ...blank },
      { actor: 'U0EVE', action: 'note', at: NOW, ...blank },
    ])
  })

  test('cannot be taken back', async () => {
    await using database = await opened()
    const { id } = await addContact(database, ADA, byEve)
    await addNote(database, id, 'Call her', byEve)
    await eraseContact(database, ADA, byUser(1))
    for (const { id: changeId } of await history(database, id, 10)) {
      expect(await undo(database, changeId, byUser(2))).toMatchObject({ kind: 'gone' })
    }
  })

  test('lets nobody in again by an event, an import or by hand, in whatever spelling', async () => {
    await using database = await opened()
    await addContact(database, 'Jürgen@Bücher.example', byEve)
    await eraseContact(database, 'jürgen@bücher.example', byEve)
    const recipient = 'JÜRGEN@xn--bcher-kva.example'
    expect(
      await ingest(
        database,
        aDelivery(anEvent({ recipient }), anEvent({ recipient: ADA })),
        aDelivery(anEvent({ recipient, type: 'replied' })),
      ),
    ).toEqual([
      { accepted: 1, duplicates: 0, unreadable: 0, erased: 1 },
      { accepted: 0, duplicates: 0, unreadable: 0, erased: 1 },
    ])
    expect(await imported(database, [bareContact(recipient), bareContact('bob@example.com')])).toMatchObject({
      ...{ created: 1, erased: 1 },
    })
    await expect(addContact(database, recipient, byEve)).rejects.toThrow(InvalidInputError)
    expect((await contactsAfter(database, 0, 10)).map(({ email }) => email)).toEqual([ADA, 'bob@example.com'])
    const reports = await sourceCounts(database, ['sendgrid'], '2026-01-01')
    expect(reports.find(({ outcome }) => outcome === 'erased')?.count).toBe(2)
    expect(await jobKinds(database)).toEqual([])
  })

  test('keeps nothing of later parts that cannot be read and name them', async () => {
    await using database = await opened()
    await eraseContact(database, ADA, byEve)
    const parts = [
      `{"to":"${ADA}"}`,
      'to=ada%40example.com&x=1',
      '{"to":"ada\\u0040example.com"}',
      'Ada <ADA@EXAMPLE.COM>,',
      '{"to":"bob@example.com"}',
    ]
    const [result] = await ingest(database, { ...aDelivery(), unreadable: parts.map(unreadable) })
    expect(result).toEqual({ accepted: 0, duplicates: 0, unreadable: 1, erased: 4 })
    expect(await unread(database)).toBe(1)
  })

  test('keeps out who is not in the CRM, and counts once whoever is erased twice', async () => {
    await using database = await opened()
    expect(await previewErasure(database, ADA)).toEqual({ email: ADA, contact: null, events: 0, notes: 0 })
    expect(await eraseContact(database, ADA, byEve)).toMatchObject({ wasContact: false, isNew: true })
    expect(await eraseContact(database, ADA, byEve)).toMatchObject({ wasContact: false, isNew: false })
    expect(await erasureHealth(database)).toEqual({ people: 1, isKnown: true })
    await ingest(database, aDelivery(anEvent({ recipient: ADA })))
    expect(await contactByAddress(database, ADA)).toBeUndefined()
  })

  test('can be lifted for somebody who wants to come back', async () => {
    await using database = await opened()
    await eraseContact(database, ADA, byEve)
    expect(await liftErasure(database, 'ADA@example.com')).toBe(true)
    expect(await liftErasure(database, ADA)).toBe(false)
    expect(await addContact(database, ADA, byEve)).toMatchObject({ isNew: true })
    expect(await erasureHealth(database)).toEqual({ people: 0, isKnown: true })
  })

  test('stops at five an hour from Slack, all of them together, and never on the command line', async () => {
    await using database = await opened()
    const erase = (n: number, minutes: number) => eraseContact(database, `p${n}@example.com`, byUser(minutes))
    await eraseContact(database, 'cli@example.com', { ...byEve, by: COMMAND_LINE })
    for (let n = 0; n < 5; n += 1) await erase(n, n)
    await expect(erase(6, 59)).rejects.toThrow(/5 people were erased within the last hour/)
    await eraseContact(database, 'other@example.com', { ...byEve, now: NOW + HOUR, by: COMMAND_LINE })
    expect(await erase(6, 61)).toMatchObject({ isNew: true })
  })

  test('does not let more through when two erase at once', async () => {
    await using database = await opened()
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => eraseContact(database, `p${n}@example.com`, byUser())),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect(await erasureHealth(database)).toEqual({ people: 5, isKnown: true })
  })

  test('wins over events that come at the same time', async () => {
    await using database = await opened()
    const events = Array.from({ length: 20 }, () => ingest(database, aDelivery(anEvent({ recipient: ADA }))))
    await Promise.all([...events.slice(0, 10), eraseContact(database, ADA, byEve), ...events.slice(10)])
    expect(await contactByAddress(database, ADA)).toBeUndefined()
  })

  test('queues the change of the messages about them, and of one that is posted meanwhile', async () => {
    await using database = await opened()
    const { id: contactId } = await addContact(database, ADA, byEve)
    const post = (ts: string) => ({ channel: 'C1', ts, contactId, kind: 'alert' }) as const
    for (let n = 0; n < 21; n += 1) await rememberPost(database, post(`${n}.1`), NOW)
    expect(await eraseContact(database, ADA, byEve)).toMatchObject({ posts: 21 })
    await rememberPost(database, post('99.1'), NOW)
    const { jobs } = database.tables
    const queued = await database.db.select().from(jobs).orderBy(jobs.seq)
    expect(queued.map(({ kind }) => kind)).toEqual([FORGET_POSTS, FORGET_POSTS, FORGET_POSTS])
    expect(queued.at(-1)?.payload).toEqual({ posts: [{ channel: 'C1', ts: '99.1' }], by: null })
  })

  test('takes a tag and a link that nobody else has out of the counts, and leaves those of others', async () => {
    await using database = await opened()
    const shared = {
      type: 'clicked',
      url: 'https://acme.example/pricing',
      campaign: { id: null, name: 'May', step: null },
    } as const
    await aCrowd(database, ['one'])
    const later = { ...shared, occurredAt: NOW + HOUR }
    await ingest(database, aDelivery(...[ADA, addressOf('one')].map((recipient) => anEvent({ ...later, recipient }))))
    await eraseContact(database, addressOf('one'), byEve)
    const { campaignLinks, contactGroups } = database.tables
    expect(await database.db.select().from(campaignLinks)).toEqual([
      { campaign: 'May', link: 'acme.example/pricing', count: 2 },
    ])
    expect((await database.db.select().from(contactGroups)).filter(({ tag }) => tag !== '')).toEqual([])
  })

  test('erases again from an older database whom a newer one has erased', async () => {
    await using newer = await opened()
    await using older = await opened()
    await aCrowd(older, ['one', 'two', 'six'])
    await ingest(older, { ...aDelivery(), unreadable: [unreadable('{"to":"kept@example.com"}')] })
    for (const address of [addressOf('one'), addressOf('two'), 'kept@example.com'])
      await eraseContact(newer, address, byEve)
    const list = await erasedList(newer)
    expect(JSON.stringify(list)).not.toContain('@')
    expect(await reapply(older, list, byEve)).toEqual({ added: 3, erased: 3, filesCleared: true })
    expect((await contactsAfter(older, 0, 10)).map(({ email }) => email)).toEqual([addressOf('six')])
    expect(await unread(older)).toBe(2)
    expect(await reapply(older, list, byEve)).toMatchObject({ added: 0, erased: 0 })
  })

  test('refuses a list that another key was used for', async () => {
    await using newer = await opened()
    await using older = await open({ erasureSecret: `${SECRET} but another` })
    await eraseContact(newer, ADA, byEve)
    await expect(reapply(older, await erasedList(newer), byEve)).rejects.toThrow(ConfigError)
  })

  test('lets nobody shorten or rewrite the history, but for blanking it', async () => {
    await using database = await opened()
    const { id } = await addContact(database, ADA, byEve)
    await addNote(database, id, 'Call her', byEve)
    const tamperings = [
      sql`delete from changes`,
      sql`update changes set actor = 'U0BOB', before = '{}', after = '{}'`,
      sql`update changes set at = at + 1, before = '{}', after = '{}'`,
      sql`update changes set after = '{"note": 2}'`,
    ]
    for (const tampering of tamperings) {
      await expect(database.transaction((tx) => tx.run(tampering))).rejects.toThrow()
    }
    await database.transaction((tx) => tx.run(sql`update changes set before = '{}', after = '{}'`))
    expect(await history(database, id, 1)).toMatchObject([{ actor: 'U0EVE', action: 'note', after: {} }])
  })
})

test('needs a key on Postgres, and says how to make one', async () => {
  await using place = await postgresPlace()
  await using database = await openDatabase(place.url)
  await expect(eraseContact(database, ADA, byEve)).rejects.toThrow(/CRM_ERASURE_KEY.*openssl rand -hex 32/)
})

test('does not go on with another key, and notices that one is gone', async () => {
  await using place = await postgresPlace()
  await using first = await openDatabase(place.url, { erasureSecret: SECRET })
  await eraseContact(first, ADA, byEve)
  await using other = await openDatabase(place.url, { erasureSecret: `${SECRET} but another` })
  await expect(eraseContact(other, 'bob@example.com', byEve)).rejects.toThrow(ConfigError)
  expect(await erasureHealth(other)).toEqual({ people: 1, isKnown: false })
  await using without = await openDatabase(place.url)
  expect(await erasureHealth(without)).toEqual({ people: 1, isKnown: false })
})

test('keeps hashes that say nothing without the key', async () => {
  await using database = await openSqlite({ erasureSecret: SECRET })
  await eraseContact(database, ADA, byEve)
  const rows = await database.db.select().from(database.tables.erased)
  expect(rows).toEqual([{ hash: addressHash(SECRET, ADA), at: NOW, reason: 'requested' }])
  expect(addressHash('another key', ADA)).not.toBe(addressHash(SECRET, ADA))
})

test('tells of people kept out, and that they cannot be recognised without their key', async () => {
  await using place = await postgresPlace()
  await using database = await openDatabase(place.url, { erasureSecret: SECRET })
  expect(await erasureFindings(database, '2026-03-02')).toEqual([])
  await eraseContact(database, ADA, byEve)
  await ingest(database, aDelivery(anEvent({ recipient: ADA })))
  const facts = ['1 kept out', '1 parts of deliveries about them dropped in 7 days']
  expect(await erasureFindings(database, '2026-03-02')).toEqual([
    { name: 'erased people', state: 'ok', facts, fixes: [] },
  ])
  await using without = await openDatabase(place.url)
  expect(await erasureFindings(without, '2026-03-02')).toMatchObject([
    { state: 'problem', fixes: [expect.stringContaining('CRM_ERASURE_KEY')] },
  ])
})
