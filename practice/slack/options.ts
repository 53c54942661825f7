import type { Option, OptionsQuery } from '../contract.ts'
import type { Acts } from './acts.ts'
import type { Delivery } from './delivery.ts'
import type { Placed } from './elements.ts'
import type { Manifest } from './manifest.ts'
import type { Payloads } from './payloads.ts'
import type { Problems } from './problems.ts'
import { string, type Thing, textIn, thing, things } from './wire.ts'
import type { Member } from './workspace.ts'

interface Deps {
  readonly acts: Pick<Acts, 'place'>
  readonly loaded: LoadedOptions
  readonly delivery: Delivery
  readonly payloads: Payloads
  readonly problems: Problems
  readonly manifest: Manifest
}

const EXTERNAL: ReadonlySet<string> = new Set(['external_select', 'multi_external_select'])

/** How much somebody types before the app is asked, unless the element says otherwise. */
const MIN_QUERY = 3

/** Menus whose options the app gives while somebody types (Slack sheet, section 10.7). */
export class Options {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** None where the app is not asked, does not answer in time, or answers with what Slack does not show. */
  async load(member: Member, { place, block, action, query }: OptionsQuery): Promise<readonly Option[]> {
    const { acts, payloads, delivery, problems, manifest, loaded } = this.#deps
    const setting = acts.place(member, { place, block, action })
    if (typeof setting === 'string' || !EXTERNAL.has(setting.placed.type)) return []
    if (query.length < Number(setting.placed.element.min_query_length ?? MIN_QUERY)) return []
    if (!delivery.isOverSocket && !manifest.hasOptionsUrl) {
      problems.add('options: message_menu_options_url is not in the manifest, so nobody is asked')
      return []
    }
    const answer = await delivery.deliver('interactive', {
      ...payloads.interaction('block_suggestion', member),
      ...setting.told,
      block_id: block,
      action_id: action,
      value: query,
    })
    if (!answer.ok || problems.in(answer.body, 'options', 'options').length > 0) return []
    loaded.add(setting.placed, answer.body)
    return optionsOf(thing(answer.body))
  }
}

/** The options that a menu has in its blocks, or that the app gave when it was asked. */
export function optionsOf({ options, option_groups }: Thing): Option[] {
  const grouped = things(option_groups).flatMap(({ label, options: inner }) =>
    things(inner).map((option) => ({ ...asOption(option), group: textIn(label) })),
  )
  return [...things(options).map(asOption), ...grouped]
}

function asOption({ text, value, description }: Thing): Option {
  return {
    text: textIn(text),
    value: string(value),
    ...(description === undefined ? {} : { description: textIn(description) }),
  }
}

/** Options as the app wrote them, because that is how it gets them back. */
export class LoadedOptions {
  readonly #byElement = new Map<string, Map<string, Thing>>()

  add({ actionId, blockId }: Placed, answer: unknown): void {
    const key = JSON.stringify([blockId, actionId])
    const known = this.#byElement.get(key) ?? new Map<string, Thing>()
    for (const option of rawOptions(thing(answer))) known.set(string(option.value), option)
    this.#byElement.set(key, known)
  }

  find({ actionId, blockId, element }: Placed, value: string): Thing | undefined {
    const own = [...rawOptions(element), ...things([element.initial_option]), ...things(element.initial_options)]
    return (
      own.find((option) => option.value === value) ??
      this.#byElement.get(JSON.stringify([blockId, actionId]))?.get(value)
    )
  }
}

function rawOptions({ options, option_groups }: Thing): Thing[] {
  return [...things(options), ...things(option_groups).flatMap((group) => things(group.options))]
}
