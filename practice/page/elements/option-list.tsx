import { type CSSProperties, type Ref, useEffect } from 'react'

import type { Option } from '../../contract.ts'
import { Icon } from '../icon.tsx'
import { Plain } from '../text/text.tsx'

/** The list of a combobox. The focus stays in its text box. */
export function OptionList({
  ref,
  id,
  style,
  options,
  chosen,
  active,
  isMultiple,
  note,
  onPick,
}: {
  readonly ref: Ref<HTMLDivElement>
  readonly id: string
  readonly style: CSSProperties
  readonly options: readonly Option[]
  readonly chosen: readonly Option[]
  readonly active: number
  readonly isMultiple: boolean
  readonly note: string | undefined
  readonly onPick: (option: Option) => void
}) {
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, active])
  const isChosen = ({ value }: Option) => chosen.some((one) => one.value === value)
  return (
    <div ref={ref} id={id} role="listbox" aria-multiselectable={isMultiple} className="popover options" style={style}>
      {options.map((option, index) => (
        <div key={`${option.group}/${option.value}`} role="presentation">
          {option.group && option.group !== options[index - 1]?.group ? (
            <div className="option-group">{option.group}</div>
          ) : null}
          {/* biome-ignore lint/a11y: chosen by the keys of the text box as well */}
          <div
            id={`${id}-${index}`}
            role="option"
            aria-selected={isChosen(option)}
            className={index === active ? 'option is-active' : 'option'}
            onPointerDown={(event) => event.preventDefault()}
            onClick={(event) => {
              event.stopPropagation()
              onPick(option)
            }}
          >
            <span className="option-text">
              <Plain text={option.text} />
              {option.description ? <small>{option.description}</small> : null}
            </span>
            {isChosen(option) ? <Icon name="check" /> : null}
          </div>
        </div>
      ))}
      {note || options.length === 0 ? (
        <div className="option-note" role="status">
          {note ?? 'Nothing fits.'}
        </div>
      ) : null}
    </div>
  )
}
