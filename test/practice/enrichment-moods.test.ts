import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { ENRICHMENT_FAULTS, type EnrichmentFault, GOOD_MOOD } from '../../practice/contract.ts'
import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'
import { IDS, IMANI, post, startVendors, type Vendors } from './enrichment-support.ts'

type Said = readonly [status: number, body: object | string]

/** Whom an answer is about that should be about Imani. */
const STRANGER = 'hannah.tsosie@mossgate.example'

const error = (about: RegExp) => ({ error: expect.stringMatching(about) })

/** What each says of a fault that it has words for. */
const SAID: Readonly<Record<string, Readonly<Partial<Record<EnrichmentFault, Said>>>>> = {
  apollo: {
    rateLimited: [429, { message: expect.stringContaining('1000 times per minute') }],
    outOfCredits: [422, { error: 'You have insufficient credits!' }],
    revoked: [401, 'Invalid access credentials.'],
    misses: [200, { person: null }],
    wrongPerson: [200, { person: { name: 'Hannah Tsosie', organization: { primary_domain: 'mossgate.example' } } }],
  },
  dropcontact: {
    rateLimited: [429, { detail: 'Too many requests' }],
    outOfCredits: [403, { success: false, reason: 'Not enough credits to process this request' }],
    revoked: [401, { success: false, reason: 'Invalid access token' }],
  },
  hunter: {
    rateLimited: [403, { errors: [{ code: 403 }] }],
    outOfCredits: [429, { errors: [{ code: 429 }] }],
    revoked: [401, { errors: [{ code: 401 }] }],
    misses: [404, { errors: [{ code: 404 }] }],
    wrongPerson: [200, { data: { person: { email: STRANGER }, company: { domain: 'mossgate.example' } } }],
  },
  pdl: {
    rateLimited: [429, { status: 429, error: { type: 'rate_limit_error' } }],
    outOfCredits: [402, { status: 402, error: { type: 'payment_required' } }],
    revoked: [401, { status: 401, error: { type: 'authentication_error' } }],
    misses: [404, { status: 404, error: { type: 'not_found' } }],
    wrongPerson: [200, { data: { full_name: 'hannah tsosie', job_company_website: 'mossgate.example' } }],
  },
  zerobounce: {
    rateLimited: [429, error(/too many/i)],
    outOfCredits: [200, error(/ran out of credits/)],
    revoked: [200, error(/Invalid API Key/)],
    misses: [200, { address: IMANI, status: 'unknown' }],
    wrongPerson: [200, { address: STRANGER, status: 'invalid' }],
  },
  millionverifier: {
    rateLimited: [429, error(/too many/)],
    outOfCredits: [200, { result: 'error', resultcode: 4, ...error(/credits/) }],
    revoked: [200, { result: 'error', resultcode: 4, ...error(/apikey/) }],
    misses: [200, { email: IMANI, result: 'unknown', resultcode: 3 }],
    wrongPerson: [200, { email: STRANGER, result: 'invalid' }],
  },
  reacher: {
    rateLimited: [429, error(/too many/i)],
    misses: [200, { input: IMANI, is_reachable: 'unknown' }],
    wrongPerson: [200, { input: STRANGER, is_reachable: 'invalid' }],
  },
}

const said = Object.entries(SAID).flatMap(([id, faults]) =>
  Object.entries(faults).map(([fault, [status, body]]) => ({ id, fault, status, body })),
)

describe('a mood', () => {
  test.each(said)('of $id, $fault, is answered $status in its own words, until it passes', async (row) => {
    const { id, fault, status, body } = row
    await using vendors = await startVendors()
    expect(vendors.apis.setMood(id, { [fault]: true })).toEqual({ ok: true })
    const answer = await vendors.about(id, IMANI)
    expect(answer.status).toBe(status)
    if (typeof body === 'string') expect(answer.text).toBe(body)
    else expect(answer.json).toMatchObject(body)
    for (const other of IDS.filter((known) => known !== id)) {
      expect((await vendors.about(other, IMANI)).text).not.toBe(answer.text)
    }
    vendors.apis.setMood(id, { [fault]: false })
    const good = await vendors.about(id, IMANI)
    expect([good.status, good.text]).not.toEqual([status, answer.text])
    expect(good.status).toBe(200)
  })

  test('is the answer to a key that was never right, too', async () => {
    await using vendors = await startVendors()
    for (const { id, status, body } of said.filter(({ fault }) => fault === 'revoked')) {
      const answer = await vendors.about(id, IMANI, { key: 'wrong' })
      expect([id, answer.status]).toEqual([id, status])
      if (typeof body === 'object') expect(answer.json).toMatchObject(body)
    }
  })

  test.each(IDS)('of outage makes %s answer 503, and then drop the connection', async (id) => {
    await using vendors = await startVendors()
    vendors.apis.setMood(id, { outage: true })
    expect((await vendors.about(id, IMANI)).status).toBe(503)
    await expect(vendors.about(id, IMANI)).rejects.toThrow('fetch failed')
    expect(vendors.exchanges.summaries().map(({ status }) => status)).toEqual([503, 0])
    vendors.apis.setMood(id, { outage: false })
    expect((await vendors.about(id, IMANI)).status).toBe(200)
  })

  test.each(IDS)('of garbage makes %s answer with a page, and then with half of the answer', async (id) => {
    await using vendors = await startVendors()
    vendors.apis.setMood(id, { garbage: true })
    const page = await vendors.about(id, IMANI)
    expect([page.status, page.text]).toEqual([200, expect.stringMatching(/^<!doctype html>/)])
    await expect(vendors.about(id, IMANI)).rejects.toThrow('terminated')
    const half = vendors.exchanges.get(2)?.responseBody ?? ''
    expect(half).toMatch(/^\{"/)
    expect(() => JSON.parse(half)).toThrow(SyntaxError)
    vendors.apis.setMood(id, { garbage: false })
    expect((await vendors.about(id, IMANI)).status).toBe(200)
  })

  test.each(IDS)('of silence leaves %s’s callers waiting until the workspace ends', async (id) => {
    const vendors = await startVendors()
    vendors.apis.setMood(id, { silent: true })
    const waiting = outcomeOf(vendors, id)
    await expect.poll(() => vendors.exchanges.summaries().map(({ status }) => status)).toEqual([0])
    vendors.apis.setMood(id, { silent: false })
    expect((await vendors.about(id, IMANI)).status).toBe(200)
    expect(await Promise.race([waiting, 'still waiting'])).toBe('still waiting')
    await vendors[Symbol.asyncDispose]()
    expect(await waiting).toBe('cut off')
  })

  test.each(IDS)('of slowness holds %s’s answers back, and nothing else, and ends with the workspace', async (id) => {
    const vendors = await startVendors()
    vendors.apis.setMood(id, { latencyMs: 600_000 })
    const waiting = outcomeOf(vendors, id)
    const other = id === 'apollo' ? 'dropcontact' : 'apollo'
    expect((await vendors.about(other, IMANI)).status).toBe(200)
    await vendors[Symbol.asyncDispose]()
    expect(await waiting).toBe('cut off')
  })

  test('of too many requests tells Apollo’s callers how long to wait', async () => {
    await using vendors = await startVendors()
    vendors.apis.setMood('apollo', { rateLimited: true })
    const { headers } = await vendors.about('apollo', IMANI)
    expect([headers.get('retry-after'), headers.get('x-minute-requests-left')]).toEqual(['60', '0'])
  })

  test.each([
    ['misses', undefined],
    ['wrongPerson', 'Hannah Tsosie'],
  ] as const)('of %s shows in a batch of Dropcontact’s as well', async (fault, name) => {
    await using vendors = await startVendors({ batchMs: 0 })
    vendors.apis.setMood('dropcontact', { [fault]: true })
    const record = await recordOf(vendors, IMANI)
    expect([record?.full_name, record?.email]).toEqual([
      name,
      [{ email: name ? STRANGER : IMANI, qualification: name ? 'invalid@pro' : 'non_validated@pro' }],
    ])
  })

  test('of mix-ups is about somebody of another company, whoever is asked about', async () => {
    await using vendors = await startVendors()
    vendors.apis.setMood('apollo', { wrongPerson: true })
    const Person = z.object({ person: z.looseObject({ organization: z.looseObject({ primary_domain: z.string() }) }) })
    for (const { email, company } of [...SAMPLE_PEOPLE, { email: 'nobody@example.com', company: { domain: '' } }]) {
      const { person } = Person.parse((await vendors.about('apollo', email)).json)
      expect(person.organization.primary_domain).not.toBe(company.domain)
    }
  })

  test('is kept with the count of calls, and of no API that there is not', async () => {
    await using vendors = await startVendors()
    await vendors.about('apollo', IMANI)
    vendors.apis.setMood('apollo', { latencyMs: 5, misses: true })
    expect(vendors.apis.setMood('clearbit', { misses: true })).toEqual({
      ok: false,
      problem: 'There is no enrichment API clearbit.',
    })
    const [apollo, ...others] = vendors.apis.apis
    expect(apollo).toEqual({
      id: 'apollo',
      name: 'Apollo',
      calls: 1,
      faults: ENRICHMENT_FAULTS,
      mood: { ...GOOD_MOOD, latencyMs: 5, misses: true },
    })
    expect(others.map(({ name, calls, mood }) => [name, calls, mood])).toEqual(
      ['Dropcontact', 'Hunter', 'People Data Labs', 'ZeroBounce', 'MillionVerifier', 'Reacher'].map((name) => [
        name,
        0,
        GOOD_MOOD,
      ]),
    )
  })

  test('cannot be one that needs a key or credits where there are none', async () => {
    await using vendors = await startVendors()
    for (const fault of ['revoked', 'outOfCredits'] as const) {
      expect(vendors.apis.setMood('reacher', { [fault]: true })).toEqual({
        ok: false,
        problem: 'Reacher has neither a key nor credits.',
      })
      expect(vendors.apis.setMood('reacher', { [fault]: false })).toEqual({ ok: true })
    }
    expect((await vendors.about('reacher', IMANI)).status).toBe(200)
  })
})

test('the program is told of all seven by their variables, and of no key where there is none', async () => {
  await using vendors = await startVendors()
  const names = ['APOLLO', 'DROPCONTACT', 'HUNTER', 'PDL', 'ZEROBOUNCE', 'MILLIONVERIFIER']
  expect(Object.keys(vendors.apis.env).toSorted()).toEqual(
    [...names.flatMap((name) => [`${name}_API_KEY`, `${name}_API_URL`]), 'REACHER_URL'].toSorted(),
  )
  const paths = Object.entries(vendors.apis.env).flatMap(([name, value]) =>
    name.endsWith('_URL') ? new URL(value).pathname : [],
  )
  expect(paths).toEqual([
    '/apollo/api/v1',
    '/dropcontact',
    '/hunter/v2',
    '/pdl/v5',
    '/zerobounce/v2',
    '/millionverifier/api/v3',
    '/reacher',
  ])
})

describe('the calls about an address', () => {
  test('are counted by API, wherever in a request it stands, also as a hash', async () => {
    await using vendors = await startVendors()
    for (const id of IDS) await vendors.about(id, IMANI)
    await vendors.about('hunter', IMANI.toUpperCase())
    for (const algorithm of ['md5', 'sha256']) {
      const hash = createHash(algorithm).update(IMANI).digest('hex')
      await vendors.ask(
        'apollo',
        '/people/bulk_match',
        post({ details: [{ hashed_email: hash }, { email: STRANGER }] }),
      )
    }
    await vendors.ask('pdl', '/person/bulk', post({ requests: [{ params: {}, metadata: `row of ${IMANI}` }] }))
    expect(vendors.apis.callsAbout(IMANI)).toEqual({
      apollo: 3,
      dropcontact: 1,
      hunter: 2,
      pdl: 2,
      zerobounce: 1,
      millionverifier: 1,
      reacher: 1,
    })
    expect(vendors.apis.callsAbout(STRANGER)).toEqual({ apollo: 2 })
  })

  test('are none where nobody was told of it, although others were asked about', async () => {
    await using vendors = await startVendors()
    for (const id of IDS) await vendors.about(id, IMANI)
    expect(vendors.apis.callsAbout('okonjo@kestrelvane.example')).toEqual({})
    expect(vendors.apis.callsAbout(STRANGER)).toEqual({})
  })

  test.each(['outage', 'silent', 'revoked'] as const)('count also with %s', async (fault) => {
    const vendors = await startVendors()
    vendors.apis.setMood('hunter', { [fault]: true })
    const waiting = outcomeOf(vendors, 'hunter')
    await expect.poll(() => vendors.apis.callsAbout(IMANI)).toEqual({ hunter: 1 })
    await vendors[Symbol.asyncDispose]()
    await waiting
  })
})

const Batch = z.looseObject({ request_id: z.string() })
const Fetched = z.looseObject({ data: z.array(z.looseObject({ full_name: z.string().optional() })) })

/** What Dropcontact has of one address at once. */
async function recordOf(vendors: Vendors, email: string) {
  const { request_id } = Batch.parse((await vendors.about('dropcontact', email)).json)
  return Fetched.parse((await vendors.ask('dropcontact', `/v1/enrich/all/${request_id}`)).json).data[0]
}

async function outcomeOf(vendors: Vendors, id: string): Promise<'answered' | 'cut off'> {
  return await vendors.about(id, IMANI).then(
    () => 'answered',
    () => 'cut off',
  )
}
