import type { Field } from '../fields.ts'

/** How far each source that costs nothing is to be believed (enrichment sheet, sections 7.1 and 8.3). */
export const LOCAL_CONFIDENCE = {
  'crm-sibling': 0.7,
  'guess:domain': 0.25,
  'guess:address': 0.3,
  'rule:title': 0.6,
} as const

export type LocalSource = keyof typeof LOCAL_CONFIDENCE

/** A value that nobody was asked for. */
export interface Claim {
  readonly field: Field
  readonly source: LocalSource
  readonly value: string
  readonly confidence: number
}

/** One claim, or none where there is no value. */
export function claim(field: Field, source: LocalSource, value: string | null): readonly Claim[] {
  return value === null ? [] : [{ field, source, value, confidence: LOCAL_CONFIDENCE[source] }]
}
