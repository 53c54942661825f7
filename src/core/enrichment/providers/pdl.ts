import { z } from 'zod'
import { addressKey } from '../../address.ts'
import { CATALOGUE } from '../catalogue.ts'
import {
  type Client,
  checkStatus,
  createClient,
  dateOf,
  MEANING,
  type Reply,
  read,
  readOr,
  retryAfter,
  untilMs,
} from '../client.ts'
import { FIELDS } from '../fields.ts'
import {
  companySizeOf,
  domainIn,
  emailOf,
  linkedinOf,
  phoneOf,
  seniorityOf,
  textOf,
  told,
  withConfidence,
} from '../normalise.ts'
import {
  type Answer,
  type Answers,
  type Clue,
  type Person,
  type Provider,
  ProviderError,
  type Terms,
} from '../provider.ts'

const INFO = CATALOGUE.pdl
const NAME = INFO.name

/** The rate is that of the free plan; 100 fit into a call, but an answer may not be larger than 1 MB. */
const TERMS: Terms = {
  provider: 'pdl',
  batchSize: 50,
  inFlight: 5,
  rate: { limit: 90, intervalMs: 60_000 },
  credits: 1,
  isRepeatable: false,
}

/** What a match must at least be likely, from 0 to 10, and what the likeliest is worth (enrichment sheet, sections 4.2, 8.3). */
const LEAST_LIKELIHOOD = 6
const WEIGHT = 0.7

/** How long a rate limit lasts at most. */
const WINDOW_MS = 60_000
/** An end of the window further away than this is a mistake. */
const LATEST_RESET_MS = 15 * 60_000

/** On free plans any of them can be `true` or `false` instead: there is a value, or there is none. */
const said = z.unknown().optional()

const Data = z.object({
  first_name: said,
  last_name: said,
  job_company_name: said,
  job_company_website: said,
  job_company_industry: said,
  job_company_size: said,
  job_title: said,
  job_title_levels: said,
  linkedin_url: said,
  location_name: said,
  mobile_phone: said,
  phone_numbers: said,
  work_email: said,
  emails: z.array(z.object({ address: said }).catch({ address: null })).catch([]),
})

/** What is asked for is what is read. */
const OPTIONS = {
  min_likelihood: `${LEAST_LIKELIHOOD}`,
  titlecase: 'true',
  data_include: Object.keys(Data.shape).join(','),
}

/** What is sent along with each of a bulk call, and comes back with its answer. */
const metadata = z.object({ position: z.int() }).optional().catch(undefined)

/** 400 is said of input that is never taken. */
const Result = z.discriminatedUnion('status', [
  z.object({ status: z.literal(200), likelihood: z.number().min(0).max(10), data: Data, metadata }),
  z.object({ status: z.literal([400, 404]), metadata }),
])

/** One of a bulk answer, before it is read. */
const Item = z.looseObject({ metadata })

/** How nobody is told of; the 404 of a wrong base has another body. */
const NotFound = z.object({ status: z.literal(404) })

export const pdl: Provider = {
  ...INFO,

  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: { 'x-api-key': key }, name: NAME })
    return {
      enricher: {
        kind: 'enricher',
        terms: TERMS,
        supplies: FIELDS,
        lookUp(clues, signal) {
          const [only, ...others] = clues
          return only && others.length === 0 ? enrich(client, only, signal) : enrichMany(client, clues, signal)
        },
      },
    }
  },
}

async function enrich(client: Client, clue: Clue, signal: AbortSignal): Promise<Answers> {
  const reply = await client.get('/person/enrich', { query: paramsOf(clue), signal })
  if (reply.status === 404 && readOr(reply, NotFound, null))
    return { answers: [{ kind: 'miss' }], ...accountOf(reply), credits: 0 }
  check(reply)
  return { answers: [answerOf(clue, read(reply, Result, NAME))], ...accountOf(reply) }
}

async function enrichMany(client: Client, clues: readonly Clue[], signal: AbortSignal): Promise<Answers> {
  const requests = clues.map((clue, position) => ({ params: paramsOf(clue), metadata: { position } }))
  const reply = await client.post('/person/bulk', { body: { requests }, signal })
  check(reply)
  return { answers: inOrder(clues, read(reply, z.array(Item), NAME)), ...accountOf(reply) }
}

function paramsOf({ email }: Clue): Record<string, string> {
  return { email, ...OPTIONS }
}

function check(reply: Reply): void {
  const { status, headers } = reply
  if (status === 429)
    throw new ProviderError('rate_limited', `${NAME} answered 429: ${MEANING.rate_limited}`, {
      retryAfterMs: retryAfter(headers) ?? untilReset(headers) ?? WINDOW_MS,
    })
  checkStatus(reply, NAME)
}

/** `2026-03-02 09:01:00` is in UTC although it does not say so. */
function untilReset(headers: Headers): number | undefined {
  const text = headers.get('x-ratelimit-reset')?.trim() ?? ''
  const time = /^\d[\d-]+[ T][\d:.]+$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
  const ms = untilMs(Date.parse(time) - dateOf(headers))
  return ms === undefined ? undefined : Math.min(ms, LATEST_RESET_MS)
}

function accountOf({ headers }: Reply): Omit<Answers, 'answers'> {
  return {
    credits: numberOf(headers.get('x-call-credits-spent')),
    creditsLeft: numberOf(headers.get('x-totallimit-remaining')),
    requestId: textOf(headers.get('x-request-id')),
  }
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}

/** By the position that came back; by place where none did. One that cannot be read costs only itself. */
function inOrder(clues: readonly Clue[], results: readonly z.infer<typeof Item>[]): readonly Answer[] {
  const known = new Map(results.map((result, place) => [result.metadata?.position ?? place, result]))
  return clues.map((clue, position) => {
    const result = known.get(position)
    if (!result || results.length !== clues.length)
      throw new ProviderError('lost', `${NAME} did not answer about each of ${clues.length} once`)
    const read = Result.safeParse(result)
    return read.success ? answerOf(clue, read.data) : { kind: 'unanswered' }
  })
}

function answerOf(clue: Clue, result: z.infer<typeof Result>): Answer {
  if (result.status !== 200 || result.likelihood < LEAST_LIKELIHOOD) return { kind: 'miss' }
  return { kind: 'hit', person: personOf(clue, result.data, (result.likelihood * WEIGHT) / 10) }
}

/** Whether an address works is not told. */
function personOf(clue: Clue, data: z.infer<typeof Data>, confidence: number): Person {
  const fields = told({
    firstName: textOf(data.first_name),
    lastName: textOf(data.last_name),
    companyName: textOf(data.job_company_name),
    jobTitle: textOf(data.job_title),
    linkedinUrl: linkedinOf(data.linkedin_url),
    phone: firstOf([data.mobile_phone, data.phone_numbers].flat(), phoneOf),
    industry: textOf(data.job_company_industry),
    seniorityLevel: firstOf([data.job_title_levels].flat(), seniorityOf),
    companySize: companySizeOf(data.job_company_size),
    location: textOf(data.location_name),
  })
  return {
    email: emailIn(clue, data),
    companyDomain: domainIn(data.job_company_website),
    fields: withConfidence(fields, confidence),
    emailStatus: null,
  }
}

/** The address that was asked about where the person has it, otherwise the one they work with. */
function emailIn({ email }: Clue, { work_email, emails }: z.infer<typeof Data>): string | null {
  const own = [work_email, ...emails.map(({ address }) => address)].map(emailOf)
  const isAsked = own.some((address) => address !== null && addressKey(address) === addressKey(email))
  return isAsked ? email : emailOf(work_email)
}

function firstOf<T>(values: readonly unknown[], read: (value: unknown) => T | null): T | null {
  for (const value of values) {
    const known = read(value)
    if (known !== null) return known
  }
  return null
}
