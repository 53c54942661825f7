import { type Claims, known, lastSaidAt } from './enrichment/claims.ts'
import type { Field } from './enrichment/fields.ts'
import { type Enrichment, everyClaim } from './enrichment/flat.ts'
import { nameKeys, type PersonName } from './name.ts'

/** What people entered of somebody, and what others say. */
export interface Described extends PersonName {
  readonly company: string | null
  readonly title: string | null
  readonly enrichment: Enrichment | null
  readonly claims: Claims
  readonly createdAt: number
}

export interface Shown extends PersonName {
  readonly company: string | null
  readonly title: string | null
}

/** Who somebody is at `now` (UTC milliseconds): as people entered it, and where they did not, as others say; no guesses. */
export function shown(contact: Described, now: number): Shown {
  const { firstName, lastName, company, title } = contact
  const claims = everyClaim(contact)
  const told = (field: Field) => {
    const fact = known(claims, field, now)
    return fact && !fact.isGuess ? fact.value : null
  }
  return {
    firstName: firstName ?? told('firstName'),
    lastName: lastName ?? told('lastName'),
    company: company ?? told('companyName'),
    title: title ?? told('jobTitle'),
  }
}

/**
 * What somebody is found by: the name that people entered, or that others say or guess, as it was
 * most credible when the last of them spoke; what is stored must not change with the time alone.
 */
export function searchKeys({ firstName, lastName, ...from }: Omit<Described, 'company' | 'title'>) {
  const claims = everyClaim(from)
  const at = lastSaidAt(claims)
  const told = (field: Field) => known(claims, field, at)?.value ?? null
  return nameKeys(firstName ?? told('firstName'), lastName ?? told('lastName'))
}
