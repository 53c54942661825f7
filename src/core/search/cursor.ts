import type { Place, Stretch } from '../store/search.ts'

/** The page beside one that was shown: it begins behind a contact, or ends before it. */
export interface Cursor extends Place {
  readonly direction: 'next' | 'previous'
  readonly order: Stretch['order']
  /** The stretch that the contact stands in. */
  readonly stretch: number
  /** Which of all that contact is, from 1. */
  readonly shown: number
}

const CURSOR =
  /^(?<direction>next|previous):(?<order>hottest|newest):(?<stretch>[01]):(?<heat>\d{1,22}(?:\.\d{1,30})?(?:e[+-]\d{1,3})?):(?<id>\d{1,15}):(?<shown>\d{1,9})$/

/**
 * As the value of a button. It is not signed: everybody who can press the button may see all
 * contacts, and a made-up cursor shows no others.
 */
export function writeCursor({ direction, order, stretch, heat, id, shown }: Cursor): string {
  return [direction, order, stretch, heat, id, shown].join(':')
}

export function readCursor(text: string): Cursor | null {
  const { direction, order, stretch, heat, id, shown } = CURSOR.exec(text)?.groups ?? {}
  if (direction === undefined || !Number.isFinite(Number(heat))) return null
  return {
    direction: direction === 'next' ? 'next' : 'previous',
    order: order === 'newest' ? 'newest' : 'hottest',
    stretch: Number(stretch),
    heat: Number(heat),
    id: Number(id),
    shown: Number(shown),
  }
}
