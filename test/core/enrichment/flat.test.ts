import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import type { Claims } from '../../../src/core/enrichment/claims.ts'
import { FIELDS, type Field, WANTS } from '../../../src/core/enrichment/fields.ts'
import { claimsIn, type Enrichment, everyClaim, flatten } from '../../../src/core/enrichment/flat.ts'
import { exportContacts } from '../../../src/core/export/contacts.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import { lookup } from '../../../src/core/lookup.ts'
import { fromInterchange } from '../../../src/core/read-interchange.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { databases, openSqlite } from '../../support/databases.ts'
import {
  addPeople,
  anEngine,
  anEnricher,
  aVerifier,
  counts,
  DAY_MS,
  dayOf,
  everybody,
  hit,
  MISS,
  OPTED_OUT,
  START,
} from './engine.ts'

const NOTHING: Enrichment = {
  ...{ companyName: null, jobTitle: null, linkedinUrl: null, phone: null, industry: null, seniorityLevel: null },
  ...{ companySize: null, emailVerified: null, verifiedAt: null, enrichedAt: null, source: null },
}

describe('what an import says in the flat form', () => {
  test('are claims of the source that it names, as old as it says', () => {
    const enrichment = { ...NOTHING, companyName: 'Acme', phone: '+4930123456', source: 'clearbit', enrichedAt: START }
    expect(claimsIn(enrichment, 0)).toEqual({
      companyName: { clearbit: { value: 'Acme', at: START } },
      phone: { clearbit: { value: '+4930123456', at: START } },
    })
  })

  test('without a source or a date is of the import, and as old as the contact', () => {
    expect(claimsIn({ ...NOTHING, jobTitle: 'CTO' }, 77)).toEqual({ jobTitle: { import: { value: 'CTO', at: 77 } } })
  })

  test('stands beside what others say', () => {
    const claims: Claims = { companyName: { apollo: { value: 'Acme Ltd', at: START } } }
    const every = everyClaim({ claims, enrichment: { ...NOTHING, companyName: 'Acme' }, createdAt: 5 })
    expect(every.companyName).toEqual({ apollo: { value: 'Acme Ltd', at: START }, import: { value: 'Acme', at: 5 } })
    expect(everyClaim({ claims, enrichment: null, createdAt: 5 })).toBe(claims)
  })
})

describe('one value for each field', () => {
  test('is the one that is believed most, with all the sources and the latest date', () => {
    const claims: Claims = {
      companyName: { apollo: { value: 'Acme', at: START - 2 }, 'guess:domain': { value: 'Acme Co', at: START } },
      jobTitle: { hunter: { value: 'CTO', at: START - 1 } },
      location: { apollo: { value: 'Leeds', at: START - 3 } },
    }
    const evidence = { status: 'valid', source: 'reply', at: START - 9 } as const
    expect(flatten(claims, evidence, START)).toEqual({
      ...NOTHING,
      ...{ companyName: 'Acme', jobTitle: 'CTO', source: 'apollo, hunter', enrichedAt: START - 1 },
      ...{ emailVerified: true, verifiedAt: START - 9 },
    })
    const risky = { status: 'risky', source: 'zerobounce', at: START } as const
    expect(flatten(claims, risky, START)).toMatchObject({ emailVerified: false, verifiedAt: null })
  })

  test('is none where there are only guesses', () => {
    expect(flatten({ companyName: { 'guess:domain': { value: 'Acme', at: START } } }, null, START)).toBeNull()
    expect(flatten({}, null, START)).toBeNull()
  })

  test('is the same again after it was read back as claims of one source', () => {
    const values = fc.record(Object.fromEntries(FIELDS.map((field) => [field, fc.option(fc.constantFrom('a', 'b'))])))
    fc.assert(
      fc.property(values, (given) => {
        const entries = Object.entries(given).flatMap(([field, value]) =>
          value === null ? [] : [[field, { apollo: { value, at: START } }]],
        )
        const flat = flatten(Object.fromEntries(entries), null, START)
        if (!flat) return
        const back = flatten(claimsIn(flat, 0), null, START)
        const isOnlyElsewhere = Object.keys(claimsIn(flat, 0)).length === 0
        expect(back).toEqual(isOnlyElsewhere ? null : flat)
      }),
      { numRuns: 2000 },
    )
  })
})

const EMAILS = ['ada@acme.example', 'Bob.Babbage@acme.example', 'info@brightforge.example', 'eve@gmail.com']
const LATER = START + 500 * DAY_MS

async function bringIn(database: Database, entries: Readonly<Record<string, unknown>>, now: number) {
  const contacts = Object.entries(entries).map(([key, value]) => {
    const entry = fromInterchange(key, value)
    if ('problem' in entry) throw new Error(`${key}: ${entry.problem}`)
    return entry.contact
  })
  const quietly = { dayOf, now, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  return await importContacts(database, contacts, quietly)
}

const Written = z.record(
  z.string(),
  z.looseObject({
    email_status: z.string(),
    enrichment_claims: z.record(z.string(), z.array(z.looseObject({ source: z.string() }))),
  }),
)

/** The export as another program would read it. */
async function exported(database: Database) {
  const entries = await Array.fromAsync(exportContacts(database, LATER))
  return Written.parse(JSON.parse(JSON.stringify(Object.fromEntries(entries))))
}

const someValues = fc.dictionary(
  fc.constantFrom<Field>(...FIELDS),
  fc.constantFrom('Acme', 'acme ', 'Brightforge', 'Łovelace', 'N"A'),
  { noNullPrototype: true },
)
const someFlat = fc.option(
  fc.record(
    {
      company_name: fc.constantFrom('Acme', 'Other'),
      job_title: fc.constantFrom('CTO', null),
      enrichment_source: fc.constantFrom('clearbit', 'apollo', '__proto__', null),
      enriched_at: fc.constantFrom('2026-01-01', '2027-01-01', null),
      email_verified: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
)
const someStatus = fc.constantFrom('valid', 'risky', 'invalid', 'unknown')
const someRun = fc.record({
  provider: fc.constantFrom('apollo' as const, 'hunter' as const, 'pdl' as const),
  values: fc.array(fc.option(someValues), { minLength: 1, maxLength: 3 }),
  moved: fc.boolean(),
  optsOut: fc.nat(9).map((nth) => nth === 0),
  status: fc.option(someStatus),
  days: fc.nat(120),
})
const someContacts = fc.dictionary(
  fc.constantFrom(...EMAILS),
  fc.record({
    enrichment: someFlat,
    first_name: fc.option(fc.constant('Ada')),
    company: fc.option(fc.constant('Engines')),
  }),
  { minKeys: 1, noNullPrototype: true },
)

describe.each(databases)('export and import of what is known on $name', ({ name, open }) => {
  test('are the identity with the provenance of everything, and a second import changes nothing', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(someContacts, fc.array(someRun, { maxLength: 3 }), async (contacts, runs) => {
        await using original = await open()
        await using copy = await open()
        await bringIn(original, contacts, START)
        const ids = (await everybody(original)).map(({ id }) => id)
        const clock = { now: START }
        for (const { provider, values, moved, optsOut, status, days } of runs) {
          clock.now += days * DAY_MS
          const enricher = anEnricher(
            provider,
            (clue, nth) => {
              const given = values[nth % values.length]
              if (optsOut) return OPTED_OUT
              return given ? hit(clue, given, moved ? { companyDomain: 'elsewhere.example' } : {}) : MISS
            },
            { batchSize: 1 },
          )
          const verifiers = status === null ? [] : [aVerifier('zerobounce', status)]
          const { enrichment } = anEngine(original, [enricher, ...verifiers], { clock })
          await enrichment.enrichBatch(ids, { wants: WANTS })
        }
        const written = await exported(original)
        await bringIn(copy, written, LATER)
        expect(await exported(copy)).toEqual(written)
        const people = ids.length
        for (const database of [copy, original]) {
          const again = await bringIn(database, written, LATER + 1)
          expect(again).toEqual({ created: 0, changed: 0, unchanged: people, events: 0 })
          expect(await exported(database)).toEqual(written)
          const { running, recount } = await counts(database)
          expect(running).toEqual(recount)
        }
        const keys = async (database: Database) =>
          (await everybody(database)).map(({ emailKey, nameKey, surnameKey }) => ({ emailKey, nameKey, surnameKey }))
        expect(new Set(await keys(copy))).toEqual(new Set(await keys(original)))
      }),
      { numRuns: name === 'SQLite' ? 25 : 4 },
    )
  })
})

test('an import leaves people to be found by the names that were found', async () => {
  await using database = await openSqlite()
  const [ada = 0] = await addPeople(database, ['al@acme.example'])
  const apollo = anEnricher('apollo', (clue) => hit(clue, { firstName: 'Augusta', lastName: 'Lovelace' }))
  await anEngine(database, [apollo]).enrichment.enrichContact(ada)
  await bringIn(database, { 'al@acme.example': { company: 'Engines' } }, START + 1)
  expect(await lookup(database, 'Lovelace', START)).toMatchObject({ kind: 'found', card: { id: ada } })
})
