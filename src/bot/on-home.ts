import type { Actor } from './actor.ts'
import { isForm, type Said } from './answers.ts'
import { type Message, message, section } from './blocks.ts'
import { type ChangingDeps, undoneView } from './changing.ts'
import type { Press } from './listeners.ts'
import { mrkdwn } from './mrkdwn.ts'
import { CHANGES_NOTHING, type Role } from './permissions.ts'

/** Whether what was asked for, which needs the role `needed`, may show on the Home tab of whoever asked. */
export function mayHaveChanged(needed: Role, said: Said | undefined): boolean {
  return needed !== CHANGES_NOTHING && said?.isAnswer === true && !isForm(said.answer)
}

const DONE = mrkdwn`Done. The Home tab shows it.`

/** The answer to a change that the Home tab itself shows: nothing opens above it, unless it took long. */
export const SHOWN_THERE: Message = message(DONE, [section(DONE)])

type HomeChange = Extract<Press, { action: 'contact_answered' | 'change_undo' }>

export function isHomeChange(press: Press): press is HomeChange {
  return press.action === 'contact_answered' || press.action === 'change_undo'
}

/** Makes a change from the Home tab, which shows what came of it; only what went wrong is told above. */
export async function changedOnHome(
  press: HomeChange,
  { userId, role }: Actor,
  { changes, ...deps }: Pick<ChangingDeps, 'changes' | 'cardById' | 'now'>,
): Promise<Message> {
  if (press.action === 'contact_answered') {
    await changes.markAnswered(press.value.contact, press.value.until, userId)
    return SHOWN_THERE
  }
  const undoing = await changes.undo(press.value, userId)
  return undoing.kind === 'changed' ? SHOWN_THERE : await undoneView(undoing, deps, role)
}
