import type { EmailEvidence } from '../email-status.ts'
import { addClaims, type Claims, known, type Voices } from './claims.ts'
import { FIELDS, type Field } from './fields.ts'

/** What is known of a person from elsewhere, in the words of the interchange format. Times are UTC milliseconds. */
export interface Enrichment {
  readonly companyName: string | null
  readonly jobTitle: string | null
  readonly linkedinUrl: string | null
  readonly phone: string | null
  readonly industry: string | null
  readonly seniorityLevel: string | null
  readonly companySize: string | null
  readonly emailVerified: boolean | null
  readonly verifiedAt: number | null
  readonly enrichedAt: number | null
  /** Several are separated by commas. */
  readonly source: string | null
}

const IN_BOTH = [
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'phone',
  'industry',
  'seniorityLevel',
  'companySize',
] as const satisfies readonly Field[]

/** What an earlier import said with what a later one says; what that leaves empty stays. */
export function overlay(earlier: Enrichment | null, later: Enrichment | null): Enrichment | null {
  if (!earlier || !later) return later ?? earlier
  return {
    companyName: later.companyName ?? earlier.companyName,
    jobTitle: later.jobTitle ?? earlier.jobTitle,
    linkedinUrl: later.linkedinUrl ?? earlier.linkedinUrl,
    phone: later.phone ?? earlier.phone,
    industry: later.industry ?? earlier.industry,
    seniorityLevel: later.seniorityLevel ?? earlier.seniorityLevel,
    companySize: later.companySize ?? earlier.companySize,
    emailVerified: later.emailVerified ?? earlier.emailVerified,
    verifiedAt: later.verifiedAt ?? earlier.verifiedAt,
    enrichedAt: later.enrichedAt ?? earlier.enrichedAt,
    source: later.source ?? earlier.source,
  }
}

/** What an import said, as the claims of its source; as old as `otherwise` where it has no date. */
export function claimsIn(enrichment: Enrichment, otherwise: number): Claims {
  const claims: { -readonly [F in Field]?: Voices } = {}
  const at = enrichment.enrichedAt ?? otherwise
  for (const field of IN_BOTH) {
    const value = enrichment[field]
    if (value !== null) claims[field] = { [enrichment.source ?? 'import']: { value, at } }
  }
  return claims
}

/** Everything that is said of a contact, by imports and by others. */
export function everyClaim({
  claims,
  enrichment,
  createdAt,
}: {
  readonly claims: Claims
  readonly enrichment: Enrichment | null
  readonly createdAt: number
}): Claims {
  return enrichment ? addClaims(claimsIn(enrichment, createdAt), claims) : claims
}

/** One value for each field at `now`. Guesses are left out, since nothing would mark them as such. */
export function flatten(claims: Claims, evidence: EmailEvidence | null, now: number): Enrichment | null {
  const facts = FIELDS.flatMap((field) => {
    const fact = known(claims, field, now)
    return fact && !fact.isGuess ? [{ ...fact, field }] : []
  })
  if (facts.length === 0) return null
  const value = (wanted: Field) => facts.find(({ field }) => field === wanted)?.value ?? null
  const isValid = evidence?.status === 'valid'
  return {
    companyName: value('companyName'),
    jobTitle: value('jobTitle'),
    linkedinUrl: value('linkedinUrl'),
    phone: value('phone'),
    industry: value('industry'),
    seniorityLevel: value('seniorityLevel'),
    companySize: value('companySize'),
    emailVerified: isValid,
    verifiedAt: isValid ? evidence.at : null,
    enrichedAt: Math.max(...facts.map(({ at }) => at)),
    source: [...new Set(facts.map(({ source }) => source))].sort().join(', '),
  }
}
