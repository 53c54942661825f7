import { type Message, message, section } from '../blocks.ts'
import { join, mrkdwn, text, user } from '../mrkdwn.ts'
import type { Role } from '../permissions.ts'

/** Why somebody may not. */
export type Denial =
  | { readonly why: 'guest' | 'outsider' }
  /** They may less than `needed`; `admins` are those who are named in the settings, by Slack user id. */
  | { readonly why: 'role'; readonly needed: Role; readonly admins: readonly string[] }

const OUTSIDER = 'The CRM answers members of its own workspace only.'
const GUEST = 'The CRM answers full members of this workspace, not guests. Please ask a colleague.'

const LACKING: Readonly<Record<Role, string>> = {
  viewer: GUEST,
  member: 'You can look things up here, but not change them or spend credits.',
  admin: 'This is for admins of the CRM.',
}

/** Where plain words have to do, such as beside an input. */
export function deniedSentence(denial: Denial): string {
  return `${reason(denial)}${denial.why === 'role' ? ' Please ask an admin of the CRM.' : ''}`
}

export function deniedView(denial: Denial): Message {
  const why = text(reason(denial))
  const words = mrkdwn`:lock: ${denial.why === 'role' ? mrkdwn`${why} ${whomToAsk(denial.admins)}` : why}`
  return message(words, [section(words)])
}

function reason(denial: Denial): string {
  switch (denial.why) {
    case 'outsider':
      return OUTSIDER
    case 'guest':
      return GUEST
    case 'role':
      return LACKING[denial.needed]
  }
}

const ADMINS_NAMED = 5

function whomToAsk(admins: readonly string[]) {
  if (admins.length === 0) return mrkdwn`Please ask an admin or owner of the workspace.`
  return mrkdwn`Please ask ${join(admins.slice(0, ADMINS_NAMED).map(user), ', ')}.`
}
