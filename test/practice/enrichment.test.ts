import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { type EnrichmentApis, startEnrichmentApis } from '../../practice/enrichment/index.ts'
import { Exchanges } from '../../practice/exchanges.ts'
import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'

const IMANI = 'imani.okonjo@kestrelvane.example'
const emails = SAMPLE_PEOPLE.map(({ email }) => email)

/** As much as the tests look at of what both answer. */
const Answer = z.looseObject({
  request_id: z.unknown().optional(),
  person: z
    .looseObject({
      name: z.string(),
      email: z.string().nullable(),
      email_status: z.string(),
      contact: z.looseObject({ name: z.string() }).optional(),
    })
    .nullish(),
  matches: z.array(z.looseObject({ name: z.string() }).nullable()).optional(),
  data: z
    .array(
      z.looseObject({
        email: z.array(z.object({ email: z.string(), qualification: z.string() })).optional(),
        custom_fields: z.unknown().optional(),
      }),
    )
    .optional(),
})

async function started() {
  const exchanges = new Exchanges()
  const clock = { now: Date.parse('2026-03-04T12:00:00Z') }
  const apis = await startEnrichmentApis({ exchanges, people: SAMPLE_PEOPLE, now: () => clock.now })
  const { env } = apis
  return {
    apis,
    exchanges,
    clock,
    apollo: (path: string, { key = env.APOLLO_API_KEY ?? '', ...init }: RequestInit & { key?: string } = {}) =>
      ask(`${env.APOLLO_API_URL}${path}`, { method: 'POST', ...init, headers: { 'x-api-key': key } }),
    dropcontact: (
      path: string,
      { key = env.DROPCONTACT_API_KEY ?? '', ...init }: RequestInit & { key?: string } = {},
    ) => ask(`${env.DROPCONTACT_API_URL}${path}`, { ...init, headers: { 'X-Access-Token': key } }),
    [Symbol.asyncDispose]: () => apis[Symbol.asyncDispose](),
  }
}

type Started = Awaited<ReturnType<typeof started>>

async function ask(url: string, init: RequestInit) {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: Answer.parse(isJson ? JSON.parse(text) : {}),
  }
}

const bulk = (details: unknown) => ({ body: JSON.stringify({ details }) })
const byEmail = (email: string) => `/people/match?email=${encodeURIComponent(email)}`

describe('Apollo', () => {
  test('finds a person by the address alone, asked in the query', async () => {
    await using vendors = await started()
    const { status, json } = await vendors.apollo(byEmail(IMANI))
    expect(status).toBe(200)
    expect(json.person).toMatchObject({
      first_name: 'Imani',
      last_name: 'Okonjo',
      title: 'Head of Supply Chain',
      seniority: 'head',
      linkedin_url: 'http://www.linkedin.com/in/imani-okonjo-example',
      organization: {
        name: 'Kestrel & Vane Outdoor',
        primary_domain: 'kestrelvane.example',
        industry: 'sporting goods',
        estimated_num_employees: 320,
      },
    })
    expect(json.person).not.toHaveProperty('phone_number')
    expect(json.person?.organization).not.toHaveProperty('size')
  })

  test.each([
    ['the hash of the address', `hashed_email=${createHash('sha256').update(IMANI).digest('hex')}`],
    ['the other hash', `hashed_email=${createHash('md5').update(IMANI).digest('hex')}`],
    ['the profile', 'linkedin_url=https://www.linkedin.com/in/Imani-Okonjo-example/'],
    ['the name and the domain', 'first_name=Imani&last_name=Okonjo&domain=kestrelvane.example'],
    ['the name and the company', 'name=Imani Okonjo&organization_name=Kestrel %26 Vane Outdoor'],
  ])('finds a person by %s', async (_what, query) => {
    await using vendors = await started()
    expect((await vendors.apollo(`/people/match?${query}`)).json.person?.name).toBe('Imani Okonjo')
  })

  test.each([
    ['somebody unknown', byEmail('nobody@example.com'), undefined],
    ['a name alone', '/people/match?name=Imani Okonjo', undefined],
    ['what stands in the body of a single look-up', '/people/match', JSON.stringify({ email: IMANI })],
  ])('answers 200 without a person to %s', async (_what, path, body) => {
    await using vendors = await started()
    const { status, json } = await vendors.apollo(path, body === undefined ? {} : { body })
    expect([status, json.person]).toEqual([200, null])
  })

  test('answers ten at once by their places, null for a miss, and calls it a success', async () => {
    await using vendors = await started()
    const details = [{ email: 'nobody@example.com' }, { email: IMANI }, 'nonsense', { email: IMANI.toUpperCase() }]
    const { json } = await vendors.apollo('/people/bulk_match', bulk(details))
    expect(json.matches?.map((match) => match?.name ?? null)).toEqual([null, 'Imani Okonjo', null, 'Imani Okonjo'])
    expect(json).toMatchObject({
      status: 'success',
      total_requested_enrichments: 4,
      unique_enriched_records: 1,
      missing_records: 2,
      credits_consumed: 1,
    })
  })

  test.each([
    ['more than ten', bulk(Array.from({ length: 11 }, () => ({ email: IMANI }))), 'RECORD_LIMIT_EXCEEDED'],
    ['none', bulk([]), 'INVALID_REQUEST'],
    ['no JSON', { body: 'details=1' }, 'INVALID_REQUEST'],
  ])('refuses %s', async (_what, init, code) => {
    await using vendors = await started()
    const { status, json } = await vendors.apollo('/people/bulk_match', init)
    expect([status, json.error_code]).toEqual([400, code])
  })

  test('numbers its answers beyond what JSON.parse can hold, below zero too', async () => {
    await using vendors = await started()
    const texts = await Promise.all(
      emails.slice(0, 20).map(async (email) => (await vendors.apollo(byEmail(email))).text),
    )
    const ids = texts.map((text) => /^\{"request_id":(-?\d+),/.exec(text)?.[1] ?? '')
    expect(new Set(ids).size).toBe(20)
    expect(ids.some((id) => String(Number(id)) !== id)).toBe(true)
    expect(ids.some((id) => id.startsWith('-'))).toBe(true)
  })

  test('hides some addresses behind a placeholder that is called verified', async () => {
    await using vendors = await started()
    const people = await Promise.all(
      emails.map(async (email) => (await vendors.apollo(byEmail(email))).json.person ?? []),
    )
    const locked = people.flat().filter(({ email }) => email === 'email_not_unlocked@domain.com')
    expect(locked.length).toBeGreaterThan(1)
    expect(locked.length).toBeLessThan(12)
    expect(new Set(locked.map(({ email_status }) => email_status))).toEqual(new Set(['verified']))
    expect(new Set(people.flat().map(({ email_status }) => email_status))).toEqual(
      new Set(['verified', 'extrapolated', 'unavailable']),
    )
  })

  test('carries the team’s own record, which may be about somebody else', async () => {
    await using vendors = await started()
    const people = await Promise.all(
      emails.map(async (email) => (await vendors.apollo(byEmail(email))).json.person ?? []),
    )
    const strange = people.flat().filter(({ contact, name }) => contact && contact.name !== name)
    expect(strange.length).toBeGreaterThan(0)
  })

  test('refuses a wrong key in plain text, without saying anything of limits', async () => {
    await using vendors = await started()
    const { status, headers, text } = await vendors.apollo(byEmail(IMANI), { key: 'wrong' })
    expect([status, text]).toEqual([401, 'Invalid access credentials.'])
    expect(headers.get('content-type')).toContain('text/plain')
    expect(headers.get('x-minute-usage')).toBeNull()
  })

  test('wants a webhook for numbers, and then a better plan', async () => {
    await using vendors = await started()
    const withoutHook = await vendors.apollo(`${byEmail(IMANI)}&reveal_phone_number=true`)
    expect([withoutHook.status, withoutHook.json.error_code]).toEqual([400, 'INVALID_REQUEST'])
    const withHook = await vendors.apollo(
      `${byEmail(IMANI)}&reveal_phone_number=true&webhook_url=https://crm.example/x`,
    )
    expect([withHook.status, withHook.json.error_code]).toEqual([403, 'API_INACCESSIBLE'])
  })

  test('counts a thousand requests a minute for each endpoint, and waits for the minute to end', async () => {
    await using vendors = await started()
    const first = await vendors.apollo(byEmail(IMANI))
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-rate-limit-minute': '1000',
      'x-rate-limit-hourly': '',
      'x-minute-usage': '1',
      'x-minute-requests-left': '999',
      'x-hourly-requests-left': '',
    })
    vendors.clock.now += 20_000
    for (let left = 999; left > 0; left -= 111) {
      await Promise.all(Array.from({ length: 111 }, () => vendors.apollo('/people/match')))
    }
    const refused = await vendors.apollo(byEmail(IMANI))
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('40')
    expect(refused.json.message).toContain('1000 times per minute')
    expect((await vendors.apollo('/people/bulk_match', bulk([{ email: IMANI }]))).status).toBe(200)
    vendors.clock.now += 40_000
    expect((await vendors.apollo(byEmail(IMANI))).status).toBe(200)
  })

  test('does not know the paths of old integrations', async () => {
    await using vendors = await started()
    expect((await vendors.apollo('/people/search', bulk([]))).status).toBe(404)
    expect((await vendors.apollo(byEmail(IMANI), { method: 'GET' })).status).toBe(404)
  })
})

describe('Dropcontact', () => {
  const submission = (data: unknown, more: object = {}) => ({
    method: 'POST',
    body: JSON.stringify({ data, language: 'en', ...more }),
  })
  const submit = async ({ dropcontact }: Started, data: unknown, more: object = {}) =>
    await dropcontact('/v1/enrich/all', submission(data, more))
  const rows = (addresses: readonly string[]) => addresses.map((email, row) => ({ email, custom_fields: { row } }))

  test('takes a batch, is not ready, and then is', async () => {
    await using vendors = await started()
    const taken = await submit(vendors, [{ email: IMANI, custom_fields: { row: 'c_1' } }])
    expect(taken.json).toEqual({ error: false, success: true, request_id: expect.any(String), credits_left: 4999 })
    const path = `/v1/enrich/all/${taken.json.request_id}`
    const early = await vendors.dropcontact(path)
    expect([early.status, early.json]).toEqual([
      200,
      { error: false, success: false, reason: 'Request not ready yet, try again in 30 seconds' },
    ])
    vendors.clock.now += 30_000
    expect((await vendors.dropcontact(path)).json).toMatchObject({
      error: false,
      success: true,
      credits_left: 4999,
      data: [
        {
          full_name: 'Imani Okonjo',
          job: 'Head of Supply Chain',
          company: 'Kestrel & Vane Outdoor',
          nb_employees: '200-499',
          linkedin: 'www.linkedin.com/in/imani-okonjo-example',
          email: [{ email: IMANI, qualification: 'nominative@pro' }],
          custom_fields: { row: 'c_1' },
        },
      ],
    })
  })

  test('says of a batch that nobody submitted what it says of one that is not ready', async () => {
    await using vendors = await started()
    const { status, json } = await vendors.dropcontact('/v1/enrich/all/unknown')
    expect([status, json.success, json.error]).toEqual([200, false, false])
  })

  test('gives what is ready when it is pressed for it, in another order than it was asked', async () => {
    await using vendors = await started()
    const { json } = await submit(vendors, rows(emails.slice(0, 10)))
    vendors.clock.now += 5_000
    const half = await vendors.dropcontact(`/v1/enrich/all/${json.request_id}?forceResults=true`)
    const order = half.json.data?.map((row) => row.custom_fields)
    expect(order).toEqual([4, 3, 2, 1, 0].map((row) => ({ row })))
    expect((await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json.success).toBe(false)
  })

  test('has every kind of verdict, and one that contradicts Apollo', async () => {
    await using vendors = await started()
    const { json } = await submit(vendors, rows([...emails, 'nobody@example.com']))
    vendors.clock.now += 30_000
    const { data } = (await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json
    const verdicts = new Map<string, string>(
      (data ?? []).flatMap((row) => row.email ?? []).map(({ email, qualification }) => [email, qualification]),
    )
    expect(new Set(verdicts.values())).toEqual(
      new Set(['nominative@pro', 'catch-all@pro', 'non_validated@pro', 'invalid@pro']),
    )
    expect(verdicts.get('callum.ferrier@haldentooling.example')).toBe('invalid@pro')
    expect(verdicts.get('nobody@example.com')).toBe('non_validated@pro')
  })

  test('answers in French unless another language is asked for', async () => {
    await using vendors = await started()
    const { json } = await submit(vendors, [{ email: IMANI }], { language: undefined })
    vendors.clock.now += 30_000
    const { data } = (await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json
    expect(data?.[0]?.email?.[0]?.qualification).toBe('nominatif@pro')
  })

  test('leaves out what it does not know, and gives our own fields back', async () => {
    await using vendors = await started()
    const { json } = await submit(vendors, [
      { company: 'Nowhere Ltd', full_name: 'No Body', custom_fields: { row: 7 } },
    ])
    vendors.clock.now += 30_000
    const { data } = (await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json
    expect(data).toEqual([{ custom_fields: { row: 7 } }])
    expect(json.credits_left).toBe(5000)
  })

  test('takes a credit for every address that it is given, found or not', async () => {
    await using vendors = await started()
    const { json } = await submit(vendors, [{ email: 'nobody@example.com' }, { email: IMANI }])
    expect(json.credits_left).toBe(4998)
    expect((await vendors.dropcontact('/v1/account/credits')).json.credits_left).toBe(4998)
  })

  test('refuses a batch whole when the credits do not cover it', async () => {
    await using vendors = await started()
    const batch = rows(Array.from({ length: 250 }, (_, nth) => `nobody.${nth}@example.com`))
    for (let batches = 0; batches < 19; batches += 1) await submit(vendors, batch)
    await submit(vendors, batch.slice(0, 240))
    const refused = await submit(vendors, batch.slice(0, 11))
    expect([refused.status, refused.json.success]).toEqual([403, false])
    expect((await submit(vendors, batch.slice(0, 10))).json.credits_left).toBe(0)
  })

  test.each([
    ['no contacts', [], /data is missing/],
    ['more than 250', Array.from({ length: 251 }, () => ({ email: IMANI })), /250/],
    ['a contact of more than 15 kB', [{ email: IMANI, location: 'x'.repeat(15_000) }], /15 kB/],
    ['a contact without anything to go by', [{ first_name: 'Imani' }], /needs a company/],
  ])('refuses %s', async (_what, data, reason) => {
    await using vendors = await started()
    const { status, json } = await submit(vendors, data)
    expect(status).toBe(400)
    expect(json).toMatchObject({ success: false, reason: expect.stringMatching(reason) })
  })

  test('refuses a wrong key, and knows no verification by itself', async () => {
    await using vendors = await started()
    expect((await vendors.dropcontact('/v1/account/credits', { key: 'wrong' })).status).toBe(401)
    expect((await vendors.dropcontact('/contact/verify', submission([]))).status).toBe(404)
  })
})

describe('a mood', () => {
  const both = ['apollo', 'dropcontact'] as const
  const question = (vendors: Started, id: (typeof both)[number]) =>
    id === 'apollo'
      ? vendors.apollo(byEmail(IMANI))
      : vendors.dropcontact('/v1/enrich/all', { method: 'POST', body: JSON.stringify({ data: [{ email: IMANI }] }) })

  test.each([
    ['apollo', { rateLimited: true }, 429],
    ['dropcontact', { rateLimited: true }, 429],
    ['apollo', { outOfCredits: true }, 403],
    ['dropcontact', { outOfCredits: true }, 403],
    ['apollo', { outage: true }, 503],
    ['dropcontact', { outage: true }, 503],
  ] as const)('of %s, %j, is answered %i, until it passes', async (id, mood, status) => {
    await using vendors = await started()
    expect(vendors.apis.setMood(id, mood)).toEqual({ ok: true })
    expect((await question(vendors, id)).status).toBe(status)
    const other = id === 'apollo' ? 'dropcontact' : 'apollo'
    expect((await question(vendors, other)).status).toBe(200)
    vendors.apis.setMood(id, Object.fromEntries(Object.keys(mood).map((name) => [name, false])))
    expect((await question(vendors, id)).status).toBe(200)
  })

  test('of too many requests tells Apollo’s callers how long to wait', async () => {
    await using vendors = await started()
    vendors.apis.setMood('apollo', { rateLimited: true })
    const { headers } = await vendors.apollo(byEmail(IMANI))
    expect([headers.get('retry-after'), headers.get('x-minute-requests-left')]).toEqual(['60', '0'])
  })

  test('of outage also drops connections', async () => {
    await using vendors = await started()
    vendors.apis.setMood('apollo', { outage: true })
    const outcomes = await Promise.allSettled([question(vendors, 'apollo'), question(vendors, 'apollo')])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(
      vendors.exchanges
        .summaries()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual([0, 503])
  })

  test('of misses finds nobody', async () => {
    await using vendors = await started()
    for (const id of both) vendors.apis.setMood(id, { misses: true })
    expect((await vendors.apollo(byEmail(IMANI))).json.person).toBeNull()
    const { json } = await question(vendors, 'dropcontact')
    vendors.clock.now += 30_000
    const { data } = (await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json
    expect(data?.[0]).not.toHaveProperty('job')
  })

  test('of slowness holds answers back, and nothing else, and ends with the workspace', async () => {
    const vendors = await started()
    vendors.apis.setMood('apollo', { latencyMs: 600_000 })
    const waiting = vendors.apollo(byEmail(IMANI)).then(
      () => 'answered',
      () => 'cut off',
    )
    expect((await question(vendors, 'dropcontact')).status).toBe(200)
    await vendors[Symbol.asyncDispose]()
    expect(await waiting).toBe('cut off')
  })

  test('is kept with the count of calls, and of no API that there is not', async () => {
    await using vendors = await started()
    await question(vendors, 'apollo')
    vendors.apis.setMood('apollo', { latencyMs: 5, misses: true })
    expect(vendors.apis.setMood('clearbit', { misses: true })).toEqual({
      ok: false,
      problem: 'There is no enrichment API clearbit.',
    })
    const mood = { latencyMs: 5, misses: true, rateLimited: false, outage: false, outOfCredits: false }
    expect(vendors.apis.apis).toEqual([
      { id: 'apollo', name: 'Apollo', calls: 1, mood },
      { id: 'dropcontact', name: 'Dropcontact', calls: 0, mood: { ...mood, latencyMs: 0, misses: false } },
    ] satisfies EnrichmentApis['apis'])
  })
})

test('what was asked and answered is kept', async () => {
  await using vendors = await started()
  await vendors.apollo('/people/bulk_match?reveal_personal_emails=false', bulk([{ email: IMANI }]))
  const [summary] = vendors.exchanges.summaries()
  expect(summary).toMatchObject({
    from: 'touchpoint',
    to: 'apollo',
    method: 'POST',
    target: '/apollo/api/v1/people/bulk_match?reveal_personal_emails=false',
    status: 200,
  })
  const kept = vendors.exchanges.get(summary?.id ?? 0)
  expect(kept?.requestBody).toContain(IMANI)
  expect(kept?.responseBody).toContain('Imani')
})

test('an address that is nobody’s API is not found', async () => {
  await using vendors = await started()
  const origin = new URL(vendors.apis.env.APOLLO_API_URL ?? '').origin
  expect((await fetch(`${origin}/hunter/v2/people/find`)).status).toBe(404)
  expect(vendors.exchanges.summaries()).toEqual([])
})
