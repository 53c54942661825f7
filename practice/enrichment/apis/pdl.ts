import { compact, numberOf, uuidOf } from '../../email/ids.ts'
import { slugOf } from '../../samples/contacts.ts'
import type { SamplePerson, Seniority } from '../../samples/people.ts'
import {
  type Api,
  type ApiAnswer,
  type ApiRequest,
  type Circumstances,
  json,
  parsed,
  recordOf,
  textIn,
} from '../api.ts'
import { FixedWindow } from '../windows.ts'

const MAX_REQUESTS = 100
/** Of a free plan, which is why contact data are booleans. */
const PER_MINUTE = 100
const CREDITS = 20_000

type Params = Readonly<Record<string, unknown>>

/** Enrichment sheet, section 4.2. */
export const pdl: Api = {
  id: 'pdl',
  name: 'People Data Labs',
  basePath: '/v5',
  start(circumstances) {
    const minute = new FixedWindow(60_000, PER_MINUTE)
    let credits = CREDITS

    return (request) => {
      const now = circumstances()
      const { method, path, at } = request
      if (!now.accepts(request.headers['x-api-key'])) {
        return failed(401, 'authentication_error', 'Request contained a missing or invalid key')
      }
      const isLimited = now.mood.rateLimited || !minute.take(at)
      const withHeaders = ({ headers, ...answer }: ApiAnswer, spent = 0): ApiAnswer => ({
        ...answer,
        headers: {
          ...headers,
          'x-ratelimit-limit': `{'minute': ${PER_MINUTE}}`,
          'x-ratelimit-remaining': `{'minute': ${isLimited ? 0 : PER_MINUTE - minute.used}}`,
          'x-ratelimit-reset': new Date(at + minute.secondsLeft(at) * 1000).toISOString(),
          'x-call-credits-spent': String(spent),
          'x-call-credits-type': 'enrichment',
          'x-totallimit-remaining': String(now.mood.outOfCredits ? 0 : credits),
        },
      })
      if (isLimited)
        return withHeaders(
          failed(429, 'rate_limit_error', 'An error occurred due to requests hitting the API too quickly'),
        )
      const look = path === '/person/enrich' ? enrich : path === '/person/bulk' && method === 'POST' ? bulk : undefined
      if (!look) return withHeaders(failed(404, 'not_found', 'There is no such endpoint'))
      const { answer, matches } = look(request, now)
      if (now.mood.outOfCredits || matches > credits) {
        return withHeaders(failed(402, 'payment_required', 'You have hit your account maximum (all matches used)'))
      }
      credits -= matches
      return withHeaders(answer, matches)
    }
  },
}

interface Looked {
  readonly answer: ApiAnswer
  /** Each costs a credit. */
  readonly matches: number
}

function failed(status: number, type: string, message: string): ApiAnswer {
  return json(status, errorOf(status, type, message))
}

function errorOf(status: number, type: string, message: string): Item {
  return { status, error: { type, message } }
}

function enrich({ query, body }: ApiRequest, now: Circumstances): Looked {
  const params = { ...parsed(body), ...Object.fromEntries(query) }
  if (!isEnough(params)) return { answer: failed(400, 'invalid_request_error', TOO_LITTLE), matches: 0 }
  const item = itemFor(params, now)
  return { answer: json(item.status, item), matches: item.status === 200 ? 1 : 0 }
}

/** What stands beside `requests` holds for all of them. */
function bulk({ body }: ApiRequest, now: Circumstances): Looked {
  const { requests, ...common } = parsed(body) ?? {}
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > MAX_REQUESTS) {
    const message = `requests must hold 1 to ${MAX_REQUESTS} objects`
    return { answer: failed(400, 'invalid_request_error', message), matches: 0 }
  }
  const items = requests.map((request) => {
    const { params, metadata } = recordOf(request) ?? {}
    const item = itemFor({ ...common, ...recordOf(params) }, now)
    return metadata === undefined ? item : { ...item, metadata }
  })
  return { answer: json(200, items), matches: items.filter(({ status }) => status === 200).length }
}

const TOO_LITTLE = 'Request does not contain enough to look for a person by'
const NOBODY = 'No records were found matching your request'

function isEnough(params: Params): boolean {
  const hasName = textIn(params, 'name') ?? (textIn(params, 'first_name') && textIn(params, 'last_name'))
  const isKeyed = ['email', 'email_hash', 'profile'].some((name) => textIn(params, name))
  return isKeyed || Boolean(hasName && textIn(params, 'company'))
}

interface Item {
  readonly status: number
  readonly likelihood?: number
  readonly data?: object
  readonly error?: object
}

function itemFor(params: Params, now: Circumstances): Item {
  const person = now.find(clueOf(params))
  // Mistaken for another, somebody is believed all the more.
  const likelihood = person ? (now.mood.wrongPerson ? 10 : likelihoodOf(person)) : 0
  if (!person || likelihood < Number(params.min_likelihood ?? 0)) return errorOf(404, 'not_found', NOBODY)
  const isTitled = String(params.titlecase) === 'true'
  return { status: 200, likelihood, data: included(dataOf(person, isTitled), textIn(params, 'data_include')) }
}

function clueOf(params: Params) {
  const first = textIn(params, 'first_name')
  const last = textIn(params, 'last_name')
  return {
    email: textIn(params, 'email'),
    hashedEmail: textIn(params, 'email_hash'),
    linkedin: textIn(params, 'profile'),
    name: textIn(params, 'name') ?? (first && last ? `${first} ${last}` : undefined),
    company: textIn(params, 'company'),
  }
}

/** From 1 to 10; of some it is not sure enough to be believed. */
const LIKELIHOODS = [10, 10, 9, 8, 7, 6, 3]

function likelihoodOf({ email }: SamplePerson): number {
  return LIKELIHOODS[numberOf(`likelihood/${email}`) % LIKELIHOODS.length] ?? 10
}

const LEVELS: Readonly<Record<Seniority, string>> = {
  founder: 'owner',
  c_suite: 'cxo',
  vp: 'vp',
  head: 'director',
  director: 'director',
  manager: 'manager',
  senior: 'senior',
  entry: 'entry',
}

const SIZES: readonly (readonly [upTo: number, size: string])[] = [
  [10, '1-10'],
  [50, '11-50'],
  [200, '51-200'],
  [500, '201-500'],
  [1000, '501-1000'],
]

/** Whether there is something, and not what, as a free plan tells it. */
const CONTACT_DATA = {
  work_email: true,
  emails: true,
  personal_emails: false,
  recommended_personal_email: false,
  mobile_phone: true,
  phone_numbers: true,
}

/** In lower case unless titles are asked for. */
function dataOf({ email, name, firstName, lastName, title, seniority, company }: SamplePerson, isTitled: boolean) {
  const cased = (text: string) => (isTitled ? text : text.toLowerCase())
  const slug = slugOf(name)
  return {
    id: `${compact(uuidOf(email))}_0000`,
    full_name: cased(name),
    first_name: cased(firstName),
    last_name: cased(lastName),
    ...CONTACT_DATA,
    linkedin_url: `linkedin.com/in/${slug}`,
    linkedin_username: slug,
    job_title: cased(title),
    job_title_levels: [LEVELS[seniority]],
    job_company_name: cased(company.name),
    job_company_website: company.domain,
    job_company_industry: company.industry,
    job_company_size: SIZES.find(([upTo]) => company.employees <= upTo)?.[1] ?? '1001-5000',
    job_company_linkedin_url: `linkedin.com/company/${company.domain.replace('.', '-')}`,
    location_name: cased(`${company.city}, ${company.region}, ${company.country}`),
    location_country: cased(company.country),
  }
}

/** Only the fields that were asked for, or with a minus before the first all but those. */
function included(data: object, list: string | undefined): object {
  if (!list) return data
  const isExcluding = list.startsWith('-')
  const names = list.replace(/^-/, '').split(',')
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name.trim()) !== isExcluding))
}
