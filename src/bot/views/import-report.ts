import type { types } from '@slack/bolt'

import {
  type ImportCounts,
  type ImportStage,
  NOTHING_UNDONE,
  type UndoCounts,
  type UndoReport,
} from '../../core/import/report.ts'
import { isFilter } from '../../core/search/filter.ts'
import { actions, button, type Confirmation, context, type Message, message, section } from '../blocks.ts'
import { textInput } from '../inputs.ts'
import { type Action, type FormId, MOST_IN_A_VALUE } from '../listeners.ts'
import { count, counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'

export interface ImportReported {
  readonly id: number
  readonly name: string
  readonly campaign: string | null
  readonly stage: ImportStage
  /** Rows that were dealt with, of all that there are. */
  readonly done: number
  readonly total: number | null
  readonly counts: ImportCounts
}

/** What became of an import that is over. */
export function importEndedView(ended: ImportReported): Message {
  return ended.stage === 'cancelled' && ended.done === 0 ? importCancelledView(ended) : importReportView(ended)
}

/** What became of an import, which was perhaps stopped in the middle, and `why`. */
export function importReportView(reported: ImportReported, why?: string): Message {
  const { name, stage, counts, campaign, done, total } = reported
  const wasStopped = stage === 'cancelled'
  const where = wasStopped
    ? mrkdwn` was stopped after ${count(done)} of ${counted(total ?? done, 'row', 'rows')}`
    : mrkdwn``
  const sentence = mrkdwn`${text(name)}${where}: ${peopleWords(counts)}.`
  const more = [...(why === undefined ? [] : [text(why, 500)]), ...sentences(counts)]
  const buttons = buttonsOf(reported)
  return message(sentence, [
    section(mrkdwn`${wasStopped ? mrkdwn`:double_vertical_bar:` : mrkdwn`:white_check_mark:`} ${sentence}`),
    ...(more.length > 0 ? [section(join(more, '\n'))] : []),
    ...(campaign === null ? [] : [context(mrkdwn`Campaign: ${text(campaign)}`)]),
    ...(buttons.length > 0 ? [actions(...buttons)] : []),
  ])
}

/** Nothing was written. */
export function importCancelledView({ name }: Pick<ImportReported, 'name'>): Message {
  const sentence = mrkdwn`${text(name)} was not imported: it was cancelled. Nothing was written.`
  return message(sentence, [section(mrkdwn`:double_vertical_bar: ${sentence}`)])
}

export function peopleWords({ created, changed, unchanged, events }: ImportCounts): Mrkdwn {
  const people = [
    mrkdwn`${count(created)} new`,
    mrkdwn`${count(changed)} changed`,
    mrkdwn`${count(unchanged)} unchanged`,
  ]
  return join([...people, ...(events > 0 ? [counted(events, 'new engagement', 'new engagements')] : [])], ', ')
}

/** What is worth knowing beside the people, each only where there is something. */
function sentences({ duplicate, invalid, erased, suppressed, spared }: ImportCounts): Mrkdwn[] {
  const rows = [
    ...(invalid > 0 ? [mrkdwn`${count(invalid)} without a usable address`] : []),
    ...(duplicate > 0 ? [mrkdwn`${count(duplicate)} of somebody who stands above in the list`] : []),
    ...(erased > 0 ? [mrkdwn`${count(erased)} of people who asked to be erased`] : []),
  ]
  const leftOut = duplicate + invalid + erased
  const file = toldOfIn({ duplicate, invalid }) > 0 ? mrkdwn` A file with the reasons follows.` : mrkdwn``
  return [
    ...(leftOut > 0 ? [mrkdwn`${counted(leftOut, 'row', 'rows')} left out: ${join(rows, ', ')}.${file}`] : []),
    ...(suppressed > 0
      ? [
          mrkdwn`${counted(suppressed, 'person', 'people')} not to be written to: they stay unsubscribed, or whatever they are.`,
        ]
      : []),
    ...(spared > 0
      ? [
          mrkdwn`${counted(spared, 'contact keeps', 'contacts keep')} what people here entered, which the list would replace.`,
        ]
      : []),
  ]
}

/** Rows that are handed back with why they make no contact; of people who were erased nothing is. */
export function toldOfIn({ duplicate, invalid }: Pick<ImportCounts, 'duplicate' | 'invalid'>): number {
  return duplicate + invalid
}

/** Above this, an undo wants the number typed (reliability sheet, section 13). */
const MOST_AT_A_PRESS = 25

export function undoneContacts({ created, changed }: Pick<ImportCounts, 'created' | 'changed'>): number {
  return created + changed
}

/** Also one that changed nobody: whom it names, earlier imports cannot take back. */
export function isUndoable(counts: Pick<ImportCounts, 'created' | 'changed' | 'unchanged'>): boolean {
  return undoneContacts(counts) + counts.unchanged > 0
}

/** What an undo is to take back; of an import that was undone before, that is what was kept then. */
interface AtStake {
  readonly counts: ImportCounts
  readonly undone: UndoCounts
}

/** In contacts. */
export function atStake({ counts, undone }: AtStake): number {
  return undone.kept > 0 ? undone.kept : undoneContacts(counts)
}

export function needsTyping(toUndo: AtStake): boolean {
  return atStake(toUndo) > MOST_AT_A_PRESS
}

function buttonsOf({ id, campaign, counts, name }: ImportReported): types.Button[] {
  const filter = `campaign:"${campaign ?? ''}"`
  const isListed = campaign !== null && !/["“”„]/.test(campaign) && filter.length <= MOST_IN_A_VALUE && isFilter(filter)
  return [
    ...(isListed ? [button({ label: 'See the contacts', action: 'found_list' satisfies Action, value: filter })] : []),
    ...(isUndoable(counts) ? [undoButton('Undo', { id, name, counts, undone: NOTHING_UNDONE })] : []),
  ]
}

interface ToUndo extends AtStake, Pick<ImportReported, 'id' | 'name'> {}

function undoButton(label: 'Undo' | 'Undo again', toUndo: ToUndo): types.Button {
  const confirm: Confirmation = {
    title: label === 'Undo' ? 'Undo this import?' : 'Undo this import again?',
    text: `${toUndo.name.slice(0, 80)}: ${undoWords(toUndo)}`,
    yes: label,
    no: 'Keep it',
  }
  return button({
    label,
    action: 'import_undo' satisfies Action,
    value: String(toUndo.id),
    ...(needsTyping(toUndo) ? {} : { confirm }),
  })
}

function undoWords({ counts, undone }: AtStake): string {
  if (undone.kept > 0)
    return `${number(undone.kept, 'contact that was kept is', 'contacts that were kept are')} looked at anew. ${KEPT}`
  if (undoneContacts(counts) === 0)
    return 'it changed nobody, so nothing is taken back. Earlier imports of these people can be undone then.'
  const { created, changed } = counts
  const parts = [
    ...(created > 0 ? [number(created, 'contact is removed', 'contacts are removed')] : []),
    ...(changed > 0 ? [`${number(changed, 'is', 'are')} set back to what was there before`] : []),
  ]
  return `${parts.join(', and ')}. ${KEPT}`
}

const KEPT = 'Whoever was changed since, did something, or is named by a later import, stays.'

function number(value: number, one: string, many: string): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`
}

/** What the form carries along. */
export interface UndoAbout {
  readonly id: number
}

/** Says what an undo does, and wants the number typed. */
export function importUndoForm(toUndo: ToUndo): types.ModalView {
  const { id, name } = toUndo
  return modal({
    title: 'Undo an import',
    submit: 'Undo',
    close: 'Keep it',
    callbackId: 'import_undo' satisfies FormId,
    about: { id } satisfies UndoAbout,
    blocks: [
      section(mrkdwn`*${text(name)}*\n${text(undoWords(toUndo))}`),
      textInput({
        id: 'number',
        label: 'Type the number of contacts to confirm',
        hint: String(atStake(toUndo)),
        max: 20,
        focus: true,
      }),
      context(mrkdwn`You are told who stays. An undo cannot itself be undone; the list can be imported again.`),
    ],
  })
}

/** What an undo took back, and what it could not. */
export function importUndoneView(
  { id, name, counts }: Pick<ImportReported, 'id' | 'name' | 'counts'>,
  report: UndoReport,
): Message {
  const { removed, restored, kept, list } = report
  const took = mrkdwn`${counted(removed, 'contact', 'contacts')} removed, ${count(restored)} as before, ${count(kept)} kept.`
  const sentence = mrkdwn`${text(name)} is undone: ${undoneContacts(counts) > 0 ? took : TOOK_NOTHING}`
  const lines = list
    .slice(0, KEPT_SHOWN)
    .map(({ email, reason }) => mrkdwn`${text(email, 100)} stays: ${text(reason, 120)}`)
  const rest = kept - lines.length
  const all = [...lines, ...(rest > 0 ? [mrkdwn`and ${count(rest)} more`] : [])]
  return message(sentence, [
    section(mrkdwn`:leftwards_arrow_with_hook: ${sentence}`),
    ...(all.length > 0 ? [section(join(all, '\n'))] : []),
    ...(kept > 0
      ? [context(LATER_FIRST), actions(undoButton('Undo again', { id, name, counts, undone: report }))]
      : []),
  ])
}

const TOOK_NOTHING = mrkdwn`it changed nobody, so nothing was taken back. Earlier imports of these people can be undone now.`
const LATER_FIRST = mrkdwn`Whom a later import names can be taken back once that one is undone.`

const KEPT_SHOWN = 10
