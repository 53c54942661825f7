import type { EmailEvidence } from '../email-status.ts'
import type { Described } from '../shown.ts'
import { known } from './claims.ts'
import { FIELDS, type Field } from './fields.ts'
import { everyClaim } from './flat.ts'

/** One thing that is known of a contact from elsewhere, and why. Times are UTC milliseconds. */
export interface ContactFact {
  readonly field: Field
  readonly value: string
  /** `apollo`, `event:sendgrid`, `crm-sibling`, `guess:domain`, `import`, … */
  readonly source: string
  readonly at: number
  /** From 0 to 1. */
  readonly confidence: number
  readonly isGuess: boolean
  readonly note: string | null
  /** The provider's name for the call that told it. */
  readonly requestId: string | null
  /** Other sources that say the same. */
  readonly agreeing: readonly string[]
  /** Those that say otherwise. */
  readonly others: readonly { readonly source: string; readonly value: string; readonly at: number }[]
}

/** Everything that is known of a contact from elsewhere at `now`, most telling first. */
export function contactFacts(contact: Described, now: number): ContactFact[] {
  const claims = everyClaim(contact)
  return SHOWN_FIRST.flatMap((field) => {
    const fact = known(claims, field, now)
    return fact ? [{ ...fact, field }] : []
  })
}

const SHOWN_FIRST: readonly Field[] = [
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'phone',
  'seniorityLevel',
  'industry',
  'companySize',
  'location',
  ...FIELDS.filter((field) => field === 'firstName' || field === 'lastName'),
]

/** The reason that a source gave for what it says of the address: `catch_all`. */
export function emailDetail({ claims }: Pick<Described, 'claims'>, evidence: EmailEvidence | null): string | null {
  const [source = ''] = evidence?.source.split(', ') ?? []
  return claims.emailStatus?.[source]?.note ?? null
}
