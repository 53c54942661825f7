import { fold } from '../../name.ts'
import { COMPANY_SIZES } from '../fields.ts'
import { type Claim, claim } from './claim.ts'

export const SHARED_FIELDS = ['companyName', 'industry', 'companySize'] as const

/** What colleagues have in common. Title, seniority and phone are each person's own. */
export type SharedField = (typeof SHARED_FIELDS)[number]

/** One for each field of each colleague. What is itself a guess or comes from siblings is none: it would confirm itself. */
export interface SiblingValue {
  readonly field: SharedField
  readonly value: string
  /** By a person, who is believed without a second. */
  readonly entered: boolean
}

/**
 * What most contacts of the same registered domain agree on (enrichment sheet, section 7.1): at
 * least two of them, or one where a person entered it. Nothing where as many say otherwise.
 */
export function fromSiblings(siblings: readonly SiblingValue[]): readonly Claim[] {
  return SHARED_FIELDS.flatMap((field) =>
    claim(field, 'crm-sibling', agreed(siblings.filter((sibling) => sibling.field === field))),
  )
}

function agreed(siblings: readonly SiblingValue[]): string | null {
  const groups = Map.groupBy(siblings, ({ field, value }) => COMPARED_BY[field](value))
  groups.delete('')
  const [best, second] = [...groups.values()]
    .filter((group) => group.length >= 2 || enteredIn(group) > 0)
    .sort(byWeight)
  if (!best || (second && byWeight(best, second) === 0)) return null
  return spelling(best)
}

/** The group that more people entered, then the larger one, comes first. */
export function byWeight(a: readonly SiblingValue[], b: readonly SiblingValue[]): number {
  return enteredIn(b) - enteredIn(a) || b.length - a.length
}

function enteredIn(group: readonly SiblingValue[]): number {
  return group.filter(({ entered }) => entered).length
}

/** The most common spelling; among equals one that a person entered, then the first in the order of the alphabet. */
export function spelling(group: readonly SiblingValue[]): string | null {
  const spellings = Map.groupBy(group, ({ value }) => value.replace(/\s+/g, ' ').trim())
  const [best] = [...spellings].sort(
    ([a, groupA], [b, groupB]) =>
      groupB.length - groupA.length || enteredIn(groupB) - enteredIn(groupA) || (a < b ? -1 : 1),
  )
  return best?.[0] ?? null
}

/** The forms of companies, without dots: `GmbH & Co. KG` is three of these words. */
const LEGAL_FORMS = new Set(
  `inc incorporated llc llp lp ltd limited plc corp corporation co company pty pte
   gmbh mbh ag kg kgaa ohg ug se ev eg
   sa sas sarl sasu eurl snc sl slu srl spa sc
   bv nv vof cv ab as asa aps oy oyj kft zrt sro doo zoo`.split(/\s+/),
)

/** Two values with the same key are one. Empty where there is nothing to compare. */
export const COMPARED_BY: Readonly<Record<SharedField, (value: string) => string>> = {
  companyName: (value) => {
    const words = fold(value)
      .replace(/[.'’]/g, '')
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean)
    const last = words.findLastIndex((word) => !LEGAL_FORMS.has(word))
    // A company may be called as a form is: `SE`.
    return (last < 0 ? words : words.slice(0, last + 1)).join(' ')
  },
  industry: (value) =>
    fold(value)
      .replaceAll('&', ' and ')
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean)
      .join(' '),
  companySize: (value) => COMPANY_SIZES.find((band) => band === value.trim()) ?? '',
}
