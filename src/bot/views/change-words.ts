import {
  type ChangeValues,
  type ContactAction,
  type Delta,
  PROFILE_FIELDS,
  type ProfileField,
  reversed,
} from '../../core/changes/change.ts'
import type { Undoing } from '../../core/changes/change-contact.ts'
import type { Told } from '../../core/changes/history.ts'
import { join, type Mrkdwn, mrkdwn, text, user } from '../mrkdwn.ts'
import { TRIAGE, weekday } from './alert-lines.ts'
import { STATUS, tagNames } from './words.ts'

export const PROFILE_FIELD: Readonly<Record<ProfileField, string>> = {
  firstName: 'first name',
  lastName: 'last name',
  company: 'company',
  title: 'job title',
}

/** "Status set to Converted." */
export function changeSentence({ before, after }: Delta): Mrkdwn {
  const { status } = after
  const fields = PROFILE_FIELDS.filter((field) => field in after)
  return join(
    [
      ...(after.triage === undefined ? [] : [mrkdwn`Alert settled: ${triageWords(after)}.`]),
      ...(status === undefined
        ? []
        : [
            after.decision
              ? mrkdwn`Status set to ${text(STATUS[status])}.`
              : mrkdwn`Reopened: ${text(STATUS[status])}, as the data says.`,
          ]),
      ...(after.owner === undefined
        ? []
        : [after.owner ? mrkdwn`Assigned to ${user(after.owner)}.` : mrkdwn`Nobody is the owner now.`]),
      ...(after.answeredUntil === undefined ? [] : [mrkdwn`Marked as answered.`]),
      ...(after.stopped === undefined
        ? []
        : [after.stopped ? mrkdwn`Unsubscribed.` : mrkdwn`No longer unsubscribed by us.`]),
      ...(after.tags?.length ? [mrkdwn`Tagged: ${tagNames(after.tags)}.`] : []),
      ...(before.tags?.length ? [mrkdwn`Tags taken off: ${tagNames(before.tags)}.`] : []),
      ...(after.note === undefined ? [] : [mrkdwn`Note added.`]),
      ...(fields.length > 0 ? [mrkdwn`Changed: ${text(fields.map((field) => PROFILE_FIELD[field]).join(', '))}.`] : []),
    ],
    ' ',
  )
}

const SAME: Readonly<Record<ContactAction, Mrkdwn>> = {
  answered: mrkdwn`Nothing to change: nobody waits for this answer any more, or they have written again since.`,
  status: mrkdwn`Nothing to change: the status is this already.`,
  assign: mrkdwn`Nothing to change: the owner is this already.`,
  tags: mrkdwn`Nothing to change: the tags are these already.`,
  note: mrkdwn`Nothing was added.`,
  profile: mrkdwn`Nothing to change: it says this already.`,
}

export function sameSentence(action: ContactAction): Mrkdwn {
  return SAME[action]
}

export function undoSentence(undoing: Exclude<Undoing, { kind: 'gone' }>): Mrkdwn {
  switch (undoing.kind) {
    case 'changed':
      return mrkdwn`Taken back: ${changeSentence(undoing.undone)}`
    case 'too_late':
      return mrkdwn`This can be taken back for ten minutes, and they are over. Change it again instead.`
    case 'undone_before':
      return mrkdwn`${user(undoing.by)} has taken this back already.`
    case 'overtaken':
      return undoing.by
        ? mrkdwn`Not taken back: ${user(undoing.by)} has changed the same since.`
        : mrkdwn`Not taken back: the same was changed since, by an import for example.`
  }
}

/** "set the status to Converted (before: Engaged)", after the name of who did. */
export function deed(told: Told): Mrkdwn {
  if (told.action === 'export') return mrkdwn`exported everything that is known of this person`
  return told.undoes === null ? deedOf(told) : mrkdwn`took back: ${deedOf(reversed(told))}`
}

function deedOf({ before, after }: Delta): Mrkdwn {
  return join(
    [
      ...(after.triage === undefined ? [] : [mrkdwn`settled an alert: ${triageWords(after)}`]),
      ...(after.status === undefined
        ? []
        : [
            mrkdwn`${after.decision ? mrkdwn`set the status to` : mrkdwn`reopened it:`} ${text(STATUS[after.status])}${was(before.status && text(STATUS[before.status]))}`,
          ]),
      ...(after.owner === undefined
        ? []
        : [
            after.owner
              ? mrkdwn`assigned it to ${user(after.owner)}${was(before.owner ? user(before.owner) : undefined)}`
              : mrkdwn`took it from its owner${was(before.owner ? user(before.owner) : undefined)}`,
          ]),
      ...(after.answeredUntil === undefined ? [] : [mrkdwn`marked the reply as answered`]),
      ...(after.stopped === undefined
        ? []
        : [after.stopped ? mrkdwn`unsubscribed this person` : mrkdwn`lifted the unsubscription`]),
      ...(after.tags?.length ? [mrkdwn`added tags: ${tagNames(after.tags)}`] : []),
      ...(before.tags?.length ? [mrkdwn`took off tags: ${tagNames(before.tags)}`] : []),
      ...(after.note === undefined ? [] : [mrkdwn`wrote a note`]),
      ...PROFILE_FIELDS.flatMap((field) => {
        const name = text(PROFILE_FIELD[field])
        const [from, to] = [before[field], after[field]]
        if (to === undefined) return []
        return to === null
          ? [mrkdwn`emptied the ${name}${was(from ? text(from) : undefined)}`]
          : [mrkdwn`set the ${name} to ${text(to)}${was(from ? text(from) : undefined)}`]
      }),
    ],
    ', ',
  )
}

/** "interested", "later, on Tue, Mar 10". */
function triageWords({ triage, until }: ChangeValues): Mrkdwn {
  const words = text(triage ? TRIAGE[triage].toLowerCase() : null)
  return until === undefined ? words : mrkdwn`${words}, on ${weekday(until)}`
}

function was(before: Mrkdwn | undefined | ''): Mrkdwn {
  return before ? mrkdwn` (before: ${before})` : mrkdwn``
}
