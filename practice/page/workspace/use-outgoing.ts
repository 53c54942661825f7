import { useRef, useState } from 'react'

import { useWorkspace } from '../workspace-context.ts'

/** A line on its way, or one that did not arrive. */
export interface OutgoingLine {
  readonly id: number
  readonly text: string
  /** Undefined while it is on its way. */
  readonly problem: string | undefined
}

export interface Sending {
  readonly items: readonly OutgoingLine[]
  send(text: string): void
  retry(line: OutgoingLine): void
  dismiss(line: OutgoingLine): void
}

/** Sends lines and keeps those that failed, so that nothing typed is lost. */
export function useOutgoing(
  conversation: string,
  thread: string | undefined,
  onFailed: (text: string) => void,
): Sending {
  const { act } = useWorkspace()
  const [items, setItems] = useState<readonly OutgoingLine[]>([])
  const count = useRef(0)
  const dismiss = ({ id }: Pick<OutgoingLine, 'id'>) => setItems((all) => all.filter((item) => item.id !== id))
  async function send(text: string) {
    count.current += 1
    const id = count.current
    setItems((all) => [...all, { id, text, problem: undefined }])
    const outcome = await act({ act: 'type', conversation, text, ...(thread === undefined ? {} : { thread }) })
    if (outcome.ok) return dismiss({ id })
    setItems((all) => all.map((item) => (item.id === id ? { ...item, problem: outcome.problem } : item)))
    onFailed(text)
  }
  return {
    items,
    send: (text) => void send(text),
    retry(line) {
      dismiss(line)
      void send(line.text)
    },
    dismiss,
  }
}
