import type { Actor } from './actor.ts'
import type { Answer } from './answers.ts'
import { type Message, message, section } from './blocks.ts'
import type { Importing } from './importing.ts'
import type { Press } from './listeners.ts'
import { mrkdwn } from './mrkdwn.ts'
import { columnsForm } from './views/import-columns.ts'
import { importUndoForm, needsTyping } from './views/import-report.ts'

export interface ImportAnswerDeps {
  /** Whether who comes in is enriched unless somebody says otherwise. */
  readonly enrichesImports: boolean
  readonly importing: Pick<Importing, 'start' | 'cancel' | 'toCheck' | 'toUndo' | 'undo'>
}

const DONE = mrkdwn`Done. The message shows it.`

/** The answer to a button whose own message shows what it did: nothing is said beside it. */
export const SHOWN_IN_PLACE: Message = message(DONE, [section(DONE)])

type ImportPress = Extract<Press, { action: 'import_start' | 'import_cancel' | 'import_columns' | 'import_undo' }>

export async function answerImport(
  press: ImportPress,
  actor: Actor,
  { importing }: Pick<ImportAnswerDeps, 'importing'>,
): Promise<Answer> {
  const id = press.value
  switch (press.action) {
    case 'import_start':
      await importing.start(id, actor)
      return SHOWN_IN_PLACE
    case 'import_cancel':
      return (await importing.cancel(id, actor)) ?? SHOWN_IN_PLACE
    case 'import_columns': {
      const { name, inspection } = await importing.toCheck(id, actor)
      return columnsForm(id, name, inspection)
    }
    case 'import_undo': {
      const found = await importing.toUndo(id, actor)
      if (needsTyping(found)) return importUndoForm(found)
      await importing.undo(id, actor)
      return SHOWN_IN_PLACE
    }
  }
}
