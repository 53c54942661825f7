import type { Format } from '../../core/export/file.ts'
import { actions, button, context, type Message, message, section } from '../blocks.ts'
import type { Action } from '../listeners.ts'
import { code, count, counted, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { bar } from './bar.ts'

/** Who is exported, and as what. */
export interface Wanted {
  /** Words and filters as they were typed; everybody where there are none. */
  readonly text: string
  readonly format: Format
}

const NAME: Readonly<Record<Format, string>> = { csv: 'CSV', json: 'JSON' }

const OTHER: Readonly<Record<Format, Format>> = { csv: 'json', json: 'csv' }

/** Asks before many are given away. */
export function exportChoiceView(wanted: Wanted, contacts: number): Message {
  const which = mrkdwn`${counted(contacts, 'contact', 'contacts')}${matching(wanted, contacts)}`
  const sentence = mrkdwn`${which} would come to you as a file, in a direct message.`
  const { format } = wanted
  return message(sentence, [
    section(sentence),
    context(WHAT_IS_WHAT, KEPT),
    actions(
      start(wanted, format, `Export ${counted(contacts, 'contact', 'contacts')} as ${NAME[format]}`, true),
      start(wanted, OTHER[format], `As ${NAME[OTHER[format]]}`, false),
      button({ label: 'Not now', action: 'export_cancel' satisfies Action, value: 'not now' }),
    ),
  ])
}

const WHAT_IS_WHAT = mrkdwn`A CSV opens in a spreadsheet; JSON has the whole history and can be imported again without a loss`
const KEPT = mrkdwn`That you have it stands in the history`

function start({ text }: Wanted, format: Format, label: string, primary: boolean) {
  const action: Action = 'export_start'
  return button({ label, action: `${action}:${format}`, value: `${format} ${text}`, primary })
}

export function notExportedView(): Message {
  return said(mrkdwn`Nothing was exported.`)
}

export function exportsNobodyView(wanted: Wanted): Message {
  const none =
    wanted.text === '' ? mrkdwn`There is no contact yet` : mrkdwn`No contact matches ${code(wanted.text, 500)}`
  return said(mrkdwn`${none}, so there is nothing to export.`, HINT)
}

const HINT = mrkdwn`Filters are the same as in \`/crm list\`: \`/crm export tag:vip since:30d\`. Without any, everybody is exported`

/** More than somebody may have who is no admin. */
export function exportTooManyView(wanted: Wanted, contacts: number, most: number): Message {
  return said(
    mrkdwn`:lock: ${counted(contacts, 'contact', 'contacts')}${matching(wanted, contacts)}, and more than ${count(most)} at once are for admins of the CRM. Narrow it, or ask an admin.`,
    HINT,
  )
}

export interface ExportProgress {
  readonly done: number
  readonly total: number
}

export function exportingView(wanted: Wanted, { done, total }: ExportProgress): Message {
  const sentence = mrkdwn`Exporting ${whom(wanted)}…`
  const so = mrkdwn`${count(done)} of ${count(total)}`
  return message(mrkdwn`${sentence} ${so}.`, [
    section(mrkdwn`:hourglass_flowing_sand: ${sentence}\n${text(bar(done, total))} ${so}`),
  ])
}

/** Stands above the file. */
export function exportedView(wanted: Wanted, contacts: number): Message {
  const sentence = mrkdwn`${counted(contacts, 'contact', 'contacts')}${matching(wanted, contacts)}, as a file.`
  const notes = wanted.format === 'csv' ? [SAFE, HANDLE] : [HANDLE]
  return message(sentence, [section(mrkdwn`:white_check_mark: ${sentence}`), context(...notes)])
}

const SAFE = mrkdwn`What a spreadsheet would calculate has an apostrophe in front, which \`/crm import\` takes off again`
const HANDLE = mrkdwn`Delete this message once you have used it: a file is not erased with a person`

/** The server stopped in the middle. */
export function exportInterruptedView(wanted: Wanted, { done, total }: ExportProgress): Message {
  return said(
    mrkdwn`:double_vertical_bar: Exporting ${whom(wanted)} stopped after ${count(done)} of ${count(total)} contacts.`,
    mrkdwn`It begins anew by itself`,
  )
}

export function exportFailedView(wanted: Wanted, why: string): Message {
  return said(
    mrkdwn`:warning: Exporting ${whom(wanted)} failed: ${text(why, 500)}`,
    mrkdwn`It is tried again by itself for a while; after that, ask for it once more`,
  )
}

/** It cannot be carried out at all. */
export function exportRefusedView(wanted: Wanted, why: string): Message {
  return said(mrkdwn`:warning: ${whom(wanted)} could not be exported: ${text(why, 500)}`)
}

/** Slack would not take the file. */
export function exportTooLargeView(wanted: Wanted, megabytes: number): Message {
  return said(
    mrkdwn`:warning: The file of ${whom(wanted)} would be larger than ${count(megabytes)} MB, which is too much to send. Narrow it, or ask whoever runs the server for it: ${code(onServer(wanted))}`,
  )
}

function onServer({ text, format }: Wanted): string {
  return `npm run crm -- export --format ${format}${text === '' ? '' : ` --filter '${text}'`} --output contacts.${format}`
}

function matching({ text }: Wanted, contacts: number): Mrkdwn {
  if (text === '') return mrkdwn``
  return mrkdwn` that ${contacts === 1 ? mrkdwn`matches` : mrkdwn`match`} ${code(text, 500)}`
}

function whom({ text }: Wanted): Mrkdwn {
  return text === '' ? mrkdwn`all contacts` : mrkdwn`contacts that match ${code(text, 500)}`
}

function said(sentence: Mrkdwn, ...hints: readonly Mrkdwn[]): Message {
  return message(sentence, [section(sentence), ...(hints.length > 0 ? [context(...hints)] : [])])
}
