import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Answers, Clue, Connection, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'
import { pdl } from '../../../src/core/enrichment/providers/pdl.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf, type Vendor } from './vendor.ts'

const BASE = '/v5'

const NADIA = {
  first_name: 'Nadia',
  last_name: 'Okoro',
  job_company_name: 'Brightforge',
  job_company_website: 'brightforge.example',
  job_company_industry: 'Machinery',
  job_company_size: '201-500',
  job_title: 'Director of Sales',
  job_title_levels: ['Growth', 'Director', 'Manager'],
  linkedin_url: 'linkedin.com/in/nadia-okoro-example',
  location_name: 'Leeds, England, United Kingdom',
  mobile_phone: '+44 7700 900123',
  phone_numbers: ['+44 113 496 0000'],
  work_email: 'n.okoro@brightforge.example',
  emails: [{ address: 'nadia@brightforge.example', type: 'professional' }],
}

/** What a free plan says instead of an address or a number. */
const FREE = { mobile_phone: true, phone_numbers: true, work_email: true, emails: true }

const NOT_FOUND = { status: 404, error: { type: 'not_found', message: 'No records were found' } }

function aClue(clue: Partial<Clue> = {}): Clue {
  const nothing = { firstName: null, lastName: null, companyName: null, linkedinUrl: null }
  return { email: 'nadia@brightforge.example', ...nothing, ...clue }
}

const SEVERAL = [aClue({ email: 'ada@one.example' }), aClue(), aClue({ email: 'bo@two.example' })]

function ask({ enricher }: Connection, clues: readonly Clue[] = [aClue()], signal = NEVER): Promise<Answers> {
  if (enricher?.kind !== 'enricher') throw new Error('nobody answers at once')
  return enricher.lookUp(clues, signal)
}

function aMatch(data: unknown, more: object = {}) {
  return { status: 200, likelihood: 8, data, ...more }
}

/** What is made of a match that tells `data` and is as sure as `more` says. */
async function read(data: unknown, more: object = {}): Promise<Answers['answers'][number] | undefined> {
  await using vendor = await aVendor(() => ({ body: aMatch(data, more) }))
  return (await ask(connected(pdl, vendor, BASE))).answers[0]
}

/** The first names that three matches are told by, sent back in the order of `results`. */
async function named(results: readonly object[]): Promise<readonly (string | undefined)[]> {
  await using vendor = await aVendor(() => ({ body: results }))
  const { answers } = await ask(connected(pdl, vendor, BASE), SEVERAL)
  return answers.map((answer) => (answer.kind === 'hit' ? answer.person.fields.firstName?.value : answer.kind))
}

const READ =
  'first_name,last_name,job_company_name,job_company_website,job_company_industry,job_company_size,job_title,' +
  'job_title_levels,linkedin_url,location_name,mobile_phone,phone_numbers,work_email,emails'

describe('what is sent', () => {
  async function asked(clues: readonly Clue[], answer: Answering): Promise<Vendor['asked']> {
    await using vendor = await aVendor(() => answer)
    await ask(connected(pdl, vendor, BASE), clues)
    return vendor.asked
  }

  test('one look-up asks by the address alone for what is read, with the key in a header', async () => {
    const clue = aClue({ email: 'nadia+news@brightforge.example', firstName: 'Nadia', companyName: 'Brightforge' })
    const [call, ...others] = await asked([clue], { status: 404, body: NOT_FOUND })
    expect(others).toEqual([])
    expect(call).toMatchObject({ method: 'GET', path: '/v5/person/enrich', body: '' })
    expect(call?.query).toEqual({
      email: 'nadia+news@brightforge.example',
      min_likelihood: '6',
      titlecase: 'true',
      data_include: READ,
    })
    expect(call?.headers).toMatchObject({ 'x-api-key': KEY, 'accept-encoding': expect.stringContaining('gzip') })
  })

  test('several look-ups go into one body, each with its position', async () => {
    const [call, ...others] = await asked(SEVERAL, { body: [NOT_FOUND, NOT_FOUND, NOT_FOUND] })
    expect(others).toEqual([])
    expect(call).toMatchObject({ method: 'POST', path: '/v5/person/bulk', query: {} })
    expect(call?.headers).toMatchObject({ 'x-api-key': KEY, 'content-type': 'application/json' })
    const options = { min_likelihood: '6', titlecase: 'true', data_include: READ }
    expect(JSON.parse(call?.body ?? '')).toEqual({
      requests: [
        { params: { email: 'ada@one.example', ...options }, metadata: { position: 0 } },
        { params: { email: 'nadia@brightforge.example', ...options }, metadata: { position: 1 } },
        { params: { email: 'bo@two.example', ...options }, metadata: { position: 2 } },
      ],
    })
  })

  test.each([1, 3])('nothing is sent for %d once the asking is given up', async (count) => {
    await using vendor = await aVendor(() => ({ status: 404, body: NOT_FOUND }))
    const given = ask(connected(pdl, vendor, BASE), SEVERAL.slice(0, count), AbortSignal.abort())
    await expect(given).rejects.toThrow(ProviderError)
    expect(vendor.asked).toEqual([])
  })
})

describe('what a match tells', () => {
  test('every field, in our own form, as sure as the match is likely', async () => {
    const headers = { 'x-call-credits-spent': '1', 'x-totallimit-remaining': '93', 'x-request-id': 'req-1' }
    await using vendor = await aVendor(() => ({ headers, body: aMatch(NADIA, { likelihood: 10 }) }))
    const confidence = 0.7
    expect(await ask(connected(pdl, vendor, BASE))).toEqual({
      answers: [
        {
          kind: 'hit',
          person: {
            email: 'nadia@brightforge.example',
            companyDomain: 'brightforge.example',
            fields: {
              firstName: { value: 'Nadia', confidence },
              lastName: { value: 'Okoro', confidence },
              companyName: { value: 'Brightforge', confidence },
              jobTitle: { value: 'Director of Sales', confidence },
              linkedinUrl: { value: 'https://www.linkedin.com/in/nadia-okoro-example', confidence },
              phone: { value: '+447700900123', confidence },
              industry: { value: 'Machinery', confidence },
              seniorityLevel: { value: 'director', confidence },
              companySize: { value: '201-500', confidence },
              location: { value: 'Leeds, England, United Kingdom', confidence },
            },
            emailStatus: null,
          },
        },
      ],
      credits: 1,
      creditsLeft: 93,
      requestId: 'req-1',
    })
  })

  test('only what is there', async () => {
    expect(await read({ first_name: 'Nadia', last_name: null, job_title: 'N/A', job_title_levels: null })).toEqual({
      kind: 'hit',
      person: {
        email: null,
        companyDomain: null,
        fields: { firstName: { value: 'Nadia', confidence: expect.closeTo(0.56) } },
        emailStatus: null,
      },
    })
  })

  test.each([true, false])('a contact field that is %s is no value', async (is) => {
    const names = Object.keys(FREE).map((name) => [name, is])
    const answer = await read({ ...NADIA, ...Object.fromEntries(names), location_name: is, linkedin_url: is })
    const person = answer?.kind === 'hit' ? answer.person : null
    expect(person?.email).toBeNull()
    expect(Object.keys(person?.fields ?? {})).toEqual([
      'firstName',
      'lastName',
      'companyName',
      'jobTitle',
      'industry',
      'seniorityLevel',
      'companySize',
    ])
  })

  test.each<[what: string, data: object, phone: string | undefined]>([
    ['a number beside a hidden mobile', { mobile_phone: true }, '+441134960000'],
    [
      'the first that can be dialled',
      { mobile_phone: null, phone_numbers: [true, '12', '+12025550123'] },
      '+12025550123',
    ],
    ['none without a country', { mobile_phone: '0113 496 0000', phone_numbers: null }, undefined],
  ])('the phone is %s', async (_what, data, phone) => {
    const answer = await read({ ...NADIA, ...data })
    expect(answer?.kind === 'hit' && answer.person.fields.phone?.value).toBe(phone)
  })

  test.each<[levels: unknown, level: string | undefined]>([
    [['cxo', 'owner'], 'c_level'],
    [['Training'], 'intern'],
    [['unheard of', 'VP'], 'vp'],
    ['senior', 'senior'],
    [[], undefined],
    [true, undefined],
    [[['owner']], undefined],
  ])('of the levels %j, the first that we know counts: %s', async (job_title_levels, level) => {
    const answer = await read({ ...NADIA, job_title_levels })
    expect(answer?.kind === 'hit' && answer.person.fields.seniorityLevel?.value).toBe(level)
  })

  test.each<[what: string, data: object, email: string | null]>([
    ['the one asked about, among others', {}, 'nadia@brightforge.example'],
    [
      'the one asked about, spelled otherwise',
      { emails: [{ address: 'NADIA@Brightforge.example' }] },
      'nadia@brightforge.example',
    ],
    [
      'the one asked about, for work',
      { work_email: 'Nadia@brightforge.example', emails: null },
      'nadia@brightforge.example',
    ],
    ['the one for work', { emails: [{ address: 'nadia@home.example' }] }, 'n.okoro@brightforge.example'],
    [
      'the one asked about, beside hidden ones',
      { emails: [true, { address: true }, ...NADIA.emails] },
      'nadia@brightforge.example',
    ],
    ['the one for work, beside hidden ones', { emails: [true, { address: true }] }, 'n.okoro@brightforge.example'],
    ['never a private one', { work_email: true, emails: [{ address: 'nadia@home.example' }] }, null],
  ])('the address is %s', async (_what, data, email) => {
    expect(await read({ ...NADIA, ...data })).toMatchObject({ person: { email, emailStatus: null } })
  })
})

describe('a miss', () => {
  test('costs nothing', async () => {
    const headers = { 'x-totallimit-remaining': '93', 'x-request-id': 'req-2' }
    await using vendor = await aVendor(() => ({ status: 404, headers, body: NOT_FOUND }))
    const miss = { answers: [{ kind: 'miss' }], credits: 0, creditsLeft: 93, requestId: 'req-2' }
    expect(await ask(connected(pdl, vendor, BASE))).toEqual(miss)
  })

  test.each<[body: unknown, trouble: Trouble]>([
    ['<html>404</html>', 'unavailable'],
    ['', 'unavailable'],
    [{ message: 'no Route matched with those values' }, 'refused'],
  ])('is not what a wrong base says: %j', async (body, trouble) => {
    await using vendor = await aVendor(() => ({ status: 404, body }))
    expect((await troubleOf(ask(connected(pdl, vendor, BASE)))).trouble).toBe(trouble)
  })

  test('told in an answer that went well is a miss all the same', async () => {
    await using vendor = await aVendor(() => ({ body: NOT_FOUND }))
    expect((await ask(connected(pdl, vendor, BASE))).answers).toEqual([{ kind: 'miss' }])
  })

  test.each([0, 1, 5, 5.9])('is also a match as unlikely as %d, whatever it cost', async (likelihood) => {
    await using vendor = await aVendor(() => ({
      headers: { 'x-call-credits-spent': '1' },
      body: aMatch(NADIA, { likelihood }),
    }))
    expect(await ask(connected(pdl, vendor, BASE))).toMatchObject({ answers: [{ kind: 'miss' }], credits: 1 })
  })
})

test('a match that is just likely enough is told with less confidence', async () => {
  const answer = await read(NADIA, { likelihood: 6 })
  expect(answer?.kind === 'hit' && answer.person.fields.jobTitle?.confidence).toBeCloseTo(0.42)
})

describe('several look-ups', () => {
  const one = (position: number, first_name: string) => aMatch({ first_name }, { metadata: { position } })

  test('are answered by their positions, in whatever order they come', async () => {
    const missed = { ...NOT_FOUND, metadata: { position: 1 } }
    expect(await named([one(2, 'Bo'), missed, one(0, 'Ada')])).toEqual(['Ada', 'miss', 'Bo'])
  })

  test('are answered by place where no position comes back', async () => {
    const matches = ['Ada', 'Nadia', 'Bo'].map((first_name) => aMatch({ first_name }))
    expect(await named(matches)).toEqual(['Ada', 'Nadia', 'Bo'])
    expect(await named(matches.map((match) => ({ ...match, metadata: 'x' })))).toEqual(['Ada', 'Nadia', 'Bo'])
  })

  test('of which one is not an address at all are answered for the others', async () => {
    const bad = { status: 400, error: { type: 'invalid_request_error' }, metadata: { position: 0 } }
    expect(await named([bad, one(1, 'Nadia'), one(2, 'Bo')])).toEqual(['miss', 'Nadia', 'Bo'])
  })

  test('tell what all of them cost', async () => {
    const headers = { 'x-call-credits-spent': '2', 'x-totallimit-remaining': '91' }
    const body = [one(0, 'Ada'), one(1, 'Nadia'), { ...NOT_FOUND, metadata: { position: 2 } }]
    await using vendor = await aVendor(() => ({ headers, body }))
    expect(await ask(connected(pdl, vendor, BASE), SEVERAL)).toMatchObject({
      credits: 2,
      creditsLeft: 91,
      requestId: null,
    })
  })

  test.each<[what: string, results: readonly object[]]>([
    ['one too few', [one(0, 'Ada'), one(1, 'Nadia')]],
    ['one too many', [one(0, 'Ada'), one(1, 'Nadia'), one(2, 'Bo'), one(2, 'Bo')]],
    ['one about nobody', [one(0, 'Ada'), one(1, 'Nadia'), one(3, 'Bo')]],
    ['two about the same', [one(0, 'Ada'), one(1, 'Nadia'), one(1, 'Bo')]],
    ['one at another’s place', [one(1, 'Nadia'), aMatch({ first_name: 'Ada' }), one(2, 'Bo')]],
  ])('with %s are lost', async (_what, results) => {
    await using vendor = await aVendor(() => ({ body: results }))
    expect((await troubleOf(ask(connected(pdl, vendor, BASE), SEVERAL))).trouble).toBe('lost')
  })

  test.each<[what: string, result: object]>([
    ['failed', { status: 500, metadata: { position: 2 } }],
    ['has no credits left', { status: 402, metadata: { position: 2 } }],
    ['comes without its likelihood', { status: 200, data: {} }],
  ])('of which one %s keep the others, and that one is unanswered', async (_what, result) => {
    await using vendor = await aVendor(() => ({ body: [one(0, 'Ada'), one(1, 'Nadia'), result] }))
    const { answers } = await ask(connected(pdl, vendor, BASE), SEVERAL)
    expect(answers.map(({ kind }) => kind)).toEqual(['hit', 'hit', 'unanswered'])
  })
})

test.each(['', 'many', '-1', '{"minute": 99}'])('credits that are told as %j are not known', async (text) => {
  const headers = { 'x-call-credits-spent': text, 'x-totallimit-remaining': text }
  await using vendor = await aVendor(() => ({ headers, body: aMatch(NADIA) }))
  expect(await ask(connected(pdl, vendor, BASE))).toMatchObject({ credits: null, creditsLeft: null, requestId: null })
})

describe.each([
  { path: '/person/enrich', clues: [aClue()] },
  { path: '/person/bulk', clues: SEVERAL },
])('when $path refuses', ({ clues }) => {
  test.each<[status: number, type: string, trouble: Trouble]>([
    [400, 'invalid_request_error', 'refused'],
    [401, 'authentication_error', 'auth_failed'],
    [402, 'payment_required', 'out_of_credits'],
    [403, 'forbidden', 'misconfigured'],
    [405, 'method_not_allowed', 'refused'],
    [422, 'unprocessable', 'refused'],
    [429, 'rate_limit_error', 'rate_limited'],
    [500, 'api_error', 'unavailable'],
  ])('%d %s is told by name', async (status, type, trouble) => {
    const body = { status, error: { type, message: 'about nadia@brightforge.example' } }
    await using vendor = await aVendor(() => ({ status, body }))
    const error = await troubleOf(ask(connected(pdl, vendor, BASE), clues))
    expect(error.trouble).toBe(trouble)
    expect(error.message).not.toMatch(/the-secret-key|@/)
  })

  test.each<[what: string, headers: Readonly<Record<string, string>>, ms: number]>([
    ['seconds', { 'retry-after': '7', 'x-ratelimit-reset': '2026-03-02 09:00:40' }, 7000],
    ['a date', { 'retry-after': 'Mon, 02 Mar 2026 09:00:20 GMT' }, 20_000],
    ['the end of the window', { 'x-ratelimit-reset': '2026-03-02 09:00:40' }, 40_000],
    ['the same with fractions', { 'x-ratelimit-reset': '2026-03-02T09:00:40.500' }, 40_500],
    ['the same in UTC', { 'x-ratelimit-reset': '2026-03-02T09:00:40Z' }, 40_000],
    ['the same in a zone', { 'x-ratelimit-reset': '2026-03-02T10:00:40+01:00' }, 40_000],
    ['an end that has passed', { 'x-ratelimit-reset': '2026-03-02 08:59:00' }, 0],
    ['an end far away', { 'x-ratelimit-reset': '2026-03-03 09:00:00' }, 900_000],
    ['an end that nobody can read', { 'x-ratelimit-reset': 'soon' }, 60_000],
    ['nothing', {}, 60_000],
  ])('a 429 with %s is waited for', async (_what, headers, ms) => {
    const answer = { status: 429, headers: { date: 'Mon, 02 Mar 2026 09:00:00 GMT', ...headers }, body: {} }
    await using vendor = await aVendor(() => answer)
    expect((await troubleOf(ask(connected(pdl, vendor, BASE), clues))).retryAfterMs).toBe(ms)
  })
})

test('the end of a window is in UTC wherever we are', async () => {
  const zone = process.env.TZ
  process.env.TZ = 'America/New_York'
  try {
    const headers = { date: 'Mon, 02 Mar 2026 09:00:00 GMT', 'x-ratelimit-reset': '2026-03-02 09:00:40' }
    await using vendor = await aVendor(() => ({ status: 429, headers, body: {} }))
    expect((await troubleOf(ask(connected(pdl, vendor, BASE)))).retryAfterMs).toBe(40_000)
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})

describe('one look-up', () => {
  testFaults(pdl, (connection) => ask(connection), { path: BASE })

  test.each([-1, 11, '8', true, null, undefined])('a match as likely as %j is no answer', async (likelihood) => {
    await using vendor = await aVendor(() => ({ body: aMatch(NADIA, { likelihood }) }))
    expect((await troubleOf(ask(connected(pdl, vendor, BASE)))).trouble).toBe('lost')
  })
})

describe('several look-ups at once', () => {
  testFaults(pdl, (connection) => ask(connection, SEVERAL), { path: BASE })
})

const anything = fc.jsonValue({ maxDepth: 1 })

const someData = fc.record(
  {
    first_name: anything,
    job_title_levels: anything,
    linkedin_url: anything,
    job_company_size: anything,
    mobile_phone: anything,
    phone_numbers: anything,
    work_email: anything,
    emails: fc.oneof(anything, fc.array(fc.record({ address: anything }))),
  },
  { requiredKeys: [] },
)

const aResult = fc.record({
  status: fc.oneof({ weight: 19, arbitrary: fc.constantFrom(200, 200, 404) }, anything),
  likelihood: fc.oneof({ weight: 19, arbitrary: fc.integer({ min: 4, max: 10 }) }, anything),
  data: fc.oneof({ weight: 19, arbitrary: someData }, anything),
  metadata: anything,
  email_status: fc.constant('verified'),
})

const aBody = fc.oneof(
  { weight: 5, arbitrary: aResult },
  { weight: 4, arbitrary: fc.array(aResult, { minLength: 3, maxLength: 3 }) },
  anything,
)

test('whatever is answered, no boolean becomes a value and no address is called valid', async () => {
  let hits = 0
  await fc.assert(
    fc.asyncProperty(aBody, fc.boolean(), async (body, isOdd) => {
      const clues = Array.isArray(body) !== isOdd ? SEVERAL : [aClue()]
      const fetch = async () => new Response(JSON.stringify(body))
      const connection = pdl.connect({ key: KEY, baseUrl: 'http://vendor.invalid', fetch })
      const { answers } = await ask(connection, clues).catch((error: unknown) => {
        if (error instanceof ProviderError) return { answers: null }
        throw error
      })
      if (!answers) return
      expect(answers).toHaveLength(clues.length)
      for (const answer of answers) {
        if (answer.kind !== 'hit') continue
        hits += 1
        expect(answer.person.emailStatus).toBeNull()
        for (const { value, confidence } of Object.values(answer.person.fields)) {
          expect(value).not.toMatch(/^(true|false)?$/i)
          expect(confidence).toBeGreaterThan(0.4)
          expect(confidence).toBeLessThanOrEqual(0.7)
        }
      }
    }),
    { numRuns: 5000 },
  )
  expect(hits).toBeGreaterThan(500)
}, 120_000)
