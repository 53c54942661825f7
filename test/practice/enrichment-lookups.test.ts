import { createHash } from 'node:crypto'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { SAMPLE_PEOPLE } from '../../practice/samples/people.ts'
import { IMANI, post, startVendors } from './enrichment-support.ts'

const SLOW = 'pieter.vanwessel@corvane.example'
const OPTED_OUT = 'saoirse.brannigan@kestrelvane.example'
const byEmail = (email: string) => `email=${encodeURIComponent(email)}`

describe('Hunter', () => {
  test('finds a person and the company in one call', async () => {
    await using vendors = await startVendors()
    const { status, json } = await vendors.about('hunter', IMANI)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      data: {
        person: {
          name: { fullName: 'Imani Okonjo', givenName: 'Imani', familyName: 'Okonjo' },
          email: IMANI,
          location: 'Leeds, England, United Kingdom',
          employment: { title: 'Head of Supply Chain', seniority: 'executive', domain: 'kestrelvane.example' },
          linkedin: { handle: 'imani-okonjo-example' },
          phone: null,
          inactiveAt: null,
        },
        company: {
          name: 'Kestrel & Vane Outdoor',
          domain: 'kestrelvane.example',
          site: { phoneNumbers: ['+44 113 496 0120'] },
          category: { industry: 'sporting goods' },
          metrics: { employees: 320, employeesRange: '251-1K' },
        },
      },
      meta: { params: { email: IMANI } },
    })
  })

  test.each([
    ['the person by the address', `/people/find?${byEmail(IMANI)}`, { name: { fullName: 'Imani Okonjo' } }],
    ['the person by the profile', '/people/find?linkedin_handle=imani-okonjo-example', { email: IMANI }],
    ['the company by the domain', '/companies/find?domain=kestrelvane.example', { name: 'Kestrel & Vane Outdoor' }],
  ])('finds %s alone', async (_what, path, data) => {
    await using vendors = await startVendors()
    expect((await vendors.ask('hunter', path)).json).toMatchObject({ data })
  })

  test.each([
    ['a person', `/combined/find?${byEmail('nobody@example.com')}`],
    ['a company', '/companies/find?domain=example.com'],
  ])('answers 404 for %s that it does not know', async (_what, path) => {
    await using vendors = await startVendors()
    const { status, json } = await vendors.ask('hunter', path)
    expect([status, json]).toEqual([404, { errors: [{ id: 'not_found', code: 404, details: 'Nothing was found.' }] }])
  })

  test('hints at people who left', async () => {
    await using vendors = await startVendors()
    const { json } = await vendors.about('hunter', 'hannah.tsosie@mossgate.example')
    expect(json).toMatchObject({ data: { person: { inactiveAt: '2025-11-03' } } })
  })

  test.each(['/combined/find', '/people/find', '/email-verifier'])(
    '%s tells nothing of one who opted out',
    async (path) => {
      await using vendors = await startVendors()
      const { status, json } = await vendors.ask('hunter', `${path}?${byEmail(OPTED_OUT.toUpperCase())}`)
      expect([status, json]).toMatchObject([451, { errors: [{ id: 'claimed_email', code: 451 }] }])
    },
  )

  test('needs a while to verify one address, and then answers', async () => {
    await using vendors = await startVendors()
    const path = `/email-verifier?${byEmail(SLOW)}`
    const statuses = [await vendors.ask('hunter', path), await vendors.ask('hunter', path)]
    expect(statuses.map(({ status, json }) => [status, json])).toMatchObject([
      [202, { data: {} }],
      [200, { data: { status: 'valid', score: 98, email: SLOW } }],
    ])
  })

  test.each([
    ['/combined/find', 15, 500],
    ['/email-verifier', 10, 300],
  ])(
    '%s is asked %d times a second and %d times a minute, and then answers 403',
    async (path, perSecond, perMinute) => {
      await using vendors = await startVendors()
      const ask = async (times: number) =>
        await Promise.all(Array.from({ length: times }, () => vendors.ask('hunter', `${path}?${byEmail(IMANI)}`)))
      const burst = await ask(perSecond + 1)
      expect(burst.map(({ status }) => status).toSorted()).toEqual([...Array(perSecond).fill(200), 403])
      for (let asked = perSecond; asked < perMinute; asked += perSecond) {
        vendors.clock.now += 1000
        await ask(Math.min(perSecond, perMinute - asked))
      }
      vendors.clock.now += 1000
      const [refused] = await ask(1)
      expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([403, null])
      vendors.clock.now += 60_000
      expect((await ask(1))[0]?.status).toBe(200)
    },
  )

  test.each([
    ['in the header of other APIs', { authorization: 'Bearer {key}' }, ''],
    ['in the query', {}, '&api_key={key}'],
  ])('also takes the key %s', async (_where, headers, query) => {
    await using vendors = await startVendors()
    const { HUNTER_API_URL, HUNTER_API_KEY = '' } = vendors.apis.env
    const url = `${HUNTER_API_URL}/people/find?${byEmail(IMANI)}${query.replace('{key}', HUNTER_API_KEY)}`
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('{key}', HUNTER_API_KEY)]),
    )
    const response = await fetch(url, { headers: filled })
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain(HUNTER_API_KEY)
  })

  test('refuses what is asked without an address, and knows no other paths', async () => {
    await using vendors = await startVendors()
    const refused = await Promise.all(
      ['/combined/find', '/companies/find', '/email-verifier', '/domain-search'].map((path) =>
        vendors.ask('hunter', path),
      ),
    )
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 404])
    expect((await vendors.about('hunter', IMANI, { method: 'POST' })).status).toBe(404)
  })
})

describe('People Data Labs', () => {
  test('finds a person, in lower case, and says only that there are contact data', async () => {
    await using vendors = await startVendors()
    const { status, json } = await vendors.about('pdl', IMANI)
    expect(status).toBe(200)
    expect(json).toEqual({
      status: 200,
      likelihood: expect.any(Number),
      data: expect.objectContaining({
        full_name: 'imani okonjo',
        job_title: 'head of supply chain',
        job_title_levels: ['director'],
        job_company_name: 'kestrel & vane outdoor',
        job_company_website: 'kestrelvane.example',
        job_company_industry: 'sporting goods',
        job_company_size: '201-500',
        linkedin_url: 'linkedin.com/in/imani-okonjo-example',
        location_name: 'leeds, england, united kingdom',
        mobile_phone: true,
        phone_numbers: true,
        work_email: true,
        personal_emails: false,
      }),
    })
  })

  test('writes names as people do where it is asked to, and tells only what is asked for', async () => {
    await using vendors = await startVendors()
    const path = `/person/enrich?${byEmail(IMANI)}&titlecase=true&data_include=`
    const { json } = await vendors.ask('pdl', `${path}full_name,job_title`)
    expect(json).toMatchObject({ data: { full_name: 'Imani Okonjo', job_title: 'Head of Supply Chain' } })
    expect(json).not.toHaveProperty('data.linkedin_url')
    const without = await vendors.ask('pdl', `${path}-full_name,job_title`)
    expect(without.json).toHaveProperty('data.linkedin_url')
    expect(without.json).not.toHaveProperty('data.full_name')
  })

  test.each([
    ['the hash of the address', `email_hash=${createHash('sha256').update(IMANI).digest('hex')}`],
    ['the profile', 'profile=https://www.linkedin.com/in/imani-okonjo-example'],
    ['the name and the company', 'name=Imani Okonjo&company=kestrelvane.example'],
  ])('finds a person by %s', async (_what, query) => {
    await using vendors = await startVendors()
    expect((await vendors.ask('pdl', `/person/enrich?${query}`)).json).toMatchObject({
      data: { full_name: 'imani okonjo' },
    })
  })

  const Likely = z.object({ likelihood: z.number() })

  test('is not equally sure of everybody, and does not tell of whom it is not sure enough', async () => {
    await using vendors = await startVendors()
    const likelihoods = new Map<string, number>()
    for (const { email } of SAMPLE_PEOPLE) {
      likelihoods.set(email, Likely.parse((await vendors.about('pdl', email)).json).likelihood)
    }
    expect(Math.min(...likelihoods.values())).toBeLessThan(6)
    expect(Math.max(...likelihoods.values())).toBe(10)
    vendors.clock.now += 60_000
    const statuses = SAMPLE_PEOPLE.map(
      async ({ email }) => (await vendors.ask('pdl', `/person/enrich?${byEmail(email)}&min_likelihood=6`)).status,
    )
    expect(await Promise.all(statuses)).toEqual([...likelihoods.values()].map((sure) => (sure >= 6 ? 200 : 404)))
  })

  test('answers many at once, each with its own status and what was sent along', async () => {
    await using vendors = await startVendors()
    const requests = ['nobody@example.com', IMANI].map((email, row) => ({ params: { email }, metadata: { row } }))
    const { status, headers, json } = await vendors.ask('pdl', '/person/bulk', post({ titlecase: true, requests }))
    expect(status).toBe(200)
    expect(json).toEqual([
      { status: 404, error: { type: 'not_found', message: expect.any(String) }, metadata: { row: 0 } },
      {
        status: 200,
        likelihood: expect.any(Number),
        data: expect.objectContaining({ full_name: 'Imani Okonjo' }),
        metadata: { row: 1 },
      },
    ])
    expect(headers.get('x-call-credits-spent')).toBe('1')
  })

  test.each([
    ['more than a hundred', Array.from({ length: 101 }, () => ({ params: { email: IMANI } }))],
    ['none', []],
    ['something else', 'all'],
  ])('refuses a bulk of %s', async (_what, requests) => {
    await using vendors = await startVendors()
    const { status, json } = await vendors.ask('pdl', '/person/bulk', post({ requests }))
    expect([status, json]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
  })

  test('takes a credit for a match and none for a miss, and says what is left', async () => {
    await using vendors = await startVendors()
    const spent = []
    for (const email of [IMANI, 'nobody@example.com', IMANI]) {
      const { headers } = await vendors.about('pdl', email)
      spent.push([headers.get('x-call-credits-spent'), headers.get('x-totallimit-remaining')])
    }
    expect(spent).toEqual([
      ['1', '19999'],
      ['0', '19999'],
      ['1', '19998'],
    ])
  })

  test('counts a hundred requests a minute, and tells by its own clock when the next begins', async () => {
    await using vendors = await startVendors()
    const first = await vendors.about('pdl', IMANI)
    expect(first.headers.get('x-ratelimit-remaining')).toBe("{'minute': 99}")
    vendors.clock.now += 20_000
    await Promise.all(Array.from({ length: 99 }, () => vendors.about('pdl', 'nobody@example.com')))
    const { status, headers } = await vendors.about('pdl', IMANI)
    expect([status, headers.get('retry-after'), headers.get('x-ratelimit-remaining')]).toEqual([
      429,
      null,
      "{'minute': 0}",
    ])
    const [reset, date] = ['x-ratelimit-reset', 'date'].map((name) => Date.parse(headers.get(name) ?? ''))
    expect((reset ?? 0) - (date ?? 0)).toBe(40_000)
    vendors.clock.now += 40_000
    expect((await vendors.about('pdl', IMANI)).status).toBe(200)
  })

  test('refuses too little to go by, and knows no other paths', async () => {
    await using vendors = await startVendors()
    expect((await vendors.ask('pdl', '/person/enrich?name=Imani Okonjo')).status).toBe(400)
    expect((await vendors.ask('pdl', '/person/search')).status).toBe(404)
    expect((await vendors.ask('pdl', '/person/bulk')).status).toBe(404)
  })
})
