import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'

import { useOutside, usePopover } from './popover.ts'

export interface MenuItem {
  readonly key: string
  readonly label: ReactNode
  readonly description?: ReactNode
  readonly isDangerous?: boolean
  choose(): void
}

/** A button that opens a menu; arrow keys walk through it, Escape and Tab close it. */
export function Menu({
  label,
  className,
  items,
  isBusy = false,
  children,
}: {
  readonly label: string
  readonly className: string
  readonly items: readonly MenuItem[]
  readonly isBusy?: boolean
  readonly children: ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const style = usePopover(button, isOpen, { minWidth: 240, align: 'end' })
  useOutside([button, list], isOpen, () => setOpen(false))
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-busy={isBusy}
        onClick={() => isBusy || setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen ? (
        <div
          ref={list}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className="popover menu"
          style={style}
          onKeyDown={(event) => walk(event, close)}
        >
          {items.map(({ key, label: words, description, isDangerous, choose }, index) => (
            <button
              key={key}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={isDangerous ? 'menu-item is-dangerous' : 'menu-item'}
              // biome-ignore lint/a11y/noAutofocus: a menu takes the focus when it opens, as its role asks
              autoFocus={index === 0}
              onClick={() => {
                close()
                choose()
              }}
            >
              {words}
              {description ? <small>{description}</small> : null}
            </button>
          ))}
        </div>
      ) : null}
    </>
  )
}

function walk(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')]
  const focused = document.activeElement
  const at = focused instanceof HTMLElement ? items.indexOf(focused) : -1
  const to = TARGETS[event.key]?.(at, items.length)
  if (to === undefined && event.key !== 'Escape' && event.key !== 'Tab') return
  event.preventDefault()
  event.stopPropagation()
  if (to === undefined) close()
  else items.at(to)?.focus()
}

const TARGETS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: () => -1,
}
