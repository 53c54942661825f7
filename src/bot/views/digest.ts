import type { types } from '@slack/bolt'

import type { Compared, DeliverabilityWarning, Digest, SourceSilence } from '../../core/digest/digest.ts'
import type { Tally } from '../../core/event.ts'
import type { HotContact } from '../../core/hottest.ts'
import { maskAddress, maskAddressesIn } from '../../core/mask-address.ts'
import { MOST_COUNTED, type WaitingReply } from '../../core/replies-waiting.ts'
import type { TallyCounts } from '../../core/statistics.ts'
import { addDays } from '../../core/time.ts'
import {
  actions,
  button,
  context,
  type Drawn,
  divider,
  drawnMessage,
  fields,
  header,
  type Message,
  message,
  section,
} from '../blocks.ts'
import type { Audience } from '../channel-audience.ts'
import { type Action, MOST_IN_A_VALUE } from '../listeners.ts'
import { count, counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { basisOf, LINES } from './figures.ts'
import { firstSteps } from './first-steps.ts'
import { drawnSpans, partsOfPeriod } from './spans.ts'
import { nameOf, position } from './words.ts'

/** What stands in the channel: what a glance takes in. The detail is in `digestThread`. */
export function digestView(digest: Digest, audience: Audience): Message {
  if (digest.people.contacts === 0 && digest.isEmpty) return emptyView(digest)
  if (digest.isEmpty) return nothingView(digest)
  const shown = audience === 'own' ? digest : masked(digest)
  return drawnMessage(mrkdwn`Digest of ${text(periodName(digest))}: ${headline(digest)}`, [
    header(`Digest of ${periodName(digest)}`),
    context(beside(digest), text(digest.timeZone)),
    section(headline(digest, bold)),
    ...figures(digest),
    week(digest),
    ...needingSomebody(digest, shown),
    divider(),
    ...repliesWaiting(shown),
    divider(),
    ...hottest(shown),
    context(
      ...(audience === 'own' ? [] : [WHY_MASKED[audience]]),
      mrkdwn`More in the thread`,
      mrkdwn`Buttons answer you alone`,
      mrkdwn`\`/crm digest\` says when this comes`,
    ),
  ])
}

const WHY_MASKED = {
  shared: mrkdwn`Addresses are hidden: other organizations are in this channel`,
  unknown: mrkdwn`Addresses are hidden: Slack does not say who reads this channel; \`/crm health\` says what to do`,
} as const

function nothingView(digest: Digest): Message {
  const sentence = mrkdwn`Nothing to report for ${text(periodName(digest))}.`
  return message(sentence, [section(sentence)])
}

function emptyView(digest: Digest): Message {
  const sentence = mrkdwn`Nothing to report for ${text(periodName(digest))}: the CRM has no contacts yet.`
  return message(sentence, [
    section(sentence),
    context(
      mrkdwn`Once it has, this says each working morning what happened, who is warm and who waits for an answer.`,
    ),
    ...firstSteps(),
  ])
}

/** "12 replies against 8 on a usual Saturday, 31 new contacts against 20. 4 people wait for an answer." */
function headline(digest: Digest, strong = (words: Mrkdwn) => words): Mrkdwn {
  const { newContacts, waiting } = digest
  const replied = figureOf(digest, 'replied')
  const told = [
    { compared: replied, what: counted(replied.count, 'reply', 'replies') },
    { compared: newContacts, what: counted(newContacts.count, 'new contact', 'new contacts') },
  ].filter(({ compared }) => isTelling(compared))
  const parts = told.map(({ compared, what }, nth) =>
    beingUsual(strong(what), compared, nth === 0 ? usualWhen(digest) : mrkdwn``),
  )
  const news = parts.length > 0 ? join(parts, ', ') : mrkdwn`No replies and no new contacts`
  const people = mrkdwn`${few(waiting.total)} ${text(waiting.total === 1 ? 'person' : 'people')}`
  const waits =
    waiting.total === 0
      ? mrkdwn`Nobody waits for an answer.`
      : mrkdwn`${strong(people)} ${text(waiting.total === 1 ? 'waits' : 'wait')} for an answer.`
  return mrkdwn`${news}. ${waits}`
}

/** That nothing happened is told where something usually does. */
function isTelling({ count: happened, usual }: Compared): boolean {
  return happened > 0 || Number(rounded(usual ?? 0)) > 0
}

function bold(words: Mrkdwn): Mrkdwn {
  return mrkdwn`*${words}*`
}

function beingUsual(what: Mrkdwn, { usual }: Compared, when: Mrkdwn): Mrkdwn {
  return usual === null ? what : mrkdwn`${what} against ${average(usual)}${when}`
}

const NEVER: Compared = { count: 0, usual: null, weeks: 0, filter: null }

function figureOf({ figures: all, newContacts: { weeks } }: Digest, tally: Tally): Compared {
  // What is left out is and was zero.
  return all.find((figure) => figure.tally === tally) ?? { ...NEVER, weeks, usual: weeks > 0 ? 0 : null }
}

/** " on a usual Saturday", " from a usual Friday to Sunday". */
function usualWhen({ from, to, days }: Digest): Mrkdwn {
  if (days === 1) return mrkdwn` on a usual ${text(weekdayName(to))}`
  if (days >= 7) return mrkdwn` in usual ${days} days`
  return mrkdwn` from a usual ${text(weekdayName(from))} to ${text(weekdayName(to))}`
}

/** What the figures are held against. */
function beside({ newContacts: { weeks }, days, to }: Digest): Mrkdwn {
  if (weeks === 0) return mrkdwn`There is nothing to compare with yet`
  if (days > 1)
    return mrkdwn`Beside the same days of ${weeks === 1 ? mrkdwn`the week` : mrkdwn`the ${weeks} weeks`} before`
  return weeks === 1
    ? mrkdwn`Beside the ${text(weekdayName(to))} before`
    : mrkdwn`Beside the average of the ${weeks} ${text(weekdayName(to))}s before`
}

/** What people did, and what became of mail; what only machines do is in the statistics. */
const SHOWN: readonly Tally[] = [
  'sent',
  'opened',
  'clicked',
  'replied',
  'bounced',
  'unsubscribed',
  'complained',
  'call_scheduled',
  'demo_attended',
  'call_completed',
  'form_submission',
  'website_visit',
]

const LABELS: ReadonlyMap<Tally, string> = new Map(LINES.map(([tally, label]) => [tally, label]))

/** Slack shows ten in two columns. */
const MOST_FIELDS = 10

function figures(digest: Digest): types.KnownBlock[] {
  const counts = Object.fromEntries(digest.figures.map(({ tally, count: happened }) => [tally, happened]))
  const shown = SHOWN.flatMap((tally) => digest.figures.find((figure) => figure.tally === tally) ?? [])
  const entries = [
    ...(isTelling(digest.newContacts)
      ? [[mrkdwn`New contacts`, figure(digest.newContacts, count(digest.newContacts.count))] as const]
      : []),
    ...shown.map((one) => [text(LABELS.get(one.tally)), figure(one, ofBasis(one.tally, one.count, counts))] as const),
  ]
  const lists = [
    ...listButton('New contacts', 'new', digest.newContacts),
    ...shown.flatMap((one) => listButton(LABELS.get(one.tally) ?? one.tally, one.tally, one)),
  ]
  return [
    ...(entries.length > 0 ? [fields(entries.slice(0, MOST_FIELDS))] : []),
    ...(lists.length > 0 ? [actions(...lists)] : []),
  ]
}

function figure({ count: happened, usual }: Compared, words: Mrkdwn): Mrkdwn {
  return usual === null ? words : mrkdwn`${words} ${text(arrow(happened, usual))} usually ${average(usual)}`
}

function arrow(happened: number, usual: number): string {
  const [a, b] = [happened, Number(rounded(usual))]
  return a === b ? '=' : a > b ? '↑' : '↓'
}

/** "312 of 1,204". */
function ofBasis(tally: Tally, happened: number, counts: TallyCounts): Mrkdwn {
  const total = tally === 'bounced' ? sentIn(counts) : OF_MAIL.has(tally) ? reachedIn(counts) : 0
  return total > 0 && happened <= total ? mrkdwn`${count(happened)} of ${count(total)}` : count(happened)
}

/** Some tools tell only of what arrived and what did not. */
function sentIn({ sent = 0, delivered = 0, bounced = 0 }: TallyCounts): number {
  return sent > 0 ? sent : delivered + bounced
}

/** What arrived in the same days, or was sent where no tool tells of arriving. */
function reachedIn(counts: TallyCounts): number {
  const basis = basisOf(counts)
  return basis ? (counts[basis] ?? 0) : 0
}

const OF_MAIL: ReadonlySet<Tally> = new Set(['opened', 'clicked', 'replied', 'complained', 'unsubscribed'])

function average(usual: number): Mrkdwn {
  return count(Number(rounded(usual)))
}

/** Below ten the first decimal says something. */
function rounded(usual: number): string {
  return usual < 10 ? usual.toFixed(1) : usual.toFixed(0)
}

/** The days that a chart in a column can show. */
const WEEK = 7

function week({ chart }: Digest): Drawn {
  const from = addDays(chart.to, 1 - WEEK)
  const { spans } = partsOfPeriod({ days: WEEK, from, to: chart.to }, chart.daily)
  return { ...drawnSpans(spans), figures: context(mrkdwn`The last ${WEEK} days. Day by day in figures: in the thread`) }
}

const MOST_WARNINGS = 5

/** `whole` is what the buttons ask for, `shown` what is read. */
function needingSomebody(whole: Digest, shown: Digest): types.KnownBlock[] {
  const { warnings, silences } = shown
  if (warnings.length + silences.length === 0) return []
  const left = Math.max(0, warnings.length - MOST_WARNINGS) + Math.max(0, silences.length - MOST_WARNINGS)
  return [
    divider(),
    ...warnings.slice(0, MOST_WARNINGS).map((warning, nth) => {
      // A name that had to be masked is not sent along in a button either.
      const isWhole = whole.warnings[nth]?.campaign === warning.campaign
      return section(warningWords(warning), isWhole ? openCampaign(warning.campaign) : undefined)
    }),
    ...silences.slice(0, MOST_WARNINGS).map((silence) => section(silenceWords(silence))),
    ...(left > 0
      ? [context(mrkdwn`and ${counted(left, 'other', 'others')}: \`/crm campaign\` and \`/crm health\``)]
      : []),
  ]
}

function warningWords({ kind, campaign, count: happened, sent }: DeliverabilityWarning): Mrkdwn {
  const share = mrkdwn`${count(happened)} of ${count(sent)} sent`
  return kind === 'bounced'
    ? mrkdwn`:warning: *${text(campaign, 150)}*: ${share} bounced for good. Above 5 in 100, mail tools slow down or stop. Check where the addresses came from.`
    : mrkdwn`:warning: *${text(campaign, 150)}*: ${share} were marked as spam. Above 1 in 1,000, mailboxes sort all your mail out. Pause it and look at whom it goes to.`
}

function openCampaign(name: string): types.Button | undefined {
  if (name.trim() === '' || name.length > MOST_IN_A_VALUE) return undefined
  return button({ label: 'Open campaign', action: 'campaign_open' satisfies Action, value: name })
}

function silenceWords({ name, lastDeliveryAt, silence }: SourceSilence): Mrkdwn {
  const { missed, days } = silence
  const how =
    missed > 0
      ? mrkdwn`has been silent on ${counted(missed, 'day', 'days')} on which it usually delivers`
      : mrkdwn`has been silent for ${counted(days, 'day', 'days')}`
  return mrkdwn`:mute: *${text(name)}* ${how}, the last time ${date(lastDeliveryAt)}. \`/crm health\` says what to do.`
}

const WAITING_SHOWN = 3

function repliesWaiting({ waiting: { replies, total }, waitingFilter }: Digest): types.KnownBlock[] {
  if (total === 0) return [section(mrkdwn`*Nobody waits for an answer*`)]
  const shown = replies.slice(0, WAITING_SHOWN)
  const more = total > shown.length
  return [
    section(
      mrkdwn`*${few(total)} ${text(total === 1 ? 'waits' : 'wait')} for an answer*${more && shown.length > 0 ? mrkdwn`, the longest first` : mrkdwn``}`,
      more ? list('Show all', 'waiting', waitingFilter) : undefined,
    ),
    ...shown.map((reply) => person(reply, [mrkdwn`wrote ${date(reply.since, '{date_short_pretty}')}`])),
  ]
}

/** Counted no further than `MOST_COUNTED`. */
function few(number: number): Mrkdwn {
  return number < MOST_COUNTED ? count(number) : mrkdwn`${count(MOST_COUNTED)} or more`
}

function hottest({ hottest: people, hottestFilter }: Digest): types.KnownBlock[] {
  if (people.length === 0) return [section(mrkdwn`*Hottest contacts*\nNobody has opened, clicked or replied lately.`)]
  return [
    section(mrkdwn`*Hottest contacts*`, list('Show more', 'hottest', hottestFilter)),
    ...people.map((contact) => person(contact, [mrkdwn`score ${contact.score}`])),
  ]
}

type Person = Pick<HotContact & WaitingReply, 'id' | 'email' | 'firstName' | 'lastName' | 'company' | 'title'>

function person(who: Person, details: readonly Mrkdwn[]): types.SectionBlock {
  const work = position(who)
  const about = [...(work ? [text(work, 150)] : []), ...details]
  return section(
    mrkdwn`*${text(nameOf(who), 100)}* · ${join(about, ' · ')}`,
    button({ label: 'Open', action: 'contact_open' satisfies Action, value: String(who.id) }),
  )
}

function list(label: string, part: string, filter: string): types.Button {
  return button({ label, action: `${'found_list' satisfies Action}:${part}`, value: filter })
}

function listButton(label: string, part: string, { count: people, filter }: Compared): types.Button[] {
  return filter === null || people === 0 ? [] : [list(label, part, filter)]
}

/** For readers of other organizations. */
function masked(digest: Digest): Digest {
  const { hottest: people, waiting, warnings } = digest
  return {
    ...digest,
    hottest: people.map(maskedPerson),
    waiting: { ...waiting, replies: waiting.replies.map(maskedPerson) },
    warnings: warnings.map((warning) => ({ ...warning, campaign: maskAddressesIn(warning.campaign) })),
  }
}

function maskedPerson<Somebody extends Person>(who: Somebody): Somebody {
  const without = (words: string | null) => (words === null ? null : maskAddressesIn(words))
  const { email, firstName, lastName, company, title } = who
  return {
    ...who,
    email: maskAddress(email),
    firstName: without(firstName),
    lastName: without(lastName),
    company: without(company),
    title: without(title),
  }
}

const DAY = new Intl.DateTimeFormat('en-US', { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' })
const WEEKDAY = new Intl.DateTimeFormat('en-US', { weekday: 'long', timeZone: 'UTC' })

/** "Saturday, November 21", "Friday, November 20 to Sunday, November 22". */
export function periodName({ from, to }: Pick<Digest, 'from' | 'to'>): string {
  return from === to ? dayName(to) : `${dayName(from)} to ${dayName(to)}`
}

export function dayName(day: string): string {
  return DAY.format(Date.parse(`${day}T00:00:00Z`))
}

function weekdayName(day: string): string {
  return WEEKDAY.format(Date.parse(`${day}T00:00:00Z`))
}
