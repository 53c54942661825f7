import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createEnrichment, type EnrichmentDeps } from '../../../src/core/enrichment/create.ts'
import { FIELDS, WANTS } from '../../../src/core/enrichment/fields.ts'
import type { MailResolver } from '../../../src/core/enrichment/local/mail-domains.ts'
import { type Answer, PROVIDER_IDS, ProviderError } from '../../../src/core/enrichment/provider.ts'
import { InvalidInputError, StorageError } from '../../../src/core/errors.ts'
import { ingestAll } from '../../../src/core/ingest.ts'
import { createLogger, type Logger } from '../../../src/core/logger.ts'
import { lookup } from '../../../src/core/lookup.ts'
import { statistics } from '../../../src/core/statistics.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { databases, openSqlite } from '../../support/databases.ts'
import { aDelivery, anEvent } from '../../support/events.ts'
import {
  addPeople,
  addresses,
  anEngine,
  anEnricher,
  aVerifier,
  books,
  counts,
  DAY_MS,
  dayOf,
  dns,
  everybody,
  FULL,
  hit,
  MISS,
  OPTED_OUT,
  rowOf,
  START,
  silent,
  TODAY,
} from './engine.ts'
import { aVendor } from './vendor.ts'

const noNetwork: typeof fetch = () => Promise.reject(new Error('nobody may be asked'))

function withoutKeys(overrides: Pick<EnrichmentDeps, 'database'> & Partial<EnrichmentDeps>) {
  return createEnrichment({
    settings: { providers: [], dailyCredits: 100, on: new Set() },
    publicUrl: undefined,
    dayOf,
    now: () => START,
    random: () => 0.5,
    fetch: noNetwork,
    resolver: dns,
    log: silent,
    ...overrides,
  })
}

/** Keeps every line as it is written, before anything is masked. */
function aLog() {
  const lines: string[] = []
  const write = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const error = fields?.error instanceof Error ? fields.error : null
    const told = [message, error?.message, error?.stack, JSON.stringify({ ...fields, error: undefined })]
    for (let { cause } = error ?? {}; cause instanceof Error; { cause } = cause) told.push(cause.message, cause.stack)
    lines.push(`${level} ${told.join(' ')}`)
  }
  const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  return { log, lines }
}

describe('without any key', () => {
  test('1,000 contacts ask nobody but the DNS, and nothing is called valid that nobody proved', async () => {
    await using database = await openSqlite()
    const asked: string[] = []
    const resolver: MailResolver = {
      ...dns,
      resolveMx: async (domain) => {
        asked.push(domain)
        return await dns.resolveMx(domain)
      },
    }
    const emails = Array.from({ length: 1000 }, (_, n) => `ada.lovelace${n}@company${n % 100}.example`)
    const ids = await addPeople(database, emails)
    const replied = anEvent({ recipient: emails[0] ?? '', type: 'replied' })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(replied)])
    const { log, lines } = aLog()
    await using running = withoutKeys({ database, resolver, log })

    const outcome = await running.enrichment.enrichBatch(ids)
    expect(outcome).toMatchObject({ contacts: 1000, credits: 0, later: null })
    expect(Object.keys(outcome.lacking)).toEqual(['no_provider'])
    expect(asked.length).toBe(100)
    const rows = await everybody(database)
    expect(rows.filter(({ emailStatus }) => emailStatus === 'valid').map(({ email }) => email)).toEqual([emails[0]])
    expect(lines).toEqual([])
    for (const id of ids.slice(0, 50)) {
      const { found, lacking } = await running.enrichment.enrichContact(id, { wants: WANTS })
      const proven = (await rowOf(database, id)).emailStatus === 'valid' ? ['emailStatus'] : []
      const accounted = new Set([...found, ...lacking.map(({ want }) => want), ...proven])
      expect([...accounted].sort()).toEqual([...WANTS].sort())
      expect(new Set(lacking.map(({ why }) => why))).toEqual(new Set(['no_provider']))
    }
  })

  test('what colleagues are known to work for is found, and a guess is not called found', async () => {
    await using database = await openSqlite()
    const [ada = 0, eve = 0] = await addPeople(database, [
      'ada@brightforge.example',
      'eve@elsewhere.example',
      { email: 'bob@brightforge.example', company: 'Brightforge Ltd' },
    ])
    await using running = withoutKeys({ database })
    expect(await running.enrichment.enrichContact(ada)).toMatchObject({ kind: 'enriched', found: ['companyName'] })
    const outcome = await running.enrichment.enrichContact(eve)
    expect(outcome).toMatchObject({ kind: 'nothing', found: [] })
    expect(outcome.lacking).toContainEqual({ want: 'companyName', why: 'no_provider' })
    expect((await rowOf(database, ada)).claims.companyName?.['crm-sibling']?.value).toBe('Brightforge Ltd')
    expect((await rowOf(database, eve)).claims.companyName).toMatchObject({ 'guess:domain': { value: 'Elsewhere' } })
    expect((await rowOf(database, eve)).enrichedAt).toBeNull()
  })

  test('people with addresses of a mail service are no colleagues', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@gmail.com', { email: 'bob@gmail.com', company: 'Brightforge' }])
    await using running = withoutKeys({ database })
    const { lacking } = await running.enrichment.enrichContact(ada)
    expect(lacking).toContainEqual({ want: 'companyName', why: 'free_mail' })
    expect((await rowOf(database, ada)).claims.companyName).toBeUndefined()
  })

  test('what an import says that our own mail showed is kept for when the history is told again', async () => {
    await using database = await openSqlite()
    const emailEvidence = { status: 'valid', source: 'reply', at: START - 900 * DAY_MS } as const
    const [ada = 0] = await addPeople(database, [{ email: 'ada@acme.example', emailEvidence }])
    await using running = withoutKeys({ database })
    await running.enrichment.enrichContact(ada)
    expect(await rowOf(database, ada)).toMatchObject({ emailStatusSource: 'reply', asserted: { emailEvidence } })
  })

  test('an imported verification is not replaced by what the DNS does not know', async () => {
    await using database = await openSqlite()
    const emailEvidence = { status: 'valid', source: 'bouncer', at: START - DAY_MS } as const
    const [ada = 0] = await addPeople(database, [{ email: 'ada@acme.example', emailEvidence }])
    await using running = withoutKeys({ database })
    const { lacking } = await running.enrichment.enrichContact(ada)
    expect(await rowOf(database, ada)).toMatchObject({ emailStatus: 'valid', emailStatusSource: 'bouncer' })
    expect(lacking.map(({ want }) => want)).not.toContain('emailStatus')
    expect(await counts(database)).toMatchObject({ running: { has_valid_address: 1 } })
  })
})

describe.each(databases)('enrichment on $name', ({ name, open }) => {
  test('never changes what people entered, whatever providers say and how often', { timeout: 120_000 }, async () => {
    await using database = await open()
    const entered = { firstName: 'Ada', lastName: 'Lovelace', company: 'Engines', title: 'Countess' }
    const [full = 0, some = 0] = await addPeople(database, [
      { email: 'ada@acme.example', ...entered },
      { email: 'bob@acme.example', lastName: 'Babbage' },
    ])
    const someValues = fc.dictionary(fc.constantFrom(...FIELDS), fc.string({ minLength: 1, maxLength: 8 }))
    const someAnswer = fc.oneof(
      someValues.map(
        (values) =>
          (clue: { email: string }): Answer =>
            hit(clue, values),
      ),
      someValues.map((values) => (): Answer => hit({ email: 'other@other.example' }, values)),
      fc.constant((): Answer => MISS),
    )
    const clock = { now: START }
    await fc.assert(
      fc.asyncProperty(fc.array(someAnswer, { minLength: 1, maxLength: 3 }), async (answers) => {
        clock.now += 100 * DAY_MS
        const providers = answers.map((answer, nth) =>
          anEnricher((['apollo', 'hunter', 'pdl'] as const)[nth] ?? 'pdl', answer),
        )
        const { enrichment } = anEngine(database, providers, { clock })
        await enrichment.enrichBatch([full, some], { wants: WANTS, again: true })
        const { firstName, lastName, company, title } = await rowOf(database, full)
        expect({ firstName, lastName, company, title }).toEqual(entered)
        expect(await rowOf(database, some)).toMatchObject({
          ...{ firstName: null, lastName: 'Babbage', company: null, title: null },
        })
        const { running, recount } = await counts(database)
        expect(running).toEqual(recount)
      }),
      { numRuns: name === 'SQLite' ? 60 : 8 },
    )
  })

  test('keeps the running counts and the statistics right', async () => {
    await using database = await open()
    const ids = await addPeople(database, addresses(30))
    const apollo = anEnricher('apollo', (clue) => {
      const nth = Number(/\d+/.exec(clue.email)?.[0])
      return [hit(clue), MISS, OPTED_OUT][nth % 3] ?? MISS
    })
    const statuses = ['valid', 'risky', 'invalid', 'unknown'] as const
    const verifier = aVerifier('zerobounce', (email) => statuses[Number(/\d+/.exec(email)?.[0]) % 4] ?? 'unknown')
    await anEngine(database, [apollo, verifier]).enrichment.enrichBatch(ids)
    const { running, recount } = await counts(database)
    expect(running).toEqual(recount)
    // Ten opted out. Of the others, ten are enriched, and six are a multiple of four.
    expect(await statistics(database, 7, TODAY)).toMatchObject({
      ...{ contacts: 30, enriched: 10, suppressed: 10, verified: 6 },
    })
  })

  test('what our own mail showed of an address stands, whatever anybody says', async () => {
    await using database = await open()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const replied = anEvent({ recipient: 'ada@acme.example', type: 'replied', occurredAt: START - 300 * DAY_MS })
    await ingestAll({ database, dayOf, jobsFor: () => [] }, [aDelivery(replied)])
    const verifier = aVerifier('zerobounce', 'invalid')
    const apollo = anEnricher('apollo', (clue) => hit(clue, FULL, { emailStatus: { status: 'invalid', detail: null } }))
    await anEngine(database, [apollo, verifier]).enrichment.enrichContact(ada)
    expect(verifier.calls).toEqual([])
    expect(await rowOf(database, ada)).toMatchObject({ emailStatus: 'valid', emailStatusSource: 'reply' })
  })

  test('verifiers that contradict each other make an address risky', async () => {
    await using database = await open()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const { enrichment, clock } = anEngine(database, [aVerifier('zerobounce', 'valid')])
    await enrichment.enrichContact(ada)
    expect(await rowOf(database, ada)).toMatchObject({ emailStatus: 'valid', emailStatusSource: 'zerobounce' })
    clock.now += DAY_MS
    await anEngine(database, [aVerifier('reacher', 'invalid')], { clock }).enrichment.enrichContact(ada, {
      again: true,
    })
    expect(await rowOf(database, ada)).toMatchObject({ emailStatus: 'risky', emailStatusSource: 'reacher, zerobounce' })
    expect(await counts(database)).toEqual({ running: { new: 1 }, recount: { new: 1 } })
  })

  test('finds people by the names that were found', async () => {
    await using database = await open()
    const [ada = 0] = await addPeople(database, ['al@acme.example'])
    const apollo = anEnricher('apollo', (clue) => hit(clue, { ...FULL, firstName: 'Augusta', lastName: 'Łovelace' }))
    await anEngine(database, [apollo]).enrichment.enrichContact(ada)
    for (const who of ['Augusta', 'łovelace', 'Lovelace, Augusta'.replace('L', 'Ł')]) {
      expect(await lookup(database, who, START)).toMatchObject({ kind: 'found', card: { id: ada } })
    }
  })
})

describe('a campaign', () => {
  test('makes contacts of its addresses and finds out about them, each once', async () => {
    await using database = await openSqlite()
    const [known = 0] = await addPeople(database, [{ email: 'ada0@acme0.example', sourceCampaign: 'Q1' }])
    const { enrichment } = anEngine(database, [anEnricher('apollo')])
    const emails = [...addresses(5), 'ADA3@acme3.example']
    const outcome = await enrichment.enrichFromCampaign(emails, 'Q2', ['jobTitle'])
    expect(outcome).toMatchObject({ contacts: 5, counts: { enriched: 5 }, credits: 5 })
    const rows = await everybody(database)
    expect(rows.map(({ sourceCampaign }) => sourceCampaign)).toEqual(['Q1', 'Q2', 'Q2', 'Q2', 'Q2'])
    expect((await rowOf(database, known)).claims.jobTitle?.apollo?.value).toBe(FULL.jobTitle)
    expect(await counts(database)).toEqual({
      running: { enriched: 5, has_enrichment: 5 },
      recount: { enriched: 5, has_enrichment: 5 },
    })
  })

  test('with something in it that is no address names it, and makes nobody', async () => {
    await using database = await openSqlite()
    const apollo = anEnricher('apollo')
    const { enrichment } = anEngine(database, [apollo])
    const campaign = enrichment.enrichFromCampaign(['ada@acme.example', 'ada at acme', 'eve@'], 'Q2')
    await expect(campaign).rejects.toThrow(InvalidInputError)
    await expect(campaign).rejects.toThrow('2 of 3 are not e-mail addresses: ada at acme, eve@')
    expect(await everybody(database)).toEqual([])
    expect(apollo.calls).toEqual([])
  })
})

describe('what it would cost', () => {
  const someProvider = fc.record({
    id: fc.constantFrom(...PROVIDER_IDS.filter((id) => id !== 'dropcontact')),
    credits: fc.constantFrom(0, 1, 2, 0.5),
    // For each contact in turn; what it says may make others worth asking again.
    answers: fc.array(fc.constantFrom('full', 'name', 'company', 'miss', 'other', 'fault', 'lost', 'refused'), {
      minLength: 1,
      maxLength: 4,
    }),
    status: fc.constantFrom('valid', 'unknown', 'invalid'),
  })

  function answering({ id, credits, answers, status }: typeof someProvider extends fc.Arbitrary<infer T> ? T : never) {
    if (['zerobounce', 'millionverifier', 'reacher'].includes(id)) return aVerifier(id, status, { credits })
    return anEnricher(
      id,
      (clue, nth) => {
        const how = answers[(Number(/\d+/.exec(clue.email)?.[0] ?? 0) + nth) % answers.length]
        if (how === 'fault') throw new ProviderError('unavailable', 'it has a fault')
        if (how === 'lost') throw new ProviderError('lost', 'no answer')
        if (how === 'refused') throw new ProviderError('refused', 'no')
        if (how === 'full') return hit(clue)
        if (how === 'name') return hit(clue, { firstName: 'Ada', lastName: 'Lovelace' })
        if (how === 'company') return hit(clue, { companyName: 'Acme' })
        return how === 'other' ? hit({ email: 'somebody@else.example' }) : MISS
      },
      { credits, batchSize: 3 },
    )
  }

  test('is never less than what is spent then, run after run', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(someProvider, { selector: ({ id }) => id, maxLength: 4 }),
        fc.boolean(),
        async (providers, again) => {
          await using database = await openSqlite()
          const emails = ['ada0@gmail.com', 'info@acme1.example', 'ada2@mailinator.com', ...addresses(5)]
          const ids = await addPeople(database, emails)
          const { enrichment, clock } = anEngine(database, providers.map(answering))
          for (const options of [{}, { again }, { wants: WANTS }]) {
            clock.now += 1000
            const { most, spentToday } = await enrichment.estimate(ids, options)
            expect(spentToday).toBeCloseTo((await books(database)).spent)
            await enrichment.enrichBatch(ids, options)
            expect((await books(database)).spent - spentToday).toBeLessThanOrEqual(most + 1e-9)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  test('includes those who did not know the person, where somebody else may tell more of them', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, ['ada@acme.example'])
    let isWell = false
    const apollo = anEnricher('apollo', (clue) => {
      if (!isWell) throw new ProviderError('unavailable', 'it has a fault')
      return hit(clue, { firstName: 'Ada', lastName: 'Lovelace' })
    })
    const pdl = anEnricher('pdl', () => MISS)
    const { enrichment } = anEngine(database, [apollo, pdl])
    await enrichment.enrichBatch(ids)
    isWell = true
    expect(await enrichment.estimate(ids)).toMatchObject({ toAsk: 1, least: 1, most: 2 })
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 2 })
    expect(pdl.calls.flat().map(({ lastName }) => lastName)).toEqual([null, 'Lovelace'])
    expect(await enrichment.estimate(ids)).toMatchObject({ toAsk: 0, most: 0 })
  })

  test('is nothing where everything is known, and least where the first knows everything', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(3))
    const providers = [anEnricher('apollo', undefined, { credits: 1 }), anEnricher('pdl', undefined, { credits: 3 })]
    const verifier = aVerifier('zerobounce', 'valid')
    const { enrichment, clock } = anEngine(database, [...providers, verifier], { dailyCredits: 50 })
    const nothing = { spentToday: 0, dailyCredits: 50 }
    expect(await enrichment.estimate(ids)).toEqual({ ...nothing, contacts: 3, toAsk: 3, least: 3, most: 15 })
    expect(await enrichment.enrichBatch(ids)).toMatchObject({ credits: 6 })
    const after = { ...nothing, spentToday: 6, contacts: 3 }
    expect(await enrichment.estimate(ids)).toEqual({ ...after, toAsk: 0, least: 0, most: 0 })
    clock.now += 1
    expect(await enrichment.estimate(ids, { again: true })).toMatchObject({ toAsk: 3, most: 15 })
  })
})

describe('a batch', () => {
  test('goes on where one contact makes this program fail, and says so once', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(20))
    const { log, lines } = aLog()
    const apollo = anEnricher(
      'apollo',
      (clue) => {
        if (clue.email.startsWith('ada7@')) throw new TypeError('Cannot read properties of undefined')
        return hit(clue)
      },
      { batchSize: 1 },
    )
    const outcome = await anEngine(database, [apollo], { log }).enrichment.enrichBatch(ids)
    expect(outcome.counts).toMatchObject({ enriched: 19, failed: 1 })
    expect(lines.length).toBe(1)
    expect(lines[0]).toMatch(/^error a contact could not be enriched .*Cannot read properties/)
  })

  test('ends where the database cannot be written', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(3))
    let isFull = false
    const apollo = anEnricher('apollo', (clue) => {
      isFull = true
      return hit(clue)
    })
    const filling: Database = {
      ...database,
      transaction: (work) =>
        isFull ? Promise.reject(new StorageError('the database cannot be written')) : database.transaction(work),
    }
    await expect(anEngine(filling, [apollo]).enrichment.enrichBatch(ids)).rejects.toThrow(StorageError)
  })

  test('tells how far it is, up to the last contact and the last credit', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, addresses(1203))
    const told: (readonly [number, number])[] = []
    const onProgress = (done: number, credits: number) => void told.push([done, credits])
    const outcome = await anEngine(database, [anEnricher('apollo')]).enrichment.enrichBatch(ids, { onProgress })
    expect(told.map(([done]) => done)).toEqual(ids.map((_, nth) => nth + 1))
    expect(told.at(-1)).toEqual([1203, 1203])
    expect(outcome).toMatchObject({ contacts: 1203, credits: 1203 })
  })

  test('says of somebody who is not there that they are gone', async () => {
    await using database = await openSqlite()
    const { enrichment } = anEngine(database, [anEnricher('apollo')])
    expect(await enrichment.enrichBatch([77])).toMatchObject({ contacts: 1, counts: { gone: 1 } })
    expect(await enrichment.enrichContact(77)).toMatchObject({ kind: 'gone' })
  })

  test('says of what nobody could know that no provider is set up for it', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const { enrichment } = anEngine(database, [aVerifier('reacher', 'unknown')])
    const { lacking } = await enrichment.enrichContact(ada)
    expect(Object.fromEntries(lacking.map(({ want, why }) => [want, why]))).toEqual({
      ...{ companyName: 'no_provider', jobTitle: 'no_provider', linkedinUrl: 'no_provider' },
      emailStatus: 'nobody_knows',
    })
  })
})

test('no log line holds an address or a key, whatever goes wrong', async () => {
  await using database = await openSqlite()
  const key = 'apollo-key-4711'
  const bodies = [
    { status: 401, body: `the key ${key} is wrong for ada0@acme0.example` },
    { status: 500, body: 'ada0@acme0.example' },
    { cutAfter: 0 },
    { body: '<html>ada0@acme0.example' },
    { body: { matches: [{ email: 'ada0@acme0.example' }] } },
    { status: 422, body: { error: 'ada0@acme0.example' } },
    { status: 429, headers: { 'retry-after': '900' }, body: key },
  ]
  const ids = await addPeople(database, addresses(4))
  const { log, lines } = aLog()
  const masked: string[] = []
  for (const body of bodies) {
    await using vendor = await aVendor(() => body)
    for (const each of [log, createLogger('debug', (line) => void masked.push(line))]) {
      await using running = withoutKeys({
        ...{ database, log: each, fetch, wait: async () => {} },
        settings: {
          providers: [
            { id: 'apollo', key, baseUrl: vendor.origin },
            { id: 'hunter', key, baseUrl: vendor.origin },
            { id: 'reacher', key: '', baseUrl: vendor.origin },
          ],
          ...{ dailyCredits: 1000, on: new Set() },
        },
      })
      await running.enrichment.enrichBatch(ids, { again: true })
    }
  }
  expect(lines.length).toBeGreaterThan(10)
  for (const line of [...lines, ...masked]) expect(line).not.toMatch(/@acme|apollo-key|%40/)
})
