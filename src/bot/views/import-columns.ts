import type { types } from '@slack/bolt'

import { COLUMN_FIELDS, type Column } from '../../core/import/columns.ts'
import type { Inspection } from '../../core/import/inspection.ts'
import { actions, context, type Message, message, section } from '../blocks.ts'
import { oneOfInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { counted, join, type Mrkdwn, mrkdwn, plain, text } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'
import { cancelButton, columnsButton } from './import-buttons.ts'
import { TITLE } from './import-form.ts'

/** What the form carries along. */
export interface ColumnsAbout {
  readonly id: number
}

/** What can be said of a column, beside the fields of a contact. */
export const OWN_FIELD = 'own'
export const LEFT_OUT = 'none'

/** Each comes with a menu of all fields, and a view holds 250 kB (Slack sheet, section 10.1). */
const MOST_ASKED = 40
const SAMPLES = 3

/** The columns that a form can ask about: those that nobody recognised come first. */
export function askedColumns({ header, columns, unknown, sample }: Inspection): readonly number[] {
  const width = sample.reduce((most, cells) => Math.max(most, cells.length), header?.length ?? 0)
  const isUnknown = (index: number) => columns === undefined || unknown.includes(header?.[index] ?? '')
  const all = Array.from({ length: width }, (_, index) => index)
  return [...all.filter(isUnknown), ...all.filter((index) => !isUnknown(index))].slice(0, MOST_ASKED)
}

/** Whether somebody should say what the columns of a list hold before it is read. */
export function isWorthAsking({ format, columns, unknown }: Inspection): boolean {
  return format === 'table' && (columns === undefined || unknown.length > 0)
}

export function columnsForm(id: number, name: string, inspection: Inspection): types.ModalView {
  return modal({
    title: TITLE,
    submit: 'Continue',
    close: 'Cancel',
    callbackId: 'import_columns' satisfies FormId,
    about: { id } satisfies ColumnsAbout,
    blocks: [
      section(whatIsAsked(name, inspection)),
      ...askedColumns(inspection).map((index) => columnInput(index, inspection)),
      context(mrkdwn`Remembered for lists with the same columns once this one is imported. Nothing is written yet.`),
    ],
  })
}

function whatIsAsked(name: string, { columns, unknown }: Inspection): Mrkdwn {
  if (!columns) return mrkdwn`No column of *${text(name)}* holds e-mail addresses as far as I can see. Which one is it?`
  if (unknown.length === 0)
    return mrkdwn`What the columns of *${text(name)}* hold. Change what is not right, and the list is checked again.`
  return mrkdwn`*${text(name)}* has ${counted(unknown.length, 'column', 'columns')} that I do not know. What ${unknown.length === 1 ? mrkdwn`does it` : mrkdwn`do they`} hold? The others are below, as I understood them.`
}

function columnInput(index: number, inspection: Inspection): types.InputBlock {
  const samples = inspection.sample.flatMap((cells) => cells[index]?.trim() || []).slice(0, SAMPLES)
  return oneOfInput({
    id: columnBlock(index),
    label: plain(columnName(index, inspection), 150),
    hint: samples.length > 0 ? samples.map((cell) => plain(cell, 60)).join(' · ') : 'Empty in the first rows',
    options: HOLDS,
    initial: guessed(inspection.columns?.find((column) => column.index === index)),
  })
}

export function columnBlock(index: number): string {
  return `column_${index}`
}

export function columnName(index: number, { header }: Pick<Inspection, 'header'>): string {
  return header?.[index]?.trim() || `Column ${index + 1}`
}

const HOLDS: readonly (readonly [value: string, label: string])[] = [
  ...Object.entries(COLUMN_FIELDS),
  [OWN_FIELD, 'A field of its own'],
  [LEFT_OUT, 'Leave it out'],
]

function guessed(column: Column | undefined): string {
  if (!column) return LEFT_OUT
  return 'field' in column ? column.field : OWN_FIELD
}

/** In place of the form, where it was closed before anybody knew that there is something to ask. */
export function columnsAskedView(id: number, name: string, inspection: Inspection): Message {
  const { columns, unknown } = inspection
  const sentence = columns
    ? mrkdwn`${text(name)} has ${counted(unknown.length, 'column', 'columns')} that I do not know: ${namesOf(unknown)}.`
    : mrkdwn`No column of ${text(name)} holds e-mail addresses as far as I can see.`
  return message(sentence, [
    section(mrkdwn`:question: ${sentence}`),
    context(mrkdwn`Say what the columns hold, and you see what would happen. Nothing is written yet.`),
    actions(columnsButton(id, true), cancelButton(id)),
  ])
}

const NAMED = 5

function namesOf(headers: readonly string[]): Mrkdwn {
  const rest = headers.length - NAMED
  return join(
    [...headers.slice(0, NAMED).map((name) => text(name, 50)), ...(rest > 0 ? [mrkdwn`and ${rest} more`] : [])],
    ', ',
  )
}
