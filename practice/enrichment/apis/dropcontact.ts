import { randomBytes } from 'node:crypto'

import { numberOf } from '../../email/ids.ts'
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
import { LEFT, type Mailbox } from '../mailboxes.ts'
import { FixedWindow } from '../windows.ts'

const MAX_RECORDS = 250
const MAX_RECORD_BYTES = 15 * 1000
const PER_SECOND = 60
const CREDITS = 5000

type Row = Readonly<Record<string, unknown>>

interface Batch {
  readonly rows: readonly Row[]
  readonly isEnglish: boolean
  readonly submittedAt: number
  /** What was found when it was submitted. */
  readonly results: readonly Result[]
  isDone: boolean
}

interface Result {
  readonly person: SamplePerson | undefined
  readonly qualification: string
}

/** Enrichment sheet, section 3: batches are taken, and fetched when they are ready. */
export const dropcontact: Api = {
  id: 'dropcontact',
  name: 'Dropcontact',
  basePath: '',
  start(circumstances, { batchMs, postDone }) {
    const batches = new Map<string, Batch>()
    const second = new FixedWindow(1000, PER_SECOND)
    let credits = CREDITS

    function submit({ body, at }: ApiRequest, now: Circumstances): ApiAnswer {
      const request = parsed(body) ?? {}
      const rows = Array.isArray(request.data) ? request.data.map((row) => recordOf(row) ?? {}) : []
      const reason = problemOf(rows)
      if (reason) return refused(400, reason)
      const results = rows.map((row) => lookUp(row, now))
      // An address that is handed in is verified for a credit, whatever is found.
      const cost = rows.filter((row, nth) => textIn(row, 'email') ?? results[nth]?.person).length
      if (now.mood.outOfCredits || cost > credits) return refused(403, 'Not enough credits to process this request')
      credits -= cost
      const id = randomBytes(16).toString('base64url')
      const isEnglish = request.language === 'en'
      const batch: Batch = { rows, results, isEnglish, submittedAt: at, isDone: batchMs === 0 }
      batches.set(id, batch)
      const callback = textIn(request, 'custom_callback_url')
      // Another computer is not called from a practice workspace: such a batch is only fetched.
      if (callback && isLoopback(callback)) {
        postDone(callback, () => {
          batch.isDone = true
          return { request_id: id, error: false, success: true, data: dataOf(batch, readyRows(batch, at, batchMs)) }
        })
      }
      return json(200, { error: false, success: true, request_id: id, credits_left: credits })
    }

    function fetchBatch(id: string, { query, at }: ApiRequest): ApiAnswer {
      const batch = batches.get(id)
      const ready = batch ? readyRows(batch, at, batchMs) : []
      const isForced = query.get('forceResults') === 'true'
      if (!batch || (ready.length < batch.rows.length && !isForced)) return json(200, NOT_READY)
      return json(200, { error: false, success: true, credits_left: credits, data: dataOf(batch, ready) })
    }

    return (request) => {
      const now = circumstances()
      if (!now.accepts(request.headers['x-access-token'])) return refused(401, 'Invalid access token')
      if (now.mood.rateLimited || !second.take(request.at)) return json(429, { detail: 'Too many requests' })
      const { method, path } = request
      if (method === 'POST' && path === '/v1/enrich/all') return submit(request, now)
      const id = /^\/v1\/enrich\/all\/([\w-]+)$/.exec(path)?.[1]
      if (method === 'GET' && id) return fetchBatch(id, request)
      if (method === 'GET' && path === '/v1/account/credits') {
        return json(200, { error: false, success: true, credits_left: now.mood.outOfCredits ? 0 : credits })
      }
      return json(404, { detail: 'Not found' })
    }
  },
}

/** The same for a batch that nobody submitted. */
const NOT_READY = {
  error: false,
  success: false,
  reason: 'Request not ready yet, try again in 30 seconds',
}

function refused(status: number, reason: string): ApiAnswer {
  return json(status, { error: true, success: false, reason })
}

const IDENTIFIERS = ['company', 'website', 'company_linkedin', 'num_siren', 'siret', 'email', 'linkedin']

function problemOf(rows: readonly Row[]): string | undefined {
  if (rows.length === 0) return 'data is missing'
  if (rows.length > MAX_RECORDS) return `data may hold ${MAX_RECORDS} contacts at most`
  for (const [nth, row] of rows.entries()) {
    if (Buffer.byteLength(JSON.stringify(row)) > MAX_RECORD_BYTES) return `contact ${nth} is larger than 15 kB`
    if (!IDENTIFIERS.some((name) => textIn(row, name))) {
      return `contact ${nth} needs a company, an e-mail or a LinkedIn profile`
    }
  }
  return undefined
}

/** Nobody outside this computer is called. */
function isLoopback(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? { protocol: '', hostname: '' }
  return ['http:', 'https:'].includes(protocol) && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}

function lookUp(row: Row, now: Circumstances): Result {
  const person = now.find(clueOf(row))
  const email = person?.email ?? textIn(row, 'email') ?? ''
  return { person, qualification: qualificationOf(email, person !== undefined, now) }
}

function clueOf(row: Row) {
  const first = textIn(row, 'first_name')
  const last = textIn(row, 'last_name')
  return {
    email: textIn(row, 'email'),
    linkedin: textIn(row, 'linkedin'),
    name: textIn(row, 'full_name') ?? (first && last ? `${first} ${last}` : undefined),
    company: textIn(row, 'website')?.replace(/^(?:https?:\/\/)?(?:www\.)?/, '') ?? textIn(row, 'company'),
  }
}

/** Positions of the rows that are ready at `at`: one after the other, and told in another order than asked. */
function readyRows({ rows, submittedAt, isDone }: Batch, at: number, batchMs: number): number[] {
  const share = isDone ? 1 : Math.min(1, Math.max(0, (at - submittedAt) / batchMs))
  return Array.from({ length: Math.floor(rows.length * share) }, (_, nth) => nth).toReversed()
}

function dataOf({ rows, results, isEnglish }: Batch, ready: readonly number[]): object[] {
  return ready.map((nth) => recordFor(rows[nth] ?? {}, results[nth], isEnglish))
}

/** Only what is known is there; our own fields come back as they were. */
function recordFor(row: Row, { person, qualification = '' }: Partial<Result> = {}, isEnglish: boolean): object {
  const own = row.custom_fields === undefined ? {} : { custom_fields: row.custom_fields }
  const asked = textIn(row, 'email')
  if (!person) {
    return {
      ...(asked ? { email: [{ email: asked, qualification: worded(qualification, isEnglish) }] } : {}),
      ...own,
    }
  }
  const { company } = person
  return {
    first_name: person.firstName,
    last_name: person.lastName,
    full_name: person.name,
    email: [{ email: person.email, qualification: worded(qualification, isEnglish) }],
    linkedin: `www.linkedin.com/in/${slugOf(person.name)}`,
    company: company.name,
    website: `www.${company.domain}`,
    company_linkedin: `www.linkedin.com/company/${company.domain.replace('.', '-')}`,
    country: company.country,
    phone: company.phone,
    nb_employees: rangeOf(company.employees),
    industry: company.industry,
    job: person.title,
    job_level: LEVELS[person.seniority],
    ...own,
  }
}

const QUALIFICATIONS: Readonly<Record<Mailbox, string>> = {
  works: 'nominative@pro',
  webmail: 'nominative@perso',
  role: 'generic@pro',
  catch_all: 'catch-all@pro',
  greylisted: 'nominative@pro',
  gone: 'invalid@pro',
  disposable: 'random@disposable',
  unheard_of: 'non_validated@pro',
  malformed: 'non_validated@pro',
}

/** Knows of those who left even where the server takes any name, and is not sure of some whose mailbox works. */
function qualificationOf(email: string, isKnown: boolean, { mailboxOf }: Circumstances): string {
  if (LEFT.includes(email)) return QUALIFICATIONS.gone
  const qualification = QUALIFICATIONS[mailboxOf(email)]
  const isUnsure = isKnown && numberOf(`qualification/${email}`) % 9 === 0
  return isUnsure && qualification === QUALIFICATIONS.works ? QUALIFICATIONS.unheard_of : qualification
}

const FRENCH: Readonly<Record<string, string>> = {
  nominative: 'nominatif',
  generic: 'générique',
  random: 'aléatoire',
  disposable: 'jetable',
}

/** French unless another language is asked for. */
function worded(qualification: string, isEnglish: boolean): string {
  const [left = '', right = ''] = qualification.split('@')
  return isEnglish ? qualification : `${FRENCH[left] ?? left}@${FRENCH[right] ?? right}`
}

const LEVELS: Readonly<Record<Seniority, string>> = {
  founder: 'Founder',
  c_suite: 'C-Level',
  vp: 'VP',
  head: 'Director',
  director: 'Director',
  manager: 'Manager',
  senior: 'Senior',
  entry: 'Entry',
}

const RANGES: readonly (readonly [below: number, range: string])[] = [
  [10, '1-9'],
  [50, '10-49'],
  [100, '50-99'],
  [200, '100-199'],
  [500, '200-499'],
  [1000, '500-999'],
]

function rangeOf(employees: number): string {
  return RANGES.find(([below]) => employees < below)?.[1] ?? '1000+'
}
