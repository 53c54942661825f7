import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text as readText } from 'node:stream/consumers'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'
import { type Asking, IMANI, startVendors } from './enrichment-support.ts'

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

async function started(options?: { readonly batchMs: number }) {
  const vendors = await startVendors(options)
  const answer = async (id: string, path: string, init: Asking = {}) => {
    const { json, ...rest } = await vendors.ask(id, path, init)
    return { ...rest, json: Answer.parse(json) }
  }
  return {
    ...vendors,
    apollo: (path: string, init: Asking = {}) => answer('apollo', path, { method: 'POST', ...init }),
    dropcontact: (path: string, init: Asking = {}) => answer('dropcontact', path, init),
  }
}

type Started = Awaited<ReturnType<typeof started>>

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

  test('takes as long for a batch as it is told to', async () => {
    await using vendors = await started({ batchMs: 60_000 })
    const { json } = await submit(vendors, [{ email: IMANI }])
    const path = `/v1/enrich/all/${json.request_id}`
    vendors.clock.now += 59_999
    expect((await vendors.dropcontact(path)).json.success).toBe(false)
    vendors.clock.now += 1
    expect((await vendors.dropcontact(path)).json.success).toBe(true)
  })

  test('is ready at once when a batch takes no time', async () => {
    await using vendors = await started({ batchMs: 0 })
    const { json } = await submit(vendors, [{ email: IMANI }])
    expect((await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json.data).toHaveLength(1)
  })

  test('calls back when a batch is ready, which can then be fetched', async () => {
    await using vendors = await started({ batchMs: 1 })
    await using receiver = await aReceiver()
    const { json } = await submit(vendors, [{ email: IMANI, custom_fields: { row: 3 } }], {
      custom_callback_url: `${receiver.origin}/hook/token`,
    })
    const { path, body } = await receiver.called
    expect([path, body]).toEqual([
      'POST /hook/token',
      {
        request_id: json.request_id,
        error: false,
        success: true,
        data: [expect.objectContaining({ full_name: 'Imani Okonjo', custom_fields: { row: 3 } })],
      },
    ])
    expect((await vendors.dropcontact(`/v1/enrich/all/${json.request_id}`)).json.success).toBe(true)
  })

  test('is not troubled by a receiver that is not there', async () => {
    await using vendors = await started({ batchMs: 0 })
    await submit(vendors, [{ email: IMANI }], { custom_callback_url: 'http://127.0.0.1:1/hook' })
    await expect
      .poll(() => vendors.exchanges.summaries().map(({ from, status }) => [from, status]))
      .toContainEqual(['dropcontact', 0])
    expect((await vendors.dropcontact('/v1/account/credits')).status).toBe(200)
  })

  test.each([
    ['https://crm.example/hook'],
    ['http://127.0.0.1.crm.example/hook'],
    ['http://localhost@crm.example/hook'],
    ['file:///hook'],
    ['ftp://127.0.0.1/hook'],
    ['/hook'],
    [7],
  ])('calls nobody outside this computer: %j', async (url) => {
    await using vendors = await started({ batchMs: 0 })
    const { status, json } = await submit(vendors, [{ email: IMANI }], { custom_callback_url: url })
    expect([status, json.success]).toEqual([200, true])
    expect(vendors.exchanges.summaries().map(({ to }) => to)).toEqual(['dropcontact'])
  })

  test('refuses a wrong key, and knows no verification by itself', async () => {
    await using vendors = await started()
    expect((await vendors.dropcontact('/v1/account/credits', { key: 'wrong' })).status).toBe(401)
    expect((await vendors.dropcontact('/contact/verify', submission([]))).status).toBe(404)
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
  expect((await fetch(`${origin}/clearbit/v2/people/find`)).status).toBe(404)
  expect(vendors.exchanges.summaries()).toEqual([])
})

/** Resolves with the first request that comes in. */
async function aReceiver() {
  const { promise: called, resolve } = Promise.withResolvers<{ readonly path: string; readonly body: unknown }>()
  const server = createServer((request, response) => {
    response.end()
    void readText(request).then((text) => resolve({ path: `${request.method} ${request.url}`, body: JSON.parse(text) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    called,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
