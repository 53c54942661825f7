import { randomBytes } from 'node:crypto'

import { isThing, string, type Thing, textIn, things } from './wire.ts'

/** An element that a person can do something with, and where it stands. */
export interface Placed {
  readonly blockId: string
  readonly actionId: string
  readonly type: string
  readonly element: Thing
  /** Of an input block; elsewhere empty. */
  readonly label: string
  /** Of an input block: it is sent with the form, and may not be left empty unless it is optional. */
  readonly isInput: boolean
  readonly isOptional: boolean
  /** The app hears of it at once. */
  readonly dispatches: boolean
}

/** What stands for something to do among what is only shown. */
const SHOWN: ReadonlySet<string> = new Set(['image', 'plain_text', 'mrkdwn'])

export function elementsIn(blocks: unknown): Placed[] {
  return things(blocks).flatMap((block) => {
    const inner = block.type === 'card' ? block.actions : block.elements
    const own = block.type === 'input' ? [block.element] : [block.accessory, ...listed(inner)]
    const nested = [...things(block.child_blocks), ...things(block.elements).filter(({ type }) => type === 'card')]
    return [
      ...own.filter(isInteractive).map((element) => placed(block, element)),
      ...nested.flatMap((child) => elementsIn([child])),
    ]
  })
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isInteractive(value: unknown): value is Thing {
  return isThing(value) && typeof value.action_id === 'string' && !SHOWN.has(string(value.type))
}

function placed(block: Thing, element: Thing): Placed {
  const isInput = block.type === 'input'
  return {
    blockId: string(block.block_id),
    actionId: string(element.action_id),
    type: string(element.type),
    element,
    label: isInput ? textIn(block.label) : '',
    isInput,
    isOptional: block.optional === true,
    dispatches: !isInput || block.dispatch_action === true,
  }
}

const HAS_ACTION_ID = /_select$|button|^overflow$|^checkboxes$|picker$|_input$/

/** The blocks with the ids that Slack makes up where the app named none. */
export function withIds(blocks: unknown): Thing[] {
  return things(blocks).map((block) => ({
    block_id: newId(),
    ...elementIds(block),
    ...(Array.isArray(block.child_blocks) ? { child_blocks: withIds(block.child_blocks) } : {}),
  }))
}

function newId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5)
}

function elementIds(block: Thing): Thing {
  const identified = (value: unknown): unknown =>
    isThing(value) && HAS_ACTION_ID.test(string(value.type)) ? { action_id: newId(), ...value } : value
  const all = (value: unknown) => (Array.isArray(value) ? value.map(identified) : value)
  const isCarousel = block.type === 'carousel'
  return {
    ...block,
    ...(block.element !== undefined ? { element: identified(block.element) } : {}),
    ...(block.accessory !== undefined ? { accessory: identified(block.accessory) } : {}),
    ...(block.elements !== undefined ? { elements: isCarousel ? withIds(block.elements) : all(block.elements) } : {}),
    ...(block.type === 'card' && block.actions !== undefined ? { actions: all(block.actions) } : {}),
  }
}
