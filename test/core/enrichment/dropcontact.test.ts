import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  type Answer,
  type BatchEnricher,
  type Clue,
  type Connection,
  ProviderError,
  type Trouble,
} from '../../../src/core/enrichment/provider.ts'
import { dropcontact } from '../../../src/core/enrichment/providers/dropcontact.ts'
import { type Answering, aVendor, connected, KEY, NEVER, testFaults, troubleOf } from './vendor.ts'

function aClue(email: string, known: Partial<Clue> = {}): Clue {
  return { email, firstName: null, lastName: null, companyName: null, linkedinUrl: null, ...known }
}

const NADIA = aClue('nadia@brightforge.example')

function enricherOf({ enricher }: Connection): BatchEnricher {
  if (enricher?.kind !== 'batch enricher') throw new Error('it does not take batches')
  return enricher
}

const submit = (connection: Connection) => enricherOf(connection).submit([NADIA], null, NEVER)
const collect = (connection: Connection) => enricherOf(connection).collect('b-1', [NADIA], NEVER)

const TAKEN = { error: false, success: true, request_id: 'b-1', credits_left: 4102 }

function ready(...data: readonly unknown[]): object {
  return { error: false, success: true, credits_left: 4102, data }
}

/** A record about the first of a batch. */
function about(record: object): object {
  return { ...record, custom_fields: { row: '0' } }
}

function qualified(qualification: unknown, email = NADIA.email): object {
  return { email: [{ email, qualification }] }
}

/** What comes of `body` for the contacts of a batch. */
async function answersTo(body: unknown, clues: readonly Clue[] = [NADIA]): Promise<readonly Answer[] | undefined> {
  const fetch = async () => Response.json(body)
  const enricher = enricherOf(dropcontact.connect({ key: KEY, baseUrl: 'http://vendor.invalid', fetch }))
  return (await enricher.collect('b-1', clues, NEVER))?.answers
}

async function answerTo(record: object, clue: Clue = NADIA): Promise<Answer | undefined> {
  return (await answersTo(ready(about(record)), [clue]))?.[0]
}

describe('Dropcontact taking a batch', () => {
  testFaults(dropcontact, submit)

  test('it is told the addresses and what else is known, in English, under a number of our own', async () => {
    await using vendor = await aVendor(() => ({ body: TAKEN }))
    const clues = [
      NADIA,
      aClue('tom@harbor.example', {
        firstName: 'Tom',
        lastName: 'Reyes',
        companyName: 'Harbor',
        linkedinUrl: 'https://www.linkedin.com/in/tom-reyes',
      }),
    ]
    const enricher = enricherOf(connected(dropcontact, vendor))
    expect(await enricher.submit(clues, 'https://crm.example/callbacks/t0k3n', NEVER)).toEqual({
      requestId: 'b-1',
      creditsLeft: 4102,
    })
    const [asked] = vendor.asked
    expect(asked).toMatchObject({ method: 'POST', path: '/v1/enrich/all', query: {} })
    expect(asked?.headers).toMatchObject({ 'x-access-token': KEY, 'content-type': 'application/json' })
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      data: [
        { email: 'nadia@brightforge.example', custom_fields: { row: '0' } },
        {
          email: 'tom@harbor.example',
          first_name: 'Tom',
          last_name: 'Reyes',
          company: 'Harbor',
          linkedin: 'https://www.linkedin.com/in/tom-reyes',
          custom_fields: { row: '1' },
        },
      ],
      language: 'en',
      custom_callback_url: 'https://crm.example/callbacks/t0k3n',
    })
  })

  test('without an address to call back none is sent', async () => {
    await using vendor = await aVendor(() => ({ body: TAKEN }))
    await submit(connected(dropcontact, vendor))
    expect(Object.keys(JSON.parse(vendor.asked[0]?.body ?? ''))).toEqual(['data', 'language'])
  })

  test('what only stands in place of a name is not sent', async () => {
    await using vendor = await aVendor(() => ({ body: TAKEN }))
    const clue = aClue(NADIA.email, { firstName: 'N/A', lastName: '-', companyName: '  ' })
    await enricherOf(connected(dropcontact, vendor)).submit([clue], null, NEVER)
    expect(JSON.parse(vendor.asked[0]?.body ?? '').data).toEqual([{ email: NADIA.email, custom_fields: { row: '0' } }])
  })

  test('a balance that it does not tell is not known', async () => {
    await using vendor = await aVendor(() => ({ body: { ...TAKEN, credits_left: 'many' } }))
    expect(await submit(connected(dropcontact, vendor))).toEqual({ requestId: 'b-1', creditsLeft: null })
  })

  test.each<[what: string, body: object, trouble: Trouble]>([
    ['an error without a reason', { error: true, success: false }, 'unavailable'],
    ['a fault of its own', { error: true, success: false, reason: 'Something went wrong' }, 'unavailable'],
    ['missing credits', { error: true, success: false, reason: 'Not enough credits' }, 'out_of_credits'],
    ['a bad key', { error: true, success: false, detail: 'Unknown access token' }, 'auth_failed'],
    ['too many requests', { error: true, success: false, reason: 'Too many requests' }, 'rate_limited'],
    ['missing data', { error: true, success: false, reason: 'data is missing' }, 'refused'],
    ['too many records', { error: true, success: false, reason: 'Too many records' }, 'refused'],
    ['no success', { error: false, success: false, reason: 'Try again in 30 seconds' }, 'unavailable'],
    ['an error that is a success too', { ...TAKEN, error: true, reason: 'data is missing' }, 'lost'],
    ['no name for the batch', { error: false, success: true }, 'lost'],
    ['an empty name for the batch', { ...TAKEN, request_id: '' }, 'lost'],
    ['a success that is a word', { ...TAKEN, success: 'yes' }, 'lost'],
  ])('200 with %s is no batch', async (_what, body, trouble) => {
    await using vendor = await aVendor(() => ({ body }))
    const error = await troubleOf(submit(connected(dropcontact, vendor)))
    expect(error.trouble).toBe(trouble)
    expect(error.message).not.toMatch(/wrong|missing|30 seconds/)
  })

  const REFUSED = { error: true, success: false, reason: 'Not enough credits' }

  test.each<[what: string, refusal: Answering, account: Answering, creditsLeft: number | null]>([
    ['says so', { status: 403, body: { ...REFUSED, credits_left: 3 } }, {}, 3],
    ['says that there are none', { status: 403, body: { ...REFUSED, credits_left: 0 } }, {}, 0],
    ['says so with 200', { body: { ...REFUSED, credits_left: 3 } }, {}, 3],
    ['has an account that says so', { status: 403, body: REFUSED }, { body: { credits: 3 } }, 3],
    ['has an account that says so as elsewhere', { status: 403, body: REFUSED }, { body: { credits_left: 3 } }, 3],
    ['is a page', { status: 403, body: '<html>' }, { body: { credits: 3 } }, 3],
    ['names no number', { status: 403, body: { ...REFUSED, credits_left: 'few' } }, { body: { credits: -1 } }, null],
    ['has an unknown account', { status: 403, body: REFUSED }, { status: 403, body: { detail: 'unknown' } }, null],
    ['has a broken account', { status: 403, body: REFUSED }, { status: 500, body: { credits: 3 } }, null],
    ['has an account that is silent', { status: 403, body: REFUSED }, { cutAfter: 0 }, null],
  ])('a refusal for want of credits that %s tells what is left', async (_what, refusal, account, creditsLeft) => {
    await using vendor = await aVendor(({ path }) => (path === '/v1/account/credits' ? account : refusal))
    const error = await troubleOf(submit(connected(dropcontact, vendor)))
    expect(error).toMatchObject({ trouble: 'out_of_credits', creditsLeft })
    for (const { method, path, headers } of vendor.asked.slice(1))
      expect([method, path, headers['x-access-token']]).toEqual(['GET', '/v1/account/credits', KEY])
  })
})

const BUSY = { date: 'Mon, 02 Mar 2026 09:00:00 GMT' }

describe.each([
  ['submit', submit],
  ['collect', collect],
])('Dropcontact at %s', (_call, ask) => {
  test.each<[status: number, body: unknown, trouble: Trouble]>([
    [400, { error: true, success: false, reason: 'more than 250 records' }, 'refused'],
    [401, { error: true, success: false, reason: 'invalid token' }, 'auth_failed'],
    [403, { error: true, success: false, reason: 'not enough credits' }, 'out_of_credits'],
    [404, { detail: 'not found' }, 'refused'],
    [404, '<html>', 'unavailable'],
    [422, { detail: 'unexpected' }, 'refused'],
    [429, { detail: 'too many requests' }, 'rate_limited'],
    [500, { detail: 'internal error' }, 'unavailable'],
    [504, '<html>', 'lost'],
  ])('answering %d is told by name', async (status, body, trouble) => {
    await using vendor = await aVendor(() => ({ status, body }))
    expect((await troubleOf(ask(connected(dropcontact, vendor)))).trouble).toBe(trouble)
  })

  test.each<[headers: Record<string, string>, ms: number | undefined]>([
    [{ ...BUSY, 'retry-after': '12' }, 12_000],
    [{ ...BUSY, 'retry-after': 'Mon, 02 Mar 2026 09:00:45 GMT' }, 45_000],
    [BUSY, undefined],
  ])('429 with %j is waited for as long as it says', async (headers, ms) => {
    await using vendor = await aVendor(() => ({ status: 429, headers, body: {} }))
    expect(await troubleOf(ask(connected(dropcontact, vendor)))).toMatchObject({
      trouble: 'rate_limited',
      retryAfterMs: ms,
    })
  })
})

describe('Dropcontact answering for a batch', () => {
  testFaults(dropcontact, collect)

  const FULL = {
    civility: 'Mrs',
    first_name: 'Nadia',
    last_name: 'Okoro',
    full_name: 'Nadia Okoro',
    company: 'Brightforge',
    website: 'www.brightforge.example',
    company_linkedin: 'www.linkedin.com/company/brightforge',
    linkedin: 'www.linkedin.com/in/Nadia-Okoro/',
    job: 'Head of Revenue Operations',
    job_level: 'Director',
    job_function: 'Operations',
    nb_employees: '200-499',
    industry: 'Machinery',
    phone: '+44 113 496 0000',
    country: 'GB',
    siret_city: 'Leeds',
    ...qualified('nominative@pro'),
  }

  test('every field is read, and each address of the batch costs one', async () => {
    await using vendor = await aVendor(() => ({ body: ready(about(FULL)) }))
    expect(await collect(connected(dropcontact, vendor))).toEqual({
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
              linkedinUrl: { value: 'https://www.linkedin.com/in/nadia-okoro' },
              phone: { value: '+441134960000' },
              industry: { value: 'Machinery' },
              seniorityLevel: { value: 'director' },
              companySize: { value: '201-500' },
            },
            emailStatus: { status: 'valid', detail: null },
          },
        },
      ],
      credits: 1,
      creditsLeft: 4102,
      requestId: 'b-1',
    })
    const [asked] = vendor.asked
    expect(asked).toMatchObject({ method: 'GET', path: '/v1/enrich/all/b-1', query: {}, body: '' })
    expect(asked?.headers).toMatchObject({ 'x-access-token': KEY })
  })

  test('it supplies what it can tell, which is no place', () => {
    const enricher = enricherOf(dropcontact.connect({ key: KEY, baseUrl: 'http://vendor.invalid', fetch }))
    expect(enricher.supplies).toHaveLength(10)
    expect(enricher.supplies).not.toContain('location')
  })

  test('a batch that is not done is nothing yet', async () => {
    const body = { error: false, success: false, reason: 'Request not ready yet, try again in 30 seconds' }
    expect(await answersTo(body)).toBeUndefined()
    expect(await answersTo({ ...body, data: [about(FULL)] })).toBeUndefined()
  })

  test.each<[what: string, body: object, trouble: Trouble]>([
    ['an error', { error: true, success: false, reason: 'Something went wrong' }, 'unavailable'],
    ['an error beside data', { ...ready(about(FULL)), error: true }, 'lost'],
    ['a success without data', { error: false, success: true }, 'lost'],
    ['data that is no list', { error: false, success: true, data: { 0: about(FULL) } }, 'lost'],
  ])('200 with %s is no answer', async (_what, body, trouble) => {
    expect((await troubleOf(answersTo(body))).trouble).toBe(trouble)
  })

  test('the name of a batch cannot lead to another path', async () => {
    await using vendor = await aVendor(() => ({ body: ready() }))
    await enricherOf(connected(dropcontact, vendor)).collect('a/b?c=d#\ud800', [NADIA], NEVER)
    expect(vendor.asked[0]).toMatchObject({ path: '/v1/enrich/all/a%2Fb%3Fc%3Dd%23%EF%BF%BD', query: {} })
  })

  test('records in another order stay with their contacts, and who does not come back is a miss', async () => {
    const clues = ['a', 'b', 'c', 'd', 'e'].map((name) => aClue(`${name}@brightforge.example`))
    const records = [3, 0, 4, 1].map((row) => ({ job: `job ${row}`, custom_fields: { row: `${row}` } }))
    const answers = await answersTo(ready(...records), clues)
    const jobs = answers?.map((answer) => (answer.kind === 'hit' ? answer.person.fields.jobTitle?.value : answer.kind))
    expect(jobs).toEqual(['job 0', 'job 1', 'miss', 'job 3', 'job 4'])
  })

  test('a row that came back as a number is the same row', async () => {
    expect(await answersTo(ready({ job: 'Buyer', custom_fields: { row: 0 } }))).toMatchObject([{ kind: 'hit' }])
  })

  test.each<[what: string, record: unknown]>([
    ['null', null],
    ['text', 'nadia'],
    ['a record without our number', { job: 'Buyer' }],
    ['a record with the number of nobody', { job: 'Buyer', custom_fields: { row: '7' } }],
    ['a record with a list for a number', { job: 'Buyer', custom_fields: { row: ['0'] } }],
  ])('%s between the records costs only itself', async (_what, record) => {
    const answers = await answersTo(ready(record, { job: 'Seller', custom_fields: { row: '1' } }), [NADIA, NADIA])
    expect(answers).toMatchObject([{ kind: 'miss' }, { kind: 'hit', person: { fields: { jobTitle: {} } } }])
  })

  test('of a record with wrong types what can be read is kept', async () => {
    const record = { ...FULL, job: true, phone: 7, linkedin: {}, nb_employees: [], industry: 'N/A', company: '-' }
    expect(await answerTo({ ...record, website: false, first_name: null, last_name: ['x'] })).toEqual({
      kind: 'hit',
      person: {
        email: NADIA.email,
        companyDomain: null,
        fields: { seniorityLevel: { value: 'director' } },
        emailStatus: { status: 'valid', detail: null },
      },
    })
  })

  test.each<[record: object, fields: object]>([
    [{ employee_count: 240, nb_employees: '10-49' }, { companySize: { value: '201-500' } }],
    [{ employee_count: '0', nb_employees: '10-49' }, { companySize: { value: '11-50' } }],
    [{ phone: '0113 496 0000', country: 'gb' }, { phone: { value: '+441134960000' } }],
    [
      { phone: '+44 113 496 0000', mobile_phone: '+44 7700 900123', country: 'GB' },
      { phone: { value: '+441134960000' } },
    ],
    [{ mobile_phone: '07700 900123', country: 'GB' }, { phone: { value: '+447700900123', note: 'mobile' } }],
    [{ linkedin: 'www.linkedin.com/company/brightforge', job: 'Buyer' }, { jobTitle: { value: 'Buyer' } }],
  ])('%j are the fields %j', async (record, fields) => {
    const answer = await answerTo(record)
    expect(answer?.kind === 'hit' && answer.person.fields).toEqual(fields)
  })

  const KNOWN = aClue(NADIA.email, {
    firstName: 'Nadia',
    lastName: 'Okoro',
    companyName: 'Brightforge',
    linkedinUrl: 'https://www.linkedin.com/in/nadia-okoro',
  })

  const ECHO = { first_name: 'NADIA', last_name: 'Okoro', company: 'Brightforge', linkedin: FULL.linkedin }

  test('what we told ourselves does not come back as found', async () => {
    expect(await answerTo({ ...ECHO, company: 'Brightforge Ltd', ...qualified('non_validated@pro') }, KNOWN)).toEqual({
      kind: 'hit',
      person: {
        email: NADIA.email,
        companyDomain: null,
        fields: { companyName: { value: 'Brightforge Ltd' } },
        emailStatus: { status: 'unknown', detail: 'unverifiable_now' },
      },
    })
  })

  test.each<[what: string, kind: Answer['kind'], record: object]>([
    ['nothing', 'miss', {}],
    ['an empty list of addresses', 'miss', { email: [] }],
    ['the echo and no verdict', 'miss', { ...ECHO, ...qualified('non_validated@pro') }],
    ['the echo and a qualification that is new', 'miss', { ...ECHO, ...qualified('quantum@pro') }],
    ['the echo and a verdict', 'hit', { ...ECHO, ...qualified('nominative@pro') }],
    ['a verdict against the address', 'hit', qualified('invalid@pro')],
  ])('a record with %s is a %s', async (_what, kind, record) => {
    expect((await answerTo(record, KNOWN))?.kind).toBe(kind)
  })
})

describe('what Dropcontact says of addresses', () => {
  test.each<[qualification: string, status: string, detail: string | null]>([
    ['nominative@pro', 'valid', null],
    ['nominatif@pro', 'valid', null],
    ['NOMINATIVE@PRO', 'valid', null],
    ['nominative@perso', 'valid', 'personal_mailbox'],
    ['nominatif@perso', 'valid', 'personal_mailbox'],
    ['nominative@school', 'valid', 'school'],
    ['nominative@disposable', 'invalid', 'disposable_or_random'],
    ['nominatif@jetable', 'invalid', 'disposable_or_random'],
    ['nominative@invalid domain', 'invalid', 'mailbox_or_domain'],
    ['nominative@invalid', 'invalid', 'mailbox_or_domain'],
    ['catch-all@pro', 'risky', 'catch_all'],
    ['catch_all@pro', 'risky', 'catch_all'],
    ['Catch All@school', 'risky', 'catch_all'],
    ['catch-all@disposable', 'invalid', 'disposable_or_random'],
    ['generic@pro', 'risky', 'role_account'],
    ['générique@pro', 'risky', 'role_account'],
    ['Ge\u0301ne\u0301rique@Perso', 'risky', 'role_account'],
    ['generic@school', 'unknown', 'generic@school'],
    ['non_validated@pro', 'unknown', 'unverifiable_now'],
    ['non-validated@perso', 'unknown', 'unverifiable_now'],
    ['random@pro', 'invalid', 'disposable_or_random'],
    ['aleatory@perso', 'invalid', 'disposable_or_random'],
    ['aléatoire@pro', 'invalid', 'disposable_or_random'],
    ['invalid@pro', 'invalid', 'mailbox_or_domain'],
    ['invalide@pro', 'invalid', 'mailbox_or_domain'],
    ['generic@domaine invalide', 'invalid', 'mailbox_or_domain'],
    ['nominative', 'unknown', 'nominative'],
    ['nominative@', 'unknown', 'nominative@'],
    ['nominative@pro@pro', 'unknown', 'nominative@pro@pro'],
    ['pro@nominative', 'unknown', 'pro@nominative'],
    ['not nominative@pro', 'unknown', 'not_nominative@pro'],
    ['valid', 'unknown', 'valid'],
    ['constructor@pro', 'unknown', 'constructor@pro'],
    ['__proto__@__proto__', 'unknown', '__proto__@__proto__'],
  ])('%s is %s (%s)', async (qualification, status, detail) => {
    expect(await answerTo({ job: 'Buyer', ...qualified(qualification) })).toMatchObject({
      person: { email: NADIA.email, emailStatus: { status, detail } },
    })
  })

  test.each([undefined, null, true, 7, {}, '', 'N/A'])('the qualification %j says nothing', async (qualification) => {
    expect(await answerTo({ job: 'Buyer', ...qualified(qualification) })).toMatchObject({
      person: { email: NADIA.email, emailStatus: null },
    })
  })

  test.each([
    'Do_Not_Contact@pro',
    'do-not-contact@perso',
    'Do Not Contact@pro',
    'DO_NOT_CONTACT',
    'ne_pas_contacter@pro',
  ])('who is qualified as %s has opted out, whatever else is told', async (qualification) => {
    expect(await answerTo({ job: 'Buyer', ...qualified(qualification) })).toEqual({ kind: 'opted_out' })
  })

  const OTHER = 'other@brightforge.example'

  test('of several addresses the one asked about counts, in any spelling', async () => {
    const list = [
      { email: OTHER, qualification: 'nominative@pro' },
      { email: 'Nadia@Brightforge.example', qualification: 'catch_all@pro' },
    ]
    expect(await answerTo({ email: list })).toMatchObject({
      person: { email: 'Nadia@Brightforge.example', emailStatus: { status: 'risky' } },
    })
  })

  test('a record of another address is told as of that address, and without a verdict', async () => {
    expect(await answerTo({ job: 'Buyer', ...qualified('nominative@pro', OTHER) })).toEqual({
      kind: 'hit',
      person: {
        email: OTHER,
        companyDomain: null,
        fields: { jobTitle: { value: 'Buyer' } },
        emailStatus: null,
      },
    })
    expect(await answerTo(qualified('nominative@pro', OTHER))).toEqual({ kind: 'miss' })
  })

  test('an opt-out of another of their addresses is one, but not that of somebody else', async () => {
    const own = { email: NADIA.email, qualification: 'nominative@pro' }
    const optOut = { email: OTHER, qualification: 'Do_Not_Contact@pro' }
    expect(await answerTo({ email: [own, optOut] })).toEqual({ kind: 'opted_out' })
    expect(await answerTo({ job: 'Buyer', email: [optOut] })).toEqual({ kind: 'miss' })
  })

  test('an address that stands in place of one is none', async () => {
    const record = { job: 'Buyer', ...qualified('nominative@pro', 'email_not_unlocked@domain.com') }
    expect(await answerTo(record)).toMatchObject({ person: { email: null, emailStatus: null } })
  })

  const WORDS = [
    'nominative',
    'Nominatif',
    'nominatives',
    'catch-all',
    'générique',
    'do_not_contact',
    'invalid',
    '*',
    '',
  ]
  const DOMAINS = ['pro', 'perso', 'school', 'PRO', 'jetable', 'invalid domain', 'profile', '*', '']
  const paired = fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom('@', '@@', ' @ ', ''), fc.constantFrom(...DOMAINS))
  const qualifications = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    paired.map((parts) => parts.join('')),
  )

  test('no qualification outside the table makes an address valid', async () => {
    let valid = 0
    const batch = fc.array(qualifications, { minLength: 100, maxLength: 100 })
    await fc.assert(
      fc.asyncProperty(batch, async (texts) => {
        const records = texts.map((text, row) => ({ ...qualified(text), custom_fields: { row: `${row}` } }))
        const answers = await answersTo(
          ready(...records),
          texts.map(() => NADIA),
        )
        for (const [row, answer] of (answers ?? []).entries()) {
          if (answer.kind !== 'hit' || answer.person.emailStatus?.status !== 'valid') continue
          valid += 1
          expect(texts[row]).toMatch(/^\s*nominati(ve|f)\s*@\s*(pro|perso|school)\s*$/i)
        }
      }),
      { numRuns: 150 },
    )
    expect(valid).toBeGreaterThan(0)
  })

  const json = fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text))
  const keys = ['email', 'job', 'company', 'phone', 'mobile_phone', 'country', 'linkedin', 'website', 'employee_count']
  const records = fc.dictionary(fc.constantFrom(...keys), json).map(about)
  const bodies = fc.oneof(
    json,
    fc.record({ success: json, error: json, data: json }),
    records.map((one) => ready(one)),
  )

  test('whatever comes is an answer or told by name', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        try {
          expect((await answersTo(body)) ?? [null]).toHaveLength(1)
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
