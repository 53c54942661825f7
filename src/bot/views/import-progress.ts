import type { types } from '@slack/bolt'

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
    ...wayOut(doing, id),
  ])
}

interface Named {
  readonly id: number
  readonly name: string
}

/** One import at a time changes contacts. */
export function importWaitingView(doing: 'importing' | 'undoing', { id, name }: Named): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(name)} waits for another import, and begins by itself.`
  return message(sentence, [
    section(mrkdwn`:hourglass_flowing_sand: ${sentence}`),
    ...(doing === 'importing' ? [actions(cancelButton(id))] : []),
  ])
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
export function importInterruptedView(doing: Doing, named: Named, done: number): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(named.name)} stopped after ${counted(done, 'row', 'rows')}.`
  return paused(doing, named, mrkdwn`:double_vertical_bar:`, sentence, AFTER_A_STOP[doing])
}

/** Something failed; what happens then. */
export function importFailedView(doing: Doing, named: Named, why: string): Message {
  const sentence = mrkdwn`${VERBS[doing]} ${text(named.name)} failed: ${text(why, 500)}`
  return paused(doing, named, mrkdwn`:warning:`, sentence, AFTER_A_FAILURE[doing])
}

function paused(doing: Doing, { id }: Named, icon: Mrkdwn, sentence: Mrkdwn, then: Mrkdwn): Message {
  return message(sentence, [section(mrkdwn`${icon} ${sentence}`), context(then), ...wayOut(doing, id)])
}

/** What an undo has taken back cannot be had back. */
function wayOut(doing: Doing, id: number): types.ActionsBlock[] {
  return doing === 'undoing' ? [] : [actions(cancelButton(id, doing === 'importing' ? 'Stop' : 'Cancel'))]
}

const NOTHING_YET = mrkdwn`Nothing is written yet.`
const NOBODY_TWICE = mrkdwn`Nobody comes in twice, and what came in can be undone once you stop it.`
const NOTHING_TWICE = mrkdwn`Nothing is taken back twice.`

const AFTER_A_STOP: Readonly<Record<Doing, Mrkdwn>> = {
  checking: mrkdwn`It is checked again when the server is back. ${NOTHING_YET}`,
  importing: mrkdwn`It goes on from there when the server is back. ${NOBODY_TWICE}`,
  undoing: mrkdwn`It goes on from there when the server is back. ${NOTHING_TWICE}`,
}

const TRIED_AGAIN = mrkdwn`It is tried again by itself, soon and then once a day`

const AFTER_A_FAILURE: Readonly<Record<Doing, Mrkdwn>> = {
  checking: mrkdwn`${TRIED_AGAIN}. ${NOTHING_YET}`,
  importing: mrkdwn`${TRIED_AGAIN}, and goes on from where it was. ${NOBODY_TWICE}`,
  undoing: mrkdwn`${TRIED_AGAIN}, and goes on from where it was. ${NOTHING_TWICE}`,
}
