import { createContext, useContext, useMemo, useRef, useState } from 'react'

/** What stands in the text boxes, by conversation and thread, and what was sent from them. */
export interface Drafts {
  readonly texts: Readonly<Record<string, string>>
  set(key: string, text: string): void
  /** Newest last. */
  readonly sent: string[]
}

const DraftsContext = createContext<Drafts | undefined>(undefined)

export const DraftsProvider = DraftsContext

export function useNewDrafts(): Drafts {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const sent = useRef<string[]>([])
  return useMemo(
    () => ({
      texts,
      set: (key, text) => setTexts((before) => ({ ...before, [key]: text })),
      sent: sent.current,
    }),
    [texts],
  )
}

export function useDraft(key: string) {
  const drafts = useContext(DraftsContext)
  if (!drafts) throw new Error('there are no drafts around this component')
  return { text: drafts.texts[key] ?? '', set: (text: string) => drafts.set(key, text), sent: drafts.sent }
}
