import type { Decision } from '../lifecycle.ts'
import type { Page, PageOptions } from '../page.ts'
import type { Database } from '../store/database.ts'
import type { DayOf } from '../time.ts'
import {
  addNote,
  assign,
  changeTags,
  type EditOptions,
  type Edits,
  editProfile,
  markAnswered,
  type Outcome,
  setStatus,
  type TagChange,
  type Undoing,
  undo,
} from './change-contact.ts'
import { historyPage, type Told } from './history.ts'

/** What people can change of a contact; `by` is who does, a Slack user id. */
export interface ContactChanges {
  setStatus(id: number, decision: Decision | null, by: string): Promise<Outcome>
  assign(id: number, owner: string | null, by: string): Promise<Outcome>
  /** What the contact wrote until `until` (UTC milliseconds) is answered. */
  markAnswered(id: number, until: number, by: string): Promise<Outcome>
  changeTags(id: number, tags: TagChange, by: string): Promise<Outcome>
  /** Throws `InvalidInputError` where there are no words, or too many. */
  addNote(id: number, note: string, by: string): Promise<Outcome>
  editProfile(
    id: number,
    edits: Edits,
    by: string,
    asSeen: EditOptions['asSeen'],
  ): Promise<Awaited<ReturnType<typeof editProfile>>>
  undo(changeId: number, by: string): Promise<Undoing>
  history(id: number, options: PageOptions): Promise<Page<Told>>
}

export interface ContactChangesDeps {
  readonly database: Database
  readonly dayOf: DayOf
  /** UTC milliseconds. */
  readonly now: () => number
  /** What is taken back may have to be shown elsewhere. */
  readonly jobsQueued?: () => void
}

export function createContactChanges({
  database,
  dayOf,
  now,
  jobsQueued = () => {},
}: ContactChangesDeps): ContactChanges {
  const options = (by: string) => ({ by, now: now(), dayOf })
  return {
    setStatus: (id, decision, by) => setStatus(database, id, decision, options(by)),
    markAnswered: (id, until, by) => markAnswered(database, id, until, options(by)),
    assign: (id, owner, by) => assign(database, id, owner, options(by)),
    changeTags: (id, tags, by) => changeTags(database, id, tags, options(by)),
    addNote: (id, note, by) => addNote(database, id, note, options(by)),
    editProfile: (id, edits, by, asSeen) => editProfile(database, id, edits, { ...options(by), asSeen }),
    async undo(changeId, by) {
      const undoing = await undo(database, changeId, options(by))
      if (undoing.kind === 'changed' && undoing.undone.action === 'triage') jobsQueued()
      return undoing
    },
    history: (id, options) => historyPage(database, id, options),
  }
}
