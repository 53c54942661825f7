import { type Change, tagKey } from './changes/change.ts'
import { everyClaim } from './enrichment/flat.ts'
import { snake } from './interchange.ts'
import { HALF_LIFE_DAYS, scoreAt } from './score.ts'
import type { ContactRow } from './store/contacts.ts'
import type { EventRow } from './store/events.ts'

/** One value that is kept of a person, and where it comes from. */
export interface PersonField {
  readonly field: string
  readonly value: unknown
  /** `user:U0ADA`, `event:sendgrid`, `apollo`, `import`, `rule`, … */
  readonly source: string
  /** Since when it is known, or when its source said so; ISO 8601. */
  readonly at: string | null
  readonly confidence?: number
  readonly note?: string
  readonly request_id?: string
}

export interface PersonKept {
  readonly row: ContactRow
  readonly events: readonly EventRow[]
  /** Newest first. */
  readonly changes: readonly Change[]
  /** UTC milliseconds. */
  readonly now: number
}

/** Everything that the columns of a contact say of the person. Two sources that differ are two fields. */
export function personFields(kept: PersonKept): PersonField[] {
  return Object.values(COLUMNS).flatMap((told) => (typeof told === 'string' ? [] : told(kept)))
}

type Telling = (kept: PersonKept) => readonly PersonField[]

/** Of every column what it tells, or why it tells nothing more: whoever adds a column has to say. */
const COLUMNS: { readonly [C in keyof ContactRow]: Telling | string } = {
  id: 'a number of ours',
  email: (kept) => [{ field: 'email', value: kept.row.email, ...origin(kept) }],
  emailKey: 'the address in lower case',
  domain: (kept) => [
    { field: 'domain', value: kept.row.domain, ...derived(kept.row.createdAt, 'a part of the address') },
  ],
  firstName: entered('firstName'),
  lastName: entered('lastName'),
  nameKey: 'the name, folded for searching',
  surnameKey: 'the name, folded for searching',
  company: entered('company'),
  title: entered('title'),
  status: ({ row }) => {
    const at = row.decidedAt ?? row.engagedAt ?? row.verifiedAt ?? row.enrichedAt ?? row.createdAt
    return [{ field: 'status', value: row.status, ...derived(at, 'follows from what is known, or from a decision') }]
  },
  floor: ({ row }) => (row.floor === 'new' ? [] : [{ field: 'status', value: row.floor, ...imported(row) }]),
  decision: (kept) => {
    const { decision, decidedAt } = kept.row
    const by = lastWho(kept, ({ after }) => after.decision === decision)
    return decision === null ? [] : [{ field: 'decision', value: decision, ...(by ?? byImport(decidedAt)) }]
  },
  decidedAt: 'the date of the decision',
  enrichedAt: since('enriched_at', 'enrichedAt'),
  verifiedAt: since('verified_at', 'verifiedAt'),
  engagedAt: since('engaged_at', 'engagedAt'),
  lastEngagedAt: since('last_engaged_at', 'lastEngagedAt'),
  waitingSince: since('waiting_since', 'waitingSince'),
  answeredUntil: (kept) => {
    const { answeredUntil } = kept.row
    const by = lastWho(kept, ({ after }) => after.answeredUntil === answeredUntil)
    return answeredUntil === null
      ? []
      : [{ field: 'answered_until', value: iso(answeredUntil), ...(by ?? byImport(answeredUntil)) }]
  },
  owner: (kept) => {
    const { owner } = kept.row
    const by = lastWho(kept, ({ after }) => after.owner === owner)
    return owner === null ? [] : [{ field: 'owner', value: owner, ...(by ?? imported(kept.row)) }]
  },
  tags: (kept) =>
    kept.row.tags.map((tag) => {
      const by = lastWho(kept, ({ after }) => (after.tags ?? []).some((one) => tagKey(one) === tagKey(tag)))
      return { field: 'tags', value: tag, ...(by ?? atFirst(kept.row)) }
    }),
  customFields: ({ row }) =>
    Object.entries(row.customFields).map(([name, value]) => ({
      field: `custom_fields.${name}`,
      value,
      ...imported(row),
    })),
  sourceCampaign: ({ row }) =>
    row.sourceCampaign === null
      ? []
      : [{ field: 'imported_from_campaign', value: row.sourceCampaign, ...imported(row) }],
  enrichment: 'told with the claims',
  claims: ({ row }) =>
    Object.entries(everyClaim(row)).flatMap(([field, voices = {}]) =>
      Object.entries(voices).map(([source, { value, at, confidence, note, requestId }]) => ({
        field: snake(field),
        value,
        source,
        at: iso(at),
        ...(confidence === undefined ? {} : { confidence }),
        ...(note === undefined ? {} : { note }),
        ...(requestId === undefined ? {} : { request_id: requestId }),
      })),
    ),
  emailStatus: ({ row }) =>
    row.emailStatusSource === null
      ? []
      : [
          {
            field: 'email_status',
            value: row.emailStatus,
            source: row.emailStatusSource,
            at: iso(row.emailStatusAt),
          },
        ],
  emailStatusSource: 'told with the e-mail status',
  emailStatusAt: 'told with the e-mail status',
  suppressed: 'told with the suppression',
  suppression: ({ row }) => marks('suppression', row.suppression),
  asserted: ({ row: { asserted } }) => [
    ...(asserted.emailEvidence
      ? [
          {
            field: 'email_status',
            value: asserted.emailEvidence.status,
            source: asserted.emailEvidence.source,
            at: iso(asserted.emailEvidence.at),
          },
        ]
      : []),
    ...marks('suppression', asserted.suppression ?? {}),
  ],
  campaigns: 'follows from the engagements, beside them',
  counters: 'counts of the engagements, beside them',
  heat: ({ row, now }) => [
    {
      field: 'score',
      value: scoreAt(row.heat, now),
      ...derived(now, `points for engagements, halved every ${HALF_LIFE_DAYS} days`),
    },
  ],
  revision: 'a number of ours',
  createdAt: (kept) => [{ field: 'created_at', value: iso(kept.row.createdAt), ...origin(kept) }],
  updatedAt: ({ row }) => [{ field: 'updated_at', value: iso(row.updatedAt), ...derived(row.updatedAt) }],
}

type Provenance = Pick<PersonField, 'source' | 'at' | 'note'>

/** Where the contact came from: whoever added it, the event that was the first of it, or else an import. */
function origin({ row, events }: PersonKept): Provenance {
  if (row.asserted.addedBy) return atFirst(row)
  const first = events.find(({ receivedAt }) => receivedAt <= row.createdAt)
  return first ? { source: `event:${first.provider}`, at: iso(row.createdAt) } : imported(row)
}

function entered(column: 'firstName' | 'lastName' | 'company' | 'title'): Telling {
  return (kept) => {
    const value = kept.row[column]
    const by = lastWho(kept, ({ after }) => after[column] === value)
    return value === null ? [] : [{ field: snake(column), value, ...(by ?? atFirst(kept.row)) }]
  }
}

function since(
  field: string,
  column: 'enrichedAt' | 'verifiedAt' | 'engagedAt' | 'lastEngagedAt' | 'waitingSince',
): Telling {
  return ({ row }) => {
    const at = row[column]
    return at === null ? [] : [{ field, value: iso(at), ...derived(at) }]
  }
}

function lastWho({ changes }: PersonKept, made: (change: Change) => boolean): Provenance | undefined {
  const change = changes.find(made)
  return change && { source: `user:${change.actor}`, at: iso(change.at) }
}

function atFirst(row: ContactRow): Provenance {
  const { addedBy } = row.asserted
  return addedBy ? { source: `user:${addedBy}`, at: iso(row.createdAt) } : imported(row)
}

/** Nothing is kept of when an import wrote what; it was in the CRM since then at the earliest. */
function imported(row: ContactRow): Provenance {
  return { source: 'import', at: iso(row.createdAt), note: 'at the earliest; the day of an import is not kept' }
}

function byImport(at: number | null): Provenance {
  return { source: 'import', at: iso(at) }
}

function derived(at: number, note?: string): Provenance {
  return { source: 'rule', at: iso(at), ...(note === undefined ? {} : { note }) }
}

function marks(field: string, record: ContactRow['suppression']): PersonField[] {
  return Object.entries(record).flatMap(([kind, mark]) =>
    mark ? [{ field: `${field}.${snake(kind)}`, value: true, source: mark.event, at: iso(mark.at) }] : [],
  )
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
