import { addClaims, type Claims, type Voices } from '../claims.ts'
import type { Field } from '../fields.ts'
import { companySizeOf, linkedinOf, phoneOf, seniorityOf, textOf } from '../normalise.ts'

/** What a tool sent along with an event: the variables of its lead, in names of its own. */
export interface EventFields {
  readonly provider: string
  /** UTC milliseconds. */
  readonly occurredAt: number
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Names as outreach tools and their users write them, without case and signs. */
const FIELD_OF: Readonly<Record<string, Field>> = {
  firstname: 'firstName',
  leadfirstname: 'firstName',
  lastname: 'lastName',
  leadlastname: 'lastName',
  company: 'companyName',
  companyname: 'companyName',
  leadcompanyname: 'companyName',
  organization: 'companyName',
  jobtitle: 'jobTitle',
  leadjobtitle: 'jobTitle',
  position: 'jobTitle',
  linkedin: 'linkedinUrl',
  linkedinurl: 'linkedinUrl',
  linkedinprofile: 'linkedinUrl',
  phone: 'phone',
  phonenumber: 'phone',
  industry: 'industry',
  seniority: 'seniorityLevel',
  companysize: 'companySize',
  location: 'location',
}

const READ: Readonly<Partial<Record<Field, (value: unknown) => string | null>>> = {
  linkedinUrl: linkedinOf,
  phone: (value) => phoneOf(value),
  seniorityLevel: seniorityOf,
  companySize: companySizeOf,
}

/** What events say of the person they are about, as claims of the tools that sent them (enrichment sheet, section 7.1). */
export function claimsOfEvents(events: readonly EventFields[]): Claims {
  return events.map(claimsOfEvent).reduce(addClaims, {})
}

function claimsOfEvent({ provider, occurredAt, metadata }: EventFields): Claims {
  const claims: { -readonly [F in Field]?: Voices } = {}
  for (const [name, value] of Object.entries(metadata)) {
    const key = name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
    const field = Object.hasOwn(FIELD_OF, key) ? FIELD_OF[key] : undefined
    const told = field && (READ[field] ?? textOf)(value)
    if (told) claims[field] = { [`event:${provider}`]: { value: told, at: occurredAt } }
  }
  return claims
}
