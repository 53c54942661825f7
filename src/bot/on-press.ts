import type { AllMiddlewareArgs, SlackActionMiddlewareArgs, webApi } from '@slack/bolt'
import { z } from 'zod'

import type { Logger } from '../core/logger.ts'
import { actorOf } from './actor.ts'
import { type AnswerDeps, answerPress, isForm, type Said, saying, TITLES } from './answers.ts'
import type { Message } from './blocks.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import { readPress } from './listeners.ts'
import { openedFrom, type Places } from './places.ts'
import { asModal, type Replies } from './replies.ts'
import { notOpenedView, progressView, staleButtonView, tooSlowView, workingView } from './views/problem.ts'

export interface OnPressDeps extends AnswerDeps {
  readonly replies: Replies
  readonly places: Places
  readonly after: After
  readonly log: Logger
}

const Pressed = z.object({ action_id: z.string(), value: z.string().optional() })

/** Where a button stands: in a message there is an address for answers, in a view there is none. */
const Place = z.object({
  response_url: z.string().optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
  trigger_id: z.string().default(''),
  view: z.object({ id: z.string(), type: z.string(), hash: z.string().optional() }).optional(),
})

/** Answers a button where it stands. */
export function onPress({ replies, places, after, log, ...deps }: OnPressDeps) {
  /** A Home tab and a list stay as they are: the answer opens above them, for which there are three seconds. */
  async function openAbove(
    { views }: webApi.WebClient,
    { trigger_id, title, asked }: { trigger_id: string; title: string; asked: Promise<Said> },
  ): Promise<void> {
    const inTime = await within(ACKNOWLEDGE_MS, asked, after)
    const view = asModal(inTime?.answer ?? progressView(), title)
    const opened = await replies.shown(views.open({ trigger_id, view }))
    const view_id = opened?.view?.id
    if (inTime || !view_id) return
    const late = await within(GIVE_UP_MS, asked, after)
    await replies.shown(views.update({ view_id, view: asModal(late?.answer ?? tooSlowView(), title) }))
  }

  return async ({
    body,
    action,
    ack,
    respond,
    client,
  }: SlackActionMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    // Before anything that can fail: an error before the acknowledgement leaves the request without an answer.
    await ack()
    const actor = actorOf(body)
    if (!actor) return log.info('ignored a button pressed by somebody of another workspace or a bot')
    const pressed = Pressed.safeParse(action).data
    const press = pressed && readPress(pressed.action_id, pressed.value)
    const asked = saying(async () => (press ? await answerPress(press, actor, deps) : staleButtonView()), log)
    const { response_url, container, trigger_id, view } = Place.parse(body)
    const title = press ? TITLES[press.action] : 'Touchpoint'
    const staysAsItIs = view ? view.type === 'home' : press?.action === 'found_open'
    if (staysAsItIs) return await openAbove(client, { trigger_id, title, asked })

    // What others see is never replaced by what one of them asked for.
    const isOwn = view !== undefined || (container?.is_ephemeral === true && press !== undefined)
    let hash = view?.hash
    const show = async (message: Message, replaces: boolean): Promise<void> => {
      if (!view) return await replies.deliver(response_url, respond, message, { replace_original: replaces })
      // By its hash, so that an answer that comes late does not replace what was shown since.
      const given = hash ? { hash } : {}
      const shown = await replies.shown(
        client.views.update({ view_id: view.id, ...given, view: asModal(message, title) }),
      )
      hash = shown?.view?.hash ?? hash
    }

    const inTime = await within(ACKNOWLEDGE_MS, asked, after)
    const isLate = !inTime && isOwn
    if (isLate) await show(workingView(), true)
    const said = inTime ?? (await within(GIVE_UP_MS, asked, after))
    const answer = said?.answer ?? tooSlowView()
    if (isForm(answer)) {
      const onTop = view ? client.views.push : client.views.open
      const place = () => (response_url && !view ? places.remember({ url: response_url, replaces: isOwn }) : undefined)
      const opened = await replies.shown(onTop({ trigger_id, view: openedFrom(answer, place) }))
      if (!opened && isLate) await show(notOpenedView(), true)
      return
    }
    // A question is not replaced by a failure to answer it, but a word on waiting is.
    await show(answer, isOwn && (isLate || said?.isAnswer === true))
  }
}
