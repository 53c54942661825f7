import { describe, expect, test } from 'vitest'

import { eq } from '../../../src/core/store/drizzle.ts'
import { databases } from '../../support/databases.ts'
import { addPeople, anEngine, anEnricher, aVerifier } from './engine.ts'

const CANARY = 'canary@erased.example'

describe.each(databases)('a contact that is deleted on $name', ({ open }) => {
  test('takes what was found and asked about it along, and nothing else names it', async () => {
    await using database = await open()
    const [erased = 0, kept = 0] = await addPeople(database, [CANARY, 'ada@kept.example'])
    const { enrichment } = anEngine(database, [anEnricher('apollo'), aVerifier('zerobounce', 'valid')])
    await enrichment.enrichBatch([erased, kept])
    const { contacts } = database.tables
    await database.transaction(async (tx) => void (await tx.db.delete(contacts).where(eq(contacts.id, erased))))
    const { enrichmentLookups, enrichmentCalls, enrichmentDays, enrichmentProviders, jobs } = database.tables
    const lookups = await database.db.select().from(enrichmentLookups)
    expect(new Set(lookups.map(({ contactId }) => contactId))).toEqual(new Set([kept]))
    const rest = [enrichmentCalls, enrichmentDays, enrichmentProviders, jobs].map((table) =>
      database.db.select().from(table),
    )
    expect(JSON.stringify(await Promise.all(rest))).not.toMatch(/canary|erased\.example/)
  })
})
