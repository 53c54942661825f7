import { earliest } from '../contact.ts'
import type { EmailStatus } from '../email-status.ts'
import { FIELDS, type Field, FRESH_MS } from './fields.ts'
import type { Answer, Person, Told } from './provider.ts'

/** What one source says of one field. */
export interface Claim {
  readonly value: string
  /** When it said so, UTC milliseconds. */
  readonly at: number
  /** From 0 to 1, where it is not the usual one of the source. */
  readonly confidence?: number
  readonly note?: string
  /** The provider's name for the call that told it. */
  readonly requestId?: string
}

/** Of one field, what each source said last. */
export type Voices = Readonly<Record<string, Claim>>

/**
 * Everything that is known of a person from elsewhere, with its provenance. What people enter is
 * not among it: that has columns of its own, which nothing here ever writes.
 */
export type Claims = { readonly [F in Field]?: Voices } & {
  /** Values are e-mail statuses, notes their reasons. */
  readonly emailStatus?: Voices
}

export const NO_CLAIMS: Claims = {}

const CLAIMED = [...FIELDS, 'emailStatus'] as const

/**
 * Both together: of each source the later word counts, so that neither order nor repetition
 * matters.
 */
export function addClaims(a: Claims, b: Claims): Claims {
  const sum: { -readonly [K in keyof Claims]: Voices } = {}
  for (const field of CLAIMED) {
    // An import may name its source `__proto__`, which is no key to assign to.
    const voices = new Map(Object.entries(a[field] ?? {}))
    for (const [source, claim] of Object.entries(b[field] ?? {})) voices.set(source, later(voices.get(source), claim))
    if (voices.size > 0) sum[field] = Object.fromEntries(voices)
  }
  return sum
}

function later(a: Claim | undefined, b: Claim): Claim {
  if (!a || a.at < b.at) return b
  return a.at === b.at && canonical(a) < canonical(b) ? b : a
}

function canonical({ value, confidence, note, requestId }: Claim): string {
  return JSON.stringify([value, confidence ?? null, note ?? null, requestId ?? null])
}

/** What a source told at `at`, as claims. */
export function claimsOf(person: Person, source: string, at: number, requestId: string | null): Claims {
  const origin = { at, ...(requestId === null ? {} : { requestId }) }
  const claims: { -readonly [K in keyof Claims]: Voices } = {}
  for (const field of FIELDS) {
    const told = person.fields[field]
    if (told) claims[field] = { [source]: { ...told, ...origin } }
  }
  const { emailStatus } = person
  if (emailStatus)
    claims.emailStatus = { [source]: { ...statusClaim(emailStatus.status, emailStatus.detail), ...origin } }
  return claims
}

export function statusClaim(status: EmailStatus, detail: string | null): Told {
  return { value: status, ...(detail === null ? {} : { note: detail }) }
}

/** How far a source is believed where it does not say so itself (enrichment sheet, section 8.3). */
const CONFIDENCE: ReadonlyMap<string, number> = new Map([
  ['dropcontact', 0.8],
  ['apollo', 0.75],
  ['hunter', 0.7],
  ['pdl', 0.7],
  ['event', 0.7],
  ['crm-sibling', 0.7],
  ['rule', 0.6],
  ['guess', 0.25],
])
/** Imports, and those that they name. */
const OTHERS = 0.7

/** Below this a value is a guess, and shown as one. */
export const GUESS_BELOW = 0.5

/** However old it is: what somebody said is believed more than a guess, of which the best is worth 0.3. */
const LEAST = 0.35
const LEAST_OF_GUESSES = 0.05

const QUARTER_MS = 90 * 24 * 60 * 60_000

/** What is known of one field, and how. */
export interface Known {
  readonly value: string
  /** Of those that say so, the one that is believed most. */
  readonly source: string
  readonly at: number
  readonly confidence: number
  readonly isGuess: boolean
  /** Not old enough to be looked up again. */
  readonly isFresh: boolean
  readonly note: string | null
  readonly requestId: string | null
  /** The others that say the same. */
  readonly agreeing: readonly string[]
  /** Those that say otherwise and are more than a guess. */
  readonly others: readonly { readonly source: string; readonly value: string; readonly at: number }[]
}

interface Voice extends Claim {
  readonly source: string
  readonly weight: number
}

/** The most credible value of `field` at `now` (UTC milliseconds). */
export function known(claims: Claims, field: Field, now: number): Known | null {
  const told = claims[field]
  if (!told) return null
  const voices = Object.entries(told).map(([source, claim]): Voice => {
    return { ...claim, source, weight: weightOf(source, claim, now) }
  })
  const groups = [...Map.groupBy(voices, ({ value }) => comparable(value)).values()].map(opinionOf)
  const [best, ...rest] = groups.sort(byCredibility)
  if (!best) return null
  const { strongest: said, confidence, agreeing } = best
  return {
    value: said.value,
    source: said.source,
    at: said.at,
    confidence,
    isGuess: confidence < GUESS_BELOW,
    isFresh: now - said.at < FRESH_MS[field],
    note: said.note ?? null,
    requestId: said.requestId ?? null,
    agreeing,
    others: rest.flatMap(({ strongest: { source, value, at }, confidence: other }) =>
      other < GUESS_BELOW ? [] : [{ source, value, at }],
    ),
  }
}

function weightOf(source: string, { confidence, at }: Claim, now: number): number {
  const [kind = ''] = source.split(':')
  const base = confidence ?? CONFIDENCE.get(kind) ?? OTHERS
  const quarters = Math.max(0, Math.floor((now - at) / QUARTER_MS))
  return Math.max(Math.min(base, kind === 'guess' ? LEAST_OF_GUESSES : LEAST), base - 0.05 * quarters)
}

interface Opinion {
  readonly strongest: Voice
  readonly confidence: number
  readonly agreeing: readonly string[]
}

/** Two that agree are believed more than one; that a guess agrees says nothing. */
function opinionOf(voices: readonly Voice[]): Opinion {
  const [strongest, ...others] = [...voices].sort(byWeight)
  if (!strongest) throw new Error('nobody says this')
  const serious = others.filter(({ weight }) => weight >= GUESS_BELOW)
  const confidence =
    serious.length > 0 ? Math.max(strongest.weight, Math.min(strongest.weight + 0.1, 0.95)) : strongest.weight
  return { strongest, confidence, agreeing: others.map(({ source }) => source) }
}

function byWeight(a: Voice, b: Voice): number {
  return b.weight - a.weight || b.at - a.at || (a.source < b.source ? -1 : 1)
}

function byCredibility(a: Opinion, b: Opinion): number {
  return b.confidence - a.confidence || byWeight(a.strongest, b.strongest)
}

function comparable(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}

/** When somebody last said anything, UTC milliseconds; 0 where nobody did. */
export function lastSaidAt(claims: Claims): number {
  const voices = Object.values(claims).flatMap((said = {}) => Object.values(said))
  return voices.reduce((last, { at }) => Math.max(last, at), 0)
}

/** Since when there is more than guesses, UTC milliseconds; null where there is not. */
export function enrichedSince(claims: Claims): number | null {
  let since: number | null = null
  for (const field of FIELDS) {
    for (const [source, claim] of Object.entries(claims[field] ?? {})) {
      if (weightOf(source, claim, claim.at) >= GUESS_BELOW && !source.startsWith('rule:'))
        since = earliest(since, claim.at)
    }
  }
  return since
}

/** True where an answer has anything that is worth keeping. */
export function saysSomething(answer: Answer): boolean {
  return answer.kind === 'hit' && (Object.keys(answer.person.fields).length > 0 || answer.person.emailStatus !== null)
}
