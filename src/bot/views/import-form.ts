import type { types } from '@slack/bolt'

import { context, section } from '../blocks.ts'
import { boxesInput, fileInput, textInput } from '../inputs.ts'
import type { FormId } from '../listeners.ts'
import { type Mrkdwn, mrkdwn, text } from '../mrkdwn.ts'
import { modal } from '../surfaces.ts'

export interface ImportFormOptions {
  /** Whether who comes in is enriched unless somebody says otherwise. */
  readonly enrichesImports: boolean
}

export function importForm({ enrichesImports }: ImportFormOptions): types.ModalView {
  return modal({
    title: TITLE,
    submit: 'Continue',
    close: 'Cancel',
    callbackId: 'import_contacts' satisfies FormId,
    blocks: [
      fileInput({
        id: 'file',
        label: 'A file',
        hint: 'CSV, text or JSON, at most 10 MB. Larger ones: crm import people.csv on the server.',
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
      boxesInput({
        id: 'options',
        label: 'Options',
        options: [
          ['enrich', 'Enrich who comes in'],
          ['overwrite', 'Replace what people entered'],
        ],
        initial: enrichesImports ? ['enrich'] : [],
        optional: true,
      }),
      context(
        mrkdwn`Nothing is written before you have seen what would happen. Empty cells erase nothing, and importing the same list again changes nothing.`,
      ),
    ],
  })
}

/** What each step of an import is called where it stands in a modal. */
export const TITLE = 'Import contacts'

/** Until the list was looked at. */
export function readingModal(name: string): types.ModalView {
  return waiting(mrkdwn`Reading ${text(name)}…`)
}

/** While it is found out what would happen. */
export function checkingModal(name: string): types.ModalView {
  return waiting(mrkdwn`Checking ${text(name)}…`)
}

/** Once what would happen was found out. */
export function checkedModal(name: string): types.ModalView {
  return modal({
    title: TITLE,
    blocks: [
      section(mrkdwn`:white_check_mark: ${text(name)} is checked. What would happen stands in the message from me.`),
    ],
  })
}

function waiting(sentence: Mrkdwn): types.ModalView {
  return modal({
    title: TITLE,
    close: 'Close',
    blocks: [section(mrkdwn`:hourglass_flowing_sand: ${sentence}`), context(AFTERWARDS)],
  })
}

const AFTERWARDS = mrkdwn`What would happen comes as a direct message, with a button to go ahead. You can close this.`
