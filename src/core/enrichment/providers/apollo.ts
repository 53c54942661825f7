import { z } from 'zod'
import { addressKey } from '../../address.ts'
import type { EmailStatus } from '../../email-status.ts'
import { CATALOGUE } from '../catalogue.ts'
import { type Client, checkStatus, createClient, type Reply, read } from '../client.ts'
import type { Want } from '../fields.ts'
import {
  companySizeOf,
  domainIn,
  emailOf,
  linkedinOf,
  phoneOf,
  placeOf,
  seniorityOf,
  textOf,
  told,
  withConfidence,
} from '../normalise.ts'
import {
  type Answer,
  type Answers,
  type Clue,
  type EmailVerdict,
  type Person,
  type Provider,
  ProviderError,
  type Terms,
  type Told,
} from '../provider.ts'

const INFO = CATALOGUE.apollo
const NAME = INFO.name
const MATCH = '/people/match'
const BULK_MATCH = '/people/bulk_match'

/** The rate is that of paid plans; a repetition cannot be marked as one (enrichment sheet, section 2.5). */
const TERMS: Terms = {
  provider: 'apollo',
  batchSize: 10,
  inFlight: 5,
  rate: { limit: 900, intervalMs: 60_000 },
  credits: 1,
  isRepeatable: false,
}

/** No phone: the only number that comes along is the company's. */
const SUPPLIES: readonly Want[] = [
  'firstName',
  'lastName',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'industry',
  'seniorityLevel',
  'companySize',
  'location',
  'emailStatus',
]

/** The words of `email_status` (enrichment sheet, section 2.2). */
const STATUSES: ReadonlyMap<unknown, EmailStatus> = new Map([
  ['verified', 'valid'],
  ['extrapolated', 'risky'],
  ['unavailable', 'unknown'],
])

/** How sure a bad match is, and that a company's number reaches the person. */
const LOW = 0.4

/** Whatever stands there, or nothing: one bad value costs only itself. */
const said = z.unknown().optional()

const Organization = z.object({
  name: said,
  primary_domain: said,
  website_url: said,
  industry: said,
  estimated_num_employees: said,
  phone: said,
  primary_phone: z.object({ number: said }).nullish().catch(null),
  country: said,
})

/** `contact` is left out: it is the team's own record, and can be of another human (enrichment sheet, section 2.3). */
const ApolloPerson = z.object({
  first_name: said,
  last_name: said,
  title: said,
  seniority: said,
  linkedin_url: said,
  email: said,
  email_status: said,
  city: said,
  state: said,
  country: said,
  match_confidence: said,
  organization: Organization.nullish().catch(null),
})

/** There may be no person where too little was told to look for one; a body with neither is no answer. */
const Match = z
  .object({ person: ApolloPerson.nullish(), request_id: said })
  .refine(({ person, request_id }) => person !== undefined || request_id !== undefined)

/** `status` is `success` even where nobody matched. */
const BulkMatch = z.object({
  /** Read one by one: one that cannot be read costs only itself. */
  matches: z.array(z.unknown()),
  request_id: said,
  credits_consumed: z.number().nonnegative().nullish().catch(null),
})

export const apollo: Provider = {
  ...INFO,

  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: { 'x-api-key': key }, name: NAME })
    return {
      enricher: {
        kind: 'enricher',
        terms: TERMS,
        supplies: SUPPLIES,
        lookUp(clues, signal) {
          const [only, ...others] = clues
          return only && others.length === 0 ? match(client, only, signal) : bulkMatch(client, clues, signal)
        },
      },
    }
  },
}

async function match(client: Client, clue: Clue, signal: AbortSignal): Promise<Answers> {
  const reply = await client.post(MATCH, { query: identifiersOf(clue), signal })
  if (reply.status === 422 && !isOutOfCredits(reply))
    return { answers: [{ kind: 'miss' }], credits: 0, creditsLeft: null, requestId: null }
  check(reply, MATCH)
  const { person, request_id } = read(reply, Match, NAME)
  const answer = answerOf(clue, person)
  return {
    answers: [answer],
    credits: answer.kind === 'hit' ? 1 : 0,
    creditsLeft: null,
    requestId: requestIdOf(request_id),
  }
}

async function bulkMatch(client: Client, clues: readonly Clue[], signal: AbortSignal): Promise<Answers> {
  const reply = await client.post(BULK_MATCH, { body: { details: clues.map(identifiersOf) }, signal })
  check(reply, BULK_MATCH)
  const { matches, request_id, credits_consumed } = read(reply, BulkMatch, NAME)
  if (matches.length !== clues.length)
    throw new ProviderError('lost', `${NAME} answered about ${matches.length} of ${clues.length}, without saying whom`)
  return {
    answers: clues.map((clue, index): Answer => {
      const match = ApolloPerson.nullable().safeParse(matches[index])
      return match.success ? answerOf(clue, match.data) : { kind: 'unanswered' }
    }),
    credits: credits_consumed ?? null,
    creditsLeft: null,
    requestId: requestIdOf(request_id),
  }
}

function identifiersOf({ email, firstName, lastName, companyName, linkedinUrl }: Clue): Record<string, string> {
  return {
    email,
    ...(firstName === null ? {} : { first_name: firstName }),
    ...(lastName === null ? {} : { last_name: lastName }),
    ...(companyName === null ? {} : { organization_name: companyName }),
    ...(linkedinUrl === null ? {} : { linkedin_url: linkedinUrl }),
  }
}

function check(reply: Reply, path: string): void {
  // Keys are made for a list of endpoints, which are named as here.
  if (reply.status === 403)
    throw new ProviderError(
      'misconfigured',
      `${NAME} answered 403: the key or the plan does not include api/v1${path}; add it to the key`,
    )
  checkStatus(reply, NAME, isOutOfCredits(reply) ? { 422: 'out_of_credits' } : {})
}

/** A 422 is what Apollo otherwise says of input that it cannot use; the words are those that integrations report. */
function isOutOfCredits({ status, text }: Reply): boolean {
  return status === 422 && /insufficient credits|CREDITS_EXHAUSTED/i.test(text)
}

function answerOf(clue: Clue, match: z.infer<typeof ApolloPerson> | null | undefined): Answer {
  if (!match || match.match_confidence === 'none') return { kind: 'miss' }
  const person = personOf(clue, match)
  const isEmpty = person.email === null && Object.keys(person.fields).length === 0
  return isEmpty ? { kind: 'miss' } : { kind: 'hit', person }
}

function personOf(clue: Clue, match: z.infer<typeof ApolloPerson>): Person {
  const { organization } = match
  const email = emailOf(match.email)
  const fields = told({
    firstName: textOf(match.first_name),
    lastName: textOf(match.last_name),
    companyName: textOf(organization?.name),
    jobTitle: textOf(match.title),
    linkedinUrl: linkedinOf(match.linkedin_url),
    phone: organization ? switchboardOf(organization) : null,
    industry: textOf(organization?.industry),
    seniorityLevel: seniorityOf(match.seniority),
    companySize: companySizeOf(organization?.estimated_num_employees),
    location: placeOf(match.city, match.state, match.country),
  })
  const isAsked = email !== null && addressKey(email) === addressKey(clue.email)
  return {
    email,
    companyDomain: domainIn(organization?.primary_domain) ?? domainIn(organization?.website_url),
    fields: match.match_confidence === 'low' ? withConfidence(fields, LOW) : fields,
    emailStatus: isAsked ? verdictOf(match.email_status) : null,
  }
}

function switchboardOf({ phone, primary_phone, country }: z.infer<typeof Organization>): Told | null {
  const code = textOf(country) ?? undefined
  const value = phoneOf(phone, code) ?? phoneOf(primary_phone?.number, code)
  return value === null ? null : { value, note: 'company switchboard', confidence: LOW }
}

/** A word that is new to us says nothing yet. */
function verdictOf(word: unknown): EmailVerdict | null {
  const text = textOf(word)
  if (text === null) return null
  const status = STATUSES.get(word) ?? 'unknown'
  return { status, detail: status === 'valid' ? null : text.toLowerCase().replace(/\s+/g, '_') }
}

/** A signed 64-bit integer, which `read` gives as text where a number would round it. */
function requestIdOf(value: unknown): string | null {
  return textOf(typeof value === 'number' ? String(value) : value)
}
