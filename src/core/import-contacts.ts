import { isDeepStrictEqual } from 'node:util'

import { type ContactState, earliest, statusOf } from './contact.ts'
import { transactionOf } from './dry-run.ts'
import { bestEvidence } from './email-status.ts'
import { addClaims, enrichedSince } from './enrichment/claims.ts'
import { everyClaim } from './enrichment/flat.ts'
import { recordEvents, savePeople } from './ingest.ts'
import type { InterchangeContact } from './interchange.ts'
import type { NewJob } from './job.ts'
import { type DataStatus, type Decision, further, type LifecycleStatus } from './lifecycle.ts'
import { searchKeys } from './shown.ts'
import { type ContactRow, contactsById, type Profile, saveProfiles } from './store/contacts.ts'
import type { Database } from './store/database.ts'
import { erasedAmong } from './store/erasure.ts'
import { eventKey } from './store/events.ts'
import { enqueue } from './store/jobs.ts'
import { RollUps } from './store/roll-ups.ts'
import type { Assertions } from './store/rows.ts'
import { mergeSuppression, type Suppression, type SuppressionRecord, suppressionOf } from './suppression.ts'
import type { DayOf } from './time.ts'

export interface ImportOptions {
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: number
  /** Counts what would happen and changes nothing. */
  readonly dryRun: boolean
  /** For contacts that name no campaign of their own. */
  readonly campaign: string | null
  /** Added to those of every contact. */
  readonly tags: readonly string[]
  /** What follows for the contacts that an import made or changed; queued with them. */
  readonly jobsFor?: (ids: readonly number[]) => readonly NewJob[]
  /** Called after each group, with the number of contacts done so far. */
  readonly onProgress: (done: number) => void
}

export interface ImportResult {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  /** Engagements that were not known yet. */
  readonly events: number
  /** Left out, because they asked to be erased; left out itself where there are none. */
  readonly erased?: number
}

/** Contacts and their events in one transaction: a server beside us waits no longer than this takes. */
const MAX_GROUP_CONTACTS = 200
const MAX_GROUP_EVENTS = 1_000

/**
 * Brings contacts in, with their history. What is empty in the import erases nothing, a contact
 * never moves back, and a suppression is never cleared; importing twice changes nothing.
 */
export async function importContacts(
  database: Database,
  contacts: readonly InterchangeContact[],
  options: ImportOptions,
): Promise<ImportResult> {
  let total: ImportResult = { created: 0, changed: 0, unchanged: 0, events: 0 }
  let done = 0
  for (const group of groupsOf(contacts)) {
    total = add(total, await transactionOf(database, options, (tx) => writeGroup(tx, group, options)))
    done += group.length
    options.onProgress(done)
    // Lets a server on the same file write in between.
    await new Promise(setImmediate)
  }
  return total
}

function* groupsOf(contacts: readonly InterchangeContact[]): Generator<InterchangeContact[]> {
  let group: InterchangeContact[] = []
  let events = 0
  for (const contact of contacts) {
    if (group.length >= MAX_GROUP_CONTACTS || (group.length > 0 && events + contact.events.length > MAX_GROUP_EVENTS)) {
      yield group
      group = []
      events = 0
    }
    group.push(contact)
    events += contact.events.length
  }
  if (group.length > 0) yield group
}

async function writeGroup(
  tx: Database,
  everybody: readonly InterchangeContact[],
  options: ImportOptions,
): Promise<ImportResult> {
  const { dayOf, now } = options
  const erased = await erasedAmong(tx, () => everybody.map(({ email }) => email))
  const group = everybody.filter(({ email }) => !erased.has(email))
  const bookkeeping = { dayOf, now, rollUps: new RollUps() }
  // Each once, as nothing else tells two new ones apart that are written together.
  const byKey = Map.groupBy(
    group.flatMap((contact) => contact.events),
    eventKey,
  )
  const events = byKey.values().flatMap(([event]) => (event ? [event] : []))
  const { people, inserted } = await recordEvents(
    tx,
    [...events],
    bookkeeping,
    group.map(({ email }) => email),
  )
  const held = group.map(({ email }) => people.at(email))
  const rows = new Map(
    (
      await contactsById(
        tx,
        held.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  )

  const left = everybody.length - group.length
  const counts = { created: 0, changed: 0, unchanged: 0, events: inserted.size, ...(left > 0 ? { erased: left } : {}) }
  const profiles = new Map<number, Profile & { readonly id: number }>()
  for (const imported of group) {
    const contact = people.at(imported.email)
    const row = rows.get(contact.id)
    if (!row) throw new Error('a contact that is held cannot be read')
    const before = { ...row, ...profiles.get(row.id) }
    const state = people.stateOf(contact)
    const profile = merge(before, state, imported, contact.isNew, options)
    const isChanged = !isDeepStrictEqual(profile, profileOf(before)) || state !== contact.state
    if (contact.isNew && !profiles.has(row.id)) counts.created += 1
    else if (isChanged) counts.changed += 1
    else counts.unchanged += 1
    if (!contact.isNew && !isChanged) continue
    people.set(contact, told(state, imported, profile))
    profiles.set(row.id, { ...profile, id: row.id, updatedAt: contact.isNew ? profile.updatedAt : now })
  }
  await savePeople(tx, people, bookkeeping)
  await saveProfiles(tx, [...profiles.values()])
  await bookkeeping.rollUps.save(tx)
  if (options.jobsFor) await enqueue(tx, options.jobsFor([...profiles.keys()]), now)
  return counts
}

/** The profile of `row` with what `imported` adds to it. */
function merge(
  row: ContactRow,
  state: ContactState,
  imported: InterchangeContact,
  isNew: boolean,
  { now, campaign, tags }: ImportOptions,
): Profile {
  const firstName = imported.firstName ?? row.firstName
  const lastName = imported.lastName ?? row.lastName
  const enrichment = imported.enrichment ?? row.enrichment
  const known = everyClaim(row)
  // What an earlier import said flatly comes back among the claims of an export.
  const isEcho = isDeepStrictEqual(addClaims(known, imported.claims), known)
  const claims = isEcho ? row.claims : addClaims(row.claims, imported.claims)
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
    tags: [...new Set([...row.tags, ...imported.tags, ...tags])],
    customFields: { ...row.customFields, ...imported.customFields },
    sourceCampaign: row.sourceCampaign ?? imported.sourceCampaign ?? campaign,
    enrichment,
    claims,
    enrichedAt: enrichedAt === null || row.enrichedAt !== null ? row.enrichedAt : enrichedAt,
    floor: floorAfter(state, imported, enrichedAt),
    decision,
    decidedAt: decision === row.decision ? row.decidedAt : decidedAt,
    asserted: assertionsAfter(row.asserted, state, imported),
    createdAt,
    updatedAt: isNew ? (imported.updatedAt ?? row.updatedAt) : row.updatedAt,
  }
}

function profileOf(row: Profile): Profile {
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
function assertionsAfter(asserted: Assertions, state: ContactState, imported: InterchangeContact): Assertions {
  const emailEvidence = isDeepStrictEqual(imported.emailEvidence, state.emailEvidence) ? null : imported.emailEvidence
  const isEcho = isDeepStrictEqual(imported.suppression, suppressionOf(state.suppression))
  const suppression = isEcho ? null : imported.suppression
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
function told(state: ContactState, imported: InterchangeContact, profile: Profile): ContactState {
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

function add(a: ImportResult, b: ImportResult): ImportResult {
  const erased = (a.erased ?? 0) + (b.erased ?? 0)
  return {
    ...(erased > 0 ? { erased } : {}),
    created: a.created + b.created,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    events: a.events + b.events,
  }
}
