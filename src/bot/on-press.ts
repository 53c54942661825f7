import type { AllMiddlewareArgs, SlackActionMiddlewareArgs } from '@slack/bolt'
import { z } from 'zod'

import type { Logger } from '../core/logger.ts'
import { senderOf } from './actor.ts'
import { type AnswerDeps, answerPress, isForm, type Said, saying, TITLES } from './answers.ts'
import type { Message } from './blocks.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import type { Gate } from './gate.ts'
import type { ShowHome } from './home.ts'
import { SHOWN_IN_PLACE } from './import-answers.ts'
import { type Press, readChoice, readPress } from './listeners.ts'
import { changedOnHome, isHomeChange, mayHaveChanged } from './on-home.ts'
import { createOpenAbove, inPlaceOf } from './opening.ts'
import { needsOf } from './permissions.ts'
import { openedFrom, type Places } from './places.ts'
import type { Replies } from './replies.ts'
import { LOOKUP } from './views/lookup-form.ts'
import { notOpenedView, staleButtonView, tooSlowView, workingView } from './views/problem.ts'

export interface OnPressDeps extends AnswerDeps {
  readonly gate: Gate
  readonly showHome: ShowHome
  readonly replies: Replies
  readonly places: Places
  readonly after: After
  readonly log: Logger
}

const Pressed = z.object({ action_id: z.string(), value: z.string().optional() })
const Chosen = z.object({ type: z.literal('overflow'), selected_option: z.object({ value: z.string() }) })
const Picked = z.object({ action_id: z.string(), selected_option: z.object({ value: z.string() }) })

function pressIn(action: unknown): Press | undefined {
  const chosen = Chosen.safeParse(action).data
  if (chosen) return readChoice(chosen.selected_option.value)
  const picked = Picked.safeParse(action).data
  if (picked) return readPress(picked.action_id, picked.selected_option.value)
  const pressed = Pressed.safeParse(action).data
  return pressed && readPress(pressed.action_id, pressed.value)
}

/** Where a button stands: in a message there is an address for answers, in a view there is none. */
const Place = z.object({
  response_url: z.string().optional(),
  container: z.object({ is_ephemeral: z.boolean().optional() }).optional(),
  trigger_id: z.string().default(''),
  view: z
    .object({
      ...{ id: z.string(), type: z.string(), hash: z.string().optional(), callback_id: z.string().optional() },
      state: z.object({ values: z.unknown() }).optional(),
    })
    .optional(),
})

/** Answers a button where it stands. */
export function onPress({ gate, replies, places, showHome, after, log, ...deps }: OnPressDeps) {
  /** A Home tab and a list stay as they are. */
  const openAbove = createOpenAbove({ replies, after })

  return async ({
    body,
    action,
    ack,
    respond,
    client,
  }: SlackActionMiddlewareArgs & AllMiddlewareArgs): Promise<void> => {
    // Before anything that can fail: an error before the acknowledgement leaves the request without an answer.
    await ack()
    const press = pressIn(action)
    const { response_url, container, trigger_id, view } = Place.parse(body)
    const asked = saying(async () => {
      const actor = await gate.admit(body, press ? needsOf(press) : 'viewer')
      if (!press) return staleButtonView()
      const isChange = view?.type === 'home' && isHomeChange(press)
      return await (isChange ? changedOnHome(press, actor, deps) : answerPress(press, actor, deps, view?.state?.values))
    }, log)
    const title = press ? TITLES[press.action] : 'Touchpoint'
    const staysAsItIs = view?.type === 'home' || press?.action === 'found_open'
    const above = view?.type === 'home' ? undefined : view?.id
    const refreshHome = async (said: Said | undefined): Promise<void> => {
      const userId = senderOf(body)
      if (press && userId && mayHaveChanged(needsOf(press), said))
        await showHome(userId, 'acted', view?.type === 'home' ? view.hash : undefined)
    }
    if (staysAsItIs) return await refreshHome(await openAbove(client, { trigger_id, title, asked, above }))

    // What others see is never replaced by what one of them asked for.
    const isOwn = view !== undefined || (container?.is_ephemeral === true && press !== undefined)
    let hash = view?.hash
    const show = async (message: Message, replaces: boolean): Promise<void> => {
      if (!view) {
        const how = { replace_original: replaces, team: body.team?.id }
        return await replies.deliver(response_url, respond, message, how)
      }
      // By its hash, so that an answer that comes late does not replace what was shown since.
      const given = hash ? { hash } : {}
      const shown = await replies.shown(
        client.views.update({ view_id: view.id, ...given, view: inPlaceOf(view.callback_id, message, title) }),
      )
      hash = shown?.view?.hash ?? hash
    }

    const inTime = await within(ACKNOWLEDGE_MS, asked, after)
    const isLate = !inTime && isOwn
    if (isLate) await show(workingView(), true)
    const said = inTime ?? (await within(GIVE_UP_MS, asked, after))
    if (said?.isOutsider) return
    const answer = said?.answer ?? tooSlowView()
    if (answer === SHOWN_IN_PLACE) return await refreshHome(said)
    if (isForm(answer)) {
      const onTop = view ? client.views.push : client.views.open
      const place = () => {
        if (view) return view.callback_id === LOOKUP ? LOOKUP : undefined
        return response_url ? places.remember({ url: response_url, replaces: isOwn }) : undefined
      }
      const opened = await replies.shown(onTop({ trigger_id, view: openedFrom(answer, place) }))
      if (!opened && isLate) await show(notOpenedView(), true)
      return
    }
    // A question is not replaced by a failure to answer it, but a word on waiting is.
    await show(answer, isOwn && (isLate || said?.isAnswer === true))
    await refreshHome(said)
  }
}
