import type { Block, Entered, Values } from '../../contract.ts'
import { Element, type Input, OwnBlock } from '../blocks/schema.ts'

/** An element that holds something, and where it stands. */
export interface Field {
  readonly block: string
  readonly action: string
  readonly element: Input
}

export function fieldsOf(blocks: readonly Block[]): Field[] {
  return blocks.flatMap((raw) => {
    const block = OwnBlock.safeParse(raw).data
    switch (block?.type) {
      case 'section':
        return fieldOf(block.block_id, block.accessory)
      case 'actions':
        return block.elements.flatMap((element) => fieldOf(block.block_id, element))
      case 'input':
        return fieldOf(block.block_id, block.element)
      case 'container':
        return fieldsOf(block.child_blocks)
      default:
        return []
    }
  })
}

function fieldOf(block: string, thing: unknown): Field[] {
  const element = Element.safeParse(thing).data
  if (!element || !isInput(element)) return []
  return [{ block, action: element.action_id, element }]
}

const STATELESS: readonly string[] = ['button', 'overflow', 'feedback_buttons', 'icon_button']

function isInput(element: Element): element is Input {
  return !STATELESS.includes(element.type)
}

/**
 * What the elements hold: what they held before under the same ids, else what the app proposes.
 * `here` is the conversation from which the person came.
 */
export function valuesOf(blocks: readonly Block[], before: Values, here: string | undefined): Values {
  const values: Record<string, Record<string, Entered>> = {}
  for (const { block, action, element } of fieldsOf(blocks)) {
    const kept = before[block]?.[action]
    const ofBlock = values[block] ?? {}
    ofBlock[action] = kept === undefined ? initialOf(element, here) : kept
    values[block] = ofBlock
  }
  return values
}

export function initialOf(element: Input, here?: string): Entered {
  switch (element.type) {
    case 'checkboxes':
      return element.initial_options?.map(({ value }) => value) ?? []
    case 'radio_buttons':
      return element.initial_option?.value ?? null
    case 'datepicker':
      return element.initial_date ?? null
    case 'timepicker':
      return element.initial_time ?? null
    case 'datetimepicker':
      return element.initial_date_time === undefined ? null : String(element.initial_date_time)
    case 'file_input':
      return []
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'rich_text_input':
      return textOf(element.initial_value) || null
    case 'static_select':
    case 'external_select':
    case 'users_select':
    case 'conversations_select':
    case 'channels_select':
      return (
        element.initial_option?.value ??
        element.initial_user ??
        element.initial_conversation ??
        element.initial_channel ??
        (element.default_to_current_conversation ? here : undefined) ??
        null
      )
    default:
      return (
        element.initial_options?.map(({ value }) => value) ??
        element.initial_users ??
        element.initial_conversations ??
        element.initial_channels ??
        (element.default_to_current_conversation && here ? [here] : [])
      )
  }
}

/** The words of a text or of rich text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join('')
  if (typeof value !== 'object' || value === null) return ''
  if ('text' in value && typeof value.text === 'string') return value.text
  return 'elements' in value ? textOf(value.elements) : ''
}
