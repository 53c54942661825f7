import type { AllMiddlewareArgs, SlackShortcutMiddlewareArgs } from '@slack/bolt'
import { z } from 'zod'

import type { Logger } from '../core/logger.ts'
import type { Actor } from './actor.ts'
import { type Answer, type AnswerDeps, saying } from './answers.ts'
import type { After } from './deadline.ts'
import type { Gate } from './gate.ts'
import type { ShortcutId } from './listeners.ts'
import { createOpenAbove } from './opening.ts'
import { answerPeopleHere } from './people-here.ts'
import { SHORTCUT_NEEDS } from './permissions.ts'
import type { Replies } from './replies.ts'
import { askStatistics } from './statistics.ts'
import { USUAL } from './stats-scope.ts'
import { importForm } from './views/import-form.ts'
import { lookupForm } from './views/lookup-form.ts'

export interface OnShortcutDeps extends AnswerDeps {
  readonly shortcut: ShortcutId
  readonly gate: Gate
  readonly replies: Replies
  readonly after: After
  readonly log: Logger
}

/** What the answer to a shortcut is called, where it is no form. */
const TITLES: Readonly<Record<ShortcutId, string>> = {
  crm_lookup: 'Look up a contact',
  crm_import: 'Import contacts',
  crm_stats: 'Statistics',
  crm_people: 'People in this message',
}

const Body = z.object({
  trigger_id: z.string(),
  team: z.object({ id: z.string() }).nullish(),
  /** Only where the shortcut is one of a message. */
  message: z
    .object({
      user: z.string().optional().catch(undefined),
      bot_id: z.string().optional().catch(undefined),
      text: z.unknown().optional(),
      blocks: z.unknown().optional(),
      attachments: z.unknown().optional(),
    })
    .optional(),
})

/** Answers a shortcut in a modal: there is no other place that belongs to whoever chose it. */
export function onShortcut({ shortcut, gate, replies, after, ...deps }: OnShortcutDeps) {
  const openAbove = createOpenAbove({ replies, after })

  async function answer(actor: Actor, { message, team }: z.infer<typeof Body>): Promise<Answer> {
    switch (shortcut) {
      case 'crm_lookup':
        return lookupForm(actor.role)
      case 'crm_import':
        return importForm(deps)
      case 'crm_stats':
        return await askStatistics(USUAL, deps)
      case 'crm_people':
        return await answerPeopleHere({ message: message ?? {}, team: team?.id }, actor, deps)
    }
  }

  return async ({ body, ack, client }: SlackShortcutMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    await ack()
    const asked = saying(async () => {
      const actor = await gate.admit(body, SHORTCUT_NEEDS[shortcut])
      return await answer(actor, Body.parse(body))
    }, deps.log)
    const { trigger_id } = body
    await openAbove(client, { trigger_id, title: TITLES[shortcut], asked })
  }
}
