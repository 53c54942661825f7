import type { types, webApi } from '@slack/bolt'

import type { Said } from './answers.ts'
import type { Message } from './blocks.ts'
import { ACKNOWLEDGE_MS, type After, GIVE_UP_MS, within } from './deadline.ts'
import { SHOWN_THERE } from './on-home.ts'
import { asModal, type Replies } from './replies.ts'
import { LOOKUP, lookedUpView } from './views/lookup-form.ts'
import { progressView, tooSlowView } from './views/problem.ts'

export interface Opened {
  readonly trigger_id: string
  readonly title: string
  readonly asked: Promise<Said>
  /** The id of the modal above which it opens; without it, it is the first one. */
  readonly above?: string | undefined
}

/** Shows an answer in a modal of its own and leaves the place it was asked from as it is. */
export type OpenAbove = (client: webApi.WebClient, opened: Opened) => Promise<Said | undefined>

/** Slack gives three seconds for it, so what takes longer is shown as waiting first. */
export function createOpenAbove({ replies, after }: { readonly replies: Replies; readonly after: After }): OpenAbove {
  return async ({ views }, { trigger_id, title, asked, above }) => {
    const inTime = await within(ACKNOWLEDGE_MS, asked, after)
    if (inTime?.isOutsider || inTime?.answer === SHOWN_THERE) return inTime
    const view = asModal(inTime?.answer ?? progressView(), title)
    const onTop = above ? views.push({ trigger_id, view }) : views.open({ trigger_id, view })
    // Slack holds three modals above one another; a fourth takes the place of the third.
    const opened =
      (await replies.shown(onTop)) ?? (above && (await replies.shown(views.update({ view_id: above, view }))))
    const view_id = opened ? opened.view?.id : undefined
    if (inTime || !view_id) return inTime
    const late = await within(GIVE_UP_MS, asked, after)
    await replies.shown(views.update({ view_id, view: asModal(late?.answer ?? tooSlowView(), title) }))
    return late
  }
}

/** An answer in the place of a modal, or of the one that a form was opened from: where people look others up, they can go on. */
export function inPlaceOf(place: string | undefined, answer: Message, title: string): types.ModalView {
  return place === LOOKUP ? lookedUpView(title, answer) : asModal(answer, title)
}
