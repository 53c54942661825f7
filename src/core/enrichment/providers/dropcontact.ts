import { z } from 'zod'
import { addressKey } from '../../address.ts'
import { CATALOGUE } from '../catalogue.ts'
import { type Client, checkStatus, createClient, MEANING, type Reply, read, readOr } from '../client.ts'
import { WANTS } from '../fields.ts'
import { companySizeOf, domainIn, emailOf, linkedinOf, phoneOf, seniorityOf, textOf, told } from '../normalise.ts'
import {
  type Answer,
  type Answers,
  type Clue,
  type EmailVerdict,
  type Fields,
  type Provider,
  ProviderError,
  type Submitted,
  type Terms,
  type Told,
  type Trouble,
} from '../provider.ts'

type Verdict = EmailVerdict | 'opted_out'

const INFO = CATALOGUE.dropcontact
const NAME = INFO.name
const BATCHES = '/v1/enrich/all'
const ACCOUNT = '/v1/account/credits'

/** No batch can be named twice as the same, nor be listed (enrichment sheet, section 3.3). */
const TERMS: Terms = {
  provider: 'dropcontact',
  batchSize: 250,
  inFlight: 2,
  rate: { limit: 50, intervalMs: 1000 },
  credits: 1,
  isRepeatable: false,
  billsFaults: true,
}

/** No place: it names the seat of the company only. */
const SUPPLIES = WANTS.filter((want) => want !== 'location')

/** Enrichment sheet, section 3.3: a batch that the credits do not cover is refused whole. */
const TROUBLES: Readonly<Record<number, Trouble>> = { 403: 'out_of_credits' }

/** What an error that comes with 200 is about, by its words; any other is a fault of theirs. */
const REASONS: readonly (readonly [words: RegExp, trouble: Trouble])[] = [
  [/credit/i, 'out_of_credits'],
  [/token|api.?key|unauthori[sz]ed/i, 'auth_failed'],
  [/too many requests|rate.?limit/i, 'rate_limited'],
  [/missing|invalid|unexpected|exceed|maximum|too (?:many|large|long|big)/i, 'refused'],
]

/** The words of a qualification in French, which is what it answers in by default, and their other spellings. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['nominatif', 'nominative'],
  ['generique', 'generic'],
  ['aleatory', 'random'],
  ['aleatoire', 'random'],
  ['jetable', 'disposable'],
  ['invalide', 'invalid'],
  ['domaine_invalide', 'invalid_domain'],
  ['ne_pas_contacter', 'do_not_contact'],
])

const ANY = '*'

/** Enrichment sheet, section 3.2; the first that fits counts, so the worse news stands first. */
const QUALIFICATIONS: readonly (readonly [local: string, domain: string, verdict: Verdict])[] = [
  ['do_not_contact', ANY, 'opted_out'],
  ['invalid', ANY, { status: 'invalid', detail: 'mailbox_or_domain' }],
  [ANY, 'invalid', { status: 'invalid', detail: 'mailbox_or_domain' }],
  [ANY, 'invalid_domain', { status: 'invalid', detail: 'mailbox_or_domain' }],
  [ANY, 'disposable', { status: 'invalid', detail: 'disposable_or_random' }],
  ['random', ANY, { status: 'invalid', detail: 'disposable_or_random' }],
  ['catch_all', ANY, { status: 'risky', detail: 'catch_all' }],
  ['generic', 'pro', { status: 'risky', detail: 'role_account' }],
  ['generic', 'perso', { status: 'risky', detail: 'role_account' }],
  ['non_validated', ANY, { status: 'unknown', detail: 'unverifiable_now' }],
  ['nominative', 'pro', { status: 'valid', detail: null }],
  ['nominative', 'perso', { status: 'valid', detail: 'personal_mailbox' }],
  ['nominative', 'school', { status: 'valid', detail: 'school' }],
]

const count = z.number().nullable().catch(null)
const sentence = z.string().catch('')
const anything = z.unknown().optional()

/** How it went is said in the body; the status is 200 also where nothing went well. */
const Outcome = z.object({
  success: z.boolean(),
  error: z.boolean().default(false),
  reason: sentence,
  detail: sentence,
})

const balance = z.number().nonnegative().nullable().catch(null)

const Refusal = z.object({ credits_left: balance })

/** The name that its page gives the number, and the one that all other answers have. */
const Account = z.object({ credits: balance, credits_left: balance })

const Taken = z.object({ request_id: z.string().min(1), credits_left: count })

const Ready = z.object({ data: z.array(z.unknown()), credits_left: count })

const Enriched = z.object({
  custom_fields: z.object({ row: z.union([z.string(), z.number()]).transform(String) }),
  first_name: anything,
  last_name: anything,
  company: anything,
  website: anything,
  linkedin: anything,
  job: anything,
  job_level: anything,
  phone: anything,
  mobile_phone: anything,
  country: anything,
  industry: anything,
  nb_employees: anything,
  employee_count: anything,
  email: anything,
})

const Entry = z.object({ email: anything, qualification: anything })

type Enriched = z.infer<typeof Enriched>

/** Takes a batch, and has it enriched and verified 10 s to 3 min later (enrichment sheet, section 3). */
export const dropcontact: Provider = {
  ...INFO,

  connect({ key, baseUrl, fetch }) {
    const client = createClient({ fetch, baseUrl, headers: { 'x-access-token': key }, name: NAME })
    return {
      enricher: {
        kind: 'batch enricher',
        terms: TERMS,
        supplies: SUPPLIES,
        patience: { pollMs: 30_000, deadlineMs: 5 * 60_000 },
        submit: (clues, callbackUrl, signal) => submit(client, clues, callbackUrl, signal),
        collect: (requestId, clues, signal) => collect(client, requestId, clues, signal),
      },
    }
  },
}

async function submit(
  client: Client,
  clues: readonly Clue[],
  callbackUrl: string | null,
  signal: AbortSignal,
): Promise<Submitted> {
  const body = { data: clues.map(recordOf), language: 'en', custom_callback_url: callbackUrl ?? undefined }
  const reply = await client.post(BATCHES, { body, signal })
  try {
    return taken(reply)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.trouble !== 'out_of_credits') throw error
    const told = readOr(reply, Refusal, null)?.credits_left ?? null
    const creditsLeft = told ?? (await creditsOf(client, signal))
    throw new ProviderError('out_of_credits', error.message, { cause: error, creditsLeft })
  }
}

function taken(reply: Reply): Submitted {
  check(reply)
  if (!isDone(read(reply, Outcome, NAME))) throw new ProviderError('unavailable', `${NAME} did not take the batch`)
  const { request_id, credits_left } = read(reply, Taken, NAME)
  return { requestId: request_id, creditsLeft: credits_left }
}

/** What the account says is left, which costs nothing to ask; null where it does not say. */
async function creditsOf(client: Client, signal: AbortSignal): Promise<number | null> {
  try {
    const reply = await client.get(ACCOUNT, { signal })
    checkStatus(reply, NAME)
    const { credits, credits_left } = read(reply, Account, NAME)
    return credits ?? credits_left
  } catch (error) {
    if (error instanceof ProviderError) return null
    throw error
  }
}

/** The same answer, not done, comes for a batch that it does not know: only a deadline ends the asking. */
async function collect(
  client: Client,
  requestId: string,
  clues: readonly Clue[],
  signal: AbortSignal,
): Promise<Answers | null> {
  const reply = await client.get(`${BATCHES}/${encodeURIComponent(requestId.toWellFormed())}`, { signal })
  check(reply)
  if (!isDone(read(reply, Outcome, NAME))) return null
  const { data, credits_left } = read(reply, Ready, NAME)
  const rows = byRow(data)
  return {
    answers: clues.map((clue, row) => answerOf(rows.get(String(row)), clue)),
    // Each address that is submitted costs one, whatever is found (enrichment sheet, section 3.3).
    credits: clues.length,
    creditsLeft: credits_left,
    requestId,
  }
}

/** A page that is not found comes from something that is not the API, and says nothing of what was asked. */
function check(reply: Reply): void {
  const isApi = readOr(reply, z.object({}), null) !== null
  checkStatus(reply, NAME, isApi ? TROUBLES : { ...TROUBLES, 404: 'unavailable' })
}

/** The order of a batch is not kept, but what stands in `custom_fields` comes back. */
function recordOf(clue: Clue, row: number): object {
  return {
    email: clue.email,
    first_name: textOf(clue.firstName) ?? undefined,
    last_name: textOf(clue.lastName) ?? undefined,
    company: textOf(clue.companyName) ?? undefined,
    linkedin: textOf(clue.linkedinUrl) ?? undefined,
    custom_fields: { row: String(row) },
  }
}

/**
 * False where nothing is wrong, but nothing is done either. Throws `ProviderError` for an error: by
 * its reason, or `lost` where it is called a success as well, since then it may have been billed.
 */
function isDone({ success, error, reason, detail }: z.infer<typeof Outcome>): boolean {
  if (!error) return success
  const said = REASONS.find(([words]) => words.test(`${reason} ${detail}`))?.[1] ?? 'unavailable'
  const trouble = success ? 'lost' : said
  throw new ProviderError(trouble, `${NAME} answered 200 with an error: ${MEANING[trouble]}`)
}

function byRow(data: readonly unknown[]): ReadonlyMap<string, Enriched> {
  const records = data.flatMap((record) => Enriched.safeParse(record).data ?? [])
  return new Map(records.map((record) => [record.custom_fields.row, record]))
}

function answerOf(record: Enriched | undefined, clue: Clue): Answer {
  if (!record) return { kind: 'miss' }
  const entries = entriesOf(record.email)
  const own = entries.find(({ email }) => addressKey(email) === addressKey(clue.email))
  const optOut = entries.find(({ verdict }) => verdict === 'opted_out')
  const verdict = (optOut ?? own)?.verdict ?? null
  // Who opts out does so with every address; a list without the one asked about is of somebody else.
  if (verdict === 'opted_out') return { kind: own ? 'opted_out' : 'miss' }
  const fields = newsIn(record, clue)
  const isConclusive = verdict !== null && verdict.status !== 'unknown'
  if (!isConclusive && Object.keys(fields).length === 0) return { kind: 'miss' }
  const email = (own ?? entries[0])?.email ?? null
  return { kind: 'hit', person: { email, companyDomain: domainIn(record.website), fields, emailStatus: verdict } }
}

function entriesOf(list: unknown): { readonly email: string; readonly verdict: Verdict | null }[] {
  return [list].flat().flatMap((entry) => {
    const { email, qualification } = Entry.safeParse(entry).data ?? {}
    const address = emailOf(email)
    return address === null ? [] : [{ email: address, verdict: verdictOf(qualification) }]
  })
}

function verdictOf(qualification: unknown): Verdict | null {
  const text = textOf(qualification)
  if (text === null) return null
  const [local, domain] = text.split(/@(.*)/, 2).map(wordOf)
  const known = QUALIFICATIONS.find(([l, d]) => (l === ANY || l === local) && (d === ANY || d === domain))
  return known?.[2] ?? { status: 'unknown', detail: plain(text) }
}

function wordOf(text: string): string {
  const word = plain(text.normalize('NFD').replace(/\p{M}/gu, ''))
  return WORDS.get(word) ?? word
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

/** What we told comes back as if it were found: it is no news, and may have been a guess of ours. */
function newsIn(record: Enriched, clue: Clue): Fields {
  return told({
    firstName: news(textOf, record.first_name, clue.firstName),
    lastName: news(textOf, record.last_name, clue.lastName),
    companyName: news(textOf, record.company, clue.companyName),
    linkedinUrl: news(linkedinOf, record.linkedin, clue.linkedinUrl),
    jobTitle: textOf(record.job),
    seniorityLevel: seniorityOf(record.job_level),
    phone: phoneIn(record),
    industry: textOf(record.industry),
    companySize: companySizeOf(record.employee_count) ?? companySizeOf(record.nb_employees),
  })
}

function news(read: (value: unknown) => string | null, value: unknown, sent: string | null): string | null {
  const said = read(value)
  return said?.toLowerCase() === read(sent)?.toLowerCase() ? null : said
}

/** A mobile only where there is nothing else: it is closer to the person than business needs. */
function phoneIn({ phone, mobile_phone, country }: Enriched): Told | string | null {
  const region = textOf(country)?.toUpperCase()
  const mobile = phoneOf(mobile_phone, region)
  return phoneOf(phone, region) ?? (mobile === null ? null : { value: mobile, note: 'mobile' })
}
