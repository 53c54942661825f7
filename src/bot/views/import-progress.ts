import { actions, context, type Message, message, section } from '../blocks.ts'
import { count, counted, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { bar } from './bar.ts'
import { cancelButton } from './import-buttons.ts'

/** How far an import is, in rows. */
export interface ImportProgress {
  readonly done: number
  /** Null where nobody has counted them. */
  readonly total: number | null
  /** Rows, since it went on last. */
  readonly aSecond: number
}

/** What is being done with a list. */
export type Doing = 'checking' | 'importing' | 'undoing'

const VERBS: Readonly<Record<Doing, Mrkdwn>> = {
  checking: mrkdwn`Checking`,
  importing: mrkdwn`Importing`,
  undoing: mrkdwn`Undoing`,
}

export function importProgressView(doing: Doing, { id, name }: Named, progress: ImportProgress): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(name)}…`
  const { done, total } = progress
  const so = total === null ? counted(done, 'row', 'rows') : mrkdwn`${count(done)} of ${count(total)}`
  const drawn = total === null ? so : mrkdwn`${text(bar(done, total))} ${so}`
  return message(mrkdwn`${sentence} ${so}.`, [
    section(mrkdwn`:hourglass_flowing_sand: ${sentence}\n${drawn}${pace(progress)}`),
    ...(doing === 'undoing' ? [] : [actions(cancelButton(id, doing === 'importing' ? 'Stop' : 'Cancel'))]),
  ])
}

interface Named {
  readonly id: number
  readonly name: string
}

/** " · 3,100 a second · about 20 seconds left", as soon as there is something to go by. */
function pace({ done, total, aSecond }: ImportProgress): Mrkdwn {
  if (aSecond < 1) return mrkdwn``
  const speed = mrkdwn` · ${count(Math.round(aSecond))} a second`
  return total === null || total <= done ? speed : mrkdwn`${speed} · ${left((total - done) / aSecond)} left`
}

function left(seconds: number): Mrkdwn {
  if (seconds < 90) return mrkdwn`about ${counted(Math.max(1, Math.ceil(seconds)), 'second', 'seconds')}`
  return mrkdwn`about ${counted(Math.round(seconds / 60), 'minute', 'minutes')}`
}

/** The server stopped in the middle. */
export function importInterruptedView(doing: Doing, { name }: Named, done: number): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(name)} stopped after ${counted(done, 'row', 'rows')}.`
  return message(sentence, [section(mrkdwn`:double_vertical_bar: ${sentence}`), context(goesOn(doing))])
}

/** Something failed; what happens then. */
export function importFailedView(doing: Doing, { name }: Named, why: string): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(name)} failed: ${text(why, 500)}`
  return message(sentence, [section(mrkdwn`:warning: ${sentence}`), context(goesOn(doing))])
}

function goesOn(doing: Doing): Mrkdwn {
  if (doing === 'checking') return mrkdwn`It is checked again by itself. Nothing is written yet.`
  return mrkdwn`It goes on by itself, from where it was. ${ONCE[doing]}`
}

const ONCE = {
  importing: mrkdwn`Nobody comes in twice.`,
  undoing: mrkdwn`Nothing is taken back twice.`,
} as const satisfies Readonly<Record<Exclude<Doing, 'checking'>, Mrkdwn>>
