import { type KeyboardEvent, useId, useRef, useState } from 'react'

import type { Option } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { OptionList } from './option-list.tsx'
import { useOutside, usePopover } from './popover.ts'

export interface ComboboxProps {
  readonly options: readonly Option[]
  readonly chosen: readonly Option[]
  readonly isMultiple?: boolean
  readonly most?: number | undefined
  readonly placeholder: string
  /** Said in place of options, such as that the person must type more. */
  readonly note?: string | undefined
  readonly isBusy?: boolean
  readonly isInvalid?: boolean
  readonly label?: string | undefined
  readonly labelledBy?: string | undefined
  readonly describedBy?: string | undefined
  onChoose(chosen: readonly Option[]): void
  /** Called with what is typed, and with nothing when the list closes. */
  onQuery(query: string): void
  /** Makes an option of text that is not among them. */
  readonly fromText?: (text: string) => Option | undefined
}

/** A text box with a list of what fits: one choice, or several shown as chips. */
export function Combobox(props: ComboboxProps) {
  const { options, chosen, isMultiple = false, placeholder, note, onChoose, onQuery } = props
  const [isOpen, setOpen] = useState(false)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(-1)
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const style = usePopover(box, isOpen, { minWidth: 220 })
  const isFull = isMultiple && props.most !== undefined && chosen.length >= props.most

  const search = (text: string) => {
    setQuery(text)
    setActive(text ? 0 : -1)
    onQuery(text)
  }
  const close = () => {
    setOpen(false)
    search('')
  }
  useOutside([box, list], isOpen, close)
  const remove = (option: Option) => onChoose(chosen.filter(({ value }) => value !== option.value))
  const pick = (option: Option) => {
    if (!isMultiple) {
      onChoose([option])
      return close()
    }
    if (chosen.some(({ value }) => value === option.value)) remove(option)
    else if (!isFull) onChoose([...chosen, option])
    search('')
  }
  const keys: Readonly<Record<string, () => boolean>> = {
    ArrowDown() {
      if (!isOpen) setOpen(true)
      setActive(Math.min(active + 1, options.length - 1))
      return true
    },
    ArrowUp() {
      setActive(Math.max(active - 1, 0))
      return true
    },
    Enter() {
      const option = options[active] ?? (query ? props.fromText?.(query) : undefined)
      if (isOpen && option) pick(option)
      return isOpen
    },
    Escape() {
      if (isOpen) close()
      return isOpen
    },
    Tab() {
      const option = query ? props.fromText?.(query) : undefined
      if (isOpen && option && !isMultiple) pick(option)
      else if (isOpen) close()
      return false
    },
    Backspace() {
      const last = chosen.at(-1)
      if (!isMultiple || query || !last) return false
      remove(last)
      return true
    },
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!keys[event.key]?.()) return
    event.preventDefault()
    event.stopPropagation()
  }

  const [single] = isMultiple ? [] : chosen
  return (
    // biome-ignore lint/a11y: pressing anywhere in the box is as good as pressing its text box, which has the role
    <div
      ref={box}
      className="combobox"
      data-open={isOpen}
      aria-busy={props.isBusy}
      onClick={() => input.current?.focus()}
    >
      {isMultiple
        ? chosen.map((option) => (
            <span key={option.value} className="chip">
              {option.text}
              <button type="button" aria-label={`Remove ${option.text}`} onClick={() => remove(option)}>
                <Icon name="close" />
              </button>
            </span>
          ))
        : null}
      <input
        ref={input}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && active >= 0 ? `${listId}-${active}` : undefined}
        aria-label={props.label}
        aria-labelledby={props.labelledBy}
        aria-describedby={props.describedBy}
        aria-invalid={props.isInvalid}
        placeholder={single ? single.text : isMultiple && chosen.length > 0 ? '' : placeholder}
        value={isOpen ? query : (single?.text ?? '')}
        onClick={() => setOpen(true)}
        onChange={({ target }) => {
          setOpen(true)
          search(target.value)
        }}
        onKeyDown={onKeyDown}
      />
      <Icon name="down" />
      {isOpen ? (
        <OptionList
          ref={list}
          id={listId}
          style={style}
          options={options}
          chosen={chosen}
          active={active}
          isMultiple={isMultiple}
          note={isFull ? `No more than ${props.most}.` : note}
          onPick={pick}
        />
      ) : null}
    </div>
  )
}

/** Those that have every typed word somewhere in them. */
export function matching(options: readonly Option[], query: string): readonly Option[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return options
  return options.filter(({ text, description = '', group = '' }) => {
    const all = `${text} ${description} ${group}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}
