import type { types } from '@slack/bolt'

import type { HomeNumbers } from '../../core/home.ts'
import type { HotContact } from '../../core/hottest.ts'
import {
  FORGOTTEN_DAYS,
  type JustAnswered,
  MOST_COUNTED,
  type RepliesWaiting,
  type WaitingReply,
} from '../../core/replies-waiting.ts'
import { actions, button, context, divider, header, type Message, preformatted, section } from '../blocks.ts'
import type { Action, BlankFormId } from '../listeners.ts'
import { count, counted, date, join, type Mrkdwn, mrkdwn, NOTHING, text, user } from '../mrkdwn.ts'
import { FORM_NEEDS, may, PRESS_NEEDS, type Role } from '../permissions.ts'
import { homeTab } from '../surfaces.ts'
import { firstSteps } from './first-steps.ts'
import { comparison } from './stats.ts'
import { fullName, nameOf, position, STATUS, whoIs } from './words.ts'

export interface HomeContent extends HomeNumbers {
  /** Of whoever looks. */
  readonly role: Role
}

export function homeView({ waiting, answered, mine, hottest, week, role }: HomeContent): types.HomeView {
  if (week.contacts === 0) return homeTab([...opening(role), divider(), ...firstSteps()])
  return homeTab([
    ...opening(role),
    divider(),
    header('Replies waiting'),
    ...answered.map(takeBack),
    ...repliesWaiting(waiting, role),
    divider(),
    header('My contacts'),
    ...contacts(mine, NONE_OF_MINE),
    ...(mine.length > 0 ? [actions(list('All mine', 'owner:me'))] : []),
    divider(),
    header('Hottest contacts'),
    ...contacts(hottest, NOBODY_YET),
    divider(),
    header('This week'),
    context(mrkdwn`${text(week.from)} to ${text(week.to)}, with the week before and the change`),
    section(
      mrkdwn`${counted(week.contacts, 'contact', 'contacts')}, ${count(week.newContacts)} new (${count(week.newContactsBefore)} the week before).`,
    ),
    preformatted(comparison(week, WEEK)),
    context(
      mrkdwn`Brought up to date when you open this page, and after what you change · More: \`/crm stats\`, and each morning in a channel: \`/crm digest\``,
    ),
  ])
}

/** Where the numbers could not be had. */
export function homeProblemView({ blocks }: Message, role: Role): types.HomeView {
  return homeTab([...opening(role), divider(), ...blocks])
}

/** For those who may not use the CRM: why, and nothing of what is in it. */
export function homeClosedView({ blocks }: Message): types.HomeView {
  return homeTab([header('Touchpoint'), ...blocks])
}

const NOBODY_YET: Mrkdwn = mrkdwn`Nobody has opened, clicked or replied yet. Who does appears here, the warmest first.`

const NONE_OF_MINE: Mrkdwn = mrkdwn`You are the owner of nobody yet. Take somebody over with *Assign* on their card, or \`/crm assign ada@example.com me\`.`

const NOBODY_WAITS: Mrkdwn = mrkdwn`Nobody waits for an answer. Who replies stands here until your mail tool reports a mail to them, or you press *Answered*.`

/** What a week can show; the rest is in the statistics. */
const WEEK = ['sent', 'opened', 'clicked', 'replied', 'bounced', 'unsubscribed'] as const

function opening(role: Role): types.KnownBlock[] {
  return [
    header('Touchpoint'),
    section(
      mrkdwn`Your contacts, and what your e-mail tools know about them. Anywhere in Slack, type \`/crm\` and an address, a name or a domain.`,
    ),
    actions(
      ...FORM_BUTTONS.filter(([, form]) => may(role, FORM_NEEDS[form])).map(([label, form]) =>
        formButton(label, form, form === 'add_contact'),
      ),
      button({ label: 'Look up', action: 'lookup_open' satisfies Action, value: 'next' }),
      button({ label: 'Statistics', action: 'stats_period' satisfies Action, value: '30' }),
    ),
  ]
}

const FORM_BUTTONS = [
  ['Add a contact', 'add_contact'],
  ['Import', 'import_contacts'],
] as const satisfies readonly (readonly [string, BlankFormId])[]

function formButton(label: string, form: BlankFormId, primary: boolean): types.Button {
  return button({ label, action: `${'open_form' satisfies Action}:${form}`, value: form, primary })
}

/** Opens the list of everybody whom `filter` means. */
function list(label: string, filter: string): types.Button {
  return button({ label, action: 'found_list' satisfies Action, value: filter })
}

function takeBack({ change, ...contact }: JustAnswered): types.SectionBlock {
  return section(
    mrkdwn`:white_check_mark: ${whoIs(contact)}: marked as answered.`,
    button({ label: 'Undo', action: 'change_undo' satisfies Action, value: String(change) }),
  )
}

function repliesWaiting({ replies, recent, total }: RepliesWaiting, role: Role): types.KnownBlock[] {
  if (total === 0) return [section(NOBODY_WAITS)]
  const older = total - recent
  const all = actions(list(`Show all ${total < MOST_COUNTED ? total : `${MOST_COUNTED}+`}`, 'waiting:yes'))
  if (replies.length === 0)
    return [
      section(mrkdwn`Nobody has written in the last ${FORGOTTEN_DAYS} days and waits; ${few(older)} from before.`),
      all,
    ]
  return [
    ...(recent > replies.length
      ? [context(mrkdwn`${count(replies.length)} of ${few(recent)}, the longest waiting first`)]
      : []),
    ...replies.flatMap((reply) => waitingReply(reply, role)),
    ...(older > 0 ? [context(mrkdwn`${few(older)} more from before the last ${FORGOTTEN_DAYS} days`)] : []),
    ...(total > replies.length ? [all] : []),
  ]
}

/** Counted no further than `MOST_COUNTED`. */
function few(number: number): Mrkdwn {
  return number < MOST_COUNTED ? count(number) : mrkdwn`${count(MOST_COUNTED)} or more`
}

function waitingReply(reply: WaitingReply, role: Role): types.KnownBlock[] {
  const { id, since, subject, excerpt, owner } = reply
  const details = [
    date(since),
    ...(subject?.trim() ? [text(subject, 80)] : []),
    ...(fullName(reply) ? [text(reply.email)] : []),
    ...(owner ? [user(owner)] : []),
  ]
  const words = text(excerpt, 200)
  const said = words === NOTHING ? mrkdwn`_The mail tool did not send the text_` : mrkdwn`“${words}”`
  return [
    section(join([who(reply), said, join(details, ' · ')], '\n')),
    actions(
      openCard(id),
      ...(may(role, PRESS_NEEDS.contact_answered)
        ? [button({ label: 'Answered', action: 'contact_answered' satisfies Action, value: `${id}:${since}` })]
        : []),
    ),
  ]
}

function contacts(some: readonly HotContact[], none: Mrkdwn): types.KnownBlock[] {
  return some.length > 0 ? some.map(hotContact) : [section(none)]
}

function hotContact(contact: HotContact): types.SectionBlock {
  const details = [
    mrkdwn`Score ${contact.score}`,
    text(STATUS[contact.status]),
    ...(fullName(contact) ? [text(contact.email)] : []),
  ]
  return section(mrkdwn`${who(contact)}\n${join(details, ' · ')}`, openCard(contact.id))
}

function who(contact: Pick<HotContact, 'firstName' | 'lastName' | 'email' | 'title' | 'company'>): Mrkdwn {
  const work = position(contact)
  return mrkdwn`*${text(nameOf(contact), 100)}*${work ? mrkdwn` ${text(work, 150)}` : mrkdwn``}`
}

function openCard(id: number): types.Button {
  return button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(id) })
}
