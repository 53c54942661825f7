import { describe, expect, test } from 'vitest'

import { importContacts } from '../../src/core/import-contacts.ts'
import { ingestAll } from '../../src/core/ingest.ts'
import { lookup } from '../../src/core/lookup.ts'
import { fromInterchange } from '../../src/core/read-interchange.ts'
import type { Database } from '../../src/core/store/database.ts'
import { createDayOf } from '../../src/core/time.ts'
import { databases } from '../support/databases.ts'
import { aDelivery, anEvent } from '../support/events.ts'

const now = Date.parse('2026-03-02T10:00:00Z')
const dayOf = createDayOf('UTC')

const PEOPLE = {
  'ada.lovelace@acme.example': { first_name: 'Ada', last_name: 'Lovelace', company: 'Acme' },
  'charles@acme.example': { first_name: 'Charles', last_name: 'Babbage', company: 'Acme' },
  'elodie@müller.example': { first_name: 'Élodie', last_name: 'Müller' },
  'ada.byron@other.example': { first_name: 'Ada', last_name: 'Byron' },
}

async function filled(database: Database, people: Readonly<Record<string, object>> = PEOPLE) {
  const contacts = Object.entries(people).flatMap(([key, value]) => {
    const entry = fromInterchange(key, value)
    return 'contact' in entry ? [entry.contact] : []
  })
  await importContacts(database, contacts, {
    dayOf,
    now,
    dryRun: false,
    campaign: null,
    tags: [],
    onProgress: () => {},
  })
  return async (who: string) => {
    const result = await lookup(database, who, now)
    if (result.kind === 'found') return result.card.email
    if (result.kind === 'choose')
      return [result.exact ? 'several' : 'close', ...result.matches.map(({ email }) => email)]
    return result
  }
}

describe.each(databases)('lookup on $name', ({ open }) => {
  test('finds an address, a name or a domain', async () => {
    await using database = await open()
    const find = await filled(database)
    expect(await find('ADA.Lovelace@Acme.example')).toBe('ada.lovelace@acme.example')
    expect(await find('<mailto:charles@acme.example|charles@acme.example>')).toBe('charles@acme.example')
    expect(await find('ada lovelace')).toBe('ada.lovelace@acme.example')
    expect(await find('Lovelace, Ada')).toBe('ada.lovelace@acme.example')
    expect(await find('babbage')).toBe('charles@acme.example')
    expect(await find('elodie mul')).toBe('elodie@müller.example')
    expect(await find('MÜLLER')).toBe('elodie@müller.example')
    expect(await find('charles@')).toBe('charles@acme.example')
    expect(await find('https://www.other.example/')).toBe('ada.byron@other.example')
    expect(await find('müller.example')).toBe('elodie@müller.example')
  })

  test('offers a choice where several match', async () => {
    await using database = await open()
    const find = await filled(database)
    expect(await find('ada')).toEqual(['several', 'ada.byron@other.example', 'ada.lovelace@acme.example'])
    expect(await find('acme.example')).toEqual(['several', 'ada.lovelace@acme.example', 'charles@acme.example'])
  })

  test('offers near misses for an address that is not there, and the address itself where nothing is near', async () => {
    await using database = await open()
    const find = await filled(database)
    expect(await find('ada.lovelase@acme.example')).toEqual(['close', 'ada.lovelace@acme.example'])
    expect(await find('charles@acme.exmaple')).toEqual(['close', 'charles@acme.example'])
    expect(await find('somebody@else.example')).toEqual({ kind: 'none', address: 'somebody@else.example' })
    expect(await find('nobody at all')).toEqual({ kind: 'none', address: null })
    expect(await find('%')).toEqual({ kind: 'none', address: null })
  })

  test('offers who has a slip of the finger less in the name, and nobody where nothing is near', async () => {
    await using database = await open()
    const find = await filled(database)
    for (const slip of ['ada lovelase', 'Lvoelace, Ada', 'aada lovelace', 'babage', 'Charls Babbage'])
      expect(await find(slip), slip).toEqual([
        'close',
        slip.toLowerCase().includes('ba') ? 'charles@acme.example' : 'ada.lovelace@acme.example',
      ])
    expect(await find('acme.exmaple')).toEqual(['close', 'charles@acme.example', 'ada.lovelace@acme.example'])
    expect(await find('ada babbage')).toEqual({ kind: 'none', address: null })
    expect(await find('x'.repeat(320))).toEqual({ kind: 'none', address: null })
  })

  test('offers the few who have all of the words elsewhere, and of many nobody', async () => {
    await using database = await open()
    const five = Array.from({ length: 5 }, (_, n) => [`p${n}@post.example`, { company: 'Navy' }])
    const find = await filled(database, { ...PEOPLE, ...Object.fromEntries(five) })
    expect(await find('Lovelace Acme')).toEqual(['close', 'ada.lovelace@acme.example'])
    expect(await find('navy')).toHaveLength(6)
    await filled(database, { 'p5@post.example': { company: 'Navy' } })
    expect(await find('navy')).toEqual({ kind: 'none', address: null })
  })

  test('shows what happened, newest first', async () => {
    await using database = await open()
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [
      aDelivery(
        anEvent({ type: 'clicked', occurredAt: now - 1000, url: 'https://example.org/pricing' }),
        anEvent({ type: 'opened', occurredAt: now - 2000, machine: true }),
        anEvent({ type: 'sent', occurredAt: now - 3000, campaign: { id: 'c1', name: 'Q1', step: null } }),
      ),
    ])
    const result = await lookup(database, 'ada@example.com', now)
    expect(result).toMatchObject({
      kind: 'found',
      card: {
        status: 'engaged',
        score: 5,
        recent: [
          { type: 'clicked', url: 'https://example.org/pricing' },
          { type: 'opened', machine: true },
          { type: 'sent', campaign: { id: 'c1', name: 'Q1' } },
        ],
      },
    })
  })
})
