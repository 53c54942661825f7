import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import { type AnswerDeps, answerCommand, isForm, saying } from './answers.ts'
import { parseCommand } from './command.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import type { Gate } from './gate.ts'
import type { ShowHome } from './home.ts'
import { mayHaveChanged } from './on-home.ts'
import { CHANGES_NOTHING, COMMAND_NEEDS, type Role } from './permissions.ts'
import { openedFrom, type Places } from './places.ts'
import { type Replies, toOne } from './replies.ts'
import { notOpenedView, progressView, tooSlowView } from './views/problem.ts'

export interface OnCommandDeps extends AnswerDeps {
  readonly gate: Gate
  readonly showHome: ShowHome
  readonly replies: Replies
  readonly places: Places
  readonly after: After
  readonly log: Logger
}

/** Answers in the acknowledgement where that is possible, or opens the form that was asked for. */
export function onCommand({ gate, showHome, replies, places, after, log, ...deps }: OnCommandDeps) {
  return async ({
    command,
    body,
    ack,
    respond,
    client,
  }: SlackCommandMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    let needed: Role = CHANGES_NOTHING
    const asked = saying(async () => {
      const actor = await gate.admit(body, () => {
        needed = COMMAND_NEEDS[parseCommand(command.text).kind]
        return needed
      })
      return await answerCommand(command.text, actor, deps)
    }, log)
    const inTime = await within(ACKNOWLEDGE_MS, asked, after)
    const answer = inTime?.answer ?? progressView()
    if (isForm(answer)) {
      await ack()
      const place = () => places.remember({ url: body.response_url, replaces: false })
      const view = openedFrom(answer, place)
      const opened = await replies.shown(client.views.open({ trigger_id: body.trigger_id, view }))
      if (!opened) await replies.deliver(body.response_url, respond, notOpenedView())
      return
    }
    const delivers = await replies.isCharted(answer, body.team_id)
    await ack(delivers ? undefined : toOne(answer))
    const said = inTime ?? (await within(GIVE_UP_MS, asked, after))
    if (!inTime || delivers) {
      const late = said && !isForm(said.answer) ? said.answer : tooSlowView()
      await replies.deliver(body.response_url, respond, late, { team: body.team_id })
    }
    if (mayHaveChanged(needed, said)) await showHome(body.user_id, 'acted')
  }
}
