import type { types } from '@slack/bolt'

import type { Erasure, ErasurePreview, Scrubbed } from '../../core/erasure/erase-contact.ts'
import { context, type Message, message, section } from '../blocks.ts'
import { textInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { channel, counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { whoIs } from './words.ts'

/** What the form carries along. */
export interface ForgetAbout {
  readonly address: string
}

/** Says who is meant and what is lost, and wants the address typed. */
export function forgetForm(preview: ErasurePreview): types.ModalView {
  const { email } = preview
  return modal({
    title: 'Erase a person',
    submit: 'Erase',
    close: 'Cancel',
    callbackId: 'forget_contact' satisfies FormId,
    about: { address: email } satisfies ForgetAbout,
    blocks: [
      section(whoIsErased(preview)),
      section(preview.contact ? LOST : KEPT_OUT),
      textInput({ id: 'address', label: 'Type the address to confirm', hint: email, max: 320, focus: true }),
      context(CANNOT),
    ],
  })
}

function whoIsErased({ email, contact, events, notes }: ErasurePreview): Mrkdwn {
  if (!contact) return mrkdwn`*${text(email, 320)}* is not in the CRM.`
  const who = whoIs({ ...contact, email })
  const company = contact.company?.trim() ? mrkdwn`, ${text(contact.company)}` : mrkdwn``
  return mrkdwn`*${who}*${company}\n${belongings({ events, notes })}`
}

function belongings({ events, notes }: { readonly events: number; readonly notes: number }): Mrkdwn {
  return join([counted(events, 'event', 'events'), counted(notes, 'note', 'notes')], ' · ')
}

const LOST = mrkdwn`:warning: This cannot be undone. The contact goes, with its events, notes, tags, custom fields and all that providers told. Alerts and digests in Slack are changed to say nothing of them. What others count, such as the opens of a campaign, stays.`
const KEPT_OUT = mrkdwn`:warning: Erasing keeps this address out: later events and imports bring nobody in by it.`
const CANNOT = mrkdwn`The person stays out afterwards: we keep a code of the address that only recognises it. What Slack showed to one person alone, such as answers to \`/crm\`, and your e-mail tools themselves cannot be changed from here.`

/** What was erased, and what could not be. */
export function forgottenView(email: string, erasure: Erasure & Scrubbed): Message {
  const { wasContact, kept, posts, filesCleared } = erasure
  const sentence = wasContact
    ? mrkdwn`Erased: ${text(email, 320)}, with ${belongings(erasure)}.`
    : mrkdwn`${text(email, 320)} is kept out. Nobody with this address was in the CRM.`
  const more = [
    ...(kept > 0 ? [mrkdwn`${counted(kept, 'unread part', 'unread parts')} of deliveries erased too.`] : []),
    ...(posts > 0
      ? [mrkdwn`${counted(posts, 'message', 'messages')} in Slack being changed; you hear of any that cannot be.`]
      : []),
    ...(filesCleared ? [] : [NOT_CLEARED]),
  ]
  return message(sentence, [
    section(mrkdwn`:white_check_mark: ${sentence}`),
    ...(more.length > 0 ? [context(join(more, '\n'))] : []),
  ])
}

const NOT_CLEARED = mrkdwn`:warning: The files of the database still hold traces: they are large, or in use. Whoever runs the server clears them with \`crm forget --clear\`.`

/** What stands in place of a message about somebody who was erased. */
export function forgottenPostView(): Message {
  return message(FORGOTTEN, [section(FORGOTTEN)])
}

const FORGOTTEN = mrkdwn`This message was about somebody who was erased.`

export interface UnchangedPost {
  readonly channel: string
  /** UTC milliseconds. */
  readonly at: number
  readonly reason: string
}

/** For whoever erased somebody: the messages that only people can delete. */
export function unchangedPostsView(posts: readonly UnchangedPost[]): Message {
  const sentence = mrkdwn`${counted(posts.length, 'message', 'messages')} about somebody you erased could not be changed. Please delete ${posts.length === 1 ? mrkdwn`it` : mrkdwn`them`} in Slack.`
  const lines = posts.map(({ channel: id, at, reason }) => mrkdwn`${channel(id)}, ${date(at)}: ${text(reason)}`)
  return message(sentence, [section(mrkdwn`:warning: ${sentence}`), context(join(lines, '\n'))])
}
