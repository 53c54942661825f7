import { numberOf } from '../email/ids.ts'
import { HOUR_MS, workingDaysBefore } from './calendar.ts'
import { SAMPLE_PEOPLE, type SamplePerson, type Seniority } from './people.ts'
import { MAILINGS } from './stories.ts'

/** Whom the e-mail buttons can be pressed for, by name. */
export const PRACTICE_CONTACTS = SAMPLE_PEOPLE.map(({ email, name, company }) => ({
  email,
  name,
  company: company.name,
})).toSorted((a, b) => a.name.localeCompare(b.name, 'en'))

/** What people decided about a contact, by the start of the address, and how many working days ago. */
const DECISIONS: Readonly<Record<string, readonly [status: 'converted' | 'disqualified', workingDaysAgo: number]>> = {
  vikram: ['converted', 3],
  'priya.raghunathan': ['disqualified', 17],
}

const DECISION_MAKERS: ReadonlySet<Seniority> = new Set(['founder', 'c_suite', 'vp', 'head', 'director'])

/** The sample people in the interchange format, as they were before any mail went out. */
export function sampleContacts(now: number): Record<string, object> {
  return Object.fromEntries(SAMPLE_PEOPLE.map((person) => [person.email, contactOf(person, now)]))
}

function contactOf(person: SamplePerson, now: number): object {
  const { email, firstName, lastName, title, company } = person
  const [status, decidedDaysAgo = 0] = DECISIONS[email.slice(0, email.indexOf('@'))] ?? []
  const campaign = MAILINGS.find(({ companies }) => companies.includes(company.domain))?.campaign
  const createdAt = workingDaysBefore(now, 33) + 9 * HOUR_MS + (numberOf(email) % 60) * 1000
  return {
    email,
    first_name: firstName,
    last_name: lastName,
    company: company.name,
    title,
    tags: tagsOf(person),
    imported_from_campaign: campaign?.name ?? null,
    created_at: iso(createdAt),
    updated_at: iso(status ? workingDaysBefore(now, decidedDaysAgo) + 15 * HOUR_MS : createdAt),
    enrichment: enrichmentOf(person, createdAt),
    ...(status ? { status } : {}),
  }
}

function tagsOf({ email, seniority }: SamplePerson): string[] {
  return [
    ...(DECISION_MAKERS.has(seniority) ? ['decision maker'] : []),
    ...(numberOf(`fair/${email}`) % 4 === 0 ? ['trade fair'] : []),
  ]
}

/** Of ten people, four were never looked up and three more were found without proof that their address works. */
function enrichmentOf({ email, name, title, seniority, company }: SamplePerson, createdAt: number): object | null {
  const luck = numberOf(`enrichment/${email}`) % 10
  if (luck < 4) return null
  const isVerified = luck >= 7
  const at = iso(createdAt + 26 * HOUR_MS)
  return {
    company_name: company.name,
    job_title: title,
    linkedin_url: `https://www.linkedin.com/in/${slugOf(name)}`,
    phone: company.phone,
    industry: company.industry,
    seniority_level: seniority === 'c_suite' ? 'c_level' : seniority,
    company_size: sizeBand(company.employees),
    email_verified: isVerified,
    verification_timestamp: isVerified ? at : null,
    enriched_at: at,
    enrichment_source: isVerified ? 'dropcontact' : 'apollo',
  }
}

/** The end says that nobody real is meant. */
export function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ø', 'o').toLowerCase()
  return `${plain.replace(/[^a-z]+/g, '-')}-example`
}

const BANDS: readonly (readonly [upTo: number, band: string])[] = [
  [10, '1-10'],
  [50, '11-50'],
  [200, '51-200'],
  [500, '201-500'],
  [1000, '501-1000'],
]

function sizeBand(employees: number): string {
  return BANDS.find(([upTo]) => employees <= upTo)?.[1] ?? '1001-5000'
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
