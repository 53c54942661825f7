import { addressKey } from '../address.ts'
import { fold } from '../name.ts'
import type { Field } from './fields.ts'
import type { Fields, Person, Told } from './provider.ts'

/** Whom a provider was asked about. */
export interface Asked {
  readonly email: string
  readonly domain: string
  readonly firstName: string | null
  readonly lastName: string | null
  /** The address is of the company's own domain, so that another domain is another company. */
  readonly isCompanyAddress: boolean
}

/** `moved`: the person, but at another company than the address: they may have changed jobs. */
export type Resemblance = 'same' | 'moved' | 'another'

/**
 * Whether an answer is about the person who was asked about. Providers match by what they hold,
 * and sometimes that is somebody else (enrichment sheet, sections 2.3 and 8.3).
 */
export function resemblance(asked: Asked, { email, companyDomain, fields }: Person): Resemblance {
  const isElsewhere = asked.isCompanyAddress && companyDomain !== null && !areRelated(companyDomain, asked.domain)
  if (email !== null) {
    if (addressKey(email) !== addressKey(asked.email)) return 'another'
    return isElsewhere ? 'moved' : 'same'
  }
  return isElsewhere || isAnotherName(asked, fields) ? 'another' : 'same'
}

/** `mail.acme.example` belongs to `acme.example`. */
function areRelated(a: string, b: string): boolean {
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
}

/** Only surnames that are both known and share no word: first names have short forms. */
function isAnotherName({ lastName }: Asked, { lastName: told }: Fields): boolean {
  if (!lastName || !told) return false
  const words = new Set(fold(lastName).split(/[\s-]+/))
  return !fold(told.value)
    .split(/[\s-]+/)
    .some((word) => words.has(word))
}

const OF_THE_JOB: ReadonlySet<Field> = new Set<Field>([
  'companyName',
  'jobTitle',
  'industry',
  'seniorityLevel',
  'companySize',
  'phone',
])

const MOVED = { confidence: 0.4, note: 'at another company than the address' }

/** What is told of the job of somebody who may have changed it counts no more than a guess. */
export function asGuess(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([field, told]): [string, Told] => [
      field,
      OF_THE_JOB.has(field as Field) ? { ...told, ...MOVED } : told,
    ]),
  )
}
