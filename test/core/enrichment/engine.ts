import { addressKey, domainOf } from '../../../src/core/address.ts'
import type { EmailStatus } from '../../../src/core/email-status.ts'
import type { EnrichmentDeps } from '../../../src/core/enrichment/create.ts'
import { hashOf, ProviderDesk } from '../../../src/core/enrichment/desk.ts'
import { Enrichment } from '../../../src/core/enrichment/enrich.ts'
import type { Field } from '../../../src/core/enrichment/fields.ts'
import { collectJob } from '../../../src/core/enrichment/jobs.ts'
import { Ledger } from '../../../src/core/enrichment/ledger.ts'
import { createExaminer } from '../../../src/core/enrichment/local/examine.ts'
import { type Lists, loadLists } from '../../../src/core/enrichment/local/lists.ts'
import { createMailDomains, type MailResolver } from '../../../src/core/enrichment/local/mail-domains.ts'
import type {
  Answer,
  Answers,
  BatchEnricher,
  Clue,
  Enricher,
  Fields,
  Person,
  ProviderId,
  Terms,
  Verdicts,
  Verifier,
} from '../../../src/core/enrichment/provider.ts'
import { bareContact } from '../../../src/core/import/bare-contact.ts'
import { importContacts } from '../../../src/core/import-contacts.ts'
import type { InterchangeContact } from '../../../src/core/interchange.ts'
import { createLogger, type Logger } from '../../../src/core/logger.ts'
import { type ContactRow, contactsAfter } from '../../../src/core/store/contacts.ts'
import type { Database } from '../../../src/core/store/database.ts'
import { type LookupRow, openCalls, spentOn } from '../../../src/core/store/enrichment.ts'
import { totalCounts } from '../../../src/core/store/roll-ups.ts'
import { createDayOf } from '../../../src/core/time.ts'

export const START = Date.parse('2026-03-02T09:00:00Z')
export const TODAY = '2026-03-02'
export const MINUTE_MS = 60_000
export const DAY_MS = 24 * 60 * MINUTE_MS

export const dayOf = createDayOf('UTC')
export const silent = createLogger('silent')

/** Every domain takes mail. */
export const dns: MailResolver = {
  resolveMx: async () => [{ exchange: 'mx.example', priority: 10 }],
  resolve4: async () => [],
  resolve6: async () => [],
}

/** Brings the addresses in; gives their ids in the same order. */
export async function addPeople(
  database: Database,
  people: readonly (string | ({ readonly email: string } & Partial<InterchangeContact>))[],
): Promise<number[]> {
  const contacts = people.map((one) =>
    typeof one === 'string' ? bareContact(one) : { ...bareContact(one.email), ...one },
  )
  const quietly = { dayOf, now: START, dryRun: false, campaign: null, tags: [], onProgress: () => {} }
  await importContacts(database, contacts, quietly)
  const ids = new Map((await everybody(database)).map(({ emailKey, id }) => [emailKey, id]))
  return contacts.map(({ email }) => ids.get(addressKey(email)) ?? -1)
}

/** `ada0@acme0.example` and so on: at different companies, so that they know nothing of each other. */
export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `ada${n}@acme${n}.example`)
}

export async function everybody(database: Database): Promise<ContactRow[]> {
  return await contactsAfter(database, 0, 100_000)
}

export async function rowOf(database: Database, id: number): Promise<ContactRow> {
  const [row] = await contactsAfter(database, id - 1, 1)
  if (row?.id !== id) throw new Error(`there is no contact ${id}`)
  return row
}

export async function lookups(database: Database): Promise<LookupRow[]> {
  const { enrichmentLookups: table } = database.tables
  return await database.db.select().from(table).orderBy(table.contactId)
}

/** What was spent or set aside on the first day, and how many calls nobody has settled. */
export async function books(database: Database) {
  return { spent: await spentOn(database, TODAY), open: (await openCalls(database)).length }
}

/** The running counts, and the same from the contacts themselves. */
export async function counts(database: Database) {
  const recount = new Map<string, number>()
  const count = (name: string) => recount.set(name, (recount.get(name) ?? 0) + 1)
  for (const contact of await everybody(database)) {
    count(contact.status)
    if (contact.suppressed) count('suppressed')
    if (contact.enrichedAt !== null) count('has_enrichment')
    if (contact.emailStatus === 'valid') count('has_valid_address')
  }
  return { running: Object.fromEntries(await totalCounts(database)), recount: Object.fromEntries(recount) }
}

const TERMS: Omit<Terms, 'provider'> = {
  batchSize: 10,
  inFlight: 5,
  rate: { limit: 1_000_000, intervalMs: 1000 },
  credits: 1,
  isRepeatable: false,
}

/** Everything that is usually looked for, beside the address. */
export const FULL: Partial<Record<Field, string>> = {
  companyName: 'Acme Ltd',
  jobTitle: 'Head of Sales',
  linkedinUrl: 'https://www.linkedin.com/in/ada',
}

/** An answer about whoever was asked about. */
export function hit(
  { email }: Pick<Clue, 'email'>,
  values: Partial<Record<Field, string>> = FULL,
  person: Partial<Person> = {},
): Answer {
  const fields: Fields = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value }]))
  return { kind: 'hit', person: { email, companyDomain: null, fields, emailStatus: null, ...person } }
}

export const MISS: Answer = { kind: 'miss' }

export const OPTED_OUT: Answer = { kind: 'opted_out' }

interface Asked {
  /** What each call was about. */
  readonly calls: (readonly Clue[])[]
}

/** A provider that answers each clue as it is told, or fails as `answer` throws. */
export function anEnricher(
  provider: ProviderId,
  answer: (clue: Clue, nthCall: number) => Answer | Promise<Answer> = (clue) => hit(clue),
  terms: Partial<Terms> = {},
  rest: Partial<Omit<Answers, 'answers'>> = {},
): Enricher & Asked {
  const calls: (readonly Clue[])[] = []
  return {
    kind: 'enricher',
    terms: { ...TERMS, provider, ...terms },
    supplies: [],
    calls,
    async lookUp(clues) {
      calls.push(clues)
      const nth = calls.length
      const answers = await Promise.all(clues.map((clue) => answer(clue, nth)))
      return { answers, credits: null, creditsLeft: null, requestId: null, ...rest }
    },
  }
}

/** A provider that says the same of every address, or what `say` says. */
export function aVerifier(
  provider: ProviderId,
  say: EmailStatus | ((address: string) => EmailStatus | 'opted_out'),
  terms: Partial<Terms> = {},
): Verifier & { readonly calls: (readonly string[])[] } {
  const calls: (readonly string[])[] = []
  return {
    kind: 'verifier',
    terms: { ...TERMS, provider, ...terms },
    calls,
    async verify(asked) {
      calls.push(asked)
      const verdicts = asked.map((address): Verdicts['verdicts'][number] => {
        const status = typeof say === 'string' ? say : say(address)
        return status === 'opted_out' ? status : { status, detail: null }
      })
      return { verdicts, credits: null, creditsLeft: null, requestId: null }
    },
  }
}

/** A provider that takes batches; `collect` says what became of one. */
export function aBatchEnricher(
  provider: ProviderId,
  collect: BatchEnricher['collect'],
  submit: (clues: readonly Clue[], nth: number) => void = () => {},
): BatchEnricher & Asked & { readonly callbackUrls: (string | null)[] } {
  const calls: (readonly Clue[])[] = []
  const callbackUrls: (string | null)[] = []
  return {
    kind: 'batch enricher',
    terms: { ...TERMS, provider, batchSize: 250, inFlight: 2 },
    supplies: [],
    patience: { pollMs: 30_000, deadlineMs: 5 * MINUTE_MS },
    calls,
    callbackUrls,
    collect,
    async submit(clues, callbackUrl) {
      calls.push(clues)
      callbackUrls.push(callbackUrl)
      submit(clues, calls.length)
      return { requestId: `batch-${calls.length}`, creditsLeft: null }
    },
  }
}

export interface EngineOptions {
  readonly dailyCredits?: number
  readonly key?: string
  readonly clock?: { now: number }
  readonly wait?: EnrichmentDeps['wait']
  readonly resolver?: MailResolver
  readonly callbackUrl?: (token: string) => string | null
  readonly log?: Logger
}

export interface Engine {
  readonly enrichment: Enrichment
  readonly ledger: Ledger
  readonly desks: readonly ProviderDesk[]
  /** UTC milliseconds; may be moved. */
  readonly clock: { now: number }
  /** How long it waited where a provider asked it to: the clock is moved instead. */
  readonly waits: number[]
  readonly stop: () => void
}

/** Enrichment as `createEnrichment` makes it, with these providers in place of the real ones. */
export function anEngine(
  database: Database,
  answering: readonly (Enricher | BatchEnricher | Verifier)[],
  options: EngineOptions = {},
): Engine {
  const { dailyCredits = 1_000_000, key = 'key-1', clock = { now: START }, log = silent } = options
  const now = () => clock.now
  const waits: number[] = []
  const stopping = new AbortController()
  const ledger = new Ledger({ database, dayOf, now, dailyCredits })
  let lists: Lists | undefined
  const isPublicDomain = (domain: string) => lists?.isPublic(domain) ?? false
  const desks = answering.map(
    (one) =>
      new ProviderDesk({
        ledger,
        name: one.terms.provider,
        keyHash: hashOf(key),
        answering: one,
        isCompanyAddress: ({ domain }) => !isPublicDomain(domain),
        callbackUrl: options.callbackUrl ?? (() => null),
        collectJob,
        now,
        random: () => 0.5,
        wait:
          options.wait ??
          (async (ms) => {
            waits.push(ms)
            clock.now += ms
          }),
        stopping: stopping.signal,
        signal: stopping.signal,
        log,
      }),
  )
  const enrichment = new Enrichment({
    database,
    ledger,
    desks,
    examine: createExaminer({ mailDomains: createMailDomains({ resolver: options.resolver ?? dns, now }) }),
    async prepare() {
      lists ??= await loadLists()
    },
    isPublicDomain,
    gatesOf: (email) => ({
      mayAskForCompany: !isPublicDomain(domainOf(email)),
      mayAskForPerson: !(lists?.isRole(email.slice(0, email.lastIndexOf('@'))) ?? false),
      mayPay: !(lists?.isDisposable(domainOf(email)) ?? false),
    }),
    dailyCredits,
    dayOf,
    now,
    log,
  })
  return { enrichment, ledger, desks, clock, waits, stop: () => stopping.abort(new Error('the program stops')) }
}
