import type { types } from '@slack/bolt'

import type { HotContact } from '../../core/hottest.ts'
import type { Statistics } from '../../core/statistics.ts'
import { actions, button, context, divider, header, type Message, preformatted, section } from '../blocks.ts'
import type { Action, BlankFormId } from '../listeners.ts'
import { count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { homeTab } from '../surfaces.ts'
import { firstSteps } from './first-steps.ts'
import { comparison } from './stats.ts'
import { fullName, nameOf, position, STATUS } from './words.ts'

export interface HomeContent {
  readonly hottest: readonly HotContact[]
  /** Of the last seven days. */
  readonly week: Statistics
}

export function homeView({ hottest, week }: HomeContent): types.HomeView {
  if (week.contacts === 0) return homeTab([...opening(), divider(), ...firstSteps()])
  return homeTab([
    ...opening(),
    divider(),
    header('Hottest contacts'),
    ...(hottest.length > 0 ? hottest.map(hotContact) : [section(NOBODY_YET)]),
    divider(),
    header('This week'),
    context(mrkdwn`${text(week.from)} to ${text(week.to)}, with the week before and the change`),
    section(
      mrkdwn`${counted(week.contacts, 'contact', 'contacts')}, ${count(week.newContacts)} new (${count(week.newContactsBefore)} the week before).`,
    ),
    preformatted(comparison(week, WEEK)),
    context(mrkdwn`Brought up to date whenever you open this page · More: \`/crm stats\``),
  ])
}

/** Where the numbers could not be had. */
export function homeProblemView({ blocks }: Message): types.HomeView {
  return homeTab([...opening(), divider(), ...blocks])
}

const NOBODY_YET: Mrkdwn = mrkdwn`Nobody has opened, clicked or replied yet. Who does appears here, the warmest first.`

/** What a week can show; the rest is in the statistics. */
const WEEK = ['sent', 'opened', 'clicked', 'replied', 'bounced', 'unsubscribed'] as const

function opening(): types.KnownBlock[] {
  return [
    header('Touchpoint'),
    section(
      mrkdwn`Your contacts, and what your e-mail tools know about them. Anywhere in Slack, type \`/crm\` and an address, a name or a domain.`,
    ),
    actions(formButton('Add a contact', 'add_contact', true), formButton('Import', 'import_contacts')),
  ]
}

function formButton(label: string, form: BlankFormId, primary = false): types.Button {
  return button({ label, action: `${'open_form' satisfies Action}:${form}`, value: form, primary })
}

function hotContact(contact: HotContact): types.SectionBlock {
  const work = position(contact)
  const details = [
    mrkdwn`Score ${contact.score}`,
    text(STATUS[contact.status]),
    ...(fullName(contact) ? [text(contact.email)] : []),
  ]
  return section(
    mrkdwn`*${text(nameOf(contact), 100)}*${work ? mrkdwn` ${text(work, 150)}` : mrkdwn``}\n${join(details, ' · ')}`,
    button({ label: 'Open card', action: 'contact_open' satisfies Action, value: String(contact.id) }),
  )
}
