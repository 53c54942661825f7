import type {
  AllMiddlewareArgs,
  SlackViewMiddlewareArgs,
  types,
  ViewResponseAction,
  ViewSubmitAction,
} from '@slack/bolt'

import type { Logger } from '../core/logger.ts'
import { senderOf } from './actor.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import { failureSentence, failureView } from './failure.ts'
import type { Submit, Submitted } from './forms/form.ts'
import { DeniedError, type Gate } from './gate.ts'
import type { ShowHome } from './home.ts'
import { inPlaceOf } from './opening.ts'
import { CHANGES_NOTHING, type Role } from './permissions.ts'
import { carriedBy, type Places } from './places.ts'
import { asModal, type Replies, respondAt } from './replies.ts'
import { problemView, startedView, tooSlowView, workingView } from './views/problem.ts'

export interface OnSubmitDeps {
  readonly submit: Submit
  readonly needs: Role
  readonly gate: Gate
  readonly showHome: ShowHome
  readonly replies: Replies
  readonly places: Places
  readonly request: typeof fetch
  readonly after: After
  readonly log: Logger
}

/** Takes a form: what is wrong with it, or what becomes of it, is the acknowledgement where that is possible. */
export function onSubmit({ submit, needs, gate, showHome, replies, places, request, after, log }: OnSubmitDeps) {
  async function outcome(body: ViewSubmitAction): Promise<Submitted> {
    const { id, state, blocks, private_metadata } = body.view
    try {
      const actor = await gate.admit(body, needs)
      return await submit({ actor, id, about: carriedBy(private_metadata).about, values: state.values })
    } catch (error) {
      // Beside an input, so that nothing that was entered is lost.
      const first = blocks.find(({ type }) => type === 'input')?.block_id
      if (!first || isOutsider(error))
        return { kind: 'show', view: asModal(failureView(error, 'a form failed', log)), isFailure: true }
      return { kind: 'errors', errors: { [first]: failureSentence(error, 'a form failed', log) } }
    }
  }

  async function refreshHome(body: ViewSubmitAction, done: Submitted | undefined): Promise<void> {
    const userId = senderOf(body)
    const isDone = done && done.kind !== 'errors' && !(done.kind === 'show' && done.isFailure)
    if (userId && needs !== CHANGES_NOTHING && isDone) await showHome(userId, 'acted')
  }

  return async ({
    body,
    ack,
    client,
  }: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Promise<void> => {
    const submitted = outcome(body)
    const inTime = await within(ACKNOWLEDGE_MS, submitted, after)
    if (inTime?.kind === 'answer') {
      const from = carriedBy(body.view.private_metadata).place
      const place = places.recall(from)
      const below = body.view.previous_view_id
      const view = inPlaceOf(from, inTime.answer, inTime.title ?? ANSWERED)
      await ack(place || below ? undefined : { response_action: 'update', view })
      if (place) {
        const how = { replace_original: place.replaces, team: body.team?.id }
        await replies.deliver(place.url, respondAt(place.url, request), inTime.answer, how)
      } else if (below) await replies.shown(client.views.update({ view_id: below, view }))
      inTime.afterwards?.()
      return await refreshHome(body, inTime)
    }
    await ack(inTime ? acknowledgement(inTime) : { response_action: 'update', view: asModal(workingView()) })
    const done = inTime ?? (await within(GIVE_UP_MS, submitted, after))
    if (!inTime) await replies.shown(client.views.update({ view_id: body.view.id, view: lateView(done) }))
    done?.afterwards?.()
    await refreshHome(body, done)
  }
}

function isOutsider(error: unknown): boolean {
  return error instanceof DeniedError && error.denial.why === 'outsider'
}

/** What an answer is called where it stands in a modal, and does not say itself. */
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
      return asModal(submitted.answer, submitted.title ?? ANSWERED)
    case 'errors':
      return asModal(problemView(Object.values(submitted.errors).join(' ')))
  }
}
