import type {
  AllMiddlewareArgs,
  SlackViewMiddlewareArgs,
  types,
  ViewResponseAction,
  ViewSubmitAction,
} from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import { actorOf } from './actor.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import { failureSentence } from './failure.ts'
import type { Submit, Submitted } from './forms/form.ts'
import { carriedBy, type Places } from './places.ts'
import { asModal, type Replies, respondAt } from './replies.ts'
import { notYouView, problemView, startedView, tooSlowView, workingView } from './views/problem.ts'

export interface OnSubmitDeps {
  readonly submit: Submit
  readonly replies: Replies
  readonly places: Places
  readonly request: typeof fetch
  readonly after: After
  readonly log: Logger
}

/** Takes a form: what is wrong with it, or what becomes of it, is the acknowledgement where that is possible. */
export function onSubmit({ submit, replies, places, request, after, log }: OnSubmitDeps) {
  async function outcome(body: ViewSubmitAction): Promise<Submitted> {
    const { id, state, blocks, private_metadata } = body.view
    const actor = actorOf(body)
    if (!actor) return { kind: 'show', view: asModal(notYouView()) }
    try {
      return await submit({ actor, id, about: carriedBy(private_metadata).about, values: state.values })
    } catch (error) {
      // Beside an input, so that nothing that was entered is lost.
      const first = blocks.find(({ type }) => type === 'input')?.block_id ?? ''
      return { kind: 'errors', errors: { [first]: failureSentence(error, 'a form failed', log) } }
    }
  }

  return async ({
    body,
    ack,
    client,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    const submitted = outcome(body)
    const inTime = await within(ACKNOWLEDGE_MS, submitted, after)
    if (inTime?.kind === 'answer') {
      const place = places.recall(carriedBy(body.view.private_metadata).place)
      const below = body.view.previous_view_id
      const view = asModal(inTime.answer, ANSWERED)
      await ack(place || below ? undefined : { response_action: 'update', view })
      if (place) {
        const how = { replace_original: place.replaces }
        await replies.deliver(place.url, respondAt(place.url, request), inTime.answer, how)
      } else if (below) await replies.shown(client.views.update({ view_id: below, view }))
      inTime.afterwards?.()
      return
    }
    await ack(inTime ? acknowledgement(inTime) : { response_action: 'update', view: asModal(workingView()) })
    const done = inTime ?? (await within(GIVE_UP_MS, submitted, after))
    if (!inTime) await replies.shown(client.views.update({ view_id: body.view.id, view: lateView(done) }))
    done?.afterwards?.()
  }
}

/** What an answer is called where it stands in a modal. */
const ANSWERED = 'Contact'

function acknowledgement(submitted: Exclude<Submitted, { kind: 'answer' }>): ViewResponseAction | undefined {
  switch (submitted.kind) {
    case 'close':
      return undefined
    case 'show':
      return { response_action: 'update', view: submitted.view }
    case 'errors':
      return { response_action: 'errors', errors: { ...submitted.errors } }
  }
}

/** What is too late for the acknowledgement can neither close the form nor stand beside its inputs. */
function lateView(submitted: Submitted | undefined): types.ModalView {
  switch (submitted?.kind) {
    case undefined:
      return asModal(tooSlowView())
    case 'close':
      return asModal(startedView())
    case 'show':
      return submitted.view
    case 'answer':
      return asModal(submitted.answer, ANSWERED)
    case 'errors':
      return asModal(problemView(Object.values(submitted.errors).join(' ')))
  }
}
