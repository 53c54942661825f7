import type { KeyboardEvent } from 'react'

import type { TextInputElement } from '../blocks/schema.ts'
import { type Standing, useElement } from './use-element.ts'

const TYPES = {
  plain_text_input: 'text',
  rich_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'text',
} as const

export function TextInput({ element, ...standing }: Standing & { readonly element: TextInputElement }) {
  const { id, entered, isInvalid, hold, send } = useElement(standing, element)
  const text = typeof entered === 'string' ? entered : ''
  const isLong = element.multiline || element.type === 'rich_text_input'
  const tells = standing.input?.dispatch_action === true
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed']
  const enter = (value: string) => {
    const now = value === '' ? null : value
    if (tells && triggers.includes('on_character_entered')) send(now)
    else hold(now)
  }
  const common = {
    id,
    className: 'text-input',
    value: text,
    placeholder: element.placeholder?.text,
    maxLength: element.max_length,
    'aria-label': standing.labelledBy ? undefined : (element.placeholder?.text ?? 'Text'),
    'aria-labelledby': standing.labelledBy,
    'aria-describedby': standing.describedBy,
    'aria-invalid': isInvalid,
    'data-focus-on-load': element.focus_on_load,
    onKeyDown(event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) {
      if (event.key !== 'Enter' || isLong || !tells || !triggers.includes('on_enter_pressed')) return
      event.preventDefault()
      send(event.currentTarget.value || null)
    },
  }
  return (
    <>
      {isLong ? (
        <textarea {...common} rows={4} onChange={({ target }) => enter(target.value)} />
      ) : (
        <input
          {...common}
          type={TYPES[element.type]}
          inputMode={element.type === 'number_input' ? 'decimal' : undefined}
          autoComplete="off"
          onChange={({ target }) => enter(target.value)}
        />
      )}
      <Left text={text} most={element.max_length} />
    </>
  )
}

/** How much room is left, from when it becomes interesting. */
function Left({ text, most }: { readonly text: string; readonly most: number | undefined }) {
  if (most === undefined || text.length < most * 0.8) return null
  return <span className="left-over">{most - text.length}</span>
}
