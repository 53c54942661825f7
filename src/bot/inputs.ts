import type { types } from '@slack/bolt'

import { plain } from './mrkdwn.ts'

/** The action id of every input: its block says which one it is. */
export const VALUE = 'value'

interface InputOptions {
  /** Of its block; errors name it. */
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly optional?: boolean
}

interface TypedOptions extends InputOptions {
  readonly initial?: string | null | undefined
  readonly placeholder?: string
  readonly focus?: boolean
}

export function emailInput(options: TypedOptions): types.InputBlock {
  return input(options, { type: 'email_text_input', action_id: VALUE, ...typed(options, 320) })
}

/** `max` is at most 3,000 (Slack sheet, section 10.6). */
export function textInput(
  options: TypedOptions & { readonly max: number; readonly multiline?: boolean },
): types.InputBlock {
  const { max, multiline = false } = options
  const element = { type: 'plain_text_input', action_id: VALUE, multiline, max_length: max } as const
  return input(options, { ...element, ...typed(options, max) })
}

/** One file of these kinds, by the ends of their names; Slack's clients keep to them, others need not. */
export function fileInput(options: InputOptions & { readonly kinds: readonly string[] }): types.InputBlock {
  return input(options, { type: 'file_input', action_id: VALUE, filetypes: [...options.kinds], max_files: 1 })
}

type Options = readonly (readonly [value: string, label: string])[]

/** A menu; `initial` is one of its values. */
export function oneOfInput(options: InputOptions & { readonly options: Options; readonly initial?: string }) {
  const offered = options.options.map(option)
  const chosen = offered.find(({ value }) => value === options.initial)
  return input(options, {
    type: 'static_select',
    action_id: VALUE,
    options: offered,
    ...(chosen ? { initial_option: chosen } : {}),
  })
}

/** A menu from which any number can be chosen; it offers at least one. */
export function manyOfInput(options: InputOptions & { readonly options: Options }) {
  return input(options, {
    type: 'multi_static_select',
    action_id: VALUE,
    options: options.options.slice(0, 100).map(option),
  })
}

/** Boxes to tick, at most ten; `initial` names those that are. */
export function boxesInput(options: InputOptions & { readonly options: Options; readonly initial: readonly string[] }) {
  const offered = options.options.map(option)
  const ticked = options.options.filter(([value]) => options.initial.includes(value)).map(option)
  return input(options, {
    type: 'checkboxes',
    action_id: VALUE,
    options: offered,
    ...(ticked.length > 0 ? { initial_options: ticked } : {}),
  })
}

/** A member of the workspace; `initial` is the id of one. */
export function memberInput(options: InputOptions & { readonly initial?: string | null }) {
  return input(options, {
    type: 'users_select',
    action_id: VALUE,
    ...(options.initial ? { initial_user: options.initial } : {}),
  })
}

/** Public and private channels, no direct messages; `initial` is the id of one. */
export function channelInput(options: InputOptions & { readonly initial?: string | null }) {
  return input(options, {
    type: 'conversations_select',
    action_id: VALUE,
    filter: { include: ['public', 'private'] },
    ...(options.initial ? { initial_conversation: options.initial } : {}),
  })
}

/** A time of the day; `initial` as `09:00`. */
export function timeInput(options: InputOptions & { readonly initial?: string }) {
  return input(options, {
    type: 'timepicker',
    action_id: VALUE,
    ...(options.initial ? { initial_time: options.initial } : {}),
  })
}

/** A day; `initial` as `2026-03-10`. */
export function dateInput(options: InputOptions & { readonly initial?: string }) {
  return input(options, {
    type: 'datepicker',
    action_id: VALUE,
    ...(options.initial ? { initial_date: options.initial } : {}),
  })
}

/** A menu whose options we give while somebody types, and some before that; `action` says which menu it is. */
export function typeAheadInput(
  options: InputOptions & {
    readonly action: string
    readonly placeholder: string
    readonly initial: types.PlainTextOption | null
  },
): types.InputBlock {
  const { action, placeholder, initial } = options
  return input(
    { ...options, optional: true },
    {
      type: 'external_select',
      action_id: action,
      placeholder: plainText(placeholder, 150),
      min_query_length: 0,
      ...(initial ? { initial_option: initial } : {}),
    },
  )
}

/** A menu whose options we give while somebody types; it stands among buttons and acts when something is chosen. */
export function typeAhead({ action, placeholder, focus }: TypeAheadOptions): types.ExternalSelect {
  return {
    type: 'external_select',
    action_id: action,
    placeholder: plainText(placeholder, 150),
    min_query_length: 1,
    ...(focus ? { focus_on_load: true } : {}),
  }
}

interface TypeAheadOptions {
  readonly action: string
  readonly placeholder: string
  readonly focus: boolean
}

function option([value, label]: Options[number]): types.PlainTextOption {
  return { text: plainText(label, 75), value }
}

function input({ id, label, hint, optional = false }: InputOptions, element: types.InputBlock['element']) {
  return {
    type: 'input',
    block_id: id,
    label: plainText(label, 2000),
    ...(hint ? { hint: plainText(hint, 2000) } : {}),
    optional,
    element,
  } satisfies types.InputBlock
}

function typed({ initial, placeholder, focus = false }: TypedOptions, max: number) {
  return {
    ...(initial?.trim() ? { initial_value: plain(initial, max) } : {}),
    ...(placeholder ? { placeholder: plainText(placeholder, 150) } : {}),
    ...(focus ? { focus_on_load: true } : {}),
  }
}

function plainText(text: string, limit: number): types.PlainTextElement {
  return { type: 'plain_text', text: plain(text, limit), emoji: false }
}
