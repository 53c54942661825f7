import type { types } from '@slack/bolt'

import type { Told } from '../../core/changes/history.ts'
import type { ContactCard } from '../../core/contact-card.ts'
import { context, header, literalContext, quote, section } from '../blocks.ts'
import { date, join, mrkdwn, shorten, user } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { deed } from './change-words.ts'
import { nameOf } from './words.ts'

/** A modal may have 250 KB; each of these takes 5 at most. */
export const HISTORY_SHOWN = 30
const DEED = 1000
const NOTE = 500

/** Who changed what of a contact, and when, newest first. */
export function contactHistoryView(card: ContactCard, changes: readonly Told[]): types.ModalView {
  return modal({
    title: 'History',
    blocks: [
      header(nameOf(card)),
      literalContext(card.email),
      ...(changes.length === 0 ? [section(mrkdwn`Nobody has changed anything here yet.`)] : []),
      ...changes.slice(0, HISTORY_SHOWN).flatMap(line),
      ...(changes.length >= HISTORY_SHOWN ? [context(mrkdwn`These are the latest ${HISTORY_SHOWN} changes.`)] : []),
    ],
  })
}

function line(told: Told): types.KnownBlock[] {
  const details = [date(told.at), ...(told.isUndone ? [mrkdwn`taken back`] : [])]
  return [
    section(mrkdwn`${user(told.actor)} ${shorten(deed(told), DEED)}\n${join(details, ' · ')}`),
    ...(told.noteText ? [quote(told.noteText, NOTE)] : []),
  ]
}
