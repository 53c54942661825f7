import type { Entered, Values } from '../contract.ts'
import { elementsIn, withIds } from './elements.ts'
import { initialOf, keepsValue, valueIn } from './entered.ts'
import { type Problems, pointers } from './problems.ts'
import type { OpenView, Screens } from './screens.ts'
import { isThing, string, type Thing } from './wire.ts'
import { APP, type Workspace } from './workspace.ts'

const DEEPEST = 3

/** What the Web API answers, `ok` or not. */
export type Answer = Thing

export function refusal(error: string, more: Thing = {}): Answer {
  return { ok: false, error, ...more }
}

interface Deps {
  readonly workspace: Workspace
  readonly screens: Screens
  readonly problems: Problems
}

interface Before {
  readonly person: string
  readonly room: string | undefined
}

/** Modals and home tabs: `emulate` keeps each view, and what stands on which screen is known here. */
export class Views {
  readonly #workspace: Workspace
  readonly #screens: Screens
  readonly #problems: Problems

  constructor({ workspace, screens, problems }: Deps) {
    this.#workspace = workspace
    this.#screens = screens
    this.#problems = problems
  }

  /** What is wrong with a view as an answer to the app, or undefined. */
  refused(view: unknown, surface: 'modal' | 'home', sentWith: string): Answer | undefined {
    const found = this.#problems.in(view, surface, sentWith)
    if (found.length === 0) return undefined
    const error = found.some((problem) => problem.endsWith('at most 250 KB')) ? 'view_too_large' : 'invalid_arguments'
    return refusal(error, { response_metadata: { messages: pointers(found) } })
  }

  async open(view: Thing, { person, room }: Before): Promise<Answer> {
    return await this.#place(view, { person, room }, undefined)
  }

  /** Puts a view on top of the one in which somebody acted. */
  async push(view: Thing, { person, room }: Before, parent: string | undefined): Promise<Answer> {
    const modals = this.#screens.modals(person)
    const below = modals.find(({ id }) => id === parent)
    if (!below) return refusal('view_not_found')
    if (modals.length >= DEEPEST) return refusal('push_limit_reached')
    return await this.#place(view, { person, room }, below)
  }

  /**
   * A view of its own in `emulate` even when it is pushed: that package never hears of a view being
   * closed, and would count the closed ones towards the limit of a stack.
   */
  async #place(view: Thing, { person, room }: Before, below: OpenView | undefined): Promise<Answer> {
    const { trigger_id } = await this.#workspace.call(APP, 'views.generateTriggerId', { user_id: person })
    const answer = await this.#workspace.call(APP, 'views.open', { trigger_id, view: identified(view) })
    if (!isThing(answer.view)) return answer
    const id = string(answer.view.id)
    const stack = below ? { root_view_id: below.wire.root_view_id, previous_view_id: below.id } : {}
    const wire = { ...this.#dressed(answer.view), ...stack }
    if (!below) for (const other of this.#screens.modals(person)) await this.#forget(other)
    this.#screens.openModal(opened(id, person, room, wire), { alone: !below })
    return { ...answer, view: wire }
  }

  /** With `hash`, only when nothing has changed the view since. */
  async update(view: Thing, open: OpenView, hash?: string): Promise<Answer> {
    const changes = { ...identified(view), type: open.wire.type }
    const args = { view_id: open.id, view: changes, ...(hash ? { hash } : {}) }
    const answer = await this.#workspace.call(APP, 'views.update', args)
    if (!isThing(answer.view)) return answer
    const { root_view_id, previous_view_id } = open.wire
    const wire = { ...this.#dressed(answer.view), root_view_id, previous_view_id }
    open.kept = keptBy(open, wire)
    open.wire = wire
    open.errors = {}
    open.problem = undefined
    this.#screens.viewChanged(open)
    return { ...answer, view: wire }
  }

  async publish(view: Thing, person: string, hash: string): Promise<Answer> {
    const args = { user_id: person, view: identified(view), ...(hash ? { hash } : {}) }
    const answer = await this.#workspace.call(APP, 'views.publish', args)
    if (!isThing(answer.view) || !this.#screens.person(person)) return answer
    const wire = this.#dressed(answer.view)
    const before = this.#screens.home(person)
    const home = opened(string(answer.view.id), person, undefined, wire)
    if (before) home.kept = keptBy(before, wire)
    this.#screens.publishHome(home)
    return { ...answer, view: wire }
  }

  /** Takes the view from the screen, with all on top of it. */
  async close(view: OpenView): Promise<void> {
    const modals = this.#screens.modals(view.person)
    const gone = modals.slice(modals.indexOf(view))
    this.#screens.closeModal(view)
    for (const one of gone) await this.#forget(one)
  }

  /** `emulate` keeps closed views, and their external ids would stay taken. */
  async #forget({ id, wire }: OpenView): Promise<void> {
    if (!wire.external_id) return
    const view = { type: 'modal', title: wire.title, blocks: [] }
    await this.#workspace.call(APP, 'views.update', { view_id: id, view })
  }

  #dressed(view: Thing): Thing {
    return { ...view, app_installed_team_id: this.#workspace.team.id }
  }
}

function identified(view: Thing): Thing {
  return { ...view, blocks: withIds(view.blocks) }
}

function opened(id: string, person: string, room: string | undefined, wire: Thing): OpenView {
  return { id, person, room, wire, kept: {}, errors: {}, problem: undefined, isBusy: false, order: 0 }
}

/** Inputs keep what is in them while their ids and their kind stay the same (Slack sheet, section 10.8). */
function keptBy(before: OpenView, wire: Thing): Values {
  const old = new Map(elementsIn(before.wire.blocks).map((placed) => [keyOf(placed), placed]))
  const kept: Record<string, Record<string, Entered>> = {}
  for (const placed of elementsIn(wire.blocks)) {
    const was = old.get(keyOf(placed))
    if (!was || !keepsValue(was)) continue
    const value = valueIn(was, {}, before.kept, before.room)
    if (value === initialOf(placed, before.room)) continue
    kept[placed.blockId] = { ...kept[placed.blockId], [placed.actionId]: value }
  }
  return kept
}

function keyOf({ blockId, actionId, type }: { blockId: string; actionId: string; type: string }): string {
  return JSON.stringify([blockId, actionId, type])
}
