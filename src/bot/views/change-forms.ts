import { createHash } from 'node:crypto'

import type { types } from '@slack/bolt'

import { PROFILE_FIELDS, type ProfileField, tagKey } from '../../core/changes/change.ts'
import { type Conflict, MAX_NOTE } from '../../core/changes/change-contact.ts'
import type { ContactCard } from '../../core/contact-card.ts'
import { oneLine } from '../../core/text.ts'
import { context, section } from '../blocks.ts'
import { manyOfInput, memberInput, oneOfInput, textInput } from '../inputs.ts'
import type { ContactFormId } from '../listeners.ts'
import { join, type Mrkdwn, mrkdwn, plain, text, user } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { PROFILE_FIELD } from './change-words.ts'
import { whoIs } from './words.ts'

export function noteForm(card: ContactCard): types.ModalView {
  const note = textInput({ id: 'note', label: 'Note', max: MAX_NOTE, multiline: true, focus: true })
  return contactForm(card, { id: 'note_contact', title: 'Add a note', blocks: [note] })
}

export function tagForm(card: ContactCard): types.ModalView {
  const offered = card.tags.slice(0, 100)
  return contactForm(card, {
    id: 'tag_contact',
    title: 'Tags',
    blocks: [
      textInput({ id: 'add', label: 'Add', hint: 'With commas between them', max: 500, optional: true, focus: true }),
      ...(offered.length > 0
        ? [
            manyOfInput({
              id: 'remove',
              label: 'Take off',
              optional: true,
              options: offered.map((tag) => [tagId(tag), tag]),
            }),
          ]
        : []),
    ],
  })
}

/** Short enough for the value of an option, however long the tag is. */
export function tagId(tag: string): string {
  return createHash('sha256').update(tagKey(tag)).digest('hex').slice(0, 24)
}

const DECISIONS = [
  ['converted', 'Converted'],
  ['disqualified', 'Disqualified'],
  ['open', 'Open: what the data says'],
] as const

export function statusForm(card: ContactCard): types.ModalView {
  const status = oneOfInput({
    id: 'status',
    label: 'Status',
    options: DECISIONS,
    initial: card.status === 'converted' || card.status === 'disqualified' ? card.status : 'open',
    hint: 'New, enriched, verified and engaged follow from what is known and what the person does.',
  })
  return contactForm(card, { id: 'status_contact', title: 'Status', blocks: [status] })
}

export function assignForm(card: ContactCard): types.ModalView {
  return contactForm(card, {
    id: 'assign_contact',
    title: 'Owner',
    blocks: [
      ...(card.owner ? [context(mrkdwn`Now ${user(card.owner)}`)] : []),
      memberInput({ id: 'owner', label: 'New owner', hint: 'Leave it empty for nobody.', optional: true }),
    ],
  })
}

const LENGTHS: Readonly<Record<ProfileField, number>> = { firstName: 100, lastName: 100, company: 200, title: 200 }
const LABELS: Readonly<Record<ProfileField, string>> = {
  firstName: 'First name',
  lastName: 'Last name',
  company: 'Company',
  title: 'Job title',
}

export type Seen = Readonly<Record<ProfileField, string | null>>

/** A value as the form shows it: what cannot be seen is left out, and what is too long is shortened. */
export function asSeen(value: string | null, field: ProfileField): string | null {
  return value?.trim() ? oneLine(plain(value, LENGTHS[field])) : null
}

export function seenOf(values: Seen): Seen {
  const { firstName, lastName, company, title } = values
  return {
    firstName: asSeen(firstName, 'firstName'),
    lastName: asSeen(lastName, 'lastName'),
    company: asSeen(company, 'company'),
    title: asSeen(title, 'title'),
  }
}

export function editForm(card: ContactCard): types.ModalView {
  return profileForm(card, { seen: seenOf(card), entered: card, conflicts: [] })
}

export interface Draft {
  /** What stood in the fields when somebody began, or was told of since. */
  readonly seen: Seen
  readonly entered: Seen
  readonly conflicts: readonly Conflict[]
}

/** The form again, where somebody was quicker: with what was entered, and what stands there now. */
export function profileForm(card: ContactCard, { seen, entered, conflicts }: Draft): types.ModalView {
  return contactForm(card, {
    id: 'edit_contact',
    title: 'Edit',
    about: { seen },
    blocks: [
      ...(conflicts.length > 0 ? [section(mrkdwn`:warning: ${join(conflicts.map(meanwhile), '\n')}\n${HOW}`)] : []),
      ...PROFILE_FIELDS.map((field) =>
        textInput({ id: field, label: LABELS[field], initial: entered[field], max: LENGTHS[field], optional: true }),
      ),
      context(
        mrkdwn`What you empty and somebody else knows, such as an enrichment provider, is shown as they tell it.`,
      ),
    ],
  })
}

const HOW = mrkdwn`Nothing is saved yet. Save again to replace that, or cancel to leave it.`

function meanwhile({ field, now }: Conflict): Mrkdwn {
  const name = text(PROFILE_FIELD[field])
  return now === null
    ? mrkdwn`Somebody has emptied the ${name} meanwhile.`
    : mrkdwn`Somebody has changed the ${name} meanwhile, to “${text(now)}”.`
}

interface ContactForm {
  readonly id: ContactFormId
  readonly title: string
  readonly blocks: readonly types.KnownBlock[]
  readonly about?: object
}

function contactForm(card: ContactCard, { id, title, blocks, about = {} }: ContactForm): types.ModalView {
  return modal({
    title,
    submit: 'Save',
    close: 'Cancel',
    callbackId: id,
    about: { contact: card.id, ...about },
    blocks: [context(whoIs(card)), ...blocks],
  })
}
