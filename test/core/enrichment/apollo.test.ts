import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { addressKey } from '../../../src/core/address.ts'
import type { Answers, Clue, Connection, Trouble } from '../../../src/core/enrichment/provider.ts'
import { ProviderError } from '../../../src/core/enrichment/provider.ts'
import { apollo } from '../../../src/core/enrichment/providers/apollo.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf, type Vendor } from './vendor.ts'

const BASE = '/api/v1'

const ORGANIZATION = {
  id: '5e66b638',
  name: 'Brightforge',
  primary_domain: 'brightforge.example',
  website_url: 'http://www.brightforge.example',
  linkedin_url: 'http://www.linkedin.com/company/brightforge',
  industry: 'machinery',
  estimated_num_employees: 240,
  phone: null,
  primary_phone: {},
  country: 'United Kingdom',
}

const NADIA = {
  id: '6f00aa11bb22cc33dd44ee55',
  first_name: 'Nadia',
  last_name: 'Okoro',
  name: 'Nadia Okoro',
  title: 'Head of Revenue Operations',
  seniority: 'head',
  linkedin_url: 'http://www.linkedin.com/in/Nadia-Okoro-Example/',
  headline: 'RevOps',
  email: 'nadia@brightforge.example',
  email_status: 'verified',
  city: 'Leeds',
  state: 'England',
  country: 'United Kingdom',
  organization: ORGANIZATION,
}

function aClue(clue: Partial<Clue> = {}): Clue {
  const nothing = { firstName: null, lastName: null, companyName: null, linkedinUrl: null }
  return { email: 'nadia@brightforge.example', ...nothing, ...clue }
}

const SEVERAL = [aClue({ email: 'ada@one.example' }), aClue(), aClue({ email: 'bo@two.example' })]

function ask({ enricher }: Connection, clues: readonly Clue[] = [aClue()], signal = NEVER): Promise<Answers> {
  if (enricher?.kind !== 'enricher') throw new Error('nobody answers at once')
  return enricher.lookUp(clues, signal)
}

function answering(body: unknown): Promise<Vendor> {
  return aVendor(() => ({ body }))
}

/** What is made of `person` when it is the answer about `clue`. */
async function read(person: unknown, clue = aClue()): Promise<Answers['answers'][number] | undefined> {
  await using vendor = await answering({ person, request_id: 1 })
  return (await ask(connected(apollo, vendor, BASE), [clue])).answers[0]
}

async function asked(clues: readonly Clue[], answer: Answering) {
  await using vendor = await aVendor(() => answer)
  await ask(connected(apollo, vendor, BASE), clues)
  return vendor.asked
}

describe('what is sent', () => {
  test('one look-up goes into the query, with the key in a header and nothing else asked for', async () => {
    const clue = aClue({
      email: 'nadia+news@brightforge.example',
      firstName: 'Nadia',
      lastName: 'Okoro & Söhne',
      companyName: 'Brightforge',
      linkedinUrl: 'https://www.linkedin.com/in/nadia-okoro-example',
    })
    const [call, ...others] = await asked([clue], { body: { person: null } })
    expect(others).toEqual([])
    expect(call).toMatchObject({ method: 'POST', path: '/api/v1/people/match', body: '' })
    expect(call?.query).toEqual({
      email: 'nadia+news@brightforge.example',
      first_name: 'Nadia',
      last_name: 'Okoro & Söhne',
      organization_name: 'Brightforge',
      linkedin_url: 'https://www.linkedin.com/in/nadia-okoro-example',
    })
    expect(call?.headers).toMatchObject({ 'x-api-key': KEY, accept: 'application/json' })
  })

  test('what is not known is not sent', async () => {
    const [call] = await asked([aClue()], { body: { person: null } })
    expect(call?.query).toEqual({ email: 'nadia@brightforge.example' })
  })

  test('several look-ups go into one body, and no flag asks for more than the sheet of a person', async () => {
    const clues = [aClue({ email: 'ada@one.example', firstName: 'Ada' }), aClue()]
    const [call, ...others] = await asked(clues, { body: { matches: [null, null] } })
    expect(others).toEqual([])
    expect(call).toMatchObject({ method: 'POST', path: '/api/v1/people/bulk_match', query: {} })
    expect(call?.headers).toMatchObject({ 'x-api-key': KEY, 'content-type': 'application/json' })
    expect(JSON.parse(call?.body ?? '')).toEqual({
      details: [{ email: 'ada@one.example', first_name: 'Ada' }, { email: 'nadia@brightforge.example' }],
    })
  })

  test.each([1, 3])('nothing is sent for %d once the asking is given up', async (count) => {
    await using vendor = await answering({ person: null, matches: [null, null, null] })
    const given = ask(connected(apollo, vendor, BASE), SEVERAL.slice(0, count), AbortSignal.abort())
    await expect(given).rejects.toThrow(ProviderError)
    expect(vendor.asked).toEqual([])
  })
})

describe('what a match tells', () => {
  test('every field, in our own form', async () => {
    await using vendor = await answering({ request_id: 7, person: NADIA })
    expect(await ask(connected(apollo, vendor, BASE))).toEqual({
      answers: [
        {
          kind: 'hit',
          person: {
            email: 'nadia@brightforge.example',
            companyDomain: 'brightforge.example',
            fields: {
              firstName: { value: 'Nadia' },
              lastName: { value: 'Okoro' },
              companyName: { value: 'Brightforge' },
              jobTitle: { value: 'Head of Revenue Operations' },
              linkedinUrl: { value: 'https://www.linkedin.com/in/nadia-okoro-example' },
              industry: { value: 'machinery' },
              seniorityLevel: { value: 'head' },
              companySize: { value: '201-500' },
              location: { value: 'Leeds, England, United Kingdom' },
            },
            emailStatus: { status: 'valid', detail: null },
          },
        },
      ],
      credits: 1,
      creditsLeft: null,
      requestId: '7',
    })
  })

  test('only what is there, without a company', async () => {
    const person = { first_name: 'Nadia', last_name: 'N/A', title: '', organization: null, email: null }
    expect(await read(person)).toEqual({
      kind: 'hit',
      person: { email: null, companyDomain: null, fields: { firstName: { value: 'Nadia' } }, emailStatus: null },
    })
  })

  test('a value of the wrong type costs only itself', async () => {
    const person = { ...NADIA, title: true, seniority: 7, city: ['Leeds'], state: null, organization: 'Brightforge' }
    expect(await read(person)).toMatchObject({
      person: {
        companyDomain: null,
        fields: {
          firstName: { value: 'Nadia' },
          lastName: { value: 'Okoro' },
          linkedinUrl: { value: 'https://www.linkedin.com/in/nadia-okoro-example' },
          location: { value: 'United Kingdom' },
        },
        emailStatus: { status: 'valid' },
      },
    })
  })

  test('the domain of the company is in its website where it is not told', async () => {
    const organization = { ...ORGANIZATION, primary_domain: null }
    expect(await read({ ...NADIA, organization })).toMatchObject({ person: { companyDomain: 'brightforge.example' } })
  })

  test.each<[what: string, organization: object, value: string | undefined]>([
    ['an international number', { phone: '+44 113 496 0000' }, '+441134960000'],
    ['a number beside it', { primary_phone: { number: '+44 113 496 0000' } }, '+441134960000'],
    ['a national number and a code', { phone: '0113 496 0000', country: 'GB' }, '+441134960000'],
    ['a national number and a name', { phone: '0113 496 0000', country: 'United Kingdom' }, undefined],
    ['a boolean', { phone: true, primary_phone: true }, undefined],
  ])('%s of the company is its switchboard', async (_what, organization, value) => {
    const company = { ...ORGANIZATION, ...organization }
    const answer = await read({ ...NADIA, phone_number: '+441134969999', organization: company })
    const phone = value === undefined ? undefined : { value, note: 'company switchboard', confidence: 0.4 }
    const fields = answer?.kind === 'hit' ? answer.person.fields : {}
    expect(fields.phone).toEqual(phone)
    expect(fields.companyName).toEqual({ value: 'Brightforge' })
  })

  test('a low confidence counts for every field', async () => {
    const organization = { ...ORGANIZATION, phone: '+44 113 496 0000' }
    const answer = await read({ ...NADIA, organization, match_confidence: 'low' })
    const fields = Object.values(answer?.kind === 'hit' ? answer.person.fields : {})
    expect(fields).toHaveLength(10)
    expect(fields.map(({ confidence }) => confidence)).toEqual(Array(10).fill(0.4))
    expect(fields).toContainEqual({ value: '+441134960000', note: 'company switchboard', confidence: 0.4 })
  })
})

describe('whether the address works', () => {
  test.each<[word: unknown, verdict: unknown]>([
    ['verified', { status: 'valid', detail: null }],
    ['extrapolated', { status: 'risky', detail: 'extrapolated' }],
    ['unavailable', { status: 'unknown', detail: 'unavailable' }],
    ['Likely to Engage', { status: 'unknown', detail: 'likely_to_engage' }],
    ['VERIFIED', { status: 'unknown', detail: 'verified' }],
    ['constructor', { status: 'unknown', detail: 'constructor' }],
    [['verified'], null],
    [true, null],
    [null, null],
    [undefined, null],
  ])('%j is %j', async (email_status, emailStatus) => {
    expect(await read({ ...NADIA, email_status })).toMatchObject({ person: { emailStatus } })
  })

  test('another spelling of the address is the same address', async () => {
    expect(await read({ ...NADIA, email: 'Nadia@Brightforge.example' })).toMatchObject({
      person: { email: 'Nadia@Brightforge.example', emailStatus: { status: 'valid' } },
    })
  })

  test.each<[what: string, email: unknown, told: string | null]>([
    ['of another address', 'nadia@former.example', 'nadia@former.example'],
    ['of a placeholder', 'email_not_unlocked@domain.com', null],
    ['of no address', null, null],
    ['of a boolean', true, null],
  ])('what is said %s says nothing of the one that was asked about', async (_what, email, told) => {
    expect(await read({ ...NADIA, email })).toMatchObject({ person: { email: told, emailStatus: null } })
  })

  test('a placeholder is never the address, not even when it was asked about', async () => {
    const email = 'email_not_unlocked@domain.com'
    expect(await read({ ...NADIA, email }, aClue({ email }))).toMatchObject({
      person: { email: null, emailStatus: null },
    })
  })
})

test("the team's own record is not read, since it can be of another human", async () => {
  const contact = { ...NADIA, first_name: 'Otto', title: 'Chef', email_status: 'verified', organization: ORGANIZATION }
  expect(await read({ first_name: 'Nadia', contact })).toEqual({
    kind: 'hit',
    person: { email: null, companyDomain: null, fields: { firstName: { value: 'Nadia' } }, emailStatus: null },
  })
})

describe('a miss costs nothing', () => {
  test.each<[what: string, answer: Answering]>([
    ['nobody', { body: { person: null, request_id: 5 } }],
    ['no person at all', { body: { request_id: 5 } }],
    ['a person of whom nothing is told', { body: { person: { id: 'x', first_name: null, organization: null } } }],
    ['a person without any confidence', { body: { person: { ...NADIA, match_confidence: 'none' } } }],
    ['that there is no such person', { status: 422, body: { error: 'Person does not exist' } }],
    ['that its data is obsolete', { status: 422, body: 'Obsolete data' }],
  ])('%s', async (_what, answer) => {
    await using vendor = await aVendor(() => answer)
    expect(await ask(connected(apollo, vendor, BASE))).toMatchObject({ answers: [{ kind: 'miss' }], credits: 0 })
  })
})

describe('several look-ups', () => {
  test('are answered by place, with nothing for a miss', async () => {
    const matches = [null, { ...NADIA, first_name: 'Second' }, { ...NADIA, first_name: 'Third' }]
    await using vendor = await answering({ status: 'success', matches, request_id: 5, credits_consumed: 1.5 })
    const { answers, credits, creditsLeft, requestId } = await ask(connected(apollo, vendor, BASE), SEVERAL)
    expect({ credits, creditsLeft, requestId }).toEqual({ credits: 1.5, creditsLeft: null, requestId: '5' })
    expect(answers).toMatchObject([
      { kind: 'miss' },
      { kind: 'hit', person: { fields: { firstName: { value: 'Second' } }, emailStatus: { status: 'valid' } } },
      { kind: 'hit', person: { fields: { firstName: { value: 'Third' } }, emailStatus: null } },
    ])
  })

  test.each([undefined, null, -1, '2', true])('that cost %j cost what was set aside', async (credits_consumed) => {
    await using vendor = await answering({ matches: [null, NADIA, null], credits_consumed })
    expect(await ask(connected(apollo, vendor, BASE), SEVERAL)).toMatchObject({ credits: null })
  })

  test('of which one cannot be read keep the others, and that one is unanswered', async () => {
    await using vendor = await aVendor(() => ({ body: { matches: [{ first_name: 'Ada' }, 'broken', null] } }))
    const { answers } = await ask(connected(apollo, vendor, BASE), SEVERAL)
    expect(answers.map(({ kind }) => kind)).toEqual(['hit', 'unanswered', 'miss'])
  })

  test.each([0, 2, 4])('that get %d answers instead of 3 are lost', async (count) => {
    await using vendor = await answering({ matches: Array(count).fill(NADIA), credits_consumed: 2 })
    expect((await troubleOf(ask(connected(apollo, vendor, BASE), SEVERAL))).trouble).toBe('lost')
  })
})

test.each([
  '-9223372036854775808',
  '9223372036854775807',
  '1039995589705121937',
  '-7204471120033315841',
  '0',
  '"a1b2"',
])('the request %s keeps its name to the last digit', async (id) => {
  await using vendor = await aVendor(({ path }) => ({
    body: path.endsWith('bulk_match')
      ? `{"matches": [null, null, null], "request_id": ${id}}`
      : `{"person": null, "request_id": ${id}}`,
  }))
  const connection = connected(apollo, vendor, BASE)
  const expected = { requestId: id.replaceAll('"', '') }
  expect(await ask(connection)).toMatchObject(expected)
  expect(await ask(connection, SEVERAL)).toMatchObject(expected)
})

const EXHAUSTED = {
  error: 'You have insufficient credits!',
  error_details: { code: 'BILLING.LIMIT.CREDITS_EXHAUSTED' },
}

describe.each([
  { endpoint: 'api/v1/people/match', clues: [aClue()] },
  { endpoint: 'api/v1/people/bulk_match', clues: SEVERAL },
])('when $endpoint refuses', ({ endpoint, clues }) => {
  test.each<[status: number, body: unknown, trouble: Trouble]>([
    [400, { error_code: 'RECORD_LIMIT_EXCEEDED' }, 'refused'],
    [401, 'Invalid access credentials.', 'auth_failed'],
    [402, { error: 'Payment required' }, 'out_of_credits'],
    [403, { error: 'nadia@brightforge.example', error_code: 'API_INACCESSIBLE' }, 'misconfigured'],
    [404, { error: 'Not found' }, 'refused'],
    [422, EXHAUSTED, 'out_of_credits'],
    [422, 'You have insufficient credits! Upgrade your plan.', 'out_of_credits'],
    [429, { message: 'Too many requests' }, 'rate_limited'],
    [500, '', 'unavailable'],
  ])('%d %j is told by name', async (status, body, trouble) => {
    await using vendor = await aVendor(() => ({ status, body }))
    const error = await troubleOf(ask(connected(apollo, vendor, BASE), clues))
    expect(error.trouble).toBe(trouble)
    expect(error.message).not.toMatch(/the-secret-key|@/)
  })

  test('a 403 names the endpoint that the key lacks', async () => {
    await using vendor = await aVendor(() => ({ status: 403, body: { error_code: 'API_INACCESSIBLE' } }))
    const error = await troubleOf(ask(connected(apollo, vendor, BASE), clues))
    expect(error.message).toContain(`${endpoint};`)
  })

  test.each<[retryAfter: string, ms: number | undefined]>([
    ['42', 42_000],
    ['Mon, 02 Mar 2026 09:00:20 GMT', 20_000],
    ['', undefined],
  ])('a 429 with Retry-After: %j asks to wait %s ms', async (after, ms) => {
    const headers = { date: 'Mon, 02 Mar 2026 09:00:00 GMT', ...(after ? { 'retry-after': after } : {}) }
    await using vendor = await aVendor(() => ({ status: 429, headers, body: { message: 'Slow down' } }))
    expect((await troubleOf(ask(connected(apollo, vendor, BASE), clues))).retryAfterMs).toBe(ms)
  })
})

test('a 422 about several says nothing of any of them', async () => {
  await using vendor = await aVendor(() => ({ status: 422, body: { error: 'Person does not exist' } }))
  expect((await troubleOf(ask(connected(apollo, vendor, BASE), SEVERAL))).trouble).toBe('refused')
})

describe('one look-up', () => {
  testFaults(apollo, (connection) => ask(connection), { path: BASE })

  test('a body that says neither who nor which request is no answer', async () => {
    await using vendor = await answering({ error: 'something else' })
    expect((await troubleOf(ask(connected(apollo, vendor, BASE)))).trouble).toBe('lost')
  })
})

describe('several look-ups at once', () => {
  testFaults(apollo, (connection) => ask(connection, SEVERAL), { path: BASE })
})

const anything = fc.jsonValue({ maxDepth: 1 })
const oneOf = (...words: string[]) => fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, anything)

const aPerson = fc.record(
  {
    email: oneOf('nadia@brightforge.example', 'NADIA@brightforge.example', 'bo@two.example', 'x@domain.com'),
    email_status: oneOf('verified', 'verified', 'extrapolated', 'Verified', ' verified', '__proto__'),
    match_confidence: oneOf('low', 'none', 'high'),
    title: anything,
    linkedin_url: anything,
    organization: fc.oneof(anything, fc.record({ name: anything, phone: anything, primary_phone: anything })),
  },
  { requiredKeys: ['email', 'email_status'] },
)
const threeMatches = fc.array(fc.oneof({ weight: 19, arbitrary: aPerson }, anything), { minLength: 3, maxLength: 3 })

/** As an answer about one, and about three. */
const aBody = fc.oneof(
  { weight: 9, arbitrary: threeMatches.map((matches) => ({ person: matches[1], matches, request_id: matches[0] })) },
  anything,
)

test('whatever is answered, an address is valid only where its own status is `verified`', async () => {
  const seen = { hits: 0, valid: 0 }
  await fc.assert(
    fc.asyncProperty(aBody, fc.constantFrom([aClue()], SEVERAL), async (body, clues) => {
      const text = JSON.stringify(body)
      const fetch = async () => new Response(text)
      const connection = apollo.connect({ key: KEY, baseUrl: 'http://vendor.invalid', fetch })
      const { answers } = await ask(connection, clues).catch((error: unknown) => {
        if (error instanceof ProviderError) return { answers: null }
        throw error
      })
      if (!answers) return
      expect(answers).toHaveLength(clues.length)
      const sent = JSON.parse(text)
      const raw = clues.length === 1 ? [sent.person] : sent.matches
      for (const [index, answer] of answers.entries()) {
        if (answer.kind !== 'hit') continue
        seen.hits += 1
        if (answer.person.emailStatus?.status !== 'valid') continue
        seen.valid += 1
        expect(raw[index].email_status).toBe('verified')
        expect(addressKey(raw[index].email)).toBe(addressKey(clues[index]?.email ?? ''))
      }
    }),
    { numRuns: 5000 },
  )
  expect(seen.hits).toBeGreaterThan(2000)
  expect(seen.valid).toBeGreaterThan(200)
}, 120_000)
