/** What providers can tell of a person, beside whether the address works. */
export const FIELDS = [
  'firstName',
  'lastName',
  'companyName',
  'jobTitle',
  'linkedinUrl',
  'phone',
  'industry',
  'seniorityLevel',
  'companySize',
  'location',
] as const

export type Field = (typeof FIELDS)[number]

/** What can be asked for. */
export const WANTS = [...FIELDS, 'emailStatus'] as const

export type Want = (typeof WANTS)[number]

/** What is looked for where nobody says what; the rest is taken when it comes along. */
export const USUAL_WANTS: readonly Want[] = ['companyName', 'jobTitle', 'linkedinUrl', 'emailStatus']

const DAY_MS = 24 * 60 * 60_000

/** How long a value is believed before it is looked up again, in milliseconds (enrichment sheet, section 8.4). */
export const FRESH_MS: Readonly<Record<Field, number>> = {
  firstName: 365 * DAY_MS,
  lastName: 365 * DAY_MS,
  companyName: 180 * DAY_MS,
  jobTitle: 90 * DAY_MS,
  linkedinUrl: 365 * DAY_MS,
  phone: 180 * DAY_MS,
  industry: 180 * DAY_MS,
  seniorityLevel: 90 * DAY_MS,
  companySize: 180 * DAY_MS,
  location: 180 * DAY_MS,
}

export const COMPANY_SIZES = [
  '1-10',
  '11-50',
  '51-200',
  '201-500',
  '501-1000',
  '1001-5000',
  '5001-10000',
  '10001+',
] as const

export type CompanySize = (typeof COMPANY_SIZES)[number]

export const SENIORITIES = [
  'owner',
  'founder',
  'c_level',
  'partner',
  'vp',
  'head',
  'director',
  'manager',
  'senior',
  'entry',
  'intern',
] as const

export type Seniority = (typeof SENIORITIES)[number]
