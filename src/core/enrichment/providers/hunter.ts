import { z } from 'zod'
import { addressKey } from '../../address.ts'
import { CATALOGUE } from '../catalogue.ts'
import { type Client, checkStatus, createClient, read, readOr } from '../client.ts'
import { FIELDS } from '../fields.ts'
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
} from '../normalise.ts'
import {
  type Answer,
  type EmailVerdict,
  type Person,
  type Provider,
  ProviderError,
  type Terms,
  type Told,
  type Trouble,
} from '../provider.ts'

const INFO = CATALOGUE.hunter
const NAME = INFO.name

/** Of paid plans; no answer says what is left of them (enrichment sheet, section 4.1). */
const FIND_TERMS: Terms = {
  provider: 'hunter',
  batchSize: 1,
  inFlight: 8,
  rate: { limit: 7, intervalMs: 1000 },
  credits: 2,
  isRepeatable: true,
}

const VERIFY_TERMS: Terms = { ...FIND_TERMS, rate: { limit: 4, intervalMs: 1000 }, credits: 1 }

/**
 * 403 and 429 mean the reverse of what they mean elsewhere (enrichment sheet, section 4.1). A 404
 * that is no miss comes from something that is not the API.
 */
const TROUBLES: Readonly<Record<number, Trouble>> = { 403: 'rate_limited', 429: 'out_of_credits', 404: 'unavailable' }

const OPTED_OUT = 451
const STILL_WORKING = 202
const PROBE_FAILED = 222

/** It asks to come back after 3 to 5 s (enrichment sheet, section 5). */
const COME_BACK_MS = 4000

/** By `status`; `result` is deprecated. A webmail's mailbox is not proven (enrichment sheet, section 5). */
const VERDICTS: ReadonlyMap<string, EmailVerdict> = new Map<string, EmailVerdict>([
  ['valid', { status: 'valid', detail: null }],
  ['accept_all', { status: 'risky', detail: 'catch_all' }],
  ['invalid', { status: 'invalid', detail: null }],
  ['disposable', { status: 'invalid', detail: 'disposable' }],
  ['webmail', { status: 'unknown', detail: 'webmail' }],
  ['unknown', { status: 'unknown', detail: null }],
])

/** Where a value is of the company, or of a mailbox that went quiet. */
const WEAK = 0.4

const anything = z.unknown().optional()

/** A part that cannot be read does not cost the others. */
function part<S extends z.ZodRawShape>(shape: S) {
  return z.object(shape).nullable().catch(null)
}

const Place = part({ city: anything, state: anything, country: anything, countryCode: anything })

const HunterPerson = z.object({
  email: anything,
  phone: anything,
  location: anything,
  inactiveAt: anything,
  name: part({ givenName: anything, familyName: anything }),
  geo: Place,
  employment: part({ domain: anything, name: anything, title: anything, seniority: anything }),
  linkedin: part({ handle: anything }),
})

const HunterCompany = z.object({
  name: anything,
  domain: anything,
  geo: Place,
  site: part({ phoneNumbers: z.array(z.unknown()).catch([]) }),
  category: part({ industry: anything }),
  metrics: part({ employees: anything, employeesRange: anything }),
})

type HunterPerson = z.infer<typeof HunterPerson>
type HunterCompany = z.infer<typeof HunterCompany>

/** Either may be null or left out, but an answer without both is none. */
const Combined = z.object({
  data: z
    .object({ person: HunterPerson.nullish(), company: HunterCompany.nullish() })
    .refine(({ person, company }) => person !== undefined || company !== undefined),
})

/** What it says where it has an answer, but not a good one. */
const Errors = z.object({ errors: z.array(z.unknown()) })

const Verification = z.object({ data: z.object({ status: z.string(), email: anything }) })

/** Person and company by address, and a verifier under the same key. */
export const hunter: Provider = {
  ...INFO,

  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: { 'x-api-key': key }, name: NAME })
    return {
      enricher: {
        kind: 'enricher',
        terms: FIND_TERMS,
        supplies: FIELDS,
        async lookUp(clues, signal) {
          const found = await Promise.all(clues.map(({ email }) => find(client, email, signal)))
          return {
            answers: found.map(({ answer }) => answer),
            credits: found.reduce((sum, { credits }) => sum + credits, 0),
            creditsLeft: null,
            requestId: null,
          }
        },
      },
      verifier: {
        kind: 'verifier',
        terms: VERIFY_TERMS,
        async verify(addresses, signal) {
          const verdicts = await Promise.all(addresses.map((address) => verify(client, address, signal)))
          return { verdicts, credits: null, creditsLeft: null, requestId: null }
        },
      },
    }
  },
}

/** `credits` are by its table of prices: one for a person, one for a company. Only the account knows what was spent. */
async function find(client: Client, email: string, signal: AbortSignal): Promise<{ answer: Answer; credits: number }> {
  const reply = await client.get('/combined/find', { query: { email }, signal })
  if (reply.status === OPTED_OUT) return { answer: { kind: 'opted_out' }, credits: 0 }
  if (reply.status === 404 && readOr(reply, Errors, null)) return { answer: { kind: 'miss' }, credits: 0 }
  checkStatus(reply, NAME, TROUBLES)
  const { person, company } = read(reply, Combined, NAME).data
  const known = personOf(person ?? null, company ?? null)
  const isEmpty = Object.keys(known.fields).length === 0
  return {
    answer: isEmpty ? { kind: 'miss' } : { kind: 'hit', person: known },
    credits: (person ? 1 : 0) + (company ? 1 : 0),
  }
}

async function verify(client: Client, email: string, signal: AbortSignal): Promise<EmailVerdict | 'opted_out'> {
  const reply = await client.get('/email-verifier', { query: { email }, signal })
  if (reply.status === OPTED_OUT) return 'opted_out'
  if (reply.status === PROBE_FAILED) return { status: 'unknown', detail: 'probe_failed' }
  if (reply.status === STILL_WORKING)
    throw new ProviderError('pending', `${NAME} is still checking`, { retryAfterMs: COME_BACK_MS })
  checkStatus(reply, NAME, TROUBLES)
  const { status, email: checked } = read(reply, Verification, NAME).data
  const other = emailOf(checked)
  if (other && addressKey(other) !== addressKey(email)) return { status: 'unknown', detail: 'other_address' }
  const word = status.trim().toLowerCase()
  return VERDICTS.get(word) ?? { status: 'unknown', detail: textOf(word.replace(/[\s-]+/g, '_')) }
}

function personOf(person: HunterPerson | null, company: HunterCompany | null): Person {
  return {
    email: emailOf(person?.email),
    companyDomain: domainIn(company?.domain) ?? domainIn(person?.employment?.domain),
    fields: told({
      firstName: textOf(person?.name?.givenName),
      lastName: textOf(person?.name?.familyName),
      companyName: textOf(company?.name) ?? textOf(person?.employment?.name),
      jobTitle: jobIn(person),
      linkedinUrl: profileOf(person?.linkedin?.handle),
      phone: phoneIn(person, company),
      industry: textOf(company?.category?.industry),
      seniorityLevel: seniorityOf(person?.employment?.seniority),
      companySize: companySizeOf(company?.metrics?.employees) ?? companySizeOf(company?.metrics?.employeesRange),
      location: textOf(person?.location) ?? placeOf(person?.geo?.city, person?.geo?.state, person?.geo?.country),
    }),
    emailStatus: null,
  }
}

/** Whose mailbox went quiet may have left. */
function jobIn(person: HunterPerson | null): Told | null {
  const value = textOf(person?.employment?.title)
  const inactiveAt = textOf(person?.inactiveAt)
  if (value === null || inactiveAt === null) return value === null ? null : { value }
  const [date] = /^\d{4}-\d{2}-\d{2}/.exec(inactiveAt) ?? []
  return { value, confidence: WEAK, note: date ? `inactive since ${date}` : 'inactive' }
}

/** `ada-lovelace`, `in/ada-lovelace` or an address of the profile; `company/…` is none. */
function profileOf(handle: unknown): string | null {
  const text = textOf(handle)
  return linkedinOf(text?.includes('/') ? text : `in/${text ?? ''}`)
}

function phoneIn(person: HunterPerson | null, company: HunterCompany | null): Told | null {
  const own = phoneOf(person?.phone, regionOf(person?.geo))
  if (own !== null) return { value: own }
  const [shared] = (company?.site?.phoneNumbers ?? []).flatMap((text) => phoneOf(text, regionOf(company?.geo)) ?? [])
  return shared === undefined ? null : { value: shared, confidence: WEAK, note: 'company switchboard' }
}

function regionOf(place: z.infer<typeof Place> | undefined): string | undefined {
  return textOf(place?.countryCode)?.toUpperCase()
}
