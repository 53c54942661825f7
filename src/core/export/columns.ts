import { domainOf } from '../address.ts'
import { type Enrichment, everyClaim } from '../enrichment/flat.ts'
import type { Tally } from '../event.ts'
import { isoTime } from '../iso-time.ts'
import { scoreAt } from '../score.ts'
import { shown } from '../shown.ts'
import { type ContactRow, evidenceIn } from '../store/contacts.ts'
import { type Suppression, suppressionOf } from '../suppression.ts'
import { exportedEnrichment } from './contacts.ts'

/** What of a contact a CSV tells. */
export const READ = [
  'id',
  'email',
  'firstName',
  'lastName',
  'company',
  'title',
  'status',
  'owner',
  'tags',
  'sourceCampaign',
  'customFields',
  'enrichment',
  'claims',
  'emailStatus',
  'emailStatusSource',
  'emailStatusAt',
  'suppression',
  'counters',
  'heat',
  'lastEngagedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ContactRow)[]

export type ReadContact = Pick<ContactRow, (typeof READ)[number]>

/** A contact with what several columns need. */
export interface Exported {
  readonly row: ReadContact
  readonly enrichment: Enrichment | null
  readonly suppression: Suppression | null
  readonly shown: ReturnType<typeof shown>
  readonly now: number
}

export function exportedOf(row: ReadContact, now: number): Exported {
  const claims = everyClaim(row)
  const { firstName, lastName, company, title, createdAt } = row
  return {
    row,
    enrichment: exportedEnrichment(row, claims, now),
    suppression: suppressionOf(row.suppression),
    shown: shown({ firstName, lastName, company, title, createdAt, claims, enrichment: null }, now),
    now,
  }
}

type Cell = (contact: Exported) => string | number | null

/** What an import of the file takes, under names that it knows. */
const FIELDS: readonly (readonly [header: string, cell: Cell])[] = [
  ['email', ({ row }) => row.email],
  ['first_name', ({ row }) => row.firstName],
  ['last_name', ({ row }) => row.lastName],
  ['company', ({ row }) => row.company],
  ['title', ({ row }) => row.title],
  ['phone', ({ enrichment }) => enrichment?.phone ?? null],
  ['linkedin_url', ({ enrichment }) => enrichment?.linkedinUrl ?? null],
  ['industry', ({ enrichment }) => enrichment?.industry ?? null],
  ['seniority_level', ({ enrichment }) => enrichment?.seniorityLevel ?? null],
  ['company_size', ({ enrichment }) => enrichment?.companySize ?? null],
  ['enriched_company', ({ enrichment }) => enrichment?.companyName ?? null],
  ['enriched_title', ({ enrichment }) => enrichment?.jobTitle ?? null],
  ['enrichment_source', ({ enrichment }) => enrichment?.source ?? null],
  ['enriched_at', ({ enrichment }) => iso(enrichment?.enrichedAt)],
  ['status', ({ row }) => row.status],
  ['owner', ({ row }) => row.owner],
  ['tags', ({ row }) => row.tags.join(', ')],
  ['campaign', ({ row }) => row.sourceCampaign],
  ['email_status', ({ row }) => evidenceIn(row)?.status ?? null],
  ['email_status_source', ({ row }) => evidenceIn(row)?.source ?? null],
  ['email_status_at', ({ row }) => iso(evidenceIn(row)?.at)],
  ['suppression', ({ suppression }) => suppression?.reason ?? null],
  ['suppressed_at', ({ suppression }) => iso(suppression?.since)],
  ['created_at', ({ row }) => iso(row.createdAt)],
  ['updated_at', ({ row }) => iso(row.updatedAt)],
]

const COUNTED: readonly Tally[] = [
  'sent',
  'delivered',
  'opened',
  'machine_opened',
  'clicked',
  'machine_clicked',
  'replied',
  'soft_bounced',
  'bounced',
  'complained',
  'unsubscribed',
  'website_visit',
  'form_submission',
  'call_scheduled',
  'call_completed',
  'demo_attended',
]

/**
 * What follows from all that is known, for whoever reads the file. An import leaves these columns
 * out, so that a file that comes back changes nothing by them.
 */
const DERIVED: readonly (readonly [header: string, cell: Cell])[] = [
  // As the card shows them: what people entered, and where they did not, what others say.
  ['crm_first_name', ({ shown: { firstName } }) => firstName],
  ['crm_last_name', ({ shown: { lastName } }) => lastName],
  ['crm_company', ({ shown: { company } }) => company],
  ['crm_title', ({ shown: { title } }) => title],
  ['crm_domain', ({ row }) => domainOf(row.email)],
  ['crm_score', ({ row, now }) => scoreAt(row.heat, now)],
  ['crm_last_engaged_at', ({ row }) => iso(row.lastEngagedAt)],
  ...COUNTED.flatMap((tally): (readonly [header: string, cell: Cell])[] => [
    [`crm_${tally}`, ({ row }) => row.counters[tally]?.count ?? 0],
    [`crm_${tally}_at`, ({ row }) => iso(row.counters[tally]?.last)],
  ]),
]

export const COLUMNS = [...FIELDS, ...DERIVED]

/** Those that follow from the others. */
export const DERIVED_HEADERS: ReadonlySet<string> = new Set(DERIVED.map(([header]) => header))

function iso(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : isoTime(at)
}
