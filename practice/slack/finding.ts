import type { Entered, Message, Place } from '../contract.ts'
import { elementsIn, type Placed } from './elements.ts'
import { keepsValue } from './entered.ts'
import { optionsOf } from './options.ts'
import { homeOf, modalOf, type Screens, type Sight } from './screens.ts'
import { textIn, thing, things } from './wire.ts'

/** Something with blocks on a person's screen. */
export interface Surface {
  readonly place: Place
  readonly blocks: unknown
  readonly order: number
}

export interface Found {
  readonly place: Place
  readonly placed: Placed
}

/** Where a person can do something: the modal on top alone, or else the newest first. */
export function surfacesOf(screens: Screens, person: string): Surface[] {
  const modal = screens.modals(person).at(-1)
  if (modal) return [{ place: { surface: 'modal', id: modal.id }, blocks: modal.wire.blocks, order: modal.order }]
  const home = screens.home(person)
  const surfaces: Surface[] = home ? [{ place: { surface: 'home' }, blocks: home.wire.blocks, order: home.order }] : []
  for (const room of screens.roomsOf(person))
    for (const { message, order } of screens.postsFor(person, room))
      surfaces.push({
        place: { surface: 'message', conversation: room.id, ts: message.ts },
        blocks: message.blocks,
        order,
      })
  return surfaces.sort((a, b) => b.order - a.order)
}

/** Everything that a person sees, newest first. */
export function sightsOf(screens: Screens, person: string): Sight[] {
  const home = screens.home(person)
  const posts = screens.roomsOf(person).flatMap((room) => screens.postsFor(person, room))
  return [
    ...posts.map(({ message, order }) => ({ sight: message, order })),
    ...screens.modals(person).map((view) => ({ sight: modalOf(view), order: view.order })),
    ...(home ? [{ sight: homeOf(home), order: home.order }] : []),
    ...screens.screen(person).notices.map((notice) => ({ sight: notice, order: notice.id })),
  ]
    .sort((a, b) => b.order - a.order)
    .map(({ sight }) => sight)
}

/** A button, or a choice of an overflow menu, by its words. Throws with the words that there are. */
export function buttonNamed(
  label: string,
  surfaces: readonly Surface[],
  message?: Message,
): { readonly found: Found; readonly entered?: Entered } {
  const labels: string[] = []
  for (const { place, blocks } of surfaces.filter((surface) => !message || isOf(surface.place, message)))
    for (const placed of elementsIn(blocks))
      for (const { text, value } of choicesOf(placed)) {
        if (text === label) return { found: { place, placed }, ...(value === undefined ? {} : { entered: value }) }
        labels.push(text)
      }
  throw new Error(`there is no button “${label}”; there are: ${listed(labels)}`)
}

/** An element that keeps a value, by the label of its block or, where it has none, by its own words. */
export function fieldNamed(label: string, surfaces: readonly Surface[]): Found {
  const labels: string[] = []
  for (const { place, blocks } of surfaces)
    for (const placed of elementsIn(blocks).filter(keepsValue)) {
      const own = placed.label || textIn(placed.element.placeholder) || sectionText(blocks, placed.blockId)
      if (own === label) return { place, placed }
      labels.push(own)
    }
  throw new Error(`there is no input “${label}”; there are: ${listed(labels)}`)
}

/** Words for an error, so that it says what there is instead. */
export function listed(words: readonly string[]): string {
  const named = words.filter(Boolean)
  return named.length === 0 ? 'none' : named.map((word) => `“${word}”`).join(', ')
}

function choicesOf({ type, element }: Placed): { readonly text: string; readonly value?: string }[] {
  if (type === 'overflow') return optionsOf(element)
  if (type === 'feedback_buttons')
    return [element.positive_button, element.negative_button].map((one) => ({ text: textIn(thing(one).text) }))
  return type.endsWith('button') ? [{ text: textIn(element.text) }] : []
}

function sectionText(blocks: unknown, blockId: string): string {
  return textIn(things(blocks).find((block) => block.block_id === blockId)?.text)
}

function isOf(place: Place, { ts }: Message): boolean {
  return place.surface === 'message' && place.ts === ts
}
