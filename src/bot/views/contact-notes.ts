import type { types } from '@slack/bolt'

import { MAX_NOTE } from '../../core/changes/change-contact.ts'
import type { CardNote, ContactCard } from '../../core/contact-card.ts'
import type { Page } from '../../core/page.ts'
import { context, header, literalContext, type Message, message, quote, section } from '../blocks.ts'
import { counted, date, mrkdwn, user } from '../mrkdwn.ts'
import { pageButtons } from './pages.ts'
import { nameOf, whoIs } from './words.ts'

/** Whole notes, so not many. */
export const NOTES_A_PAGE = 10

/** What people wrote about a contact, newest first, with nothing left out. */
export function contactNotesView(card: ContactCard, page: Page<CardNote>): Message {
  const { rows } = page
  return message(mrkdwn`Notes about ${whoIs(card)}.`, [
    header(nameOf(card)),
    literalContext(card.email),
    ...(rows.length === 0 ? [section(NONE_YET)] : notes(rows, MAX_NOTE)),
    ...(card.noteCount > 0 ? [context(mrkdwn`${counted(card.noteCount, 'note', 'notes')} in all`)] : []),
    ...pageButtons('contact_notes', card.id, page),
  ])
}

const NONE_YET = mrkdwn`Nobody has written anything yet. Write the first one with *Note* on the card, or by \`/crm note\`.`

export function notes(some: readonly CardNote[], limit: number): types.KnownBlock[] {
  return some.flatMap(({ author, at, text: words }) => [
    context(mrkdwn`Note by ${user(author)}`, date(at)),
    quote(words, limit),
  ])
}
