import { isDeepStrictEqual } from 'node:util'
import { withTags } from '../changes/change.ts'
import { type ContactState, earliest, statusOf } from '../contact.ts'
import { bestEvidence } from '../email-status.ts'
import { addClaims, type Claims, enrichedSince } from '../enrichment/claims.ts'
import { everyClaim, overlay } from '../enrichment/flat.ts'
import type { InterchangeContact } from '../interchange.ts'
import { type DataStatus, type Decision, further, type LifecycleStatus } from '../lifecycle.ts'
import { searchKeys } from '../shown.ts'
import type { Profile } from '../store/contacts.ts'
import type { Assertions } from '../store/rows.ts'
import { mergeSuppression, type Suppression, type SuppressionRecord, suppressionOf } from '../suppression.ts'

export interface MergeOptions {
  /** UTC milliseconds. */
  readonly now: number
  /** For contacts that name no campaign of their own. */
  readonly campaign: string | null
  /** Added to those of every contact. */
  readonly tags: readonly string[]
  /** What a list says without a date of its own is dated so (`HowToRead.listedAt`). */
  readonly listedAt?: number
}

/** The profile of `row` with what `imported` adds to it. */
export function merge(
  row: Profile,
  state: ContactState,
  imported: InterchangeContact,
  isNew: boolean,
  { now, campaign, tags, listedAt }: MergeOptions,
): Profile {
  const firstName = imported.firstName ?? row.firstName
  const lastName = imported.lastName ?? row.lastName
  const enrichment = overlay(row.enrichment, imported.enrichment)
  const claims = claimsAfter(row, imported.claims)
  const createdAt = imported.createdAt === null ? row.createdAt : Math.min(row.createdAt, imported.createdAt)
  const enrichedAt = imported.enrichment ? (imported.enrichment.enrichedAt ?? now) : enrichedSince(claims)
  const decidedAt = imported.updatedAt ?? now
  const isNewer = row.decidedAt === null || decidedAt >= row.decidedAt
  const decision = (isNewer ? decisionOf(imported.status) : null) ?? row.decision
  return {
    firstName,
    lastName,
    ...searchKeys({ firstName, lastName, enrichment, claims, createdAt }),
    company: imported.company ?? row.company,
    title: imported.title ?? row.title,
    owner: imported.owner ?? row.owner,
    tags: withMore(withMore(row.tags, imported.tags), tags),
    customFields: { ...row.customFields, ...imported.customFields },
    sourceCampaign: row.sourceCampaign ?? imported.sourceCampaign ?? campaign,
    enrichment,
    claims,
    enrichedAt: enrichedAt === null || row.enrichedAt !== null ? row.enrichedAt : enrichedAt,
    floor: floorAfter(state, imported, enrichedAt),
    decision,
    decidedAt: decision === row.decision ? row.decidedAt : decidedAt,
    asserted: assertionsAfter(row.asserted, state, imported, listedAt),
    createdAt,
    updatedAt: isNew ? (imported.updatedAt ?? row.updatedAt) : row.updatedAt,
  }
}

function withMore(tags: readonly string[], more: readonly string[]): readonly string[] {
  if (more.length === 0) return tags
  return tags.length === 0 ? more : withTags(tags, [], more)
}

/** What an earlier import said flatly comes back among the claims of an export, and is no word of its own. */
function claimsAfter(row: Profile, imported: Claims): Claims {
  if (Object.keys(imported).length === 0) return row.claims
  const known = everyClaim(row)
  return isDeepStrictEqual(addClaims(known, imported), known) ? row.claims : addClaims(row.claims, imported)
}

export function profileOf(row: Profile): Profile {
  const { firstName, lastName, nameKey, surnameKey, company, title, owner, tags, customFields, sourceCampaign } = row
  const { enrichment, claims, enrichedAt, floor, decision, decidedAt, asserted, createdAt, updatedAt } = row
  const person = { firstName, lastName, nameKey, surnameKey, company, title, owner, tags, customFields, sourceCampaign }
  return { ...person, enrichment, claims, enrichedAt, floor, decision, decidedAt, asserted, createdAt, updatedAt }
}

/** Only as much of a floor as the data does not carry by itself. */
function floorAfter(state: ContactState, imported: InterchangeContact, enrichedAt: number | null): DataStatus {
  const status = dataStatusOf(imported.status)
  const evidence = imported.emailEvidence?.status === 'valid' ? imported.emailEvidence.at : null
  const byData = statusOf({
    ...state,
    decision: null,
    enrichedAt: state.enrichedAt ?? enrichedAt,
    verifiedAt: state.verifiedAt ?? evidence,
  })
  return dataStatusOf(byData) === further(dataStatusOf(byData), status) ? state.floor : further(state.floor, status)
}

function dataStatusOf(status: LifecycleStatus): DataStatus {
  return status === 'converted' || status === 'disqualified' ? 'new' : status
}

function decisionOf(status: LifecycleStatus): Decision | null {
  return status === 'converted' || status === 'disqualified' ? status : null
}

/** What the contact says already is an echo, of its events perhaps, and no word of the import's own. */
function assertionsAfter(
  asserted: Assertions,
  state: ContactState,
  imported: InterchangeContact,
  listedAt: number | undefined,
): Assertions {
  const emailEvidence = isDeepStrictEqual(imported.emailEvidence, state.emailEvidence) ? null : imported.emailEvidence
  const suppression = isEcho(imported.suppression, state.suppression, listedAt) ? null : imported.suppression
  const evidence = bestEvidence(asserted.emailEvidence ?? null, emailEvidence)
  const verifiedAt =
    emailEvidence?.status === 'valid' ? earliest(asserted.verifiedAt ?? null, emailEvidence.at) : asserted.verifiedAt
  const record = mergeSuppression(asserted.suppression ?? {}, suppression ? recordOf(suppression) : {})
  return {
    ...(asserted.addedBy === undefined ? {} : { addedBy: asserted.addedBy }),
    ...(evidence ? { emailEvidence: evidence } : {}),
    ...(verifiedAt === undefined ? {} : { verifiedAt }),
    ...(Object.keys(record).length > 0 ? { suppression: record } : {}),
  }
}

function isEcho(said: Suppression | null, record: SuppressionRecord, listedAt: number | undefined): boolean {
  if (isDeepStrictEqual(said, suppressionOf(record))) return true
  if (said === null || said.since !== listedAt) return false
  // Whoever of ours said so can take their own word back, and the list's has to hold then.
  const { stopped: _ours, ...others } = record
  return said.reason === suppressionOf(others)?.reason
}

function recordOf({ reason, since, event }: Suppression): SuppressionRecord {
  const mark = { at: since, event }
  switch (reason) {
    case 'complained':
      return { complained: mark }
    case 'unsubscribed':
      return { unsubscribed: mark }
    case 'hard_bounce':
      return { hardBounce: mark }
    case 'opted_out':
      return { optedOut: mark }
  }
}

/** The state of a contact with what its profile now asserts. */
export function told(state: ContactState, imported: InterchangeContact, profile: Profile): ContactState {
  const { emailEvidence, verifiedAt, suppression } = profile.asserted
  return {
    ...state,
    tags: profile.tags,
    enrichedAt: profile.enrichedAt,
    floor: profile.floor,
    decision: profile.decision,
    decidedAt: profile.decidedAt,
    emailEvidence: bestEvidence(state.emailEvidence, emailEvidence ?? null),
    verifiedAt: verifiedAt === undefined ? state.verifiedAt : earliest(state.verifiedAt, verifiedAt),
    suppression: imported.suppression ? mergeSuppression(state.suppression, suppression ?? {}) : state.suppression,
  }
}
