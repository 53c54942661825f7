import type { PersonExport } from '../../core/export-person.ts'
import { context, type Message, message, section } from '../blocks.ts'
import { counted, join, type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'

/** Said on the card while the file is made. */
export const EXPORT_STARTED = mrkdwn`Everything that is known of this person comes to you as a file, in a direct message.`

export function collectingView(): Message {
  const sentence = mrkdwn`:hourglass_flowing_sand: Collecting everything that is known of a person…`
  return message(sentence, [section(sentence)])
}

/** Stands above the file. */
export function personExportView({ email, counts }: PersonExport): Message {
  const sentence = mrkdwn`Everything that is known of ${text(email, 320)}, as a file.`
  return message(sentence, [
    section(sentence),
    context(
      join(
        [
          counted(counts.fields, 'field with its source and date', 'fields with their sources and dates'),
          counted(counts.events, 'event', 'events'),
          counted(counts.notes, 'note', 'notes'),
          counted(counts.changes, 'change', 'changes'),
        ],
        ' · ',
      ),
    ),
    context(RIGHTS),
  ])
}

const RIGHTS: Mrkdwn = mrkdwn`The person may have it, and nobody else needs it: delete this message once it is handed over. That you got it stands in the contact's history`
