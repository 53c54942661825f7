import { App, type Receiver } from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import type { RefusedBlocks } from '../core/refused-blocks.ts'
import { senderOf } from './actor.ts'
import type { AnswerDeps } from './answers.ts'
import { type After, realTime } from './deadline.ts'
import { type AddContactDeps, addContactSubmit } from './forms/add-contact.ts'
import { alertLaterSubmit } from './forms/alert-later.ts'
import { alertSettingsSubmits } from './forms/alert-settings.ts'
import { changeContactSubmits } from './forms/change-contact.ts'
import { digestScheduleSubmit } from './forms/digest-schedule.ts'
import { type ForgetContactDeps, forgetContactSubmit } from './forms/forget-contact.ts'
import type { Submit } from './forms/form.ts'
import { importColumnsSubmit } from './forms/import-columns.ts'
import { importContactsSubmit } from './forms/import-contacts.ts'
import { importUndoSubmit } from './forms/import-undo.ts'
import { statsSubmit } from './forms/stats.ts'
import type { Gate } from './gate.ts'
import { hashSeen, type ShowHome } from './home.ts'
import type { Importing } from './importing.ts'
import { COMMANDS, EVENTS, FORMS, type FormId, MENUS, SHORTCUTS } from './listeners.ts'
import { onCommand } from './on-command.ts'
import { type MenuDeps, onOptions } from './on-options.ts'
import { onPress } from './on-press.ts'
import { onShortcut } from './on-shortcut.ts'
import { onSubmit } from './on-submit.ts'
import { FORM_NEEDS } from './permissions.ts'
import { createPlaces } from './places.ts'
import { createReplies } from './replies.ts'
import { createSlackLogger } from './slack-logger.ts'

export interface BotDeps extends AnswerDeps, AddContactDeps, ForgetContactDeps, MenuDeps {
  readonly importing: Importing
  readonly receiver: Receiver
  readonly gate: Gate
  /** Slack says that something about a person has changed; `timeZone` is theirs now. */
  readonly personChanged: (userId: string, timeZone: string | undefined) => Promise<void>
  readonly showHome: ShowHome
  readonly token: string
  readonly refusedBlocks: RefusedBlocks
  /** Another base of the Web API; a loopback one may also be where answers are sent. */
  readonly apiUrl?: string
  readonly fetch?: typeof fetch
  readonly log: Logger
  /** Resolves after so many milliseconds; a test decides when that is. */
  readonly after?: After
}

export function createBot(deps: BotDeps): App {
  const { receiver, token, apiUrl, showHome, personChanged, refusedBlocks, log, after = realTime } = deps
  const request = deps.fetch ?? fetch
  const replies = createReplies({ log, refusedBlocks, ...(apiUrl ? { apiUrl } : {}) })
  const parts = { ...deps, replies, after, request, places: createPlaces(deps.now) }
  const submits: Readonly<Record<FormId, Submit>> = {
    add_contact: addContactSubmit(deps),
    import_contacts: importContactsSubmit(deps),
    import_columns: importColumnsSubmit(deps),
    import_undo: importUndoSubmit(deps),
    ...changeContactSubmits(deps),
    stats: statsSubmit(deps),
    digest_schedule: digestScheduleSubmit(deps),
    ...alertSettingsSubmits(deps),
    alert_later: alertLaterSubmit(deps),
    forget_contact: forgetContactSubmit(deps),
  }

  const app = new App({
    receiver,
    // A new object each time: Bolt writes the user and the team of the request into it.
    authorize: async () => ({ botToken: token }),
    // Otherwise Bolt keeps state of every conversation in memory.
    convoStore: false,
    logger: createSlackLogger(log),
    clientOptions: {
      ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
      fetch: (url, init) => request(url, { redirect: 'error', signal: AbortSignal.timeout(10_000), ...init }),
      // Said explicitly, or Socket Mode writes a hundred retries into these options.
      retryConfig: { retries: 1, minTimeout: 500 },
      timeout: 10_000,
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
    },
  })

  app.error(async (error) => {
    log.error('a request of Slack failed', { error })
  })

  // One listener routes all sub-commands: Bolt runs every listener that matches, and two of them would both acknowledge.
  for (const name of COMMANDS) app.command(name, onCommand(parts))

  app.action({ type: 'block_actions' }, onPress(parts))

  for (const menu of MENUS) app.options(menu, onOptions({ ...parts, menu }))

  for (const shortcut of SHORTCUTS) app.shortcut(shortcut, onShortcut({ ...parts, shortcut }))

  for (const id of FORMS) app.view(id, onSubmit({ ...parts, submit: submits[id], needs: FORM_NEEDS[id] }))

  for (const name of EVENTS)
    app.event(name, async ({ event, body }) => {
      if (event.type === 'user_change') return await personChanged(event.user.id, event.user.tz)
      const userId = senderOf(body)
      if (userId && event.tab === 'home') await showHome(userId, 'opened', hashSeen(event))
    })

  return app
}
