import { uuidOf } from '../../email/ids.ts'
import { slugOf } from '../../samples/contacts.ts'
import type { SampleCompany, SamplePerson, Seniority } from '../../samples/people.ts'
import { type Api, type ApiAnswer, type ApiRequest, type Circumstances, json } from '../api.ts'
import { LEFT, type Mailbox } from '../mailboxes.ts'
import { FixedWindow } from '../windows.ts'

const CREDITS = 20_000

/** Whom nobody may process any more, by their own wish. */
const OPTED_OUT: readonly string[] = ['saoirse.brannigan@kestrelvane.example']
/** Whose server takes its time, so that the first question is not answered yet. */
const SLOW: readonly string[] = ['pieter.vanwessel@corvane.example']

/** Enrichment sheet, sections 4.1 and 5. */
export const hunter: Api = {
  id: 'hunter',
  name: 'Hunter',
  basePath: '/v2',
  start(circumstances) {
    const lookUps = [new FixedWindow(1000, 15), new FixedWindow(60_000, 500)]
    const verifications = [new FixedWindow(1000, 10), new FixedWindow(60_000, 300)]
    const begun = new Set<string>()
    let credits = CREDITS

    return (request) => {
      const now = circumstances()
      const { method, path, query, at } = request
      if (!now.accepts(keyIn(request))) return failed(401, 'authentication_failed', 'No user found for the API key.')
      const endpoint = method === 'GET' ? ENDPOINTS[path] : undefined
      if (!endpoint) return failed(404, 'not_found', 'There is no such endpoint.')
      const windows = path === '/email-verifier' ? verifications : lookUps
      // The other way round than everybody else: 403 passes, 429 is for the month.
      if (now.mood.rateLimited || !windows.every((window) => window.take(at))) {
        return failed(403, 'rate_limit_reached', 'You have reached the rate limit.')
      }
      if (now.mood.outOfCredits || credits < endpoint.cost) {
        return failed(429, 'too_many_requests', 'You have used up the requests of your plan.')
      }
      const email = query.get('email')?.trim().toLowerCase() ?? ''
      if (OPTED_OUT.includes(email))
        return failed(451, 'claimed_email', 'The person asked us not to process their data.')
      if (path === '/email-verifier' && SLOW.includes(email) && !begun.has(email)) {
        begun.add(email)
        return json(202, { data: {}, meta: { params: { email } } })
      }
      const answer = endpoint.ask(query, now)
      if (answer.status === 200) credits -= endpoint.cost
      return answer
    }
  },
}

interface Endpoint {
  /** In credits, for an answer that tells something. */
  readonly cost: number
  readonly ask: (query: URLSearchParams, now: Circumstances) => ApiAnswer
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/combined/find': {
    cost: 2,
    ask: personal(['email'], (person) => ({ person: personOf(person), company: companyOf(person.company) })),
  },
  '/people/find': { cost: 1, ask: personal(['email', 'linkedin_handle'], personOf) },
  '/companies/find': { cost: 1, ask: company },
  '/email-verifier': { cost: 1, ask: verify },
}

/** The key also works in the query, where it ends in logs. */
function keyIn({ headers, query }: ApiRequest): string | null | undefined {
  return headers['x-api-key'] ?? /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? query.get('api_key')
}

function failed(code: number, id: string, details: string): ApiAnswer {
  return json(code, { errors: [{ id, code, details }] })
}

function found(params: URLSearchParams, data: object | undefined): ApiAnswer {
  const { api_key: _, ...asked } = Object.fromEntries(params)
  return data ? json(200, { data, meta: { params: asked } }) : failed(404, 'not_found', 'Nothing was found.')
}

function personal(inputs: readonly string[], dataOf: (person: SamplePerson) => object): Endpoint['ask'] {
  return (query, now) => {
    if (!inputs.some((input) => query.get(input)))
      return failed(400, 'wrong_params', `${inputs.join(' or ')} is missing`)
    const handle = query.get('linkedin_handle')
    const person = now.find({
      email: query.get('email') ?? undefined,
      linkedin: handle && inputs.includes('linkedin_handle') ? `/in/${handle}` : undefined,
    })
    return found(query, person && dataOf(person))
  }
}

function company(query: URLSearchParams, { people, find }: Circumstances): ApiAnswer {
  const domain = query.get('domain')?.toLowerCase()
  if (!domain) return failed(400, 'wrong_params', 'domain is missing')
  const employee = people.find((person) => person.company.domain === domain)
  const person = employee && find({ email: employee.email })
  return found(query, person && companyOf(person.company))
}

const SENIORITIES: Readonly<Record<Seniority, string>> = {
  founder: 'executive',
  c_suite: 'executive',
  vp: 'executive',
  head: 'executive',
  director: 'executive',
  manager: 'senior',
  senior: 'senior',
  entry: 'junior',
}

function personOf({ email, name, firstName, lastName, title, seniority, company }: SamplePerson): object {
  return {
    id: uuidOf(email),
    name: { fullName: name, givenName: firstName, familyName: lastName },
    email,
    location: `${company.city}, ${company.region}, ${company.country}`,
    geo: { city: company.city, state: company.region, country: company.country },
    employment: {
      domain: company.domain,
      name: company.name,
      title,
      role: null,
      subRole: null,
      seniority: SENIORITIES[seniority],
    },
    linkedin: { handle: slugOf(name) },
    phone: null,
    inactiveAt: LEFT.includes(email) ? '2025-11-03' : null,
  }
}

const RANGES: readonly (readonly [upTo: number, range: string])[] = [
  [10, '1-10'],
  [50, '11-50'],
  [250, '51-250'],
  [1000, '251-1K'],
]

function companyOf({ name, domain, industry, employees, city, region, country, phone }: SampleCompany): object {
  return {
    id: uuidOf(domain),
    name,
    domain,
    site: { phoneNumbers: [phone], emailAddresses: [`info@${domain}`] },
    category: { sector: null, industryGroup: null, industry },
    location: `${city}, ${region}, ${country}`,
    geo: { city, state: region, country },
    linkedin: { handle: `company/${domain.replace('.', '-')}` },
    phone,
    metrics: { employees, employeesRange: RANGES.find(([upTo]) => employees <= upTo)?.[1] ?? '1K-5K' },
  }
}

/** `result` is what `status` was called before. */
const VERDICTS: Readonly<Record<Mailbox, readonly [status: string, result: string, score: number]>> = {
  works: ['valid', 'deliverable', 98],
  webmail: ['webmail', 'risky', 70],
  role: ['valid', 'deliverable', 90],
  catch_all: ['accept_all', 'risky', 74],
  greylisted: ['unknown', 'risky', 40],
  gone: ['invalid', 'undeliverable', 3],
  disposable: ['disposable', 'undeliverable', 10],
  unheard_of: ['unknown', 'risky', 20],
  malformed: ['invalid', 'undeliverable', 0],
}

function verify(query: URLSearchParams, { about, mailboxOf }: Circumstances): ApiAnswer {
  const asked = query.get('email')?.trim()
  if (!asked) return failed(400, 'wrong_params', 'email is missing')
  const email = about(asked)
  const mailbox = mailboxOf(email)
  const [status, result, score] = VERDICTS[mailbox]
  const hasServer = mailbox !== 'unheard_of' && mailbox !== 'malformed'
  return found(query, {
    status,
    result,
    _deprecation_notice: 'Using result is deprecated, use status instead',
    score,
    email,
    regexp: mailbox !== 'malformed',
    gibberish: false,
    disposable: mailbox === 'disposable',
    webmail: mailbox === 'webmail',
    mx_records: hasServer,
    smtp_server: hasServer,
    smtp_check: mailbox === 'works' || mailbox === 'role',
    accept_all: mailbox === 'catch_all',
    block: false,
    sources: [],
  })
}
