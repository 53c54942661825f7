import type { Values } from '../contract.ts'
import { complaintsAbout } from './client-checks.ts'
import type { Delivery } from './delivery.ts'
import { type Done, FINE, impossible } from './done.ts'
import { elementsIn } from './elements.ts'
import { type Known, valueIn, valuesIn } from './entered.ts'
import type { Payloads } from './payloads.ts'
import type { Problems } from './problems.ts'
import { modalOf, type OpenView, type Screens } from './screens.ts'
import type { Triggers } from './triggers.ts'
import type { Views } from './views.ts'
import { isThing, string, type Thing, thing } from './wire.ts'
import type { Member } from './workspace.ts'

interface Deps {
  readonly screens: Screens
  readonly views: Views
  readonly delivery: Delivery
  readonly payloads: Payloads
  readonly triggers: Triggers
  readonly problems: Problems
  readonly known: Known
  /** A whole address for answers into a conversation that was chosen in a form. */
  readonly responseUrl: (person: string, room: string) => string
}

/** What Slack says when a form came back without an answer that it can use. */
const TROUBLE = 'We had some trouble connecting. Try again?'

/** Forms in modals: sending them, and what the app answers (Slack sheet, section 10.8). */
export class Forms {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async submit(member: Member, id: string, entered: Values): Promise<Done> {
    const { screens, delivery } = this.#deps
    const view = screens.modals(member.id).at(-1)
    if (!view || view.id !== id) return impossible('this modal is not on top any more')
    if (view.isBusy) return impossible('this modal is being sent already')
    if (!isThing(view.wire.submit)) return impossible('this modal has nothing to submit')
    const values = valuesIn(view.wire.blocks, (placed) => valueIn(placed, entered, view.kept, view.room))
    view.errors = complaintsAbout(view.wire.blocks, values)
    view.problem = undefined
    view.isBusy = Object.keys(view.errors).length === 0
    screens.viewChanged(view)
    if (!view.isBusy) return FINE
    const answer = await delivery.deliver('interactive', this.#submission(member, view, values))
    view.isBusy = false
    view.problem = answer.ok ? await this.#answered(view, answer.body) : TROUBLE
    if (view.problem !== undefined && screens.view(view.id)) screens.viewChanged(view)
    const top = screens.modals(member.id).at(-1)
    return { ...FINE, shown: top && modalOf(top) }
  }

  #submission(member: Member, view: OpenView, values: Values): Thing {
    const { payloads, triggers, known } = this.#deps
    return {
      ...payloads.interaction('view_submission', member),
      trigger_id: triggers.issue({ person: member.id, room: view.room, view: view.id }),
      view: payloads.view(view, values, known),
      response_urls: this.#responseUrls(member, view, values),
    }
  }

  /** For each menu of conversations that asks for one. */
  #responseUrls(member: Member, { wire }: OpenView, values: Values): Thing[] {
    return elementsIn(wire.blocks).flatMap((placed) => {
      const { blockId: block_id, actionId: action_id, element } = placed
      const channel_id = valueIn(placed, values)
      if (element.response_url_enabled !== true || typeof channel_id !== 'string') return []
      return [{ block_id, action_id, channel_id, response_url: this.#deps.responseUrl(member.id, channel_id) }]
    })
  }

  /** Does what the app answered; what the person is told where that cannot be done. */
  async #answered(view: OpenView, body: unknown): Promise<string | undefined> {
    const { views, screens, problems } = this.#deps
    if (!screens.view(view.id)) return undefined
    if (body !== undefined && !isThing(body)) {
      problems.add('the answer to a submission: not JSON')
      return TROUBLE
    }
    const { response_action, errors, view: next } = thing(body)
    switch (response_action) {
      case undefined:
        await views.close(view)
        return undefined
      case 'clear':
        await this.#closeAll(view)
        return undefined
      case 'errors':
        return this.#showErrors(view, thing(errors))
      case 'update':
      case 'push': {
        const sentWith = `the answer ${response_action} to a submission`
        const { person, room } = view
        const answer =
          views.refused(next, 'modal', sentWith) ??
          (response_action === 'update'
            ? await views.update(thing(next), view)
            : await views.push(thing(next), { person, room }, view.id))
        if (answer.ok === true) return undefined
        if (answer.error !== 'invalid_arguments') problems.add(`${sentWith}: ${answer.error}`)
        return TROUBLE
      }
      default:
        problems.add(`the answer to a submission: ${JSON.stringify(response_action)} is not a response_action`)
        return TROUBLE
    }
  }

  #showErrors(view: OpenView, errors: Thing): string | undefined {
    const { screens, problems } = this.#deps
    const inputs = new Set(elementsIn(view.wire.blocks).flatMap(({ isInput, blockId }) => (isInput ? [blockId] : [])))
    const strangers = Object.keys(errors).filter((block) => !inputs.has(block))
    for (const block of strangers)
      problems.add(`the errors of a submission: ${block} is not an input block of the view`)
    if (Object.keys(errors).length === 0) problems.add('the errors of a submission: there are none')
    if (strangers.length > 0 || Object.keys(errors).length === 0) return TROUBLE
    view.errors = Object.fromEntries(Object.entries(errors).map(([block, error]) => [block, string(error)]))
    screens.viewChanged(view)
    return undefined
  }

  /** The app hears of it where it asked to (`notify_on_close`). */
  async close(member: Member, id: string, all: boolean): Promise<Done> {
    const { screens, views } = this.#deps
    const modals = screens.modals(member.id)
    const view = modals.find((modal) => modal.id === id)
    if (!view) return impossible('this modal is closed already')
    const isCleared = all || view.wire.clear_on_close === true
    const gone = isCleared ? [...modals] : modals.slice(modals.indexOf(view))
    if (isCleared) await this.#closeAll(view)
    else await views.close(view)
    for (const one of gone) if (one.wire.notify_on_close === true) await this.#tell(member, one, isCleared)
    return FINE
  }

  async #closeAll({ person }: OpenView): Promise<void> {
    const [lowest] = this.#deps.screens.modals(person)
    if (lowest) await this.#deps.views.close(lowest)
  }

  async #tell(member: Member, view: OpenView, isCleared: boolean): Promise<void> {
    const { payloads, delivery, known } = this.#deps
    await delivery.deliver('interactive', {
      ...payloads.interaction('view_closed', member),
      view: payloads.view(view, {}, known),
      is_cleared: isCleared,
    })
  }
}
