import { type EmailEvidence, isOwnMail } from '../email-status.ts'
import { evidenceIn } from '../store/contacts.ts'
import type { LookupRow, SubjectRow } from '../store/enrichment.ts'
import { type Claims, GUESS_BELOW, known } from './claims.ts'
import type { Field, Want } from './fields.ts'
import { everyClaim } from './flat.ts'
import type { Clue } from './provider.ts'
import { isCurrent } from './verdict.ts'

/** A contact while it is enriched. */
export interface Subject {
  readonly id: number
  readonly email: string
  readonly domain: string
  /** What people entered, or imports. */
  readonly said: {
    readonly firstName: string | null
    readonly lastName: string | null
    readonly companyName: string | null
    readonly jobTitle: string | null
  }
  readonly claims: Claims
  readonly evidence: EmailEvidence | null
  readonly isSuppressed: boolean
  readonly lookups: readonly LookupRow[]
}

export function subjectOf(row: SubjectRow, lookups: readonly LookupRow[]): Subject {
  const { id, email, domain, firstName, lastName, company, title, suppressed } = row
  return {
    ...{ id, email, domain },
    said: { firstName, lastName, companyName: company, jobTitle: title },
    claims: everyClaim(row),
    evidence: evidenceIn(row),
    isSuppressed: suppressed !== null,
    lookups,
  }
}

/**
 * Those of `wants` that nobody has said, or not lately, or not since `since` (UTC milliseconds).
 * What people entered is never asked for.
 */
export function missing(
  { said, claims, evidence }: Subject,
  wants: readonly Want[],
  now: number,
  since = Number.NEGATIVE_INFINITY,
): Want[] {
  return wants.filter((want) => {
    if (want === 'emailStatus') return !isKnown(evidence, now, since)
    if (isSaid(said, want)) return false
    const fact = known(claims, want, now)
    return !fact || fact.isGuess || !fact.isFresh || fact.at < since
  })
}

/** People entered it, so that nobody else is asked. */
export function isSaid(said: Subject['said'], field: Field): boolean {
  return Object.entries(said).some(([name, value]) => name === field && value !== null)
}

/** Own mail proves it for good; a check holds for a time. One that found nothing out is none, and no list knows a mailbox. */
function isKnown(evidence: EmailEvidence | null, now: number, since: number): boolean {
  if (!evidence || evidence.status === 'unknown') return false
  if (isOwnMail(evidence)) return true
  return evidence.source !== 'list' && isCurrent(evidence, now) && evidence.at >= since
}

/** What may be told of the person: what was entered, or said by somebody who knows. */
export function clueOf({ email, said, claims }: Subject, now: number): Clue {
  const told = (field: Field) => {
    const fact = known(claims, field, now)
    return fact && fact.confidence >= GUESS_BELOW ? fact.value : null
  }
  return {
    email,
    firstName: said.firstName ?? told('firstName'),
    lastName: said.lastName ?? told('lastName'),
    companyName: said.companyName ?? told('companyName'),
    linkedinUrl: told('linkedinUrl'),
  }
}

/** Which parts of a clue there are, as `email+name+linkedin`. */
export function cluePrint({ firstName, lastName, companyName, linkedinUrl }: Clue): string {
  return [
    'email',
    ...(firstName && lastName ? ['name'] : []),
    ...(companyName ? ['company'] : []),
    ...(linkedinUrl ? ['linkedin'] : []),
  ].join('+')
}
