import type { RefObject } from 'react'

import { usePopover } from '../elements/popover.ts'
import type { Completion } from './completion.ts'

export function CompletionList({
  anchor,
  id,
  completions,
  active,
  onPick,
}: {
  readonly anchor: RefObject<HTMLElement | null>
  readonly id: string
  readonly completions: readonly Completion[]
  readonly active: number
  readonly onPick: (completion: Completion) => void
}) {
  const isOpen = completions.length > 0
  const style = usePopover(anchor, isOpen)
  if (!isOpen) return null
  return (
    <div className="popover completions" style={style}>
      <div className="completions-head" aria-hidden="true">
        <span>{completions[0]?.isCommand ? 'Commands' : 'For example'}</span>
        <span>
          <kbd>Tab</kbd> to take · <kbd>Esc</kbd> to close
        </span>
      </div>
      <div id={id} role="listbox" aria-label="Completions">
        {completions.map((completion, index) => (
          // biome-ignore lint/a11y: chosen by the keys of the text box as well
          <div
            key={completion.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={index === active ? 'option is-active' : 'option'}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(completion)}
          >
            <span className="option-text">
              <code>{completion.title}</code>
              {completion.description ? <small>{completion.description}</small> : null}
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}
