import type { types } from '@slack/bolt'

import { MAX_NOTE } from '../../core/changes/change-contact.ts'
import type { TallyCount } from '../../core/contact.ts'
import type { ContactCard } from '../../core/contact-card.ts'
import type { ContactOutcome } from '../../core/enrichment/outcome.ts'
import type { Tally } from '../../core/event.ts'
import type { Suppression } from '../../core/suppression.ts'
import { button, context, divider, fields, header, literalContext, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { count, counted, date, join, type Mrkdwn, mrkdwn, NOTHING, plainLines, text, user } from '../mrkdwn.ts'
import { type ActionsOptions, changeActions, contactActions } from './contact-actions.ts'
import { notes } from './contact-notes.ts'
import { emailStatus, phone, profile, web, work } from './contact-profile.ts'
import { eventCount, timeline } from './contact-timeline.ts'
import { outcomeDetails, outcomeLine, outcomeSentence } from './enrich-outcome.ts'
import { fullName, nameOf, STATUS, SUPPRESSION, tagNames, whoIs } from './words.ts'

/** Enough to remember the story; more would push the answer off the screen. */
const EVENTS_SHOWN = 8

export interface CardOptions extends ActionsOptions {
  readonly added?: boolean
  /** What somebody changed just now, or why nothing was changed. */
  readonly news?: News
}

export interface News {
  readonly sentence: Mrkdwn
  /** The change that can be taken back. */
  readonly undo?: number
}

export function contactCardView(card: ContactCard, options: CardOptions = {}): Message {
  const { added = false, outcome, news } = options
  return message(summary(card, options), [
    ...(card.suppression ? [section(mrkdwn`:no_entry: *${doNotWrite(card.suppression)}*`)] : []),
    ...(outcome ? whatCame(outcome) : []),
    ...(news ? [section(news.sentence, undo(news))] : []),
    header(nameOf(card)),
    ...(fullName(card) ? [literalContext(card.email)] : []),
    fields([
      [mrkdwn`Status`, mrkdwn`${text(STATUS[card.status])}`],
      [mrkdwn`Score`, mrkdwn`${card.score}`],
      [mrkdwn`E-mail`, emailStatus(card)],
      ...known(mrkdwn`Work`, work(card)),
      ...known(mrkdwn`Profile`, profile(card)),
      ...known(mrkdwn`Phone`, phone(card)),
      ...known(mrkdwn`Web`, web(card)),
      ...known(mrkdwn`Owner`, card.owner ? user(card.owner) : NOTHING),
      ...known(mrkdwn`Tags`, tagNames(card.tags)),
      ...known(mrkdwn`Campaign`, text(card.sourceCampaign)),
    ]),
    section(engagement(card.counters)),
    divider(),
    ...recent(card),
    ...latestNotes(card),
    context(...dates(card), ...(added ? [mrkdwn`Just added`] : [])),
    ...changeActions(card, options),
    ...contactActions(card, options),
  ])
}

function undo({ undo: id }: News): types.Button | undefined {
  return id === undefined
    ? undefined
    : button({ label: 'Undo', action: 'change_undo' satisfies Action, value: String(id) })
}

function whatCame(outcome: ContactOutcome): types.KnownBlock[] {
  const details = outcomeDetails(outcome)
  return [section(outcomeLine(outcome)), ...(details.length > 0 ? [context(join(details, '\n'))] : [])]
}

/** What nobody knows takes no room. */
function known(label: Mrkdwn, value: Mrkdwn): (readonly [Mrkdwn, Mrkdwn])[] {
  return value === NOTHING ? [] : [[label, value]]
}

function summary(card: ContactCard, { added, outcome, news }: CardOptions): Mrkdwn {
  const state = mrkdwn`${whoIs(card)}: ${text(STATUS[card.status].toLowerCase())}, score ${card.score}.`
  return join(
    [
      ...(card.suppression ? [mrkdwn`${doNotWrite(card.suppression)}.`] : []),
      ...(outcome ? [mrkdwn`${outcomeSentence(outcome)}.`] : []),
      ...(news ? [news.sentence] : []),
      ...(added ? [mrkdwn`Added.`] : []),
      state,
    ],
    ' ',
  )
}

export function doNotWrite({ reason, since }: Suppression): Mrkdwn {
  return mrkdwn`Do not write: ${text(SUPPRESSION[reason])} since ${date(since, '{date_short_pretty}')}`
}

type Counts = { readonly [T in Tally]?: Pick<TallyCount, 'count'> }

/** What people did, with what machines did beside it; then what became of the mail. */
export function engagement(counters: Counts): Mrkdwn {
  const people = [
    withMachines(counters, 'opened', 'machine_opened', 'open', 'opens'),
    withMachines(counters, 'clicked', 'machine_clicked', 'click', 'clicks'),
    ...several(counters, PEOPLE),
  ].filter((part) => part !== undefined)
  const mail = several(counters, MAIL)
  const lines = [
    people.length > 0 ? join(people, ' · ') : mrkdwn`No opens, clicks or replies yet`,
    ...(mail.length > 0 ? [join(mail, ' · ')] : []),
  ]
  return join(lines, '\n')
}

type Words = readonly [tally: Tally, one: string, many: string]

const PEOPLE: readonly Words[] = [
  ['replied', 'reply', 'replies'],
  ['inbound', 'message to us', 'messages to us'],
  ['form_submission', 'form', 'forms'],
  ['website_visit', 'website visit', 'website visits'],
  ['call_scheduled', 'call booked', 'calls booked'],
  ['call_completed', 'call', 'calls'],
  ['demo_attended', 'demo', 'demos'],
]

const MAIL: readonly Words[] = [
  ['sent', 'sent', 'sent'],
  ['delivered', 'delivered', 'delivered'],
  ['deferred', 'delayed', 'delayed'],
  ['bounced', 'bounce', 'bounces'],
  ['soft_bounced', 'passing bounce', 'passing bounces'],
  ['auto_replied', 'automatic reply', 'automatic replies'],
]

function several(counters: Counts, words: readonly Words[]): Mrkdwn[] {
  return words.flatMap(([tally, one, many]) => {
    const { count = 0 } = counters[tally] ?? {}
    return count > 0 ? [counted(count, one, many)] : []
  })
}

function withMachines(
  counters: Counts,
  byPeople: Tally,
  byMachines: Tally,
  one: string,
  many: string,
): Mrkdwn | undefined {
  const people = counters[byPeople]?.count ?? 0
  const machines = counters[byMachines]?.count ?? 0
  if (people + machines === 0) return undefined
  const shown = counted(people, one, many)
  return machines === 0 ? shown : mrkdwn`${shown} (+${counted(machines, 'by a machine', 'by machines')})`
}

/** Enough to see what it is about; the view of all notes has the rest. */
const EXCERPT = 500

/** Where there is more than a card has room for, the rest is a press away. */
function recent(card: ContactCard): types.KnownBlock[] {
  const shown = card.recent.slice(0, EVENTS_SHOWN)
  const all = eventCount(card)
  if (all <= shown.length) return timeline(shown)
  const more = button({
    label: 'Timeline',
    action: 'contact_timeline' satisfies Action,
    value: String(card.id),
  })
  return [section(mrkdwn`*Last events*\nThe latest ${count(shown.length)} of ${count(all)}`, more), ...timeline(shown)]
}

function latestNotes({ id, notes: latest, noteCount }: ContactCard): types.KnownBlock[] {
  const isAll = noteCount <= latest.length
  if (isAll && latest.every((note) => plainLines(note.text, EXCERPT) === plainLines(note.text, MAX_NOTE)))
    return notes(latest, EXCERPT)
  const some = isAll
    ? mrkdwn`Long ones are shortened here`
    : mrkdwn`The latest ${count(latest.length)} of ${count(noteCount)}`
  const more = button({ label: 'All notes', action: 'contact_notes' satisfies Action, value: String(id) })
  return [section(mrkdwn`*Notes*\n${some}`, more), ...notes(latest, EXCERPT)]
}

function dates({ counters, createdAt }: ContactCard): Mrkdwn[] {
  const counts = Object.values(counters).filter((count): count is TallyCount => count !== undefined)
  const day = (at: number) => date(at, '{date_short_pretty}')
  const seen =
    counts.length === 0
      ? []
      : [
          mrkdwn`First event ${day(Math.min(...counts.map(({ first }) => first)))}`,
          mrkdwn`Last event ${day(Math.max(...counts.map(({ last }) => last)))}`,
        ]
  return [...seen, mrkdwn`In the CRM since ${day(createdAt)}`]
}
