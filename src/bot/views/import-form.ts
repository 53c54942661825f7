import type { types } from '@slack/bolt'

import { context } from '../blocks.ts'
import { fileInput, textInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { mrkdwn } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'

export function importForm(): types.ModalView {
  return modal({
    title: 'Import contacts',
    submit: 'Import',
    close: 'Cancel',
    callbackId: 'import_contacts' satisfies FormId,
    blocks: [
      fileInput({
        id: 'file',
        label: 'A file',
        hint: 'CSV, text or JSON, at most 10 MB. A first row that names the columns says what they hold.',
        kinds: ['csv', 'tsv', 'txt', 'json'],
        optional: true,
      }),
      textInput({
        id: 'pasted',
        label: 'Or paste addresses',
        placeholder: 'Ada Lovelace <ada@example.com>, bob@example.com',
        hint: 'In any form, with names or without, or cells of a spreadsheet with their header.',
        max: 3000,
        multiline: true,
        optional: true,
      }),
      textInput({
        id: 'campaign',
        label: 'Campaign',
        hint: 'Where these people come from, if the list does not say.',
        max: 200,
        optional: true,
      }),
      textInput({ id: 'tags', label: 'Tags for all', hint: 'With commas between them', max: 500, optional: true }),
      context(
        mrkdwn`Nothing is erased: empty cells leave what is known, and importing the same list again changes nothing. The result comes as a direct message.`,
      ),
    ],
  })
}
