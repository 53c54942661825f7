import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createExaminer, type LocalVerdict, type Subject } from '../../../../src/core/enrichment/local/examine.ts'
import { createMailDomains, type MailDomain } from '../../../../src/core/enrichment/local/mail-domains.ts'
import { syntaxProblem } from '../../../../src/core/enrichment/local/syntax.ts'

const GOOGLE: MailDomain = { kind: 'accepts_mail', host: 'google' }

/** Examines where DNS says `found` of every domain. */
function examining(found: MailDomain = GOOGLE) {
  const asked: string[] = []
  const check = (domain: string) => {
    asked.push(domain)
    return Promise.resolve(found)
  }
  const examine = createExaminer({ mailDomains: { check } })
  return {
    asked,
    examine: (email: string, more: Partial<Subject> = {}) => examine({ email, title: null, siblings: [], ...more }),
  }
}

const ADA = 'ada.lovelace@brightforge.example'
const COLLEAGUES = [{ field: 'companyName', value: 'Brightforge GmbH', entered: true }] as const

test('of a person at a company the domain, the address and the title each tell something, as what it is', async () => {
  const { told } = await examining().examine(ADA, { title: 'Head of Engines' })
  expect(told).toEqual([
    { field: 'companyName', source: 'guess:domain', value: 'Brightforge', confidence: 0.25 },
    { field: 'firstName', source: 'guess:address', value: 'Ada', confidence: 0.3 },
    { field: 'lastName', source: 'guess:address', value: 'Lovelace', confidence: 0.3 },
    { field: 'seniorityLevel', source: 'rule:title', value: 'head', confidence: 0.6 },
  ])
})

test('what colleagues tell of the company stands in place of a guess', async () => {
  const { told } = await examining().examine(ADA, { siblings: COLLEAGUES })
  expect(told.filter(({ field }) => field === 'companyName')).toEqual([
    { field: 'companyName', source: 'crm-sibling', value: 'Brightforge GmbH', confidence: 0.7 },
  ])
})

test.each(['ada.lovelace@gmail.com', 'ada.lovelace@mailinator.com', 'ada.lovelace@duck.com'])(
  'of the company of %s nothing is guessed, taken from others at that domain, or asked',
  async (email) => {
    const { told, mayAskForCompany } = await examining().examine(email, { siblings: COLLEAGUES })
    expect(told.filter(({ field }) => field === 'companyName')).toEqual([])
    expect(mayAskForCompany).toBe(false)
  },
)

test.each<[email: string, name: string]>([
  ['ada.lovelace@gmail.com', 'Ada'],
  ['ada.shopping@duck.com', ''],
  ['ada.lovelace@mailinator.com', ''],
  ['sales.team@brightforge.example', ''],
])('the address %s says of the first name %j', async (email, name) => {
  const { told } = await examining().examine(email)
  expect(told.find(({ field }) => field === 'firstName')?.value ?? '').toBe(name)
})

describe('the status of an address', () => {
  test.each<[email: string, found: MailDomain, verdict: LocalVerdict | null]>([
    [ADA, GOOGLE, { status: 'unknown', detail: 'domain_accepts_mail', source: 'dns' }],
    [ADA, { kind: 'implicit_mx' }, { status: 'unknown', detail: 'implicit_mx', source: 'dns' }],
    [ADA, { kind: 'null_mx' }, { status: 'invalid', detail: 'null_mx', source: 'dns' }],
    [ADA, { kind: 'no_such_domain' }, { status: 'invalid', detail: 'no_such_domain', source: 'dns' }],
    [ADA, { kind: 'unknown', reason: 'dns_unavailable' }, null],
    ['ada@gmail.com', GOOGLE, { status: 'unknown', detail: 'domain_accepts_mail', source: 'dns' }],
    ['info+x@brightforge.example', GOOGLE, { status: 'risky', detail: 'role_account', source: 'list' }],
    [
      'info@brightforge.example',
      { kind: 'unknown', reason: 'timeout' },
      { status: 'risky', detail: 'role_account', source: 'list' },
    ],
    ['info@brightforge.example', { kind: 'null_mx' }, { status: 'invalid', detail: 'null_mx', source: 'dns' }],
    ['ada@duck.com', GOOGLE, { status: 'unknown', detail: 'alias_relay', source: 'list' }],
    ['ada@duck.com', { kind: 'no_such_domain' }, { status: 'invalid', detail: 'no_such_domain', source: 'dns' }],
    ['ada@a.mailinator.com', GOOGLE, { status: 'invalid', detail: 'disposable', source: 'list' }],
    ['ada@brightforge.example.', GOOGLE, { status: 'invalid', detail: 'malformed', source: 'syntax' }],
    ['ada', GOOGLE, { status: 'invalid', detail: 'malformed', source: 'syntax' }],
  ])('%s with %j', async (email, found, verdict) => {
    expect((await examining(found).examine(email)).emailStatus).toEqual(verdict)
  })

  test('is never valid, whatever the address and whatever DNS says', async () => {
    const email = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.string(), fc.domain()).map(([local, domain]) => `${local}@${domain}`),
      fc
        .tuple(fc.constantFrom('info', 'ada', 'ada.lovelace'), fc.domain())
        .map(([local, domain]) => `${local}@${domain}`),
      fc.constantFrom('ada@gmail.com', 'ada@duck.com', 'ada@mailinator.com', '@', ''),
    )
    const found = fc.constantFrom<MailDomain>(
      GOOGLE,
      { kind: 'null_mx' },
      { kind: 'implicit_mx' },
      { kind: 'no_such_domain' },
      { kind: 'unknown', reason: 'servfail' },
    )
    const possible = ['invalid', 'risky', 'unknown', undefined]
    await fc.assert(
      fc.asyncProperty(email, found, fc.string(), async (anything, kind, title) => {
        const { emailStatus, told } = await examining(kind).examine(anything, { title })
        return possible.includes(emailStatus?.status) && told.every(({ confidence }) => confidence <= 0.7)
      }),
      { numRuns: 10_000 },
    )
  })

  test('without DNS is invalid by DNS for none of a thousand', async () => {
    const none = () => Promise.reject(Object.assign(new Error('queryMx ENOTFOUND'), { code: 'ENOTFOUND' }))
    const resolver = { resolveMx: none, resolve4: none, resolve6: none }
    const examine = createExaminer({ mailDomains: createMailDomains({ resolver, now: () => 0 }) })
    const emails = Array.from({ length: 1000 }, (_, index) => `ada@company-${index}.example`)
    const all = await Promise.all(emails.map((email) => examine({ email, title: null, siblings: [] })))
    expect(all.filter(({ emailStatus }) => emailStatus?.status === 'invalid')).toEqual([])
    expect(all.filter(({ mayPay }) => !mayPay)).toEqual([])
  })
})

test.each<[email: string, found: MailDomain, company: boolean, person: boolean, pay: boolean]>([
  [ADA, GOOGLE, true, true, true],
  [ADA, { kind: 'unknown', reason: 'servfail' }, true, true, true],
  [ADA, { kind: 'no_such_domain' }, true, true, false],
  [ADA, { kind: 'null_mx' }, true, true, false],
  ['info@brightforge.example', GOOGLE, true, false, true],
  ['ada@gmail.com', GOOGLE, false, true, true],
  ['ada@duck.com', GOOGLE, false, true, true],
  ['ada@mailinator.com', GOOGLE, false, true, false],
  ['ada@@', GOOGLE, false, false, false],
])(
  'of %s with %j a provider may be asked for the company: %s, the person: %s, for money: %s',
  async (email, found, company, person, pay) => {
    const { mayAskForCompany, mayAskForPerson, mayPay } = await examining(found).examine(email)
    expect([mayAskForCompany, mayAskForPerson, mayPay]).toEqual([company, person, pay])
  },
)

test('DNS is told the domain alone, and nothing where the answer is known before', async () => {
  const { asked, examine } = examining()
  for (const email of ['ada@Bücher.example', 'ada@mailinator.com', 'not an address']) await examine(email)
  expect(asked).toEqual(['xn--bcher-kva.example'])
})

const label = (length: number) => 'a'.repeat(length)
const longDomain = (length: number) => `${label(63)}.${label(63)}.${label(63)}.`.padEnd(length, 'b')

test.each<[what: string, address: string, problem: string | null]>([
  ['is usual', ADA, null],
  ['has a plus and an apostrophe', "o'brien+crm@brightforge.example", null],
  ['is international', 'jürgen@bücher.example', null],
  ['has two dots, as some carriers allow', 'ada..lovelace@brightforge.example', null],
  ['has 64 octets before the @', `${label(64)}@brightforge.example`, null],
  ['has 65', `${label(65)}@brightforge.example`, 'local_part_too_long'],
  ['has 66 octets in 33 letters', `${'ü'.repeat(33)}@brightforge.example`, 'local_part_too_long'],
  ['is 254 long', `${label(20)}@${longDomain(233)}`, null],
  ['is 255 long', `${label(20)}@${longDomain(234)}`, 'too_long'],
  ['is 255 long only in ASCII', `${label(20)}@ü.${longDomain(226)}`, 'too_long'],
  ['is 254 long in ASCII', `${label(20)}@ü.${longDomain(225)}`, null],
  ['has a label of 64', `ada@${label(64)}.example`, 'malformed'],
  ['ends in a dot', 'ada@brightforge.example.', 'malformed'],
  ['has an empty label', 'ada@brightforge..example', 'malformed'],
  ['has a label that ends in a hyphen', 'ada@brightforge-.example', 'malformed'],
  ['has no domain', 'ada@', 'malformed'],
  ['has no local part', '@brightforge.example', 'malformed'],
  ['has a space', 'ada lovelace@brightforge.example', 'malformed'],
  ['is far too long', `${'a.'.repeat(500_000)}@`, 'too_long'],
])('an address that %s', (_what, address, problem) => {
  expect(syntaxProblem(address)).toBe(problem)
})
