import type { types } from '@slack/bolt'

import type { FoundContact } from '../../core/search/search.ts'
import { button, divider, type Message, section } from '../blocks.ts'
import { typeAhead } from '../inputs.ts'
import type { Action, BlankFormId, MenuId } from '../listeners.ts'
import { mrkdwn, plain } from '../mrkdwn.ts'
import { FORM_NEEDS, may, type Role } from '../permissions.ts'
import { modal } from '../surfaces.ts'
import { nameOf, position, SUPPRESSION } from './words.ts'

/** How a view is known in which contacts are looked up one after the other. */
export const LOOKUP = 'lookup'

/** Asks for a contact, and suggests some while somebody types. */
export function lookupForm(role: Role): types.ModalView {
  return lookupView('Look up a contact', [
    section(mrkdwn`Type the beginning of a name, an address or a company.`),
    {
      type: 'actions',
      elements: [picker('Whom?', true), ...(may(role, FORM_NEEDS.add_contact) ? [ADD] : [])],
    },
  ])
}

const ADD = button({
  label: 'Add a contact',
  action: `${'open_form' satisfies Action}:add_contact`,
  value: 'add_contact' satisfies BlankFormId,
})

/** What was found, below the menu for the next one. */
export function lookedUpView(title: string, { blocks }: Message): types.ModalView {
  return lookupView(title, [
    { type: 'actions', elements: [picker('Look up somebody else', false)] },
    divider(),
    ...blocks,
  ])
}

function lookupView(title: string, blocks: readonly types.KnownBlock[]): types.ModalView {
  return modal({ title, callbackId: LOOKUP, blocks })
}

function picker(placeholder: string, focus: boolean): types.ExternalSelect {
  return typeAhead({ action: 'contact_pick' satisfies MenuId, placeholder, focus })
}

/** Characters of an option's text and of what stands below it (Slack sheet, section 10.2). */
const MOST = 75
/** Enough of a name to know it by, however long the address is. */
const MOST_OF_NAME = 34

export function suggestionOption(contact: FoundContact): types.PlainTextOption {
  const { id, email, suppressed } = contact
  const name = nameOf(contact)
  const room = Math.max(MOST_OF_NAME, MOST - ' · '.length - email.length)
  const label = name === email ? email : `${plain(name, room)} · ${email}`
  const details = [suppressed ? `Do not write: ${SUPPRESSION[suppressed]}` : undefined, position(contact)]
  const description = details.filter(Boolean).join(' · ')
  return {
    text: { type: 'plain_text', text: plain(label, MOST), emoji: false },
    value: String(id),
    ...(description ? { description: { type: 'plain_text', text: plain(description, MOST), emoji: false } } : {}),
  }
}
