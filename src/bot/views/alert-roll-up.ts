import type { types } from '@slack/bolt'

import { isOpen, MOST_IN_A_ROLL_UP } from '../../core/alerts/conversation.ts'
import type { Alert } from '../../core/alerts/read-alert.ts'
import { actions, context, type Message, menu, message, section, table } from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import type { Action } from '../listeners.ts'
import { counted, join, type Mrkdwn, mrkdwn, plain, text, user } from '../mrkdwn.ts'
import { maskedAlert, WHY_MASKED } from './alert.ts'
import { SIGN, TRIAGE, whatElse, whatHappened } from './alert-lines.ts'
import { nameOf, position } from './words.ts'

/** Many alerts of a few minutes, a row each, and a menu that opens one of them for whoever chooses. */
export function rollUpView(all: readonly Alert[], audience: Audience): Message {
  const shown = all.slice(0, MOST_IN_A_ROLL_UP)
  // Masked while each is whole: of an address that is cut short, what is before the @ looks like any word.
  const alerts = (audience === 'own' ? shown : shown.map(maskedAlert)).map(brief)
  if (alerts.length === 0) return nobodyLeftView()
  const title = mrkdwn`:inbox_tray: *${counted(alerts.length, 'alert', 'alerts')} within a few minutes*: more than fit here one by one.`
  const below = [
    ...(audience === 'own' ? [] : [context(WHY_MASKED[audience])]),
    actions(menu('alert_open' satisfies Action, 'Open…', alerts.map(entry))),
  ]
  const fallback = mrkdwn`${counted(alerts.length, 'alert', 'alerts')} within a few minutes: ${names(alerts)}.`
  return {
    ...message(fallback, [section(title), ...lines(alerts), ...below]),
    charted: [section(title), table([HEADER, ...alerts.map(row)]), ...below],
  }
}

/** More of a text than its row shows, and little enough that forty of them are read at once. */
const CONSIDERED = 200

function brief(alert: Alert): Alert {
  const { contact, lead } = alert
  const { email, firstName, lastName, company, title } = contact
  return {
    ...alert,
    contact: {
      ...{ ...contact, email: email.slice(0, 2 * CONSIDERED), firstName: cut(firstName), lastName: cut(lastName) },
      ...{ company: cut(company), title: cut(title) },
    },
    lead: { ...lead, excerpt: cut(lead.excerpt), subject: null },
  }
}

function cut(words: string | null): string | null {
  return words === null ? null : words.slice(0, CONSIDERED)
}

function nobodyLeftView(): Message {
  const gone = mrkdwn`These alerts were about people who are no longer in the CRM.`
  return message(gone, [section(gone)])
}

const NAMES_SHOWN = 3

function names(alerts: readonly Alert[]): Mrkdwn {
  const shown = alerts.slice(0, NAMES_SHOWN).map(({ contact }) => text(nameOf(contact), 60))
  const rest = alerts.length - shown.length
  return join([...shown, ...(rest > 0 ? [mrkdwn`and ${rest} more`] : [])], ', ')
}

/** Below what a section may have. */
const LINES_A_SECTION = 10

function lines(alerts: readonly Alert[]): types.KnownBlock[] {
  const blocks: types.KnownBlock[] = []
  for (let first = 0; first < alerts.length; first += LINES_A_SECTION) {
    blocks.push(section(join(alerts.slice(first, first + LINES_A_SECTION).map(line), '\n')))
  }
  return blocks
}

function line({ contact, lead, also, triage }: Alert): Mrkdwn {
  const work = position(contact)
  const since = whatElse(also)
  const parts = [
    mrkdwn`${SIGN[lead.kind]} *${text(nameOf(contact), 60)}*${work ? mrkdwn`, ${text(work, 60)},` : mrkdwn``} ${whatHappened(lead)}`,
    ...(lead.excerpt?.trim() ? [mrkdwn`“${text(lead.excerpt, 80)}”`] : []),
    ...(since ? [since] : []),
    ...(triage && !isOpen(triage) ? [mrkdwn`${user(triage.by)}: ${text(TRIAGE[triage.kind])}`] : []),
  ]
  return join(parts, ' · ')
}

const HEADER = ['Who', 'What', 'Words', 'Now']

/** Cells are plain text: a member of the workspace has no name there, so only what they made of it is said. */
function row({ contact, lead, triage }: Alert): string[] {
  const work = position(contact)
  return [
    plain(work ? `${nameOf(contact)}, ${work}` : nameOf(contact), 80),
    KINDS[lead.kind],
    plain(lead.excerpt ?? '', 80),
    triage && !isOpen(triage) ? TRIAGE[triage.kind] : 'New',
  ]
}

const KINDS: Readonly<Record<Alert['lead']['kind'], string>> = {
  replied: 'Replied',
  hot: 'Hot',
  reopened: 'Back again',
  unsubscribed: 'Unsubscribed',
  complained: 'Marked as spam',
  followed: 'Active',
}

function entry({ conversation, contact, triage }: Alert): [label: string, value: string] {
  const work = position(contact)
  const name = work ? `${nameOf(contact)}, ${work}` : nameOf(contact)
  return [triage && !isOpen(triage) ? `${plain(name, 50)} (${TRIAGE[triage.kind]})` : name, String(conversation)]
}
