import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { addContact } from '../../src/core/add-contact.ts'
import { EVENT_TYPES, type EventType } from '../../src/core/event.ts'
import { exportContacts } from '../../src/core/export/contacts.ts'
import { type ImportOptions, importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { engagementType, type InterchangeContact } from '../../src/core/interchange.ts'
import { LIFECYCLE } from '../../src/core/lifecycle.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import { contactByAddress, contactsAfter } from '../../src/core/store/contacts.ts'
import type { Database } from '../../src/core/store/database.ts'
import { eventOf, latestEvents } from '../../src/core/store/events.ts'
import { eventCounts, totalCounts } from '../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const start = Date.parse('2026-03-02T09:00:00Z')
const later = Date.parse('2026-06-01T09:00:00Z')
const dayOf = createDayOf('UTC')

function read(entries: Readonly<Record<string, unknown>>): InterchangeContact[] {
  return Object.entries(entries).map(([key, value]) => {
    const entry = fromInterchange(key, value)
    if ('problem' in entry) throw new Error(`${key}: ${entry.problem}`)
    return entry.contact
  })
}

async function bringIn(
  database: Database,
  entries: Readonly<Record<string, unknown>>,
  options: Partial<ImportOptions> = {},
) {
  const defaults = { dayOf, now: later, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  return await importContacts(database, read(entries), { ...defaults, ...options })
}

/** The export as another program would read it. */
async function exported(database: Database): Promise<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(Object.fromEntries(await Array.fromAsync(exportContacts(database, later)))))
}

/** What the database holds beside what an export shows: every field of every event, and what contacts are found by. */
async function stored(database: Database) {
  const events = await latestEvents(database, {}, 1000)
  const contacts = await contactsAfter(database, 0, 1000)
  return {
    events: new Map(events.map(({ event, recipient }) => [event.id, eventOf(event, recipient)])),
    contacts: new Map(
      contacts.map(({ emailKey, domain, nameKey, surnameKey, lastEngagedAt }) => [
        emailKey,
        { domain, nameKey, surnameKey, lastEngagedAt },
      ]),
    ),
  }
}

/** The running counts, and the same from the contacts themselves. */
async function counts(database: Database) {
  const recount = new Map<string, number>()
  const count = (name: string) => recount.set(name, (recount.get(name) ?? 0) + 1)
  for (const contact of await contactsAfter(database, 0, 1000)) {
    count(contact.status)
    if (contact.suppressed) count('suppressed')
    if (contact.enrichedAt !== null) count('has_enrichment')
    if (contact.emailStatus === 'valid') count('has_valid_address')
  }
  return { running: Object.fromEntries(await totalCounts(database)), recount: Object.fromEntries(recount) }
}

const someText = fc.option(fc.string({ unit: 'grapheme', maxLength: 12 }))
const someTime = fc.integer({ min: 0, max: 40 * 24 * 3600 * 1000 }).map((ms) => new Date(start + ms).toISOString())
const maybeTime = fc.option(someTime)
const someFields = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 2 }),
  { maxKeys: 3 },
)

const someEngagement = fc.record({
  engagement_type: fc.constantFrom(...EVENT_TYPES.map(engagementType)),
  timestamp: someTime,
  metadata: someFields,
})

const someEntry = fc.record(
  {
    status: fc.constantFrom(...LIFECYCLE),
    first_name: someText,
    last_name: someText,
    company: someText,
    title: someText,
    owner: someText,
    enrichment: fc.option(
      fc.record(
        {
          company_name: someText,
          phone: someText,
          company_size: fc.oneof(someText, fc.nat()),
          email_verified: fc.option(fc.boolean()),
          verification_timestamp: maybeTime,
          enriched_at: maybeTime,
          enrichment_source: someText,
        },
        { requiredKeys: [] },
      ),
    ),
    engagements: fc.array(someEngagement, { maxLength: 5 }),
    created_at: maybeTime,
    updated_at: maybeTime,
    imported_from_campaign: someText,
    tags: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }),
    custom_fields: someFields,
    email_status: fc.constantFrom('valid', 'risky', 'invalid', 'unknown'),
    email_status_source: someText,
    email_status_at: maybeTime,
    suppression: fc.option(
      fc.record(
        {
          reason: fc.constantFrom('complained', 'unsubscribed', 'hard_bounce'),
          since: someTime,
          source_event: someText,
        },
        { requiredKeys: ['reason', 'since'] },
      ),
    ),
  },
  { requiredKeys: [] },
)

const PEOPLE = ['Ada@Example.com', 'bob+tag@example.com', 'eve@bücher.example', 'zoë@other.example']

const someEntries = fc
  .dictionary(fc.constantFrom(...PEOPLE), someEntry, { maxKeys: PEOPLE.length })
  .map((entries): Record<string, unknown> => JSON.parse(JSON.stringify(entries)))

const someEvent = fc
  .record({
    id: fc.uuid(),
    type: fc.constantFrom<EventType>(...EVENT_TYPES, 'delivered', 'opened', 'opened', 'clicked', 'clicked'),
    class: fc.constantFrom('hard' as const, 'soft' as const, 'block' as const, null),
    machine: fc.constantFrom(true, false, null),
    occurredAt: fc.oneof(fc.nat(40 * 24 * 3600 * 1000), fc.nat(20 * 1000)).map((ms) => start + ms),
    recipient: fc.constantFrom(...PEOPLE),
    messageId: someText,
    campaign: fc.option(fc.record({ id: someText, name: someText, step: someText })),
    tags: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 2 }),
    metadata: someFields,
    url: fc.option(fc.webUrl()),
    userAgent: fc.constantFrom('Mozilla/5.0', null),
    raw: fc.option(someFields),
    bounce: fc.option(
      fc.record({ smtpCode: someText, enhancedCode: someText, reason: someText, providerClass: someText }),
    ),
    reply: fc.option(
      fc.record({
        from: someText,
        to: someText,
        subject: someText,
        text: someText,
        html: someText,
        excerpt: someText,
        inReplyTo: fc.option(fc.constantFrom('m1@example.org', 'm2@example.org')),
        references: fc.array(fc.constantFrom('m1@example.org', 'm3@example.org'), { maxLength: 2 }),
        auto: fc.boolean(),
      }),
    ),
  })
  .map(anEvent)

const someEvents = fc.uniqueArray(someEvent, { selector: ({ id }) => id, maxLength: 12 })

describe.each(databases)('export and import on $name', ({ name, open }) => {
  test('export then import into an empty database is the identity, and a second import changes nothing', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(someEvents, someEntries, someEvents, async (before, entries, after) => {
        await using original = await open()
        await using copy = await open()
        await ingestAll({ database: original, dayOf, jobsFor: () => [] }, [aDelivery(...before)])
        await bringIn(original, entries)
        await ingestAll({ database: original, dayOf, jobsFor: () => [] }, [aDelivery(...after)])

        const written = await exported(original)
        const people = Object.keys(written).length
        const events = [...(await eventCounts(original, '2000-01-01', '2100-01-01')).values()]
        expect(await bringIn(copy, written)).toEqual({
          created: people,
          changed: 0,
          unchanged: 0,
          events: events.reduce((sum, count) => sum + count, 0),
        })
        expect(await exported(copy)).toEqual(written)
        expect(await stored(copy)).toEqual(await stored(original))

        for (const database of [copy, original]) {
          const again = await bringIn(database, written, { now: later + 1 })
          expect(again).toEqual({ created: 0, changed: 0, unchanged: people, events: 0 })
          expect(await exported(database)).toEqual(written)
          const { running, recount } = await counts(database)
          expect(running).toEqual(recount)
        }
      }),
      { numRuns: name === 'SQLite' ? 60 : 5 },
    )
  })

  test('what another program wrote can be imported twice, too', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, async (entries) => {
        await using database = await open()
        await bringIn(database, entries)
        const once = await exported(database)
        const again = await bringIn(database, entries, { now: later + 1 })
        expect(again).toEqual({ created: 0, changed: 0, unchanged: Object.keys(entries).length, events: 0 })
        expect(await exported(database)).toEqual(once)
      }),
      { numRuns: name === 'SQLite' ? 60 : 5 },
    )
  })

  test('erases nothing by what it leaves empty, and writes what it says', async () => {
    await using database = await open()
    const enrichment = { company_name: 'Analytical Engines', enriched_at: '2026-03-01' }
    const full = {
      first_name: 'Ada',
      title: 'Countess',
      owner: 'U1',
      tags: ['a'],
      custom_fields: { tier: 1 },
      enrichment,
    }
    await bringIn(database, { 'ada@example.com': full })
    await bringIn(database, {
      'ADA@example.com': {
        first_name: ' ',
        title: 'Programmer',
        owner: null,
        tags: ['b'],
        custom_fields: { seats: 2 },
        enrichment: { phone: '+442079460018', company_name: ' ' },
      },
    })
    expect(await exported(database)).toMatchObject({
      'ada@example.com': {
        email: 'ada@example.com',
        first_name: 'Ada',
        title: 'Programmer',
        owner: 'U1',
        tags: ['a', 'b'],
        custom_fields: { tier: 1, seats: 2 },
        enrichment: { company_name: 'Analytical Engines', phone: '+442079460018' },
      },
    })
  })

  test.each([
    ['engaged', 'new', 'engaged'],
    ['verified', 'enriched', 'verified'],
    ['enriched', 'engaged', 'engaged'],
    ['converted', 'new', 'converted'],
    ['disqualified', 'engaged', 'disqualified'],
    ['engaged', 'converted', 'converted'],
  ])('a contact that is %s and imported as %s is %s', async (was, said, is) => {
    await using database = await open()
    await bringIn(database, { 'ada@example.com': { status: was } })
    await bringIn(database, { 'ada@example.com': { status: said } })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({ status: is })
    expect(await counts(database)).toEqual({ running: { [is]: 1 }, recount: { [is]: 1 } })
  })

  test('makes a contact engaged by the engagements it brings, and enriched by its enrichment', async () => {
    await using database = await open()
    await bringIn(database, {
      'ada@example.com': {
        status: 'new',
        engagements: [{ engagement_type: 'link_clicked', timestamp: '2026-03-02T09:00:00' }],
      },
      'bob@example.com': { status: 'new', enrichment: { industry: 'Machines' } },
      'eve@example.com': { status: 'new', enrichment: { email_verified: true, enriched_at: '2026-03-02' } },
    })
    expect(await exported(database)).toMatchObject({
      'ada@example.com': { status: 'engaged', counters: { clicked: { count: 1 } } },
      'bob@example.com': { status: 'enriched', email_status: 'unknown' },
      'eve@example.com': { status: 'verified', email_status: 'valid' },
    })
  })

  test.each([
    ['complained', { suppression: null }],
    ['hard_bounce', { suppression: null, email_status: 'valid', email_status_at: '2026-05-01' }],
    ['unsubscribed', { suppression: { reason: 'hard_bounce', since: '2026-05-01' } }],
    ['complained', { suppression: { reason: 'unsubscribed', since: '2026-05-01' } }],
  ])('never clears a suppression: %s, then %j', async (reason, second) => {
    await using database = await open()
    await bringIn(database, { 'ada@example.com': { suppression: { reason, since: '2026-03-01' } } })
    await bringIn(database, { 'ada@example.com': second })
    expect(await exported(database)).toMatchObject({
      'ada@example.com': { suppression: { reason, since: '2026-03-01T00:00:00.000Z' } },
    })
    expect((await totalCounts(database)).get('suppressed')).toBe(1)
  })

  test('a dry run counts the same and changes nothing', async () => {
    await using database = await open()
    await bringIn(database, { 'ada@example.com': {}, 'eve@example.com': {} })
    const before = await exported(database)
    const entries = {
      'ada@example.com': { title: 'Countess' },
      'bob@example.com': { engagements: [{ engagement_type: 'email_opened', timestamp: '2026-03-02' }] },
      'eve@example.com': {},
    }
    const expected = { created: 1, changed: 1, unchanged: 1, events: 1 }
    expect(await bringIn(database, entries, { dryRun: true })).toEqual(expected)
    expect(await exported(database)).toEqual(before)
    expect(await counts(database)).toEqual({ running: { new: 2 }, recount: { new: 2 } })
    expect(await eventCounts(database, '2026-03-02', '2026-03-02')).toEqual(new Map())
    expect(await bringIn(database, entries)).toEqual(expected)
  })

  test('gives a campaign to those that name none, and tags to all', async () => {
    await using database = await open()
    await bringIn(
      database,
      { 'ada@example.com': { imported_from_campaign: 'Q1', tags: ['vip'] }, 'bob@example.com': { tags: ['fair'] } },
      { campaign: 'Q2', tags: ['fair', 'list'] },
    )
    await bringIn(database, { 'bob@example.com': {} }, { campaign: 'Q3' })
    expect(await exported(database)).toMatchObject({
      'ada@example.com': { imported_from_campaign: 'Q1', tags: ['vip', 'fair', 'list'] },
      'bob@example.com': { imported_from_campaign: 'Q2', tags: ['fair', 'list'] },
    })
  })

  test('remembers who added a contact, and finds nothing changed in what is there already', async () => {
    await using database = await open()
    const profile = { firstName: 'Ada', lastName: null, company: null, title: null, tags: [] }
    await addContact(database, 'ada@example.com', { by: 'U0ADA', now: start, dayOf, profile })
    const entries = { 'ada@example.com': { first_name: 'Ada' } }
    expect(await bringIn(database, entries)).toMatchObject({ created: 0, changed: 0, unchanged: 1 })
    await bringIn(database, { 'ada@example.com': { company: 'Acme' } })
    expect(await contactByAddress(database, 'ada@example.com')).toMatchObject({
      company: 'Acme',
      asserted: { addedBy: 'U0ADA' },
    })
  })

  test('takes two entries of one person together, and counts an engagement that both hold once', async () => {
    await using database = await open()
    const engagements = [{ engagement_type: 'email_opened', timestamp: '2026-03-02T09:00:00' }]
    const entries = {
      'ada@example.com': { first_name: 'Ada', engagements },
      'Ada@Example.com': { last_name: 'Lovelace', engagements },
    }
    expect(await bringIn(database, entries)).toMatchObject({ created: 1, events: 1 })
    expect(await exported(database)).toMatchObject({
      'ada@example.com': { first_name: 'Ada', last_name: 'Lovelace', counters: { opened: { count: 1 } } },
    })
    expect(await eventCounts(database, '2026-03-02', '2026-03-02')).toEqual(new Map([['opened', 1]]))
  })

  test('tells how far it is after every group', async () => {
    await using database = await open()
    const entries = Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`person${n}@example.com`, {}]))
    const told: number[] = []
    const result = await bringIn(database, entries, { onProgress: (done) => told.push(done) })
    expect(result).toEqual({ created: 501, changed: 0, unchanged: 0, events: 0 })
    expect(told).toEqual([250, 500, 501])
    expect(Object.keys(await exported(database))).toHaveLength(501)
  })
})
