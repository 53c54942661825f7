import { isDeepStrictEqual } from 'node:util'

import { type Change, PROFILE_FIELDS, tagKey } from '../changes/change.ts'
import type { InterchangeContact } from '../interchange.ts'
import type { ContactRow } from '../store/contacts.ts'

type Guarded = 'firstName' | 'lastName' | 'company' | 'title' | 'owner' | 'decision' | 'tags'

const FIELDS = [...PROFILE_FIELDS, 'owner'] as const

export interface Spared {
  readonly contact: InterchangeContact
  /** What the list would have replaced. */
  readonly fields: readonly Guarded[]
}

/** `imported` without what would replace something that people entered, as `changes` tell. */
export function sparing(imported: InterchangeContact, row: ContactRow, changes: readonly Change[]): Spared {
  const undone = new Set(changes.flatMap(({ undoes }) => undoes ?? []))
  const standing = changes.filter(({ id, undoes }) => undoes === null && !undone.has(id))
  let contact = imported
  const fields: Guarded[] = []
  for (const field of FIELDS) {
    const value = imported[field]
    if (value === null || value === row[field] || !isOwn(field, row, standing)) continue
    contact = { ...contact, [field]: null }
    fields.push(field)
  }
  const isDecision = imported.status === 'converted' || imported.status === 'disqualified'
  if (isDecision && imported.status !== row.decision && isOwn('decision', row, standing)) {
    contact = { ...contact, status: 'new' }
    fields.push('decision')
  }
  const there = new Set(row.tags.map(tagKey))
  const removed = new Set(
    standing.flatMap(({ before }) => (before.tags ?? []).map(tagKey)).filter((tag) => !there.has(tag)),
  )
  if (imported.tags.some((tag) => removed.has(tagKey(tag)))) {
    contact = { ...contact, tags: imported.tags.filter((tag) => !removed.has(tagKey(tag))) }
    fields.push('tags')
  }
  return { contact, fields }
}

/** Whether what stands there is what somebody wrote, and not what came later from elsewhere. */
function isOwn(field: (typeof FIELDS)[number] | 'decision', row: ContactRow, standing: readonly Change[]): boolean {
  const changes = standing.filter(({ after }) => field in after)
  if (changes.length > 0) return changes.some(({ after }) => isDeepStrictEqual(after[field] ?? null, row[field]))
  // Who adds somebody enters these at once, which leaves no change.
  return row.asserted.addedBy !== undefined && field !== 'owner' && field !== 'decision' && row[field] !== null
}
