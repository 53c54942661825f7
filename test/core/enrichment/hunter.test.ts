import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { Field } from '../../../src/core/enrichment/fields.ts'
import {
  type Answers,
  type Clue,
  type Connection,
  type EmailVerdict,
  type Person,
  ProviderError,
  type Told,
  type Trouble,
} from '../../../src/core/enrichment/provider.ts'
import { hunter } from '../../../src/core/enrichment/providers/hunter.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf } from './vendor.ts'

const EMAIL = 'nadia@brightforge.example'
const PATH = '/v2'

const CLUE: Clue = {
  email: EMAIL,
  firstName: 'Nadia',
  lastName: null,
  companyName: 'Brightforge',
  linkedinUrl: null,
}

async function lookUp({ enricher }: Connection): Promise<Answers> {
  if (enricher?.kind !== 'enricher') throw new Error('it does not look people up')
  return await enricher.lookUp([CLUE], NEVER)
}

async function verify({ verifier }: Connection): Promise<EmailVerdict | 'opted_out' | undefined> {
  if (!verifier) throw new Error('it does not verify')
  const { verdicts } = await verifier.verify([EMAIL], NEVER)
  expect(verdicts).toHaveLength(1)
  return verdicts[0]
}

/** Connected to an API that gives every call the same answer. */
function answering(body: unknown, status = 200): Connection {
  const fetch = async () => Response.json(body, { status })
  return hunter.connect({ key: KEY, baseUrl: 'http://vendor.invalid', fetch })
}

async function personIn(data: object): Promise<Person> {
  const [answer] = (await lookUp(answering({ data }))).answers
  if (answer?.kind !== 'hit') throw new Error(`a ${answer?.kind} is no person`)
  return answer.person
}

const PERSON = {
  name: { fullName: 'Nadia Okoro', givenName: 'Nadia', familyName: 'Okoro' },
  email: EMAIL,
  location: 'Leeds, United Kingdom',
  geo: { city: 'Leeds', state: 'England', country: 'United Kingdom', countryCode: 'GB' },
  employment: {
    domain: 'brightforge.example',
    name: 'Brightforge',
    title: 'Chief Operating Officer',
    seniority: 'executive',
  },
  linkedin: { handle: 'Nadia-Okoro' },
  phone: '0113 496 0000',
  activeAt: '2026-02-01',
  inactiveAt: null,
}

const COMPANY = {
  name: 'Brightforge Ltd',
  domain: 'brightforge.example',
  geo: { countryCode: 'GB' },
  site: { phoneNumbers: ['0113 496 0999', '+44 113 496 0998'], emailAddresses: ['hello@brightforge.example'] },
  category: { sector: 'Industrials', industry: 'Machinery' },
  metrics: { employees: '201-500', employeesRange: '11-50' },
}

const ERRORS = { errors: [{ id: 'not_found', code: 404, details: 'nobody' }] }

describe('Hunter looking somebody up', () => {
  testFaults(hunter, lookUp, { path: PATH })

  test('every field is read', async () => {
    await using vendor = await aVendor(() => ({ body: { data: { person: PERSON, company: COMPANY } } }))
    expect(await lookUp(connected(hunter, vendor, PATH))).toEqual({
      answers: [
        {
          kind: 'hit',
          person: {
            email: EMAIL,
            companyDomain: 'brightforge.example',
            fields: {
              firstName: { value: 'Nadia' },
              lastName: { value: 'Okoro' },
              companyName: { value: 'Brightforge Ltd' },
              jobTitle: { value: 'Chief Operating Officer' },
              linkedinUrl: { value: 'https://www.linkedin.com/in/nadia-okoro' },
              phone: { value: '+441134960000' },
              industry: { value: 'Machinery' },
              seniorityLevel: { value: 'c_level' },
              companySize: { value: '201-500' },
              location: { value: 'Leeds, United Kingdom' },
            },
            emailStatus: null,
          },
        },
      ],
      credits: 2,
      creditsLeft: null,
      requestId: null,
    })
  })

  test('it is told the address and nothing else, and the key only in a header', async () => {
    await using vendor = await aVendor(() => ({ body: { data: { person: PERSON } } }))
    await lookUp(connected(hunter, vendor, PATH))
    const [asked] = vendor.asked
    expect(asked).toMatchObject({ method: 'GET', path: '/v2/combined/find', query: { email: EMAIL }, body: '' })
    expect(asked?.query).toEqual({ email: EMAIL })
    expect(asked?.headers).toMatchObject({ 'x-api-key': KEY })
  })

  test('several are asked about one by one', async () => {
    await using vendor = await aVendor(({ query }) =>
      query.email === EMAIL ? { body: { data: { person: PERSON } } } : { status: 404, body: ERRORS },
    )
    const { enricher } = connected(hunter, vendor, PATH)
    if (enricher?.kind !== 'enricher') throw new Error('it does not look people up')
    const clues = [{ ...CLUE, email: 'tom@harbor.example' }, CLUE]
    expect(await enricher.lookUp(clues, NEVER)).toMatchObject({
      answers: [{ kind: 'miss' }, { kind: 'hit' }],
      credits: 1,
    })
  })

  test.each<[what: string, kind: string, credits: number, data: object]>([
    ['a person and a company', 'hit', 2, { person: PERSON, company: COMPANY }],
    ['a person alone', 'hit', 1, { person: PERSON, company: null }],
    ['a company alone', 'hit', 1, { company: COMPANY }],
    ['neither', 'miss', 0, { person: null, company: null }],
    ['a person of whom nothing is told', 'miss', 1, { person: { email: EMAIL, name: null } }],
  ])('%s is a %s for %d credits', async (_what, kind, credits, data) => {
    expect(await lookUp(answering({ data }))).toMatchObject({ answers: [{ kind }], credits })
  })

  test.each([{}, { persons: [PERSON] }, { person: 'Nadia' }, { person: PERSON, company: 7 }])(
    'the data %j is no answer',
    async (data) => {
      expect((await troubleOf(lookUp(answering({ data })))).trouble).toBe('lost')
    },
  )

  test('404 is a miss that costs nothing', async () => {
    expect(await lookUp(answering(ERRORS, 404))).toMatchObject({ answers: [{ kind: 'miss' }], credits: 0 })
  })

  test.each<[what: string, body: unknown]>([
    ['a page', '<html>Not Found</html>'],
    ['the JSON of something else', { message: 'no such route' }],
    ['nothing', ''],
  ])('404 with %s does not come from the API, and says nothing of the person', async (_what, body) => {
    await using vendor = await aVendor(() => ({ status: 404, body }))
    expect((await troubleOf(lookUp(connected(hunter, vendor, PATH)))).trouble).toBe('unavailable')
  })

  test.each<[what: string, data: object, field: Field, told: Told]>([
    [
      'no number of their own has that of the company, marked as such',
      { person: { ...PERSON, phone: null }, company: COMPANY },
      'phone',
      { value: '+441134960999', note: 'company switchboard', confidence: 0.4 },
    ],
    [
      'a boolean for a number has that of the company too',
      { person: { ...PERSON, phone: true }, company: { ...COMPANY, site: { phoneNumbers: [true, '+441134960998'] } } },
      'phone',
      { value: '+441134960998', note: 'company switchboard', confidence: 0.4 },
    ],
    [
      'a mailbox that went quiet may have left the job',
      { person: { ...PERSON, inactiveAt: '2025-11-30T23:30:00-05:00' } },
      'jobTitle',
      { value: 'Chief Operating Officer', note: 'inactive since 2025-11-30', confidence: 0.4 },
    ],
    [
      'a mailbox that went quiet nobody knows when may have left the job',
      { person: { ...PERSON, inactiveAt: 'last year' } },
      'jobTitle',
      { value: 'Chief Operating Officer', note: 'inactive', confidence: 0.4 },
    ],
    [
      'a mailbox that is not said to be quiet has the job',
      { person: { ...PERSON, inactiveAt: false } },
      'jobTitle',
      { value: 'Chief Operating Officer' },
    ],
    [
      'no written place has the parts of one',
      { person: { ...PERSON, location: null } },
      'location',
      { value: 'Leeds, England, United Kingdom' },
    ],
    ['no company record has the employer', { person: PERSON }, 'companyName', { value: 'Brightforge' }],
    [
      'a number of employees is in a band',
      { company: { ...COMPANY, metrics: { employees: 240 } } },
      'companySize',
      { value: '201-500' },
    ],
    [
      'a range of employees is in a band',
      { company: { ...COMPANY, metrics: { employees: null, employeesRange: '1K-5K' } } },
      'companySize',
      { value: '1001-5000' },
    ],
    [
      'many employees are in the last band',
      { company: { ...COMPANY, metrics: { employeesRange: '100K+' } } },
      'companySize',
      { value: '10001+' },
    ],
    [
      'a handle may have its folder before it',
      { person: { ...PERSON, linkedin: { handle: 'in/nadia-okoro' } } },
      'linkedinUrl',
      { value: 'https://www.linkedin.com/in/nadia-okoro' },
    ],
  ])('who has %s', async (_what, data, field, told) => {
    expect((await personIn(data)).fields[field]).toEqual(told)
  })

  test('the handle of a company is no profile', async () => {
    const { fields } = await personIn({ person: { ...PERSON, linkedin: { handle: 'company/brightforge' } } })
    expect(fields.linkedinUrl).toBeUndefined()
  })

  test('whom the answer is about is told as it says', async () => {
    const other = { ...PERSON, email: 'other@harbor.example', employment: { domain: 'harbor.example', title: 'Buyer' } }
    expect(await personIn({ person: other })).toMatchObject({
      email: 'other@harbor.example',
      companyDomain: 'harbor.example',
    })
  })

  test('of a record with wrong types what can be read is kept', async () => {
    const broken = { ...PERSON, name: 'Nadia', geo: 7, linkedin: [], employment: { title: ['x'], seniority: 'wizard' } }
    const company = { ...COMPANY, site: { phoneNumbers: 'none' }, metrics: { employees: true }, category: 'none' }
    expect(await personIn({ person: { ...broken, phone: 7, location: false }, company })).toMatchObject({
      email: EMAIL,
      fields: { companyName: { value: 'Brightforge Ltd' } },
    })
  })
})

const BUSY = { date: 'Mon, 02 Mar 2026 09:00:00 GMT' }

describe.each([
  ['person', lookUp],
  ['verdict', verify],
])('Hunter asked for a %s', (_what, ask) => {
  test.each<[status: number, trouble: Trouble]>([
    [400, 'refused'],
    [401, 'auth_failed'],
    [402, 'out_of_credits'],
    [403, 'rate_limited'],
    [422, 'refused'],
    [429, 'out_of_credits'],
    [500, 'unavailable'],
    [504, 'lost'],
  ])('answering %d is told by name', async (status, trouble) => {
    await using vendor = await aVendor(() => ({ status, body: ERRORS }))
    expect((await troubleOf(ask(connected(hunter, vendor, PATH)))).trouble).toBe(trouble)
  })

  test.each<[status: number, headers: Record<string, string>, ms: number | undefined]>([
    [403, { ...BUSY, 'retry-after': '12' }, 12_000],
    [403, { ...BUSY, 'retry-after': 'Mon, 02 Mar 2026 09:00:45 GMT' }, 45_000],
    [403, BUSY, undefined],
    [429, { ...BUSY, 'retry-after': '12' }, undefined],
  ])('%d with %j is waited for as long as it says', async (status, headers, ms) => {
    await using vendor = await aVendor(() => ({ status, headers, body: ERRORS }))
    expect((await troubleOf(ask(connected(hunter, vendor, PATH)))).retryAfterMs).toBe(ms)
  })
})

test('451 is the wish of the person, and no fault', async () => {
  expect(await lookUp(answering(ERRORS, 451))).toMatchObject({ answers: [{ kind: 'opted_out' }], credits: 0 })
  expect(await verify(answering(ERRORS, 451))).toBe('opted_out')
})

describe('Hunter verifying an address', () => {
  testFaults(hunter, verify, { path: PATH })

  test('it is told the address, and the key only in a header', async () => {
    await using vendor = await aVendor(() => ({ body: { data: { status: 'valid', email: EMAIL } } }))
    expect(await verify(connected(hunter, vendor, PATH))).toEqual({ status: 'valid', detail: null })
    const [asked] = vendor.asked
    expect(asked).toMatchObject({ method: 'GET', path: '/v2/email-verifier', body: '' })
    expect(asked?.query).toEqual({ email: EMAIL })
    expect(asked?.headers).toMatchObject({ 'x-api-key': KEY })
  })

  test.each<[status: string, verdict: EmailVerdict]>([
    ['valid', { status: 'valid', detail: null }],
    ['accept_all', { status: 'risky', detail: 'catch_all' }],
    ['invalid', { status: 'invalid', detail: null }],
    ['disposable', { status: 'invalid', detail: 'disposable' }],
    ['webmail', { status: 'unknown', detail: 'webmail' }],
    ['unknown', { status: 'unknown', detail: null }],
    ['Very Valid', { status: 'unknown', detail: 'very_valid' }],
    ['deliverable', { status: 'unknown', detail: 'deliverable' }],
    ['constructor', { status: 'unknown', detail: 'constructor' }],
    ['', { status: 'unknown', detail: null }],
  ])('%j is %j, whatever the deprecated result says', async (status, verdict) => {
    expect(await verify(answering({ data: { status, result: 'deliverable', score: 100 } }))).toEqual(verdict)
  })

  test('a result without a status is no answer', async () => {
    expect((await troubleOf(verify(answering({ data: { result: 'deliverable', score: 100 } })))).trouble).toBe('lost')
  })

  test('a verdict on another address is none', async () => {
    const about = (email: string) => verify(answering({ data: { status: 'valid', email } }))
    expect(await about('other@brightforge.example')).toEqual({ status: 'unknown', detail: 'other_address' })
    expect(await about('Nadia@Brightforge.Example')).toEqual({ status: 'valid', detail: null })
  })

  test('while it is still working it wants to be asked again in a few seconds', async () => {
    const answers: Answering[] = [
      { status: 202, body: { data: { status: 'valid' } } },
      { body: { data: { status: 'valid' } } },
    ]
    await using vendor = await aVendor((_asked, nth) => answers[nth - 1])
    const connection = connected(hunter, vendor, PATH)
    const error = await troubleOf(verify(connection))
    expect(error).toMatchObject({ trouble: 'pending', retryAfterMs: 4000 })
    expect(await verify(connection)).toEqual({ status: 'valid', detail: null })
    expect(vendor.asked.map(({ path, query }) => [path, query.email])).toEqual(
      Array.from({ length: 2 }, () => ['/v2/email-verifier', EMAIL]),
    )
  })

  test('a probe that failed says nothing of the address', async () => {
    const verdict = { status: 'unknown', detail: 'probe_failed' }
    expect(await verify(answering({ data: { status: 'valid' } }, 222))).toEqual(verdict)
    await using vendor = await aVendor(() => ({ status: 222, body: '<html>' }))
    expect(await verify(connected(hunter, vendor, PATH))).toEqual(verdict)
  })

  test('404 does not come from the API', async () => {
    await using vendor = await aVendor(() => ({ status: 404, body: '<html>' }))
    expect((await troubleOf(verify(connected(hunter, vendor, PATH)))).trouble).toBe('unavailable')
  })
})

describe('Hunter answering anything', () => {
  const json = fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text))
  const words = fc.constantFrom('valid', 'VALID ', 'valid.', 'invalid', 'accept_all', 'deliverable', '__proto__')
  const statuses = fc.oneof(words, fc.string(), fc.string({ unit: 'binary' }), json)

  test('no word but its own makes an address valid', async () => {
    let valid = 0
    await fc.assert(
      fc.asyncProperty(statuses, async (status) => {
        try {
          const verdict = await verify(answering({ data: { status, result: 'deliverable' } }))
          if (verdict === 'opted_out' || verdict?.status !== 'valid') return
          valid += 1
          expect(status).toMatch(/^\s*valid\s*$/i)
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error
        }
      }),
      { numRuns: 10_000 },
    )
    expect(valid).toBeGreaterThan(0)
  })

  const scrambled = (shape: object) =>
    fc.record(
      Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, fc.oneof(fc.constant(value), json)])),
    )
  const bodies = fc.oneof(
    json,
    fc.record({ data: json }),
    fc.record({ data: fc.record({ person: scrambled(PERSON), company: scrambled(COMPANY) }) }),
  )

  test('whatever comes is an answer or told by name', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        try {
          const { answers } = await lookUp(answering(body))
          expect(answers).toHaveLength(1)
          expect(answers.flatMap((answer) => (answer.kind === 'hit' ? (answer.person.emailStatus ?? []) : []))).toEqual(
            [],
          )
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
