import type { types } from '@slack/bolt'

import type { Told } from '../../core/changes/history.ts'
import type { ContactCard } from '../../core/contact-card.ts'
import type { Page } from '../../core/page.ts'
import { header, literalContext, type Message, message, quote, section } from '../blocks.ts'
import { date, join, mrkdwn, shorten, user } from '../mrkdwn.ts'
import { deed } from './change-words.ts'
import { pageButtons } from './pages.ts'
import { nameOf, whoIs } from './words.ts'

/** Each may have a note below it, and a page has fifty blocks. */
export const CHANGES_A_PAGE = 20
const DEED = 1000
const NOTE = 500

/** Who changed what of a contact, and when, newest first. */
export function contactHistoryView(card: ContactCard, page: Page<Told>): Message {
  const { rows } = page
  return message(mrkdwn`Who changed what of ${whoIs(card)}.`, [
    header(nameOf(card)),
    literalContext(card.email),
    ...(rows.length === 0 ? [section(mrkdwn`Nobody has changed anything here yet.`)] : []),
    ...rows.flatMap(line),
    ...pageButtons('contact_history', card.id, page),
  ])
}

function line(told: Told): types.KnownBlock[] {
  const details = [date(told.at), ...(told.isUndone ? [mrkdwn`taken back`] : [])]
  return [
    section(mrkdwn`${user(told.actor)} ${shorten(deed(told), DEED)}\n${join(details, ' · ')}`),
    ...(told.noteText ? [quote(told.noteText, NOTE)] : []),
  ]
}
