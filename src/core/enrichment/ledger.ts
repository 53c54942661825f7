import { randomUUID } from 'node:crypto'

import { type ContactState, earliest } from '../contact.ts'
import { isOwnMail } from '../email-status.ts'
import { savePeople } from '../ingest.ts'
import type { NewJob } from '../job.ts'
import { People } from '../people.ts'
import { searchKeys } from '../shown.ts'
import { type HeldContact, holdContactsById } from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import {
  type CallRow,
  countDay,
  creditsOn,
  type DayCounts,
  deleteCall,
  dropLookups,
  insertCall,
  lookupsOf,
  markLookups,
  openCalls,
  type ProviderRow,
  providerRow,
  type Settled,
  type SubjectRow,
  saveClaims,
  saveProvider,
  settleLookups,
  subjects,
  suppressedAmong,
  takeLookups,
  updateCall,
} from '../store/enrichment.ts'
import { enqueue } from '../store/jobs.ts'
import { RollUps } from '../store/roll-ups.ts'
import type { Assertions, EnrichmentTask } from '../store/rows.ts'
import { mergeSuppression } from '../suppression.ts'
import type { DayOf } from '../time.ts'
import { addClaims, type Claims, claimsOf, enrichedSince, NO_CLAIMS, saysSomething } from './claims.ts'
import { everyClaim } from './flat.ts'
import { asGuess, resemblance } from './identity.ts'
import type { Answer, Answers, Person, ProviderId, Terms, Trouble } from './provider.ts'
import { type Subject, subjectOf } from './subject.ts'
import { checkAgainAt, emailVerdict } from './verdict.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** How long an answer stands (enrichment sheet, section 8.4); a title is the first thing to grow old. */
const HIT_MS = 90 * DAY_MS
const MISS_MS = 30 * DAY_MS
/** How long nobody asks again by themselves where the answer was lost and may have been billed. */
const UNCERTAIN_MS = 30 * DAY_MS
/** A process that has been asking for this long is dead. */
const ABANDONED_MS = 10 * MINUTE_MS
const UNDECIDED_AGAIN_MS = 7 * DAY_MS

export interface LedgerDeps {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: () => number
  /** Credits that may be spent on one local day. */
  readonly dailyCredits: number
}

export interface Desk {
  readonly terms: Terms
  readonly task: EnrichmentTask
  /** SHA-256 of the key, so that another key is asked anew. */
  readonly keyHash: string
}

export interface Begun {
  readonly call: CallRow | null
  /** Why a contact is not part of the call. */
  readonly left: ReadonlyMap<number, LeftOut>
  /** Set where the provider is left alone altogether. */
  readonly blocked: Blocked | null
}

export type LeftOut = 'budget' | 'asked' | 'suppressed' | 'gone'

export interface Blocked {
  readonly trouble: Trouble
  /** UTC milliseconds; null where only a person can help. */
  readonly until: number | null
}

/** A contact after its answer. */
export interface Settlement {
  readonly outcome: Read['outcome']
  readonly subject: Subject
  /** Its share of what the call cost. */
  readonly credits: number
}

/**
 * Keeps what is asked, answered and paid on stable storage: what may be billed is written down
 * before the call, and what a call brought together with what it cost.
 */
export class Ledger {
  readonly #deps: LedgerDeps

  constructor(deps: LedgerDeps) {
    this.#deps = deps
  }

  /**
   * Sets credits aside for as many of `contacts` as the day allows, and takes them so that nobody
   * else asks. Whoever was deleted or suppressed since they were read is left out.
   */
  async begin(
    { terms, task, keyHash }: Desk,
    contacts: readonly { readonly id: number; readonly clue: string }[],
    { again }: { readonly again: boolean },
  ): Promise<Begun> {
    const { database, dayOf, dailyCredits } = this.#deps
    return await database.transaction(async (tx): Promise<Begun> => {
      const now = this.#deps.now()
      const blocked = blockedBy(await providerRow(tx, terms.provider), keyHash, now)
      if (blocked) return { call: null, left: new Map(), blocked }
      const day = dayOf(now)
      const room = terms.credits === 0 ? Number.POSITIVE_INFINITY : dailyCredits - (await creditsOn(tx, day))
      const suppressed = await suppressedAmong(
        tx,
        contacts.map(({ id }) => id),
      )
      const open = contacts.filter(({ id }) => suppressed.get(id) === false)
      const affordable = open.slice(0, Math.max(0, Math.floor(room / terms.credits)))
      const callId = randomUUID()
      const { provider } = terms
      const options = { provider, task, callId, now, until: now + ABANDONED_MS, again }
      const taken = await takeLookups(tx, affordable, options)
      const left = new Map<number, LeftOut>()
      for (const { id } of contacts) if (!suppressed.has(id)) left.set(id, 'gone')
      for (const [id, isSuppressed] of suppressed) if (isSuppressed) left.set(id, 'suppressed')
      for (const { id } of open.slice(affordable.length)) left.set(id, 'budget')
      for (const { id } of affordable) if (!taken.has(id)) left.set(id, 'asked')
      const contactIds = affordable.flatMap(({ id }) => (taken.has(id) ? [id] : []))
      if (contactIds.length === 0) return { call: null, left, blocked: null }
      const credits = contactIds.length * terms.credits
      const call: CallRow = {
        ...{ id: callId, provider, task, contactIds, credits, day, startedAt: now },
        ...{ requestId: null, deadlineAt: null, callbackHash: null },
      }
      await insertCall(tx, call)
      await countDay(tx, day, provider, { credits, calls: 1 })
      return { call, left, blocked: null }
    })
  }

  /** The provider took the batch and answers later. */
  async submitted(
    call: CallRow,
    later: {
      readonly requestId: string
      readonly deadlineAt: number
      readonly callbackHash: string | null
      readonly job: NewJob
    },
    told: { readonly desk: Desk; readonly creditsLeft: number | null },
  ): Promise<void> {
    const { requestId, deadlineAt, callbackHash, job } = later
    await this.#deps.database.transaction(async (tx) => {
      const now = this.#deps.now()
      await updateCall(tx, call.id, { requestId, deadlineAt, callbackHash })
      await markLookups(tx, call.id, 'waiting', deadlineAt + DAY_MS)
      await this.#noteWell(tx, told.desk, told.creditsLeft)
      await enqueue(tx, [job], now)
    })
  }

  /** Nothing was done, so nothing was spent; the contacts may be asked about again. */
  async release(
    call: CallRow,
    desk: Desk,
    blocked: (Blocked & { readonly message: string }) | null,
    /** What is left at the provider, where it is known. */
    creditsLeft: number | null = null,
  ): Promise<void> {
    await this.#deps.database.transaction(async (tx) => {
      if (blocked) await this.#noteTrouble(tx, desk, blocked, creditsLeft)
      else if (creditsLeft !== null) await this.#noteWell(tx, desk, creditsLeft)
      if (!(await deleteCall(tx, call.id))) return
      await dropLookups(tx, call.id)
      await countDay(tx, call.day, call.provider, { credits: -call.credits, failed: call.contactIds.length })
    })
  }

  /** The answer was lost: what was set aside counts as spent, and nobody asks again by themselves. */
  async lose(call: CallRow): Promise<void> {
    await this.#deps.database.transaction(async (tx) => await this.#lose(tx, call))
  }

  async #lose(tx: Database, call: CallRow): Promise<void> {
    if (!(await deleteCall(tx, call.id))) return
    await markLookups(tx, call.id, 'uncertain', this.#deps.now() + UNCERTAIN_MS)
    await countDay(tx, call.day, call.provider, { uncertain: call.contactIds.length })
  }

  /** Takes up the calls whose process died while it waited for the answer, and batches that nobody collected. */
  async sweep(isRepeatable: (provider: ProviderId, task: EnrichmentTask) => boolean): Promise<void> {
    const { database, now } = this.#deps
    const dead = (await openCalls(database)).filter(({ requestId, startedAt, deadlineAt }) =>
      requestId === null ? startedAt <= now() - ABANDONED_MS : (deadlineAt ?? startedAt) <= now() - DAY_MS,
    )
    for (const call of dead) {
      await database.transaction(async (tx) => {
        if (call.requestId !== null || !isRepeatable(call.provider, call.task)) return await this.#lose(tx, call)
        if (!(await deleteCall(tx, call.id))) return
        await dropLookups(tx, call.id)
        await countDay(tx, call.day, call.provider, { credits: -call.credits, failed: call.contactIds.length })
      })
    }
  }

  /**
   * Writes what was answered to the contacts together with what it cost. `asked` has one for each
   * contact of the call in their order. Contacts that were deleted meanwhile are left out; null
   * where somebody else settled the call.
   */
  async settle(
    call: CallRow,
    desk: Desk,
    { answers, credits, creditsLeft, requestId }: Answers,
    isCompanyAddress: (subject: Pick<Subject, 'domain'>) => boolean,
  ): Promise<ReadonlyMap<number, Settlement> | null> {
    const { database, dayOf } = this.#deps
    return await database.transaction(async (tx) => {
      if (!(await deleteCall(tx, call.id))) return null
      const at = this.#deps.now()
      const held = new Map((await holdContactsById(tx, call.contactIds)).map((contact) => [contact.id, contact]))
      const people = new People(held.values())
      const rows = new Map((await subjects(tx, call.contactIds)).map((row) => [row.id, row]))
      const found: FoundRow[] = []
      const settled: Settled[] = []
      const counts = { hits: 0, misses: 0, mismatches: 0, uncertain: 0 }
      const outcomes = new Map<number, Settlement['outcome']>()
      for (const [nth, id] of call.contactIds.entries()) {
        const [contact, row] = [held.get(id), rows.get(id)]
        if (!contact || !row) continue
        const read = readAnswer(answers[nth] ?? { kind: 'unanswered' }, row, isCompanyAddress(row))
        counts[COUNTED[read.outcome]] += 1
        outcomes.set(id, read.outcome)
        const { provider, task } = call
        const expiresAt = expiryOf(read, row, provider, at)
        settled.push({ contactId: id, provider, task, outcome: lookupOutcome(read.outcome), at, expiresAt })
        if (read.outcome === 'opted_out') {
          const after = optedOut(contact, { at, event: `${provider}:opt-out` })
          people.set(contact, after.state)
          found.push(foundRow(row, row.claims, after, at))
        } else if (read.outcome === 'hit') {
          const before = addClaims(row.claims, importedStatus(contact.asserted, row.claims))
          const claims = addClaims(before, claimsOf(read.person, provider, at, requestId))
          const after = enriched(contact, everyClaim({ ...row, claims }), at)
          people.set(contact, after.state)
          found.push(foundRow(row, claims, after, at))
        }
      }
      const rollUps = new RollUps()
      await savePeople(tx, people, { now: at, dayOf, rollUps })
      await saveClaims(tx, found)
      await rollUps.save(tx)
      await settleLookups(tx, settled)
      await countDay(tx, call.day, call.provider, { ...counts, credits: (credits ?? call.credits) - call.credits })
      await this.#noteWell(tx, desk, creditsLeft)
      return await settlements(tx, outcomes, (credits ?? call.credits) / call.contactIds.length)
    })
  }

  /** Keeps what is known without asking anybody. */
  async keep(told: readonly { readonly id: number; readonly claims: Claims }[]): Promise<ReadonlyMap<number, Subject>> {
    const { database, dayOf } = this.#deps
    return await database.transaction(async (tx) => {
      const at = this.#deps.now()
      const ids = told.map(({ id }) => id)
      const people = new People(await holdContactsById(tx, ids))
      const rows = new Map((await subjects(tx, ids)).map((row) => [row.id, row]))
      const found: FoundRow[] = []
      for (const { id, claims: own } of told) {
        const row = rows.get(id)
        if (!row || !people.has(id)) continue
        const contact = people.withId(id)
        const before = addClaims(row.claims, importedStatus(contact.asserted, row.claims))
        const claims = addClaims(before, own)
        const after = enriched(contact, everyClaim({ ...row, claims }), at)
        people.set(contact, after.state)
        found.push(foundRow(row, claims, after, at))
      }
      const rollUps = new RollUps()
      await savePeople(tx, people, { now: at, dayOf, rollUps })
      await saveClaims(tx, found)
      await rollUps.save(tx)
      return await readSubjects(tx, ids)
    })
  }

  async #noteTrouble(
    tx: Database,
    { terms, keyHash }: Desk,
    { trouble, until, message }: Blocked & { message: string },
    left: number | null,
  ) {
    const before = await providerRow(tx, terms.provider)
    const since = before?.trouble === trouble ? before.since : this.#deps.now()
    const isOfThisKey = before?.keyHash === keyHash && trouble !== 'out_of_credits'
    const creditsLeft = left ?? (isOfThisKey ? before.creditsLeft : null)
    await saveProvider(tx, { provider: terms.provider, keyHash, trouble, message, since, until, creditsLeft })
  }

  async #noteWell(tx: Database, { terms, keyHash }: Desk, creditsLeft: number | null): Promise<void> {
    const before = await providerRow(tx, terms.provider)
    const left = creditsLeft ?? balanceBefore(before, keyHash)
    if (before && before.trouble === null && before.keyHash === keyHash && before.creditsLeft === left) return
    const since = before?.trouble === null ? before.since : this.#deps.now()
    const row = {
      provider: terms.provider,
      keyHash,
      trouble: null,
      message: null,
      since,
      until: null,
      creditsLeft: left,
    }
    await saveProvider(tx, row)
  }
}

/** What is left where an answer does not say; who had no credits and answers has been paid since. */
function balanceBefore(before: ProviderRow | undefined, keyHash: string): number | null {
  if (before?.keyHash !== keyHash || before.trouble === 'out_of_credits' || before.creditsLeft === 0) return null
  return before.creditsLeft
}

async function settlements(
  tx: Database,
  outcomes: ReadonlyMap<number, Settlement['outcome']>,
  credits: number,
): Promise<ReadonlyMap<number, Settlement>> {
  const after = await readSubjects(tx, [...outcomes.keys()])
  return new Map(
    [...outcomes].flatMap(([id, outcome]) => {
      const subject = after.get(id)
      return subject ? [[id, { outcome, subject, credits }] as const] : []
    }),
  )
}

export async function readSubjects(database: Database, ids: readonly number[]): Promise<Map<number, Subject>> {
  const lookups = Map.groupBy(await lookupsOf(database, ids), ({ contactId }) => contactId)
  const rows = await subjects(database, ids)
  return new Map(rows.map((row) => [row.id, subjectOf(row, lookups.get(row.id) ?? [])]))
}

/** Why a provider is left alone at `now`; null where it can be asked. */
export function blockedBy(
  row: { readonly keyHash: string; readonly trouble: Trouble | null; readonly until: number | null } | undefined,
  keyHash: string,
  now: number,
): Blocked | null {
  if (!row?.trouble || row.keyHash !== keyHash) return null
  if (row.until !== null && row.until <= now) return null
  return { trouble: row.trouble, until: row.until }
}

type Read =
  | { readonly outcome: 'hit'; readonly person: Person }
  | { readonly outcome: 'miss' | 'another' | 'opted_out' | 'unanswered' }

const COUNTED = {
  hit: 'hits',
  miss: 'misses',
  another: 'mismatches',
  opted_out: 'misses',
  unanswered: 'uncertain',
} as const satisfies Record<Read['outcome'], keyof DayCounts>

function readAnswer(answer: Answer, row: SubjectRow, isCompanyAddress: boolean): Read {
  if (answer.kind === 'opted_out' || answer.kind === 'unanswered') return { outcome: answer.kind }
  if (answer.kind === 'miss' || !saysSomething(answer)) return { outcome: 'miss' }
  const { person } = answer
  const who = resemblance({ ...row, isCompanyAddress }, person)
  if (who === 'another') return { outcome: 'another' }
  return { outcome: 'hit', person: who === 'moved' ? { ...person, fields: asGuess(person.fields) } : person }
}

function lookupOutcome(outcome: Read['outcome']): Settled['outcome'] {
  if (outcome === 'unanswered') return 'uncertain'
  return outcome === 'another' ? 'miss' : outcome
}

/** An address that a verifier twice cannot decide about is left alone for longer. */
function expiryOf(read: Read, { claims }: SubjectRow, provider: ProviderId, at: number): number {
  if (read.outcome !== 'hit') return at + MISS_MS
  const { fields, emailStatus } = read.person
  if (Object.keys(fields).length > 0 || !emailStatus) return at + HIT_MS
  const again = emailStatus.status === 'unknown' && claims.emailStatus?.[provider]?.value === 'unknown'
  return again ? at + UNDECIDED_AGAIN_MS : checkAgainAt(emailStatus.status, at)
}

interface After {
  readonly state: ContactState
  readonly asserted: Assertions
}

/** What an import said of the address, to be weighed with what others say. */
function importedStatus({ emailEvidence }: Assertions, { emailStatus = {} }: Claims): Claims {
  if (!emailEvidence || isOwnMail(emailEvidence)) return NO_CLAIMS
  const { source, status, at } = emailEvidence
  // A verdict of several sources names them all, and is as old as the newest of them.
  const isVerdict = source
    .split(', ')
    .some((one) => Object.hasOwn(emailStatus, one) && (emailStatus[one]?.at ?? 0) >= at)
  return isVerdict ? NO_CLAIMS : { emailStatus: { [source]: { value: status, at } } }
}

/** The contact with what is now said of it. Its own mail stays the last word on its address. */
function enriched({ state, asserted }: HeldContact, claims: Claims, now: number): After {
  const verdict = emailVerdict(claims, now)
  const wasOwn = asserted.emailEvidence !== undefined && isOwnMail(asserted.emailEvidence)
  const asserts = wasOwn ? asserted.emailEvidence : (verdict ?? asserted.emailEvidence)
  const isOwn = state.emailEvidence !== null && isOwnMail(state.emailEvidence)
  const emailEvidence = isOwn ? state.emailEvidence : (verdict ?? state.emailEvidence)
  const since = enrichedSince(claims)
  const isValid = verdict?.status === 'valid'
  return {
    state: {
      ...state,
      enrichedAt: state.enrichedAt ?? since,
      emailEvidence,
      verifiedAt: isValid ? earliest(state.verifiedAt, verdict.at) : state.verifiedAt,
    },
    asserted: {
      ...asserted,
      ...(asserts ? { emailEvidence: asserts } : {}),
      ...(isValid ? { verifiedAt: earliest(asserted.verifiedAt ?? null, verdict.at) } : {}),
    },
  }
}

function optedOut({ state, asserted }: HeldContact, mark: { readonly at: number; readonly event: string }): After {
  const record = { optedOut: mark }
  return {
    state: { ...state, suppression: mergeSuppression(state.suppression, record) },
    asserted: { ...asserted, suppression: mergeSuppression(asserted.suppression ?? {}, record) },
  }
}

type FoundRow = Parameters<typeof saveClaims>[1][number]

function foundRow(row: SubjectRow, claims: Claims, { state, asserted }: After, at: number): FoundRow {
  const keys = searchKeys({ ...row, claims })
  return { id: row.id, claims, enrichedAt: state.enrichedAt, asserted, ...keys, updatedAt: at }
}
