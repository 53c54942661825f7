import { isDeepStrictEqual } from 'node:util'

import { isOwnMail } from '../email-status.ts'
import type { Database } from '../store/database.ts'
import { eventsWithMetadata, type SaidRow, siblings } from '../store/enrichment.ts'
import { addClaims, type Claims, known, type Voices } from './claims.ts'
import { FRESH_MS } from './fields.ts'
import { everyClaim } from './flat.ts'
import type { Ledger } from './ledger.ts'
import { claimsOfEvents, type EventFields } from './local/event-fields.ts'
import type { Examination, Examine } from './local/examine.ts'
import type { SiblingValue } from './local/siblings.ts'
import type { Subject } from './subject.ts'
import type { Gates } from './waterfall.ts'

export interface SurroundingsDeps {
  readonly database: Database
  readonly ledger: Pick<Ledger, 'keep'>
  readonly examine: Examine
  /** Whether everybody can have an address there: then colleagues are none. */
  readonly isPublicDomain: (domain: string) => boolean
  /** UTC milliseconds. */
  readonly now: () => number
}

/** By contact. */
export interface Surroundings {
  /** Those of whom something new was found, as they are now. */
  readonly known: ReadonlyMap<number, Subject>
  readonly gates: ReadonlyMap<number, Gates>
}

const SIBLINGS = 30
/** Whose colleagues are read at a time. */
const DOMAINS = 25
/** Of each contact: what a tool knows of its lead stands in all of them. */
const EVENTS = 5

/** What is known of them without asking anybody: from colleagues, lists, the DNS, the address itself. */
export async function lookAround(subjects: readonly Subject[], deps: SurroundingsDeps): Promise<Surroundings> {
  const { database, examine, isPublicDomain, now, ledger } = deps
  const domains = [...new Set(subjects.map(({ domain }) => domain))].filter((domain) => !isPublicDomain(domain))
  const around = await colleaguesAt(domains, deps)
  const ids = subjects.map(({ id }) => id)
  const events = Map.groupBy(await eventsWithMetadata(database, ids, EVENTS), ({ contactId }) => contactId)
  const gates = new Map<number, Gates>()
  const told: { readonly id: number; readonly claims: Claims }[] = []
  await Promise.all(
    subjects.map(async (subject) => {
      const { id, email, said, claims } = subject
      const colleagues = (around.get(subject.domain) ?? []).filter((colleague) => colleague.id !== id)
      const title = said.jobTitle ?? known(claims, 'jobTitle', now())?.value ?? null
      const examination = await examine({ email, title, siblings: colleagues.flatMap(({ values }) => values) })
      // Whoever writes to us has an address that works, whatever else is said of it.
      const works = subject.evidence?.status === 'valid' && isOwnMail(subject.evidence)
      gates.set(id, { ...examination, mayPay: examination.mayPay || works })
      const heard = claimsOfEvents((events.get(id) ?? []).map(saidBy))
      const isNews = !isDeepStrictEqual(addClaims(claims, heard), claims)
      const news = addClaims(newsOf(claims, examination, now()), isNews ? heard : {})
      if (Object.keys(news).length > 0) told.push({ id, claims: news })
    }),
  )
  return { known: told.length > 0 ? await ledger.keep(told) : new Map<number, Subject>(), gates }
}

/** What the contacts at each domain say of their company. */
async function colleaguesAt(
  domains: readonly string[],
  { database, now }: Pick<SurroundingsDeps, 'database' | 'now'>,
): Promise<ReadonlyMap<string, readonly Colleague[]>> {
  const around = new Map<string, readonly Colleague[]>()
  for (let first = 0; first < domains.length; first += DOMAINS) {
    const rows = await siblings(database, domains.slice(first, first + DOMAINS), SIBLINGS)
    for (const [domain, group] of Map.groupBy(rows, (row) => row.domain)) {
      around.set(
        domain,
        group.map((row) => ({ id: row.id, values: valuesOf(row, now()) })),
      )
    }
    // Each holds the thread for some milliseconds; requests are answered in between.
    await new Promise(setImmediate)
  }
  return around
}

interface Colleague {
  readonly id: number
  readonly values: readonly SiblingValue[]
}

/** What a colleague's contact says of their company. */
function valuesOf(row: { company: string | null } & Parameters<typeof everyClaim>[0], now: number): SiblingValue[] {
  const claims = everyClaim(row)
  const values: SiblingValue[] = row.company ? [{ field: 'companyName', value: row.company, entered: true }] : []
  for (const field of ['companyName', 'industry', 'companySize'] as const) {
    if (field === 'companyName' && row.company) continue
    const fact = known(claims, field, now)
    // Only what somebody else said: colleagues who know it from each other are one voice.
    if (fact && !fact.isGuess && fact.source !== 'crm-sibling')
      values.push({ field, value: fact.value, entered: false })
  }
  return values
}

function saidBy({ provider, occurredAt, detail }: SaidRow): EventFields {
  return { provider, occurredAt, metadata: detail?.metadata ?? {} }
}

/** The parts of an examination that are not known yet, or too old to count. */
function newsOf(claims: Claims, { told, emailStatus }: Examination, now: number): Claims {
  const fresh: { -readonly [K in keyof Claims]: Voices } = {}
  for (const { field, source, value, confidence } of told) {
    const before = claims[field]?.[source]
    if (before?.value === value && now - before.at < FRESH_MS[field] / 2) continue
    fresh[field] = { ...fresh[field], [source]: { value, at: now, confidence } }
  }
  if (emailStatus) {
    const { status, detail, source } = emailStatus
    const before = claims.emailStatus?.[source]
    const isSame = before?.value === status && before.note === detail && now - before.at < DAY_MS
    if (!isSame) fresh.emailStatus = { [source]: { value: status, note: detail, at: now } }
  }
  return fresh
}

const DAY_MS = 24 * 60 * 60_000
