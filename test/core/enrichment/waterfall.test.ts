import { describe, expect, test } from 'vitest'

import { WANTS, type Want } from '../../../src/core/enrichment/fields.ts'
import { PROVIDER_IDS, type ProviderId, type Terms } from '../../../src/core/enrichment/provider.ts'
import { ENRICHMENT_PROVIDERS } from '../../../src/core/enrichment/providers/index.ts'
import {
  type Askable,
  atWorst,
  closedGate,
  couldKnow,
  type Gates,
  type Lack,
  nextToAsk,
} from '../../../src/core/enrichment/waterfall.ts'
import { openSqlite } from '../../support/databases.ts'
import { addPeople, anEngine, anEnricher, aVerifier, DAY_MS, FULL, hit, MISS, rowOf, START } from './engine.ts'

const VERIFIERS: readonly ProviderId[] = ['zerobounce', 'millionverifier', 'reacher']

function desk(provider: ProviderId, task: Askable['task'], isWell = true): Askable {
  const rate = { limit: 1, intervalMs: 1 }
  const terms: Terms = { provider, batchSize: 1, inFlight: 1, rate, credits: 1, isRepeatable: true }
  return { terms, task, isWell }
}

const EVERYBODY = PROVIDER_IDS.flatMap((provider) => [
  ...(VERIFIERS.includes(provider) ? [] : [desk(provider, 'find')]),
  ...(VERIFIERS.includes(provider) || provider === 'hunter' ? [desk(provider, 'verify')] : []),
])

function order(...wants: readonly Want[]): string[] {
  return atWorst(wants, EVERYBODY, () => true).map(({ terms }) => terms.provider)
}

describe('who is asked', () => {
  test.each<[want: Want, order: readonly string[]]>([
    ['firstName', ['apollo', 'hunter', 'pdl', 'dropcontact']],
    ['lastName', ['apollo', 'hunter', 'pdl', 'dropcontact']],
    ['companyName', ['apollo', 'hunter', 'pdl', 'dropcontact']],
    ['jobTitle', ['apollo', 'hunter', 'pdl', 'dropcontact']],
    ['linkedinUrl', ['apollo', 'pdl', 'hunter', 'dropcontact']],
    ['phone', ['pdl', 'hunter', 'dropcontact']],
    ['industry', ['apollo', 'pdl', 'hunter', 'dropcontact']],
    ['seniorityLevel', ['apollo', 'hunter', 'pdl', 'dropcontact']],
    ['companySize', ['apollo', 'pdl', 'hunter', 'dropcontact']],
    ['location', ['apollo', 'hunter', 'pdl']],
    ['emailStatus', ['zerobounce', 'hunter', 'millionverifier', 'reacher']],
  ])('for %s is %j in turn', (want, expected) => {
    expect(order(want)).toEqual(expected)
  })

  test('for the address comes last, since those who are asked for the rest may say something of it', () => {
    expect(order('emailStatus', 'phone').slice(0, 3)).toEqual(['pdl', 'hunter', 'dropcontact'])
  })

  test.each(WANTS)('for %s can say it', (want) => {
    for (const provider of new Set(order(want))) {
      const known = ENRICHMENT_PROVIDERS.find(({ id }) => id === provider)
      const { enricher, verifier } = known?.connect({ key: 'k', baseUrl: 'https://api.example', fetch }) ?? {}
      if (want === 'emailStatus') expect(verifier).toBeDefined()
      else expect(enricher?.supplies).toContain(want)
    }
  })

  test('comes after the others once a call failed, and is asked all the same where nobody else is left', () => {
    const [apollo, hunter] = [desk('apollo', 'find', false), desk('hunter', 'find')]
    expect(nextToAsk(['jobTitle'], [apollo, hunter], () => true)).toBe(hunter)
    expect(nextToAsk(['jobTitle'], [apollo, hunter], (candidate) => candidate !== hunter)).toBe(apollo)
    expect(nextToAsk(['jobTitle'], [apollo, hunter], () => false)).toBeUndefined()
    expect(nextToAsk([], [apollo, hunter], () => true)).toBeUndefined()
  })

  test('is somebody only where anybody could know', () => {
    expect(couldKnow('emailStatus', [desk('apollo', 'find'), desk('hunter', 'find')])).toBe(false)
    expect(couldKnow('emailStatus', [desk('hunter', 'verify')])).toBe(true)
    expect(couldKnow('phone', [desk('apollo', 'find')])).toBe(false)
  })
})

const OPEN: Gates = { mayAskForCompany: true, mayAskForPerson: true, mayPay: true }

test.each<[gates: Partial<Gates>, want: Want, lack: Lack | undefined]>([
  [{}, 'companyName', undefined],
  [{ mayAskForCompany: false }, 'companyName', 'free_mail'],
  [{ mayAskForCompany: false }, 'industry', 'free_mail'],
  [{ mayAskForCompany: false }, 'companySize', 'free_mail'],
  [{ mayAskForCompany: false }, 'jobTitle', undefined],
  [{ mayAskForCompany: false }, 'emailStatus', undefined],
  [{ mayAskForPerson: false }, 'jobTitle', 'role_account'],
  [{ mayAskForPerson: false }, 'linkedinUrl', 'role_account'],
  [{ mayAskForPerson: false }, 'companyName', undefined],
  [{ mayAskForPerson: false }, 'emailStatus', undefined],
  [{ mayPay: false }, 'companyName', 'address_fails'],
  [{ mayPay: false }, 'emailStatus', 'address_fails'],
])('with %j %s is closed by %s', (gates, want, lack) => {
  expect(closedGate(want, { ...OPEN, ...gates })).toBe(lack)
})

describe('a contact', () => {
  test.each<[email: string, wants: readonly Want[], asked: readonly string[], lacks: readonly Lack[]]>([
    ['ada@gmail.com', ['companyName', 'industry'], [], ['free_mail', 'free_mail']],
    ['ada@gmail.com', ['jobTitle'], ['apollo'], []],
    ['info@acme.example', ['jobTitle', 'linkedinUrl'], [], ['role_account', 'role_account']],
    ['info@acme.example', ['companyName'], ['apollo'], []],
    ['ada@mailinator.com', ['jobTitle', 'emailStatus'], [], ['address_fails']],
  ])('%s wanting %j is worth asking %j about', async (email, wants, asked, lacks) => {
    await using database = await openSqlite()
    const [id = 0] = await addPeople(database, [email])
    const { enrichment } = anEngine(database, [anEnricher('apollo'), aVerifier('zerobounce', 'valid')])
    const outcome = await enrichment.enrichContact(id, { wants })
    expect(outcome.asked).toEqual(asked)
    expect(outcome.lacking.filter(({ want }) => want !== 'emailStatus').map(({ why }) => why)).toEqual(lacks)
  })

  test('at a domain that takes no mail costs nothing, unless they have written to us', async () => {
    await using database = await openSqlite()
    const emailEvidence = { status: 'valid', source: 'reply', at: START } as const
    const ids = await addPeople(database, ['ada@gone.example', { email: 'bob@gone.example', emailEvidence }])
    const apollo = anEnricher('apollo')
    const resolver = {
      resolveMx: async (domain: string) =>
        domain.endsWith('.com') ? [{ exchange: 'mx.example', priority: 1 }] : fail(),
      resolve4: fail,
      resolve6: fail,
    }
    const outcome = await anEngine(database, [apollo], { resolver }).enrichment.enrichBatch(ids)
    expect(outcome.lacking).toEqual({ address_fails: 1 })
    expect(apollo.calls.flat().map(({ email }) => email)).toEqual(['bob@gone.example'])
    expect(await rowOf(database, ids[0] ?? 0)).toMatchObject({ emailStatus: 'invalid', emailStatusSource: 'dns' })
  })

  async function fail(): Promise<never> {
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  }

  test('is asked about by one provider after the other, until everything that is wanted is there', async () => {
    await using database = await openSqlite()
    const ids = await addPeople(database, ['ada@acme.example', 'eve@elsewhere.example'])
    const [ada = 0, eve = 0] = ids
    const apollo = anEnricher('apollo', (clue) => (clue.email.startsWith('ada@') ? hit(clue) : MISS))
    const hunter = anEnricher('hunter', (clue) => hit(clue, { companyName: 'Elsewhere Ltd' }))
    const pdl = anEnricher('pdl')
    const verifier = aVerifier('zerobounce', 'valid')
    const { enrichment } = anEngine(database, [verifier, pdl, hunter, apollo])
    expect((await enrichment.enrichContact(ada)).asked).toEqual(['apollo', 'zerobounce'])
    expect((await enrichment.enrichContact(eve)).asked).toEqual(['apollo', 'hunter', 'pdl', 'zerobounce'])
    // Each is told what those before it found.
    expect(pdl.calls.flat()).toMatchObject([{ email: 'eve@elsewhere.example', companyName: 'Elsewhere Ltd' }])
  })

  test('whose address a provider vouches for along the way needs no verifier', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const valid = { emailStatus: { status: 'valid', detail: null } } as const
    const verifier = aVerifier('zerobounce', 'valid')
    const apollo = anEnricher('apollo', (clue) => hit(clue, FULL, valid))
    expect(await anEngine(database, [apollo, verifier]).enrichment.enrichContact(ada)).toMatchObject({ lacking: [] })
    expect(verifier.calls).toEqual([])
  })

  test('that nobody knows is not asked about again for 30 days, or until more is known of them', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const apollo = anEnricher('apollo', () => MISS)
    const { enrichment, clock } = anEngine(database, [apollo])
    const callsAfter = async (ms: number) => {
      clock.now += ms
      await enrichment.enrichContact(ada)
      return apollo.calls.length
    }
    expect(await callsAfter(0)).toBe(1)
    expect(await callsAfter(30 * DAY_MS - 1)).toBe(1)
    expect(await callsAfter(1)).toBe(2)
    await addPeople(database, [{ email: 'ada@acme.example', firstName: 'Ada' }])
    expect(await callsAfter(1)).toBe(2)
    await addPeople(database, [{ email: 'ada@acme.example', lastName: 'Lovelace' }])
    expect(await callsAfter(1)).toBe(3)
    expect(apollo.calls.at(-1)).toMatchObject([{ firstName: 'Ada', lastName: 'Lovelace' }])
    expect(await callsAfter(1)).toBe(3)
  })

  test('that is known is not asked about again until a title grows old, unless somebody wants it so', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const wants = ['companyName', 'jobTitle', 'linkedinUrl'] as const
    const apollo = anEnricher('apollo', (clue, nth) => hit(clue, { ...FULL, jobTitle: `title ${nth}` }))
    const { enrichment, clock } = anEngine(database, [apollo])
    const enriched = async (again = false) => (await enrichment.enrichContact(ada, { wants, again })).kind
    expect(await enriched()).toBe('enriched')
    clock.now += 90 * DAY_MS - 1
    expect(await enriched()).toBe('complete')
    expect(apollo.calls.length).toBe(1)
    clock.now += 1
    expect(await enriched()).toBe('enriched')
    expect(apollo.calls.length).toBe(2)
    clock.now += DAY_MS
    expect(await enriched(true)).toBe('enriched')
    expect(apollo.calls.length).toBe(3)
    expect((await rowOf(database, ada)).claims.jobTitle?.apollo?.value).toBe('title 3')
  })

  test('is told nothing to a provider that is only a guess of ours', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada.lovelace@acme.example'])
    const apollo = anEnricher('apollo')
    await anEngine(database, [apollo]).enrichment.enrichContact(ada)
    expect(apollo.calls).toEqual([
      [{ email: 'ada.lovelace@acme.example', firstName: null, lastName: null, companyName: null, linkedinUrl: null }],
    ])
  })

  test('whose address nobody can decide about is asked about after a day, and then only after a week', async () => {
    await using database = await openSqlite()
    const [ada = 0] = await addPeople(database, ['ada@acme.example'])
    const verifier = aVerifier('zerobounce', 'unknown')
    const { enrichment, clock } = anEngine(database, [verifier])
    const callsAfter = async (ms: number) => {
      clock.now += ms
      await enrichment.enrichContact(ada, { wants: ['emailStatus'] })
      return verifier.calls.length
    }
    const calls: number[] = []
    for (const ms of [0, DAY_MS - 1, 1, DAY_MS, 6 * DAY_MS - 1, 1]) calls.push(await callsAfter(ms))
    expect(calls).toEqual([1, 1, 2, 2, 2, 3])
  })
})
