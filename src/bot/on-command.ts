import type { AllMiddlewareArgs, SlackCommandMiddlewareArgs } from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import { actorOf } from './actor.ts'
import { type AnswerDeps, answerCommand, isForm, saying } from './answers.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import { openedFrom, type Places } from './places.ts'
import { type Replies, toOne } from './replies.ts'
import { notOpenedView, notYouView, progressView, tooSlowView } from './views/problem.ts'

export interface OnCommandDeps extends AnswerDeps {
  readonly replies: Replies
  readonly places: Places
  readonly after: After
  readonly log: Logger
}

/** Answers in the acknowledgement where that is possible, or opens the form that was asked for. */
export function onCommand({ replies, places, after, log, ...deps }: OnCommandDeps) {
  return async ({
    command,
    body,
    ack,
    respond,
    client,
  }: SlackCommandMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    const actor = actorOf(body)
    const asked = saying(async () => (actor ? await answerCommand(command.text, actor, deps) : notYouView()), log)
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
    await ack(toOne(answer))
    if (inTime) return
    const late = await within(GIVE_UP_MS, asked, after)
    await replies.deliver(body.response_url, respond, late && !isForm(late.answer) ? late.answer : tooSlowView())
  }
}
