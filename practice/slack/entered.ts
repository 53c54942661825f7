import type { Entered, Values } from '../contract.ts'
import { elementsIn, type Placed } from './elements.ts'
import { isThing, string, strings, type Thing, thing, things } from './wire.ts'

/** What is looked up to say what was entered. */
export interface Known {
  /** The option of a menu by its value, also where the app had been asked for it. */
  option(placed: Placed, value: string): Thing | undefined
  file(id: string): Thing | undefined
}

type Say = (entered: Entered, placed: Placed, known: Known) => Thing

const one =
  (field: string): Say =>
  (entered) => ({ [field]: single(entered) })

const several =
  (field: string): Say =>
  (entered) => ({ [field]: many(entered) })

const option: Say = (entered, placed, known) => {
  const value = single(entered)
  return { selected_option: value === null ? null : (known.option(placed, value) ?? null) }
}

const options: Say = (entered, placed, known) => ({
  selected_options: many(entered).flatMap((value) => known.option(placed, value) ?? []),
})

/** By the type of the element (Slack sheet, section 10.6). */
const SAYS: Readonly<Record<string, Say>> = {
  plain_text_input: one('value'),
  email_text_input: one('value'),
  url_text_input: one('value'),
  number_input: one('value'),
  rich_text_input: (entered) => ({ rich_text_value: richText(single(entered)) }),
  static_select: option,
  external_select: option,
  radio_buttons: option,
  overflow: option,
  multi_static_select: options,
  multi_external_select: options,
  checkboxes: options,
  users_select: one('selected_user'),
  conversations_select: one('selected_conversation'),
  channels_select: one('selected_channel'),
  multi_users_select: several('selected_users'),
  multi_conversations_select: several('selected_conversations'),
  multi_channels_select: several('selected_channels'),
  datepicker: one('selected_date'),
  timepicker: one('selected_time'),
  datetimepicker: (entered) => ({ selected_date_time: single(entered) === null ? null : Number(single(entered)) }),
  file_input: (entered, _placed, known) => ({ files: many(entered).flatMap((id) => known.file(id) ?? []) }),
}

/** Whether what is entered in it stays in it, unlike in a button. */
export function keepsValue({ type }: Placed): boolean {
  return Object.hasOwn(SAYS, type) && type !== 'overflow'
}

/** The fields by which Slack says what was entered. */
export function saying(placed: Placed, entered: Entered, known: Known): Thing {
  return SAYS[placed.type]?.(entered, placed, known) ?? {}
}

function single(entered: Entered): string | null {
  return (typeof entered === 'string' ? entered : entered?.[0]) || null
}

export function many(entered: Entered): readonly string[] {
  if (entered === null || entered === '') return []
  return typeof entered === 'string' ? [entered] : entered
}

function richText(value: string | null): Thing | null {
  if (value === null) return null
  const elements = [{ type: 'text', text: value }]
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

/** What stands in an element before anybody enters anything. */
const INITIAL: Readonly<Record<string, (element: Thing) => Entered>> = {
  plain_text_input: ({ initial_value }) => string(initial_value) || null,
  email_text_input: ({ initial_value }) => string(initial_value) || null,
  url_text_input: ({ initial_value }) => string(initial_value) || null,
  number_input: ({ initial_value }) => string(initial_value) || null,
  rich_text_input: ({ initial_value }) => richWords(initial_value) || null,
  static_select: ({ initial_option }) => string(thing(initial_option).value) || null,
  external_select: ({ initial_option }) => string(thing(initial_option).value) || null,
  radio_buttons: ({ initial_option }) => string(thing(initial_option).value) || null,
  multi_static_select: ({ initial_options }) => valuesOf(initial_options),
  multi_external_select: ({ initial_options }) => valuesOf(initial_options),
  checkboxes: ({ initial_options }) => valuesOf(initial_options),
  users_select: ({ initial_user }) => string(initial_user) || null,
  conversations_select: ({ initial_conversation }) => string(initial_conversation) || null,
  channels_select: ({ initial_channel }) => string(initial_channel) || null,
  multi_users_select: ({ initial_users }) => strings(initial_users),
  multi_conversations_select: ({ initial_conversations }) => strings(initial_conversations),
  multi_channels_select: ({ initial_channels }) => strings(initial_channels),
  datepicker: ({ initial_date }) => string(initial_date) || null,
  timepicker: ({ initial_time }) => string(initial_time) || null,
  datetimepicker: ({ initial_date_time }) => (initial_date_time === undefined ? null : String(initial_date_time)),
}

export function initialOf({ type, element }: Placed, room?: string): Entered {
  if (element.default_to_current_conversation === true && room && type.endsWith('conversations_select'))
    return type.startsWith('multi_') ? [room] : room
  return INITIAL[type]?.(element) ?? null
}

function valuesOf(value: unknown): string[] {
  return things(value).map((one) => string(one.value))
}

function richWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(richWords).join('')
  if (!isThing(value)) return ''
  return string(value.text) || richWords(value.elements)
}

/** What stands in an element now: what was entered, or what an update left there, or what it began with. */
export function valueIn(placed: Placed, entered: Values, kept: Values = {}, room?: string): Entered {
  const { blockId, actionId } = placed
  const now = entered[blockId]?.[actionId]
  if (now !== undefined) return now
  const before = kept[blockId]?.[actionId]
  return before !== undefined ? before : initialOf(placed, room)
}

/** The values of all elements that keep one, by block and action. */
export function valuesIn(blocks: unknown, valueAt: (placed: Placed) => Entered): Values {
  const values: Record<string, Record<string, Entered>> = {}
  for (const placed of elementsIn(blocks)) {
    if (!keepsValue(placed)) continue
    values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: valueAt(placed) }
  }
  return values
}

/** `state` of a payload. */
export function stateOf(blocks: unknown, values: Values, known: Known): Thing {
  const state: Record<string, Record<string, Thing>> = {}
  for (const placed of elementsIn(blocks)) {
    if (!keepsValue(placed)) continue
    const entered = valueIn(placed, values)
    const said = { type: placed.type, ...saying(placed, entered, known) }
    state[placed.blockId] = { ...state[placed.blockId], [placed.actionId]: said }
  }
  return { values: state }
}
