import { type CSSProperties, type RefObject, useEffect, useLayoutEffect, useState } from 'react'

const GAP = 4
const MARGIN = 8
/** Not seen for a moment, but able to take the focus. */
const UNPLACED: CSSProperties = { position: 'fixed', opacity: 0 }

/**
 * Where to draw what belongs to `anchor` while it is open: below it, or above where there is more
 * room. Fixed, so that no scrolled box around cuts it off.
 */
export function usePopover(
  anchor: RefObject<HTMLElement | null>,
  isOpen: boolean,
  { minWidth = 0, align = 'start' }: { readonly minWidth?: number; readonly align?: 'start' | 'end' } = {},
): CSSProperties {
  const [style, setStyle] = useState<CSSProperties>(UNPLACED)
  useLayoutEffect(() => {
    if (!isOpen) return
    const place = () => {
      if (anchor.current) setStyle(below(anchor.current.getBoundingClientRect(), minWidth, align))
    }
    place()
    addEventListener('resize', place)
    // Scrolled boxes do not tell the window, except while the event goes down.
    addEventListener('scroll', place, true)
    return () => {
      removeEventListener('resize', place)
      removeEventListener('scroll', place, true)
    }
  }, [anchor, isOpen, minWidth, align])
  return style
}

function below(box: DOMRect, minWidth: number, align: 'start' | 'end'): CSSProperties {
  const width = Math.min(Math.max(box.width, minWidth), innerWidth - 2 * MARGIN)
  const wanted = align === 'start' ? box.left : box.right - width
  const left = Math.max(MARGIN, Math.min(wanted, innerWidth - MARGIN - width))
  const under = innerHeight - box.bottom - GAP - MARGIN
  const over = box.top - GAP - MARGIN
  const common = { position: 'fixed', left, width, maxHeight: Math.min(320, Math.max(under, over)) } as const
  if (under < 200 && over > under) return { ...common, bottom: innerHeight - box.top + GAP }
  return { ...common, top: box.bottom + GAP }
}

/** Calls back when somebody presses outside of all of `inside`. */
export function useOutside(inside: readonly RefObject<HTMLElement | null>[], isOpen: boolean, leave: () => void): void {
  useEffect(() => {
    if (!isOpen) return
    const pressed = ({ target }: PointerEvent) => {
      if (target instanceof Node && !inside.some(({ current }) => current?.contains(target))) leave()
    }
    addEventListener('pointerdown', pressed)
    return () => removeEventListener('pointerdown', pressed)
  })
}
