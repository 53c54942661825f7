import { createHash } from 'node:crypto'

import { numberOf } from '../../email/ids.ts'
import { slugOf } from '../../samples/contacts.ts'
import type { SamplePerson } from '../../samples/people.ts'
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

const MINUTE_MS = 60_000
/** Of a paid plan, per endpoint; the hour and the day are not limited (enrichment sheet, section 2.5). */
const PER_MINUTE = 1000
const MAX_DETAILS = 10

/** Enrichment sheet, section 2, with the traps of 2.3. */
export const apollo: Api = {
  id: 'apollo',
  name: 'Apollo',
  basePath: '/api/v1',
  start(circumstances) {
    const usage = new Map<string, Usage>()
    return (request) => {
      const now = circumstances()
      if (!now.accepts(request.headers['x-api-key'])) return plain(401, 'Invalid access credentials.')
      const endpoint = ENDPOINTS[`${request.method} ${request.path}`]
      if (!endpoint) return json(404, { error: 'The requested endpoint does not exist' })

      const used = usage.get(request.path) ?? newUsage()
      usage.set(request.path, used)
      const windows = [used.minute, used.hour, used.day]
      const isLimited = now.mood.rateLimited || !windows.every((window) => window.take(request.at))
      if (isLimited) {
        const message = `The maximum number of api calls allowed for this endpoint is ${PER_MINUTE} times per minute.`
        const retryAfter = String(used.minute.secondsLeft(request.at))
        return json(429, { message }, { ...limitHeaders(used), ...NONE_LEFT, 'retry-after': retryAfter })
      }
      // Not documented; these are the words that integrations report.
      const answer = now.mood.outOfCredits
        ? json(422, { error: 'You have insufficient credits!' })
        : endpoint(request, now)
      return { ...answer, headers: { ...answer.headers, ...limitHeaders(used) } }
    }
  },
}

const ENDPOINTS: Readonly<Record<string, (request: ApiRequest, now: Circumstances) => ApiAnswer>> = {
  'POST /people/match': match,
  'POST /people/bulk_match': bulkMatch,
}

interface Usage {
  readonly minute: FixedWindow
  readonly hour: FixedWindow
  readonly day: FixedWindow
}

function newUsage(): Usage {
  return {
    minute: new FixedWindow(MINUTE_MS, PER_MINUTE),
    hour: new FixedWindow(60 * MINUTE_MS),
    day: new FixedWindow(24 * 60 * MINUTE_MS),
  }
}

/** A window without a limit has an empty header. */
function limitHeaders({ minute, hour, day }: Usage): Record<string, string> {
  const left = ({ limit, used }: FixedWindow) => (limit === undefined ? '' : String(limit - used))
  return {
    'x-rate-limit-minute': String(minute.limit ?? ''),
    'x-rate-limit-hourly': String(hour.limit ?? ''),
    'x-rate-limit-24-hour': String(day.limit ?? ''),
    'x-minute-usage': String(minute.used),
    'x-hourly-usage': String(hour.used),
    'x-24-hour-usage': String(day.used),
    'x-minute-requests-left': left(minute),
    'x-hourly-requests-left': left(hour),
    'x-24-hour-requests-left': left(day),
  }
}

const NONE_LEFT = { 'x-minute-usage': String(PER_MINUTE), 'x-minute-requests-left': '0' }

function plain(status: number, body: string): ApiAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

function inaccessible(path: string): ApiAnswer {
  const error = `api/v1${path} is not accessible with this api_key.`
  return json(403, { error, error_code: 'API_INACCESSIBLE' })
}

function badRequest(errorCode: string, error: string): ApiAnswer {
  return json(400, { error, error_code: errorCode })
}

const PAID_FLAGS = ['reveal_phone_number', 'run_waterfall_email', 'run_waterfall_phone']

/** Numbers come by webhook only, and this account's plan has none. */
function refusal({ path, query }: ApiRequest): ApiAnswer | undefined {
  const wanted = PAID_FLAGS.find((flag) => query.get(flag) === 'true')
  if (!wanted) return undefined
  return query.get('webhook_url')
    ? inaccessible(path)
    : badRequest('INVALID_REQUEST', `webhook_url is required when ${wanted} is true`)
}

/** Everything is asked in the query; a body is not read. */
function match(request: ApiRequest, now: Circumstances): ApiAnswer {
  const refused = refusal(request)
  if (refused) return refused
  const person = find(Object.fromEntries(request.query), now)
  return withRequestId({ person: person ? personOf(person, now) : null }, request)
}

function bulkMatch(request: ApiRequest, now: Circumstances): ApiAnswer {
  const refused = refusal(request)
  if (refused) return refused
  const details = parsed(request.body)?.details
  if (!Array.isArray(details) || details.length === 0) return badRequest('INVALID_REQUEST', 'details is missing')
  if (details.length > MAX_DETAILS) {
    return badRequest('RECORD_LIMIT_EXCEEDED', `details may hold ${MAX_DETAILS} records at most`)
  }
  const people = details.map((detail) => find(recordOf(detail) ?? {}, now))
  const found = new Set(people.filter((person) => person !== undefined))
  // A success even when nobody matched; the places answer the places of `details`.
  return withRequestId(
    {
      status: 'success',
      error_code: null,
      error_message: null,
      total_requested_enrichments: details.length,
      unique_enriched_records: found.size,
      missing_records: people.filter((person) => person === undefined).length,
      credits_consumed: found.size,
      matches: people.map((person) => (person ? personOf(person, now) : null)),
    },
    request,
  )
}

function find(detail: Readonly<Record<string, unknown>>, now: Circumstances): SamplePerson | undefined {
  const first = textIn(detail, 'first_name')
  const last = textIn(detail, 'last_name')
  return now.find({
    email: textIn(detail, 'email'),
    hashedEmail: textIn(detail, 'hashed_email'),
    linkedin: textIn(detail, 'linkedin_url'),
    name: textIn(detail, 'name') ?? (first && last ? `${first} ${last}` : undefined),
    company: textIn(detail, 'domain') ?? textIn(detail, 'organization_name'),
  })
}

/** A truthy address, the same for everybody who is not revealed, and still called verified. */
const PLACEHOLDER = 'email_not_unlocked@domain.com'

const EMAIL_STATUSES = ['verified', 'verified', 'verified', 'extrapolated', 'unavailable']

function personOf(person: SamplePerson, now: Circumstances): object {
  const { company } = person
  const isLocked = numberOf(`locked/${person.email}`) % 8 === 0
  const status = EMAIL_STATUSES[numberOf(`status/${person.email}`) % EMAIL_STATUSES.length]
  const email = isLocked ? PLACEHOLDER : status === 'unavailable' ? null : person.email
  return {
    id: idOf(person.email),
    first_name: person.firstName,
    last_name: person.lastName,
    name: person.name,
    title: person.title,
    headline: `${person.title} at ${company.name}`,
    seniority: person.seniority,
    linkedin_url: `http://www.linkedin.com/in/${slugOf(person.name)}`,
    email,
    email_status: isLocked ? 'verified' : status,
    city: company.city,
    state: company.region,
    country: company.country,
    ...teamsOwnRecord(person, now),
    organization_id: idOf(company.domain),
    organization: {
      id: idOf(company.domain),
      name: company.name,
      primary_domain: company.domain,
      website_url: `http://www.${company.domain}`,
      linkedin_url: `http://www.linkedin.com/company/${company.domain.replace('.', '-')}`,
      industry: company.industry,
      industries: [company.industry],
      secondary_industries: [],
      estimated_num_employees: company.employees,
      phone: company.phone,
      primary_phone: { number: company.phone, source: 'Owler' },
      city: company.city,
      state: company.region,
      country: company.country,
    },
  }
}

/** The asking team's own CRM record, which is sometimes of another person than the one who was found. */
function teamsOwnRecord(person: SamplePerson, { people }: Circumstances): object {
  if (numberOf(`contact/${person.email}`) % 10 !== 0) return {}
  const colleague = people.find(({ email, company }) => company === person.company && email !== person.email)
  if (!colleague) return {}
  return { contact: { id: idOf(`contact/${colleague.email}`), name: colleague.name, email: colleague.email } }
}

function idOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 24)
}

/** A signed integer of 64 bits, which JSON allows and `JSON.parse` rounds. */
function withRequestId(answer: object, { body, query, at }: ApiRequest): ApiAnswer {
  const id = createHash('sha256').update(`${at}/${query}/${body}`).digest().readBigInt64BE()
  return json(200, `{"request_id":${id},${JSON.stringify(answer).slice(1)}`)
}
