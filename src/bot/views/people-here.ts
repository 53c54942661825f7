import type { types } from '@slack/bolt'

import type { Holder } from '../../core/contacts-at.ts'
import { button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { count, counted, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { type People, writePeople } from '../people.ts'
import { foundRow } from './found.ts'

export interface PeopleHereOptions {
  /** Whether whoever looks may add people. */
  readonly mayAdd: boolean
  /** The address that somebody added just now. */
  readonly added?: string
}

/** The people of a message, as `holders` in the order of `people.addresses`. */
export function peopleHereView(people: People, holders: readonly Holder[], options: PeopleHereOptions): Message {
  if (holders.length === 0) return nobodyView(people)
  const known = holders.filter(({ contact }) => contact).length
  const sentence = mrkdwn`${counted(holders.length, 'address', 'addresses')} here, ${count(known)} in the CRM.`
  return message(sentence, [
    section(sentence),
    ...holders.flatMap((holder, at) => row(holder, at, people, options)),
    ...notes(people),
  ])
}

function row(holder: Holder, at: number, people: People, { mayAdd, added }: PeopleHereOptions): types.KnownBlock[] {
  const { address, contact } = holder
  const remarks = [
    ...(at === people.author ? [mrkdwn`Wrote the message`] : []),
    ...(address === added ? [mrkdwn`Just added`] : []),
  ]
  const below = remarks.length > 0 ? [context(...remarks)] : []
  if (contact) return [foundRow(contact), ...below]
  const add = button({
    label: `Add ${address}`,
    action: `${'people_add' satisfies Action}:${at}`,
    value: writePeople(people, at),
  })
  return [section(mrkdwn`*${text(address, 320)}*\nNot in the CRM`, mayAdd ? add : undefined), ...below]
}

function notes({ more, isAuthorHidden }: People): types.ContextBlock[] {
  const left = more > 0 ? [mrkdwn`And ${counted(more, 'more address', 'more addresses')}, which did not fit here`] : []
  const all = [...left, ...(isAuthorHidden ? [HIDDEN] : [])]
  return all.map((note) => context(note))
}

const HIDDEN: Mrkdwn = mrkdwn`Who wrote the message is not looked up: the app may not see addresses in profiles (\`users:read.email\`)`

function nobodyView(people: People): Message {
  const sentence = mrkdwn`No e-mail address in this message.`
  return message(sentence, [
    section(sentence),
    context(mrkdwn`People are found by their addresses. By a name: \`/crm lookup Ada Lovelace\``),
    ...notes(people),
  ])
}
