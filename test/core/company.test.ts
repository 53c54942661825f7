import { describe, expect, test } from 'vitest'

import { companyOf } from '../../src/core/company.ts'
import type { EngagementEvent } from '../../src/core/event.ts'
import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const now = Date.parse('2026-03-16T09:00:00Z')
const dayOf = createDayOf('UTC')
const HOUR = 3_600_000

async function happen(database: Database, ...events: readonly Partial<EngagementEvent>[]): Promise<void> {
  const all = events.map((event) => anEvent({ occurredAt: now, ...event }))
  await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(...all)])
}

async function people(database: Database, entries: Readonly<Record<string, object>>): Promise<void> {
  const contacts = Object.entries(entries).flatMap(([key, value]) => {
    const entry = fromInterchange(key, value)
    return 'contact' in entry ? [entry.contact] : []
  })
  const how = { dayOf, now, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, how)
}

async function company(database: Database, domain = 'acme.example') {
  const result = await companyOf(database, domain, now)
  if (result.kind !== 'found') throw new Error(`the company is ${result.kind}`)
  return result.company
}

describe.each(databases)('a company on $name', ({ open }) => {
  test('is its people, the hottest first, and what they did together', async () => {
    await using database = await open()
    await happen(
      database,
      { recipient: 'ada@acme.example', type: 'clicked' },
      { recipient: 'ada@acme.example', type: 'opened', machine: true },
      { recipient: 'bob@acme.example', type: 'replied' },
      { recipient: 'bob@acme.example', type: 'opened' },
      { recipient: 'cy@acme.example', type: 'opened', occurredAt: now - HOUR },
      { recipient: 'cy@acme.example', type: 'unsubscribed' },
      { recipient: 'eve@other.example', type: 'opened' },
      { recipient: 'eve@sub.acme.example', type: 'opened' },
    )
    const acme = await company(database)
    expect(acme).toMatchObject({
      people: 3,
      suppressed: 1,
      events: { clicked: 1, machine_opened: 1, replied: 1, opened: 2, unsubscribed: 1 },
    })
    expect(acme.hottest.map(({ email, score, suppression }) => [email, score, suppression?.reason])).toEqual([
      ['bob@acme.example', 21, undefined],
      ['ada@acme.example', 5, undefined],
      ['cy@acme.example', 1, 'unsubscribed'],
    ])
  })

  test('shows ten people of many, and counts all of them', async () => {
    await using database = await open()
    await happen(
      database,
      ...Array.from({ length: 12 }, (_, n) => ({ recipient: `p${n}@acme.example`, type: 'opened' as const })),
    )
    const { people, hottest, events } = await company(database)
    expect([people, hottest.length, events.opened]).toEqual([12, 10, 12])
  })

  test('tells what happened last with anybody, newest first', async () => {
    await using database = await open()
    const busy = Array.from({ length: 10 }, (_, n) => ({
      recipient: 'busy@acme.example',
      type: 'opened' as const,
      occurredAt: now - (n + 2) * HOUR,
    }))
    const quiet = Array.from({ length: 9 }, (_, n) => ({
      recipient: `quiet${n}@acme.example`,
      occurredAt: now - 500 * HOUR,
    }))
    await happen(database, ...quiet)
    await happen(
      database,
      ...busy,
      { recipient: 'ada@acme.example', type: 'replied', occurredAt: now },
      { recipient: 'bob@acme.example', type: 'bounced', class: 'hard', occurredAt: now - HOUR },
      { recipient: 'eve@other.example', type: 'replied' },
    )
    const { recent } = await company(database)
    expect(recent.map(({ person, event }) => [person.email, event.type])).toEqual([
      ['ada@acme.example', 'replied'],
      ['bob@acme.example', 'bounced'],
      ...busy.slice(0, 6).map(() => ['busy@acme.example', 'opened']),
    ])
  })

  test('is what most of its contacts say, what people entered before what others told', async () => {
    await using database = await open()
    const told = (company_name: string, industry: string, enrichment_source = 'apollo') => ({
      enrichment: { company_name, industry, enrichment_source, enriched_at: '2026-03-01' },
    })
    const colleague = told('Acme Rockets', 'Rockets', 'crm-sibling')
    await people(database, {
      'a@acme.example': told('ACME', 'Machines'),
      'b@acme.example': told('ACME', 'Machines'),
      'c@acme.example': told('ACME', 'Software'),
      'd@acme.example': { company: 'Acme Engines GmbH' },
      'e@acme.example': { company: 'acme engines' },
      'f@acme.example': { company: 'Acme Engines GmbH' },
      'g@acme.example': {},
      'h@acme.example': colleague,
      'i@acme.example': colleague,
      'j@acme.example': colleague,
      'k@acme.example': colleague,
    })
    expect((await company(database)).facts).toEqual([
      { field: 'companyName', value: 'Acme Engines GmbH', agreeing: 3, of: 6, sources: ['user'] },
      { field: 'industry', value: 'Machines', agreeing: 2, of: 3, sources: ['apollo'] },
    ])
  })

  test('of which nothing is known is its people alone', async () => {
    await using database = await open()
    await people(database, { 'a@acme.example': {} })
    expect(await company(database)).toMatchObject({ facts: [], people: 1, suppressed: 0, events: {}, recent: [] })
  })

  test.each([
    'acme.example',
    'ACME.example',
    '@acme.example',
    'www.acme.example',
    'https://www.acme.example/about?x',
    'Ada <ada@acme.example>',
  ])('is found by %s', async (text) => {
    await using database = await open()
    await people(database, { 'a@acme.example': {} })
    expect(await company(database, text)).toMatchObject({ domain: 'acme.example' })
  })

  test('is none where everybody may have an address', async () => {
    await using database = await open()
    await people(database, { 'a@gmail.com': {} })
    expect(await companyOf(database, 'gmail.com', now)).toEqual({ kind: 'public', domain: 'gmail.com' })
    expect(await companyOf(database, 'ada@mailinator.com', now)).toEqual({ kind: 'public', domain: 'mailinator.com' })
  })

  test('that nobody is at names those that may be meant', async () => {
    await using database = await open()
    await people(database, { 'a@acme.example': {}, 'b@acme.example': {}, 'c@acmee.example': {}, 'd@zebra.example': {} })
    const meant = (text: string) => companyOf(database, text, now)
    expect(await meant('acmo.example')).toEqual({
      kind: 'choose',
      domain: 'acmo.example',
      domains: ['acme.example', 'acmee.example'],
    })
    expect(await meant('acme')).toMatchObject({ domains: ['acme.example', 'acmee.example'] })
    expect(await meant('mail.zebra.example')).toMatchObject({ domains: ['zebra.example'] })
    expect(await meant('nobody.example')).toEqual({ kind: 'none', domain: 'nobody.example' })
  })
})
