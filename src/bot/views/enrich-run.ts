import type { BatchOutcome, ContactOutcome } from '../../core/enrichment/outcome.ts'
import type { Lack } from '../../core/enrichment/waterfall.ts'
import { context, type Message, message, section } from '../blocks.ts'
import { code, count, counted, date, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { bar } from './bar.ts'
import { creditsWords, LACK } from './enrichment-words.ts'

export interface RunProgress {
  readonly done: number
  readonly total: number
  readonly credits: number
}

/** While a run goes on. */
export function enrichingView(filter: string, { done, total, credits }: RunProgress): Message {
  const sentence = mrkdwn`Enriching ${whichOf(filter)}…`
  const so = mrkdwn`${text(bar(done, total))} ${count(done)} of ${count(total)} · ${creditsWords(credits)} so far`
  return message(mrkdwn`${sentence} ${count(done)} of ${count(total)}.`, [
    section(mrkdwn`:hourglass_flowing_sand: ${sentence}\n${so}`),
  ])
}

/** The server stopped in the middle of a run. */
export function interruptedView(filter: string, { done, total, credits }: RunProgress): Message {
  const sentence = mrkdwn`Enriching ${whichOf(filter)} stopped after ${count(done)} of ${count(total)} contacts and ${creditsWords(credits)}.`
  return message(sentence, [section(mrkdwn`:double_vertical_bar: ${sentence}`), context(GOES_ON)])
}

/** Something failed that is no provider; what the worker does then. */
export function runFailedView(filter: string, why: string): Message {
  const sentence = mrkdwn`Enriching ${whichOf(filter)} failed: ${text(why, 500)}`
  return message(sentence, [section(mrkdwn`:warning: ${sentence}`), context(GOES_ON)])
}

/** It cannot be carried out at all. */
export function runRefusedView(filter: string, why: string): Message {
  const sentence = mrkdwn`Nobody was enriched by ${code(filter)}: ${text(why, 500)}`
  return message(sentence, [section(mrkdwn`:warning: ${sentence}`)])
}

const GOES_ON: Mrkdwn = mrkdwn`It goes on by itself. Whoever is complete is not asked about again, and costs nothing`

/** "Spring launch: 128 contacts. 90 enriched, 12 already complete, … 96 credits." */
export function enrichReportView(filter: string, outcome: BatchOutcome): Message {
  const { contacts, credits } = outcome
  const whole = mrkdwn`${whichOf(filter)}: ${counted(contacts, 'contact', 'contacts')}.`
  const counts = countsOf(outcome)
  const sentence = join([whole, ...(counts ? [mrkdwn`${counts}.`] : []), mrkdwn`${creditsWords(credits)}.`], ' ')
  const reasons = lackingLines(outcome)
  return message(sentence, [
    section(mrkdwn`:white_check_mark: ${sentence}`),
    ...(reasons.length > 0 ? [section(join([mrkdwn`*What is still lacking, and why*`, ...reasons], '\n'))] : []),
    context(...next(outcome)),
  ])
}

type Kind = ContactOutcome['kind']

const COUNTED: readonly (readonly [kind: Kind, words: Mrkdwn])[] = [
  ['enriched', mrkdwn`enriched`],
  ['complete', mrkdwn`already complete`],
  ['nothing', mrkdwn`without anything new`],
  ['waiting', mrkdwn`waiting for an answer`],
  ['suppressed', mrkdwn`not to be written to, and not asked about`],
  ['gone', mrkdwn`gone meanwhile`],
  ['failed', mrkdwn`failed on our side, see the log`],
]

function countsOf({ counts }: BatchOutcome): Mrkdwn | undefined {
  const parts = COUNTED.flatMap(([kind, words]) => (counts[kind] > 0 ? [mrkdwn`${count(counts[kind])} ${words}`] : []))
  return parts.length > 0 ? join(parts, ', ') : undefined
}

const LACKS: readonly Lack[] = [
  'budget',
  'unavailable',
  'rate_limited',
  'waiting',
  'uncertain',
  'nobody_knows',
  'free_mail',
  'role_account',
  'address_fails',
  'no_provider',
]

/** What somebody could change comes first. */
function lackingLines({ lacking }: BatchOutcome): Mrkdwn[] {
  return LACKS.flatMap((why) => {
    const contacts = lacking[why] ?? 0
    return contacts > 0 ? [mrkdwn`${counted(contacts, 'contact', 'contacts')}: ${LACK[why]}`] : []
  })
}

function next({ counts, later }: BatchOutcome): Mrkdwn[] {
  const again = later
    ? [
        mrkdwn`${counted(later.ids.length, 'contact is', 'contacts are')} tried again without you, from ${date(later.at)} on`,
      ]
    : []
  const waiting = counts.waiting > 0 ? [mrkdwn`What is waited for appears on the cards`] : []
  return [...again, ...waiting, mrkdwn`Look at one: \`/crm lookup\` and an address`]
}

/** A campaign alone by its name, anything else as it was typed. */
function whichOf(filter: string): Mrkdwn {
  const campaign = /^campaign:(?:"([^"]+)"|“([^”]+)”|([^\s"“,]+))$/i.exec(filter.trim())?.slice(1)
  const name = campaign?.find((given) => given !== undefined)
  return name ? text(name, 150) : code(filter)
}
