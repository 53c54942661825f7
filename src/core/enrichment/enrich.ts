import { StorageError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { callById, spentOn } from '../store/enrichment.ts'
import type { DayOf } from '../time.ts'
import { known } from './claims.ts'
import type { ProviderDesk, Why } from './desk.ts'
import { USUAL_WANTS, WANTS, type Want } from './fields.ts'
import { type Ledger, readSubjects } from './ledger.ts'
import { contactsOfCampaign } from './of-campaign.ts'
import { type BatchOutcome, type ContactOutcome, nothing, type OnProgress, Summary } from './outcome.ts'
import { type EnrichmentStatistics, enrichmentStatistics } from './statistics.ts'
import { clueOf, cluePrint, isSaid, missing, type Subject } from './subject.ts'
import { lookAround, type SurroundingsDeps } from './surroundings.ts'
import { atWorst, closedGate, couldKnow, type Gates, hasAnswered, type Lack, nextToAsk } from './waterfall.ts'

export interface EnrichOptions {
  /** What is looked for; without it what is usual. */
  readonly wants?: readonly Want[]
  /** Ask those again who have answered already, or whose answer was lost: it may be billed again. */
  readonly again?: boolean
  /** How long to wait for a provider that asks us to, in milliseconds. */
  readonly patienceMs?: number
  /** Ends the batch early: who is being asked is waited for, nobody else is asked. */
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

export interface Estimate {
  readonly contacts: number
  /** Those that lack something that a provider could know. */
  readonly toAsk: number
  /** If the first who is asked knows everything, and if nobody knows anything. */
  readonly least: number
  readonly most: number
  readonly spentToday: number
  readonly dailyCredits: number
}

export interface EnricherDeps extends SurroundingsDeps {
  readonly ledger: Ledger
  readonly desks: readonly ProviderDesk[]
  /** Called before anything else of each run. */
  readonly prepare: () => Promise<void>
  /** What lists say of an address; the DNS, which an estimate does not wait for, may say worse. */
  readonly gatesOf: (email: string) => Gates
  readonly dailyCredits: number
  readonly dayOf: DayOf
  readonly log: Logger
}

/** The usual patience: enough for a window of a minute. */
export const PATIENCE_MS = 65_000

/** Contacts in hand at a time: memory stays the same however many there are, and calls fill up, since batches divide it. */
const CHUNK = 500

/** Somebody of whom nothing is known but an address. */
const NOBODY: Subject = {
  ...{ id: 0, email: 'somebody@example.com', domain: 'example.com' },
  said: { firstName: null, lastName: null, companyName: null, jobTitle: null },
  claims: {},
  evidence: null,
  isSuppressed: false,
  lookups: [],
}

/** The verbs of enrichment. */
export class Enrichment {
  readonly #deps: EnricherDeps
  readonly #underWay = new Map<number, Promise<ContactOutcome>>()

  constructor(deps: EnricherDeps) {
    this.#deps = deps
  }

  /** Finds out what is lacking of one contact. Whoever asks at the same time gets the same answer. */
  async enrichContact(id: number, options: EnrichOptions = {}): Promise<ContactOutcome> {
    await this.#sweep()
    const [outcome] = await this.#chunk([id], options)
    return outcome ?? nothing(id, 'gone')
  }

  /** The same for many. A contact or a provider that fails never stops it; throws `StorageError` where the database does. */
  async enrichBatch(ids: Iterable<number> | AsyncIterable<number>, options: EnrichOptions = {}): Promise<BatchOutcome> {
    await this.#sweep()
    const sum = new Summary()
    for await (const chunk of chunksOf(ids)) {
      if (options.signal?.aborted) break
      sum.add(
        await this.#chunk(chunk, {
          ...options,
          onProgress: (done, credits) => sum.tell(done, credits, options.onProgress),
        }),
      )
    }
    return sum.result()
  }

  /** Makes contacts of `emails` with the campaign that they come from, and finds out about them. Throws `InvalidInputError`. */
  async enrichFromCampaign(
    emails: readonly string[],
    campaign: string,
    fields: readonly Want[] = USUAL_WANTS,
    options: Omit<EnrichOptions, 'wants'> = {},
  ): Promise<BatchOutcome> {
    const { database, dayOf, now } = this.#deps
    const ids = await contactsOfCampaign({ database, dayOf, now: now() }, emails, campaign)
    return await this.enrichBatch(ids, { ...options, wants: fields })
  }

  /** What it would cost, before anything is asked. */
  async estimate(
    ids: Iterable<number> | AsyncIterable<number>,
    { wants = USUAL_WANTS, again = false }: EnrichOptions = {},
  ) {
    const { database, dayOf, dailyCredits, now, prepare } = this.#deps
    await prepare()
    await this.#sweep()
    const sum = { contacts: 0, toAsk: 0, least: 0, most: 0 }
    for await (const chunk of chunksOf(ids)) {
      for (const subject of (await readSubjects(database, chunk)).values()) {
        sum.contacts += 1
        const gates = this.#deps.gatesOf(subject.email)
        const open = missing(subject, wants, now(), again ? now() : undefined).filter(
          (want) => !closedGate(want, gates),
        )
        const asked = subject.isSuppressed ? [] : this.#atWorst(open, subject, again)
        if (asked.length === 0) continue
        sum.toAsk += 1
        sum.least += asked[0]?.terms.credits ?? 0
        sum.most += asked.reduce((credits, { terms }) => credits + terms.credits, 0)
      }
    }
    return { ...sum, spentToday: await spentOn(database, dayOf(now())), dailyCredits } satisfies Estimate
  }

  /** What asking about so many new contacts would cost at most, whatever is known of them by then. */
  async estimateNew(contacts: number): Promise<Pick<Estimate, 'most' | 'spentToday' | 'dailyCredits'>> {
    const { database, dayOf, dailyCredits, now, prepare } = this.#deps
    await prepare()
    const asked = this.#atWorst(missing(NOBODY, USUAL_WANTS, now()), NOBODY, false)
    const most = contacts * asked.reduce((credits, { terms }) => credits + terms.credits, 0)
    return { most, spentToday: await spentOn(database, dayOf(now())), dailyCredits }
  }

  /** What enrichment did in the last `days` local days, today included. */
  async enrichmentStatistics(days: number): Promise<EnrichmentStatistics> {
    const { database, dayOf, dailyCredits, now } = this.#deps
    return await enrichmentStatistics(database, { days, today: dayOf(now()), dailyCredits })
  }

  /**
   * Fetches a batch that a provider took earlier; gives the contacts that may still lack something.
   * Throws `ProviderError` with `retryAfterMs` while it is not ready.
   */
  async collect(callId: string): Promise<readonly number[]> {
    const { database, desks, prepare } = this.#deps
    await prepare()
    const call = await callById(database, callId)
    const desk = call && desks.find(({ terms, task }) => terms.provider === call.provider && task === call.task)
    if (!call || !desk) return []
    const settlements = await desk.collect(call, await readSubjects(database, call.contactIds))
    return settlements ? [...settlements.keys()] : call.contactIds
  }

  /** Whoever is asked may tell what makes those who did not know the person worth asking again. */
  #atWorst(open: readonly Want[], subject: Subject, again: boolean): ProviderDesk[] {
    const { desks, now } = this.#deps
    const asked = atWorst(open, desks, (desk) => this.#isLeft(desk, subject, again))
    if (!asked.some(({ task }) => task === 'find')) return asked
    const print = (desk: ProviderDesk) => (desk.task === 'verify' ? 'email' : 'anything')
    return atWorst(open, desks, (desk) => !hasAnswered(subject, desk, { print: print(desk), now: now(), again }))
  }

  /** Before anything is asked: what another process was about to ask when it died may have been billed. */
  async #sweep(): Promise<void> {
    const { ledger, desks } = this.#deps
    await ledger.sweep((provider, task) => {
      const desk = desks.find(({ terms, task: known }) => terms.provider === provider && known === task)
      return desk?.terms.isRepeatable ?? false
    })
  }

  async #chunk(ids: readonly number[], options: EnrichOptions): Promise<ContactOutcome[]> {
    const own = [...new Set(ids)].filter((id) => !this.#underWay.has(id))
    const others = ids.flatMap((id) => this.#underWay.get(id) ?? [])
    const work = this.#carryOut(own, options)
    for (const id of own) {
      const outcome = work.then((outcomes) => outcomes.get(id) ?? nothing(id, 'gone'))
      // Whoever waits for it hears of a failure; nobody may.
      outcome.catch(() => {})
      this.#underWay.set(id, outcome)
    }
    try {
      return [...(await work).values(), ...(await Promise.all(others))]
    } finally {
      for (const id of own) this.#underWay.delete(id)
    }
  }

  async #carryOut(ids: readonly number[], options: EnrichOptions): Promise<ReadonlyMap<number, ContactOutcome>> {
    const { database, prepare } = this.#deps
    await prepare()
    const subjects = await readSubjects(database, ids)
    const able = [...subjects.values()].filter(({ isSuppressed }) => !isSuppressed)
    // Whoever lacks nothing costs one reading of the contact.
    const since = options.again ? this.#deps.now() : undefined
    const lacking = able.filter(
      (subject) => missing(subject, options.wants ?? USUAL_WANTS, this.#deps.now(), since).length > 0,
    )
    const { known, gates } = await lookAround(lacking, this.#deps)
    let [done, credits] = [0, 0]
    const outcomes = await Promise.all(
      ids.map(async (id) => {
        const before = subjects.get(id)
        const outcome = await this.#one(id, before, known.get(id) ?? before, gates.get(id), options)
        done += 1
        credits += outcome.credits
        options.onProgress?.(done, credits)
        return outcome
      }),
    )
    return new Map(outcomes.map((outcome) => [outcome.id, outcome]))
  }

  async #one(
    id: number,
    before: Subject | undefined,
    subject: Subject | undefined,
    gates: Gates | undefined,
    options: EnrichOptions,
  ): Promise<ContactOutcome> {
    if (!before || !subject) return nothing(id, 'gone')
    if (subject.isSuppressed) return nothing(id, 'suppressed')
    if (!gates) return nothing(id, 'complete')
    try {
      return await this.#fall(before, subject, gates, options)
    } catch (error) {
      if (error instanceof StorageError) throw error
      this.#deps.log.error('a contact could not be enriched', { contact: id, error })
      return nothing(id, 'failed')
    }
  }

  /** The waterfall: one provider after the other, until nothing is missing or nobody is left. */
  async #fall(
    before: Subject,
    start: Subject,
    gates: Gates,
    { wants = USUAL_WANTS, again = false, patienceMs = PATIENCE_MS, signal }: EnrichOptions,
  ): Promise<ContactOutcome> {
    const { desks, now } = this.#deps
    const since = again ? now() : undefined
    const wanted = missing(before, wants, now(), since)
    const open = (subject: Subject) => missing(subject, wants, now(), since).filter((want) => !closedGate(want, gates))
    const tried = new Map<ProviderDesk, Why | 'answered' | 'waiting'>()
    let subject = start
    let credits = 0
    let retryAt: number | null = null
    for (;;) {
      if (signal?.aborted || subject.isSuppressed) break
      const desk = nextToAsk(open(subject), desks, (candidate) => {
        return !tried.has(candidate) && this.#isLeft(candidate, subject, again)
      })
      if (!desk) break
      const step = await desk.ask({ subject, again, patienceMs, signal })
      tried.set(desk, step.kind === 'skipped' ? step.why : step.kind)
      if (step.kind === 'waiting') break
      if (step.kind === 'answered') {
        subject = step.subject
        credits += step.credits
      } else {
        if (step.why === 'gone') return { ...nothing(before.id, 'gone'), credits }
        if (step.why === 'suppressed') subject = { ...subject, isSuppressed: true }
        if (step.why === 'lost') credits += desk.terms.credits
        const at = step.why === 'budget' ? this.#tomorrow() : step.retryAt
        if (at !== null) retryAt = Math.min(retryAt ?? at, at)
      }
    }
    const still = new Set(missing(subject, wants, now(), since))
    const isWaiting =
      [...tried.values()].includes('waiting') ||
      (still.size > 0 && subject.lookups.some(({ outcome }) => outcome === 'waiting'))
    const found = [...new Set([...wanted.filter((want) => !still.has(want)), ...news(before, subject, now())])]
    return {
      id: before.id,
      kind: kindOf({ subject, isWaiting, found: found.length, wanted: wanted.length }),
      found,
      lacking: [...still].map((want) => ({ want, why: closedGate(want, gates) ?? this.#whyNot(want, subject, tried) })),
      asked: [...tried].flatMap(([{ terms }, how]) =>
        how === 'answered' || how === 'waiting' ? [terms.provider] : [],
      ),
      credits,
      retryAt: still.size > 0 ? retryAt : null,
    }
  }

  #isLeft(desk: ProviderDesk, subject: Subject, again: boolean): boolean {
    const now = this.#deps.now()
    const print = desk.task === 'verify' ? 'email' : cluePrint(clueOf(subject, now))
    return !hasAnswered(subject, desk, { print, now, again })
  }

  #whyNot(want: Want, { lookups }: Subject, tried: ReadonlyMap<ProviderDesk, Why | 'answered' | 'waiting'>): Lack {
    if (!couldKnow(want, this.#deps.desks)) return 'no_provider'
    const reasons = new Set(tried.values())
    if (reasons.has('waiting') || reasons.has('stopped') || lookups.some(({ outcome }) => outcome === 'waiting'))
      return 'waiting'
    if (reasons.has('budget')) return 'budget'
    if (reasons.has('rate_limited')) return 'rate_limited'
    if (reasons.has('lost') || lookups.some(({ outcome }) => outcome === 'uncertain')) return 'uncertain'
    if (
      ['auth_failed', 'misconfigured', 'out_of_credits', 'pending', 'unavailable'].some((why) =>
        reasons.has(why as Why),
      )
    )
      return 'unavailable'
    return 'nobody_knows'
  }

  /** When the next local day begins, to a quarter of an hour. */
  #tomorrow(): number {
    const { dayOf, now } = this.#deps
    const quarter = 15 * 60_000
    let at = Math.ceil((now() + 1) / quarter) * quarter
    while (dayOf(at) === dayOf(now())) at += quarter
    return at
  }
}

function kindOf(result: {
  readonly subject: Subject
  readonly isWaiting: boolean
  readonly found: number
  readonly wanted: number
}): ContactOutcome['kind'] {
  if (result.subject.isSuppressed) return 'suppressed'
  if (result.isWaiting) return 'waiting'
  if (result.found > 0) return 'enriched'
  return result.wanted === 0 ? 'complete' : 'nothing'
}

/** What is known now, as more than a guess, and was not before. */
function news(before: Subject, after: Subject, now: number): Want[] {
  const says = ({ claims, evidence, said }: Subject, want: Want) => {
    if (want === 'emailStatus') return evidence !== null && evidence.status !== 'unknown'
    if (isSaid(said, want)) return true
    const fact = known(claims, want, now)
    return fact !== null && !fact.isGuess
  }
  return WANTS.filter((want) => says(after, want) && !says(before, want))
}

async function* chunksOf(ids: Iterable<number> | AsyncIterable<number>): AsyncGenerator<number[]> {
  let chunk: number[] = []
  for await (const id of ids) {
    chunk.push(id)
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
