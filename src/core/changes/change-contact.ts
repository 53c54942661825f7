import { isDeepStrictEqual } from 'node:util'

import { reopenAlerts } from '../alerts/reopen.ts'
import { type ContactState, statusOf } from '../contact.ts'
import { InvalidInputError } from '../errors.ts'
import { savePeople } from '../ingest.ts'
import type { Decision } from '../lifecycle.ts'
import { People } from '../people.ts'
import { searchKeys, shown } from '../shown.ts'
import { changeById, changesSince, deleteNote, insertChange, insertNote, notesById } from '../store/changes.ts'
import {
  type ContactRow,
  contactsById,
  type HeldContact,
  holdContactsById,
  markAsAnswered,
  saveProfiles,
} from '../store/contacts.ts'
import type { Database } from '../store/database.ts'
import { RollUps } from '../store/roll-ups.ts'
import type { Mark, SuppressionRecord } from '../suppression.ts'
import { parseTags } from '../tags.ts'
import { manyLines, oneLine } from '../text.ts'
import type { DayOf } from '../time.ts'
import { waitingSince } from '../waiting.ts'
import {
  type Change,
  type ChangeAction,
  type ChangeValues,
  type Delta,
  laterOn,
  PROFILE_FIELDS,
  type ProfileField,
  reversed,
  tagKey,
  UNDO_MS,
  withTags,
} from './change.ts'

export interface ChangeOptions {
  /** A Slack user id. */
  readonly by: string
  /** UTC milliseconds. */
  readonly now: number
  readonly dayOf: DayOf
}

export type Outcome =
  | { readonly kind: 'changed'; readonly change: Change }
  /** It was so already, and nothing is kept of the attempt. */
  | { readonly kind: 'same' }
  | { readonly kind: 'gone' }

export const MAX_NOTE = 3000

/** A decision of people's, or null to take it back: then the contact is again what its data says. */
export async function setStatus(
  database: Database,
  id: number,
  decision: Decision | null,
  options: ChangeOptions,
): Promise<Outcome> {
  return await change(database, id, 'status', options, async (_tx, { state }) => {
    if (state.decision === decision) return undefined
    const decidedAt = options.now
    return {
      before: { decision: state.decision, decidedAt: state.decidedAt, status: statusOf(state) },
      after: { decision, decidedAt, status: statusOf({ ...state, decision, decidedAt }) },
    }
  })
}

/** `owner` is a Slack user id, or null for nobody. */
export async function assign(
  database: Database,
  id: number,
  owner: string | null,
  options: ChangeOptions,
): Promise<Outcome> {
  return await change(database, id, 'assign', options, async (_tx, { row }) =>
    row.owner === owner ? undefined : { before: { owner: row.owner }, after: { owner } },
  )
}

/**
 * Whoever waits for an answer has got it: to what they wrote until `until` (UTC milliseconds), the last
 * that somebody saw. Where they wrote again meanwhile, they go on waiting and nothing changes.
 */
export async function markAnswered(
  database: Database,
  id: number,
  until: number,
  options: ChangeOptions,
): Promise<Outcome> {
  return await change(database, id, 'answered', options, async (_tx, { state }) => {
    const since = waitingSince(state)
    // Never later than what is there: a moment to come would silence whatever they write until then.
    return since === null || since > until
      ? undefined
      : { before: { answeredUntil: state.answeredUntil }, after: { answeredUntil: since } }
  })
}

export interface TagChange {
  /** As people write them in one field. */
  readonly add?: string
  readonly remove?: readonly string[]
}

/** A tag that is added and removed at once is added. */
export async function changeTags(
  database: Database,
  id: number,
  { add = '', remove = [] }: TagChange,
  options: ChangeOptions,
): Promise<Outcome> {
  const wanted = parseTags(add)
  const unwanted = new Set(remove.map(tagKey)).difference(new Set(wanted.map(tagKey)))
  return await change(database, id, 'tags', options, async (_tx, { row }) => {
    const there = new Set(row.tags.map(tagKey))
    const added = wanted.filter((tag) => !there.has(tagKey(tag)))
    const removed = row.tags.filter((tag) => unwanted.has(tagKey(tag)))
    if (added.length + removed.length === 0) return undefined
    return { before: { tags: removed }, after: { tags: added } }
  })
}

export async function addNote(database: Database, id: number, note: string, options: ChangeOptions): Promise<Outcome> {
  const text = manyLines(note)
  if (!text) throw new InvalidInputError('The note is empty.')
  if (text.length > MAX_NOTE)
    throw new InvalidInputError('A note can have 3,000 characters. Make two of it, or leave something out.')
  return await change(database, id, 'note', options, async (tx) => {
    const noteId = await insertNote(tx, { contactId: id, author: options.by, at: options.now, text })
    return { before: {}, after: { note: noteId } }
  })
}

/** What somebody saw in a field, and what they made of it, which may be the same. */
export interface Edit {
  readonly seen: string | null
  readonly wanted: string | null
}

export type Edits = { readonly [F in ProfileField]?: Edit }

export interface EditOptions extends ChangeOptions {
  /** How a form shows a value: it may shorten it, or leave out what is not seen. */
  readonly asSeen: (value: string | null, field: ProfileField) => string | null
}

export interface Conflict {
  readonly field: ProfileField
  readonly now: string | null
}

/**
 * Writes the fields that somebody edited and leaves the others alone, whoever changed them since.
 * A field that is no longer what they saw is a conflict, and then nothing is written.
 */
export async function editProfile(
  database: Database,
  id: number,
  edits: Edits,
  options: EditOptions,
): Promise<Outcome | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] }> {
  const { now, asSeen } = options
  let conflicts: readonly Conflict[] = []
  const outcome = await change(database, id, 'profile', options, async (_tx, { row }) => {
    const told = shown(row, now)
    const edited = PROFILE_FIELDS.flatMap((field) => {
      const edit = edits[field]
      const wanted = oneLine(edit?.wanted)
      // Where two people wrote the same there is nothing to settle.
      return edit && wanted !== oneLine(edit.seen) && wanted !== told[field] ? [{ field, wanted, seen: edit.seen }] : []
    })
    conflicts = edited.flatMap(({ field, seen }) =>
      asSeen(told[field], field) === seen ? [] : [{ field, now: told[field] }],
    )
    const written = edited.filter(({ field, wanted }) => wanted !== row[field])
    if (conflicts.length > 0 || written.length === 0) return undefined
    return {
      before: Object.fromEntries(written.map(({ field }) => [field, row[field]])),
      after: Object.fromEntries(written.map(({ field, wanted }) => [field, wanted])),
    }
  })
  return conflicts.length > 0 ? { kind: 'conflict', conflicts } : outcome
}

export type Undoing =
  | { readonly kind: 'changed'; readonly change: Change; readonly undone: Change }
  | { readonly kind: 'gone' }
  | { readonly kind: 'too_late'; readonly contactId: number }
  | { readonly kind: 'undone_before'; readonly contactId: number; readonly by: string }
  /** Somebody changed the same since; `by` is null where it was no person, but an import. */
  | { readonly kind: 'overtaken'; readonly contactId: number; readonly by: string | null }

/** Takes a change back, within ten minutes, and only while it is the last one of what it touched. */
export async function undo(database: Database, changeId: number, options: ChangeOptions): Promise<Undoing> {
  const undone = await changeById(database, changeId)
  if (!undone || undone.undoes !== null || undone.action === 'export') return { kind: 'gone' }
  const { contactId } = undone
  if (options.now - undone.at > UNDO_MS) return { kind: 'too_late', contactId }
  let refusal: Undoing = { kind: 'overtaken', contactId, by: null }
  const outcome = await change(database, contactId, 'undo', { ...options, undoes: changeId }, async (tx, held) => {
    const since = await changesSince(tx, contactId, changeId)
    const before = since.find(({ undoes }) => undoes === changeId)
    const later = laterOn(undone, since)
    refusal = before
      ? { kind: 'undone_before', contactId, by: before.actor }
      : { kind: 'overtaken', contactId, by: later?.actor ?? null }
    if (before || later || !(await stillHolds(tx, undone.after, undone.before, held))) return undefined
    const { note } = undone.after
    if (note !== undefined) await deleteNote(tx, note)
    if (undone.action === 'triage') await reopenAlerts(tx, undone, options.now)
    const back = reversed(undone)
    if (undone.after.decision === undefined) return back
    const { decision = null, decidedAt = null } = back.after
    return {
      before: { ...back.before, status: statusOf(held.state) },
      after: { ...back.after, status: statusOf({ ...held.state, decision, decidedAt }) },
    }
  })
  switch (outcome.kind) {
    case 'changed':
      return { ...outcome, undone }
    case 'same':
      return refusal
    case 'gone':
      return outcome
  }
}

/** False where something that leaves no trace in the history, such as an import, changed the same. */
async function stillHolds(tx: Database, after: ChangeValues, before: ChangeValues, { row }: Held): Promise<boolean> {
  const { tags = [], note, status: _status, triage: _triage, until: _until, stopped, ...fields } = after
  const there = new Set(row.tags.map(tagKey))
  const isThere = (tag: string) => there.has(tagKey(tag))
  const current = Object.fromEntries(Object.keys(fields).map((field) => [field, valueIn(row, field)]))
  return (
    isDeepStrictEqual(current, fields) &&
    (stopped === undefined || isDeepStrictEqual(row.suppression.stopped ?? null, stopped)) &&
    tags.every(isThere) &&
    !(before.tags ?? []).some(isThere) &&
    (note === undefined || (await notesById(tx, [note])).length > 0)
  )
}

function valueIn(row: ContactRow, field: string): unknown {
  return Object.entries(row).find(([name]) => name === field)?.[1]
}

export interface Held {
  readonly row: ContactRow
  readonly state: ContactState
}

/**
 * The change that `decide` makes of a contact, and its line in the history: both or neither. The
 * contact is held meanwhile, so that of two people nobody loses what the other changed.
 */
export async function change(
  database: Database,
  id: number,
  action: ChangeAction,
  { by, now, dayOf, undoes = null }: ChangeOptions & { readonly undoes?: number | null },
  decide: (tx: Database, held: Held) => Promise<Delta | undefined>,
): Promise<Outcome> {
  return await database.transaction(async (tx) => {
    const [contact] = await holdContactsById(tx, [id])
    const [row] = contact ? await contactsById(tx, [id]) : []
    if (!contact || !row) return { kind: 'gone' }
    const delta = await decide(tx, { row, state: contact.state })
    if (!delta) return { kind: 'same' }
    await apply(tx, contact, row, delta, { now, dayOf })
    return {
      kind: 'changed',
      change: await insertChange(tx, { contactId: id, at: now, actor: by, action, undoes, ...delta }),
    }
  })
}

async function apply(
  tx: Database,
  contact: HeldContact,
  row: ContactRow,
  { before, after }: Delta,
  { now, dayOf }: Pick<ChangeOptions, 'now' | 'dayOf'>,
): Promise<void> {
  const { tags = [], note: _note, status: _status, triage: _triage, until: _until, stopped, ...fields } = after
  const next = {
    ...{ ...row, ...fields, tags: withTags(row.tags, before.tags ?? [], tags), updatedAt: now },
    ...(stopped === undefined
      ? {}
      : {
          suppression: withStopped(row.suppression, stopped),
          // Apart from what events say, so that it outlives their being read anew.
          asserted: { ...row.asserted, suppression: withStopped(row.asserted.suppression ?? {}, stopped) },
        }),
  }
  if (after.answeredUntil !== undefined) await markAsAnswered(tx, contact.id, next.answeredUntil)
  const isCounted = [after.decision, after.answeredUntil, after.tags, stopped].some((value) => value !== undefined)
  if (isCounted) {
    const { decision, decidedAt, answeredUntil, suppression } = next
    const rollUps = new RollUps()
    const people = new People([contact])
    people.set(contact, { ...contact.state, tags: next.tags, decision, decidedAt, answeredUntil, suppression })
    await savePeople(tx, people, { now, dayOf, rollUps })
    await rollUps.save(tx)
  }
  await saveProfiles(tx, [{ ...next, ...searchKeys(next) }])
}

function withStopped({ stopped: _before, ...record }: SuppressionRecord, stopped: Mark | null): SuppressionRecord {
  return stopped ? { ...record, stopped } : record
}
