import { useId, useState } from 'react'

import type { Entered } from '../../contract.ts'
import type { Confirm, InputBlock } from '../blocks/schema.ts'
import { useSurface } from './surface.ts'

/** What an element needs to know of where it stands. */
export interface Standing {
  readonly block: string
  /** The input block around it; without one, the app hears of every choice. */
  readonly input?: InputBlock | undefined
  /** The ids of what describes it: hint and error. */
  readonly describedBy?: string | undefined
  /** The id of its label. */
  readonly labelledBy?: string | undefined
}

export interface ElementState {
  readonly id: string
  readonly entered: Entered | undefined
  readonly isPending: boolean
  readonly isInvalid: boolean
  /** The question to ask before the app is told, while it is open. */
  readonly question: Question | undefined
  /** Holds it without telling the app. */
  hold(entered: Entered): void
  /** Holds it, and tells the app where it wants to hear of choices. */
  choose(entered: Entered): void
  /** Tells the app of it, after its question was answered with yes. */
  send(entered?: Entered): void
}

export interface Question {
  readonly confirm: Confirm
  yes(): void
  no(): void
}

export function useElement(
  { block, input }: Standing,
  element: { readonly action_id: string; readonly confirm?: Confirm | undefined },
): ElementState {
  const { values, errors, pending, set, interact } = useSurface()
  const id = useId()
  const [question, setQuestion] = useState<Question>()
  const action = element.action_id
  const hold = (entered: Entered) => set(block, action, entered)
  const send = (entered?: Entered) => {
    const { confirm } = element
    const tell = () => {
      if (entered !== undefined) hold(entered)
      void interact(block, action, entered)
    }
    if (!confirm) return tell()
    const close = () => setQuestion(undefined)
    setQuestion({ confirm, no: close, yes: () => [close(), tell()] })
  }
  const tells = !input || input.dispatch_action === true
  return {
    id,
    entered: values[block]?.[action],
    isPending: pending.has(`${block}/${action}`),
    isInvalid: input !== undefined && errors[block] !== undefined,
    question,
    hold,
    choose: tells ? send : hold,
    send,
  }
}
