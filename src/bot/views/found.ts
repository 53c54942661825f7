import type { types } from '@slack/bolt'

import type { FoundContact, SearchResult } from '../../core/search/search.ts'
import { actions, button, context, header, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { code, count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { firstSteps } from './first-steps.ts'
import { fullName, nameOf, position, STATUS, SUPPRESSION } from './words.ts'

/** Rows that can be looked over without scrolling far. */
export const FOUND_A_PAGE = 10

/** One page of what `typed` means, everybody where it is empty. */
export function foundView(typed: string, result: SearchResult): Message {
  if (result.contacts.length === 0) return typed === '' ? emptyView() : nobodyView(typed)
  const sentence = opening(typed, result)
  return message(sentence, [
    section(sentence),
    ...result.contacts.map(foundRow),
    ...(result.isNear ? [] : [context(place(result), ...hints(result))]),
    ...pages(typed, result),
  ])
}

function opening(typed: string, { total, isMore, isNear }: SearchResult): Mrkdwn {
  if (isNear) return mrkdwn`No contact matches ${code(typed)}. Did you mean one of these?`
  if (typed === '') return mrkdwn`${counted(total, 'contact', 'contacts')}.`
  if (isMore) return mrkdwn`More than ${count(total)} contacts match ${code(typed)}.`
  return mrkdwn`${counted(total, 'contact matches', 'contacts match')} ${code(typed)}.`
}

/** One contact of a list, with a button that opens the card above it. */
export function foundRow(contact: FoundContact): types.SectionBlock {
  const { status, suppressed, score, email, id } = contact
  const work = position(contact)
  const details = [
    text(STATUS[status]),
    mrkdwn`Score ${score}`,
    ...(fullName(contact) ? [text(email, 320)] : []),
    ...(suppressed ? [mrkdwn`:no_entry: Do not write: ${text(SUPPRESSION[suppressed])}`] : []),
  ]
  const who = mrkdwn`*${text(nameOf(contact), 100)}*${work ? mrkdwn` ${text(work, 150)}` : mrkdwn``}`
  return section(
    mrkdwn`${who}\n${join(details, ' · ')}`,
    button({ label: `Open ${nameOf(contact)}`, action: 'found_open' satisfies Action, value: String(id) }),
  )
}

const FILTERS = code('status:engaged domain:acme.com tag:vip owner:me since:7d score:>20')

/** "11 to 20 of 37". */
function place({ first, total, isMore, contacts }: SearchResult): Mrkdwn {
  const of = isMore ? mrkdwn`more than ${count(total)}` : count(total)
  return mrkdwn`${count(first)} to ${count(first + contacts.length - 1)} of ${of}`
}

function hints({ order, next, previous }: SearchResult): Mrkdwn[] {
  if (!next && !previous) return []
  return order === 'newest'
    ? [mrkdwn`The newest first, since there are so many`, mrkdwn`Narrow it down with more words, or with ${FILTERS}`]
    : [mrkdwn`The warmest first`, mrkdwn`Narrow it down with ${FILTERS}`]
}

function pages(typed: string, { previous, next }: SearchResult): types.ActionsBlock[] {
  const turn = (label: string, to: 'previous' | 'next', cursor: string | null) =>
    cursor === null
      ? []
      : [button({ label, action: `${'found_page' satisfies Action}:${to}`, value: `${cursor} ${typed}`.trimEnd() })]
  const buttons = [...turn('Previous', 'previous', previous), ...turn('Next', 'next', next)]
  return buttons.length > 0 ? [actions(...buttons)] : []
}

function nobodyView(typed: string): Message {
  const sentence = mrkdwn`No contact matches ${code(typed)}.`
  return message(sentence, [
    section(sentence),
    context(
      mrkdwn`Words are looked for at the beginning of names, companies, titles, addresses and tags; all of them have to be there`,
    ),
    context(mrkdwn`Leave a word or a filter out, or see everybody: \`/crm list\``),
  ])
}

function emptyView(): Message {
  const sentence = mrkdwn`There is no contact yet.`
  return message(sentence, [header('Contacts'), section(sentence), ...firstSteps()])
}
